"""What the transparency page asks the database: a dozen bounded statements, each grouped there, none listing rows.

Both makes of database count in whole numbers, so both give the same figures. A duration is the difference of whole
seconds, in whole minutes, rounded down.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, and_, case, func, literal, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import aliased
from sqlalchemy.sql.functions import GenericFunction

from karavan.core.when import midnight
from karavan.moderation.lifecycle import ON_APPEAL, WAITING
from karavan.moderation.models import (
    Action,
    Appeal,
    Case,
    Decision,
    Origin,
    Outcome,
    Sanction,
    SanctionKind,
    SecondLook,
    StateRequest,
)
from karavan.moderation.rooms import counted
from karavan.moderation.transparency import Agreed, Decided, Found, Judged, Period

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session


class minutes_between(GenericFunction[int]):  # noqa: N801 -- a function of SQL
    """How many whole minutes lie between two moments."""

    type = Integer()
    inherit_cache = True


@compiles(minutes_between, "sqlite")
def _minutes_in_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    began, ended = (f"CAST(strftime('%s', {compiler.process(one, **options)}) AS INTEGER)" for one in element.clauses)
    return f"(({ended} - {began}) / 60)"


@compiles(minutes_between, "postgresql")
def _minutes_in_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    began, ended = (f"floor(extract(epoch FROM {compiler.process(one, **options)}))" for one in element.clauses)
    return f"CAST(floor(({ended} - {began}) / 60) AS INTEGER)"


def find(session: Session, period: Period, organisation_id: int, *, months: Sequence[date]) -> Found:
    """Count everything about a period, of one organisation's moderators or (0) of all."""
    scope = Scope(session, period, organisation_id)
    now, ever = _overdue(scope)
    sanctions, lifted = _sanctions(scope)
    return Found(
        comments=counted(session, organisation_id=organisation_id or None, since=period.since, until=period.until),
        origins=_origins(scope),
        decided=_decided(scope, months),
        minutes=_minutes(scope),
        judged=_judged(scope),
        overdue_now=now,
        overdue_ever=ever,
        undone=_undone(scope),
        sanctions=sanctions,
        lifted=lifted,
        requests=_requests(scope),
        agreed=_agreed(scope),
    )


class Scope:
    """Which period, and whose."""

    def __init__(self, session: Session, period: Period, organisation_id: int) -> None:
        self.session = session
        self.period = period
        self.organisation_id = organisation_id

    def within(self, moment: Any) -> ColumnElement[bool]:
        """Say that something happened in the period."""
        until = moment <= self.period.until
        return and_(moment >= self.period.since, until) if self.period.since is not None else until

    def ours(self, column: Any) -> list[ColumnElement[bool]]:
        """Say whose it is, if only one organisation's is asked for."""
        return [column == self.organisation_id] if self.organisation_id else []


def _origins(scope: Scope) -> dict[Origin, int]:
    asked = select(Case.origin, func.count()).where(scope.within(Case.opened_at), *scope.ours(Case.organisation_id))
    return {row[0]: row[1] for row in scope.session.execute(asked.group_by(Case.origin))}


_HOLDS = (
    Decision.on_appeal.is_(False),
    Decision.undone_at.is_(None),
    or_(Decision.needs_cosigner.is_(False), Decision.cosigned_at.is_not(None)),
)
"""A first decision that was not taken back, and does not wait for a second moderator."""
_HELD_FROM = func.coalesce(Decision.cosigned_at, Decision.decided_at)


def _decided(scope: Scope, months: Sequence[date]) -> list[Decided]:
    judged = aliased(Decision)
    later = and_(
        judged.case_id == Decision.case_id,
        judged.on_appeal.is_(True),
        judged.undone_at.is_(None),
        judged.outcome.in_((Outcome.OVERTURNED, Outcome.MODIFIED)),
    )
    ends = [(midnight(month) > _HELD_FROM, place - 1) for place, month in enumerate(months)]
    one = (
        select(
            (case(*ends, else_=len(months) - 1) if ends else literal(-1)).label("month"),
            func.coalesce(judged.action, Decision.action).label("action"),
            case((judged.id.is_not(None), judged.clause), else_=Decision.clause).label("clause"),
        )
        .select_from(Decision)
        .join(Case, Case.id == Decision.case_id)
        .outerjoin(judged, later)
        .where(*_HOLDS, scope.within(_HELD_FROM), *scope.ours(Case.organisation_id))
        .subquery()
    )
    columns = (one.c.month, one.c.action, one.c.clause)
    rows = scope.session.execute(select(*columns, func.count()).group_by(*columns))
    return [Decided(row[0], Action(row[1]), row[2], row[3]) for row in rows]


