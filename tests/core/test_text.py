"""Text from strangers: what is refused, what is cleaned, what is found, how it is ordered and handed on."""

import csv
import io
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from karavan.core.text import (
    ALPHABET,
    BadText,
    clean_line,
    clean_text,
    clean_url,
    csv_cell,
    display_host,
    fold,
    host_within,
    mask_email,
    mask_phone,
    safe_next,
    slugify,
    sort_key,
)
from tests.support.hostile import Case, by_id, case, cases

NAME = 120
COMMENT = 10_000
BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def line_or_none(text: str, limit: int = NAME) -> str | None:
    """The cleaned line, or None if it is refused."""
    try:
        return clean_line(text, limit=limit)
    except BadText:
        return None


def most_marks(text: str) -> int:
    """How many marks stand on the most laden letter."""
    most = run = 0
    for char in text:
        run = run + 1 if unicodedata.category(char).startswith("M") else 0
        most = max(most, run)
    return most


# --- Names and titles -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "Айгүл",
        "Әлімжан Ғ. Қосшығұлұлы-Өтепов",
        "Ңұрлан Үмбет Іңкәр Һәкім",
        "O'Connor",
        "Айгүл оғлы",
        "قازاق",
        "Қызылсай № 12 мектебі, 40 м²",
        "iPhone-ды",
        "PDF-файл",
    ],
)
def test_a_real_name_or_title_stays_as_it_is(name: str) -> None:
    assert clean_line(name, limit=NAME) == name


@pytest.mark.parametrize("case", cases(where="display_name"))
def test_every_hostile_name_is_refused_or_comes_out_harmless(case: Case) -> None:
    line = line_or_none(case.text)
    if line is not None:
        line.encode()
        assert len(line) <= NAME
        assert not any(unicodedata.category(char) in {"Cc", "Cs"} for char in line)
        assert not set(line) & set(BIDI + "\u200b\u2060\xad\ufeff\u3164\u2800")
        assert most_marks(line) <= 3


@pytest.mark.parametrize("case", by_id("UN-25", "UN-30", "RX-09", "RX-12", "EM-08", "MK-10", "MK-17", "UN-24", "UN-27"))
def test_these_names_are_refused_with_a_message(case: Case) -> None:
    with pytest.raises(BadText) as refusal:
        clean_line(case.text, limit=NAME)
    assert refusal.value.message.id


def test_the_message_about_length_counts() -> None:
    with pytest.raises(BadText) as refusal:
        clean_line("ә" * 121, limit=NAME)
    message = refusal.value.message
    assert (message.count, message.facts["num"], message.plural) == (NAME, NAME, "Use %(num)d characters or fewer.")


def test_the_limit_itself_is_allowed() -> None:
    assert clean_line("  " + "ә" * 120 + " ", limit=NAME) == "ә" * 120


@pytest.mark.parametrize("case", by_id("UN-10", "UN-11", "UN-12"))
def test_what_nobody_can_see_counts_as_empty(case: Case) -> None:
    assert clean_line(case.text, limit=NAME) == ""
    assert clean_text(case.text, limit=NAME) == ""


def test_a_flood_of_invisible_signs_is_refused_before_it_is_looked_at() -> None:
    with pytest.raises(BadText):
        clean_line("\u200b" * 1000, limit=NAME)


@pytest.mark.parametrize("sign", ["\ue000", "\U0001fae8"])
def test_a_private_sign_or_a_picture_newer_than_this_python_is_something(sign: str) -> None:
    assert clean_line(sign, limit=NAME) == sign


