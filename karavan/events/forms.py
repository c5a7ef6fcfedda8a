"""What people type about registrations, turned into values. The rules decide; nothing here asks the database."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from wtforms import (
    BooleanField,
    Form as PlainForm,
    FormField,
    HiddenField,
    StringField,
    TextAreaField,
)
from wtforms.validators import StopValidation, ValidationError

from karavan.core.clock import now
from karavan.core.contacts import parse_email, parse_phone
from karavan.core.places import HOME_DISTRICTS, PLACES
from karavan.core.problems import N_, Message
from karavan.core.text import BadText, clean_line
from karavan.core.tokens import digest, new_key
from karavan.events.labels import ROLES, SEXES
from karavan.events.models import Access, ConsentPurpose, QuestionKind, SeatChannel
from karavan.events.rules.register import Application, Guest
from karavan.web.fields import Choice, Choices, DayField, Radios
from karavan.web.forms import Form, Optional, Required, Rows, cleaned, line, text
from karavan.web.locale import lang

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wtforms import Field

    from karavan.core.languages import Slots
    from karavan.events.models import Event, Question, Registration

NEEDS = (
    (Access.STEP_FREE, N_("A way in without steps (wheelchair)")),
    (Access.SIGN_LANGUAGE, N_("A sign language interpreter")),
    (Access.HEARING_LOOP, N_("Help with hearing")),
    (Access.LARGE_PRINT, N_("Materials in large print")),
    (Access.INTERPRETER_KK, N_("Interpreting into Kazakh")),
    (Access.INTERPRETER_RU, N_("Interpreting into Russian")),
    (Access.CHILDCARE, N_("Somebody to look after a child")),
    (Access.TRANSPORT, N_("Help with getting there")),
)
YES_NO = (("yes", N_("Yes")), ("no", N_("No")))
UNSAID: Final = ("", N_("I would rather not say"))
EARLIEST_BIRTH: Final = 1900


class YearField(StringField):
    """A year of birth, or nothing."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, render_kw={"inputmode": "numeric", "maxlength": "4"}, **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read four digits of a year in which somebody who comes may have been born."""
        typed = "".join(valuelist).strip()
        self.data = None
        if not typed:
            return
        latest = now().year
        if not (re.fullmatch("[0-9]{4}", typed) and EARLIEST_BIRTH <= int(typed) <= latest):
            facts: dict[str, object] = {"low": EARLIEST_BIRTH, "high": latest}
            raise ValueError(Message("Enter the year of birth as four digits, from %(low)d to %(high)d.", facts))
        self.data = int(typed)  # type: ignore[assignment]

    def _value(self) -> str:
        return self.raw_data[0] if self.raw_data else "" if self.data is None else str(self.data)


def asked_of_people(asks: Sequence[str]) -> dict[str, Any]:
    """Return the fields for what an event asks of each person besides her name (`Event.asks`). None must be filled."""
    sexes = [UNSAID, *((sex.value, words) for sex, words in SEXES)]
    roles = [UNSAID, *((role.value, words) for role, words in ROLES)]
    fields: dict[str, Any] = {
        "sex": Choice(N_("Woman or man"), default="", choices=sexes),
        "born": YearField(N_("Year of birth")),
        "role": Choice(N_("In what role"), default="", choices=roles),
    }
    return {name: field for name, field in fields.items() if name in asks}


class PersonForm(PlainForm):
    """One person who comes. Children need no contact details of their own."""

    name = StringField(N_("Full name"), [Required(N_("Enter the name of the person who will come.")), line(120)])
    child = BooleanField(N_("This is a child under 16"))
    needs = Choices(
        N_("What is needed to take part"), [Optional()], choices=[(need.value, words) for need, words in NEEDS]
    )
    needs_note = StringField(N_("Anything else the organiser should know to help"), [Optional(), line(300)])

    def guest(self) -> Guest:
        """Return the typed values for the rule."""
        return Guest(
            name=self.name.data or "",
            child=bool(self.child.data),
            needs=tuple(self.needs.data or ()),
            needs_note=self.needs_note.data or "",
            sex=self._said("sex") or "",
            born=self._said("born"),
            role=self._said("role") or "",
        )

    def asked(self) -> list[Any]:
        """Return the fields of what this event asks of each person."""
        return [self._fields[name] for name in ("sex", "born", "role") if name in self._fields]

    def _said(self, name: str) -> Any:
        return self._fields[name].data if name in self._fields else None


class _Answers:
    """The organiser's own questions, as fields named q<id>."""

    if TYPE_CHECKING:
        _fields: dict[str, Any]

    questions: Sequence[Asked] = ()

    def __iter__(self) -> Iterator[Any]:
        """Go through the fields as they stand on the page: the organiser's questions before the consents."""
        consents = {purpose.value for purpose in ConsentPurpose}
        fields: Iterator[Any] = super().__iter__()  # type: ignore[misc]
        return iter(sorted(fields, key=lambda field: field.name in consents))

    def question_fields(self) -> list[Any]:
        """Return the fields in the organiser's order."""
        return [self._fields[f"q{question.id}"] for question in self.questions]

    def answers(self) -> dict[int, Any]:
        """Return what was answered, by question; unanswered ones are left out."""
        found: dict[int, Any] = {}
        for question in self.questions:
            value = self._fields[f"q{question.id}"].data
            if value not in (None, "", []):
                found[question.id] = value.isoformat() if isinstance(value, dt.date) else value
        return found


