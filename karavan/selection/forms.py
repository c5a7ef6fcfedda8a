"""What people type about selections, turned into values. The rules decide."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from wtforms import FormField, StringField, TextAreaField

from karavan.core.contacts import parse_email
from karavan.core.places import HOME_DISTRICTS, PLACES
from karavan.core.problems import N_, Message
from karavan.events.desk_rows import Row
from karavan.selection.balance import VALUES, WORDS, Rule, contradictions, read
from karavan.selection.models import Method
from karavan.selection.rules.plan import CallPlan, CriterionLine
from karavan.web.fields import Choice, DayField, HourField, Radios, WholeNumber, complain, texts
from karavan.web.forms import Form, Optional, Required, Rows, Versioned, cleaned, line, text
from karavan.web.locale import lang

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from karavan.events.models import Event
    from karavan.selection.models import Call, Criterion, Review

METHODS: Final = (
    (Method.RANKED, N_("The best scores, in their order")),
    (Method.LOTTERY, N_("A draw by lot among all who reach a score, with rules of balance")),
)
LISTS: Final = {"criteria": 12, "balance": 20}
BEGINS_WITH: Final = {"criteria": "most", "balance": "whom"}
END_OF_DAY: Final = dt.time(23, 59)
BEGIN_OF_DAY: Final = dt.time()


class Count(WholeNumber):
    """A number that stands for itself where nothing is typed: a new row begins with it."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number, or take the usual one."""
        if "".join(valuelist).strip():
            super().process_formdata(valuelist)
        else:
            self.data: Any = self.default
            self.raw_data = None


class CriterionRow(Row):
    """One line of the rubric."""

    title = texts(N_("What is looked at"), 160)
    help = texts(N_("What gets none, some and all of the points"), 600, rows=3)
    most = Count(N_("Points, at most"), 1, 100, default=5)
    weight = Count(N_("Weight"), 1, 20, default=1)
    counts = ("title", "help")

    def contradictions(self) -> Iterator[tuple[Any, str | Message]]:
        """A criterion needs words."""
        if not self.title.form.for_the_region():
            yield self.title.form.kk, N_("Write what is looked at, in Kazakh or in Russian.")

    def line(self) -> CriterionLine:
        """Return the typed values for the rule."""
        most: Any = self.most.data
        weight: Any = self.weight.data
        return CriterionLine(title=self.title.form.slots(), help=self.help.form.slots(), most=most, weight=weight)


