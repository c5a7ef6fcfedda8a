"""Who is coming: the list, narrowed as one types, ordered, page by page; and one registration of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Response, current_app, request

from karavan.core.clock import now
from karavan.core.database import db
from karavan.core.places import HOME_DISTRICTS
from karavan.events.at_desk import event_and_registration, event_at_desk, organiser
from karavan.events.labels import ROLES, SEXES
from karavan.events.models import EventState, SeatChannel
from karavan.events.ticket_links import ticket_path
from karavan.roster.forms import read_filter, read_sort, write_filter
from karavan.roster.looking import log_look, log_person
from karavan.roster.models import Look
from karavan.roster.queries import LISTS, lines_of, moves_of, person_name, roster_page
from karavan.roster.views.desk.room import blueprint
from karavan.roster.words import CHANNELS, LIST_NAMES, SORT_NAMES, answers_in_words, asked
from karavan.web.access import access
from karavan.web.reply import show

if TYPE_CHECKING:
    from karavan.roster.queries import Filter, RosterPage

ROSTER, TABLE = "roster/index.html", "roster/_roster.html"
REGISTRATION = "roster/registration.html"
FEW: Final = 5
"""Up to so many registrations found by a search are named by their numbers in the log of looks."""


@blueprint.get("/roster")
@access(organiser)
def roster(event_id: int) -> Response:
    """Show everybody who registered; search and filters are a plain form that htmx makes live."""
    event = event_at_desk(event_id)
    wanted, sort = read_filter(request.args), read_sort(request.args)
    page = roster_page(db.session(), event, wanted, sort=sort, after=request.args.get("after", ""))
    response = show(
        ROSTER,
        TABLE,
        event=event,
        page=page,
        filters=wanted,
        sort=sort,
        asked=write_filter(wanted, sort),
        questions=asked(event, page.lines),
        said={line.attendee_id: answers_in_words(event, line) for line in page.lines},
        lists=LIST_NAMES,
        chosen_list=next((name for name, among in LISTS.items() if wanted.states == among), ""),
        channels=CHANNELS,
        sorts=SORT_NAMES,
        districts=HOME_DISTRICTS,
        may_add=event.state == EventState.PUBLISHED and now() < event.ends_at,
    )
    log_look(event_id, Look.LIST, detail=_whom(wanted, page), people=len(page.lines))
    return response


def _whom(wanted: Filter, page: RosterPage) -> str:
    """Say what was looked for without a name: by their numbers, when few were found."""
    if not wanted.any:
        return ""
    numbers = sorted({line.number for line in page.lines})
    few = bool(wanted.words) and page.total == len(page.lines) and len(numbers) <= FEW
    return "№ " + ", ".join(map(str, numbers)) if few and numbers else "*"


@blueprint.get("/registrations/<int:registration_id>", endpoint="registration")
@access(organiser)
def show_registration(event_id: int, registration_id: int) -> Response:
    """Show one registration: who, how to reach them, and the link that is their ticket."""
    event, registration = event_and_registration(event_id, registration_id)
    session = db.session()
    path = ticket_path(registration)
    base: str = current_app.extensions["karavan.settings"].base_url
    lines = lines_of(registration)
    response = show(
        REGISTRATION,
        event=event,
        registration=registration,
        lines=lines,
        said=answers_in_words(event, lines[0]),
        questions=asked(event, lines),
        ticket_path=path,
        ticket_url=base + path,
        channels=CHANNELS,
        sexes={sex.value: words for sex, words in SEXES},
        roles={role.value: words for role, words in ROLES},
        moves=moves_of(session, registration_id),
        added_by=person_name(session, registration.added_by_id),
        by_staff=registration.channel in {SeatChannel.PHONE, SeatChannel.VISIT, SeatChannel.DESK},
        open_still=event.state == EventState.PUBLISHED and now() < event.ends_at,
    )
    log_person(event_id, registration.number, len(lines))
    return response


@blueprint.get("/registrations/<int:registration_id>/slip")
@access(organiser)
def slip(event_id: int, registration_id: int) -> Response:
    """Print what somebody who came by takes home: codes, when and where, and the address of the ticket."""
    event, registration = event_and_registration(event_id, registration_id)
    base: str = current_app.extensions["karavan.settings"].base_url
    people, number = len(registration.attendees), registration.number
    context = {"registration": registration, "ticket_url": base + ticket_path(registration)}
    response = show("roster/slip.html", event=event, **context)
    log_person(event_id, number, people)
    return response
