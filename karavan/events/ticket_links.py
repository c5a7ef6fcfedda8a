"""The unguessable link that is a ticket, made and read in one way for every page that leads to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, current_app, url_for

from karavan.core.database import db
from karavan.events.models import EventState
from karavan.events.queries import ticket
from karavan.web.limits import spend

if TYPE_CHECKING:
    from karavan.events.models import Registration

PURPOSE = "ticket"


def ticket_token(public_id: str) -> str:
    """Seal a registration into what stands in its address."""
    token: str = current_app.extensions["karavan.keys"].seal(public_id, purpose=PURPOSE)
    return token


def ticket_path(registration: Registration) -> str:
    """Return the address of a ticket on this site, in the language of whoever registered."""
    return url_for("tickets.show", token=ticket_token(registration.public_id), lang=registration.lang)


def registration_at(token: str) -> Registration:
    """Return the registration whose link this is; what is no link of ours is a guess, and guesses are counted."""
    public_id = current_app.extensions["karavan.keys"].open(token, purpose=PURPOSE)
    if public_id is None:
        spend("guessing", "60 per minute")
        abort(404)
    registration = ticket(db.session(), public_id)
    if registration is None or registration.event.state == EventState.DRAFT:
        abort(404)
    return registration