@pytest.mark.parametrize("break_", ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_a_line_has_no_line_breaks(break_: str) -> None:
    with pytest.raises(BadText, match="one line"):
        clean_line(f"Айгүл{break_}Bcc", limit=NAME)


@pytest.mark.parametrize("control", [chr(code) for code in (*range(9), *range(0x0E, 0x20), *range(0x7F, 0x85), 0x9F)])
def test_control_characters_are_refused_in_lines_and_texts(control: str) -> None:
    for clean in (clean_line, clean_text):
        with pytest.raises(BadText, match="cannot be shown"):
            clean(f"a{control}b", limit=NAME)


def test_bidi_controls_leave_no_trace() -> None:
    assert clean_line(case("UN-01").text, limit=NAME) == "ротаредом"
    assert clean_line(case("UN-02").text, limit=NAME) == "аб"
    assert clean_text(case("UN-02").text, limit=NAME) == "аб"


def test_at_most_three_marks_stay_on_a_letter_and_none_without_one() -> None:
    assert most_marks(clean_text(case("UN-09").text, limit=COMMENT)) == 3
    assert clean_line("\u0301\u0301а \u0302б", limit=NAME) == "а б"


def test_a_family_of_emoji_stays_together_and_a_joiner_between_letters_goes() -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    heart = "\u2764\ufe0f\u200d\U0001f525"
    assert clean_line(f"{family} {heart}", limit=NAME) == f"{family} {heart}"
    assert clean_line("Ай\u200dгүл\ufe0f", limit=NAME) == "Айгүл"
    assert clean_line("Айгүл\u200d\U0001f525", limit=NAME) == "Айгүл\U0001f525"
    assert clean_text(case("UN-26").text, limit=COMMENT) == case("UN-26").text


def test_composed_and_decomposed_letters_become_one() -> None:
    assert clean_line(case("UN-13").text, limit=NAME) == "й"
    assert clean_text(case("UN-14").text, limit=NAME) == "ё"


def test_full_width_brackets_become_plain_before_anything_is_shown() -> None:
    assert clean_line(case("UN-22").text, limit=NAME) == "<img src=x onerror=alert(1)>"


def test_spaces_of_every_kind_become_one() -> None:
    assert clean_line(" Айгүл\u00a0\u2003\tҚ. ", limit=NAME) == "Айгүл Қ."


@given(st.text())
def test_cleaning_a_clean_line_changes_nothing(text: str) -> None:
    line = line_or_none(text, limit=1000)
    if line is not None:
        assert clean_line(line, limit=1000) == line


@given(st.text(alphabet="ае \u0301\u0308\u200d\ufe0f\U0001f468\U0001f130²\u2800\u115f\u3164´\u200b"))
def test_cleaning_a_clean_line_of_tricks_changes_nothing(text: str) -> None:
    line = clean_line(text, limit=1000)
    assert clean_line(line, limit=1000) == line
    assert clean_text(clean_text(text, limit=1000), limit=1000) == clean_text(text, limit=1000)


# --- Texts ------------------------------------------------------------------------------------------------


def test_a_text_keeps_its_paragraphs_and_its_letters() -> None:
    assert clean_text("  Бірінші  жол \r\nекінші\r\n\r\n\n\n№ 3…\n", limit=COMMENT) == "Бірінші жол\nекінші\n\n№ 3…"


def test_nine_thousand_empty_lines_are_nothing() -> None:
    assert clean_text("а" + case("RX-10").text + "б", limit=COMMENT) == "а\n\nб"


@pytest.mark.parametrize("case", by_id("UN-24", "UN-25", "RX-01", "RX-09", "MK-10", "MK-17", "UN-27"))
def test_these_texts_are_refused(case: Case) -> None:
    with pytest.raises(BadText):
        clean_text(case.text, limit=COMMENT)


@pytest.mark.parametrize("case", cases(where="comment"))
def test_every_hostile_comment_is_refused_or_clean(case: Case) -> None:
    try:
        text = clean_text(case.text, limit=COMMENT)
    except BadText:
        return
    text.encode()
    assert not any(unicodedata.category(char) == "Cc" for char in text if char != "\n")
    assert not set(text) & set(BIDI)
    assert most_marks(text) <= 3
    assert clean_text(text, limit=COMMENT) == text


# --- Search -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("тындау", "Тыңдау"),
        ("озен", "Өзен"),
        ("ис-шара", "Іс-шара"),
        ("ыс-шара", "іс-шара"),
        ("куланды", "Құланды"),
        ("уш агаш", "Үш ағаш"),
        ("акимдик", "ӘКІМДІК"),
        ("жихаз", "жиһаз"),
        ("жиhаз", "жиһаз"),  # Latin h
        ("елка", "Ёлка"),
        ("Қурық", "Құрық"),
        ("мектеп 5", "мектеп №5"),
        ("Aқтау", "Ақтау"),  # Latin A
        ("HYP", "НУР"),  # all Latin
        ("oconnor", "oconnor\u200b"),
        ("café", "Cafe"),
        ("ｉＰｈｏｎｅ ды", "iPhone-ды"),
        ("кеңсе", "кең\u00adсе"),
    ],
)
def test_a_person_finds_the_word_with_the_keyboard_she_has(typed: str, written: str) -> None:
    assert fold(typed) == fold(written)


