"""What a handed-in file really is, by its bytes alone: its name and the type its sender claims are never asked.

Pictures are decoded and made anew, so that nothing of the old file is left but what can be seen: no place where a
photo was taken, no second file hidden behind it. Documents are looked through by a program of its own
(`karavan.files.looking_through`), which has bounds on memory and time, and written anew. Whatever is neither is
refused.

Not bounded: what a *reader's* program needs for showing a PDF, since pages are not drawn here. Not kept: moving
pictures (the first one stays), colour profiles, and a PDF's digital signature, which holds for the old bytes only.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from PIL import Image, ImageFile

from karavan.files.problems import (
    DocumentHoldsFiles,
    DocumentIsBroken,
    DocumentIsForm,
    DocumentIsLocked,
    DocumentIsTooLong,
    FileIsEmpty,
    FileIsTooLarge,
    PhotoIsHeic,
    PictureIsBroken,
    PictureIsTooLarge,
    TooManyFiles,
    WrongKindOfFile,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from karavan.core.problems import Problem

log = logging.getLogger(__name__)

MEGABYTE: Final = 1024 * 1024
MOST_BYTES: Final = 10 * MEGABYTE
"""A photo as telephones make it; what is stored of it is far smaller."""
MOST_POINTS: Final = 40_000_000
LONGEST_SIDE: Final = 2000
QUALITY: Final = 82
SMALL_PNG: Final = 600_000
"""A drawing or a screenshot stays a PNG; a photo somebody saved as one does not."""

JPEG, PNG, WEBP, PDF = "image/jpeg", "image/png", "image/webp", "application/pdf"
CSV: Final = "text/csv"
"""A list of people from elsewhere, kept until it is brought in; never examined here, and never handed out."""
KINDS: Final = {JPEG: "jpg", PNG: "png", WEBP: "webp", PDF: "pdf", CSV: "csv"}
"""All that is ever stored, with the endings we give them."""


class Bounds(NamedTuple):
    """How much one document may be, for one use. Memory and time are bounded besides, alike for all."""

    pages: int
    size: int


USUAL: Final = Bounds(100, 5 * MEGABYTE)
"""What people hand in, and bodies answer with."""
BUNDLE: Final = Bounds(500, MOST_BYTES)
"""What a public hearing is about: a plan with its drawings and annexes."""

_HEIC: Final = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"heif", b"mif1", b"msf1")
_LOOKERS: Final = threading.BoundedSemaphore(2)
"""A picture of 40 million points takes some 160 MB while it is looked at: never many at once."""
_PATIENCE: Final = 10.0
_SLOWEST: Final = 10.0
"""Seconds a document may take by the clock; by processor time it is bounded more tightly over there."""
_TURNS: Final = {
    2: (Image.Transpose.FLIP_LEFT_RIGHT,),
    3: (Image.Transpose.ROTATE_180,),
    4: (Image.Transpose.FLIP_TOP_BOTTOM,),
    5: (Image.Transpose.TRANSPOSE,),
    6: (Image.Transpose.ROTATE_270,),
    7: (Image.Transpose.TRANSVERSE,),
    8: (Image.Transpose.ROTATE_90,),
}
"""EXIF's orientations, and how to stand each upright."""
_ORIENTATION: Final = 0x0112


@dataclass(frozen=True, slots=True)
class Examined:
    """A file that may be stored. `content` is ours: made anew from what was handed in."""

    mime: str
    content: bytes
    width: int | None = None
    height: int | None = None
    pages: int | None = None


