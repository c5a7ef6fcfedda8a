"""What organisers type when they write to many people at once, and when they plan reminders."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from wtforms import BooleanField, Form as PlainForm, FormField, HiddenField, StringField

from karavan.core.languages import LANGUAGES
from karavan.core.places import HOME_DISTRICTS, PLACES
from karavan.core.problems import N_, Message
from karavan.core.tokens import new_key
from karavan.events.desk_forms import OFFERS
from karavan.events.models import LIVE
from karavan.roster.forms import read_filter
from karavan.roster.queries import ANY, LISTS, NOWHERE, Filter
from karavan.roster.rules.messages import Wish
from karavan.roster.rules.reminders import MOST, planned_of
from karavan.roster.words import CHANNELS, LIST_NAMES
from karavan.web.fields import Choice, Radios, complain, texts
from karavan.web.forms import STALE, Form, Required, Rows, Versioned, line, whole_number
from karavan.web.locale import lang, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from karavan.roster.models import Broadcast, Reminder

HOLDING: Final = "live"
"""Everybody who holds or awaits a seat."""
STATES: Final[dict[str, tuple[str, ...]]] = {
    HOLDING: tuple(state.value for state in LIVE),
    **{name: tuple(state.value for state in states) for name, states in LISTS.items()},
}
TO: Final = ((HOLDING, N_("Everybody who holds or awaits a seat")), *LIST_NAMES.items())
SUBJECT, BODY = 150, 3000
LONGEST_HOURS: Final = 720
HALF_WRITTEN: Final = N_("Write both the subject and the message in this language, or neither.")
_KEY: Final = re.compile(r"[A-Za-z0-9_-]{8,40}")


class MessageForm(Versioned):
    """A message, and whom it is for."""

    key = HiddenField(default=new_key)
    registrations = HiddenField()
    """Numbers of single registrations, if it is for those alone."""
    subject = texts(N_("Subject"), SUBJECT)
    body = texts(N_("Message"), BODY, rows=9)
    to = Radios(N_("Whom it is for"), [Required(N_("Choose whom the message is for."))], choices=TO, default=HOLDING)
    q = StringField(N_("Name, contact, code or number"), [line(100)])
    district = Choice(N_("District"), default="")
    channel = Choice(
        N_("How registered"),
        choices=[("", N_("All ways")), *((one.value, words) for one, words in CHANNELS.items())],
        default="",
    )
    came = Choice(
        N_("At the door"),
        choices=[("", N_("Came or not")), ("yes", N_("Has come")), ("no", N_("Has not come"))],
        default="",
    )
    needs = Choice(
        N_("Needs"),
        choices=[
            ("", N_("With needs and without")),
            (ANY, N_("With any need")),
            *((need.value, words) for need, words in OFFERS),
        ],
        default="",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Fill the list whose words depend on the language."""
        super().__init__(*args, **kwargs)
        districts = [(key, PLACES[key].best(lang()).text) for key in HOME_DISTRICTS]
        self.district.choices = dict([("", N_("All districts")), *districts, (NOWHERE, N_("Not said"))])

    def validate(self, extra_validators: Any = None) -> bool:
        """Check every field, then that each language is written in full or not at all."""
        good = super().validate(extra_validators)
        if not _KEY.fullmatch(self.key.data or ""):
            self.form_errors = [STALE]
            good = False
        return complain(self._contradictions()) and good

    def _contradictions(self) -> Iterator[tuple[Any, str | Message]]:
        subject, body = self.subject.form, self.body.form
        if not body.for_the_region():
            yield body.kk, N_("Write the message in Kazakh or in Russian.")
        for code in LANGUAGES:
            if bool(subject[code].data) != bool(body[code].data):
                yield (body[code] if subject[code].data else subject[code]), HALF_WRITTEN

    def chosen(self) -> Filter:
        """Return whom it is for, as the roster's filter says it."""
        return Filter(
            words=self.q.data or "",
            states=STATES.get(self.to.data, STATES[HOLDING]),
            district=self.district.data or "",
            channel=self.channel.data or "",
            came=self.came.data or "",
            needs=self.needs.data or "",
            registrations=_numbers(self.registrations.data),
        )

    def wish(self) -> Wish:
        """Return what is to be kept."""
        return Wish(subject=self.subject.form.slots(), body=self.body.form.slots(), chosen=self.chosen())

    def whom(self) -> list[str]:
        """Say in words whom it is for."""
        said = [say(dict(TO)[self.to.data])] if self.to.data in dict(TO) else []
        for field in (self.district, self.channel, self.came, self.needs):
            offered: Any = field.choices
            said += [say(offered[field.data])] if field.data and field.data in offered else []
        return said + ([f"«{self.q.data}»"] if self.q.data else [])


