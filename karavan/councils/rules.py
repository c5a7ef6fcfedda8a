"""Keeping a council: its statute line by line, its members, its promises. Each act stands in the public record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select, update

from karavan.core.languages import Slots
from karavan.core.problems import Message, NotFound
from karavan.core.when import local_day
from karavan.councils.models import (
    Commission,
    Council,
    CouncilLevel,
    Member,
    Office,
    Promise,
    PromiseState,
    Sector,
    SettingKey,
    StatuteSetting,
)
from karavan.councils.problems import (
    AlreadySeated,
    BadSetting,
    ChairFromTheState,
    EndOutsideMandate,
    MandateBackwards,
    MandateHasEnded,
    MandateTooLong,
    NoConsent,
    NoPicture,
    NotBeforeItWasMade,
    NotOfThisCouncil,
    NotYet,
    OfficeIsHeld,
    PromiseAlreadyJudged,
)
from karavan.councils.queries import statute_of
from karavan.councils.statute import SHAPES, BadValue
from karavan.files.rules import discard, store
from karavan.record.models import ActorRole, Verb
from karavan.record.rules import note as record

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from karavan.files.checking import Examined

ONE_AT_A_TIME: Final = (Office.CHAIR, Office.SECRETARY)
"""Offices that one member holds alone."""


@dataclass(frozen=True, kw_only=True)
class Seat:
    """What a secretary writes about a member; field names are the model's."""

    name: str
    sector: Sector
    mandate_from: date
    mandate_to: date
    office: Office = Office.MEMBER
    commission_id: int | None = None
    work: Slots = Slots()
    interests: Slots = Slots()
    interests_on: date | None = None


def found_council(
    session: Session,
    organisation_id: int,
    *,
    slug: str,
    level: CouncilLevel,
    place: str = "",
    about: Slots = Slots(),
    address: Slots = Slots(),
    position: int = 0,
    demo: bool = False,
) -> Council:
    """Write down a council whose organisation is there; the same organisation has one council."""
    known = session.scalar(select(Council).where(Council.organisation_id == organisation_id))
    if known is not None:
        return known
    council = Council(
        organisation_id=organisation_id,
        slug=slug,
        level=level,
        place=place,
        about=about,
        address=address,
        position=position,
        demo=demo,
    )
    session.add(council)
    session.flush()
    return council


# --- The statute ------------------------------------------------------------------------------------------


def set_line(
    session: Session,
    council_id: int,
    key: SettingKey,
    value: Any,
    *,
    valid_from: date,
    citation: Slots,
    note: str = "",
    by: ActorRole,
    by_person: int | None = None,
    now: datetime,
) -> StatuteSetting:
    """Enter a line of a council's statute; the lines before it stay, and clocks that run keep the rule they began with.

    The value is typed as `statute.Statute` has it. A line may begin in the past, and the record says that it was
    entered afterwards; or in the future. The same line entered twice is one line.

    Raises:
        BadSetting: the setting cannot have this value.

    """
    _take(session, council_id)
    try:
        stored = SHAPES[key].write(value)
    except BadValue as error:
        raise BadSetting from error
    last = session.scalar(
        select(StatuteSetting)
        .where(StatuteSetting.council_id == council_id, StatuteSetting.key == key)
        .order_by(StatuteSetting.id.desc())
        .limit(1)
    )
    said = (stored, valid_from, citation, note)
    if last is not None and said == (last.value, last.valid_from, last.citation, last.note):
        return last
    line = StatuteSetting(
        council_id=council_id,
        key=key,
        value=stored,
        valid_from=valid_from,
        citation=citation,
        note=note,
        entered_at=now,
        entered_by=by_person,
    )
    session.add(line)
    session.flush()
    facts: dict[str, int | str] = {"setting": key.value, "valid_from": valid_from.isoformat()}
    if valid_from < local_day(now):
        facts["backdated"] = 1
    record(session, Verb.COUNCIL_STATUTE_CHANGED, of=council_id, by=by, now=now, reason=note, **facts)
    return line


# --- Members ----------------------------------------------------------------------------------------------


def add_commission(session: Session, council_id: int, name: Slots, *, by: ActorRole, now: datetime) -> Commission:
    """Found a standing group of members; the same name twice is one."""
    _take(session, council_id)
    known = session.scalars(select(Commission).where(Commission.council_id == council_id)).all()
    for commission in known:
        if commission.name == name:
            return commission
    commission = Commission(council_id=council_id, position=len(known), name=name)
    session.add(commission)
    session.flush()
    record(session, Verb.COUNCIL_MEMBERS_CHANGED, of=council_id, by=by, now=now, deed="commission")
    return commission


