"""What letters about moderation are made of: the statement of reasons in a payload, put into words.

The title of a thread is a stranger's and stands in quotation marks; the reason is a moderator's and stands as she wrote
it, except that it makes no links. No letter repeats a word of the text it is about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from karavan.core.languages import Slots, Wording
from karavan.core.problems import N_
from karavan.notifications.event_letters import unlinked
from karavan.notifications.proposal_letters import Words, quoted
from karavan.web.locale import gettext

if TYPE_CHECKING:
    from collections.abc import Callable

DECISION: Final = {
    "kept": Words(
        N_("A moderator has read your comment: it stays as you wrote it"),
        N_("It breaks none of the rules. You need not do anything."),
    ),
    "covered": Words(
        N_("A part of your comment is covered"),
        N_("The rest can be read. What was covered is kept: whoever decides on an appeal sees it."),
    ),
    "removed": Words(
        N_("Your comment is removed"),
        N_(
            "In its place stand the rule, the reason and the date. Your text is kept: whoever decides on an appeal "
            "sees it."
        ),
    ),
}
"""What the author reads, by what the log says of the decision."""

OUTCOME: Final = {
    "kept": Words(
        N_("The comment you flagged stays"),
        N_("A moderator has read it and found that it breaks none of the rules. You can appeal once."),
    ),
    "covered": Words(
        N_("A part of the comment you flagged is covered"),
        N_("A moderator agreed with you as far as this part goes. Thank you for looking."),
    ),
    "removed": Words(
        N_("The comment you flagged is removed"),
        N_("A moderator agreed with you. Thank you for looking."),
    ),
}
"""What somebody who flagged reads."""

APPEAL: Final = {
    "upheld": N_("The appeal is decided: the decision stands"),
    "overturned": N_("The appeal is decided: the decision is overturned"),
    "modified": N_("The appeal is decided: the decision is changed"),
}
AFTER_APPEAL: Final = {
    "keep": N_("The comment can be read as it was written."),
    "cover": N_("A part of the comment is covered."),
    "remove": N_("The comment is removed."),
}
"""How things stand after an appeal, by what the last decision does."""

BASIS: Final = {
    "premoderation": N_("Every comment in this thread is read before it is published"),
    "routine": N_("Every comment in this thread is read by a moderator"),
    "flags": N_("Somebody flagged the comment"),
    "filter": N_("A filter marked the comment"),
    "moderator": N_("A moderator came across it"),
    "state_request": N_("A state body asked for it"),
    "new_facts": N_("New facts became known"),
}
"""Why it was looked at."""

MEASURES: Final = {
    "note": N_("A note: please keep to the rule"),
    "slow": N_("You can write one comment in half an hour"),
    "premoderation": N_("A moderator reads your comments before they are published"),
    "pause": N_("You cannot write comments"),
    "closure": N_("You can no longer write comments on this site"),
}
"""Measures against a person."""


UNNAMED: Final = N_("A discussion that is not open to everybody")


class Measure(NamedTuple):
    """One measure in words, and until when it holds (an ISO moment, or "")."""

    said: str
    until: str


class ModerationLetter:
    """A letter about moderation: what its templates see."""

    def __init__(self, letter: str, payload: dict[str, Any], lang: str, *, link: Callable[[str], str]) -> None:
        self._name = letter.partition("/")[2]
        self._payload, self._lang, self._link = payload, lang, link

    def context(self) -> dict[str, Any]:
        """Return what the templates may use."""
        payload = self._payload
        statement = payload.get("statement", {})
        code = statement.get("receipt") or payload.get("receipt", "")
        measures = statement.get("measures", []) or ([payload["measure"]] if "measure" in payload else [])
        return {
            "title": self._title(),
            "council": Slots(**payload["council"]).best(self._lang),
            "case": payload["case"],
            "demo": bool(payload.get("demo")),
            "comment_url": self._link(f"comments/{payload['comment']}"),
            "appeal_url": self._link(f"comments/{payload['comment']}/appeal"),
            "rules_url": self._link("rules"),
            "receipt": code,
            "receipt_url": self._link(f"receipts/{code}") if code else "",
            "log_seq": statement.get("log_seq"),
            "log_url": self._log_line(statement.get("log_seq")),
            "appeal_until": statement.get("appeal_until") if self._can_appeal(statement) else None,
            "measures": [self._measure(one) for one in measures],
            **self._rule(statement),
            **self._found(statement),
            **self._words(statement),
        }

    def _title(self) -> Wording:
        """Name the discussion; one that is not everybody's any more has no name here."""
        thread = self._payload["thread"]
        if not thread["title"]:
            return Wording(gettext(UNNAMED), self._lang)
        return Wording(quoted(thread["title"], self._lang), thread["lang"])

    def _log_line(self, seq: int | None) -> str:
        return self._link(f"moderation/log?before={seq + 1}#line-{seq}") if seq else ""

    def _can_appeal(self, statement: dict[str, Any]) -> bool:
        """May the reader appeal: an author against what was taken, a reporter against what stays?"""
        kept = statement.get("action") == "keep"
        if self._name == "outcome":
            return kept
        return self._name == "decision" and (not kept or bool(statement.get("measures")))

    def _rule(self, statement: dict[str, Any]) -> dict[str, Any]:
        rule = self._payload.get("rule")
        words = Wording(unlinked(statement.get("words", "")), statement.get("words_lang") or self._lang)
        return {
            "rule": Slots(**rule["title"]).best(self._lang) if rule else None,
            "rule_number": rule["number"] if rule else None,
            "reason": words,
        }

    def _found(self, statement: dict[str, Any]) -> dict[str, Any]:
        """Say why it was looked at, and what a program did."""
        basis = statement.get("basis") or self._payload.get("basis", "")
        return {
            "basis": gettext(BASIS[basis]) if basis else "",
            "found_by_machine": bool(statement.get("found_by_machine")),
            "decided_by_machine": bool(statement.get("decided_by_machine")),
        }

    def _measure(self, measure: dict[str, Any]) -> Measure:
        kind = measure["kind"]
        return Measure(gettext(MEASURES[kind]), measure["until"] or "")

    def _words(self, statement: dict[str, Any]) -> dict[str, str]:
        said = {"decision": DECISION, "outcome": OUTCOME}.get(self._name)
        if said is not None:
            words = said[statement["said"]]
            return {"said": gettext(words.said), "then": gettext(words.then)}
        if self._name == "appeal_decided":
            outcome, action = statement["said"], statement["action"]
            return {"said": gettext(APPEAL[outcome]), "then": gettext(AFTER_APPEAL[action])}
        return {"said": "", "then": ""}
