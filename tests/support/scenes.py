"""Every page, in every state somebody may find it in: what the tests about pages go through."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from karavan.accounts.models import Person
from karavan.core.clock import now
from karavan.core.database import db
from karavan.core.languages import Slots
from karavan.councils.models import Council, Member, Promise, PromiseState
from karavan.events.models import Event, Registration, SeatState
from karavan.events.rules.begin_draft import begin_draft
from karavan.events.rules.change_seats import give_back, sweep
from karavan.events.rules.check_in import check_in
from karavan.events.rules.plan import cancel_event
from karavan.notifications.models import MailboxLetter
from tests.support.assembly_scenes import assembly_scenes
from tests.support.civic_scenes import civic_scenes
from tests.support.desk_scenes import desk_scenes
from tests.support.makers import make_event, make_plan, make_registration, people_of, reload, write
from tests.support.scene import AMINA, BEKZAT, MAIN_BUTTON, SAULE, Scene, send_empty
from tests.support.site import BROKEN, address_of
from tests.support.talk_scenes import talk_scenes

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.support.site import Site

PUBLIC, OPEN, FULL, CANCELLED = (
    "caravan-of-leaders-astana-2025",
    "study-tour-astana",
    "school-for-young-leaders-1",
    "road-to-the-port-of-kuryk",
)
"""Events of the town."""


def plant_scenes(site: Site) -> dict[str, list[Scene]]:
    """Bring about every state there is, and say where it can be seen."""
    site.deliver()
    with site.inside():
        return {
            "public": _public(),
            "registration": _registration(),
            "tickets": _tickets(site),
            "account": _account(),
            "desk": _desk(),
            "councils": _councils(),
            **civic_scenes(site),
            **talk_scenes(site),
            **assembly_scenes(site),
            **desk_scenes(site),
            "errors": _errors(),
        }


def _public() -> list[Scene]:
    letter = db.session().scalars(select(MailboxLetter.id).order_by(MailboxLetter.id.desc())).first()
    return [
        Scene("home", ""),
        Scene("events", "events/"),
        Scene("events, searched", "events/?q=%D0%B0&place=aktau&free=1"),
        Scene("events, none found", "events/?q=nothing-is-called-this"),
        Scene("events, past", "events/?past=1"),
        Scene("event, past", f"events/{PUBLIC}"),
        Scene("event, open", f"events/{OPEN}"),
        Scene("event, full", f"events/{FULL}"),
        Scene("event, cancelled", f"events/{CANCELLED}"),
        Scene("event, without English", "events/open-meeting-transport"),
        Scene("event, online", "events/public-control-online"),
        Scene("record", "record/"),
        Scene("about", "about"),
        Scene("privacy", "privacy"),
        Scene("accessibility", "accessibility"),
        Scene("appearance", "appearance"),
        Scene("mailbox", "mailbox/"),
        Scene("mailbox, nothing found", "mailbox/?to=nobody@example.kz"),
        Scene("letter", f"mailbox/{letter}"),
    ]


def _registration() -> list[Scene]:
    form = f"events/{OPEN}/registration"
    return [
        Scene("registration", form),
        Scene("registration, with mistakes", form, do=send_empty),
        Scene("registration, a household", form, do=_add_somebody),
        Scene("registration, a household with mistakes", form, do=_household_with_mistakes),
        Scene("registration, for the queue", f"events/{FULL}/registration"),
        Scene("registration, closed", f"events/{CANCELLED}/registration"),
        Scene("received", f"events/{OPEN}/registration/received"),
    ]


def _tickets(site: Site) -> list[Scene]:
    """Bring one registration into each state a ticket knows."""
    title = Slots(
        "Жас көшбасшылар мектебі: қоғамдастықтармен жұмыс",
        "Школа молодых лидеров: работа с сообществами",
        "School for young leaders: working with communities",
    )
    wide = make_event(seats=6, title=title, slug="scene-wide", contact_name="Бекзат", contact_phone="+77000000002")
    alone, household = make_registration(wide), make_registration(wide, people=2)
    arrived = make_registration(make_event(slug="scene-now", title=title, **under_way()), now=before_it_began())
    bekzat = db.session().scalars(select(Person.id).where(Person.email_key == address_of(BEKZAT))).one()
    write(check_in, arrived.event_id, arrived.attendees[0].code, day=arrived.event.first_day, by=bekzat, now=now())
    partly = make_registration(wide, people=2)
    write(give_back, wide.id, partly.public_id, attendee_ids={partly.attendees[0].id}, now=now())
    gone = make_registration(make_event(title=title, slug="scene-gone"))
    write(give_back, gone.event_id, gone.public_id, now=now())
    cancelled = make_registration(make_event(title=title, slug="scene-cancelled"))
    write(cancel_event, cancelled.event_id, reason=Slots("Боран болады", "Будет буран", "A storm comes"), now=now())
    past = make_event(title=title, slug="scene-over", now=now() - timedelta(days=40), starts_in=timedelta(days=30))
    over = make_registration(past, now=now() - timedelta(days=39))
    tickets = {
        "seated": alone,
        "household": household,
        "arrived": arrived,
        "one of two left": partly,
        "given back": gone,
        "cancelled": cancelled,
        "over": over,
        **_around_the_queue(title),
    }
    scenes = [Scene(f"ticket, {name}", site.ticket(registration)) for name, registration in tickets.items()]
    for deed in ("answers", "withdrawal"):
        scenes += [
            Scene(f"{deed}, alone", f"{site.ticket(alone)}/{deed}"),
            Scene(f"{deed}, household", f"{site.ticket(household)}/{deed}"),
            Scene(f"{deed}, with mistakes", f"{site.ticket(household)}/{deed}", do=_send_emptied),
            Scene(f"{deed}, nobody left", f"{site.ticket(gone)}/{deed}"),
        ]
    return scenes


def under_way() -> dict[str, Any]:
    """Return what an event is planned with that began yesterday and ends tomorrow."""
    return {"now": before_it_began(), "starts_in": timedelta(days=1), "ends_at": now() + timedelta(days=1)}


def before_it_began() -> datetime:
    """Return when such an event could still be joined."""
    return now() - timedelta(days=2)


def _around_the_queue(title: Slots) -> dict[str, Registration]:
    """Return tickets of people who wait, were passed over, are offered a seat, missed the offer, or took it."""
    narrow = make_event(seats=1, title=title, slug="scene-narrow")
    holder = make_registration(narrow)
    waiting = make_registration(narrow, people=2)
    asking = make_event(seats=1, title=title, slug="scene-offer")
    first, offered = make_registration(asking), make_registration(asking)
    write(give_back, asking.id, first.public_id, now=now())
    earlier = now() - timedelta(days=10)
    missing = make_event(seats=1, title=title, slug="scene-missed", now=earlier, starts_in=timedelta(days=30))
    left, missed = make_registration(missing, now=earlier), make_registration(missing, now=earlier)
    write(give_back, missing.id, left.public_id, now=earlier)
    write(sweep, missing.id, now=now())
    passed = _passed_over(title)
    stands = {
        SeatState.SEATED: [holder],
        SeatState.WAITING: [waiting, passed],
        SeatState.OFFERED: [offered],
        SeatState.EXPIRED: [missed],
    }
    for state, registrations in stands.items():
        for registration in registrations:
            assert people_of(registration, state), f"nobody of the registration is {state}"
    assert reload(passed).passings, "the household was not passed over"
    return {
        "waiting": waiting,
        "passed over": passed,
        "offered": offered,
        "expired": missed,
    }


def _passed_over(title: Slots) -> Registration:
    """Let one seat become free that a household of three cannot use, until it is offered to the next."""
    earlier = now() - timedelta(days=10)
    event = make_event(seats=2, title=title, slug="scene-passed", now=earlier, starts_in=timedelta(days=30))
    leaving, _ = make_registration(event, now=earlier), make_registration(event, now=earlier)
    household = make_registration(event, people=3, now=earlier)
    make_registration(event, now=earlier)
    write(give_back, event.id, leaving.public_id, now=earlier)
    write(sweep, event.id, now=now())
    return household


def _account() -> list[Scene]:
    return [
        Scene("sign-in", "sign-in"),
        Scene("sign-in, with mistakes", "sign-in", do=send_empty),
        Scene("code", "sign-in", do=_ask_for_a_code),
        Scene("code, wrong", "sign-in", do=_type_a_wrong_code),
        Scene("my events", "me/", AMINA),
        Scene("account", "me/account", AMINA),
        Scene("another contact", "me/contact", AMINA),
        Scene("name", "me/name", AMINA),
        Scene("sign-out", "sign-out", AMINA),
        Scene("home, signed in", "", AMINA),
    ]


def _desk() -> list[Scene]:
    full, cancelled = _event_id(FULL), _event_id(CANCELLED)
    organisation = db.session().scalars(select(Event.organisation_id).where(Event.id == full)).one()
    draft = write(begin_draft, organisation, make_plan(), now=now()).id
    registration = db.session().scalars(select(Registration.id).where(Registration.event_id == full)).first()
    desk = f"desk/events/{full}"
    person = f"{desk}/registrations/{registration}"
    return [
        Scene("desk", "desk/events/", BEKZAT),
        Scene("desk, new event", "desk/events/new", BEKZAT),
        Scene("desk, new event with mistakes", "desk/events/new", BEKZAT, do=send_empty),
        Scene("desk, event", desk, BEKZAT),
        Scene("desk, draft", f"desk/events/{draft}", BEKZAT),
        Scene("desk, cancelled event", f"desk/events/{cancelled}", BEKZAT),
        Scene("desk, edit", f"{desk}/edit", BEKZAT),
        Scene("desk, cancellation", f"{desk}/cancellation", BEKZAT),
        Scene("desk, cancellation with mistakes", f"{desk}/cancellation", BEKZAT, do=send_empty),
        Scene("desk, capacity", f"{desk}/capacity", BEKZAT),
        Scene("desk, overbooking", f"{desk}/overbooking", BEKZAT),
        Scene("desk, overbooking with mistakes", f"{desk}/overbooking", BEKZAT, do=send_empty),
        Scene("desk, roster", f"{desk}/roster", BEKZAT),
        Scene("desk, roster, nobody found", f"{desk}/roster?q=nobody-is-called-this", BEKZAT),
        Scene("desk, add a person", f"{desk}/registrations/new", BEKZAT),
        Scene("desk, add a person with mistakes", f"{desk}/registrations/new", BEKZAT, do=send_empty),
        Scene("desk, registration", person, BEKZAT),
        Scene("desk, removal", f"{person}/removal", BEKZAT),
        Scene("desk, check-in", f"{desk}/check-in", BEKZAT),
        Scene("desk, check-in with mistakes", f"{desk}/check-in", BEKZAT, do=send_empty),
        Scene("record of an event", f"record/?event={full}", BEKZAT),
    ]


def _councils() -> list[Scene]:
    """Name the pages of councils, and the desk of the regional one: what the town's seeds planted there."""
    regional = db.session().scalars(select(Council).where(Council.slug == "mangystau-region")).one()
    member = db.session().scalars(select(Member.id).where(Member.council_id == regional.id).order_by(Member.id)).first()
    still_open = Promise.state == PromiseState.OPEN
    promise = db.session().scalars(select(Promise.id).where(Promise.council_id == regional.id, still_open)).first()
    page, desk = "councils/mangystau-region", f"desk/councils/{regional.id}"
    forms = {
        "line, a term": f"{desk}/statute/answer_term",
        "line, a text": f"{desk}/statute/legal_reference",
        "new member": f"{desk}/members/new",
        "member": f"{desk}/members/{member}",
        "end of a mandate": f"{desk}/members/{member}/end",
        "commission": f"{desk}/commissions/new",
        "promise": f"{desk}/promises/new",
        "outcome": f"{desk}/promises/{promise}/outcome",
    }
    return [
        Scene("councils", "councils/"),
        Scene("council", page),
        Scene("council, bare", "councils/beineu"),
        Scene("council, statute", f"{page}/statute"),
        Scene("council, member", f"{page}/members/{member}"),
        Scene("council desk, list", "desk/councils/", SAULE),
        Scene("council desk", desk, SAULE),
        Scene("council desk, photo", f"{desk}/members/{member}/photo", SAULE),
        *(Scene(f"council desk, {name}", path, SAULE) for name, path in forms.items()),
        Scene("council desk, promise with mistakes", forms["promise"], SAULE, do=send_empty),
    ]


