"""Whose desk it is: every step tried as everybody, and every address of it as those who have nothing to do there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from karavan.accounts.models import Role
from karavan.proposals.lifecycle import LIFE, Who
from karavan.proposals.models import Act, State
from tests.support.civic import (
    make_answer,
    make_body,
    make_council,
    make_person,
    make_proposal,
    make_recommendation,
    make_staff,
    reload_proposal,
)
from tests.support.hostile import a_few

if TYPE_CHECKING:
    from flask import Flask

    from karavan.accounts.models import Person
    from karavan.councils.models import Council
    from karavan.proposals.models import Proposal
    from tests.support.cast import Cast
    from tests.support.visit import Visit

LOOKING = 45
"""What a page may ask the database that looks for similar submissions: a few questions for each rare word."""
HUGE = 99_999_999_999_999_999_999
STEPS = {step.act: step for step in LIFE}
STAFF = {act for act, step in STEPS.items() if {Who.MODERATOR, Who.SECRETARY} & set(step.who)}
BEFORE = {
    Act.RETURN: State.CHECKING,
    Act.REFUSE: State.CHECKING,
    Act.PUBLISH: State.CHECKING,
    Act.ADMIT: State.SUPPORTING,
    Act.CONSIDER: State.ADMITTED,
    Act.RECOMMEND: State.AT_COUNCIL,
    Act.DECLINE: State.AT_COUNCIL,
    Act.COMPLETE: State.ANSWERED,
}
"""From where each step of the staff is tried."""
ROLES = (
    "nobody", "amina", "author", "bekzat", "member", "daniyar", "moderator", "secretary", "saule", "root",
    "moderator elsewhere", "secretary elsewhere", "secretary of the body", "moderator and author",
    "secretary and author",
)  # fmt: skip


@pytest.fixture
def council(cast: Cast) -> Council:
    return make_council()


def somebody(name: str, cast: Cast, council: Council) -> Person | None:
    if name == "nobody":
        return None
    if name in cast.everyone():
        return cast.everyone()[name]
    if name == "author":
        return make_person()
    if name == "member":
        return make_staff(council, Role.COUNCIL_MEMBER)
    if name == "secretary of the body":
        return make_person(roles=((Role.SECRETARY, make_body().id),))
    where = make_council(slug="council-beineu", place="beineu") if name.endswith("elsewhere") else council
    return make_staff(where, Role.SECRETARY if name.startswith("secretary") else Role.MODERATOR)


def expected(name: str, act: Act) -> int:
    """Say what the table and the house's manners want; 200: the step is taken."""
    if name in {"amina", "author", "bekzat", "member"}:
        return 403
    if name in {"daniyar", "moderator elsewhere", "secretary elsewhere", "secretary of the body"}:
        return 404
    if name.endswith("and author"):
        return 403
    if name == "moderator" and Who.MODERATOR not in STEPS[act].who:
        return 403
    return 200


@pytest.mark.parametrize("name", ROLES)
@pytest.mark.parametrize("act", a_few(sorted(STAFF), of=4), ids=lambda act: act.value)
def test_a_step_is_taken_by_whom_the_table_names(
    visit: Visit, cast: Cast, council: Council, act: Act, name: str
) -> None:
    person = somebody(name, cast, council)
    author = person if name.endswith("author") else None
    proposal = make_proposal(council, state=BEFORE[act], author=author)
    address = f"/en/desk/proposals/{proposal.id}/steps/{act.value}"
    if person is None:
        visit.get(address)
        assert visit.address.startswith("/en/sign-in")
        visit.post(address)
        assert visit.address.startswith("/en/sign-in")
        return
    visit.sign_in(person)
    status = expected(name, act)
    page = visit.get(address, status=status)
    if status != 200:
        visit.post(address, status=status)
        assert reload_proposal(proposal.id).state == proposal.state
        return
    form = next(one for one in page.forms if one.action.endswith(address))
    typed = {"reason-ru": "Так решено"} if "reason-ru" in form.names else {}
    (button,) = form.submitters
    status = 422 if act == Act.RECOMMEND else 200
    visit.press("".join(button.itertext()).strip(), status=status, statements=LOOKING, fields=typed)
    after = proposal.state if act == Act.RECOMMEND else STEPS[act].after
    assert reload_proposal(proposal.id).state == after


