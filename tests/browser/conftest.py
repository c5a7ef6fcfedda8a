"""One Karavan and one Chromium for all browser tests of a worker; a window of its own for each test."""

from __future__ import annotations

from contextlib import ExitStack
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.support.browser import ALONE, STEPS, camera_shows, picture_of, window
from tests.support.chromium import launch
from tests.support.scenes import plant_scenes
from tests.support.site import running
from tests.support.stage import Stage, sign_in
from tests.support.walker import WAYS, WITH_HTMX, Walker, Way

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, StorageState

    from tests.support.browser import Watch
    from tests.support.scenes import Scene
    from tests.support.site import Site


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave walks without JavaScript, and with a keyboard alone, to bin/test all: every run walks a few in each way."""
    for item in items:
        ways = [way for way in getattr(getattr(item, "callspec", None), "params", {}).values() if isinstance(way, Way)]
        if set(ways) - {WITH_HTMX} and not item.get_closest_marker("each_way"):
            item.add_marker(pytest.mark.thorough)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A running Karavan with the demonstration town."""
    with running(tmp_path_factory.mktemp("site")) as started:
        yield started


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the camera of our browsers sees, whenever it is switched on."""
    return tmp_path_factory.mktemp("camera") / "film.mjpeg"


@pytest.fixture
def camera(film: Path) -> Callable[[str], None]:
    """Hold a QR code before the camera: `camera(text)`, before it is switched on."""
    return lambda text: film.write_bytes(picture_of(text))


@pytest.fixture(scope="session")
def chromium(film: Path) -> Iterator[Browser]:
    """A browser that knows no name but this machine's."""
    expect.set_options(timeout=STEPS)
    with sync_playwright() as playwright:
        browser = launch(playwright, args=[ALONE, *camera_shows(film)])
        yield browser
        browser.close()


@pytest.fixture
def open_window(site: Site, chromium: Browser) -> Iterator[Callable[..., tuple[BrowserContext, Watch]]]:
    """Windows, each with its own cookies. Asked with `color_scheme="dark"`, one that is open by night."""
    with ExitStack() as windows:
        yield lambda **options: windows.enter_context(window(chromium, site.url, **options))


@pytest.fixture
def new_walker(site: Site, open_window: Callable[..., tuple[BrowserContext, Watch]]) -> Callable[..., Walker]:
    """People at browsers of their own: `new_walker(way)`."""

    def sit_down(way: Way, **options: Any) -> Walker:
        context, watch = open_window(java_script_enabled=way.javascript, **options)
        return Walker(site, context.new_page(), watch, way)

    return sit_down


@pytest.fixture(scope="session")
def scenes(site: Site) -> dict[str, list[Scene]]:
    """Every state there is, brought about once."""
    return plant_scenes(site)


@pytest.fixture(scope="session")
def cookies_of(site: Site, chromium: Browser) -> Callable[[str], StorageState | None]:
    """What the browser of a signed-in person holds; nothing for a visitor. Each signs in once."""

    @cache
    def cookies(key: str) -> StorageState | None:
        if not key:
            return None
        with window(chromium, site.url) as (context, _):
            return sign_in(site, context.new_page(), key)

    return cookies


@pytest.fixture
def sits(new_walker: Callable[..., Walker], cookies_of: Callable[[str], StorageState | None]) -> Callable[..., Walker]:
    """Somebody signed in, of the cast or with this address; nobody in particular for "": `sits(AMINA, way)`."""
    return lambda key, way, **window: new_walker(way, storage_state=cookies_of(key), **window)


@pytest.fixture
def stage(
    scenes: dict[str, list[Scene]],
    open_window: Callable[..., tuple[BrowserContext, Watch]],
    cookies_of: Callable[[str], StorageState | None],
) -> Stage:
    """Shows scenes; each test has windows of its own, so that a fault stays with its test."""
    # Not intercepting anything leaves Chromium its cache, which saves a third of the time.
    return Stage(scenes, lambda who: open_window(storage_state=cookies_of(who), htmx="unknown"))


@pytest.fixture
def plain_stage(
    scenes: dict[str, list[Scene]],
    open_window: Callable[..., tuple[BrowserContext, Watch]],
    cookies_of: Callable[[str], StorageState | None],
) -> Stage:
    """Shows scenes to browsers without JavaScript."""
    return Stage(scenes, lambda who: open_window(storage_state=cookies_of(who), java_script_enabled=False))


@pytest.fixture(params=WAYS, ids=str)
def walker(request: pytest.FixtureRequest, new_walker: Callable[..., Walker]) -> Walker:
    """A person; a test that asks for one is walked with JavaScript, without it, and with a keyboard alone."""
    return new_walker(request.param)
