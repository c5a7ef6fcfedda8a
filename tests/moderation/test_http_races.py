"""The hazards of moderation through HTTP: real servers and people who press at the same moment, or one after the other.

Where each hazard is shown (`rule`: the rule itself; `page`: one browser; `served`: several processes, here):

| Hazard | Shown by |
|---|---|
| (a) two decide at once | served: `…two_moderators_at_once…`, `…without_the_guard…`; rule: test_deciding_race |
| (b) edit between viewing and deciding | page: test_queue_pages `…text_moved…`; rule: test_deciding |
| (c) withdrawn while claimed | page: `…withdraws_what_a_moderator…`; rule: test_deciding, test_deciding_race |
| (d) a flag after the decision | served: as (m); rule: test_flags, test_deciding |
| (e) appeal while a second decision is pending | rule: test_appeals (two of them) |
| (f) thread closed while a case is open | page: `…thread_that_closes…`; rule: test_deciding |
| (g) role lost mid-claim | page: `…loses_her_role…`; rule: test_deciding; stepped aside: test_appeals |
| (h) lease over while typing | page: `…lease_that_runs_out…` (two); rule: test_deciding |
| (i) double click, back, htmx again | served: `…pressed_often…`; rule: test_deciding, test_flags, test_appeals |
| (j) bulk where 3 of 50 changed | page: `…of_fifty…`; those left out by name: test_queue_pages |
| (k) parent gone during a reply | served: `…replies_to_what…`; page: test_writing_pages; rule: test_discussion_races |
| (l) sanction over during an appeal | rule: test_appeals |
| (m) machine holds, person approves | served: `…machine_that_holds…`; rule: test_deciding_race, test_deciding |

test_case_machine goes through most of them in any order.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select, text

from karavan.core.clock import now
from karavan.core.database import db, transact as write
from karavan.core.tokens import new_public_id
from karavan.discussion.models import Comment, HelpfulMark
from karavan.discussion.queries import thread_of
from karavan.discussion.rules.edit import edit
from karavan.discussion.rules.threads import close_thread
from karavan.discussion.rules.withdraw import withdraw
from karavan.moderation.models import (
    Appeal,
    Case,
    CasePart,
    CaseState,
    Decision,
    Flag,
    LogAction,
    LogLine,
    Origin,
    Part,
    Visibility,
)
from karavan.moderation.reasons import SAID
from karavan.moderation.rules import log
from karavan.moderation.rules.cases import claim, keeper, open_case
from karavan.moderation.rules.decide import decide
from karavan.notifications.models import Letter
from karavan.proposals.models import State
from tests.support.civic import REASON, make_council, make_person, make_proposal, make_staff
from tests.support.crowd import Answer, at_once, crowd
from tests.support.hall import Browser, Hall, hall
from tests.support.moderators import KEEP, end_roles, give_role
from tests.support.talk import make_case, make_comment, make_thread, make_writer, reload_comment, reload_thread
from tests.support.talk_rows import put_comments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import time_machine
    from sqlalchemy.orm import Session

    from karavan.accounts.models import Person
    from karavan.councils.models import Council
    from karavan.discussion.models import Thread
    from tests.support.page import Page
    from tests.support.visit import Visit

pytestmark = pytest.mark.timeout(400)

OFTEN = [10, pytest.param(200, marks=[pytest.mark.slow, pytest.mark.thorough])]
BRIGADE = 60
WORDS = "Бұл сөйлем нақты адамды қорлайды, мен оны екі рет оқыдым."
DEALT_WITH = "Somebody else has dealt with this"


# --- A served Karavan with one thread and its moderators ----------------------------------------------------------


@dataclass
class Table:
    """A public thread of the hall's council, and whoever sits at the moderators' table."""

    place: Hall
    author: Person = field(init=False)
    reporter: Person = field(init=False)
    thread_id: int = field(init=False)
    writing: str = field(init=False)
    """Where one writes."""
    people: list[Person] = field(init=False)

    def __post_init__(self) -> None:
        with self.place.app.app_context():
            council = make_council()
            self.author, self.reporter = make_writer(), make_writer()
            self.people = [make_staff(council) for _ in range(2)]
            proposal = make_proposal(council, state=State.PUBLISHED, now=now())
            thread = thread_of(db.session(), "proposal", proposal.id)
            assert thread is not None
            self.thread_id, self.writing = thread.id, f"/en/threads/{thread.public_id}/new"

    def browsers(self) -> list[Browser]:
        return [Browser(self.place, self.place.cookie_of(one.id)) for one in self.people]

    def browser(self, person: Person) -> Browser:
        return Browser(self.place, self.place.cookie_of(person.id))

    def comments(self, number: int = 1) -> list[Comment]:
        """Return so many comments of the author's."""
        with self.place.app.app_context():
            put = write(lambda session: put_comments(session, self.thread_id, self.author.id, number))
            mine = select(Comment).where(Comment.public_id.in_([one["public_id"] for one in put])).order_by(Comment.id)
            return list(db.session().scalars(mine))

    def cases(self, number: int = 1) -> list[int]:
        """Return so many cases, each about a comment that the reporter has flagged."""
        comments = self.comments(number)
        with self.place.app.app_context():
            return write(lambda session: [self._flagged(session, one) for one in comments])

    def _flagged(self, session: Session, comment: Comment) -> int:
        case = open_case(session, keeper().take(session, comment.id), Origin.FLAGS, now=now())
        facts = {"comment_id": comment.id, "revision": 1, "clause": "insults", "weight": 30, "made_at": now()}
        session.add(Flag(**facts, person_id=self.reporter.id, case_id=case.id))
        session.add(CasePart(case_id=case.id, person_id=self.reporter.id, part=Part.FLAGGER))
        return case.id

    def ask(self, what: Any) -> list[Any]:
        with self.place.app.app_context():
            return list(db.session().scalars(what))

    def count(self, what: Any, *which: Any) -> int:
        return self.ask(select(func.count()).select_from(what).where(*which))[0]

    def told(self, cases: list[int]) -> list[tuple[int, int, list[int]]]:
        """Return how many decisions and lines there are about each case, and how many letters each recipient gets."""
        decisions = Counter(self.ask(select(Decision.case_id)))
        lines = Counter(self.ask(select(LogLine.case_id).where(LogLine.action.in_(list(SAID.values())))))
        letters: dict[int, Counter[str]] = defaultdict(Counter)
        for letter in self.ask(select(Letter).where(Letter.letter.startswith("moderation/"))):
            letters[letter.payload["case"]][letter.address] += 1
        both = (self.author.email, self.reporter.email)
        assert all(letters[one].keys() == set(both) for one in cases)
        return [(decisions[one], lines[one], [letters[one][email or ""] for email in both]) for one in cases]


