"""An event from the blank form to certificates in people's hands, and places given by lot: several people at once."""

from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest
import zxingcpp
from openpyxl import load_workbook
from PIL import Image
from playwright.sync_api import expect
from sqlalchemy import func, select, update

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.languages import Slots
from karavan.core.when import local_day
from karavan.events.models import Attendee, CheckIn, Event, QuestionKind, Registration, SeatState
from karavan.events.rules.change_seats import give_back
from karavan.events.rules.check_in import check_in
from karavan.events.rules.plan import QuestionLine
from karavan.events.rules.register import Guest
from karavan.learning.models import Certificate
from karavan.notifications.models import Letter, LetterState
from karavan.reports.models import EventReport
from karavan.reports.tasks import let_people_go
from karavan.roster.tasks import write_reminders
from karavan.selection.models import Call
from tests.protocols.reading_pdfs import code_on, squeezed, words_of
from tests.support.calls import apply, call_now
from tests.support.scene import BEKZAT, DANIYAR, SAULE
from tests.support.scenes import before_it_began, under_way
from tests.support.site import address_of
from tests.support.walker import PLAIN, WITH_HTMX, Walker, Way

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator

    from tests.support.site import Site

    Sits = Callable[..., Walker]

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

BOTH_WAYS = pytest.mark.parametrize("way", [WITH_HTMX, PLAIN], ids=str)
SEATS, PEOPLE, CAME = 38, 40, 30
SOON = 15_000
"""Milliseconds in which a list is fetched, wrapped by its PIN and kept, also on a busy machine."""
DRAWN = 90_000
"""And in which a lot is drawn, in a process of its own that loads a library of mathematics."""


# --- The whole arc ----------------------------------------------------------------------------------------


@BOTH_WAYS
def test_an_event_from_the_blank_form_to_forgetting_who_came(
    sits: Sits, new_walker: Callable[..., Walker], site: Site, way: Way
) -> None:
    organiser, early, late = sits(BEKZAT, way), new_walker(way), new_walker(way)
    event = is_published(organiser, site, name=f"Көшбасшылар мектебі: {way}")
    desk = f"desk/events/{event.id}"

    ticket = registers(early, event, "Айгүл", "Register")
    at_the_door = seen(early.page.locator(".ticket .qr"))
    others = [site.register(event, lang="ru") for _ in range(SEATS - 1)]
    waits = registers(late, event, "Нұрлан", "Join the waiting list")
    site.register(event)
    late.reads("In the queue")
    site.write(give_back, event.id, others[0].public_id)
    late.open(waits)
    late.press("Take the seats")
    late.reads("Confirmed")
    organiser.open(f"{desk}/roster")
    assert held_seats(site, event) == SEATS

    a_message_is_sent(organiser, site, event, letters=PEOPLE - 1)
    move(site, event, starts_at=now() + timedelta(hours=72), ends_at=now() + timedelta(hours=76))
    with site.inside():
        write_reminders()
        assert letters_about(event, "reminder") == SEATS
    early.open(ticket)
    early.press("I am still coming")
    expect(early.button("I am still coming")).to_have_count(0)

    move(site, event, starts_at=now(), ends_at=now() + timedelta(hours=2))
    codes = codes_of(site, event)
    assert at_the_door == f"{site.url}/{way.lang}/desk/check-in/{codes[0]}"
    two_doors(organiser, new_walker, site, event, codes[:3])
    for code in codes[3:CAME]:
        with site.inside():
            transact(check_in, event.id, code, day=local_day(now()), by=None, now=now())

    move(site, event, ends_at=now())
    certificates_are_issued(organiser, site, event)
    early.open(ticket)
    early.follow("Open the certificate")
    early.reads("This certificate was issued here, and it holds.")
    genuine(early)
    certificate = early.at

    organiser.open(desk)
    organiser.follow("Figures and report", within="main")
    organiser.follow("Accept the report")
    organiser.tick("agreed")
    organiser.press("Accept the report")
    organiser.comes_to(f"{desk}/report")
    organiser.reads("The report is accepted.")
    the_pack_tells(organiser, event)

    ninety_days_pass(site, event)
    organiser.open(f"{desk}/report")
    organiser.follow("What was erased")
    organiser.reads("The time for which personal data are kept after the report of an event was over.")
    organiser.open(f"{desk}/roster")
    organiser.reads("Name erased")
    expect(organiser.page.locator("main")).not_to_contain_text("Айгүл")
    early.open(certificate)
    early.reads("The name is no longer kept here. The QR code on the paper still says it.")


