"""The pages of submissions, deadlines and their desks, in every state: the town's, and a few that it does not show."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

from PIL import Image
from sqlalchemy import select

from karavan.accounts.models import Person
from karavan.core.clock import now
from karavan.core.database import db
from karavan.core.languages import Slots
from karavan.core.tokens import new_public_id
from karavan.core.when import local_day
from karavan.councils.models import Council
from karavan.deadlines.models import Deadline, DeadlineKind
from karavan.files.checking import examine
from karavan.proposals.models import FollowKind, Objection, Pace, Proposal, State
from karavan.proposals.rules.answer import check_answer
from karavan.proposals.rules.follow import follow
from karavan.proposals.rules.join import ask_to_join
from karavan.proposals.rules.write import attach, save_draft
from tests.support.civic import (
    make_answer,
    make_proposal,
    make_recommendation,
    proposal_recommendations,
    write,
)
from tests.support.scene import ADMIN, AMINA, DANIYAR, SAULE, Scene, send_empty
from tests.support.site import address_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.support.site import Site

REGION = "mangystau-region"
REASON = Slots("Екі ұсыныс та бір жол туралы", "Оба предложения об одной дороге", "Both are about one road")


def civic_scenes(site: Site) -> dict[str, list[Scene]]:
    """Bring about the states that the town lacks, and say where all can be seen."""
    return {
        "proposals": _proposals(),
        "own proposals": _own(),
        "writing": _writing(site),
        "deadlines": _deadlines(),
        "follows": _follows(),
        "search": _search(),
        "proposal desk": [*_desk(), *_recommendation_desk(), *_hub()],
    }


# --- Submissions ------------------------------------------------------------------------------------------


def _proposals() -> list[Scene]:
    """Name a page in each state; the town has them all but those that nobody else may see."""
    states = {
        "new": "museum-ramp",
        "text changed": "crossing",
        "admitted": "clinic-queue",
        "before the council": "school-places",
        "overdue": "road-light",
        "given more time": "heat-bill",
        "answered": "bus-morning",
        "contested": "quarry-dust",
        "done": "school-heat",
        "declined": "water-tariff",
        "joined": "lamps",
        "joined with": "school-road-light",
        "withdrawn": "bus-stop",
    }
    changed, answered = _of_town("crossing").number, _of_town("bus-morning")
    late = _of_town("road-light")
    numbers = [proposal_recommendations(one.id)[0].number for one in (answered, late)]
    return [
        Scene("proposals", "proposals/"),
        Scene("proposals, narrowed", "proposals/?q=%D0%B6%D0%BE%D0%BB&topic=roads&stage=waiting&sort=due"),
        Scene("proposals, none found", "proposals/?q=nothing-is-called-this"),
        *(Scene(f"proposal, {name}", f"proposals/{_of_town(key).number}") for name, key in states.items()),
        Scene("proposal, versions", f"proposals/{changed}/versions"),
        Scene("proposal, slip", f"proposals/{changed}/slip"),
        Scene("recommendation, answered", f"proposals/recommendations/{numbers[0]}"),
        Scene("recommendation, overdue", f"proposals/recommendations/{numbers[1]}"),
        Scene("home, answers in a district", "?place=zhanaozen"),
        Scene("record of a proposal", f"record/?proposal={answered.id}"),
    ]


def _own() -> list[Scene]:
    """Bring Amina's submissions into the states that only she sees, and name what she can do with them."""
    council, author = _regional(), _person(AMINA)
    road: dict[str, Any] = {"author": author, "author_name": author.name, "public_name": "Әмина Ж."}

    def hers(title: str, state: State, days: int) -> Proposal:
        return make_proposal(council, state=state, title=title, now=now() - timedelta(days=days), **road)

    open_one = hers("Ақтау қалалық саябағына велосипед жолы керек", State.SUPPORTING, 12)
    checked = hers("Аялдамаларға жол кестесін іліп қою керек", State.CHECKING, 2)
    returned = hers("Жағажайға баратын жолды жарықтандыру керек", State.DRAFT, 7)
    refused = hers("Біздің көшеде қоқыс жәшігі жоқ", State.REFUSED, 8)
    asked = hers("Балықшылар ауылына автобус керек", State.PUBLISHED, 9)
    whole: dict[str, Any] = {"reason": REASON, "by_person": _person(ADMIN).id, "read_version": None, "now": now()}
    write(ask_to_join, asked.id, open_one.id, **whole)
    answered = _of_town("bus-morning")
    advice = proposal_recommendations(answered.id)[0]
    rating = f"proposals/{answered.number}/answers/{advice.answers[0].id}/rating"
    objection = f"proposals/{answered.number}/recommendations/{advice.id}/objection"
    page = f"proposals/{open_one.number}"
    return [
        Scene("mine, open", page, AMINA),
        Scene("mine, being checked", f"proposals/{checked.number}", AMINA),
        Scene("mine, returned", f"proposals/{returned.number}", AMINA),
        Scene("mine, refused", f"proposals/{refused.number}", AMINA),
        Scene("mine, asked to join", f"proposals/{asked.number}", AMINA),
        Scene("mine, answered", f"proposals/{answered.number}", AMINA),
        Scene("joining", f"proposals/{asked.number}/joining", AMINA),
        Scene("edit", f"{page}/edit", AMINA),
        Scene("edit, with mistakes", f"{page}/edit", AMINA, do=_send_emptied),
        Scene("withdrawal of a proposal", f"{page}/withdrawal", AMINA),
        Scene("withdrawal of a proposal, with mistakes", f"{page}/withdrawal", AMINA, do=send_empty),
        Scene("rating", rating, AMINA),
        Scene("rating, with mistakes", rating, AMINA, do=send_empty),
        Scene("objection", objection, AMINA),
        Scene("objection, with mistakes", objection, AMINA, do=send_empty),
        Scene("support, hers", f"proposals/{_of_town('crossing').number}/support", AMINA),
        Scene("support, not yet", f"proposals/{_of_town('museum-ramp').number}/support", AMINA),
        Scene("support, to be moved", f"proposals/{_of_town('lamps').number}/support", AMINA),
        Scene("me, with proposals", "me/", AMINA),
    ]