def message_form(
    broadcast: Broadcast | None = None, asked: Mapping[str, str] | None = None, **kwargs: Any
) -> MessageForm:
    """Build the form: of a message that stands, or of a new one to the people whom the roster's filter shows."""
    if broadcast is None:
        return MessageForm(data=_of_filter(_asked(asked or {})), **kwargs)
    texts_ = {"subject": _texts(broadcast.subject), "body": _texts(broadcast.body), "key": broadcast.key}
    standing = _of_filter(Filter.of(broadcast.chosen)) | texts_ | {"version": broadcast.version}
    return MessageForm(data=standing, **kwargs)


def _texts(slots: Any) -> dict[str, str]:
    return {code: getattr(slots, code) for code in LANGUAGES}


def _asked(asked: Mapping[str, str]) -> Filter:
    """Read whom the roster showed, or single registrations; whoever has left is written to only if asked for."""
    wanted = read_filter(asked)
    one = whole_number(asked.get("registration", ""))
    return replace(wanted, registrations=(one,)) if one else wanted


def _of_filter(wanted: Filter) -> dict[str, Any]:
    """Return a filter as the form's fields say it."""
    lists = {states: name for name, states in STATES.items()}
    return {
        "to": lists.get(wanted.states, HOLDING),
        "q": wanted.words,
        "district": wanted.district,
        "channel": wanted.channel,
        "came": wanted.came,
        "needs": wanted.needs,
        "registrations": ",".join(map(str, wanted.registrations)),
    }


def _numbers(typed: str | None) -> tuple[int, ...]:
    return tuple(number for part in (typed or "").split(",")[:500] if (number := whole_number(part)))


class SendForm(Versioned):
    """Only a button, and which version was read."""


class AgainForm(Form):
    """Only a button, and which letter it is about (none: all that failed)."""

    letter = HiddenField()

    @property
    def letter_id(self) -> int | None:
        """Return the letter meant; 0: none that ever was."""
        return whole_number(self.letter.data) if self.letter.data else None


class Hours(StringField):
    """How many hours before the start; empty: the row means nothing."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number, or say between which limits it must be."""
        typed = "".join("".join(valuelist).split())
        self.data = None
        if not typed:
            return
        if not (re.fullmatch("[0-9]{1,9}", typed) and 1 <= int(typed) <= LONGEST_HOURS):
            raise ValueError(
                Message("Enter a whole number from %(low)d to %(high)d.", {"low": 1, "high": LONGEST_HOURS})
            )
        self.data = int(typed)  # type: ignore[assignment]

    def _value(self) -> str:
        return self.raw_data[0] if self.raw_data else "" if self.data is None else str(self.data)


class ReminderRow(PlainForm):
    """One reminder."""

    hours = Hours(N_("Hours before the start"), render_kw={"inputmode": "numeric"})
    asks = BooleanField(N_("Ask: are you still coming?"))

    @property
    def blank(self) -> bool:
        """Is there nothing in this row?"""
        return self.hours.data is None and not self.hours.errors


class RemindersForm(Form):
    """When people are reminded."""

    read = HiddenField()
    """What was planned when this page was opened: `mark_of`."""
    rows = Rows(FormField(ReminderRow), N_("Reminders"), max_entries=MOST)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check every row, then that no hour stands there twice."""
        good = super().validate(extra_validators)
        seen: set[int] = set()
        for row in self.rows:
            hours = row.form.hours.data
            if hours in seen:
                row.form.hours.errors = [N_("This reminder stands here twice.")]
                good = False
            seen |= {hours} if hours else set()
        return good

    def wanted(self) -> dict[int, bool]:
        """Return the hours, and whether people are asked."""
        return {row.form.hours.data: bool(row.form.asks.data) for row in self.rows if not row.form.blank}


def reminders_form(rows: Iterable[Reminder]) -> RemindersForm:
    """Build the form of what is planned, with two empty rows while there is room."""
    planned = sorted(planned_of(rows).items(), reverse=True)
    lines: list[dict[str, Any]] = [{"hours": hours, "asks": asks} for hours, asks in planned]
    return RemindersForm(data={"rows": lines + [{}] * min(2, MOST - len(lines))})
