"""Pictures of the demonstration: drawn when the town is planted, so that nobody is in them."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from typing import Final

from PIL import Image, ImageDraw

from karavan.files.checking import PNG, Examined

WIDE: Final = (1200, 630)
_SKY, _SUN, _SAND, _SEA, _DARK, _LIGHT = "#dfeaf0", "#e2a33c", "#d9c19a", "#2f7f93", "#24424c", "#f6f1e6"


@cache
def steppe() -> Examined:
    """Draw a caravan on its way under a low sun."""
    picture, pen = _sheet(_SKY)
    pen.ellipse((820, 120, 1000, 300), fill=_SUN)
    pen.polygon([(0, 420), (300, 330), (620, 400), (900, 340), (1200, 410), (1200, 630), (0, 630)], fill=_SAND)
    pen.polygon([(0, 510), (500, 440), (1200, 520), (1200, 630), (0, 630)], fill="#c4a878")
    for x in range(180, 900, 170):
        _camel(pen, x, 452 + (x - 180) // 30)
    return _kept(picture)


@cache
def round_table() -> Examined:
    """Draw a table from above, with sheets of paper and nobody at it."""
    picture, pen = _sheet(_LIGHT)
    pen.ellipse((330, 75, 870, 555), fill=_SAND, outline=_DARK, width=6)
    for x, y in ((430, 150), (640, 130), (730, 290), (640, 430), (430, 430), (370, 290)):
        pen.rectangle((x, y, x + 96, y + 68), fill="white", outline=_SEA, width=4)
        for row in range(3):
            pen.line((x + 14, y + 18 + 16 * row, x + 82 - 14 * row, y + 18 + 16 * row), fill=_DARK, width=4)
    return _kept(picture)


@cache
def chart_on_the_wall() -> Examined:
    """Draw a budget as columns on a board."""
    picture, pen = _sheet(_SKY)
    pen.rectangle((240, 70, 960, 500), fill="white", outline=_DARK, width=8)
    for n, high in enumerate((120, 210, 160, 300, 250)):
        pen.rectangle((310 + 125 * n, 450 - high, 390 + 125 * n, 450), fill=_SUN if n == 3 else _SEA)
    pen.line((290, 450, 920, 450), fill=_DARK, width=5)
    pen.polygon([(560, 500), (640, 500), (700, 630), (500, 630)], fill=_DARK)
    return _kept(picture)


def _sheet(colour: str) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    picture = Image.new("RGB", WIDE, colour)
    return picture, ImageDraw.Draw(picture)


def _camel(pen: ImageDraw.ImageDraw, x: int, y: int) -> None:
    pen.ellipse((x, y - 34, x + 84, y + 6), fill=_DARK)
    for hump in (x + 14, x + 46):
        pen.ellipse((hump, y - 54, hump + 28, y - 14), fill=_DARK)
    for leg in (x + 10, x + 24, x + 58, x + 72):
        pen.rectangle((leg, y - 6, leg + 7, y + 44), fill=_DARK)
    pen.line((x + 80, y - 16, x + 102, y - 26, x + 108, y - 58), fill=_DARK, width=11)
    pen.ellipse((x + 100, y - 72, x + 130, y - 52), fill=_DARK)


def _kept(picture: Image.Image) -> Examined:
    kept = BytesIO()
    picture.quantize(32).save(kept, "PNG", optimize=True)
    return Examined(PNG, kept.getvalue(), *WIDE)
