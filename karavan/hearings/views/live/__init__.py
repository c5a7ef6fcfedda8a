"""A hearing while it goes on: the page for everybody, the big screen, the secretary's console."""

from karavan.hearings.views.live import console, public
from karavan.hearings.views.live.room import blueprint

__all__ = ["blueprint", "console", "public"]
