"""Putting files with an official answer that is still being written, and taking them away again.

A file is part of the answer: whoever adds one has written it last, and what was checked must be checked again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from karavan.core.tokens import new_public_id
from karavan.files.rules import store
from karavan.proposals.models import AnswerState, Attachment
from karavan.proposals.problems import TooManyFiles
from karavan.proposals.rules.answer import take_open_answer

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.files.checking import Examined
    from karavan.proposals.models import OfficialAnswer

FILES: Final = 5


def attach_to_answer(
    session: Session,
    recommendation_id: int,
    examined: Examined,
    *,
    name: str,
    by_person: int,
    read_version: int,
    now: datetime,
) -> Attachment:
    """Put a file, examined already, with an answer that is being written.

    Raises:
        NotFound, NotAwaitingAnswer, ChangedMeanwhile, TooManyFiles.

    """
    answer = take_open_answer(session, recommendation_id, read_version)
    if len(answer.attachments) >= FILES:
        raise TooManyFiles
    file = store(session, examined, now=now)
    attachment = Attachment(public_id=new_public_id(), file_id=file.id, answer_id=answer.id, name=name)
    session.add(attachment)
    _written(session, answer, by_person, now)
    return attachment


def detach_from_answer(
    session: Session, recommendation_id: int, attachment_id: str, *, by_person: int, read_version: int, now: datetime
) -> None:
    """Take a file away from an answer that is being written; one that is not there is no fault.

    Raises:
        NotFound, NotAwaitingAnswer, ChangedMeanwhile.

    """
    answer = take_open_answer(session, recommendation_id, read_version)
    for attachment in answer.attachments:
        if attachment.public_id == attachment_id:
            session.delete(attachment)
            _written(session, answer, by_person, now)


def _written(session: Session, answer: OfficialAnswer, by_person: int, now: datetime) -> None:
    answer.state, answer.version = AnswerState.DRAFTED, answer.version + 1
    answer.drafted_by_id, answer.drafted_at = by_person, now
    answer.checked_by_id = answer.checked_at = None
    session.flush()
