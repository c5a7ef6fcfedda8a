"""What another council's moderators, and readers of what is hidden, learn of it: nothing, not even that it is there.

Every address is taken from the map, so a new one is asked about on the day it appears. Each answer about what is
somebody else's is compared with the answer about what nobody has: status, words, and the time it takes.
"""

from __future__ import annotations

import json
import re
import statistics
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

import pytest
from sqlalchemy import update

from karavan.accounts.models import Role
from karavan.core.database import db
from karavan.discussion.queries import thread_of
from karavan.discussion.rules.drafts import keep_draft
from karavan.events.models import Event, EventState
from karavan.moderation.models import Action, Effect, LogLine, Origin, ReceiptKind
from karavan.moderation.queries import receipt_of
from karavan.moderation.rules.appeal import appeal
from karavan.moderation.rules.flag import flag
from karavan.moderation.rules.interests import declare
from karavan.moderation.rules.words import add_word
from karavan.proposals.models import Act, State
from karavan.proposals.rules.steps import take_step
from karavan.record.models import ActorRole
from tests.moderation.people import decided
from tests.support.civic import REASON, make_council, make_person, make_proposal, make_staff, write
from tests.support.makers import make_event
from tests.support.routes import contents
from tests.support.settings import NOW
from tests.support.talk import make_case, make_comment, make_thread, make_writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from karavan.accounts.models import Person
    from karavan.councils.models import Council
    from karavan.discussion.models import Comment, Thread
    from karavan.moderation.models import Case
    from tests.support.visit import Visit

SECRET = "қызыл-балық"
TITLE = "Көгершін алаңы жабылсын"
NOBODY = 2_000_000_000
NOTHING = "A" * 16
OPEN_TO_ALL = re.compile(r"discussion\.|flags\.|writing_comments\.(new|reply|helpful|not_helpful)")
"""What every resident may read, answer and flag, whichever council looks after it."""
QUEUE = "/en/moderation/"
TRIES = 30


@dataclass(frozen=True)
class Elsewhere:
    """All that waits for the moderators of another council."""

    council: Council
    thread: Thread
    comment: Comment
    waiting: Case
    appealed: Case
    signed: Case
    word_id: int
    interest_id: int
    decision_id: int
    moderator: Person

    def values(self, case: Case) -> dict[str, Any]:
        return {
            "lang": "en",
            "case_id": case.id,
            "word_id": self.word_id,
            "interest_id": self.interest_id,
            "thread": self.thread.public_id,
            "comment": self.comment.public_id,
        }


UNKNOWN: dict[str, Any] = {
    "lang": "en",
    "case_id": NOBODY,
    "word_id": NOBODY,
    "interest_id": NOBODY,
    "thread": NOTHING,
    "comment": NOTHING,
}


def settle_elsewhere() -> Elsewhere:
    """Let another council have a thread with a case at each stage, a watched word, an interest, somebody's draft."""
    council = make_council(slug="council-elsewhere", place="zhanaozen")
    one, two, author = make_staff(council), make_staff(council), make_writer()
    words: dict[str, Any] = {"lang": "kk", "effect": Effect.MARK, "clause": "insults", "by_id": two.id, "now": NOW}
    word = write(add_word, council.organisation_id, SECRET, **words)
    proposal = make_proposal(council, state=State.PUBLISHED, title=TITLE, now=NOW)
    thread = thread_of(db.session(), "proposal", proposal.id)
    assert thread is not None
    other = make_thread(council)
    said = [make_comment(thread, author if place == 1 else None, f"{SECRET} {place}") for place in range(3)]
    waiting = make_case(said[0], Origin.FILTER, held=True)
    appealed, signed = make_case(said[1]), make_case(said[2], Origin.STATE_REQUEST)
    decision = decided(appealed, one)
    write(appeal, appealed.id, by_id=author.id, words=f"{SECRET}: мен жауапты сынадым.", lang="kk", now=NOW)
    decided(signed, one)
    interest = write(declare, other.id, person_id=two.id, note=SECRET, now=NOW)
    write(keep_draft, thread.id, "", SECRET, person_id=author.id, now=NOW)
    return Elsewhere(council, thread, said[0], waiting, appealed, signed, word.id, interest.id, decision.id, two)


@pytest.fixture
def here(session: Session) -> Council:
    return make_council()


@pytest.fixture
def moderator(here: Council) -> Person:
    return make_staff(here, name="Жанар")


