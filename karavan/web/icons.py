"""Icons: drawings from one cached sprite, always beside a word, therefore always hidden from screen readers."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from jinja2 import pass_environment
from markupsafe import Markup

if TYPE_CHECKING:
    from jinja2 import Environment

SPRITE: Final = "img/icons.svg"
_DRAWING: Final = Markup('<svg class="i" aria-hidden="true"><use href="{}#{}"/></svg>')


@pass_environment
def icon(env: Environment, name: str) -> Markup:
    """Draw `icon("calendar")`. A name the sprite does not have is a `KeyError`, not a blank that nobody notices."""
    asset: Any = env.globals["asset"]
    return _drawing(asset(SPRITE), name)


@cache
def _drawing(sprite: str, name: str) -> Markup:
    if name not in names():
        raise KeyError(f"no icon is called {name}")
    return _DRAWING.format(sprite, name)


@cache
def names() -> frozenset[str]:
    """Return the names of all drawings."""
    sprite = Path(__file__).parents[2] / "static" / SPRITE
    return frozenset(re.findall(r'<symbol id="([^"]+)"', sprite.read_text(encoding="utf-8")))