def known_writer() -> Person:
    """Return somebody who has been read before, so that nobody thinks her a program for being quick."""
    writer, elsewhere = make_writer(), make_thread()
    write(lambda session: put_comments(session, elsewhere.id, writer.id, 1))
    return writer


def card(case_id: int) -> str:
    return f"/en/moderation/cases/{case_id}"


def about(comment: Comment, rest: str) -> str:
    return f"/en/comments/{comment.public_id}/{rest}"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """One house for all of these."""
    with hall(tmp_path_factory.mktemp("hall")) as found:
        yield found


@pytest.fixture
def table(place: Hall) -> Table:
    return Table(place)


# --- Two moderators at once (a) -------------------------------------------------------------------------------------


def both_decide(table: Table, cases: list[int]) -> Iterator[tuple[int, list[tuple[str, Answer]]]]:
    """Let both decide about each case at the same moment, and yield who typed what with what she was told."""
    hands = table.browsers()
    forms = [
        dict(hand.form(f"{card(cases[0])}?choice=remove", "press=decide", clause="insults", sanction=""))
        for hand in hands
    ]
    for case_id in cases:
        typed = [f"{WORDS} {case_id}-{number}" for number in range(2)]
        presses = [
            partial(hand.press, card(case_id), form | {"words": words})
            for hand, form, words in zip(hands, forms, typed, strict=True)
        ]
        yield case_id, list(zip(typed, at_once(*presses), strict=True))


@pytest.mark.race
@pytest.mark.parametrize("times", OFTEN)
def test_of_two_moderators_at_once_one_decides_and_the_other_keeps_her_words(table: Table, times: int) -> None:
    first: Counter[int] = Counter()
    cases = table.cases(times)
    for case_id, answers in both_decide(table, cases):
        assert sorted(answer.status for _, answer in answers) == [303, 409], case_id
        ((typed, refused),) = [one for one in answers if one[1].status == 409]
        assert DEALT_WITH in refused.body
        assert typed in refused.body
        assert "What stands now" in refused.body
        first[answers[0][1].status] += 1
    assert table.told(cases) == [(1, 1, [1, 1])] * times
    with table.place.app.app_context():
        assert log.verify(db.session()) is None
    assert times < 100 or len(first) == 2, "each of the two was first at times, or they did not press at once"