@pytest.fixture
def desk(visit: Visit, moderator: Person) -> Visit:
    visit.sign_in(moderator)
    return visit


def token(visit: Visit) -> str:
    page = visit.send("GET", "/en/appearance").get_data(as_text=True)
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found
    return found[1]


def bare(answer: TestResponse, *named: Any) -> str:
    """Return an answer without what each of them has of its own: the token, what was asked for."""
    body = answer.get_data(as_text=True)
    body = re.sub(r'(name="csrf_token"[^>]*value=")[^"]+', r"\1", body)
    for one in sorted({str(value) for value in named if value != "en"}, key=len, reverse=True):
        body = re.sub(rf"(?<![A-Za-z0-9_-]){re.escape(one)}(?![A-Za-z0-9_-])", "-", body)
    return body


def doors(app: Flask, *wanted: str) -> Iterator[tuple[str, str, Callable[[dict[str, Any]], str]]]:
    """Give every address about one of these things: its endpoint, a method, and how it is written about whom."""
    adapter = app.url_map.bind("karavan.test")
    known = set(UNKNOWN)
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.endpoint, rule.rule)):
        about = rule.arguments - (rule.defaults or {}).keys()
        if not about & set(wanted):
            continue
        assert about <= known, f"{rule}: say what {about - known} may be"

        def written(values: dict[str, Any], endpoint: str = rule.endpoint, about: set[str] = about) -> str:
            return adapter.build(endpoint, {name: values[name] for name in about})

        for method in sorted({"GET", "POST"} & (rule.methods or set())):
            yield rule.endpoint, method, written


def same_answers(
    app: Flask, visit: Visit, values: dict[str, Any], *wanted: str, but: re.Pattern[str] | None = None
) -> int:
    """Ask at each door about this and about what nobody has: both get the same 404. Return how many were asked."""
    sent = {"csrf_token": token(visit), "press": "keep", "words": SECRET, "source": SECRET, "version": "1"}
    asked = 0
    for endpoint, method, written in doors(app, *wanted):
        if but is not None and but.match(endpoint):
            continue
        data = sent if method == "POST" else None
        found, missing = (visit.send(method, written(one), data=data) for one in (values, UNKNOWN))
        assert (found.status_code, missing.status_code) == (404, 404), (endpoint, method)
        names = [*values.values(), *UNKNOWN.values()]
        assert bare(found, *names) == bare(missing, *names), (endpoint, method)
        asked += 1
    return asked


# --- Another council's desk -----------------------------------------------------------------------------------------


def test_every_door_to_another_councils_cases_is_like_one_that_leads_nowhere(
    app: Flask, session: Session, desk: Visit
) -> None:
    place = settle_elsewhere()
    before = contents(session)

    for case in (place.waiting, place.appealed, place.signed):
        assert same_answers(app, desk, place.values(case), "case_id") > 8
    asked = same_answers(app, desk, place.values(place.waiting), "word_id", "thread", "comment", but=OPEN_TO_ALL)

    assert asked > 12
    assert contents(session) == before


def test_the_same_doors_open_for_whose_they_are(app: Flask, session: Session, visit: Visit) -> None:
    """Otherwise the refusals above would prove nothing."""
    place = settle_elsewhere()
    visit.sign_in(place.moderator)
    opened = [
        visit.send(method, written(place.values(place.waiting))).status_code
        for endpoint, method, written in doors(app, "case_id", "word_id", "interest_id", "thread")
        if method == "GET"
    ]
    assert set(opened) <= {200, 303}
    assert len(opened) > 12