@pytest.mark.parametrize(("one", "other"), [("қала", "қара"), ("су", "сү 2"), ("ат", "аты"), ("ши", "щи")])
def test_different_words_stay_different(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@pytest.mark.parametrize(
    ("case", "reserved"),
    [
        pytest.param(case("UN-04"), "admin", id="UN-04"),
        pytest.param(case("UN-05"), "moderator", id="UN-05"),
        pytest.param(case("UN-06"), "әкімдік", id="UN-06"),
        pytest.param(case("UN-13"), "й", id="UN-13"),
        pytest.param(case("UN-14"), "ё", id="UN-14"),
        pytest.param(case("UN-16"), "ақымақ", id="UN-16"),
        pytest.param(case("UN-18"), "ақымақ", id="UN-18"),
    ],
)
def test_look_alikes_fold_to_the_same(case: Case, reserved: str) -> None:
    assert fold(case.text) == fold(reserved)


def test_a_folded_text_is_words_and_single_spaces() -> None:
    assert fold("  «Іс-шара»:\n2026/жыл! ") == "ис шара 2026 жил"


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == folded
    assert all(char.isalnum() or char == " " for char in folded)


@pytest.mark.parametrize("case", cases(where="search"))
def test_every_hostile_search_can_be_folded(case: Case) -> None:
    fold(case.text[:COMMENT]).encode()


# --- Order ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["kk", "ru"])
def test_the_kazakh_alphabet_orders_the_list(lang: str) -> None:
    ordered = ["2-шағын аудан", "11-шағын аудан", "Ақ су", "Ақсу", "Ақтау", "Әлия", "Бейнеу", "Ғалым", "Дана"]
    ordered += ["Ерлан", "Ёлка", "Жаңаөзен", "Қарақия", "Лаура", "Нұр", "Оңтүстік", "Өзен", "Ұлан", "Үміт"]
    ordered += ["Фариза", "Хан", "Һәкім", "Шетпе", "Ыстық", "Іңкәр", "Aktau", "Zhanaozen"]
    assert sorted(sorted(ordered), key=lambda title: sort_key(title, lang)) == ordered


def test_every_letter_has_its_own_place() -> None:
    for before, after in pairwise(ALPHABET):
        assert sort_key(before, "kk") < sort_key(after, "kk")
        assert sort_key(before.upper(), "kk") == sort_key(before, "kk")


def test_a_reader_of_english_finds_latin_first() -> None:
    assert sorted(["Ақтау", "Aktau"], key=lambda title: sort_key(title, "en")) == ["Aktau", "Ақтау"]


def test_zeros_before_a_number_do_not_make_it_larger() -> None:
    assert sort_key("Маршрут 007", "kk") == sort_key("маршрут 7", "kk")


def test_quotation_marks_and_decomposed_letters_do_not_disturb_the_order() -> None:
    assert sort_key("«Ақтау»", "kk") == sort_key("Ақтау", "kk")
    assert sort_key("и\u0306од", "kk") == sort_key("йод", "kk")


@given(st.text(), st.sampled_from(["kk", "ru", "en"]))
def test_a_sort_key_is_plain_ascii_which_every_database_orders_alike(text: str, lang: str) -> None:
    assert not sort_key(text, lang).strip("0123456789abcdefghijklmnopqrstuvwxyz")


# --- Addresses --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Жаңаөзен қаласы", "zhanaozen-qalasy"),
        ("Іс-шара: Ғылым, Ұлт, Үміт, Әже, Һәкім", "is-shara-gylym-ult-umit-azhe-hakim"),
        ("Щука и ёж, объезд", "shchuka-i-yozh-obezd"),
        ("Study tour — Astana 2026", "study-tour-astana-2026"),
        ("O'Connor's café", "oconnors-cafe"),
        ("й", "y"),
    ],
)
def test_an_address_is_written_by_the_own_table(title: str, slug: str) -> None:
    assert slugify(title) == slug


