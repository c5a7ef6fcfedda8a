"""What moderators, secretaries and the bodies' people type, turned into values for the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wtforms import HiddenField, StringField

from karavan.core.problems import N_
from karavan.core.when import local_day
from karavan.files.fields import UploadField
from karavan.proposals.models import Verdict
from karavan.proposals.rules.answer import Reply
from karavan.proposals.rules.recommend import Advice
from karavan.web.fields import Choice, Choices, DayField, Radios, WholeNumber, complain, texts
from karavan.web.forms import Form, Optional, Required, Versioned, line, whole_number
from karavan.web.locale import lang

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from karavan.accounts.models import Organisation
    from karavan.core.problems import Message, Problem
    from karavan.proposals.models import OfficialAnswer, Proposal, Recommendation
    from karavan.proposals.queries import QueueRow

VERDICTS: Final = (
    (Verdict.ACCEPTED, N_("It will be done as recommended")),
    (Verdict.PARTLY, N_("A part of it will be done")),
    (Verdict.EXPLAINED, N_("An explanation: nothing has to be decided")),
    (Verdict.DECLINED, N_("It will not be done; the reasons are given")),
)
DECISIONS: Final = (
    ("yes", N_("The author is right: a new answer is due")),
    ("no", N_("The answer stands")),
)
REASON_OWED: Final = N_("Give a reason in Kazakh or in Russian.")


class DeskForm(Versioned):
    """A form of the desk: what a rule says about a text in several languages stands at its first language."""

    def refuse(self, problem: Problem) -> None:
        """Show what a rule said, at its field if it names one, else above the form."""
        field = self._fields.get(problem.where)
        if field is not None and hasattr(field, "form"):
            field = field.form.kk
            field.errors = [*field.errors, problem.message]
        else:
            super().refuse(problem)


class StepForm(DeskForm):
    """A step of a submission's life. Where the step needs a reason, the rule insists on it."""

    revision = HiddenField()
    """Which text was read, so that the page can say whether it is another one now."""
    reason = texts(N_("Reason"), 1500, rows=4)

    @property
    def read_revision(self) -> int:
        """Return which text was read (0: none that ever was)."""
        return whole_number(self.revision.data)


class LookForm(Form):
    """A moderator looked at a text that was changed after publication."""

    revision = HiddenField()

    @property
    def read_revision(self) -> int:
        """Return which text she looked at."""
        return whole_number(self.revision.data)


class JoiningForm(DeskForm):
    """A question to an author: may it be joined with that one?"""

    into = StringField(
        N_("Number of the other proposal"), [Required(N_("Enter the number of the other proposal.")), line(20)]
    )
    reason = texts(N_("Why they should be joined"), 1500, rows=4)

    def validate(self, extra_validators: Any = None) -> bool:
        """The author reads why."""
        good = super().validate(extra_validators)
        return complain(_owed(self.reason, REASON_OWED)) and good


class RecommendationForm(DeskForm):
    """What a council recommends, to whom, for which submissions."""

    alone = False
    """May it speak for none? One that a protocol contains may."""

    proposals = Choices(N_("Proposals it speaks for"))
    addressee = Choice(N_("To whom"), [Required(N_("Choose to whom it goes."))])
    title = texts(N_("Title"), 200)
    text = texts(N_("What the council recommends"), 8000, rows=9)
    basis = texts(N_("What it rests on: the sitting, the decision"), 500, rows=3)

    def validate(self, extra_validators: Any = None) -> bool:
        """A recommendation says something."""
        good = super().validate(extra_validators)
        return complain(self._missing()) and good

    def _missing(self) -> Iterator[tuple[Any, str | Message]]:
        if not (self.proposals.data or self.alone):
            yield self.proposals, N_("Choose at least one proposal.")
        yield from _owed(self.title, N_("Write the title in Kazakh or in Russian."))
        yield from _owed(self.text, N_("Write in Kazakh or in Russian what the council recommends."))

    def advice(self) -> Advice:
        """Return the typed values for the rule."""
        return Advice(
            addressee_id=int(self.addressee.data),
            title=self.title.form.slots(),
            text=self.text.form.slots(),
            basis=self.basis.form.slots(),
            proposals=frozenset(int(one) for one in self.proposals.data or ()),
        )


