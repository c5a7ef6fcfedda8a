"""The moderators' queue: what is offered, one card, deciding, other eyes, and what two do at once."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from karavan.accounts.models import Role
from karavan.core.clock import now as present
from karavan.core.database import db
from karavan.discussion.rules.edit import edit
from karavan.moderation.models import (
    Action,
    Case,
    CaseState,
    Decision,
    Interest,
    Origin,
    SecondLook,
    StateRequest,
    WatchedWord,
)
from karavan.moderation.preview import RECEIPT
from karavan.moderation.rules.appeal import appeal
from karavan.moderation.rules.cases import claim
from karavan.moderation.rules.decide import Verdict, decide
from karavan.moderation.rules.flag import flag
from karavan.moderation.rules.interests import declare
from karavan.notifications.models import Letter
from karavan.notifications.rendering import render
from tests.support.civic import make_council, make_person, make_staff, write
from tests.support.talk import make_case, make_comment, make_thread, make_writer, reload_comment

if TYPE_CHECKING:
    from collections.abc import Callable

    import time_machine

    from karavan.accounts.models import Person
    from karavan.councils.models import Council
    from karavan.discussion.models import Comment
    from tests.support.cast import Cast
    from tests.support.visit import Visit

QUEUE = "/en/moderation/"
CARD = 22
"""What a card may ask the database: it shows a conversation around one text."""
WORDS = "Мәтінде басқа адамның телефоны бар."
PHONE = "Көршіме хабарласыңыз: +7 701 000 00 00, ол біледі."
MARK = {"start": 22, "end": 38, "why": "phone", "clause": "personal_data"}


@pytest.fixture
def council(cast: Cast) -> Council:
    return make_council()


@pytest.fixture
def moderator(council: Council) -> Person:
    return make_staff(council, name="Жанар")


@pytest.fixture
def desk(visit: Visit, moderator: Person) -> Visit:
    """The browser of a moderator of the council."""
    visit.sign_in(moderator)
    return visit


def card(case: Case) -> str:
    return f"{QUEUE}cases/{case.id}"


def flagged(comment: Comment, by: Person | None = None) -> Case:
    made = write(
        flag,
        comment.id,
        person_id=(by or make_writer()).id,
        clause="insults",
        note="Дөрекі",
        revision=comment.revision,
        now=present(),
    )
    return case_now(made.case_id)


def case_now(case_id: int | None) -> Case:
    db.session().rollback()
    return db.session().get_one(Case, case_id, populate_existing=True)


def decisions() -> int:
    db.session().rollback()
    return db.session().scalars(select(func.count(Decision.id)).where(Decision.undone_at.is_(None))).one()


def elsewhere(cast: Cast) -> Case:
    """A case that waits for the moderators of another council."""
    other = make_council(slug="council-elsewhere", place="zhanaozen")
    return make_case(thread=make_thread(other))


def take_away(case: Case, by: Person, **changes: Any) -> Decision:
    """Let a moderator remove a text, as the page would have her do."""
    verdict = Verdict(**{"action": Action.REMOVE, "clause": "insults", "words": "Қорлау", "words_lang": "kk"} | changes)
    asked = {"by_id": by.id, "read_version": case.version, "read_revision": case.revision, "now": present()}
    return write(decide, case.id, verdict, **asked)


# --- What waits -------------------------------------------------------------------------------------------


def test_each_question_stands_in_its_tab_with_what_is_due_first(desk: Visit, council: Council) -> None:
    thread = make_thread(council)
    new = make_case(make_comment(thread, source=PHONE), marks=[MARK])
    flags = flagged(make_comment(thread))
    held = make_case(make_comment(thread), Origin.FILTER, held=True)
    write(claim, new.id, by_id=make_staff(council, name="Болат").id, now=present())

    page = desk.get(QUEUE)

    assert "3 texts wait for a decision." in page.text
    assert "The nearest deadline:" in page.text
    assert [one.text for one in page.find("mark")] == ["+7 701 000 00 00"]
    assert "Болат" in page.text
    assert "is on it until" in page.text
    assert [desk.get(f"{QUEUE}?tab={tab}").link("Comment by") for tab in ("new", "flags", "held")] == [
        card(one) for one in (new, flags, held)
    ]
    assert "1 flag" in desk.get(f"{QUEUE}?tab=flags").text
    assert "No appeal waits for you." in desk.get(f"{QUEUE}?tab=appeals").text
    assert desk.get(f"{QUEUE}?tab=nonsense&page=99999").h1 == "Moderators' queue"


def test_what_she_may_not_judge_is_not_offered_and_the_page_says_why(
    desk: Visit, council: Council, moderator: Person
) -> None:
    thread, other = make_thread(council), make_thread(council)
    own = make_case(make_comment(thread, moderator))
    hers = flagged(make_comment(thread), by=moderator)
    make_case(make_comment(other))
    write(declare, other.id, person_id=moderator.id, note="", now=present())

    page = desk.get(QUEUE)

    assert "Nothing waits for you now." in page.text
    assert "1 is not offered to you: you wrote it." in page.text
    assert "1 is not offered to you: you flagged it." in page.text
    assert "1 is not offered to you: you declared an interest in its discussion." in page.text
    for case, why in ((own, "You wrote this text"), (hers, "You flagged this text")):
        page = desk.get(card(case), statements=CARD)
        assert why in page.text
        assert not page.find("button", name="press")


def test_another_councils_case_is_no_case_at_all(desk: Visit, cast: Cast) -> None:
    case = elsewhere(cast)
    token = desk.get(f"{QUEUE}shortcuts").one("input", name="csrf_token").get("value")
    assert "Comment by" not in desk.get(QUEUE).text
    doors = ("", "/claim", "/release", "/undo", "/preview", "/appeal", "/second")

    for door in doors:
        for one in (case.id, 999_999, 99_999_999_999_999_999_999):
            desk.get(f"{QUEUE}cases/{one}{door}", status=404)
            desk.post(f"{QUEUE}cases/{one}{door}", {"csrf_token": token, "press": "keep"}, status=404)
    sent = {"csrf_token": token, "item": f"{case.id}-{case.version}-1", "clause": "advertising", "words": "x"}
    answer = desk.post(f"{QUEUE}bulk", sent | {"words_lang": "kk", "text": "0" * 64})

    assert "left out" not in answer.text
    assert case_now(case.id).state == CaseState.OPEN
    assert decisions() == 0


def test_other_desks_do_not_open_this_one(visit: Visit, cast: Cast) -> None:
    visit.sign_in(cast.bekzat)
    visit.get(QUEUE, status=403)
    visit.sign_in(cast.amina)
    visit.get(QUEUE, status=403)


# --- One card ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [False, True])
def test_a_text_is_kept_with_one_press_and_that_can_be_undone(desk: Visit, council: Council, *, htmx: bool) -> None:
    comment = make_comment(make_thread(council))
    case, later = flagged(comment), flagged(make_comment(make_thread(council)))
    desk.get(card(case), statements=CARD)

    page = desk.press("press=keep", htmx=htmx, statements=90)

    assert "Kept." in page.toasts
    assert desk.address == card(later)
    assert case_now(case.id).state == CaseState.DECIDED
    page = desk.press("Undo", statements=90)
    assert "Undone." in page.toasts
    assert desk.address == card(case)
    assert case_now(case.id).state == CaseState.CLAIMED


@pytest.mark.parametrize("htmx", [False, True])
def test_a_part_is_covered_with_what_the_filter_found_ticked_beforehand(
    desk: Visit, council: Council, *, htmx: bool
) -> None:
    comment = make_comment(make_thread(council), source=PHONE)
    case = make_case(comment, marks=[MARK])
    desk.get(card(case), statements=CARD)

    page = desk.press("press=cover", htmx=htmx, statements=90)
    ticked = [one.get("value") for one in page.find("input", name="span") if "checked" in one.attrib]
    assert ticked == ["22-38"]
    assert page.one("input", name="clause", value="personal_data").get("checked") is not None
    page = desk.press("press=decide", htmx=htmx, status=422, statements=90)
    assert "Write to the author why" in page.summary
    page = desk.press("press=start", htmx=htmx, statements=90)
    assert "жеке дерегі" in page.one("textarea", name="words").text
    page = desk.press("press=preview", htmx=htmx, words=WORDS, statements=90)
    assert WORDS in page.by_id("author-reads").find(".//p[@class='letter pre']").text
    assert "▇▇ ▇▇▇ ▇▇▇ ▇▇ ▇▇" in page.text
    page = desk.press("press=decide", htmx=htmx, statements=90)

    assert "Covered." in page.toasts
    assert "701" not in reload_comment(comment).text
    letter = db.session().scalars(select(Letter).where(Letter.letter == "moderation/decision")).one()
    assert letter.payload["statement"]["words"] == WORDS


def test_a_long_text_is_offered_by_sentences_and_then_by_words(desk: Visit, council: Council) -> None:
    comment = make_comment(make_thread(council), source="Бұл бір ұзын сөйлем, онда көп сөз бар. " * 12)
    case = make_case(comment)
    desk.get(f"{card(case)}?choice=cover", statements=CARD)
    assert len(desk.page.find("input", name="span")) == 12

    page = desk.press("press=fine", statements=90)

    assert len(page.find("input", name="span")) == 96
    sent = {"csrf_token": page.find("input", name="csrf_token")[0].get("value"), "press": "decide", "choice": "cover"}
    sent |= {"clause": "insults", "words": "Себеп", "version": "1", "revision": "1", "words_lang": "kk"}
    for odd in ("abc", "9-2", "0-999999", "5", "1-2-3", "\u0661-\u0663"):
        assert "Tick what is to be covered" in desk.post(card(case), sent | {"span": odd}, status=422).summary
    assert decisions() == 0


def test_the_preview_is_the_letter_itself(desk: Visit, council: Council) -> None:
    case = flagged(make_comment(make_thread(council)))
    desk.get(f"{card(case)}?choice=remove", statements=CARD)
    page = desk.press("press=preview", clause="insults", words="Сөзіңізде қорлау бар.", statements=90)
    shown = " ".join("".join(page.one("p", class_="letter").itertext()).split())
    desk.press("press=decide", statements=90)

    letter = db.session().scalars(select(Letter).where(Letter.letter == "moderation/decision")).one()
    sent = " ".join(render(letter).text.split())
    # What comes into being with the decision alone: its line in the log, and the code of the receipt.
    sent = re.sub(r"Модерация журналындағы жазба: \d+ \S+ ", "", sent).replace(
        letter.payload["statement"]["receipt"], RECEIPT
    )
    assert shown == sent


def test_a_heavy_measure_says_that_a_second_moderator_signs(desk: Visit, council: Council) -> None:
    comment = make_comment(make_thread(council))
    case = flagged(comment)
    desk.get(f"{card(case)}?choice=remove", statements=CARD)
    typed = {"clause": "threats", "words": "Қоқан-лоққы", "sanction": "pause", "hours": "168"}

    assert "A second moderator has to sign this" in desk.press("press=preview", statements=90, **typed).text
    desk.press("press=decide", statements=90)

    assert case_now(case.id).state == CaseState.ESCALATED
    page = desk.get(f"{card(case)}/second", statements=CARD)
    assert "You took part in this case" in page.text
    assert not page.find("button", name="press")


@pytest.mark.parametrize("agrees", [True, False])
def test_the_second_moderator_agrees_or_says_why_not(
    desk: Visit, council: Council, new_visitor: Callable[[], Visit], *, agrees: bool
) -> None:
    case = flagged(make_comment(make_thread(council), alignment="against"))
    take_away(case, make_staff(council, name="Бірінші"))

    assert "Second signature 1" in desk.get(f"{QUEUE}?tab=second").text
    desk.follow("Comment by", statements=CARD)
    assert desk.address == f"{card(case)}/second"
    if agrees:
        page = desk.press("press=agree", statements=90)
    else:
        assert "Write to the first moderator" in desk.press("press=refuse", status=422, statements=90).summary
        page = desk.press("press=refuse", words="Бұл сын, қорлау емес.", statements=90)

    assert ("Signed." if agrees else "Not signed.") in page.toasts
    assert case_now(case.id).state == (CaseState.DECIDED if agrees else CaseState.OPEN)


# --- Two at once ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [False, True])
def test_when_another_decided_first_her_words_stay_and_the_card_shows_what_stands(
    desk: Visit, council: Council, *, htmx: bool
) -> None:
    case = flagged(make_comment(make_thread(council)))
    desk.get(f"{card(case)}?choice=remove", statements=CARD)
    take_away(case, make_staff(council))

    page = desk.press(
        "press=decide", htmx=htmx, clause="off_topic", words=WORDS, status=422 if htmx else 409, statements=90
    )

    assert "Somebody else has dealt with this" in page.summary
    assert "What stands now" in page.text
    assert WORDS in page.text
    assert decisions() == 1


def test_when_the_text_moved_the_difference_is_shown_and_her_reason_kept(desk: Visit, council: Council) -> None:
    author = make_writer()
    comment = make_comment(make_thread(council), author, "Бұл жоба ақымақтық.")
    case = flagged(comment)
    desk.get(f"{card(case)}?choice=remove", statements=CARD)
    write(edit, comment.id, "Бұл жоба пайдасыз.", None, by_id=author.id, read_version=comment.version, now=present())

    page = desk.press("press=decide", clause="insults", words=WORDS, status=409, statements=90)

    assert [one.text for one in page.find("del")][-1:] != []
    assert "пайдасыз" in page.text
    assert page.one("textarea", name="words").text.strip() == WORDS
    assert page.one("input", name="clause", value="insults").get("checked") is not None
    assert decisions() == 0
    assert "Removed." in desk.press("press=decide", statements=90).toasts


@pytest.mark.parametrize("htmx", [False, True])
def test_a_case_is_taken_and_given_back_by_post_alone(
    desk: Visit, council: Council, new_visitor: Callable[[], Visit], *, htmx: bool
) -> None:
    case = flagged(make_comment(make_thread(council)))
    desk.get(card(case), statements=CARD)
    assert case_now(case.id).claimed_by_id is None

    page = desk.press("Take it", htmx=htmx, statements=90)

    assert "You are on it until:" in page.text
    other = new_visitor()
    other.sign_in(make_staff(council))
    seen = other.get(card(case), statements=CARD)
    assert "Жанар" in seen.text
    assert not seen.find("button", name="press")
    desk.press("Give back", htmx=htmx, statements=90)
    assert case_now(case.id).state == CaseState.OPEN


def test_a_lease_is_renewed_by_what_she_does(desk: Visit, council: Council, clock: time_machine.Traveller) -> None:
    case = flagged(make_comment(make_thread(council)))
    desk.get(card(case), statements=CARD)
    desk.press("Take it", statements=90)
    clock.shift(timedelta(minutes=8))

    desk.press("press=remove", statements=90)

    until = case_now(case.id).claimed_until
    assert until is not None
    assert until == present() + timedelta(minutes=10)


def test_too_late_to_undo(desk: Visit, council: Council, moderator: Person, clock: time_machine.Traveller) -> None:
    case = flagged(make_comment(make_thread(council)))
    decision = take_away(case, moderator)
    page = desk.get(QUEUE)
    assert "You can undo it until:" in page.text
    clock.shift(timedelta(seconds=21))

    page = desk.press("Undo", status=409, statements=90)

    assert "too late" in page.summary
    assert case_now(case.id).state == CaseState.DECIDED
    assert "Undo" not in desk.get(QUEUE).text
    assert decision.undone_at is None


# --- Appeals ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("press", "state"), [("upheld", "upheld"), ("overturned", "overturned")])
def test_an_appeal_is_judged_by_somebody_who_took_no_part(
    desk: Visit,
    council: Council,
    new_visitor: Callable[[], Visit],
    clock: time_machine.Traveller,
    press: str,
    state: str,
) -> None:
    author, first = make_writer(), make_staff(council, name="Бірінші")
    comment = make_comment(make_thread(council), author, "Бұл жауап бос сөз.")
    case = flagged(comment)
    take_away(case, first)
    clock.shift(timedelta(minutes=5))
    write(appeal, case.id, by_id=author.id, words="Мен жауапты сынадым, адамды емес.", lang="kk", now=present())
    decider = new_visitor()
    decider.sign_in(first)

    seen = decider.get(f"{card(case)}/appeal", statements=CARD)
    assert "You took part in this case" in seen.text
    assert not seen.find("button", name="press")
    page = desk.get(f"{card(case)}/appeal", statements=CARD)
    for words in ("Бұл жауап бос сөз.", "Мен жауапты сынадым, адамды емес.", "Қорлау"):
        assert words in page.text
    desk.press(f"press={press}", statements=90)
    assert "Write why" in desk.press("press=decide", status=422, statements=90).summary
    desk.press("press=decide", words="Бұл сын.", statements=90)

    found = case_now(case.id)
    assert found.state == CaseState.FINAL
    assert [one.outcome.value for one in found.decisions if one.outcome] == [state]
    assert reload_comment(comment).visibility.value == ("removed" if press == "upheld" else "published")


@pytest.mark.parametrize("htmx", [False, True])
def test_a_removal_is_changed_into_covering_a_part(
    desk: Visit, council: Council, clock: time_machine.Traveller, *, htmx: bool
) -> None:
    author = make_writer()
    comment = make_comment(make_thread(council), author, "Бұл жауап бос сөз, ақымақ басшы.")
    case = flagged(comment)
    take_away(case, make_staff(council))
    clock.shift(timedelta(minutes=5))
    write(appeal, case.id, by_id=author.id, words="Бір сөзі артық шығар, бәрі емес.", lang="kk", now=present())
    desk.get(f"{card(case)}/appeal", statements=CARD)

    desk.press("press=modified", htmx=htmx, statements=90)
    page = desk.press("press=decide", htmx=htmx, status=422, statements=90)
    assert "cover a part, or remove it" in page.summary
    desk.press("press=cover", htmx=htmx, statements=90)
    typed = {"span": ["19-25"], "clause": "insults", "words": "Бір сөз жетеді."}
    page = desk.press("press=decide", htmx=htmx, statements=90, **typed)

    assert "Changed." in page.toasts
    assert case_now(case.id).decisions[-1].spans == [[19, 25]]
    assert reload_comment(comment).visibility.value == "redacted"


def test_whoever_flagged_may_win_against_what_was_kept(
    desk: Visit, council: Council, clock: time_machine.Traveller
) -> None:
    reporter = make_writer()
    comment = make_comment(make_thread(council))
    case = flagged(comment, by=reporter)
    take_away(case, make_staff(council), action=Action.KEEP, clause="", words="", words_lang="")
    clock.shift(timedelta(minutes=5))
    write(appeal, case.id, by_id=reporter.id, words="Мұнда адамды қорлаған сөз бар.", lang="kk", now=present())
    desk.get(f"{card(case)}/appeal", statements=CARD)

    page = desk.press("press=overturned", statements=90)
    assert not page.find("button", name="press", value="modified")
    desk.press("press=remove", statements=90)
    page = desk.press("press=decide", clause="insults", words="Қорлау екен.", statements=90)

    assert "Overturned." in page.toasts
    assert reload_comment(comment).visibility.value == "removed"


# --- Many at once -----------------------------------------------------------------------------------------


def test_of_fifty_identical_texts_the_three_that_changed_are_left_out_and_named(desk: Visit, council: Council) -> None:
    """Hazard j, with nine instead of fifty."""
    thread = make_thread(council)
    authors = [make_writer(f"Сатушы {number}") for number in range(9)]
    comments = [make_comment(thread, author, "Арзан несие, жазыңыз!") for author in authors]
    cases = [make_case(comment) for comment in comments]
    desk.get(f"{QUEUE}bulk")
    desk.follow("9 texts say this")
    other = make_staff(council)
    for case in cases[:2]:
        take_away(case, other, action=Action.KEEP, clause="", words="", words_lang="")
    moved = comments[2]
    write(edit, moved.id, "Кешіріңіз.", None, by_id=authors[2].id, read_version=moved.version, now=present())

    page = desk.press("Remove what is ticked", clause="advertising", words="Жарнама", status=409, statements=600)

    assert "3 texts were left out" in page.text
    assert all(f"Сатушы {number}" in page.text for number in range(3))
    assert "6 texts are removed." in page.toasts
    states = [case_now(case.id).state for case in cases]
    assert states.count(CaseState.DECIDED) == 8
    assert reload_comment(moved).visibility.value == "published"


# --- What keeps the desk in order -------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [False, True])
def test_an_interest_is_declared_and_ended(desk: Visit, council: Council, *, htmx: bool) -> None:
    case = flagged(make_comment(make_thread(council)))
    desk.get(f"{QUEUE}interests?case={case.id}")

    desk.press("Declare the interest", htmx=htmx, note="Ағамның жобасы", statements=90)

    assert db.session().scalars(select(Interest)).one().thread_id == case.thread_id
    page = desk.press("I have no interest there any more", statements=90)
    assert "You have declared no interest." in page.text


@pytest.mark.parametrize("htmx", [False, True])
def test_a_word_is_tried_out_then_watched_then_not(desk: Visit, council: Council, *, htmx: bool) -> None:
    thread = make_thread(council)
    make_comment(thread, source="Арзан несие, жазыңыз!")
    make_comment(thread)
    desk.get(f"{QUEUE}words")

    page = desk.press("press=try", htmx=htmx, term="несие", statements=90)
    assert "Comments it was tried on: 2 · It would have marked: 1" in page.text
    assert "Choose what it does." in desk.press("press=add", htmx=htmx, status=422, statements=90).summary
    desk.press("press=add", htmx=htmx, effect="mark", clause="advertising", statements=90)

    assert db.session().scalars(select(WatchedWord)).one().term == "несие"
    desk.follow("Watch it no longer")
    assert "No word is watched." in desk.press("Watch it no longer", htmx=htmx, statements=90).text


def test_a_request_of_a_state_body_becomes_a_case_for_two(desk: Visit, council: Council) -> None:
    comment = make_comment(make_thread(council))
    desk.get(f"{QUEUE}requests/new")
    typed = {"office": "Прокуратура", "article": "Заң, 41-1-бап", "number": "7", "dated": "2020-01-05"}

    assert "no comment at this address" in desk.press("Enter it", comment="nothing", status=422, **typed).summary
    desk.press("Enter it", comment=f"https://karavan.test/en/comments/{comment.public_id}", statements=90)

    asked = db.session().scalars(select(StateRequest)).one()
    assert asked.office == "Прокуратура"
    assert case_now(asked.case_id).origin == Origin.STATE_REQUEST


@pytest.mark.parametrize("htmx", [False, True])
def test_a_second_look_is_blind(desk: Visit, council: Council, clock: time_machine.Traveller, *, htmx: bool) -> None:
    case = flagged(make_comment(make_thread(council), source="Бұл жауап бос сөз."))
    take_away(case, make_staff(council))
    clock.shift(timedelta(days=2))

    page = desk.get(f"{QUEUE}second-look", statements=CARD)
    assert "Бұл жауап бос сөз." in page.text
    assert "Қорлау" not in page.text
    desk.press("This is what I would decide", htmx=htmx, choice="keep", statements=90)

    assert db.session().scalars(select(SecondLook)).one().action.value == "keep"
    assert case_now(case.id).state == CaseState.DECIDED
    assert "no case left" in desk.get(f"{QUEUE}second-look", statements=CARD).text


def test_keys_are_switched_off_and_on(desk: Visit) -> None:
    assert desk.get(QUEUE).find(class_="keys")[0].get("data-keys") is not None
    desk.follow("Switch them off")
    desk.press("Switch them off")
    assert desk.get(QUEUE).find(class_="keys")[0].get("data-keys") is None


def test_administrators_see_every_council(visit: Visit, cast: Cast) -> None:
    case = elsewhere(cast)
    visit.sign_in(cast.root)
    visit.get(QUEUE)
    visit.follow("Comment by", statements=CARD)
    assert visit.address == card(case)


def test_a_secretary_moderates_too(visit: Visit, cast: Cast, council: Council) -> None:
    flagged(make_comment(make_thread(council)))
    visit.sign_in(make_person("Сәуле", roles=((Role.SECRETARY, council.organisation_id),)))
    assert "1 text waits for a decision." in visit.get(QUEUE).text
