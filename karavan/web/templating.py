"""What templates may use. Strict: a misspelt name is an error, not an empty string."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from flask import current_app, get_flashed_messages, request, url_for
from jinja2 import StrictUndefined
from werkzeug.exceptions import NotFound as NoRoute
from werkzeug.routing import RequestRedirect

from karavan.core import qr, when
from karavan.core.contacts import show_phone
from karavan.core.languages import LANGUAGES
from karavan.core.places import PLACES
from karavan.core.tokens import show_code
from karavan.web.access import has_session, visitor
from karavan.web.icons import icon
from karavan.web.locale import gettext, lang, ngettext, npgettext, pgettext, say
from karavan.web.tongues import SpokenEnvironment

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from jinja2.runtime import Macro

    from config import Settings
    from karavan.web.assets import Assets

NAMES = {"kk": ("Қаз", "Қазақша"), "ru": ("Рус", "Русский"), "en": ("Eng", "English")}
THEMES = ("auto", "light", "dark")


def theme() -> str:
    """Return the look the reader chose; auto follows her device."""
    chosen = request.cookies.get("theme", "auto")
    return chosen if chosen in THEMES else "auto"


def language_links() -> list[tuple[str, str, str, str]]:
    """Return code, short name, full name and address of this page in each language."""
    return [(code, *NAMES[code], address) for code, address in _this_page_in_each()]


def canonical() -> str:
    """Return this page's absolute address, without its query."""
    base: str = current_app.extensions["karavan.settings"].base_url
    return base + request.path


def _this_page_in_each() -> list[tuple[str, str]]:
    first, _, rest = request.path.removeprefix("/").partition("/")
    rest = rest if first in LANGUAGES else ""
    if request.method != "GET" or request.routing_exception is not None:
        rest = rest if _opens(f"/{lang()}/{rest}") else ""
    query = "?" + request.query_string.decode("ascii", "ignore") if request.query_string and rest else ""
    return [(code, f"/{code}/{rest}{query}") for code in LANGUAGES]


def _opens(path: str) -> bool:
    """Does a GET of this path reach a page? If not, the page links to the home pages instead."""
    try:
        current_app.url_map.bind("").match(path, method="GET")
    except (NoRoute, RequestRedirect):
        return False
    except Exception:  # noqa: BLE001 -- any other routing answer means "no page"
        return False
    return True


def in_zone(function: Callable[..., str]) -> Callable[..., str]:
    """Bind a formatting function of `core.when` to the language being spoken."""

    def formatted(*values: Any, **options: Any) -> str:
        return function(*values, lang(), **options)

    return formatted


def addresses() -> Callable[..., str]:
    """Return a `url_for` that remembers: a page has thirty links, and asking the routes for them takes its time."""

    @lru_cache(maxsize=2000)
    def remembered(_: str, endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
        return url_for(endpoint, **dict(values))

    def address(endpoint: str, **values: Any) -> str:
        return remembered(lang(), endpoint, tuple(values.items()))

    return address


@lru_cache(maxsize=1000)
def kept(macro: Macro, *values: Any) -> str:
    """Draw with a macro, or give what it drew of the very same values before.

    For macros that depend on nothing but what they are given: `kept(item, event, lang)`. Nothing can go stale, because
    the values themselves are the key; they must be hashable, as the tuples of the queries are.
    """
    return macro(*values)


def asset(name: str) -> str:
    """Return the address of a static file, as templates say it, for a view that writes one itself."""
    address: Callable[[str], str] = current_app.jinja_env.globals["asset"]  # type: ignore[assignment]  # globals are of any kind
    return address(name)


def init_app(app: Flask, settings: Settings, assets: Assets) -> None:
    """Prepare the Jinja environment."""
    app.jinja_environment = SpokenEnvironment
    env = app.jinja_env
    env.undefined = StrictUndefined
    env.trim_blocks = env.lstrip_blocks = True
    env.add_extension("jinja2.ext.i18n")
    env.install_gettext_callables(gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext)  # type: ignore[attr-defined]
    for name in (
        "day_long",
        "day_medium",
        "day_short",
        "month_name",
        "month_year",
        "weekday_name",
        "weekday_short",
        "clock",
    ):
        env.filters[name] = in_zone(getattr(when, name))
    env.filters |= {"say": say, "phone": show_phone, "code": show_code, "stamp": when.stamp}
    env.globals |= {
        "asset": assets.url,
        "icon": icon,
        "say": say,
        "settings": settings,
        "webcal": re.sub("^https?", "webcal", settings.base_url),
        "PLACES": PLACES,
        "qr_svg": qr.qr_svg,
        "language_links": language_links,
        "canonical": canonical,
        "get_flashes": lambda: get_flashed_messages(with_categories=True) if has_session() else [],
        "url_for": addresses(),
        "kept": kept,
        "language_url": lambda code, to: url_for("pages.choose_language", code=code, next=to),
    } | {name: in_zone(getattr(when, name)) for name in ("time_range", "day_range", "number", "list_join")}

    @app.context_processor
    def about_this_request() -> dict[str, Any]:
        return {"lang": lang(), "person": visitor(), "theme": theme()}
