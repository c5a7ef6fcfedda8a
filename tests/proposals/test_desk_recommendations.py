"""The desk of secretaries: writing a recommendation, sending it, giving the body more time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from unicodedata import category

import pytest
from sqlalchemy import select

from karavan.accounts.models import Role
from karavan.core.clock import now as present
from karavan.core.database import db
from karavan.core.languages import Slots
from karavan.deadlines.models import Deadline, DeadlineKind, DeadlineState
from karavan.proposals.models import Act, Recommendation, RecommendationState, State
from karavan.proposals.rules.recommend import Advice, change_recommendation, send_recommendation
from karavan.proposals.rules.steps import take_step
from karavan.record.models import ActorRole
from tests.support.civic import (
    REASON,
    make_body,
    make_council,
    make_person,
    make_proposal,
    make_recommendation,
    make_staff,
    reload_proposal,
    write,
)
from tests.support.hostile import cases

if TYPE_CHECKING:
    import time_machine

    from karavan.accounts.models import Organisation
    from karavan.councils.models import Council
    from karavan.proposals.models import Proposal
    from tests.support.cast import Cast
    from tests.support.visit import Visit

DESK = "/en/desk/proposals/recommendations"


@pytest.fixture
def council(cast: Cast) -> Council:
    return make_council()


@pytest.fixture
def body() -> Organisation:
    return make_body(email="roads@example.kz")


@pytest.fixture
def desk(visit: Visit, cast: Cast, council: Council) -> Visit:
    """Saule's browser: she is the secretary of the council."""
    visit.sign_in(cast.saule)
    return visit


def typed(body: Organisation, *proposals: Proposal, **changes: Any) -> dict[str, Any]:
    usual = {
        "proposals": [str(proposal.id) for proposal in proposals],
        "addressee": str(body.id),
        "title-kk": "Таңғы рейс қосу",
        "title-ru": "Добавить рейс",
        "text-kk": "06:00 рейсін үш ай сынап көру.",
        "text-ru": "Ввести рейс в 06:00.",
        "basis-ru": "Протокол № 12",
    }
    return usual | changes


def stored() -> list[Recommendation]:
    db.session().expire_all()
    return list(db.session().scalars(select(Recommendation).order_by(Recommendation.id)))


def considered(council: Council, **changes: Any) -> Proposal:
    return make_proposal(council, state=State.AT_COUNCIL, **changes)


# --- Writing ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
def test_a_recommendation_speaks_for_several_proposals(
    desk: Visit, council: Council, body: Organisation, htmx: bool
) -> None:
    first, second = considered(council), considered(council)
    make_proposal(council, state=State.ADMITTED, title="Әлі қаралмаған")
    page = desk.get(f"{DESK}/new")
    assert "Әлі қаралмаған" not in page.text
    page = desk.press("Save the draft", htmx=htmx, fields=typed(body, first, second))
    assert "Only the council's secretaries see it until you send it." in page.text
    (made,) = stored()
    assert made.state == RecommendationState.DRAFT
    assert made.number is None
    assert {one.id for one in made.proposals} == {first.id, second.id}
    assert made.title == Slots(kk="Таңғы рейс қосу", ru="Добавить рейс")


def test_the_card_leads_to_a_recommendation_on_it(desk: Visit, council: Council) -> None:
    proposal, _ = considered(council), considered(council)
    desk.get(f"/en/desk/proposals/{proposal.id}")
    page = desk.follow("Write a recommendation")
    ticked = [one.get("value") for one in page.find("input", name="proposals") if "checked" in one.attrib]
    assert ticked == [str(proposal.id)]


def test_pressing_twice_makes_one_draft(desk: Visit, council: Council, body: Organisation) -> None:
    proposal = considered(council)
    page = desk.get(f"{DESK}/new")
    sent = typed(body, proposal) | {"csrf_token": page.one("input", name="csrf_token").get("value")}
    for _ in range(2):
        desk.post(f"{DESK}/new?council={council.id}", sent, status=200)
    assert len(stored()) == 1


@pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
def test_what_is_missing_is_said_and_what_was_typed_stays(
    desk: Visit, council: Council, body: Organisation, htmx: bool
) -> None:
    considered(council)
    desk.get(f"{DESK}/new")
    nasty = "<b>6:00</b> {{ 1 }} %(x)s"
    empty = {"title-kk": "", "title-ru": " ", "text-kk": "", "text-ru": "", "basis-ru": nasty, "addressee": ""}
    page = desk.press("Save the draft", htmx=htmx, status=422, fields=typed(body, **empty))
    for words in ("Choose at least one proposal.", "Choose to whom it goes.", "Write the title", "what the council"):
        assert words in page.summary
    assert nasty in page.text
    assert stored() == []


