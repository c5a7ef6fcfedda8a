"""QR codes for tickets and screens: drawn by segno, without styles that a strict CSP would refuse."""

from __future__ import annotations

import io
from typing import Final

import segno
from markupsafe import Markup

DARK: Final = "#0f252d"  # the ink of the design; the page puts the code on white in both themes
_QUIET_ZONE: Final = 4  # modules of white around the code: ISO/IEC 18004 asks for four
_LONGEST: Final = 500  # bytes; denser codes are not read by old phones from a screen
_LONGEST_ON_PAPER: Final = 1100


def qr_svg(data: str, *, label: str) -> Markup:
    """Return the code as inline SVG for a page; `label` says to people who do not see it what it is.

    `Markup.format` escapes the label. The drawing scales to the box it stands in and brings no light
    rectangle, style or id of its own.
    """
    picture = io.BytesIO()
    _code(data).save(
        picture,
        kind="svg",
        xmldecl=False,
        svgns=False,
        omitsize=True,
        nl=False,
        border=_QUIET_ZONE,
        dark=DARK,
        light=None,
        svgclass=None,
        lineclass="qr-d",
    )
    drawing = picture.getvalue().decode("ascii").removeprefix("<svg ")
    return Markup('<svg role="img" aria-label="{}" ').format(label) + Markup(drawing)  # noqa: S704


def qr_png(data: str) -> bytes:
    """Return the code as a picture for letters and print, dark on white."""
    picture = io.BytesIO()
    _code(data).save(picture, kind="png", scale=8, border=_QUIET_ZONE, dark=DARK, light="#fff")
    return picture.getvalue()


def qr_drawing(data: str) -> str:
    """Return the code as an SVG file for paper, where it is large and still: it may hold more than on a screen."""
    picture = io.BytesIO()
    _code(data, longest=_LONGEST_ON_PAPER).save(picture, kind="svg", xmldecl=False, border=_QUIET_ZONE, dark="#000")
    return picture.getvalue().decode("ascii")


def _code(data: str, *, longest: int = _LONGEST) -> segno.QRCode:
    """Encode; never as a Micro QR code, which most phones cannot read."""
    if len(data.encode()) > longest:
        msg = f"{len(data.encode())} bytes are too many for a QR code that every phone reads"
        raise ValueError(msg)
    return segno.make_qr(data, error="m")
