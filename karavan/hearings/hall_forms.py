"""What is typed and pressed while a hearing goes on, turned into values. The rules decide."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from wtforms import HiddenField, StringField, TextAreaField

from karavan.core.problems import N_
from karavan.core.tokens import new_public_id
from karavan.hearings.rules.hall import NOTE
from karavan.hearings.rules.polls import FEWEST, MOST
from karavan.hearings.rules.questions import LONGEST
from karavan.hearings.rules.speakers import REASON
from karavan.web.fields import Radios, complain, texts
from karavan.web.forms import STALE, Form, Optional, Required, Versioned, text, whole_number

if TYPE_CHECKING:
    from wtforms import Field

    from karavan.core.languages import Slots
    from karavan.hearings.live_state import Asked, Turn

KEPT: Final = 20_000
"""A draft keeps so many letters, checked or not."""


class DeskForm(Versioned):
    """One press at the secretary's console: what stood on it is named, so that a second press does nothing else."""

    hearing = HiddenField()

    @property
    def read_hearing(self) -> int:
        """Return the version of the hearing itself: what beginning it asks for."""
        return whole_number(self.hearing.data)


class AskForm(Form):
    """A question to the hall. The key tells a second press from a second question."""

    source = TextAreaField(N_("Your question"), [Required(N_("Write your question.")), text(LONGEST)])
    key = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Make the key by which a second press is known."""
        super().__init__(*args, **kwargs)
        if not self.key.data:
            self.key.data = new_public_id()

    def validate_key(self, field: Field) -> None:
        """A key we did not make is replaced: it only serves to recognise a second press."""
        if not re.fullmatch("[A-Za-z0-9_-]{16,24}", field.data or ""):
            field.data = new_public_id()

    @property
    def stale(self) -> bool:
        """Did the form come without our token? Then nothing may be written."""
        return STALE in self.form_errors

    def typed(self) -> str:
        """Return what was typed, unchecked, as every database keeps it."""
        return (self.source.data or "")[:KEPT].replace("\0", "").encode("utf-8", "replace").decode()


class NoteForm(Form):
    """A note for the protocol."""

    words = TextAreaField(N_("Note for the protocol"), [Required(N_("Write the note.")), text(NOTE)])


class PollForm(Form):
    """A straw poll: what is asked, and two to six answers."""

    question = texts(N_("What is asked"), 200)
    answer_1 = texts(N_("First answer"), 80)
    answer_2 = texts(N_("Second answer"), 80)
    answer_3 = texts(N_("Third answer"), 80)
    answer_4 = texts(N_("Fourth answer"), 80)
    answer_5 = texts(N_("Fifth answer"), 80)
    answer_6 = texts(N_("Sixth answer"), 80)

    def validate(self, extra_validators: Any = None) -> bool:
        """There is a question, and there are answers, in a language of this place."""
        good = super().validate(extra_validators)
        owed = [self.question, *(self._fields[f"answer_{number}"] for number in range(1, FEWEST + 1))]
        missing = [
            (field.form.kk, N_("Write this in Kazakh or in Russian.")) for field in owed if not _for_the_region(field)
        ]
        return complain(missing) and good

    def answers(self) -> list[Slots]:
        """Return the answers that were written."""
        every = (self._fields[f"answer_{number}"].form.slots() for number in range(1, MOST + 1))
        return [words for words in every if words]


class CallForm(Versioned):
    """Somebody is called out of the order that everybody sees."""

    speaker = Radios(N_("Who is called"), [Required(N_("Choose who is called."))])
    reason = StringField(N_("Reason"), [Optional(), text(REASON)])

    def __init__(self, *args: Any, offered: tuple[Turn, ...], **kwargs: Any) -> None:
        """Offer those who wait, and those who were not there."""
        super().__init__(*args, **kwargs)
        self.speaker.choices = {str(one.id): f"{one.number}. {one.name}" for one in offered}


class MergeForm(Versioned):
    """A question that asks the same as another."""

    into = Radios(N_("Which question asks the same?"), [Required(N_("Choose the question that stays."))])

    def __init__(self, *args: Any, offered: tuple[Asked, ...], **kwargs: Any) -> None:
        """Offer every question that stands for itself."""
        super().__init__(*args, **kwargs)
        self.into.choices = {str(one.id): f"№ {one.number} · {one.text}" for one in offered}


def _for_the_region(field: Any) -> bool:
    return bool(field.form.for_the_region())
