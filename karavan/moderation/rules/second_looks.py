"""Second looks: a moderator decides a closed case anew without knowing how it ended. So agreement is measured."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from karavan.core.database import insert_once
from karavan.core.problems import NotFound
from karavan.moderation import pieces, queries
from karavan.moderation.citizen_problems import SeenAlready
from karavan.moderation.conduct import BY_CODE
from karavan.moderation.lifecycle import WAITING
from karavan.moderation.models import Action, Case, CasePart, CaseState, Decision, Interest, SecondLook, Visibility
from karavan.moderation.problems import NotModerator, RuleMissing

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

AGE: Final = timedelta(days=1)
"""A decision of today is still talked about."""
_SOME: Final = 12


def offer(session: Session, organisation_ids: Collection[int] | None, *, by_id: int, now: datetime) -> Decision | None:
    """Return some closed case's decision for her to look at, chosen by chance; None if there is none. It only reads.

    Never one she took part in, one she has an interest in or has looked at, nor one whose text the law took away.
    """
    chosen = _fit(by_id, now)
    if organisation_ids is not None:
        chosen = chosen.where(Case.organisation_id.in_(organisation_ids))
    found = session.scalars(chosen.order_by(func.random()).limit(_SOME)).all()
    texts = pieces.keeper().look(session, {decision.case.comment_id for decision in found})
    return next((one for one in found if texts[one.case.comment_id].visibility != Visibility.ERASED), None)


def give(session: Session, decision_id: int, *, by_id: int, action: Action, clause: str, now: datetime) -> SecondLook:
    """Keep what she would have decided. It changes nothing for anybody. Sent twice, the first answer stands.

    Raises:
        NotFound, NotModerator, RuleMissing.
        SeenAlready: she knows the case, or it is not one for a second look.

    """
    decision = session.get(Decision, decision_id)
    if decision is None:
        raise NotFound
    if not queries.moderates_now(session, by_id, decision.case.organisation_id):
        raise NotModerator
    mine = select(SecondLook).where(SecondLook.decision_id == decision_id, SecondLook.by_id == by_id)
    given = session.scalar(mine)
    if given is not None:
        return given
    if action != Action.KEEP and clause not in BY_CODE:
        raise RuleMissing
    piece = pieces.keeper().look(session, (decision.case.comment_id,))[decision.case.comment_id]
    fits = session.scalar(_fit(by_id, now).where(Decision.id == decision_id)) is not None
    if not fits or piece.visibility == Visibility.ERASED:
        raise SeenAlready
    insert_once(
        session,
        SecondLook,
        decision_id=decision_id,
        by_id=by_id,
        action=action,
        clause=clause if action != Action.KEEP else "",
        given_at=now,
    )
    return session.scalars(mine).one()


def _fit(by_id: int, now: datetime) -> Select[Decision]:
    """Choose the decisions that are for her: closed, a day old, somebody else's, not known to her."""
    looked = select(SecondLook.id).where(SecondLook.decision_id == Decision.id, SecondLook.by_id == by_id).exists()
    took_part = select(CasePart.id).where(CasePart.case_id == Case.id, CasePart.person_id == by_id).exists()
    interested = (
        select(Interest.id)
        .where(Interest.thread_id == Case.thread_id, Interest.person_id == by_id, Interest.ended_at.is_(None))
        .exists()
    )
    return (
        select(Decision)
        .join(Case, Case.id == Decision.case_id)
        .where(
            Case.state.not_in((*WAITING, CaseState.VOID)),
            Case.author_id != by_id,
            Decision.on_appeal.is_(False),
            Decision.undone_at.is_(None),
            Decision.decided_by_machine.is_(False),
            Decision.by_id.is_not(None),
            Decision.by_id != by_id,
            Decision.decided_at < now - AGE,
            ~looked,
            ~took_part,
            ~interested,
        )
    )