@pytest.mark.parametrize("name", ["author", "moderator", "saule", "root", "secretary and author"])
def test_what_others_do_is_no_step_of_the_desk(visit: Visit, cast: Cast, council: Council, name: str) -> None:
    person = somebody(name, cast, council)
    proposal = make_proposal(council, author=person if name.endswith("author") else None)
    visit.sign_in(person or cast.amina)
    wanted = 403 if name == "author" else 404
    for act in set(Act) - STAFF:
        visit.get(f"/en/desk/proposals/{proposal.id}/steps/{act.value}", status=wanted)
        visit.post(f"/en/desk/proposals/{proposal.id}/steps/{act.value}", status=wanted)
    assert reload_proposal(proposal.id).version == proposal.version


@pytest.mark.parametrize("state", a_few(State, of=4), ids=lambda state: state.value)
def test_a_step_that_does_not_lead_on_from_here_is_refused(
    visit: Visit, cast: Cast, council: Council, state: State
) -> None:
    proposal = make_proposal(council, state=state)
    visit.sign_in(cast.saule)
    token = token_of(visit, make_proposal(council))
    for act in STAFF:
        if state in STEPS[act].before:
            continue
        address = f"/en/desk/proposals/{proposal.id}/steps/{act.value}"
        visit.get(address, statements=LOOKING)
        assert visit.address == f"/en/desk/proposals/{proposal.id}"
        typed = {"csrf_token": token, "version": str(proposal.version), "reason-ru": "Потому что"}
        page = visit.post(address, typed, status=409)
        assert "This cannot be done at the stage the proposal is at now." in page.summary
        assert "Потому что" in page.text, "what was typed is not lost"
    stands = reload_proposal(proposal.id)
    assert (stands.state, stands.version) == (state, proposal.version)


def token_of(visit: Visit, proposal: Proposal) -> str:
    page = visit.get(f"/en/desk/proposals/{proposal.id}/steps/publish")
    return next(one.get("value", "") for one in page.find("input", name="csrf_token"))


# --- Every address ----------------------------------------------------------------------------------------


def addresses(council: Council) -> dict[str, str]:
    """Return an address of each page of the desk, by its endpoint."""
    paper = make_proposal(council)
    waiting = make_proposal(council, state=State.AT_COUNCIL)
    draft = make_recommendation(waiting, sent=False)
    answered = make_proposal(council, state=State.AT_COUNCIL)
    sent = make_recommendation(answered)
    make_answer(sent, published=False)
    objection_id = _contested(council)
    found = {
        "index": "",
        "show": f"{paper.id}",
        "step": f"{paper.id}/steps/publish",
        "comparison": f"{paper.id}/comparison",
        "look": f"{paper.id}/look",
        "joining": f"{paper.id}/joining",
        "recommend": f"recommendations/new?council={council.id}",
        "recommendation": f"recommendations/{sent.id}",
        "change": f"recommendations/{draft.id}/edit",
        "sending": f"recommendations/{draft.id}/sending",
        "dropping": f"recommendations/{draft.id}/giving-up",
        "extension": f"recommendations/{sent.id}/extension",
        "hold": f"recommendations/{sent.id}/pause",
        "answer": f"recommendations/{sent.id}/answer",
        "check": f"recommendations/{sent.id}/answer/check",
        "publication": f"recommendations/{sent.id}/answer/publication",
        "attach": f"recommendations/{sent.id}/answer/files",
        "detach": f"recommendations/{sent.id}/answer/files/none/removal",
        "objection": f"objections/{objection_id}",
    }
    return {name: f"/en/desk/proposals/{path}" for name, path in found.items()}


def _contested(council: Council) -> int:
    from karavan.proposals.rules.answer import contest  # noqa: PLC0415 -- only here
    from tests.support.civic import present, proposal_recommendations, write  # noqa: PLC0415

    proposal = make_proposal(council, state=State.ANSWERED)
    (recommendation,) = proposal_recommendations(proposal.id)
    facts: dict[str, Any] = {"person_id": proposal.author_id, "reason": "Жауап жоқ", "now": present()}
    found: int = write(contest, recommendation.id, proposal.id, **facts).id
    return found


OF_MODERATORS = {"index", "show", "step", "comparison", "look", "joining"}
"""What a moderator has to do with; the rest is for secretaries."""


def takes_a_form(app: Flask, endpoint: str) -> bool:
    return any("POST" in (rule.methods or ()) for rule in app.url_map.iter_rules(f"proposal_desk.{endpoint}"))


def test_the_list_above_is_whole(app: Flask, council: Council) -> None:
    urls = app.url_map.bind("karavan.test")
    tried = {urls.match(address.partition("?")[0])[0] for address in addresses(council).values()}
    ours = {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.startswith("proposal_desk.")}
    assert ours - tried == {f"proposal_desk.{name}" for name in ("enter", "entered", "scan")}, "those of the paper"