def test_what_is_named_in_a_form_is_no_way_in_either(session: Session, desk: Visit) -> None:
    """A comment, a decision, a thread, a case, an organisation of another council, sent where hers belong."""
    place, signed = settle_elsewhere(), {"csrf_token": token(desk)}
    before = contents(session)
    asking = {"office": "Прокуратура", "article": "41-1", "dated": "2020-01-05"}
    word = {"term": "сөз", "language": "kk", "effect": "mark", "clause": "insults"}
    bulk = {"clause": "advertising", "words": "Жарнама", "words_lang": "kk", "text": "0" * 64}
    sent: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        ("requests/new", asking, {"comment": (f"/en/comments/{place.comment.public_id}", f"/en/comments/{NOTHING}")}),
        ("second-look", {"choice": "keep"}, {"decision": (place.decision_id, NOBODY)}),
        ("interests", {"note": ""}, {"thread": (place.thread.id, NOBODY)}),
        ("bulk", bulk, {"item": (f"{place.waiting.id}-1-1", f"{999_999}-1-1")}),
        ("words", word, {"organisation": (place.council.organisation_id, NOBODY)}),
        ("words", word | {"press": "try"}, {"organisation": (place.council.organisation_id, NOBODY)}),
    ]
    for rest, usual, named in sent:
        ((name, values),) = named.items()
        answers = [desk.send("POST", QUEUE + rest, data=signed | usual | {name: value}) for value in values]
        assert answers[0].status_code == answers[1].status_code, rest
        assert bare(answers[0], *values) == bare(answers[1], *values), rest
        assert SECRET not in answers[0].get_data(as_text=True)
    gone = desk.send("POST", f"{QUEUE}interests/{place.interest_id}/end", data=signed)
    none = desk.send("POST", f"{QUEUE}interests/{NOBODY}/end", data=signed)

    assert gone.status_code == none.status_code
    assert contents(session) == before


def test_her_desk_is_to_the_letter_the_same_whatever_waits_elsewhere(
    session: Session, desk: Visit, here: Council
) -> None:
    """No number, no list, no choice in a form differs."""
    case = make_case(make_comment(make_thread(here)))
    pages = [QUEUE, *(f"{QUEUE}?tab={tab}" for tab in ("new", "flags", "held", "appeals", "second"))]
    pages += [QUEUE + rest for rest in (f"cases/{case.id}", "bulk", "words", "interests", "second-look")]
    before = [bare(desk.send("GET", page)) for page in pages]
    place = settle_elsewhere()
    asked = [
        f"{QUEUE}words?organisation={place.council.organisation_id}",
        f"{QUEUE}interests?case={place.waiting.id}",
        f"{QUEUE}bulk?text={'0' * 64}",
    ]

    for page, was in zip(pages, before, strict=True):
        assert bare(desk.send("GET", page)) == was, page
    for page in asked:
        body = desk.get(page, statements=30).body
        assert SECRET not in body, page
        assert TITLE not in body, page


def test_nobody_reads_what_somebody_else_is_writing(session: Session, desk: Visit) -> None:
    place = settle_elsewhere()
    for page in (f"/en/threads/{place.thread.public_id}/new", "/en/me/comments"):
        assert SECRET not in desk.get(page, statements=30).body


@pytest.mark.slow
@pytest.mark.thorough
def test_what_is_elsewhere_takes_no_longer_than_what_is_nowhere(app: Flask, session: Session, desk: Visit) -> None:
    place = settle_elsewhere()
    values = place.values(place.waiting)
    for endpoint, method, written in doors(app, "case_id", "word_id", "thread", "comment"):
        if method == "GET" and not OPEN_TO_ALL.match(endpoint):
            evenly(desk, written(values), written(UNKNOWN))


def evenly(visit: Visit, one: str, other: str) -> None:
    """Ask for both in turn, again and again: the usual time of neither is twice the other's.

    On a busy machine it may look so by chance, but not three times.
    """
    for _ in range(3):
        spent: dict[str, list[float]] = {one: [], other: []}
        for _ in range(TRIES):
            for url, times in spent.items():
                began = time.perf_counter()
                visit.send("GET", url)
                times.append(time.perf_counter() - began)
        first, second = sorted(statistics.median(times) for times in spent.values())
        if second < 2 * first:
            return
    raise AssertionError(f"{one}: {first:.4f} s and {second:.4f} s")


# --- What is said under something that is not public (any more) -----------------------------------------------------


@dataclass(frozen=True)
class Hidden:
    """A comment with a case, a decision, a receipt and an answer, in a thread nobody may read any more."""

    thread: Thread
    comment: Comment
    author: Person
    case: Case
    receipts: tuple[str, ...]
    moderator: Person

    @property
    def values(self) -> dict[str, Any]:
        return {"lang": "en", "thread": self.thread.public_id, "comment": self.comment.public_id}


