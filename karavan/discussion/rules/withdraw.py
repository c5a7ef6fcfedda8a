"""Taking one's own comment back. Its place stays, so that the answers below it can be understood."""

from __future__ import annotations

from typing import TYPE_CHECKING

from karavan.discussion.problems import NotThereAnyMore, NotYours
from karavan.discussion.rules.show import show
from karavan.discussion.rules.take import take_comment
from karavan.moderation.models import Visibility
from karavan.moderation.rules.cases import void

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.discussion.models import Comment


def withdraw(session: Session, comment_id: int, *, by_id: int, now: datetime) -> Comment:
    """Withdraw a comment: "withdrawn by its author" stands there from now on. Doing it twice changes nothing.

    Raises:
        NotFound, NotYours.
        NotThereAnyMore: it was removed or erased; that is what readers go on seeing.

    """
    comment = take_comment(session, comment_id)
    if comment.author_id != by_id:
        raise NotYours
    if comment.visibility == Visibility.WITHDRAWN:
        return comment
    if comment.visibility in (Visibility.REMOVED, Visibility.ERASED):
        raise NotThereAnyMore
    show(session, comment, Visibility.WITHDRAWN, now=now)
    void(session, comment.id, now=now)
    return comment
