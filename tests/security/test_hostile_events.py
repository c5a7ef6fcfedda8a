"""Hostile texts as what an organiser writes about an event, read back wherever an event is shown, sent or exported.

An organiser's account may be stolen, so what she writes is trusted no more than what a stranger writes (MK-35).
"""

from __future__ import annotations

import email
import re
from dataclasses import fields
from datetime import date
from email.policy import default as modern
from typing import TYPE_CHECKING, Any

import html5lib
import icalendar
import pytest
from sqlalchemy import select

from karavan.core.database import db
from karavan.core.languages import Slots
from karavan.core.text import BadText, clean_line
from karavan.events import queries
from karavan.events.models import Event, QuestionKind
from karavan.events.rules.plan import MaterialLine, Plan, ProgrammeLine, QuestionLine, cancel_event, edit_event
from karavan.notifications.models import Letter, MailboxLetter
from karavan.notifications.tasks import deliver_letters
from tests.support.hostile import Case, everything
from tests.support.inert import HARMLESS, all_text, as_sent, built, difference, each, judged, looked_at, timed
from tests.support.makers import make_event, make_plan, make_registration, write
from tests.support.page import text_of
from tests.support.settings import NOW

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.orm import Session

    from tests.support.cast import Cast
    from tests.support.visit import Visit

pytestmark = [pytest.mark.slow, pytest.mark.thorough, pytest.mark.timeout(600)]

TEXTS = [case for case in everything().values() if case.text is not None and len(case.text) <= 20_000]
LANGUAGES = ("kk", "ru", "en")


def as_a_line(value: str, *, limit: int = 120) -> str:
    """What the forms would store of it; nothing if they would refuse it."""
    try:
        return clean_line(value, limit=limit)
    except BadText:
        return ""


LINES = {case.id: line for case in TEXTS if (line := as_a_line(case.text))}


def in_all(words: str) -> Slots:
    return Slots(words, words, words)


def plan_of(words: str) -> Plan:
    """An event in which every text is this one."""
    slots = in_all(words)
    day = date(2026, 12, 23)
    line = ProgrammeLine(day=day, title=slots, place=slots, speaker=slots, speaker_role=slots)
    option = {"key": "a", "kk": words, "ru": words, "en": words}
    return make_plan(
        title=slots,
        summary=slots,
        about=slots,
        editors_note=slots,
        venue=slots,
        accessibility_note=slots,
        contact_name=words,
        programme=(line,),
        materials=(MaterialLine(title=slots, url="https://example.kz/a"),),
        questions=(
            QuestionLine(kind=QuestionKind.TEXT, label=slots, hint=slots),
            QuestionLine(kind=QuestionKind.CHOICE, label=slots, options=(option, option | {"key": "b"})),
        ),
    )


def test_every_text_of_an_event_is_filled_here() -> None:
    """A new text of the plan must be added above."""
    filled = {item.name for item in fields(Plan) if getattr(plan_of("x"), item.name) in (in_all("x"), "x")}
    texts = {item.name for item in fields(Plan) if "Slots" in str(item.type)} | {"contact_name"}

    assert filled == texts


def plant(cast: Cast, words: str, slug: str) -> Event:
    plan = plan_of(words)
    facts = {
        item.name: getattr(plan, item.name)
        for item in fields(Plan)
        if item.name not in {"capacity", "starts_at", "ends_at"}
    }
    return make_event(organisation=cast.alliance, slug=slug, seats=5, **facts)


def pages_of(event: Event) -> list[str]:
    return [
        f"/ru/events/{event.slug}",
        f"/kk/events/{event.slug}/registration",
        f"/kk/desk/events/{event.id}",
        f"/kk/desk/events/{event.id}/edit",
        f"/kk/desk/events/{event.id}/roster",
        f"/kk/desk/events/{event.id}/cancellation",
    ]


