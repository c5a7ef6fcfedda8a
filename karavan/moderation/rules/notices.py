"""A moderator comes upon a text herself, or learns something new about one that was decided: she opens a case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from karavan.core.problems import NotFound
from karavan.moderation import pieces, queries
from karavan.moderation.lifecycle import ON_APPEAL, WAITING
from karavan.moderation.models import Case, CaseState, Decision, LogAction, Origin, Visibility
from karavan.moderation.problems import NewsMissing, OnAppealNow
from karavan.moderation.rules import log
from karavan.moderation.rules.aliases import alias
from karavan.moderation.rules.cases import open_case, refuse_unless_may

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.moderation.pieces import Piece

GONE = frozenset({Visibility.WITHDRAWN, Visibility.ERASED})


def notice(session: Session, comment_id: int, *, by_id: int, words: str, words_lang: str, now: datetime) -> Case:
    """Open a case about a text, or return the one that waits already. Nothing happens to the text by this alone.

    What was decided about this very text is not opened again for nothing: her words say what has become known since,
    and everybody reads them in the log. The old entries stay as they are.

    Raises:
        NotFound: no such text, or its author took it back.
        NotModerator, OwnCase, Conflicted: it is not for her to open one.
        OnAppealNow, NewsMissing.

    """
    piece = pieces.keeper().take(session, comment_id)
    if piece.visibility in GONE:
        raise NotFound
    waiting = queries.case_of(session, comment_id)
    if waiting is not None:
        refuse_unless_may(session, waiting, by_id)
        return waiting
    earlier = decided_about(session, piece)
    origin = Origin.MODERATOR if earlier is None else Origin.NEW_FACTS
    case = open_case(session, piece, origin, now=now, by_id=by_id)
    if earlier is None:
        return case
    if earlier.case.state in ON_APPEAL:
        raise OnAppealNow
    if not words.strip():
        raise NewsMissing
    log.write(
        session,
        LogAction.REOPENED,
        organisation_id=case.organisation_id,
        by=alias(session, case.organisation_id, by_id),
        now=now,
        case=case,
        piece=piece,
        words=words,
        words_lang=words_lang,
        earlier=earlier.log_seq,
    )
    return case


def decided_about(session: Session, piece: Piece) -> Decision | None:
    """Return the last decision about this very text, if any was made."""
    return session.scalar(
        select(Decision)
        .join(Case, Case.id == Decision.case_id)
        .where(
            Case.comment_id == piece.id,
            Case.state.not_in(sorted({*WAITING, CaseState.VOID})),
            Decision.revision == piece.revision,
            Decision.undone_at.is_(None),
        )
        .order_by(Decision.id.desc())
        .limit(1)
    )
