"""The papers of a protocol: a PDF for each language, kept for good.

PDF/A-2a can still be read when nobody remembers today's programs, PDF/UA-1 can be read aloud; both carry their own
font. The same protocol published at the same moment gives the same bytes, so that a fingerprint can be counted again.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import typst

from karavan.core.when import clock, day_medium
from karavan.protocols.wording import HEADINGS, TONGUES

if TYPE_CHECKING:
    from datetime import datetime

    from karavan.protocols.models import Protocol

TEMPLATE: Final = Path(__file__).parents[2] / "templates" / "protocols/protocol.typ"
STANDARDS: Final = ["a-2a", "ua-1"]
DRAWN: Final = (
    "\n\u0020-\u007e\u00a0-\u017f\u0400-\u045f\u0490-\u04c4\u04d0-\u04f9\u2010-\u2015\u2018-\u201f"
    "\u2020-\u2022\u2026\u2030\u2039\u203a\u20ac\u20b8\u2116\u2190-\u2193\u2212"
)
"""What is set as it was typed: the fonts have all of it. Anything else would leave the archive no paper at all."""
_NOT_DRAWN: Final = re.compile(f"[^{DRAWN}]")
UNKNOWN: Final = "\ufffd"
"""Stands in the paper for a sign that its font does not have (the page shows it)."""

_WORDS: Final[dict[str, dict[str, str]]] = {
    "kk": {
        "number": "Хаттаманың нөмірі",
        "published": "Жарияланған күні",
        "heading": "Келісу",
        "chair": "Төраға",
        "secretary": "Хатшы",
        "agreed": "келіскен уақыты",
    },
    "ru": {
        "number": "Номер протокола",
        "published": "Дата публикации",
        "heading": "Согласование",
        "chair": "Председатель",
        "secretary": "Секретарь",
        "agreed": "время согласования",
    },
}


class Papers(NamedTuple):
    """Both papers."""

    kk: bytes
    ru: bytes


def papers_of(protocol: Protocol, *, published_at: datetime) -> Papers:
    """Set the protocol in both languages, as published at that moment."""
    return Papers(*(set_paper(protocol, lang, published_at=published_at) for lang in TONGUES))


def set_paper(protocol: Protocol, lang: str, *, published_at: datetime) -> bytes:
    """Set the protocol in one language."""
    told = content(protocol, lang, published_at=published_at)
    made = typst.compile(
        _template(),
        ignore_system_fonts=True,
        sys_inputs={"protocol": json.dumps(told, ensure_ascii=False)},
        pdf_standards=STANDARDS,  # type: ignore[arg-type]  # names of standards
        timestamp=int(published_at.timestamp()),
    )
    assert isinstance(made, bytes)  # noqa: S101 -- one document is asked for
    return made


def content(protocol: Protocol, lang: str, *, published_at: datetime) -> dict[str, Any]:
    """Return what stands in the paper, as plain data."""
    words, at = _WORDS[lang], published_at
    opening = (
        (words["number"], protocol.number),
        (words["published"], day_medium(at, lang)),
    )
    told: dict[str, Any] = {
        "lang": lang,
        "number": protocol.number,
        "title": protocol.title.best(lang).text,
        "council": protocol.council.organisation.name.best(lang).text,
        "opening": "\n".join(f"{label}: {value}" for label, value in opening),
        "parts": [
            {"heading": getattr(HEADINGS[part.part], lang), "text": part.text.best(lang).text}
            for part in protocol.parts
        ],
        "agreement": {"heading": words["heading"], "text": agreement(protocol, lang)},
    }
    written: dict[str, Any] = drawable(told)
    moment = {name: getattr(at, name) for name in ("year", "month", "day", "hour", "minute", "second")}
    return {**written, "published": moment}


def agreement(protocol: Protocol, lang: str) -> str:
    """Say who agreed to it, and when."""
    words = _WORDS[lang]
    hands = (
        (words["chair"], protocol.chair_name, protocol.chair_agreed_at),
        (words["secretary"], protocol.secretary_name, protocol.secretary_agreed_at),
    )
    return "\n".join(
        f"{office}: {name}; {words['agreed']}: {day_medium(at, lang)}, {clock(at, lang)}"
        for office, name, at in hands
        if at is not None
    )


def drawable(told: Any) -> Any:
    """Replace what the font does not have, wherever it was typed."""
    if isinstance(told, dict):
        return {name: drawable(value) for name, value in told.items()}
    if isinstance(told, list):
        return [drawable(value) for value in told]
    return _NOT_DRAWN.sub(UNKNOWN, told)


@cache
def _template() -> bytes:
    return TEMPLATE.read_bytes()
