"""What people say, what they learned, who is in a photograph; and whose desk all this is."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from sqlalchemy import func, select

from karavan.events.rules.change_seats import give_back
from karavan.learning.keys import keys_of
from karavan.learning.models import Certificate, Feedback, Photo
from karavan.learning.paper import record_paper
from karavan.learning.rules.certify import Desk, issue
from karavan.learning.tasks import ask_those_who_came
from karavan.notifications.models import Letter
from karavan.notifications.rendering import render
from tests.learning.conftest import come
from tests.protocols.reading_pdfs import metadata_of, squeezed, words_of
from tests.support.makers import make_event, write
from tests.support.settings import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    import time_machine
    from flask import Flask
    from sqlalchemy.orm import Session

    from karavan.events.models import Event, Registration
    from tests.support.cast import Cast
    from tests.support.visit import Visit

LONG = 60


def letters(session: Session, kind: str) -> list[Letter]:
    session.close()
    return list(session.scalars(select(Letter).where(Letter.letter == kind).order_by(Letter.id)))


def ended(held: Callable[..., Event], *, hours: int = 3) -> Event:
    end = NOW - timedelta(hours=hours)
    return held(starts_at=end - timedelta(hours=4), ends_at=end)


def token_of(app: Flask, registration: Registration) -> str:
    sealed: str = app.extensions["karavan.keys"].seal(registration.public_id, purpose="ticket")
    return sealed


# --- The two questions ------------------------------------------------------------------------------------


def test_those_who_came_are_asked_once_and_answer_without_their_names(
    app: Flask, desk: Visit, new_visitor: Callable[[], Visit], session: Session, held: Callable[..., Event]
) -> None:
    event = ended(held)
    came, stayed = come(event, "Айгүл", 0, email="aigul@example.kz"), come(event, "Нұрлан")
    assert ask_those_who_came() == 1
    assert ask_those_who_came() == 0
    (letter,) = letters(session, "events/feedback")
    assert letter.address == "aigul@example.kz"
    link = f"/registrations/{token_of(app, came)}/feedback"
    assert link in render(letter).text

    visitor = new_visitor()
    page = visitor.get(f"/en{link}")
    page = visitor.press("Send", words="Аз", status=422)
    assert "Choose one of the five." in page.summary
    assert page.by_id("words").text == "Аз"
    visitor.press("Send", rating="2", words="Аз болды")
    page = visitor.press("Send", htmx=True, rating="4", words="Келесіде\nмикрофон керек")
    assert "You have answered." in page.text
    assert session.scalars(select(func.count()).select_from(Feedback)).one() == 1

    page = new_visitor().get(f"/en/registrations/{token_of(app, stayed)}/feedback")
    assert "for those who were marked as present" in page.text
    page = desk.get(f"/en/desk/events/{event.id}/after/answers")
    assert "The mean is 4 of 5." in page.text
    assert "микрофон керек" in page.text
    assert "Айгүл" not in page.text
    new_visitor().get("/en/registrations/forged.token/feedback", status=404)


def test_nobody_is_asked_too_early_too_late_or_about_what_was_called_off(
    app: Flask, visit: Visit, session: Session, clock: time_machine.Traveller, held: Callable[..., Event]
) -> None:
    event = ended(held, hours=1)
    registration = come(event, "Айгүл", 0)
    assert ask_those_who_came() == 0
    clock.shift(timedelta(days=4))
    assert ask_those_who_came() == 0, "an outage of days makes nobody a stranger's question"
    clock.shift(timedelta(days=27))
    address = f"/en/registrations/{token_of(app, registration)}/feedback"
    assert "for thirty days" in visit.get(address).text
    clock.move_to(NOW - timedelta(hours=2))
    assert "for thirty days" in visit.get(address).text


@pytest.mark.race
def test_several_at_once_ask_once_and_issue_once(
    app: Flask, session: Session, cast: Cast, held: Callable[..., Event], at_once: Callable[..., list[Any]]
) -> None:
    from tests.support.races import doing  # noqa: PLC0415

    event = ended(held)
    for name in ("Айгүл", "Нұрлан", "Жанар"):
        come(event, name, 0)
    by = Desk(keys=keys_of(app), person_id=cast.bekzat.id)
    results = at_once(*[doing(issue, event.id, by, now=NOW)] * 6, *[ask_those_who_came] * 3)
    assert sorted(results[:6]) == [0, 0, 0, 0, 0, 3]
    assert session.scalars(select(func.count()).select_from(Certificate)).one() == 3
    assert len(letters(session, "events/certificate")) == 3
    assert len(letters(session, "events/feedback")) == 3


# --- The learning record ----------------------------------------------------------------------------------


def test_a_person_sees_and_takes_along_what_she_attended(
    app: Flask, visit: Visit, session: Session, cast: Cast, held: Callable[..., Event]
) -> None:
    first, second = held(), ended(held)
    come(first, "Әмина", 0, 1, email=cast.amina.email)
    come(second, "=Әмина", 0, email=None, phone=cast.amina.phone)
    come(second, "Ольга", 0)
    write(issue, first.id, Desk(keys=keys_of(app), person_id=cast.bekzat.id), now=NOW)
    code = session.scalars(select(Certificate.code)).one()
    visit.get("/en/me/learning")
    assert visit.address.startswith("/en/sign-in")
    visit.sign_in(cast.amina)
    visit.get("/en/me/")
    page = visit.follow("What I have learned")
    assert "In all: 16 hours" in page.text
    assert "Ольга" not in page.text
    assert page.link(f"{code[:4]}-{code[4:8]}-{code[8:]}").endswith(f"/en/certificates/{code}")
    rows = list(csv.DictReader(StringIO(visit.send("GET", "/en/me/learning.csv").text.removeprefix("\ufeff"))))
    assert [(row["name"], row["minutes"], row["certificate"]) for row in rows] == [
        ("'=Әмина", "240", ""),
        ("Әмина", "720", code),
    ]
    for lang, total in (("kk", "Барлығы:16сағ"), ("ru", "Всего:16ч")):
        paper = visit.send("GET", f"/en/me/learning/{lang}.pdf").data
        assert metadata_of(paper)["pdfuaid:part"] == "1"
        said = words_of(paper)
        assert total in said
        assert squeezed(first.title.kk if lang == "kk" else first.title.ru) in said
    visit.get("/en/me/learning/en.pdf", status=404)


# --- Photographs ------------------------------------------------------------------------------------------


def picture() -> bytes:
    written = BytesIO()
    Image.new("RGB", (640, 400), "teal").save(written, "JPEG")
    return written.getvalue()


def send_photo(desk: Visit, event: Event, content: bytes, *, status: int, **changes: Any) -> Any:
    address = f"/en/desk/events/{event.id}/after/photos"
    token = desk.get(address).one("input", name="csrf_token").get("value")
    data = {"csrf_token": token, "caption-kk": "Залдағы адамдар", "consent": "y", "file": (BytesIO(content), "a.jpg")}
    return desk.post(address, data | changes, status=status)


def test_a_photo_is_shown_with_consent_and_goes_when_somebody_in_it_says_so(
    desk: Visit, new_visitor: Callable[[], Visit], session: Session, cast: Cast, held: Callable[..., Event]
) -> None:
    event = held()
    assert "Tick that everyone" in send_photo(desk, event, picture(), status=422, consent="").summary
    page = send_photo(desk, event, picture(), status=422, **{"caption-kk": " "})
    assert "not everybody can see the photograph" in page.summary
    assert "neither a picture" in send_photo(desk, event, b"MZ" + b"x" * 100, status=422).summary
    assert session.scalars(select(func.count()).select_from(Photo)).one() == 0
    assert "Everybody can see it" in send_photo(desk, event, picture(), status=200).text
    session.close()
    public_id = session.scalars(select(Photo)).one().file.public_id

    reader = new_visitor()
    reader.get(f"/en/events/{event.slug}")
    page = reader.follow("Photographs and materials")
    assert page.one("img", alt="Залдағы адамдар").get("src") == f"/en/events/{event.slug}/photos/{public_id}"
    got = reader.send("GET", f"/en/events/{event.slug}/photos/{public_id}")
    assert (got.status_code, got.mimetype) == (200, "image/jpeg")
    reader.follow("I am in this: take it away: Залдағы адамдар")
    page = reader.press("Take it away", words="Мен келіспедім: http://evil.example")
    assert "There is nothing here yet" in page.text
    reader.get(f"/en/events/{event.slug}/photos/{public_id}", status=404)
    (told,) = letters(session, "learning/photo_hidden")
    assert told.address == cast.bekzat.email
    assert "http://evil.example" not in render(told).text
    reader.get(f"/en/events/{event.slug}/photos/{public_id}/objection")
    assert reader.address.endswith("/photos"), "twice does no harm"

    page = desk.get(f"/en/desk/events/{event.id}/after/photos")
    assert "Hidden: somebody in it asked for that." in page.text
    assert desk.send("GET", f"/en/desk/events/{event.id}/after/photos/{public_id}").status_code == 200
    desk.follow("Show again: Залдағы адамдар")
    assert "Tick that everyone" in desk.press("Show again", status=422).summary
    desk.press("Show again", consent=True)
    assert reader.get(f"/en/events/{event.slug}/photos").one("img", alt="Залдағы адамдар") is not None
    desk.follow("Delete: Залдағы адамдар")
    desk.press("Delete", htmx=True)
    session.close()
    assert session.scalars(select(func.count()).select_from(Photo)).one() == 0


def test_a_document_is_handed_over_like_a_photo(
    app: Flask, desk: Visit, new_visitor: Callable[[], Visit], session: Session, held: Callable[..., Event]
) -> None:
    event = held()
    paper = record_paper("Әмина", [], "kk", at=NOW)
    page = send_photo(desk, event, paper, status=200, **{"caption-kk": "Баяндама", "file": (BytesIO(paper), "a.pdf")})
    assert "It is there." in page.text
    send_photo(desk, event, picture(), status=200)
    for reader, address in ((new_visitor(), f"/en/events/{event.slug}/photos"), (desk, desk.address)):
        page = reader.get(address)
        below = page.text.partition("Photographs and materials")[2].rpartition("Documents")
        assert "Залдағы адамдар" in below[0]
        assert "Баяндама (PDF)" in below[2], "what is taken along stands apart from what is looked at"
    page = new_visitor().get(f"/kk/events/{event.slug}/photos")
    got = desk.send("GET", page.link("Баяндама (PDF)"))
    assert got.mimetype == "application/pdf"
    assert got.headers["Content-Disposition"].startswith("attachment")


def test_a_photo_belongs_to_its_event_and_a_draft_shows_none(
    desk: Visit, new_visitor: Callable[[], Visit], session: Session, cast: Cast, held: Callable[..., Event]
) -> None:
    event, other = held(), held(slug="other")
    draft = make_event(organisation=cast.alliance, published=False)
    send_photo(desk, event, picture(), status=200)
    session.close()
    public_id = session.scalars(select(Photo)).one().file.public_id
    for address in (
        f"{other.slug}/photos/{public_id}",
        f"{draft.slug}/photos",
        "nothing/photos",
        f"{event.slug}/photos/x",
    ):
        new_visitor().get(f"/en/events/{address}", status=404)
    desk.get(f"/en/desk/events/{other.id}/after/photos/{public_id}", status=404)
    desk.get(f"/en/desk/events/{draft.id}/after", status=404)


# --- Whose desk it is -------------------------------------------------------------------------------------


def addresses(app: Flask, session: Session, event: Event) -> list[tuple[str, bool]]:
    """Return every address of the desk, from the URL map, with whether it takes a form."""
    session.close()
    values = {
        "lang": "en",
        "event_id": event.id,
        "certificate_id": session.scalars(select(Certificate.id)).one(),
        "photo": session.scalars(select(Photo)).one().file.public_id,
    }
    urls = app.url_map.bind("karavan.test")
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("learning_desk.")]
    return [
        (urls.build(rule.endpoint, {name: values[name] for name in rule.arguments}), "POST" in (rule.methods or ()))
        for rule in rules
    ]


@pytest.mark.parametrize("name", ["amina", "daniyar", "saule", "ermek", ""])
def test_nobody_else_finds_anything_there(
    app: Flask, desk: Visit, new_visitor: Callable[[], Visit], session: Session, cast: Cast,
    held: Callable[..., Event], name: str,
) -> None:  # fmt: skip
    event = held()
    come(event, "Айгүл", 0)
    write(issue, event.id, Desk(keys=keys_of(app), person_id=cast.bekzat.id), now=NOW)
    send_photo(desk, event, picture(), status=200)
    every = addresses(app, session, event)
    assert len(every) == 9
    visitor = new_visitor()
    if name:
        visitor.sign_in(cast.everyone()[name])
    for address, takes_form in every:
        for ask in (visitor.get, visitor.post) if takes_form else (visitor.get,):
            page = ask(address, status=404 if name else 200)
            assert name or visitor.address.startswith("/en/sign-in"), (address, page)
    for address, _ in every:
        assert desk.send("GET", address).status_code in {200, 303}, address


def test_given_back_is_not_attended(session: Session, app: Flask, cast: Cast, held: Callable[..., Event]) -> None:
    """A mark of arrival says that she came, whatever became of the seat afterwards."""
    event = held()
    registration = come(event, "Айгүл", 0)
    write(give_back, event.id, registration.public_id, now=NOW - timedelta(days=3))
    assert write(issue, event.id, Desk(keys=keys_of(app), person_id=cast.bekzat.id), now=NOW) == 1
