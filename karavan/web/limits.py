"""Rate limits, by the `limits` library; in memory for one process, in Redis beyond."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app, request
from limits import parse
from limits.storage import storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter

from karavan.core.problems import Message, Problem

if TYPE_CHECKING:
    from flask import Flask

    from config import Settings


class TooManyTries(Problem):
    """Slow down; says when to come back."""

    status = 429
    text = Message("Too many tries in a short time. Please wait a few minutes and try again.")


def spend(what: str, rate: str, *whom: str) -> None:
    """Count one use of `what` by `whom` (by default the sender's address) against a rate such as "30 per minute".

    Whole villages share one address behind a mobile operator's gateway, so rates by address must be generous.

    Raises:
        TooManyTries: the rate is used up.

    """
    limiter: SlidingWindowCounterRateLimiter | None = current_app.extensions["karavan.limiter"]
    if limiter is not None and not limiter.hit(parse(rate), what, *(whom or (request.remote_addr or "?",))):
        raise TooManyTries


def init_app(app: Flask, settings: Settings) -> None:
    """Set up the limiter, unless limits are switched off (for benchmarks and races)."""
    app.extensions["karavan.limiter"] = (
        SlidingWindowCounterRateLimiter(storage_from_string(settings.rate_storage)) if settings.rate_limits else None
    )
