"""Every hostile text, through every field of the registration form, read back wherever a person's words are shown.

The texts are those of `tests/support/hostile_inputs.json`; each is posted past the form as well. Nothing may become
markup, a link, a formula or a header; nothing may be answered with a fault, or slowly.
"""

from __future__ import annotations

import csv
import email
import io
import re
from email.policy import default as modern
from typing import TYPE_CHECKING, Any

import html5lib
import pytest
from sqlalchemy import select

from karavan.core.languages import Slots
from karavan.core.text import BadText, clean_line, clean_text
from karavan.core.tokens import new_key
from karavan.events.models import Answer, Attendee, Event, QuestionKind, Registration
from karavan.events.rules.plan import QuestionLine
from karavan.notifications.event_letters import unlinked
from karavan.notifications.models import Letter, MailboxLetter
from karavan.notifications.tasks import deliver_letters
from tests.support.hostile import Case, everything
from tests.support.inert import (
    HARMLESS,
    all_text,
    as_received,
    as_sent,
    built,
    difference,
    each,
    judged,
    looked_at,
    timed,
)
from tests.support.makers import make_event, make_registration, reload
from tests.support.page import text_of

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.orm import Session

    from tests.support.cast import Cast
    from tests.support.visit import Visit

pytestmark = [pytest.mark.slow, pytest.mark.thorough, pytest.mark.timeout(600)]

TEXTS = [case for case in everything().values() if case.text is not None and len(case.text) <= 20_000]
ENDLESS = [case for case in everything().values() if case.text is not None and len(case.text) > 20_000]
FORMULA = re.compile(r"^\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")


@pytest.fixture
def event(session: Session, cast: Cast) -> Event:
    question = QuestionLine(kind=QuestionKind.TEXT, label=Slots(ru="Откуда вы?"))
    return make_event(organisation=cast.alliance, seats=1000, questions=(question,), slug="planted")


class Desk:
    """Somebody who sends the form again and again, each time as another person."""

    def __init__(self, visit: Visit, event: Event) -> None:
        self.visit, self.event = visit, event
        self.url = f"/en/events/{event.slug}/registration"
        self.answer = f"q{event.questions[0].id}"
        form = visit.get(self.url).form_of("Register")
        self.filled = dict(form.filled("Register", {"people-0-name": HARMLESS, "processing": True}))
        self.number = 0

    def send(self, **fields: str) -> Any:
        """Post the form with these fields; return the answer."""
        self.number += 1
        data = self.filled | {"key": new_key(), "email": f"guest{self.number}@example.kz"}
        data |= {name.replace("__", "-"): value for name, value in fields.items()}
        return timed(lambda: self.visit.send("POST", self.url, **as_sent(data)))

    def ticket(self, answer: Any) -> str:
        return answer.headers["Location"].removeprefix("http://karavan.test")


def stored(kind: str, value: str) -> str | None:
    """What must be stored of a text, or None if it must be refused."""
    value = as_received(value)
    if kind != "name" and not value.strip():
        return ""
    try:
        if kind == "name":
            return clean_line(value, limit=120) or None
        return clean_line(value, limit=300) if kind == "note" else clean_text(value, limit=2000)
    except BadText:
        return None


FIELDS = {
    "name": ("people__0__name", Attendee.name),
    "note": ("people__0__needs_note", Attendee.needs_note),
    "answer": ("", Answer.value),
}


