"""What a body answers, at the desk: one writes, another checks, then it is published; and what authors object to."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from sqlalchemy import select

from karavan.accounts.models import Role
from karavan.core.clock import now as present
from karavan.core.database import db
from karavan.core.languages import Slots
from karavan.proposals.models import (
    AnswerState,
    Attachment,
    Objection,
    OfficialAnswer,
    Proposal,
    RecommendationState,
    State,
    Verdict,
)
from karavan.proposals.rules.answer import Reply, check_answer, contest, decide_objection, publish_answer, write_answer
from karavan.record.models import ActorRole
from tests.support.civic import (
    REASON,
    make_answer,
    make_body,
    make_council,
    make_person,
    make_proposal,
    make_recommendation,
    make_staff,
    proposal_recommendations,
    reload_proposal,
    write,
)

if TYPE_CHECKING:
    from karavan.accounts.models import Organisation, Person
    from karavan.councils.models import Council
    from karavan.proposals.models import Recommendation
    from tests.support.cast import Cast
    from tests.support.visit import Visit

DESK = "/en/desk/proposals"
ANSWER = {
    "verdict": "accepted",
    "text-kk": "Рейс 1 желтоқсаннан бастап жүреді.",
    "text-ru": "Рейс пойдёт с 1 декабря.",
    "signed_by": "Басқарма басшысы",
    "received_on": "2026-11-20",
    "promised_by": "2026-12-01",
}


@pytest.fixture
def council(cast: Cast) -> Council:
    return make_council()


@pytest.fixture
def body() -> Organisation:
    return make_body()


@pytest.fixture
def official(body: Organisation) -> Person:
    """Somebody who works at the body."""
    return make_person("Нұрлан Есенов", roles=((Role.SECRETARY, body.id),))


@pytest.fixture
def asked(council: Council, body: Organisation) -> Recommendation:
    """A recommendation that speaks for two submissions and waits for its answer."""
    return make_recommendation(*[make_proposal(council, state=State.AT_COUNCIL) for _ in range(2)], body=body)


@pytest.fixture
def desk(visit: Visit, cast: Cast, council: Council) -> Visit:
    """Saule's browser: she is the secretary of the council."""
    visit.sign_in(cast.saule)
    return visit


def at(recommendation: Recommendation, page: str = "") -> str:
    return f"{DESK}/recommendations/{recommendation.id}{page}"


def the_answer() -> OfficialAnswer:
    db.session().expire_all()
    return db.session().scalars(select(OfficialAnswer).order_by(OfficialAnswer.id.desc())).first()  # type: ignore[return-value]


def drafted(recommendation: Recommendation, by: Person, *, version: int = 0, **changes: Any) -> OfficialAnswer:
    usual: dict[str, Any] = {"verdict": Verdict.PARTLY, "text": Slots(kk="Бір бөлігі"), "signed_by": "Басшы"}
    facts: dict[str, Any] = {"by_person": by.id, "read_version": version, "now": present()}
    return write(write_answer, recommendation.id, Reply(**usual | changes), **facts)


def checked(recommendation: Recommendation, answer: OfficialAnswer) -> OfficialAnswer:
    other = make_person()
    return write(check_answer, recommendation.id, by_person=other.id, read_version=answer.version, now=present())


def hidden(visit: Visit, *names: str) -> dict[str, Any]:
    assert visit.page
    return {name: visit.page.one("input", name=name).get("value") for name in ("csrf_token", *names)}


# --- Writing, checking, publishing ------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
def test_one_writes_another_checks_and_it_is_published(
    visit: Visit, cast: Cast, asked: Recommendation, official: Person, htmx: bool
) -> None:
    carried = [one.id for one in asked_proposals(asked)]
    visit.sign_in(official)
    page = visit.get(at(asked, "/answer"))
    assert "This one answer is for 2 proposals." in page.text
    page = visit.press("Save the answer", htmx=htmx, fields=ANSWER)
    assert "You wrote this answer. Somebody else has to check it." in page.text
    page = visit.get(at(asked, "/answer/check"))
    assert not page.find("form", method="post")
    visit.sign_in(cast.saule)
    page = visit.get(at(asked, "/answer/check"))
    assert "Нұрлан Есенов" in page.text
    visit.press("I have read it: it is ready", htmx=htmx, status=200)
    page = visit.get(at(asked, "/answer/publication"))
    assert "2 authors will be told" in page.text
    page = visit.press("Publish the answer", htmx=htmx, statements=90)
    assert "The answer is published. The authors are told." in page.text
    assert the_answer().state == AnswerState.PUBLISHED
    assert {reload_proposal(one).state for one in carried} == {State.ANSWERED}


def asked_proposals(recommendation: Recommendation) -> list[Proposal]:
    carried = Proposal.id.in_(
        select(Proposal.id).where(Proposal.council_id == recommendation.council_id, Proposal.state == State.RECOMMENDED)
    )
    return list(db.session().scalars(select(Proposal).where(carried)))


