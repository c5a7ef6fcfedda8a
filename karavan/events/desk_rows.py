"""The rows of an organiser's form: programme, materials, questions.

Rows are added, taken out and moved by ordinary submit buttons: `reshaped` rewrites what was sent before a form reads
it, so that nothing typed is lost, whether it is right or not.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any, Final

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Form as PlainForm, HiddenField, StringField, TextAreaField
from wtforms.validators import Optional

from karavan.core.languages import LANGUAGES, Slots
from karavan.core.problems import N_, Message
from karavan.core.text import clean_url
from karavan.core.tokens import new_code
from karavan.events.models import QuestionKind
from karavan.events.rules.plan import MaterialLine, ProgrammeLine, QuestionLine
from karavan.web.fields import Choice, DayField, HourField, complain, texts, written
from karavan.web.forms import cleaned, text

if TYPE_CHECKING:
    from collections.abc import Iterator

QUESTION_KINDS: Final = (
    (QuestionKind.TEXT, N_("An answer in words")),
    (QuestionKind.CHOICE, N_("One of several answers")),
    (QuestionKind.CHOICES, N_("Any of several answers")),
    (QuestionKind.NUMBER, N_("A number")),
    (QuestionKind.DATE, N_("A date")),
    (QuestionKind.YES_NO, N_("Yes or no")),
)
LISTS: Final = {"programme": 60, "materials": 20, "questions": 20}
"""The parts of the form that have rows, and how many they may have."""
MOST_OPTIONS: Final = 40
LONGEST_OPTION: Final = 200

MIDNIGHT: Final = dt.time()
_ROW_BEGINS_WITH: Final = {"programme": "day", "materials": "url", "questions": "kind"}


# --- Rows -------------------------------------------------------------------------------------------------


class Row(PlainForm):
    """A line of the programme, a material or a question. One in which nothing is written is passed over."""

    counts: tuple[str, ...] = ()
    """The fields that make it worth keeping."""

    @property
    def blank(self) -> bool:
        """Is nothing written here?"""
        return not any(written(self[name]) for name in self.counts)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check a row only if somebody began it."""
        if self.blank:
            return True
        good = super().validate(extra_validators)
        return complain(self.contradictions()) and good

    def contradictions(self) -> Iterator[tuple[Any, str | Message]]:
        """Say what is missing, and what is wrong between fields."""
        yield from ()


class ProgrammeRow(Row):
    """What happens when, and who speaks."""

    day = DayField(N_("Day"), [Optional()])
    starts = HourField(N_("From"), [Optional()])
    ends = HourField(N_("To"), [Optional()])
    title = texts(N_("What happens"), 200)
    place = texts(N_("Room or place"), 120)
    speaker = texts(N_("Who speaks or leads"), 120)
    speaker_role = texts(N_("Position of the speaker"), 200)
    counts = ("starts", "ends", "title", "place", "speaker", "speaker_role")

    def contradictions(self) -> Iterator[tuple[Any, str | Message]]:
        """A line needs words and a day, and ends after it began."""
        if not self.title.form.for_the_region():
            yield self.title.form.kk, N_("Write what happens, in Kazakh or in Russian.")
        if self.day.data is None:
            yield self.day, N_("Enter the day.")
        if self.starts.data and self.ends.data and self.ends.data <= self.starts.data:
            yield self.ends, N_("The end must be after the beginning.")

    def line(self) -> ProgrammeLine:
        """Return the typed values for the rule."""
        assert self.day.data is not None  # noqa: S101 -- validated
        return ProgrammeLine(
            day=self.day.data,
            starts=self.starts.data,
            ends=self.ends.data,
            title=self.title.form.slots(),
            place=self.place.form.slots(),
            speaker=self.speaker.form.slots(),
            speaker_role=self.speaker_role.form.slots(),
        )


class MaterialRow(Row):
    """Something to read."""

    title = texts(N_("Name of the material"), 200)
    url = StringField(N_("Web address"), [cleaned(clean_url)])
    counts = ("title", "url")

    def contradictions(self) -> Iterator[tuple[Any, str | Message]]:
        """A material needs a name and an address."""
        if not self.title.form.for_the_region():
            yield self.title.form.kk, N_("Write what the link leads to, in Kazakh or in Russian.")
        if not self.url.data:
            yield self.url, N_("Enter a web address, for example https://example.kz")

    def line(self) -> MaterialLine:
        """Return the typed values for the rule."""
        return MaterialLine(title=self.title.form.slots(), url=self.url.data or "")


class QuestionRow(Row):
    """A question to everyone who registers."""

    id = HiddenField()
    kind = Choice(N_("What the answer is"), choices=[(kind.value, words) for kind, words in QUESTION_KINDS])
    label = texts(N_("Question"), 300)
    hint = texts(N_("Hint below the question"), 300)
    required = BooleanField(N_("Everyone must answer"))
    options = TextAreaField(N_("Answers to choose from"), [text(6000)], render_kw={"rows": 5})
    counts = ("label", "hint", "options")

    @property
    def chooses(self) -> bool:
        """Is the answer one of several?"""
        return self.kind.data in {QuestionKind.CHOICE, QuestionKind.CHOICES}

    def contradictions(self) -> Iterator[tuple[Any, str | Message]]:
        """A question needs words, and a choice needs something to choose from."""
        if not self.label.form.for_the_region():
            yield self.label.form.kk, N_("Write the question in Kazakh or in Russian.")
        options = read_options(self.options.data or "")
        if self.chooses and len(options) < 2:
            yield self.options, N_("Write at least two answers, one on each line.")
        if len(options) > MOST_OPTIONS:
            most = MOST_OPTIONS
            yield self.options, Message.counted("Write at most %(num)d answer.", "Write at most %(num)d answers.", most)
        if any(len(getattr(option, code)) > LONGEST_OPTION for option in options for code in LANGUAGES):
            yield self.options, N_("One of the answers is too long: use 200 characters or fewer for each.")
        if len(set(options)) < len(options):
            yield self.options, N_("Two answers are the same. Write each answer once.")

    def line(self, stored: dict[int, list[dict[str, Any]]]) -> QuestionLine:
        """Return the typed values for the rule; `stored` are the options of the event's questions, by id."""
        typed = str(self.id.data or "")
        known = int(typed) if re.fullmatch("[0-9]{1,9}", typed) else None
        options = read_options(self.options.data or "") if self.chooses else []
        return QuestionLine(
            id=known,
            kind=QuestionKind(self.kind.data),
            label=self.label.form.slots(),
            hint=self.hint.form.slots(),
            required=bool(self.required.data),
            options=with_keys(options, stored.get(known or 0, [])),
        )


