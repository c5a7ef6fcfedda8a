"""Which language is being spoken, and the catalogues. Babel directly: Flask-Babel cost a millisecond a page."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from babel.support import NullTranslations, Translations
from flask import request
from werkzeug.datastructures import LanguageAccept
from werkzeug.routing import AnyConverter

from karavan.core.languages import DEFAULT_LANGUAGE, LANGUAGES, Slots
from karavan.core.problems import Message
from karavan.core.when import clock, day_medium

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from werkzeug.routing import Map

COOKIE = "lang"
CATALOGUES = Path(__file__).parent.parent / "translations"
KAZAKH = frozenset("әғқңөұүһі")
"""Letters that no Russian word has."""
_spoken: ContextVar[str] = ContextVar("spoken", default=DEFAULT_LANGUAGE)


def lang() -> str:
    """Return the code of the language of this request, or of the letter being written."""
    return _spoken.get()


def speak(code: str) -> None:
    """Set the language for what follows in this thread."""
    _spoken.set(code)


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak another language for a while: a letter is written in its reader's."""
    token = _spoken.set(code)
    try:
        yield
    finally:
        _spoken.reset(token)


@cache
def catalogue(code: str) -> NullTranslations:
    """Load a language's compiled catalogue once. English sentences are the keys, so English needs none."""
    return NullTranslations() if code == "en" else Translations.load(CATALOGUES, [code])


def gettext(text: str) -> str:
    """Translate one sentence."""
    return catalogue(lang()).gettext(text)


def ngettext(singular: str, plural: str, num: int) -> str:
    """Translate one sentence about a number of things."""
    return catalogue(lang()).ngettext(singular, plural, num)


def pgettext(context: str, text: str) -> str:
    """Translate a word that means different things in different places."""
    return str(catalogue(lang()).pgettext(context, text))


def npgettext(context: str, singular: str, plural: str, num: int) -> str:
    """Translate a counted word that means different things in different places."""
    return str(catalogue(lang()).npgettext(context, singular, plural, num))


def say(message: str | Message) -> str:
    """Translate what a form or a rule said; fill in its facts."""
    if not isinstance(message, Message):
        return gettext(message) if message else ""
    text = gettext(message.id) if message.plural is None else ngettext(message.id, message.plural, message.count)
    facts = {name: _in_words(fact) for name, fact in message.facts.items()}
    return text % facts if facts else text


def _in_words(fact: object) -> object:
    """Put into the reader's words what has some: a sentence, a moment, a text in several languages."""
    if isinstance(fact, Message):
        return say(fact)
    if isinstance(fact, Slots):
        return fact.best(lang()).text
    if isinstance(fact, datetime):
        return f"{day_medium(fact, lang())}, {clock(fact, lang())}"
    return fact


def written_in(words: str) -> str:
    """Say in which language a text is written, as far as its letters tell; else it is the language of the page."""
    letters = frozenset(words.lower())
    if letters & KAZAKH:
        return "kk"
    if any("\u0400" <= letter <= "\u04ff" for letter in letters):
        return "ru" if lang() == "en" else lang()
    return lang()


def preferred() -> str:
    """Return the visitor's language: her cookie, else her browser's wish, else Kazakh."""
    chosen = request.cookies.get(COOKIE)
    if chosen in LANGUAGES:
        return chosen
    wish = LanguageAccept([(code.split("-")[0].lower(), quality) for code, quality in request.accept_languages])
    return wish.best_match(LANGUAGES, DEFAULT_LANGUAGE)


class LanguageConverter(AnyConverter):
    """The first part of every page's address."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, *LANGUAGES)


def init_app(app: Flask) -> None:
    """Put the language first in every address that has one, and speak it while the request lasts."""
    app.url_map.converters["lang"] = LanguageConverter

    @app.url_value_preprocessor
    def pull_language(_: str | None, values: dict[str, str] | None) -> None:
        code = values.pop("lang", None) if values else None
        first = request.path.split("/", 2)[1]
        speak(code or (first if first in LANGUAGES else preferred()))

    @app.url_defaults
    def push_language(endpoint: str, values: dict[str, str]) -> None:
        if "lang" not in values and app.url_map.is_endpoint_expecting(endpoint, "lang"):
            values["lang"] = lang()