def examine(content: bytes, bounds: Bounds = USUAL) -> Examined:
    """Look at a file and return it made anew. Takes up to some seconds: not within a transaction.

    `bounds` are for documents; pictures are bounded by their points.

    Raises:
        Problem: it cannot be taken; the sentence says why.

    """
    if not content:
        raise FileIsEmpty
    if len(content) > MOST_BYTES:
        raise FileIsTooLarge(megabytes=MOST_BYTES // MEGABYTE)
    if content.startswith(b"%PDF-"):
        if len(content) > bounds.size:
            raise FileIsTooLarge(megabytes=bounds.size // MEGABYTE)
        with _one_of_few():
            return _document(content, bounds.pages)
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC:
        raise PhotoIsHeic
    kind = _picture_kind(content)
    if kind is None:
        raise WrongKindOfFile
    with _one_of_few():
        return _picture(content, kind)


@contextmanager
def _one_of_few() -> Iterator[None]:
    if not _LOOKERS.acquire(timeout=_PATIENCE):
        raise TooManyFiles
    try:
        yield
    finally:
        _LOOKERS.release()


# --- Pictures -------------------------------------------------------------------------------------------------


def _picture_kind(content: bytes) -> str | None:
    """Return Pillow's name for the kind, by how the bytes begin."""
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    return "WEBP" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else None


def _picture(content: bytes, kind: str) -> Examined:
    """Make a picture anew: upright, not too large, and nothing in it but its points."""
    try:
        with Image.open(BytesIO(content), formats=[kind]) as opened:
            shown = _upright(opened) if opened.width * opened.height <= MOST_POINTS else None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        shown = None
    except Exception as fault:  # a decoder may meet a stranger's bytes with any error
        log.info("a picture was refused: %s", type(fault).__name__)
        raise PictureIsBroken from fault
    if shown is None:
        raise PictureIsTooLarge(megapixels=MOST_POINTS // 1_000_000)
    mime, written = _write(shown, kind)
    return Examined(mime, written, shown.width, shown.height)


def _upright(opened: ImageFile.ImageFile) -> Image.Image:
    """Decode, shrink, and turn as the camera noted; what else was noted is left behind."""
    turn = _turn(opened)
    opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is decoded at a half or a quarter of its size
    opened.load()
    clear = opened.mode in {"RGBA", "LA", "PA", "RGBa", "La"} or "transparency" in opened.info
    if opened.mode.startswith(("I", "F")):  # more than 8 bits of grey
        deep = opened.convert("I").point(lambda value: value / 256)
        picture = deep.convert("L")
    else:
        picture = opened.convert("RGBA" if clear else "L" if opened.mode in {"1", "L"} else "RGB")
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    for step in turn:
        picture = picture.transpose(step)
    picture.info = {}
    if clear and picture.getextrema()[-1] == (255, 255):
        picture = picture.convert("RGB")
    return picture


def _turn(opened: Image.Image) -> tuple[Image.Transpose, ...]:
    try:
        return _TURNS.get(opened.getexif().get(_ORIENTATION, 1), ())
    except Exception:  # noqa: BLE001 -- notes that cannot be read say nothing
        return ()


def _write(picture: Image.Image, kind: str) -> tuple[str, bytes]:
    """Write a picture in the form that suits it."""
    clear = picture.mode == "RGBA"
    if kind == "PNG":
        small = _saved(picture, "PNG", optimize=True)
        if len(small) <= SMALL_PNG:
            return PNG, small
    if clear:
        return WEBP, _saved(picture, "WEBP", quality=QUALITY, method=4)
    return JPEG, _saved(picture, "JPEG", quality=QUALITY, optimize=True, progressive=True)


def _saved(picture: Image.Image, form: str, **how: object) -> bytes:
    written = BytesIO()
    picture.save(written, form, **how)
    return written.getvalue()


# --- Documents ------------------------------------------------------------------------------------------------


def _document(content: bytes, most_pages: int) -> Examined:
    """Have a PDF looked through next door."""
    looking = [sys.executable, "-I", str(Path(__file__).with_name("looking_through.py")), str(most_pages)]
    try:
        done = subprocess.run(looking, input=content, capture_output=True, timeout=_SLOWEST, check=False, env={})  # noqa: S603
    except subprocess.TimeoutExpired:
        raise DocumentIsBroken from None
    verdict, _, written = done.stdout.partition(b"\n")
    word, _, pages = verdict.decode("ascii", "replace").partition(" ")
    if word == "ok" and written.startswith(b"%PDF-"):
        return Examined(PDF, written, pages=int(pages))
    log.info("a document was refused: %s (%d) %s", word or "no verdict", done.returncode, done.stderr[-200:])
    raise _refusal(word, most_pages)


def _refusal(word: str, most_pages: int) -> Problem:
    """Return the sentence for a verdict; a program that ended without one met a document that is no document."""
    if word == "long":
        return DocumentIsTooLong(pages=most_pages)
    kinds = {"locked": DocumentIsLocked, "files": DocumentHoldsFiles, "form": DocumentIsForm}
    return kinds.get(word, DocumentIsBroken)()
