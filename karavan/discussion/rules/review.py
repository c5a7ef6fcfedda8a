"""What becomes of a text that was just written or changed: whether readers see it at once, and who looks at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from karavan.discussion.moderated import piece_of
from karavan.discussion.rules.show import show
from karavan.moderation.models import Mode, Origin, Visibility
from karavan.moderation.rules.cases import open_case, text_moved
from karavan.moderation.screening import screen

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from typing import Any

    from sqlalchemy.orm import Session

    from karavan.discussion.models import Comment
    from karavan.moderation.queries import Standing
    from karavan.moderation.screening import Screening

    Mark = dict[str, Any]


def look_through(session: Session, comment: Comment, source: str, links: Sequence[str], now: datetime) -> Screening:
    """Let the machine look for what a person should look at."""
    return screen(
        session,
        source,
        links,
        organisation_id=comment.thread.organisation_id,
        author_id=comment.author_id,
        now=now,
    )


def place(
    session: Session, comment: Comment, standing: Standing, screening: Screening, *, now: datetime, waits_as: Visibility
) -> None:
    """Show a text, or let it wait for a moderator: by the thread's mode, a measure against its author, or a suspicion.

    `waits_as` is what readers see meanwhile: nothing of a new comment, a stub of one that was there already. Whoever
    speaks in a role for the organisation is not looked at beforehand.
    """
    mode, in_role = comment.thread.mode, comment.speaking_as is not None
    marks = screening.marks
    if (mode == Mode.BEFORE or standing.premoderated) and not in_role:
        case = open_case(session, piece_of(session, comment), Origin.PREMODERATION, now=now, marks=marks)
        show(session, comment, waits_as, held_until=case.due_at, now=now)
    elif screening.hold:
        _hold(session, comment, marks, now)
    else:
        show(session, comment, Visibility.PUBLISHED, now=now)
        if mode == Mode.AFTER or marks:
            origin = Origin.ROUTINE if mode == Mode.AFTER else Origin.FILTER
            open_case(session, piece_of(session, comment), origin, now=now, marks=marks)


def send(session: Session, comment: Comment, marks: Sequence[Mark], now: datetime) -> None:
    """Let a moderator look at another text of a comment: in the case that is open, else in a new one."""
    text_moved(session, comment.id, comment.revision, now=now)
    open_case(session, piece_of(session, comment), Origin.PREMODERATION, now=now, marks=marks)


def _hold(session: Session, comment: Comment, marks: Sequence[Mark], now: datetime) -> None:
    """Ask that nobody reads a text until a person has; whether it is heeded, and how long, moderation says."""
    show(session, comment, Visibility.HELD, now=now)
    case = open_case(session, piece_of(session, comment), Origin.FILTER, now=now, held=True, marks=marks)
    if not case.held:
        show(session, comment, Visibility.PUBLISHED, now=now)
    elif comment.held_until is None:
        show(session, comment, Visibility.HELD, held_until=case.due_at, now=now)
