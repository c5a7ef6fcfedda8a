"""What is said in the demonstration: one stormy thread, quieter ones, and every stage a case can be at."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from karavan.accounts.models import Person
from karavan.core.database import transact
from karavan.discussion.models import Alignment, Comment, CommentRevision, HelpfulMark, Thread
from karavan.events.models import Event
from karavan.moderation.conduct import BY_CODE
from karavan.moderation.lifecycle import WAITING
from karavan.moderation.models import (
    Action,
    Appeal,
    Case,
    CaseState,
    Decision,
    Effect,
    Flag,
    FlagOutcome,
    LogAction,
    LogLine,
    Mode,
    Origin,
    Outcome,
    Sanction,
    SanctionKind,
    SecondLook,
    StateRequest,
    Visibility,
    WatchedWord,
)
from karavan.moderation.queries import overdue
from karavan.moderation.rules.log import verify
from karavan.notifications.models import Letter, LetterState
from karavan.proposals.models import Proposal
from karavan.record.models import ActorRole
from karavan.seeds.cast import CAST
from karavan.seeds.conversations import BUS, TALKS
from karavan.seeds.residents import RESIDENTS
from karavan.seeds.town import plant_town
from tests.support.settings import NOW

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

pytestmark = pytest.mark.once  # the town is planted on both databases by tests/seeds/test_town.py

PHONE = "+7 700 000 00 95"


def said(town: Session, key: str) -> Comment:
    return town.scalars(select(Comment).where(Comment.key == f"town-{key}")).one()


def case_about(town: Session, key: str) -> Case:
    return town.scalars(select(Case).where(Case.comment_id == said(town, key).id)).one()


def decision_about(town: Session, key: str) -> Decision:
    mine = select(Decision).where(Decision.case_id == case_about(town, key).id, Decision.on_appeal.is_(False))
    return town.scalars(mine).one()


def stormy(town: Session) -> list[Comment]:
    number = town.scalars(select(Proposal.id).where(Proposal.key == "town-bus-morning")).one()
    thread = town.scalars(select(Thread).where(Thread.host == "proposal", Thread.host_id == number)).one()
    return list(town.scalars(select(Comment).where(Comment.thread_id == thread.id).order_by(Comment.path)))


def person(town: Session, key: str) -> int:
    return town.scalars(select(Person.id).where(Person.email == RESIDENTS[key].email)).one()


# --- The stormy thread ------------------------------------------------------------------------------------


def test_one_thread_is_stormy_in_two_languages_on_many_levels_and_on_all_sides(town: Session) -> None:
    comments = stormy(town)
    assert 45 <= len(comments) == len(BUS.remarks) <= 60
    assert {comment.lang for comment in comments} == {"kk", "ru"}
    assert max(comment.depth for comment in comments) >= 5
    sides = Counter(comment.alignment for comment in comments)
    assert min(sides[side] for side in Alignment) >= 5
    assert len({comment.author_id for comment in comments}) >= 25
    assert sum(comment.helpful for comment in comments) == town.scalar(
        select(func.count())
        .select_from(HelpfulMark)
        .join(Comment, Comment.id == HelpfulMark.comment_id)
        .where(Comment.thread_id == comments[0].thread_id)
    )


def test_members_and_the_secretary_wear_badges_and_one_answer_is_official(town: Session) -> None:
    comments = stormy(town)
    assert {comment.speaking_as for comment in comments} == {None, ActorRole.COUNCIL_MEMBER, ActorRole.SECRETARY}
    (official,) = (comment for comment in comments if comment.official)
    assert official.speaking_as == ActorRole.SECRETARY
    assert town.get_one(Comment, official.root_id).answers == 1


def test_what_was_said_there_stands_in_every_shape_a_reader_can_meet(town: Session) -> None:
    shapes = Counter(comment.visibility for comment in stormy(town))
    assert shapes[Visibility.PUBLISHED] > 40
    assert shapes[Visibility.REDACTED] == shapes[Visibility.WITHDRAWN] == 1
    assert shapes[Visibility.REMOVED] == 3
    assert shapes[Visibility.HELD] == 2


def test_a_number_is_covered_and_an_insult_is_a_tombstone_whose_answers_stay(town: Session) -> None:
    covered, removed = said(town, "phone"), said(town, "insult")
    assert PHONE not in covered.html + covered.text
    assert "төрт орны бар" in covered.text
    assert decision_about(town, "phone").clause == "personal_data"
    assert (removed.visibility, removed.html, removed.text) == (Visibility.REMOVED, "", "")
    assert decision_about(town, "insult").clause == "insults"
    assert said(town, "stop-it").parent_id == removed.id
    assert said(town, "stop-it").visibility == Visibility.PUBLISHED


def test_a_public_edit_can_be_compared_and_a_withdrawn_comment_keeps_its_answer(town: Session) -> None:
    edited = said(town, "two-hours")
    texts = select(CommentRevision).where(CommentRevision.comment_id == edited.id).order_by(CommentRevision.number)
    first, second = town.scalars(texts)
    assert (first.public, edited.edited_at is not None) == (True, True)
    assert first.source != second.source
    withdrawn = said(town, "beineu-too")
    assert (withdrawn.visibility, withdrawn.text) == (Visibility.WITHDRAWN, "")
    assert said(town, "separately").visibility == Visibility.PUBLISHED


def test_a_brigade_of_flags_was_one_cluster_that_held_once_and_was_told_no(town: Session) -> None:
    case = case_about(town, "slow-council")
    assert (case.cluster, case.flags, case.state) == (True, 7, CaseState.DECIDED)
    assert {flag.outcome for flag in town.scalars(select(Flag).where(Flag.case_id == case.id))} == {
        FlagOutcome.DISAGREED
    }
    held = select(func.count()).where(LogLine.case_id == case.id, LogLine.action == LogAction.HELD)
    assert town.scalar(held) == 1
    assert said(town, "slow-council").visibility == Visibility.PUBLISHED


# --- Cases ------------------------------------------------------------------------------------------------


def test_daniyar_finds_one_of_each_kind_in_his_queue_and_nothing_is_late(town: Session) -> None:
    waiting = list(town.scalars(select(Case).where(Case.state.in_(WAITING))))
    assert {case.origin for case in waiting if case.state == CaseState.OPEN} == {
        Origin.FILTER,
        Origin.FLAGS,
        Origin.PREMODERATION,
        Origin.ROUTINE,
    }
    assert len(waiting) == 5
    assert overdue(town, None, NOW) == 0
    word = case_about(town, "held-word")
    assert (word.held, said(town, "held-word").visibility) == (True, Visibility.HELD)
    source = BUS.remarks[-1].text
    assert [source[mark["start"] : mark["end"]] for mark in word.marks] == ["ақымақ"]
    assert said(town, "sign-language").visibility == Visibility.PENDING


def test_a_decision_waits_for_saules_signature_and_an_appeal_for_her_judgement(town: Session) -> None:
    saule, daniyar = person(town, "saule"), person(town, "daniyar")
    proposed = decision_about(town, "paid-crowd")
    assert (proposed.case.state, proposed.action, proposed.needs_cosigner) == (
        CaseState.ESCALATED,
        Action.REMOVE,
        True,
    )
    assert (proposed.by_id, proposed.cosigner_id) == (daniyar, None)
    appealed = case_about(town, "market")
    assert (appealed.state, decision_about(town, "market").by_id) == (CaseState.APPEALED, daniyar)
    assert saule not in {one.by_id for one in town.scalars(select(Decision).where(Decision.case_id == appealed.id))}


def test_one_decision_was_overturned_by_somebody_else_and_the_text_is_back(town: Session) -> None:
    case = case_about(town, "runaround")
    judged = town.scalars(select(Decision).where(Decision.case_id == case.id, Decision.on_appeal.is_(True))).one()
    assert (case.state, judged.outcome, judged.by_id) == (CaseState.FINAL, Outcome.OVERTURNED, person(town, "saule"))
    assert said(town, "runaround").visibility == Visibility.PUBLISHED
    overturned = town.scalars(select(LogLine).where(LogLine.action == LogAction.OVERTURNED)).one()
    assert overturned.reverses == decision_about(town, "runaround").log_seq
    assert town.scalar(select(func.count()).select_from(Appeal)) == 2


def test_each_light_measure_was_taken_once_and_is_over(town: Session) -> None:
    measures = list(town.scalars(select(Sanction)))
    assert Counter(one.kind for one in measures) == dict.fromkeys(
        (SanctionKind.NOTE, SanctionKind.SLOW, SanctionKind.PREMODERATION, SanctionKind.PAUSE), 1
    )
    assert not any(one.heavy for one in measures)
    assert all(one.ends_at is None or one.ends_at < NOW for one in measures)


def test_what_a_state_body_asked_for_was_refused_by_two(town: Session) -> None:
    request = town.scalars(select(StateRequest)).one()
    decision = decision_about(town, "false-report")
    assert (request.case_id, decision.action) == (decision.case_id, Action.KEEP)
    assert {decision.by_id, decision.cosigner_id} == {person(town, "daniyar"), person(town, "saule")}
    assert said(town, "false-report").visibility == Visibility.PUBLISHED


def test_words_are_watched_and_decisions_looked_at_a_second_time(town: Session) -> None:
    words = list(town.scalars(select(WatchedWord)))
    assert {word.effect for word in words} == set(Effect)
    assert {word.lang for word in words} == {"kk", "ru"}
    looks = list(town.scalars(select(SecondLook)))
    assert {look.by_id for look in looks} == {person(town, "saule")}
    assert {look.action for look in looks} == {Action.KEEP, Action.REMOVE}


def test_threads_are_read_before_after_and_on_report(town: Session) -> None:
    assert {thread.mode for thread in town.scalars(select(Thread).where(Thread.comments > 0))} == set(Mode)
    meeting = town.scalars(select(Event.id).where(Event.slug == "open-meeting-transport")).one()
    assert town.scalars(select(Thread).where(Thread.host == "event", Thread.host_id == meeting)).one().comments == 3
    talked = select(func.count()).select_from(Thread).where(Thread.last_seq > 0, Thread.host != "hearing")
    assert town.scalar(talked) == len(TALKS) == 6


# --- All of it --------------------------------------------------------------------------------------------


def test_the_public_log_is_whole_and_tells_nothing_of_what_was_taken_away(town: Session) -> None:
    assert verify(town) is None
    lines = list(town.scalars(select(LogLine)))
    told = " ".join(f"{line.words} {line.facts}" for line in lines)
    taken = select(CommentRevision.source).join(Comment, Comment.id == CommentRevision.comment_id)
    for source in town.scalars(taken.where(Comment.visibility == Visibility.REMOVED)):
        assert source not in told
    assert PHONE not in told
    assert "ақымақ" not in told
    assert {line.clause for line in lines} - {""} <= BY_CODE.keys()


def test_every_measure_cites_a_rule_and_says_why(town: Session) -> None:
    for decision in town.scalars(select(Decision).where(Decision.action != Action.KEEP)):
        assert decision.clause
        assert len(decision.words) > 20
        assert decision.words_lang in {"kk", "ru"}


def test_only_the_cast_has_letters_about_it_that_are_not_delivered(town: Session) -> None:
    waiting = select(Letter.address).where(
        Letter.state == LetterState.WAITING,
        Letter.letter.startswith("discussion/") | Letter.letter.startswith("moderation/"),
    )
    addresses = set(town.scalars(waiting))
    assert addresses <= {account.email for account in CAST}
    assert RESIDENTS["amina"].email in addresses


def test_planting_again_says_nothing_twice(town: Session) -> None:
    def counted() -> dict[str, Any]:
        tables = (Thread, Comment, Case, Decision, LogLine, Letter, WatchedWord)
        return {table.__tablename__: town.scalar(select(func.count()).select_from(table)) for table in tables}

    before = counted()
    assert not transact(plant_town, now=NOW + timedelta(days=3))
    assert counted() == before


def test_the_talk_is_told_in_the_order_in_which_it_was_written() -> None:
    def rank(when: Any) -> tuple[float, str]:
        return (-when[0], when[1]) if isinstance(when, tuple) else (-when / 1000, "")

    for talk in TALKS:
        whens = {remark.key: rank(remark.when) for remark in talk.remarks}
        for remark in talk.remarks:
            assert remark.by in RESIDENTS
            assert not remark.to or whens[remark.to] < whens[remark.key], remark.key


def test_kazakh_is_written_in_cyrillic_and_nothing_shouts() -> None:
    texts = [remark.text for talk in TALKS for remark in talk.remarks]
    assert len(texts) == len(set(texts))
    for text in texts:
        assert not re.search("[A-Za-z]", text), text
        assert not re.search(r"\s{3,}| ,|\.\.", text), text
        assert not re.search(r"\b20\d\d\b", text), text
