"""What state bodies ask for is written down and decided by two; second looks are blind and change nothing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from karavan.core.database import db
from karavan.core.problems import NotFound
from karavan.moderation.citizen_problems import AskedAlready, SeenAlready
from karavan.moderation.models import Action, CaseState, LogAction, LogLine, Origin, SecondLook, Visibility
from karavan.moderation.problems import NotModerator, OwnCase, RuleMissing
from karavan.moderation.rules.second_looks import give, offer
from karavan.moderation.rules.state_requests import Request, enter
from tests.moderation.people import case_now, cases_about, decided, flagged_by, make_reader, moderator
from tests.support.civic import make_council, make_person, write
from tests.support.settings import NOW
from tests.support.talk import make_case, make_comment, make_thread, reload_comment

pytestmark = pytest.mark.usefixtures("session")

OFFICE, ARTICLE = "Ақпарат басқармасы", "Байланыс туралы заң, 41-1-бап"
NEXT_DAYS = NOW + timedelta(days=2)


def request(**changes: Any) -> Request:
    return Request(**{"office": OFFICE, "article": ARTICLE, "number": "12-3/45", "dated": date(2026, 11, 20)} | changes)


def facts_of(case_id: int) -> dict[str, Any]:
    session = db.session()
    session.rollback()
    found = select(LogLine.facts).where(LogLine.case_id == case_id, LogLine.action == LogAction.REQUESTED)
    (facts,) = session.scalars(found).all()
    return facts


def test_a_request_opens_a_case_of_its_own_kind_and_takes_nothing_away() -> None:
    council = make_council()
    comment, saule = make_comment(make_thread(council), now=NOW), moderator(council)
    made = write(enter, comment.id, request(), by_id=saule.id, now=NOW)
    assert write(enter, comment.id, request(), by_id=saule.id, now=NOW).id == made.id
    (case,) = cases_about(comment)
    assert (case.origin, case.state) == (Origin.STATE_REQUEST, CaseState.OPEN)
    assert reload_comment(comment).visibility == Visibility.PUBLISHED
    assert facts_of(case.id) == {"office": OFFICE, "article": ARTICLE, "number": "12-3/45", "dated": "2026-11-20"}
    decided(case, saule)
    assert case_now(case.id).state == CaseState.ESCALATED
    with pytest.raises(AskedAlready):
        write(enter, comment.id, request(number="99"), by_id=moderator(council).id, now=NOW)


def test_a_waiting_case_is_raised_to_it_and_a_sealed_one_shows_office_and_day_alone() -> None:
    council = make_council()
    comment = make_comment(make_thread(council), now=NOW)
    flagged_by(comment, make_reader())
    before = cases_about(comment)[0]
    sealed = request(sealed_until=date(2027, 5, 1))
    write(enter, comment.id, sealed, by_id=moderator(council).id, now=NOW)
    (case,) = cases_about(comment)
    assert (case.id, case.origin) == (before.id, Origin.STATE_REQUEST)
    assert case.version > before.version
    line = db.session().scalars(select(LogLine).where(LogLine.action == LogAction.REQUESTED)).one()
    assert line.facts == {"office": OFFICE, "dated": "2026-11-20", "sealed_until": "2027-05-01"}
    assert (line.case_id, line.comment, line.thread, line.revision_sha256) == (None, "", "", "")


def test_only_moderators_who_are_not_concerned_enter_requests() -> None:
    council = make_council()
    author = moderator(council)
    comment = make_comment(make_thread(council), author, now=NOW)
    with pytest.raises(NotModerator):
        write(enter, comment.id, request(), by_id=make_person().id, now=NOW)
    with pytest.raises(OwnCase):
        write(enter, comment.id, request(), by_id=author.id, now=NOW)
    with pytest.raises(NotFound):
        write(enter, 4711, request(), by_id=author.id, now=NOW)
    assert cases_about(comment) == []


# --- Second looks ---------------------------------------------------------------------------------------------


def test_a_second_look_is_given_once_and_changes_nothing() -> None:
    council = make_council()
    case = make_case(thread=make_thread(council), now=NOW)
    first, second = moderator(council), moderator(council)
    decision = decided(case, first)
    session, here = db.session(), (council.organisation_id,)
    assert offer(session, here, by_id=second.id, now=NOW + timedelta(hours=2)) is None  # it is of today
    assert offer(session, here, by_id=first.id, now=NEXT_DAYS) is None  # her own
    shown = offer(session, None, by_id=second.id, now=NEXT_DAYS)
    assert shown is not None
    assert shown.id == decision.id
    look = {"by_id": second.id, "now": NEXT_DAYS}
    with pytest.raises(RuleMissing):
        write(give, decision.id, action=Action.COVER, clause="no-such-rule", **look)
    given = write(give, decision.id, action=Action.COVER, clause="insults", **look)
    assert write(give, decision.id, action=Action.KEEP, clause="", **look).id == given.id
    assert db.session().scalars(select(func.count(SecondLook.id))).one() == 1
    assert offer(db.session(), here, by_id=second.id, now=NEXT_DAYS) is None
    assert case_now(case.id).state == CaseState.DECIDED


def test_no_second_look_by_who_decided_flagged_or_is_no_moderator() -> None:
    council = make_council()
    case = make_case(thread=make_thread(council), now=NOW)
    first = moderator(council)
    decision = decided(case, first)
    facts = {"action": Action.KEEP, "clause": "", "now": NEXT_DAYS}
    with pytest.raises(SeenAlready):
        write(give, decision.id, by_id=first.id, **facts)
    with pytest.raises(NotModerator):
        write(give, decision.id, by_id=make_person().id, **facts)
    with pytest.raises(NotFound):
        write(give, 4711, by_id=first.id, **facts)
