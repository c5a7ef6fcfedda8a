"""Rules of balance in a lottery: what they may be about, whether they can be kept, and that in words. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from karavan.core.places import HOME_DISTRICTS, PLACES
from karavan.core.problems import N_, Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from karavan.core.languages import Slots

UNKNOWN: Final = "unknown"
YOUNG: Final = 30
VALUES: Final[dict[str, tuple[str, ...]]] = {
    "district": HOME_DISTRICTS,
    "sex": ("female", "male"),
    "newcomer": ("yes", "no"),
    "under_30": ("yes", "no"),
}
"""What a rule may be about. Who did not say counts for none of them."""
ASKED: Final = {"sex": "sex", "under_30": "born"}
"""What the event has to ask people, so that it is known (`Event.asks`)."""
WORDS: Final = {
    ("sex", "female"): N_("Women"),
    ("sex", "male"): N_("Men"),
    ("newcomer", "yes"): N_("Newcomers: never had a seat with this organiser"),
    ("newcomer", "no"): N_("People who have been here before"),
    ("under_30", "yes"): N_("Under 30"),
    ("under_30", "no"): N_("30 and older"),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """So many of the accepted, at least and at most, are such people."""

    by: str
    value: str
    least: int
    most: int

    def stored(self) -> dict[str, Any]:
        """Return the rule as it is kept and published."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Margin:
    """A rule beside how many such people there are."""

    rule: Rule
    there: int

    @property
    def short(self) -> bool:
        """Are there fewer than the rule wants?"""
        return self.there < self.rule.least


def read(stored: Iterable[dict[str, Any]]) -> tuple[Rule, ...]:
    """Read rules as they are kept."""
    return tuple(Rule(**one) for one in stored)


def named(by: str, value: str) -> Slots | Message:
    """Say of whom a rule is."""
    return PLACES[value] if by == "district" else Message(WORDS[(by, value)])


def under_30(born: int | None, year: int) -> str:
    """Say whether somebody is under 30 in the year of the event; only the year of birth is known."""
    if born is None:
        return UNKNOWN
    return "yes" if year - born < YOUNG else "no"


def contradictions(rules: Sequence[Rule], places: int) -> list[Message]:
    """Say which rules could never be kept, whoever applies."""
    found: list[Message] = []
    twice = [pair for pair, times in Counter((rule.by, rule.value) for rule in rules).items() if times > 1]
    if twice:
        found.append(Message("Two rules are about the same people. Write one rule for them."))
    if any(rule.most < rule.least for rule in rules):
        found.append(Message("A rule wants more people than it allows: its largest number is below its smallest."))
    for kind in VALUES:
        least = sum(rule.least for rule in rules if rule.by == kind)
        if least > places:
            sentence = "Rules of one kind want %(least)d people together, and there are only %(places)d places."
            found.append(Message(sentence, {"least": least, "places": places}))
    return found


def margins(rules: Iterable[Rule], rows: Sequence[dict[str, str]]) -> list[Margin]:
    """Count for each rule how many people of a list there are."""
    return [Margin(rule, sum(row.get(rule.by) == rule.value for row in rows)) for rule in rules]
