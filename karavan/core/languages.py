"""The three languages, and content that is written in one, two or all of them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import JSON
from sqlalchemy.types import TypeDecorator

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect

LANGUAGES: Final = ("kk", "ru", "en")
DEFAULT_LANGUAGE: Final = "kk"

_FALLBACKS: Final = {"kk": ("kk", "ru", "en"), "ru": ("ru", "kk", "en"), "en": ("en", "ru", "kk")}


class Wording(NamedTuple):
    """A text as it will be shown, and the language it is really in (for `lang=` and the open remark)."""

    text: str
    lang: str


@dataclass(frozen=True, slots=True)
class Slots:
    """One text in up to three languages. Missing ones are empty strings, never copies."""

    kk: str = ""
    ru: str = ""
    en: str = ""

    def best(self, lang: str) -> Wording:
        """Return the wording for a reader of `lang`: hers if it exists, else the nearest."""
        for code in _FALLBACKS[lang]:
            text: str = getattr(self, code)
            if text:
                return Wording(text, code)
        return Wording("", lang)

    def every(self) -> str:
        """Return all wordings on one line: what search looks through."""
        return " ".join(filter(None, (self.kk, self.ru, self.en)))

    def __bool__(self) -> bool:
        """Is anything written at all?"""
        return bool(self.kk or self.ru or self.en)


class SlotsColumn(TypeDecorator[Slots]):
    """Keeps `Slots` as a small JSON object."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Slots | None, dialect: Dialect) -> Any:
        """Store only the languages that are written."""
        return None if value is None else {lang: text for lang, text in asdict(value).items() if text}

    def process_result_value(self, value: Any, dialect: Dialect) -> Slots | None:
        """Read back what PostgreSQL has taken apart."""
        return _slots(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """Remember what a text of SQLite's means: taking JSON apart was half of what reading a list costs."""
        return _stored_slots if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _slots(value: dict[str, str] | None) -> Slots | None:
    """Leave unknown languages of a newer version out, rather than fail."""
    return None if value is None else Slots(**{lang: value[lang] for lang in LANGUAGES if lang in value})


@lru_cache(maxsize=5000)
def _stored_slots(value: str | None) -> Slots | None:
    return None if value is None else _slots(json.loads(value))
