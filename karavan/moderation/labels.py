"""How moderation calls things: English sentences, translated where they are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from karavan.core.problems import N_, Message
from karavan.moderation.models import Action, LogAction, Mode, Origin, Outcome, SanctionKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LOG_ACTIONS: Final = {
    LogAction.KEPT: N_("The comment stays as it is"),
    LogAction.COVERED: N_("A part of the comment was covered"),
    LogAction.REMOVED: N_("The comment was removed"),
    LogAction.HELD: N_("The comment is held until a moderator has read it"),
    LogAction.RELEASED: N_("The time ran out: the comment is shown again"),
    LogAction.UNDONE: N_("The moderator took the decision back"),
    LogAction.PROPOSED: N_("A decision was proposed; a second moderator has to agree"),
    LogAction.REFUSED: N_("The second moderator did not agree"),
    LogAction.APPEALED: N_("An appeal was made"),
    LogAction.UPHELD: N_("On appeal: the decision stays"),
    LogAction.OVERTURNED: N_("On appeal: the decision was overturned"),
    LogAction.MODIFIED: N_("On appeal: the decision was changed in part"),
    LogAction.RECUSED: N_("A moderator stepped aside because of an interest"),
    LogAction.OVERDUE: N_("The time for a decision passed without one"),
    LogAction.SANCTIONED: N_("A measure against an author began"),
    LogAction.SANCTION_LIFTED: N_("A measure against an author was lifted"),
    LogAction.REQUESTED: N_("A state body asked for something"),
    LogAction.MODE_CHANGED: N_("The way of moderating a discussion was changed"),
    LogAction.THREAD_CLOSED: N_("A discussion was closed"),
    LogAction.THREAD_REOPENED: N_("A discussion was opened again"),
    LogAction.WORDS_CHANGED: N_("The list of watched words was changed"),
    LogAction.REOPENED: N_("A case was opened again: something new has become known"),
}
ORIGINS: Final = {
    Origin.PREMODERATION: N_("Read before publication"),
    Origin.ROUTINE: N_("Every comment is read"),
    Origin.FLAGS: N_("Flagged by readers"),
    Origin.FILTER: N_("Found by the filter"),
    Origin.MODERATOR: N_("Noticed by a moderator"),
    Origin.STATE_REQUEST: N_("Asked by a state body"),
    Origin.NEW_FACTS: N_("New facts after a decision"),
}
ACTIONS: Final = {
    Action.KEEP: N_("Left as it is"),
    Action.COVER: N_("Covered in part"),
    Action.REMOVE: N_("Removed"),
}
APPEALS: Final = {
    "waiting": N_("Waiting for a decision"),
    Outcome.UPHELD: N_("The decision stays"),
    Outcome.OVERTURNED: N_("Overturned"),
    Outcome.MODIFIED: N_("Changed in part"),
}
SANCTIONS: Final = {
    SanctionKind.NOTE: N_("A note to the author"),
    SanctionKind.SLOW: N_("One comment in a while"),
    SanctionKind.PREMODERATION: N_("Comments are read before publication"),
    SanctionKind.PAUSE: N_("A pause in writing"),
    SanctionKind.CLOSURE: N_("No more comments from this account"),
}
MODES: Final = {
    Mode.BEFORE: N_("Every comment is read before publication"),
    Mode.AFTER: N_("Comments appear at once, and each is read"),
    Mode.ON_REPORT: N_("Comments appear at once; what is flagged is read"),
}
ALIGNMENTS: Final = {
    "for": N_("For"),
    "against": N_("Against"),
    "neutral": N_("Neither for nor against"),
    "none": N_("Not said"),
}
REQUESTS: Final = {
    "carried_out": N_("Carried out"),
    "refused": N_("Refused"),
    "waiting": N_("Waiting for a decision"),
}
AGREEMENT: Final = {
    "action": N_("The same decision"),
    "rule": N_("The same rule"),
}
OVERTURNS: Final = {
    "overturned": N_("Overturned"),
    "changed": N_("Overturned or changed in part"),
}
TIMES: Final = {
    "median": N_("Half were decided within, hours"),
    "p90": N_("Nine of ten were decided within, hours"),
}
AUTOMATED: Final = {"yes": N_("By itself"), "no": N_("By a person")}
_ROLES: Final = {
    "moderator": N_("Moderator No. %(number)s"),
    "second": N_("Second moderator No. %(number)s"),
    "reviewer": N_("Reviewer No. %(number)s"),
    "administrator": N_("Administrator No. %(number)s"),
}
_ALONE: Final = {
    "machine": N_("By itself"),
    "clock": N_("By itself"),
    "author": N_("The author"),
    "reporter": N_("A reader who flagged it"),
    "administrator": N_("Administrator"),
}


def by_whom(role: str) -> str | Message:
    """Say who acted, by role: `moderator:3`. A role nobody knows is shown as it was written."""
    name, _, number = role.partition(":")
    if number and name in _ROLES:
        return Message(_ROLES[name], {"number": number})
    return _ALONE.get(role, role)


def origin(basis: str) -> str:
    """Say how a case began; what nobody knows is shown as it was written."""
    known = {one.value: words for one, words in ORIGINS.items()}
    return known.get(basis, basis)


def facts_of(facts: Mapping[str, Any]) -> Iterator[Message]:
    """Say what else a line tells, as far as it has words: the rest is in the JSON."""
    for name, (words, meanings) in _FACTS.items():
        value = facts.get(name)
        if value and meanings is None:
            yield Message(words, {"num": value})
        elif meanings is not None and value in meanings:
            yield Message(words, {"what": Message(meanings[value])})


_FACTS: Final[dict[str, tuple[str, Mapping[Any, str] | None]]] = {
    "measure": (N_("Decision: %(what)s"), ACTIONS),
    "kind": (N_("Measure: %(what)s"), SANCTIONS),
    "hours": (N_("Hours: %(num)s"), None),
    "before": (N_("Until now: %(what)s"), MODES),
    "after": (N_("From now on: %(what)s"), MODES),
    "slow_seconds": (N_("Seconds between two comments of one person: %(num)s"), None),
    "added": (N_("Words added: %(num)s"), None),
    "ended": (N_("Words taken off: %(num)s"), None),
    "earlier": (N_("Earlier decision: line No. %(num)s"), None),
}
