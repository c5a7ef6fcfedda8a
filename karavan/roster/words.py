"""How the roster calls things, and what somebody answered in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from karavan.core.languages import LANGUAGES, Slots
from karavan.core.problems import N_, Message
from karavan.events.models import QuestionKind, SeatChannel, SeatState
from karavan.roster.models import ImportState, Look
from karavan.web.locale import gettext, lang

if TYPE_CHECKING:
    from collections.abc import Iterable

    from karavan.events.models import Event, Question
    from karavan.roster.queries import RosterLine

STATES: Final = {
    SeatState.SEATED: N_("Has a seat"),
    SeatState.OFFERED: N_("Seat offered"),
    SeatState.WAITING: N_("In the queue"),
    SeatState.GIVEN_BACK: N_("Not coming"),
    SeatState.DECLINED: N_("Declined"),
    SeatState.EXPIRED: N_("Offer ran out"),
}
LIST_NAMES: Final = {
    "seated": N_("Has a seat"),
    "offered": N_("Seat offered"),
    "waiting": N_("In the queue"),
    "gone": N_("Not coming"),
}
CHANNELS: Final = {
    SeatChannel.WEB: N_("On the site"),
    SeatChannel.PHONE: N_("By phone"),
    SeatChannel.VISIT: N_("In person"),
    SeatChannel.DESK: N_("At the desk"),
    SeatChannel.IMPORT: N_("From a list"),
    SeatChannel.SELECTION: N_("By selection"),
}
SORT_NAMES: Final = {
    "order": N_("In the order of arrival"),
    "newest": N_("The newest first"),
    "name": N_("By name"),
    "state": N_("By list"),
}
LOOKS: Final = {
    Look.LIST: N_("Looked at the list"),
    Look.PERSON: N_("Looked at a registration"),
    Look.FILE: N_("Downloaded the list"),
    Look.SHEET: N_("Opened the attendance sheet"),
    Look.MESSAGE: N_("Wrote to people"),
    Look.APPLICATIONS: N_("Looked at applications"),
    Look.DOOR: N_("Looked somebody up at the door"),
    Look.REPORT: N_("Looked at the report"),
    Look.CERTIFICATES: N_("Looked at the certificates"),
    Look.FEEDBACK: N_("Looked at what people said"),
    Look.OBJECTIONS: N_("Looked at objections to photographs"),
}


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


def answers_in_words(event: Event, line: RosterLine) -> dict[int, str]:
    """Say all that one line answered, by question."""
    given = line.answers or {}
    return {
        question.id: answer_in_words(question, given[question.id])
        for question in event.questions
        if question.id in given
    }


def asked(event: Event, lines: Iterable[RosterLine]) -> list[Question]:
    """Return the questions worth a column: those asked now, and retired ones that somebody answered."""
    answered = {question_id for line in lines for question_id in line.answers or ()}
    return [question for question in event.questions if not question.retired or question.id in answered]


FIELD_NAMES: Final = {
    "name": N_("Full name"),
    "surname": N_("Surname"),
    "given": N_("Given name"),
    "patronymic": N_("Patronymic"),
    "phone": N_("Mobile phone"),
    "email": N_("Email"),
    "district": N_("Where the person lives"),
    "lang": N_("Language of letters"),
    "needs_note": N_("Note on needs"),
    "sex": N_("Woman or man"),
    "born": N_("Year of birth"),
    "role": N_("In what role"),
}
"""What the columns of a list from elsewhere may hold."""
FAULTS: Final = {
    "no_name": N_("There is no name."),
    "bad_name": N_("This cannot be a name."),
    "lost_letters": N_("Kazakh letters were lost when the file was saved. Save the table as CSV in UTF-8."),
    "no_contact": N_("There is neither a phone number nor an email address."),
    "bad_phone": N_("This is no phone number that we could call."),
    "bad_email": N_("This is no email address."),
    "bad_district": N_("This is no district of the region."),
    "bad_lang": N_("Letters are written in Kazakh, Russian or English."),
    "bad_note": N_("This is too long, or cannot be shown."),
    "bad_sex": N_("Write a woman or a man, or leave it empty."),
    "bad_born": N_("Write the year of birth as four digits."),
    "bad_role": N_("We do not know this role."),
    "twice": N_("This contact stands in the list before: row %(row)s."),
    "known": N_("This contact stands on the roster already."),
}
IMPORT_STATES: Final = {
    ImportState.UPLOADED: N_("Columns not named yet"),
    ImportState.MAPPED: N_("Tried, not brought in"),
    ImportState.DONE: N_("Brought in"),
    ImportState.DROPPED: N_("Dropped"),
}


def fault_in_words(code: str, value: str) -> Message:
    """Say what is wrong with a cell; a repetition names the row it repeats."""
    return Message(FAULTS[code], {"row": value} if code == "twice" else {})
