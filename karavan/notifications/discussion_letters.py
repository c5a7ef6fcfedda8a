"""What letters about discussions are made of: the payload's plain facts, put into words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from karavan.core.languages import Wording
from karavan.core.problems import N_
from karavan.notifications.proposal_letters import quoted
from karavan.web.locale import gettext

if TYPE_CHECKING:
    from collections.abc import Callable

SAID: Final = {
    "reply": N_("Somebody answered your comment"),
    "mention": N_("Somebody mentioned you in a discussion"),
}
"""By occasion."""
WHY: Final = {
    "reply": N_("You get this letter because you wrote the comment that was answered."),
    "mention": N_("You get this letter because you have written in this discussion and your name was mentioned."),
}


class DiscussionLetter:
    """A letter about a comment: what its templates see. What strangers typed stands in quotation marks."""

    def __init__(self, payload: dict[str, Any], lang: str, *, link: Callable[[str], str]) -> None:
        self._payload, self._lang, self._link = payload, lang, link

    def context(self) -> dict[str, Any]:
        """Return what the templates may use."""
        payload, occasion = self._payload, self._payload["occasion"]
        return {
            "said": gettext(SAID[occasion]),
            "why": gettext(WHY[occasion]),
            "by": quoted(payload["by"], self._lang),
            "title": Wording(quoted(payload["title"], self._lang), payload["title_lang"]),
            "comment_url": self._link(f"comments/{payload['comment']}"),
        }
