"""What a statute may settle: the shape of each setting, our default where there is none, and which line holds when.

Pure: no database, no clock, no web. A line's value is stored as a small JSON object; `SHAPES` turns it into a typed
value and back, and refuses whatever is out of bounds. A default carries its source like any other line, and says
openly where neither the law nor the council's statute has settled a thing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol, TypeVar

from karavan.core.languages import LANGUAGES, Slots
from karavan.councils.models import SettingKey
from karavan.deadlines.models import FirstDay, Unit
from karavan.deadlines.reckoning import Term

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

E = TypeVar("E", bound=StrEnum)
L = TypeVar("L", bound="Line")

LONGEST_TERM: Final = 366
MOST_SUPPORTS: Final = 100_000


class BadValue(ValueError):
    """A value that this setting cannot have."""


# --- Values -----------------------------------------------------------------------------------------------


class Majority(StrEnum):
    """Whose voices decide."""

    PRESENT = "present"
    """More than half of the members present."""
    ALL = "all"
    """More than half of all members."""
    TWO_THIRDS = "two_thirds"
    """Two thirds of the members present."""


class Granter(StrEnum):
    """Who may give more time."""

    COUNCIL = "council"
    CHAIR = "chair"
    SECRETARY = "secretary"


class Notice(NamedTuple):
    """So many days before, or after, something."""

    days: int
    unit: Unit


class Extension(NamedTuple):
    """How much longer an answer may take: at most so many days each time, so many times, and who allows it."""

    days: int
    unit: Unit
    times: int
    granted_by: Granter


# --- Shapes: JSON in, typed value out, and back -----------------------------------------------------------


class Shape(Protocol):
    """What the values of a setting look like."""

    def read(self, stored: Mapping[str, Any]) -> Any:
        """Return the typed value of what is stored, or raise BadValue."""

    def write(self, value: Any) -> dict[str, Any]:
        """Return what is stored for a typed value, or raise BadValue."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number within bounds."""

    low: int
    high: int

    def read(self, stored: Mapping[str, Any]) -> int:
        """Return the number."""
        return _within(stored.get("number"), self.low, self.high)

    def write(self, value: Any) -> dict[str, Any]:
        """Return it as it is stored."""
        return {"number": _within(value, self.low, self.high)}


@dataclass(frozen=True, slots=True)
class Share:
    """A part of the whole: more than nothing, at most all."""

    largest: int = 100

    def read(self, stored: Mapping[str, Any]) -> Fraction:
        """Return the fraction."""
        below = _within(stored.get("denominator"), 1, self.largest)
        return Fraction(_within(stored.get("numerator"), 1, below), below)

    def write(self, value: Any) -> dict[str, Any]:
        """Return it as it is stored, in lowest terms."""
        if not isinstance(value, Fraction):
            raise BadValue(value)
        stored = {"numerator": value.numerator, "denominator": value.denominator}
        self.read(stored)
        return stored


@dataclass(frozen=True, slots=True)
class Rule:
    """One of the ways to decide."""

    def read(self, stored: Mapping[str, Any]) -> Majority:
        """Return which."""
        return _one_of(Majority, stored.get("rule"))

    def write(self, value: Any) -> dict[str, Any]:
        """Return it as it is stored."""
        return {"rule": _one_of(Majority, value).value}


@dataclass(frozen=True, slots=True)
class Notices:
    """Days and their unit."""

    def read(self, stored: Mapping[str, Any]) -> Notice:
        """Return the days and what is counted."""
        return Notice(_within(stored.get("days"), 1, LONGEST_TERM), _one_of(Unit, stored.get("unit")))

    def write(self, value: Any) -> dict[str, Any]:
        """Return them as they are stored."""
        return _written(self, value, Notice)


@dataclass(frozen=True, slots=True)
class Terms:
    """A term as the clock counts it."""

    def read(self, stored: Mapping[str, Any]) -> Term:
        """Return the term."""
        days = _within(stored.get("days"), 1, LONGEST_TERM)
        return Term(days, _one_of(Unit, stored.get("unit")), _one_of(FirstDay, stored.get("first_day")))

    def write(self, value: Any) -> dict[str, Any]:
        """Return it as it is stored."""
        return _written(self, value, Term)


@dataclass(frozen=True, slots=True)
class Extensions:
    """How far and by whom a term may be made longer; zero times: never."""

    def read(self, stored: Mapping[str, Any]) -> Extension:
        """Return the rule."""
        return Extension(
            _within(stored.get("days"), 1, LONGEST_TERM),
            _one_of(Unit, stored.get("unit")),
            _within(stored.get("times"), 0, 9),
            _one_of(Granter, stored.get("granted_by")),
        )

    def write(self, value: Any) -> dict[str, Any]:
        """Return it as it is stored."""
        return _written(self, value, Extension)


