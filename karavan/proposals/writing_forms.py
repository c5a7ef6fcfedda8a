"""What people type when they write a submission, turned into values. The rules decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, HiddenField, StringField, TextAreaField
from wtforms.validators import StopValidation

from karavan.core.contacts import parse_email, parse_phone
from karavan.core.languages import LANGUAGES
from karavan.core.places import HOME_DISTRICTS, PLACES
from karavan.core.problems import N_, Message
from karavan.core.tokens import new_public_id
from karavan.files.fields import UploadField
from karavan.proposals.models import Channel, Topic
from karavan.proposals.rules.write import Submission, Words
from karavan.web.fields import LANGUAGE_NAMES, Choice, Radios
from karavan.web.forms import STALE, Form, Optional, Required, cleaned, line, text
from karavan.web.locale import lang

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wtforms import Field

    from karavan.councils.queries import CouncilCard

TITLE, PROBLEM, SOLUTION, VILLAGE = 120, 4000, 4000, 80
GOOD_TITLE: Final = 90
"""A title of so many letters still stands on one line of a list."""
KEPT: Final = 20_000
"""A draft keeps so many letters of a field, checked or not."""

TOPICS: Final = (
    (Topic.WATER, N_("Water")),
    (Topic.HEAT, N_("Heating")),
    (Topic.POWER, N_("Electricity")),
    (Topic.TARIFFS, N_("Tariffs")),
    (Topic.ROADS, N_("Roads")),
    (Topic.TRANSPORT, N_("Buses and transport")),
    (Topic.ECOLOGY, N_("Ecology")),
    (Topic.WASTE, N_("Waste")),
    (Topic.EDUCATION, N_("Schools and education")),
    (Topic.HEALTH, N_("Health")),
    (Topic.TOWN, N_("Streets and yards")),
    (Topic.SOCIAL, N_("Social support")),
    (Topic.CULTURE, N_("Culture and sport")),
    (Topic.OTHER, N_("Something else")),
)
LOCAL, REGION = "local", "region"
COUNCILS: Final = (
    (LOCAL, N_("The council of this district or city")),
    (REGION, N_("The regional council: it concerns several districts")),
)
CHANNELS: Final = (
    (Channel.PAPER, N_("On paper")),
    (Channel.PHONE, N_("By telephone")),
    (Channel.IN_PERSON, N_("In person")),
)


class Kept(Form):
    """A form whose fields a draft keeps as they were typed."""

    @property
    def stale(self) -> bool:
        """Did the form come without our token, as it was checked last? Then nothing may be written."""
        return STALE in self.form_errors

    def typed(self) -> dict[str, str]:
        """Return what was typed, unchecked, in a form that every database keeps; ticks are not remembered."""
        kept = {}
        for field in self:
            value = field.raw_data[0] if field.raw_data else None
            if isinstance(value, str) and not isinstance(field, (BooleanField, HiddenField)):
                kept[field.name] = _storable(value)
        return kept


class TextForm(Kept):
    """The text: what is wrong, what to do about it, where, and which council is to look at it."""

    title = StringField(
        N_("What should be done?"), [Required(N_("Say in one sentence what should be done.")), line(TITLE)]
    )
    problem = TextAreaField(N_("What is wrong?"), [Required(N_("Describe what is wrong.")), text(PROBLEM)])
    solution = TextAreaField(N_("What do you propose?"), [Required(N_("Say what you propose.")), text(SOLUTION)])
    place = Radios(N_("Where is it?"), [Required(N_("Choose the district or city."))])
    village = StringField(N_("Village or neighbourhood"), [Optional(), line(VILLAGE)])
    topic = Choice(N_("What is it about?"))
    council = Radios(N_("Which council should look at it?"), [Required(N_("Choose a council."))], choices=COUNCILS)
    language = Radios(N_("In which language is it written?"), [Required(N_("Choose the language of the text."))])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Fill the lists, and choose what most people want."""
        super().__init__(*args, **kwargs)
        self.place.choices = {key: PLACES[key].best(lang()).text for key in HOME_DISTRICTS}
        self.topic.choices = {"": N_("Choose a topic"), **{topic.value: words for topic, words in TOPICS}}
        self.topic.data = self.topic.data or ""
        self.language.choices = {code: LANGUAGE_NAMES[code] for code in LANGUAGES}
        self.council.data = self.council.data or LOCAL
        self.language.data = self.language.data or lang()

    def validate_topic(self, field: Field) -> None:
        """Ask for a topic in our words."""
        if not field.data:
            raise StopValidation(N_("Choose what it is about."))

    def words(self) -> Words:
        """Return the text, checked."""
        return Words(title=self.title.data or "", problem=self.problem.data or "", solution=self.solution.data or "")