@pytest.mark.race
def test_without_the_guard_both_decide(tmp_path: Path) -> None:
    """What the test above is about: with the guard taken out, and the index behind it, both decide."""
    with hall(tmp_path, app="tests.support.unguarded_wsgi:app") as place:
        table = Table(place)
        with place.app.app_context():
            write(lambda session: session.execute(text("DROP INDEX uq_moderation_decisions_standing")))
        cases = table.cases(4)
        for _, answers in both_decide(table, cases):
            assert [answer.status for _, answer in answers] == [303, 303]
        assert table.told(cases) == [(2, 2, [2, 2])] * 4


# --- A brigade ------------------------------------------------------------------------------------------------------


@pytest.mark.race
def test_a_brigade_of_sixty_makes_one_case_one_hold_one_cluster(table: Table) -> None:
    """Each third of them presses twice at once."""
    (comment,) = table.comments()
    url = about(comment, "flag")
    with table.place.app.app_context():
        brigade = [make_person() for _ in range(BRIGADE)]

    def opened(person: Person) -> Callable[[], Answer]:
        return table.browser(person).pressing(url, "Send to a moderator", clause="insults", note="Дөрекі сөз")

    presses = [opened(one) for one in brigade]
    answers = crowd(lambda press: press(), presses + presses[::3], hands=BRIGADE)

    assert {answer.status for answer in answers} == {303}
    assert all("/receipts/" in answer.location for answer in answers)
    (case,) = table.ask(select(Case).where(Case.comment_id == comment.id))
    assert (case.flags, case.held, case.cluster, case.state) == (BRIGADE, True, True, CaseState.OPEN)
    flaggers = table.ask(select(Flag.person_id).where(Flag.comment_id == comment.id))
    assert sorted(flaggers) == sorted(one.id for one in brigade)
    assert table.count(LogLine, LogLine.case_id == case.id, LogLine.action == LogAction.HELD) == 1
    letters = table.ask(select(Letter).where(Letter.letter == "moderation/held"))
    assert [one.address for one in letters if one.payload["case"] == case.id] == [table.author.email]
    assert table.ask(select(Comment.visibility).where(Comment.id == comment.id)) == [Visibility.HELD]


# --- Double click, back, and again by htmx (i) ----------------------------------------------------------------------


def press_often(browser: Browser, url: str, button: str, **typed: Any) -> list[int]:
    """Press four times at once, then once more as after "back", then once more by htmx; return the answers."""
    form = browser.form(url, button, **typed)
    answers = at_once(*[lambda: browser.press(url.partition("?")[0], form)] * 4)
    answers += [browser.press(url.partition("?")[0], form, htmx=htmx) for htmx in (False, True)]
    return [answer.status for answer in answers]


@pytest.mark.race
def test_pressed_often_each_happens_once(table: Table) -> None:
    plain = [303] * 5
    (case_id,), (comment,) = table.cases(), table.comments()
    decider, reader, author = table.browsers()[0], table.browser(table.reporter), table.browser(table.author)

    typed = {"clause": "insults", "words": WORDS}
    assert press_often(decider, f"{card(case_id)}?choice=remove", "press=decide", **typed) == [*plain, 204]
    assert table.told([case_id]) == [(1, 1, [1, 1])]

    flagging = {"clause": "insults", "note": ""}
    assert press_often(reader, about(comment, "flag"), "Send to a moderator", **flagging) == [*plain, 204]
    assert table.count(Flag, Flag.comment_id == comment.id) == 1

    assert press_often(reader, about(comment, "helpful"), "This is helpful") == [*plain, 200]
    assert table.count(HelpfulMark, HelpfulMark.comment_id == comment.id) == 1
    assert table.ask(select(Comment.helpful).where(Comment.id == comment.id)) == [1]

    said = f"Таңғы рейс керек {new_public_id()}"
    assert press_often(author, table.writing, "Send the comment", source=said) == [*plain, 204]
    assert table.count(Comment, Comment.text == said) == 1

    (removed,) = table.ask(select(Comment).join(Case, Case.comment_id == Comment.id).where(Case.id == case_id))
    appealing = {"words": "Мен адамды емес, жауапты сынадым ғой."}
    assert press_often(author, about(removed, "appeal"), "Send the appeal", **appealing) == [*plain, 204]
    assert table.count(Appeal, Appeal.case_id == case_id) == 1
    assert table.count(LogLine, LogLine.case_id == case_id, LogLine.action == LogAction.APPEALED) == 1


# --- What a machine holds and a person approves (m), and flags after a decision (d) ---------------------------------