def is_published(organiser: Walker, site: Site, *, name: str) -> Event:
    """Write an event down and publish it."""
    organiser.open("desk/events/new")
    organiser.write("title-kk", name)
    organiser.write_day("starts_day", local_day(now()) + timedelta(days=20))
    organiser.write("starts_time", "10:00")
    organiser.write("ends_time", "16:00")
    organiser.write("capacity", str(SEATS))
    organiser.press("Save the draft")
    organiser.comes_to("desk/events/*")
    organiser.press("Publish")
    organiser.reads("The event is published: everyone can see it now.")
    with site.inside():
        return db.session().get_one(Event, int(organiser.at.rpartition("/")[2]))


def registers(walker: Walker, event: Event, name: str, button: str) -> str:
    """Register in the browser, and return where the ticket lies."""
    walker.open(f"events/{event.slug}/registration")
    walker.write("people-0-name", name)
    walker.write("email", f"arc-{event.id}-{len(name)}@example.kz")
    walker.tick("processing")
    walker.press(button)
    walker.comes_to("registrations/*")
    return walker.at


def a_message_is_sent(organiser: Walker, site: Site, event: Event, *, letters: int) -> None:
    """Write to everybody in two languages; read it first; see how the letters fare."""
    organiser.open(f"desk/events/{event.id}/messages")
    organiser.follow("Write a message")
    for name, words in {"subject": "Су алыңыз", "body": "Күн ыстық болады."}.items():
        organiser.write(f"{name}-kk", words)
        organiser.write(f"{name}-ru", f"{words} (ru)")
    organiser.press("See it as readers will")
    send = organiser.word("Send %(num)d letter", "Send %(num)d letters", letters)
    organiser.use(organiser.page.get_by_role("button", name=send))
    expect(organiser.page.locator("#message-sending")).to_be_visible()
    site.deliver()
    organiser.page.reload()
    expect(organiser.page.locator("#message-sending progress")).to_have_count(0)
    with site.inside():
        assert letters_about(event, "message", Letter.state == LetterState.SENT) == letters


def letters_about(event: Event, name: str, *among: Any) -> int:
    """Count the letters of a kind about an event."""
    mine = Letter.payload["event", "slug"].as_string() == event.slug
    wanted = (Letter.letter == f"events/{name}", mine, *among)
    return db.session().scalar(select(func.count()).select_from(Letter).where(*wanted)) or 0


def two_doors(organiser: Walker, new_walker: Callable[..., Walker], site: Site, event: Event, codes: list[str]) -> None:
    """Let two devices mark the same three people; with scripts, the second works while it has no net."""
    way, who = organiser.way, codes[0]
    first, second = (new_walker(way, htmx="unknown") for _ in range(2))
    opens_a_door(organiser, first, event, "Бірінші есік")
    pin = opens_a_door(organiser, second, event, "Екінші есік")
    scans(first, who, "Marked as arrived")
    if way.javascript:
        without_net(second, codes, pin)
    else:
        scans(second, who, "Is in already")
        for code in codes[1:]:
            scans(second, code, "Marked as arrived")
    assert arrived(site, event) == len(codes)
    organiser.open(f"desk/events/{event.id}/doors")
    expect(organiser.page.locator("#door-count dd").first).to_have_text(str(len(codes)))


def opens_a_door(organiser: Walker, device: Walker, event: Event, name: str) -> str:
    """Give a pass, open it on the device by the QR code on the organiser's screen, and return its PIN."""
    organiser.open(f"desk/events/{event.id}/doors")
    organiser.write("name", name)
    organiser.press("Give a pass")
    expect(organiser.page.locator("#given")).to_be_visible()
    pin = organiser.page.locator(".pass__pin").inner_text()
    address = seen(organiser.page.locator(".pass .qr"))
    assert address == organiser.page.locator("#pass-link").input_value()
    device.page.goto(address)
    device.write("pin", pin)
    device.press("Open the pass")
    device.comes_to(f"door/{event.slug}")
    return pin


def arrived(site: Site, event: Event) -> int:
    """Count the marks of who came."""
    with site.inside():
        marks = select(func.count()).select_from(CheckIn).join(Attendee).where(Attendee.event_id == event.id)
        return db.session().scalar(marks) or 0


def scans(device: Walker, code: str, said: str) -> None:
    """Type the code of a ticket at the door."""
    device.write("code", code)
    device.press("Mark as arrived")
    expect(device.page.locator("#door-result")).to_contain_text(device.word(said))


