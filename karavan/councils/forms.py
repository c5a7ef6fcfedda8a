"""What secretaries type about a council, turned into values for the rules."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from wtforms import BooleanField, StringField

from karavan.core.languages import Slots
from karavan.core.problems import N_
from karavan.councils.models import Office, PromiseState, Sector, SettingKey
from karavan.councils.rules import Seat
from karavan.councils.statute import (
    LONGEST_TERM,
    SHAPES,
    Extension,
    Granter,
    Majority,
    Notice,
    Whole,
)
from karavan.deadlines.models import FirstDay, Unit
from karavan.deadlines.reckoning import Term
from karavan.files.fields import UploadField
from karavan.web.fields import Choice, DayField, WholeNumber, complain, texts
from karavan.web.forms import Form, Optional, Required, line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from karavan.core.problems import Message
    from karavan.councils.models import Commission, Member
    from karavan.councils.statute import Statute

OFFICES: Final = (
    (Office.CHAIR, N_("Chair")),
    (Office.DEPUTY_CHAIR, N_("Deputy chair")),
    (Office.SECRETARY, N_("Secretary")),
    (Office.MEMBER, N_("Member")),
)
SECTORS: Final = (
    (Sector.NGO, N_("Non-profit organisations")),
    (Sector.BUSINESS, N_("Business")),
    (Sector.MEDIA, N_("Media")),
    (Sector.LABOUR, N_("Trade unions")),
    (Sector.EXPERT, N_("Experts")),
    (Sector.MASLIKHAT, N_("Maslikhat")),
    (Sector.STATE, N_("State bodies")),
)
MAJORITIES: Final = (
    (Majority.PRESENT, N_("More than half of the members present")),
    (Majority.ALL, N_("More than half of all members")),
    (Majority.TWO_THIRDS, N_("Two thirds of the members present")),
)
UNITS: Final = ((Unit.WORKING, N_("Working days")), (Unit.CALENDAR, N_("Calendar days")))
FIRST_DAYS: Final = (
    (FirstDay.NEXT, N_("The day after the one on which it began")),
    (FirstDay.SAME, N_("The day on which it began")),
)
GRANTERS: Final = (
    (Granter.COUNCIL, N_("The council")),
    (Granter.CHAIR, N_("The chair of the council")),
    (Granter.SECRETARY, N_("The secretary of the council")),
)
ORDERS: Final = (
    ("kk,ru,en", N_("Kazakh, Russian, English")),
    ("kk,en,ru", N_("Kazakh, English, Russian")),
    ("ru,kk,en", N_("Russian, Kazakh, English")),
    ("ru,en,kk", N_("Russian, English, Kazakh")),
    ("en,kk,ru", N_("English, Kazakh, Russian")),
    ("en,ru,kk", N_("English, Russian, Kazakh")),
)


def _values(pairs: Sequence[tuple[Any, str]]) -> list[tuple[str, str]]:
    return [(one.value, words) for one, words in pairs]


# --- The statute ------------------------------------------------------------------------------------------


class LineForm(Form):
    """A line of the statute: from when on, on what it rests, and why it changes. What it says is each kind's own."""

    valid_from = DayField(N_("Valid from"), [Required(N_("Enter the day from which it holds."))])
    citation = texts(N_("Article or decision it rests on"), 300)
    note = StringField(N_("Why it is changed"), [Optional(), line(300)])

    parts: tuple[str, ...] = ()
    """The fields that make up the value, in the order of the page."""

    def validate(self, extra_validators: Any = None) -> bool:
        """Check every field, then what stands between them."""
        good = super().validate(extra_validators)
        return complain(self.contradictions()) and good

    def contradictions(self) -> Iterator[tuple[Any, str | Message]]:
        """A line without a source is no line."""
        if not self.citation.form.for_the_region():
            yield self.citation.form.kk, N_("Write the article or decision, in Kazakh or in Russian.")

    def value(self) -> Any:
        """Return the typed value."""
        raise NotImplementedError

    @staticmethod
    def stored(value: Any) -> dict[str, Any]:
        """Return a typed value as the fields hold it."""
        raise NotImplementedError


