"""What organisers type, turned into values for the rules: an event as a `Plan`, and the desk's smaller forms."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from wtforms import BooleanField, FormField, HiddenField, StringField

from karavan.core.contacts import parse_email, parse_phone
from karavan.core.places import PLACES
from karavan.core.problems import N_
from karavan.core.text import clean_url
from karavan.core.when import DEFAULT_ZONE
from karavan.events.desk_rows import LISTS, MaterialRow, ProgrammeRow, QuestionRow, in_order, write_option
from karavan.events.forms import RegistrationForm, registration_form
from karavan.events.models import Access, EventKind, SeatChannel
from karavan.events.rules.plan import Plan
from karavan.events.wordings import ROW_TEXTS, TEXTS, Standing, Words, rewritten, standings, words_of
from karavan.files.fields import UploadField
from karavan.web.fields import (
    LANGUAGE_NAMES,
    Choice,
    Choices,
    DayField,
    HourField,
    Radios,
    WholeNumber,
    complain,
    texts,
)
from karavan.web.forms import Form, Optional, Required, Rows, Versioned, cleaned, line
from karavan.web.locale import lang

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from karavan.accounts.models import Organisation
    from karavan.core.problems import Message
    from karavan.events.models import Event
    from karavan.events.rules.register import Application

KINDS: Final = (
    (EventKind.TRAINING, N_("Training")),
    (EventKind.STUDY_TOUR, N_("Study tour")),
    (EventKind.DIALOGUE, N_("Dialogue")),
    (EventKind.HEARING, N_("Public hearing")),
    (EventKind.COUNCIL_SITTING, N_("Council sitting")),
)
OFFERS: Final = (
    (Access.STEP_FREE, N_("A way in without steps (wheelchair)")),
    (Access.LIFT, N_("A lift")),
    (Access.ACCESSIBLE_TOILET, N_("An accessible toilet")),
    (Access.HEARING_LOOP, N_("Help with hearing")),
    (Access.SIGN_LANGUAGE, N_("A sign language interpreter")),
    (Access.LARGE_PRINT, N_("Materials in large print")),
    (Access.INTERPRETER_KK, N_("Interpreting into Kazakh")),
    (Access.INTERPRETER_RU, N_("Interpreting into Russian")),
    (Access.CHILDCARE, N_("Somebody to look after a child")),
    (Access.TRANSPORT, N_("Help with getting there")),
)
ASKS: Final = (("sex", N_("Woman or man")), ("born", N_("Year of birth")), ("role", N_("In what role")))
ZONES: Final = ((DEFAULT_ZONE, N_("Aktau time")), ("Asia/Almaty", N_("Astana time")))
TOOK_DOWN: Final = ((SeatChannel.PHONE, N_("Called")), (SeatChannel.VISIT, N_("Came by")))
BEGIN_OF_DAY: Final = dt.time()
END_OF_DAY: Final = dt.time(23, 59)
MOST_SEATS: Final = 10_000


class Ticks(HiddenField):
    """Ticks that the template draws where they belong; what is not known to us means nothing."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Keep all that was ticked."""
        self.data = valuelist  # type: ignore[assignment]