@pytest.mark.once
def test_an_events_pages_are_built_the_same_whatever_is_written(session: Session, cast: Cast, visit: Visit) -> None:
    visit.sign_in(cast.bekzat)
    plain = [built(looked_at(visit, url).root) for url in pages_of(plant(cast, HARMLESS, "harmless"))]

    def read(case: Case) -> None:
        words = LINES[case.id]
        event = plant(cast, words, case.id.lower())
        for url, wanted in zip(pages_of(event), plain, strict=True):
            page = looked_at(visit, url)
            assert page.status == 200, url
            assert difference(built(page.root), wanted) == {}, url
            assert words in all_text(page.root), url

    each([case for case in TEXTS if case.id in LINES], read)


@pytest.mark.once
def test_what_search_engines_and_messengers_are_told_is_what_was_written(
    session: Session, cast: Cast, visit: Visit
) -> None:
    """JSON-LD and OpenGraph."""

    def read(case: Case) -> None:
        words = LINES[case.id]
        event = plant(cast, words, case.id.lower())
        page = looked_at(visit, f"/ru/events/{event.slug}")
        (told,) = page.structured
        assert (told["name"], told["description"]) == (words, words)
        assert set(told) == keys_of_harmless
        graph = {one.get("property"): one.get("content") for one in page.root.iter("meta") if one.get("property")}
        assert graph["og:title"].split() == words.split()
        assert graph["og:description"].split() == words.split()
        assert graph["og:url"] == f"http://karavan.test/ru/events/{event.slug}"
        assert re.search(r"</?script", str(page.body).partition("ld+json")[2].partition("</script>")[0]) is None

    (harmless,) = looked_at(visit, f"/ru/events/{plant(cast, HARMLESS, 'harmless').slug}").structured
    keys_of_harmless = set(harmless)
    each([case for case in TEXTS if case.id in LINES], read)


def test_lists_search_and_the_record_show_titles_as_text(session: Session, cast: Cast, visit: Visit) -> None:
    visit.sign_in(cast.bekzat)
    plant(cast, HARMLESS, "harmless")
    urls = ("/ru/", "/ru/events/", "/ru/record/", "/ru/desk/events/")
    plain = {url: set(built(looked_at(visit, url).root)) for url in urls}
    events = {case_id: plant(cast, words, case_id.lower()) for case_id, words in LINES.items()}

    shown: list[str] = []
    url = "/ru/events/"
    for _ in range(30):
        page = looked_at(visit, url)
        assert set(built(page.root)) - plain["/ru/events/"] <= {
            ("a", ("class", "href", "rel")),
            ("nav", ("aria-label", "class")),
        }
        shown += [text_of(link) for link in page.find("a") if "/events/" in link.get("href", "")]
        more = [link.get("href") for link in page.find("a", rel="next")]
        if not more:
            break
        url = more[0]
    assert [case_id for case_id in events if " ".join(LINES[case_id].split()) not in shown] == []
    for url in ("/ru/", "/ru/record/", "/ru/desk/events/"):
        new = set(built(looked_at(visit, url).root)) - plain[url]
        assert all(
            tag in {"a", "nav", "p", "li", "h3", "svg", "use", "span"} and not hostile(names) for tag, names in new
        ), (url, new)


def hostile(names: tuple[str, ...]) -> bool:
    return any(name.startswith(("on", "hx-on", "style", "srcdoc", "data-hx")) for name in names)


