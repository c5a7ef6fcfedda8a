"""The papers of a protocol: a PDF for each language, kept for good (see `core/paper.py`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from karavan.core import paper
from karavan.core.when import clock, day_medium
from karavan.protocols.wording import HEADINGS, TONGUES

if TYPE_CHECKING:
    from datetime import datetime

    from karavan.protocols.models import Protocol

TEMPLATE: Final = "protocols/protocol.typ"

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
    return paper.set_paper(TEMPLATE, content(protocol, lang, published_at=published_at), at=published_at)


def content(protocol: Protocol, lang: str, *, published_at: datetime) -> dict[str, Any]:
    """Return what stands in the paper, as plain data."""
    words, at = _WORDS[lang], published_at
    opening = (
        (words["number"], protocol.number),
        (words["published"], day_medium(at, lang)),
    )
    return {
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