def without_net(device: Walker, codes: list[str], pin: str) -> None:
    """Open the door anew where there is no net, let three in by the list, and send it all when the net is back."""
    page = device.page
    loses_the_net(device, pin)
    for number, code in enumerate(codes, 1):
        scans(device, code, "On the list. It will be sent when the connection is back.")
        expect(page.locator("[data-waiting-number]")).to_have_text(str(number))
    page.context.set_offline(False)
    expect(page.locator("[data-waiting]")).to_be_hidden(timeout=SOON)
    expect(page.locator("[data-later]")).to_contain_text(device.word("Is in already"))
    expect(page.locator("#door-result")).to_contain_text(device.word("Marked as arrived"))
    device.watch.silence = False


def loses_the_net(device: Walker, pin: str) -> None:
    """Wait until the device holds all it needs, take the net away, load the page anew and open its list."""
    page = device.page
    expect(page.locator("[data-ready]")).to_be_visible(timeout=SOON)
    device.watch.silence = True
    page.context.set_offline(True)
    page.reload()
    expect(page.locator("[data-no-net]")).to_be_visible()
    page.locator("#unlock-pin").fill(pin)
    device.press("Open the list")
    expect(page.locator("[data-code-form]")).to_be_visible(timeout=SOON)


def certificates_are_issued(organiser: Walker, site: Site, event: Event) -> None:
    """Say how long the day was, and give everybody who came a certificate."""
    organiser.open(f"desk/events/{event.id}/after")
    organiser.follow("See and issue certificates")
    organiser.follow("Check the hours first")
    fields = organiser.page.locator("#hours-panel input[inputmode=numeric]")
    for at in range(fields.count()):
        fields.nth(at).fill("6:00")
    organiser.press("Save")
    organiser.comes_to(f"desk/events/{event.id}/after")
    organiser.follow("See and issue certificates")
    organiser.press("Issue certificates")
    expect(organiser.page.locator("#certificates-panel tbody tr").first).to_be_visible()
    with site.inside():
        issued = select(func.count()).select_from(Certificate).where(Certificate.event_id == event.id)
        assert db.session().scalar(issued) == CAME


def genuine(reader: Walker) -> None:
    """Scan the paper that the page offers: its code leads back to the page, which says that the code is genuine."""
    paper = reader.page.request.get(f"{reader.page.url}/kk.pdf")
    address = code_on(paper.body())
    assert address.partition("#")[0].rpartition("/")[2] == reader.at.rpartition("/")[2]
    reader.page.goto(address.replace("/kk/", f"/{reader.way.lang}/", 1))
    reader.page.reload()  # the part behind # alone loads nothing
    if reader.way.javascript:
        expect(reader.page.locator("[data-verdict=genuine]")).to_be_visible()
    reader.page.goto(address.partition("#")[0].replace("/kk/", f"/{reader.way.lang}/", 1))


def the_pack_tells(organiser: Walker, event: Event) -> None:
    """Open what the customer is given: the workbook, and the paper in two languages."""
    book, *papers = (
        organiser.page.request.get(f"/{lang}/desk/events/{event.id}/report/report.{kind}").body()
        for lang, kind in (("kk", "xlsx"), ("kk", "pdf"), ("ru", "pdf"))
    )
    cells = [
        cell for sheet in load_workbook(BytesIO(book)) for row in sheet.iter_rows(values_only=True) for cell in row
    ]
    assert {SEATS, CAME} <= set(cells)
    for paper in papers:
        said = words_of(paper)
        assert squeezed(event.title.kk) in said
        assert str(CAME) in said


def held_seats(site: Site, event: Event) -> int:
    """Count who holds a seat."""
    with site.inside():
        seated = (Attendee.event_id == event.id) & (Attendee.state == SeatState.SEATED)
        return db.session().scalar(select(func.count()).select_from(Attendee).where(seated)) or 0


def seen(code: Locator) -> str:
    """Return what a QR code says, as the browser draws it, to a program that is not ours."""
    (found,) = zxingcpp.read_barcodes(Image.open(BytesIO(code.screenshot())))
    return str(found.text)


def codes_of(site: Site, event: Event) -> list[str]:
    """Return the codes of everybody with a seat, in the order in which they registered."""
    with site.inside():
        seated = (Attendee.event_id == event.id) & (Attendee.state == SeatState.SEATED)
        ordered = select(Attendee.code).join(Registration).where(seated).order_by(Registration.number)
        return list(db.session().scalars(ordered))


def move(site: Site, event: Event, **times: Any) -> None:
    """Let time pass: the event moves, since the browser's clock does not."""
    with site.inside():
        transact(lambda session: session.execute(update(Event).where(Event.id == event.id).values(**times)))


