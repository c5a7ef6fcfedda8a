"""What the moderators' pages read: the queue with what somebody may not judge, one card, and what surrounds it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import and_, case, exists, func, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from karavan.accounts.models import Organisation, OrganisationKind, Person
from karavan.moderation.lifecycle import ON_APPEAL
from karavan.moderation.models import (
    Action,
    Alias,
    Case,
    CasePart,
    CaseState,
    Decision,
    Flag,
    Interest,
    Sanction,
    WatchedWord,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.core.languages import Slots

LARGEST_ID: Final = 2**31 - 1
BULK: Final = 50
"""How many identical texts one press may remove."""


class Tab(StrEnum):
    """What can be waited for, in the order of the tabs."""

    NEW = "new"
    FLAGS = "flags"
    HELD = "held"
    APPEALS = "appeals"
    SECOND = "second"


class Barrier(StrEnum):
    """Why somebody is not offered a case."""

    OWN = "own"
    INTEREST = "interest"
    FLAGGED = "flagged"
    TOOK_PART = "took_part"


class QueueRow(NamedTuple):
    """A case that waits, and who is on it."""

    case: Case
    holder: str
    """Name of whoever has claimed it and still holds it."""
    number: int
    """Her number in the public log; 0: none yet."""


class Overview(NamedTuple):
    """How much waits in each tab, what this person is not offered, and what is due first."""

    counts: dict[Tab, int]
    barred: dict[Barrier, int]
    nearest: datetime | None
    overdue: int


_FIRST: Final = (CaseState.OPEN, CaseState.CLAIMED)
WAITING: Final = (*_FIRST, CaseState.ESCALATED, *sorted(ON_APPEAL))
_TAB: Final = case(
    (Case.state == CaseState.ESCALATED, Tab.SECOND.value),
    (Case.state.in_(ON_APPEAL), Tab.APPEALS.value),
    (Case.held, Tab.HELD.value),
    (Case.flags > 0, Tab.FLAGS.value),
    else_=Tab.NEW.value,
)


def _barrier(viewer_id: int) -> Any:
    """Return, as SQL, why this person may not judge a case; "" if she may. `queries.why_not` says it of one case."""
    interested = exists().where(
        Interest.thread_id == Case.thread_id, Interest.person_id == viewer_id, Interest.ended_at.is_(None)
    )
    flagged = exists().where(Flag.comment_id == Case.comment_id, Flag.person_id == viewer_id)
    took = exists().where(CasePart.case_id == Case.id, CasePart.person_id == viewer_id)
    proposed = exists().where(Decision.case_id == Case.id, Decision.undone_at.is_(None), Decision.by_id == viewer_id)
    return case(
        (Case.author_id == viewer_id, Barrier.OWN.value),
        (interested, Barrier.INTEREST.value),
        (flagged, Barrier.FLAGGED.value),
        (and_(Case.state.in_(sorted(ON_APPEAL)), took), Barrier.TOOK_PART.value),
        (and_(Case.state == CaseState.ESCALATED, proposed), Barrier.TOOK_PART.value),
        else_="",
    )


def _of(organisation_ids: Collection[int] | None) -> list[Any]:
    return [] if organisation_ids is None else [Case.organisation_id.in_(organisation_ids)]


def overview(session: Session, organisation_ids: Collection[int] | None, *, viewer_id: int, now: datetime) -> Overview:
    """Count what waits for somebody, in one question."""
    found = session.execute(
        select(
            _TAB.label("tab"),
            _barrier(viewer_id).label("barrier"),
            func.count(),
            func.min(Case.due_at),
            func.sum(case((Case.due_at < now, 1), else_=0)),
        )
        .where(Case.state.in_(WAITING), *_of(organisation_ids))
        .group_by("tab", "barrier")
    ).all()
    counts, barred = dict.fromkeys(Tab, 0), dict.fromkeys(Barrier, 0)
    nearest: datetime | None = None
    overdue = 0
    for tab, barrier, number, due, late in found:
        if barrier:
            barred[Barrier(barrier)] += number
            continue
        counts[Tab(tab)] += number
        overdue += late or 0
        nearest = due if nearest is None else min(nearest, due)
    return Overview(counts, {one: number for one, number in barred.items() if number}, nearest, overdue)


def rows(
    session: Session,
    organisation_ids: Collection[int] | None,
    tab: Tab,
    *,
    viewer_id: int,
    now: datetime,
    limit: int,
    offset: int = 0,
) -> list[QueueRow]:
    """Return a tab's cases that this person may judge, what is due first at the top."""
    chosen = (
        _with_holder(now)
        .where(
            Case.state.in_(WAITING),
            *_of(organisation_ids),
            _TAB.in_((tab.value,)),
            _barrier(viewer_id) == "",
        )
        .order_by(Case.due_at, Case.id)
        .limit(limit)
        .offset(offset)
    )
    return [QueueRow(*row) for row in session.execute(chosen)]


