"""What a council's secretary types about a hearing, turned into values for the rules."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from wtforms import StringField

from karavan.core.places import PLACES
from karavan.core.problems import N_
from karavan.core.text import clean_url
from karavan.core.when import DEFAULT_ZONE
from karavan.events.desk_forms import MOST_SEATS
from karavan.files.checking import BUNDLE
from karavan.files.fields import UploadField
from karavan.hearings.models import CalledBy, HearingState, Position
from karavan.hearings.rules.plan import SEATS, Plan
from karavan.hearings.rules.speakers import Wish
from karavan.proposals.desk_forms import REASON_OWED, DeskForm
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
from karavan.web.forms import Optional, Required, cleaned, line
from karavan.web.locale import lang

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from karavan.core.languages import Slots
    from karavan.core.problems import Message
    from karavan.hearings.desk_queries import DocumentRow, GroupRow, Linked
    from karavan.hearings.models import Hearing

CALLERS: Final = (
    (CalledBy.COUNCIL, N_("The council")),
    (CalledBy.STATE_BODY, N_("A state body")),
    (CalledBy.CITIZENS, N_("Citizens or their organisations")),
)
POSITIONS: Final = (
    (Position.FOR, N_("For")),
    (Position.AGAINST, N_("Against")),
    (Position.QUESTION, N_("Has a question")),
)
LONGEST_TURN: Final = 30
ZONE: Final = ZoneInfo(DEFAULT_ZONE)
END_OF_DAY: Final = dt.time(23, 59)
"""What the form shows where a whole day is meant; that day's last minute belongs to it (`_to_its_end`)."""


class HearingForm(DeskForm):
    """Everything a secretary writes about a hearing."""

    title = texts(N_("Title"), 160)
    called_by = Radios(
        N_("Who called it"),
        [Required(N_("Choose who called it."))],
        choices=[(one.value, words) for one, words in CALLERS],
    )
    caller = texts(N_("Exactly who"), 300)
    ground = texts(N_("On what ground"), 1000, rows=3)

    tasks = texts(N_("What it has to find out"), 4000, rows=6)
    questions = texts(N_("Questions put to the public"), 4000, rows=6)
    agenda = texts(N_("Agenda"), 4000, rows=6)
    proposals = Choices(N_("Proposals it is about"))

    day = DayField(N_("Day"), [Required(N_("Enter the day of the hearing."))])
    starts = HourField(N_("Begins at"), [Required(N_("Enter when it begins."))])
    ends = HourField(N_("Ends at"), [Required(N_("Enter when it ends."))])
    place = Choice(N_("City or district"))
    venue = texts(N_("Address or building"), 200)
    stream_url = StringField(N_("Link to the broadcast"), [cleaned(clean_url)])
    languages = Choices(
        N_("Languages of the hearing"),
        [Required(N_("Choose at least one language."))],
        choices=list(LANGUAGE_NAMES.items()),
    )

    until_day = DayField(N_("Written statements are taken until"), [Required(N_("Enter the last day for statements."))])
    until_hour = HourField(N_("Hour"), [Optional()])
    speaker_minutes = WholeNumber(N_("Minutes for each speaker"), 1, LONGEST_TURN, default=5)
    seats = WholeNumber(N_("Seats for the public"), 0, MOST_SEATS, default=SEATS)
    reason = texts(N_("Why the notice is shorter"), 1000, rows=3)

    def __init__(self, *args: Any, linked: Sequence[Linked] = (), **kwargs: Any) -> None:
        """Fill the lists whose words depend on the language, and on the council."""
        super().__init__(*args, **kwargs)
        self.place.choices = [(key, names.best(lang()).text) for key, names in PLACES.items()]
        self.proposals.choices = [(str(one.id), f"{one.number} · {one.title}") for one in linked]

    def validate(self, extra_validators: Any = None) -> bool:
        """Check every field, then what stands between them."""
        good = super().validate(extra_validators)
        return complain(self._contradictions()) and good

    def _contradictions(self) -> Iterator[tuple[Any, str | Message]]:
        if not self.title.form.for_the_region():
            yield self.title.form.kk, N_("Write the title in Kazakh or in Russian.")
        starts, ends, _ = self._moments()
        if starts and ends and ends <= starts:
            yield self.ends, N_("The end must be after the beginning.")

    def _moments(self) -> tuple[dt.datetime | None, dt.datetime | None, dt.datetime | None]:
        """Return beginning, end, and until when statements are taken, in UTC."""
        return (
            _moment(self.day.data, self.starts.data),
            _moment(self.day.data, self.ends.data),
            _moment(self.until_day.data, _to_its_end(self.until_hour.data)),
        )

    def plan(self) -> Plan:
        """Return the typed values for the rule."""
        starts, ends, until = self._moments()
        assert starts and ends and until  # noqa: S101, PT018 -- validated
        return Plan(
            called_by=CalledBy(self.called_by.data),
            starts_at=starts,
            ends_at=ends,
            statements_until=until,
            place=self.place.data,
            stream_url=self.stream_url.data or "",
            languages=tuple(self.languages.data or ()),
            speaker_minutes=int(self.speaker_minutes.data or 0),
            proposals=frozenset(int(one) for one in self.proposals.data or ()),
            **{name: self._fields[name].form.slots() for name in _TEXTS},
        )


