"""What secretaries, chairs and those who took part type, turned into values for the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wtforms import TextAreaField

from karavan.core.problems import N_, Message
from karavan.proposals.rules.recommend import Advice
from karavan.protocols.models import Part
from karavan.protocols.problems import BothLanguages
from karavan.protocols.wording import HEADINGS
from karavan.web.fields import Choice, Choices, Radios, complain, texts
from karavan.web.forms import Form, Required, Versioned, text
from karavan.web.locale import lang

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from karavan.accounts.models import Organisation
    from karavan.core.languages import Slots
    from karavan.proposals.queries import QueueRow
    from karavan.protocols.models import Protocol

LONGEST_PART = 60_000


class PlainForm(Form):
    """A button, and the token that it is hers."""


class ReadForm(Versioned):
    """A button that names the version its presser has read."""


class PartForm(Versioned):
    """One part, in both languages."""

    text = texts(N_("Text of this part"), LONGEST_PART, rows=16)

    def validate(self, extra_validators: Any = None) -> bool:
        """A protocol says the same twice."""
        good = super().validate(extra_validators)
        return complain(_in_both(self.text)) and good


def part_form(stored: Slots, version: int, **kwargs: Any) -> PartForm:
    """Build the form of a part as it stands."""
    return PartForm(data={"text": stored, "version": version}, **kwargs)


class CorrectionForm(Form):
    """What was not so, and where that stands."""

    part = Choice(N_("Which part"), [Required(N_("Choose the part."))])
    words = TextAreaField(
        N_("What was not as it is written, and how it was"),
        [Required(N_("Write what was not so.")), text(4000)],
        render_kw={"rows": 6},
    )


def correction_form() -> CorrectionForm:
    """Build the form with the parts in their order."""
    form = CorrectionForm()
    form.part.choices = [("", N_("Choose a part")), *((part.value, HEADINGS[part].best(lang()).text) for part in Part)]
    return form


class DecisionForm(Form):
    """Whether a request is accepted, and a word about it."""

    accepted = Radios(
        N_("Decision"),
        [Required(N_("Choose a decision."))],
        choices=[("yes", N_("Accept: I will change the text")), ("no", N_("Refuse: the text stays"))],
    )
    answer = TextAreaField(
        N_("Answer to whoever asked"), [Required(N_("Write an answer.")), text(2000)], render_kw={"rows": 4}
    )


class AdviceForm(Versioned):
    """A recommendation that the protocol contains, in both languages."""

    proposals = Choices(N_("Proposals it speaks for"))
    addressee = Choice(N_("To whom"), [Required(N_("Choose to whom it goes."))])
    title = texts(N_("Title"), 200)
    text = texts(N_("What the council recommends"), 8000, rows=7)

    def validate(self, extra_validators: Any = None) -> bool:
        """It is published in both languages."""
        good = super().validate(extra_validators)
        return complain([*_in_both(self.title), *_in_both(self.text)]) and good

    def advice(self, basis: Slots) -> Advice:
        """Return the typed values for the rule; it rests on the protocol."""
        return Advice(
            addressee_id=int(self.addressee.data),
            title=self.title.form.slots(),
            text=self.text.form.slots(),
            basis=basis,
            proposals=frozenset(int(one) for one in self.proposals.data or ()),
        )


def advice_form(
    protocol: Protocol, offered: Sequence[QueueRow], bodies: Sequence[Organisation], about: Sequence[int]
) -> AdviceForm:
    """Build the form; what the hearing or sitting was about is ticked."""
    known = {one.id for one in offered}
    ticked = [str(one) for one in about if one in known]
    form = AdviceForm(data={"proposals": ticked, "version": protocol.version})
    form.proposals.choices = [(str(one.id), f"{one.number} · {one.title}") for one in offered]
    names = [(str(one.id), one.name.best(lang()).text) for one in bodies]
    form.addressee.choices = [("", N_("Choose a body")), *names]
    return form


def _in_both(field: Any) -> Iterator[tuple[Any, str | Message]]:
    """Complain at whichever language is missing."""
    for code in ("kk", "ru"):
        if not field.form[code].data:
            yield field.form[code], BothLanguages.text
