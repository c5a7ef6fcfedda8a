"""What a council's page says of its submissions: this year's figures, its recommendations and their dates.

The factory hangs it there: `app.extensions["karavan.council_sections"]["recommendations"] = recommendations_section`.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from karavan.core.clock import now
from karavan.core.database import db
from karavan.core.when import DEFAULT_ZONE, local_day, number
from karavan.councils.sections import Figure, Section
from karavan.proposals import queries
from karavan.web.locale import gettext

if TYPE_CHECKING:
    from karavan.councils.models import Council

SHOWN: Final = 20


def recommendations_section(council: Council, lang: str) -> Section:
    """Return a council's recommendations with the days each body still has, and how this year's were answered."""
    session, today = db.session(), local_day(now())
    new_year = datetime(today.year, 1, 1, tzinfo=ZoneInfo(DEFAULT_ZONE))
    sums = queries.council_numbers(session, council.id, since=new_year)
    rows = queries.recommendation_rows(session, council_id=council.id, limit=SHOWN)
    return Section(
        heading=gettext("Recommendations and when answers are due"),
        template="proposals/_council_recommendations.html",
        context={"rows": rows, "left": queries.days_left(session, rows, today=today), "council": council},
        count=sums.recommended,
        figures=(
            Figure(gettext("Recommendations this year"), number(sums.recommended, lang)),
            Figure(gettext("Answered in time"), f"{number(sums.in_time, lang)} / {number(sums.answered, lang)}"),
            Figure(gettext("Accepted"), number(sums.accepted, lang)),
        ),
    )
