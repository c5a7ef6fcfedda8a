"""What somebody follows: beginning, at which pace, and ending. Feeds without an account: `views/public.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, flash, request, url_for

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.proposals import queries
from karavan.proposals.followed import Followed, followed, followed_by
from karavan.proposals.forms import FollowForm, PressForm
from karavan.proposals.models import FollowKind, Pace
from karavan.proposals.rules.follow import follow, unfollow
from karavan.web.access import access, signed_in, visitor
from karavan.web.limits import spend
from karavan.web.locale import gettext, lang
from karavan.web.reply import done, leave, show

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from karavan.web.forms import Form

blueprint = Blueprint("follows", __name__, url_prefix="/<lang:lang>/follows")

LIST, LIST_PANEL = "follows/index.html", "follows/_follows_panel.html"
PAGE, PANEL = "follows/begin.html", "follows/_follow_panel.html"


@blueprint.get("/")
@access(signed_in)
def index() -> Response:
    """Show a person all that she follows."""
    return _list(PressForm())


@blueprint.route("/new", methods=["GET", "POST"])
@access(signed_in)
def begin() -> AnyResponse:
    """Begin to follow something, or change how often she hears of it."""
    what, who = _named(), visitor().person_id
    mine = queries.follow_of(db.session(), who, what.kind, what.key)
    form = FollowForm(data={"pace": mine.pace.value if mine else Pace.DAILY.value})
    if not form.submitted():
        return show(PAGE, PANEL, 200 if request.method == "GET" else 422, what=what, mine=mine, form=form)
    spend("follow", "60 per minute", str(who))
    transact(follow, person_id=who, kind=what.kind, key=what.key, pace=Pace(form.pace.data), now=now())
    flash(gettext("Your choice is kept. You can stop at any time."), "ok")
    return leave(url_for("follows.index"))


@blueprint.route("/end", methods=["GET", "POST"])
@access(signed_in)
def end() -> AnyResponse:
    """Hear no more of something; also of what is no longer there."""
    kind, key = _asked()
    form = PressForm()
    if request.method == "GET":
        return leave(url_for("follows.index"))
    if not form.submitted():
        return _list(form, 422)
    transact(unfollow, person_id=visitor().person_id, kind=kind, key=key, now=now())
    flash(gettext("You will hear no more of it."), "ok")
    return done(url_for("follows.index"), LIST, LIST_PANEL, form=PressForm(), rows=_rows())


def _list(form: Form, status: int = 200) -> Response:
    return show(LIST, LIST_PANEL, status, form=form, rows=_rows())


def _rows() -> list[Followed]:
    return followed_by(db.session(), visitor().person_id, lang())


def _asked() -> tuple[FollowKind, str]:
    """Read what is meant from the address; 404 for what cannot be followed."""
    kind, key = request.args.get("kind", ""), request.args.get("key", "")
    if kind not in {one.value for one in FollowKind} or not 0 < len(key) <= 40:
        abort(404)
    return FollowKind(kind), key


def _named() -> Followed:
    found = followed(*_asked(), lang())
    if found is None:
        abort(404)
    return found
