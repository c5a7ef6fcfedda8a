"""What a state body asks for: a case of its own kind, with its basis, in the public log, decided by two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from karavan.core.database import insert_once
from karavan.core.problems import NotFound
from karavan.moderation import pieces
from karavan.moderation.citizen_problems import AskedAlready
from karavan.moderation.models import Case, LogAction, Origin, StateRequest, Visibility
from karavan.moderation.rules import log
from karavan.moderation.rules.aliases import alias
from karavan.moderation.rules.cases import fresh, open_case, refuse_unless_may

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from karavan.moderation.pieces import Piece


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request as it came in writing."""

    office: str
    article: str
    dated: date
    number: str = ""
    basis: str = ""
    sealed_until: date | None = None


def enter(session: Session, comment_id: int, request: Request, *, by_id: int, now: datetime) -> StateRequest:
    """Take down what a state body asks for about a text; the case is raised to it. The same paper twice is one.

    Nothing happens to the text by this alone: two moderators decide, as in every such case. While it is sealed, the log
    names the office and the day, and nothing else.

    Raises:
        NotFound, NotModerator, OwnCase, Conflicted.
        AskedAlready: another request about this text waits for a decision.

    """
    piece = pieces.keeper().take(session, comment_id)
    if piece.visibility == Visibility.ERASED:
        raise NotFound
    case = open_case(session, piece, Origin.STATE_REQUEST, now=now, by_id=by_id)
    refuse_unless_may(session, case, by_id)
    known = session.scalar(select(StateRequest).where(StateRequest.case_id == case.id))
    if known is not None:
        if (known.office, known.number, known.dated) == (request.office, request.number, request.dated):
            return known
        raise AskedAlready
    if case.origin != Origin.STATE_REQUEST:
        case = _raise(session, case)
    insert_once(
        session,
        StateRequest,
        case_id=case.id,
        office=request.office,
        article=request.article,
        number=request.number,
        dated=request.dated,
        basis=request.basis,
        sealed_until=request.sealed_until,
        entered_by_id=by_id,
        entered_at=now,
    )
    _log(session, case, piece, request, by=alias(session, case.organisation_id, by_id), now=now)
    return session.scalars(select(StateRequest).where(StateRequest.case_id == case.id)).one()


def _raise(session: Session, case: Case) -> Case:
    """Make a case that waits one about a request: whoever is deciding has to see it first."""
    session.execute(
        update(Case)
        .where(Case.id == case.id)
        .values(origin=Origin.STATE_REQUEST, version=Case.version + 1)
        .execution_options(synchronize_session=False)
    )
    return fresh(session, case.id)


def _log(session: Session, case: Case, piece: Piece, request: Request, *, by: str, now: datetime) -> None:
    """Write a request into the log. Of a sealed one everybody learns the office and the day, not what it is about."""
    facts: dict[str, Any] = {"office": request.office, "dated": request.dated.isoformat()}
    sealed = request.sealed_until is not None
    if request.sealed_until is not None:
        facts["sealed_until"] = request.sealed_until.isoformat()
    else:
        facts |= {"article": request.article, "number": request.number}
    log.write(
        session,
        LogAction.REQUESTED,
        organisation_id=case.organisation_id,
        by=by,
        now=now,
        case=None if sealed else case,
        piece=None if sealed else piece,
        **facts,
    )