_TEXTS: Final = ("title", "caller", "ground", "tasks", "questions", "agenda", "venue")


def _to_its_end(hour: dt.time | None) -> dt.time:
    """Return until when statements are taken: "until 23:59" is until midnight, which nobody writes so."""
    return dt.time.max if hour in (None, END_OF_DAY) else hour


def _moment(day: dt.date | None, hour: dt.time | None) -> dt.datetime | None:
    if day is None or hour is None:
        return None
    return dt.datetime.combine(day, hour, ZONE).astimezone(dt.UTC)


def hearing_form(
    stored: Hearing | None = None, *, linked: Sequence[Linked] = (), place: str = "", **kwargs: Any
) -> HearingForm:
    """Build the form: of a hearing as it is stored, or of a new one. `linked` are the proposals that are offered."""
    if stored is None:
        data: dict[str, Any] = {"called_by": CalledBy.COUNCIL.value, "languages": ["kk", "ru"], "place": place}
        form = HearingForm(data=data, linked=linked, **kwargs)
    else:
        form = HearingForm(data=_stored(stored, linked), linked=linked, **kwargs)
        del form.seats
    if stored is None or stored.state != HearingState.ANNOUNCED:
        del form.reason
    return form


def _stored(hearing: Hearing, linked: Sequence[Linked]) -> dict[str, Any]:
    """Return what stands now, as the form's fields would hold it."""
    starts, ends, until = (at.astimezone(ZONE) for at in (hearing.starts_at, hearing.ends_at, hearing.statements_until))
    return {
        **{name: getattr(hearing, name) for name in _TEXTS},
        "called_by": hearing.called_by.value,
        "day": starts.date(),
        "starts": starts.time(),
        "ends": ends.time(),
        "place": hearing.place,
        "stream_url": hearing.stream_url,
        "languages": hearing.languages.split(),
        "until_day": until.date(),
        "until_hour": until.time().replace(second=0, microsecond=0),
        "speaker_minutes": hearing.speaker_minutes,
        "proposals": [str(one.id) for one in linked if one.chosen],
        "version": hearing.version,
    }


# --- Documents, notice ------------------------------------------------------------------------------------


ANEW, EXCEPTION = "anew", "exception"
CONSEQUENCES: Final = (
    (ANEW, N_("Begin the notice anew: its days are counted from today")),
    (EXCEPTION, N_("An exception: the notice goes on, because …")),
)
NAME_OWED: Final = N_("Write the name in Kazakh or in Russian.")


class NamingForm(DeskForm):
    """What a document is called."""

    title = texts(N_("Name of the document"), 160)

    def validate(self, extra_validators: Any = None) -> bool:
        """Readers must know what they open."""
        good = super().validate(extra_validators)
        return complain(_owed(self.title, NAME_OWED)) and good


class DocumentForm(NamingForm):
    """A document of the bundle, or a new version of one. After notice, one of two things follows."""

    file = UploadField(N_("A PDF document or a picture"), [Required(N_("Choose a file."))], bounds=BUNDLE)
    consequence = Radios(N_("What follows"), [Required(N_("Choose what follows."))], choices=list(CONSEQUENCES))
    reason = texts(N_("Why it is an exception"), 1000, rows=3)

    def validate(self, extra_validators: Any = None) -> bool:
        """An exception is owed a reason, which everyone reads."""
        good = super().validate(extra_validators)
        return complain(_owed(self.reason, REASON_OWED) if self.excepted else ()) and good

    @property
    def excepted(self) -> bool:
        """Did she choose that the notice goes on? Before notice there is nothing to choose."""
        return "consequence" in self and self.consequence.data == EXCEPTION

    def exception(self) -> Slots | None:
        """Return why the notice goes on; None: it begins anew, or there is none yet."""
        return self.reason.form.slots() if self.excepted else None


