"""Letters leave: what the background rounds do every few seconds."""

from __future__ import annotations

import logging
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from flask import current_app

from karavan.core.clock import now
from karavan.core.database import transact
from karavan.notifications import rules
from karavan.notifications.drivers import TryLater, Undeliverable, Unreachable, driver_for
from karavan.notifications.rendering import render

if TYPE_CHECKING:
    from karavan.notifications.models import Letter

log = logging.getLogger(__name__)

PASS: Final = 20
"""How many letters one pass sends, so that the other rounds get their turn."""
_CODES: Final = re.compile(r"\d{3}(?: \d\.\d{1,3}\.\d{1,3})?(?=\s|$)")


def deliver_letters() -> int:
    """Send what is due and return how many letters were dealt with; safe in several processes at once.

    Each letter is claimed by itself just before it is sent: a deliverer that is killed holds up one letter, not a
    batch. Nothing is sent inside a transaction. A pass ends early when the server cannot be reached.
    """
    for done in range(PASS):
        letter = transact(rules.claim, now=now())
        if letter is None:
            return done
        try:
            _deliver(letter)
        except Unreachable as error:
            log.warning("no mail leaves: %s", _without_names(error))
            transact(rules.put_off, letter, why=str(error), now=now())
            return done
    return PASS


def forget_old_letters() -> int:
    """Take personal data out of letters a month old."""
    return transact(rules.forget, now=now())


def _deliver(letter: Letter) -> None:
    """Send one letter and note what became of it."""
    try:
        too_late = _comes_too_late(letter)
        if not too_late:
            message = render(letter)
            driver_for(message, current_app.extensions["karavan.settings"]).send(message)
    except Unreachable:
        raise
    except TryLater as error:
        log.info("letter %d must wait: %s", letter.id, _without_names(error))
        transact(rules.put_off, letter, why=str(error), now=now())
    except Undeliverable as error:
        log.warning("letter %d cannot be delivered: %s", letter.id, _without_names(error))
        transact(rules.give_up, letter, why=str(error))
    except Exception as error:
        log.exception("letter %d (%s) could not be written or sent", letter.id, letter.letter)
        transact(rules.put_off, letter, why=repr(error), now=now())
    else:
        if too_late:
            transact(rules.give_up, letter, why="it would arrive too late to be of use")
        else:
            transact(rules.mark_sent, letter, now=now())


def _without_names(error: Exception) -> str:
    """Return what a log may say of a refusal: of a server's words only their codes, for they name the recipient.

    The outbox keeps them whole, as long as the letter; the organiser reads them beside it.
    """
    codes = _CODES.match(str(error))
    return codes[0] if codes else str(error)


def _comes_too_late(letter: Letter) -> bool:
    """Is this a code or an offer whose time is over?"""
    if "expires_at" in letter.payload:
        return now() >= datetime.fromisoformat(letter.payload["expires_at"])
    if "minutes" in letter.payload:
        return now() >= letter.created_at + timedelta(minutes=letter.payload["minutes"])
    return False