def test_a_long_title_is_cut_between_words() -> None:
    slug = slugify("қоғамдық тыңдау " * 20)
    assert len(slug) <= 80
    assert slug.endswith(("-tyndau", "-qogamdyq"))
    assert slugify("ә" * 200) == "a" * 80


def test_a_slug_is_never_empty() -> None:
    assert slugify("🎉 !") == "page"
    assert slugify("قازاق", fallback="event") == "event"


@given(st.text())
def test_a_slug_is_a_slug(text: str) -> None:
    slug = slugify(text)
    assert slug
    assert len(slug) <= 80
    assert slugify(slug) == slug
    assert not slug.strip("abcdefghijklmnopqrstuvwxyz0123456789-")


# --- Spreadsheets -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", by_id("IE-01", "IE-02", "IE-03", "IE-04", "IE-05"))
def test_a_spreadsheet_shows_a_formula_and_does_not_calculate_it(case: Case) -> None:
    cell = csv_cell(case.text)
    assert cell == "'" + case.text
    page = io.StringIO()
    csv.writer(page).writerow([cell, "next"])
    assert list(csv.reader(io.StringIO(page.getvalue()))) == [[cell, "next"]]


@pytest.mark.parametrize(
    "text", ["\r=1", "\n=1", " =1+1", "\u00a0@x", "＝1+1", "+7-700-000", "+cmd|' /C calc'!A0", "-", "--1"]
)
def test_hidden_formulas_are_caught_too(text: str) -> None:
    assert csv_cell(text) == "'" + text


@pytest.mark.parametrize(
    "text", [case("IE-06").text, "+77010000000", "+7 7292 12 34 56", "-5", "-5,25", "+3", "Айгүл", "a=b", ""]
)
def test_phones_numbers_and_words_stay_as_they_are(text: str) -> None:
    assert csv_cell(text) == text


def test_real_numbers_and_nothing_are_written_plainly() -> None:
    assert [csv_cell(value) for value in (-5, 2.5, None)] == ["-5", "2.5", ""]


@given(st.text(alphabet=st.sampled_from("=+-@\t\r\n 1a7|'")))
def test_a_cell_never_begins_like_a_formula_unless_it_is_a_phone_or_a_number(text: str) -> None:
    cell = csv_cell(text)
    assert cell in {text, "'" + text}
    if cell.lstrip().startswith(("=", "+", "-", "@")) or cell.startswith(("\t", "\r", "\n")):
        assert cell[0] in "+-"
        assert cell[1:].replace(" ", "").replace(".", "").isdigit()


# --- Masks ------------------------------------------------------------------------------------------------


def test_masks_leave_what_the_owner_recognises() -> None:
    assert mask_email("amina@example.kz") == "a***@example.kz"
    assert mask_phone("+77012345678") == "+7 *** *** ** 78"


@pytest.mark.parametrize("text", ["", "amina", "12", "+7 70"])
def test_masks_give_nothing_away_of_what_they_do_not_know(text: str) -> None:
    assert mask_email(text) == "***"
    assert mask_phone(text) == "***"


def test_a_one_letter_address_is_not_given_away() -> None:
    assert mask_email("a@example.kz") == "***@example.kz"


# --- Links ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("https://Example.KZ/Page?a=1#x", "https://example.kz/Page?a=1#x"),
        (" example.kz/page ", "https://example.kz/page"),
        ("http://example.kz:8080", "http://example.kz:8080"),
        ("https://пример.қаз/", "https://xn--e1afmkfd.xn--80ao21a/"),
        ("https://kk.wikipedia.org/wiki/Ақтау", "https://kk.wikipedia.org/wiki/%D0%90%D2%9B%D1%82%D0%B0%D1%83"),
        ("https://kk.wikipedia.org/wiki/%D0%90", "https://kk.wikipedia.org/wiki/%D0%90"),
        ("https://example.kz./", "https://example.kz/"),
        (case("LK-06").text, "https://gov.kz/gpj.exe"),
    ],
)
def test_a_link_becomes_plain_and_safe(typed: str, stored: str) -> None:
    assert clean_url(typed) == stored
    assert clean_url(stored) == stored


