"""A moderator opens a case about what she has come upon; what was decided is opened again only with something new."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from karavan.core.problems import NotFound
from karavan.discussion.rules.withdraw import withdraw
from karavan.moderation.models import Action, CaseState, LogAction, LogLine, Origin, Visibility
from karavan.moderation.problems import Conflicted, NewsMissing, NotModerator, OnAppealNow, OwnCase
from karavan.moderation.rules.appeal import appeal
from karavan.moderation.rules.decide import cosign
from karavan.moderation.rules.interests import declare
from karavan.moderation.rules.notices import notice
from tests.moderation.people import (
    APPEAL,
    LATER,
    WORDS,
    cases_about,
    decided,
    flagged_by,
    make_reader,
    moderator,
)
from tests.support.civic import make_council, make_person, write
from tests.support.settings import NOW
from tests.support.talk import make_comment, make_thread, make_writer, reload_comment

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from karavan.accounts.models import Person
    from karavan.discussion.models import Comment
    from karavan.moderation.models import Case
    from tests.support.visit import Visit

NEWS = "Автордың өзі бұл сөзді дәлелдейтін құжатты әкелді."

pytestmark = pytest.mark.usefixtures("session")


def noticed(comment: Comment, by: Person, words: str = "") -> Case:
    return write(notice, comment.id, by_id=by.id, words=words, words_lang="kk", now=LATER)


def test_a_moderator_opens_a_case_herself_and_may_decide_it() -> None:
    council = make_council()
    comment, saule = make_comment(make_thread(council), now=NOW), moderator(council)

    case = noticed(comment, saule)

    assert (case.origin, case.state) == (Origin.MODERATOR, CaseState.OPEN)
    assert reload_comment(comment).visibility == Visibility.PUBLISHED
    assert noticed(comment, moderator(council)).id == case.id
    decided(case, saule)
    assert reload_comment(comment).visibility == Visibility.REMOVED


def test_what_was_decided_is_opened_again_with_what_is_new_and_everybody_reads_it(session: Session) -> None:
    council = make_council()
    comment, saule, gulnar = make_comment(make_thread(council), now=NOW), moderator(council), moderator(council)
    first = decided(noticed(comment, saule), saule)
    with pytest.raises(NewsMissing):
        noticed(comment, gulnar, " ")
    assert len(cases_about(comment)) == 1

    again = noticed(comment, gulnar, NEWS)

    assert again.origin == Origin.NEW_FACTS
    line = session.scalars(select(LogLine).where(LogLine.action == LogAction.REOPENED)).one()
    assert (line.case_id, line.words, line.facts) == (again.id, NEWS, {"earlier": first.log_seq})
    assert reload_comment(comment).visibility == Visibility.REMOVED
    decided(again, gulnar, Action.KEEP)
    write(cosign, again.id, by_id=moderator(council).id, agree=True, read_version=2, now=LATER)
    assert reload_comment(comment).visibility == Visibility.PUBLISHED


def test_what_is_new_while_an_appeal_waits_belongs_there() -> None:
    council, author = make_council(), make_writer()
    comment, saule = make_comment(make_thread(council), author, now=NOW), moderator(council)
    case = noticed(comment, saule)
    decided(case, saule)
    write(appeal, case.id, by_id=author.id, words=APPEAL, lang="kk", now=LATER)

    with pytest.raises(OnAppealNow):
        noticed(comment, moderator(council), NEWS)


def test_only_moderators_who_are_not_concerned_open_cases() -> None:
    council = make_council()
    thread, author, flagger, partial = make_thread(council), *(moderator(council) for _ in range(3))
    comment = make_comment(thread, author, now=NOW)
    flagged_by(make_comment(thread, now=NOW), make_reader())
    write(declare, thread.id, person_id=partial.id, note="", now=NOW)
    for who, refusal in ((make_person(), NotModerator), (author, OwnCase), (partial, Conflicted)):
        with pytest.raises(refusal):
            noticed(comment, who)
    assert cases_about(comment) == []
    flagged_by(comment, flagger)
    with pytest.raises(OwnCase):
        noticed(comment, flagger)
    gone = make_comment(thread, author, "Қайтып алынды", now=NOW)
    write(withdraw, gone.id, by_id=author.id, now=NOW)
    with pytest.raises(NotFound):
        noticed(gone, flagger)


@pytest.mark.parametrize("htmx", [False, True])
def test_the_way_leads_from_the_comment_to_the_card(
    session: Session, visit: Visit, new_visitor: Callable[[], Visit], *, htmx: bool
) -> None:
    council = make_council()
    comment, saule = make_comment(make_thread(council)), moderator(council)
    elsewhere = make_comment(make_thread(make_council(slug="council-elsewhere")))
    url = f"/en/comments/{comment.public_id}"
    assert "Look into it as a moderator" not in new_visitor().get(url).text
    visit.sign_in(saule)
    visit.get(f"/en/comments/{elsewhere.public_id}/case", status=404)

    visit.get(url)
    visit.follow("Look into it as a moderator")
    assert "Whoever flags a comment does not decide about it" in visit.get(f"{url}/flag").text
    visit.follow("Look into it as a moderator")
    assert visit.page is not None
    assert comment.text in visit.page.text
    page = visit.press("Open the case", htmx=htmx)

    (case,) = cases_about(comment)
    assert page.address == f"/en/moderation/cases/{case.id}"
    assert visit.get(f"{url}/case").address == page.address
    decided(case, saule)
    page = visit.get(f"{url}/case")
    assert "only if something new has become known" in page.text
    assert comment.text not in page.text
    page = visit.press("Open the case", htmx=htmx, status=422)
    assert "Say what has become known since the decision" in page.text
    visit.press("Open the case", htmx=htmx, words=NEWS)
    assert NEWS in visit.get("/en/moderation/log").text
    assert WORDS in visit.get("/en/moderation/log").text
