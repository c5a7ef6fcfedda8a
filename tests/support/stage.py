"""Showing the scenes: a window for each person who looks, kept open from one scene to the next."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.support.site import address_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Page, StorageState

    from tests.support.browser import Watch
    from tests.support.scenes import Scene
    from tests.support.site import Site


@dataclass
class Stage:
    """The scenes, and one window for each who looks at them."""

    scenes: dict[str, list[Scene]]
    open_for: Callable[[str], tuple[BrowserContext, Watch]]
    windows: dict[str, tuple[Page, Watch]] = field(default_factory=dict)

    def show(self, scene: Scene, lang: str) -> Page:
        """Open a scene's page in a language, as its person, and do there what belongs to it."""
        if scene.who not in self.windows:
            context, watch = self.open_for(scene.who)
            self.windows[scene.who] = context.new_page(), watch
        page, watch = self.windows[scene.who]
        page.set_viewport_size({"width": 390, "height": 844})
        watch.statuses = {422, scene.status}
        response = page.goto(f"/{lang}/{scene.path}")
        assert response is not None
        assert response.status == scene.status, f"{scene.name} in {lang}: {response.status}"
        if scene.do:
            scene.do(page)
        return page


def sign_in(site: Site, page: Page, key: str) -> StorageState:
    """Sign somebody of the cast in as she would, and return the cookies this leaves her with."""
    page.goto("/en/sign-in")
    page.fill("[name=contact]", address_of(key))
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_selector("[name=code]")
    page.fill("[name=code]", site.code_for(address_of(key)))
    page.locator("main form:has([name=code]) button[type=submit]").first.click()
    page.wait_for_url("**/me/")
    return page.context.storage_state()