@pytest.mark.parametrize(
    "typed",
    [
        case("MK-34").text,
        case("OB-01").text,
        case("OB-02").text,
        case("OB-03").text,
        case("OB-04").text,
        "https:\\\\evil.example",
        "https://gov.kz@evil.example/",
        "https://gov.kz:x@evil.example/",
        case("LK-05").text,
        "https://xn--gov-qdd.kz/",
        "//evil.example/login",
        "/mod/c/1/approve",
        "data:text/html,x",
        "ftp://example.kz/",
        "mailto:amina@example.kz",
        "https://",
        "https:///x",
        "https://localhost/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://127.0.0.0x1/",
        "https://example.kz/a\\b",
        "http://[::1/",
        "https://exa mple.kz/",
        "https://example.kz:99999/",
        "https://example.kz:0/",
        "https://example.kz/\r\nX: 1",
        "https://example.kz/\x00",
        "https://exam\tple.kz/",
        "https://" + "a" * 2000 + ".kz/",
        "айгүл",
    ],
)
def test_what_is_not_a_plain_public_link_is_refused(typed: str) -> None:
    with pytest.raises(BadText) as refusal:
        clean_url(typed)
    assert refusal.value.message.id


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://WWW.Gov.KZ./x", "www.gov.kz"),
        ("https://пример.қаз/", "пример.қаз"),
        ("https://xn--e1afmkfd.xn--80ao21a/", "пример.қаз"),
        (case("LK-05").text, "xn--gov-qdd.kz"),
        (case("LK-06").text, "gov.kz"),
        ("https://аре.kz/", "xn--80ak6a.kz"),
        ("https://порог.қаз/", "порог.қаз"),
        ("https://gov.kz.evil.example/", "gov.kz.evil.example"),
    ],
)
def test_the_real_host_is_shown(url: str, host: str) -> None:
    assert display_host(url) == host


@pytest.mark.parametrize(
    "url",
    ["https://gov.kz@evil.example/", "//evil.example/login", "/mod", "https:\\\\evil.example", "javascript:alert(1)"],
)
def test_no_host_is_shown_for_what_must_not_be_a_link(url: str) -> None:
    with pytest.raises(BadText):
        display_host(url)


@pytest.mark.parametrize("case", cases(group="links_spoofing", where="host_allow_list"))
def test_hosts_are_compared_label_by_label(case: Case) -> None:
    assert host_within(case.text, ["gov.kz"]) == (case.outcome == "same_as")


def test_a_host_under_an_allowed_one_is_allowed() -> None:
    assert host_within("Akimat.GOV.kz", ["example.kz", "gov.kz"])
    assert not host_within("kz", ["gov.kz"])
    assert not host_within("", ["gov.kz"])


@pytest.mark.parametrize("case", cases(group="links_spoofing", where="query:next"))
def test_nobody_is_sent_to_another_site_after_signing_in(case: Case) -> None:
    assert safe_next(case.text, default="/kk/") == "/kk/"


@pytest.mark.parametrize(
    "path",
    [
        None,
        "",
        "kk/events",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/\n/evil.example",
        "/ /evil.example",
        "///evil.example",
        "/..//evil.example",
        "/kk/../admin",
        "/kk//evil.example",
        "\\\\evil.example",
        "/\x00",
        "/\u202eevil",
        "/\ud800",
        "/" + "a" * 2000,
    ],
)
def test_a_doubtful_path_leads_to_the_default(path: str | None) -> None:
    assert safe_next(path) == "/"


@pytest.mark.parametrize("path", ["/", "/kk/", "/kk/events?next=https://x.kz//y#top", "/kk/іздеу?q=тыңдау"])
def test_a_path_of_this_site_is_kept(path: str) -> None:
    assert safe_next(path, default="/kk/") == path
