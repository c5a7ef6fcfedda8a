"""The desk of moderators and secretaries: what waits, one card, and deciding about it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from karavan.accounts.models import Role
from karavan.core.clock import now as present
from karavan.core.database import db
from karavan.notifications.models import Letter
from karavan.proposals.models import Act, Channel, JoinRequest, Proposal, State, StateChange
from karavan.proposals.rules.steps import take_step
from karavan.proposals.rules.support import support
from karavan.proposals.rules.write import Words, compare, edit, enter
from karavan.record.models import ActorRole
from tests.support.civic import (
    REASON,
    make_council,
    make_person,
    make_proposal,
    make_recommendation,
    make_staff,
    reload_proposal,
    submission,
    write,
)

if TYPE_CHECKING:
    import time_machine

    from karavan.accounts.models import Person
    from karavan.councils.models import Council
    from tests.support.cast import Cast
    from tests.support.visit import Visit

LOOKING = 45
"""What a page may ask the database that looks for similar submissions."""
DESK = "/en/desk/proposals/"


@pytest.fixture
def council(cast: Cast) -> Council:
    return make_council()


@pytest.fixture
def desk(visit: Visit, cast: Cast, council: Council) -> Visit:
    """Saule's browser: she is the secretary of the council."""
    visit.sign_in(cast.saule)
    return visit


def on_paper(council: Council, by: Person, **changes: Any) -> Proposal:
    wish = submission(council, channel=Channel.PAPER, author_phone="+77011234567", **changes)
    return write(enter, wish, by_person=by.id, now=present())


def card(proposal: Proposal) -> str:
    return f"{DESK}{proposal.id}"


def step(proposal: Proposal, act: Act) -> str:
    return f"{DESK}{proposal.id}/steps/{act.value}"


def letters_to(person_id: int | None) -> list[str]:
    found = db.session().scalars(select(Letter).order_by(Letter.id)).all()
    return [str(letter.payload) for letter in found if letter.letter == "proposals/step"]


# --- What waits -------------------------------------------------------------------------------------------


def test_the_longest_waiting_comes_first_with_its_place_and_its_date(
    desk: Visit, council: Council, clock: time_machine.Traveller
) -> None:
    first = make_proposal(council, title="Бірінші ұсыныс жол туралы")
    clock.shift(timedelta(hours=1))
    second = make_proposal(council, title="Екінші ұсыныс су туралы")
    desk.sign_in(make_staff(council))
    page = desk.get(DESK)
    assert page.text.index(first.title) < page.text.index(second.title)
    assert "Place in the queue: 1" in page.text
    assert "Place in the queue: 2" in page.text
    assert "2 working days left" in page.text
    assert "To check 2" in page.text


def test_what_is_overdue_is_said_so(desk: Visit, cast: Cast, council: Council, clock: time_machine.Traveller) -> None:
    make_proposal(council)
    clock.shift(timedelta(days=7))
    desk.sign_in(cast.saule)
    assert "The date passed 3 working days ago" in desk.get(DESK).text


def test_every_tab_has_its_number_and_its_rows(desk: Visit, council: Council) -> None:
    for state in (State.SUPPORTING, State.ADMITTED, State.AT_COUNCIL, State.RECOMMENDED, State.ANSWERED):
        make_proposal(council, state=state, title=f"Ұсыныс {state.value}")
    waiting = make_proposal(council, state=State.AT_COUNCIL, title="Ұсыныс қаралуда")
    make_recommendation(waiting, sent=False)
    page = desk.get(DESK)
    tabs = {
        "supporting": "Gathering support 1", "admitted": "Admitted 1", "council": "Before the council 2",
        "drafts": "Recommendations to send 1", "waiting": "Waiting for an answer 1", "answered": "Answered 1",
        "objections": "Objections to decide 0", "changed": "Text changed 0", "checking": "To check 0",
    }  # fmt: skip
    for tab, words in tabs.items():
        assert words in page.text
        listed = desk.get(f"{DESK}?tab={tab}")
        assert (len(listed.find("ol", class_="list")) == 1) is not words.endswith("0"), tab
    assert "Still missing: 9" in desk.get(f"{DESK}?tab=supporting").text


