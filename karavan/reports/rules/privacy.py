"""Personal data that go: of an event when its time is over, of one person when she asks. What is left are numbers.

Both go the same way: names, contacts, needs and answers are emptied where they stand, letters and scans are deleted.
That somebody sat and came stays, without a name; a certificate can still be found by its code, and its QR code still
says whose it is to whoever holds the paper.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import String, and_, cast, delete, func, literal, or_, select, update

from karavan.accounts.models import Person, RoleGrant, SignInCode, SignInSession
from karavan.core.database import some_at_a_time
from karavan.core.tokens import new_code
from karavan.discussion.models import Comment, CommentDraft, ReadMark
from karavan.door.models import DevicePass, Scan
from karavan.events.models import Answer, Attendee, Event, EventState, Registration
from karavan.events.rules.change_seats import give_back
from karavan.events.rules.seating import take_gate
from karavan.files.rules import discard
from karavan.learning.letters import OBJECTION
from karavan.learning.models import Certificate, Feedback, Photo
from karavan.notifications.models import Letter, MailboxLetter
from karavan.proposals.models import Follow, Proposal
from karavan.record.models import ActorRole, Verb
from karavan.record.rules import note
from karavan.reports.data_problems import EndYourRolesFirst
from karavan.reports.holdings import holdings
from karavan.reports.models import DeletionReceipt, EventReport
from karavan.reports.own_data import addresses_of, of_hers
from karavan.roster.models import Broadcast, ImportState, ListMove, RosterImport
from karavan.selection.models import Application, ApplicationState, Review
from karavan.selection.problems import ApplicationStands
from karavan.selection.rules.apply import withdraw

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

TERM, REQUEST = "term", "request"
"""Why something was deleted."""
NOBODY: Final = "—"
"""Stands where readers saw a name, in every language."""
UNFINISHED: Final = timedelta(days=7)
"""For so long a list of people from elsewhere waits to be brought in."""
_QUIETLY: Final = {"synchronize_session": False}


# --- An event whose time is over --------------------------------------------------------------------------


def due_events(session: Session, *, now: datetime) -> Sequence[int]:
    """Return the events whose people are to become anonymous now."""
    waiting = select(EventReport.event_id, EventReport.accepted_at, EventReport.keep_days).where(
        EventReport.accepted_at.is_not(None), EventReport.anonymised_at.is_(None)
    )
    rows = session.execute(waiting.order_by(EventReport.event_id)).all()
    return [event_id for event_id, accepted, days in rows if accepted and accepted + timedelta(days=days) <= now]


def anonymise_event(session: Session, event_id: int, *, now: datetime) -> DeletionReceipt | None:
    """Make the people of an event anonymous, if its time is over; twice, or at once by two, is once.

    Returns the receipt, None if there was nothing to do.
    """
    take_gate(session, event_id)
    report = session.get(EventReport, event_id, with_for_update=True)
    if (
        report is None
        or report.accepted_at is None
        or report.anonymised_at is not None
        or report.accepted_at + timedelta(days=report.keep_days) > now
    ):
        return None
    report.anonymised_at = now
    session.flush()
    event = session.get_one(Event, event_id)
    registrations = select(Registration.id).where(Registration.event_id == event_id)
    counts: Counter[str] = Counter()
    # Before anybody's row is taken, as a door does: what a device sends from now on is refused.
    good = and_(DevicePass.event_id == event_id, DevicePass.revoked_at.is_(None))
    _changed(session, DevicePass, good, revoked_at=now)
    about = Letter.payload["event", "slug"].as_string() == event.slug
    objections = and_(Letter.letter == OBJECTION, Letter.payload["event_id"].as_integer() == event_id)
    counts += _letters(session, or_(about, objections), registrations)
    counts += _registrations(session, registrations, now)
    counts += _applications(session, Application.event_id == event_id)
    passes = select(DevicePass.id).where(DevicePass.event_id == event_id)
    counts["scans"] += _deleted(session, delete(Scan).where(Scan.pass_id.in_(passes)))
    session.execute(
        update(Broadcast).where(Broadcast.event_id == event_id).values(chosen={}), execution_options=_QUIETLY
    )
    said = and_(Photo.event_id == event_id, Photo.objection != "")
    counts["remarks"] += _changed(session, Photo, said, objection="")
    for row in session.scalars(_unfinished().where(RosterImport.event_id == event_id)):
        _drop(session, row, now)
        counts["lists"] += 1
    note(session, Verb.PEOPLE_ANONYMISED, of=event_id, by=ActorRole.CLOCK, now=now, people=counts["names"])
    return _receipt(session, counts, TERM, now, event_id=event_id)


def forget_unfinished_lists(session: Session, *, now: datetime) -> int:
    """Forget lists of people that nobody brought in for a week, with all that is in them."""
    rows = session.scalars(_unfinished().where(RosterImport.made_at < now - UNFINISHED).limit(100)).all()
    for row in rows:
        _drop(session, row, now)
    return len(rows)


def _unfinished() -> Any:
    """Find them and take them, so that none is dropped that is being brought in just now."""
    open_ = RosterImport.state.in_((ImportState.UPLOADED, ImportState.MAPPED))
    return select(RosterImport).where(open_).order_by(RosterImport.id).with_for_update()


def _drop(session: Session, row: RosterImport, now: datetime) -> None:
    file_id = row.file_id
    row.state, row.file_id, row.done_at, row.version = ImportState.DROPPED, None, now, row.version + 1
    row.columns = []
    row.faults = [[number, field, code, ""] for number, field, code, _ in row.faults]
    session.flush()
    if file_id is not None:
        discard(session, file_id)


# --- One person who asks ----------------------------------------------------------------------------------


def erase_person(session: Session, person_id: int, *, now: datetime) -> DeletionReceipt:
    """Erase what is somebody's own: her account, her registrations, her letters; her name from what stays public.

    Seats she holds go back first, to whoever waits. Events are taken in the order of their numbers, so that two who
    erase at once do not wait for each other.

    Raises:
        EndYourRolesFirst: she acts for an organisation, which must know who does.

    """
    person = session.get_one(Person, person_id, with_for_update=True)
    held = select(RoleGrant.id).where(RoleGrant.person_id == person_id, RoleGrant.ended_at.is_(None))
    if session.scalar(held.limit(1)) is not None:
        raise EndYourRolesFirst
    counts: Counter[str] = Counter()
    hers = of_hers(Registration, person)
    counts["seats"] += _give_seats_back(session, hers, now)
    found = list(session.scalars(select(Registration.id).where(hers)))
    _withdraw_applications(session, person, now)
    addresses = addresses_of(session, person)
    for some in some_at_a_time(found):
        counts += _registrations(session, select(Registration.id).where(Registration.id.in_(some)), now)
    counts += _applications(session, of_hers(Application, person))
    counts["letters"] += _deleted(session, delete(Letter).where(func.lower(Letter.address).in_(addresses)))
    _deleted(session, delete(MailboxLetter).where(func.lower(MailboxLetter.address).in_(addresses)))
    for model in (CommentDraft, ReadMark, Follow):
        counts[model.__tablename__] += _deleted(session, delete(model).where(model.person_id == person_id))
    counts["comments"] += _changed(session, Comment, Comment.author_id == person_id, author_name=NOBODY)
    counts["proposals"] += _changed(
        session,
        Proposal,
        Proposal.author_id == person_id,
        author_name=NOBODY,
        public_name=NOBODY,
        author_email="",
        author_phone="",
    )
    for holding in holdings():
        counts[holding.name] += holding.erase(session, person_id, now)
    keys = [key for key in (person.email_key, person.phone) if key]
    session.execute(delete(SignInCode).where(SignInCode.contact_key.in_(keys)), execution_options=_QUIETLY)
    session.execute(delete(SignInSession).where(SignInSession.person_id == person_id), execution_options=_QUIETLY)
    person.name, person.email, person.email_key, person.phone = "", "", None, None
    counts["accounts"] += 1
    return _receipt(session, counts, REQUEST, now)


def _give_seats_back(session: Session, hers: Any, now: datetime) -> int:
    """Give back what she still holds or waits for, of events that lie ahead."""
    live = (
        select(Registration.event_id, Registration.public_id)
        .join(Event)
        .where(hers, Registration.live, Event.state == EventState.PUBLISHED)
        .where(or_(Event.ends_at > now, Event.postponed_at.is_not(None)))
        .order_by(Registration.event_id, Registration.id)
    )
    rows = session.execute(live).all()
    return sum(give_back(session, event_id, public_id, now=now) for event_id, public_id in rows)


def _withdraw_applications(session: Session, person: Person, now: datetime) -> None:
    """Take back applications that still stand; once decisions are out, her ticket was given back instead."""
    rows = session.execute(
        select(Application.event_id, Application.public_id)
        .where(of_hers(Application, person), Application.state != ApplicationState.WITHDRAWN)
        .order_by(Application.event_id)
    ).all()
    for event_id, public_id in rows:
        try:
            withdraw(session, event_id, public_id, now=now)
        except ApplicationStands:
            continue


# --- What both have in common -----------------------------------------------------------------------------


def _registrations(session: Session, chosen: Any, now: datetime) -> Counter[str]:
    """Empty what registrations and their people say of anybody."""
    counts: Counter[str] = Counter()
    people = select(Attendee.id).where(Attendee.registration_id.in_(chosen))
    among = Attendee.registration_id.in_(chosen)
    counts["needs"] += _number(
        session, Attendee, and_(among, or_(Attendee.needs_note != "", cast(Attendee.needs, String) != "[]"))
    )
    counts["answers"] += _deleted(session, delete(Answer).where(Answer.registration_id.in_(chosen)))
    moved = ListMove.attendee_id.in_(people)
    counts["reasons"] += _changed(session, ListMove, and_(moved, ListMove.reason != ""), reason="")
    certified = and_(Certificate.attendee_id.in_(people), Certificate.name != "")
    counts["certificate_names"] += _changed(
        session, Certificate, certified, name="", payload="", signature="", revoked_reason="", attendee_id=None
    )
    said = and_(Feedback.registration_id.in_(chosen))
    counts["remarks"] += _number(session, Feedback, and_(said, Feedback.words != ""))
    _changed(session, Feedback, said, words="", registration_id=None)
    counts["scans"] += _deleted(session, delete(Scan).where(Scan.attendee_id.in_(people)))
    told = or_(Registration.email != "", Registration.phone.is_not(None), Registration.district != "")
    known = and_(Registration.id.in_(chosen), told)
    counts["contacts"] += _changed(
        session,
        Registration,
        known,
        email="",
        email_key=literal("erased:") + cast(Registration.id, String),
        phone=None,
        district="",
    )
    counts["names"] += _changed(
        session,
        Attendee,
        and_(among, Attendee.anonymised_at.is_(None)),
        name="",
        name_folded="",
        name_order="",
        needs=[],
        needs_note="",
        sex="",
        born=None,
        role="",
        anonymised_at=now,
    )
    return counts


def _applications(session: Session, among: Any) -> Counter[str]:
    """Empty applications; their pseudonyms stand in a published list, and nobody knows any more whose they are."""
    chosen = select(Application.id).where(among)
    recused = and_(Review.application_id.in_(chosen), Review.reason != "")
    reasons = _changed(session, Review, recused, reason="")
    emptied = _changed(
        session,
        Application,
        and_(among, or_(Application.name != "", Application.email != "", Application.phone.is_not(None))),
        name="",
        email="",
        email_key=literal("erased:") + cast(Application.id, String),
        phone=None,
        district="",
        sex="",
        born=None,
        role="",
        needs=[],
        needs_note="",
        answers={},
    )
    return Counter({"applications": emptied, "reasons": reasons})


def _letters(session: Session, among: Any, registrations: Any) -> Counter[str]:
    """Delete letters, and what the demonstration's mailbox still keeps of them when the outbox has forgotten."""
    whose = set(session.scalars(registrations))
    keys = set(session.scalars(select(Letter.key).where(among)))
    shown = session.scalars(select(MailboxLetter.letter_key)).all()
    for some in some_at_a_time([key for key in shown if key in keys or _about(key) in whose]):
        _deleted(session, delete(MailboxLetter).where(MailboxLetter.letter_key.in_(some)))
    return Counter(letters=_deleted(session, delete(Letter).where(among)))


def _about(key: str) -> int | None:
    """Return which registration a letter is about, by its key."""
    kind, _, rest = key.partition(":")
    number = rest.partition(":")[0]
    return int(number) if kind == "registration" and number.isdecimal() else None


def _number(session: Session, model: Any, among: Any) -> int:
    return session.scalars(select(func.count()).select_from(model).where(among)).one()


def _deleted(session: Session, statement: Any) -> int:
    done: Any = session.execute(statement, execution_options=_QUIETLY)
    return int(done.rowcount)


def _changed(session: Session, model: Any, among: Any, **values: Any) -> int:
    done: Any = session.execute(update(model).where(among).values(**values), execution_options=_QUIETLY)
    return int(done.rowcount)


def _receipt(
    session: Session, counts: Counter[str], why: str, now: datetime, *, event_id: int | None = None
) -> DeletionReceipt:
    """Write down what was deleted: numbers only. Nothing says whose they were."""
    receipt = DeletionReceipt(
        code=new_code() + new_code(),
        event_id=event_id,
        why=why,
        counts={name: number for name, number in sorted(counts.items()) if number},
        deleted_at=now,
    )
    session.flush()
    session.expire_all()  # what was changed past the session must not be read from it
    session.add(receipt)
    session.flush()
    return receipt
