"""Karavan: events, submissions, discussion and hearings for residents and their public councils."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from config import Settings


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application for these settings (by default the environment's).

    The import waits until here, so that reading a small module such as `core.text` does not load the whole house.
    """
    from karavan.factory import build  # noqa: PLC0415 -- see above

    return build(settings)