class ShareForm(LineForm):
    """A fraction."""

    numerator = WholeNumber(N_("Parts"), 1, 100)
    denominator = WholeNumber(N_("Of how many"), 1, 100)
    parts = ("numerator", "denominator")

    def contradictions(self) -> Iterator[tuple[Any, str | Message]]:
        """A part is no more than the whole."""
        yield from super().contradictions()
        parts: Any = self.numerator.data
        whole: Any = self.denominator.data
        if parts and whole and parts > whole:
            yield self.numerator, N_("A part cannot be larger than the whole.")

    def value(self) -> Fraction:
        """Return the fraction."""
        parts: Any = self.numerator.data
        whole: Any = self.denominator.data
        return Fraction(parts, whole)

    @staticmethod
    def stored(value: Fraction) -> dict[str, Any]:
        """Return its two numbers."""
        return {"numerator": value.numerator, "denominator": value.denominator}


class MajorityForm(LineForm):
    """How the council decides."""

    majority = Choice(N_("Whose votes decide"), choices=_values(MAJORITIES))
    parts = ("majority",)

    def value(self) -> Majority:
        """Return which."""
        return Majority(self.majority.data)

    @staticmethod
    def stored(value: Majority) -> dict[str, Any]:
        """Return which."""
        return {"majority": value.value}


class NoticeForm(LineForm):
    """Days and what is counted."""

    days = WholeNumber(N_("Days"), 1, LONGEST_TERM)
    unit = Choice(N_("Which days count"), choices=_values(UNITS))
    parts: tuple[str, ...] = ("days", "unit")

    def value(self) -> Any:
        """Return the days and the unit."""
        days: Any = self.days.data
        return Notice(days, Unit(self.unit.data))

    @staticmethod
    def stored(value: Any) -> dict[str, Any]:
        """Return the parts as they stand."""
        return {name: getattr(part, "value", part) for name, part in value._asdict().items()}


class TermForm(NoticeForm):
    """A term as the clock counts it."""

    first_day = Choice(N_("Day one is"), choices=_values(FIRST_DAYS))
    parts = ("days", "unit", "first_day")

    def value(self) -> Term:
        """Return the term."""
        days: Any = self.days.data
        return Term(days, Unit(self.unit.data), FirstDay(self.first_day.data))


class ExtensionForm(NoticeForm):
    """How much longer, how often, and by whose word."""

    times = WholeNumber(N_("How many times (0: never)"), 0, 9)
    granted_by = Choice(N_("Who decides"), choices=_values(GRANTERS))
    parts = ("days", "unit", "times", "granted_by")

    def value(self) -> Extension:
        """Return the rule."""
        days: Any = self.days.data
        times: Any = self.times.data
        return Extension(days, Unit(self.unit.data), times, Granter(self.granted_by.data))


class OrderForm(LineForm):
    """In which order a council speaks its languages."""

    languages = Choice(N_("Order of the languages"), choices=ORDERS)
    parts = ("languages",)

    def value(self) -> tuple[str, ...]:
        """Return the codes in order."""
        return tuple(self.languages.data.split(","))

    @staticmethod
    def stored(value: tuple[str, ...]) -> dict[str, Any]:
        """Return them as the choice has them."""
        return {"languages": ",".join(value)}


class WordsForm(LineForm):
    """A text for readers."""

    words = texts(N_("Text under each date"), 600, rows=3)
    parts = ("words",)

    def contradictions(self) -> Iterator[tuple[Any, str | Message]]:
        """The text must be there."""
        if not self.words.form.for_the_region():
            yield self.words.form.kk, N_("Write the text in Kazakh or in Russian.")
        yield from super().contradictions()

    def value(self) -> Slots:
        """Return the text."""
        words: Slots = self.words.form.slots()
        return words

    @staticmethod
    def stored(value: Slots) -> dict[str, Any]:
        """Return it as the fields hold it."""
        return {"words": value}


