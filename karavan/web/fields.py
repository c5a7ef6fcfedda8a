"""The fields that forms of several domains are made of: choices, days, hours, numbers, texts in three languages."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any, Final

from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    Form as PlainForm,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import StopValidation, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from karavan.core.languages import LANGUAGES, Slots
from karavan.core.problems import N_, Message
from karavan.web.forms import line, text
from karavan.web.locale import say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from karavan.web.forms import Form

NOT_A_CHOICE = N_("Choose one of the answers offered.")
EARLIEST, LATEST = dt.date(1900, 1, 1), dt.date(2100, 12, 31)
LANGUAGE_NAMES: Final = {"kk": N_("Kazakh"), "ru": N_("Russian"), "en": N_("English")}


class _Pairs:
    """What is offered is written as pairs of value and words, which WTForms wants as a dictionary by now."""

    def __init__(self, *args: Any, choices: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, choices=None if choices is None else dict(choices), **kwargs)  # type: ignore[call-arg]


class Choices(_Pairs, SelectMultipleField):
    """Several ticks out of a list; values that were never offered are an error, not a surprise."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def pre_validate(self, form: Any) -> None:
        """Refuse what is not in the list."""
        offered = {value for value, *_ in self.iter_choices()}
        if any(value not in offered for value in self.data or ()):
            raise ValidationError(NOT_A_CHOICE)


class Choice(_Pairs, SelectField):
    """One out of a list."""

    def pre_validate(self, form: Any) -> None:
        """Refuse what is not in the list."""
        if self.data is None or not any(str(value) == str(self.data) for value, *_ in self.iter_choices()):
            raise StopValidation(NOT_A_CHOICE)


class Radios(_Pairs, RadioField):
    """One out of a few, all visible; nothing is chosen beforehand."""

    validate_choice = False

    def pre_validate(self, form: Any) -> None:
        """Refuse what is not in the list; an empty answer is `Required`'s business."""
        if self.data and self.data not in {value for value, *_ in self.iter_choices()}:
            raise StopValidation(NOT_A_CHOICE)


class DayField(DateField):
    """A day; the sentence says how to write it."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day, in our words if it is none."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(N_("Enter the date as year, month and day, for example 2026-03-22.")) from error
        if self.data and not EARLIEST <= self.data <= LATEST:
            self.data = None
            raise ValueError(N_("Enter a date between 1900 and 2100."))


class HourField(TimeField):
    """An hour of the day; the sentence says how to write it."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the hour, in our words if it is none."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(N_("Enter the time as hours and minutes, for example 09:30.")) from error


class WholeNumber(StringField):
    """A number of things, within limits; what was typed stays to be corrected."""

    def __init__(self, label: str, low: int, high: int, **kwargs: Any) -> None:
        super().__init__(label, render_kw={"inputmode": "numeric"}, **kwargs)
        self.low, self.high = low, high
        self.flags.required = True

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number, or say between which limits it must be."""
        typed = "".join("".join(valuelist).split())
        if not (re.fullmatch("[0-9]{1,9}", typed) and self.low <= int(typed) <= self.high):
            self.data = None
            raise ValueError(
                Message("Enter a whole number from %(low)d to %(high)d.", {"low": self.low, "high": self.high})
            )
        self.data = int(typed)  # type: ignore[assignment]

    def _value(self) -> str:
        return self.raw_data[0] if self.raw_data else "" if self.data is None else str(self.data)


class Texts(PlainForm):
    """One text in up to three languages."""

    if TYPE_CHECKING:
        kk: StringField
        ru: StringField
        en: StringField

    def slots(self) -> Slots:
        """Return what is written."""
        return Slots(*(self[code].data or "" for code in LANGUAGES))

    def for_the_region(self) -> bool:
        """Is it written in Kazakh or in Russian?"""
        return bool(self.kk.data or self.ru.data)


def texts(label: str, limit: int, *, rows: int = 1) -> Any:
    """Make the field of a text in three languages: on one line each, or on several."""
    kind, check = (TextAreaField, text(limit)) if rows > 1 else (StringField, line(limit))
    shape = {"rows": rows} if rows > 1 else {}
    fields = {code: kind(name, [check], render_kw=shape) for code, name in LANGUAGE_NAMES.items()}
    return FormField(type("TextsOfOneField", (Texts,), fields), label)


def written(field: Any) -> bool:
    """Has anything been typed here? Spaces do not count."""
    if isinstance(field, FormField):
        return any(written(part) for part in field.form)
    typed = field.raw_data[0] if field.raw_data else field.data
    return bool(typed.strip() if isinstance(typed, str) else typed is not None)


def complain(contradictions: Iterable[tuple[Any, str | Message]]) -> bool:
    """Write errors to their fields, unless a field has one already; say whether there were none."""
    good = True
    for field, sentence in contradictions:
        good = False
        field.errors = field.errors or [sentence]
    return good


def what_differs(mine: Form, stored: Form) -> list[tuple[str, list[str]]]:
    """List the fields that say something else in the stored version: their labels, and what it says."""
    found = []
    for field in stored:
        if not isinstance(field, HiddenField) and field.name in mine:
            words = _in_words(field)
            if words != _in_words(mine[field.name]):
                found.append((str(field.label.text), words))
    return found


def _in_words(field: Any) -> list[str]:
    """Say what a field holds, in lines that a person can compare."""
    if isinstance(field, HiddenField):
        return []
    if isinstance(field, FieldList):
        rows = (entry.form for entry in field if not entry.form.blank)
        return [" · ".join(words for part in row for words in _in_words(part)) for row in rows]
    if isinstance(field, FormField):
        return [f"{say(part.label.text)}: {part.data}" for part in field.form if part.data]
    if isinstance(field, BooleanField):
        return [say(field.label.text)] if field.data else []
    if hasattr(field, "iter_choices"):
        chosen = field.data if isinstance(field.data, list) else [field.data]
        return [say(words) for value, words, *_ in field.iter_choices() if value in chosen]
    shown = field.data.strftime("%H:%M") if isinstance(field.data, dt.time) else field.data
    return [] if shown in (None, "") else [str(shown)]
