"""The mailbox of the demonstration: every letter it would have sent, for all to read. Elsewhere it does not exist."""

from __future__ import annotations

import email
import re
from email.policy import default as modern
from typing import TYPE_CHECKING, NamedTuple

from flask import Blueprint, Response, abort, current_app, request
from markupsafe import Markup, escape

from karavan.core.database import db
from karavan.notifications import queries
from karavan.web.access import access, anyone
from karavan.web.reply import show

if TYPE_CHECKING:
    from config import Settings
    from karavan.notifications.models import MailboxLetter

blueprint = Blueprint("notifications", __name__, url_prefix="/<lang:lang>/mailbox")

LIST, ROWS = "notifications/mailbox.html", "notifications/_letters.html"
_LARGEST_ID = 2**31 - 1


class Attachment(NamedTuple):
    """A file of a letter, to be taken away."""

    number: int
    name: str
    content: bytes


@blueprint.before_request
def only_in_the_demonstration() -> None:
    """Hide these pages wherever letters are really sent."""
    if not _settings().demo:
        abort(404)


@blueprint.get("/")
@access(anyone)
def mailbox() -> Response:
    """List the letters, newest first; to one address, if asked."""
    to = request.args.get("to", "").strip()[:254]
    before = request.args.get("before", default=_LARGEST_ID, type=int)
    page = queries.mail_page(db.session(), to=to, before=max(0, min(before, _LARGEST_ID)))
    return show(LIST, ROWS, page=page, to=to)


@blueprint.get("/<int:letter_id>")
@access(anyone)
def letter(letter_id: int) -> Response:
    """Show one letter as text, and what came with it."""
    found = _letter(letter_id)
    body = linked(found.body, _settings().base_url)
    return show("notifications/letter.html", letter=found, body=body, files=_attachments(found))


@blueprint.get("/<int:letter_id>/letter.eml")
@access(anyone)
def original(letter_id: int) -> Response:
    """Hand out the whole letter for a mail program, HTML and pictures included."""
    found = _letter(letter_id)
    if not found.raw:
        abort(404)
    return _download(found.raw, "message/rfc822", f"letter-{letter_id}.eml")


@blueprint.get("/<int:letter_id>/files/<int:number>")
@access(anyone)
def attachment(letter_id: int, number: int) -> Response:
    """Hand out a calendar file."""
    found = next((file for file in _attachments(_letter(letter_id)) if file.number == number), None)
    if found is None:
        abort(404)
    return _download(found.content, "text/calendar", found.name)


def linked(text: str, base_url: str) -> Markup:
    """Make links of our own addresses, and of no others: what a stranger wrote into a letter stays text.

    They point to the path only, so that they open on the host through which this page is read.
    """
    ours = re.compile(re.escape(base_url) + r"(/(?![/\\])[^\s<>\"']*)?(?=[\s<>\"']|$)")
    pieces, end = [], 0
    for found in ours.finditer(text):
        path = found[1] or "/"
        pieces += [escape(text[end : found.start()]), Markup('<a href="{}">{}</a>').format(path, found[0])]
        end = found.end()
    return Markup("").join([*pieces, escape(text[end:])])


def _settings() -> Settings:
    settings: Settings = current_app.extensions["karavan.settings"]
    return settings


def _letter(letter_id: int) -> MailboxLetter:
    found = queries.mail(db.session(), letter_id) if letter_id <= _LARGEST_ID else None
    if found is None:
        abort(404)
    return found


def _attachments(found: MailboxLetter) -> list[Attachment]:
    """Return the calendar files of a letter. A short message has none."""
    if not found.raw:
        return []
    mail = email.message_from_bytes(found.raw, policy=modern)
    files = [part for part in mail.iter_attachments() if part.get_content_type() == "text/calendar"]
    return [
        Attachment(number, part.get_filename() or "event.ics", part.get_payload(decode=True))  # type: ignore[arg-type]
        for number, part in enumerate(files, 1)
    ]


def _download(content: bytes, kind: str, name: str) -> Response:
    return Response(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