def hide(kind: str) -> Hidden:
    """Let people talk under a submission or an event, a moderator decide about it, and then it is not public."""
    if kind == "proposal":
        council = make_council()
        host: Any = make_proposal(council, state=State.PUBLISHED, title=TITLE, now=NOW)
        moderator = make_staff(council)
    else:
        host = make_event(now=NOW)
        moderator = make_person(roles=((Role.MODERATOR, host.organisation_id),))
    thread = thread_of(db.session(), kind, host.id)
    assert thread is not None
    author, reporter = make_writer("Құпия Адам"), make_writer()
    comment = make_comment(thread, author, f"{SECRET} бірінші", now=NOW - timedelta(hours=1))
    make_comment(thread, None, f"{SECRET} екінші", parent=comment, now=NOW)
    flagging: dict[str, Any] = {"clause": "insults", "note": SECRET, "revision": 1, "now": NOW}
    case_id = write(flag, comment.id, person_id=reporter.id, **flagging).case_id or 0
    case = make_case(comment)
    assert case.id == case_id
    decided(case, moderator, Action.KEEP)
    codes = [
        receipt_of(db.session(), case_id, person.id, of)
        for person, of in ((author, ReceiptKind.AUTHOR), (reporter, ReceiptKind.REPORTER))
    ]
    if kind == "proposal":
        by = {"by": ActorRole.RESIDENT, "actor_id": None, "reason": REASON, "now": NOW}
        write(take_step, host.id, Act.WITHDRAW, **by)
    else:
        write(lambda s: s.execute(update(Event).where(Event.id == host.id).values(state=EventState.DRAFT)))
    return Hidden(thread, comment, author, case, tuple(one for one in codes if one), moderator)


hosts = pytest.mark.parametrize("kind", ["proposal", "event"])


@hosts
@pytest.mark.parametrize("who", ["nobody", "resident", "author", "moderator"])
def test_what_is_said_under_what_is_hidden_is_at_no_address(
    app: Flask, session: Session, visit: Visit, kind: str, who: str
) -> None:
    """Also for its author and its moderator: they have pages of their own, the queue and "my comments"."""
    place = hide(kind)
    if who != "nobody":
        visit.sign_in({"resident": make_writer(), "author": place.author, "moderator": place.moderator}[who])
    before = contents(session)
    if who == "nobody":
        for endpoint, method, written in doors(app, "thread", "comment"):
            if method == "GET":
                found, missing = (visit.send("GET", written(one)) for one in (place.values, UNKNOWN))
                assert found.status_code == missing.status_code, endpoint
                names = [*place.values.values(), *UNKNOWN.values()]
                assert bare(found, *names) == bare(missing, *names), endpoint
                assert SECRET not in found.get_data(as_text=True)
        return

    assert same_answers(app, visit, place.values, "thread", "comment") > 25
    assert contents(session) == before


@hosts
def test_what_is_said_under_what_is_hidden_stands_on_no_other_page(session: Session, visit: Visit, kind: str) -> None:
    """Search, the log in each of its forms, the figures, the receipts, the start page, the lists."""
    place = hide(kind)
    assert session.query(LogLine).count() >= 1
    lists = ["", "events/", "proposals/", "councils/", "record/", "rules", "transparency"]
    pages = [f"/en/{rest}" for rest in lists]
    pages += [f"{QUEUE}log{rest}" for rest in ("", ".csv", ".json", ".atom", f"?thread={place.thread.public_id}")]
    pages += [f"/en/transparency{rest}" for rest in (".csv", ".json")]
    pages += [f"/en/receipts/{code}" for code in place.receipts]
    read = 0
    for page in pages:
        answer = visit.send("GET", page)
        body = json.dumps(answer.get_json(), ensure_ascii=False) if answer.is_json else answer.get_data(as_text=True)
        assert answer.status_code in {200, 308, 404}, page
        read += answer.status_code == 200
        for word in (SECRET, "Құпия Адам", f"/comments/{place.comment.public_id}"):
            assert word not in body, (page, word)
        assert kind != "proposal" or TITLE not in body, page
    assert len(place.receipts) == 2
    assert read > 12
    for word in (SECRET, TITLE, place.comment.public_id, place.thread.public_id):
        found, nothing = (visit.send("GET", "/en/search", query_string={"q": one}) for one in (word, "ештеңе"))
        said = [word, quote(word), quote_plus(word), "ештеңе", quote("ештеңе")]
        assert bare(found, *said) == bare(nothing, *said), word


@pytest.mark.slow
@pytest.mark.thorough
@hosts
def test_what_is_hidden_takes_no_longer_than_what_is_nowhere(
    app: Flask, session: Session, visit: Visit, kind: str
) -> None:
    place = hide(kind)
    visit.sign_in(make_writer())
    for _, method, written in doors(app, "thread", "comment"):
        if method == "GET":
            evenly(visit, written(place.values), written(UNKNOWN))