def test_nothing_but_what_is_considered_here_is_carried(desk: Visit, council: Council, body: Organisation) -> None:
    considered(council)
    elsewhere = considered(make_council(slug="council-beineu", place="beineu"))
    admitted = make_proposal(council, state=State.ADMITTED)
    page = desk.get(f"{DESK}/new")
    token = page.one("input", name="csrf_token").get("value")
    for proposals in ([str(elsewhere.id)], [str(admitted.id)], ["0"], ["x"], [str(2**40)]):
        sent = typed(body, csrf_token=token, proposals=proposals)
        desk.post(f"{DESK}/new?council={council.id}", sent, status=422)
    for addressee in (str(council.organisation_id), "0", "x", str(2**40)):
        sent = typed(body, admitted, csrf_token=token, addressee=addressee)
        desk.post(f"{DESK}/new?council={council.id}", sent, status=422)
    assert stored() == []


def test_a_secretary_of_two_councils_chooses_first(visit: Visit, council: Council) -> None:
    other = make_council(slug="council-beineu", place="beineu")
    person = make_person(
        roles=((Role.SECRETARY, council.organisation_id), (Role.SECRETARY, other.organisation_id)),
    )
    visit.sign_in(person)
    page = visit.get(f"{DESK}/new")
    assert "Whose recommendation is it?" in page.text
    visit.get(f"{DESK}/new?council={other.id}")


def test_a_moderator_here_and_secretary_there_writes_there_only(visit: Visit, council: Council) -> None:
    other = make_council(slug="council-beineu", place="beineu")
    person = make_person(
        roles=((Role.MODERATOR, council.organisation_id), (Role.SECRETARY, other.organisation_id)),
    )
    visit.sign_in(person)
    visit.get(f"{DESK}/new?council={council.id}", status=403)
    visit.get(f"{DESK}/new?council={other.id}")


# --- Changing ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
def test_a_draft_can_be_changed(desk: Visit, council: Council, htmx: bool) -> None:
    made = make_recommendation(considered(council), sent=False)
    desk.get(f"{DESK}/{made.id}/edit")
    desk.press("Save the draft", htmx=htmx, status=200, fields={"title-ru": "Новый заголовок"})
    assert stored()[0].title.ru == "Новый заголовок"


@pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
def test_of_two_who_change_it_the_second_sees_both_texts(desk: Visit, council: Council, htmx: bool) -> None:
    proposal = considered(council)
    made = make_recommendation(proposal, sent=False)
    desk.get(f"{DESK}/{made.id}/edit")
    other = Advice(
        addressee_id=made.addressee_id,
        title=Slots(kk="Басқа адам жазды"),
        text=made.text,
        basis=made.basis,
        proposals=frozenset({proposal.id}),
    )
    write(change_recommendation, made.id, other, read_version=made.version)
    page = desk.press("Save the draft", htmx=htmx, fields={"title-kk": "Мен жаздым"})
    assert page.status == (422 if htmx else 409)
    assert "Басқа адам жазды" in page.text
    assert page.one("input", name="title-kk").get("value") == "Мен жаздым"
    assert stored()[0].title.kk == "Басқа адам жазды"
    desk.press("Save the draft", htmx=htmx, status=200)
    assert stored()[0].title.kk == "Мен жаздым"


def test_what_was_sent_meanwhile_can_no_longer_be_changed(desk: Visit, council: Council) -> None:
    made = make_recommendation(considered(council), sent=False)
    desk.get(f"{DESK}/{made.id}/edit")
    write(send_recommendation, made.id, actor_id=None, read_version=None, now=present())
    page = desk.press("Save the draft", status=409, fields={"title-kk": "Кеш қалды"})
    assert page.one("input", name="title-kk").get("value") == "Кеш қалды"
    assert stored()[0].title.kk != "Кеш қалды"
    desk.get(f"{DESK}/{made.id}/edit")
    assert desk.address == f"{DESK}/{made.id}"


# --- Sending ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
def test_sending_gives_the_number_and_starts_the_clock(
    desk: Visit, council: Council, body: Organisation, htmx: bool
) -> None:
    first, second = considered(council), considered(council)
    made = make_recommendation(first, second, body=body, sent=False)
    page = desk.get(f"{DESK}/{made.id}/sending")
    assert "10 working days" in page.text
    assert "Monday 7 December 2026" in page.text
    assert "2 authors and everyone who supports their proposals get a letter." in page.text
    assert "MGS-R-" not in page.text
    page = desk.press("Send it now", htmx=htmx, statements=90)
    assert "MGS-R-2026-0001" in page.text
    (sent,) = stored()
    assert sent.state == RecommendationState.SENT
    assert {reload_proposal(one).state for one in (first.id, second.id)} == {State.RECOMMENDED}
    clock = db.session().scalars(select(Deadline).where(Deadline.state == DeadlineState.RUNNING)).one()
    assert (clock.kind, clock.addressee_id) == (DeadlineKind.ANSWER, body.id)


def test_sending_twice_sends_once(desk: Visit, council: Council) -> None:
    made = make_recommendation(considered(council), sent=False)
    page = desk.get(f"{DESK}/{made.id}/sending")
    sent = {name: page.one("input", name=name).get("value") for name in ("csrf_token", "version")}
    desk.post(f"{DESK}/{made.id}/sending", sent, status=200, statements=60)
    page = desk.post(f"{DESK}/{made.id}/sending", sent, status=409)
    assert "MGS-R-2026-0001" in page.text
    assert [one.number for one in stored()] == ["MGS-R-2026-0001"]


