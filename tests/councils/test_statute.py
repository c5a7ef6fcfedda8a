"""Which line of a statute holds on a day, and what a line may say."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, strategies as st

from karavan.core.languages import LANGUAGES, Slots
from karavan.councils.forms import LINE_FORMS
from karavan.councils.models import SettingKey
from karavan.councils.statute import (
    DEFAULTS,
    SHAPES,
    BadValue,
    Extension,
    Granter,
    Majority,
    Notice,
    Statute,
    compose,
    in_force,
)
from karavan.deadlines.models import FirstDay, Unit
from karavan.deadlines.reckoning import Term

DAY_ONE = date(2026, 1, 1)


@dataclass(frozen=True)
class Line:
    id: int
    key: SettingKey
    value: dict[str, Any]
    valid_from: date
    citation: Slots = Slots(kk="Шешім", ru="Решение")


days = st.integers(0, 40).map(lambda number: DAY_ONE + timedelta(days=number))
histories = st.lists(st.tuples(st.sampled_from([SettingKey.MINIMUM_AGE, SettingKey.MINIMUM_SUPPORTS]), days)).map(
    lambda drawn: [Line(number, key, {"number": number}, since) for number, (key, since) in enumerate(drawn, 1)]
)


# --- As of a day ------------------------------------------------------------------------------------------


@given(histories, days)
def test_the_line_that_holds_is_the_latest_begun_and_of_those_the_last_entered(lines: list[Line], on: date) -> None:
    held = in_force(lines, on)
    for key in SettingKey:
        begun = [line for line in lines if line.key == key and line.valid_from <= on]
        if not begun:
            assert key not in held
            continue
        latest = max(line.valid_from for line in begun)
        assert held[key] == max((line for line in begun if line.valid_from == latest), key=lambda line: line.id)


@given(histories, days, st.randoms())
def test_the_order_in_which_lines_are_read_does_not_matter(lines: list[Line], on: date, chance: Any) -> None:
    mixed = list(lines)
    chance.shuffle(mixed)
    assert compose(mixed, on) == compose(lines, on)


@given(histories, days, days)
def test_what_begins_later_changes_nothing_before(lines: list[Line], on: date, later: date) -> None:
    future = Line(999, SettingKey.MINIMUM_AGE, {"number": 99}, on + timedelta(days=1 + (later - DAY_ONE).days))
    assert compose([*lines, future], on) == compose(lines, on)


@given(histories, days)
def test_a_day_without_a_beginning_is_like_the_day_before(lines: list[Line], on: date) -> None:
    if all(line.valid_from != on for line in lines):
        assert compose(lines, on) == compose(lines, on - timedelta(days=1))


def test_without_any_line_our_defaults_hold_and_say_what_they_rest_on() -> None:
    statute = compose([], DAY_ONE)
    assert statute.quorum == Fraction(2, 3)
    assert statute.answer_term == Term(10, Unit.WORKING, FirstDay.NEXT)
    assert statute.sending_term.days == 7
    assert statute.minimum_age == 18
    assert statute.language_order == LANGUAGES
    source = statute.source(SettingKey.ANSWER_TERM)
    assert (source.setting_id, source.valid_from) == (None, None)
    assert "30-VIII" in source.citation.kk


def test_what_nobody_has_settled_says_so_openly() -> None:
    for key in (SettingKey.MEETING_NOTICE, SettingKey.HEARING_NOTICE, SettingKey.PUBLICATION,
                SettingKey.MINIMUM_SUPPORTS, SettingKey.CHECKING_TERM):  # fmt: skip
        assert "Not set by the council's statute" in DEFAULTS[key].citation.en
        assert "белгіленбеген" in DEFAULTS[key].citation.kk
        assert "не установлено" in DEFAULTS[key].citation.ru
    for key in (SettingKey.MAJORITY, SettingKey.MANDATE_YEARS, SettingKey.STATE_SHARE):
        assert "to be confirmed by a lawyer" in DEFAULTS[key].citation.en
        assert "заңгер" in DEFAULTS[key].citation.kk
        assert "юрист" in DEFAULTS[key].citation.ru


def test_a_line_brings_its_own_source() -> None:
    line = Line(7, SettingKey.MINIMUM_SUPPORTS, {"number": 25}, DAY_ONE)
    statute = compose([line], DAY_ONE)
    assert statute.minimum_supports == 25
    assert statute.source(SettingKey.MINIMUM_SUPPORTS) == (7, line.citation, DAY_ONE)
    assert statute.source(SettingKey.MINIMUM_AGE).setting_id is None


# --- Shapes -----------------------------------------------------------------------------------------------


def test_every_key_has_a_shape_a_default_a_form_and_a_field() -> None:
    assert set(SHAPES) == set(DEFAULTS) == set(LINE_FORMS) == set(SettingKey)
    assert {field.name for field in fields(Statute)} - {"sources"} == {key.value for key in SettingKey}


@pytest.mark.parametrize("key", SettingKey)
def test_a_default_can_be_stored_and_read_back(key: SettingKey) -> None:
    default = DEFAULTS[key].value
    assert SHAPES[key].read(SHAPES[key].write(default)) == default


whole = st.integers(1, 366)
VALUES: dict[SettingKey, st.SearchStrategy[Any]] = {
    SettingKey.QUORUM: st.fractions(Fraction(1, 100), 1, max_denominator=100),
    SettingKey.MAJORITY: st.sampled_from(Majority),
    SettingKey.MEETING_NOTICE: st.builds(Notice, whole, st.sampled_from(Unit)),
    SettingKey.ANSWER_TERM: st.builds(Term, whole, st.sampled_from(Unit), st.sampled_from(FirstDay)),
    SettingKey.EXTENSION: st.builds(
        Extension, whole, st.sampled_from(Unit), st.integers(0, 9), st.sampled_from(Granter)
    ),
    SettingKey.MINIMUM_SUPPORTS: st.integers(0, 100_000),
    SettingKey.LANGUAGE_ORDER: st.permutations(LANGUAGES).map(tuple),
    SettingKey.LEGAL_REFERENCE: st.builds(Slots, st.text(min_size=1, max_size=600), st.text(max_size=600)),
}


@given(st.sampled_from(sorted(VALUES)).flatmap(lambda key: st.tuples(st.just(key), VALUES[key])))
def test_whatever_is_within_bounds_comes_back_as_it_was(drawn: tuple[SettingKey, Any]) -> None:
    key, value = drawn
    assert SHAPES[key].read(SHAPES[key].write(value)) == value


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=6,
)
PARTS = ("number", "numerator", "denominator", "rule", "days", "unit", "first_day", "times", "granted_by", "languages")
names = st.sampled_from([*PARTS, *LANGUAGES])


@given(st.sampled_from(SettingKey), st.dictionaries(names, json))
def test_whatever_else_is_stored_is_refused_or_read(key: SettingKey, stored: dict[str, Any]) -> None:
    try:
        value = SHAPES[key].read(stored)
    except BadValue:
        return
    assert SHAPES[key].read(SHAPES[key].write(value)) == value


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (SettingKey.QUORUM, Fraction(3, 2)),
        (SettingKey.QUORUM, Fraction(0)),
        (SettingKey.QUORUM, 0.66),
        (SettingKey.MANDATE_YEARS, 0),
        (SettingKey.MANDATE_YEARS, True),
        (SettingKey.MANDATE_YEARS, "3"),
        (SettingKey.ANSWER_TERM, Term(0, Unit.WORKING, FirstDay.NEXT)),
        (SettingKey.ANSWER_TERM, Term(367, Unit.WORKING, FirstDay.NEXT)),
        (SettingKey.ANSWER_TERM, Notice(10, Unit.WORKING)),
        (SettingKey.MEETING_NOTICE, (5, "working")),
        (SettingKey.MINIMUM_SUPPORTS, -1),
        (SettingKey.LANGUAGE_ORDER, ("kk", "ru")),
        (SettingKey.LANGUAGE_ORDER, ("kk", "ru", "ru")),
        (SettingKey.LEGAL_REFERENCE, Slots(en="In English alone")),
        (SettingKey.LEGAL_REFERENCE, Slots(kk="а" * 601)),
    ],
)
def test_what_is_out_of_bounds_is_refused(key: SettingKey, value: Any) -> None:
    with pytest.raises(BadValue):
        SHAPES[key].write(value)
