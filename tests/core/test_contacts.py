"""Phones and addresses as people type them, and in the one form we compare."""

import phonenumbers
import pytest
from hypothesis import assume, given, strategies as st

from karavan.core.contacts import Contact, is_email, parse_contact, parse_email, parse_phone, show_phone
from karavan.core.text import BadText, csv_cell
from tests.support.hostile import Case, case, cases

# --- Phones -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "8 701 234 56 78",
        "7 701 234 56 78",
        "701 234 56 78",
        "+7 701 234 56 78",
        "+7 (701) 234-56-78",
        "87012345678",
        "77012345678",
        "7012345678",
        "  8\u00a0701\u2011234\u201156\u201178 ",
        "８ ７０１ ２３４ ５６ ７８",
        "8.701.234.56.78",
        "\u202a+77012345678\u202c",  # as WhatsApp copies it
    ],
)
def test_a_mobile_number_is_understood_as_it_is_typed_here(typed: str) -> None:
    assert parse_phone(typed) == "+77012345678"


@pytest.mark.parametrize("typed", ["+7 7292 12-34-56", "8 (7292) 12-34-56", "7292 12 34 56", "77292123456"])
def test_a_landline_of_aktau_is_understood(typed: str) -> None:
    assert parse_phone(typed) == "+77292123456"


@pytest.mark.parametrize(
    ("typed", "e164"),
    [("+7 916 123 45 67", "+79161234567"), ("+49 30 123456", "+4930123456"), ("+998 90 123 45 67", "+998901234567")],
)
def test_a_foreign_number_is_taken_with_its_plus(typed: str, e164: str) -> None:
    assert parse_phone(typed) == e164


@pytest.mark.parametrize(
    "typed", ["8 916 123 45 67", "916 123 45 67", "7 916 123 45 67", "8 10 49 30 1234567", "998 90 123 45 67"]
)
def test_a_foreign_number_without_a_plus_is_refused_with_advice(typed: str) -> None:
    with pytest.raises(BadText, match=r"not a number of Kazakhstan.*with \+"):
        parse_phone(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "109",
        "12-34-56",
        "701 234 56 7",
        "701 234 56 789",
        "+7 701 234 56",
        "+8 701 234 56 78",
        "8 809 555 55 55",  # a premium number
        "+7 701 234 56 78 ext 5",
        "8 701 234 56 78, 8 702 234 56 78",
        "8 701 234 56 78;+7 702 234 56 78",
        "8 701 FLOWERS",
        "tel:+77012345678",
        "+" * 300,
        "8 701 234 56 78\r\nBcc: x",
        "8 701 234\x00 56 78",
        "\ud800",
        "9" * 100_000,
    ],
)
def test_what_is_not_one_phone_number_is_refused(typed: str) -> None:
    with pytest.raises(BadText) as refusal:
        parse_phone(typed)
    assert refusal.value.message.id


@pytest.mark.parametrize("case", cases(where="any_text"))
def test_no_hostile_text_is_a_phone(case: Case) -> None:
    with pytest.raises(BadText):
        parse_phone(case.text)


@pytest.mark.parametrize(
    ("e164", "shown"),
    [
        ("+77012345678", "+7 701 234 56 78"),
        ("+77292123456", "+7 7292 12 34 56"),
        ("+77272123456", "+7 7272 12 34 56"),
        ("+79161234567", "+7 916 123 45 67"),
        ("+442079460958", "+44 20 7946 0958"),
        ("+687751234", "+687 75 12 34"),  # written with dots in its own country
    ],
)
def test_a_number_is_shown_in_groups(e164: str, shown: str) -> None:
    assert show_phone(e164) == shown


def test_the_number_of_the_hostile_list_survives_a_spreadsheet() -> None:
    number = parse_phone(case("IE-06").text)
    assert csv_cell(show_phone(number)) == case("IE-06").text


kazakh = st.from_regex(r"\+77(0[0-8]|47|71|7[5-8])[0-9]{7}|\+77292[0-9]{6}", fullmatch=True)
examples = [
    phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    for region in sorted(phonenumbers.SUPPORTED_REGIONS)
    if (example := phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE))
]
foreign = st.sampled_from(examples)


@given(kazakh | foreign)
def test_a_shown_number_can_be_typed_back_and_exported(e164: str) -> None:
    assume(phonenumbers.is_valid_number(phonenumbers.parse(e164)))
    assert parse_phone(show_phone(e164)) == e164
    assert csv_cell(show_phone(e164)) == show_phone(e164)


# --- Addresses --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", [pytest.param(case(name), id=name) for name in ("EM-01", "EM-02")])
def test_the_same_address_has_the_same_key(case: Case) -> None:
    assert parse_email(case.text).key == case.expect.removeprefix("same_as: ").partition(" ")[0]


def test_an_address_is_shown_and_delivered_as_typed() -> None:
    email = parse_email(case("EM-01").text)
    assert (email.typed, email.address) == ("User@Example.ORG", "User@example.org")
    assert parse_email(case("EM-02").text).typed == "user@example.org"


def test_tags_and_dots_are_different_people() -> None:
    keys = {parse_email(text).key for text in (case("EM-03").text, case("EM-04").text, "user@example.org")}
    assert keys == {"user+tag@example.org", "u.s.e.r@example.org", "user@example.org"}


def test_a_domain_in_cyrillic_goes_out_in_punycode() -> None:
    email = parse_email(case("EM-05").text)
    assert email.typed == case("EM-05").text
    assert email.key == email.address == "user@xn--e1afmkfd.example"
    assert parse_email(email.address).key == email.key


@pytest.mark.parametrize(
    "typed",
    [
        case("EM-06").text,
        case("EM-07").text,
        "user@example.org\r\n",
        "amina",
        "amina@",
        "@example.kz",
        "amina@example",
        "a b@example.kz",
        "amina@example.kz, b@example.kz",
        "Amina <amina@example.kz>",
        '"a b"@example.kz',
        "амина@example.kz",
        "amina@\u0435gov.kz",
        "amina@[127.0.0.1]",
        "amina@localhost",
        "amina@example.kz\x00",
        "\ud800@example.kz",
        "a" * 65 + "@example.kz",
        "a@" + "b" * 60 + "." + ("c" * 60 + ".") * 3 + "example.kz",
    ],
)
def test_what_is_not_one_address_is_refused(typed: str) -> None:
    with pytest.raises(BadText) as refusal:
        parse_email(typed)
    assert refusal.value.message.id


@pytest.mark.parametrize("case", cases(where="any_text"))
def test_no_hostile_text_is_an_address(case: Case) -> None:
    with pytest.raises(BadText):
        parse_email(case.text)


# --- Either -----------------------------------------------------------------------------------------------


def test_one_field_takes_a_phone_or_an_address() -> None:
    assert parse_contact(" 8 701 234 56 78") == Contact("phone", "+77012345678", "+77012345678")
    assert parse_contact("Amina@Example.kz ") == Contact("email", "Amina@Example.kz", "amina@example.kz")


@pytest.mark.parametrize(
    ("typed", "message"),
    [("амина", "phone number or an email"), ("", "phone number or an email"), ("12", "phone"), ("a@", "email address")],
)
def test_the_refusal_fits_what_was_meant(typed: str, message: str) -> None:
    with pytest.raises(BadText, match=message):
        parse_contact(typed)


def test_an_at_sign_means_an_address() -> None:
    assert is_email("a@b")
    assert is_email("a＠b")
    assert not is_email("8 701 234 56 78")