class EventForm(Versioned):
    """Everything an organiser writes about an event."""

    still = Ticks()
    """The texts of which she says that they are still right: "title-ru"."""
    confirm = HiddenField()
    """What she read before she pressed "save and tell": `reviewed`."""
    organisation = Choice(N_("In whose name"))
    kind = Choice(N_("Kind"), choices=[(kind.value, words) for kind, words in KINDS])
    title = texts(N_("Title"), 160)
    summary = texts(N_("In one sentence"), 300, rows=3)
    about = texts(N_("About the event"), 6000, rows=9)
    editors_note = texts(N_("A remark above the page"), 500, rows=3)

    starts_day = DayField(N_("First day"), [Required(N_("Enter the first day of the event."))])
    starts_time = HourField(N_("Begins at"), [Optional()])
    ends_day = DayField(N_("Last day"), [Optional()])
    ends_time = HourField(N_("Ends at"), [Optional()])
    all_day = BooleanField(N_("Only the days are known, not the hours"))
    zone = Choice(N_("Whose clock"), choices=list(ZONES), default=DEFAULT_ZONE)

    place = Choice(N_("City or district"))
    venue = texts(N_("Address or building"), 200)
    directions_url = StringField(N_("Link to a map"), [cleaned(clean_url)])
    online_url = StringField(N_("Link to join online"), [cleaned(clean_url)])
    languages = Choices(N_("Languages of the event"), choices=[*LANGUAGE_NAMES.items(), ("sign", N_("Sign language"))])
    accessibility = Choices(N_("What the place offers"), choices=[(offer.value, words) for offer, words in OFFERS])
    accessibility_note = texts(N_("More about access"), 500, rows=3)

    contact_name = StringField(N_("Whom to ask"), [line(120)])
    contact_phone = StringField(N_("Phone"), [cleaned(parse_phone)])
    contact_email = StringField(N_("Email"), [cleaned(lambda typed: parse_email(typed).typed)])

    capacity = WholeNumber(N_("Number of seats"), 0, MOST_SEATS, default=30)
    party_limit = WholeNumber(N_("People in one registration, at most"), 1, 20, default=6)
    asks = Choices(N_("What else to ask of each person"), choices=list(ASKS))
    opens_day = DayField(N_("Registration opens on"), [Optional()])
    opens_time = HourField(N_("Hour of opening"), [Optional()])
    closes_day = DayField(N_("Registration closes on"), [Optional()])
    closes_time = HourField(N_("Hour of closing"), [Optional()])
    waiting_list = BooleanField(N_("Keep a waiting list"), default=True)
    offer_hours = WholeNumber(N_("Hours for which an offered seat is kept"), 1, 168, default=24)
    offers_stop_hours = WholeNumber(N_("Hours before the start after which no seat is offered"), 0, 168, default=3)

    programme = Rows(FormField(ProgrammeRow), N_("Programme"), max_entries=LISTS["programme"])
    materials = Rows(FormField(MaterialRow), N_("Materials"), max_entries=LISTS["materials"])
    questions = Rows(FormField(QuestionRow), N_("Questions to those who register"), max_entries=LISTS["questions"])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Fill the list whose words depend on the language."""
        super().__init__(*args, **kwargs)
        self.place.choices = [(key, names.best(lang()).text) for key, names in PLACES.items()]

    def validate(self, extra_validators: Any = None) -> bool:
        """Check every field, then what stands between them."""
        good = super().validate(extra_validators)
        return complain(self._contradictions()) and good

    def _contradictions(self) -> Iterator[tuple[Any, str | Message]]:
        """Say what is missing, and what is wrong between fields that are right by themselves."""
        if not self.title.form.for_the_region():
            yield self.title.form.kk, N_("Write the title in Kazakh or in Russian.")
        if not self.all_day.data and self.starts_time.data is None:
            yield self.starts_time, N_("Enter when it begins, or tick that only the days are known.")
        if not self.all_day.data and self.ends_time.data is None:
            yield self.ends_time, N_("Enter when it ends, or tick that only the days are known.")
        for day, hour in ((self.opens_day, self.opens_time), (self.closes_day, self.closes_time)):
            if hour.data is not None and day.data is None:
                yield day, N_("Enter the day too.")
        starts, ends, opens, closes = self._moments()
        if starts and ends and ends <= starts:
            one_day = (self.ends_day.data or self.starts_day.data) == self.starts_day.data
            yield self.ends_time if one_day else self.ends_day, N_("The end must be after the beginning.")
        if closes and ends and closes > ends:
            yield self.closes_day, N_("Registration cannot close after the end of the event.")
        if opens and starts and opens >= (closes or starts):
            yield self.opens_day, N_("Registration must open before it closes.")

    def _moments(self) -> tuple[dt.datetime | None, ...]:
        """Return beginning, end, and the registration's opening and closing, in UTC."""
        all_day = self.all_day.data
        return (
            self._moment(self.starts_day.data, BEGIN_OF_DAY if all_day else self.starts_time.data),
            self._moment(self.ends_day.data or self.starts_day.data, END_OF_DAY if all_day else self.ends_time.data),
            self._moment(self.opens_day.data, self.opens_time.data or BEGIN_OF_DAY),
            self._moment(self.closes_day.data, self.closes_time.data or END_OF_DAY),
        )

    def _moment(self, day: dt.date | None, hour: dt.time | None) -> dt.datetime | None:
        if day is None or hour is None or self.zone.errors:
            return None
        return dt.datetime.combine(day, hour, ZoneInfo(self.zone.data)).astimezone(dt.UTC)

    def _same_days(self, event: Event) -> bool:
        days = (self.starts_day.data, self.ends_day.data or self.starts_day.data)
        return (*days, self.zone.data) == (event.first_day, event.last_day, event.zone)

    def plan(self, event: Event | None = None) -> Plan:
        """Return the typed values for the rule; the stored event knows which keys its options have."""
        starts, ends, opens, closes = self._moments()
        assert starts and ends  # noqa: S101, PT018 -- validated
        if event and event.all_day and self.all_day.data and self._same_days(event):
            starts, ends = event.starts_at, event.ends_at  # no letter about hours that nobody is shown
        stored = {question.id: question.options for question in event.questions} if event else {}
        rows = {name: [row for _, row in self.rows(name)] for name in LISTS}
        plain: dict[str, Any] = {
            **{name: self._fields[name].form.slots() for name in _TEXTS},
            **{name: self._fields[name].data or "" for name in _LINES},
            **{name: self._fields[name].data for name in _VALUES},
            **{name: tuple(self._fields[name].data or ()) for name in _CHOICES},
        }
        return Plan(
            kind=EventKind(self.kind.data),
            starts_at=starts,
            ends_at=ends,
            registration_opens_at=opens,
            registration_closes_at=closes,
            programme=tuple(row.line() for row in rows["programme"]),
            materials=tuple(row.line() for row in rows["materials"]),
            questions=tuple(row.line(stored) for row in rows["questions"]),
            **plain,
        )

    def rows(self, name: str) -> list[tuple[int, Any]]:
        """Return the rows that somebody wrote, with their numbers in the form, in the order they are saved in."""
        begun = [(number, entry.form) for number, entry in enumerate(self._fields[name]) if not entry.form.blank]
        return in_order(begun) if name == "programme" else begun

    def still_right(self) -> frozenset[str]:
        """Return the texts that are still right, by their names in the plan: empty rows do not count there."""
        ticked = set(self.still.data or ())
        return frozenset(
            name + code for typed, name in self._names() for code in ("-kk", "-ru", "-en") if typed + code in ticked
        )

    def _names(self) -> Iterator[tuple[str, str]]:
        """Go through all texts: what the form calls them, and what the plan does."""
        yield from ((name, name) for name in TEXTS)
        for name, parts in ROW_TEXTS.items():
            for place, (number, _) in enumerate(self.rows(name)):
                yield from ((f"{name}-{number}-{part}", f"{name}-{place}-{part}") for part in parts)

    def standings(self, event: Event | None) -> dict[str, dict[str, Standing]]:
        """Say of every text as typed how it would stand if it were saved now."""
        typed: Words = {name: self._texts(name).form.slots() for name, _ in self._names()}
        before, noted, version = (words_of(event), event.written, event.version) if event else ({}, {}, 0)
        return standings(typed, rewritten(before, noted, typed, version=version + 1))

    def _texts(self, name: str) -> Any:
        """Return the field of a text by its whole name."""
        listed, _, rest = name.partition("-")
        if not rest:
            return self._fields[name]
        number, _, part = rest.partition("-")
        return self._fields[listed].entries[int(number)].form[part]


