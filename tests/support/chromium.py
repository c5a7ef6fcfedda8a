"""A Chromium to test with: one on this machine, else the distribution's package, else Playwright's own.

    python -m tests.support.chromium            prints the path of the one to use
    python -m tests.support.chromium provide    the same, and installs one first if there is none

`KARAVAN_TEST_CHROMIUM` names one and ends the search. Tests ask `launch()`, which installs nothing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import Browser, Playwright

GIVEN = "KARAVAN_TEST_CHROMIUM"

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_APPLICATIONS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)

FLAGS = (
    "--no-sandbox",  # root may not have one, and the only pages shown are ours
    "--disable-gpu",
    # The rest keeps the browser from talking to anybody but the site under test.
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class NoBrowserError(RuntimeError):
    """No Chromium could be had; the message says why."""


def launch(playwright: Playwright, **options: Any) -> Browser:
    """Start Chromium the way all our browser tests do; without one on this machine, Playwright tries its own."""
    path = os.environ.get(GIVEN) or _on_this_machine()
    return playwright.chromium.launch(executable_path=path, args=[*FLAGS, *options.pop("args", ())], **options)


def executable() -> str | None:
    """Find a Chromium that starts: the one given, one on this machine, or Playwright's own."""
    return os.environ.get(GIVEN) or _on_this_machine() or _playwrights_own()


def provide() -> str:
    """Find a Chromium, and install one if there is none."""
    path = executable()
    if path is None and os.geteuid() == 0 and shutil.which("apt-get"):
        _try(["apt-get", "update", "--quiet"])
        # The fonts are for Kazakh and Russian letters: a bare machine would draw boxes of one width.
        _try(["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", "chromium", "fonts-dejavu-core"])
        path = executable()
    if path is None:
        with_libraries = ["--with-deps"] if os.geteuid() == 0 and shutil.which("apt-get") else []
        _try([sys.executable, "-m", "playwright", "install", *with_libraries, "chromium"])
        path = executable()
    if path is None:
        raise NoBrowserError("none is on PATH, and none could be installed")
    return path


def _on_this_machine() -> str | None:
    paths = [*filter(None, map(shutil.which, NAMES)), *filter(os.path.exists, _APPLICATIONS)]
    return next(filter(_starts, paths), None)


def _playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  (slow to load, and seldom needed)

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def _starts(path: str) -> bool:
    """Ask it for its version: on some systems the command only tells how to install the browser."""
    try:
        asked = subprocess.run([path, "--version"], check=False, capture_output=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0


def _try(command: Sequence[str]) -> None:
    """Run an installer, letting it speak on stderr; whether it helped is seen afterwards."""
    print("Installing a browser:", *command, file=sys.stderr)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(command, check=False, stdin=subprocess.DEVNULL, stdout=sys.stderr, env=environment)


def main(arguments: Sequence[str] = ()) -> int:
    """Print a path for bin/test."""
    try:
        path = provide() if list(arguments) == ["provide"] else executable()
    except NoBrowserError as reason:
        print(reason, file=sys.stderr)
        return 1
    if path is None:
        print("There is no Chromium here.", file=sys.stderr)
        return 1
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