def neighbours(
    session: Session, organisation_ids: Collection[int] | None, found: Case, *, viewer_id: int, now: datetime
) -> tuple[int | None, int | None]:
    """Return the cases before and after this one in the order of the queue, across tabs, that nobody else is on."""
    place = (found.due_at, found.id)
    free = case((and_(Case.claimed_by_id.is_not(None), Case.claimed_until > now), Case.claimed_by_id), else_=viewer_id)
    chosen = select(Case.id).where(
        Case.state.in_(WAITING),
        *_of(organisation_ids),
        Case.id != found.id,
        _barrier(viewer_id) == "",
        free == viewer_id,
    )
    later = (Case.due_at > place[0]) | ((Case.due_at == place[0]) & (Case.id > place[1]))
    after = session.scalar(chosen.where(later).order_by(Case.due_at, Case.id).limit(1))
    before = session.scalar(chosen.where(~later).order_by(Case.due_at.desc(), Case.id.desc()).limit(1))
    return before, after


def next_free(
    session: Session,
    organisation_ids: Collection[int] | None,
    *,
    viewer_id: int,
    now: datetime,
    but: int = 0,
    tab: Tab | None = None,
) -> int | None:
    """Return the case that is due first and that nobody else is on (in a tab, if one is named)."""
    held_by_another = and_(Case.claimed_by_id.is_not(None), Case.claimed_by_id != viewer_id, Case.claimed_until > now)
    chosen = select(Case.id).where(
        Case.state.in_(WAITING),
        *_of(organisation_ids),
        Case.id != but,
        _barrier(viewer_id) == "",
        ~func.coalesce(held_by_another, False),
    )
    if tab is not None:
        chosen = chosen.where(_TAB.in_((tab.value,)))
    return session.scalar(chosen.order_by(Case.due_at, Case.id).limit(1))


class Card(NamedTuple):
    """One case as a moderator meets it."""

    case: Case
    holder: str
    number: int
    barrier: Barrier | None
    tab: Tab


def card(
    session: Session, case_id: int, organisation_ids: Collection[int] | None, *, viewer_id: int, now: datetime
) -> Card | None:
    """Return a case of these organisations, with its decisions, appeal and request; another's looks like none."""
    if case_id > LARGEST_ID:
        return None
    chosen = (
        _with_holder(now, _barrier(viewer_id), _TAB)
        .where(Case.id == case_id, *_of(organisation_ids))
        .options(selectinload(Case.decisions), joinedload(Case.appeal), joinedload(Case.state_request))
        .execution_options(populate_existing=True)
    )
    row = session.execute(chosen).first()
    if row is None:
        return None
    found, holder, number, barrier, tab = row
    return Card(found, holder, number, Barrier(barrier) if barrier else None, Tab(tab))


def _with_holder(now: datetime, *more: Any) -> Any:
    """Select cases with the name and the number of whoever holds each."""
    holder, alias = aliased(Person), aliased(Alias)
    held = and_(holder.id == Case.claimed_by_id, Case.claimed_until > now)
    numbered = and_(alias.person_id == holder.id, alias.organisation_id == Case.organisation_id)
    name, number = func.coalesce(holder.name, ""), func.coalesce(alias.number, 0)
    return select(Case, name, number, *more).outerjoin(holder, held).outerjoin(alias, numbered)


def clauses_of_flags(session: Session, case_ids: Collection[int]) -> dict[int, dict[str, int]]:
    """Return for each case how often each rule was named by those who flagged."""
    found: dict[int, dict[str, int]] = {}
    if case_ids:
        chosen = select(Flag.case_id, Flag.clause, func.count()).where(Flag.case_id.in_(case_ids))
        for case_id, clause, number in session.execute(chosen.group_by(Flag.case_id, Flag.clause)):
            found.setdefault(case_id or 0, {})[clause] = number
    return found


def standing_decision(found: Case, *, on_appeal: bool = False) -> Decision | None:
    """Return the decision that stands (its case's decisions must be loaded)."""
    return next(
        (one for one in reversed(found.decisions) if one.undone_at is None and one.on_appeal == on_appeal), None
    )


def sanctions_of(session: Session, person_id: int, organisation_id: int) -> Sequence[Sanction]:
    """Return the measures against an author at this organisation that were not lifted, the newest first."""
    chosen = select(Sanction).where(
        Sanction.person_id == person_id, Sanction.organisation_id == organisation_id, Sanction.lifted_at.is_(None)
    )
    return session.scalars(chosen.order_by(Sanction.id.desc()).limit(10)).all()


def sanction_of(session: Session, decision_id: int) -> Sanction | None:
    """Return the measure that goes with a decision."""
    chosen = select(Sanction).where(Sanction.decision_id == decision_id, Sanction.lifted_at.is_(None))
    return session.scalar(chosen.order_by(Sanction.id.desc()).limit(1))


def to_undo(session: Session, person_id: int, *, now: datetime) -> Decision | None:
    """Return the last decision of somebody that can still be undone."""
    return session.scalar(
        select(Decision)
        .join(Case, Case.id == Decision.case_id)
        .where(
            func.coalesce(Decision.cosigner_id, Decision.by_id) == person_id,
            Decision.settles_at > now,
            Decision.undone_at.is_(None),
            Decision.on_appeal.is_(False),
            Case.state == CaseState.DECIDED,
        )
        .options(joinedload(Decision.case))
        .order_by(Decision.id.desc())
        .limit(1)
    )