def seat_member(session: Session, council_id: int, seat: Seat, *, by: ActorRole, now: datetime) -> Member:
    """Give somebody a seat for one mandate. The same seat given twice is one; a new mandate is a new row.

    Raises:
        AlreadySeated: the person sits at that time already.
        ChairFromTheState, MandateBackwards, MandateTooLong, NotOfThisCouncil, OfficeIsHeld: see there.

    """
    _take(session, council_id)
    everybody = session.scalars(select(Member).where(Member.council_id == council_id)).all()
    for member in everybody:
        if member.name == seat.name and _overlap(member, seat):
            if (member.mandate_from, member.mandate_to, member.sector) == (
                seat.mandate_from,
                seat.mandate_to,
                seat.sector,
            ):
                return member
            raise AlreadySeated(where="name")
    _refuse_wrong(session, council_id, seat, everybody)
    member = Member(council_id=council_id, position=_place_of(seat.office, len(everybody)), **vars(seat))
    session.add(member)
    session.flush()
    _changed(session, council_id, member, "seated", by=by, now=now)
    return member


def change_member(
    session: Session, council_id: int, member_id: int, seat: Seat, *, by: ActorRole, now: datetime
) -> Member:
    """Change what is said of a member: office, commission, work, declared interests, the days of the mandate.

    Raises:
        MandateHasEnded: what is history stays as it is.
        NotFound: no such member of this council; and what `seat_member` raises.

    """
    _take(session, council_id)
    member = _member(session, council_id, member_id)
    if member.over_on(local_day(now)):
        raise MandateHasEnded
    others = [
        one for one in session.scalars(select(Member).where(Member.council_id == council_id)) if one.id != member_id
    ]
    if any(one.name == seat.name and _overlap(one, seat) for one in others):
        raise AlreadySeated(where="name")
    _refuse_wrong(session, council_id, seat, others)
    if all(getattr(member, name) == value for name, value in vars(seat).items()):
        return member
    if member.office != seat.office:
        member.position = _place_of(seat.office, len(others))
    for name, value in vars(seat).items():
        setattr(member, name, value)
    session.flush()
    _changed(session, council_id, member, "changed", by=by, now=now)
    return member


def end_mandate(
    session: Session, council_id: int, member_id: int, *, on: date, reason: Slots, by: ActorRole, now: datetime
) -> Member:
    """End a mandate early, with the reason. Twice is fine.

    Raises:
        EndOutsideMandate: the day lies outside the mandate.
        NotFound: no such member of this council.

    """
    _take(session, council_id)
    member = _member(session, council_id, member_id)
    if member.ended_on is not None:
        return member
    if not member.mandate_from <= on <= member.mandate_to:
        raise EndOutsideMandate(where="on")
    member.ended_on, member.ended_reason = on, reason
    session.flush()
    _changed(session, council_id, member, "ended", by=by, now=now, reason=reason.best("kk").text)
    return member


def set_photo(
    session: Session,
    council_id: int,
    member_id: int,
    examined: Examined | None,
    *,
    consent: bool,
    by: ActorRole,
    now: datetime,
) -> Member:
    """Show a member's photo, if she agreed; or take it away: then the picture itself is deleted.

    Raises:
        NoConsent: there is a picture and no word of hers.
        NoPicture: it is a document, or nothing.
        NotFound: no such member of this council.

    """
    _take(session, council_id)
    member = _member(session, council_id, member_id)
    if consent and examined is None and member.photo_id is not None:
        return member
    if examined is not None and not consent:
        raise NoConsent(where="consent")
    if consent and (examined is None or not examined.mime.startswith("image/")):
        raise NoPicture(where="photo")
    before = member.photo_id
    if before is None and examined is None:
        return member
    member.photo_id = store(session, examined, now=now).id if examined else None
    member.photo_consent = examined is not None
    session.flush()
    if before is not None:
        session.expire(member, ["photo"])
        discard(session, before)
    _changed(session, council_id, member, "photo", by=by, now=now)
    return member


def _member(session: Session, council_id: int, member_id: int) -> Member:
    member = session.scalar(select(Member).where(Member.council_id == council_id, Member.id == member_id))
    if member is None:
        raise NotFound
    return member


def _overlap(member: Member, seat: Seat) -> bool:
    return member.mandate_from <= seat.mandate_to and seat.mandate_from <= member.last_day