class BalanceRow(Row):
    """One rule of balance."""

    whom = Choice(N_("Who"))
    least = Count(N_("At least"), 0, 1000, default=0)
    most = Count(N_("At most"), 0, 1000, default=1000)
    counts = ("whom",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Fill the list whose words depend on the language."""
        super().__init__(*args, **kwargs)
        self.whom.choices = [
            ("", N_("Nobody: this rule is left out")),
            *((f"district:{key}", PLACES[key].best(lang()).text) for key in HOME_DISTRICTS),
            *((f"{by}:{value}", WORDS[(by, value)]) for by in VALUES if by != "district" for value in VALUES[by]),
        ]

    def rule(self) -> Rule:
        """Return the typed values."""
        by, _, value = str(self.whom.data).partition(":")
        least: Any = self.least.data
        most: Any = self.most.data
        return Rule(by, value, least, most)


class _Balanced:
    """A form with rules of balance."""

    if TYPE_CHECKING:
        balance: Any

    def rules(self) -> tuple[Rule, ...]:
        """Return the rules that were filled in."""
        return tuple(entry.form.rule() for entry in self.balance.entries if not entry.form.blank)


class CallForm(_Balanced, Versioned):
    """Everything an organiser writes about a selection."""

    method = Radios(N_("How places are given"), [Required(N_("Choose how places are given."))], choices=METHODS)
    places = WholeNumber(N_("Places"), 1, 1000)
    reviews = WholeNumber(N_("Scores for each application, at least"), 2, 9, default=2)
    least_score = WholeNumber(N_("Score needed, out of a hundred"), 0, 100, default=0)
    opens_day = DayField(N_("Applications open on"), [Required(N_("Enter the day."))])
    opens_time = HourField(N_("Hour of opening"), [Optional()])
    closes_day = DayField(N_("Applications close on"), [Required(N_("Enter the day."))])
    closes_time = HourField(N_("Hour of closing"), [Optional()])
    confirm_hours = WholeNumber(N_("Hours to confirm an accepted place"), 12, 336, default=72)
    criteria = Rows(FormField(CriterionRow), N_("Rubric"), min_entries=1, max_entries=LISTS["criteria"])
    balance = Rows(FormField(BalanceRow), N_("Rules of balance"), max_entries=LISTS["balance"])

    zone = "Asia/Aqtau"

    def validate(self, extra_validators: Any = None) -> bool:
        """Check every field, then what stands between them."""
        good = super().validate(extra_validators)
        return complain(self._contradictions()) and good

    def _contradictions(self) -> Iterator[tuple[Any, str | Message]]:
        opens, closes = self._moments()
        if opens and closes and opens >= closes:
            yield self.closes_day, N_("Applications must open before they close.")
        if self.method.data == Method.LOTTERY and self.places.data and not self._rows_are_wrong():
            for sentence in contradictions(self.rules(), int(self.places.data)):
                yield self.balance, sentence

    def _rows_are_wrong(self) -> bool:
        return any(entry.form.errors for entry in self.balance.entries)

    def _moments(self) -> tuple[dt.datetime | None, dt.datetime | None]:
        return (
            self._moment(self.opens_day.data, self.opens_time.data or BEGIN_OF_DAY),
            self._moment(self.closes_day.data, self.closes_time.data or END_OF_DAY),
        )

    def _moment(self, day: dt.date | None, hour: dt.time) -> dt.datetime | None:
        return dt.datetime.combine(day, hour, ZoneInfo(self.zone)).astimezone(dt.UTC) if day else None

    def plan(self) -> CallPlan:
        """Return the typed values for the rule."""
        opens, closes = self._moments()
        assert opens and closes  # noqa: S101, PT018 -- validated
        numbers: dict[str, Any] = {
            name: self._fields[name].data for name in ("places", "reviews", "least_score", "confirm_hours")
        }
        return CallPlan(
            method=Method(self.method.data),
            opens_at=opens,
            closes_at=closes,
            criteria=tuple(entry.form.line() for entry in self.criteria.entries if not entry.form.blank),
            balance=self.rules(),
            **numbers,
        )


def call_form(event: Event, call: Call | None, *, places: int, **kwargs: Any) -> CallForm:
    """Build the form: of a call as it is stored, or of a new one for so many free seats."""
    data = _stored(event, call) if call else {"method": Method.RANKED.value, "places": places}
    form = CallForm(data=data, **kwargs)
    form.zone = event.zone
    return form


def _stored(event: Event, call: Call) -> dict[str, Any]:
    zone = ZoneInfo(event.zone)
    opens, closes = call.opens_at.astimezone(zone), call.closes_at.astimezone(zone)
    same = ("places", "reviews", "least_score", "confirm_hours", "version")
    return {
        **{name: getattr(call, name) for name in same},
        "method": call.method.value,
        "opens_day": opens.date(),
        "opens_time": opens.time().replace(second=0, microsecond=0),
        "closes_day": closes.date(),
        "closes_time": closes.time().replace(second=0, microsecond=0),
        "criteria": [
            {"title": line.title, "help": line.help, "most": line.most, "weight": line.weight} for line in call.criteria
        ],
        "balance": rows_of(call),
    }


def rows_of(call: Call) -> list[dict[str, Any]]:
    """Return the rules of balance as the form's rows hold them."""
    return [{"whom": f"{rule.by}:{rule.value}", "least": rule.least, "most": rule.most} for rule in read(call.balance)]


class LooseningForm(_Balanced, Form):
    """Other rules of balance than those that were published, and why."""

    balance = Rows(FormField(BalanceRow), N_("Rules of balance"), max_entries=LISTS["balance"])
    reason = StringField(N_("Why"), [Required(N_("Write why: the reason stands in the public record.")), line(300)])


class ReviewerForm(Form):
    """Naming somebody who scores."""

    email = StringField(
        N_("Email of the reviewer"),
        [
            Required(N_("Enter the email with which the person signs in.")),
            cleaned(lambda typed: parse_email(typed).key),
        ],
    )


class PressForm(Form):
    """Only a button."""


class ScoreForm(Versioned):
    """Points by criterion; or a conflict of interests, and then no points."""

    recused = Radios(
        N_("Is there a conflict of interests?"),
        [Required(N_("Say whether there is a conflict of interests."))],
        choices=(("no", N_("No, I score")), ("yes", N_("Yes, I stand aside"))),
    )
    reason = TextAreaField(N_("Which conflict it is"), [text(500)], render_kw={"rows": 3})

    criteria: tuple[Criterion, ...] = ()

    def validate(self, extra_validators: Any = None) -> bool:
        """Points are owed for every line, or a reason for none."""
        aside = self.recused.data == "yes"
        fields = [self._fields[f"c{one.id}"] for one in self.criteria]
        good: bool = super().validate(extra_validators)
        if aside:
            for field in fields:  # what was typed there does not count
                field.errors = []
            good = not self.errors and not self.form_errors
            if not (self.reason.data or "").strip():
                self.reason.errors = [N_("Write which conflict it is. Only the organiser reads it.")]
                good = False
        return good

    def points(self) -> dict[int, int]:
        """Return the points, by criterion."""
        return {one.id: int(self._fields[f"c{one.id}"].data) for one in self.criteria}

    def point_fields(self) -> Iterable[tuple[Criterion, Any]]:
        """Return the criteria with their fields, in the order of the rubric."""
        return [(one, self._fields[f"c{one.id}"]) for one in self.criteria]


def score_form(call: Call, review: Review | None) -> ScoreForm:
    """Build the form for the rubric of a call, filled with what this reviewer wrote before."""
    fields: dict[str, Any] = {
        f"c{one.id}": WholeNumber(one.title.best(lang()).text, 0, one.most) for one in call.criteria
    }
    kind = type("ScoreFormOfOneCall", (ScoreForm,), {**fields, "criteria": tuple(call.criteria)})
    data: dict[str, Any] = {"version": review.version if review else 0}
    if review is not None:
        data |= {"recused": "yes" if review.recused else "no", "reason": review.reason}
        data |= {f"c{criterion}": points for criterion, points in review.points.items()}
    form: ScoreForm = kind(data=data)
    return form
