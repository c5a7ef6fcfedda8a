"""What moderators type and tick, turned into values for the rules."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from wtforms import Field, HiddenField, StringField, TextAreaField
from wtforms.widgets import HiddenInput

from karavan.core.problems import N_
from karavan.core.when import local_day
from karavan.moderation.conduct import BY_CODE, CLAUSES
from karavan.moderation.models import Action, Effect, Outcome, SanctionKind
from karavan.moderation.passages import joined
from karavan.moderation.rules.decide import Verdict
from karavan.moderation.rules.sanctions import SanctionWish
from karavan.web.fields import LANGUAGE_NAMES, Choice, Choices, DayField, Radios, complain
from karavan.web.forms import Form, Optional, Required, Versioned, line, text, whole_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from karavan.core.problems import Message, Problem
    from karavan.moderation.models import Case
    from karavan.moderation.pieces import Piece, Span

WORDS: Final = 2000
"""How long a moderator's reason may be."""
ACTIONS: Final = {
    Action.KEEP: N_("Keep"),
    Action.COVER: N_("Cover part"),
    Action.REMOVE: N_("Remove"),
}
OUTCOMES: Final = {
    Outcome.UPHELD: N_("Uphold: the decision stands"),
    Outcome.OVERTURNED: N_("Overturn: the text is shown again"),
    Outcome.MODIFIED: N_("Change: another measure fits better"),
}
LADDER: Final = (
    ("", N_("No measure against the author")),
    (SanctionKind.NOTE.value, N_("A note: the rule is explained, nothing else")),
    (SanctionKind.SLOW.value, N_("Slow: one comment in a while")),
    (SanctionKind.PREMODERATION.value, N_("Read before publication")),
    (SanctionKind.PAUSE.value, N_("Pause: no comments for a time")),
    (SanctionKind.CLOSURE.value, N_("Closure: no comments any more (a second moderator signs)")),
)
HOURS: Final = (
    ("24", N_("24 hours")),
    ("72", N_("3 days (a second moderator signs)")),
    ("168", N_("7 days (a second moderator signs)")),
    ("720", N_("30 days (a second moderator signs)")),
)
ENDLESS: Final = frozenset({SanctionKind.NOTE, SanctionKind.CLOSURE})
"""Measures that have no duration."""
EFFECTS: Final = (
    (Effect.MARK.value, N_("Mark it for whoever reads the text")),
    (Effect.HOLD.value, N_("Hold the text until a moderator has read it")),
)


class Spans(Field):
    """Which parts of a text are ticked: any number of `start-end`, in characters."""

    widget = HiddenInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what is written as it must be, and leave out what is not; nobody types this."""
        found = [re.fullmatch(r"([0-9]{1,6})-([0-9]{1,6})", one) for one in valuelist[:1500]]
        self.data = tuple((int(one[1]), int(one[2])) for one in found if one)


class DeskForm(Versioned):
    """A form of this desk: it knows which version of the case and which text its writer had before her."""

    revision = HiddenField()

    @property
    def read_revision(self) -> int:
        """Return which text was read (0: none that ever was)."""
        return whole_number(self.revision.data)

    def trusted(self) -> bool:
        """Was it sent from our own page? Looking at a preview asks no more than that."""
        good = bool(self.csrf_token.validate(self))
        if not good:
            self.validate()  # says it in our words
        return good

    def refuse(self, problem: Problem) -> None:
        """Show what a rule said at its field; what it says of passages stands at their boxes."""
        super().refuse(problem if problem.where != "spans" else type(problem)(problem.message, where="span"))

    def now_about(self, found: Case, piece: Piece) -> None:
        """From here on it is about what stands now; what was typed stays."""
        self.version.data = str(found.version)
        self.revision.data = str(piece.revision)


def clause_choices() -> list[tuple[str, str]]:
    """Return the rules to choose from; the page draws their words itself, in the reader's language."""
    return [(clause.code, clause.current.title.en) for clause in CLAUSES]


