"""Who registered for an event, person by person: for the desk's table and for a spreadsheet."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from karavan.core.contacts import show_phone
from karavan.core.languages import LANGUAGES, Slots
from karavan.core.places import PLACES
from karavan.core.problems import N_
from karavan.core.text import csv_cell, fold
from karavan.events.desk_forms import OFFERS
from karavan.events.models import LIVE, QuestionKind, SeatState
from karavan.web.locale import gettext, lang

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from karavan.events.models import Attendee, Event, Question, Registration

STATES: Final = {
    SeatState.SEATED: N_("Has a seat"),
    SeatState.OFFERED: N_("Seat offered"),
    SeatState.WAITING: N_("In the queue"),
    SeatState.GIVEN_BACK: N_("Not coming"),
    SeatState.DECLINED: N_("Declined"),
    SeatState.EXPIRED: N_("Offer ran out"),
}
COLUMNS: Final = (
    N_("Number"), N_("State"), N_("Name"), N_("Child"), N_("Email"), N_("Phone"), N_("District"), N_("Needs"),
    N_("Note on needs"),
)  # fmt: skip
LAST_COLUMNS: Final = (N_("Registered"), N_("Arrived"))
SEPARATORS: Final = {"kk": ";", "ru": ";", "en": ","}
"""What a spreadsheet set to the language expects: where the comma is for decimals, a semicolon parts the columns."""
MINUTES: Final = "%Y-%m-%d %H:%M"


class RosterLine(NamedTuple):
    """One person of the roster, in plain values."""

    registration_id: int
    number: int
    state: SeatState
    name: str
    child: bool
    code: str
    email: str
    phone: str
    district: str
    """A key of `core.places.PLACES`, or nothing."""
    needs: tuple[str, ...]
    """Values of `Access`."""
    needs_note: str
    answers: dict[int, str]
    """In words, by question; on the first line of a registration only."""
    registered_at: datetime
    arrived: tuple[datetime, ...]

    @property
    def live(self) -> bool:
        """Does this person hold or await a seat?"""
        return self.state in LIVE


def roster_lines(event: Event, registrations: Iterable[Registration]) -> list[RosterLine]:
    """Spread registrations out, one line for each person, in the order of arrival."""
    questions = {question.id: question for question in event.questions}
    return [
        _line(registration, attendee, questions)
        for registration in registrations
        for attendee in registration.attendees
    ]


def _line(registration: Registration, attendee: Attendee, questions: dict[int, Question]) -> RosterLine:
    answers = {} if attendee.position else {answer.question_id: answer.value for answer in registration.answers}
    return RosterLine(
        registration_id=registration.id,
        number=registration.number,
        state=attendee.state,
        name=attendee.name,
        child=attendee.child,
        code=attendee.code,
        email=registration.email,
        phone=show_phone(registration.phone) if registration.phone else "",
        district=registration.district,
        needs=tuple(attendee.needs),
        needs_note=attendee.needs_note,
        answers={key: answer_in_words(questions[key], value) for key, value in answers.items() if key in questions},
        registered_at=registration.created_at,
        arrived=tuple(check_in.arrived_at for check_in in attendee.check_ins),
    )


def answer_in_words(question: Question, value: Any) -> str:
    """Say what somebody answered, in the reader's language; an option that is gone is shown as its key."""
    match question.kind:
        case QuestionKind.YES_NO:
            return gettext("Yes") if value == "yes" else gettext("No")
        case QuestionKind.CHOICE | QuestionKind.CHOICES:
            options = {option["key"]: _wording(option) for option in question.options}
            return "; ".join(options.get(key, str(key)) for key in (value if isinstance(value, list) else [value]))
        case _:
            return str(value)


def _wording(option: dict[str, Any]) -> str:
    return Slots(**{code: option.get(code, "") for code in LANGUAGES}).best(lang()).text


def asked(event: Event, lines: Iterable[RosterLine]) -> list[Question]:
    """Return the questions worth a column: those asked now, and retired ones that somebody answered."""
    answered = {question_id for line in lines for question_id in line.answers}
    return [question for question in event.questions if not question.retired or question.id in answered]


def matching(lines: Sequence[RosterLine], words: str) -> list[RosterLine]:
    """Return the lines that hold every word: of a name, a contact, a code or a number in the queue."""
    wanted = fold(words).split()[:8]
    return [line for line in lines if all(_holds(line, word) for word in wanted)]


def _holds(line: RosterLine, word: str) -> bool:
    digits = "".join(letter for letter in line.phone if letter.isdigit())
    number = word[1:] if word.isdigit() and word.startswith("8") and len(word) > 3 else word  # 8 701 is +7 701
    return (
        number in digits
        or word == str(line.number)
        or word in f"{fold(line.name)} {fold(line.email)} {fold(line.code)}"
    )


def roster_csv(event: Event, lines: Sequence[RosterLine]) -> bytes:
    """Write the roster for a spreadsheet: UTF-8 with its mark, no cell that would be calculated."""
    questions = asked(event, lines)
    zone = ZoneInfo(event.zone)
    titles = [question.label.best(lang()).text for question in questions]
    file = io.StringIO()
    table = csv.writer(file, delimiter=SEPARATORS[lang()], lineterminator="\r\n")
    table.writerow(csv_cell(title) for title in (*map(gettext, COLUMNS), *titles, *map(gettext, LAST_COLUMNS)))
    table.writerows([csv_cell(cell) for cell in _cells(line, questions, zone)] for line in lines)
    return file.getvalue().encode("utf-8-sig")


def _cells(line: RosterLine, questions: Sequence[Question], zone: ZoneInfo) -> tuple[str | int, ...]:
    needs = dict(OFFERS)
    return (
        line.number,
        gettext(STATES[line.state]),
        line.name,
        gettext("Yes") if line.child else "",
        line.email,
        line.phone,
        PLACES[line.district].best(lang()).text if line.district else "",
        "; ".join(gettext(words) for need, words in needs.items() if need in line.needs),
        line.needs_note,
        *(line.answers.get(question.id, "") for question in questions),
        line.registered_at.astimezone(zone).strftime(MINUTES),
        "; ".join(at.astimezone(zone).strftime(MINUTES) for at in line.arrived),
    )
