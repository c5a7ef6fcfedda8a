"""Reading councils: statutes of a day, members, promises. Lists come as plain tuples."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Select, and_, case, func, or_, select
from sqlalchemy.orm import joinedload

from karavan.accounts.models import Organisation, OrganisationKind
from karavan.councils.models import (
    Commission,
    Council,
    CouncilLevel,
    Member,
    Promise,
    PromiseState,
    Sector,
    SettingKey,
    StatuteSetting,
)
from karavan.councils.statute import SHAPES, Statute, compose, in_force
from karavan.files.models import StoredFile
from karavan.files.queries import content_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from karavan.core.languages import Slots

LARGEST_ID = 2**31 - 1
"""PostgreSQL refuses to compare a number with anything larger."""
STATE_SIDE = (Sector.STATE, Sector.MASLIKHAT)
"""Who counts as the state's side of a council."""


# --- Statutes ---------------------------------------------------------------------------------------------


class StatuteLine(NamedTuple):
    """One line of a statute, as it is stored."""

    id: int
    key: SettingKey
    value: dict[str, Any]
    valid_from: date
    citation: Slots
    note: str
    entered_at: datetime

    @property
    def typed(self) -> Any:
        """The value as the statute has it."""
        return SHAPES[self.key].read(self.value)


def _lines(council_id: int) -> Select[Any]:
    columns = StatuteSetting.__table__.c
    return select(*(columns[name] for name in StatuteLine._fields)).where(columns.council_id == council_id)


def statute_lines(session: Session, council_id: int) -> list[StatuteLine]:
    """Return every line a council's statute ever had and is to have, oldest first."""
    chosen = _lines(council_id).order_by(StatuteSetting.valid_from, StatuteSetting.id)
    return [StatuteLine(*row) for row in session.execute(chosen)]


def statute_of(session: Session, council_id: int, on: date) -> Statute:
    """Return a council's statute as it stands on a day: its lines in force, our defaults for the rest."""
    rows = session.execute(_lines(council_id).where(StatuteSetting.valid_from <= on))
    return compose([StatuteLine(*row) for row in rows], on)


class KeyHistory(NamedTuple):
    """All lines of one setting, the latest first, and which of them holds."""

    key: SettingKey
    lines: list[StatuteLine]
    holding: int | None


def histories(lines: Sequence[StatuteLine], on: date) -> list[KeyHistory]:
    """Sort a council's lines by setting, for the page that shows them all."""
    held = in_force(lines, on)
    found: dict[SettingKey, list[StatuteLine]] = {key: [] for key in SettingKey}
    for line in sorted(lines, key=lambda line: (line.valid_from, line.id), reverse=True):
        found[line.key].append(line)
    return [KeyHistory(key, of_key, held[key].id if key in held else None) for key, of_key in found.items()]


# --- Councils ---------------------------------------------------------------------------------------------


class CouncilCard(NamedTuple):
    """One council in a list."""

    id: int
    slug: str
    level: CouncilLevel
    place: str
    demo: bool
    about: Slots
    organisation_id: int
    name: Slots
    members: int
    commissions: int
    promises: int
    kept: int


def _sitting(on: date) -> Any:
    """Does a member sit on that day? `Member.sits_on` asks the same of one row."""
    early = or_(Member.ended_on.is_(None), Member.ended_on >= on)
    return and_(Member.mandate_from <= on, Member.mandate_to >= on, early)


def _number_of(what: Any, *narrowed: Any) -> Any:
    return select(func.count(what.id)).where(what.council_id == Council.id, *narrowed).scalar_subquery()


def council_cards(session: Session, *, on: date, organisations: Collection[int] | None = None) -> list[CouncilCard]:
    """Return the councils in their order, or only those of some organisations, with how many sit in each."""
    chosen = select(
        Council.id,
        Council.slug,
        Council.level,
        Council.place,
        Council.demo,
        Council.about,
        Council.organisation_id,
        Organisation.name,
        _number_of(Member, _sitting(on)),
        _number_of(Commission),
        _number_of(Promise),
        _number_of(Promise, Promise.state == PromiseState.KEPT),
    ).join(Organisation, Organisation.id == Council.organisation_id)
    if organisations is not None:
        chosen = chosen.where(Council.organisation_id.in_(organisations))
    return [CouncilCard(*row) for row in session.execute(chosen.order_by(Council.position, Council.id))]


def council_by_slug(session: Session, slug: str) -> Council | None:
    """Return the council at this address, with its name."""
    return session.scalar(select(Council).options(joinedload(Council.organisation)).where(Council.slug == slug))


def council(session: Session, council_id: int) -> Council | None:
    """Return a council by its number, with its name."""
    if council_id > LARGEST_ID:
        return None
    return session.scalar(select(Council).options(joinedload(Council.organisation)).where(Council.id == council_id))


class Composition(NamedTuple):
    """How many of a council's members come from where, and whether the state has more than its share."""

    sectors: tuple[tuple[Sector, int], ...]
    total: int
    state: int
    most: Fraction

    @property
    def over(self) -> bool:
        """Has the state more seats than the statute gives it?"""
        return self.total > 0 and Fraction(self.state, self.total) > self.most