def test_one_that_was_withdrawn_meanwhile_stops_the_sending(desk: Visit, council: Council) -> None:
    proposal = considered(council)
    made = make_recommendation(proposal, sent=False)
    facts: dict[str, Any] = {"by": ActorRole.RESIDENT, "actor_id": None, "now": present(), "reason": REASON}
    write(take_step, proposal.id, Act.WITHDRAW, **facts)
    page = desk.get(f"{DESK}/{made.id}/sending")
    assert "The council no longer considers these." in page.text
    page = desk.press("Send it now", status=422)
    assert "Choose proposals that this council is considering." in page.summary
    assert stored()[0].number is None


# --- More time --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
def test_more_time_moves_the_date_once(desk: Visit, council: Council, htmx: bool) -> None:
    made = make_recommendation(considered(council))
    page = desk.get(f"{DESK}/{made.id}/extension")
    assert "10 working days, at most 1 time" in page.text
    page = desk.press("Give more time", htmx=htmx, days="5", fields={"reason-ru": "Нужна смета"}, statements=60)
    assert "The date is moved." in page.text
    clock = db.session().scalars(select(Deadline).where(Deadline.kind == DeadlineKind.ANSWER)).one()
    assert clock.extra_days == 5
    desk.get(f"{DESK}/{made.id}/extension")
    page = desk.press("Give more time", htmx=htmx, days="5", status=422, fields={"reason-ru": "Ещё"})
    assert "cannot be extended again" in page.summary
    assert "Ещё" in page.text


@pytest.mark.parametrize("days", ["11", "0", "-1", "367", "x", "", "99999999999"])
def test_more_than_the_statute_allows_is_refused(desk: Visit, council: Council, days: str) -> None:
    made = make_recommendation(considered(council))
    desk.get(f"{DESK}/{made.id}/extension")
    page = desk.press("Give more time", days=days, status=422, fields={"reason-ru": "Нужна смета"})
    assert ("The statute allows at most 10 further days." in page.summary) is (days == "11")
    assert "Нужна смета" in page.text
    assert page.one("input", name="days").get("value") == days


def test_pressing_twice_gives_the_days_once(desk: Visit, council: Council) -> None:
    made = make_recommendation(considered(council))
    page = desk.get(f"{DESK}/{made.id}/extension")
    sent = {name: page.one("input", name=name).get("value") for name in ("csrf_token", "version")}
    sent |= {"days": "3", "reason-kk": "Смета керек"}
    desk.post(f"{DESK}/{made.id}/extension", sent, status=200, statements=60)
    desk.post(f"{DESK}/{made.id}/extension", sent, status=409)
    clock = db.session().scalars(select(Deadline).where(Deadline.kind == DeadlineKind.ANSWER)).one()
    assert clock.extra_days == 3


def test_a_date_that_has_passed_is_not_moved(
    desk: Visit, cast: Cast, council: Council, clock: time_machine.Traveller
) -> None:
    made = make_recommendation(considered(council))
    clock.shift(timedelta(days=40))
    desk.sign_in(cast.saule)
    desk.get(f"{DESK}/{made.id}/extension")
    page = desk.press("Give more time", days="3", status=409, fields={"reason-kk": "Кеш"})
    assert "This date has passed: it can no longer be moved." in page.summary


# --- Showing ----------------------------------------------------------------------------------------------


def test_a_recommendation_s_page_costs_the_same_for_many_proposals(desk: Visit, council: Council) -> None:
    author = make_person()
    few = make_recommendation(considered(council))
    many = make_recommendation(*[considered(council, author=author) for _ in range(9)])
    desk.get(f"{DESK}/{few.id}")
    cost = len(desk.statements)
    desk.get(f"{DESK}/{many.id}")
    assert len(desk.statements) == cost


def test_another_secretary_of_the_council_may_go_on_with_it(visit: Visit, council: Council) -> None:
    made = make_recommendation(considered(council), sent=False)
    visit.sign_in(make_staff(council, Role.SECRETARY))
    visit.get(f"{DESK}/{made.id}/sending")
    visit.press("Send it now", status=200, statements=60)
    assert stored()[0].state == RecommendationState.SENT


def test_whatever_is_typed_is_kept_as_text_or_refused_in_words(desk: Visit, council: Council) -> None:
    made = make_recommendation(considered(council), sent=False)
    for param in cases(where="reason"):
        (hostile,) = param.values
        if any(category(sign) in {"Cc", "Cn", "Cs"} and sign not in "\r\n\t" for sign in hostile.text):
            continue  # refused, and no page can repeat them in good HTML
        desk.get(f"{DESK}/{made.id}/edit")
        page = desk.press("Save the draft", fields={"text-kk": hostile.text, "title-kk": hostile.text})
        assert page.status in {200, 400, 413, 422}, hostile.id
        if page.status == 422:
            assert page.summary, hostile.id
    desk.get(f"{DESK}/{made.id}")
