"""What organisers and those who came type, turned into values for the rules."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from wtforms import BooleanField, StringField, TextAreaField

from karavan.core.problems import N_, Message
from karavan.core.text import BadText
from karavan.core.when import day_long
from karavan.files.checking import BUNDLE
from karavan.files.fields import UploadField
from karavan.learning.hours import DAY
from karavan.learning.labels import RATINGS
from karavan.web.fields import Radios, complain, texts
from karavan.web.forms import Form, Optional, Required, cleaned, text
from karavan.web.locale import lang

if TYPE_CHECKING:
    from datetime import date

_DURATION: Final = re.compile(r"([0-9]{1,2})(?:[:.,]([0-9]{1,2}))?")


class PressForm(Form):
    """A button, and the token that it is hers."""


class HoursForm(Form):
    """How long each day was; its fields are made for the days of an event."""

    days: tuple[date, ...] = ()

    def minutes(self) -> dict[date, int]:
        """Return what was typed, by day."""
        return {day: read_duration(self[_field_of(day)].data or "0") for day in self.days}

    def day_fields(self) -> list[Any]:
        """Return the fields in the order of the days."""
        return [self[_field_of(day)] for day in self.days]


def hours_form(minutes: dict[date, int]) -> HoursForm:
    """Build the form for these days, as they count now."""
    fields: dict[str, Any] = {
        _field_of(day): StringField(
            day_long(day, lang()),
            [Required(N_("Enter how long this day was; 0 if it does not count.")), cleaned(_checked)],
            render_kw={"inputmode": "numeric"},
        )
        for day in minutes
    }
    kind = type("HoursOfEvent", (HoursForm,), {**fields, "days": tuple(minutes)})
    return kind(data={_field_of(day): write_duration(counts) for day, counts in minutes.items()})  # type: ignore[no-any-return]


def _field_of(day: date) -> str:
    return f"day_{day:%Y%m%d}"


def _checked(typed: str) -> str:
    return write_duration(read_duration(typed))


def read_duration(typed: str) -> int:
    """Read «6», «6:30», «1,5» as minutes: after a colon stand minutes, after a comma a part of an hour."""
    found = _DURATION.fullmatch(typed.strip())
    if found is None:
        raise BadText(Message("Write hours and minutes, for example 6:30."))
    hours, rest = int(found[1]), found[2] or "0"
    part = int(rest) if ":" in typed else round(60 * int(rest) / 10 ** len(rest))
    if part >= 60 or hours * 60 + part > DAY:
        raise BadText(Message("Write hours and minutes, for example 6:30. A day has at most 24 hours."))
    return hours * 60 + part


def write_duration(minutes: int) -> str:
    """Write minutes as they are typed."""
    return f"{minutes // 60}:{minutes % 60:02d}"


class RevocationForm(Form):
    """Why a certificate no longer holds."""

    reason = TextAreaField(
        N_("Why it does not hold"), [Required(N_("Write why it does not hold.")), text(500)], render_kw={"rows": 3}
    )
    replace = BooleanField(N_("Issue a new one with what is known now"))


class FeedbackForm(Form):
    """The two questions."""

    rating = Radios(N_("How useful was it to you?"), [Required(N_("Choose one of the five."))], choices=list(RATINGS))
    words = TextAreaField(N_("What should be different next time?"), [Optional(), text(1000)], render_kw={"rows": 5})


class PhotoForm(Form):
    """A photograph or a paper, what can be seen in it, and who answers for the consent."""

    file = UploadField(N_("Photograph or PDF document"), [Required(N_("Choose a file."))], bounds=BUNDLE)
    caption = texts(N_("What can be seen, or what the document is called"), 300)
    consent = BooleanField(
        N_("Everyone who can be recognised has agreed to be shown, it may be passed on, and I answer for it."),
        [Required(N_("Tick that everyone who can be recognised has agreed. Without that it cannot be shown."))],
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Whoever cannot see it is owed words."""
        good = super().validate(extra_validators)
        owed = [] if self.caption.form.for_the_region() else [(self.caption.form.kk, CAPTION_OWED)]
        return complain(owed) and good


CAPTION_OWED: Final = N_("Write what can be seen, in Kazakh or in Russian: not everybody can see the photograph.")


class ReturnForm(Form):
    """Showing a photograph again that somebody had objected to."""

    consent = BooleanField(
        N_("I have spoken with whoever objected; everyone who can be recognised agrees, and I answer for it."),
        [Required(N_("Tick that everyone who can be recognised has agreed. Without that it cannot be shown."))],
    )


class ObjectionForm(Form):
    """Taking a photograph away. Nothing must be explained."""

    words = TextAreaField(
        N_("If you like: what the organiser should know"), [Optional(), text(500)], render_kw={"rows": 3}
    )