def test_the_search_box_finds_and_shows_whatever_is_typed(session: Session, cast: Cast, visit: Visit) -> None:
    plant(cast, HARMLESS, "harmless")
    found = looked_at(visit, "/en/events/?q=" + "айгул")
    nothing = looked_at(visit, "/en/events/?q=qqqqqqqqq")

    def search(case: Case) -> None:
        query = as_sent({"q": case.text})["data"].decode()
        for headers in ({}, {"HX-Request": "true", "HX-Request-Type": "partial"}):
            answer = timed(lambda headers=headers: visit.send("GET", f"/en/events/?{query}", headers=headers))
            if "\0" in case.text:
                assert answer.status_code == 400
            elif len(query) < 8000:
                assert answer.status_code == 200
            if answer.status_code == 200 and not headers:
                page = judged("/en/events/", answer)
                assert built(page.root) in (built(found.root), built(nothing.root)) or not set(built(page.root)) - set(
                    built(found.root)
                ) - set(built(nothing.root))
                assert page.one(id="q").get("value") == as_shown(case.text)

    each([case for case in TEXTS if len(case.text) <= 2000], search)


def as_shown(value: str) -> str:
    """What a search box holds of it: the first hundred letters."""
    from tests.support.inert import as_received  # noqa: PLC0415

    # A parser reads CR LF and CR as LF, and what is no letter at all as the sign for that.
    return re.sub("[\ud800-\udfff]", "\ufffd", as_received(value)[:100].replace("\r\n", "\n").replace("\r", "\n"))


@pytest.mark.once
def test_calendar_files_hold_one_entry_for_each_event_whatever_it_is_called(
    session: Session, cast: Cast, visit: Visit
) -> None:
    """DC-04 to DC-06: nothing ends a line or begins a component; lines fold without splitting a letter."""
    events = {case_id: plant(cast, words, case_id.lower()) for case_id, words in LINES.items()}

    feed = timed_file(visit, "/ru/events/calendar.ics")

    titles = sorted(str(entry["summary"]) for entry in feed.walk("VEVENT"))
    assert titles == sorted(words.strip() for words in LINES.values())
    assert len(feed.walk("VEVENT")) == len(events)
    for case_id, event in events.items():
        (entry,) = timed_file(visit, f"/kk/events/{event.slug}/calendar.ics").walk("VEVENT")
        assert str(entry["summary"]) == LINES[case_id].strip(), case_id
        assert LINES[case_id].strip() in str(entry["location"]), case_id


def timed_file(visit: Visit, url: str) -> Any:
    answer = visit.send("GET", url)
    assert answer.status_code == 200, url
    raw = answer.data
    assert max(map(len, raw.split(b"\r\n"))) <= 75
    for line in raw.split(b"\r\n"):
        line.decode("utf-8")
    return icalendar.Calendar.from_ical(raw)


@pytest.mark.once
def test_letters_say_the_title_as_text_in_subject_and_body(
    app: Flask, session: Session, cast: Cast, visit: Visit
) -> None:
    """Registered, changed and cancelled: HTML and plain text, no header injected, nothing evaluated (HX-05)."""
    ids = {"harmless": HARMLESS} | LINES
    for number, (case_id, words) in enumerate(ids.items()):
        event = plant(cast, words, case_id.lower())
        make_registration(event, email=f"guest{number}@example.kz", lang="ru")
        again = plan_of(words)
        moved = type(again)(**{item.name: getattr(again, item.name) for item in fields(Plan)} | {"place": "astana"})
        write(edit_event, event.id, moved, version=2, now=NOW)
        write(cancel_event, event.id, reason=in_all(words), now=NOW)
    while deliver_letters():
        pass
    session.close()
    assert session.scalars(select(Letter.last_error).where(Letter.last_error != "")).all() == []
    letters: dict[str, list[MailboxLetter]] = {}
    for letter in session.scalars(select(MailboxLetter).order_by(MailboxLetter.id)):
        letters.setdefault(letter.address, []).append(letter)
    plain = [built(html_of(letter.raw)) for letter in letters["guest0@example.kz"]]
    assert len(plain) == 3

    for number, (case_id, words) in enumerate(ids.items()):
        for letter, wanted in zip(letters[f"guest{number}@example.kz"], plain, strict=True):
            mail = email.message_from_bytes(letter.raw, policy=modern)
            assert difference(built(html_of(letter.raw)), wanted) == {}, case_id
            assert len(mail["To"].addresses) == 1, case_id
            assert mail["Bcc"] is None, case_id
            assert "\n" not in str(mail["Subject"]), case_id
            assert " ".join(words.split()) in " ".join(str(mail["Subject"]).split()), case_id
            assert " ".join(words.split()) in " ".join(all_text(html_of(letter.raw)).split()), case_id
            assert " ".join(words.split()) in " ".join(letter.body.split()), case_id