_TEXTS: Final = ("title", "summary", "about", "editors_note", "venue", "accessibility_note")
_LINES: Final = ("directions_url", "online_url", "contact_name", "contact_phone", "contact_email")
_VALUES: Final = (
    "place", "zone", "all_day", "waiting_list", "capacity", "party_limit", "offer_hours", "offers_stop_hours",
)  # fmt: skip
_CHOICES: Final = ("languages", "accessibility", "asks")


def label_of(name: str) -> tuple[list[str], str]:
    """Return what the form calls a text of this name, after the list it stands in, and the number of its row there."""
    listed, _, rest = name.partition("-")
    if not rest:
        return [getattr(EventForm, name).args[1]], ""
    number, _, part = rest.partition("-")
    return [getattr(EventForm, listed).args[1], getattr(_ROWS[listed], part).args[1]], str(int(number) + 1)


_ROWS: Final = {"programme": ProgrammeRow, "materials": MaterialRow, "questions": QuestionRow}


def event_form(event: Event | None = None, organisations: Sequence[Organisation] = (), **kwargs: Any) -> EventForm:
    """Build the form: of an event as it is stored, or of a new one in the name of one of the organisations."""
    form = EventForm(data=_stored(event) if event else {"kind": "training", "languages": ["kk", "ru"]}, **kwargs)
    if event is None:
        form.organisation.choices = [(str(one.id), one.name.best(lang()).text) for one in organisations]
    else:
        del form.organisation
        if event.zone not in dict(ZONES):
            form.zone.choices = [*ZONES, (event.zone, event.zone)]
    return form


