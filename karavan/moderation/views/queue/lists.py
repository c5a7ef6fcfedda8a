"""What waits: one tab for each kind of question, and identical texts that are removed together."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import datetime, time
from typing import TYPE_CHECKING, Final, NamedTuple
from zoneinfo import ZoneInfo

from flask import Response, current_app, flash, make_response, request, url_for

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Problem
from karavan.core.when import DEFAULT_ZONE, local_day
from karavan.moderation import desk_queries, pieces, rooms
from karavan.moderation.desk_queries import Tab
from karavan.moderation.models import Action
from karavan.moderation.passages import BEGINNING, marked
from karavan.moderation.problems import TextMoved
from karavan.moderation.queue_forms import BulkForm, PressForm
from karavan.moderation.rules.decide import Verdict, decide
from karavan.moderation.views.queue.room import blueprint, me, organisation_ids, shared
from karavan.web.access import access, staff
from karavan.web.locale import gettext, lang, ngettext
from karavan.web.reply import leave, show
from karavan.web.shortcuts import keys_wanted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.wrappers import Response as AnyResponse

    from karavan.core.problems import Message
    from karavan.moderation.models import Case
    from karavan.moderation.passages import Stretch
    from karavan.moderation.pieces import Piece

QUEUE = "moderation/index.html"
BULK, BULK_PANEL = "moderation/bulk.html", "moderation/_bulk_panel.html"
SHORTCUTS, SHORTCUTS_PANEL = "moderation/shortcuts.html", "moderation/_shortcuts_panel.html"
PAGE: Final = 30
YEAR: Final = 365 * 24 * 3600


class Line(NamedTuple):
    """A case in a list, with the beginning of its text."""

    row: desk_queries.QueueRow
    piece: Piece
    room: rooms.Room | None
    runs: Sequence[Stretch]
    flags: dict[str, int]
    """How often each rule was named."""


class Same(NamedTuple):
    """Texts that say the very same."""

    sha256: str
    found: Sequence[tuple[Case, Piece]]


class LeftOut(NamedTuple):
    """A text that was ticked, and stays as it is."""

    case_id: int
    author: str
    why: Message


@blueprint.get("/")
@access(staff)
def index() -> Response:
    """Show one tab of what waits for this person; without a choice, the first that is not empty."""
    session, moment, ids = db.session(), now(), organisation_ids()
    found = desk_queries.overview(session, ids, viewer_id=me(), now=moment)
    tab = _tab_asked(found.counts)
    page = _page_asked()
    rows = desk_queries.rows(session, ids, tab, viewer_id=me(), now=moment, limit=PAGE + 1, offset=page * PAGE)
    midnight = datetime.combine(local_day(moment), time(), ZoneInfo(DEFAULT_ZONE))
    return show(
        QUEUE,
        tab=tab.value,
        overview=found,
        lines=_lines(rows[:PAGE]),
        organisations={one.id: one.name for one in desk_queries.organisations(session, ids)},
        today=desk_queries.today_of(session, ids, since=midnight),
        moment=moment,
        me=me(),
        page=page,
        more=len(rows) > PAGE,
        **shared(undo_form=PressForm(), keys=keys_wanted()),
    )


def _tab_asked(counts: dict[Tab, int]) -> Tab:
    asked = request.args.get("tab", "")
    known = next((tab for tab in Tab if tab.value == asked), None)
    return known or next((tab for tab, number in counts.items() if number), Tab.NEW)


def _page_asked() -> int:
    asked = request.args.get("page", "")
    return int(asked) if re.fullmatch("[0-9]{1,4}", asked) else 0


def _lines(rows: Sequence[desk_queries.QueueRow]) -> list[Line]:
    """Put the texts to the cases; a case whose text is gone for good is left out."""
    session = db.session()
    texts = pieces.keeper().look(session, [row.case.comment_id for row in rows])
    where = rooms.named(session, {piece.thread for piece in texts.values()}, lang())
    flags = desk_queries.clauses_of_flags(session, [row.case.id for row in rows if row.case.flags])
    found = []
    for row in rows:
        piece = texts.get(row.case.comment_id)
        if piece is not None:
            runs = marked(piece.source, row.case.marks, most=BEGINNING)
            found.append(Line(row, piece, where.get(piece.thread), runs, flags.get(row.case.id, {})))
    return found


# --- Identical texts ------------------------------------------------------------------------------------------


@blueprint.route("/bulk", methods=["GET", "POST"])
@access(staff)
def bulk() -> AnyResponse:
    """Remove texts that say the very same, as advertising or repetition: each is checked by itself."""
    groups = _same()
    asked = request.values.get("text", "")
    chosen = next((one for one in groups if one.sha256 == asked), None)
    form = _bulk_form(chosen)
    if request.method == "GET":
        return _bulk(groups, chosen, form)
    ticked = form.ticked()
    if not form.submitted():
        return _bulk(groups, chosen, form, 422)
    removed, proposed, left_out = _remove_each(ticked, asked, form)
    if proposed:
        sentence = ngettext(
            "%(num)s text awaits a second signature.", "%(num)s texts await a second signature.", proposed
        )
        flash(sentence % {"num": proposed}, "info")
    if removed:
        flash(ngettext("%(num)s text is removed.", "%(num)s texts are removed.", removed) % {"num": removed}, "ok")
    if not left_out:
        return leave(url_for("moderation.index"))
    groups = _same()
    chosen = next((one for one in groups if one.sha256 == asked), None)
    return _bulk(groups, chosen, form, 409, left_out=left_out)


def _bulk_form(chosen: Same | None) -> BulkForm:
    form = BulkForm()
    offered = {_item(case, piece): piece.author_name for case, piece in chosen.found} if chosen else {}
    # What was ticked and has changed meanwhile is no fault of the form: it is named after the press.
    offered |= {one: one for one in (form.item.data or ()) if re.fullmatch(r"[0-9]{1,9}(-[0-9]{1,9}){2}", one)}
    form.item.choices = offered
    if chosen and not form.words_lang.data:
        form.words_lang.data = chosen.found[0][1].lang
    return form


def _item(case: Case, piece: Piece) -> str:
    return f"{case.id}-{case.version}-{piece.revision}"


def _same() -> list[Same]:
    """Return the texts waiting for a first decision that stand there more than once, the most frequent first."""
    session = db.session()
    cases = desk_queries.waiting_first(session, organisation_ids(), viewer_id=me(), now=now())
    texts = pieces.keeper().look(session, [case.comment_id for case in cases]) if cases else {}
    found: dict[str, list[tuple[Case, Piece]]] = defaultdict(list)
    for case in cases:
        piece = texts.get(case.comment_id)
        if piece is not None:
            found[piece.sha256].append((case, piece))
    several = [Same(text, group[: desk_queries.BULK]) for text, group in found.items() if len(group) > 1]
    return sorted(several, key=lambda one: -len(one.found))


def _remove_each(ticked: Sequence[tuple[int, int, int]], sha256: str, form: BulkForm) -> tuple[int, int, list[LeftOut]]:
    """Decide about each by itself; what changed meanwhile is left out and named, another council's is not found."""
    removed, proposed, left_out = 0, 0, []
    verdict = Verdict(
        action=Action.REMOVE,
        clause=form.clause.data,
        words=form.words.data or "",
        words_lang=form.words_lang.data or "",
    )
    session, moment, person_id = db.session(), now(), me()
    for case_id, version, revision in ticked[: desk_queries.BULK]:
        card = desk_queries.card(session, case_id, organisation_ids(), viewer_id=person_id, now=moment)
        if card is None:
            continue
        piece = pieces.keeper().look(session, (card.case.comment_id,))[card.case.comment_id]
        try:
            _refuse_other_text(piece, sha256)
            read = {"read_version": version, "read_revision": revision}
            decision = transact(decide, case_id, verdict, by_id=person_id, now=moment, **read)
        except Problem as problem:
            left_out.append(LeftOut(case_id, piece.author_name, problem.message))
        else:
            proposed += decision.needs_cosigner
            removed += not decision.needs_cosigner
    return removed, proposed, left_out


