"""What authors and supporters do: as plain forms, as htmx sends them, by the wrong people, at the wrong time, twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from karavan.proposals import queries
from karavan.proposals.lifecycle import OPEN_TO_SUPPORT
from karavan.proposals.models import JoinRequest, Objection, Proposal, Rating, Revision, State, Support
from karavan.proposals.rules.join import ask_to_join
from karavan.proposals.rules.support import support
from karavan.proposals.rules.write import Words, edit
from tests.support.civic import (
    REASON,
    make_council,
    make_person,
    make_proposal,
    proposal_recommendations,
    reload_proposal,
    write,
)
from tests.support.hostile import Case, a_few, cases
from tests.support.page import text_of
from tests.support.routes import contents
from tests.support.settings import NOW
from tests.support.signing_in import sign_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from sqlalchemy.orm import Session

    from tests.support.cast import Cast
    from tests.support.visit import Visit

both_ways = pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
MORE = 15
"""SQL of a page for somebody with a session."""


def url_of(proposal: Proposal, rest: str = "", lang: str = "en") -> str:
    return f"/{lang}/proposals/{proposal.number}{rest}"


def live(session: Session, proposal: Proposal) -> int:
    session.close()
    mine = select(func.count()).where(Support.proposal_id == proposal.id, Support.withdrawn_at.is_(None))
    return session.scalars(mine).one()


def answer_of(session: Session, proposal: Proposal) -> int:
    session.close()
    return queries.recommendations_of(session, proposal.id)[0].answers[0].id


# --- Who may do what ------------------------------------------------------------------------------------------


def acts(session: Session, proposal: Proposal) -> list[str]:
    """Every address of the author's own acts on an answered submission."""
    (recommendation,) = proposal_recommendations(proposal.id)
    answer_id = answer_of(session, proposal)
    return [
        "/edit",
        "/withdrawal",
        "/joining",
        f"/answers/{answer_id}/rating",
        f"/recommendations/{recommendation.id}/objection",
    ]


SENT = {"title": "a", "problem": "b", "solution": "c", "reason": "d", "score": "3", "accept": "1", "version": "1"}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_only_the_author_acts_for_herself(
    session: Session, cast: Cast, new_visitor: Callable[[], Visit], method: str
) -> None:
    """Strangers sign in first; everybody else, staff and administrators too, is refused."""
    proposal = make_proposal(make_council(), author=cast.amina, state=State.ANSWERED)
    for person, status in ((None, 303), *((one, 403) for one in (cast.bekzat, cast.saule, cast.daniyar, cast.root))):
        visit = new_visitor()
        if person:
            visit.sign_in(person)
        before = contents(session)
        for rest in acts(session, proposal):
            answer = visit.send(method, url_of(proposal, rest), data=SENT)
            assert answer.status_code == status, (person and person.name, rest)
        assert contents(session) == before


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("state", [State.DRAFT, State.CHECKING, State.REFUSED])
def test_of_what_is_not_public_strangers_learn_nothing(
    session: Session, cast: Cast, new_visitor: Callable[[], Visit], method: str, state: State
) -> None:
    proposal = make_proposal(make_council(), author=cast.amina, state=state)
    every = ("/support", "/support/withdrawal", "/support/move", "/edit", "/withdrawal", "/joining")
    for person, status in ((cast.bekzat, 404), (cast.daniyar, 404), (cast.ermek, 404), (None, 303)):
        visit = new_visitor()
        if person:
            visit.sign_in(person)
        for rest in (*every, "/answers/1/rating", "/recommendations/1/objection"):
            assert visit.send(method, url_of(proposal, rest), data=SENT).status_code == status, rest


@pytest.mark.parametrize("number", a_few([0, 2, 2**31, 2**63, 10**40]))
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_answers_and_recommendations_of_others_are_not_hers(
    session: Session, cast: Cast, visit: Visit, method: str, number: int
) -> None:
    mine = make_proposal(author=cast.amina, state=State.ANSWERED)
    other = make_proposal(state=State.ANSWERED)
    known = {answer_of(session, mine), proposal_recommendations(mine.id)[0].id}
    foreign = {answer_of(session, other), proposal_recommendations(other.id)[0].id}
    visit.sign_in(cast.amina)

    for one in ({number} | foreign) - known:
        for rest in (f"/answers/{one}/rating", f"/recommendations/{one}/objection"):
            assert visit.send(method, url_of(mine, rest), data=SENT).status_code == 404


