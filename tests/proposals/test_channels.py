"""Advice for somebody whose matter is quicker elsewhere: what is recognised, and what is left in peace."""

from __future__ import annotations

import pytest

from karavan.proposals.channels import HINTS, Elsewhere, hints
from tests.support.hostile import Case, cases

EMERGENCY, YARD, APPEAL = Elsewhere.EMERGENCY, Elsewhere.YARD, Elsewhere.APPEAL


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Подъезде газ иісі шығып тұр", {EMERGENCY}),
        ("28-шағын ауданда үш күннен бері су жоқ", {EMERGENCY}),
        ("ушинши кун су жок", {EMERGENCY}),
        ("Құбыр жарылып, көшені су басып жатыр", {EMERGENCY}),
        ("Пахнет газом в подъезде", {EMERGENCY}),
        ("ПОЖАР в степи у посёлка", {EMERGENCY}),
        ("Уже третий день нет воды", {EMERGENCY}),
        ("Ауламызға балалар алаңы керек", {YARD}),
        ("аулага орындык кою", {YARD}),
        ("Поставить скамейки во дворе дома 7", {YARD}),
        ("Детская площадка в 14 микрорайоне", {YARD}),
        ("Менің жалақымды төлемей жүр", {APPEAL}),
        ("Көршім үстінен шағым жазамын", {APPEAL}),
        ("Жалоба на управляющую компанию", {APPEAL}),
        ("Мне отказали в пособии, было решение суда", {APPEAL}),
        ("Во дворе оборвало провод, искрит. Жалуюсь третий раз", {EMERGENCY, YARD, APPEAL}),
    ],
)
def test_what_belongs_elsewhere_is_recognised(text: str, kinds: set[Elsewhere]) -> None:
    assert {hint.kind for hint in hints(text)} == kinds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Жаңаөзеннен таңғы автобус керек",
        "Ақтау — Жаңаөзен бағытына таңғы автобус қосу",
        "Ауыл мектебіне тағы бір сынып керек",
        "Построить пожарную часть в Курыке",
        "Дворец школьников: открыть кружок судомоделирования",
        "Сократить тариф на воду для многодетных",
        "Құрықта теңіз жағалауын тазалау",
    ],
)
def test_a_proposal_for_the_council_gets_no_advice(text: str) -> None:
    assert hints(text) == ()


def test_the_most_urgent_comes_first_and_nothing_twice() -> None:
    found = hints("жалоба: во дворе пожар, пожар, пожар, во дворе")

    assert [hint.kind for hint in found] == [EMERGENCY, YARD, APPEAL]


def test_every_kind_has_its_advice() -> None:
    assert set(HINTS) == set(Elsewhere)


@pytest.mark.parametrize("case", cases(where="comment"))
def test_nothing_that_is_typed_breaks_it(case: Case) -> None:
    assert set(hints(case.text or "")) <= set(HINTS.values())
