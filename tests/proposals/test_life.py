"""The life of a submission: the table, and the rule that takes its steps."""

from __future__ import annotations

from collections import Counter
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from karavan.accounts.models import Role
from karavan.core.database import db
from karavan.core.languages import Slots
from karavan.core.problems import NotFound, Problem
from karavan.councils.models import SettingKey
from karavan.councils.rules import set_line
from karavan.deadlines.models import Deadline, DeadlineKind, DeadlineState
from karavan.notifications.models import Letter
from karavan.proposals.lifecycle import LIFE, PUBLIC, ROAD, STEPS, Need, Told, Who, steps_from
from karavan.proposals.models import Act, Channel, Proposal, Revision, State, StateChange
from karavan.proposals.policy import acts_as, may, possible
from karavan.proposals.problems import (
    ChangedMeanwhile,
    NotAtThisStage,
    NothingSent,
    ReasonMissing,
    SamePerson,
    SecondPersonMissing,
    TooFewSupports,
)
from karavan.proposals.rules.publish import publish
from karavan.proposals.rules.steps import take_step
from karavan.proposals.rules.support import support
from karavan.proposals.rules.write import compare, enter
from karavan.record.models import ActorRole, RecordEntry
from tests.support.cast import actor
from tests.support.civic import (
    REASON,
    make_council,
    make_person,
    make_proposal,
    reload_proposal,
    submission,
    write,
)
from tests.support.settings import NOW

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.support.cast import Cast

BY: dict[str, Any] = {"by": ActorRole.SECRETARY, "actor_id": None, "now": NOW}


# --- The table -------------------------------------------------------------------------------------------------


def test_every_state_is_reached_and_every_act_stands_once() -> None:
    assert {step.after for step in LIFE} == set(State)
    assert Counter(step.act for step in LIFE) == dict.fromkeys(Act, 1)


def test_what_is_over_is_over() -> None:
    over = {State.REFUSED, State.DONE, State.DECLINED, State.WITHDRAWN, State.JOINED}
    assert {state for state in State if not steps_from(state)} == over


def test_the_road_passes_every_state_that_is_on_the_way() -> None:
    on_the_way = [state for station in ROAD for state in station]
    aside = {State.DRAFT, State.REFUSED, State.DECLINED, State.WITHDRAWN, State.JOINED}
    assert len(on_the_way) == len(set(on_the_way))
    assert set(on_the_way) == set(State) - aside


def test_whoever_decides_against_somebody_says_why() -> None:
    against = {Act.RETURN, Act.REFUSE, Act.DECLINE, Act.WITHDRAW}
    assert all(Need.REASON in STEPS[act].needs for act in against)


def test_the_author_hears_of_every_step_others_take() -> None:
    silent = {step.act for step in LIFE if Told.AUTHOR not in step.told}
    assert silent == {Act.GATHER}


def test_nobody_unknown_takes_a_step() -> None:
    assert all(step.who and set(step.who) <= set(Who) for step in LIFE)


# --- Who may -----------------------------------------------------------------------------------------------------


@pytest.fixture
def at_the_desk(cast: Cast) -> dict[str, Any]:
    """Everybody who might have a say: the author, staff of this council, staff of another, residents, nobody."""
    council = make_council()
    organisation_id = council.organisation_id
    other = make_council(slug="council-other", place="beineu").organisation_id
    return {
        "council": council,
        "author": make_person("Автор"),
        "secretary": make_person(roles=((Role.SECRETARY, organisation_id),)),
        "moderator": make_person(roles=((Role.MODERATOR, organisation_id),)),
        "member": make_person(roles=((Role.COUNCIL_MEMBER, organisation_id),)),
        "organiser": make_person(roles=((Role.ORGANISER, organisation_id),)),
        "stranger": make_person(roles=((Role.SECRETARY, other), (Role.MODERATOR, other))),
        "resident": make_person(),
        "administrator": cast.root,
    }


@pytest.mark.parametrize("state", list(State))
def test_who_may_take_which_step_is_what_the_table_says(at_the_desk: dict[str, Any], state: State) -> None:
    proposal = make_proposal(at_the_desk["council"], author=at_the_desk["author"], state=State.CHECKING)
    assert proposal.council.organisation_id  # loaded, and then let go: nothing is written here
    db.session().expunge(proposal)
    proposal.state = state
    people = {
        name: (actor(db.session().merge(person)), rights)
        for name, person, rights in (
            ("author", at_the_desk["author"], {Who.AUTHOR}),
            ("secretary", at_the_desk["secretary"], {Who.SECRETARY, Who.MODERATOR}),
            ("moderator", at_the_desk["moderator"], {Who.MODERATOR}),
            ("member", at_the_desk["member"], set()),
            ("organiser", at_the_desk["organiser"], set()),
            ("stranger", at_the_desk["stranger"], set()),
            ("resident", at_the_desk["resident"], set()),
            ("administrator", at_the_desk["administrator"], {Who.SECRETARY, Who.MODERATOR}),
        )
    }
    for (name, (who, rights)), step in product(people.items(), LIFE):
        allowed = state in step.before and bool(rights & set(step.who))
        assert may(who, proposal, step.act) is allowed, (name, step.act)
    secretary, _ = people["secretary"]
    assert tuple(step.act for step in LIFE if may(secretary, proposal, step.act)) == possible(secretary, proposal)