@pytest.mark.parametrize("kind", FIELDS)
def test_what_is_typed_is_refused_or_stored_clean_and_shown_as_text(
    app: Flask, session: Session, visit: Visit, event: Event, kind: str
) -> None:
    desk = Desk(visit, event)
    field, column = FIELDS[kind]
    field = field or desk.answer
    plain = looked_at(visit, desk.ticket(desk.send(**{field: HARMLESS})))
    corrected = looked_at(visit, plain.address + "/answers")

    def send(case: Case) -> None:
        answer = desk.send(**{field: case.text})
        wanted = stored(kind, case.text)
        if "\0" in case.text:
            assert answer.status_code == 400
        elif wanted is None:
            page = judged(desk.url, answer)
            assert page.status == 422
            assert page.summary
        else:
            assert answer.status_code == 303, judged(desk.url, answer).summary
            ticket = looked_at(visit, desk.ticket(answer))
            assert difference(built(ticket.root), built(plain.root)) == {}
            answers = looked_at(visit, ticket.address + "/answers")
            extra = difference(built(answers.root), built(corrected.root))
            assert not extra or (not wanted and kind != "name"), extra
            assert wanted in all_text(answers.root).replace("\r\n", "\n")
            public_id = app.extensions["karavan.keys"].open(ticket.address.rpartition("/")[2], purpose="ticket")
            if wanted or kind != "answer":
                query = select(column).join(Registration, Registration.public_id == public_id)
                link = Answer.registration_id if kind == "answer" else Attendee.registration_id
                assert session.scalars(query.where(link == Registration.id)).all() == [wanted]
            session.close()

    each(TEXTS, send)


@pytest.mark.parametrize("case", ENDLESS, ids=lambda case: case.id)
def test_what_is_endless_is_refused_before_it_is_read(session: Session, visit: Visit, event: Event, case: Case) -> None:
    desk = Desk(visit, event)

    answer = desk.send(people__0__name=case.text)

    assert 400 <= answer.status_code < 500
    assert session.scalars(select(Registration.id)).all() == []


@pytest.mark.once
def test_names_stay_names_on_the_organisers_pages(
    app: Flask, session: Session, cast: Cast, visit: Visit, event: Event
) -> None:
    visit.sign_in(cast.bekzat)
    roster, file = f"/en/desk/events/{event.id}/roster", f"/en/desk/events/{event.id}/roster.csv"
    one = make_registration(event, names=(HARMLESS,), answers={event.questions[0].id: HARMLESS})
    rows_of_one = built(looked_at(visit, roster).root)
    pages = [f"/en/desk/events/{event.id}/registrations/{{}}{tail}" for tail in ("", "/removal")]
    plain = [built(looked_at(visit, page.format(one.id)).root) for page in pages]
    names = {case.id: name for case in TEXTS if (name := stored("name", case.text))}
    planted = {
        case_id: make_registration(event, names=(name,), answers={event.questions[0].id: name}).id
        for case_id, name in names.items()
    }

    page = looked_at(visit, roster)
    shown = [text_of(link) for link in page.find("a") if "/registrations/" in link.get("href", "")]
    missing = [case_id for case_id, name in names.items() if " ".join(name.split()) not in shown]
    assert missing == []
    assert set(built(page.root)) == set(rows_of_one), "the table holds an element that one harmless row has not"

    for case_id, number in planted.items():
        for address, wanted in zip(pages, plain, strict=True):
            assert difference(built(looked_at(visit, address.format(number)).root), wanted) == {}, case_id

    answer = timed(lambda: visit.send("GET", file))
    table = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))
    assert len(table) == 2 + len(names)
    assert len({len(row) for row in table}) == 1
    for row in table:
        for cell in row:
            assert not FORMULA.match(cell) or re.fullmatch(r"[+-]?[\d ]+(?:[.,]\d+)?", cell), cell
    written = {cell for row in table for cell in row}
    for case_id, name in names.items():
        assert name in written or f"'{name}" in written, case_id