@pytest.mark.race
def test_a_machine_that_holds_and_a_person_who_approves_at_once_leave_it_published(table: Table) -> None:
    """Eight flags at once are enough to hold; whoever comes after the moderator reads her decision instead."""
    for case_id in table.cases(3):
        (comment,) = table.ask(select(Comment).join(Case, Case.comment_id == Comment.id).where(Case.id == case_id))
        with table.place.app.app_context():
            crowd_of = [table.browser(make_person()) for _ in range(8)]
        typed = {"clause": "insults", "note": WORDS}
        flags = [one.pressing(about(comment, "flag"), "Send to a moderator", **typed) for one in crowd_of]
        keep = table.browsers()[0].pressing(card(case_id), "press=keep")

        kept, *answers = at_once(keep, *flags)

        assert kept.status == 303
        assert {answer.status for answer in answers} <= {303, 409}
        assert all(WORDS in answer.body and "public log" in answer.body for answer in answers if answer.status == 409)
        assert table.ask(select(Comment.visibility).where(Comment.id == comment.id)) == [Visibility.PUBLISHED]
        assert table.count(Case, Case.comment_id == comment.id) == 1
        assert table.count(Decision, Decision.case_id == case_id) == 1


# --- What is answered goes meanwhile (k) ----------------------------------------------------------------------------


@pytest.mark.race
def test_replies_to_what_is_removed_at_that_moment_are_there_or_keep_their_words(table: Table) -> None:
    for case_id in table.cases(3):
        (comment,) = table.ask(select(Comment).join(Case, Case.comment_id == Comment.id).where(Case.id == case_id))
        typed = [f"{WORDS} {case_id} {number}" for number in range(4)]
        with table.place.app.app_context():
            writers = [table.browser(known_writer()) for _ in typed]
        replies = [
            one.pressing(about(comment, "reply"), "Send the comment", source=words)
            for one, words in zip(writers, typed, strict=True)
        ]
        removal = {"clause": "insults", "words": WORDS}
        remover = table.browsers()[0]
        form = remover.form(f"{card(case_id)}?choice=remove", "press=decide", **removal)
        removing = partial(remover.press, card(case_id), form)

        removed, *answers = at_once(removing, *replies)

        assert removed.status == 303
        for words, answer in zip(typed, answers, strict=True):
            assert answer.status in {303, 409}
            assert answer.status == 303 or words in answer.body
        there = table.count(Comment, Comment.parent_id == comment.id)
        assert there == [answer.status for answer in answers].count(303)
        assert table.ask(select(Comment.descendants).where(Comment.id == comment.id)) == [there]


# --- One browser: what happens while she types ----------------------------------------------------------------------


@pytest.fixture
def council(session: Session) -> Council:
    return make_council()


@pytest.fixture
def thread(council: Council) -> Thread:
    return make_thread(council)


@pytest.fixture
def moderator(council: Council) -> Person:
    return make_staff(council, name="Жанар")


@pytest.fixture
def desk(visit: Visit, moderator: Person) -> Visit:
    visit.sign_in(moderator)
    return visit


def typing(desk: Visit, case: Case) -> dict[str, Any]:
    """Let her take a case and begin to write; return what she has typed."""
    desk.get(card(case.id), statements=30)
    desk.press("Take it", statements=90)
    desk.press("press=remove", statements=90)
    return {"clause": "off_topic", "words": WORDS}


def state_of(case: Case) -> CaseState:
    db.session().close()
    return db.session().get_one(Case, case.id, populate_existing=True).state


def kept_words(page: Page) -> bool:
    return WORDS in "".join(page.root.itertext())


@pytest.mark.parametrize("htmx", [False, True])
def test_an_author_withdraws_what_a_moderator_is_reading(
    session: Session, desk: Visit, thread: Thread, *, htmx: bool
) -> None:
    """Hazard c."""
    comment = make_comment(thread)
    case = make_case(comment)
    typed = typing(desk, case)
    write(withdraw, comment.id, by_id=comment.author_id, now=now())

    page = desk.press("press=decide", htmx=htmx, status=422 if htmx else 409, statements=90, **typed)

    assert DEALT_WITH in page.summary
    assert "There is nothing to decide any more." in page.text
    assert kept_words(page)
    assert state_of(case) == CaseState.VOID
    assert reload_comment(comment).visibility == Visibility.WITHDRAWN


