"""What people type who take part in a hearing, turned into values. The rules decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import StopValidation

from karavan.core.problems import N_
from karavan.core.tokens import new_public_id, read_receipt
from karavan.files.fields import BODY_BYTES, UploadField
from karavan.hearings.models import Position, StatementKind
from karavan.hearings.rules.speakers import TOPIC, Wish
from karavan.hearings.rules.statements import FILES
from karavan.web.fields import Radios, WholeNumber
from karavan.web.forms import STALE, Form, Optional, Required, line, text

if TYPE_CHECKING:
    from wtforms import Field

    from karavan.files.fields import Received
    from karavan.hearings.models import Hearing

LETTERS: Final = 4000
"""How many letters a statement may have: as many as a comment, for it is one."""
REQUEST_BYTES: Final = FILES * BODY_BYTES
"""How large the request of a statement with all its files may be."""

KINDS: Final = (
    (StatementKind.FOR.value, N_("I am for it")),
    (StatementKind.AGAINST.value, N_("I am against it")),
    (StatementKind.QUESTION.value, N_("I have a question")),
)
POSITIONS: Final = (
    (Position.FOR.value, N_("I speak for it")),
    (Position.AGAINST.value, N_("I speak against it")),
    (Position.QUESTION.value, N_("I have a question")),
)
INTERPRETERS: Final = (
    ("", N_("No")),
    ("kk", N_("Interpreting into Kazakh")),
    ("ru", N_("Interpreting into Russian")),
    ("en", N_("Interpreting into English")),
    ("sign", N_("A sign language interpreter")),
)


class PressForm(Form):
    """Only a button."""


class StatementForm(Form):
    """A written statement. The key tells a second press from a second statement."""

    kind = Radios(N_("What do you say?"), [Required(N_("Say whether you are for, against, or ask."))], choices=KINDS)
    source = TextAreaField(N_("Your statement"), [Required(N_("Write your statement.")), text(LETTERS)])
    file = UploadField(N_("Picture or document"))
    file_2 = UploadField(N_("Second picture or document"))
    file_3 = UploadField(N_("Third picture or document"))
    key = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Make the key, unless it came with the form."""
        super().__init__(*args, **kwargs)
        if not self.key.data:
            self.key.data = new_public_id()

    def validate_key(self, field: Field) -> None:
        """A key we did not make is replaced: it only serves to recognise a second press."""
        if not 16 <= len(field.data or "") <= 24 or not field.data.isascii():
            field.data = new_public_id()

    @property
    def stale(self) -> bool:
        """Did the form come without our token, as it was checked last?"""
        return STALE in self.form_errors

    @property
    def uploads(self) -> tuple[Field, ...]:
        """The fields for files."""
        return self.file, self.file_2, self.file_3

    @property
    def received(self) -> list[Received]:
        """Return what was handed in with it."""
        return [field.data for field in self.uploads if field.data is not None]

    @property
    def chose_files(self) -> bool:
        """Did she choose files? A browser does not keep the choice when the form comes back."""
        return any(getattr(field, "_sent", None) is not None for field in self.uploads)


class SpeakForm(Form):
    """Signing up to speak."""

    topic = StringField(
        N_("What do you want to speak about?"), [Required(N_("Say what you want to speak about.")), line(TOPIC)]
    )
    position = Radios(
        N_("Which side do you take?"), [Required(N_("Say whether you are for, against, or ask."))], choices=POSITIONS
    )
    interpreter = Radios(N_("Do you need an interpreter?"), [Optional()], choices=INTERPRETERS)

    if TYPE_CHECKING:
        minutes: WholeNumber

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Nothing ticked is no interpreter."""
        super().__init__(*args, **kwargs)
        self.interpreter.data = self.interpreter.data or ""

    def wish(self) -> Wish:
        """Return everything for the rule."""
        return Wish(
            position=Position(self.position.data),
            topic=self.topic.data or "",
            minutes=self.minutes.data,  # type: ignore[arg-type]  # the field has made it a number
            interpreter=self.interpreter.data or "",
        )


def speak_form(hearing: Hearing) -> SpeakForm:
    """Make the form, its minutes bounded by what the hearing gives each speaker."""
    most = hearing.speaker_minutes
    minutes = WholeNumber(N_("How many minutes do you need?"), 1, most, default=most)
    form: SpeakForm = type("SpeakFormOfOneHearing", (SpeakForm,), {"minutes": minutes})()
    return form


class CodeForm(Form):
    """The code of a receipt, as people type codes: with spaces, hyphens, in small letters."""

    code = StringField(
        N_("Code of the receipt"),
        [Required(N_("Enter the code.")), line(40)],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )

    def validate_code(self, field: Field) -> None:
        """Refuse what cannot be a code."""
        if read_receipt(field.data or "") is None:
            raise StopValidation(N_("A code has twelve letters and digits. Check what you typed."))
