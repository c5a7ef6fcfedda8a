"""What a council's page says of its hearings: those to come, and those that were held with all their answers.

The factory hangs it there: `app.extensions["karavan.council_sections"]["hearings"] = hearings_section`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from karavan.core.database import db
from karavan.core.when import day_short
from karavan.councils.sections import Figure, Section
from karavan.hearings.models import HearingState
from karavan.hearings.public_queries import hearings_of_council
from karavan.web.locale import gettext

if TYPE_CHECKING:
    from karavan.councils.models import Council

SHOWN: Final = 10


def hearings_section(council: Council, lang: str) -> Section | None:
    """Return a council's hearings, and the next one's day among the figures; None when there are none."""
    cards = hearings_of_council(db.session(), council.id, limit=SHOWN)
    if not cards:
        return None
    coming = min((one for one in cards if one.state == HearingState.ANNOUNCED), key=lambda one: one.day, default=None)
    return Section(
        heading=gettext("Public hearings"),
        template="hearings/_council_hearings.html",
        context={"cards": cards, "council": council},
        count=len(cards),
        figures=(Figure(gettext("Next hearing"), day_short(coming.day, lang)),) if coming else (),
    )