def _errors() -> list[Scene]:
    return [
        Scene("400", "events/?q=%00", status=400),
        Scene("403", "desk/calendar/", AMINA, status=403),
        Scene("404", "nothing-is-here", status=404),
        Scene("500", BROKEN, status=500),
    ]


def _event_id(slug: str) -> int:
    return db.session().scalars(select(Event.id).where(Event.slug == slug)).one()


# --- What was done just before ----------------------------------------------------------------------------


def _send_emptied(page: Page) -> None:
    for field in page.locator("main form [name$=-name]").all():
        field.fill("")
    send_empty(page)


def _add_somebody(page: Page) -> None:
    page.locator("button[name=add]").click()
    page.wait_for_selector("[name=people-1-name]")


def _household_with_mistakes(page: Page) -> None:
    _add_somebody(page)
    page.fill("[name=phone]", "12")
    send_empty(page)


def _ask_for_a_code(page: Page) -> None:
    page.fill("[name=contact]", "scene@example.kz")
    page.locator(MAIN_BUTTON).first.click()
    page.wait_for_selector("[name=code]")


def _type_a_wrong_code(page: Page) -> None:
    _ask_for_a_code(page)
    page.fill("[name=code]", "000000")
    page.locator(MAIN_BUTTON).first.click()
    page.wait_for_selector(".errsum")
