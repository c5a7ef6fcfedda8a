"""Whatever moderators, an author and the clock do, in any order: the promises of moderation hold after each step.

Hypothesis chooses the steps and finds the shortest way to break a promise. `KARAVAN_TEST_EXAMPLES` says how many
stories are tried; without it few, and more in bin/test all.
"""

from __future__ import annotations

import os
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from karavan.core.database import db, transact as write
from karavan.core.problems import Problem
from karavan.discussion.models import Alignment, Comment
from karavan.discussion.rules.edit import edit
from karavan.discussion.rules.withdraw import withdraw
from karavan.moderation.lifecycle import WAITING
from karavan.moderation.models import (
    Action,
    Case,
    CaseState,
    Decision,
    LogAction,
    LogLine,
    Origin,
    Sanction,
    SanctionKind,
    Visibility,
)
from karavan.moderation.pieces import keeper
from karavan.moderation.reasons import SAID
from karavan.moderation.rules import log
from karavan.moderation.rules.cases import claim, expire, open_case, release
from karavan.moderation.rules.decide import Verdict, cosign, decide, undo
from karavan.moderation.rules.sanctions import SanctionWish
from karavan.moderation.terms import GRACE, LEASE
from tests.support.moderators import Room, picture, plain_flag
from tests.support.settings import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from sqlalchemy.orm import Session

    from tests.support.databases import Database

EXAMPLES = os.environ.get("KARAVAN_TEST_EXAMPLES")
PHASES = tuple(Phase) if EXAMPLES else (Phase.explicit, Phase.reuse, Phase.generate)
ORIGINS = [Origin.ROUTINE, Origin.FLAGS, Origin.FILTER, Origin.MODERATOR, Origin.STATE_REQUEST]
WISHES = [None, None, SanctionWish(SanctionKind.SLOW, 12), SanctionWish(SanctionKind.PAUSE, 48)]
which = st.integers(0, 2)
who = st.integers(0, 1)


