"""Two moderators at the same moment: one decision, one line in the log, one letter; each on a connection of her own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select, text

from karavan.core.clock import now
from karavan.core.database import db, transact as write
from karavan.discussion.rules.withdraw import withdraw
from karavan.moderation.models import (
    Case,
    CaseState,
    Decision,
    LogAction,
    LogLine,
    Origin,
    Visibility,
)
from karavan.moderation.problems import CaseMoved, ClaimedByAnother
from karavan.moderation.reasons import SAID
from karavan.moderation.rules import cases, log
from karavan.moderation.rules.cases import claim, expire, open_case
from karavan.moderation.rules.decide import cosign, decide, undo
from karavan.notifications.models import Letter
from tests.support.moderators import COVER, KEEP, REMOVE, Room, seen
from tests.support.races import doing
from tests.support.talk import make_thread, make_writer

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    AtOnce = Callable[..., list[Any]]

pytestmark = [pytest.mark.race, pytest.mark.timeout(600)]


def told(case_id: int) -> tuple[int, int, int]:
    """Return how many decisions, lines and letters there are about a case."""
    db.session().close()
    session = db.session()
    decisions = select(func.count()).where(Decision.case_id == case_id)
    lines = select(func.count()).where(LogLine.case_id == case_id, LogLine.action.in_(list(SAID.values())))
    letters = [
        one for one in session.scalars(select(Letter).where(Letter.letter == "moderation/decision"))
        if one.payload["case"] == case_id
    ]  # fmt: skip
    return session.scalars(decisions).one(), session.scalars(lines).one(), len(letters)


def many_cases(room: Room, number: int, origin: Origin = Origin.MODERATOR, **more: Any) -> list[Case]:
    """Return cases about as many comments, in threads and by authors where nobody writes too much at once."""
    made = []
    for place in range(number):
        if place % 3 == 0:
            room.thread, room.author = make_thread(room.council), make_writer()
        made.append(room.case(origin=origin, **more))
    return made


def both(case: Case, room: Room, first: Any = REMOVE, second: Any = COVER) -> list[Callable[[], Any]]:
    facts = {"read_version": case.version, "read_revision": case.revision, "now": now()}
    return [
        doing(decide, case.id, first, by_id=room.one, **facts),
        doing(decide, case.id, second, by_id=room.two, **facts),
    ]


def two_at_once(at_once: AtOnce, times: int) -> None:
    room = Room()
    for case in many_cases(room, times):
        db.session.remove()
        results = at_once(*both(case, room))
        assert sorted(type(one).__name__ for one in results) == ["CaseMoved", "Decision"]
        assert told(case.id) == (1, 1, 1)
    assert log.verify(db.session()) is None


def test_of_two_moderators_at_once_one_decides(session: Session, at_once: AtOnce) -> None:
    two_at_once(at_once, 10)


@pytest.mark.thorough
def test_of_two_moderators_at_once_one_decides_two_hundred_times(session: Session, at_once: AtOnce) -> None:
    two_at_once(at_once, 200)


def test_without_the_guard_both_would_have_decided(
    session: Session, at_once: AtOnce, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard is what the test above is about: with it taken out, and the index behind it, both decide."""
    room = Room()
    case = room.case()
    monkeypatch.setattr(cases, "guard", lambda case_id, *_: [Case.id == case_id])
    monkeypatch.setattr("karavan.moderation.rules.decide._sent_before", lambda *_: None)
    index = "uq_moderation_decisions_standing"
    write(lambda session: session.execute(text(f"DROP INDEX {index}")))
    try:
        db.session.remove()
        at_once(*both(case, room))
        assert told(case.id) == (2, 2, 2)
    finally:
        db.session.remove()
        write(_one_standing_again, index)


def _one_standing_again(session: Session, index: str) -> None:
    session.execute(text("UPDATE moderation_decisions SET undone_at = decided_at"))
    session.execute(
        text(f"CREATE UNIQUE INDEX {index} ON moderation_decisions (case_id, on_appeal) WHERE undone_at IS NULL")
    )


def test_one_moderator_who_presses_twelve_times_decides_once(session: Session, at_once: AtOnce) -> None:
    room = Room()
    case = room.case()
    db.session.remove()
    facts = {"by_id": room.one, "read_version": 1, "read_revision": 1, "now": now()}
    results = at_once(*[doing(decide, case.id, REMOVE, **facts)] * 12)
    assert len({one.id for one in results}) == 1
    assert told(case.id) == (1, 1, 1)


