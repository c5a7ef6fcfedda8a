"""What letters about submissions are made of: the payload's plain facts, put into words.

What a stranger typed stands in quotation marks that it cannot close, on one line, and nothing in it reads as a link.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from karavan.core.languages import Slots, Wording
from karavan.core.problems import N_
from karavan.core.text import BadText, clean_line
from karavan.core.when import day_medium
from karavan.notifications.event_letters import unlinked
from karavan.web.locale import gettext

if TYPE_CHECKING:
    from collections.abc import Callable


class Words(NamedTuple):
    """What happened, and what comes next."""

    said: str
    then: str


STEPS: Final[dict[str, dict[str, Words]]] = {
    "submit": {
        "author": Words(
            N_("Your proposal has arrived"),
            N_("A moderator reads it before it is published. Its place in the queue and the date stand on its page."),
        ),
    },
    "return": {
        "author": Words(
            N_("Your proposal came back to you for changes"),
            N_("Change the text on its page and send it again. The number stays the same."),
        ),
    },
    "refuse": {
        "author": Words(
            N_("Your proposal was not accepted for publication"),
            N_("Only you and the council's staff can read its text. You can write another proposal."),
        ),
    },
    "publish": {
        "author": Words(
            N_("Your proposal is published"),
            N_("Everybody can read and support it now. How much support the council asks for stands on its page."),
        ),
    },
    "admit": {
        "author": Words(
            N_("The council takes up your proposal"),
            N_("The council's term runs from today. The date, and how it was counted, stand on the page."),
        ),
    },
    "consider": {
        "author": Words(
            N_("The council is considering your proposal"),
            N_("It will recommend something to the body that can act, or say why it does not."),
        ),
    },
    "recommend": {
        "author": Words(
            N_("Your proposal led to a recommendation"),
            N_("Who answers, and by which date, stands on the page. We write to you when the answer is there."),
        ),
        "supporter": Words(
            N_("A proposal you support led to a recommendation"),
            N_("Who answers, and by which date, stands on the page. We write to you when the answer is there."),
        ),
    },
    "decline": {
        "author": Words(
            N_("Your proposal was not accepted"),
            N_("The reason and everything that was done stay on the page for everyone to read."),
        ),
        "supporter": Words(
            N_("A proposal you support was not accepted"),
            N_("The reason and everything that was done stay on the page for everyone to read."),
        ),
    },
    "answer": {
        "author": Words(
            N_("Your proposal has an answer"),
            N_("Read it and say whether it answers you. If it does not, you can object once, and the council decides."),
        ),
        "supporter": Words(
            N_("A proposal you support has an answer"),
            N_("Read the answer on the page."),
        ),
    },
    "reopen": {
        "author": Words(
            N_("A new answer to your proposal is expected"),
            N_("The council agreed with the objection to the answer. The new date stands on the page."),
        ),
    },
    "complete": {
        "author": Words(
            N_("What you proposed is done"),
            N_("The whole way it took stays on its page."),
        ),
        "supporter": Words(
            N_("A proposal you support is done"),
            N_("The whole way it took stays on its page."),
        ),
    },
    "withdraw": {
        "author": Words(
            N_("Your proposal is withdrawn"),
            N_("Its number stays, its text is no longer shown. You can write another proposal."),
        ),
        "supporter": Words(
            N_("A proposal you support was withdrawn"),
            N_("You need not do anything. You can read and support other proposals."),
        ),
    },
    "join": {
        "author": Words(
            N_("Your proposal is joined with another one"),
            N_("Its page stays. What happens next is shown on the page of the other proposal."),
        ),
        "supporter": Words(
            N_("A proposal you support is joined with another one"),
            N_("Your support stays where it is. You can move it to the other proposal on the page."),
        ),
    },
}
"""By act and by role: every line of `proposals.lifecycle.LIFE` that tells somebody."""

NEWS: Final = {
    "submit": N_("Received"),
    "return": N_("Returned to the author for changes"),
    "refuse": N_("Not accepted for publication"),
    "publish": N_("Published"),
    "gather": N_("Gathers support"),
    "admit": N_("Accepted by the council for consideration"),
    "consider": N_("The council is considering it"),
    "recommend": N_("The council sent a recommendation"),
    "decline": N_("Not accepted"),
    "answer": N_("There is an answer"),
    "reopen": N_("A new answer is expected"),
    "complete": N_("Done"),
    "withdraw": N_("Withdrawn by the author"),
    "join": N_("Joined with another proposal"),
}
"""What a digest calls each act."""

DATES: Final = {
    "checking": N_("Check before publication"),
    "consideration": N_("Consideration by the council"),
    "sending": N_("Sending the recommendation"),
    "answer": N_("Answer to the recommendation"),
    "objection": N_("Decision on an objection"),
}
"""What each kind of deadline is the date of."""

OCCASIONS: Final = {
    "half_time": Words(N_("Half of the term has passed"), ""),
    "soon": Words(N_("The date is near"), ""),
    "last_day": Words(N_("Today is the last day"), ""),
    "passed": Words(
        N_("The date has passed"),
        N_("It can still be done: it will be shown with the day on which it came."),
    ),
}
"""Why staff are reminded just now."""

_QUOTES: Final = re.compile('["«»“”„‟‹›„\u275d\u275e\u301d-\u301f\uff02]')
_OUTER: Final = {"kk": ("«", "»"), "ru": ("«", "»"), "en": ("“", "”")}
_LONGEST: Final = 400
AUTHORS_REASON: Final = ("withdraw",)
"""Acts whose reason a resident wrote; the others' reasons were written by staff, who may give an address."""


