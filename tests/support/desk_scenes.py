"""The pages around an organiser's desk: roster, messages, lists, the selection, the door, what comes after an event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

from PIL import Image
from sqlalchemy import select

from karavan.accounts.models import Person
from karavan.core.clock import now
from karavan.core.database import db, transact as write
from karavan.core.languages import Slots
from karavan.core.tokens import new_key, new_public_id
from karavan.core.when import local_day
from karavan.door.rules.passes import PinSlip, give_pass
from karavan.events.models import QuestionKind, SeatChannel
from karavan.events.rules.check_in import check_in
from karavan.events.rules.plan import ProgrammeLine, QuestionLine, postpone_event
from karavan.events.rules.register import Guest
from karavan.files.checking import examine
from karavan.learning.keys import keys_of
from karavan.learning.models import Certificate, Photo
from karavan.learning.rules.answer import answer
from karavan.learning.rules.certify import Desk, issue, revoke
from karavan.learning.rules.photos import add_photo, object_to
from karavan.reports.queries import event_to_report, figures_of
from karavan.reports.rules.privacy import anonymise_event
from karavan.reports.rules.report import accept_report
from karavan.roster.bringing import guess_mapping
from karavan.roster.queries import Filter
from karavan.roster.rules.bring_in import Reading, take_list
from karavan.roster.rules.messages import Wish, begin_message, send_message
from karavan.selection.models import Method
from karavan.selection.rules.release import release
from karavan.selection.rules.steps import close_call
from tests.support.calls import apply, choose, give_points, make_call, rule
from tests.support.makers import make_event, make_registration
from tests.support.scene import AMINA, BEKZAT, DANIYAR, MAIN_BUTTON, SAULE, Scene, send_empty
from tests.support.site import address_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from playwright.sync_api import Page

    from karavan.accounts.models import Organisation
    from karavan.events.models import Event, Registration
    from karavan.selection.models import Application
    from tests.support.site import Site

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TITLE = Slots(
    "Жас көшбасшылар мектебі: қоғамдастықтармен жұмыс",
    "Школа молодых лидеров: работа с сообществами",
    "School for young leaders: working with communities",
)
QUESTIONS = (QuestionLine(kind=QuestionKind.TEXT, label=Slots("Неге келесіз?", "Зачем придёте?", "Why do you come?")),)
WORDS = {
    "subject": Slots("Не алып келу керек", "Что взять с собой"),
    "body": Slots("Су алыңыз.\n\nКүн ыстық.", "Возьмите воду."),
}
LIST = "Аты-жөні;Телефон;Пошта\nАйжан;8 701 234 56 01;\nТимур;12;нет@\nАйжан;8 701 234 56 01;\n"
HEADINGS = ["Аты-жөні", "Телефон", "Пошта"]


def desk_scenes(site: Site) -> dict[str, list[Scene]]:
    """Bring about every state of what an organiser does around an event, and say where each can be seen."""
    ahead, behind, chosen = _Ahead.planted(site), _Behind.planted(site), _Selections.planted(site)
    door = _door(site)
    return {
        "organiser": [
            Scene("desk, edit with all there is", f"{ahead.desk}/edit", BEKZAT),
            Scene("roster", f"{ahead.desk}/roster", BEKZAT),
            Scene("message, sent", f"{ahead.desk}/messages/{ahead.sent}", BEKZAT),
            Scene("selection desk, open", chosen.at("open"), BEKZAT),
            Scene("application", f"events/{chosen.open.slug}/application"),
            door[0],
            Scene("certificate", f"certificates/{behind.codes[0]}"),
            Scene("report", f"{behind.desk}/report", BEKZAT),
        ],
        "planning": ahead.planning(),
        "people": [*ahead.people(), *ahead.messages(), *ahead.lists()],
        "selection": [*chosen.at_desk(), *chosen.public()],
        "door": door[1:],
        "after": [*behind.at_desk(), *behind.public(), *_of_mine()],
    }


def _person(key: str) -> Person:
    return db.session().scalars(select(Person).where(Person.email_key == address_of(key))).one()


def _sealed(app: Flask, public_id: str, purpose: str) -> str:
    token: str = app.extensions["karavan.keys"].seal(public_id, purpose=purpose)
    return token


# --- An event that people look forward to --------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class _Ahead:
    """An event with all there is, one that is postponed, and messages and lists in each state."""

    event: Event
    draft: Event
    postponed: Event
    seated: Registration
    written: int
    sent: int
    uploaded: int
    tried: int

    @classmethod
    def planted(cls, site: Site) -> _Ahead:
        """Bring them about."""
        whose, bekzat = site.organisation_of(BEKZAT), _person(BEKZAT).id
        day = local_day(now() + 30 * DAY)
        line = ProgrammeLine(day=day, title=Slots("Ашылуы", "Открытие"), speaker=Slots("Жаттықтырушы", "Тренер"))
        event = make_event(
            seats=3, organisation=whose, title=TITLE, slug="scene-desk", programme=(line,), questions=QUESTIONS,
            asks=("sex", "born", "role"),
        )  # fmt: skip
        guest = Guest(name="Гүлбаршын", needs=("lift",), needs_note="Арбамен", sex="female", born=1987, role="resident")
        answers = {event.questions[0].id: "Үйренуге"}
        seated = make_registration(event, guests=(guest,), answers=answers, district="aktau", phone="+77012340001")
        make_registration(event, people=2, lang="ru", channel=SeatChannel.VISIT)
        make_registration(event, phone="+77012340002", channel=SeatChannel.PHONE)
        wish = Wish(chosen=Filter(states=("seated", "offered", "waiting")), **WORDS)
        about: dict[str, Any] = {"key": new_key(), "by_id": bekzat, "now": now()}
        sent = write(begin_message, event.id, wish, **about)
        write(send_message, event.id, sent, version=1, by_id=bekzat, now=now())
        written = write(begin_message, event.id, wish, **about | {"key": new_key()})
        postponed = make_event(organisation=whose, title=TITLE, slug="scene-postponed")
        version = postponed.version
        write(postpone_event, postponed.id, reason=Slots(kk="Боран"), version=version, now=now())
        lists = [
            write(take_list, event.id, name="list.csv", text=LIST, reading=_reading(), by_id=bekzat, now=now())
            for _ in range(2)
        ]
        draft = make_event(organisation=whose, title=TITLE, slug="scene-desk-draft", published=False)
        return cls(
            event=event,
            draft=draft,
            postponed=postponed,
            seated=seated,
            written=written,
            sent=sent,
            uploaded=lists[0],
            tried=lists[1],
        )

    @property
    def desk(self) -> str:
        return f"desk/events/{self.event.id}"

    def planning(self) -> list[Scene]:
        draft, postponed = f"desk/events/{self.draft.id}", f"desk/events/{self.postponed.id}"
        return [
            Scene("desk, event to come", self.desk, BEKZAT),
            Scene("desk, changes before they are saved", f"{self.desk}/edit", BEKZAT, do=_move_it),
            Scene("desk, preview of a draft", f"{draft}/preview", BEKZAT),
            Scene("desk, picture", f"{draft}/cover", BEKZAT),
            Scene("desk, picture with mistakes", f"{draft}/cover", BEKZAT, do=send_empty),
            Scene("desk, a copy", f"{self.desk}/copy", BEKZAT),
            Scene("desk, postponement", f"{self.desk}/postponement", BEKZAT),
            Scene("desk, postponement with mistakes", f"{self.desk}/postponement", BEKZAT, do=send_empty),
            Scene("desk, postponed", postponed, BEKZAT),
            Scene("desk, postponed, edit", f"{postponed}/edit", BEKZAT),
            Scene("event, postponed", f"events/{self.postponed.slug}"),
        ]

    def people(self) -> list[Scene]:
        one = f"{self.desk}/registrations/{self.seated.id}"
        return [
            Scene("roster, some", f"{self.desk}/roster?list=waiting&district=aktau", BEKZAT),
            Scene("roster, columns", f"{self.desk}/roster/columns", BEKZAT),
            Scene("roster, signing sheet", f"{self.desk}/roster/sheet", BEKZAT),
            Scene("roster, who looked", f"{self.desk}/roster/looks", BEKZAT),
            Scene("roster, another list", f"{one}/list", BEKZAT),
            Scene("roster, another list with mistakes", f"{one}/list", BEKZAT, do=send_empty),
            Scene("roster, slip", f"{one}/slip", BEKZAT),
            Scene("roster, registration", one, BEKZAT),
        ]

    def messages(self) -> list[Scene]:
        draft = f"{self.desk}/messages/{self.written}"
        return [
            Scene("messages", f"{self.desk}/messages", BEKZAT),
            Scene("message, new", f"{self.desk}/messages/new", BEKZAT),
            Scene("message, new with mistakes", f"{self.desk}/messages/new", BEKZAT, do=send_empty),
            Scene("message, before it is sent", draft, BEKZAT),
            Scene("message, edit", f"{draft}/edit", BEKZAT),
            Scene("message, thrown away", f"{draft}/stop", BEKZAT),
            Scene("reminders", f"{self.desk}/reminders", BEKZAT),
        ]

    def lists(self) -> list[Scene]:
        return [
            Scene("lists", f"{self.desk}/lists", BEKZAT),
            Scene("lists, with mistakes", f"{self.desk}/lists", BEKZAT, do=send_empty),
            Scene("list, its columns", f"{self.desk}/lists/{self.uploaded}", BEKZAT),
            Scene("list, tried", f"{self.desk}/lists/{self.tried}", BEKZAT, do=_try_list),
        ]


def _reading() -> Reading:
    return Reading(";", HEADINGS, guess_mapping(HEADINGS, HEADINGS, asks=()))


def _move_it(page: Page) -> None:
    """Change the place, and wait until the page says what people will be told."""
    page.fill("[name=venue-kk]", "Облыстық кітапхана")
    page.locator(MAIN_BUTTON).last.click()
    page.wait_for_selector("#review-heading")


def _try_list(page: Page) -> None:
    page.locator(MAIN_BUTTON).first.click()
    page.wait_for_selector("#list-panel .kpis")


# --- The selection ------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class _Selections:
    """A call in each state; what is drawn by lot has rules of balance."""

    draft: Event
    open: Event
    review: Event
    drawn: Event
    released: Event
    applied: dict[str, list[Application]]
    app: Flask

    @classmethod
    def planted(cls, site: Site) -> _Selections:
        """Bring them about."""
        whose = site.organisation_of(BEKZAT)
        reviewers = _person(SAULE), _person(DANIYAR)
        by_lot = {"method": Method.LOTTERY, "balance": (rule("sex", "female", 1, 2),)}
        made: dict[str, Event] = {}
        applied: dict[str, list[Application]] = {}
        for name in ("draft", "open", "review", "drawn", "released"):
            begun = now() if name in ("draft", "open") else now() - 8 * DAY
            event = make_call(
                organisation=whose,
                reviewers=reviewers,
                opened=name != "draft",
                now=begun,
                event={"title": TITLE, "slug": f"scene-call-{name}", "questions": QUESTIONS},
                **({} if name in ("draft", "open") else by_lot),
            )
            made[name] = event
            if name != "draft":
                applied[name] = [_applies(event, begun + HOUR, number) for number in range(4)]
        _scored(made["open"], applied["open"][:1], reviewers[:1])
        for name in ("review", "drawn", "released"):
            write(close_call, made[name].id, now=now())
        for name in ("drawn", "released"):
            _scored(made[name], applied[name], reviewers)
            choose(made[name], now=now())
        write(release, made["released"].id, now=now())
        return cls(**made, applied=applied, app=site.app)

    def at(self, name: str) -> str:
        event: Event = getattr(self, name)
        return f"desk/events/{event.id}/selection"

    def at_desk(self) -> list[Scene]:
        desk, names = "selection desk", ("draft", "review", "drawn", "released")
        one = self.applied["released"][0]
        reviews = f"desk/reviews/{self.open.id}"
        return [
            *(Scene(f"{desk}, {name}", self.at(name), BEKZAT) for name in names),
            Scene(f"{desk}, call", f"{self.at('draft')}/call", BEKZAT),
            Scene(f"{desk}, call with mistakes", f"{self.at('draft')}/call", BEKZAT, do=_no_places),
            Scene(f"{desk}, giving it up", f"{self.at('draft')}/removal", BEKZAT),
            Scene(f"{desk}, reviewer with mistakes", self.at("open"), BEKZAT, do=send_empty),
            Scene(f"{desk}, balance", f"{self.at('review')}/balance", BEKZAT),
            Scene(f"{desk}, balance with mistakes", f"{self.at('review')}/balance", BEKZAT, do=send_empty),
            Scene(f"{desk}, release", f"{self.at('drawn')}/release", BEKZAT),
            Scene(f"{desk}, applications", f"{self.at('open')}/applications", BEKZAT),
            Scene(f"{desk}, applications, released", f"{self.at('released')}/applications", BEKZAT),
            Scene(f"{desk}, an application", f"{self.at('released')}/applications/{one.id}", BEKZAT),
            Scene("reviews", "desk/reviews/", SAULE),
            Scene("reviews, none", "desk/reviews/", AMINA),
            Scene("reviews, of a call", reviews, SAULE),
            Scene("review", f"{reviews}/2", SAULE),
            Scene("review, with mistakes", f"{reviews}/2", SAULE, do=send_empty),
            Scene("review, closed", f"desk/reviews/{self.released.id}/1", SAULE),
        ]

    def public(self) -> list[Scene]:
        form = f"events/{self.open.slug}/application"
        own = {name: _sealed(self.app, some[0].public_id, "application") for name, some in self.applied.items()}
        return [
            Scene("application, with mistakes", form, do=send_empty),
            Scene("application, received", f"{form}/received"),
            Scene("application, not yet", f"events/{self.draft.slug}/application"),
            Scene("application, too late", f"events/{self.review.slug}/application"),
            Scene("event with a selection", f"events/{self.open.slug}"),
            *(Scene(f"own application, {name}", f"applications/{token}") for name, token in own.items()),
            Scene("own application, withdrawal", f"applications/{own['open']}/withdrawal"),
            *(Scene(f"draw, {name}", f"draws/{getattr(self, name).slug}") for name in own),
        ]


def _applies(event: Event, moment: Any, number: int) -> Application:
    sex = ("female", "male")[number % 2]
    guest = Guest(name=f"Үміткер {number + 1}", sex=sex, born=1990 + number)
    question = event.questions[0].id
    return apply(event, now=moment, guest=guest, district="aktau", answers={question: "Үйренгім келеді"})


def _scored(event: Event, applied: list[Application], reviewers: tuple[Person, ...]) -> None:
    for number, one in enumerate(applied):
        for person in reviewers:
            give_points(event, one, person, 5 - number, 10 - number, now=now())


def _no_places(page: Page) -> None:
    page.fill("[name=places]", "0")
    send_empty(page)


# --- The door -----------------------------------------------------------------------------------------------


def _door(site: Site) -> list[Scene]:
    """Give a pass of an event that goes on now: the first page is the door's own."""
    begun = now() - 2 * DAY
    event = make_event(
        seats=9,
        organisation=site.organisation_of(BEKZAT),
        title=TITLE,
        slug="scene-door",
        now=begun,
        starts_in=DAY,
        ends_at=now() + DAY,
    )
    for _ in range(2):
        make_registration(event, now=begun)
    slip, public_id = PinSlip.fresh(), new_public_id()
    about: dict[str, Any] = {"day": local_day(now()), "slip": slip, "by": _person(BEKZAT).id, "now": now()}
    write(give_pass, event.id, public_id, name="Солтүстік есік", **about)
    opening = f"door/{event.slug}/passes/{_sealed(site.app, public_id, 'door')}"
    desk = f"desk/events/{event.id}/doors"
    return [
        Scene("door", opening, do=_open_with(slip.pin)),
        Scene("door, opening", opening),
        Scene("door, wrong PIN", opening, do=_wrong_pin),
        Scene("door, a wrong code", opening, do=_wrong_code(slip.pin)),
        Scene("door, no connection", f"door/{event.slug}/offline", also=(404,)),  # whoever has no pass is told nothing
        Scene("door, without a pass", f"door/{event.slug}-and-none", status=404),
        Scene("doors", desk, BEKZAT),
        Scene("doors, with mistakes", desk, BEKZAT, do=send_empty),
    ]


