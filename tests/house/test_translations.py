"""The catalogues are complete and sound; and every check that says so is able to fail."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from babel.messages.catalog import Catalog

from karavan.translations import check
from karavan.translations.compile import compile_catalogues

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SEATS = ("Only %(num)d seat is left.", "Only %(num)d seats are left.")
GREETING = "Good day, %(name)s."

GOOD = {
    "kk": {
        GREETING: "Қайырлы күн, %(name)s.",
        SEATS: ("%(num)d ғана орын қалды.", "%(num)d ғана орын қалды."),
        " free": " бос",
    },
    "ru": {
        GREETING: "Добрый день, %(name)s.",
        SEATS: (
            "Осталось только %(num)d место.",
            "Осталось только %(num)d места.",
            "Осталось только %(num)d мест.",
        ),
        " free": " свободно",
    },
}
PLURAL_IN_KAZAKH = [f'msgid_plural "{SEATS[1]}"'] + [f'msgstr[{n}] "{GOOD["kk"][SEATS][n]}"' for n in (0, 1)]


@pytest.fixture
def template() -> Catalog:
    said = Catalog(fuzzy=False)
    for sentence in GOOD["kk"]:
        said.add(sentence, locations=[("karavan/somewhere.py", 0)])
    return said


@pytest.fixture
def folder(tmp_path: Path, template: Catalog) -> Path:
    """Two small catalogues in which everything is right."""
    for code, sentences in GOOD.items():
        check.update(template, code, tmp_path)
        catalogue = check.read(code, tmp_path)
        for sentence, wording in sentences.items():
            catalogue[sentence if isinstance(sentence, str) else sentence[0]].string = wording
        _write(catalogue, code, tmp_path)
    return tmp_path


@pytest.fixture
def spoil(folder: Path, template: Catalog) -> Callable[[str, str, str], list[str]]:
    """Replace some words in one catalogue and return what the check says of it."""

    def replace(code: str, old: str, new: str) -> list[str]:
        place = folder / code / "LC_MESSAGES" / "messages.po"
        text = place.read_text(encoding="utf-8")
        assert old in text
        place.write_text(text.replace(old, new, 1), encoding="utf-8")
        return list(check.faults(template, code, folder))

    return replace


def _write(catalogue: Catalog, code: str, folder: Path) -> None:
    lines = []
    for message in catalogue:
        if not message.id:
            continue
        if isinstance(message.id, str):
            lines += [f'msgid "{message.id}"', f'msgstr "{message.string}"', ""]
        else:
            lines += [f'msgid "{message.id[0]}"', f'msgid_plural "{message.id[1]}"']
            lines += [f'msgstr[{n}] "{wording}"' for n, wording in enumerate(message.string)] + [""]
    forms, rule = check.PLURALS[code]
    header = check.HEADER.format(language=code, code=code, forms=forms, rule=rule)
    (folder / code / "LC_MESSAGES" / "messages.po").write_text(header + "\n".join(lines), encoding="utf-8")


@pytest.mark.parametrize("code", check.PLURALS)
def test_everything_is_translated_and_sound(code: str) -> None:
    assert list(check.faults(check.extract(), code)) == []


@pytest.mark.parametrize("code", check.PLURALS)
def test_the_catalogues_are_as_the_update_would_write_them(code: str, tmp_path: Path) -> None:
    place = tmp_path / code / "LC_MESSAGES" / "messages.po"
    place.parent.mkdir(parents=True)
    shipped = (check.HERE / code / "LC_MESSAGES" / "messages.po").read_text(encoding="utf-8")
    place.write_text(shipped, encoding="utf-8")
    check.update(check.extract(), code, tmp_path)
    assert place.read_text(encoding="utf-8") == shipped


@pytest.mark.parametrize("code", check.PLURALS)
def test_a_good_catalogue_has_no_faults(folder: Path, template: Catalog, code: str) -> None:
    assert list(check.faults(template, code, folder)) == []


@pytest.mark.parametrize(
    ("code", "old", "new", "fault"),
    [
        ("kk", "Қайырлы күн, %(name)s.", "", "not translated"),
        ("ru", "Осталось только %(num)d места.", "", "not translated"),
        ("kk", f'msgid "{GREETING}"', f'#, fuzzy\nmsgid "{GREETING}"', "fuzzy"),
        ("kk", f'msgid "{GREETING}"', 'msgid "Good evening, %(name)s."', "missing"),
        ("kk", f'msgid "{GREETING}"', 'msgid "Good evening, %(name)s."', "nobody says this any more"),
        ("kk", "\n#", '\n#~ msgid "Old"\n#~ msgstr "Ескі"\n\n#', "left behind"),
        ("kk", "күн, %(name)s", "күн, %(nme)s", "other gaps"),
        ("kk", "күн, %(name)s", "күн", "other gaps"),
        ("ru", "Осталось только %(num)d место.", "Осталось одно место.", "other gaps"),
        ("ru", '" свободно"', '"свободно"', "white space"),
        ("ru", "Добрый день, %(name)s.", "Добрый день, %(name)s", "another sign at its end"),
        ("ru", "Добрый день", "<b>Добрый день</b>", "HTML tags"),
        ("kk", "nplurals=2; plural=(n != 1)", "nplurals=1; plural=0", "Plural-Forms"),
        ("ru", 'msgstr[2] "Осталось только %(num)d мест."\n', "", "not translated"),
        ("kk", "\n".join(PLURAL_IN_KAZAKH), 'msgstr "%(num)d ғана орын қалды."', "has 1 forms where 2 are needed"),
        ("kk", SEATS[1], "Only %(num)d places are left.", "the plural has changed"),
        ("ru", "Добрый", "Дoбрый", "mixed alphabets in 'Дoбрый'"),
        ("kk", "Қайырлы күн", "Қайырлы күн c", "the Latin letter 'c'"),
        ("kk", "күн, %(name)s", "күн %(name)sға", "glued"),
        ("kk", "күн, %(name)s", "күн %(name)s-ға", "glued"),
    ],
)
def test_each_check_is_able_to_fail(
    spoil: Callable[[str, str, str], list[str]], code: str, old: str, new: str, fault: str
) -> None:
    assert any(fault in said for said in spoil(code, old, new))


def test_a_catalogue_that_is_not_there_is_a_fault(template: Catalog, tmp_path: Path) -> None:
    assert list(check.faults(template, "kk", tmp_path)) == ["there is no catalogue"]


def test_kazakh_may_leave_the_number_out_where_there_is_one_thing(folder: Path, template: Catalog) -> None:
    said = Catalog(fuzzy=False)
    for message in template:
        if message.id:
            said.add(message.id)
    said.add(("A seat is free", "%(num)d seats are free"))
    check.update(said, "kk", folder)
    place = folder / "kk" / "LC_MESSAGES" / "messages.po"
    text = place.read_text(encoding="utf-8")
    text = text.replace('msgstr[0] ""\nmsgstr[1] ""', 'msgstr[0] "Бос орын бар"\nmsgstr[1] "%(num)d орын бос"')
    place.write_text(text, encoding="utf-8")
    assert list(check.faults(said, "kk", folder)) == []


def test_an_update_brings_new_sentences_in_and_takes_old_ones_out(folder: Path) -> None:
    said = Catalog(fuzzy=False)
    said.add(GREETING, locations=[("karavan/elsewhere.py", 7)])
    said.add("Good night.", locations=[("karavan/elsewhere.py", 9), ("karavan/elsewhere.py", 12)])
    check.update(said, "ru", folder)
    text = (folder / "ru" / "LC_MESSAGES" / "messages.po").read_text(encoding="utf-8")
    assert "Добрый день" in text
    assert 'msgid "Good night."\nmsgstr ""' in text
    assert "seat" not in text
    assert re.findall("^#: .*$", text, re.MULTILINE) == ["#: karavan/elsewhere.py"] * 2


def test_sentences_are_found_in_code_and_in_templates(tmp_path: Path) -> None:
    (tmp_path / "karavan").mkdir()
    (tmp_path / "templates").mkdir()
    (tmp_path / "babel.cfg").write_text((check.ROOT / "babel.cfg").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "karavan" / "rules.py").write_text(
        'A = Message("one")\nB = Message.counted("%(num)d two", "%(num)d twos", 2)\nC = N_("three")\n'
        'D = gettext("four")\nE = ngettext("%(num)d five", "%(num)d fives", 5)\n',
        encoding="utf-8",
    )
    (tmp_path / "templates" / "page.html").write_text(
        '{{ _("six") }}{{ pgettext("a place", "seven") }}{% trans %}eight{% endtrans %}{{ say(N_("nine")) }}',
        encoding="utf-8",
    )
    (tmp_path / "templates" / "letter.txt").write_text('{{ gettext("ten") }}', encoding="utf-8")
    found = check.extract(tmp_path)
    words = {message.id[0] if isinstance(message.id, tuple) else message.id for message in found if message.id}
    assert words == {"one", "%(num)d two", "three", "four", "%(num)d five", "six", "seven", "eight", "nine", "ten"}


def test_a_template_that_cannot_be_read_stops_the_check(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "babel.cfg").write_text((check.ROOT / "babel.cfg").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "templates" / "page.html").write_text("{% if %}", encoding="utf-8")
    with pytest.raises(Exception, match="Expected an expression"):
        check.extract(tmp_path)


def test_catalogues_compile(folder: Path) -> None:
    assert len(compile_catalogues(folder)) == 2
    assert compile_catalogues(folder) == []