def test_a_thread_that_closes_while_she_types_stops_no_decision(
    session: Session, desk: Visit, thread: Thread, moderator: Person
) -> None:
    """Hazard f."""
    comment = make_comment(thread)
    case = make_case(comment)
    typed = typing(desk, case)
    write(close_thread, thread.id, REASON, by_id=moderator.id, now=now())

    assert "Removed." in desk.press("press=decide", statements=90, **typed).toasts
    assert reload_comment(comment).visibility == Visibility.REMOVED
    assert reload_thread(thread).closed_at is not None


@pytest.mark.parametrize("elsewhere", [False, True])
def test_whoever_loses_her_role_mid_claim_decides_no_more(
    session: Session, desk: Visit, council: Council, thread: Thread, moderator: Person, *, elsewhere: bool
) -> None:
    """Hazard g: at no desk any more, or only at that of another council, where this case is none."""
    comment = make_comment(thread)
    case = make_case(comment)
    typed = typing(desk, case)
    end_roles(moderator.id)
    if elsewhere:
        give_role(moderator.id, make_council(slug="council-elsewhere", place="zhanaozen").organisation_id)

    desk.press("press=decide", status=404 if elsewhere else 403, statements=90, **typed)

    assert state_of(case) == CaseState.CLAIMED, "the lease ends by itself"
    assert reload_comment(comment).visibility == Visibility.PUBLISHED


@pytest.mark.parametrize("htmx", [False, True])
def test_a_lease_that_runs_out_costs_nobody_her_typing(
    session: Session, desk: Visit, thread: Thread, clock: time_machine.Traveller, *, htmx: bool
) -> None:
    """Hazard h, and nobody came meanwhile."""
    case = make_case(make_comment(thread))
    typed = typing(desk, case)
    clock.shift(timedelta(minutes=11))

    assert "Removed." in desk.press("press=decide", htmx=htmx, statements=90, **typed).toasts
    assert state_of(case) == CaseState.DECIDED


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize("decided", [False, True])
def test_a_lease_that_runs_out_and_another_takes_the_case_keeps_her_words(
    session: Session,
    desk: Visit,
    council: Council,
    thread: Thread,
    clock: time_machine.Traveller,
    *,
    decided: bool,
    htmx: bool,
) -> None:
    """Hazard h, and somebody reads it now, or has decided."""
    case, other = make_case(make_comment(thread)), make_staff(council, name="Болат")
    typed = typing(desk, case)
    clock.shift(timedelta(minutes=11))
    write(claim, case.id, by_id=other.id, now=now())
    if decided:
        write(decide, case.id, KEEP, by_id=other.id, read_version=1, read_revision=1, now=now())

    page = desk.press("press=decide", htmx=htmx, status=422 if htmx else 409, statements=90, **typed)

    assert (DEALT_WITH if decided else "Another moderator is reading this one: moderator:2") in page.summary
    assert kept_words(page)
    assert state_of(case) == (CaseState.DECIDED if decided else CaseState.CLAIMED)


def test_of_fifty_identical_texts_the_three_that_changed_are_left_out(
    session: Session, desk: Visit, council: Council, thread: Thread
) -> None:
    """Hazard j: one was decided, one was changed by its author, one was taken back."""
    author, other = make_writer(), make_staff(council)
    put = write(lambda session: put_comments(session, thread.id, author.id, 50, text="Арзан несие!"))
    mine = select(Comment).where(Comment.public_id.in_([one["public_id"] for one in put])).order_by(Comment.id)
    comments = session.scalars(mine).all()

    def opened(session: Session) -> list[int]:
        texts = [keeper().take(session, one.id) for one in comments]
        return [open_case(session, one, Origin.FILTER, now=now()).id for one in texts]

    cases = write(opened)
    desk.get("/en/moderation/bulk", statements=40)
    desk.follow("50 texts say this")
    write(decide, cases[0], KEEP, by_id=other.id, read_version=1, read_revision=1, now=now())
    write(edit, comments[1].id, "Кешіріңіз.", None, by_id=author.id, read_version=comments[1].version, now=now())
    write(withdraw, comments[2].id, by_id=author.id, now=now())

    page = desk.press("Remove what is ticked", clause="advertising", words=WORDS, status=409, statements=4000)

    assert "3 texts were left out" in page.text
    assert "47 texts are removed." in page.toasts
    assert kept_words(page)
    db.session().close()
    shown = Counter(session.scalars(select(Comment.visibility).where(Comment.thread_id == thread.id)))
    assert shown == {Visibility.REMOVED: 47, Visibility.PUBLISHED: 2, Visibility.WITHDRAWN: 1}
    left = session.scalars(select(Case.state).where(Case.id.in_(cases[:3])).order_by(Case.id)).all()
    assert left == [CaseState.DECIDED, CaseState.OPEN, CaseState.VOID]