def test_a_moderator_has_no_tabs_of_recommendations(visit: Visit, council: Council) -> None:
    visit.sign_in(make_staff(council))
    page = visit.get(f"{DESK}?tab=waiting")
    assert "Recommendations to send" not in page.text
    assert "To check" in page.text


def test_many_rows_cost_no_more_and_come_in_pages(desk: Visit, council: Council) -> None:
    author = make_person()
    for number in range(9):
        make_proposal(council, author=author, title=f"Ұсыныс {number}")
    for number in range(24):
        make_proposal(council, title=f"Тағы {number}")
    page = desk.get(f"{DESK}?tab=checking", statements=12)
    assert len(page.find("h3")) == 30
    page = desk.follow("Next page", statements=12)
    assert len(page.find("h3")) == 3
    assert "Place in the queue: 33" in page.text
    for nonsense in ("-1", "x", "99999999999999999999", "²"):
        desk.get(f"{DESK}?tab=checking&page={nonsense}")
    desk.get(f"{DESK}?tab=nonsense")


def test_an_empty_desk_says_so(desk: Visit) -> None:
    assert "Nothing waits here" in desk.get(DESK).text


def test_the_administrator_sees_every_council_s(visit: Visit, cast: Cast, council: Council) -> None:
    here = make_proposal(council, title="Ақтаудағы ұсыныс")
    there = make_proposal(make_council(slug="council-beineu", place="beineu"), title="Бейнеудегі ұсыныс")
    visit.sign_in(cast.root)
    page = visit.get(DESK)
    assert here.title in page.text
    assert there.title in page.text


# --- One card ---------------------------------------------------------------------------------------------


def test_the_card_shows_the_text_the_clock_and_who_wrote_it(desk: Visit, council: Council) -> None:
    proposal = make_proposal(council, author=make_person("Айгүл"))
    page = desk.get(card(proposal), statements=LOOKING)
    for words in (proposal.problem, proposal.solution, "Айгүл С.", "Айгүл Сәрсенова", "Not public", "Publish"):
        assert words in page.text
    assert "2 working days left" in page.text
    assert "Place in the queue: 1" in page.text


def test_what_the_author_typed_is_only_shown(desk: Visit, council: Council) -> None:
    nasty = "<script>alert(1)</script>{{ 7*7 }} %(title)s"
    proposal = make_proposal(council, title=nasty, problem=nasty, solution=nasty, author_name=nasty, public_name=nasty)
    page = desk.get(card(proposal), statements=LOOKING)
    assert nasty in page.text
    for act in (Act.PUBLISH, Act.RETURN):
        assert nasty in desk.get(step(proposal, act)).text
    assert nasty in desk.get(DESK).text


def test_one_s_own_is_left_to_others(visit: Visit, council: Council) -> None:
    person = make_staff(council, Role.SECRETARY)
    proposal = make_proposal(council, author=person)
    visit.sign_in(person)
    page = visit.get(card(proposal), statements=LOOKING)
    assert "This is your own proposal. Others decide about it." in page.text
    assert not page.find("a", class_="btn--w")
    visit.get(f"{card(proposal)}/joining", status=403)
    visit.get(f"{card(proposal)}/look", status=403)


# --- Steps ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
def test_publishing_tells_the_author_and_is_done_once(desk: Visit, council: Council, htmx: bool) -> None:
    proposal = make_proposal(council)
    desk.get(step(proposal, Act.PUBLISH))
    page = desk.press("Publish", htmx=htmx, statements=LOOKING)
    assert desk.address == card(proposal)
    assert "Published: everyone can read it and support it now." in page.text
    stands = reload_proposal(proposal.id)
    assert (stands.state, stands.supports_needed, stands.checked_revision) == (State.PUBLISHED, 10, 1)
    assert len(letters_to(proposal.author_id)) == 2, "handed in, published"


