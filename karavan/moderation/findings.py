"""What a drawing shows, in one sentence: its title, and what a screen reader says instead of the picture. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from karavan.core.problems import Message
from karavan.moderation import labels
from karavan.moderation.conduct import BY_CODE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from karavan.moderation.transparency import Figure

NOTHING: Final = Message("Nothing in this period")
TOO_FEW: Final = Message("Too few to compare")


def findings_of(
    figures: Mapping[str, Figure], lang: str, *, percent: Callable[[float], str], hours: Callable[[int], str]
) -> dict[str, Message]:
    """Return the finding of every drawing, for a reader of a language."""
    return {
        "origins": _largest(figures["origins"], Message("Most cases began so: %(what)s"), labels.ORIGINS),
        "decisions": _largest(figures["decisions"], Message("Most decisions: %(what)s"), labels.ACTIONS),
        "decisions_by_month": _months(figures["decisions_by_month"]),
        "time_to_decision": _times(
            figures["time_to_decision"], Message("Half of the decisions were taken within, hours: %(hours)s"), hours
        ),
        "time_to_appeal_decision": _times(
            figures["time_to_appeal_decision"],
            Message("Half of the appeals were decided within, hours: %(hours)s"),
            hours,
        ),
        "reasons": _largest(
            figures["reasons"],
            Message("The most frequent reason: %(what)s"),
            {code: clause.current.title.best(lang).text for code, clause in BY_CODE.items()},
        ),
        "appeals": _appeals(figures),
        "sanctions": _sum(figures["sanctions"], Message("Measures against authors: %(num)s")),
        "state_requests": _sum(figures["state_requests"], Message("Requests of state bodies: %(num)s")),
        "agreement": _agreement(figures["agreement"], percent),
        "removals_by_alignment": _compared(
            figures["removals_by_alignment"],
            ("against", Message("Comments against are removed more often than comments for")),
            ("for", Message("Comments for are removed more often than comments against")),
            Message("No difference can be seen between comments for and comments against"),
        ),
        "removals_by_language": _compared(
            figures["removals_by_language"],
            ("kk", Message("Comments in Kazakh are removed more often than comments in Russian")),
            ("ru", Message("Comments in Russian are removed more often than comments in Kazakh")),
            Message("No difference can be seen between comments in Kazakh and in Russian"),
        ),
    }


def _largest(figure: Figure, said: Message, words: Mapping[Any, str]) -> Message:
    top = figure.top
    return NOTHING if top is None else said.with_facts(what=Message(words[top.group]))


def _sum(figure: Figure, said: Message) -> Message:
    return said.with_facts(num=figure.total) if figure.total else NOTHING


def _months(figure: Figure) -> Message:
    groups = list(dict.fromkeys(line.group for line in figure.lines))
    if not figure.total:
        return NOTHING
    sums = [sum(line.count for line in figure.lines if line.group == group) for group in groups[-2:]]
    if len(sums) < 2:
        return Message("Decisions this month: %(num)s", {"num": sums[-1]})
    return Message("Decisions this month: %(num)s, last month: %(before)s", {"num": sums[1], "before": sums[0]})


def _times(figure: Figure, said: Message, hours: Callable[[int], str]) -> Message:
    minutes = figure.get("median").minutes
    return NOTHING if minutes is None else said.with_facts(hours=hours(minutes))


def _appeals(figures: Mapping[str, Figure]) -> Message:
    changed = figures["overturns"].get("changed")
    if not figures["appeals"].total:
        return NOTHING
    return Message(
        "Appeals decided: %(all)s, decisions overturned or changed: %(changed)s",
        {"all": changed.of, "changed": changed.count},
    )


def _agreement(figure: Figure, percent: Callable[[float], str]) -> Message:
    same = figure.get("action")
    if not same.of:
        return NOTHING
    if same.share is None:
        return TOO_FEW
    said = Message("Another moderator, not knowing the decision, decided alike in: %(share)s")
    return said.with_facts(share=percent(same.share))


def _compared(figure: Figure, one: tuple[str, Message], other: tuple[str, Message], neither: Message) -> Message:
    """Say which of two groups is removed more often: only if their intervals do not even touch."""
    first, second = figure.get(one[0]).interval, figure.get(other[0]).interval
    if first is None or second is None:
        return TOO_FEW
    if first[0] > second[1]:
        return one[1]
    return other[1] if second[0] > first[1] else neither
