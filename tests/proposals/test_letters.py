"""Who is told at which step of a submission's life: as the table says, once, in her own language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from karavan.core.database import db
from karavan.core.problems import Problem
from karavan.notifications.models import Channel as Way, Letter
from karavan.notifications.rendering import render
from karavan.proposals.lifecycle import LIFE, PUBLIC, STEPS, Told
from karavan.proposals.models import Act, Channel, Proposal, State
from karavan.proposals.rules.answer import contest, decide_objection
from karavan.proposals.rules.join import answer_join, ask_to_join
from karavan.proposals.rules.publish import publish
from karavan.proposals.rules.recommend import extend_term
from karavan.proposals.rules.steps import take_step
from karavan.proposals.rules.support import support, take_back
from karavan.proposals.rules.write import Words, edit, enter
from karavan.record.models import ActorRole
from tests.support.civic import (
    REASON,
    make_answer,
    make_body,
    make_council,
    make_person,
    make_proposal,
    make_recommendation,
    proposal_recommendations,
    reload_proposal,
    submission,
    write,
)
from tests.support.settings import NOW

if TYPE_CHECKING:
    from karavan.accounts.models import Person

pytestmark = pytest.mark.usefixtures("session")

BY: dict[str, Any] = {"by": ActorRole.SECRETARY, "actor_id": None, "now": NOW}
FAR: dict[Act, State] = {
    Act.RETURN: State.CHECKING,
    Act.REFUSE: State.CHECKING,
    Act.PUBLISH: State.CHECKING,
    Act.ADMIT: State.SUPPORTING,
    Act.CONSIDER: State.ADMITTED,
    Act.RECOMMEND: State.AT_COUNCIL,
    Act.DECLINE: State.AT_COUNCIL,
    Act.ANSWER: State.RECOMMENDED,
    Act.REOPEN: State.ANSWERED,
    Act.COMPLETE: State.ANSWERED,
    Act.WITHDRAW: State.SUPPORTING,
    Act.JOIN: State.SUPPORTING,
}
"""How far a submission has come just before each act."""


def letters(name: str = "", *, after: int = 0) -> list[Letter]:
    """Return the letters about submissions, or of one kind, that are newer than the one with this number."""
    db.session.close()
    found = select(Letter).where(Letter.letter.startswith(f"proposals/{name}"), Letter.id > after).order_by(Letter.id)
    rows = list(db.session.scalars(found))
    db.session.close()
    return rows


def last() -> int:
    return max((letter.id for letter in letters()), default=0)


def made(state: State, *, author: Person, friends: tuple[Person, ...] = ()) -> Proposal:
    """Return a submission in a state; the friends support it from the moment they may."""
    council = make_council()
    if state == State.CHECKING:
        return make_proposal(council, author=author, state=state)
    proposal = make_proposal(council, author=author, state=State.PUBLISHED)
    for friend in friends:
        write(support, proposal.id, person_id=friend.id, now=NOW)
    for act in (Act.ADMIT, Act.CONSIDER, Act.RECOMMEND, Act.ANSWER):
        if reload_proposal(proposal.id).state == state:
            break
        take(act, reload_proposal(proposal.id))
    return reload_proposal(proposal.id)


def take(act: Act, proposal: Proposal) -> None:
    """Let an act happen, by whatever rule brings it about."""
    if act == Act.PUBLISH:
        write(publish, proposal.id, read_version=None, **BY)
    elif act == Act.RECOMMEND:
        make_recommendation(proposal)
    elif act == Act.ANSWER:
        (recommendation,) = proposal_recommendations(proposal.id)
        make_answer(recommendation)
    elif act == Act.REOPEN:
        (recommendation,) = proposal_recommendations(proposal.id)
        author_id = proposal.author_id or 0
        objection = write(
            contest, recommendation.id, proposal.id, person_id=author_id, reason="Жауап толық емес", now=NOW
        )
        judge = make_person().id
        write(
            decide_objection,
            objection.id,
            upheld=True,
            decision=REASON,
            by_person=judge,
            by=ActorRole.SECRETARY,
            now=NOW,
        )
    elif act == Act.JOIN:
        other = make_proposal(make_council(), state=State.PUBLISHED)
        author_id = proposal.author_id or 0
        asked: dict[str, Any] = {"read_version": None, "now": NOW}
        write(ask_to_join, proposal.id, other.id, reason=REASON, by_person=make_person().id, **asked)
        write(answer_join, proposal.id, person_id=author_id, accepted=True, **asked)
    else:
        write(take_step, proposal.id, act, reason=REASON, **BY)


# --- The table ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", list(FAR))
def test_each_act_tells_whom_the_table_names_and_each_once(act: Act) -> None:
    author, friends = make_person(), (make_person(), make_person(lang="ru"))
    proposal = made(FAR[act], author=author, friends=friends)
    before, public = last(), proposal.state in PUBLIC

    take(act, proposal)

    fresh = [
        letter
        for letter in letters(after=before)
        if letter.payload.get("proposal", {}).get("number") == proposal.number
    ]
    told = [letter for letter in fresh if letter.payload.get("act") == act.value or letter.letter == "proposals/joined"]
    expected = [author.email] if Told.AUTHOR in STEPS[act].told else []
    if Told.SUPPORTERS in STEPS[act].told and public:
        expected += [friend.email for friend in friends]
    assert sorted(letter.address for letter in told) == sorted(expected)
    assert len({letter.address for letter in told}) == len(told)


def test_every_act_that_tells_somebody_is_tried_above() -> None:
    assert {step.act for step in LIFE if step.told} == {*FAR, Act.SUBMIT}


def test_an_author_is_told_that_her_submission_has_arrived() -> None:
    author = make_person()
    proposal = made(State.CHECKING, author=author)
    (letter,) = letters()

    assert (letter.letter, letter.address, letter.payload["act"]) == ("proposals/step", author.email, "submit")
    assert letter.payload["proposal"]["number"] == proposal.number


def test_gathering_support_tells_nobody() -> None:
    proposal = made(State.PUBLISHED, author=make_person())
    before = last()
    write(support, proposal.id, person_id=make_person().id, now=NOW)

    assert reload_proposal(proposal.id).state == State.SUPPORTING
    assert letters(after=before) == []


def test_somebody_who_took_her_support_back_hears_no_more() -> None:
    stays, goes = make_person(), make_person()
    proposal = made(State.SUPPORTING, author=make_person(), friends=(stays, goes))
    write(take_back, proposal.id, person_id=goes.id, now=NOW)
    before = last()
    take(Act.WITHDRAW, reload_proposal(proposal.id))

    assert goes.email not in {letter.address for letter in letters(after=before)}
    assert stays.email in {letter.address for letter in letters(after=before)}


def test_withdrawing_what_nobody_could_read_tells_only_the_author() -> None:
    author = make_person()
    proposal = made(State.CHECKING, author=author)
    before = last()
    take(Act.WITHDRAW, proposal)

    assert [letter.address for letter in letters(after=before)] == [author.email]


# --- Once, and in whose language ------------------------------------------------------------------------------


def test_a_step_that_is_refused_the_second_time_makes_no_second_letter() -> None:
    proposal = made(State.CHECKING, author=make_person())
    take(Act.PUBLISH, proposal)
    count = len(letters())
    with pytest.raises(Problem):
        take(Act.PUBLISH, proposal)

    assert len(letters()) == count


def test_keys_name_the_occasion_and_never_repeat() -> None:
    author, friend = make_person(), make_person()
    proposal = made(State.RECOMMENDED, author=author, friends=(friend,))
    keys = [letter.key for letter in letters()]

    assert len(keys) == len(set(keys))
    recommended = reload_proposal(proposal.id).changes[-1].version
    assert f"proposal:{proposal.id}:step:{recommended}:author" in keys
    assert f"proposal:{proposal.id}:step:{recommended}:supporter:{friend.id}" in keys


def test_everybody_is_written_to_in_her_own_language() -> None:
    author, kazakh, russian, english = (make_person(lang=lang) for lang in ("ru", "kk", "ru", "en"))
    proposal = made(State.AT_COUNCIL, author=author, friends=(kazakh, russian, english))
    before = last()
    take(Act.RECOMMEND, proposal)

    assert {letter.address: letter.lang for letter in letters(after=before)} == {
        author.email: "ru",
        kazakh.email: "kk",
        russian.email: "ru",
        english.email: "en",
    }


def test_an_author_who_left_a_telephone_number_gets_a_short_message() -> None:
    clerk = make_person()
    paper = submission(
        make_council(), channel=Channel.PAPER, author_phone="+77000000091", lang="ru", title="Колодец высох"
    )
    write(enter, paper, by_person=clerk.id, now=NOW)
    (letter,) = letters()

    assert (letter.channel, letter.address, letter.lang) == (Way.SMS, "+77000000091", "ru")
    assert letter.payload["proposal"]["number"] in render(letter).text


def test_an_author_who_left_nothing_is_told_nothing() -> None:
    write(enter, submission(make_council(), channel=Channel.PAPER), by_person=make_person().id, now=NOW)

    assert letters() == []


def test_every_letter_that_a_life_makes_can_be_written() -> None:
    author, friend = make_person(), make_person(lang="ru")
    proposal = made(State.ANSWERED, author=author, friends=(friend,))
    take(Act.REOPEN, proposal)

    assert len(letters()) > 8
    for letter in letters():
        assert proposal.number in render(letter).text


# --- The other letters ----------------------------------------------------------------------------------------


def test_supporters_are_told_once_of_each_new_text() -> None:
    author, friend = make_person(), make_person()
    proposal = made(State.SUPPORTING, author=author, friends=(friend,))
    for number, solution in enumerate(("Екі рейс қосу керек.", "Үш рейс қосу керек."), 2):
        words = Words(title=proposal.title, problem=proposal.problem, solution=solution)
        version = reload_proposal(proposal.id).version
        write(edit, proposal.id, words, person_id=author.id, read_version=version, now=NOW)
        told = [letter for letter in letters("text_changed") if letter.payload["revision"] == number]
        assert [letter.address for letter in told] == [friend.email]


def test_joining_asks_the_author_first_and_tells_supporters_only_when_she_agrees() -> None:
    author, friend = make_person(), make_person()
    proposal = made(State.SUPPORTING, author=author, friends=(friend,))
    other = make_proposal(make_council(), state=State.PUBLISHED)
    asked: dict[str, Any] = {"read_version": None, "now": NOW}
    write(ask_to_join, proposal.id, other.id, reason=REASON, by_person=make_person().id, **asked)
    (question,) = letters("join_asked")
    assert question.address == author.email
    assert question.payload["into"]["number"] == other.number
    assert letters("joined") == []

    write(answer_join, proposal.id, person_id=author.id, accepted=True, **asked)
    (told,) = letters("joined")
    assert told.address == friend.email
    assert told.payload["into"]["number"] == other.number
    mine = [letter for letter in letters("step") if letter.address == friend.email]
    assert mine == []  # one letter is enough


def test_declining_to_join_tells_nobody() -> None:
    author = make_person()
    proposal = made(State.SUPPORTING, author=author, friends=(make_person(),))
    other = make_proposal(make_council(), state=State.PUBLISHED)
    asked: dict[str, Any] = {"read_version": None, "now": NOW}
    write(ask_to_join, proposal.id, other.id, reason=REASON, by_person=make_person().id, **asked)
    before = last()
    write(answer_join, proposal.id, person_id=author.id, accepted=False, **asked)

    assert letters(after=before) == []


def test_one_answer_tells_the_authors_of_everything_it_speaks_for() -> None:
    first, second = make_person(), make_person()
    both = [made(State.AT_COUNCIL, author=author) for author in (first, second)]
    recommendation = make_recommendation(*both)
    before = last()
    make_answer(recommendation)

    told = [letter for letter in letters("step", after=before) if letter.payload["role"] == "author"]
    assert {letter.address for letter in told} == {first.email, second.email}


def test_a_body_with_an_address_gets_the_recommendation_in_kazakh_and_one_without_gets_none() -> None:
    proposal = made(State.AT_COUNCIL, author=make_person())
    make_recommendation(proposal, body=make_body(email="body@example.kz"))
    (letter,) = letters("recommendation")
    assert (letter.address, letter.lang) == ("body@example.kz", "kk")
    assert [one["number"] for one in letter.payload["proposals"]] == [proposal.number]
    assert letter.payload["number"] in render(letter).text

    make_recommendation(made(State.AT_COUNCIL, author=make_person()), body=make_body())
    assert len(letters("recommendation")) == 1


def test_an_extension_is_told_with_its_reason_and_both_dates() -> None:
    author = make_person(lang="ru")
    proposal = made(State.AT_COUNCIL, author=author)
    recommendation = make_recommendation(proposal)
    before = letters()
    write(extend_term, recommendation.id, days=5, reason=REASON, by=ActorRole.SECRETARY, now=NOW)
    (letter,) = letters("date_moved")

    assert len(letters()) == len(before) + 1
    assert (letter.address, letter.lang) == (author.email, "ru")
    assert letter.payload["before"] < letter.payload["due_on"]
    assert letter.payload["reason"]["ru"] == REASON.ru
