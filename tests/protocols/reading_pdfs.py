"""A small reader of our papers: what a person hears when the PDF is read aloud, by the fonts' own ToUnicode tables."""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pikepdf
import zxingcpp
from PIL import Image, ImageDraw

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEX = re.compile(rb"<([0-9A-Fa-f]+)>")


def words_of(paper: bytes) -> str:
    """Return the text of all pages, every run of white space as one space."""
    with pikepdf.open(BytesIO(paper)) as pdf:
        pages = ["".join(_page(page)) for page in pdf.pages]
    return squeezed(" ".join(pages))


def squeezed(text: str) -> str:
    """Return a text without white space: where lines end is the paper's business."""
    return re.sub(r"\s+", "", text)


def metadata_of(paper: bytes) -> dict[str, str]:
    """Return what the paper says of itself to archives."""
    with pikepdf.open(BytesIO(paper)) as pdf, pdf.open_metadata() as told:
        return {name: str(told.get(name)) for name in ("pdfaid:part", "pdfaid:conformance", "pdfuaid:part")}


def pages_of(paper: bytes) -> int:
    """Count the pages."""
    with pikepdf.open(BytesIO(paper)) as pdf:
        return len(pdf.pages)


def fonts_of(paper: bytes) -> dict[str, bool]:
    """Return the fonts, and whether each is within the file."""
    found = {}
    with pikepdf.open(BytesIO(paper)) as pdf:
        for page in pdf.pages:
            for font in _fonts(page).values():
                descriptor = font.DescendantFonts[0].FontDescriptor
                found[str(font.BaseFont)] = any(name in descriptor for name in ("/FontFile2", "/FontFile3"))
    return found


def code_on(paper: bytes) -> str:
    """Draw the QR code of the first page as the file draws it, line by line, and read it with a program not ours."""
    with pikepdf.open(BytesIO(paper)) as pdf:
        code = max(_strokes(pdf.pages[0]), key=len)
    left, low = (min(point[axis] for line in code for point in line) for axis in (0, 1))
    size = max(point[0] for line in code for point in line) - left
    picture = Image.new("L", (round(size + 8) * 8, round(size + 8) * 8), 255)
    pen = ImageDraw.Draw(picture)
    for (x, y), (to, _) in code:
        across, down = (min(x, to) - left + 4) * 8, (y - low + 4) * 8
        pen.rectangle((across, down, across + abs(to - x) * 8 - 1, down + 7), fill=0)
    (found,) = zxingcpp.read_barcodes(picture)
    return str(found.text)


Line = tuple[tuple[float, float], tuple[float, float]]


def _strokes(page: Any) -> Iterator[list[Line]]:
    """Return the lines of each path, in its own measure."""
    lines: list[Line] = []
    at = (0.0, 0.0)
    for operands, operator in pikepdf.parse_content_stream(page):
        if str(operator) in ("m", "l"):
            to = (float(operands[0]), float(operands[1]))
            if str(operator) == "l":
                lines.append((at, to))
            at = to
        elif str(operator) in ("S", "B", "n", "f"):
            yield lines
            lines = []


def _fonts(page: Any) -> dict[str, Any]:
    return dict(page.Resources.get("/Font", {}).items())


def _page(page: Any) -> Iterator[str]:
    tables = {name: _table(font) for name, font in _fonts(page).items()}
    table: dict[bytes, str] = {}
    inside: list[bool] = []
    for operands, operator in pikepdf.parse_content_stream(page):
        match str(operator):
            case "BDC" | "BMC":
                inside.append(str(operands[0]) == "/Artifact")
            case "EMC":
                inside.pop()
            case "Tf":
                table = tables[str(operands[0])]
            case "Tj" if not any(inside):
                yield _told(bytes(operands[0]), table)
            case "TJ" if not any(inside):
                yield "".join(_told(bytes(one), table) for one in operands[0] if isinstance(one, pikepdf.String))


def _told(codes: bytes, table: dict[bytes, str]) -> str:
    return "".join(table[codes[at : at + 2]] for at in range(0, len(codes), 2))


def _table(font: Any) -> dict[bytes, str]:
    """Read a ToUnicode table: single signs, and ranges of them."""
    stream = font.ToUnicode.read_bytes()
    found: dict[bytes, str] = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", stream, re.DOTALL):
        for line in block.strip().splitlines():
            code, meaning = _HEX.findall(line)
            found[bytes.fromhex(code.decode())] = bytes.fromhex(meaning.decode()).decode("utf-16-be")
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", stream, re.DOTALL):
        for line in block.strip().splitlines():
            first, last, *meanings = (bytes.fromhex(one.decode()) for one in _HEX.findall(line))
            start = int.from_bytes(first, "big")
            for step in range(int.from_bytes(last, "big") - start + 1):
                meaning = meanings[0].decode("utf-16-be") if len(meanings) == 1 else meanings[step].decode("utf-16-be")
                shifted = meaning[:-1] + chr(ord(meaning[-1]) + step) if len(meanings) == 1 else meaning
                found[(start + step).to_bytes(2, "big")] = shifted
    return found