class NumberForm(LineForm):
    """A number; `_number_form` gives the field with its bounds."""

    parts = ("number",)

    def value(self) -> int:
        """Return the number."""
        number: Any = self._fields["number"].data
        return int(number)

    @staticmethod
    def stored(value: int) -> dict[str, Any]:
        """Return it as the field holds it."""
        return {"number": value}


_NUMBERS: Final = {
    SettingKey.MANDATE_YEARS: N_("Years"),
    SettingKey.MINIMUM_SUPPORTS: N_("Supporters (0: none needed)"),
    SettingKey.MINIMUM_AGE: N_("Age in years"),
    SettingKey.MODERATION_HOURS: N_("Hours"),
}


def _number_form(key: SettingKey) -> type[LineForm]:
    shape = SHAPES[key]
    assert isinstance(shape, Whole)  # noqa: S101 -- of the settings named above
    return type("NumberLineForm", (NumberForm,), {"number": WholeNumber(_NUMBERS[key], shape.low, shape.high)})


LINE_FORMS: Final[dict[SettingKey, type[LineForm]]] = {
    SettingKey.QUORUM: ShareForm,
    SettingKey.MAJORITY: MajorityForm,
    SettingKey.STATE_SHARE: ShareForm,
    SettingKey.MEETING_NOTICE: NoticeForm,
    SettingKey.HEARING_NOTICE: NoticeForm,
    SettingKey.PUBLICATION: NoticeForm,
    SettingKey.CHECKING_TERM: TermForm,
    SettingKey.CONSIDERATION_TERM: TermForm,
    SettingKey.SENDING_TERM: TermForm,
    SettingKey.ANSWER_TERM: TermForm,
    SettingKey.OBJECTION_TERM: TermForm,
    SettingKey.EXTENSION: ExtensionForm,
    SettingKey.LANGUAGE_ORDER: OrderForm,
    SettingKey.LEGAL_REFERENCE: WordsForm,
    **{key: _number_form(key) for key in _NUMBERS},
}


def line_form(key: SettingKey, statute: Statute, *, today: date) -> LineForm:
    """Build the form of a new line, filled with what holds now; the citation only if it is the council's own."""
    kind = LINE_FORMS[key]
    source = statute.source(key)
    citation = source.citation if source.setting_id is not None else Slots()
    return kind(data={**kind.stored(statute.value(key)), "valid_from": today, "citation": citation})


# --- Members ----------------------------------------------------------------------------------------------


class MemberForm(Form):
    """Somebody's seat."""

    name = StringField(N_("Given name and surname"), [Required(N_("Enter the member's name.")), line(120)])
    office = Choice(N_("Office in the council"), choices=_values(OFFICES))
    sector = Choice(N_("Whom the member comes from"), choices=_values(SECTORS))
    work = texts(N_("Occupation and place of work"), 200)
    commission = Choice(N_("Commission"))
    mandate_from = DayField(N_("Mandate begins"), [Required(N_("Enter the first day of the mandate."))])
    mandate_to = DayField(N_("Mandate ends"), [Required(N_("Enter the last day of the mandate."))])
    interests = texts(N_("Declared interests"), 1000, rows=3)
    interests_on = DayField(N_("Declared on"), [Optional()])

    def validate(self, extra_validators: Any = None) -> bool:
        """Check every field; what was declared has a day on which it was."""
        good = super().validate(extra_validators)
        return complain(self._contradictions()) and good

    def _contradictions(self) -> Iterator[tuple[Any, str | Message]]:
        declared = bool(self.interests.form.slots())
        if declared and self.interests_on.data is None:
            yield self.interests_on, N_("Enter the day on which the interests were declared.")
        if self.mandate_from.data and self.mandate_to.data and self.mandate_to.data < self.mandate_from.data:
            yield self.mandate_to, N_("The mandate must end after it begins.")

    def seat(self) -> Seat:
        """Return the typed values for the rule."""
        begins, ends = self.mandate_from.data, self.mandate_to.data
        assert begins and ends  # noqa: S101, PT018 -- validated
        return Seat(
            name=self.name.data or "",
            office=Office(self.office.data),
            sector=Sector(self.sector.data),
            work=self.work.form.slots(),
            commission_id=int(self.commission.data) if self.commission.data else None,
            mandate_from=begins,
            mandate_to=ends,
            interests=self.interests.form.slots(),
            interests_on=self.interests_on.data,
        )