def document_form(hearing: Hearing, document: DocumentRow | None = None, **kwargs: Any) -> DocumentForm:
    """Build the form: for a new document, or for a new version, whose name is that of the version before."""
    data: dict[str, Any] = {"version": hearing.version}
    if document is not None:
        data["title"] = document.title
    form = DocumentForm(data=data, **kwargs)
    if hearing.state == HearingState.DRAFT:
        del form.consequence
    return form


class NoticeForm(DeskForm):
    """Giving notice. With fewer days than the statute asks for, it needs a reason."""

    reason = texts(N_("Why the notice is shorter"), 1000, rows=3)


class CancellationForm(DeskForm):
    """Calling a hearing off."""

    reason = texts(N_("Why it will not be held"), 1000, rows=3)

    def validate(self, extra_validators: Any = None) -> bool:
        """A reason is owed to those who wanted to come."""
        good = super().validate(extra_validators)
        return complain(_owed(self.reason, REASON_OWED)) and good


# --- At the door ------------------------------------------------------------------------------------------


class DoorForm(DeskForm):
    """Somebody at the door who wants to speak."""

    name = StringField(N_("Name, as it will be read out"), [Required(N_("Enter the name.")), line(80)])
    topic = StringField(N_("What about"), [line(200)])
    position = Radios(
        N_("Position"),
        [Required(N_("Choose the position."))],
        choices=[(one.value, words) for one, words in POSITIONS],
    )
    minutes = WholeNumber(N_("Minutes"), 1, LONGEST_TURN)
    interpreter = Choice(
        N_("Interpreter"),
        choices=[("", N_("Not needed")), *LANGUAGE_NAMES.items(), ("sign", N_("Sign language"))],
        default="",
    )

    def wish(self) -> Wish:
        """Return the typed values for the rule."""
        return Wish(
            position=Position(self.position.data),
            topic=self.topic.data or "",
            minutes=int(self.minutes.data or 0),
            interpreter=self.interpreter.data or "",
        )


# --- The response matrix ----------------------------------------------------------------------------------


class AnswerForm(DeskForm):
    """The answer to one statement or question, or to a group of them."""

    answer = texts(N_("The answer"), 6000, rows=8)

    def validate(self, extra_validators: Any = None) -> bool:
        """An answer says something."""
        good = super().validate(extra_validators)
        return complain(_owed(self.answer, N_("Write the answer in Kazakh or in Russian."))) and good


class GroupAnswerForm(AnswerForm):
    """The answer to a group, and what the group is called."""

    title = texts(N_("What they all ask"), 200)

    def validate(self, extra_validators: Any = None) -> bool:
        """Readers must know what is answered."""
        good = super().validate(extra_validators)
        named = complain(_owed(self.title, N_("Write in Kazakh or in Russian what they ask.")))
        return named and good


NEW_GROUP: Final = "new"


class GroupingForm(DeskForm):
    """Putting several into one group."""

    item = Choices(N_("Statements and questions"), [Required(N_("Tick what belongs together."))])
    into = Choice(N_("Into which group"), default=NEW_GROUP)
    title = texts(N_("What they all ask"), 200)

    def validate(self, extra_validators: Any = None) -> bool:
        """A new group needs a name."""
        good = super().validate(extra_validators)
        return complain(self._missing()) and good

    def _missing(self) -> Iterator[tuple[Any, str | Message]]:
        if self.into.data == NEW_GROUP:
            yield from _owed(self.title, N_("Write in Kazakh or in Russian what they ask."))


def grouping_form(items: Sequence[str], groups: Sequence[GroupRow], **kwargs: Any) -> GroupingForm:
    """Build the form over what the list shows."""
    form = GroupingForm(**kwargs)
    form.item.choices = [(one, one) for one in items]
    form.into.choices = [
        (NEW_GROUP, N_("A new group")),
        *((str(one.id), one.title.best(lang()).text) for one in groups),
    ]
    return form


class SummaryForm(DeskForm):
    """What was said and what changed, for people."""

    summary = texts(N_("You said, we did"), 8000, rows=12)

    def validate(self, extra_validators: Any = None) -> bool:
        """A summary says something."""
        good = super().validate(extra_validators)
        return complain(_owed(self.summary, N_("Write the summary in Kazakh or in Russian."))) and good


def _owed(field: Any, sentence: str) -> Iterator[tuple[Any, str | Message]]:
    if not field.form.for_the_region():
        yield field.form.kk, sentence