def test_pressing_twice_is_pressing_once(desk: Visit, council: Council) -> None:
    proposal = make_proposal(council)
    page = desk.get(step(proposal, Act.PUBLISH))
    typed = {name: page.one("input", name=name).get("value") for name in ("csrf_token", "version")}
    desk.post(step(proposal, Act.PUBLISH), typed, status=200, statements=LOOKING)
    page = desk.post(step(proposal, Act.PUBLISH), typed, status=409)
    assert "This has changed since you opened the page." in page.summary
    steps = db.session().scalars(select(StateChange).where(StateChange.proposal_id == proposal.id)).all()
    assert [one.act for one in steps] == [Act.SUBMIT, Act.PUBLISH]


def test_a_refusal_without_a_reason_is_none(desk: Visit, council: Council) -> None:
    proposal = make_proposal(council)
    for act, button in ((Act.REFUSE, "Do not publish"), (Act.RETURN, "Return to the author")):
        desk.get(step(proposal, act))
        page = desk.press(button, status=422, fields={"reason-kk": "  ", "reason-ru": ""})
        assert "Give a reason in Kazakh or in Russian." in page.summary
    assert reload_proposal(proposal.id).state == State.CHECKING


@pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
def test_the_reason_reaches_the_author(desk: Visit, council: Council, htmx: bool) -> None:
    proposal = make_proposal(council)
    page = desk.get(step(proposal, Act.RETURN))
    assert "The author writes in Kazakh." in page.text
    desk.press("Return to the author", htmx=htmx, statements=LOOKING, fields={"reason-kk": "Телефонды алып тастаңыз"})
    stands = reload_proposal(proposal.id)
    assert (stands.state, stands.ended_reason.kk) == (State.DRAFT, "Телефонды алып тастаңыз")
    assert "Телефонды алып тастаңыз" in letters_to(proposal.author_id)[-1]
    assert "Телефонды" in desk.get(card(proposal)).text


@pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
def test_who_decides_second_sees_what_happened_and_keeps_her_words(desk: Visit, council: Council, htmx: bool) -> None:
    proposal = make_proposal(council)
    desk.get(step(proposal, Act.REFUSE))
    facts: dict[str, Any] = {"by": ActorRole.MODERATOR, "actor_id": None, "now": present(), "reason": REASON}
    write(take_step, proposal.id, Act.RETURN, **facts)
    page = desk.press("Do not publish", htmx=htmx, fields={"reason-ru": "Долго писала это"})
    assert page.status == (422 if htmx else 409)
    assert "This has changed since you opened the page." in page.summary
    assert "Being checked → Returned to the author" in page.text
    assert "Долго писала это" in page.text
    assert reload_proposal(proposal.id).state == State.DRAFT


def test_who_saw_an_older_text_looks_again_and_may_still_decide(desk: Visit, council: Council) -> None:
    author = make_person()
    proposal = make_proposal(council, author=author)
    desk.get(step(proposal, Act.PUBLISH))
    words = Words(title="Басқа тақырып", problem=proposal.problem, solution=proposal.solution)
    write(edit, proposal.id, words, person_id=author.id, read_version=proposal.version, now=present())
    page = desk.press("Publish", status=409)
    assert "Read it again before you decide." in page.text
    assert reload_proposal(proposal.id).state == State.CHECKING
    desk.press("Publish", status=200, statements=LOOKING)
    assert reload_proposal(proposal.id).state == State.PUBLISHED


@pytest.mark.parametrize("version", ["", "x", "0", "-1", "²", "99999999999999999999"])
def test_a_version_that_never_was_is_an_old_one(desk: Visit, council: Council, version: str) -> None:
    proposal = make_proposal(council)
    page = desk.get(step(proposal, Act.PUBLISH))
    token = page.one("input", name="csrf_token").get("value")
    desk.post(step(proposal, Act.PUBLISH), {"csrf_token": token, "version": version, "revision": version}, status=409)
    assert reload_proposal(proposal.id).state == State.CHECKING