def _minutes(scope: Scope) -> dict[int, int]:
    one = (
        select(minutes_between(Case.opened_at, _HELD_FROM).label("minutes"))
        .select_from(Decision)
        .join(Case, Case.id == Decision.case_id)
        .where(*_HOLDS, scope.within(_HELD_FROM), *scope.ours(Case.organisation_id))
        .subquery()
    )
    rows = scope.session.execute(select(one.c.minutes, func.count()).group_by(one.c.minutes))
    return {row[0]: row[1] for row in rows}


def _judged(scope: Scope) -> list[Judged]:
    answer = and_(Decision.case_id == Appeal.case_id, Decision.on_appeal.is_(True), Decision.undone_at.is_(None))
    one = (
        select(
            Decision.outcome.label("outcome"),
            minutes_between(Appeal.made_at, Decision.decided_at).label("minutes"),
        )
        .select_from(Appeal)
        .join(Case, Case.id == Appeal.case_id)
        .outerjoin(Decision, answer)
        .where(scope.within(Appeal.made_at), *scope.ours(Case.organisation_id))
        .subquery()
    )
    rows = scope.session.execute(
        select(one.c.outcome, one.c.minutes, func.count()).group_by(one.c.outcome, one.c.minutes)
    )
    return [Judged(*row) for row in rows]


def _overdue(scope: Scope) -> tuple[int, int]:
    late = and_(Case.state.in_(sorted(WAITING | ON_APPEAL)), Case.due_at < scope.period.until)
    ever = and_(Case.overdue_at.is_not(None), scope.within(Case.overdue_at))
    counts = (func.count(case((late, 1))), func.count(case((ever, 1))))
    row = scope.session.execute(select(*counts).where(or_(late, ever), *scope.ours(Case.organisation_id))).one()
    return row[0], row[1]


def _undone(scope: Scope) -> int:
    """Count decisions that held and were taken back by whoever took them; a proposal that fell away never held."""
    held = or_(Decision.needs_cosigner.is_(False), Decision.cosigned_at.is_not(None))
    asked = (
        select(func.count())
        .select_from(Decision)
        .join(Case, Case.id == Decision.case_id)
        .where(Decision.undone_at.is_not(None), held, scope.within(Decision.undone_at))
    )
    return scope.session.execute(asked.where(*scope.ours(Case.organisation_id))).scalar_one()


def _sanctions(scope: Scope) -> tuple[dict[SanctionKind, int], int]:
    begun = scope.within(Sanction.starts_at)
    lifted = and_(Sanction.lifted_at.is_not(None), scope.within(Sanction.lifted_at))
    asked = select(Sanction.kind, func.count(case((begun, 1))), func.count(case((lifted, 1))))
    asked = asked.where(Sanction.starts_at.is_not(None), *scope.ours(Sanction.organisation_id))
    rows = scope.session.execute(asked.group_by(Sanction.kind)).all()
    return {row[0]: row[1] for row in rows}, sum(row[2] for row in rows)


def _requests(scope: Scope) -> dict[Action | None, int]:
    decided = and_(Decision.case_id == StateRequest.case_id, *_HOLDS)
    asked = (
        select(Decision.action, func.count())
        .select_from(StateRequest)
        .join(Case, Case.id == StateRequest.case_id)
        .outerjoin(Decision, decided)
        .where(scope.within(StateRequest.entered_at), *scope.ours(Case.organisation_id))
    )
    return {row[0]: row[1] for row in scope.session.execute(asked.group_by(Decision.action))}


def _agreed(scope: Scope) -> Agreed:
    same = SecondLook.action == Decision.action
    measured = and_(SecondLook.action != Action.KEEP, Decision.action != Action.KEEP)
    counts = (
        func.count(),
        func.count(case((same, 1))),
        func.count(case((measured, 1))),
        func.count(case((and_(measured, SecondLook.clause == Decision.clause), 1))),
    )
    asked = (
        select(*counts)
        .select_from(SecondLook)
        .join(Decision, Decision.id == SecondLook.decision_id)
        .join(Case, Case.id == Decision.case_id)
        .where(Decision.undone_at.is_(None), scope.within(SecondLook.given_at), *scope.ours(Case.organisation_id))
    )
    return Agreed(*scope.session.execute(asked).one())
