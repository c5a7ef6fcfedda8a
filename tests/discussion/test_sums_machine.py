"""Whatever people write, change, withdraw and moderators show or hide, in any order: every sum equals a recount.

Hypothesis chooses the steps. `KARAVAN_TEST_EXAMPLES` says how many stories are tried.
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select, update

from karavan.accounts.models import Role
from karavan.core.database import db
from karavan.core.problems import Problem
from karavan.core.tokens import new_key
from karavan.discussion.models import DEEPEST, Comment, CommentRevision, HelpfulMark, Thread
from karavan.discussion.rendering import cover, render
from karavan.discussion.rules.drafts import keep_draft
from karavan.discussion.rules.edit import edit
from karavan.discussion.rules.helpful import find_helpful, unfind_helpful
from karavan.discussion.rules.post import NewComment, post
from karavan.discussion.rules.rerender import rerender
from karavan.discussion.rules.show import show
from karavan.discussion.rules.take import take_comment
from karavan.discussion.rules.threads import set_mode
from karavan.discussion.rules.withdraw import withdraw
from karavan.discussion.sums import Drift, drifts
from karavan.discussion.tasks import check_sums, tidy
from karavan.moderation.models import READABLE, Mode, Visibility
from karavan.record.models import ActorRole
from tests.support.civic import make_council, make_staff, write
from tests.support.settings import NOW
from tests.support.talk import make_comment, make_thread, make_writer, reload_comment

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from sqlalchemy.orm import Session

    from tests.support.databases import Database

STORIES = int(os.environ.get("KARAVAN_TEST_EXAMPLES", "6"))
STEPS_A_STORY = 30
PHASES = tuple(Phase) if "KARAVAN_TEST_EXAMPLES" in os.environ else (Phase.explicit, Phase.reuse, Phase.generate)
which = st.integers(0, 7)


class Talk(RuleBasedStateMachine):
    """One thread, a few people, a secretary and a moderator."""

    def __init__(self, app: Flask, database: Database) -> None:
        super().__init__()
        self._context = app.app_context()
        self._context.push()
        database.put_back(db.engine)
        self.now = NOW
        council = make_council(now=NOW)
        self.thread_id = make_thread(council, now=NOW).id
        self.people = [make_writer(name).id for name in ("Амина Қ", "Бекзат Т", "Дана С")]
        self.secretary = make_staff(council, Role.SECRETARY).id
        self.comments: list[int] = []
        self.versions: dict[int, int] = {}

    def teardown(self) -> None:
        db.session.remove()
        self._context.pop()

    def _do(self, act: Callable[..., Any], *args: Any, **more: Any) -> Any:
        db.session.close()
        try:
            return write(act, *args, **more)
        except Problem:
            return None

    def _one(self, number: int) -> Comment | None:
        db.session.close()
        return db.session().get_one(Comment, self.comments[number % len(self.comments)]) if self.comments else None

    @rule(who=st.integers(0, 2), parent=which, answers=st.booleans(), deepest=st.booleans())
    def somebody_writes(self, who: int, parent: int, answers: bool, deepest: bool) -> None:
        under = self._one(-1 if deepest else parent) if answers else None
        self.now += timedelta(minutes=5)
        source = f"Менің {len(self.comments)}-пікірім @Амина Қ."
        new = NewComment(source=source, lang="kk", parent=under.public_id if under else "")
        made = self._do(post, self.thread_id, new, author_id=self.people[who], key=new_key(), now=self.now)
        self.comments += [made.id] if made else []

    @rule(parent=which, official=st.booleans(), root=st.booleans())
    def the_secretary_writes(self, parent: int, official: bool, root: bool) -> None:
        under = None if root else self._one(parent)
        self.now += timedelta(minutes=5)
        new = NewComment(
            source=f"Жауап {len(self.comments)}",
            lang="kk",
            parent=under.public_id if under else "",
            speaking_as=ActorRole.SECRETARY,
            official=official,
        )
        made = self._do(post, self.thread_id, new, author_id=self.secretary, key=new_key(), now=self.now)
        self.comments += [made.id] if made else []

    @rule(which=which, later=st.booleans())
    def its_author_changes_it(self, which: int, later: bool) -> None:
        if (one := self._one(which)) is not None:
            self.now += timedelta(minutes=20 if later else 1)
            facts = {"by_id": one.author_id, "read_version": one.version, "now": self.now}
            self._do(edit, one.id, f"Басқаша: {self.now}", None, **facts)

    @rule(which=which)
    def its_author_withdraws_it(self, which: int) -> None:
        if (one := self._one(which)) is not None:
            self._do(withdraw, one.id, by_id=one.author_id, now=self.now)

    @rule(which=which, visibility=st.sampled_from(sorted(set(Visibility) - {Visibility.PENDING})))
    def it_is_shown_otherwise(self, which: int, visibility: Visibility) -> None:
        if (one := self._one(which)) is None:
            return
        spans = [(0, 4)] if visibility == Visibility.REDACTED else ()

        def change(session: Any) -> None:
            show(session, take_comment(session, one.id), visibility, now=self.now, spans=spans)

        self._do(change)

    @rule(which=which, who=st.integers(0, 2), gladly=st.booleans())
    def somebody_finds_it_helpful(self, which: int, who: int, gladly: bool) -> None:
        if (one := self._one(which)) is not None and gladly:
            self._do(find_helpful, one.id, person_id=self.people[who], now=self.now)
        elif one is not None:
            self._do(unfind_helpful, one.id, person_id=self.people[who])

    @rule(mode=st.sampled_from(sorted(Mode)))
    def the_mode_is_set(self, mode: Mode) -> None:
        self._do(set_mode, self.thread_id, mode, 0, by_id=self.secretary, now=self.now)

    @rule()
    def all_is_rendered_again(self) -> None:
        self._do(rerender, limit=50, now=self.now)

    @invariant()
    def every_sum_equals_a_recount(self) -> None:
        db.session.close()
        session = db.session()
        thread = session.get_one(Thread, self.thread_id)
        rows = session.scalars(select(Comment).order_by(Comment.seq)).all()
        readable = [one for one in rows if one.visibility in READABLE]
        newest = readable[-1] if readable else None
        assert thread.comments == len(readable)
        assert (thread.last_seq, thread.last_at) == (newest.seq, newest.shown_at) if newest else (0, None)
        assert thread.next_seq == len(rows) + 1
        assert [one.seq for one in rows] == list(range(1, len(rows) + 1))
        for root in rows:
            branch = [one for one in rows if one.root_id == root.id]
            placed = [one for one in branch if one.visibility != Visibility.PENDING and one.id != root.id]
            answers = [one for one in branch if one.official and one.visibility in READABLE]
            assert (root.descendants, root.answers) == (len(placed), len(answers)), root.path
            assert {one.path[:4] for one in branch} <= {root.path}

    @invariant()
    def the_nightly_check_agrees(self) -> None:
        assert list(drifts(db.session())) == []

    @invariant()
    def what_is_not_readable_has_no_words(self) -> None:
        session = db.session()
        marks = dict(
            session.execute(select(HelpfulMark.comment_id, func.count()).group_by(HelpfulMark.comment_id)).all()
        )
        texts = select(Comment, CommentRevision.source).outerjoin(
            CommentRevision,
            (CommentRevision.comment_id == Comment.id) & (CommentRevision.number == Comment.shown_revision),
        )
        for one, source in session.execute(texts):
            assert one.helpful == marks.get(one.id, 0)
            assert one.depth <= DEEPEST
            assert one.version >= self.versions.get(one.id, 1)
            self.versions[one.id] = one.version
            if one.visibility not in READABLE:
                assert (one.html, one.text, one.shown_revision, one.covered) == ("", "", 0, [])
            elif one.visibility == Visibility.REDACTED:
                assert one.text == cover(source, [(0, 4)]).text
            else:
                assert one.text == render(source).text
                assert one.shown_revision == one.revision


@pytest.mark.timeout(240)
def test_sums_hold_whatever_happens(house: tuple[Flask, Database], clock: object) -> None:
    app, database = house
    run_state_machine_as_test(
        lambda: Talk(app, database),
        settings=settings(
            max_examples=STORIES,
            stateful_step_count=STEPS_A_STORY,
            deadline=None,
            phases=PHASES,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_sum_that_drifted_is_noticed(session: Session, caplog: pytest.LogCaptureFixture) -> None:
    thread = make_thread()
    root, quiet = make_comment(thread), make_thread()
    make_comment(thread, parent=root)

    def spoil(session: Session) -> None:
        session.execute(update(Thread).values(comments=Thread.comments + 1))
        session.execute(update(Comment).where(Comment.depth == 0).values(descendants=5, answers=1, helpful=2))

    write(spoil)
    assert check_sums() == len(caplog.records) == 5
    assert set(drifts(session)) == {
        Drift("thread.comments", thread.id, 3, 2),
        Drift("thread.comments", quiet.id, 1, 0),
        Drift("comment.descendants", root.id, 5, 1),
        Drift("comment.answers", root.id, 1, 0),
        Drift("comment.helpful", root.id, 2, 0),
    }


def test_old_drafts_and_stale_comments_are_seen_to(session: Session) -> None:
    thread = make_thread()
    made = [make_comment(thread) for _ in range(2)]
    write(keep_draft, thread.id, "", "Жазып жүрмін", person_id=made[0].author_id, now=NOW - timedelta(days=31))
    write(lambda session: session.execute(update(Comment).values(render_version=0, html="?")) and None)
    assert (tidy(), tidy()) == (3, 0)
    assert reload_comment(made[0]).html.startswith("<p>")
