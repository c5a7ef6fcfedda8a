"""Who is meant by @Айгүл С."""

from __future__ import annotations

import pytest

from karavan.discussion.mentions import LOOKED_AT, MOST, may_mean, meant, new_names, split
from tests.support.inert import work_of

WRITERS = [("Айгүл С.", 1), ("Айгүл", 2), ("Бекзат", 3), ("Дана К.", 4), ("Дана К.", 5), ("О'Нил Б.", 6)]


@pytest.mark.parametrize(
    ("source", "who"),
    [
        ("@Айгүл С. қарасаңыз", {1}),
        ("@Айгүл қарасаңыз", {2}),
        ("@Айгүл, @Бекзат!", {2, 3}),
        ("(@Бекзат)", {3}),
        ("**@Бекзат**", {3}),
        ("@О'Нил Б. дұрыс айтады", {6}),
        ("@Дана К. кім?", set()),
        ("a@Бекзат пен bek@Айгүл", set()),
        ("@@Бекзат", set()),
        ("@Бекзатов", set()),
        ("> @Бекзат айтты\n\nКелісемін", set()),
        ("@Ештеңе жоқ @", set()),
    ],
)
def test_the_longest_name_that_fits_is_meant(source: str, who: set[int]) -> None:
    names = may_mean(source)
    known = [(name, person_id) for name, person_id in WRITERS if name in names]
    assert set(meant(source, known).values()) == who


def test_at_most_five_are_told() -> None:
    writers = [(f"Адам{number}", number) for number in range(20)]
    source = " ".join(f"@{name}" for name, _ in writers)
    assert len(meant(source, writers)) == MOST


def test_only_so_many_signs_are_looked_at() -> None:
    source = "@user " * 50 + " ".join(f"@Адам{number}" for number in range(2000))
    meant_here, looking = work_of(lambda: may_mean(source))
    parts, parting = work_of(lambda: list(split(source, ["Адам1"])))
    assert len(meant_here) <= LOOKED_AT
    assert parts
    assert looking + parting < 0.2


def test_a_new_name_is_new_whoever_was_named_before() -> None:
    assert new_names({"Айгүл С.": 1}, {"Айгүл С.": 1, "Бекзат": 3}) == {3}