class Moderation(RuleBasedStateMachine):
    """Three comments of one author, one of them critical, and two moderators."""

    def __init__(self, app: Flask, database: Database) -> None:
        super().__init__()
        self._context = app.app_context()
        self._context.push()
        database.put_back(db.engine)
        self.now = NOW
        self.room = Room()
        self.moderators = [self.room.one, self.room.two]
        self.comments = [
            self.room.comment(now=NOW, alignment=Alignment.AGAINST if number == 0 else None).id for number in range(3)
        ]
        self.took_effect: Counter[int] = Counter()
        """How often somebody was told that her decision holds, by case."""
        self.edits = 0

    def teardown(self) -> None:
        db.session.remove()
        self._context.pop()

    def _do(self, act: Callable[..., Any], *args: Any, **more: Any) -> Any:
        """Carry a rule out; what it refuses changes nothing."""
        before = picture()
        try:
            return write(act, *args, **more, now=self.now)
        except Problem:
            assert picture() == before, "a refusal changed something"
            return None

    def _case(self, number: int) -> Case | None:
        """Return the latest case about a comment."""
        session = db.session()
        session.close()
        about = select(Case).where(Case.comment_id == self.comments[number]).order_by(Case.id.desc())
        return session.scalars(about.limit(1)).first()

    def _open_case(self, number: int, origin: Origin, *, held: bool = False) -> Case | None:
        """Return the case about a comment that is open, or open one."""

        def opened(session: Session, now: Any) -> Case | None:
            piece = keeper().take(session, self.comments[number])
            if piece.visibility in (Visibility.WITHDRAWN, Visibility.REMOVED):
                return None
            return open_case(session, piece, origin, now=now, held=held)

        made = self._do(opened)
        return self._case(number) if made is not None else None

    def _escalated(self, number: int) -> Case | None:
        """Return a case that awaits a second signature, if there is any; else the latest about a comment."""
        session = db.session()
        session.close()
        waiting = select(Case).where(Case.state == CaseState.ESCALATED).order_by(Case.id)
        return session.scalars(waiting.limit(1)).first() or self._case(number)

    def _decided(self, number: int) -> Case | None:
        """Return the case that was decided last, if there is any; else the latest about a comment."""
        session = db.session()
        session.close()
        latest = select(Case).where(Case.state == CaseState.DECIDED).order_by(Case.closed_at.desc())
        return session.scalars(latest.limit(1)).first() or self._case(number)

    def _comment(self, number: int) -> Comment:
        return db.session().get_one(Comment, self.comments[number], populate_existing=True)

    # --- What people do -----------------------------------------------------------------------------------

    @rule(number=which, origin=st.sampled_from(ORIGINS), held=st.booleans())
    def a_case_is_opened(self, number: int, origin: Origin, held: bool) -> None:
        self._open_case(number, origin, held=held)

    @rule(number=which, hand=who)
    def a_moderator_flags_as_anybody_may(self, number: int, hand: int) -> None:
        case = self._case(number)
        if case is not None and case.state == CaseState.OPEN and hand == 1 and number == 2:
            try:
                plain_flag(case, self.moderators[hand])
            except Exception:  # noqa: BLE001 -- once for each revision
                db.session().close()

    @rule(number=which, hand=who, back=st.booleans())
    def a_moderator_claims(self, number: int, hand: int, back: bool) -> None:
        if (case := self._case(number)) is not None:
            self._do(release if back else claim, case.id, by_id=self.moderators[hand])

    @rule(
        number=which,
        hand=who,
        origin=st.sampled_from(ORIGINS),
        action=st.sampled_from(list(Action)),
        wish=st.sampled_from(WISHES),
        stale=st.sampled_from(["", "", "", "version", "revision"]),
        twice=st.booleans(),
    )
    def a_moderator_decides(
        self, number: int, hand: int, origin: Origin, action: Action, wish: SanctionWish | None, stale: str, twice: bool
    ) -> None:
        self._decide(number, hand, origin, action, wish, stale, twice=twice)

    def _decide(
        self,
        number: int,
        hand: int,
        origin: Origin,
        action: Action,
        wish: SanctionWish | None,
        stale: str,
        *,
        twice: bool,
    ) -> None:
        case = self._open_case(number, origin) or self._case(number)
        if case is None:
            return
        state, holder, until = case.state, case.claimed_by_id, case.claimed_until
        verdict = Verdict(
            action=action,
            clause="insults",
            words="Себебі",
            words_lang="kk",
            spans=((0, 3),) if action == Action.COVER else (),
            sanction=wish if action != Action.KEEP else None,
        )
        facts = {
            "by_id": self.moderators[hand],
            "read_version": case.version - (stale == "version"),
            "read_revision": case.revision - (stale == "revision"),
        }
        made = self._do(decide, case.id, verdict, **facts)
        if made is None:
            return
        if state in (CaseState.OPEN, CaseState.CLAIMED):
            assert not stale
            assert until is None or until <= self.now or holder == self.moderators[hand]
            self.took_effect[case.id] += not made.needs_cosigner
        if twice:
            before = picture()
            assert self._do(decide, case.id, verdict, **facts).id == made.id
            assert picture() == before, "a second press changed something"

    @rule(hand=who, number=which, action=st.sampled_from(list(Action)))
    def a_moderator_decides_plainly(self, hand: int, number: int, action: Action) -> None:
        self._decide(number, hand, Origin.ROUTINE, action, None, "", twice=False)

    @rule(number=which, hand=who, agree=st.booleans())
    def a_second_signs_or_refuses(self, number: int, hand: int, agree: bool) -> None:
        case = self._escalated(number)
        if case is None:
            return
        escalated = case.state == CaseState.ESCALATED
        facts = {"by_id": self.moderators[hand], "agree": agree, "words": "Жоқ", "read_version": case.version}
        made = self._do(cosign, case.id, **facts)
        if made is not None and escalated:
            assert made.by_id != self.moderators[hand]
            self.took_effect[case.id] += agree

    @rule(number=which, hand=who)
    def a_moderator_undoes(self, number: int, hand: int) -> None:
        if (case := self._decided(number)) is not None:
            self._do(undo, case.id, by_id=self.moderators[hand])

    @rule(number=which, really=st.integers(0, 2))
    def the_author_changes_her_text(self, number: int, really: int) -> None:
        if really:
            return
        self.edits += 1
        text, version = f"Мәтін нөмірі {self.edits}, басқаша жазылды.", self._comment(number).version
        facts = {"by_id": self.room.author.id, "read_version": version}
        self._do(edit, self.comments[number], text, self._comment(number).alignment, **facts)

    @rule(number=which, really=st.integers(0, 5))
    def the_author_withdraws_it(self, number: int, really: int) -> None:
        if really == 0:
            self._do(withdraw, self.comments[number], by_id=self.room.author.id)

    @rule(passed=st.sampled_from([timedelta(seconds=5), GRACE, LEASE, timedelta(hours=13), timedelta(hours=25)]))
    def time_passes_and_the_round_comes_twice(self, passed: timedelta) -> None:
        self.now += passed
        ids = db.session().scalars(select(Case.id)).all()
        for case_id in ids:
            self._do(expire, case_id)
        before = picture()
        assert [self._do(expire, case_id) for case_id in ids] == [0] * len(ids)
        assert picture() == before

    # --- What must hold -----------------------------------------------------------------------------------

    @rule(number=which, hand=who, action=st.sampled_from(list(Action)))
    def a_moderator_thinks_better_of_it_at_once(self, number: int, hand: int, action: Action) -> None:
        before = self._comment(number)
        seen = before.visibility, before.html
        case = self._open_case(number, Origin.MODERATOR)
        if case is None or case.state != CaseState.OPEN:
            return
        self._decide(number, hand, Origin.MODERATOR, action, None, "", twice=False)
        undone = self._do(undo, case.id, by_id=self.moderators[hand])
        if undone is not None:
            after = self._comment(number)
            assert (after.visibility, after.html) == seen

    @invariant()
    def a_text_has_at_most_one_open_case(self) -> None:
        db.session().close()
        waiting = db.session().scalars(select(Case.comment_id).where(Case.state.in_(sorted(WAITING)))).all()
        assert len(waiting) == len(set(waiting))

    @invariant()
    def what_is_decided_has_one_decision_and_what_waits_has_none(self) -> None:
        for case in db.session().scalars(select(Case)):
            standing = [one for one in case.decisions if one.undone_at is None]
            assert len(standing) == (case.state in (CaseState.DECIDED, CaseState.ESCALATED)), case.state
            signed = [one for one in standing if one.needs_cosigner and one.cosigner_id is not None]
            wanted = [one for one in standing if one.needs_cosigner]
            assert len(signed) == (len(wanted) if case.state == CaseState.DECIDED else 0)

    @invariant()
    def each_decision_that_took_effect_has_one_line(self) -> None:
        rows = db.session().execute(select(LogLine.case_id, LogLine.action))
        told = Counter(case_id for case_id, action in rows if action in SAID.values())
        assert told == +self.took_effect
        numbers = db.session().scalars(select(Decision.log_seq)).all()
        assert None not in numbers
        assert len(numbers) == len(set(numbers))

    @invariant()
    def the_chain_is_sound_and_says_nothing_of_the_texts(self) -> None:
        assert log.verify(db.session()) is None
        assert not any("ақымақ" in one for one in db.session().scalars(select(LogLine.words)))

    @invariant()
    def readers_see_what_was_last_decided(self) -> None:
        for number in range(3):
            comment, case = self._comment(number), self._case(number)
            shown = comment.visibility
            if case is None or shown in (Visibility.WITHDRAWN, Visibility.PENDING):
                continue
            standing = next((one for one in case.decisions if one.undone_at is None), None)
            if case.state == CaseState.ESCALATED or (case.state in WAITING and case.held):
                assert shown == Visibility.HELD
            elif case.state == CaseState.DECIDED and standing is not None and standing.revision == comment.revision:
                self._agrees(comment, standing)
            if shown not in (Visibility.PUBLISHED, Visibility.REDACTED):
                assert (comment.html, comment.text) == ("", "")

    def _agrees(self, comment: Comment, standing: Decision) -> None:
        if standing.action == Action.REMOVE:
            assert comment.visibility == Visibility.REMOVED
        elif standing.action == Action.COVER:
            assert comment.visibility == Visibility.REDACTED
            assert comment.covered == standing.spans
        else:
            assert comment.visibility not in (Visibility.HELD, Visibility.PENDING)

    @invariant()
    def nobody_decided_about_what_she_flagged_nor_signed_her_own(self) -> None:
        session = db.session()
        assert all(one.by_id != one.cosigner_id for one in session.scalars(select(Decision)))
        assert all(
            one.starts_at is None or not one.heavy or one.cosigner_id for one in session.scalars(select(Sanction))
        )
        early = {LogAction.PROPOSED: 1, LogAction.REFUSED: 1}
        assert all(
            line.by.startswith(("moderator:", "second:"))
            for line in session.scalars(select(LogLine).where(LogLine.action.in_(list(early))))
        )


def tell_stories(house: tuple[Flask, Database], stories: int, steps: int) -> None:
    run_state_machine_as_test(
        lambda: Moderation(*house),
        settings=settings(
            max_examples=int(EXAMPLES or stories),
            phases=PHASES,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.timeout(900)
def test_moderation_keeps_its_promises_whatever_happens(house: tuple[Flask, Database]) -> None:
    tell_stories(house, 6, 30)


@pytest.mark.thorough
@pytest.mark.timeout(1800)
def test_moderation_keeps_its_promises_for_long(house: tuple[Flask, Database]) -> None:
    tell_stories(house, 80, 60)
