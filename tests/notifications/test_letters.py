"""What the letters say: complete in words, in the reader's language, and harmless."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import default
from email.utils import parseaddr
from typing import TYPE_CHECKING, Any

import html5lib
import pytest
from babel.support import NullTranslations
from icalendar import Calendar

from karavan.core.clock import now
from karavan.core.languages import LANGUAGES
from karavan.core.qr import qr_png
from karavan.events import letters as event_letters
from karavan.notifications.drivers import Undeliverable, _as_email
from karavan.notifications.event_letters import unlinked
from karavan.notifications.models import Channel, Letter
from karavan.notifications.rendering import render
from karavan.web import locale
from tests.notifications.samples import EVENT, EVENT_LETTERS, LETTERS, OFFERED, SEATED, WAITING, payload_of
from tests.support.hostile import case
from tests.support.settings import BASE_URL

if TYPE_CHECKING:
    from email.message import EmailMessage

    from flask import Flask
    from sqlalchemy.orm import Session

    from karavan.notifications.messages import Outgoing

LONG_TITLE = "«Маңғыстау облысының үкіметтік емес ұйымдарына арналған» оқу сапары: Астана, 2026 ж."
SENDER = "Karavan <no-reply@karavan.test>"
LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"]+|[\w-]+\.(?:example|com|kz)\b")

pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.once]


def letter(
    name: str, *, lang: str = "en", channel: Channel = Channel.EMAIL, address: str = "amina@example.kz", **facts: Any
) -> Outgoing:
    row = Letter(
        key=f"test:{name}", channel=channel, letter=name, address=address, lang=lang, payload=payload_of(name, **facts)
    )
    return render(row)


def as_mail(message: Outgoing) -> EmailMessage:
    """Return the message as a mail program reads it from the wire."""
    return message_from_bytes(bytes(message.as_email(SENDER, now=now())), policy=default)


def calendar_of(message: Outgoing) -> Any:
    assert message.calendar is not None
    return Calendar.from_ical(message.calendar.content)


# --- Every letter, in every language -------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", LETTERS)
def test_every_letter_is_whole_in_every_language(name: str, lang: str) -> None:
    message = letter(name, lang=lang)

    assert message.subject == " ".join(message.subject.split()) != ""
    for text in (message.subject, message.text, message.html):
        assert "%(" not in text
        assert "{{" not in text
        assert "None" not in text
    assert f'<html lang="{lang}">' in message.html
    assert BASE_URL in message.text
    assert not re.search(r"\n\n\n|[ \t]\n", message.text)


@pytest.mark.parametrize("name", LETTERS)
def test_the_html_of_every_letter_is_sound(name: str) -> None:
    html = letter(name, people=[SEATED, WAITING]).html

    parser = html5lib.HTMLParser(strict=True)
    parser.parse(html)
    assert "<script" not in html
    assert re.findall(r'src="(?!cid:)', html) == []  # nothing is fetched: opening a letter tells nobody


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", LETTERS)
def test_every_letter_can_be_a_short_message(name: str, lang: str) -> None:
    message = letter(name, lang=lang, channel=Channel.SMS, address="+77011234501")

    assert message.text.strip()
    assert message.html == message.subject == ""
    assert "%(" not in message.text
    assert len(message.text) < 450


@pytest.mark.parametrize("lang", ["kk", "ru"])
@pytest.mark.parametrize("name", LETTERS)
def test_no_letter_speaks_english_to_somebody_else(
    name: str, lang: str, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    if type(locale.catalogue(lang)) is NullTranslations or not getattr(locale.catalogue(lang), "_catalog", None):
        pytest.skip(f"there is no catalogue for {lang} yet")
    used: set[str] = set()
    usual = locale.catalogue

    class Noting:
        def __init__(self, code: str) -> None:
            self._known: Any = usual(code)

        def gettext(self, text: str) -> str:
            used.add(text)
            return self._known.gettext(text)

        def ngettext(self, singular: str, plural: str, num: int) -> str:
            used.update((singular, plural))
            return self._known.ngettext(singular, plural, num)

    monkeypatch.setattr(locale, "catalogue", Noting)
    message = letter(name, lang=lang, people=[SEATED, WAITING])

    said = f"{message.subject}\n{message.text}\n{message.html}"
    words = {re.split(r"%\(\w+\)[sd]", text)[0].strip() for text in used if text != "Karavan"}
    assert used
    assert [text for text in words if len(text) > 3 and text in said] == []


@pytest.mark.parametrize("name", EVENT_LETTERS)
def test_every_letter_says_why_it_comes_and_who_organises(name: str) -> None:
    message = letter(name)

    for text in (message.text, message.html):
        assert "because this address was given" in text
        assert "Civic Alliance" in text
        assert "+7 701 123 45 67" in text
        assert "demonstration" not in text


@pytest.mark.parametrize("name", EVENT_LETTERS)
def test_an_invented_event_is_called_one(name: str) -> None:
    message = letter(name, event={"demo": True})

    assert "This is a demonstration. The event is invented." in message.text
    assert "This is a demonstration. The event is invented." in message.html


# --- A seat, or a place in the queue --------------------------------------------------------------------------


def test_somebody_with_a_seat_reads_that_first() -> None:
    message = letter("events/registered")

    assert message.subject == "Your seat: Study tour to Astana"
    assert message.text.startswith("You have a seat\n")
    assert "Thursday 10\u00a0December 2026, 10:00–12:30 (Aktau time)" in message.text
    assert "Dostyk House, Aktau" in message.text
    assert "Әмина: 7F3K-92" in message.text
    assert "waiting list" not in message.text


def test_a_family_with_seats_reads_how_many() -> None:
    message = letter("events/registered", people=[SEATED, SEATED | {"name": "Ерлан", "code": "2A2A2A"}])

    assert message.subject == "Your seats: Study tour to Astana"
    assert message.text.startswith("You have 2 seats\n")


def test_somebody_on_the_waiting_list_is_promised_nothing() -> None:
    message = letter("events/registered", people=[WAITING])

    assert message.subject == "You are on the waiting list: Study tour to Astana"
    assert "You have" not in message.text
    assert WAITING["code"][:4] not in message.text + message.html
    assert message.calendar is None
    assert message.pictures == {}


def test_a_family_that_is_split_reads_who_sits_and_who_waits() -> None:
    message = letter("events/registered", people=[SEATED, WAITING])

    assert message.subject == "Some of you have seats: Study tour to Astana"
    seats, queue = message.text.index("With a seat:\n- Әмина"), message.text.index("On the waiting list:\n- Мадина")
    assert seats < queue
    assert len(message.pictures) == 1


@pytest.mark.parametrize("name", EVENT_LETTERS)
def test_the_meeting_link_is_told_only_to_those_with_a_seat(name: str) -> None:
    with_seat, without = letter(name, people=[SEATED]), letter(name, people=[WAITING, OFFERED])

    assert EVENT["online_url"] in with_seat.text
    assert EVENT["online_url"] in with_seat.html
    assert EVENT["online_url"] not in without.text + without.html
    assert without.calendar is None


def test_a_cancelled_meeting_has_no_link_any_more() -> None:
    message = letter("events/event_cancelled", event={"cancelled": True})

    assert EVENT["online_url"] not in message.text + message.html
    assert message.calendar is not None
    assert EVENT["online_url"].encode() not in message.calendar.content.replace(b"\r\n ", b"")


def test_everyone_with_a_seat_gets_a_code_drawn_and_in_letters() -> None:
    others = [SEATED | {"name": "Ерлан", "code": "2A2A2A"}, WAITING]
    message = letter("events/registered", lang="kk", people=[SEATED, *others])
    mail = as_mail(message)

    drawn = {
        part["Content-ID"].strip("<>"): part.get_content()
        for part in mail.walk()
        if part.get_content_type() == "image/png"
    }
    assert list(drawn.values()) == [
        qr_png(f"{BASE_URL}/kk/desk/check-in/7F3K92"),
        qr_png(f"{BASE_URL}/kk/desk/check-in/2A2A2A"),
    ]
    assert re.findall(r'src="cid:([^"]+)"', message.html) == list(drawn)
    assert "7F3K-92" in message.html
    assert "2A2A-2A" in message.html


def test_the_link_in_a_letter_is_the_key_and_opens_the_ticket(app: Flask) -> None:
    found = re.search(rf"{BASE_URL}/ru/registrations/(\S+)", letter("events/registered", lang="ru").text)

    assert found
    assert app.extensions["karavan.keys"].open(found[1], purpose="ticket") == "abcdefghijklmnop"


def test_links_never_come_from_a_request(app: Flask) -> None:
    with app.test_request_context("/kk/", base_url="https://evil.example", headers={"Host": "evil.example"}):
        message = letter("events/registered", lang="en")

    assert "evil.example" not in message.text + message.html
    assert BASE_URL in message.text


def test_a_letter_is_written_in_its_readers_language_whoever_speaks_now() -> None:
    with locale.speaking("ru"):
        message = letter("events/registered", lang="en")
        assert locale.lang() == "ru"

    assert message.text.startswith("You have a seat")


def test_a_title_in_another_language_is_marked_as_such() -> None:
    message = letter("events/registered", lang="en", event={"title": {"kk": "Кездесу", "ru": "", "en": ""}})

    assert '<span lang="kk">Кездесу</span>' in message.html


# --- Days and hours -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "all_day", "words"),
    [
        ("2026-12-10T05:00:00+00:00", "2026-12-10T07:30:00+00:00", False, "Thursday 10 December 2026, 10:00–12:30"),
        (
            "2026-12-10T05:00:00+00:00",
            "2026-12-12T07:30:00+00:00",
            False,
            "10 December 2026, 10:00 – 12 December 2026, 12:30",
        ),
        ("2026-12-09T19:00:00+00:00", "2026-12-10T18:59:00+00:00", True, "Thursday 10 December 2026"),
        ("2026-12-09T19:00:00+00:00", "2026-12-12T18:59:00+00:00", True, "10–12 December 2026"),
    ],
)
def test_the_time_is_told_on_the_events_own_clock(starts_at: str, ends_at: str, all_day: bool, words: str) -> None:
    message = letter("events/registered", event={"starts_at": starts_at, "ends_at": ends_at, "all_day": all_day})

    assert f"When: {words} (Aktau time)" in message.text.replace("\u00a0", " ")


# --- Calendar files -------------------------------------------------------------------------------------------


def test_a_confirmation_puts_the_event_into_the_calendar() -> None:
    message = letter("events/registered")
    calendar = calendar_of(message)
    (event,) = calendar.walk("VEVENT")

    assert calendar["METHOD"] == "PUBLISH"
    assert event["UID"] == "event-study-tour@karavan.test"
    assert event["SEQUENCE"] == 3
    assert event["STATUS"] == "CONFIRMED"
    assert event["DTSTART"].dt.isoformat() == EVENT["starts_at"]
    assert event["URL"] == f"{BASE_URL}/en/events/study-tour"  # the public page: calendars are shared, keys are not


def test_a_change_replaces_the_entry_and_a_cancellation_strikes_it_out() -> None:
    changed = calendar_of(letter("events/event_changed", event={"sequence": 4}))
    cancelled = calendar_of(letter("events/event_cancelled", event={"sequence": 5, "cancelled": True}))

    assert changed["METHOD"] == "PUBLISH"
    assert [event["SEQUENCE"] for event in changed.walk("VEVENT")] == [4]
    assert cancelled["METHOD"] == "CANCEL"
    assert [(event["SEQUENCE"], event["STATUS"]) for event in cancelled.walk("VEVENT")] == [(5, "CANCELLED")]


def test_whole_days_are_dates_in_the_calendar() -> None:
    days = {"starts_at": "2026-12-09T19:00:00+00:00", "ends_at": "2026-12-11T18:59:00+00:00", "all_day": True}
    (event,) = calendar_of(letter("events/registered", event=days)).walk("VEVENT")

    assert (str(event["DTSTART"].dt), str(event["DTEND"].dt)) == ("2026-12-10", "2026-12-12")


@pytest.mark.parametrize(
    "name",
    sorted(
        set(LETTERS)
        - {f"events/{name}" for name in ("registered", "moved", "event_changed", "event_postponed", "event_cancelled")}
    ),
)
def test_other_letters_leave_calendars_alone(name: str) -> None:
    assert letter(name).calendar is None


def test_the_calendar_file_travels_whole() -> None:
    message = letter("events/registered", lang="kk")
    (attachment,) = as_mail(message).iter_attachments()

    assert message.calendar is not None
    assert attachment.get_content_type() == "text/calendar"
    assert attachment["Content-Type"].params["method"] == "PUBLISH"
    assert attachment.get_content().encode().replace(b"\r\n", b"\n") == message.calendar.content.replace(b"\r\n", b"\n")


# --- Changes, offers ------------------------------------------------------------------------------------------


def test_a_change_is_told_in_words_before_and_after() -> None:
    message = letter("events/event_changed")
    text = message.text.replace("\u00a0", " ")

    assert "Time before: Thursday 10 December 2026, 09:00–12:30" in text
    assert "Time now: Thursday 10 December 2026, 10:00–12:30" in text
    assert "Place before: School, Aktau\nPlace now: Dostyk House, Aktau" in text
    assert "New link for joining online: https://meet.example/caravan" in text
    assert len(re.findall(r"(?:Still coming|Give my place away): http://karavan\.test/en/registrations/\S+", text)) == 2


def test_lines_of_the_programme_are_told_side_by_side() -> None:
    text = letter("events/event_changed").text.replace("\u00a0", " ")

    line = "10 December 2026, 10:00–12:00 · Opening · Hall · Daniyar"
    assert f"Programme before: {line}\nProgramme now: {line.replace('10:00', '11:00')}" in text
    assert f"Programme before: {line}\nProgramme now: this part is taken out" in text
    assert text.count("Programme before") == 2
    assert "The programme has changed." in letter("events/event_changed", channel=Channel.SMS).text


def test_a_postponed_event_leaves_the_calendar_and_its_old_time_is_named_so() -> None:
    message = letter("events/event_postponed", event={"sequence": 4, "postponed": True})

    assert "It was to be held: " in message.text
    assert "When: " not in message.text
    (entry,) = calendar_of(message).walk("VEVENT")
    assert (entry["SEQUENCE"], entry["STATUS"]) == (4, "CANCELLED")


def test_what_did_not_change_is_not_mentioned() -> None:
    change = {"what": "place", "before": {"kk": "", "ru": "", "en": "Beineu"}, "after": EVENT["place"]}
    message = letter("events/event_changed", changes=[change])

    assert "Place before: Dostyk House, Beineu\nPlace now: Dostyk House, Aktau" in message.text
    assert "Time before" not in message.text
    assert "New link" not in message.text


def test_somebody_who_waits_hears_of_a_new_link_but_not_the_link() -> None:
    message = letter("events/event_changed", people=[WAITING])

    assert "The way to join online has changed." in message.text
    assert "meet.example" not in message.text + message.html


def test_the_changes_are_those_the_rules_know() -> None:
    from karavan.events.rules.plan import TOLD  # noqa: PLC0415

    assert set(TOLD) == {"starts_at", "ends_at", "place", "venue", "online_url", "programme"}
    assert callable(event_letters.differences)


def test_an_offer_says_until_when_and_that_looking_decides_nothing() -> None:
    message = letter("events/offer")

    assert message.subject == "2 seats are free for you: Study tour to Astana"
    assert "Please answer by: Tuesday 1 December 2026, 12:00" in message.text.replace("\u00a0", " ")
    assert "Opening the link decides nothing yet." in message.text
    assert re.findall(r"http\S+(?:accept|decline|offer)", message.text + message.html) == []


# --- Strangers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["events/registered", "events/already_registered", "events/given_back"])
@pytest.mark.parametrize("channel", Channel)
def test_em09_a_name_that_looks_like_an_address_is_no_link(name: str, channel: Channel) -> None:
    evil = case("EM-09").text
    assert evil
    people = [SEATED | {"name": evil}, WAITING | {"name": "www.evil.example"}]
    message = letter(name, channel=channel, people=people, left=[evil], address="amina@example.kz")

    for text in (message.subject, message.text, message.html):
        links = [link for link in LINK.findall(text) if "karavan.test" not in link and "meet.example" not in link]
        assert links == []


def test_a_name_stays_readable_when_it_is_unlinked() -> None:
    assert unlinked("https://evil.example/login") == "https: //evil. example/login"
    assert unlinked("А.Б.Әлиев") == "А. Б. Әлиев"
    assert unlinked("spam@evil.example") == "spam@ evil. example"
    assert unlinked("Мария Ким мл.") == "Мария Ким мл."


def test_markup_in_a_name_stays_text() -> None:
    message = letter("events/registered", people=[SEATED | {"name": "<b>Ә</b>&"}])

    assert "<b>" not in message.html
    assert "&lt;b&gt;Ә&lt;/b&gt;&amp;" in message.html
    assert "<b>Ә</b>&" in message.text


def test_em08_a_line_break_never_becomes_a_header() -> None:
    evil = case("EM-08").text
    assert evil
    title = {"kk": evil, "ru": "", "en": ""}
    mail = as_mail(letter("events/registered", people=[SEATED | {"name": evil}], event={"title": title}))

    assert mail["Bcc"] is None
    assert "\n" not in mail["Subject"]
    assert [to.addr_spec for to in mail["To"].addresses] == ["amina@example.kz"]


@pytest.mark.parametrize("address", [str(case("EM-07").text), "a@example.kz, b@example.kz", "", "nobody"])
def test_em07_a_letter_has_one_recipient_or_none(address: str) -> None:
    with pytest.raises(Undeliverable):
        _as_email(letter("events/registered", address=address), SENDER)


def test_an_address_in_letters_of_our_own_travels_in_punycode() -> None:
    (to,) = as_mail(letter("events/registered", address="Amina@қазақ.example"))["To"].addresses

    assert to.username == "Amina"
    assert to.domain.encode().decode("idna") == "қазақ.example"


def test_the_same_letter_has_the_same_message_id_each_time() -> None:
    first, second = as_mail(letter("events/registered")), as_mail(letter("events/registered"))

    assert first["Message-ID"] == second["Message-ID"] != as_mail(letter("events/offer"))["Message-ID"]
    assert first["Message-ID"].endswith("@karavan.test>")
    assert first["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", LETTERS)
def test_a_subject_arrives_as_it_was_written(name: str, lang: str) -> None:
    message = letter(name, lang=lang, event={"title": dict.fromkeys(LANGUAGES, LONG_TITLE)})
    raw = bytes(message.as_email(SENDER, now=now()))

    assert message_from_bytes(raw, policy=default)["Subject"] == message.subject
    assert str(make_header(decode_header(message_from_bytes(raw)["Subject"]))) == message.subject
    assert max(map(len, raw.split(b"\r\n\r\n")[0].split(b"\r\n"))) <= 78


@pytest.mark.parametrize("name", ["Karavan", "Керуен – іс-шараларға жазылу және тағы да басқа ұзын сөздер тізбегі", ""])
def test_the_senders_name_arrives_as_it_was_set(name: str) -> None:
    raw = bytes(letter("events/registered").as_email(f"{name} <no-reply@karavan.test>", now=now()))

    # Read the old way: the new one puts spaces of its own between encoded words of a name.
    assert parseaddr(str(make_header(decode_header(message_from_bytes(raw)["From"])))) == (
        name,
        "no-reply@karavan.test",
    )


def test_every_part_of_a_mail_passes_a_server_that_knows_seven_bits() -> None:
    raw = bytes(letter("events/registered", lang="kk").as_email(SENDER, now=now()))

    assert raw.isascii()
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")


# --- Sign-in codes --------------------------------------------------------------------------------------------


def test_a_code_stands_in_the_letter_but_not_in_its_subject() -> None:
    message = letter("accounts/sign_in_code")

    assert "402918" in message.text
    assert "402918" in message.html
    assert "402918" not in message.subject
    assert "10 minutes" in message.text


def test_a_phone_may_enter_the_code_by_itself_on_our_site_only() -> None:
    message = letter("accounts/sign_in_code", channel=Channel.SMS, address="+77011234501")

    assert message.text.endswith("\n@karavan.test #402918\n")


def test_rendering_reads_nothing_from_the_database(session: Session) -> None:
    letter("events/registered")

    assert not session.in_transaction()