# --- Supporting -----------------------------------------------------------------------------------------------


@both_ways
def test_amina_supports_and_takes_it_back(session: Session, cast: Cast, visit: Visit, htmx: bool) -> None:
    proposal = make_proposal(state=State.PUBLISHED, supports=1)
    visit.sign_in(cast.amina)
    visit.get(url_of(proposal), statements=MORE)

    page = visit.press("I support this", htmx=htmx, status=200)
    assert "You support this" in page.text
    assert "2 people support it" in page.text
    assert page.toasts.startswith("You support this proposal")
    assert live(session, proposal) == 2

    page = visit.press("Take my support back", htmx=htmx, status=200)
    assert "1 person supports it" in page.text
    assert live(session, proposal) == 1


def test_a_stranger_signs_in_and_comes_back_to_one_press(session: Session, cast: Cast, visit: Visit) -> None:
    proposal = make_proposal(state=State.PUBLISHED)
    visit.get(url_of(proposal))
    assert "csrf_token" not in visit.page.body  # type: ignore[union-attr]
    page = visit.follow("I support this")
    assert page.address == f"/en/sign-in?next={url_of(proposal, '/support')}"

    page = sign_in(visit, "amina@example.kz", onward=url_of(proposal, "/support"))
    assert page.address == url_of(proposal, "/support")
    visit.press("I support this", statements=60)

    assert visit.address == url_of(proposal)
    assert live(session, proposal) == 1


@both_ways
def test_pressing_twice_is_one_support(
    session: Session, cast: Cast, new_visitor: Callable[[], Visit], htmx: bool
) -> None:
    proposal = make_proposal(state=State.PUBLISHED)
    first, second = new_visitor(), new_visitor()
    for visit in (first, second):
        visit.sign_in(cast.amina)
        visit.get(url_of(proposal, "/support"))
    for visit in (first, second):
        visit.press("I support this", htmx=htmx, status=200)

    assert live(session, proposal) == 1
    assert reload_proposal(proposal.id).supports == 1


@both_ways
@pytest.mark.parametrize("state", [state for state in State if state not in OPEN_TO_SUPPORT])
def test_what_is_past_support_says_so(session: Session, cast: Cast, visit: Visit, state: State, htmx: bool) -> None:
    proposal = make_proposal(state=State.PUBLISHED)
    visit.sign_in(cast.amina)
    visit.get(url_of(proposal, "/support"))

    def move_on(writing: Session) -> None:
        writing.get_one(Proposal, proposal.id).state = state

    write(move_on)
    hidden = state in (State.DRAFT, State.CHECKING, State.REFUSED)
    visit.press("I support this", htmx=htmx, status=404 if hidden else 422)

    assert live(session, proposal) == 0


def test_an_authors_own_support_goes_without_saying(session: Session, cast: Cast, visit: Visit) -> None:
    proposal = make_proposal(author=cast.amina, state=State.PUBLISHED)
    visit.sign_in(cast.amina)

    page = visit.get(url_of(proposal, "/support"))
    assert "You are the author" in page.text
    visit.get("/en/appearance")
    token = visit.page.one("input", name="csrf_token").get("value")  # type: ignore[union-attr]
    visit.post(url_of(proposal, "/support"), {"csrf_token": token}, status=422)

    assert live(session, proposal) == 0


@both_ways
def test_a_supporter_of_a_joined_one_moves_her_support(session: Session, cast: Cast, visit: Visit, htmx: bool) -> None:
    proposal = make_proposal(state=State.JOINED)
    into = proposal.joined_into
    assert into is not None

    def had_supported(writing: Session) -> None:
        writing.add(Support(proposal_id=proposal.id, person_id=cast.amina.id, revision=1, given_at=NOW))

    write(had_supported)
    visit.sign_in(cast.amina)
    visit.get(url_of(proposal), statements=MORE)

    visit.press("Move my support there", htmx=htmx, status=200)

    assert (live(session, proposal), live(session, into)) == (0, 1)


