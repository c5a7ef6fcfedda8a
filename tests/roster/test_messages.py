"""Writing to many: whom it reaches, what they read, that nothing is lost or sent twice, and how the letters fare."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from karavan.core.clock import now
from karavan.core.database import db
from karavan.core.languages import Slots
from karavan.core.tokens import new_key
from karavan.events.models import Registration
from karavan.events.rules.change_seats import give_back
from karavan.events.rules.check_in import check_in
from karavan.notifications.models import Letter, LetterState
from karavan.notifications.rules import LEASE, claim, give_up
from karavan.notifications.tasks import deliver_letters
from karavan.record.models import RecordEntry, Verb
from karavan.roster.message_problems import (
    MessageHasLeft,
    MessageIsCalledOff,
    MessageWasRewritten,
    NobodyToTell,
    StillOnItsWay,
)
from karavan.roster.message_queries import batch_of, letters_page, progress, whom
from karavan.roster.models import Broadcast, BroadcastState, Look, RosterLook
from karavan.roster.queries import Filter
from karavan.roster.rules.messages import Wish, begin_message, edit_message, send_again, send_message, stop_message
from tests.notifications.boxes import outbox
from tests.support.mail_server import MailServer
from tests.support.makers import make_event, make_registration, people_of, write
from tests.support.races import doing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import time_machine
    from flask import Flask
    from sqlalchemy.orm import Session

    from karavan.events.models import Event
    from tests.support.cast import Cast
    from tests.support.page import Page
    from tests.support.visit import Visit

TYPED = {
    "subject-kk": "Не алып келу керек", "body-kk": "Су алыңыз.\n\nКүн ыстық.",
    "subject-ru": "Что взять с собой", "body-ru": "Возьмите воду.",
}  # fmt: skip
LIVE = Filter(states=("seated", "offered", "waiting"))


@pytest.fixture
def event(cast: Cast) -> Event:
    return make_event(organisation=cast.alliance, seats=3)


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture
def mailing_app(other_app: Callable[..., Flask], mail_server: MailServer) -> Flask:
    return other_app(letters="smtp", smtp_url=mail_server.url)


def drafted(event: Event, cast: Cast, chosen: Filter = LIVE, **words: Slots) -> int:
    usual = {"subject": Slots("Не алып келу керек", "Что взять"), "body": Slots("Су алыңыз.", "Возьмите воду.")}
    wish = Wish(chosen=chosen, **usual | words)
    return write(begin_message, event.id, wish, key=new_key(), by_id=cast.bekzat.id, now=now())


def sent(event: Event, cast: Cast, broadcast_id: int, *, version: int = 1) -> int:
    return write(send_message, event.id, broadcast_id, version=version, by_id=cast.bekzat.id, now=now())


def letters_of(broadcast_id: int) -> list[Letter]:
    """Return the letters of a message as they are now, in the order of writing."""
    return sorted((one for one in outbox().values() if one.batch == batch_of(broadcast_id)), key=lambda one: one.id)


def fares(broadcast_id: int) -> tuple[int, ...]:
    db.session.close()
    return tuple(progress(db.session(), [batch_of(broadcast_id)])[batch_of(broadcast_id)])


def token_on(page: Page) -> str:
    """Return the token of the first form that has one."""
    found = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', page.body)
    assert found
    return found[1]


def deliver(app: Flask) -> int:
    with app.app_context():
        return deliver_letters()


# --- From the blank form to the outbox -----------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [False, True])
def test_a_message_is_written_read_tried_and_sent(
    desk: Visit, event: Event, cast: Cast, session: Session, htmx: bool
) -> None:
    reader = make_registration(event, lang="ru", email="olga@example.kz")
    make_registration(event, lang="kk", email="aigul@example.kz", people=2)
    make_registration(event, lang="en", phone="+77012345678")  # in the queue
    desk.get(f"/en/desk/events/{event.id}/messages")
    desk.follow("Write a message")
    page = desk.press("See it as readers will", htmx=htmx, fields=TYPED)
    for words in (
        "Read before you send",
        "Что взять с собой",
        "Возьмите воду.",
        "Су алыңыз.",
        "1 reader",
        "Send 3 letters",
    ):
        assert words in page.text, words
    assert "As a short message, for those who left only a phone number" in page.text
    assert "these readers get it in this one: Russian" in page.text

    page = desk.press("Send a test to me", htmx=htmx)
    assert "The test is on its way to you" in page.text
    tests = [one for one in outbox().values() if one.letter == "events/message"]
    assert sorted((one.address, one.lang) for one in tests) == [(cast.bekzat.email, "kk"), (cast.bekzat.email, "ru")]
    assert {one.batch for one in tests} == {None}

    page = desk.press("Send 3 letters", htmx=htmx)
    assert "3 letters are written and on their way." in page.text
    assert "Waits its turn" in page.text
    (message,) = session.scalars(select(Broadcast)).all()
    letters = letters_of(message.id)
    assert [one.address for one in letters] == ["olga@example.kz", "aigul@example.kz", "+77012345678"]
    assert letters[0].payload["message"]["body"] == {"ru": "Возьмите воду."}
    assert letters[2].payload["message"]["subject"] == {"ru": "Что взять с собой"}
    assert letters[0].payload["ticket"] == reader.public_id
    entry = session.scalars(select(RecordEntry).where(RecordEntry.verb == Verb.EVENT_MESSAGE_SENT)).one()
    assert entry.facts == {"letters": 3}
    assert session.scalar(select(RosterLook.people).where(RosterLook.what == Look.MESSAGE)) == 3


def test_what_the_reader_gets_is_whole(
    desk: Visit, event: Event, cast: Cast, mailing_app: Flask, mail_server: MailServer
) -> None:
    make_registration(event, lang="kk", email="aigul@example.kz")
    write(lambda session: session.execute(update(Letter).values(state=LetterState.SENT)))
    sent(event, cast, drafted(event, cast, body=Slots("Су алыңыз.\n\nКүн <b>ыстық</b>\nболады.")))
    deliver(mailing_app)

    (mail,) = mail_server.letters
    text, html = (part.get_content() for kind in ("plain", "html") if (part := mail.get_body((kind,))))
    assert mail["Subject"] == "Не алып келу керек"
    assert "Су алыңыз.\n\nКүн <b>ыстық</b>\nболады." in text.replace("\r\n", "\n")
    assert "Күн &lt;b&gt;ыстық&lt;/b&gt;<br>болады." in html
    assert "/kk/registrations/" in text
    assert "/kk/registrations/" in html
    assert "Астанаға оқу сапары" in text


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ({}, "Write the message in Kazakh or in Russian."),
        (
            {"subject-kk": "Су", "body-ru": "Вода"},
            "Write both the subject and the message in this language, or neither.",
        ),
        ({**TYPED, "subject-en": "Water"}, "Write both the subject and the message in this language, or neither."),
        ({**TYPED, "subject-ru": "о" * 151}, "150"),
    ],
)
def test_what_cannot_be_sent_is_said_and_the_typing_stays(
    desk: Visit, event: Event, typed: dict[str, str], complaint: str, session: Session
) -> None:
    desk.get(f"/en/desk/events/{event.id}/messages/new")
    page = desk.press("See it as readers will", status=422, fields=typed)
    assert complaint in page.summary
    for name, words in typed.items():
        field = page.one("textarea" if name.startswith("body") else "input", name=name)
        assert " ".join(words.split()) in (field.get("value") or page.text)
    assert session.scalar(select(Broadcast.id)) is None


def test_a_second_press_makes_no_second_message(desk: Visit, event: Event, cast: Cast, session: Session) -> None:
    make_registration(event)
    form = desk.get(f"/en/desk/events/{event.id}/messages/new").form_of("See it as readers will")
    data = dict(form.filled("See it as readers will", TYPED))
    for _ in range(2):
        desk.post(form.action, data, status=200)
    assert len(session.scalars(select(Broadcast)).all()) == 1
    number = session.scalar(select(Broadcast.id)) or 0

    assert [sent(event, cast, number), sent(event, cast, number)] == [1, 1]
    assert len(letters_of(number)) == 1


# --- Whom it is for -------------------------------------------------------------------------------------------------


def test_it_is_for_those_whom_the_roster_shows(desk: Visit, event: Event, cast: Cast) -> None:
    make_registration(event, district="beineu", email="near@example.kz")
    make_registration(event, district="aktau", email="far@example.kz")
    desk.get(f"/en/desk/events/{event.id}/roster?district=beineu")
    desk.follow("Write to these people")
    page = desk.press("See it as readers will", fields=TYPED)
    assert "Send 1 letter" in page.text
    assert "Beineu District" in page.text
    page = desk.press("Send 1 letter")
    assert "near@example.kz" in page.text
    assert "far@example.kz" not in page.text


def test_one_person_is_written_to_from_her_registration(desk: Visit, event: Event) -> None:
    make_registration(event, email="other@example.kz")
    one = make_registration(event, email="one@example.kz")
    desk.get(f"/en/desk/events/{event.id}/registrations/{one.id}")
    desk.follow("Write to this person")
    desk.press("See it as readers will", fields=TYPED)
    page = desk.press("Send 1 letter")
    assert "one@example.kz" in page.text
    assert "other@example.kz" not in page.text


def test_every_list_and_filter_reaches_its_people(event: Event, cast: Cast, session: Session) -> None:
    came = make_registration(event, people=2, lang="ru")
    gone = make_registration(event, email="gone@example.kz")
    make_registration(event, people=2, phone="+77017654321")
    write(give_back, event.id, gone.public_id, attendee_ids=None, now=now())
    write(check_in, event.id, people_of(came)[0].code, day=event.first_day, by=cast.bekzat.id, now=event.starts_at)

    def reached(**chosen: Any) -> tuple[int, int, int]:
        db.session.close()
        return whom(db.session(), event.id, Filter(**chosen))[:3]

    assert reached(states=("seated", "offered", "waiting")) == (2, 4, 1)
    assert reached(states=("given_back", "declined", "expired")) == (1, 1, 0)
    assert reached(came="yes") == (1, 1, 0)
    assert reached(words="gone@") == (1, 1, 0)
    assert reached(registrations=(came.id,)) == (1, 2, 0)
    write(lambda s: s.execute(update(Registration).where(Registration.id == came.id).values(email="", phone=None)))
    assert reached(came="yes") == (0, 0, 0)  # whoever erased her contacts is written to no more


def test_nobody_to_write_to_is_said(desk: Visit, event: Event, cast: Cast) -> None:
    number = drafted(event, cast)
    with pytest.raises(NobodyToTell):
        sent(event, cast, number)
    page = desk.get(f"/en/desk/events/{event.id}/messages/{number}")
    assert "There is nobody to write to" in page.text


# --- Two organisers, and what has left -----------------------------------------------------------------------------


def test_the_second_of_two_writers_sees_the_difference_and_loses_no_word(desk: Visit, event: Event, cast: Cast) -> None:
    make_registration(event)
    number = drafted(event, cast)
    desk.get(f"/en/desk/events/{event.id}/messages/{number}/edit")
    other = Wish(subject=Slots(ru="Другое"), body=Slots(ru="Другие слова"), chosen=LIVE)
    write(edit_message, event.id, number, other, version=1)
    page = desk.press("See it as readers will", status=409, fields={"body-ru": "Мои слова"})
    assert "Somebody else has changed this message" in page.summary
    assert "Другие слова" in page.text
    assert "Мои слова" in page.text
    page = desk.press("See it as readers will", status=200)
    assert "Мои слова" in page.text


def test_what_was_rewritten_is_not_sent_unread(desk: Visit, event: Event, cast: Cast) -> None:
    make_registration(event)
    number = drafted(event, cast)
    desk.get(f"/en/desk/events/{event.id}/messages/{number}")
    write(edit_message, event.id, number, Wish(subject=Slots(ru="А"), body=Slots(ru="Б"), chosen=LIVE), version=1)
    page = desk.press("Send 1 letter", status=409)
    assert "Read it again before you send it." in page.summary
    assert letters_of(number) == []
    with pytest.raises(MessageWasRewritten):
        sent(event, cast, number)
    desk.press("Send 1 letter", status=200)
    assert len(letters_of(number)) == 1


def test_what_has_left_stays_as_it_was(event: Event, cast: Cast) -> None:
    make_registration(event)
    number = drafted(event, cast)
    sent(event, cast, number)
    with pytest.raises(MessageHasLeft):
        write(edit_message, event.id, number, Wish(subject=Slots("А"), body=Slots("Б"), chosen=LIVE), version=1)
    write(stop_message, event.id, number)
    with pytest.raises(MessageIsCalledOff):
        sent(event, cast, number)
    with pytest.raises(MessageIsCalledOff):
        write(send_again, event.id, number, by_id=cast.bekzat.id, now=now())


def test_sending_can_be_stopped(desk: Visit, event: Event, cast: Cast, app: Flask) -> None:
    for _ in range(3):
        make_registration(event)
    number = drafted(event, cast)
    sent(event, cast, number)
    desk.get(f"/en/desk/events/{event.id}/messages/{number}")
    desk.follow("Stop sending")
    page = desk.press("Stop sending")
    assert "Stopped: 3 letters did not leave." in page.text
    assert letters_of(number) == []
    assert "Stopped" in desk.get(f"/en/desk/events/{event.id}/messages").text

    draft = drafted(event, cast)
    desk.get(f"/en/desk/events/{event.id}/messages/{draft}/stop")
    desk.press("Throw it away")
    desk.get(f"/en/desk/events/{event.id}/messages/{draft}", status=404)


def test_ordinary_letters_do_not_wait_behind_a_crowd(event: Event, cast: Cast) -> None:
    make_registration(event)
    sent(event, cast, drafted(event, cast))
    late = make_registration(event, email="late@example.kz")
    order = []
    while letter := write(claim, now=now()):
        order.append((letter.letter, letter.address))
    assert order[-1][0] == "events/message"
    assert order[-2] == ("events/registered", late.email)


# --- How the letters fare -------------------------------------------------------------------------------------------


def test_a_server_that_is_down_or_refuses_loses_nothing_and_sends_nothing_twice(
    desk: Visit,
    event: Event,
    cast: Cast,
    mailing_app: Flask,
    mail_server: MailServer,
    clock: time_machine.Traveller,
) -> None:
    addresses = ["a@example.kz", "b@example.kz", "full@example.kz", "nobody@example.kz"]
    for address in addresses:
        make_registration(event, email=address)
    while deliver(mailing_app):
        pass
    mail_server.letters.clear()
    number = drafted(event, cast)
    sent(event, cast, number)
    url = f"/en/desk/events/{event.id}/messages/{number}"

    mail_server.hang_up_after = "EHLO"  # down
    deliver(mailing_app)
    assert fares(number) == (4, 1, 0, 0)
    assert "1 letter could not be delivered yet" in desk.get(url).text

    mail_server.hang_up_after = None
    mail_server.refuse_recipient("full@example.kz", 452)
    mail_server.refuse_recipient("nobody@example.kz", 550)
    clock.shift(2 * LEASE)
    while deliver(mailing_app):
        pass
    assert fares(number) == (1, 1, 2, 1)
    page = desk.get(url + "?fate=failed")
    assert "550" in page.text
    assert "nobody@example.kz" in page.text
    assert "a@example.kz" not in page.text

    mail_server.refuse_recipient("full@example.kz", 250)
    mail_server.refuse_recipient("nobody@example.kz", 250)
    desk.get(url)
    page = desk.press("Send 1 letter again that was not delivered")
    assert "1 letter is sent again." in page.text
    desk.post(url + "/again", {"csrf_token": token_on(page)})
    clock.shift(10 * LEASE)
    while deliver(mailing_app):
        pass
    assert fares(number) == (0, 0, 4, 0)
    assert sorted(mail["To"] for mail in mail_server.letters) == addresses
    assert "every 3s" not in desk.get(url).body


def test_one_letter_is_sent_again_to_the_contact_of_today(event: Event, cast: Cast, app: Flask) -> None:
    one = make_registration(event, email="old@example.kz")
    number = drafted(event, cast)
    sent(event, cast, number)
    (first,) = letters_of(number)
    asked: dict[str, Any] = {"by_id": cast.bekzat.id, "now": now()}
    with pytest.raises(StillOnItsWay):
        write(send_again, event.id, number, letter_id=first.id, **asked)
    while deliver(app):
        pass
    write(lambda s: s.execute(update(Registration).where(Registration.id == one.id).values(email="new@example.kz")))

    assert write(send_again, event.id, number, letter_id=first.id, **asked) == 1
    assert write(send_again, event.id, number, letter_id=first.id, **asked) == 0  # a second press
    (second,) = letters_of(number)
    assert second.address == "new@example.kz"
    assert second.key == f"broadcast:{number}:{one.id}:2"
    while deliver(app):
        pass
    write(send_again, event.id, number, letter_id=second.id, **asked)
    assert letters_of(number)[0].key.endswith(":3")


def test_the_counts_renew_themselves_while_letters_wait(desk: Visit, event: Event, cast: Cast, app: Flask) -> None:
    for _ in range(2):
        make_registration(event)
    number = drafted(event, cast)
    sent(event, cast, number)
    url = f"/en/desk/events/{event.id}/messages/{number}"
    asked = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "section#message-sending"}
    answer = desk.send("GET", url, headers=asked).get_data(as_text=True)
    assert 'id="message-sending"' in answer
    assert "every 3s" in answer
    assert "<h1" not in answer
    while deliver(app):
        pass
    assert "every 3s" not in desk.send("GET", url, headers=asked).get_data(as_text=True)


def test_many_letters_are_listed_page_by_page(event: Event, cast: Cast, session: Session) -> None:
    crowded = make_event(seats=60)
    for _ in range(52):
        make_registration(crowded)
    number = drafted(crowded, cast)
    sent(crowded, cast, number)
    letter = write(lambda s: s.scalars(select(Letter).where(Letter.batch == batch_of(number)).limit(1)).one())
    write(lambda s: s.execute(update(Letter).where(Letter.id == letter.id).values(state="sending", attempts=1)))
    letter.attempts = 1
    write(give_up, letter, why="550 no")
    lines, after = letters_page(session, batch_of(number))
    assert len(lines) == 50
    rest, end = letters_page(session, batch_of(number), after=after)
    assert (len(rest), end) == (2, "")
    assert [one.state for one in letters_page(session, batch_of(number), fate="failed")[0]] == [LetterState.FAILED]
    assert {one.id for one in lines}.isdisjoint(one.id for one in rest)
    assert all(one.name for one in [*lines, *rest])


@pytest.mark.race
def test_two_presses_at_once_write_each_letter_once(
    at_once: Callable[..., list[Any]], event: Event, cast: Cast
) -> None:
    for _ in range(3):
        make_registration(event)
    number = drafted(event, cast)
    asked: dict[str, Any] = {"version": 1, "by_id": cast.bekzat.id, "now": now()}
    outcomes = at_once(*(doing(send_message, event.id, number, **asked) for _ in range(4)))
    assert outcomes == [3, 3, 3, 3]
    assert len(letters_of(number)) == 3
    db.session.close()
    assert db.session().get_one(Broadcast, number).state == BroadcastState.SENDING


# --- Strange requests -----------------------------------------------------------------------------------------------


def test_messages_of_other_events_and_unknown_ones_are_nothing(desk: Visit, event: Event, cast: Cast) -> None:
    other = make_event(organisation=cast.alliance)
    number = drafted(event, cast)
    for path in ("", "/edit", "/test", "/sending", "/stop", "/again"):
        desk.get(f"/en/desk/events/{event.id}/messages/{number}{path}", status=200)
        for strange in (f"{other.id}/messages/{number}", f"{event.id}/messages/{2**40}", f"{event.id}/messages/0"):
            desk.get(f"/en/desk/events/{strange}{path}", status=404)
    make_registration(event)
    sent(event, cast, number)
    token = token_on(desk.get(f"/en/desk/events/{event.id}/messages/{number}/stop"))
    for letter in ("x", "-1", "9" * 30, "0"):
        desk.post(f"/en/desk/events/{event.id}/messages/{number}/again", {"csrf_token": token, "letter": letter})
    assert len(letters_of(number)) == 1