def quoted(text: str, lang: str) -> str:
    """Put what a stranger typed into quotation marks for a reader of `lang`.

    It comes on one line, quotation marks within become simple ones, and no mail program makes a link of it.
    """
    opening, closing = _OUTER[lang]
    return f"{opening}{unlinked(_QUOTES.sub(chr(39), one_line(text)))}{closing}"


def one_line(text: str) -> str:
    """Return a text without line breaks and without signs that are not seen, however it came into the database."""
    try:
        return clean_line(" ".join(text.split()), limit=_LONGEST)
    except BadText:
        return "…"


class Line(NamedTuple):
    """One submission in a letter about several: its number, its title in quotation marks, and what is said of it."""

    number: str
    title: Wording
    url: str
    said: str = ""
    at: str = ""


class ProposalLetter:
    """A letter about submissions: what its templates see."""

    def __init__(self, payload: dict[str, Any], lang: str, *, link: Callable[[str], str]) -> None:
        self._payload, self._lang, self._link = payload, lang, link

    def context(self) -> dict[str, Any]:
        """Return what the templates may use."""
        payload = self._payload
        known: dict[str, Any] = {"demo": False, "council": self._best(payload.get("council", {}))}
        if "proposal" in payload:
            known |= self._of_one(payload["proposal"])
        if "into" in payload:
            known["into"] = self._line(payload["into"])
        if "subject" in payload:
            known |= self._of_subject(payload["subject"])
        if "proposals" in payload:
            known |= {name: self._best(payload[name]) for name in ("title", "text", "basis")}
            known["proposals"] = [self._line(one) for one in payload["proposals"]]
        if "changes" in payload:
            known["changes"] = [self._news(one) for one in payload["changes"]]
        return known | self._reason() | self._dates() | self._words()

    def _of_one(self, proposal: dict[str, Any]) -> dict[str, Any]:
        line = self._line(proposal)
        return {
            "number": line.number,
            "title": line.title,
            "proposal_url": line.url,
            "demo": bool(proposal.get("demo")),
        }

    def _of_subject(self, subject: dict[str, Any]) -> dict[str, Any]:
        """Say what a date is about: a submission, in a stranger's words, or a recommendation, in the council's."""
        if subject["kind"] == "proposal":
            line = self._line(subject)
            return {"number": line.number, "title": line.title}
        return {"number": subject["number"], "title": self._best(subject["title"])}

    def _reason(self) -> dict[str, Any]:
        wording = self._best(self._payload.get("reason", {}))
        if self._payload.get("act") in AUTHORS_REASON:
            wording = Wording(unlinked(wording.text), wording.lang)
        return {"reason": wording}

    def _dates(self) -> dict[str, str]:
        """Say which date a letter is about, and where it is explained."""
        payload = self._payload
        if "deadline_id" not in payload:
            return {}
        return {
            "date_of": gettext(DATES[payload["kind"]]),
            "date_url": self._link(f"deadlines/{payload['deadline_id']}"),
        }

    def _words(self) -> dict[str, str]:
        payload = self._payload
        if "occasion" in payload:
            words = OCCASIONS[payload["occasion"]]
        elif "act" in payload:
            words = STEPS[payload["act"]][payload["role"]]
        else:
            return {}
        return {"said": gettext(words.said), "then": gettext(words.then) if words.then else ""}

    def _news(self, change: dict[str, Any]) -> Line:
        at = datetime.fromisoformat(change["happened_at"])
        said = gettext(NEWS[change["act"]])
        return self._line(change)._replace(said=said, at=day_medium(at, self._lang))

    def _line(self, proposal: dict[str, Any]) -> Line:
        number = proposal["number"]
        title = Wording(quoted(proposal["title"], self._lang), proposal["lang"])
        return Line(number, title, self._link(f"proposals/{number}"))

    def _best(self, slots: dict[str, str]) -> Wording:
        return Slots(**slots).best(self._lang)
