"""Several people at the same moment: the release, the last minute of the call, a score during the choice."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from karavan.core.database import db
from karavan.core.problems import Problem
from karavan.events.models import Registration
from karavan.events.rules.register import Outcome
from karavan.notifications.models import Letter
from karavan.selection.models import Application, CallState
from karavan.selection.problems import ChangedMeanwhile, NotAtThisStage
from karavan.selection.queries import material
from karavan.selection.rules.apply import hand_in, withdraw
from karavan.selection.rules.release import release
from karavan.selection.rules.steps import close_call, keep_choice
from tests.support.calls import CLOSED, apply, call_now, give_points, make_call, make_chosen, reload, write
from tests.support.makers import application
from tests.support.races import doing

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from sqlalchemy.orm import Session

    from tests.support.cast import Cast

pytestmark = pytest.mark.race


def test_decisions_are_released_once(session: Session, cast: Cast, at_once: Callable[..., list[Any]]) -> None:
    made = make_chosen((cast.saule, cast.daniyar), people=4)
    results = at_once(*[doing(release, made.event.id, now=CLOSED)] * 4)
    assert sum(isinstance(one, NotAtThisStage) for one in results) == 3
    db.session.close()
    count = select(func.count(Registration.id)).where(Registration.event_id == made.event.id)
    assert session.scalar(count) == 4
    assert session.scalar(select(func.count()).where(Letter.letter == "selection/decision")) == 4


def test_whoever_is_in_before_the_list_closes_stands_on_it(
    session: Session, cast: Cast, at_once: Callable[..., list[Any]]
) -> None:
    event = make_call(reviewers=(cast.saule, cast.daniyar))
    wishes = [application() for _ in range(7)]
    last = CLOSED - timedelta(seconds=1)
    acts = [doing(hand_in, event.id, wish, now=last) for wish in wishes]
    results = at_once(*acts, doing(close_call, event.id, now=CLOSED))
    taken = [one.public_id for one in results if isinstance(one, Outcome)]
    assert all(isinstance(one, Outcome | Problem) or one.state == CallState.REVIEW for one in results)
    assert set(call_now(event).drawn["listed"]) == {reload(str(one)).pseudonym for one in taken}
    db.session.close()
    numbers = session.scalars(select(Application.number).where(Application.event_id == event.id)).all()
    assert sorted(numbers) == list(range(1, len(taken) + 1))


def test_one_person_who_presses_many_times_applies_once(
    session: Session, cast: Cast, at_once: Callable[..., list[Any]]
) -> None:
    event = make_call(reviewers=(cast.saule, cast.daniyar))
    moment = CLOSED - timedelta(days=1)
    wish = application(email="amina@example.kz")
    others = [application(email="amina@example.kz") for _ in range(4)]
    results = at_once(*[doing(hand_in, event.id, one, now=moment) for one in (wish, wish, wish, *others)])
    assert sum(one.fresh for one in results) == 1
    db.session.close()
    assert session.scalar(select(func.count(Application.id))) == 1


def test_a_choice_and_a_withdrawal_at_once_do_not_contradict(
    session: Session, cast: Cast, at_once: Callable[..., list[Any]]
) -> None:
    event = make_call(reviewers=(cast.saule, cast.daniyar))
    one = apply(event)
    for person in (cast.saule, cast.daniyar):
        give_points(event, one, person, 1, 1)
    write(close_call, event.id, now=CLOSED)
    read = material(session, call_now(event))
    db.session.close()
    result = {"accepted": [one.pseudonym], "reserve": [], "library": "", "seed_number": ""}
    kept, left = at_once(
        doing(keep_choice, event.id, read, result, now=CLOSED),
        doing(withdraw, event.id, one.public_id, now=CLOSED),
    )
    assert left is True
    assert isinstance(kept, ChangedMeanwhile) == (call_now(event).state == CallState.REVIEW)
    if call_now(event).state == CallState.CHOSEN:
        write(release, event.id, now=CLOSED)
        assert reload(one.public_id).registration is None