class VerdictForm(DeskForm):
    """What becomes of a text, why, and what it means for its author."""

    choice = HiddenField()
    """Which of the three she is writing about."""
    fine = HiddenField()
    """She asked to pick single words of a long text."""
    span = Spans(N_("What is covered"))
    clause = Radios(N_("Which rule it breaks"), choices=clause_choices())
    words = TextAreaField(N_("Why, in your own words"), [text(WORDS)], render_kw={"rows": 4})
    words_lang = Choice(N_("Written in"), choices=list(LANGUAGE_NAMES.items()))
    sanction = Choice(N_("A measure against the author"), choices=list(LADDER))
    hours = Choice(N_("For how long"), choices=list(HOURS))

    def __init__(self, *args: Any, source: str = "", **kwargs: Any) -> None:
        """Build the form about a text."""
        super().__init__(*args, **kwargs)
        self.source = source

    def begin(self, piece: Piece, spans: Sequence[Span]) -> None:
        """Fill in what a new form starts with: the author's language, and what the filter found ticked."""
        self.words_lang.data = self.words_lang.data or piece.lang
        self.sanction.data = self.sanction.data or ""
        self.hours.data = self.hours.data or HOURS[0][0]
        self.span.data = tuple(self.span.data or spans)

    @property
    def action(self) -> Action | None:
        """Return what she chose."""
        return next((one for one in Action if one.value == self.choice.data), None)

    @property
    def spans(self) -> tuple[Span, ...]:
        """Return what is ticked, in order and without overlaps."""
        return joined(self.span.data or (), self.source)

    @property
    def wish(self) -> SanctionWish | None:
        """Return the measure she wishes for, if any."""
        kind = next((one for one in SanctionKind if one.value == self.sanction.data), None)
        if kind is None or self.action in (None, Action.KEEP):
            return None
        return SanctionWish(kind, 0 if kind in ENDLESS else whole_number(self.hours.data))

    def validate(self, extra_validators: Any = None) -> bool:
        """A measure names a rule and gives a reason; keeping needs neither."""
        good = super().validate(extra_validators)
        return complain(self._missing()) and good

    def _missing(self) -> Iterator[tuple[Any, str | Message]]:
        if self.action is None:
            yield self.clause, N_("Choose first: keep, cover a part, or remove.")
            return
        if self.action == Action.KEEP:
            return
        if self.clause.data not in BY_CODE:
            yield self.clause, N_("Choose the rule that the text breaks.")
        if not self.words.data:
            yield self.words, N_("Write to the author why: one sentence is enough.")
        if self.action == Action.COVER and not self.spans:
            yield self.span, N_("Tick what is to be covered.")

    def verdict(self) -> Verdict:
        """Return the typed values for the rule."""
        keeps = self.action in (None, Action.KEEP)
        words = self.words.data or ""
        return Verdict(
            action=self.action or Action.KEEP,
            clause="" if keeps else self.clause.data or "",
            words="" if keeps else words,
            words_lang="" if keeps or not words else self.words_lang.data or "",
            spans=self.spans if self.action == Action.COVER else (),
            sanction=self.wish,
        )


class JudgementForm(VerdictForm):
    """What becomes of a decision on appeal; the reason is the second moderator's own."""

    outcome = HiddenField()

    def __init__(self, *args: Any, by_author: bool, **kwargs: Any) -> None:
        """Build the form about an appeal: of the author, or of somebody who had flagged what was kept."""
        super().__init__(*args, **kwargs)
        self.by_author = by_author

    @property
    def result(self) -> Outcome | None:
        """Return what she chose."""
        return next((one for one in Outcome if one.value == self.outcome.data), None)

    @property
    def measures(self) -> bool:
        """Does what she chose need a measure of its own: another one, or one against what was kept?"""
        overturns_keeping = self.result == Outcome.OVERTURNED and not self.by_author
        return self.result == Outcome.MODIFIED or overturns_keeping

    @property
    def action(self) -> Action | None:
        """Return what is done with the text: an overturned measure means that it is shown again."""
        return super().action if self.measures else Action.KEEP

    def _missing(self) -> Iterator[tuple[Any, str | Message]]:
        if self.result is None:
            yield self.words, N_("Choose first: uphold, overturn, or change.")
        elif self.measures and self.action not in (Action.COVER, Action.REMOVE):
            yield self.words, N_("Choose what is done with the text instead: cover a part, or remove it.")
        elif self.measures:
            yield from super()._missing()
        elif not self.words.data:
            yield self.words, N_("Write why, in your own words: both the author and the first moderator read it.")

    def verdict(self) -> Verdict:
        """Return the typed values for the rule; a reason is given in each of the three cases."""
        if self.measures:
            return super().verdict()
        return Verdict(
            action=Action.KEEP, clause="", words=self.words.data or "", words_lang=self.words_lang.data or ""
        )


class SignatureForm(DeskForm):
    """A second moderator's answer to a decision that needs one."""

    words = TextAreaField(N_("Why, in your own words"), [text(WORDS)], render_kw={"rows": 3})
    press = HiddenField()

    def validate(self, extra_validators: Any = None) -> bool:
        """Who does not agree says why; who agrees may."""
        good = super().validate(extra_validators)
        return complain(self._missing()) and good

    def _missing(self) -> Iterator[tuple[Any, str | Message]]:
        if self.press.data not in {"agree", "refuse"}:
            yield self.words, N_("Choose first: you agree, or you do not.")
        elif self.press.data == "refuse" and not self.words.data:
            yield self.words, N_("Write to the first moderator why you do not agree.")


class PressForm(DeskForm):
    """A form that is one button: take, give back, undo."""