def test_of_many_who_claim_one_case_one_has_it(session: Session, at_once: AtOnce) -> None:
    room = Room()
    case = room.case()
    db.session.remove()
    hands = [room.one, room.two, room.three]
    results = at_once(*[doing(claim, case.id, by_id=who, now=now()) for who in hands])
    assert sorted(type(one).__name__ for one in results) == ["Case", "ClaimedByAnother", "ClaimedByAnother"]
    assert all(one.by.startswith("moderator:") for one in results if isinstance(one, ClaimedByAnother))


def test_withdrawing_and_deciding_at_once_end_as_one_of_the_two(session: Session, at_once: AtOnce) -> None:
    room = Room()
    for case in many_cases(room, 4):
        author_id, comment_id = case.author_id, case.comment_id
        db.session.remove()
        results = at_once(both(case, room, KEEP)[0], doing(withdraw, comment_id, by_id=author_id, now=now()))
        state = db.session().get_one(Case, case.id).state
        if isinstance(results[0], CaseMoved):
            assert (state, told(case.id)[:2]) == (CaseState.VOID, (0, 0))
        else:
            assert (state, told(case.id)[:2]) == (CaseState.DECIDED, (1, 1))
        assert seen(comment_id).visibility == Visibility.WITHDRAWN


def test_signing_and_refusing_at_once_end_as_one_of_the_two(session: Session, at_once: AtOnce) -> None:
    room = Room()
    for case in many_cases(room, 3, Origin.STATE_REQUEST):
        write(decide, case.id, REMOVE, by_id=room.one, read_version=1, read_revision=1, now=now())
        db.session.remove()
        facts = {"read_version": 2, "now": now()}
        results = at_once(
            doing(cosign, case.id, by_id=room.two, agree=True, **facts),
            doing(cosign, case.id, by_id=room.three, agree=False, words="Жоқ", **facts),
        )
        assert sorted(type(one).__name__ for one in results) == ["CaseMoved", "Decision"]
        agreed = not isinstance(results[0], CaseMoved)
        assert told(case.id) == (1, int(agreed), int(agreed))
        assert seen(case.comment_id).visibility == (Visibility.REMOVED if agreed else Visibility.PUBLISHED)


def test_a_hold_that_runs_out_and_a_decision_at_once_leave_the_decision(session: Session, at_once: AtOnce) -> None:
    room = Room()
    for case in many_cases(room, 3, Origin.FILTER, held=True):
        db.session.remove()
        at_once(both(case, room)[0], doing(expire, case.id, now=case.due_at))
        assert seen(case.comment_id).visibility == Visibility.REMOVED
        assert told(case.id) == (1, 1, 1)


def test_a_machine_that_holds_and_a_person_who_approves_at_once_leave_it_published(
    session: Session, at_once: AtOnce
) -> None:
    room = Room()

    def hold(session: Session, comment_id: int) -> None:
        piece = cases.keeper().take(session, comment_id)
        open_case(session, piece, Origin.FLAGS, now=now(), held=True)

    for case in many_cases(room, 3, Origin.ROUTINE):
        db.session.remove()
        at_once(both(case, room, KEEP)[0], doing(hold, case.comment_id))
        assert seen(case.comment_id).visibility == Visibility.PUBLISHED
        db.session.remove()


def test_opening_at_once_makes_one_case(session: Session, at_once: AtOnce) -> None:
    room = Room()
    comment_id = room.comment().id
    db.session.remove()

    def opened(session: Session) -> int:
        return open_case(session, cases.keeper().take(session, comment_id), Origin.FLAGS, now=now()).id

    assert len(set(at_once(*[doing(opened)] * 10))) == 1


def test_undoing_twice_at_once_undoes_once(session: Session, at_once: AtOnce) -> None:
    room = Room()
    case = room.case()
    write(decide, case.id, REMOVE, by_id=room.one, read_version=1, read_revision=1, now=now())
    db.session.remove()
    at_once(*[doing(undo, case.id, by_id=room.one, now=now())] * 6)
    undone = select(func.count()).where(LogLine.action == LogAction.UNDONE)
    assert db.session().scalars(undone).one() == 1
    assert log.verify(db.session()) is None