def _open_with(pin: str) -> Callable[[Page], None]:
    def do(page: Page) -> None:
        page.fill("[name=pin]", pin)
        page.locator(MAIN_BUTTON).last.click()
        page.wait_for_selector("[data-door]")

    return do


def _wrong_pin(page: Page) -> None:
    page.fill("[name=pin]", "x")
    send_empty(page)


def _wrong_code(pin: str) -> Callable[[Page], None]:
    def do(page: Page) -> None:
        _open_with(pin)(page)
        page.fill("[data-code-form] [name=code]", "ZZZZ-ZZ")
        page.locator("[data-code-form] button[type=submit]").click()
        page.wait_for_selector(".errsum, #door-result .flash")

    return do


# --- What comes after ---------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class _Behind:
    """Events that are over: one with certificates, one whose report is accepted, one whose people are anonymous."""

    event: Event
    accepted: Event
    gone: Event
    codes: list[str]
    first: int
    photos: list[str]
    came: Registration
    answered: Registration
    app: Flask

    @classmethod
    def planted(cls, site: Site) -> _Behind:
        """Bring them about."""
        bekzat = _person(BEKZAT).id
        event, accepted, gone = (_over(site, f"scene-after-{name}") for name in ("it", "accepted", "gone"))
        people = [_came(event, number) for number in range(12)]
        by = Desk(keys=keys_of(site.app), person_id=bekzat)
        write(issue, event.id, by, now=now())
        some = select(Certificate.id, Certificate.code).where(Certificate.event_id == event.id).order_by(Certificate.id)
        rows = db.session().execute(some).all()
        db.session.close()
        reason = "Қате аты-жөні"
        write(revoke, event.id, rows[1].id, by, reason=reason, replace=True, now=now())
        for registration, rating in zip(people[:5], (5, 5, 4, 4, 3), strict=True):
            write(answer, registration.public_id, rating=rating, words="Ұнады", lang="kk", now=now())
        photos = [_photo(event, bekzat) for _ in range(2)]
        write(object_to, event.id, photos[1], words="Мен бармын", now=now())
        for other, days in ((accepted, 90), (gone, 0)):
            for number in range(6):
                _came(other, number)
            _accept(other, days, bekzat)
        write(anonymise_event, gone.id, now=now() + HOUR)
        return cls(
            event=event,
            accepted=accepted,
            gone=gone,
            codes=[row.code for row in rows],
            first=rows[0].id,
            photos=photos,
            came=people[7],
            answered=people[0],
            app=site.app,
        )

    @property
    def desk(self) -> str:
        return f"desk/events/{self.event.id}"

    def at_desk(self) -> list[Scene]:
        after, report = f"{self.desk}/after", f"{self.desk}/report"
        photos = f"{after}/photos"
        revocation = f"{after}/certificates/{self.first}/revocation"
        return [
            Scene("after", after, BEKZAT),
            Scene("after, certificates", f"{after}/certificates", BEKZAT),
            Scene("after, revocation", revocation, BEKZAT),
            Scene("after, revocation with mistakes", revocation, BEKZAT, do=send_empty),
            Scene("after, hours", f"{after}/hours", BEKZAT),
            Scene("after, answers", f"{after}/answers", BEKZAT),
            Scene("after, photographs", photos, BEKZAT),
            Scene("after, photographs with mistakes", photos, BEKZAT, do=send_empty),
            Scene("after, removal of a photograph", f"{photos}/{self.photos[0]}/removal", BEKZAT),
            Scene("after, return of a photograph", f"{photos}/{self.photos[1]}/return", BEKZAT),
            Scene("report, to accept", f"{report}/acceptance", BEKZAT),
            Scene("report, to accept with mistakes", f"{report}/acceptance", BEKZAT, do=send_empty),
            Scene("report, accepted", f"desk/events/{self.accepted.id}/report", BEKZAT),
            Scene("report, people are anonymous", f"desk/events/{self.gone.id}/report", BEKZAT),
            Scene("roster, people are anonymous", f"desk/events/{self.gone.id}/roster", BEKZAT),
            Scene("figures of a period", "desk/figures/", BEKZAT),
        ]

    def public(self) -> list[Scene]:
        photo = f"events/{self.event.slug}/photos/{self.photos[0]}/objection"
        came, answered = (_sealed(self.app, one.public_id, "ticket") for one in (self.came, self.answered))
        return [
            Scene("certificates", "certificates/"),
            Scene("certificates, keys", "certificates/keys"),
            Scene("certificate, revoked", f"certificates/{self.codes[1]}"),
            Scene("two questions", f"registrations/{came}/feedback"),
            Scene("two questions, with mistakes", f"registrations/{came}/feedback", do=send_empty),
            Scene("two questions, answered", f"registrations/{answered}/feedback"),
            Scene("photographs", f"events/{self.event.slug}/photos"),
            Scene("photograph, objection", photo),
            Scene("event, over", f"events/{self.event.slug}"),
            Scene("ticket, with a certificate", f"registrations/{came}"),
            Scene("figures everybody sees", f"events/{self.accepted.slug}/figures"),
            Scene("receipt of an event", f"me/data/receipts/of-event/{self.gone.slug}"),
            Scene("receipts", "me/data/receipts"),
            Scene("receipts, nothing found", "me/data/receipts?code=nothing"),
        ]