class BulkForm(Form):
    """Identical texts, to be removed at one press. Each tick says which case, in which version, with which text."""

    item = Choices(N_("Which of them"), [Required(N_("Tick at least one."))])
    clause = Radios(
        N_("Which rule they break"),
        [Required(N_("Choose the rule that they break."))],
        choices=[(code, BY_CODE[code].current.title.en) for code in ("advertising", "repetition")],
    )
    words = TextAreaField(
        N_("Why, in your own words"),
        [Required(N_("Write to the authors why: one sentence is enough.")), text(WORDS)],
        render_kw={"rows": 3},
    )
    words_lang = Choice(N_("Written in"), choices=list(LANGUAGE_NAMES.items()))

    def ticked(self) -> list[tuple[int, int, int]]:
        """Return what is ticked: case, version, revision."""
        found = [re.fullmatch(r"([0-9]{1,9})-([0-9]{1,9})-([0-9]{1,9})", one) for one in self.item.data or ()]
        return [(int(one[1]), int(one[2]), int(one[3])) for one in found if one]


class InterestForm(Form):
    """A discussion somebody has an interest in."""

    thread = Choice(N_("Which discussion"), [Required(N_("Choose the discussion."))])
    note = TextAreaField(N_("What your interest is"), [Optional(), text(500)], render_kw={"rows": 3})


class WordForm(Form):
    """A word to watch for."""

    organisation = Choice(N_("For which organisation"))
    term = StringField(
        N_("Word or phrase"),
        [Required(N_("Enter the word.")), line(60)],
        description=N_("A star at its end stands for any ending. Look-alike and repeated letters are found too."),
    )
    language = Choice(N_("Language"), choices=list(LANGUAGE_NAMES.items()))
    effect = Radios(N_("What it does"), [Required(N_("Choose what it does."))], choices=list(EFFECTS))
    clause = Choice(N_("Which rule it makes one think of"), [Required(N_("Choose the rule."))])


class RequestForm(Form):
    """What a state body asked for, in writing."""

    comment = StringField(
        N_("Address of the comment"),
        [Required(N_("Copy the link of the comment here.")), line(300)],
    )
    office = StringField(N_("Which body asks"), [Required(N_("Write which body asks.")), line(200)])
    article = StringField(
        N_("Article of the law it cites"), [Required(N_("Write the article of the law it cites.")), line(200)]
    )
    number = StringField(N_("Number of its letter"), [Optional(), line(60)])
    dated = DayField(N_("Date of its letter"), [Required(N_("Enter the date of its letter."))])
    basis = TextAreaField(N_("What it asks for, and why"), [Optional(), text(4000)], render_kw={"rows": 4})
    sealed_until = DayField(
        N_("Not public before"),
        [Optional()],
        description=N_("Until then the log names the body and the day, and nothing else."),
    )

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        """Build the form; `now` says which days have not come yet."""
        super().__init__(*args, **kwargs)
        self.now = now

    def validate(self, extra_validators: Any = None) -> bool:
        """Check every field, then the days."""
        good = super().validate(extra_validators)
        return complain(self._contradictions()) and good

    def _contradictions(self) -> Iterator[tuple[Any, str | Message]]:
        today = local_day(self.now)
        if self.dated.data and self.dated.data > today:
            yield self.dated, N_("The letter cannot come on a day that is yet to come.")
        if self.sealed_until.data and self.sealed_until.data <= today:
            yield self.sealed_until, N_("A seal ends on a day that is yet to come.")

    @property
    def comment_id(self) -> str:
        """Return the public id in the address that was copied here."""
        return next(reversed(re.findall(r"[A-Za-z0-9_-]+", (self.comment.data or "").partition("?")[0])), "")


class NoticeForm(Form):
    """Why a case is opened again; a case about what nobody has decided yet needs no words."""

    words = TextAreaField(N_("What has become known since"), [Optional(), text(WORDS)], render_kw={"rows": 4})


class LookForm(Form):
    """What somebody would have decided, without knowing what was."""

    decision = HiddenField()
    choice = Radios(
        N_("What would you decide?"),
        [Required(N_("Choose what you would decide."))],
        choices=[(action.value, words) for action, words in ACTIONS.items()],
    )
    clause = Radios(N_("Which rule it breaks"), choices=clause_choices())

    def validate(self, extra_validators: Any = None) -> bool:
        """A measure names a rule."""
        good = super().validate(extra_validators)
        return complain(self._missing()) and good

    def _missing(self) -> Iterator[tuple[Any, str | Message]]:
        if self.choice.data in {Action.COVER.value, Action.REMOVE.value} and self.clause.data not in BY_CODE:
            yield self.clause, N_("Choose the rule that the text breaks.")


def offer(field: Any, pairs: Iterable[tuple[str, str]], first: str = "") -> None:
    """Say what can be chosen from; with `first`, nothing is chosen beforehand."""
    field.choices = dict([("", first), *pairs] if first else pairs)


def offered(field: Any) -> set[str]:
    """Return what can be chosen from."""
    return {value for value, *_ in field.iter_choices()}
