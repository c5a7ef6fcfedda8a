"""Telephone numbers and e-mail addresses as people of Mangystau type them, and in the one form we compare."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import CountryCodeSource, NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType

from karavan.core.problems import Message
from karavan.core.text import BadText, clean_line, mixes_alphabets

EMAIL_LIMIT: Final = 254  # RFC 5321, section 4.5.3.1.3, less the two angle brackets
_TYPED_LIMIT: Final = 320

_NOT_A_PHONE: Final = Message("Enter a phone number, for example +7 701 234 56 78.")
_FOREIGN: Final = Message("This is not a number of Kazakhstan. Write a number of another country with + and its code.")
_NOT_AN_EMAIL: Final = Message("Enter an email address, for example amina@example.kz.")
_NEITHER: Final = Message("Enter a phone number or an email address.")
_PHONE_SIGNS: Final = re.compile(r"[+\d\s().\u2010-\u2015\u2212-]+")


@dataclass(frozen=True, slots=True)
class Email:
    """An address: as its owner typed it, as the mail server takes it, and as we tell people apart by it."""

    typed: str
    key: str
    """All lower case, the domain in punycode. Tags and dots stay: `a.b+c@` and `ab@` are two people to us,
    because only the owner's mail server knows whether they are one."""
    address: str
    """For the envelope: the part before @ as typed, the domain in punycode."""


@dataclass(frozen=True, slots=True)
class Contact:
    """How somebody can be reached; `key` is what is unique and looked up, `value` what she is shown."""

    kind: Literal["phone", "email"]
    value: str
    key: str


def parse_phone(text: str) -> str:
    """Return the number in E.164, for a person who types it as it is written here; else `BadText`.

    `8 701…`, `7 701…`, `701…` and `7292…` are numbers of Kazakhstan. A number of another country, such as
    +7 9xx of Russia, is taken only when its + was typed: a slip of the finger must not send a code abroad.
    """
    line = clean_line(text, limit=_TYPED_LIMIT)
    if not _PHONE_SIGNS.fullmatch(line):
        raise BadText(_NOT_A_PHONE)
    try:
        number = phonenumbers.parse(line, "KZ", keep_raw_input=True)
    except NumberParseException:
        raise BadText(_NOT_A_PHONE) from None
    typed_plus = number.country_code_source == CountryCodeSource.FROM_NUMBER_WITH_PLUS_SIGN
    if not typed_plus and not phonenumbers.is_valid_number_for_region(number, "KZ"):
        raise BadText(_FOREIGN if _valid_abroad(number, line) else _NOT_A_PHONE)
    if phonenumbers.number_type(number) in {PhoneNumberType.UNKNOWN, PhoneNumberType.PREMIUM_RATE}:
        raise BadText(_NOT_A_PHONE)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _valid_abroad(number: PhoneNumber, line: str) -> bool:
    """Would this be a number of another country, as it was read or with a + before it?"""
    try:
        return phonenumbers.is_valid_number(number) or phonenumbers.is_valid_number(phonenumbers.parse("+" + line))
    except NumberParseException:
        return False


def show_phone(e164: str) -> str:
    """Return a stored number for reading aloud and copying: `+7 701 234 56 78`, `+7 7292 12 34 56`.

    Groups are parted by spaces only, never by hyphens, so that a spreadsheet does not subtract them.
    """
    number = phonenumbers.parse(e164)
    shown = re.sub("[^+0-9]+", " ", phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL))
    return re.sub(r"\b(\d\d)(\d\d)$", r"\1 \2", shown) if shown.startswith("+7 ") else shown


def parse_email(text: str) -> Email:
    """Return the address, or refuse it with `BadText`. Nobody is asked over the network whether it exists."""
    typed = clean_line(text, limit=_TYPED_LIMIT)
    try:
        found = validate_email(typed, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError:
        raise BadText(_NOT_AN_EMAIL) from None
    address = f"{found.local_part}@{found.ascii_domain}"
    if len(typed) > EMAIL_LIMIT or mixes_alphabets(found.domain):
        raise BadText(_NOT_AN_EMAIL)
    return Email(typed=typed, key=address.lower(), address=address)


def is_email(text: str) -> bool:
    """Is this meant as an e-mail address? For the one field that takes a phone number or an address."""
    return "@" in text or "\uff20" in text


def parse_contact(text: str) -> Contact:
    """Return whichever a person typed into the one field for both, or refuse it with `BadText`."""
    if is_email(text):
        email = parse_email(text)
        return Contact("email", email.typed, email.key)
    if not re.search(r"\d", text):
        raise BadText(_NEITHER)
    phone = parse_phone(text)
    return Contact("phone", phone, phone)