def _of_mine() -> list[Scene]:
    return [
        Scene("my learning", "me/learning", AMINA),
        Scene("my data", "me/data", AMINA),
        Scene("my data, erasure", "me/data/erasure", AMINA),
        Scene("my data, erasure with mistakes", "me/data/erasure", AMINA, do=send_empty),
    ]


def _over(site: Site, slug: str) -> Event:
    """Make an event that ended yesterday."""
    whose: Organisation = site.organisation_of(BEKZAT)
    planned = now() - 10 * DAY
    times = {"now": planned, "starts_at": now() - DAY - 4 * HOUR, "ends_at": now() - DAY}
    return make_event(seats=20, organisation=whose, title=TITLE, slug=slug, asks=("sex", "role"), **times)


def _came(event: Event, number: int) -> Registration:
    sex, role = ("female", "male")[number % 2], ("resident", "deputy")[number % 2]
    guest = Guest(name=f"Қатысушы {number + 1}", sex=sex, role=role)
    registration = make_registration(event, now=now() - 9 * DAY, guests=(guest,), district="aktau")
    write(check_in, event.id, registration.attendees[0].code, day=event.first_day, by=None, now=event.starts_at)
    return registration


def _accept(event: Event, days: int, by: int) -> None:
    found = event_to_report(db.session(), event.id)
    assert found is not None
    mark = figures_of(db.session(), found).mark
    db.session.close()
    write(accept_report, event.id, mark=mark, keep_days=days, by_id=by, now=now())


def _photo(event: Event, by: int) -> str:
    drawn = BytesIO()
    Image.new("RGB", (640, 400), "teal").save(drawn, "JPEG")
    looked = examine(drawn.getvalue())
    caption = Slots("Залдағы адамдар", "Люди в зале")
    added: Photo = write(add_photo, event.id, looked, caption=caption, person_id=by, now=now())
    db.session.close()
    return db.session().scalars(select(Photo).where(Photo.id == added.id)).one().file.public_id