def test_support_without_a_token_is_asked_again(session: Session, cast: Cast, visit: Visit) -> None:
    proposal = make_proposal(state=State.PUBLISHED)
    visit.sign_in(cast.amina)

    page = visit.post(url_of(proposal, "/support"), {}, status=422)

    assert "press the button again" in page.summary
    assert live(session, proposal) == 0


def test_so_many_presses_are_enough(
    session: Session, cast: Cast, other_app: Callable[..., Flask], visit: Visit
) -> None:
    proposal = make_proposal(state=State.PUBLISHED)
    visit.sign_in(cast.amina)
    limited = type(visit)(other_app(rate_limits=True), after=session.close)
    try:
        limited.sign_in(cast.amina)
        answers = [limited.send("POST", url_of(proposal, "/support")).status_code for _ in range(62)]
    finally:
        limited.close()

    assert answers[0] == 422
    assert answers[-1] == 429


# --- The text -------------------------------------------------------------------------------------------------


@both_ways
def test_an_author_changes_her_text(session: Session, cast: Cast, visit: Visit, htmx: bool) -> None:
    proposal = make_proposal(author=cast.amina, state=State.PUBLISHED, supports=1)
    visit.sign_in(cast.amina)
    visit.get(url_of(proposal), statements=MORE)
    visit.follow("Change the text")

    page = visit.press("Save the changes", title="Екі автобус керек", htmx=htmx, status=200)

    assert page.address == url_of(proposal)
    assert page.h1 == "Екі автобус керек"
    assert reload_proposal(proposal.id).revision == 2


@both_ways
def test_an_incomplete_text_keeps_what_was_typed(session: Session, cast: Cast, visit: Visit, htmx: bool) -> None:
    proposal = make_proposal(author=cast.amina, state=State.PUBLISHED)
    visit.sign_in(cast.amina)
    visit.get(url_of(proposal, "/edit"))

    page = visit.press("Save the changes", title=" ", problem="Жаңа сөз", htmx=htmx, status=422)

    assert "Say in one line what you propose." in page.summary
    assert "Жаңа сөз" in page.text
    assert reload_proposal(proposal.id).revision == 1


@both_ways
def test_two_windows_keep_both_texts_in_sight(session: Session, cast: Cast, visit: Visit, htmx: bool) -> None:
    proposal = make_proposal(author=cast.amina, state=State.PUBLISHED)
    visit.sign_in(cast.amina)
    visit.get(url_of(proposal, "/edit"))
    words = Words(title="Басқа терезеден", problem=proposal.problem, solution=proposal.solution)
    version = reload_proposal(proposal.id).version
    write(edit, proposal.id, words, person_id=cast.amina.id, read_version=version, now=NOW)

    page = visit.press("Save the changes", title="Осы терезеден", htmx=htmx)
    assert page.status == (422 if htmx else 409)
    assert "This has changed since you opened the page" in page.summary
    assert "Басқа терезеден" in text_of(page.by_id("conflict"))
    assert page.by_id("title").get("value") == "Осы терезеден"

    visit.press("Save the changes", htmx=htmx, status=200)
    assert reload_proposal(proposal.id).title == "Осы терезеден"


def test_nothing_changed_is_no_version(session: Session, cast: Cast, visit: Visit) -> None:
    proposal = make_proposal(author=cast.amina, state=State.PUBLISHED)
    visit.sign_in(cast.amina)
    visit.get(url_of(proposal, "/edit"))

    assert "Nothing in the text was changed." in visit.press("Save the changes", status=422).summary
    session.close()
    assert session.scalars(select(func.count(Revision.id))).one() == 1


@pytest.mark.parametrize("state", [State.ADMITTED, State.RECOMMENDED, State.DONE, State.WITHDRAWN, State.REFUSED])
def test_from_the_council_on_the_text_stands(session: Session, cast: Cast, visit: Visit, state: State) -> None:
    proposal = make_proposal(author=cast.amina, state=state)
    visit.sign_in(cast.amina)

    page = visit.get(url_of(proposal, "/edit"), status=409)

    assert "The text can no longer be changed" in page.text
    assert "Change the text" not in visit.get(url_of(proposal), statements=MORE).text


