"""Signing in as people do: with the code from the letter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from karavan.core.database import db
from karavan.notifications.models import Letter

if TYPE_CHECKING:
    from tests.support.page import Page
    from tests.support.visit import Visit

LETTER = "accounts/sign_in_code"


def code_sent_to(address: str) -> str:
    """Return the newest code posted to an address (needs an application context: ask for `session`)."""
    newest = select(Letter.payload).where(Letter.letter == LETTER, Letter.address == address).order_by(Letter.id.desc())
    payload = db.session().scalars(newest.limit(1)).one()
    db.session.close()
    code: str = payload["code"]
    return code


def ask_for_code(visit: Visit, contact: str, *, onward: str = "", htmx: bool = False) -> Page:
    """Ask for a code on the sign-in page."""
    visit.get("/en/sign-in" + (f"?next={onward}" if onward else ""))
    return visit.press("Get a code", contact=contact, htmx=htmx)


def sign_in(visit: Visit, contact: str, *, onward: str = "") -> Page:
    """Sign somebody in by her code, and return the page she comes to.

    For tests about signing in. What begins behind it is quicker with `visit.sign_in(person)`.
    """
    ask_for_code(visit, contact, onward=onward)
    return visit.press("Sign in", code=code_sent_to(contact), status=200)


def wrong(code: str) -> str:
    """Return another code than this one."""
    return f"{(int(code) + 1) % 10**6:06}"