def test_a_stranger_is_asked_to_sign_in(app: Flask, visit: Visit, council: Council) -> None:
    for endpoint, address in addresses(council).items():
        visit.get(address)
        assert visit.address.startswith("/en/sign-in"), address
        if takes_a_form(app, endpoint):
            visit.post(address)
            assert visit.address.startswith("/en/sign-in"), address


@pytest.mark.parametrize("name", ["amina", "bekzat", "member"])
def test_who_looks_after_no_council_has_no_desk(
    app: Flask, visit: Visit, cast: Cast, council: Council, name: str
) -> None:
    visit.sign_in(somebody(name, cast, council) or cast.amina)
    for endpoint, address in addresses(council).items():
        visit.get(address, status=403)
        if takes_a_form(app, endpoint):
            visit.post(address, status=403)


@pytest.mark.parametrize("name", ["secretary elsewhere", "moderator elsewhere", "secretary of the body"])
def test_what_is_another_council_s_is_none(app: Flask, visit: Visit, cast: Cast, council: Council, name: str) -> None:
    visit.sign_in(somebody(name, cast, council) or cast.amina)
    for endpoint, address in addresses(council).items():
        if endpoint == "index":
            assert "Жаңаөзеннен" not in visit.get(address).text
            continue
        wanted = 403 if endpoint == "recommend" and name != "secretary elsewhere" else 404
        visit.get(address, status=wanted, statements=LOOKING)
        if takes_a_form(app, endpoint):
            visit.post(address, status=wanted)


def test_a_moderator_has_nothing_to_do_with_recommendations(app: Flask, visit: Visit, council: Council) -> None:
    visit.sign_in(make_staff(council))
    for endpoint, address in addresses(council).items():
        wanted = 404 if endpoint == "comparison" else 200 if endpoint in OF_MODERATORS else 403
        visit.get(address, status=wanted, statements=LOOKING)
        if takes_a_form(app, endpoint) and wanted != 200:
            visit.post(address, status=wanted)


@pytest.mark.parametrize("name", ["saule", "root"])
def test_secretaries_and_administrators_see_every_page(visit: Visit, cast: Cast, council: Council, name: str) -> None:
    visit.sign_in(cast.everyone()[name])
    for endpoint, address in addresses(council).items():
        visit.get(address, status=404 if endpoint == "comparison" else 200, statements=LOOKING)


def test_somebody_who_moderates_for_no_council_is_told_so(visit: Visit, cast: Cast, council: Council) -> None:
    visit.sign_in(cast.daniyar)
    visit.get("/en/desk/proposals/", status=403)


def test_the_body_s_people_see_what_was_sent_to_them_and_nothing_else(visit: Visit, council: Council) -> None:
    body = make_body()
    person = make_person(roles=((Role.SECRETARY, body.id),))
    carried = make_proposal(council, state=State.AT_COUNCIL)
    mine = make_recommendation(carried, body=body)
    draft = make_recommendation(make_proposal(council, state=State.AT_COUNCIL), body=body, sent=False)
    others = make_recommendation(make_proposal(council, state=State.AT_COUNCIL))
    visit.sign_in(person)
    page = visit.get("/en/desk/proposals/")
    assert mine.number
    assert mine.number in page.text
    assert others.number not in page.text
    visit.get(f"/en/desk/proposals/recommendations/{mine.id}")
    visit.get(f"/en/desk/proposals/recommendations/{mine.id}/answer")
    visit.get(f"/en/desk/proposals/recommendations/{mine.id}/extension", status=403)
    visit.get(f"/en/desk/proposals/recommendations/{draft.id}", status=404)
    visit.get(f"/en/desk/proposals/recommendations/{others.id}", status=404)
    visit.get(f"/en/desk/proposals/{carried.id}", status=404)


def test_unknown_numbers_are_nothing(visit: Visit, cast: Cast, council: Council) -> None:
    visit.sign_in(cast.root)
    for number in (0, 999_999, 2**31, HUGE):
        for path in (
            "{}", "{}/steps/publish", "{}/comparison", "{}/look", "{}/joining", "recommendations/{}",
            "recommendations/{}/edit", "recommendations/{}/sending", "recommendations/{}/giving-up",
            "recommendations/{}/extension", "recommendations/{}/pause",
            "recommendations/{}/answer", "recommendations/{}/answer/check", "objections/{}",
        ):  # fmt: skip
            visit.get(f"/en/desk/proposals/{path.format(number)}", status=404)
        visit.get(f"/en/desk/proposals/recommendations/new?council={number}", status=404)
    proposal = make_proposal(council)
    for act in ("", "submit", "withdraw", "join", "gather", "answer", "PUBLISH", "nonsense", "x" * 300):
        visit.get(f"/en/desk/proposals/{proposal.id}/steps/{act}", status=404)
