"""What people type to sign in and about themselves. None of these forms asks whether a contact is known."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from flask import current_app
from wtforms import StringField
from wtforms.validators import StopValidation

from karavan.accounts.rules import CODE_DIGITS
from karavan.core.contacts import parse_contact
from karavan.core.problems import N_, Message
from karavan.core.text import BadText
from karavan.web.forms import Form, OneOf, Optional, Required, cleaned, line

if TYPE_CHECKING:
    from wtforms import Field

    from config import Settings
    from karavan.core.contacts import Contact

NO_SMS = Message("This site does not send text messages yet. Enter an email address.")
HAS_EMAIL = Message("You have an email address here already. Enter a phone number.")
HAS_PHONE = Message("You have a phone number here already. Enter an email address.")


def phones_work() -> bool:
    """Can a code reach a phone: by a gateway, or on the demonstration's mailbox page?"""
    settings: Settings = current_app.extensions["karavan.settings"]
    return settings.sms != "off" or settings.demo


def read_code(text: str) -> str:
    """Return the digits of a code, however they were typed or pasted."""
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", text[:100]))
    if len(digits) != CODE_DIGITS or not digits.isascii():
        raise BadText(Message("The code has %(num)d digits.", {"num": CODE_DIGITS}))
    return digits


class ContactForm(Form):
    """One field for a phone number or an e-mail address; `found` is what was read."""

    contact = StringField(N_("Phone or email"), [Required(N_("Enter a phone number or an email address."))])

    found: Contact

    def validate_contact(self, field: Field) -> None:
        """Read it, and refuse phones where no text message can be sent: by its form, never by who has it."""
        try:
            self.found = parse_contact(field.data)
        except BadText as error:
            raise StopValidation(error.message) from error  # type: ignore[arg-type]
        if self.found.kind == "phone" and not phones_work():
            raise StopValidation(NO_SMS)  # type: ignore[arg-type]


class AnotherContactForm(ContactForm):
    """The contact an account does not have yet."""

    def __init__(self, *args: Any, has: tuple[str, ...], **kwargs: Any) -> None:
        self.has = has
        super().__init__(*args, **kwargs)

    def validate_contact(self, field: Field) -> None:
        """Refuse a second one of the same kind."""
        super().validate_contact(field)
        if self.found.kind in self.has:
            raise StopValidation(HAS_EMAIL if self.found.kind == "email" else HAS_PHONE)  # type: ignore[arg-type]


class CodeForm(Form):
    """The digits from the letter."""

    code = StringField(N_("Code"), [Required(N_("Enter the code from the letter.")), cleaned(read_code)])


class NameForm(Form):
    """What somebody wants to be called. She may leave it empty."""

    name = StringField(N_("Your name"), [Optional(), line(120)])


class SettingsForm(NameForm):
    """Name, and the language of letters."""

    lang = OneOf(N_("Language of letters"), choices={"kk": N_("Kazakh"), "ru": N_("Russian"), "en": N_("English")})


class PressForm(Form):
    """A button, and the token that proves whose page it stood on."""