def in_order(rows: list[tuple[int, ProgrammeRow]]) -> list[tuple[int, ProgrammeRow]]:
    """Put lines of the programme in the order of day and hour; a line without an hour stays after the one before it."""
    hour: tuple[Any, Any] = (None, None)
    keyed = []
    for number, row in rows:
        starts = row.starts.data or (hour[1] if hour[0] == row.day.data else None)
        hour = (row.day.data, starts)
        keyed.append(((row.day.data, starts or MIDNIGHT), (number, row)))
    return [line for _, line in sorted(keyed, key=lambda pair: pair[0])]


def read_options(typed: str) -> list[Slots]:
    """Read answers, one on each line: «иә | да | yes»."""
    lines = ([part.strip() for part in one.split("|", 2)] for one in typed.split("\n") if one.strip(" |"))
    return [Slots(*parts) for parts in lines]


def write_option(option: dict[str, Any]) -> str:
    """Write a stored answer as a person types it."""
    words = [option.get(code, "") for code in LANGUAGES]
    return " | ".join(words if words[2] else words[:2]).strip()


def with_keys(options: list[Slots], stored: list[dict[str, Any]]) -> tuple[dict[str, str], ...]:
    """Give each option its key: the one it had, so that answers stay with it, or a new one that was never used.

    An option is known by its wording, in all languages or in one; if the list is as long as before, also by its place.
    """
    before = {option["key"]: Slots(**{code: option.get(code, "") for code in LANGUAGES}) for option in stored}
    places = list(before) if len(options) == len(before) else []
    keys: dict[int, str] = {}
    for likeness in (3, 2, 1):
        for place, option in enumerate(options):
            for key, old in before.items():
                if (
                    place not in keys
                    and key not in keys.values()
                    and likeness == _alike(option, old, key in places[place : place + 1])
                ):
                    keys[place] = key
    return tuple(
        {"key": keys.get(place) or new_code().lower()}
        | {code: words for code in LANGUAGES if (words := getattr(option, code))}
        for place, option in enumerate(options)
    )


def _alike(new: Slots, old: Slots, same_place: bool) -> int:  # noqa: FBT001 -- private, one caller
    if new == old:
        return 3
    shared = {new.kk, new.ru, new.en} & {old.kk, old.ru, old.en} - {""}
    return 2 if shared else int(same_place)


# --- Reshaping --------------------------------------------------------------------------------------------


def reshaped(
    sent: MultiDict[str, str],
    lists: dict[str, int] = LISTS,
    begins_with: dict[str, str] = _ROW_BEGINS_WITH,
) -> tuple[MultiDict[str, str], str]:
    """Return the form's content with a row more, a row less or one moved up, and where the eye should go next.

    Which one, the pressed button says: add=programme, remove=programme-2, up=programme-2. Nothing is checked, and all
    that was typed stays as it is. Another form with rows brings its own `lists`, and with which field a row begins.
    """
    deed = next(name for name in ("add", "remove", "up") if name in sent)
    name, _, place = sent[deed].partition("-")
    if name not in lists:
        return sent, ""
    row = re.compile(rf"{name}-([0-9]{{1,3}})-(.+)")
    order = sorted({int(found[1]) for key in sent if (found := row.fullmatch(key))})
    at = int(place) if re.fullmatch("[0-9]{1,3}", place) else -1
    focus = name
    if deed == "add" and len(order) < lists[name]:
        new = max(order, default=-1) + 1
        begins = (f"{name}-{new}-{begins_with[name]}", _first_value(name, sent))
        focus, order, sent = f"{name}-{len(order)}", [*order, new], MultiDict([*sent.items(multi=True), begins])
    elif deed == "remove" and 0 <= at < len(order):
        del order[at]
    elif deed == "up" and 0 < at < len(order):
        focus, order[at - 1], order[at] = f"{name}-{at - 1}", order[at], order[at - 1]
    return _renumbered(sent, name, row, order), focus


def _renumbered(sent: MultiDict[str, str], name: str, row: re.Pattern[str], order: list[int]) -> MultiDict[str, str]:
    numbers = {old: new for new, old in enumerate(order)}
    kept: MultiDict[str, str] = MultiDict()
    for key, value in sent.items(multi=True):
        found = row.fullmatch(key)
        if not found:
            kept.add(key, value)
        elif int(found[1]) in numbers:
            kept.add(f"{name}-{numbers[int(found[1])]}-{found[2]}", value)
    return kept


def _first_value(name: str, sent: MultiDict[str, str]) -> str:
    """A new line of the programme is most likely on the day of the last one; a new question asks for words."""
    if name == "programme":
        days = [value for key, value in sent.items() if re.fullmatch("programme-[0-9]+-day", key) and value]
        return (days or [sent.get("starts_day", "")])[-1]
    return QuestionKind.TEXT.value if name == "questions" else ""