def test_without_a_token_nothing_happens_and_the_words_stay(desk: Visit, council: Council) -> None:
    proposal = make_proposal(council)
    page = desk.post(step(proposal, Act.REFUSE), {"version": "1", "reason-ru": "Мои слова"}, status=422)
    assert "Nothing is lost: please press the button again." in page.summary
    assert "Мои слова" in page.text
    assert reload_proposal(proposal.id).state == State.CHECKING


def test_too_few_supports_ask_for_a_reason(desk: Visit, council: Council) -> None:
    proposal = make_proposal(council, state=State.SUPPORTING)
    page = desk.get(step(proposal, Act.ADMIT))
    assert "Needed: 10" in page.text
    page = desk.press("Admit for consideration", status=422)
    assert "To admit it all the same, give a reason." in page.summary
    desk.press("Admit for consideration", status=200, fields={"reason-ru": "Дело спешное"}, statements=LOOKING)
    assert reload_proposal(proposal.id).state == State.ADMITTED


def test_a_support_in_between_does_not_stand_in_the_way(desk: Visit, council: Council) -> None:
    proposal = make_proposal(council, state=State.SUPPORTING)
    desk.get(step(proposal, Act.ADMIT))
    write(support, proposal.id, person_id=make_person().id, now=present())
    desk.press("Admit for consideration", status=200, fields={"reason-ru": "Дело спешное"}, statements=LOOKING)
    assert reload_proposal(proposal.id).state == State.ADMITTED


# --- Four eyes --------------------------------------------------------------------------------------------


def test_what_was_typed_is_compared_by_somebody_else(visit: Visit, cast: Cast, council: Council) -> None:
    proposal = on_paper(council, cast.saule)
    visit.sign_in(cast.saule)
    page = visit.get(f"{card(proposal)}/comparison")
    assert "Somebody else has to compare the text with the original." in page.text
    visit.get(step(proposal, Act.PUBLISH))
    page = visit.press("Publish", status=422)
    assert "A second person must compare" in page.summary
    visit.sign_in(make_staff(council, name="Марат"))
    assert "A second person must compare it" in visit.get(DESK).text
    visit.get(card(proposal), statements=LOOKING)
    visit.follow("Compare it")
    visit.press("Both say the same", status=200, statements=LOOKING)
    assert reload_proposal(proposal.id).second_id is not None
    visit.get(step(proposal, Act.PUBLISH))
    visit.press("Publish", status=200, statements=LOOKING)
    assert reload_proposal(proposal.id).state == State.PUBLISHED


def test_who_typed_it_cannot_compare_it_past_the_page(visit: Visit, cast: Cast, council: Council) -> None:
    proposal = on_paper(council, cast.saule)
    visit.sign_in(cast.saule)
    page = visit.get(step(proposal, Act.PUBLISH))
    token = page.one("input", name="csrf_token").get("value")
    typed = {"csrf_token": token, "version": str(proposal.version)}
    page = visit.post(f"{card(proposal)}/comparison", typed, status=422)
    assert "This must be done by somebody else" in page.summary
    assert reload_proposal(proposal.id).second_id is None


def test_comparing_twice_or_too_late_is_refused(desk: Visit, council: Council) -> None:
    proposal = on_paper(council, make_staff(council))
    page = desk.get(f"{card(proposal)}/comparison")
    typed = {name: page.one("input", name=name).get("value") for name in ("csrf_token", "version")}
    other = make_staff(council)
    write(compare, proposal.id, by_person=other.id, read_version=proposal.version, now=present())
    page = desk.post(f"{card(proposal)}/comparison", typed, status=409)
    assert "What has happened meanwhile" in page.text
    assert reload_proposal(proposal.id).second_id == other.id


# --- Looking again ----------------------------------------------------------------------------------------


def changed(council: Council) -> tuple[Proposal, Person]:
    author = make_person()
    proposal = make_proposal(council, author=author, state=State.PUBLISHED)
    words = Words(title=proposal.title, problem=proposal.problem, solution="Екі рейс қосу керек.")
    write(edit, proposal.id, words, person_id=author.id, read_version=proposal.version, now=present())
    return reload_proposal(proposal.id), author


@pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
def test_a_text_changed_after_publication_is_looked_at(desk: Visit, council: Council, htmx: bool) -> None:
    proposal, _ = changed(council)
    assert proposal.title in desk.get(f"{DESK}?tab=changed").text
    desk.get(card(proposal), statements=LOOKING)
    page = desk.follow("Look at what changed")
    assert page.find("ins")
    desk.press("I have looked: it is in order", htmx=htmx, status=200, statements=LOOKING)
    assert reload_proposal(proposal.id).checked_revision == 2
    desk.get(f"{card(proposal)}/look", statements=LOOKING)
    assert desk.address == card(proposal)


def test_a_text_changed_once_more_is_looked_at_once_more(desk: Visit, council: Council) -> None:
    proposal, author = changed(council)
    desk.get(f"{card(proposal)}/look")
    words = Words(title="Тағы өзгерді", problem=proposal.problem, solution=proposal.solution)
    write(edit, proposal.id, words, person_id=author.id, read_version=proposal.version, now=present())
    page = desk.press("I have looked: it is in order", status=409)
    assert "Тағы өзгерді" in page.text
    assert reload_proposal(proposal.id).checked_revision == 1


# --- Joining ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
def test_the_author_is_asked_whether_to_join(desk: Visit, council: Council, htmx: bool) -> None:
    proposal = make_proposal(council, state=State.PUBLISHED)
    other = make_proposal(council, state=State.PUBLISHED, title="Сол туралы басқа ұсыныс")
    desk.get(f"{card(proposal)}/joining", statements=LOOKING)
    typed = {"into": other.number.lower(), "reason-kk": "Екеуі бір жол туралы"}
    page = desk.press("Ask the author", htmx=htmx, statements=LOOKING, fields=typed)
    assert "The author is asked by letter." in page.text
    asked = db.session().scalars(select(JoinRequest)).one()
    assert (asked.proposal_id, asked.into_id) == (proposal.id, other.id)
    assert reload_proposal(proposal.id).state == State.PUBLISHED
    assert other.number in desk.get(f"{card(proposal)}/joining", statements=LOOKING).text


def test_what_cannot_be_joined_is_refused_and_the_words_stay(desk: Visit, council: Council) -> None:
    proposal = make_proposal(council, state=State.PUBLISHED)
    elsewhere = make_proposal(make_council(slug="council-beineu", place="beineu"), state=State.PUBLISHED)
    unseen = make_proposal(council)
    for number in (proposal.number, elsewhere.number, unseen.number, "MGS-2026-99999", "'; --"):
        desk.get(f"{card(proposal)}/joining", statements=LOOKING)
        typed = {"into": number, "reason-ru": "Об одном и том же"}
        page = desk.press("Ask the author", status=422, statements=LOOKING, fields=typed)
        assert "Choose another proposal of the same council that is still open." in page.summary
        assert "Об одном и том же" in page.text
    page = desk.press("Ask the author", status=422, statements=LOOKING, into="", fields={"reason-ru": ""})
    assert "Enter the number of the other proposal." in page.summary
    assert db.session().scalars(select(JoinRequest)).all() == []


def test_an_author_is_asked_once_at_a_time(desk: Visit, council: Council) -> None:
    proposal = make_proposal(council, state=State.PUBLISHED)
    other = make_proposal(council, state=State.PUBLISHED)
    page = desk.get(f"{card(proposal)}/joining?into={other.number}", statements=LOOKING)
    typed = {name: page.one("input", name=name).get("value") for name in ("csrf_token", "version", "into")}
    typed["reason-ru"] = "Об одном"
    desk.post(f"{card(proposal)}/joining", typed, status=200, statements=LOOKING)
    desk.post(f"{card(proposal)}/joining", typed, status=409, statements=LOOKING)
    assert len(db.session().scalars(select(JoinRequest)).all()) == 1
