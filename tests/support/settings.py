"""Settings for an application under test: demonstration on, nothing in the background, nothing kept between pages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from config import Settings

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
"""When tests happen: a Monday, ten in the morning in Aktau. The clock stands still unless a test moves it."""

BASE_URL = "http://karavan.test"


def settings_for(instance: Path, database_url: str, **changes: Any) -> Settings:
    """Return settings as tests want them. Tests about rate limits or the page cache switch those on."""
    usual: dict[str, Any] = {
        "secret_key": "not a secret, but long enough to sign with",
        "database_url": database_url,
        "base_url": BASE_URL,
        "instance": instance,
        "demo": True,
        "htmx": "cdn",
        "letters": "mailbox",
        "rate_limits": False,
        "threads": 4,
        "background": False,
        "page_cache": False,
    }
    return Settings(**usual | changes)