# --- Writing ----------------------------------------------------------------------------------------------

WHOLE = {
    "title": "Жаңаөзен мен Ақтау арасына таңғы автобус керек",
    "problem": "Бірінші автобус 08:30-да шығады, студенттер сабаққа кешігеді.\n\nКеше аулада да айтылды.",
    "solution": "Жұмыс күндері сағат 06:00-де шығатын бір рейс қосу керек.",
    "place": "zhanaozen",
    "village": "Теңге ауылы",
    "topic": "transport",
    "council": "region",
    "language": "kk",
}
"""Of which there is one in the town already."""


def _writing(site: Site) -> list[Scene]:
    part, whole = _draft(site, title="Аулада балалар алаңы керек"), _draft(site, **WHOLE, step="send")
    new = "proposals/new"
    similar = "similar?title=%D0%A2%D0%B0%D2%A3%D2%93%D1%8B+%D0%B0%D0%B2%D1%82%D0%BE%D0%B1%D1%83%D1%81&place=zhanaozen"
    return [
        Scene("writing", f"{new}?anew=1"),
        Scene("writing, with mistakes", f"{new}?anew=1", do=send_empty),
        Scene("writing, going on", f"{new}/{part}/text"),
        Scene("writing, something like it", f"{new}/{whole}/text"),
        Scene("similar", f"{new}/{similar}"),
        Scene("a look at it", f"{new}/{whole}/check"),
        Scene("a look at it, without a file", f"{new}/{whole}/check", do=send_empty),
        Scene("sending", f"{new}/{whole}/sending", AMINA),
        Scene("sending, with mistakes", f"{new}/{whole}/sending", AMINA, do=_send_emptied),
        Scene("writing, begun", f"{new}?anew=1", do=_keep_and_come_back),
    ]