@pytest.mark.slow
@pytest.mark.parametrize("case", a_few(cases(where="comment")))
def test_whatever_is_written_stays_text_or_is_refused(session: Session, cast: Cast, visit: Visit, case: Case) -> None:
    proposal = make_proposal(author=cast.amina, state=State.PUBLISHED)
    visit.sign_in(cast.amina)
    page = visit.get(url_of(proposal, "/edit"))
    token = page.find("input", name="csrf_token")[0].get("value")
    text = (case.text or "").encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    sent: dict[str, Any] = {"csrf_token": token, "version": str(proposal.version), "title": text[:200]}

    answer = visit.send("POST", url_of(proposal, "/edit"), data=sent | {"problem": text, "solution": text})

    assert answer.status_code in {303, 400, 413, 422}
    visit.get(url_of(proposal), statements=MORE)
    visit.get(url_of(proposal, "/versions"))


# --- Taking it back -------------------------------------------------------------------------------------------


@both_ways
@pytest.mark.parametrize(("lang", "slot"), [("kk", "kk"), ("ru", "ru"), ("en", "kk")])
def test_an_author_withdraws_with_a_reason(
    session: Session, cast: Cast, visit: Visit, htmx: bool, lang: str, slot: str
) -> None:
    """On English pages the reason is kept in the language she wrote the rest in."""
    proposal = make_proposal(author=cast.amina, state=State.PUBLISHED)
    visit.sign_in(cast.amina)
    page = visit.get(url_of(proposal, "/withdrawal", lang))
    button = next(form for form in page.forms if "reason" in form.names).submitters[0]

    visit.press("".join(button.itertext()).strip(), reason="Мәселе шешілді", htmx=htmx, status=200)

    session.close()
    stored = reload_proposal(proposal.id)
    assert stored.state == State.WITHDRAWN
    assert getattr(stored.ended_reason, slot) == "Мәселе шешілді"
    assert visit.address == url_of(proposal, lang=lang)


@both_ways
def test_no_reason_no_withdrawal(session: Session, cast: Cast, visit: Visit, htmx: bool) -> None:
    proposal = make_proposal(author=cast.amina, state=State.PUBLISHED)
    visit.sign_in(cast.amina)
    visit.get(url_of(proposal, "/withdrawal"))

    page = visit.press("Withdraw the proposal", reason="  ", htmx=htmx, status=422)

    assert "Write why" in page.summary
    assert reload_proposal(proposal.id).state == State.PUBLISHED


def test_what_changed_meanwhile_is_shown_before_it_is_withdrawn(session: Session, cast: Cast, visit: Visit) -> None:
    proposal = make_proposal(author=cast.amina, state=State.PUBLISHED)
    visit.sign_in(cast.amina)
    visit.get(url_of(proposal, "/withdrawal"))
    write(support, proposal.id, person_id=make_person().id, now=NOW)  # now it gathers support: another state

    page = visit.press("Withdraw the proposal", reason="Енді керек емес", status=422)
    assert "This has changed since you opened the page" in page.summary
    assert "Енді керек емес" in page.text
    visit.press("Withdraw the proposal", status=200)

    assert reload_proposal(proposal.id).state == State.WITHDRAWN


@pytest.mark.parametrize("state", [State.RECOMMENDED, State.ANSWERED, State.DECLINED, State.WITHDRAWN])
def test_what_is_decided_cannot_be_withdrawn(session: Session, cast: Cast, visit: Visit, state: State) -> None:
    proposal = make_proposal(author=cast.amina, state=state)
    visit.sign_in(cast.amina)

    visit.get(url_of(proposal, "/withdrawal"), status=409)
    assert visit.send("POST", url_of(proposal, "/withdrawal"), data=SENT).status_code == 409


# --- Joining --------------------------------------------------------------------------------------------------


def asked(cast: Cast) -> tuple[Proposal, Proposal]:
    council = make_council()
    mine = make_proposal(council, author=cast.amina, state=State.PUBLISHED)
    into = make_proposal(council, state=State.PUBLISHED, title="Үлкенірек ұсыныс")
    write(ask_to_join, mine.id, into.id, reason=REASON, by_person=cast.saule.id, read_version=None, now=NOW)
    return reload_proposal(mine.id), into


