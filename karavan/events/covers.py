"""The picture on top of an event's page, in the shape that messengers show too: no more than pages can carry."""

from __future__ import annotations

from io import BytesIO
from typing import Final

from PIL import Image, ImageOps

from karavan.files.checking import JPEG, Examined

WIDTH, HEIGHT = 1200, 630
"""What a link in a messenger shows whole."""
QUALITY: Final = 78


def cover(picture: Examined) -> Examined:
    """Return the middle of a picture in the shape of a cover. What is no picture comes back as it is, to be refused."""
    if not picture.mime.startswith("image/"):
        return picture
    with Image.open(BytesIO(picture.content)) as opened:
        drawn = ImageOps.fit(_on_white(opened), (WIDTH, HEIGHT), centering=(0.5, 0.4))
    written = BytesIO()
    drawn.save(written, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return Examined(mime=JPEG, content=written.getvalue(), width=WIDTH, height=HEIGHT, pages=None)


def _on_white(picture: Image.Image) -> Image.Image:
    """Put what is transparent on white: a JPEG would make it black."""
    whole = picture.convert("RGBA")
    page = Image.new("RGBA", whole.size, "white")
    page.alpha_composite(whole)
    return page.convert("RGB")