def _draft(site: Site, **fields: str) -> str:
    """Keep a draft with a file, and return its address."""
    key = new_public_id()
    write(save_draft, key, {"step": "text"} | fields, lang="kk", now=now())
    write(attach, key, examine(picture()), name="жол.png", lang="kk", now=now())
    sealed: str = site.app.extensions["karavan.keys"].seal(key, purpose="draft")
    return sealed


def picture() -> bytes:
    """Return a photograph, as it were."""
    written = BytesIO()
    Image.new("RGB", (64, 48), (40, 120, 150)).save(written, "PNG")
    return written.getvalue()


# --- Deadlines, follows, search ---------------------------------------------------------------------------


def _deadlines() -> list[Scene]:
    clocks = {name: _clock_of(key) for name, key in (("extended", "heat-bill"), ("overdue", "road-light"))}
    met = _clock_of("bus-morning")
    about = Deadline.proposal_id == _of_town("school-places").id
    running = db.session().scalars(select(Deadline.id).where(about).order_by(Deadline.id.desc())).first()
    return [
        Scene("deadlines", "deadlines/"),
        Scene("deadlines, narrowed", f"deadlines/?council={_regional().id}&kind=answer&overdue=1"),
        Scene("deadlines, none found", "deadlines/?kind=objection&overdue=1"),
        Scene("deadline, running", f"deadlines/{running}"),
        *(Scene(f"deadline, {name}", f"deadlines/{number}") for name, number in clocks.items()),
        Scene("deadline, met", f"deadlines/{met}"),
        Scene("calendar of working days", "deadlines/calendar"),
        Scene("calendar desk", "desk/calendar/", ADMIN),
        Scene("calendar desk, a change", "desk/calendar/change", ADMIN),
        Scene("calendar desk, a change with mistakes", "desk/calendar/change", ADMIN, do=send_empty),
        Scene("calendar desk, what would move", "desk/calendar/change", ADMIN, do=_try_a_change),
    ]


def _follows() -> list[Scene]:
    person = _person(AMINA).id
    for kind, key in (
        (FollowKind.PROPOSAL, str(_of_town("road-light").id)),
        (FollowKind.COUNCIL, str(_regional().id)),
        (FollowKind.PLACE, "aktau"),
        (FollowKind.TOPIC, "transport"),
    ):
        write(follow, person_id=person, kind=kind, key=key, pace=Pace.DAILY, now=now())
    return [
        Scene("follows", "follows/", AMINA),
        Scene("follows, none", "follows/", DANIYAR),
        Scene("follow", "follows/new?kind=topic&key=water", AMINA),
        Scene("follow, already", "follows/new?kind=place&key=aktau", AMINA),
    ]


def _search() -> list[Scene]:
    return [
        Scene("search", "search"),
        Scene("search, found", "search?q=%D0%BA%D0%B5%D2%A3%D0%B5%D1%81"),
        Scene("search, nothing found", "search?q=nothing-is-called-this"),
    ]


# --- Desks ------------------------------------------------------------------------------------------------


def _desk() -> list[Scene]:
    fresh, paper, changed = (_of_town(key).id for key in ("pharmacy", "well", "crossing"))
    full = _of_town("roadside-dump").id
    desk = "desk/proposals"
    return [
        Scene("proposal desk, to check", f"{desk}/", DANIYAR),
        *(
            Scene(f"proposal desk, {tab}", f"{desk}/?tab={tab}", SAULE)
            for tab in ("changed", "supporting", "drafts", "waiting", "objections")
        ),
        Scene("proposal desk, card", f"{desk}/{fresh}", DANIYAR),
        Scene("proposal desk, card of paper", f"{desk}/{paper}", SAULE),
        Scene("proposal desk, card of a supported one", f"{desk}/{full}", SAULE),
        Scene("proposal desk, publish", f"{desk}/{fresh}/steps/publish", DANIYAR),
        Scene("proposal desk, return", f"{desk}/{fresh}/steps/return", DANIYAR),
        Scene("proposal desk, return with mistakes", f"{desk}/{fresh}/steps/return", DANIYAR, do=send_empty),
        Scene("proposal desk, compare", f"{desk}/{paper}/comparison", DANIYAR),
        Scene("proposal desk, look again", f"{desk}/{changed}/look", DANIYAR),
        Scene("proposal desk, joining with mistakes", f"{desk}/{changed}/joining", DANIYAR, do=send_empty),
        Scene("proposal desk, paper", f"{desk}/new", SAULE),
        Scene("proposal desk, paper with mistakes", f"{desk}/new", SAULE, do=send_empty),
        Scene("proposal desk, entered", f"{desk}/{paper}/entered", SAULE),
    ]