def test_who_wrote_it_cannot_check_it_past_the_page(
    visit: Visit, cast: Cast, asked: Recommendation, official: Person
) -> None:
    answer = drafted(asked, official)
    visit.sign_in(official)
    visit.get(at(asked, "/answer"))
    sent = hidden(visit) | {"version": str(answer.version)}
    page = visit.post(at(asked, "/answer/check"), sent, status=422)
    assert "This must be done by somebody else" in page.summary
    page = visit.post(at(asked, "/answer/publication"), sent, status=409)
    assert the_answer().state == AnswerState.DRAFTED


def test_an_answer_that_was_changed_must_be_checked_again(desk: Visit, asked: Recommendation, official: Person) -> None:
    checked(asked, drafted(asked, official))
    desk.get(at(asked, "/answer"))
    desk.press("Save the answer", status=200, fields={"signed_by": "Басқа басшы"})
    assert the_answer().state == AnswerState.DRAFTED
    assert the_answer().checked_by_id is None
    assert "It has not been checked yet." in desk.get(at(asked, "/answer/publication")).text


@pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
def test_of_two_who_write_the_second_sees_both_texts(
    desk: Visit, asked: Recommendation, official: Person, htmx: bool
) -> None:
    desk.get(at(asked, "/answer"))
    drafted(asked, official, text=Slots(kk="Нұрлан жазған мәтін"))
    page = desk.press("Save the answer", htmx=htmx, fields=ANSWER)
    assert page.status == (422 if htmx else 409)
    assert "Нұрлан жазған мәтін" in page.text
    assert "Рейс 1 желтоқсаннан бастап жүреді." in page.text
    assert the_answer().text.kk == "Нұрлан жазған мәтін"
    desk.press("Save the answer", htmx=htmx, status=200)
    assert the_answer().text.kk == "Рейс 1 желтоқсаннан бастап жүреді."


def test_an_answer_published_meanwhile_stands_and_the_words_stay(
    desk: Visit, asked: Recommendation, official: Person
) -> None:
    answer = drafted(asked, official)
    desk.get(at(asked, "/answer"))
    ready = checked(asked, answer)
    write(publish_answer, asked.id, by=ActorRole.SECRETARY, read_version=ready.version, now=present())
    page = desk.press("Save the answer", status=409, fields={"text-ru": "Писала долго"})
    assert "This recommendation is not waiting for an answer now." in page.summary
    assert "Писала долго" in page.text
    assert the_answer().text.ru == ""
    desk.get(at(asked, "/answer"))
    assert desk.address == at(asked)


@pytest.mark.parametrize("page", ["/answer/check", "/answer/publication"])
def test_a_text_changed_meanwhile_is_read_again(
    desk: Visit, asked: Recommendation, official: Person, page: str
) -> None:
    answer = drafted(asked, official)
    if page.endswith("publication"):
        answer = checked(asked, answer)
    desk.get(at(asked, page))
    drafted(asked, official, version=answer.version, text=Slots(kk="Жаңа мәтін"))
    sent = hidden(desk, "version")
    shown = desk.post(at(asked, page), sent, status=409)
    assert "Жаңа мәтін" in shown.text
    assert the_answer().state == AnswerState.DRAFTED


def test_publishing_twice_publishes_once(desk: Visit, asked: Recommendation, official: Person) -> None:
    checked(asked, drafted(asked, official))
    desk.get(at(asked, "/answer/publication"))
    sent = hidden(desk, "version")
    desk.post(at(asked, "/answer/publication"), sent, status=200, statements=90)
    desk.post(at(asked, "/answer/publication"), sent, status=409)
    assert the_answer().version == 3


def test_what_is_missing_in_an_answer_is_said(desk: Visit, asked: Recommendation) -> None:
    desk.get(at(asked, "/answer"))
    nasty = "<i>жауап</i> {{ 7 }}"
    bad = {"text-kk": "", "text-ru": "", "signed_by": "", "received_on": "2026-12-24", "promised_by": "ертең"}
    page = desk.press("Save the answer", status=422, fields=bad | {"text-en": nasty})
    for words in (
        "Choose what the body says.", "Write the answer in Kazakh or in Russian.", "Write who signed the answer.",
        "The letter cannot come on a day that is yet to come.", "Enter the date as year, month and day",
    ):  # fmt: skip
        assert words in page.summary
    assert nasty in page.text
    assert db.session().scalars(select(OfficialAnswer)).all() == []


def test_an_answer_is_only_shown(desk: Visit, asked: Recommendation, official: Person) -> None:
    nasty = "<script>alert(1)</script>{{ 7*7 }} %(title)s"
    drafted(asked, official, text=Slots(kk=nasty), signed_by=nasty)
    for page in ("", "/answer", "/answer/check"):
        assert nasty in desk.get(at(asked, page)).text


# --- Files ------------------------------------------------------------------------------------------------


def picture() -> tuple[BytesIO, str]:
    content = BytesIO()
    Image.new("RGB", (40, 30), "navy").save(content, "PNG")
    content.seek(0)
    return content, "хат.png"


