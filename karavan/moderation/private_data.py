"""Finding what may be somebody's personal data: telephone numbers, addresses of e-mail, individual numbers (ЖСН)."""

from __future__ import annotations

import re
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING, Final

from karavan.core.contacts import parse_phone
from karavan.core.text import BadText, host_within

if TYPE_CHECKING:
    from collections.abc import Iterator

Found = tuple[int, int, str]
"""From where to where, and what it seems to be."""

OFFICIAL: Final = ("gov.kz",)
"""Under these hosts addresses belong to offices, not to persons."""

_APART: Final = r"[\s().\u2010-\u2015\u2212-]{0,3}"
_PHONE: Final = re.compile(
    rf"(?<!\d)(?:(?:\+\s?7|[78]){_APART})?7\d(?:{_APART}\d){{8}}(?!\d)|\+[1-9](?:{_APART}\d){{8,13}}(?!\d)"
)
_MONEY: Final = re.compile(r"\s{0,3}(?:₸|тг\b|теңге|тенге|млн|млрд|руб|сом\b|kzt)", re.IGNORECASE)
_EMAIL: Final = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@([\w-]{1,63}(?:\.[\w-]{1,63}){1,8})")
_IIN: Final = re.compile(r"(?<!\d)\d{6}[ \u00a0-]?\d{6}(?!\d)")

_WEIGHTS: Final = (tuple(range(1, 12)), (*range(3, 12), 1, 2))
_CENTURIES: Final = {0: 2000, 1: 1800, 2: 1800, 3: 1900, 4: 1900, 5: 2000, 6: 2000}


def private_data(source: str) -> list[Found]:
    """Return each place that may hold somebody's personal data; where two meet, the first."""
    found = sorted(chain(_iins(source), _phones(source), _emails(source)))
    kept: list[Found] = []
    for one in found:
        if not kept or kept[-1][1] <= one[0]:
            kept.append(one)
    return kept


def is_iin(digits: str) -> bool:
    """Could these twelve digits be an individual number: a day of birth, a century, and the right control digit?"""
    numbers: list[int] = [int(digit) for digit in digits]
    if len(numbers) != 12 or numbers[6] not in _CENTURIES or not _is_day(numbers):
        return False
    for weights in _WEIGHTS:
        control = sum(number * weight for number, weight in zip(numbers[:11], weights, strict=True)) % 11
        if control < 10:
            return int(control) == numbers[11]
    return False


def _is_day(numbers: list[int]) -> bool:
    year, month, day = (10 * tens + units for tens, units in zip(numbers[0:6:2], numbers[1:6:2], strict=True))
    try:
        date(_CENTURIES[numbers[6]] + year, month, day)
    except ValueError:
        return False
    return True


def _iins(source: str) -> Iterator[Found]:
    for match in _IIN.finditer(source):
        if is_iin(re.sub(r"\D", "", match[0])):
            yield *match.span(), "iin"


def _phones(source: str) -> Iterator[Found]:
    for match in _PHONE.finditer(source):
        if not _MONEY.match(source, match.end()) and _is_phone(match[0]):
            yield *match.span(), "phone"


def _is_phone(typed: str) -> bool:
    try:
        parse_phone(typed)
    except BadText:
        return False
    return True


def _emails(source: str) -> Iterator[Found]:
    for match in _EMAIL.finditer(source):
        if not host_within(match[1], OFFICIAL):
            yield *match.span(), "email"