@both_ways
@pytest.mark.parametrize(
    ("button", "state"),
    [("I agree: join them", State.JOINED), ("No, leave it on its own", State.PUBLISHED)],
)
def test_an_author_answers_the_question_about_joining(
    session: Session, cast: Cast, visit: Visit, htmx: bool, button: str, state: State
) -> None:
    mine, _ = asked(cast)
    visit.sign_in(cast.amina)
    visit.get(url_of(mine), statements=MORE)
    page = visit.follow("Read and answer")
    assert "Үлкенірек ұсыныс" in page.text
    assert "Есть причина" in page.text

    visit.press(button, htmx=htmx, status=200)

    assert reload_proposal(mine.id).state == state
    assert visit.address == url_of(mine)
    visit.get(url_of(mine, "/joining"), status=422)


def test_a_press_that_says_neither_is_asked_again(session: Session, cast: Cast, visit: Visit) -> None:
    mine, _ = asked(cast)
    visit.sign_in(cast.amina)
    page = visit.get(url_of(mine, "/joining"))
    token = page.find("input", name="csrf_token")[0].get("value")

    visit.post(url_of(mine, "/joining"), {"csrf_token": token, "version": mine.version}, status=422)

    session.close()
    assert session.scalars(select(JoinRequest)).one().answered_at is None


# --- Answers --------------------------------------------------------------------------------------------------


@both_ways
def test_an_author_rates_an_answer_and_changes_her_mind(session: Session, cast: Cast, visit: Visit, htmx: bool) -> None:
    proposal = make_proposal(author=cast.amina, state=State.ANSWERED)
    visit.sign_in(cast.amina)
    for score, words in (("1", "Бұл жауап емес"), ("3", "")):
        visit.get(url_of(proposal), statements=MORE)
        visit.follow("Rate the answer", statements=MORE)
        visit.press("Save", score=score, note=words, htmx=htmx, status=200)

    session.close()
    rating = session.scalars(select(Rating)).one()
    assert (rating.score, rating.note) == (3, "")
    assert "It answers what was proposed" in visit.get(url_of(proposal), statements=MORE).text


@both_ways
@pytest.mark.parametrize("score", ["", "0", "4", "3.0", "-1", "³", "x"])
def test_a_score_nobody_offered_is_refused(session: Session, cast: Cast, visit: Visit, htmx: bool, score: str) -> None:
    proposal = make_proposal(author=cast.amina, state=State.ANSWERED)
    visit.sign_in(cast.amina)
    url = url_of(proposal, f"/answers/{answer_of(session, proposal)}/rating")
    token = visit.get(url).find("input", name="csrf_token")[0].get("value")
    headers = {"HX-Request": "true", "HX-Request-Type": "partial"} if htmx else {}

    answer = visit.send("POST", url, data={"csrf_token": token, "score": score, "note": "n"}, headers=headers)

    assert answer.status_code == 422
    session.close()
    assert session.scalar(select(Rating)) is None


@both_ways
def test_an_author_objects_once(session: Session, cast: Cast, visit: Visit, htmx: bool) -> None:
    proposal = make_proposal(author=cast.amina, state=State.ANSWERED)
    (recommendation,) = proposal_recommendations(proposal.id)
    url = url_of(proposal, f"/recommendations/{recommendation.id}/objection")
    visit.sign_in(cast.amina)
    visit.get(url_of(proposal), statements=MORE)
    visit.follow("Object to the answer")
    page = visit.press("Send the objection", reason=" ", htmx=htmx, status=422)
    assert "Write what the council should look at again." in page.summary

    page = visit.press("Send the objection", reason="Күні айтылмаған", htmx=htmx, status=200, statements=60)

    assert "Күні айтылмаған" in page.text
    assert "The council has not decided yet." in page.text
    assert "Object to the answer" not in page.text
    visit.get(url, status=409)
    session.close()
    assert session.scalars(select(func.count(Objection.id))).one() == 1


def test_before_the_answer_there_is_nothing_to_contest(session: Session, cast: Cast, visit: Visit) -> None:
    proposal = make_proposal(author=cast.amina, state=State.RECOMMENDED)
    (recommendation,) = proposal_recommendations(proposal.id)
    visit.sign_in(cast.amina)

    page = visit.get(url_of(proposal, f"/recommendations/{recommendation.id}/objection"), status=409)

    assert "There is no published answer yet." in page.text