def finished(fields: Mapping[str, Any]) -> TextForm | None:
    """Return the checked form of a draft, or None if something is still missing in it."""
    form = TextForm(formdata=MultiDict(fields), meta={"csrf": False})
    return form if form.validate() else None


class AuthorForm(Kept):
    """Who hands it in, and what she agrees to."""

    author_name = StringField(N_("Your full name"), [Required(N_("Enter your full name.")), line(120)])
    public_name = StringField(
        N_("Your name as readers will see it"), [Required(N_("Write how readers will see your name.")), line(80)]
    )
    eotinish = StringField(N_("Number of your appeal in eOtinish"), [Optional(), line(40)])
    adult = BooleanField(N_("I am old enough"), [Required(N_("Tick that you are old enough to hand in a proposal."))])
    publication = BooleanField(
        N_("I agree that the text and my name as above are published."),
        [Required(N_("Tick that you agree: a proposal that nobody may read cannot be supported."))],
    )

    def ask_age(self, years: int) -> None:
        """Ask for the age that the council's statute sets."""
        self.adult.label.text = Message("I am %(years)d years old or older.", {"years": years})  # type: ignore[assignment]

    def submission(self, key: str, council_id: int, form: TextForm) -> Submission:
        """Return everything for the rule."""
        return Submission(
            author_name=self.author_name.data or "",
            public_name=self.public_name.data or "",
            eotinish=self.eotinish.data or "",
            **_about(key, council_id, form),
        )


class FileForm(Form):
    """One file more."""

    file = UploadField(N_("Picture or document"))

    def validate_file(self, field: Field) -> None:
        """Ask for a file; the field has looked into it."""
        if field.data is None:
            raise StopValidation(N_("Choose a file first."))


class PressForm(Form):
    """Only a button."""


class PaperForm(TextForm):
    """What somebody brought on paper, said on the telephone or in person, typed by staff."""

    key = HiddenField()
    channel = Radios(N_("How did it come in?"), [Required(N_("Say how it came in."))], choices=CHANNELS)
    author_name = StringField(N_("Author’s full name"), [Required(N_("Enter the author’s full name.")), line(120)])
    public_name = StringField(
        N_("Author’s name as readers will see it"), [Required(N_("Write how readers will see the name.")), line(80)]
    )
    phone = StringField(N_("Mobile phone"), [Optional(), cleaned(parse_phone)])
    email = StringField(N_("Email"), [Optional(), cleaned(lambda typed: parse_email(typed).typed)])
    scan = UploadField(N_("Scan or photo of the sheet"))
    agreed = BooleanField(
        N_("The author is old enough, and agreed that the text and the name as above are published."),
        [Required(N_("Without the author’s consent it cannot be taken."))],
    )

    def __init__(self, *args: Any, councils: Sequence[CouncilCard], **kwargs: Any) -> None:
        """Offer the councils of whoever types, and make the key by which a second press is known."""
        super().__init__(*args, **kwargs)
        self.council.choices = {str(card.id): card.name.best(lang()).text for card in councils}
        if self.council.data == LOCAL:
            self.council.data = str(councils[0].id) if len(councils) == 1 else None
        if not self.key.data:
            self.renew()

    def validate_key(self, field: Field) -> None:
        """A key we did not make is replaced: it only serves to recognise a second press."""
        if not 16 <= len(field.data or "") <= 24 or not field.data.isascii():
            self.renew()

    def renew(self) -> None:
        """Let this be another submission than the one before."""
        self.key.data = new_public_id()

    def submission(self) -> Submission:
        """Return everything for the rule."""
        return Submission(
            author_name=self.author_name.data or "",
            public_name=self.public_name.data or "",
            channel=Channel(self.channel.data),
            author_email=self.email.data or "",
            author_phone=self.phone.data or "",
            **_about(self.key.data or "", int(self.council.data), self),
        )


def _about(key: str, council_id: int, form: TextForm) -> dict[str, Any]:
    """Return what every way of handing in has in common."""
    return {
        "key": key,
        "council_id": council_id,
        "words": form.words(),
        "lang": form.language.data,
        "consent_lang": lang(),
        "place": form.place.data,
        "village": form.village.data or "",
        "topic": Topic(form.topic.data),
    }


def _storable(value: str) -> str:
    """Return a text without the halves of letters that no database keeps, and no longer than a draft may be."""
    return value[:KEPT].encode("utf-8", "replace").decode()
