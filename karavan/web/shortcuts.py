"""Single keys that press buttons, for people who work at a desk all day."""

from __future__ import annotations

from flask import request


def keys_wanted() -> bool:
    """Does this person want single keys to do something? They can be switched off, as WCAG 2.1.4 asks."""
    return request.cookies.get("keys", "on") != "off"
