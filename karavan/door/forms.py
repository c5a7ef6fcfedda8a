"""What the organiser fills in to give a pass, and what a device sends."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, TypeGuard

from wtforms import HiddenField, StringField

from karavan.core.problems import N_
from karavan.core.tokens import new_public_id
from karavan.door.rules.scans import Sighting
from karavan.web.fields import Choice
from karavan.web.forms import Form, Required, line

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_AT_ONCE = 200
"""So many scans come in one sending; a device with more sends several times."""
_PUBLIC_ID = re.compile(r"[A-Za-z0-9_-]{16}")
_MARK = re.compile(r"[A-Za-z0-9_-]{22}")
_OLDEST = 8 * 24 * 3600.0


class PassForm(Form):
    """A pass for one device. `key` is what the pass will be called: pressed twice, one is given."""

    key = HiddenField()
    name = StringField(
        N_("Which door or device"),
        [Required(N_("Enter a name, for example: main entrance.")), line(60)],
        description=N_("For example: main entrance. It stands beside each arrival."),
    )
    day = Choice(N_("Day of the event"))

    def public_id(self) -> str:
        """Return the name under which the pass is made; a key that is none of ours is replaced."""
        typed = self.key.data or ""
        return typed if _PUBLIC_ID.fullmatch(typed) else new_public_id()


class RevocationForm(Form):
    """Taking a pass back."""


class PinForm(Form):
    """The six digits that open a pass."""

    pin = StringField(
        N_("PIN"),
        [Required(N_("Enter the six digits of the PIN.")), line(20)],
        description=N_("Six digits. The organiser has told you."),
    )

    def digits(self) -> str:
        """Return the digits that were typed, without the spaces people put between them."""
        return "".join(sign for sign in self.pin.data or "" if sign.isdigit())


class CodeForm(Form):
    """One code, typed, or the mark of somebody found by name."""

    code = StringField(N_("Code on the ticket"), [Required(N_("Enter the code on the ticket.")), line(200)])


class UndoForm(Form):
    """Undoing one scan."""

    number = HiddenField()

    def whole(self) -> int:
        """Return the number of the scan; 0 (there is none) where it is no number."""
        typed = self.number.data or ""
        return int(typed) if re.fullmatch("-?[0-9]{1,9}", typed) else 0


class UndoArrivalForm(Form):
    """Undoing an arrival at the organiser's own desk."""

    ticket = HiddenField()
    day = Choice(N_("Day of the event"))


class BatchForm(Form):
    """What a device has collected: scans, and numbers of those to undo, as JSON."""

    scans = HiddenField()
    undone = HiddenField()

    def sightings(self) -> list[Sighting] | None:
        """Return the scans; None where they are not as our own script writes them."""
        rows = _list_in(self.scans.data)
        if rows is None or len(rows) > MOST_AT_ONCE:
            return None
        read = [_sighting(row) for row in rows]
        return None if None in read else [one for one in read if one is not None]

    def numbers(self) -> list[int] | None:
        """Return the numbers of what is to be undone."""
        rows = _list_in(self.undone.data)
        sound = rows is not None and len(rows) <= MOST_AT_ONCE and all(_is_number(row) for row in rows)
        return rows if sound else None


def _list_in(text: str | None) -> list[Any] | None:
    try:
        rows = json.loads(text or "[]", parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    return rows if isinstance(rows, list) else None


def _refuse(name: str) -> None:
    raise ValueError(name)


def _is_number(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and -(2**31) < value < 2**31


def _sighting(row: object) -> Sighting | None:
    if not isinstance(row, dict):
        return None
    number, mark, age = row.get("number"), row.get("mark"), row.get("age")
    if not (_is_number(number) and isinstance(mark, str) and _MARK.fullmatch(mark)):
        return None
    if number <= 0 or not isinstance(age, int | float) or isinstance(age, bool):
        return None
    return Sighting(number, mark, float(min(max(age, 0), _OLDEST)), row.get("undone") is True)


def letters_in(text: str) -> Iterator[str]:
    """Give the letters and digits of what somebody looks for."""
    return (sign for sign in text if sign.isalnum())
