"""What organisers say about a list from elsewhere: the file, what its columns hold, that its people are brought in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wtforms import BooleanField

from karavan.core.problems import N_, Message
from karavan.files.fields import UploadField
from karavan.roster.bringing import ASKED, FIELDS
from karavan.roster.problems import ListIsTooLarge
from karavan.roster.tables import DELIMITERS, MOST_BYTES
from karavan.roster.words import FIELD_NAMES
from karavan.web.fields import Choice, complain
from karavan.web.forms import Form, Required, Versioned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.datastructures import FileStorage

    from karavan.events.models import Event
    from karavan.roster.models import RosterImport

MEGABYTE: Final = 1024 * 1024
BODY_BYTES: Final = MOST_BYTES + MEGABYTE
SIGNS: Final = dict(
    zip(DELIMITERS, (N_("Comma"), N_("Semicolon"), N_("Tab"), N_("Vertical line")), strict=True),
)
SIGN_KEYS: Final = {"comma": ",", "semicolon": ";", "tab": "\t", "line": "|"}
"""A form would trim a tab away."""


class ListField(UploadField):
    """A table as text. It is no picture and no document, so it is not examined; `roster.tables` reads it."""

    def pre_validate(self, form: Any) -> None:
        """Take the file as it came."""
        sent: FileStorage | None = self._sent
        self.data = sent  # type: ignore[assignment]


class ListForm(Form):
    """Handing a list in."""

    list = ListField(N_("The list"), [Required(N_("Choose the file with the list."))])

    def content(self) -> tuple[str, bytes]:
        """Return the name of the file and its bytes.

        Raises:
            ListIsTooLarge: it is more than we take.

        """
        sent: FileStorage = self.list.data  # type: ignore[assignment]
        sent.stream.seek(0)
        content = sent.stream.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise ListIsTooLarge(megabytes=MOST_BYTES // MEGABYTE)
        return sent.filename or "", content


class MappingForm(Versioned):
    """What the columns of one list hold. Its fields are made for the list: `mapping_form`."""

    sign = Choice(
        N_("The columns are parted by"),
        choices=[(key, SIGNS[sign]) for key, sign in SIGN_KEYS.items()],
        default="comma",
    )
    header = BooleanField(N_("The first row holds the names of the columns"))

    if TYPE_CHECKING:
        _fields: dict[str, Any]

    @property
    def delimiter(self) -> str:
        """The sign itself."""
        return SIGN_KEYS[self.sign.data]

    def column_fields(self) -> list[Any]:
        """Return the fields that name columns."""
        return [self._fields[f"column_{name}"] for name in FIELDS if f"column_{name}" in self._fields]

    def mapping(self) -> dict[str, int]:
        """Return which column holds what."""
        named = {f.name.removeprefix("column_"): int(f.data) for f in self.column_fields() if f.data not in (None, "")}
        return {**named, "header": int(bool(self.header.data))}

    def validate(self, extra_validators: Any = None) -> bool:
        """A person has a name and a contact."""
        good = super().validate(extra_validators)
        return complain(self._missing()) and good

    def _missing(self) -> list[tuple[Any, str | Message]]:
        named = self.mapping() if not any(f.errors for f in self.column_fields()) else {}
        missing: list[tuple[Any, str | Message]] = []
        if named and not named.keys() & {"name", "surname", "given"}:
            missing.append((self._fields["column_name"], N_("Choose the column that holds the names.")))
        if named and not named.keys() & {"phone", "email"}:
            sentence = N_("Choose the column that holds phone numbers or email addresses.")
            missing.append((self._fields["column_phone"], sentence))
        return missing


def mapping_form(row: RosterImport, event: Event, *, first: Sequence[str]) -> MappingForm:
    """Build the form for one list: its columns by their headings, or by what stands in the first row."""
    headed = ((str(place), _heading(place, row.columns, first)) for place in range(len(row.columns)))
    choices: list[Any] = [("", N_("not in the list")), *headed]
    fields = {
        f"column_{name}": Choice(FIELD_NAMES[name], default="")
        for name in FIELDS
        if name not in ASKED or name in event.asks
    }
    made: type[MappingForm] = type("MappingFormOfOneList", (MappingForm,), fields)
    signs = {sign: key for key, sign in SIGN_KEYS.items()}
    stored = {f"column_{name}": str(place) for name, place in row.mapping.items() if f"column_{name}" in fields}
    known = {"sign": signs.get(row.delimiter, "comma"), "header": bool(row.mapping.get("header", 1))}
    form = made(data={**stored, **known, "version": row.version})
    for field in form.column_fields():
        field.choices = choices
    return form


def _heading(place: int, columns: Sequence[str], first: Sequence[str]) -> Message:
    words = columns[place] or (first[place] if place < len(first) else "")
    return Message("%(number)d: %(heading)s", {"number": place + 1, "heading": words[:60] or "–"})


class BringInForm(Versioned):
    """The confirmation: from here on the people are on the roster."""

    agreed = BooleanField(
        N_("These people know that their data is kept for this event, and agree."),
        [Required(N_("Tick that these people know and agree: without that their data may not be kept."))],
    )
    tell = BooleanField(N_("Send each person a letter with the ticket"))


class DropForm(Form):
    """Forgetting a list. Only a button."""