def test_staff_who_wrote_a_submission_leave_it_to_others(at_the_desk: dict[str, Any]) -> None:
    secretary = at_the_desk["secretary"]
    proposal = make_proposal(at_the_desk["council"], author=secretary)
    who = actor(db.session().merge(secretary))
    assert not may(who, proposal, Act.PUBLISH)
    assert may(who, proposal, Act.WITHDRAW)
    assert acts_as(who, proposal, Act.WITHDRAW) == ActorRole.RESIDENT


def test_the_record_names_people_by_what_they_act_as(at_the_desk: dict[str, Any]) -> None:
    proposal = make_proposal(at_the_desk["council"], author=at_the_desk["author"])
    named = {
        name: acts_as(actor(db.session().merge(at_the_desk[name])), proposal, Act.PUBLISH)
        for name in ("secretary", "moderator", "administrator")
    }
    assert named == {
        "secretary": ActorRole.SECRETARY,
        "moderator": ActorRole.MODERATOR,
        "administrator": ActorRole.ADMINISTRATOR,
    }


# --- Taking steps ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", list(State))
def test_only_the_steps_of_the_table_lead_on(session: Session, state: State) -> None:
    proposal = make_proposal(state=state)
    before = (proposal.state, proposal.version)
    assert proposal.state == state
    for act in set(Act) - {step.act for step in steps_from(state)}:
        with pytest.raises(NotAtThisStage):
            write(take_step, proposal.id, act, reason=REASON, **BY)
    after = reload_proposal(proposal.id)
    assert (after.state, after.version) == before


BARE = {Need.REASON, Need.ENOUGH_SUPPORT, Need.SECOND_PERSON}
"""What these tests can bring; a recommendation, an answer and a consent have tests of their own."""


@pytest.mark.parametrize("act", sorted(act for act, step in STEPS.items() if set(step.needs) <= BARE))
def test_a_step_that_was_taken_is_in_the_history_once(session: Session, act: Act) -> None:
    step = STEPS[act]
    proposal = make_proposal(state=step.before[-1])
    write(take_step, proposal.id, act, reason=REASON, **BY)
    after = reload_proposal(proposal.id)
    last = after.changes[-1]
    assert after.state == step.after
    assert (last.act, last.before, last.after, last.version) == (act, step.before[-1], step.after, after.version)
    entries = session.scalars(select(RecordEntry.verb).where(RecordEntry.proposal_id == proposal.id)).all()
    assert entries.count(step.verb) >= 1


@pytest.mark.parametrize("act", [act for act in Act if Need.REASON in STEPS[act].needs])
def test_a_decision_without_a_reason_is_none(session: Session, act: Act) -> None:
    proposal = make_proposal(state=STEPS[act].before[0])
    for nothing in (Slots(), Slots(en="only in English")):
        with pytest.raises(ReasonMissing):
            write(take_step, proposal.id, act, reason=nothing, **BY)
    assert reload_proposal(proposal.id).version == proposal.version


def test_a_decision_about_an_older_version_is_refused(session: Session) -> None:
    proposal = make_proposal()
    write(take_step, proposal.id, Act.RETURN, reason=REASON, read_version=proposal.version, **BY)
    with pytest.raises(ChangedMeanwhile):
        write(take_step, proposal.id, Act.PUBLISH, read_version=proposal.version, **BY)


def test_an_unknown_submission_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        write(take_step, 4711, Act.PUBLISH, **BY)


def test_the_history_cannot_be_rewritten(session: Session) -> None:
    proposal = make_proposal(state=State.PUBLISHED)
    for model in (StateChange, Revision):
        with pytest.raises(DBAPIError, match="append-only"):
            write(lambda writing, model=model: writing.execute(update(model).values(id=model.id)))
    assert reload_proposal(proposal.id).changes[-1].act == Act.PUBLISH


def test_what_is_refused_leaves_nothing_behind(session: Session) -> None:
    proposal = make_proposal(state=State.ADMITTED)
    counts = [session.query(model).count() for model in (StateChange, RecordEntry, Letter, Deadline)]
    with pytest.raises(Problem):
        write(take_step, proposal.id, Act.DECLINE, **BY)
    session.expire_all()
    assert [session.query(model).count() for model in (StateChange, RecordEntry, Letter, Deadline)] == counts


