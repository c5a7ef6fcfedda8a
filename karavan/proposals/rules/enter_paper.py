"""Entering what somebody brought on paper, with a scan of the sheet for whoever compares the two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from karavan.core.database import insert_once
from karavan.core.tokens import new_public_id
from karavan.files.rules import store
from karavan.proposals.models import Attachment, Draft
from karavan.proposals.problems import EnteredAlready
from karavan.proposals.rules.write import DRAFTS_LIVE, enter, words_of

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.files.checking import Examined
    from karavan.proposals.models import Proposal
    from karavan.proposals.rules.write import Submission


def enter_paper(
    session: Session, wish: Submission, *, scan: tuple[str, Examined] | None, by_person: int, now: datetime
) -> Proposal:
    """Enter it once, however often the button is pressed, and keep the scan where only the desk sees it.

    A sheet shows addresses and handwriting, so its scan is no attachment of the submission, which everybody may read:
    it hangs on a draft that became the submission.

    Raises:
        EnteredAlready: this form was used for something else before; going back and typing the next one must not lose
            it.
        NotFound: no such council.

    """
    proposal = enter(session, wish, by_person=by_person, now=now)
    if words_of(proposal) != wish.words or proposal.author_name != wish.author_name:
        raise EnteredAlready(number=proposal.number)
    fresh = insert_once(
        session,
        Draft,
        public_id=wish.key,
        lang=wish.lang,
        fields={},
        saved_at=now,
        expires_at=now + DRAFTS_LIVE,
        proposal_id=proposal.id,
    )
    if scan is None or not fresh:
        return proposal
    name, examined = scan
    file = store(session, examined, now=now)
    draft_id = session.scalars(select(Draft.id).where(Draft.public_id == wish.key)).one()
    session.add(Attachment(public_id=new_public_id(), file_id=file.id, draft_id=draft_id, name=name))
    session.flush()
    return proposal