def html_of(raw: bytes) -> Any:
    mail = email.message_from_bytes(raw, policy=modern)
    return html5lib.parse(mail.get_body(("html",)).get_content(), namespaceHTMLElements=False)


# --- Through the desk's own form -------------------------------------------------------------------------------

TYPED = (
    *(
        f"{name}-{lang}"
        for name in ("title", "summary", "about", "editors_note", "venue", "accessibility_note")
        for lang in LANGUAGES
    ),
    "contact_name",
    *(f"programme-0-{name}-ru" for name in ("title", "place", "speaker", "speaker_role")),
    "materials-0-title-ru",
    *(f"questions-0-{name}-ru" for name in ("label", "hint")),
)


def test_the_desks_form_refuses_or_keeps_what_is_typed_and_stays_whole(
    session: Session, cast: Cast, visit: Visit
) -> None:
    visit.sign_in(cast.bekzat)
    event = plant(cast, HARMLESS, "harmless")
    url = f"/en/desk/events/{event.id}/edit"
    form = visit.get(url).form_of("Save")
    filled = dict(form.filled("Save", {}))
    assert set(TYPED) <= set(filled), "a field of the form has another name now"

    def save(case: Case) -> None:
        version = session.scalars(select(Event.version).where(Event.id == event.id)).one()
        session.close()
        data = filled | dict.fromkeys(TYPED, case.text) | {"version": str(version)}
        answer = timed(lambda: visit.send("POST", url, **as_sent(data)))
        assert answer.status_code in {303, 400, 413, 422}  # 413: together more than a form may hold
        if answer.status_code == 422:
            page = judged(url, answer)
            assert page.summary
            assert not any(hostile(names) for _, names in built(page.root))
        elif answer.status_code == 303:
            db.session.close()
            saved = queries.event_for_desk(db.session(), event.id)
            assert saved.title == in_all(as_a_line(case.text, limit=160))
            db.session.close()

    each(TEXTS, save)


LINKS = [
    *[
        case
        for case in everything().values()
        if case.text and {"url_field:event_embed", "url_field:webhook"} & set(case.where)
    ],
    *[everything()[one] for one in ("LK-13", "LK-15", "MK-18", "MK-19")],
]
SCHEMES = (
    *("javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "data:text/html,<script>", "vbscript:x"),
    *("//evil.example", "https://gov.kz@evil.example/", "https:\\\\evil.example", "ftp://example.kz/", "https://"),
    *("http://127.0.0.1/", "http://[::1]/", "http://localhost/"),
)


@pytest.mark.parametrize("address", sorted({*SCHEMES, *(case.text for case in LINKS)}))
@pytest.mark.parametrize("field", ["directions_url", "online_url", "materials-0-url"])
def test_a_link_that_is_none_or_leads_astray_is_not_saved(
    session: Session, cast: Cast, visit: Visit, field: str, address: str
) -> None:
    """MK-34, LK-03, LK-04, OB-01: scheme and host are checked, for every link an organiser can write."""
    visit.sign_in(cast.bekzat)
    event = plant(cast, HARMLESS, "harmless")
    url = f"/en/desk/events/{event.id}/edit"
    filled = dict(visit.get(url).form_of("Save").filled("Save", {}))

    answer = visit.send("POST", url, **as_sent(filled | {field: address}))

    assert judged(url, answer).status == 422
    assert session.scalars(select(Event.version)).one() == 2
