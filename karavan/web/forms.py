"""What all forms share. Labels and errors are English sentences or Messages; templates translate them with `say`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from flask import request
from flask_wtf import FlaskForm
from markupsafe import Markup, escape
from wtforms import FieldList, HiddenField, RadioField
from wtforms.validators import Optional as MayBeEmpty, StopValidation
from wtforms.widgets.core import Input

from karavan.core.problems import N_, Message
from karavan.core.text import BadText, clean_line, clean_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from wtforms import Field

    from karavan.core.problems import Problem

STALE = N_("This page had been open for a long time. Nothing is lost: please press the button again.")
NOT_KEPT = Message("Not kept yet: the page had been open for a long time. It is tried again as you type.")
"""The same of a draft that is kept without a press."""


def attributes(**given: object) -> Markup:
    """Write an input's attributes as WTForms does; it formats each with `Markup.format`, a quarter of a form's time."""
    written = []
    for name, value in sorted(given.items()):
        name = name.rstrip("_")  # noqa: PLW2901 -- class_ is class
        if name.startswith(("data_", "aria_")):
            name = name.replace("_", "-")  # noqa: PLW2901
        if value is True:
            written.append(name)
        elif value is not False:
            text = str(escape(value)).replace('"', "&quot;")
            written.append(f'{name}="{text}"')
    return Markup(" ".join(written))  # noqa: S704 -- names are ours, values were escaped


Input.html_params = staticmethod(attributes)  # type: ignore[method-assign]


class Form(FlaskForm):  # type: ignore[misc]
    """A form that keeps what was typed, whatever goes wrong.

    A missing or stale CSRF token is an error of the form like any other (422, values kept, a fresh token in the
    page), so that a resident whose browser lost its cookie loses nothing she wrote.
    """

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """Leave every sentence untranslated: `say` does it, with our catalogues."""

        def get_translations(self, form: Any) -> None:
            """Switch off WTForms' own translations."""

    def submitted(self) -> bool:
        """Was the form sent, and is every field of it right?"""
        return request.method == "POST" and self.validate()

    def validate(self, extra_validators: Any = None) -> bool:
        """Check everything, and say the CSRF error as a sentence."""
        good: bool = super().validate(extra_validators)
        if "csrf_token" in self.errors:
            self.csrf_token.errors = []
            self.form_errors = [STALE]
        return good

    def refuse(self, problem: Problem) -> None:
        """Show what a rule said, at its field if it names one, else above the form."""
        field = self._fields.get(problem.where)
        if field is None:
            self.form_errors = [*self.form_errors, problem.message]  # type: ignore[list-item]
        else:
            field.errors = [*field.errors, problem.message]


class Versioned(Form):
    """A form that knows which version of the thing its writer had read."""

    version = HiddenField()

    @property
    def read_version(self) -> int:
        """Return that version (0: none that ever was)."""
        return whole_number(self.version.data)


def whole_number(typed: object) -> int:
    """Read what a hidden field holds; 0 where it is no number of ours."""
    return int(str(typed)) if re.fullmatch("[0-9]{1,9}", str(typed)) else 0


class Required:
    """The field must be filled, and the sentence says with what."""

    field_flags = {"required": True}  # noqa: RUF012 -- WTForms reads it so

    def __init__(self, message: str) -> None:
        self.message = message

    def __call__(self, _: Any, field: Field) -> None:
        """Stop at an empty field with our sentence only."""
        data = field.data
        if data is None or (isinstance(data, str) and not data.strip()) or data in ([], False):
            field.errors = []
            raise StopValidation(self.message)


class Optional(MayBeEmpty):
    """The field may stay empty. Spaces and line breaks alone are nothing, so nothing is kept of them."""

    def __call__(self, form: Any, field: Field) -> None:
        """Stop at an empty field without a word."""
        try:
            super().__call__(form, field)
        except StopValidation:
            if field.raw_data and isinstance(field.data, str):
                field.data = ""
            raise


def cleaned(rule: Callable[[str], Any]) -> Callable[[Any, Field], None]:
    """Turn a function that reads text, or raises BadText, into a validator that stores what it read.

    Text that turns out to be nothing but invisible characters is an empty answer.
    """

    def check(_: Any, field: Field) -> None:
        if field.data is None or field.data == "":
            return
        try:
            field.data = rule(field.data)
        except BadText as error:
            field.errors = []
            raise StopValidation(error.message) from error  # type: ignore[arg-type]
        if field.data == "":
            for must in field.validators:
                if isinstance(must, Required):
                    raise StopValidation(must.message)

    return check


def line(limit: int = 120) -> Callable[[Any, Field], None]:
    """One line of clean text."""
    return cleaned(lambda text: clean_line(text, limit=limit))


def text(limit: int = 2000) -> Callable[[Any, Field], None]:
    """Several lines of clean text."""
    return cleaned(lambda words: clean_text(words, limit=limit))


class Rows(FieldList):  # type: ignore[type-arg]
    """A list of rows, numbered as we number them: WTForms would fail at `people-²-name`, or at 5,000 digits."""

    def _extract_indices(self, prefix: str, formdata: Iterable[str]) -> Iterator[int]:
        row = re.compile(rf"{re.escape(prefix)}-([0-9]{{1,3}})(?:-|\Z)")
        return (int(found[1]) for key in formdata if (found := row.match(key)))


class OneOf(RadioField):
    """One out of a few, all visible; `choices` is {value: words}. What was never offered is refused in our words."""

    validate_choice = False

    def pre_validate(self, form: Any) -> None:
        """Refuse what is not in the list."""
        if self.data not in {value for value, *_ in self.iter_choices()}:
            raise StopValidation(N_("Choose one of the answers offered."))


__all__ = [
    "NOT_KEPT",
    "STALE",
    "Form",
    "Message",
    "OneOf",
    "Optional",
    "Required",
    "Rows",
    "Versioned",
    "cleaned",
    "line",
    "text",
    "whole_number",
]