def ninety_days_pass(site: Site, event: Event) -> None:
    """Let the time be over for which personal data are kept, and the clock pass once."""
    earlier = now() - timedelta(days=90, minutes=1)
    mine = EventReport.event_id == event.id
    with site.inside():
        transact(lambda session: session.execute(update(EventReport).where(mine).values(accepted_at=earlier)))
        assert let_people_go() >= 1


# --- The camera ---------------------------------------------------------------------------------------------


@pytest.mark.twice
def test_a_camera_reads_a_ticket_also_where_there_is_no_net(
    sits: Sits, new_walker: Callable[..., Walker], site: Site, camera: Callable[[str], None]
) -> None:
    """Where the browser has no BarcodeDetector, as Chromium on Linux, the decoder reads that comes with the page."""
    organiser, device = sits(BEKZAT, WITH_HTMX), new_walker(WITH_HTMX, htmx="unknown", permissions=["camera"])
    event = site.new_event(seats=3, organisation=site.organisation_of(BEKZAT), **under_way())
    for _ in range(2):
        site.register(event, now=before_it_began())
    tickets = [f"{site.url}/kk/desk/check-in/{code}" for code in codes_of(site, event)]
    pin = opens_a_door(organiser, device, event, "Камера")
    result = device.page.locator("#door-result")
    assert not device.page.evaluate("'BarcodeDetector' in window")

    camera(tickets[0])
    device.press("Scan with the camera")
    expect(result).to_contain_text(device.word("Marked as arrived"), timeout=SOON)
    device.press("Stop the camera")
    loses_the_net(device, pin)
    camera(tickets[1])
    device.press("Scan with the camera")
    expect(result).to_contain_text(
        device.word("On the list. It will be sent when the connection is back."), timeout=SOON
    )
    device.press("Stop the camera")
    device.page.context.set_offline(False)
    expect(device.page.locator("[data-waiting]")).to_be_hidden(timeout=SOON)
    assert arrived(site, event) == len(tickets)


# --- A phone that is put away, and one that is lost -----------------------------------------------------------

SLEEP = """() => {
  const real = Date.now.bind(Date);
  const turn = (hidden) => {
    Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  };
  turn(true);
  Date.now = () => real() + 3600e3;
  turn(false);
}"""
"""An hour in a pocket: the phone's clock goes on, the page's own stands still."""
KEPT = """async () => {
  const answer = (asked) => new Promise((done) => { asked.onsuccess = () => done(asked.result); });
  const base = await answer(indexedDB.open("karavan-door"));
  const found = [JSON.stringify([localStorage, sessionStorage]), document.cookie];
  for (const name of base.objectStoreNames) {
    found.push(name, JSON.stringify(await answer(base.transaction(name).objectStore(name).getAll())));
  }
  for (const store of await caches.keys()) {
    const kept = await caches.open(store);
    const pages = (await kept.keys()).filter((one) => !one.url.includes("/static/"));
    for (const one of pages) found.push(one.url, await (await kept.match(one)).text());
  }
  return found.join("\\n");
}"""
"""All that the site keeps on a device, as whoever finds it could read it."""


@pytest.mark.twice
def test_a_phone_that_slept_tells_how_old_a_scan_is_and_keeps_no_name_no_code_and_no_pin(
    sits: Sits, new_walker: Callable[..., Walker], site: Site
) -> None:
    organiser, device = sits(BEKZAT, WITH_HTMX), new_walker(WITH_HTMX, htmx="unknown")
    event = site.new_event(seats=3, organisation=site.organisation_of(BEKZAT), **under_way())
    her = site.register(event, now=before_it_began())
    (code,) = codes_of(site, event)
    pin = opens_a_door(organiser, device, event, "Қалта")
    page = device.page
    expect(page.locator("[data-ready]")).to_be_visible(timeout=SOON)
    device.watch.silence = True
    page.context.set_offline(True)
    scans(device, code, "On the list. It will be sent when the connection is back.")
    kept = page.evaluate(KEPT)
    assert event.slug in kept
    for secret in (pin, code, her.attendees[0].name):
        assert secret not in kept
    page.evaluate(SLEEP)
    with page.expect_request("**/scans*") as asked:
        page.context.set_offline(False)
    (sent,) = json.loads(parse_qs(asked.value.post_data or "")["scans"][0])
    assert 3600 <= sent["age"] < 3700
    expect(page.locator("[data-waiting]")).to_be_hidden(timeout=SOON)
    assert arrived(site, event) == 1


# --- Places given by lot ----------------------------------------------------------------------------------

QUESTION = QuestionLine(kind=QuestionKind.TEXT, label=Slots("Неге?", "Зачем?", "Why?"), required=True)


