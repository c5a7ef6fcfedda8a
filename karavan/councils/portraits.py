"""A member's photo as pages show it: a small square. Full-sized ones would make a page of fifteen weigh megabytes."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageOps

from karavan.files.checking import JPEG, Examined

if TYPE_CHECKING:
    from karavan.files.checking import Examined as Picture

SIDE: Final = 320
QUALITY: Final = 80


def portrait(picture: Picture) -> Picture:
    """Return the middle of a picture, made small. What is no picture comes back as it is: the rule refuses it."""
    if not picture.mime.startswith("image/"):
        return picture
    with Image.open(BytesIO(picture.content)) as opened:
        small = ImageOps.fit(opened.convert("RGB"), (SIDE, SIDE), centering=(0.5, 0.35))
    drawn = BytesIO()
    small.save(drawn, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return Examined(mime=JPEG, content=drawn.getvalue(), width=SIDE, height=SIDE, pages=None)
