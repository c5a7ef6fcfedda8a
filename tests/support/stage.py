"""Showing the scenes: a window for each person who looks, kept open from one scene to the next."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.support.site import address_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Page, Response, StorageState

    from tests.support.browser import Watch
    from tests.support.scenes import Scene
    from tests.support.site import Site


@dataclass
class Stage:
    """The scenes, and one window for each who looks at them."""

    scenes: dict[str, list[Scene]]
    open_for: Callable[[str], tuple[BrowserContext, Watch]]
    windows: dict[str, tuple[Page, Watch]] = field(default_factory=dict)
    answers: dict[str, Response] = field(default_factory=dict)
    """The last page each was sent."""

    def show(self, scene: Scene, lang: str) -> Page:
        """Open a scene's page in a language, as its person, and do there what belongs to it."""
        page, watch = self._window(scene)
        page.set_viewport_size({"width": 390, "height": 844})
        watch.statuses = {409, 422, scene.status, *scene.also}
        response = page.goto(f"/{lang}/{scene.path}")
        assert response is not None
        assert response.status == scene.status, f"{scene.name} in {lang}: {response.status}"
        if scene.do:
            scene.do(page)
        return page

    def source(self, scene: Scene) -> str:
        """Return the HTML of the last page that was sent to a scene's person."""
        self._window(scene)
        return self.answers[scene.who].text()

    def fetch(self, scene: Scene, lang: str) -> str:
        """Return the HTML of a scene's page without opening it; what is done there is left out."""
        page, _ = self._window(scene)
        response = page.context.request.get(f"/{lang}/{scene.path}")
        assert response.status == scene.status, f"{scene.name} in {lang}: {response.status}"
        return response.text()

    def _window(self, scene: Scene) -> tuple[Page, Watch]:
        if scene.who not in self.windows:
            context, watch = self.open_for(scene.who)
            page = context.new_page()
            page.on("response", lambda response: self._answered(scene.who, response))
            self.windows[scene.who] = page, watch
        return self.windows[scene.who]

    def _answered(self, who: str, response: Response) -> None:
        if response.request.is_navigation_request() and response.status not in {302, 303}:
            self.answers[who] = response


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
