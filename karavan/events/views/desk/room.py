"""The blueprint of the desk of events."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("desk", __name__, url_prefix="/<lang:lang>/desk")