def _refuse_other_text(piece: Piece, sha256: str) -> None:
    """Only the very same text is removed together with others."""
    if piece.sha256 != sha256:
        raise TextMoved


def _bulk(
    groups: Sequence[Same],
    chosen: Same | None,
    form: BulkForm,
    status: int = 200,
    *,
    left_out: Sequence[LeftOut] = (),
) -> Response:
    return show(
        BULK, BULK_PANEL, status, groups=groups, chosen=chosen, form=form, left_out=left_out, **shared(moment=now())
    )


# --- Shortcuts ------------------------------------------------------------------------------------------------


@blueprint.route("/shortcuts", methods=["GET", "POST"])
@access(staff)
def shortcuts() -> AnyResponse:
    """Switch the single-key shortcuts off or on, in this browser."""
    form = PressForm()
    if request.method == "GET" or not form.submitted():
        status = 422 if request.method == "POST" else 200
        return show(SHORTCUTS, SHORTCUTS_PANEL, status, form=form, keys=keys_wanted())
    wanted = request.form.get("keys") == "on"
    answer = make_response(leave(url_for("moderation.index")))
    secure = current_app.extensions["karavan.settings"].secure_cookies
    chosen = "on" if wanted else "off"
    answer.set_cookie("keys", chosen, max_age=YEAR, httponly=True, samesite="Lax", secure=secure)
    flash(gettext("Shortcuts are on.") if wanted else gettext("Shortcuts are off."), "ok")
    return answer
