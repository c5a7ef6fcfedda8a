"""The figures about moderation: a small town counted by hand, and the same out of the database."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from karavan.core.charts import Line
from karavan.core.languages import LANGUAGES
from karavan.discussion.models import Alignment
from karavan.moderation.findings import findings_of
from karavan.moderation.models import (
    Action,
    CaseState,
    LogAction,
    Origin,
    Outcome,
    Sanction,
    SanctionKind,
    SecondLook,
    StateRequest,
    Visibility,
)
from karavan.moderation.transparency import (
    Kind,
    Span,
    figures_of,
    months_shown,
    nearest_rank,
    period_of,
)
from karavan.moderation.transparency_queries import find
from tests.support.civic import make_council, make_person
from tests.support.logbook import (
    add,
    book_appeal,
    book_case,
    book_comment,
    book_decision,
    book_line,
    book_thread,
)
from tests.support.settings import NOW

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.orm import Session

    from karavan.councils.models import Council
    from karavan.moderation.transparency import Figure
    from tests.support.visit import Visit

NOVEMBER = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
LAST_OF_OCTOBER = datetime(2026, 10, 31, 18, 59, 59, 999999, tzinfo=UTC)
"""The last moment of October in Aktau."""


# --- Arithmetic -----------------------------------------------------------------------------------------------


def test_percentiles_are_values_that_occurred() -> None:
    assert nearest_rank({}, 50) is None
    assert nearest_rank({7: 1}, 90) == 7
    assert nearest_rank({15: 1, 20: 1, 35: 1, 40: 1, 50: 1}, 50) == 35
    assert nearest_rank({15: 1, 20: 1, 35: 1, 40: 1, 50: 1}, 90) == 50
    assert nearest_rank({1: 5, 9: 5}, 50) == 1
    assert nearest_rank({1: 9, 100: 1}, 90) == 1
    assert nearest_rank({1: 89, 100: 11}, 90) == 100


def test_months_begin_when_they_begin_in_aktau() -> None:
    month = period_of(Span.MONTH, now=NOW)

    assert month.since == datetime(2026, 10, 31, 19, 0, tzinfo=UTC)
    assert months_shown(month) == []
    assert months_shown(period_of(Span.YEAR, now=NOW))[0] == date(2026, 1, 1)
    shown = months_shown(period_of(Span.ALL, now=NOW))
    assert (shown[0], shown[-1], len(shown)) == (date(2025, 12, 1), date(2026, 11, 1), 12)


# --- The town -------------------------------------------------------------------------------------------------


@pytest.fixture
def town(session: Session) -> tuple[Council, Council]:
    """A council with a month behind it, counted by hand below, and another one."""
    ours, other = make_council(), make_council(slug="council-beineu", place="beineu")
    thread, elsewhere = book_thread(ours), book_thread(other)
    _comments(thread)
    first = _decided(thread, elsewhere)
    _looked_again(first)
    _measures(thread, first["insult"])
    for one in (thread, elsewhere):
        book_line(one, LogAction.REMOVED, now=NOVEMBER)
    return ours, other


def _comments(thread: Any) -> None:
    written = [
        *[(Alignment.AGAINST, "kk", Visibility.PUBLISHED)] * 6,
        *[(Alignment.AGAINST, "kk", Visibility.REMOVED)] * 2,
        *[(Alignment.FOR, "ru", Visibility.PUBLISHED)] * 3,
        (Alignment.FOR, "ru", Visibility.HELD),
        (Alignment.FOR, "ru", Visibility.REMOVED),
        (Alignment.NEUTRAL, "en", Visibility.PUBLISHED),
    ]
    for alignment, lang, visibility in written:
        book_comment(thread, alignment=alignment, lang=lang, visibility=visibility, at=NOVEMBER)
    removed = Visibility.REMOVED
    book_comment(thread, alignment=Alignment.AGAINST, lang="kk", visibility=removed, at=LAST_OF_OCTOBER)


def _decided(thread: Any, elsewhere: Any) -> dict[str, Any]:
    """Cases are opened about comments that were written in September, so that these are not counted above."""
    written = datetime(2026, 9, 1, tzinfo=UTC)

    def case(origin: Origin, *, at: datetime = NOVEMBER, where: Any = thread, **facts: Any) -> Any:
        return book_case(where, origin, comment=book_comment(where, at=written), at=at, **facts)

    made = {
        "insult": book_decision(case(Origin.FLAGS), Action.REMOVE, "insults", minutes=30),
        "number": book_decision(case(Origin.FILTER), Action.COVER, "personal_data", minutes=90),
        "fine": book_decision(case(Origin.FLAGS), Action.KEEP, minutes=240),
    }
    restored = case(Origin.ROUTINE, state=CaseState.FINAL)
    made["restored"] = book_decision(restored, Action.REMOVE, "insults", minutes=600)
    book_appeal(restored, minutes=1470, outcome=Outcome.OVERTURNED, action=Action.KEEP)
    asked = case(Origin.STATE_REQUEST)
    made["asked"] = book_decision(asked, Action.KEEP, minutes=1000)
    request: dict[str, Any] = {"office": "Управление", "article": "Ст. 1", "dated": date(2026, 11, 1)}
    add(StateRequest(case_id=asked.id, entered_by_id=make_person().id, entered_at=NOVEMBER, **request))
    case(
        Origin.PREMODERATION, state=CaseState.OPEN, due_at=NOW - timedelta(hours=1), overdue_at=NOW - timedelta(hours=1)
    )
    signs: dict[str, Any] = {"needs_cosigner": True}
    book_decision(case(Origin.MODERATOR, state=CaseState.ESCALATED), Action.REMOVE, "threats", minutes=5, **signs)
    undone = case(Origin.NEW_FACTS, state=CaseState.CLAIMED)
    book_decision(undone, Action.REMOVE, "threats", minutes=1, undone_at=NOVEMBER + timedelta(minutes=2))
    signs |= {"undone_at": NOVEMBER}
    book_decision(case(Origin.FLAGS, at=written), Action.REMOVE, "threats", minutes=1, **signs)  # never agreed to
    old = case(Origin.FLAGS, at=LAST_OF_OCTOBER - timedelta(minutes=60))
    book_decision(old, Action.REMOVE, "off_topic", minutes=60)
    theirs = case(Origin.FLAGS, where=elsewhere, state=CaseState.APPEALED)
    book_decision(theirs, Action.REMOVE, "threats", minutes=10)
    book_appeal(theirs)
    return made


def _looked_again(made: dict[str, Any]) -> None:
    looks = [
        ("insult", Action.REMOVE, "insults"),
        ("insult", Action.COVER, "insults"),
        ("number", Action.REMOVE, "personal_data"),
        ("fine", Action.KEEP, ""),
        ("restored", Action.REMOVE, "off_topic"),
        ("asked", Action.KEEP, ""),
    ]
    for name, action, clause in looks:
        look: dict[str, Any] = {"action": action, "clause": clause, "given_at": NOVEMBER}
        add(SecondLook(decision_id=made[name].id, by_id=make_person().id, **look))


def _measures(thread: Any, decision: Any) -> None:
    usual: dict[str, Any] = {
        "person_id": make_person().id,
        "organisation_id": thread.organisation_id,
        "case_id": decision.case_id,
        "decision_id": decision.id,
        "by_id": make_person().id,
        "proposed_at": NOVEMBER,
    }
    add(Sanction(kind=SanctionKind.NOTE, starts_at=NOVEMBER, **usual))
    pause: dict[str, Any] = {"kind": SanctionKind.PAUSE, "hours": 48, "heavy": True}
    add(Sanction(cosigner_id=make_person().id, starts_at=NOVEMBER, lifted_at=NOVEMBER, **pause, **usual))
    add(Sanction(**pause, **usual))


def counted(session: Session, span: Span, council: Council | None) -> dict[str, Figure]:
    period = period_of(span, now=NOW)
    months = months_shown(period)
    found = find(session, period, council.organisation_id if council else 0, months=months)
    return figures_of(found, months=months, languages=LANGUAGES)


def counts(figure: Figure) -> dict[str, int]:
    """What was counted at all."""
    return {line.group: line.count for line in figure.lines if line.count}


def test_a_month_of_one_council_comes_out_as_by_hand(town: tuple[Council, Council], session: Session) -> None:
    figures = counted(session, Span.MONTH, town[0])

    assert counts(figures["volume"]) == {"comments": 14, "cases": 8, "decisions": 5, "appeals": 1}
    assert counts(figures["origins"]) == {
        "flags": 2, "filter": 1, "routine": 1, "state_request": 1, "premoderation": 1, "moderator": 1, "new_facts": 1,
    }  # fmt: skip
    assert counts(figures["decisions"]) == {"keep": 3, "cover": 1, "remove": 1}
    assert counts(figures["reasons"]) == {"insults": 1, "personal_data": 1}
    assert [line.minutes for line in figures["time_to_decision"].lines] == [240, 1000]
    assert [line.minutes for line in figures["time_to_appeal_decision"].lines] == [1470, 1470]
    assert counts(figures["overdue"]) == {"now": 3, "ever": 1}, "one waits for a first decision, one for a second"
    assert counts(figures["appeals"]) == {"overturned": 1}
    assert figures["overturns"].get("changed") == Line(group="changed", count=1, of=1)
    assert figures["undone"].total == 1
    assert counts(figures["sanctions"]) == {"note": 1, "pause": 1}
    assert figures["sanctions_lifted"].total == 1
    assert counts(figures["state_requests"]) == {"refused": 1}


def test_agreement_and_removals_come_with_their_samples(town: tuple[Council, Council], session: Session) -> None:
    figures = counted(session, Span.MONTH, town[0])
    alike, by_rule = figures["agreement"].lines

    assert (alike.count, alike.of, alike.interval) == (4, 6, pytest.approx((0.3000, 0.9032), abs=0.00006))
    assert (by_rule.count, by_rule.of, by_rule.small, by_rule.share) == (3, 4, True, None)
    rates = {line.group: (line.count, line.of) for line in figures["removals_by_alignment"].lines}
    assert rates == {"for": (1, 5), "against": (2, 8), "neutral": (0, 1), "none": (0, 0)}
    assert figures["removals_by_alignment"].get("against").interval == pytest.approx((0.0715, 0.5907), abs=0.00006)
    assert figures["removals_by_alignment"].get("for").interval == pytest.approx((0.0362, 0.6245), abs=0.00006)
    assert {line.group: (line.count, line.of) for line in figures["removals_by_language"].lines} == {
        "kk": (2, 8), "ru": (1, 5), "en": (0, 1),
    }  # fmt: skip


def test_the_year_holds_what_the_month_leaves_out(town: tuple[Council, Council], session: Session) -> None:
    year = counted(session, Span.YEAR, None)
    by_month = {(line.group, line.part): line.count for line in year["decisions_by_month"].lines if line.count}

    assert counts(year["decisions"]) == {"keep": 3, "cover": 1, "remove": 3}
    assert counts(year["reasons"]) == {"insults": 1, "personal_data": 1, "threats": 1, "off_topic": 1}
    assert counts(year["appeals"]) == {"overturned": 1, "waiting": 1}
    assert year["undone"].total == 1
    assert [line.minutes for line in year["time_to_decision"].lines] == [90, 1000]
    assert by_month == {
        ("2026-10", "remove"): 1, ("2026-11", "keep"): 3, ("2026-11", "cover"): 1, ("2026-11", "remove"): 2,
    }  # fmt: skip
    assert year["removals_by_alignment"].get("against") == Line(group="against", count=3, of=9)
    assert counts(counted(session, Span.ALL, town[1])["decisions"]) == {"remove": 1}


def test_nothing_is_nothing_and_no_division(session: Session) -> None:
    make_council()
    figures = counted(session, Span.ALL, None)

    assert sum(figure.total for figure in figures.values()) == 0
    assert figures["time_to_decision"].get("median").minutes is None
    assert figures["agreement"].get("action").interval is None


def test_a_difference_is_only_claimed_where_the_intervals_part(session: Session) -> None:
    figures = dict(counted(session, Span.ALL, None))

    def said(against: tuple[int, int], in_favour: tuple[int, int]) -> str:
        lines = (
            Line(group="for", count=in_favour[0], of=in_favour[1]),
            Line(group="against", count=against[0], of=against[1]),
        )
        figure = type(figures["agreement"])(name="removals_by_alignment", kind=Kind.RATES, lines=lines)
        told = findings_of(figures | {figure.name: figure}, "en", percent=str, hours=str)
        return told["removals_by_alignment"].id

    assert said((2, 4), (0, 400)) == "Too few to compare"
    assert said((20, 400), (10, 400)).startswith("No difference")
    assert said((60, 400), (10, 400)) == "Comments against are removed more often than comments for"
    assert said((10, 400), (60, 400)) == "Comments for are removed more often than comments against"


# --- The page -------------------------------------------------------------------------------------------------


def test_the_page_draws_every_figure_with_its_table_and_its_data(town: tuple[Council, Council], visit: Visit) -> None:
    page = visit.get("/en/transparency")
    drawings = page.find(role="img")
    figures = page.find("figure")

    assert len(drawings) == len(figures) == 12
    assert all(one.get("aria-label") for one in drawings)
    assert all(len(list(one.iter("table"))) == 1 for one in figures)
    assert "Another moderator, not knowing the decision, decided alike in: 66.7%" in page.text
    assert "Most decisions: Left as it is" in page.text
    assert "No difference can be seen between comments for and comments against" in page.text
    assert visit.response is not None
    assert "public" in visit.response.headers["Cache-Control"]
    name = re.search(r'href="(/en/transparency.csv[?]figure=reasons)"', page.body)
    assert name
    assert visit.send("GET", name[1]).status_code == 200


def test_a_month_of_one_council_is_asked_for_by_a_plain_form(town: tuple[Council, Council], visit: Visit) -> None:
    visit.get("/en/transparency")
    page = visit.press("Show", period="month", council=str(town[0].organisation_id))

    assert f"period=month&council={town[0].organisation_id}" in page.address
    assert "Half of the decisions were taken within, hours: 4" in page.text
    assert len(page.find("figure")) == 11, "no columns for one month"


def test_csv_and_json_say_the_same_as_the_page(town: tuple[Council, Council], visit: Visit) -> None:
    asked = f"?period=month&council={town[0].organisation_id}"
    told = json.loads(visit.send("GET", f"/en/transparency.json{asked}").data)
    text = visit.send("GET", f"/en/transparency.csv{asked}").data.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))

    assert [
        {name: str("" if value is None else value) for name, value in line.items()} for line in told["figures"]
    ] == rows
    (against,) = [one for one in rows if (one["figure"], one["group"]) == ("removals_by_alignment", "against")]
    assert against == {
        "figure": "removals_by_alignment", "group": "against", "part": "", "count": "2", "of": "8",
        "share": "0.25", "low95": "0.0715", "high95": "0.5907", "minutes": "",
    }  # fmt: skip
    only = json.loads(visit.send("GET", "/en/transparency.json?figure=overdue").data)
    assert {line["figure"] for line in only["figures"]} == {"overdue"}


def test_a_strange_address_is_no_reason_to_break(app: Flask, visit: Visit) -> None:
    for query in ("period=x", "council=x", "council=999999999999", "council=-1", "figure=none"):
        visit.get(f"/en/transparency?{query}")
        assert visit.send("GET", f"/en/transparency.csv?{query}").status_code == 200
        assert visit.send("GET", f"/en/transparency.json?{query}").status_code == 200


def test_nobodys_name_and_no_word_of_a_comment_is_among_the_figures(
    town: tuple[Council, Council], visit: Visit
) -> None:
    for address in ("/en/transparency", "/en/transparency.csv", "/en/transparency.json"):
        told = visit.send("GET", address).get_data(as_text=True)
        for secret in ("Тұрғын", "Құпия", "example.kz", "Управление"):
            assert secret not in told
