"""The public log: what each line tells, how it is narrowed, and that it can be checked without trusting us."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
import sqlalchemy as sa

from karavan.core.clock import now
from karavan.core.database import db, table_of
from karavan.discussion.logged import Threads
from karavan.moderation import labels, rooms
from karavan.moderation.conduct import CLAUSES
from karavan.moderation.log_queries import PAGE, LogFilters, log_page
from karavan.moderation.models import (
    Action,
    Case,
    CaseState,
    LogAction,
    LogLine,
    Mode,
    Origin,
    Outcome,
    SanctionKind,
    StateRequest,
    Visibility,
)
from karavan.moderation.rules import log
from karavan.moderation.rules.appeal import appeal, judge as judge_appeal
from karavan.moderation.rules.decide import Verdict
from tests.support.civic import make_council, make_person
from tests.support.databases import chosen
from tests.support.hostile import cases
from tests.support.inert import HARMLESS, built, difference, each, looked_at
from tests.support.logbook import HIDDEN, add, book_appeal, book_case, book_comment, book_line, book_thread
from tests.support.makers import write
from tests.support.moderators import REMOVE, Room, current, judge
from tests.support.settings import NOW
from tests.support.talk import make_case, make_comment, make_thread

if TYPE_CHECKING:
    import time_machine
    from flask import Flask
    from sqlalchemy.orm import Session

    from tests.support.visit import Visit

LOG = "/en/moderation/log"
ATOM = "{http://www.w3.org/2005/Atom}"
SOME = ("script-tag", "sql-quote", "csv-formula")


def seqs(visit: Visit) -> list[int]:
    """The numbers of the lines on the page."""
    assert visit.page is not None
    rows = visit.page.find("tr")
    return [int(one.attrib["id"].removeprefix("line-")) for one in rows if one.get("id", "").startswith("line-")]


# --- What a line tells ----------------------------------------------------------------------------------------


def test_an_empty_log_says_so(app: Flask, visit: Visit) -> None:
    assert "No lines like this" in visit.get(LOG).text
    assert json.loads(visit.send("GET", f"{LOG}.json").data)["lines"] == []
    assert visit.send("GET", f"{LOG}.csv").status_code == 200
    assert visit.send("GET", f"{LOG}.atom").status_code == 200


def test_everybody_sees_of_each_council_how_many_decisions_are_late(session: Session, visit: Visit) -> None:
    late, punctual = make_council(), make_council(slug="council-elsewhere")
    for council, days in ((late, 9), (late, 0), (punctual, 0)):
        make_case(make_comment(make_thread(council)), now=NOW - timedelta(days=days))

    counted = {
        asked: visit.get(f"{LOG}?council={asked}").by_id("late").text
        for asked in (0, late.organisation_id, punctual.organisation_id)
    }

    assert counted == {0: "1", late.organisation_id: "1", punctual.organisation_id: "0"}


def test_a_line_tells_what_why_by_whom_and_how_it_can_be_checked(session: Session, visit: Visit) -> None:
    thread = book_thread(make_council())
    comment = book_comment(thread, "Мына құпия сөз", visibility=Visibility.REMOVED)
    case = book_case(thread, Origin.FILTER, comment=comment)
    told: dict[str, Any] = {"clause": "insults", "words": "«Сен» деп бастаған", "words_lang": "kk"}
    first = book_line(thread, case=case, comment=comment, automated=False, **told)
    book_line(thread, LogAction.UNDONE, case=case, comment=comment, reverses=first)
    book_line(thread, LogAction.SANCTIONED, case=case, kind="pause", hours=24)
    book_line(thread, LogAction.MODE_CHANGED, before="on_report", after="before", slow_seconds=0, unknown="x")
    page = visit.get(LOG, statements=10)

    for words in (
        "Measure: A pause in writing",
        "Hours: 24",
        "From now on: Every comment is read before publication",
        "The comment was removed",
        "Rule: Insulting a person (version 1)",
        "Reason: «Сен» деп бастаған",
        "Moderator No. 3",
        "How it began: Found by the filter",
        f"Case No. {case.id}",
        "Appeal: none so far",
        "Takes back line No. 1",
        "Number of the newest line",
    ):
        assert words in page.text
    assert "құпия" not in page.body
    assert {one.get("lang") for one in page.find("span") if "Сен" in (one.text or "")} == {"kk"}
    assert f"/en/comments/{comment.public_id}" in page.body
    assert session.scalars(sa.select(LogLine.hash).where(LogLine.seq == first)).one() in page.body


def test_the_rule_is_named_in_the_readers_language(session: Session, visit: Visit) -> None:
    book_line(book_thread(make_council()), clause="off_topic")

    assert "Тақырыпқа қатысы жоқ" in visit.get("/kk/moderation/log").text
    assert "Не по теме" in visit.get("/ru/moderation/log").text


def test_everything_that_can_stand_in_the_log_has_its_words() -> None:
    assert labels.LOG_ACTIONS.keys() == set(LogAction)
    assert labels.ORIGINS.keys() == set(Origin)
    assert labels.ACTIONS.keys() == set(Action)
    assert labels.SANCTIONS.keys() == set(SanctionKind)
    assert labels.MODES.keys() == set(Mode)
    assert set(Outcome) < set(labels.APPEALS)


def test_a_thread_that_is_not_everybodys_has_no_title_and_no_link(session: Session, visit: Visit) -> None:
    hidden = book_thread(make_council(), hidden=True)
    comment = book_comment(hidden)
    book_line(hidden, comment=comment)
    page = visit.get(LOG)

    assert "A discussion that is not open to everybody" in page.text
    narrowed = visit.get(f"{LOG}?thread={hidden.public_id}")
    for one in (page, narrowed):
        assert "Жол туралы" not in one.body
        assert str(hidden.host_id) not in one.body
        assert comment.public_id not in one.body
    assert seqs(visit) == [1]
    for ending in ("csv", "json", "atom"):
        told = visit.send("GET", f"{LOG}.{ending}").get_data(as_text=True)
        assert str(hidden.host_id) not in told
        assert "Жол туралы" not in told
    HIDDEN.clear()


def test_a_sealed_request_names_the_office_and_the_day(session: Session, visit: Visit) -> None:
    thread = book_thread(make_council())
    for until in (date(2026, 12, 24), date(2026, 11, 22)):
        case = book_case(thread, Origin.STATE_REQUEST)
        asked: dict[str, Any] = {"office": "Polisia", "article": f"Art. {until.day}", "dated": date(2026, 11, 20)}
        by = {"entered_by_id": make_person().id, "entered_at": NOW, "sealed_until": until}
        add(StateRequest(case_id=case.id, **asked, **by))
        book_line(thread, LogAction.REQUESTED, case=case)
    told = visit.send("GET", f"{LOG}.json").get_data(as_text=True)

    for text in (visit.get(LOG).text, told):
        assert text.count("Polisia") == 2
        assert "Art. 22" in text
        assert "Art. 24" not in text
    page = visit.get(LOG)
    assert "Not shown until: 24" in page.text
    assert page.text.count("All lines of this discussion") == 1, "a sealed one does not say where"


# --- Narrowing ------------------------------------------------------------------------------------------------


def test_each_filter_leaves_what_it_names(session: Session, visit: Visit) -> None:
    ours, other = make_council(), make_council(slug="council-beineu", place="beineu")
    thread, elsewhere = book_thread(ours), book_thread(other)
    waiting, changed = book_case(thread, state=CaseState.APPEALED), book_case(thread, state=CaseState.FINAL)
    book_appeal(waiting)
    october = datetime(2026, 10, 31, 18, 59, 59, tzinfo=UTC)
    book_line(thread, now=october, clause="insults")  # 1
    book_line(thread, now=october + timedelta(seconds=1), clause="off_topic", case=waiting)  # 2: November in Aktau
    book_line(elsewhere, LogAction.HELD, by="machine", automated=True)  # 3
    book_line(thread, LogAction.COVERED, clause="insults", case=changed)  # 4
    book_line(thread, LogAction.OVERTURNED, case=changed, reverses=4)  # 5
    expected = {
        "": [5, 4, 3, 2, 1],
        f"council={other.organisation_id}": [3],
        "action=covered": [4],
        "rule=insults": [4, 1],
        "automated=yes": [3],
        "automated=no": [5, 4, 2, 1],
        "appeal=waiting": [2],
        "appeal=overturned": [5, 4],
        "appeal=upheld": [],
        f"thread={elsewhere.public_id}": [3],
        f"case={changed.id}": [5, 4],
        "month=2026-10": [1],
        "month=2026-11": [5, 4, 3, 2],
        "month=2025-01": [],
        f"council={ours.organisation_id}&month=2026-11&rule=insults": [4],
        "before=4": [3, 2, 1],
        "action=nothing&month=2026-13&case=x&thread=../..&automated=2&rule=x": [5, 4, 3, 2, 1],
    }
    for query, lines in expected.items():
        visit.get(f"{LOG}?{query}")
        assert seqs(visit) == lines, query
        if not query.startswith("before"):
            told = json.loads(visit.send("GET", f"{LOG}.json?{query}").data)["lines"]
            assert [one["line"]["seq"] for one in told] == lines[::-1], query
    assert "Appeal: Overturned" in visit.get(f"{LOG}?action=covered").text
    assert "Appeal: Waiting for a decision" in visit.get(f"{LOG}?appeal=waiting").text


def test_the_form_is_live_and_the_data_beside_it_is_narrowed_too(session: Session, visit: Visit) -> None:
    thread = book_thread(make_council())
    book_line(thread, LogAction.COVERED, clause="insults")
    book_line(thread, clause="off_topic")
    visit.get(LOG)
    page = visit.press("Show", htmx=True, rule="insults")

    assert seqs(visit) == [1]
    assert "log.csv?rule=insults" in page.body
    assert "log.atom?rule=insults" in page.body


def test_it_goes_on_page_by_page_without_gaps(session: Session, visit: Visit) -> None:
    thread = book_thread(make_council())

    def many(session: Session) -> None:
        for _ in range(PAGE + 5):
            kind = {"organisation_id": thread.organisation_id, "by": "clock", "now": NOW}
            log.write(session, LogAction.OVERDUE, thread=thread.public_id, **kind)

    write(many)
    visit.get(f"{LOG}?action=overdue")
    first = seqs(visit)
    visit.follow("Earlier lines")

    assert [*first, *seqs(visit)] == list(range(PAGE + 5, 0, -1))


def test_a_strange_address_is_no_reason_to_break(session: Session, visit: Visit) -> None:
    book_line(book_thread(make_council()))
    for value in ("", "0", "-1", "x", "9" * 30, "٣", "1;drop table moderation_log"):
        names = ("before", "after", "case", "council", "month", "thread", "action", "rule", "automated", "appeal")
        visit.get(LOG, query_string=dict.fromkeys(names, value))
        for ending in ("csv", "json", "atom"):
            answer = visit.send("GET", f"{LOG}.{ending}", query_string=dict.fromkeys(names, value))
            assert answer.status_code == 200, value


# --- Data -----------------------------------------------------------------------------------------------------


def test_whoever_has_the_json_can_recompute_the_chain_without_us(
    session: Session, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = book_thread(make_council())
    comment = book_comment(thread)
    case = book_case(thread, comment=comment)
    for number in range(5):
        words = {"words": f'«Ә» \n\\ "{number}" 🐪', "words_lang": "kk"}
        book_line(thread, case=case, comment=comment, clause="insults", hours=number, **words)
    monkeypatch.setattr("karavan.moderation.log_queries.EXPORT", 2)
    monkeypatch.setattr("karavan.moderation.log_queries.log_export.__kwdefaults__", {"after": 0, "limit": 2})

    lines, address, head = [], f"{LOG}.json", {}
    while address:
        told = json.loads(visit.send("GET", address).data)
        lines, head = [*lines, *told["lines"]], told["head"]
        address = (told["next"] or "").removeprefix("http://karavan.test")

    for one in lines:
        plain = json.dumps(one["line"], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        assert hashlib.sha256(plain.encode("utf-8")).hexdigest() == one["hash"]
    assert lines[0]["line"]["prev_hash"] == "0" * 64
    assert all(one["hash"] == other["line"]["prev_hash"] for one, other in pairwise(lines))
    assert [one["line"]["seq"] for one in lines] == [1, 2, 3, 4, 5]
    assert head == {"seq": 5, "hash": lines[-1]["hash"]}


def test_the_csv_says_where_it_goes_on(session: Session, visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    thread = book_thread(make_council())
    for _ in range(3):
        book_line(thread, clause="off_topic")
    monkeypatch.setattr("karavan.moderation.log_queries.log_export.__kwdefaults__", {"after": 0, "limit": 2})
    answer = visit.send("GET", f"{LOG}.csv?rule=off_topic")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))

    assert [row["seq"] for row in rows] == ["1", "2"]
    assert rows[0]["rule_kk"] == "Тақырыпқа қатысы жоқ"
    assert answer.headers["Link"].endswith('/en/moderation/log.csv?rule=off_topic&after=2>; rel="next"')


def test_the_feed_is_valid_atom(session: Session, visit: Visit) -> None:
    thread = book_thread(make_council())
    book_line(thread, clause="insults", words="<b>&amp;</b>")
    book_line(thread, LogAction.KEPT)
    answer = visit.send("GET", f"{LOG}.atom")
    feed = ET.fromstring(answer.data)  # noqa: S314 -- our own
    entries = feed.findall(f"{ATOM}entry")
    ids = [one.findtext(f"{ATOM}id") for one in entries]

    assert answer.mimetype == "application/atom+xml"
    assert all(feed.findtext(f"{ATOM}{name}") for name in ("id", "title", "updated"))
    assert feed.find(f"{ATOM}author/{ATOM}name") is not None
    assert ids == [f"tag:karavan.test,2026:moderation-log-{number}" for number in (2, 1)]
    for one in entries:
        assert all(one.findtext(f"{ATOM}{name}") for name in ("title", "updated", "summary"))
        assert datetime.fromisoformat(one.findtext(f"{ATOM}updated") or "").tzinfo
    assert "<b>&amp;</b>" in (entries[1].findtext(f"{ATOM}summary") or "")
    etag = answer.headers["ETag"]
    assert visit.send("GET", f"{LOG}.atom", headers={"If-None-Match": etag}).status_code == 304


def test_what_the_rules_write_is_read_back_by_everybody(
    session: Session, visit: Visit, clock: time_machine.Traveller
) -> None:
    """A text is removed by one, asked back by its author, restored by another; the log and the figures agree."""
    rooms.register(Threads())
    room = Room()
    case = room.case(origin=Origin.FILTER)
    judge(case, REMOVE, room.one)
    clock.shift(timedelta(hours=2))
    write(
        appeal,
        case.id,
        by_id=room.author.id,
        words="Неге алынды? Мен адамды емес, жауапты сынадым.",
        lang="kk",
        now=now(),
    )
    version = current(case).version
    ruling = Verdict(action=Action.KEEP, words="Сын айтуға болады.", words_lang="kk")
    clock.shift(timedelta(hours=3))
    write(judge_appeal, case.id, Outcome.OVERTURNED, ruling, by_id=room.two, read_version=version, now=now())

    text = visit.get(LOG).text
    for words in ("The comment was removed", "An appeal was made", "On appeal: the decision was overturned"):
        assert words in text
    assert "moderator:" not in text
    assert "Appeal: Overturned" in text
    for secret in ("ақымақ", "Неге алынды", room.author.name):
        assert secret not in visit.page.body  # type: ignore[union-attr]
    told = json.loads(visit.send("GET", "/en/transparency.json?period=month").data)["figures"]
    found = {(one["figure"], one["group"]): one for one in told}
    assert found["decisions", "keep"]["count"] == 1, "it counts as it stands after the appeal"
    assert found["appeals", "overturned"]["count"] == 1
    assert found["time_to_appeal_decision", "median"]["minutes"] == 180
    assert found["removals_by_language", "kk"]["count"] == 0
    assert log.verify(db.session()) is None


# --- Strangers' words -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ['=HYPERLINK("http://x")', "@SUM(1)", "+7-700", "-1+1", "\t=1"])
def test_no_word_of_a_moderator_is_a_formula(session: Session, visit: Visit, words: str) -> None:
    book_line(book_thread(make_council()), words=words)
    (row,) = csv.DictReader(io.StringIO(visit.send("GET", f"{LOG}.csv").data.decode("utf-8-sig")))

    assert row["words"] == f"'{words}"


def _inert(visit: Visit, words: str, usual: Any) -> None:
    """The page is built as with harmless words, and feeds and exports stay what they are."""
    thread = book_thread(make_council())
    seq = book_line(thread, words=words, words_lang="kk")
    page = looked_at(visit, f"{LOG}?thread={thread.public_id}")
    assert difference(built(page.root), usual) == {}
    told = json.loads(visit.send("GET", f"{LOG}.json?thread={thread.public_id}").data)
    assert [one["line"]["seq"] for one in told["lines"]] == [seq]
    ET.fromstring(visit.send("GET", f"{LOG}.atom?thread={thread.public_id}").data)  # noqa: S314
    rows = list(
        csv.reader(io.StringIO(visit.send("GET", f"{LOG}.csv?thread={thread.public_id}").data.decode("utf-8-sig")))
    )
    assert len(rows) == 2
    assert not rows[1][rows[0].index("words")].startswith(("=", "+", "-", "@", "\t", "\r"))


def _usual(visit: Visit) -> Any:
    thread = book_thread(make_council())
    book_line(thread, words=HARMLESS, words_lang="kk")
    return built(looked_at(visit, f"{LOG}?thread={thread.public_id}").root)


def _storable(words: str) -> bool:
    """What forms let through: the rest never reaches a line (`core.text.clean_text`)."""
    return words.strip() != "" and "\x00" not in words and words.isprintable()


def test_what_a_moderator_writes_stays_text(session: Session, visit: Visit) -> None:
    usual = _usual(visit)
    for words in ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7 * 7 }}%(x)s", "]]><x/>"):
        _inert(visit, words, usual)


@pytest.mark.thorough
def test_no_hostile_word_of_a_moderator_does_anything_anywhere(session: Session, visit: Visit) -> None:
    usual = _usual(visit)
    storable = [one.values[0] for one in cases(where="reason") if _storable(one.values[0].text)]
    assert len(storable) > 10
    each(storable, lambda one: _inert(visit, one.text[:2000], usual))


# --- Speed ----------------------------------------------------------------------------------------------------

INDEXES = {
    "organisation": (LogFilters(organisation_id=1), "ix_moderation_log_organisation"),
    "action": (LogFilters(action="covered"), "ix_moderation_log_action"),
    "rule": (LogFilters(clause="unlawful"), "ix_moderation_log_clause"),
    "automated": (LogFilters(automated="yes"), "ix_moderation_log_automated"),
    "thread": (LogFilters(thread="rare"), "ix_moderation_log_thread"),
    "case": (LogFilters(case_id=7), "ix_moderation_log_case"),
    "appeal": (LogFilters(appeal="overturned"), "ix_moderation_log_action"),
    "month": (LogFilters(month="2026-03"), "ix_moderation_log_happened"),
}


ACTS = {400: LogAction.COVERED, 0: LogAction.OVERTURNED}


def test_every_narrowed_page_uses_its_index(session: Session) -> None:
    """Four thousand lines of which each filter finds a few, and the plan of the page's own statement."""
    council = make_council()
    other = make_council(slug="council-beineu", place="beineu")
    case_id = book_case(book_thread(council)).id
    begins = datetime(2026, 1, 1, tzinfo=UTC)

    def many(session: Session) -> None:
        cases = table_of(Case)
        like = dict(session.execute(sa.select(cases).where(cases.c.id == case_id)).mappings().one())
        session.execute(sa.insert(cases), [like | {"id": case_id + 1 + number} for number in range(500)])
        rows = [
            {
                "seq": seq,
                "happened_at": begins + timedelta(hours=seq * 2),
                "organisation_id": council.organisation_id if seq % 400 == 0 else other.organisation_id,
                "action": ACTS.get(seq % 800, LogAction.KEPT),
                "case_id": case_id if seq % 400 == 0 else case_id + 1 + seq % 500,
                "thread": "rare" if seq % 400 == 0 else f"thread{seq % 10}",
                "clause": "unlawful" if seq % 400 == 0 else CLAUSES[seq % 3].code,
                "automated": seq % 400 == 0,
                "by": "moderator:1",
                "prev_hash": "",
                "hash": f"{seq:064}",
            }
            for seq in range(1, 4001)
        ]  # fmt: skip
        usual = {"comment": "", "revision_sha256": "", "clause_version": 1, "words": "", "words_lang": "", "basis": ""}
        rest = usual | {"lang": "", "alignment": "", "reverses": None, "facts": {}}
        session.execute(sa.insert(table_of(LogLine)), [row | rest for row in rows])

    write(many)
    write(lambda session: session.execute(sa.text("ANALYZE moderation_log" if chosen() == "postgresql" else "ANALYZE")))
    named = {"organisation": LogFilters(organisation_id=council.organisation_id), "case": LogFilters(case_id=case_id)}
    for name, (filters, index) in INDEXES.items():
        plan = _plan(named.get(name, filters))
        assert index in plan, f"{name}: {plan}"
        assert "Seq Scan on moderation_log" not in plan, f"{name}: {plan}"
        assert "SCAN moderation_log\n" not in plan, f"{name}: {plan}"


def _plan(filters: LogFilters) -> str:
    """How the database carries out the statement that the page sends."""
    said: list[Any] = []
    engine = db.engine

    def listen(connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        said.append((statement, parameters))

    db.session.close()
    sa.event.listen(engine, "before_cursor_execute", listen)
    try:
        log_page(db.session(), filters)
    finally:
        sa.event.remove(engine, "before_cursor_execute", listen)
    db.session.close()
    statement, parameters = next(one for one in said if "moderation_log" in one[0])
    explain = "EXPLAIN " if chosen() == "postgresql" else "EXPLAIN QUERY PLAN "
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(explain + statement, parameters).all()
    return "\n".join(str(row[-1]) for row in rows) + "\n"
