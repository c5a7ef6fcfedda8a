"""Lists from elsewhere: handed in, their columns named, tried row by row, and brought in when somebody says so."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from flask import Response, abort, flash, request, url_for

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Message, Problem
from karavan.core.text import csv_cell
from karavan.core.when import local_day
from karavan.events import queries as events
from karavan.events.at_desk import event_at_desk, organiser
from karavan.events.queries import LARGEST_ID
from karavan.files.checking import CSV
from karavan.files.names import clean_name
from karavan.files.queries import content_of
from karavan.roster import queries
from karavan.roster.bringing import DUPLICATES, FIELDS, guess_mapping, try_rows
from karavan.roster.list_forms import BODY_BYTES, BringInForm, DropForm, ListForm, mapping_form
from karavan.roster.looking import log_look
from karavan.roster.models import ImportState, Look
from karavan.roster.problems import ListHasChanged, ListIsClosed
from karavan.roster.rules.bring_in import OPEN, Reading, bring_in, drop_list, make_ready, name_columns, take_list
from karavan.roster.sheets import SEPARATORS
from karavan.roster.tables import guess_delimiter, headings, read_letters, rows_of
from karavan.roster.views.desk.room import blueprint, why_closed
from karavan.roster.words import FIELD_NAMES, IMPORT_STATES, fault_in_words
from karavan.web.access import access, visitor
from karavan.web.hygiene import takes_files
from karavan.web.locale import gettext, lang, say
from karavan.web.reply import leave, show

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from karavan.events.models import Event
    from karavan.roster.bringing import Trial
    from karavan.roster.list_forms import MappingForm
    from karavan.roster.models import RosterImport

LISTS, UPLOAD_PANEL = "roster/lists.html", "roster/_upload_panel.html"
LIST, LIST_PANEL = "roster/list.html", "roster/_list_panel.html"
SHOWN_ROWS: Final = 3
"""So many rows of the list are shown, so that columns can be told apart."""
SHOWN_LETTERS: Final = 200_000
"""Within so many characters the first rows are looked for."""


@blueprint.route("/lists", methods=["GET", "POST"])
@access(organiser)
@takes_files(BODY_BYTES)
def lists(event_id: int) -> AnyResponse:
    """Show the lists that were handed in, and take another. Nobody is on the roster by handing one in."""
    event = event_at_desk(event_id)
    form = ListForm()
    if not form.submitted():
        return _lists(event, form, 422 if request.method == "POST" else 200)
    if why_closed(event) is not None:
        return _lists(event, form, 409)
    try:
        name, content = form.content()
        text = read_letters(content)
        delimiter = guess_delimiter(text)
        reading = _read_anew(text, delimiter, event)
    except Problem as problem:
        form.refuse(problem)
        return _lists(event, form, problem.status)
    facts: dict[str, Any] = {"name": clean_name(name, CSV), "text": text, "reading": reading}
    import_id = transact(take_list, event_id, **facts, by_id=visitor().person_id, now=now())
    return leave(url_for("roster_desk.one_list", event_id=event_id, import_id=import_id))


def _lists(event: Event, form: ListForm, status: int) -> Response:
    rows = queries.imports_of(db.session(), event.id)
    context: dict[str, Any] = {"rows": rows, "states": IMPORT_STATES, "closed": why_closed(event)}
    return show(LISTS, UPLOAD_PANEL, status, event=event, form=form, **context)


def _read_anew(text: str, delimiter: str, event: Event) -> Reading:
    """Read headings, and guess what the columns hold."""
    rows = rows_of(text, delimiter)
    columns = headings(rows)
    mapping = guess_mapping(columns, rows[0][1], asks=event.asks)
    return Reading(delimiter, columns if mapping["header"] else [""] * len(columns), mapping)


# --- One list ---------------------------------------------------------------------------------------------


class Found(NamedTuple):
    """A list, its text as long as it is kept, and its event."""

    event: Event
    row: RosterImport
    text: str

    @property
    def open(self) -> bool:
        """May it still be read otherwise, or brought in?"""
        return self.row.state in OPEN

    def first(self) -> list[list[str]]:
        """Return the first rows as they are read now."""
        try:
            whole = len(self.text) <= SHOWN_LETTERS
            rows = rows_of(
                self.text if whole else self.text[: self.text.rfind("\n", 0, SHOWN_LETTERS)], self.row.delimiter
            )
        except Problem:
            return []
        return [cells for _, cells in rows[: SHOWN_ROWS + 1]]


def _found(event_id: int, import_id: int) -> Found:
    event = event_at_desk(event_id)
    row = queries.roster_import(db.session(), event_id, import_id) if import_id <= LARGEST_ID else None
    if row is None:
        abort(404)
    content = content_of(db.session(), row.file_id) if row.file_id else None
    return Found(event, row, content.decode() if content else "")


@blueprint.route("/lists/<int:import_id>", methods=["GET", "POST"])
@access(organiser)
def one_list(event_id: int, import_id: int) -> AnyResponse:
    """Name the columns of a list, and try every row: what would be brought in, and what is wrong with the rest."""
    found = _found(event_id, import_id)
    form = _mapping(found)
    if request.method == "GET":
        return _list(found, form)
    if not found.open:
        return _list(found, form, 409, problem=ListIsClosed())
    if "again" in request.form or (form.sign.validate(form) and form.delimiter != found.row.delimiter):
        return _read_otherwise(found, form)
    if not form.submitted():
        return _list(found, form, 422)
    try:
        trial = _try(found, form.mapping())
        reading = Reading(found.row.delimiter, list(found.row.columns), form.mapping())
        transact(name_columns, event_id, import_id, version=form.read_version, reading=reading, trial=trial)
    except Problem as problem:
        return _refused(found, form, problem)
    return leave(url_for("roster_desk.one_list", event_id=event_id, import_id=import_id))


def _read_otherwise(found: Found, form: MappingForm) -> AnyResponse:
    """Read the list by another sign: other columns, to be named anew."""
    event_id, import_id = found.event.id, found.row.id
    if not form.submitted() and set(form.errors) - {field.name for field in form.column_fields()}:
        return _list(found, form, 422)
    try:
        reading = _read_anew(found.text, form.delimiter, found.event)
        transact(name_columns, event_id, import_id, version=form.read_version, reading=reading, trial=None)
    except Problem as problem:
        return _refused(found, form, problem)
    flash(gettext("The list is read otherwise now. Look at the columns again."), "info")
    return leave(url_for("roster_desk.one_list", event_id=event_id, import_id=import_id))


@blueprint.route("/lists/<int:import_id>/confirmation", methods=["GET", "POST"], endpoint="confirm_list")
@access(organiser)
def confirm(event_id: int, import_id: int) -> AnyResponse:
    """Bring everybody in: seats as long as there are any, then the queue; all of it or none."""
    found = _found(event_id, import_id)
    if request.method == "GET" or not found.open:
        return leave(url_for("roster_desk.one_list", event_id=event_id, import_id=import_id))
    form = BringInForm()
    if not form.submitted():
        return _list(found, _mapping(found), 422, confirming=form)
    moment = now()
    try:
        if form.read_version != found.row.version or found.row.state != ImportState.MAPPED:
            raise ListHasChanged
        newcomers = make_ready(_try(found, found.row.mapping).entries)
        brought = transact(
            bring_in,
            event_id,
            import_id,
            version=form.read_version,
            newcomers=newcomers,
            tell=bool(form.tell.data),
            by_id=visitor().person_id,
            now=moment,
        )
    except Problem as problem:
        found = _found(event_id, import_id)
        form.refuse(problem)
        form.version.data = str(found.row.version)
        return _list(found, _mapping(found), problem.status, confirming=form)
    counted = Message.counted(
        "%(num)d person was brought in. Seats: %(seated)d, in the queue: %(waiting)d.",
        "%(num)d people were brought in. Seats: %(seated)d, in the queue: %(waiting)d.",
        brought.people,
        seated=brought.seated,
        waiting=brought.waiting,
    )
    flash(say(counted), "ok")
    return leave(url_for("roster_desk.roster", event_id=event_id))


@blueprint.route("/lists/<int:import_id>/removal", methods=["GET", "POST"], endpoint="drop_list")
@access(organiser)
def drop(event_id: int, import_id: int) -> AnyResponse:
    """Forget a list with all that is in it."""
    found = _found(event_id, import_id)
    form = DropForm()
    if not form.submitted():
        if request.method == "GET":
            return leave(url_for("roster_desk.one_list", event_id=event_id, import_id=import_id))
        return _list(found, _mapping(found), 422, dropping=form)
    try:
        transact(drop_list, event_id, import_id, now=now())
    except Problem as problem:
        form.refuse(problem)
        return _list(_found(event_id, import_id), _mapping(found), problem.status, dropping=form)
    flash(gettext("The list is forgotten. Nobody was brought in."), "ok")
    return leave(url_for("roster_desk.lists", event_id=event_id))


@blueprint.get("/lists/<int:import_id>/faults.csv")
@access(organiser)
def faults(event_id: int, import_id: int) -> Response:
    """Give back the rows that would not be brought in, as they stand in the list, with what is wrong with each."""
    found = _found(event_id, import_id)
    if not found.open or found.row.state != ImportState.MAPPED:
        abort(404)
    trial = _try(found, found.row.mapping)
    content = _faulty_rows(found, trial)
    number = trial.faulty + trial.duplicates
    log_look(event_id, Look.FILE, detail=f"CSV {import_id}", people=number)
    headers = {"Content-Disposition": f'attachment; filename="faults-{import_id}.csv"'}
    return Response(content, content_type="text/csv; charset=utf-8", headers=headers)


def _faulty_rows(found: Found, trial: Trial) -> str:
    wrong: dict[int, list[str]] = {}
    for fault in trial.faults:
        said = say(fault_in_words(fault.code, fault.value))
        wrong.setdefault(fault.row, []).append(f"{say(FIELD_NAMES[fault.field])}: {said}")
    file = io.StringIO()
    writer = csv.writer(file, delimiter=SEPARATORS[lang()], lineterminator="\r\n")
    writer.writerow([gettext("Row"), gettext("What is wrong"), *map(csv_cell, found.row.columns)])
    for number, cells in rows_of(found.text, found.row.delimiter):
        if number in wrong:
            writer.writerow([number, csv_cell(" ".join(wrong[number])), *map(csv_cell, cells)])
    return "\ufeff" + file.getvalue()


def _try(found: Found, mapping: dict[str, int]) -> Trial:
    """Read every row; takes some seconds for a hundred thousand, so it is never done in a transaction."""
    known = queries.live_contacts(db.session(), found.event.id)
    rows = rows_of(found.text, found.row.delimiter)
    return try_rows(rows, mapping, known, asks=found.event.asks, lang="kk", this_year=local_day(now()).year)


def _mapping(found: Found) -> MappingForm:
    first = found.first()
    return mapping_form(found.row, found.event, first=first[0] if first else ())


def _refused(found: Found, form: MappingForm, problem: Problem) -> Response:
    """Show what stands now, and keep what was chosen."""
    found = _found(found.event.id, found.row.id)
    form.refuse(problem)
    form.version.data = str(found.row.version)
    return _list(found, form, problem.status)


def _list(
    found: Found,
    form: MappingForm,
    status: int = 200,
    *,
    confirming: BringInForm | None = None,
    dropping: DropForm | None = None,
    problem: Problem | None = None,
) -> Response:
    if problem is not None:
        form.refuse(problem)
    row, event = found.row, found.event
    response = show(
        LIST,
        LIST_PANEL,
        status,
        event=event,
        row=row,
        open=found.open,
        form=form,
        confirming=confirming or BringInForm(formdata=None, data={"version": row.version, "tell": True}),
        dropping=dropping or DropForm(formdata=None),
        first=found.first(),
        faults=[
            (number, FIELD_NAMES[field], value if code not in DUPLICATES else "", fault_in_words(code, value))
            for number, field, code, value in row.faults
        ],
        fields={place: FIELD_NAMES[name] for name, place in row.mapping.items() if name in FIELDS},
        seats=events.seats_of(db.session(), event),
        states=IMPORT_STATES,
        closed=why_closed(event),
    )
    if found.text:
        log_look(event.id, Look.LIST, detail=f"CSV {row.id}", people=row.rows)
    return response
