"""The rows of an organiser's form: nothing typed is lost, and options keep their keys."""

from __future__ import annotations

import pytest
from werkzeug.datastructures import MultiDict

from karavan.core.languages import Slots
from karavan.events.desk_rows import LISTS, read_options, reshaped, with_keys, write_option

STORED = [{"key": "a", "kk": "иә", "ru": "да"}, {"key": "b", "kk": "жоқ", "ru": "нет"}, {"key": "c", "ru": "не знаю"}]


def keys(typed: str) -> list[str]:
    return [option["key"] for option in with_keys(read_options(typed), STORED)]


def test_options_are_read_one_a_line_in_up_to_three_languages() -> None:
    typed = "иә | да\n\n | нет \n  не знаю\r\nбар|есть|there is\n | | \n"
    assert read_options(typed) == [
        Slots("иә", "да"), Slots("", "нет"), Slots("не знаю"), Slots("бар", "есть", "there is"),
    ]  # fmt: skip


@pytest.mark.parametrize("option", [*STORED, {"key": "d", "kk": "бар", "ru": "есть", "en": "there is"}])
def test_an_option_is_read_as_it_was_written(option: dict[str, str]) -> None:
    words = {name: text for name, text in option.items() if name != "key"}
    assert read_options(write_option(option)) == [Slots(**words)]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        pytest.param("иә | да\nжоқ | нет\n | не знаю", ["a", "b", "c"], id="unchanged"),
        pytest.param(" | не знаю\nжоқ | нет\nиә | да", ["c", "b", "a"], id="in another order"),
        pytest.param("иә | да\n | не знаю", ["a", "c"], id="one taken out"),
        pytest.param("иә | да\nжоқ | Нет, спасибо\n | не знаю", ["a", "b", "c"], id="reworded in one language"),
        pytest.param("Ия | Да!\nжоқ | нет\n | не знаю", ["a", "b", "c"], id="reworded in both, in the same place"),
    ],
)
def test_an_option_keeps_its_key(typed: str, expected: list[str]) -> None:
    assert keys(typed) == expected


def test_a_new_option_gets_a_key_that_was_never_used() -> None:
    found = keys("иә | да\nмүмкін | может быть\nжоқ | нет\n | не знаю")
    assert [found[0], *found[2:]] == ["a", "b", "c"]
    assert found[1] not in {"a", "b", "c"}
    assert len(set(keys("x | y\nz | w"))) == 2


def row(number: int, title: str, day: str = "2027-03-10") -> list[tuple[str, str]]:
    return [(f"programme-{number}-day", day), (f"programme-{number}-title-kk", title)]


def sent(*pressed: tuple[str, str], rows: int = 3) -> MultiDict[str, str]:
    lines = [pair for number in range(rows) for pair in row(number, "ABCDEFGHIJ"[number % 10])]
    return MultiDict([("title-kk", "Кездесу"), ("languages", "kk"), ("languages", "ru"), *lines, *pressed])


def titles(form: MultiDict[str, str]) -> str:
    found = [(int(key.split("-")[1]), value) for key, value in form.items() if key.endswith("-title-kk")]
    assert [number for number, _ in sorted(found)] == list(range(len(found)))
    return "".join(value for _, value in sorted(found))


@pytest.mark.parametrize(
    ("pressed", "expected", "focus"),
    [
        (("remove", "programme-1"), "AC", "programme"),
        (("up", "programme-2"), "ACB", "programme-1"),
        (("up", "programme-0"), "ABC", "programme"),
        (("remove", "programme-9"), "ABC", "programme"),
        (("remove", "programme-"), "ABC", "programme"),
        (("remove", "programme-١"), "ABC", "programme"),
        (("remove", "title"), "ABC", ""),
        (("add", "strangers"), "ABC", ""),
    ],
)
def test_rows_are_taken_out_and_moved(pressed: tuple[str, str], expected: str, focus: str) -> None:
    form, eye = reshaped(sent(pressed))
    assert (titles(form), eye) == (expected, focus)
    assert form["title-kk"] == "Кездесу"
    assert form.getlist("languages") == ["kk", "ru"]


def test_a_row_is_added_on_the_day_of_the_last_one() -> None:
    form, eye = reshaped(sent(("add", "programme")))
    assert (form["programme-3-day"], eye) == ("2027-03-10", "programme-3")
    first, _ = reshaped(MultiDict([("starts_day", "2027-04-01"), ("add", "programme")]))
    assert first["programme-0-day"] == "2027-04-01"


def test_rows_with_gaps_between_their_numbers_are_closed_up() -> None:
    form, _ = reshaped(MultiDict([*row(2, "A"), *row(7, "B"), ("add", "programme")]))
    assert titles(form) == "AB"
    assert "programme-2-day" in form


def test_there_is_a_most() -> None:
    form, eye = reshaped(sent(("add", "programme"), rows=LISTS["programme"]))
    assert len(titles(form)) == LISTS["programme"]
    assert eye == "programme"
