"""Submissions as threads know them, and what of a thread stands on a submission's page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from karavan.councils.models import Council
from karavan.discussion.hosts import Hosted
from karavan.proposals.lifecycle import PUBLIC
from karavan.proposals.models import Proposal, State

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session

HOST: Final = "proposal"


def takes_comments(state: State) -> bool:
    """May comments be written in the thread of a submission in this state?"""
    return state in PUBLIC and state != State.JOINED


def find(session: Session, ids: Collection[int]) -> dict[int, Hosted]:
    """Return what threads say of submissions. One that is not public, or not any more, has no readable thread.

    A joined one takes no more comments: the matter goes on under the other.
    """
    asked = select(Proposal.id, Proposal.number, Proposal.title, Proposal.lang, Proposal.state, Council.slug)
    rows = session.execute(asked.join(Council, Council.id == Proposal.council_id).where(Proposal.id.in_(ids)))
    return {
        proposal_id: Hosted(
            title=title,
            title_lang=lang,
            endpoint="proposals.show",
            values={"number": number},
            open=takes_comments(state),
            public=state in PUBLIC,
            council_slug=slug,
        )
        for proposal_id, number, title, lang, state, slug in rows
    }