class RegistrationForm(_Answers, Form):
    """Taking seats for oneself, a family or neighbours."""

    key = HiddenField()
    person = PersonForm
    people = Rows(FormField(PersonForm), min_entries=1, max_entries=20)
    at_least = Choice(N_("If there are not enough seats for all"), coerce=str)
    phone = StringField(N_("Mobile phone"))
    email = StringField(N_("Email"))
    district = Choice(N_("Where you live"))
    website = StringField(N_("Leave this field empty"))
    processing = BooleanField(
        N_("I agree that my data is kept and used for this registration."),
        [Required(N_("Tick that you agree: without your data there can be no registration."))],
    )
    photography = BooleanField(N_("I agree to be seen in photographs from the event."))
    newsletter = BooleanField(N_("Write to me about later events."))

    party_limit = 6

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Fill the lists that depend on how many people the form holds."""
        super().__init__(*args, **kwargs)
        self.district.choices = [
            ("", N_("I would rather not say")),
            *((key, PLACES[key].best(lang()).text) for key in HOME_DISTRICTS),
        ]
        if self.district.data is None:
            self.district.data = ""
        if not self.key.data:
            self.key.data = new_key()
        self.fit_choices()

    def fit_choices(self) -> None:
        """Offer "at least so many" for as many people as the form holds now."""
        number = len(self.people.entries)
        fewer: list[Any] = [
            (
                str(few),
                Message.counted("%(num)d seat is enough to begin with", "%(num)d seats are enough to begin with", few),
            )
            for few in range(1, number)
        ]
        self.at_least.choices = [("0", N_("All of us, or nobody")), *fewer]
        if self.at_least.data is None:
            self.at_least.data = "0"

    def validate_email(self, field: Field) -> None:
        """Read the address; either contact will do, but one is needed."""
        _read(field, lambda text: parse_email(text).typed)
        if not field.data and not (self.phone.data or "").strip():
            raise StopValidation(N_("Enter an email address or a phone number, so that we can reach you."))

    def validate_phone(self, field: Field) -> None:
        """Read the number as people write it here."""
        _read(field, parse_phone)

    def validate_key(self, field: Field) -> None:
        """A key we did not make is replaced: it only serves to recognise a second press."""
        if not 16 <= len(field.data or "") <= 40 or not field.data.isascii():
            field.data = new_key()

    def validate_website(self, field: Field) -> None:
        """People do not see this field; programs fill it."""
        if field.data:
            raise StopValidation(N_("Leave this field empty."))

    def validate_people(self, field: Rows) -> None:
        """Keep to the event's limit."""
        if len(field.entries) > self.party_limit:
            raise ValidationError(
                Message.counted(  # type: ignore[arg-type]
                    "One registration can bring at most %(num)d person.",
                    "One registration can bring at most %(num)d people.",
                    self.party_limit,
                ),
            )

    def add_person(self) -> None:
        """Make room for one more."""
        if len(self.people.entries) < self.party_limit:
            self.people.append_entry()
        self.fit_choices()

    def remove_person(self, index: str) -> None:
        """Take one row out, and keep what was typed in the others."""
        kept = [entry.data for number, entry in enumerate(self.people.entries) if str(number) != index]
        while self.people.entries:
            self.people.pop_entry()
        for data in kept or [{}]:
            self.people.append_entry(data)
        self.fit_choices()

    def application(self, *, channel: SeatChannel = SeatChannel.WEB) -> Application:
        """Return the typed values for the rule."""
        email = parse_email(self.email.data) if self.email.data else None
        email_key, phone = email.key if email else None, self.phone.data or None
        given = {purpose for purpose in ConsentPurpose if self._fields[purpose.value].data}
        return Application(
            key=_key_of(self.key.data or new_key(), email_key, phone),
            guests=tuple(entry.form.guest() for entry in self.people.entries),
            lang=lang(),
            email=email.typed if email else "",
            email_key=email_key,
            phone=phone,
            district=self.district.data or "",
            at_least=int(self.at_least.data),
            answers=self.answers(),
            consents=frozenset(given),
            channel=channel,
        )


class TicketPersonForm(PersonForm):
    """One person of a ticket, known by her number: somebody else may have left while the form was open."""

    id = HiddenField()