def member_form(
    commissions: Sequence[Commission], lang: str, member: Member | None = None, *, today: date | None = None
) -> MemberForm:
    """Build the form: of a member as she is stored, or of a new one."""
    if member is None:
        stored: dict[str, Any] = {"office": Office.MEMBER.value, "mandate_from": today}
    else:
        same = ("name", "work", "mandate_from", "mandate_to", "interests", "interests_on")
        stored = {name: getattr(member, name) for name in same}
        stored |= {"office": member.office.value, "sector": member.sector.value}
        stored["commission"] = str(member.commission_id or "")
    form = MemberForm(data=stored)
    names = [(str(one.id), one.name.best(lang).text) for one in commissions]
    form.commission.choices = [("", N_("None")), *names]
    return form


class EndForm(Form):
    """Ending a mandate early."""

    on = DayField(N_("Last day"), [Required(N_("Enter the last day of the mandate."))])
    reason = texts(N_("Why the mandate ends"), 300)

    def validate(self, extra_validators: Any = None) -> bool:
        """A reason is owed to those who were represented."""
        good = super().validate(extra_validators)
        return _written(self.reason, N_("Write the reason in Kazakh or in Russian."), good=good)


class PhotoForm(Form):
    """A member's photo and her word."""

    photo = UploadField(N_("Photo"))
    consent = BooleanField(N_("The member agreed that this photo is shown to everyone"))


class CommissionForm(Form):
    """A standing group."""

    name = texts(N_("Name of the commission"), 120)

    def validate(self, extra_validators: Any = None) -> bool:
        """It needs a name."""
        good = super().validate(extra_validators)
        return _written(self.name, N_("Write the name in Kazakh or in Russian."), good=good)


# --- Promises ---------------------------------------------------------------------------------------------


class PromiseForm(Form):
    """What the council said it would do."""

    text = texts(N_("What the council promised"), 400, rows=3)
    made_on = DayField(N_("Promised on"), [Required(N_("Enter the day on which it was promised."))])
    due_on = DayField(N_("To be kept by"), [Optional()])

    def validate(self, extra_validators: Any = None) -> bool:
        """It needs words."""
        good = super().validate(extra_validators)
        return _written(self.text, N_("Write the promise in Kazakh or in Russian."), good=good)


class OutcomeForm(Form):
    """What became of it."""

    state = Choice(
        N_("What became of it"),
        choices=[(PromiseState.KEPT.value, N_("Kept")), (PromiseState.NOT_KEPT.value, N_("Not kept"))],
    )
    outcome = texts(N_("What was done, or why not"), 400, rows=3)
    on = DayField(N_("Noted on"), [Required(N_("Enter the day."))])

    def validate(self, extra_validators: Any = None) -> bool:
        """It needs words, in either case."""
        good = super().validate(extra_validators)
        return _written(self.outcome, N_("Write the outcome in Kazakh or in Russian."), good=good)


def _written(field: Any, sentence: str, *, good: bool) -> bool:
    """Ask for words in one of the region's languages, if nothing else is wrong with them already."""
    if field.form.for_the_region():
        return good
    return complain([(field.form.kk, sentence)])
