"""From a row of the outbox to a message, in the language of whoever will read it.

A letter is a folder under `templates/letters` with `subject.txt`, `body.txt`, `body.html` and `sms.txt`. It is
written when it leaves, by a task that serves no request: links come from the settings, never from a Host header, and
templates see only what is handed to them here.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from flask import current_app

from karavan.core.languages import Slots, Wording
from karavan.core.when import DEFAULT_ZONE, clock, day_long, day_range, time_range
from karavan.notifications.discussion_letters import DiscussionLetter
from karavan.notifications.event_letters import EventLetter
from karavan.notifications.hearing_letters import HearingLetter
from karavan.notifications.messages import Outgoing
from karavan.notifications.models import Channel
from karavan.notifications.moderation_letters import ModerationLetter
from karavan.notifications.proposal_letters import ProposalLetter
from karavan.web.locale import speaking

if TYPE_CHECKING:
    from collections.abc import Callable

    from karavan.notifications.models import Letter

_EMPTY_LINES: Final = re.compile(r"\n{3,}")
_RAW: Final = (
    "event",
    "people",
    "ticket",
    "application",
    "proposal",
    "proposals",
    "into",
    "subject",
    "thread",
    "statement",
    "measure",
    "hearing",
    "stood",
)
"""Facts that templates get only in words: a name as it was typed could be a link."""


def render(letter: Letter) -> Outgoing:
    """Write out a letter for the channel it takes."""
    with speaking(letter.lang):
        words = Stationery(letter)
        if letter.channel == Channel.SMS:
            return words.short_message()
        return words.email()


class Stationery:
    """Everything one letter is written with: its payload, and the helpers its templates may call."""

    def __init__(self, letter: Letter) -> None:
        self._letter = letter
        self._base: str = current_app.extensions["karavan.settings"].base_url
        self._zone: str = letter.payload.get("event", {}).get("zone", DEFAULT_ZONE)
        self._event = (
            EventLetter(letter.letter, letter.payload, letter.lang, base_url=self._base)
            if "event" in letter.payload
            else None
        )
        about_proposals = letter.letter.startswith("proposals/")
        about_comments = letter.letter.startswith("discussion/")
        about_moderation = letter.letter.startswith("moderation/")
        about_hearings = letter.letter.startswith("hearings/")
        ticket, application = letter.payload.get("ticket"), letter.payload.get("application")
        self._context: dict[str, Any] = {
            **{name: fact for name, fact in letter.payload.items() if name not in _RAW},
            **(self._event.context() if self._event else {}),
            **(ProposalLetter(letter.payload, letter.lang, link=self.link).context() if about_proposals else {}),
            **(DiscussionLetter(letter.payload, letter.lang, link=self.link).context() if about_comments else {}),
            **(HearingLetter(letter.payload, letter.lang, link=self.link).context() if about_hearings else {}),
            **(
                ModerationLetter(letter.letter, letter.payload, letter.lang, link=self.link).context()
                if about_moderation
                else {}
            ),
            "lang": letter.lang,
            "base_url": self._base,
            "host": urlsplit(self._base).hostname,
            "ticket_url": self.ticket_link(ticket) if ticket else "",
            "application_url": self.application_link(application) if application else "",
            **{name: getattr(self, name) for name in ("link", "ticket_link", "moment", "day", "wording")},
            "day_range": self._formatted(day_range),
            "time_range": self._formatted(time_range),
        }

    def email(self) -> Outgoing:
        """Write subject, text, HTML and what goes with them."""
        subject = " ".join(self._write("subject.txt").split())
        text = self._write("body.txt", subject=subject)
        return Outgoing(
            **self._envelope(),
            subject=subject,
            text=_tidy(text),
            html=self._write("body.html", subject=subject),
            pictures=self._event.pictures() if self._event else {},
            calendar=self._event.calendar() if self._event else None,
        )

    def short_message(self) -> Outgoing:
        """Write the same in a few lines, for somebody who left only a phone number."""
        return Outgoing(**self._envelope(), text=_tidy(self._write("sms.txt")))

    def link(self, path: str) -> str:
        """Return the absolute address of a page, in the reader's language."""
        return f"{self._base}/{self._letter.lang}/{path.lstrip('/')}"

    def ticket_link(self, public_id: str) -> str:
        """Sign the link that is the key to a registration: only now, so that the database never holds it."""
        token = current_app.extensions["karavan.keys"].seal(public_id, purpose="ticket")
        return self.link(f"registrations/{token}")

    def application_link(self, public_id: str) -> str:
        """Sign the link that is the key to an application to an event."""
        token = current_app.extensions["karavan.keys"].seal(public_id, purpose="application")
        return self.link(f"applications/{token}")

    def moment(self, iso: str) -> str:
        """Say a moment on the event's own clock: «2026 жылғы 5 наурыз, бейсенбі, 12:00»."""
        at, lang = datetime.fromisoformat(iso), self._letter.lang
        return f"{day_long(at, lang, self._zone)}, {clock(at, lang, self._zone)}"

    def day(self, iso: str) -> str:
        """Say a plain day, such as the one by which an answer is due: «2026 жылғы 5 наурыз, бейсенбі»."""
        return day_long(date.fromisoformat(iso), self._letter.lang)

    def wording(self, slots: dict[str, str]) -> Wording:
        """Choose the reader's wording of a text that exists in up to three languages."""
        return Slots(**slots).best(self._letter.lang)

    def _formatted(self, function: Callable[..., str]) -> Callable[[str, str], str]:
        def formatted(start: str, end: str) -> str:
            return function(datetime.fromisoformat(start), datetime.fromisoformat(end), self._letter.lang, self._zone)

        return formatted

    def _envelope(self) -> dict[str, Any]:
        letter = self._letter
        return {"key": letter.key, "channel": letter.channel, "address": letter.address, "lang": letter.lang}

    def _write(self, part: str, **more: str) -> str:
        # Not flask.render_template: its context processors ask the request who is looking, and there is none.
        template = current_app.jinja_env.get_template(f"letters/{self._letter.letter}/{part}")
        return template.render(self._context, **more)


def _tidy(text: str) -> str:
    """Take away what templates leave behind: spaces at the ends of lines, more than one empty line."""
    lines = "\n".join(line.strip() for line in text.splitlines())
    return _EMPTY_LINES.sub("\n\n", lines).strip() + "\n"
