"""A Chromium that reports everything: what a page complains of, what it asks of strangers, what fails to arrive.

The name of the CDN leads nowhere here. Where a test does not say otherwise, htmx comes from `static/vendor` under its
CDN address, with the header that lets integrity and policy be checked as they are outside.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from PIL import Image

from karavan.core.qr import qr_png
from karavan.web.assets import HTMX_CDN, HTMX_LOCAL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Request, Response, Route, WebError

ROOT = Path(__file__).resolve().parents[2]
HTMX = (ROOT / "static" / HTMX_LOCAL).read_bytes()

ALONE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
"""To Chromium, every name but this machine's is unknown."""

STEPS = 10_000
"""Milliseconds after which something that should have happened has not."""

_STRANGERS = re.compile(r"^(?!http://127\.0\.0\.1[:/]|data:|blob:|about:)")
_ANSWER_SAID = re.compile(r"Failed to load resource: the server responded with a status of (\d+)")
_NO_ANSWER = "Failed to load resource: net::"


@dataclass
class Watch:
    """What went wrong in one window, as sentences. A test that expects something says so beforehand."""

    complaints: list[str] = field(default_factory=list)
    statuses: set[int] = field(default_factory=lambda: {422})
    """Answers of 400 and above that are no complaint. An invalid form is every day's business."""
    silence: bool = False
    """May requests fail, because the network is made to?"""
    pardoned: list[str] = field(default_factory=list)

    @property
    def told(self) -> str:
        """All complaints, each once."""
        return "\n".join(["The browser complains:" if self.complaints else "", *dict.fromkeys(self.complaints)])

    def expect(self, *statuses: int) -> None:
        """Let answers with these statuses pass."""
        self.statuses.update(statuses)

    def pardon(self, words: str) -> None:
        """Let complaints with these words pass, in the console and about requests."""
        self.pardoned.append(words)

    def complain(self, text: str) -> None:
        """Note what went wrong, unless it was to be expected."""
        if not any(words in text for words in self.pardoned):
            self.complaints.append(text)

    def console(self, message: ConsoleMessage) -> None:
        """Take in what a page writes into the console."""
        text = message.text
        if message.type not in {"error", "warning"} or _ANSWER_SAID.match(text):
            return  # which status it was is judged in `answered`
        if self.silence and (text.startswith(_NO_ANSWER) or "Failed to fetch" in text):
            return
        self.complain(f"console {message.type}: {text} ({message.location['url']})")

    def broke(self, error: WebError) -> None:
        """Take in a script's uncaught error."""
        self.complain(f"uncaught: {error.error}")

    def answered(self, response: Response) -> None:
        """Take in the status of an answer."""
        if response.status >= 400 and response.status not in self.statuses:
            self.complain(f"{response.status} for {response.request.method} {response.url}")

    def failed(self, request: Request) -> None:
        """Take in a request without an answer; one that another replaced is none of them."""
        if not self.silence and "ERR_ABORTED" not in (request.failure or ""):
            self.complain(f"no answer to {request.method} {request.url}: {request.failure}")

    def stranger(self, route: Route) -> None:
        """Refuse to ask anybody but this machine."""
        self.complain(f"asks a stranger: {route.request.method} {route.request.url}")
        route.abort()


@contextmanager
def window(browser: Browser, url: str, *, htmx: str = "cdn", **options: Any) -> Iterator[tuple[BrowserContext, Watch]]:
    """Open a window with its own cookies; afterwards, whatever went wrong in it fails the test.

    `htmx` says what the CDN does: "cdn" answers; "silent" never answers; "unknown" cannot be found, and there is no
    interception at all then, so that Chromium's own cache works as it does for people.
    """
    usual: dict[str, Any] = {
        "base_url": url,
        "viewport": {"width": 390, "height": 844},
        "locale": "en-GB",
        "reduced_motion": "reduce",
        "color_scheme": "light",
    }
    context = browser.new_context(**usual | options)
    watch = Watch()
    try:
        context.set_default_timeout(STEPS)
        context.on("console", watch.console)
        context.on("weberror", watch.broke)
        context.on("response", watch.answered)
        context.on("requestfailed", watch.failed)
        if htmx == "unknown":
            watch.pardon(f"GET {HTMX_CDN}: net::ERR_NAME_NOT_RESOLVED")
            watch.pardon(f"net::ERR_NAME_NOT_RESOLVED ({HTMX_CDN})")
        else:
            context.route(_STRANGERS, watch.stranger)
            context.route(HTMX_CDN, _answer if htmx == "cdn" else _never_answer)
        yield context, watch
    except BaseException as error:
        error.add_note(watch.told)
        raise
    finally:
        context.close()
    assert not watch.complaints, watch.told


def camera_shows(film: Path) -> tuple[str, ...]:
    """Tell Chromium to take a file for its camera; it is read when the camera is switched on."""
    return ("--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}")


def picture_of(text: str) -> bytes:
    """Return a film of one picture, in which somebody holds a QR code before the camera."""
    code = Image.open(BytesIO(qr_png(text))).convert("RGB")
    picture = Image.new("RGB", (640, 480), "gray")
    picture.paste(code.resize((400, 400)), (120, 40))
    frame = BytesIO()
    picture.save(frame, "JPEG")
    return frame.getvalue()


def path_of(url: str) -> str:
    """Return an address without the machine."""
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _answer(route: Route) -> None:
    route.fulfill(body=HTMX, headers={"Content-Type": "text/javascript", "Access-Control-Allow-Origin": "*"})


def _never_answer(route: Route) -> None:
    """Leave the request open."""
