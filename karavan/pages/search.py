"""One question to everything that can be found: events, submissions, councils."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from karavan.core.text import fold
from karavan.core.when import local_day
from karavan.councils.queries import council_cards
from karavan.events.queries import EventCard, Filters as EventFilters, event_page
from karavan.proposals.queries import Filters as ProposalFilters, ProposalCard, days_left, proposal_page

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.councils.queries import CouncilCard

FEW = 6
"""So many of each kind; the lists themselves hold the rest."""


class Found(NamedTuple):
    """What the words found, by kind, and how many there are of each in all."""

    events: tuple[EventCard, ...]
    past: tuple[EventCard, ...]
    proposals: tuple[ProposalCard, ...]
    left: dict[int, int]
    councils: list[CouncilCard]
    numbers: tuple[int, int, int]
    """Coming events, past events, proposals."""

    @property
    def total(self) -> int:
        """How many there are together."""
        return sum(self.numbers) + len(self.councils)


def everything(session: Session, words: str, *, now: datetime) -> Found:
    """Look for words among coming and past events, public submissions and the names of councils."""
    coming = event_page(session, EventFilters(words=words), now=now)
    past = event_page(session, EventFilters(words=words, past=True), now=now)
    page = proposal_page(session, ProposalFilters(words=words))
    proposals = page.cards[:FEW]
    wanted = fold(words).split()
    councils = [
        card
        for card in council_cards(session, on=local_day(now))
        if all(word in fold(card.name.every()) for word in wanted)
    ]
    return Found(
        events=coming.cards[:FEW],
        past=past.cards[:FEW],
        proposals=proposals,
        left=days_left(session, proposals, today=local_day(now)),
        councils=councils if wanted else [],
        numbers=(coming.total, past.total, page.total),
    )