def recommendation_form(
    offered: Sequence[QueueRow | Proposal],
    bodies: Sequence[Organisation],
    stored: Recommendation | None = None,
    **kwargs: Any,
) -> RecommendationForm:
    """Build the form: of a recommendation as it is stored, or of a new one."""
    data: dict[str, Any] = dict(kwargs.pop("data", {}))
    if stored is not None:
        data |= {
            "proposals": [str(proposal.id) for proposal in stored.proposals],
            "addressee": str(stored.addressee_id),
            "title": stored.title,
            "text": stored.text,
            "basis": stored.basis,
            "version": stored.version,
        }
    form = RecommendationForm(data=data, **kwargs)
    form.alone = stored is not None and not stored.proposals
    form.proposals.choices = [(str(one.id), f"{one.number} · {one.title}") for one in offered]
    names = [(str(one.id), one.name.best(lang()).text) for one in bodies]
    form.addressee.choices = [("", N_("Choose a body")), *names]
    return form


class ExtensionForm(DeskForm):
    """More time for an answer."""

    days = WholeNumber(N_("How many days more"), 1, 366)
    reason = texts(N_("Why more time is given"), 1500, rows=4)

    def validate(self, extra_validators: Any = None) -> bool:
        """Whoever waits reads why she waits longer."""
        good = super().validate(extra_validators)
        return complain(_owed(self.reason, REASON_OWED)) and good


class PauseForm(DeskForm):
    """Letting a clock stand still."""

    reason = texts(N_("Why the clock stands still"), 1500, rows=4)

    def validate(self, extra_validators: Any = None) -> bool:
        """Whoever waits reads why nothing is counted."""
        good = super().validate(extra_validators)
        return complain(_owed(self.reason, REASON_OWED)) and good


class AnswerForm(DeskForm):
    """What a body answers to a recommendation."""

    verdict = Radios(
        N_("What the body says"),
        [Required(N_("Choose what the body says."))],
        choices=[(verdict.value, words) for verdict, words in VERDICTS],
    )
    text = texts(N_("The answer and its reasons"), 12000, rows=12)
    signed_by = StringField(
        N_("Who signed it: office and name"), [Required(N_("Write who signed the answer.")), line(160)]
    )
    received_on = DayField(N_("The letter came on"), [Optional()])
    promised_by = DayField(N_("It will be done by"), [Optional()])

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        """Build the form; `now` says which days have not come yet."""
        super().__init__(*args, **kwargs)
        self.now = now

    def validate(self, extra_validators: Any = None) -> bool:
        """Check every field, then what stands between them."""
        good = super().validate(extra_validators)
        return complain(self._contradictions()) and good

    def _contradictions(self) -> Iterator[tuple[Any, str | Message]]:
        yield from _owed(self.text, N_("Write the answer in Kazakh or in Russian."))
        if self.received_on.data and self.received_on.data > local_day(self.now):
            yield self.received_on, N_("The letter cannot come on a day that is yet to come.")

    def reply(self) -> Reply:
        """Return the typed values for the rule."""
        return Reply(
            verdict=Verdict(self.verdict.data),
            text=self.text.form.slots(),
            signed_by=self.signed_by.data or "",
            received_on=self.received_on.data,
            promised_by=self.promised_by.data,
        )


def answer_form(stored: OfficialAnswer | None, *, now: datetime, **kwargs: Any) -> AnswerForm:
    """Build the form: of the answer that is being written, or of a new one."""
    if stored is None:
        return AnswerForm(data={"version": 0}, now=now, **kwargs)
    data = {
        "verdict": stored.verdict.value,
        "text": stored.text,
        "signed_by": stored.signed_by,
        "received_on": stored.received_on,
        "promised_by": stored.promised_by,
        "version": stored.version,
    }
    return AnswerForm(data=data, now=now, **kwargs)


class AnswerFileForm(DeskForm):
    """A file that goes with an answer."""

    file = UploadField(N_("A picture or a PDF document"), [Required(N_("Choose a file."))])


class ObjectionForm(DeskForm):
    """What the council decides on an author's objection."""

    upheld = Radios(N_("Decision"), [Required(N_("Choose the decision."))], choices=list(DECISIONS))
    decision = texts(N_("Reasons of the decision"), 3000, rows=5)

    def validate(self, extra_validators: Any = None) -> bool:
        """A decision without a reason is none."""
        good = super().validate(extra_validators)
        return complain(_owed(self.decision, REASON_OWED)) and good


def _owed(field: Any, sentence: str) -> Iterator[tuple[Any, str | Message]]:
    if not field.form.for_the_region():
        yield field.form.kk, sentence
