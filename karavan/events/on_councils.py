"""What a council's page says of its sittings, which are events of the council's organisation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from karavan.core.clock import now
from karavan.core.database import db
from karavan.core.when import day_short
from karavan.councils.sections import Figure, Section
from karavan.events import queries
from karavan.web.locale import gettext

if TYPE_CHECKING:
    from karavan.councils.models import Council


def sittings(council: Council, lang: str) -> Section | None:
    """Return the coming sittings, and the next one's day among the figures; None when there are none."""
    cards = queries.coming_sittings(db.session(), council.organisation_id, now=now())
    if not cards:
        return None
    return Section(
        heading=gettext("Coming sittings"),
        template="events/_sittings_list.html",
        context={"cards": cards},
        count=len(cards),
        figures=(Figure(gettext("Next sitting"), day_short(cards[0].first_day, lang)),),
    )