# --- Clocks ------------------------------------------------------------------------------------------------------


def clocks(proposal: Proposal) -> list[tuple[DeadlineKind, DeadlineState]]:
    rows = db.session().scalars(select(Deadline).where(Deadline.proposal_id == proposal.id).order_by(Deadline.id))
    return [(row.kind, row.state) for row in rows]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (State.CHECKING, [(DeadlineKind.CHECKING, DeadlineState.RUNNING)]),
        (State.PUBLISHED, [(DeadlineKind.CHECKING, DeadlineState.MET)]),
        (State.REFUSED, [(DeadlineKind.CHECKING, DeadlineState.MET)]),
        (
            State.ADMITTED,
            [(DeadlineKind.CHECKING, DeadlineState.MET), (DeadlineKind.CONSIDERATION, DeadlineState.RUNNING)],
        ),
        (
            State.RECOMMENDED,
            [(DeadlineKind.CHECKING, DeadlineState.MET), (DeadlineKind.CONSIDERATION, DeadlineState.MET)],
        ),
    ],
)
def test_the_clocks_follow_the_steps(session: Session, state: State, expected: list[Any]) -> None:
    assert clocks(make_proposal(state=state)) == expected


def test_a_withdrawn_submission_waits_for_nothing(session: Session) -> None:
    proposal = make_proposal(state=State.ADMITTED)
    write(take_step, proposal.id, Act.WITHDRAW, reason=REASON, **BY)
    assert clocks(proposal)[-1] == (DeadlineKind.CONSIDERATION, DeadlineState.VOID)


def test_a_returned_one_that_is_handed_in_again_is_checked_again(session: Session) -> None:
    proposal = make_proposal(state=State.DRAFT)
    write(take_step, proposal.id, Act.SUBMIT, by=ActorRole.RESIDENT, actor_id=proposal.author_id, now=NOW)
    assert clocks(proposal) == [
        (DeadlineKind.CHECKING, DeadlineState.MET),
        (DeadlineKind.CHECKING, DeadlineState.RUNNING),
    ]


# --- Support moves it on -----------------------------------------------------------------------------------------


def needing(council: Any, number: int) -> None:
    write(
        set_line,
        council.id,
        SettingKey.MINIMUM_SUPPORTS,
        number,
        valid_from=NOW.date(),
        citation=Slots(kk="7-тармақ", ru="пункт 7"),
        note="",
        by=ActorRole.SECRETARY,
        by_person=None,
        now=NOW,
    )


def test_the_first_support_and_the_last_needed_one_move_it_on(session: Session) -> None:
    council = make_council()
    needing(council, 3)
    proposal = make_proposal(council, state=State.PUBLISHED)
    states = []
    for _ in range(3):
        write(support, proposal.id, person_id=make_person().id, now=NOW)
        states.append(reload_proposal(proposal.id).state)
    assert states == [State.SUPPORTING, State.SUPPORTING, State.ADMITTED]
    assert reload_proposal(proposal.id).supports == 3


def test_with_fewer_a_secretary_says_why(session: Session) -> None:
    council = make_council()
    needing(council, 100)
    proposal = make_proposal(council, state=State.SUPPORTING)
    with pytest.raises(TooFewSupports):
        write(take_step, proposal.id, Act.ADMIT, **BY)
    write(take_step, proposal.id, Act.ADMIT, reason=REASON, **BY)
    assert reload_proposal(proposal.id).state == State.ADMITTED


def test_a_statute_that_changes_later_changes_nothing_for_what_is_public(session: Session) -> None:
    council = make_council()
    needing(council, 2)
    proposal = make_proposal(council, state=State.PUBLISHED)
    needing(council, 50)
    for _ in range(2):
        write(support, proposal.id, person_id=make_person().id, now=NOW)
    assert reload_proposal(proposal.id).state == State.ADMITTED


# --- Paper -------------------------------------------------------------------------------------------------------


def test_what_staff_typed_is_compared_by_somebody_else_before_it_is_public(session: Session) -> None:
    council, typist, second = make_council(), make_person(), make_person()
    entered = write(enter, submission(council, channel=Channel.PAPER), by_person=typist.id, now=NOW)
    with pytest.raises(SecondPersonMissing):
        write(publish, entered.id, read_version=None, **BY)
    with pytest.raises(SamePerson):
        write(compare, entered.id, by_person=typist.id, read_version=entered.version, now=NOW)
    write(compare, entered.id, by_person=second.id, read_version=entered.version, now=NOW)
    write(publish, entered.id, read_version=None, **BY)
    assert reload_proposal(entered.id).state in PUBLIC


def test_nothing_is_recommended_without_a_recommendation(session: Session) -> None:
    proposal = make_proposal(state=State.AT_COUNCIL)
    with pytest.raises(NothingSent):
        write(take_step, proposal.id, Act.RECOMMEND, **BY)