def test_a_file_goes_with_the_answer_and_it_is_checked_again(
    desk: Visit, asked: Recommendation, official: Person
) -> None:
    checked(asked, drafted(asked, official))
    page = desk.get(at(asked, "/answer/files"))
    assert "With another file it must be checked again." in page.text
    sent = hidden(desk, "version") | {"file": picture()}
    page = desk.post(at(asked, "/answer/files"), sent, status=200)
    (kept,) = db.session().scalars(select(Attachment)).all()
    assert "хат" in kept.name
    assert the_answer().state == AnswerState.DRAFTED
    desk.get(at(asked, f"/answer/files/{kept.public_id}/removal"))
    desk.press("Take it away", status=200)
    assert db.session().scalars(select(Attachment)).all() == []


def test_no_file_a_broken_file_and_an_old_version_are_refused(
    desk: Visit, asked: Recommendation, official: Person
) -> None:
    drafted(asked, official)
    desk.get(at(asked, "/answer/files"))
    sent = hidden(desk, "version")
    page = desk.post(at(asked, "/answer/files"), sent, status=422)
    assert "Choose a file." in page.summary
    page = desk.post(at(asked, "/answer/files"), sent | {"file": (BytesIO(b"MZ..."), "a.pdf")}, status=422)
    assert "neither a picture" in page.summary
    page = desk.post(at(asked, "/answer/files"), sent | {"file": picture(), "version": "7"}, status=409)
    assert db.session().scalars(select(Attachment)).all() == []


def test_only_so_many_files(desk: Visit, asked: Recommendation, official: Person) -> None:
    drafted(asked, official)
    for number in range(6):
        desk.get(at(asked, "/answer/files"))
        sent = hidden(desk, "version") | {"file": picture()}
        page = desk.post(at(asked, "/answer/files"), sent, status=422 if number == 5 else 200)
    assert "There can be at most 5 files." in page.summary


# --- Objections -------------------------------------------------------------------------------------------


@pytest.fixture
def objection(council: Council) -> Objection:
    proposal = make_proposal(council, state=State.ANSWERED)
    (recommendation,) = proposal_recommendations(proposal.id)
    facts: dict[str, Any] = {"person_id": proposal.author_id, "reason": "Себебі жазылмаған <b>", "now": present()}
    return write(contest, recommendation.id, proposal.id, **facts)


def the_objection() -> Objection:
    db.session().expire_all()
    return db.session().scalars(select(Objection)).one()


@pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
def test_an_objection_that_is_upheld_asks_for_a_new_answer(desk: Visit, objection: Objection, htmx: bool) -> None:
    page = desk.get(f"{DESK}/?tab=objections")
    assert "Objections to decide 1" in page.text
    page = desk.get(f"{DESK}/objections/{objection.id}")
    assert "Себебі жазылмаған <b>" in page.text
    typed = {"upheld": "yes", "decision-kk": "Жауапта себеп жоқ"}
    page = desk.press("Write down the decision", htmx=htmx, fields=typed, statements=60)
    assert "Decided: a new answer is due, and its date is set." in page.text
    assert reload_proposal(objection.proposal_id).state == State.RECOMMENDED
    (recommendation,) = proposal_recommendations(objection.proposal_id)
    assert recommendation.state == RecommendationState.SENT
    make_answer(recommendation)
    assert the_answer().round == 2


def test_an_objection_that_is_dismissed_lets_the_answer_stand(desk: Visit, objection: Objection) -> None:
    desk.get(f"{DESK}/objections/{objection.id}")
    page = desk.press("Write down the decision", status=422, upheld="no")
    assert "Give a reason in Kazakh or in Russian." in page.summary
    desk.press("Write down the decision", status=200, upheld="no", fields={"decision-ru": "Ответ полный"})
    assert the_objection().upheld is False
    assert reload_proposal(objection.proposal_id).state == State.ANSWERED


def test_an_objection_is_decided_once(desk: Visit, objection: Objection) -> None:
    desk.get(f"{DESK}/objections/{objection.id}")
    facts: dict[str, Any] = {"by_person": make_person().id, "by": ActorRole.SECRETARY, "now": present()}
    write(decide_objection, objection.id, upheld=False, decision=REASON, **facts)
    page = desk.press("Write down the decision", status=409, upheld="yes", fields={"decision-ru": "Моё решение"})
    assert "This objection has been decided already." in page.summary
    assert "Моё решение" in page.text
    assert the_objection().upheld is False


def test_moderators_and_the_body_do_not_decide_on_objections(
    visit: Visit, council: Council, objection: Objection
) -> None:
    (recommendation,) = proposal_recommendations(objection.proposal_id)
    body_person = make_person(roles=((Role.SECRETARY, recommendation.addressee_id),))
    for person in (make_staff(council), body_person):
        visit.sign_in(person)
        visit.get(f"{DESK}/objections/{objection.id}", status=403)
        visit.post(f"{DESK}/objections/{objection.id}", {"upheld": "no"}, status=403)
    assert the_objection().upheld is None
