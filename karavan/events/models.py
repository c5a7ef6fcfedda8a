"""Events, their gate, registrations, attendees, offers. Facts true of one row; nothing here asks the database."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Index, String, Text, Time, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from karavan.accounts.models import Organisation
from karavan.core.database import Base, UtcDateTime, choice_column
from karavan.core.languages import Slots, SlotsColumn
from karavan.core.text import fold, sort_key


class EventKind(StrEnum):
    """What sort of gathering it is."""

    TRAINING = "training"
    STUDY_TOUR = "study_tour"
    DIALOGUE = "dialogue"
    HEARING = "hearing"
    COUNCIL_SITTING = "council_sitting"


class EventState(StrEnum):
    """Whether the public sees it, and as what."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


class WayIn(StrEnum):
    """How people get a seat."""

    OPEN = "open"
    """First come, first seated."""
    SELECTION = "selection"
    """They apply; applications take no seat (package `selection`)."""


MOST_DAYS: Final = 60
"""Longer than this no event of ours lasts; the lists of days end here."""


class Event(Base):
    """A gathering people register for. Moments are UTC; `zone` says whose clock the reader is shown."""

    __tablename__ = "events"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        Index("ix_events_public", "state", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    kind: Mapped[EventKind] = mapped_column(choice_column(EventKind))
    state: Mapped[EventState] = mapped_column(choice_column(EventState), default=EventState.DRAFT)
    demo: Mapped[bool] = mapped_column(default=False)
    """Invented for the demonstration; the page says so."""

    title: Mapped[Slots] = mapped_column(SlotsColumn)
    summary: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    about: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    editors_note: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    """An open remark of ours about the page, such as a date that is not known to the day."""

    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    zone: Mapped[str] = mapped_column(String(40), default="Asia/Aqtau")
    all_day: Mapped[bool] = mapped_column(default=False)
    """Only the days are known, not the hours."""

    place: Mapped[str] = mapped_column(String(20))
    """A key of `core.places.PLACES`."""
    venue: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    directions_url: Mapped[str] = mapped_column(Text, default="")
    online_url: Mapped[str] = mapped_column(Text, default="")
    """Shown only to people who hold a seat."""

    languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    accessibility: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Values of `Access`."""
    accessibility_note: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    contact_name: Mapped[str] = mapped_column(String(120), default="")
    contact_phone: Mapped[str] = mapped_column(String(20), default="")
    contact_email: Mapped[str] = mapped_column(String(254), default="")

    cover_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"))
    """The picture on top of its page, made anew on arrival."""
    cover_alt: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    written: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """At which `version` each text was last written or confirmed, by field and language: {"title": {"kk": 3, "ru": 5}}.
    A text older than another language's is stale."""
    way_in: Mapped[WayIn] = mapped_column(choice_column(WayIn), default=WayIn.OPEN)
    asks: Mapped[list[str]] = mapped_column(JSON, default=list)
    """What is asked of each person besides her name: some of "sex", "born", "role"; each may be left out by her."""

    registration_opens_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    registration_closes_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """NULL: at the start of the event."""
    waiting_list: Mapped[bool] = mapped_column(default=True)
    offer_hours: Mapped[int] = mapped_column(default=24)
    """How long an offered seat is kept, and how long free seats wait for a household that needs more of them."""
    offers_stop_hours: Mapped[int] = mapped_column(default=3)
    """No offer is made, and none runs, closer to the start than this."""
    party_limit: Mapped[int] = mapped_column(default=6)
    """How many people one registration may bring."""

    search_text: Mapped[str] = mapped_column(Text, default="")
    """Folded words of all languages (core.text.fold)."""
    sequence: Mapped[int] = mapped_column(default=0)
    """Raised when calendars must update their entry (RFC 5545, 3.8.7.4)."""
    version: Mapped[int] = mapped_column(default=1)
    """Raised by every edit, so that an edit of an older version is noticed."""
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancel_reason: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    postponed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """It will be held, but nobody knows yet when; cleared by the edit that sets the new time."""
    postpone_reason: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)

    organisation: Mapped[Organisation] = relationship()
    programme: Mapped[list[ProgrammeItem]] = relationship(
        order_by="(ProgrammeItem.day, ProgrammeItem.position)", cascade="all, delete-orphan"
    )
    materials: Mapped[list[Material]] = relationship(order_by="Material.position", cascade="all, delete-orphan")
    questions: Mapped[list[Question]] = relationship(order_by="Question.position", cascade="all, delete-orphan")
    gate: Mapped[SeatGate] = relationship(back_populates="event", cascade="all, delete-orphan")

    @property
    def first_day(self) -> date:
        """The day it begins, on the event's own clock."""
        return self.starts_at.astimezone(ZoneInfo(self.zone)).date()

    @property
    def last_day(self) -> date:
        """The day it ends, on the event's own clock."""
        return self.ends_at.astimezone(ZoneInfo(self.zone)).date()

    @property
    def days(self) -> list[date]:
        """Its days, on its own clock."""
        length = min(MOST_DAYS, (self.last_day - self.first_day).days + 1)
        return [self.first_day + timedelta(days=number) for number in range(length)]

    def is_over(self, now: datetime) -> bool:
        """Has it been held? What is postponed lies ahead, whatever its old time was."""
        return self.ends_at <= now and self.postponed_at is None

    @property
    def closes_at(self) -> datetime:
        """When registration ends, whether or not the organiser set a moment."""
        return self.registration_closes_at or self.starts_at


