"""What to call a device in the list of open sessions, so that its owner recognises it. A guess, shown to her alone."""

from __future__ import annotations

from typing import Final

# The first that fits counts: nearly every browser also claims to be Safari, and several to be Chrome.
_BROWSERS: Final = (
    ("WhatsApp", "WhatsApp"),
    ("Instagram", "Instagram"),
    ("Telegram", "Telegram"),
    ("SamsungBrowser", "Samsung Internet"),
    ("YaBrowser", "Yandex Browser"),
    ("OPR/", "Opera"),
    ("Edg", "Edge"),
    ("UCBrowser", "UC Browser"),
    ("MiuiBrowser", "Mi Browser"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)


def device_name(user_agent: str) -> str:
    """Return a name such as "Chrome, Android", or "" if the browser says nothing we know."""
    said = user_agent[:400]
    return ", ".join(name for names in (_BROWSERS, _SYSTEMS) if (name := _first(names, said)))


def _first(names: tuple[tuple[str, str], ...], said: str) -> str:
    return next((name for sign, name in names if sign in said), "")
