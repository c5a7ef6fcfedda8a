"""What people type in threads, turned into values. The rules decide."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from wtforms import BooleanField, HiddenField, StringField, TextAreaField
from wtforms.validators import StopValidation

from karavan.core.problems import N_, Message
from karavan.core.text import BadText, clean_text
from karavan.core.tokens import new_public_id
from karavan.discussion.models import Alignment
from karavan.discussion.rules.post import NewComment
from karavan.moderation.models import Mode
from karavan.record.models import ActorRole
from karavan.web.fields import Choice, Radios, complain, texts
from karavan.web.forms import STALE, Form, Required, Versioned, text
from karavan.web.locale import say, written_in

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from wtforms import Field

    from karavan.core.languages import Slots
    from karavan.core.tokens import Keys
    from karavan.discussion.models import Thread

LETTERS: Final = 4000
"""How many letters a comment may have."""
REASON: Final = 600
KEPT: Final = 20_000
"""A draft keeps so many letters, checked or not."""
UNHURRIED: Final = timedelta(seconds=3)
"""Nobody reads a page, writes and presses in less; a program does."""
OPENED: Final = "comment-form"
"""What the moment in a form is sealed for."""

ALIGNMENTS: Final = (
    (Alignment.FOR.value, N_("For the proposal")),
    (Alignment.AGAINST.value, N_("Against it")),
    (Alignment.NEUTRAL.value, N_("Neither: a question or a remark")),
    ("", N_("I would rather not say")),
)
ROLES: Final = {
    ActorRole.ORGANISER: Message("As an organiser: %(organisation)s"),
    ActorRole.COUNCIL_MEMBER: Message("As a member of the council: %(organisation)s"),
    ActorRole.MODERATOR: Message("As a moderator: %(organisation)s"),
    ActorRole.SECRETARY: Message("As the secretary: %(organisation)s"),
}
"""How a role is offered to whoever holds it."""
MODES: Final = (
    (Mode.ON_REPORT.value, N_("Comments appear at once; a moderator reads what somebody flags")),
    (Mode.AFTER.value, N_("Comments appear at once; a moderator reads each of them")),
    (Mode.BEFORE.value, N_("A moderator reads each comment before it appears")),
)
PAUSES: Final = (
    ("0", N_("No pause")),
    ("30", N_("30 seconds")),
    ("60", N_("1 minute")),
    ("300", N_("5 minutes")),
    ("900", N_("15 minutes")),
    ("3600", N_("1 hour")),
)
REASON_OWED: Final = N_("Give a reason in Kazakh or in Russian.")


class PressForm(Form):
    """Only a button."""


class TextForm(Form):
    """A text in a thread, and what it says to the matter."""

    source = TextAreaField(N_("Your comment"), [Required(N_("Write your comment.")), text(LETTERS)])
    alignment = Radios(N_("What do you say to the proposal?"), choices=ALIGNMENTS)

    def __init__(self, *args: Any, takes_sides: bool, **kwargs: Any) -> None:
        """Ask for or against where there is something to be for or against."""
        super().__init__(*args, **kwargs)
        self.alignment.data = self.alignment.data or ""
        if not takes_sides:
            del self.alignment

    @property
    def stale(self) -> bool:
        """Did the form come without our token, as it was checked last? Then nothing may be written."""
        return STALE in self.form_errors

    @property
    def side(self) -> Alignment | None:
        """What it says to the matter, if she says."""
        return Alignment(self.alignment.data) if "alignment" in self and self.alignment.data else None

    def typed(self) -> str:
        """Return what was typed, unchecked, as every database keeps it."""
        return (self.source.data or "")[:KEPT].replace("\0", "").encode("utf-8", "replace").decode()

    def readable(self) -> str:
        """Return the text as it would be stored, for a look at it; empty if it cannot be taken as it is."""
        try:
            return clean_text(self.source.data or "", limit=LETTERS)
        except BadText:
            return ""


class CommentForm(TextForm):
    """A comment that is being written. The last field is for programs: people do not see it."""

    key = HiddenField()
    opened = HiddenField()
    speaking_as = Radios(N_("In whose name do you write?"))
    official = BooleanField(N_("This is an official answer."))
    homepage = StringField(N_("Leave this empty"))

    def __init__(self, *args: Any, roles: Sequence[ActorRole], organisation: str, keys: Keys, **kwargs: Any) -> None:
        """Offer the roles she holds, and make the key by which a second press is known."""
        super().__init__(*args, **kwargs)
        self._keys = keys
        offered = {role.value: say(ROLES[role].with_facts(organisation=organisation)) for role in roles}
        self.speaking_as.choices = {"": N_("In my own name"), **offered}
        self.speaking_as.data = self.speaking_as.data or ""
        if not self.key.data:
            self.key.data = new_public_id()
        if not roles:
            del self.speaking_as, self.official

    def validate_key(self, field: Field) -> None:
        """A key we did not make is replaced: it only serves to recognise a second press."""
        if not 16 <= len(field.data or "") <= 24 or not field.data.isascii():
            field.data = new_public_id()

    def validate_official(self, field: Field) -> None:
        """Nobody answers officially in her own name."""
        if field.data and not self.speaking_as.data:
            raise StopValidation(N_("Choose in whose name the official answer is given."))

    @property
    def trapped(self) -> bool:
        """Did a program fill what people do not see?"""
        return bool(self.homepage.data)

    def start(self, now: datetime) -> None:
        """Seal the moment she began, unless it is sealed already."""
        if self._began() is None:
            self.opened.data = self._keys.seal(str(int(now.timestamp())), purpose=OPENED)

    def too_quick(self, now: datetime) -> bool:
        """Was it sent faster than anybody writes? A moment that we did not seal says nothing."""
        began = self._began()
        return began is None or now.timestamp() - began < UNHURRIED.total_seconds()

    def _began(self) -> int | None:
        sealed = self._keys.open(self.opened.data or "", purpose=OPENED)
        return None if sealed is None else int(sealed)

    def comment(self, parent: str) -> NewComment:
        """Return everything for the rule."""
        words = self.source.data or ""
        role = self.speaking_as.data if "speaking_as" in self else ""
        return NewComment(
            source=words,
            alignment=self.side,
            lang=written_in(words),
            speaking_as=ActorRole(role) if role else None,
            official="official" in self and bool(self.official.data),
            parent=parent,
        )


class EditForm(TextForm, Versioned):
    """The text of a comment, changed by its author."""


class ModeForm(Versioned):
    """How a thread is moderated, and how long each person waits between two comments."""

    mode = Radios(
        N_("When is a comment read by a moderator?"), [Required(N_("Choose one of the three."))], choices=MODES
    )
    slow_seconds = Choice(N_("Pause between two comments of one person"))

    def __init__(self, thread: Thread, **given: Any) -> None:
        """Offer what holds now too, whatever it is. People who write meanwhile do not change the version."""
        stands = {"mode": thread.mode.value, "slow_seconds": str(thread.slow_seconds), "version": thread.mode_version}
        super().__init__(data=stands, **given)
        seconds = say(Message.counted("%(num)d second", "%(num)d seconds", thread.slow_seconds))
        self.slow_seconds.choices = {str(thread.slow_seconds): seconds, **dict(PAUSES)}


class ClosureForm(Form):
    """Why a thread is closed, or opened again."""

    reason = texts(N_("Reason"), REASON, rows=3)

    def validate(self, extra_validators: Any = None) -> bool:
        """What everybody reads is there in Kazakh or in Russian."""
        good = super().validate(extra_validators)
        missing = () if self.reason.form.for_the_region() else [(self.reason.form.kk, REASON_OWED)]
        return complain(missing) and good

    def slots(self) -> Slots:
        """Return the reason."""
        slots: Slots = self.reason.form.slots()
        return slots
