"""Sittings, as everyone sees them; the record of votes; and a member's own vote and special opinion.

What is personal on a sitting's page is drawn only for whoever brings a session; everybody else gets the page that the
cache keeps. What members write lives on addresses of its own.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, flash, request, url_for

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Problem
from karavan.councils import queries as councils
from karavan.sittings.council_section import part_in_two
from karavan.sittings.forms import OpinionForm, OwnConflictForm, VoteForm, opinion_form
from karavan.sittings.models import Choice, ItemState, SittingState
from karavan.sittings.page import in_year, of_member, page_of, sitting_at, sitting_cards, years_of
from karavan.sittings.problems import VoteIsNotOpen
from karavan.sittings.rules.opinion import give_opinion
from karavan.sittings.rules.vote import BEFORE_COUNT, ballot, declare_own_conflict
from karavan.sittings.voting import CSV_HEADERS, as_csv, popolo, record_of
from karavan.web.access import access, anyone, signed_in, visitor
from karavan.web.forms import whole_number
from karavan.web.locale import gettext, lang
from karavan.web.reply import done, leave, public, show

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from karavan.councils.models import Council, Member
    from karavan.sittings.models import Sitting
    from karavan.sittings.page import ItemPage, SittingPage
    from karavan.sittings.voting import Record

blueprint = Blueprint("sittings", __name__, url_prefix="/<lang:lang>/councils/<slug>")

VOTES, VOTES_PART = "sittings/votes.html", "sittings/_votes.html"
VOTE, VOTE_PANEL = "sittings/vote.html", "sittings/_vote_panel.html"
CONFLICT, CONFLICT_PANEL = "sittings/conflict.html", "sittings/_conflict_panel.html"
OPINION, OPINION_PANEL = "sittings/opinion.html", "sittings/_opinion_panel.html"


@blueprint.get("/sittings/")
@access(anyone)
def index(slug: str) -> Response:
    """List a council's sittings: those that lie ahead, then the earlier ones."""
    public()
    council = _council(slug)
    coming, past = part_in_two(sitting_cards(db.session(), (council.id,)))
    return show("sittings/index.html", council=council, coming=coming, past=past)


@blueprint.get("/sittings/<int:number>", endpoint="show")
@access(anyone)
def show_sitting(slug: str, number: int) -> Response:
    """Show a sitting: notice, agenda, who came, how everybody voted, what was decided."""
    public()
    council = _council(slug)
    sitting = _sitting(council, number)
    page = page_of(db.session(), sitting, council)
    return show(
        "sittings/show.html",
        page=page,
        council=council,
        now_open=any(one.item.state == ItemState.VOTING for one in page.items),
        my_vote=page.seat_of(visitor().person_id) is not None,
    )


# --- The record of votes ----------------------------------------------------------------------------------


@blueprint.get("/votes")
@access(anyone)
def votes(slug: str) -> Response:
    """Show how often members came and how they voted, of one member or one year if it is asked."""
    public()
    council = _council(slug)
    whole, record, asked = _record(council)
    chosen = next((one for one in whole.members if one.id == asked.get("member")), None)
    return show(
        VOTES,
        VOTES_PART,
        council=council,
        record=record,
        rows=record.of_members(),
        members=whole.members,
        years=years_of(whole),
        chosen=chosen,
        year=asked.get("year"),
        asked=asked,
    )


@blueprint.get("/votes.csv")
@access(anyone)
def votes_csv(slug: str) -> Response:
    """Give the same as a table."""
    public()
    council = _council(slug)
    _, record, _ = _record(council)
    headers = CSV_HEADERS | {"Content-Disposition": f'attachment; filename="votes-{council.slug}.csv"'}
    return Response(as_csv(record, lang()), headers=headers)


@blueprint.get("/votes.json")
@access(anyone)
def votes_json(slug: str) -> Response:
    """Give the same as Popolo."""
    public()
    _, record, _ = _record(_council(slug))
    return Response(json.dumps(popolo(record, lang()), ensure_ascii=False), mimetype="application/json")


def _record(council: Council) -> tuple[Record, Record, dict[str, int]]:
    """Return the whole record, the part of it that is asked for, and what is asked. Nonsense asks for nothing."""
    whole = record_of(db.session(), council)
    known = {"member": {one.id for one in whole.members}, "year": set(years_of(whole))}
    asked = {name: whole_number(request.args.get(name)) for name in known}
    asked = {name: number for name, number in asked.items() if number in known[name]}
    return whole, of_member(in_year(whole, asked.get("year")), asked.get("member")), asked


# --- A member's own vote and opinion ------------------------------------------------------------------------


@blueprint.route("/sittings/<int:number>/vote", methods=["GET", "POST"])
@access(signed_in)
def vote(slug: str, number: int) -> AnyResponse:
    """Let a member vote with her own account while a vote is open."""
    council, page, me = _seat(slug, number)
    opened = _open_item(page)
    form = VoteForm(data=_standing(page, me))
    if not form.submitted():
        return _vote(council, page, me, form, 422 if request.method == "POST" else 200)
    choice = Choice(form.choice.data)
    try:
        if opened is None or opened.item.id != form.item_id or opened.item.version != form.read_version:
            raise VoteIsNotOpen
        transact(ballot, form.item_id, choice, person_id=visitor().person_id, now=now())
    except Problem as problem:
        council, page, me = _seat(slug, number)
        form.refuse(problem)
        stands = _standing(page, me)
        form.item.data, form.version.data = str(stands["item"]), str(stands["version"])
        return _vote(council, page, me, form, problem.status)
    flash(gettext("Your vote is written down. You can change it until it is counted."), "ok")
    council, page, me = _seat(slug, number)
    fresh = VoteForm(formdata=None, data=_standing(page, me))
    url = url_for("sittings.vote", slug=slug, number=number)
    return done(url, VOTE, VOTE_PANEL, **_vote_facts(council, page, me, fresh))


