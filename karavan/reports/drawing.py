"""How a report is shown and handed out: what its pages need for their drawings, and files to take away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flask import Response

from karavan.core import charts
from karavan.core.charts import SMALL, Line
from karavan.core.when import number, percent
from karavan.reports.figures import TRAITS, over_time
from karavan.reports.tables import words_of, written
from karavan.web.locale import lang

if TYPE_CHECKING:
    from collections.abc import Sequence

    from karavan.reports.figures import Figures, Stretch
    from karavan.reports.tables import Table

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def drawing(tables: Sequence[Table], figures: Figures) -> dict[str, Any]:
    """Return the tables by their keys, what their groups are called, and the tools of `components/chart.html`."""
    words = {trait: words_of(trait) for trait in TRAITS}
    stretches = over_time(figures.registrations)
    return {
        "tables": {table.key: table for table in tables},
        "words": words | {f"absent_{trait}": words[trait] for trait in TRAITS} | {"usefulness": words_of("rating")},
        "stretches": stretches,
        "columns_of": columns_of(stretches),
        "day_names": {one.first.isoformat(): f"{one.first:%d.%m}" for one in stretches},
        "charts": charts,
        "percent": lambda share: percent(share, lang()),
        "counts": lambda line: number(line.count, lang()),
        "written": written,
        "small": SMALL,
    }


def columns_of(stretches: Sequence[Stretch]) -> charts.Columns:
    """Draw when people registered."""
    return charts.columns([Line(group=one.first.isoformat(), count=one.people) for one in stretches])


def download(content: bytes, kind: str, name: str) -> Response:
    """Hand out a file."""
    return Response(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
