"""A person's learning record: what she and those she brought attended, for how long, with which certificates."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from karavan.core.text import csv_cell
from karavan.learning import queries
from karavan.learning.hours import minutes_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from karavan.core.languages import Slots
    from karavan.learning.models import Certificate

COLUMNS: Final = ("event", "organiser", "name", "first_day", "last_day", "days", "minutes", "certificate")
"""Names for programs: the same in every language."""


class Line(NamedTuple):
    """One person at one event."""

    slug: str
    title: Slots
    organiser: Slots
    name: str
    days: list[date]
    minutes: int
    code: str
    """Of the certificate that holds; empty: there is none."""


def learning_record(session: Session, *, email_key: str | None, phone: str | None) -> list[Line]:
    """Gather what stands under somebody's confirmed contacts, latest event first."""
    people = queries.attended_by(session, email_key=email_key, phone=phone)
    certificates = queries.valid_by_attendee(session, [person.id for person in people])
    chosen = queries.days_of_events(session, sorted({person.event_id for person in people}))
    lines = []
    for person in people:
        event, held = person.registration.event, certificates.get(person.id)
        minutes = minutes_of(event, chosen.get(event.id, ()))
        days = sorted(one.day for one in person.check_ins)
        counted = _counted(held, days) if held else (days, sum(minutes.get(day, 0) for day in days))
        code = held.code if held else ""
        lines.append(Line(event.slug, event.title, event.organisation.name, person.name, *counted, code))
    return lines


def _counted(certificate: Certificate, days: list[date]) -> tuple[list[date], int]:
    """Return what a certificate says, rather than what would be counted today."""
    return [date.fromisoformat(one) for one in certificate.days] or days, certificate.minutes


def as_csv(lines: Sequence[Line], lang: str) -> str:
    """Return the record as a file that a spreadsheet opens without calculating anything."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter="," if lang == "en" else ";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for line in lines:
        words = (line.title.best(lang).text, line.organiser.best(lang).text, line.name)
        facts = (line.days[0].isoformat(), line.days[-1].isoformat(), len(line.days), line.minutes, line.code)
        writer.writerow([csv_cell(cell) for cell in (*words, *facts)])
    return "\ufeff" + file.getvalue()
