"""The labelled submissions, written into the database past the rules, and asked about as the list page does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from karavan.core.database import db, transact
from karavan.core.tokens import new_public_id
from karavan.proposals import search
from karavan.proposals.models import Channel, Proposal, State, Topic
from tests.proposals.search_set import TEXTS, Text
from tests.support.civic import make_council
from tests.support.settings import NOW

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session


class Shelf:
    """Submissions by their keys."""

    def __init__(self, texts: Sequence[Text] = TEXTS) -> None:
        self.council = make_council()
        self.ids: dict[str, int] = {}
        self.numbers: dict[str, str] = {}
        self.keys: dict[int, str] = {}
        self.add(*texts)

    def add(self, *texts: Text) -> None:
        """Write down more."""
        transact(self._write, texts)
        self.keys = {number: key for key, number in self.ids.items()}

    def _write(self, session: Session, texts: Sequence[Text]) -> None:
        for at, text in enumerate(texts, len(self.ids) + 1):
            proposal = Proposal(
                number=f"MGS-2026-{at * 37:05}",
                key=new_public_id(),
                council_id=self.council.id,
                author_name="Ойдан шығарылған адам",
                public_name="Ойдан Ш.",
                lang=text.lang,
                place=text.place,
                topic=Topic(text.topic),
                title=text.title,
                problem=text.problem,
                solution=text.solution,
                state=State.PUBLISHED,
                state_at=NOW,
                channel=Channel.PAPER,
                created_at=NOW,
                published_at=NOW,
            )
            session.add(proposal)
            session.flush()
            search.index(session, proposal)
            self.ids[text.key], self.numbers[text.key] = proposal.id, proposal.number

    def find(self, words: str, **filters: object) -> list[str]:
        """Return the keys of what is found, the best first."""
        session = db.session()
        hits = search.ranked(session, words, **filters)  # type: ignore[arg-type]
        asked = select(Proposal.id).join(hits, hits.c.proposal_id == Proposal.id)
        return [self.keys[found] for found in session.scalars(asked.order_by(hits.c.rank, Proposal.id.desc()))]

    def similar(self, text: str, **where: object) -> list[str]:
        """Return the keys of what speaks of the same."""
        return [self.keys[hit.proposal_id] for hit in search.similar(db.session(), text, **where)]  # type: ignore[arg-type]