def _refuse_wrong(session: Session, council_id: int, seat: Seat, others: list[Member] | Any) -> None:
    """Refuse what the law, the statute of the mandate's first day or plain sense forbids."""
    if seat.mandate_to < seat.mandate_from:
        raise MandateBackwards(where="mandate_to")
    years = statute_of(session, council_id, seat.mandate_from).mandate_years
    if seat.mandate_to >= _years_later(seat.mandate_from, years):
        message = Message.counted(
            "By the statute a mandate lasts at most %(num)d year.",
            "By the statute a mandate lasts at most %(num)d years.",
            years,
        )
        raise MandateTooLong(message, where="mandate_to")
    if seat.office == Office.CHAIR and seat.sector == Sector.STATE:
        raise ChairFromTheState(where="office")
    if seat.office in ONE_AT_A_TIME and any(one.office == seat.office and _overlap(one, seat) for one in others):
        raise OfficeIsHeld(where="office")
    if seat.commission_id is not None:
        owner = session.scalar(select(Commission.council_id).where(Commission.id == seat.commission_id))
        if owner != council_id:
            raise NotOfThisCouncil(where="commission")


def _years_later(day: date, years: int) -> date:
    """Return the same day so many years later; 29 February becomes 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, month=3, day=1)


def _place_of(office: Office, number: int) -> int:
    """Chair, deputy and secretary stand first; the others as they came."""
    order = list(Office)
    return order.index(office) if office != Office.MEMBER else len(order) + number


def _changed(
    session: Session, council_id: int, member: Member, deed: str, *, by: ActorRole, now: datetime, reason: str = ""
) -> None:
    """Say so in the record: by her number, never by her name."""
    verb = Verb.COUNCIL_MEMBERS_CHANGED
    record(session, verb, of=council_id, by=by, now=now, reason=reason, member=member.id, deed=deed)


# --- Promises ---------------------------------------------------------------------------------------------


def make_promise(
    session: Session,
    council_id: int,
    text: Slots,
    *,
    made_on: date,
    due_on: date | None = None,
    by: ActorRole,
    now: datetime,
) -> Promise:
    """Write down what the council said in public it would do. The same words of the same day are one promise.

    Raises:
        NotYet: it was not said yet.
        NotBeforeItWasMade: it should have been kept before it was made.

    """
    _take(session, council_id)
    if made_on > local_day(now):
        raise NotYet(where="made_on")
    if due_on is not None and due_on < made_on:
        raise NotBeforeItWasMade(where="due_on")
    that_day = select(Promise).where(Promise.council_id == council_id, Promise.made_on == made_on)
    for known in session.scalars(that_day):
        if known.text == text:
            return known
    promise = Promise(council_id=council_id, text=text, made_on=made_on, due_on=due_on)
    session.add(promise)
    session.flush()
    record(session, Verb.COUNCIL_PROMISE_MADE, of=council_id, by=by, now=now, promise=promise.id)
    return promise


def judge_promise(
    session: Session,
    council_id: int,
    promise_id: int,
    state: PromiseState,
    *,
    outcome: Slots,
    on: date,
    by: ActorRole,
    now: datetime,
) -> Promise:
    """Say what became of a promise: kept or not, and how. The same twice is fine.

    Raises:
        PromiseAlreadyJudged: somebody said something else before.
        NotBeforeItWasMade, NotYet: the day cannot be.
        NotFound: no such promise of this council.

    """
    _take(session, council_id)
    promise = session.scalar(select(Promise).where(Promise.council_id == council_id, Promise.id == promise_id))
    if promise is None:
        raise NotFound
    if promise.state != PromiseState.OPEN:
        if (promise.state, promise.outcome, promise.outcome_on) == (state, outcome, on):
            return promise
        raise PromiseAlreadyJudged
    if on < promise.made_on:
        raise NotBeforeItWasMade(where="on")
    if on > local_day(now):
        raise NotYet(where="on")
    promise.state, promise.outcome, promise.outcome_on = state, outcome, on
    session.flush()
    verb = Verb.COUNCIL_PROMISE_JUDGED
    record(session, verb, of=council_id, by=by, now=now, promise=promise.id, outcome=state.value)
    return promise


def _take(session: Session, council_id: int) -> None:
    """Take the council's row first: of two who change the same council at once, one waits for the other.

    Raises:
        NotFound: no such council.

    """
    taken = update(Council).where(Council.id == council_id).values(position=Council.position).returning(Council.id)
    if session.execute(taken.execution_options(synchronize_session=False)).first() is None:
        raise NotFound