class Access(StrEnum):
    """What the place offers, or what a person needs: one list for both, so that they can be matched."""

    STEP_FREE = "step_free"
    LIFT = "lift"
    ACCESSIBLE_TOILET = "accessible_toilet"
    HEARING_LOOP = "hearing_loop"
    SIGN_LANGUAGE = "sign_language"
    LARGE_PRINT = "large_print"
    INTERPRETER_KK = "interpreter_kk"
    INTERPRETER_RU = "interpreter_ru"
    CHILDCARE = "childcare"
    TRANSPORT = "transport"


class SeatGate(Base):
    """The one row every seat-changing transaction takes first, so that they pass one at a time."""

    __tablename__ = "seat_gates"
    __table_args__ = (CheckConstraint("capacity >= 0 AND overbooked >= 0", name="not_negative"),)

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), primary_key=True)
    capacity: Mapped[int]
    overbooked: Mapped[int] = mapped_column(default=0)
    """Seats added beyond capacity by an explicit, logged act."""
    next_number: Mapped[int] = mapped_column(default=1)

    event: Mapped[Event] = relationship(back_populates="gate")


class Overbooking(Base):
    """Seats added beyond capacity: how many, by whom, why."""

    __tablename__ = "overbookings"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), index=True)
    seats: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ProgrammeItem(Base):
    """One line of the programme, in the event's local days and hours."""

    __tablename__ = "programme_items"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), index=True)
    position: Mapped[int]
    day: Mapped[date] = mapped_column(Date)
    starts: Mapped[time | None] = mapped_column(Time)
    ends: Mapped[time | None] = mapped_column(Time)
    title: Mapped[Slots] = mapped_column(SlotsColumn)
    place: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    speaker: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    speaker_role: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)


class Material(Base):
    """Something to read before or after: a link with a name."""

    __tablename__ = "event_materials"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), index=True)
    position: Mapped[int]
    title: Mapped[Slots] = mapped_column(SlotsColumn)
    url: Mapped[str] = mapped_column(Text)


class QuestionKind(StrEnum):
    """How a question of the organiser is answered."""

    TEXT = "text"
    CHOICE = "choice"
    CHOICES = "choices"
    NUMBER = "number"
    DATE = "date"
    YES_NO = "yes_no"


class Question(Base):
    """The organiser's own question, asked once per registration. A retired one is kept for its answers."""

    __tablename__ = "questions"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), index=True)
    position: Mapped[int]
    kind: Mapped[QuestionKind] = mapped_column(choice_column(QuestionKind))
    label: Mapped[Slots] = mapped_column(SlotsColumn)
    hint: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    required: Mapped[bool] = mapped_column(default=False)
    options: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    """[{"key": "a", "kk": "…", "ru": "…"}]; keys stay when wordings change."""
    retired: Mapped[bool] = mapped_column(default=False)


