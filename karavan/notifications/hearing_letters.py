"""What letters about hearings are made of: the payload's plain facts, put into words."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from karavan.core.languages import Slots, Wording
from karavan.core.problems import N_
from karavan.core.when import clock, day_long, day_medium, local_day, time_range
from karavan.web.locale import gettext

if TYPE_CHECKING:
    from collections.abc import Callable

NEWS: Final = {
    "notice": N_("The notice begins anew: its days are counted from today."),
    "words": N_("What is put to the public, or at whose call, is worded differently now."),
    "documents": N_("A document was added or has a new version. What stood there before stays to be read."),
    "statements": N_("Until when statements are taken, or how long each person may speak, has changed."),
    "languages": N_("The languages of the hearing have changed."),
}
"""What can be different, but for time and place, which a letter gives before and after."""


class HearingLetter:
    """A letter about a hearing: what its templates see."""

    def __init__(self, payload: dict[str, Any], lang: str, *, link: Callable[[str], str]) -> None:
        self._payload, self._lang, self._link = payload, lang, link

    def context(self) -> dict[str, Any]:
        """Return what the templates may use."""
        payload, hearing = self._payload, self._payload.get("hearing")
        if not hearing:
            return {}
        url = self._link(f"hearings/{hearing['slug']}")
        what = payload.get("what", ())
        before = hearing | payload.get("stood", {})
        return {
            "title": self._best(hearing["title"]),
            "council": self._best(payload.get("council", {})),
            "when": self._when(hearing),
            "where": self._where(hearing),
            "stream_url": hearing["stream_url"],
            "until": self._moment(hearing["statements_until"]),
            "hearing_url": url,
            "statement_url": f"{url}/statement",
            "demo": hearing["demo"],
            "reason": self._best(payload.get("reason", {})),
            "short_notice": self._best(payload.get("short_notice", {})),
            "when_before": self._when(before) if "when" in what else "",
            "where_before": self._where(before) if "where" in what else "",
            "news": [gettext(NEWS[one]) for one in what if one in NEWS],
        }

    def _when(self, hearing: dict[str, Any]) -> str:
        starts, ends = datetime.fromisoformat(hearing["starts_at"]), datetime.fromisoformat(hearing["ends_at"])
        if local_day(starts) == local_day(ends):
            return f"{day_long(starts, self._lang)}, {time_range(starts, ends, self._lang)}"
        return " – ".join(f"{day_medium(at, self._lang)}, {clock(at, self._lang)}" for at in (starts, ends))

    def _where(self, hearing: dict[str, Any]) -> str:
        names = (self._best(hearing["venue"]).text, self._best(hearing["place"]).text)
        return ", ".join(dict.fromkeys(filter(None, names)))

    def _moment(self, iso: str) -> str:
        at = datetime.fromisoformat(iso)
        return f"{day_long(at, self._lang)}, {clock(at, self._lang)}"

    def _best(self, slots: dict[str, str]) -> Wording:
        return Slots(**slots).best(self._lang)