def composition(members: Sequence[Member], most: Fraction) -> Composition:
    """Count members by sector, the largest first."""
    counted = Counter(member.sector for member in members)
    sectors = sorted(counted.items(), key=lambda pair: (-pair[1], list(Sector).index(pair[0])))
    state = sum(counted[sector] for sector in STATE_SIDE)
    return Composition(tuple(sectors), len(members), state, most)


@dataclass(frozen=True, kw_only=True)
class CouncilPage:
    """All that a council's page shows of councils."""

    council: Council
    commissions: Sequence[Commission]
    members: Sequence[Member]
    """Those who sit on the day."""
    former: Sequence[Member]
    """Those whose mandate is over, the last to leave first."""
    coming: Sequence[Member]
    """Those whose mandate has not begun."""
    promises: Sequence[Promise]
    lines: Sequence[StatuteLine]
    statute: Statute
    on: date

    @property
    def composition(self) -> Composition:
        """Where the members come from."""
        return composition(self.members, self.statute.state_share)

    @property
    def kept(self) -> int:
        """How many promises were kept."""
        return sum(promise.state == PromiseState.KEPT for promise in self.promises)

    @property
    def mandates(self) -> tuple[int, int] | None:
        """The years over which the sitting members' mandates reach."""
        if not self.members:
            return None
        return min(one.mandate_from for one in self.members).year, max(one.mandate_to for one in self.members).year


def council_page(session: Session, slug: str, on: date) -> CouncilPage | None:
    """Return a council with everything its page shows on a day, or None."""
    found = council_by_slug(session, slug)
    return None if found is None else page_of(session, found, on)


def page_of(session: Session, found: Council, on: date) -> CouncilPage:
    """Return the same of a council that was found already."""
    everybody = members(session, found.id)
    lines = statute_lines(session, found.id)
    openness = case((Promise.state == PromiseState.OPEN, 0), else_=1)
    promises = select(Promise).where(Promise.council_id == found.id)
    return CouncilPage(
        council=found,
        commissions=commissions(session, found.id),
        members=[one for one in everybody if one.sits_on(on)],
        former=sorted((one for one in everybody if one.over_on(on)), key=lambda one: one.last_day, reverse=True),
        coming=[one for one in everybody if one.mandate_from > on],
        promises=session.scalars(promises.order_by(openness, Promise.made_on.desc(), Promise.id.desc())).all(),
        lines=lines,
        statute=compose(lines, on),
        on=on,
    )


# --- Members, promises ------------------------------------------------------------------------------------


def members(session: Session, council_id: int) -> Sequence[Member]:
    """Return everybody who sits, sat or will sit in a council, in the council's order."""
    return session.scalars(
        select(Member)
        .options(joinedload(Member.commission))
        .where(Member.council_id == council_id)
        .order_by(Member.position, Member.id)
    ).all()


def commissions(session: Session, council_id: int) -> Sequence[Commission]:
    """Return a council's standing groups."""
    chosen = select(Commission).where(Commission.council_id == council_id)
    return session.scalars(chosen.order_by(Commission.position, Commission.id)).all()


def member(session: Session, council_id: int, member_id: int) -> Member | None:
    """Return one member of this council."""
    if member_id > LARGEST_ID:
        return None
    return session.scalar(
        select(Member)
        .options(joinedload(Member.commission))
        .where(Member.council_id == council_id, Member.id == member_id)
    )


def mandates_of(session: Session, found: Member) -> Sequence[Member]:
    """Return every mandate the same person has had in the council, the latest first."""
    same = Member.name == found.name
    if found.person_id is not None:
        same = or_(same, Member.person_id == found.person_id)
    chosen = select(Member).options(joinedload(Member.commission)).where(Member.council_id == found.council_id, same)
    return session.scalars(chosen.order_by(Member.mandate_from.desc(), Member.id.desc())).all()


def photo_of(session: Session, slug: str, member_id: int) -> tuple[StoredFile, bytes] | None:
    """Return the photo of a member who agreed that it is shown, and its bytes."""
    if member_id > LARGEST_ID:
        return None
    file = session.scalar(
        select(StoredFile)
        .join(Member, Member.photo_id == StoredFile.id)
        .join(Council, Council.id == Member.council_id)
        .where(Council.slug == slug, Member.id == member_id, Member.photo_consent)
    )
    content = content_of(session, file.id) if file else None
    return (file, content) if file and content is not None else None


def promise(session: Session, council_id: int, promise_id: int) -> Promise | None:
    """Return one promise of this council."""
    if promise_id > LARGEST_ID:
        return None
    return session.scalar(select(Promise).where(Promise.council_id == council_id, Promise.id == promise_id))


def addressees(session: Session) -> Sequence[Organisation]:
    """Return the bodies a recommendation can go to."""
    chosen = select(Organisation).where(Organisation.kind == OrganisationKind.STATE_BODY)
    return session.scalars(chosen.order_by(Organisation.id)).all()