class SeatState(StrEnum):
    """Where one person stands. The first three are live; the rest stay visible and can be rejoined."""

    SEATED = "seated"
    OFFERED = "offered"
    WAITING = "waiting"
    GIVEN_BACK = "given_back"
    DECLINED = "declined"
    EXPIRED = "expired"


HOLDING = (SeatState.SEATED, SeatState.OFFERED)
"""States that occupy a seat."""
LIVE = (SeatState.SEATED, SeatState.OFFERED, SeatState.WAITING)
GONE = (SeatState.GIVEN_BACK, SeatState.DECLINED, SeatState.EXPIRED)
"""States that can be rejoined from."""


class SeatChannel(StrEnum):
    """How a registration came in."""

    WEB = "web"
    DESK = "desk"
    """Added by an organiser before it was asked how; now it is one of the next two."""
    PHONE = "phone"
    VISIT = "visit"
    IMPORT = "import"
    SELECTION = "selection"


BY_STAFF = (SeatChannel.DESK, SeatChannel.PHONE, SeatChannel.VISIT, SeatChannel.IMPORT)
"""Channels by which somebody of the staff takes seats for others."""


class Registration(Base):
    """One contact and the people she brings. Its number is its place in the order of arrival."""

    __tablename__ = "registrations"
    __table_args__ = (
        UniqueConstraint("event_id", "key"),
        UniqueConstraint("event_id", "number"),
        CheckConstraint("email_key IS NOT NULL OR phone IS NOT NULL", name="has_contact"),
        Index(
            "uq_registrations_live_email",
            "event_id",
            "email_key",
            unique=True,
            sqlite_where=text("live = 1"),  # as SQLAlchemy writes it in queries, or SQLite would not use it
            postgresql_where=text("live"),
        ),
        Index(
            "uq_registrations_live_phone",
            "event_id",
            "phone",
            unique=True,
            sqlite_where=text("live = 1"),  # as SQLAlchemy writes it in queries, or SQLite would not use it
            postgresql_where=text("live"),
        ),
        Index("ix_registrations_email", "email_key"),
        Index("ix_registrations_phone", "phone"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    public_id: Mapped[str] = mapped_column(String(24), unique=True)
    key: Mapped[str] = mapped_column(String(40))
    """The idempotency key rendered into the form: a second press finds the first registration."""
    number: Mapped[int]
    """From the gate; rising. A rejoining party takes a new one."""
    live: Mapped[bool] = mapped_column(default=True)
    """Does anybody here still sit, hold an offer or wait? Uniqueness of contacts holds among live rows only."""
    email: Mapped[str] = mapped_column(String(254), default="")
    email_key: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(20))
    lang: Mapped[str] = mapped_column(String(2))
    district: Mapped[str] = mapped_column(String(20), default="")
    at_least: Mapped[int]
    """The smallest number of seats worth coming for: all of them, or fewer."""
    channel: Mapped[SeatChannel] = mapped_column(choice_column(SeatChannel), default=SeatChannel.WEB)
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    """Who of the staff added her; NULL: she came by herself."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    coming_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When she last said that she is still coming."""
    waits_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Free seats are held for this household until then, because it is first in the queue and needs more of them."""

    event: Mapped[Event] = relationship()
    attendees: Mapped[list[Attendee]] = relationship(back_populates="registration", order_by="Attendee.position")
    offers: Mapped[list[Offer]] = relationship(back_populates="registration", order_by="Offer.id")
    answers: Mapped[list[Answer]] = relationship(back_populates="registration")
    consents: Mapped[list[Consent]] = relationship(order_by="Consent.id")
    passings: Mapped[list[Passing]] = relationship(order_by="Passing.id")


class AttendeeRole(StrEnum):
    """What somebody is, if the event asks and she says so."""

    COUNCIL_MEMBER = "council_member"
    DEPUTY = "deputy"
    ACTIVIST = "activist"
    NGO = "ngo"
    STATE_BODY = "state_body"
    MEDIA = "media"
    RESIDENT = "resident"


class Sex(StrEnum):
    """As she says, if the event asks; for the balance of a group and for the report only."""

    FEMALE = "female"
    MALE = "male"


def sought(name: str) -> tuple[str, str]:
    """Return what a name is found by, and what it is ordered by."""
    return fold(name), sort_key(name, "kk")[:120]


def _folded_name(context: Any) -> str:
    return sought(context.get_current_parameters()["name"])[0]


def _name_order(context: Any) -> str:
    return sought(context.get_current_parameters()["name"])[1]


class Attendee(Base):
    """One person who comes: a seat each, her own code, her own needs."""

    __tablename__ = "attendees"
    # Not partial, although only live states are counted: SQLite uses a partial index only for a query that repeats its
    # condition word for word, never for one with bound values, and would read the whole table under the gate.
    __table_args__ = (Index("ix_attendees_gate", "event_id", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id"), index=True)
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    name_folded: Mapped[str] = mapped_column(Text, default=_folded_name)
    """What the search compares, and below what the name is ordered by. Both follow the name by themselves; only an
    UPDATE that goes past the session must write them too (`sought`)."""
    name_order: Mapped[str] = mapped_column(String(120), default=_name_order)
    child: Mapped[bool] = mapped_column(default=False)
    needs: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Values of `Access`."""
    needs_note: Mapped[str] = mapped_column(Text, default="")
    sex: Mapped[str] = mapped_column(String(8), default="")
    """A value of `Sex`, or nothing."""
    born: Mapped[int | None]
    """Year of birth."""
    role: Mapped[str] = mapped_column(String(24), default="")
    """A value of `AttendeeRole`, or nothing."""
    anonymised_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    code: Mapped[str] = mapped_column(String(12), unique=True)
    state: Mapped[SeatState] = mapped_column(choice_column(SeatState))
    state_at: Mapped[datetime] = mapped_column(UtcDateTime)

    registration: Mapped[Registration] = relationship(back_populates="attendees")
    check_ins: Mapped[list[CheckIn]] = relationship(order_by="CheckIn.day")

    @validates("name")
    def _keep_search_in_step(self, _: str, name: str) -> str:
        self.name_folded, self.name_order = sought(name)
        return name


class OfferState(StrEnum):
    """What became of an offer."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"


class Offer(Base):
    """Seats held for a waiting party until a stated moment."""

    __tablename__ = "offers"
    __table_args__ = (
        Index(
            "uq_offers_open",
            "registration_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index(
            "ix_offers_due", "expires_at", sqlite_where=text("state = 'open'"), postgresql_where=text("state = 'open'")
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), index=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id"))
    seats: Mapped[int]
    state: Mapped[OfferState] = mapped_column(choice_column(OfferState), default=OfferState.OPEN)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    registration: Mapped[Registration] = relationship(back_populates="offers")


class Passing(Base):
    """Why somebody was passed over: seats were free, but fewer than the household said it needs."""

    __tablename__ = "passings"

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id"), index=True)
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    free: Mapped[int]
    needed: Mapped[int]


class Answer(Base):
    """What a registration answered to one question, already checked against its kind."""

    __tablename__ = "answers"
    __table_args__ = (UniqueConstraint("registration_id", "question_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id"))
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"))
    value: Mapped[Any] = mapped_column(JSON)

    registration: Mapped[Registration] = relationship(back_populates="answers")
    question: Mapped[Question] = relationship()


class ConsentPurpose(StrEnum):
    """What a person agreed to; each is asked apart (law 94-V)."""

    PROCESSING = "processing"
    PHOTOGRAPHY = "photography"
    NEWSLETTER = "newsletter"


class Consent(Base):
    """That a person agreed to a text: which version, in which language, when; and when she took it back."""

    __tablename__ = "consents"

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id"), index=True)
    purpose: Mapped[ConsentPurpose] = mapped_column(choice_column(ConsentPurpose))
    text_version: Mapped[str] = mapped_column(String(20))
    lang: Mapped[str] = mapped_column(String(2))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CheckIn(Base):
    """That a person came, once per day of the event."""

    __tablename__ = "check_ins"
    __table_args__ = (UniqueConstraint("attendee_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    attendee_id: Mapped[int] = mapped_column(ForeignKey("attendees.id"))
    day: Mapped[date] = mapped_column(Date)
    arrived_at: Mapped[datetime] = mapped_column(UtcDateTime)
    marked_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    door: Mapped[str] = mapped_column(String(60), default="")
    """What the organiser calls the door, where a device with a day pass marked it."""