class Organised(NamedTuple):
    """An organisation whose discussions somebody looks after."""

    id: int
    name: Slots


def organisations(session: Session, ids: Collection[int] | None) -> list[Organised]:
    """Return these organisations (None: all that have anything to moderate)."""
    chosen = select(Organisation.id, Organisation.name)
    if ids is None:
        chosen = chosen.where(Organisation.id.in_(select(Case.organisation_id).distinct()))
    else:
        chosen = chosen.where(Organisation.id.in_(ids))
    return [Organised(*row) for row in session.execute(chosen.order_by(Organisation.id).limit(200))]


def today_of(session: Session, organisation_ids: Collection[int] | None, *, since: datetime) -> dict[str, int]:
    """Count what was decided since a moment: all of it, in time, and what was covered or removed."""
    row = session.execute(
        select(
            func.count(Decision.id),
            func.sum(case((Decision.decided_at <= Case.due_at, 1), else_=0)),
            func.sum(case((Decision.action != Action.KEEP, 1), else_=0)),
        )
        .select_from(Decision)
        .join(Case, Case.id == Decision.case_id)
        .where(
            Decision.decided_at >= since,
            Decision.undone_at.is_(None),
            Decision.on_appeal.is_(False),
            Decision.decided_by_machine.is_(False),
            *_of(organisation_ids),
        )
    ).one()
    decided, in_time, measures = (number or 0 for number in row)
    return {"decided": decided, "in_time": in_time, "measures": measures}


# --- Interests, words, second looks -----------------------------------------------------------------------------


def interests_of(session: Session, person_id: int) -> Sequence[Interest]:
    """Return the interests somebody has declared and not ended."""
    chosen = select(Interest).where(Interest.person_id == person_id, Interest.ended_at.is_(None))
    return session.scalars(chosen.order_by(Interest.id.desc()).limit(100)).all()


def words_of(session: Session, organisation_id: int) -> Sequence[WatchedWord]:
    """Return the words an organisation watches for."""
    chosen = select(WatchedWord).where(WatchedWord.organisation_id == organisation_id, WatchedWord.ended_at.is_(None))
    return session.scalars(chosen.order_by(WatchedWord.lang, WatchedWord.folded).limit(500)).all()


def watched_word(session: Session, word_id: int, organisation_ids: Collection[int] | None) -> WatchedWord | None:
    """Return a word of these organisations that is still watched for."""
    if word_id > LARGEST_ID:
        return None
    chosen = select(WatchedWord).where(WatchedWord.id == word_id, WatchedWord.ended_at.is_(None))
    if organisation_ids is not None:
        chosen = chosen.where(WatchedWord.organisation_id.in_(organisation_ids))
    return session.scalar(chosen)


def decision_to_see(session: Session, decision_id: int, organisation_ids: Collection[int] | None) -> Decision | None:
    """Return a decision of these organisations, with its case."""
    if decision_id > LARGEST_ID:
        return None
    chosen = select(Decision).join(Case, Case.id == Decision.case_id).where(Decision.id == decision_id)
    return session.scalar(chosen.where(*_of(organisation_ids)).options(joinedload(Decision.case)))


def waiting_first(
    session: Session, organisation_ids: Collection[int] | None, *, viewer_id: int, now: datetime
) -> list[Case]:
    """Return the newest 300 cases that wait for a first decision by this person: identical ones are among them."""
    chosen = (
        select(Case)
        .where(
            Case.state.in_(_FIRST),
            *_of(organisation_ids),
            _barrier(viewer_id) == "",
            (Case.claimed_by_id.is_(None)) | (Case.claimed_by_id == viewer_id) | (Case.claimed_until <= now),
        )
        .order_by(Case.id.desc())
        .limit(300)
    )
    return list(session.scalars(chosen))


def threads_of_cases(session: Session, organisation_ids: Collection[int] | None, case_id: int = 0) -> list[int]:
    """Return the threads that had cases lately: that of the named case first, then the newest fifteen."""
    chosen = select(Case.thread_id, func.max(Case.id)).where(*_of(organisation_ids)).group_by(Case.thread_id)
    found = [row[0] for row in session.execute(chosen.order_by(func.max(Case.id).desc()).limit(15))]
    if 0 < case_id <= LARGEST_ID:
        asked = session.scalar(select(Case.thread_id).where(Case.id == case_id, *_of(organisation_ids)))
        found = [*([asked] if asked else []), *(one for one in found if one != asked)]
    return found


def organisations_known(session: Session, ids: Collection[int] | None) -> list[Organised]:
    """Return these organisations (None: the councils), whether anything waits there or not."""
    chosen = select(Organisation.id, Organisation.name)
    if ids is None:
        chosen = chosen.where(Organisation.kind == OrganisationKind.COUNCIL)
    else:
        chosen = chosen.where(Organisation.id.in_(ids))
    return [Organised(*row) for row in session.execute(chosen.order_by(Organisation.id).limit(200))]
