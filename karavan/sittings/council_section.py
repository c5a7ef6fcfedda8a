"""What a council's page says of its sittings, the coming ones and the last; and a member's page of her votes.

A sitting that was entered as an event alone, without an agenda here, stands in the list too: an event of the council's
organisation that no sitting belongs to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from karavan.core.clock import now
from karavan.core.database import db
from karavan.core.when import day_short, local_day
from karavan.councils.sections import Figure, Section
from karavan.events import queries as events
from karavan.sittings.models import SittingState
from karavan.sittings.page import SittingCard, sitting_cards
from karavan.sittings.queries import held_sittings
from karavan.sittings.voting import record_of
from karavan.web.locale import gettext

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from karavan.councils.models import Council, Member

SHOWN: Final = 5
AHEAD: Final = (SittingState.CONVENED, SittingState.OPEN)


def part_in_two(cards: Sequence[SittingCard]) -> tuple[list[SittingCard], list[SittingCard]]:
    """Return those that lie ahead or go on, the soonest first, and the rest, the latest first."""
    coming = [card for card in cards if card.state in AHEAD]
    return coming[::-1], [card for card in cards if card.state not in AHEAD]


def sittings_section(council: Council, lang: str) -> Section | None:
    """Return a council's sittings; None when there are none."""
    session, moment = db.session(), now()
    cards = sitting_cards(session, (council.id,))
    linked = {card.event_id for card in cards}
    ahead = events.coming_sittings(session, council.organisation_id, now=moment)
    alone = [card for card in ahead if card.id not in linked]
    if not cards and not alone:
        return None
    coming, past = part_in_two(cards)
    days = _days_ahead(coming, moment) + [card.first_day for card in alone]
    return Section(
        heading=gettext("Sittings"),
        template="sittings/_council_sittings.html",
        context={"cards": coming + past[:SHOWN], "events": alone, "council": council},
        count=len(cards) + len(alone),
        figures=(Figure(gettext("Next sitting"), day_short(min(days), lang)),) if days else (),
    )


def votes_of_member(council: Council, member: Member, lang: str) -> Section | None:  # noqa: ARG001 -- as all offers
    """Return how often a member came and how she voted; None before a sitting was held in her mandate."""
    if not held_sittings(db.session(), council.id):
        return None
    row = next(iter(record_of(db.session(), council, member_id=member.id).of_members()), None)
    if row is None:
        return None
    return Section(
        heading=gettext("Attendance and votes"),
        template="sittings/_member_votes.html",
        context={"row": row, "council": council},
    )


def _days_ahead(coming: Sequence[SittingCard], moment: datetime) -> list[date]:
    return [card.day for card in coming if card.day >= local_day(moment)]
