"""The selection as people meet it: the desk, the form, the reviewers' pages, the published draw."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from karavan.core.languages import Slots
from karavan.events.models import Attendee, Event, QuestionKind, SeatState, WayIn
from karavan.events.rules.copy_event import plan_of
from karavan.events.rules.plan import QuestionLine, cancel_event, edit_event
from karavan.notifications.models import Letter
from karavan.notifications.rendering import render
from karavan.roster.models import Look, RosterLook
from karavan.selection.models import Application, ApplicationState, Call, CallState, Review
from karavan.selection.problems import NotAtThisStage, NotOpenForApplications, ReserveWaits
from karavan.selection.rules.apply import withdraw
from karavan.selection.rules.plan import edit_call, open_the_rest
from karavan.selection.rules.release import release
from karavan.selection.rules.steps import close_call, open_call
from karavan.selection.tasks import keep_selections
from tests.support.calls import (
    CLOSED,
    apply,
    call_now,
    call_plan,
    give_points,
    make_call,
    make_chosen,
    reload,
    write,
)
from tests.support.makers import application, make_event, take_seats
from tests.support.settings import NOW
from tests.support.signing_in import sign_in

if TYPE_CHECKING:
    from collections.abc import Callable

    import time_machine
    from sqlalchemy.orm import Session

    from tests.support.cast import Cast
    from tests.support.visit import Visit

both_ways = pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
QUESTIONS = (QuestionLine(kind=QuestionKind.TEXT, label=Slots("Неге?", "Зачем?", "Why?"), required=True),)
FILLED = {"people-0-name": "Әмина Сейітова", "email": "amina@example.kz", "processing": True}
CALL = {
    "method": "ranked",
    "places": "2",
    "opens_day": "2026-11-20",
    "closes_day": "2026-11-29",
    "closes_time": "18:00",
    "criteria-0-title-ru": "Мотивация",
    "criteria-0-most": "5",
}


def applications(session: Session) -> list[Application]:
    session.close()
    return list(session.scalars(select(Application).order_by(Application.id)))


# --- The whole way, through the pages ---------------------------------------------------------------------------


def test_from_the_blank_form_to_the_released_draw(
    session: Session, desk: Visit, cast: Cast, new_visitor: Callable[[], Visit], clock: time_machine.Traveller
) -> None:
    event = make_event(organisation=cast.alliance, seats=2, questions=QUESTIONS)
    here = f"/en/desk/events/{event.id}"
    desk.get(here)
    desk.follow("Give places by application and selection")
    desk.press("Save the call", fields=CALL, status=200)
    for person in (cast.saule, cast.daniyar):
        desk.press("Name as a reviewer", email=person.email, status=200)
    page = desk.press("Publish the call", status=200)
    assert "Applications are taken" in page.text

    reader = new_visitor()
    page = reader.get(f"/en/events/{event.slug}")
    assert "2 places, given by selection" in page.text
    reader.follow("The call, and how to apply")
    question = f"q{event.questions[0].id}"
    page = reader.press("Hand in the application", fields=FILLED | {question: "Хочу в Астану"}, status=200)
    assert "Your application is here." in page.text
    own = reader.address
    one = applications(session)[0]
    assert one.pseudonym in page.text

    for person in (cast.saule, cast.daniyar):
        reviewer = new_visitor()
        sign_in(reviewer, person.email)
        reviewer.get("/en/desk/reviews/")
        reviewer.follow("Study tour to Astana")
        page = reviewer.follow("Application No. 1")
        assert "Хочу в Астану" in page.text
        assert "Әмина" not in page.text
        assert "amina@" not in page.text
        line = call_now(event).criteria[0].id
        reviewer.press("Save", fields={"recused": "no", f"c{line}": "4"}, status=200)
        assert "80 Scored" in reviewer.page.text

    clock.move_to(CLOSED)
    keep_selections()
    desk.get(f"{here}/selection")
    desk.press("Rank by scores", status=200)
    assert "Accepted" not in reader.get(own).text
    desk.follow("Release the decisions")
    desk.press("Tell everybody now", status=200)
    page = reader.get(own)
    assert "You are accepted." in page.text
    page = reader.follow("Open the ticket")
    assert "Ticket" in page.h1
    page = reader.get(f"/en/draws/{event.slug}")
    assert one.pseudonym in page.text
    assert call_now(event).seed in page.text
    assert "Әмина" not in page.text


# --- Applying -------------------------------------------------------------------------------------------------


@both_ways
def test_a_wrong_form_keeps_what_was_typed(session: Session, visit: Visit, cast: Cast, htmx: bool) -> None:
    event = make_call(reviewers=(cast.saule, cast.daniyar))
    visit.get(f"/en/events/{event.slug}/application")
    page = visit.press("Hand in the application", fields={"people-0-name": "Әмина"}, htmx=htmx, status=422)
    assert page.one("input", name="people-0-name").get("value") == "Әмина"
    assert "Tick that you agree" in page.summary
    assert applications(session) == []


@both_ways
def test_what_the_event_asks_is_kept(session: Session, visit: Visit, cast: Cast, htmx: bool) -> None:
    event = make_call(reviewers=(cast.saule, cast.daniyar))
    visit.get(f"/en/events/{event.slug}/application")
    more = {"people-0-sex": "female", "people-0-born": "2001", "district": "beineu"}
    visit.press("Hand in the application", fields=FILLED | more, htmx=htmx)
    (one,) = applications(session)
    assert (one.sex, one.born, one.district, one.lang) == ("female", 2001, "beineu", "en")


def test_registering_leads_to_the_application_and_back_where_there_is_none(visit: Visit, cast: Cast) -> None:
    event = make_call(reviewers=(cast.saule, cast.daniyar))
    visit.get(f"/en/events/{event.slug}/registration")
    assert visit.address == f"/en/events/{event.slug}/application"
    draft = make_call(opened=False)
    assert "not published yet" in visit.get(f"/en/events/{draft.slug}/application").text
    plain = make_event()
    visit.get(f"/en/events/{plain.slug}/application")
    assert visit.address == f"/en/events/{plain.slug}/registration"


def test_whose_contact_is_known_is_told_by_letter(session: Session, visit: Visit, cast: Cast) -> None:
    event = make_call(reviewers=(cast.saule, cast.daniyar))
    apply(event, email="amina@example.kz")
    visit.get(f"/en/events/{event.slug}/application")
    page = visit.press("Hand in the application", fields=FILLED)
    assert page.h1 == "Look into your letters"
    assert len(applications(session)) == 1


def test_an_application_is_withdrawn_on_its_own_page(session: Session, visit: Visit, cast: Cast) -> None:
    event = make_call(reviewers=(cast.saule, cast.daniyar))
    apply(event)
    session.close()
    letter = session.scalars(select(Letter).where(Letter.letter == "selection/received")).one()
    link = next(word for word in render(letter).text.split() if "/applications/" in word)
    visit.get(link.replace("/kk/", "/en/"))
    visit.follow("Withdraw the application")
    page = visit.press("Withdraw", status=200)
    assert "You have withdrawn this application." in page.text
    assert applications(session)[0].state == ApplicationState.WITHDRAWN


@pytest.mark.parametrize("token", ["x", "abcdefghijklmnop.x", "%F0%9F%90%AB", "a" * 300])
def test_a_guessed_key_opens_nothing(visit: Visit, cast: Cast, token: str) -> None:
    visit.get(f"/en/applications/{token}", status=404)
    visit.get(f"/en/applications/{token}/withdrawal", status=404)


def test_a_ticket_s_key_opens_no_application(visit: Visit, cast: Cast) -> None:
    one = apply(make_call(reviewers=(cast.saule, cast.daniyar)))
    keys = visit.app.extensions["karavan.keys"]
    visit.get(f"/en/applications/{keys.seal(one.public_id, purpose='ticket')}", status=404)


# --- The desk -------------------------------------------------------------------------------------------------


def test_rows_come_and_go_and_nothing_typed_is_lost(desk: Visit, cast: Cast) -> None:
    event = make_event(organisation=cast.alliance)
    desk.get(f"/en/desk/events/{event.id}/selection/call")
    desk.press("Add a criterion", fields=CALL, status=200)
    page = desk.press("Add a rule", fields={"criteria-1-title-kk": "Пайда"}, status=200)
    assert page.one("input", name="criteria-0-title-ru").get("value") == "Мотивация"
    page = desk.press("Save the call", fields={"balance-0-whom": "sex:female", "balance-0-least": "9"}, status=200)
    assert "Selection" in page.h1


def test_rules_that_could_never_be_kept_are_explained(desk: Visit, cast: Cast) -> None:
    event = make_event(organisation=cast.alliance)
    desk.get(f"/en/desk/events/{event.id}/selection/call")
    desk.press("Add a rule", fields=CALL | {"method": "lottery"}, status=200)
    page = desk.press("Save the call", fields={"balance-0-whom": "sex:female", "balance-0-least": "9"}, status=422)
    assert "Rules of one kind want 9 people together, and there are only 2 places." in page.text


@both_ways
def test_the_second_of_two_editors_sees_the_difference_and_keeps_her_words(desk: Visit, cast: Cast, htmx: bool) -> None:
    event = make_call(organisation=cast.alliance, opened=False)
    desk.get(f"/en/desk/events/{event.id}/selection/call")
    write(edit_call, event.id, call_plan(reviews=4), read_version=call_now(event).version)
    page = desk.press("Save the call", reviews="3", htmx=htmx, status=422 if htmx else 409)
    assert page.one("input", name="reviews").get("value") == "3"
    assert "What is saved now" in page.text
    desk.press("Save the call", htmx=htmx)
    assert call_now(event).reviews == 3


def test_names_are_hidden_from_an_organiser_who_scores(session: Session, desk: Visit, cast: Cast) -> None:
    event = make_call(organisation=cast.alliance, reviewers=(cast.bekzat, cast.saule))
    one = apply(event, names=("Роза Қуанышқызы",))
    here = f"/en/desk/events/{event.id}/selection/applications"
    page = desk.get(here)
    assert "Роза" not in page.text
    assert one.pseudonym in page.text
    desk.get(f"{here}/{one.id}", status=404)
    session.close()
    assert session.scalars(select(RosterLook)).all() == []


def test_every_look_at_names_is_written_down(session: Session, desk: Visit, cast: Cast) -> None:
    event = make_call(organisation=cast.alliance, reviewers=(cast.saule, cast.daniyar))
    one = apply(event, names=("Роза Қуанышқызы",))
    here = f"/en/desk/events/{event.id}/selection/applications"
    for _ in range(2):
        assert "Роза" in desk.get(here).text
    assert "Роза" in desk.get(f"{here}/{one.id}").text
    session.close()
    looks = session.scalars(select(RosterLook).order_by(RosterLook.id)).all()
    assert [(look.what, look.detail, look.people) for look in looks] == [
        (Look.APPLICATIONS, "", 1),
        (Look.APPLICATIONS, "№ 1", 1),
    ]


def test_a_selection_is_given_up_while_nobody_has_seen_it(session: Session, desk: Visit, cast: Cast) -> None:
    event = make_call(organisation=cast.alliance, reviewers=(cast.saule,), opened=False)
    desk.get(f"/en/desk/events/{event.id}/selection")
    desk.follow("Give the selection up")
    desk.press("Give it up", status=200)
    session.close()
    assert session.get(Call, event.id) is None
    assert session.get_one(Event, event.id).way_in == WayIn.OPEN


def test_an_unknown_reviewer_is_refused_and_her_address_stays(desk: Visit, cast: Cast) -> None:
    event = make_call(organisation=cast.alliance, opened=False)
    desk.get(f"/en/desk/events/{event.id}/selection")
    page = desk.press("Name as a reviewer", email="nobody@example.kz", status=422)
    assert "Nobody has an account with this email." in page.summary
    assert page.one("input", name="email").get("value") == "nobody@example.kz"


def test_a_step_that_somebody_else_took_answers_409(desk: Visit, cast: Cast) -> None:
    event = make_call(organisation=cast.alliance, reviewers=(cast.saule, cast.daniyar), opened=False)
    desk.get(f"/en/desk/events/{event.id}/selection")
    desk.press("Publish the call", status=200)
    token = desk.page.find("input", name="csrf_token")[0].get("value")
    desk.post(f"/en/desk/events/{event.id}/selection/opening", {"csrf_token": token}, status=409)
    desk.post(f"/en/desk/events/{event.id}/selection/choice", {"csrf_token": token}, status=409)


# --- Scores ---------------------------------------------------------------------------------------------------


@both_ways
def test_standing_aside_needs_a_reason_and_no_points(session: Session, visit: Visit, cast: Cast, htmx: bool) -> None:
    event = make_call(reviewers=(cast.saule, cast.daniyar))
    apply(event)
    visit.sign_in(cast.saule)
    visit.get(f"/en/desk/reviews/{event.id}/1")
    visit.press("Save", recused="yes", htmx=htmx, status=422)
    page = visit.press("Save", reason="Соседка", htmx=htmx)
    assert "You stand aside" in page.text
    session.close()
    (review,) = session.scalars(select(Review))
    assert (review.recused, review.total, review.reason) == (True, None, "Соседка")


def test_points_out_of_the_rubric_are_refused(visit: Visit, cast: Cast) -> None:
    event = make_call(reviewers=(cast.saule, cast.daniyar))
    apply(event)
    visit.sign_in(cast.saule)
    visit.get(f"/en/desk/reviews/{event.id}/1")
    first, second = (line.id for line in call_now(event).criteria)
    page = visit.press("Save", fields={"recused": "no", f"c{first}": "6", f"c{second}": "10"}, status=422)
    assert page.summary.endswith("Enter a whole number from 0 to 5.")


def test_a_second_window_does_not_overwrite_the_first(visit: Visit, cast: Cast) -> None:
    event = make_call(reviewers=(cast.saule, cast.daniyar))
    one = apply(event)
    visit.sign_in(cast.saule)
    visit.get(f"/en/desk/reviews/{event.id}/1")
    first, second = (line.id for line in call_now(event).criteria)
    give_points(event, one, cast.saule, 1, 1)
    page = visit.press("Save", fields={"recused": "no", f"c{first}": "5", f"c{second}": "10"}, status=409)
    assert page.one("input", name=f"c{first}").get("value") == "5"


def test_reviewers_never_see_who_it_is_nor_what_others_scored(visit: Visit, cast: Cast) -> None:
    event = make_call(reviewers=(cast.saule, cast.daniyar))
    one = apply(event, names=("Роза Қуанышқызы",), email="roza@example.kz")
    give_points(event, one, cast.daniyar, 5, 10)
    visit.sign_in(cast.saule)
    for address in ("", f"/{event.id}", f"/{event.id}/1"):
        page = visit.get(f"/en/desk/reviews{address or '/'}")
        assert "Роза" not in page.text
        assert "roza" not in page.body
        assert one.pseudonym not in page.body
        assert "100.0" not in page.text


# --- The clock ------------------------------------------------------------------------------------------------


def test_the_clock_closes_the_list_and_tells_of_a_cancellation(
    session: Session, cast: Cast, clock: time_machine.Traveller
) -> None:
    event = make_call(reviewers=(cast.saule, cast.daniyar))
    apply(event)
    assert keep_selections() == 0
    clock.move_to(CLOSED + timedelta(minutes=1))
    assert keep_selections() == 1
    assert call_now(event).state == CallState.REVIEW
    write(cancel_event, event.id, reason=Slots(ru="Буран"), now=CLOSED)
    assert keep_selections() == 1
    assert keep_selections() == 0
    session.close()
    assert len(session.scalars(select(Letter).where(Letter.letter == "selection/cancelled")).all()) == 1


# --- What is public when ----------------------------------------------------------------------------------------


def test_files_are_published_as_they_become_public(visit: Visit, cast: Cast) -> None:
    made = make_chosen((cast.saule, cast.daniyar), released=False)
    base = f"/en/draws/{made.event.slug}"
    seed = call_now(made.event).seed
    assert seed not in visit.get(base).body
    assert visit.get(f"{base}/list.csv").body.startswith("pseudonym\n")
    for name in ("seed.txt", "rules.json", "result.json"):
        visit.get(f"{base}/{name}", status=404)
    assert "Accepted" not in visit.get(base).text


def test_before_the_call_is_closed_no_list_is_public(visit: Visit, cast: Cast) -> None:
    event = make_call(reviewers=(cast.saule, cast.daniyar))
    one = apply(event)
    page = visit.get(f"/en/draws/{event.slug}")
    assert call_now(event).seed_hash in page.text
    assert one.pseudonym not in page.body
    visit.get(f"/en/draws/{event.slug}/list.csv", status=404)
    assert visit.response.headers.get("Set-Cookie") is None
    draft = make_call(opened=False)
    visit.get(f"/en/draws/{draft.slug}", status=404)


def test_a_withdrawn_applicant_has_a_page_still(session: Session, cast: Cast) -> None:
    event = make_call(reviewers=(cast.saule, cast.daniyar))
    one = apply(event)
    write(withdraw, event.id, one.public_id, now=CLOSED - timedelta(days=1))
    write(close_call, event.id, now=CLOSED)
    assert reload(one.public_id).state == ApplicationState.WITHDRAWN
    assert call_now(event).drawn["listed"] == []


# --- What lists, pages and desks say of it --------------------------------------------------------------------


def test_a_reviewer_s_own_application_is_told_apart_in_her_queue(session: Session, visit: Visit, cast: Cast) -> None:
    event = make_call(reviewers=(cast.saule, cast.daniyar))
    apply(event, email=cast.saule.email)
    apply(event)
    visit.sign_in(cast.saule)
    assert "Applications I score" in visit.get("/en/desk/").text
    assert "Applications I score" in visit.get("/en/me/").text
    assert "Done: 1 of 2" in visit.follow("Applications I score").text
    page = visit.get(f"/en/desk/reviews/{event.id}")
    assert "Your own application: other people score it" in page.text
    page = visit.follow("Application No. 1")
    assert "This is your own application: other people score it." in page.text
    assert not page.find("input", name="recused")
    token = visit.get(f"/en/desk/reviews/{event.id}/2").find("input", name="csrf_token")[0].get("value")
    first, second = (line.id for line in call_now(event).criteria)
    typed = {"csrf_token": token, "recused": "no", f"c{first}": "5", f"c{second}": "10", "version": "0"}
    visit.post(f"/en/desk/reviews/{event.id}/1", typed, status=409)
    session.close()
    assert session.scalars(select(Review)).all() == []


def test_who_scores_nothing_has_no_link_to_it(visit: Visit, cast: Cast) -> None:
    make_call(reviewers=(cast.saule, cast.daniyar), opened=False)
    visit.sign_in(cast.saule)
    for address in ("/en/desk/", "/en/me/"):
        assert "Applications I score" not in visit.get(address).text


def test_lists_and_pages_say_that_one_applies_and_until_when(
    desk: Visit, cast: Cast, clock: time_machine.Traveller
) -> None:
    written = make_call(organisation=cast.alliance, reviewers=(cast.saule, cast.daniyar), opened=False)
    lists = ("/en/", "/en/events/", "/en/desk/events/", f"/en/events/{written.slug}")
    for address in lists:
        assert "The call is not published yet" in desk.get(address).text, address
    write(open_call, written.id, now=NOW)
    for address in lists:
        page = desk.get(address)
        assert "2 places, given by selection" in page.text, address
        assert "Apply by: 30 November 2026, 10:00" in page.text, address
        assert "seats free" not in page.text, address
    assert "Hand in the application" in desk.follow("The call, and how to apply").text
    assert "No events like this" in desk.get("/en/events/?free=1").text

    clock.move_to(CLOSED + timedelta(minutes=1))
    for address in lists:
        assert "Applications closed: 30 November 2026, 10:00" in desk.get(address).text, address
    for address in (f"/en/events/{written.slug}", f"/en/events/{written.slug}/application"):
        page = desk.get(address)
        assert "Then everybody who applied gets the decision by letter" in page.text
        assert "Decisions are told at the latest: 23 December 2026, 07:00." in page.text
        assert "how to apply" not in page.text
        assert "Hand in" not in page.text


def test_after_the_release_the_pages_say_that_all_is_told(desk: Visit, cast: Cast) -> None:
    made = make_chosen((cast.saule, cast.daniyar), organisation=cast.alliance, released=True)
    for address in (f"/en/events/{made.event.slug}", f"/en/events/{made.event.slug}/application"):
        assert "Decisions were told:" in desk.get(address).text
        assert "goes to the next in the reserve" in desk.page.text
    assert "Decisions were told:" in desk.get("/en/events/").text
    assert "No seats left" in desk.get("/en/desk/events/").text


# --- The event is moved meanwhile -----------------------------------------------------------------------------


def test_applicants_are_told_when_the_event_is_moved_or_put_off(session: Session, desk: Visit, cast: Cast) -> None:
    event = make_call(organisation=cast.alliance, reviewers=(cast.saule, cast.daniyar))
    apply(event, email="amina@example.kz")
    write(withdraw, event.id, apply(event).public_id, now=NOW)
    desk.get(f"/en/desk/events/{event.id}/edit")
    page = desk.press("Save the changes", fields={"starts_time": "12:30"}, status=200)
    assert "1 person who has applied for a place is told." in page.text
    page = desk.press("Save and tell them", status=200)
    assert "Everyone who registered or applied is being told." in page.text
    session.close()
    (letter,) = session.scalars(select(Letter).where(Letter.letter == "selection/changed"))
    body = render(letter).text
    assert "12:30" in body
    assert "/applications/" in body

    desk.follow("Postpone the event")
    assert "1 person who has applied for a place is told." in desk.page.text
    desk.press("Postpone the event", fields={"reason-kk": "Боран"}, status=200)
    session.close()
    (letter,) = session.scalars(select(Letter).where(Letter.letter == "selection/postponed"))
    assert "Боран" in render(letter).text
    assert session.scalars(select(Letter).where(Letter.letter.startswith("events/event_"))).all() == []


def test_after_the_move_nobody_applies_for_what_has_begun(session: Session, cast: Cast) -> None:
    event = make_call(reviewers=(cast.saule, cast.daniyar))
    session.close()
    moved = replace(plan_of(session.get_one(Event, event.id)), starts_at=NOW + timedelta(days=1), ends_at=CLOSED)
    version = event.version
    session.close()
    write(edit_event, event.id, moved, version=version, now=NOW)
    with pytest.raises(NotOpenForApplications):
        apply(event, now=NOW + timedelta(days=2))


# --- When there are fewer people than places --------------------------------------------------------------------


def test_what_a_selection_left_free_is_opened_to_everybody(session: Session, desk: Visit, cast: Cast) -> None:
    made = make_chosen((cast.saule, cast.daniyar), people=1, organisation=cast.alliance, released=True)
    desk.get(f"/en/desk/events/{made.event.id}/selection")
    assert "1 place is left" in desk.page.text
    page = desk.press("Open what is left to everybody", status=200)
    assert "People can register now, first come, first seated" in page.text
    assert "Open what is left" not in page.text.replace("The selection is over: what is left", "")
    take_seats(made.event, application())
    page = desk.get(f"/en/events/{made.event.slug}/application")
    assert page.h1.startswith("Registration")
    session.close()
    states = session.scalars(select(Attendee.state).order_by(Attendee.id)).all()
    assert states == [SeatState.OFFERED, SeatState.SEATED]
    with pytest.raises(NotAtThisStage):
        write(open_the_rest, made.event.id, now=CLOSED)


def test_the_reserve_comes_before_everybody(cast: Cast) -> None:
    made = make_chosen((cast.saule, cast.daniyar), people=3)
    with pytest.raises(NotAtThisStage):
        write(open_the_rest, made.event.id, now=CLOSED)
    write(release, made.event.id, now=CLOSED)
    with pytest.raises(ReserveWaits):
        write(open_the_rest, made.event.id, now=CLOSED)


def test_a_call_to_which_nobody_came_is_no_dead_end(desk: Visit, cast: Cast) -> None:
    event = make_call(organisation=cast.alliance, reviewers=(cast.saule, cast.daniyar))
    write(withdraw, event.id, apply(event).public_id, now=NOW)
    with pytest.raises(NotAtThisStage):
        write(open_the_rest, event.id, now=NOW)
    write(close_call, event.id, now=CLOSED)
    page = desk.get(f"/en/desk/events/{event.id}/selection")
    assert "There is nobody to choose from." in page.text
    desk.press("Open what is left to everybody", status=200)
    assert "2 seats free" in desk.get("/en/events/").text