def _stored(event: Event) -> dict[str, Any]:
    """Return what stands now, as the form's fields would hold it."""
    moments = {
        "starts": event.starts_at,
        "ends": event.ends_at,
        "opens": event.registration_opens_at,
        "closes": event.registration_closes_at,
    }
    local = {name: at.astimezone(ZoneInfo(event.zone)) for name, at in moments.items() if at}
    hours = {f"{name}_time": at.time().replace(second=0, microsecond=0) for name, at in local.items()}
    if event.all_day:
        del hours["starts_time"], hours["ends_time"]
    same = {*_TEXTS, *_LINES, *_VALUES, *_CHOICES, "programme", "materials", "version"} - {"capacity"}
    return {
        **{name: getattr(event, name) for name in same},
        **{f"{name}_day": at.date() for name, at in local.items()},
        **hours,
        "kind": event.kind.value,
        "capacity": event.gate.capacity,
        "questions": [
            {
                "id": question.id,
                "kind": question.kind.value,
                "label": question.label,
                "hint": question.hint,
                "required": question.required,
                "options": "\n".join(write_option(option) for option in question.options),
            }
            for question in event.questions
            if not question.retired
        ],
    }


class _ReasonForm(Form):
    """What nobody may do without saying why."""

    reason: Any

    def validate(self, extra_validators: Any = None) -> bool:
        """A reason is owed to those who wanted to come."""
        good = super().validate(extra_validators)
        if good and not self.reason.form.for_the_region():
            self.reason.form.kk.errors = [N_("Write the reason in Kazakh or in Russian.")]
            return False
        return good


class CancellationForm(_ReasonForm):
    """Calling an event off."""

    reason = texts(N_("Why it will not be held"), 500, rows=3)


class PostponementForm(_ReasonForm, Versioned):
    """Putting an event off until a time that nobody knows yet."""

    reason = texts(N_("Why it is postponed"), 500, rows=3)


class CopyForm(Form):
    """A draft like an event that was."""

    first_day = DayField(N_("First day"), [Required(N_("Enter the first day of the new event."))])


class CoverForm(Versioned):
    """The picture on top of an event's page, and what it shows."""

    picture = UploadField(N_("Picture"))
    alt = texts(N_("What the picture shows"), 200)
    remove = BooleanField(N_("Take the picture away"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Who does not see the picture is told what it shows."""
        good = super().validate(extra_validators)
        if good and not self.remove.data and not self.alt.form.for_the_region():
            self.alt.form.kk.errors = [N_("Write what the picture shows, in Kazakh or in Russian.")]
            return False
        return good


class CapacityForm(Versioned):
    """How many seats there are."""

    capacity = WholeNumber(N_("Number of seats"), 0, MOST_SEATS)


class OverbookingForm(Versioned):
    """More seats than there are, on purpose."""

    seats = WholeNumber(N_("How many seats more"), 1, 100, default=1)
    reason = StringField(N_("Why"), [Required(N_("Write why: the reason stands in the public record.")), line(300)])


class CheckInForm(Form):
    """A code from a ticket, and the day on which it is shown."""

    code = StringField(N_("Code on the ticket"), [Required(N_("Enter the code on the ticket.")), line(40)])
    day = Choice(N_("Day of the event"))


class ArrivalForm(Form):
    """The day on which somebody arrives whose ticket was scanned."""

    day = Choice(N_("Day of the event"))


class DeskRegistrationForm(RegistrationForm):
    """Taking seats for somebody who called or came by."""

    channel = Radios(
        N_("How did this person come to us?"),
        [Required(N_("Choose how this person came to us."))],
        choices=[(channel.value, words) for channel, words in TOOK_DOWN],
        default=SeatChannel.PHONE.value,
    )
    letters = Choice(
        N_("In which language we write to this person"), choices=list(LANGUAGE_NAMES.items()), default="kk"
    )

    def application_by(self, person_id: int | None) -> Application:
        """Return the typed values for the rule: her language is not that of the desk."""
        wish = self.application(channel=SeatChannel(self.channel.data))
        return replace(wish, lang=self.letters.data, added_by=person_id)


def person_form(event: Event, **kwargs: Any) -> DeskRegistrationForm:
    """Build the registration form as the desk fills it."""
    form: Any = registration_form(event, DeskRegistrationForm, **kwargs)
    return form  # type: ignore[no-any-return]
