"""Lists as they come out of spreadsheets: which letters, which delimiter, which rows. Knows nothing of participants."""

from __future__ import annotations

import codecs
import csv
import io
from typing import TYPE_CHECKING, Final

from karavan.roster.problems import ListIsBroken, ListIsEmpty, ListIsTooLong, ListIsTooWide, NotAList

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST_BYTES: Final = 32 * 1024 * 1024
MOST_ROWS: Final = 100_000
MOST_COLUMNS: Final = 100
LONGEST_HEADING: Final = 120
DELIMITERS: Final = (",", ";", "\t", "|")
_MARKED: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_TRIED: Final = 64
"""So many rows are looked at to guess the delimiter."""
_BINARY: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF-", b"\x89PNG", b"\xff\xd8\xff", b"\x1f\x8b")


def read_letters(content: bytes) -> str:
    """Return a list as text: UTF-8, UTF-16 or Windows-1251, with a mark at its beginning or without.

    Raises:
        ListIsEmpty, NotAList: there is no text in it.

    """
    if not content.strip(b"\x00\t\r\n \xef\xbb\xbf\xff\xfe"):
        raise ListIsEmpty
    if content.startswith(_BINARY):
        raise NotAList
    for encoding in _likely(content):
        try:
            text = content.decode(encoding)
        except UnicodeError:
            continue
        if "\0" not in text:
            return text
    raise NotAList


def _likely(content: bytes) -> Iterator[str]:
    for mark, encoding in _MARKED:
        if content.startswith(mark):
            yield encoding
    # Of text in UTF-16 without a mark, every other byte of a comma, a digit or a line break is nought.
    head = content[:4000]
    if head[1::2].count(0) > len(head) // 8:
        yield "utf-16-le"
    if head[0::2].count(0) > len(head) // 8:
        yield "utf-16-be"
    yield "utf-8"
    yield "cp1251"


def guess_delimiter(text: str) -> str:
    """Return the sign that parts the rows into the same number of cells, and into the most."""

    def fit(delimiter: str) -> tuple[float, int]:
        try:
            widths = [len(row) for row in _first(text, delimiter)]
        except csv.Error:
            return 0.0, 0
        usual = max(set(widths), key=widths.count, default=0)
        return (widths.count(usual) / len(widths), usual) if usual > 1 else (0.0, usual)

    return max(DELIMITERS, key=fit)


def _first(text: str, delimiter: str) -> list[list[str]]:
    found: list[list[str]] = []
    for _, row in _rows(text, delimiter):
        found.append(row)
        if len(found) == _TRIED:
            break
    return found


def rows_of(text: str, delimiter: str) -> list[tuple[int, list[str]]]:
    """Return the rows in which something is written, each with its number in the file.

    Raises:
        ListIsEmpty, ListIsTooLong, ListIsTooWide, ListIsBroken: it cannot be taken.

    """
    found: list[tuple[int, list[str]]] = []
    try:
        for number, row in _rows(text, delimiter):
            if len(row) > MOST_COLUMNS:
                raise ListIsTooWide(num=MOST_COLUMNS)
            found.append((number, row))
            if len(found) > MOST_ROWS + 1:  # and the headings
                raise ListIsTooLong(num=MOST_ROWS)
    except csv.Error:
        raise ListIsBroken(row=found[-1][0] + 1 if found else 1) from None
    if not found:
        raise ListIsEmpty
    return found


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    # A quotation mark that is never closed would swallow all that follows into one cell: the csv module stops it there.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    for number, row in enumerate(reader, 1):
        if any(cell.strip() for cell in row):
            yield number, row


def headings(rows: Iterable[tuple[int, list[str]]]) -> list[str]:
    """Return what stands in the first row, in as many columns as the widest of the first rows has."""
    first = [row for _, row in rows][:_TRIED]
    widest = max((len(row) for row in first), default=0)
    return [" ".join(cell.split())[:LONGEST_HEADING] for cell in first[0]] + [""] * (widest - len(first[0]))