@pytest.mark.once
def test_names_stay_names_in_letters(app: Flask, session: Session, visit: Visit, event: Event) -> None:
    names = {case.id: name for case in TEXTS if (name := stored("name", case.text))}
    make_registration(event, names=(HARMLESS,), email="harmless@example.kz", lang="en")
    for number, name in enumerate(names.values()):
        make_registration(event, names=(name,), email=f"guest{number}@example.kz", lang="en")
    while deliver_letters():
        pass
    session.close()
    assert session.scalars(select(Letter.last_error).where(Letter.last_error != "")).all() == []
    letters = {
        letter.address: letter for letter in session.scalars(select(MailboxLetter).where(MailboxLetter.subject != ""))
    }
    plain = letters.pop("harmless@example.kz")
    plain_page = built(looked_at(visit, f"/en/mailbox/{plain.id}").root)
    plain_html = built(html_of(plain.raw))

    for number, (case_id, name) in enumerate(names.items()):
        letter = letters[f"guest{number}@example.kz"]
        mail = email.message_from_bytes(letter.raw, policy=modern)
        assert mail["To"].addresses[0].addr_spec == letter.address, case_id
        assert len(mail["To"].addresses) == 1, case_id
        assert mail["Bcc"] is None, case_id
        assert mail["Cc"] is None, case_id
        assert set(mail.keys()) == set(email.message_from_bytes(plain.raw, policy=modern).keys()), case_id
        assert difference(built(html_of(letter.raw)), plain_html) == {}, case_id
        safe = " ".join(unlinked(name).split())
        assert safe in " ".join(all_text(html_of(letter.raw)).split()), case_id
        assert safe in " ".join(letter.body.split()), case_id
        assert difference(built(looked_at(visit, f"/en/mailbox/{letter.id}").root), plain_page) == {}, case_id


def html_of(raw: bytes) -> Any:
    mail = email.message_from_bytes(raw, policy=modern)
    return html5lib.parse(mail.get_body(("html",)).get_content(), namespaceHTMLElements=False)


ADDRESSES = [case for case in TEXTS if "form:email" in case.where]


@pytest.mark.parametrize("case", ADDRESSES, ids=lambda case: case.id)
def test_an_address_reaches_one_person_or_is_refused(
    app: Flask, session: Session, visit: Visit, event: Event, case: Case
) -> None:
    """EM-01 to EM-07."""
    desk = Desk(visit, event)

    answer = desk.send(email=case.text)

    if answer.status_code == 303:
        deliver_letters()
        raw = session.scalars(select(MailboxLetter.raw)).one()
        mail = email.message_from_bytes(raw, policy=modern)
        assert len(mail["To"].addresses) == 1
        assert mail["Bcc"] is None
        assert case.outcome in {"allow", "same_as", "allow_or_reject"}
    else:
        assert judged(desk.url, answer).status == 422
        assert case.outcome in {"reject", "allow_or_reject"}
        assert session.scalars(select(Registration.id)).all() == []


@pytest.mark.parametrize(
    "field", ["email", "phone", "district", "at_least", "key", "website", "processing", "people__0__needs"]
)
def test_every_other_field_refuses_or_ignores_what_is_no_answer(
    app: Flask, session: Session, visit: Visit, event: Event, field: str
) -> None:
    desk = Desk(visit, event)
    taken = 0

    def send(case: Case) -> None:
        nonlocal taken
        answer = desk.send(**{field: case.text})
        assert answer.status_code in {303, 400, 422}
        if answer.status_code == 422:
            judged(desk.url, answer)
        taken += answer.status_code == 303

    each(TEXTS[::3], send)
    if field in {"district", "at_least", "website", "people__0__needs"}:
        assert taken <= 2, "only an empty or a right value is taken"


def test_a_corrected_ticket_is_as_clean_as_a_new_one(app: Flask, session: Session, visit: Visit, event: Event) -> None:
    amina = make_registration(event, names=("Әмина",))
    token = app.extensions["karavan.keys"].seal(amina.public_id, purpose="ticket")
    url = f"/en/registrations/{token}/answers"
    form = visit.get(url).form_of("Save")
    filled = dict(form.filled("Save", {}))

    def send(case: Case) -> None:
        answer = timed(lambda: visit.send("POST", url, **as_sent(filled | {"people-0-name": case.text})))
        wanted = stored("name", case.text)
        assert answer.status_code == (303 if wanted else 400 if "\0" in case.text else 422)
        if wanted:
            assert reload(amina).attendees[0].name == wanted

    each(TEXTS, send)


def test_a_harmless_difference_would_have_been_noticed() -> None:
    """The tests above compare how pages are built; this shows that an element more, or an attribute, is seen."""
    plain = html5lib.parse("<p class='a'>x</p>", namespaceHTMLElements=False)
    for hostile in ("<p class='a'><b>x</b></p>", "<p class='a' title=''>x</p>", "<p>x</p>"):
        assert difference(built(html5lib.parse(hostile, namespaceHTMLElements=False)), built(plain))