def _recommendation_desk() -> list[Scene]:
    drafted, waiting, answered, contested, written = (
        proposal_recommendations(_of_town(key).id)[0].id
        for key in ("school-places", "heat-bill", "bus-morning", "quarry-dust", "beineu-water")
    )
    objection = db.session().scalars(select(Objection.id).where(Objection.recommendation_id == contested)).one()
    ready = make_recommendation(make_proposal(_regional(), title="Көшеттерді суару керек", state=State.AT_COUNCIL))
    answer = make_answer(ready, published=False)
    write(check_answer, ready.id, by_person=_person(ADMIN).id, read_version=answer.version, now=now())
    desk = "desk/proposals/recommendations"
    pages = {
        "draft": f"{desk}/{drafted}",
        "sending": f"{desk}/{drafted}/sending",
        "giving up": f"{desk}/{drafted}/giving-up",
        "waiting": f"{desk}/{waiting}",
        "answered": f"{desk}/{answered}",
        "contested": f"{desk}/{contested}",
        "answer": f"{desk}/{written}/answer",
        "check": f"{desk}/{written}/answer/check",
        "publication": f"{desk}/{ready.id}/answer/publication",
        "file": f"{desk}/{written}/answer/files",
        "objection": f"desk/proposals/objections/{objection}",
    }
    wrong = {
        "new": f"{desk}/new",
        "extension": f"{desk}/{waiting}/extension",
        "pause": f"{desk}/{waiting}/pause",
        "answer": f"{desk}/{waiting}/answer",
    }
    return [
        *(Scene(f"recommendation desk, {name}", path, SAULE) for name, path in pages.items()),
        *(Scene(f"recommendation desk, {name} with mistakes", path, SAULE, send_empty) for name, path in wrong.items()),
        Scene("recommendation desk, which council", f"{desk}/new", ADMIN),
    ]


def _hub() -> list[Scene]:
    return [Scene("desks", "desk/", SAULE), Scene("desks of the administrator", "desk/", ADMIN)]


# --- Who and what -----------------------------------------------------------------------------------------


def _of_town(key: str) -> Proposal:
    return db.session().scalars(select(Proposal).where(Proposal.key == f"town-{key}")).one()


def _regional() -> Council:
    return db.session().scalars(select(Council).where(Council.slug == REGION)).one()


def _person(key: str) -> Person:
    return db.session().scalars(select(Person).where(Person.email_key == address_of(key))).one()


def _clock_of(key: str) -> int:
    """Return the number of the clock that ran, or runs, for the answer about one of the town's submissions."""
    advice = proposal_recommendations(_of_town(key).id)[0].id
    wanted = (Deadline.recommendation_id == advice) & (Deadline.kind == DeadlineKind.ANSWER)
    return db.session().scalars(select(Deadline.id).where(wanted)).one()


# --- What was done just before ----------------------------------------------------------------------------


def _send_emptied(page: Page) -> None:
    for field in page.locator("main form input.in, main form textarea").all():
        field.fill("")
    send_empty(page)


def _keep_and_come_back(page: Page) -> None:
    page.fill("[name=title]", "Бейнеуде саябақ керек")
    page.locator("button[name=draft]").click()
    page.wait_for_selector("#toasts .flash")
    page.goto(page.url.split("/new")[0] + "/new")


def _try_a_change(page: Page) -> None:
    page.fill("[name=day]", (local_day(now()) + timedelta(days=1)).isoformat())
    page.select_option("[name=kind]", "outage")
    page.fill("[name=reason-ru]", "Сайт не работал")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_selector("[name=confirm]")