class AnswersForm(_Answers, Form):
    """Correcting a ticket: names, needs, answers, consents."""

    person = TicketPersonForm
    people = Rows(FormField(TicketPersonForm), min_entries=0, max_entries=20)
    photography = RegistrationForm.photography
    newsletter = RegistrationForm.newsletter

    def corrections(self) -> dict[int, Guest]:
        """Return what is to stand for each person, by attendee id; the rule ignores ids of strangers."""
        return {
            int(entry.form.id.data): entry.form.guest()
            for entry in self.people.entries
            if re.fullmatch("[0-9]{1,15}", entry.form.id.data or "")
        }

    def consents(self) -> frozenset[ConsentPurpose]:
        """Return the voluntary consents that are ticked."""
        voluntary = (ConsentPurpose.PHOTOGRAPHY, ConsentPurpose.NEWSLETTER)
        return frozenset(purpose for purpose in voluntary if self._fields[purpose.value].data)


class WithdrawalForm(Form):
    """Who gives the seat back; nobody ticked means nothing happens."""

    people = Choices(N_("Who is not coming?"), [Required(N_("Choose who is not coming."))])


class OfferForm(Form):
    """Yes or no to offered seats."""

    offer = HiddenField()


class PressForm(Form):
    """Only a button."""


def registration_form(event: Event, base: type[RegistrationForm] = RegistrationForm, **kwargs: Any) -> RegistrationForm:
    """Build the form of one event, with its own questions; the desk brings a `base` of its own."""
    form: RegistrationForm = _with_questions(base, event, event.questions)(**kwargs)
    return form


def answers_form(registration: Registration, **kwargs: Any) -> AnswersForm:
    """Build the form that corrects one ticket."""
    form: AnswersForm = _with_questions(AnswersForm, registration.event, registration.event.questions)(**kwargs)
    return form


class Asked(NamedTuple):
    """A question as the form needs it: plain values, by which forms of the same questions know each other."""

    id: int
    kind: QuestionKind
    label: Slots
    hint: Slots
    required: bool
    options: tuple[tuple[tuple[str, str], ...], ...]


def _with_questions(base: type[Any], event: Event, questions: Sequence[Question]) -> type[Any]:
    asked = tuple(
        Asked(q.id, q.kind, q.label, q.hint, q.required, tuple(tuple(option.items()) for option in q.options))
        for q in questions
        if not q.retired
    )
    made: type[Any] = _form_class(base, lang(), asked, event.party_limit, tuple(event.asks))  # type: ignore[arg-type]
    return made


@lru_cache(maxsize=100)  # To make a class of forms takes as long as to fill and check one, and leaves more behind
def _form_class(
    base: type[Any], _: str, asked: tuple[Asked, ...], party_limit: int, asks: tuple[str, ...]
) -> type[Any]:
    fields: dict[str, Any] = {f"q{question.id}": _field(question) for question in asked}
    if asks:
        person = type(base.person.__name__, (base.person,), asked_of_people(asks))
        fields["people"] = Rows(FormField(person), *base.people.args[1:], **base.people.kwargs)
        fields["people"].creation_counter = base.people.creation_counter  # it stands where it stood
    return type(base.__name__, (base,), {**fields, "questions": asked, "party_limit": party_limit})


def _field(question: Asked) -> Any:
    label, hint = question.label.best(lang()).text, question.hint.best(lang()).text
    must = [Required(N_("Answer this question."))] if question.required else [Optional()]
    options = [(option["key"], _wording(option)) for option in map(dict, question.options)]
    match question.kind:
        case QuestionKind.CHOICE:
            return Radios(label, must, choices=options, description=hint)
        case QuestionKind.CHOICES:
            return Choices(label, must, choices=options, description=hint)
        case QuestionKind.YES_NO:
            return Radios(label, must, choices=YES_NO, description=hint)
        case QuestionKind.NUMBER:
            return StringField(label, [*must, cleaned(_number)], description=hint, render_kw={"inputmode": "decimal"})
        case QuestionKind.DATE:
            return DayField(label, must, description=hint)
        case QuestionKind.TEXT:
            return TextAreaField(label, [*must, text(2000)], description=hint)


MOST_DIGITS = 12
"""So many digits a number may have on either side of the point."""


def _key_of(form: str, email_key: str | None, phone: str | None) -> str:
    """Return the key of one form sent for one contact.

    Whoever goes back in her browser and fills the same page in for a neighbour would else be shown her own ticket
    again, and the neighbour would not be registered.
    """
    return digest(f"{form} {email_key} {phone}")[:40]


def _number(typed: str) -> str:
    plain = clean_line(typed, limit=30).replace(" ", "").replace(",", ".")
    try:
        number = Decimal(plain)
    except InvalidOperation:
        number = Decimal("NaN")
    # Written out, 1e-999999 would be a million digits.
    if not number.is_finite() or number.adjusted() > MOST_DIGITS or int(number.as_tuple().exponent) < -MOST_DIGITS:
        raise BadText(Message("Enter a number, for example 12."))
    return format(number.normalize(), "f")


def _read(field: Field, parse: Any) -> None:
    field.data = (field.data or "").strip()
    if not field.data:
        return
    try:
        field.data = parse(field.data)
    except BadText as error:
        raise StopValidation(error.message) from error  # type: ignore[arg-type]


def _wording(option: dict[str, str]) -> str:
    return option.get(lang()) or option.get("ru") or option.get("kk") or option.get("en") or option["key"]