@pytest.mark.twice
@BOTH_WAYS
def test_places_are_given_by_lot_from_the_call_to_the_confirmed_seat(
    sits: Sits, new_walker: Callable[..., Walker], site: Site, way: Way
) -> None:
    organiser, applicant = sits(BEKZAT, way), new_walker(way)
    mine = {"organisation": site.organisation_of(BEKZAT), "questions": (QUESTION,), "asks": ("sex",)}
    event = site.new_event(seats=2, **mine)
    desk = f"desk/events/{event.id}/selection"
    a_call_is_published(organiser, event)

    applicant.open(f"events/{event.slug}")
    applicant.follow("The call, and how to apply")
    applicant.write("people-0-name", "Айгүл")
    applicant.pick("people-0-sex", "female")
    applicant.write("email", f"lot-{event.id}@example.kz")
    applicant.write(f"q{event.questions[0].id}", "Үйренгім келеді")
    applicant.tick("processing")
    applicant.press("Hand in the application")
    applicant.comes_to("applications/*")
    own = applicant.at
    pseudonym = applicant.page.locator("#own-panel dd b").inner_text()
    with site.inside():
        question = event.questions[0].id
        for number in range(3):
            guest = Guest(name=f"Үміткер {number}", sex="male")
            apply(event, now=now(), guest=guest, answers={question: "Қызық"})
        line = call_now(event).criteria[0].id

    for key in (SAULE, DANIYAR):
        reviewer = sits(key, way)
        reviewer.open(f"desk/reviews/{event.id}")
        for number in range(1, 5):
            reviewer.use(reviewer.page.locator(f'main .list a[href$="/desk/reviews/{event.id}/{number}"]'))
            reviewer.comes_to(f"desk/reviews/{event.id}/{number}")
            expect(reviewer.page.locator("main")).not_to_contain_text("Айгүл")
            reviewer.choose("recused", "no")
            reviewer.write(f"c{line}", "4")
            reviewer.press("Save")
            reviewer.comes_to(f"desk/reviews/{event.id}")
        expect(reviewer.page.locator("main .pill--ok")).to_have_count(4)

    the_time_for_applying_passes(site, event)
    organiser.open(desk)
    organiser.press("Close the list")
    organiser.press("Draw by lot")
    expect(organiser.link("Release the decisions")).to_be_visible(timeout=DRAWN)
    applicant.open(own)
    applicant.reads("Your application is here.")
    organiser.follow("Release the decisions")
    organiser.press("Tell everybody now")
    organiser.comes_to(desk)

    applicant.open(own)
    applicant.reads("You are accepted.")  # two of four are, and at least one woman: she is the only one
    applicant.follow("Open the ticket")
    applicant.press("Take the seats")
    applicant.reads("Confirmed")
    applicant.open(f"draws/{event.slug}")
    expect(applicant.page.locator("#result ~ ol").first).to_contain_text(pseudonym)
    expect(applicant.page.locator("#result ~ ol").last.locator("li")).to_have_count(2)
    expect(applicant.page.locator("main")).to_contain_text(applicant.word("Women"))
    with site.inside():
        expect(applicant.page.locator("main")).to_contain_text(call_now(event).seed)


def a_call_is_published(organiser: Walker, event: Event) -> None:
    """Write a call, name who scores, and publish it."""
    today = local_day(now())
    organiser.open(f"desk/events/{event.id}")
    organiser.follow("Give places by application and selection")
    organiser.choose("method", "lottery")
    organiser.write("places", "2")
    organiser.write_day("opens_day", today)
    organiser.write_day("closes_day", today + timedelta(days=5))
    organiser.write("criteria-0-title-kk", "Ынта")
    organiser.press("Add a rule")
    organiser.pick("balance-0-whom", "sex:female")
    organiser.write("balance-0-least", "1")
    organiser.write("balance-0-most", "2")
    organiser.press("Save the call")
    organiser.comes_to(f"desk/events/{event.id}/selection")
    for key in (SAULE, DANIYAR):
        organiser.write("email", address_of(key))
        organiser.press("Name as a reviewer")
        expect(organiser.page.locator("#selection-panel li").filter(has_text=address_of(key))).to_be_visible()
    organiser.press("Publish the call")
    organiser.reads("The list closes by itself when the announced time is over. Reviewers can score already.")


def the_time_for_applying_passes(site: Site, event: Event) -> None:
    """Let the announced time be over."""
    mine = Call.event_id == event.id
    with site.inside():
        over = now() - timedelta(seconds=1)
        transact(lambda session: session.execute(update(Call).where(mine).values(closes_at=over)))