@blueprint.route("/sittings/<int:number>/items/<int:item_id>/conflict", methods=["GET", "POST"])
@access(signed_in)
def conflict(slug: str, number: int, item_id: int) -> AnyResponse:
    """Let a member declare a conflict of interest with her own account: a page of its own, as it cannot be undone."""
    council, page, me = _seat(slug, number)
    one = _item(page, item_id)
    form = OwnConflictForm()
    if not form.submitted():
        return _conflict(council, page, me, one, form, 422 if request.method == "POST" else 200)
    by = {"person_id": visitor().person_id, "now": now()}
    try:
        transact(declare_own_conflict, item_id, form.words.form.slots(), **by)
    except Problem as problem:
        council, page, me = _seat(slug, number)
        form.refuse(problem)
        return _conflict(council, page, me, _item(page, item_id), form, problem.status)
    flash(gettext("Your conflict of interest is written down. You do not vote on this item."), "ok")
    return leave(url_for("sittings.vote", slug=slug, number=number))


@blueprint.route("/sittings/<int:number>/items/<int:item_id>/opinion", methods=["GET", "POST"])
@access(signed_in)
def opinion(slug: str, number: int, item_id: int) -> AnyResponse:
    """Take a member's special opinion on a decision."""
    council, page, me = _seat(slug, number)
    one = _decided(page, item_id)
    form = opinion_form(one, me)
    if not form.submitted():
        return _opinion(council, page, me, one, form, 422 if request.method == "POST" else 200)
    words = {"lang": form.words_lang.data, "person_id": visitor().person_id, "now": now()}
    try:
        transact(give_opinion, one.decision.id if one.decision else 0, form.words.data or "", **words)
    except Problem as problem:
        council, page, me = _seat(slug, number)
        form.refuse(problem)
        return _opinion(council, page, me, _decided(page, item_id), form, problem.status)
    flash(gettext("Your opinion stands with the decision."), "ok")
    return leave(url_for("sittings.show", slug=slug, number=number))


def _vote(council: Council, page: SittingPage, me: Member, form: VoteForm, status: int = 200) -> Response:
    return show(VOTE, VOTE_PANEL, status, **_vote_facts(council, page, me, form))


def _vote_facts(council: Council, page: SittingPage, me: Member, form: VoteForm) -> dict[str, Any]:
    mine = [(one, line.how) for one in page.items if one.decision for line in one.roll if line.member.id == me.id]
    ahead = [one for one in page.items if one.item.state in BEFORE_COUNT]
    free = [one for one in ahead if all(row.member_id != me.id for row in one.conflicts)]
    facts: dict[str, Any] = {"council": council, "page": page, "member": me, "form": form}
    return facts | {"open": _open_item(page), "mine": mine, "free": free}


def _standing(page: SittingPage, me: Member) -> dict[str, Any]:
    """Return what the form begins with: the item that is open, and her vote on it as it stands."""
    opened = _open_item(page)
    if opened is None:
        return {"item": 0, "version": 0}
    how = next((line.how.value for line in opened.roll if line.member.id == me.id), "")
    chosen = how if how in {choice.value for choice in Choice} else ""
    return {"item": opened.item.id, "version": opened.item.version, "choice": chosen}


def _open_item(page: SittingPage) -> ItemPage | None:
    return next((one for one in page.items if one.item.state == ItemState.VOTING), None)


def _opinion(
    council: Council, page: SittingPage, me: Member, one: ItemPage, form: OpinionForm, status: int = 200
) -> Response:
    return show(OPINION, OPINION_PANEL, status, council=council, page=page, member=me, one=one, form=form)


def _conflict(
    council: Council, page: SittingPage, me: Member, one: ItemPage, form: OwnConflictForm, status: int = 200
) -> Response:
    declared = any(row.member_id == me.id for row in one.conflicts)
    possible = one.item.state in BEFORE_COUNT and page.sitting.state in (SittingState.CONVENED, SittingState.OPEN)
    facts = {"council": council, "page": page, "one": one, "form": form}
    return show(CONFLICT, CONFLICT_PANEL, status, **facts, declared=declared, possible=possible)


def _item(page: SittingPage, item_id: int) -> ItemPage:
    found = next((one for one in page.items if one.item.id == item_id), None)
    if found is None:
        abort(404)
    return found


def _decided(page: SittingPage, item_id: int) -> ItemPage:
    found = _item(page, item_id)
    if found.decision is None:
        abort(404)
    return found


# --- What they share --------------------------------------------------------------------------------------


def _council(slug: str) -> Council:
    council = councils.council_by_slug(db.session(), slug)
    if council is None:
        abort(404)
    return council


def _sitting(council: Council, number: int) -> Sitting:
    sitting = sitting_at(db.session(), council.id, number)
    if sitting is None:
        abort(404)
    return sitting


def _seat(slug: str, number: int) -> tuple[Council, SittingPage, Member]:
    """Return the sitting as a member of the council sees it; everybody else has nothing to do here (403)."""
    council = _council(slug)
    page = page_of(db.session(), _sitting(council, number), council, notice=False)
    me = page.seat_of(visitor().person_id)
    if me is None:
        abort(403)
    return council, page, me
