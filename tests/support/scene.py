"""What a scene is, who looks at it, and what can be done there before it is judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

VISITOR, AMINA, BEKZAT, SAULE, DANIYAR, ADMIN = "", "amina", "bekzat", "saule", "daniyar", "admin"
"""Who looks: nobody in particular, one of the town's cast, or whoever has this e-mail address."""

MAIN_BUTTON = "main form[method=post] button[type=submit]:not([aria-hidden]):not([name])"


@dataclass(frozen=True)
class Scene:
    """A page: its address below the language, who looks at it, and what was done there just before."""

    name: str
    path: str
    who: str = VISITOR
    do: Callable[[Page], None] | None = None
    status: int = 200
    also: tuple[int, ...] = ()
    """What the page's own scripts may be answered besides."""


def send_empty(page: Page) -> None:
    """Press the form's button, and wait until the page says what is wrong."""
    page.locator(MAIN_BUTTON).last.click()
    page.wait_for_selector(".errsum")
