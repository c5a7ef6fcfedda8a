"""Golden protocols: what is written of a hearing and of a sitting, word for word, in Kazakh and in Russian."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from karavan.core.languages import Slots
from karavan.protocols.hosts import Facts, Notice
from karavan.protocols.models import Part
from karavan.protocols.wording import HEADINGS, TONGUES, parts, title
from tests.protocols.samples import BEGAN, HEARING, SITTING, later

GOLDEN = Path(__file__).parent / "golden"


def whole(facts: Facts, lang: str) -> str:
    """Return the protocol as one text, no-break spaces made visible as plain ones."""
    told = [f"# {getattr(title(facts), lang)}"]
    told += [f"## {getattr(HEADINGS[part], lang)}\n\n{getattr(text, lang)}" for part, text in parts(facts).items()]
    return ("\n\n".join(told) + "\n").replace("\u00a0", " ")


@pytest.mark.parametrize("lang", TONGUES)
@pytest.mark.parametrize(("name", "facts"), [("hearing", HEARING), ("sitting", SITTING)])
def test_a_protocol_says_word_for_word_what_was_agreed_on(name: str, facts: Facts, lang: str) -> None:
    assert whole(facts, lang) == (GOLDEN / f"{name}.{lang}.txt").read_text(encoding="utf-8")


def bare(facts: Facts) -> Facts:
    """Return the least that can be known of it."""
    return Facts(
        kind=facts.kind,
        council_id=1,
        page=facts.page,
        council=facts.council,
        title=facts.title,
        number=facts.number,
        began_at=BEGAN,
        ended_at=later(30),
    )


@pytest.mark.parametrize("facts", [HEARING, SITTING])
def test_every_part_of_the_law_is_there_in_both_languages_even_when_there_is_nothing_to_say(facts: Facts) -> None:
    told = parts(bare(facts))

    assert list(told) == list(Part)
    assert all(text.kk and text.ru for text in told.values())


def test_the_two_languages_tell_the_same_facts() -> None:
    for facts in (HEARING, SITTING):
        for part, text in parts(facts).items():
            dates = r"\d+\s\w+ \d{4}\sг\.|\d{4}\sжылғы \d+\s\w+"
            numbers = [sorted(re.findall(r"\d+", re.sub(dates, "", getattr(text, lang)))) for lang in TONGUES]
            if part not in (Part.OPENING, Part.RECOMMENDATIONS):
                assert numbers[0] == numbers[1], part
            assert len(text.kk.split("\n\n")) == len(text.ru.split("\n\n")), part


def test_what_exists_in_one_language_only_says_so_in_the_other() -> None:
    facts = replace(HEARING, tasks=Slots(ru="Выяснить причину."))

    assert "Выяснить причину. (орыс тілінде)" in parts(facts)[Part.TASKS].kk
    assert "(на русском языке)" not in parts(facts)[Part.TASKS].ru


def test_short_notice_is_told_with_its_reason() -> None:
    why = Slots("Апат", "Авария")
    facts = replace(HEARING, notice=Notice(given_at=BEGAN, days=10, in_time=False, exception=why))

    told = parts(facts)[Part.PARTICIPANTS]
    assert "қысқартылған мерзімде" in told.kk
    assert "Себебі: Апат" in told.kk
    assert "Причина: Авария" in told.ru