@dataclass(frozen=True, slots=True)
class LanguageOrder:
    """All our languages, in the order in which a council speaks them."""

    def read(self, stored: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the codes in order."""
        return self._checked(stored.get("languages"))

    def write(self, value: Any) -> dict[str, Any]:
        """Return them as they are stored."""
        return {"languages": list(self._checked(value))}

    def _checked(self, codes: Any) -> tuple[str, ...]:
        if not isinstance(codes, list | tuple) or sorted(map(str, codes)) != sorted(LANGUAGES):
            raise BadValue(codes)
        return tuple(codes)


@dataclass(frozen=True, slots=True)
class Words:
    """A text for readers, in Kazakh or Russian at least."""

    limit: int = 600

    def read(self, stored: Mapping[str, Any]) -> Slots:
        """Return the text."""
        if not all(isinstance(stored.get(code, ""), str) for code in LANGUAGES):
            raise BadValue(stored)
        return self._checked(Slots(**{code: stored.get(code, "") for code in LANGUAGES}))

    def write(self, value: Any) -> dict[str, Any]:
        """Return it as it is stored: only the languages that are written."""
        checked = self._checked(value)
        return {code: text for code in LANGUAGES if (text := getattr(checked, code))}

    def _checked(self, words: Any) -> Slots:
        if not isinstance(words, Slots) or not (words.kk or words.ru):
            raise BadValue(words)
        if any(len(getattr(words, code)) > self.limit for code in LANGUAGES):
            raise BadValue(words)
        return words


def _within(number: Any, low: int, high: int) -> int:
    if not isinstance(number, int) or isinstance(number, bool) or not low <= number <= high:
        raise BadValue(number)
    return number


def _one_of(kind: type[E], value: Any) -> E:
    if not isinstance(value, str):
        raise BadValue(value)
    try:
        return kind(value)
    except ValueError as error:
        raise BadValue(value) from error


def _written(shape: Shape, value: Any, kind: type[Any]) -> dict[str, Any]:
    """Write a value part by part, and read it back: what cannot be read is never stored."""
    if not isinstance(value, kind):
        raise BadValue(value)
    stored = {name: part.value if isinstance(part, StrEnum) else part for name, part in value._asdict().items()}
    shape.read(stored)
    return stored


SHAPES: Final[dict[SettingKey, Shape]] = {
    SettingKey.QUORUM: Share(),
    SettingKey.MAJORITY: Rule(),
    SettingKey.MANDATE_YEARS: Whole(1, 10),
    SettingKey.STATE_SHARE: Share(),
    SettingKey.MEETING_NOTICE: Notices(),
    SettingKey.HEARING_NOTICE: Notices(),
    SettingKey.PUBLICATION: Notices(),
    SettingKey.CHECKING_TERM: Terms(),
    SettingKey.CONSIDERATION_TERM: Terms(),
    SettingKey.SENDING_TERM: Terms(),
    SettingKey.ANSWER_TERM: Terms(),
    SettingKey.OBJECTION_TERM: Terms(),
    SettingKey.EXTENSION: Extensions(),
    SettingKey.MINIMUM_SUPPORTS: Whole(0, MOST_SUPPORTS),
    SettingKey.MINIMUM_AGE: Whole(0, 99),
    SettingKey.MODERATION_HOURS: Whole(1, 240),
    SettingKey.LANGUAGE_ORDER: LanguageOrder(),
    SettingKey.LEGAL_REFERENCE: Words(),
}


# --- Where a value comes from -----------------------------------------------------------------------------


class Source(NamedTuple):
    """What a value rests on: a line of the council's statute, or, without one, a default of ours."""

    setting_id: int | None
    citation: Slots
    valid_from: date | None


class Line(Protocol):
    """A line of a statute, as far as deciding which one holds needs it."""

    @property
    def id(self) -> int:
        """Its number: a later one was entered later."""

    @property
    def key(self) -> SettingKey:
        """What it settles."""

    @property
    def value(self) -> Mapping[str, Any]:
        """How."""

    @property
    def valid_from(self) -> date:
        """From which day on."""

    @property
    def citation(self) -> Slots:
        """What it rests on."""


class Default(NamedTuple):
    """What holds where a council's statute says nothing, and why."""

    value: Any
    citation: Slots


COUNCILS_LAW: Final = Slots(
    "«Қоғамдық кеңестер туралы» Заң, № 383-V, 13-бап",
    "Закон «Об общественных советах», № 383-V, ст. 13",
    "Law on Public Councils, No. 383-V, art. 13",
)
CONTROL_LAW: Final = Slots(
    "«Қоғамдық бақылау туралы» Заң, № 30-VIII, 13-бап",
    "Закон «Об общественном контроле», № 30-VIII, ст. 13",
    "Law on Public Control, No. 30-VIII, art. 13",
)


def unconfirmed(citation: Slots) -> Slots:
    """Say beside a citation that nobody who must know has confirmed it yet."""
    return Slots(
        f"{citation.kk} (заңгер растауы керек)",
        f"{citation.ru} (должен подтвердить юрист)",
        f"{citation.en} (to be confirmed by a lawyer)",
    )


_LAW_WITHOUT_ARTICLE: Final = Slots(
    "«Қоғамдық кеңестер туралы» Заң, № 383-V",
    "Закон «Об общественных советах», № 383-V",
    "Law on Public Councils, No. 383-V",
)
NOT_SET: Final = Slots(
    "Кеңестің ережесінде белгіленбеген. Әзірге осы мән қолданылады.",
    "В положении о совете не установлено. Пока действует это значение.",
    "Not set by the council's statute. This value serves until it is.",
)
OUR_RULE: Final = Slots(
    "Сайттың өз қағидасы. Кеңестің ережесінде белгіленбеген.",
    "Правило самого сайта. В положении о совете не установлено.",
    "This site's own rule. Not set by the council's statute.",
)
_WORKING, _NEXT = Unit.WORKING, FirstDay.NEXT

DEFAULTS: Final[dict[SettingKey, Default]] = {
    SettingKey.QUORUM: Default(Fraction(2, 3), COUNCILS_LAW),
    SettingKey.MAJORITY: Default(Majority.PRESENT, unconfirmed(_LAW_WITHOUT_ARTICLE)),
    SettingKey.MANDATE_YEARS: Default(3, unconfirmed(_LAW_WITHOUT_ARTICLE)),
    SettingKey.STATE_SHARE: Default(Fraction(1, 3), unconfirmed(_LAW_WITHOUT_ARTICLE)),
    SettingKey.MEETING_NOTICE: Default(Notice(5, _WORKING), NOT_SET),
    SettingKey.HEARING_NOTICE: Default(Notice(10, _WORKING), NOT_SET),
    SettingKey.PUBLICATION: Default(Notice(5, _WORKING), NOT_SET),
    SettingKey.CHECKING_TERM: Default(Term(2, _WORKING, _NEXT), NOT_SET),
    SettingKey.CONSIDERATION_TERM: Default(Term(20, _WORKING, _NEXT), NOT_SET),
    SettingKey.SENDING_TERM: Default(Term(7, _WORKING, _NEXT), CONTROL_LAW),
    SettingKey.ANSWER_TERM: Default(Term(10, _WORKING, _NEXT), CONTROL_LAW),
    SettingKey.OBJECTION_TERM: Default(Term(10, _WORKING, _NEXT), NOT_SET),
    SettingKey.EXTENSION: Default(Extension(10, _WORKING, 1, Granter.COUNCIL), NOT_SET),
    SettingKey.MINIMUM_SUPPORTS: Default(10, NOT_SET),
    SettingKey.MINIMUM_AGE: Default(18, OUR_RULE),
    SettingKey.MODERATION_HOURS: Default(24, NOT_SET),
    SettingKey.LANGUAGE_ORDER: Default(LANGUAGES, OUR_RULE),
    SettingKey.LEGAL_REFERENCE: Default(
        Slots(
            "Мемлекеттік орган әр ұсынымға бөлек уәжді жауап береді.",
            "Государственный орган даёт мотивированный ответ на каждую рекомендацию отдельно.",
            "A state body gives a reasoned answer to each recommendation separately.",
        ),
        CONTROL_LAW,
    ),
}


# --- The statute ------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Statute:
    """A council's rules as they stand on one day. Every field is the setting of that name."""

    quorum: Fraction
    majority: Majority
    mandate_years: int
    state_share: Fraction
    meeting_notice: Notice
    hearing_notice: Notice
    publication: Notice
    checking_term: Term
    consideration_term: Term
    sending_term: Term
    answer_term: Term
    objection_term: Term
    extension: Extension
    minimum_supports: int
    """How many must support a submission before the council has to look at it; 0: none."""
    minimum_age: int
    moderation_hours: int
    """Within how many hours a moderator reads what waits for her in the discussions of this council."""
    language_order: tuple[str, ...]
    legal_reference: Slots
    """What stands under every date of this council."""
    sources: Mapping[SettingKey, Source]

    def value(self, key: SettingKey) -> Any:
        """Return one setting by its key."""
        return getattr(self, key.value)

    def source(self, key: SettingKey) -> Source:
        """Return what a setting rests on."""
        return self.sources[key]


def in_force(lines: Iterable[L], on: date) -> dict[SettingKey, L]:
    """Return the line that holds on that day for each key that has one.

    The latest beginning not after the day wins; of two that begin on one day, the one entered later.
    """
    begun = (line for line in lines if line.valid_from <= on)
    return {line.key: line for line in sorted(begun, key=lambda line: (line.valid_from, line.id))}


def compose(lines: Iterable[Line], on: date) -> Statute:
    """Return the statute of that day: its lines in force, and our defaults where there is none."""
    held = in_force(lines, on)
    values: dict[str, Any] = {}
    sources: dict[SettingKey, Source] = {}
    for key, shape in SHAPES.items():
        if key in held:
            line = held[key]
            values[key.value] = shape.read(line.value)
            sources[key] = Source(line.id, line.citation, line.valid_from)
        else:
            values[key.value] = DEFAULTS[key].value
            sources[key] = Source(None, DEFAULTS[key].citation, None)
    return Statute(**values, sources=sources)
