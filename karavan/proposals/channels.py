"""Is this the right door? Advice for somebody whose matter is quicker or better elsewhere; never a refusal.

A pure function over folded words: what people type without Kazakh letters is recognised too. A phrase ending in `*`
also stands for its longer forms, because Kazakh and Russian words carry suffixes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from karavan.core.problems import N_
from karavan.core.text import fold

EOTINISH: Final = "https://eotinish.kz/"


class Elsewhere(StrEnum):
    """Who else could be the right one."""

    EMERGENCY = "emergency"
    YARD = "yard"
    APPEAL = "appeal"


@dataclass(frozen=True, slots=True)
class Hint:
    """One piece of advice: sentences to translate, and where to turn, as pairs of words and address."""

    kind: Elsewhere
    title: str
    text: str
    links: tuple[tuple[str, str], ...] = ()


HINTS: Final = {
    Elsewhere.EMERGENCY: Hint(
        Elsewhere.EMERGENCY,
        N_("Is this happening right now?"),
        N_(
            "Danger to life, fire or a smell of gas: call 112. A burst pipe, no water, heat or light: call 109. "
            "The council answers in weeks; hand in here what should change for good."
        ),
        ((N_("Call 112"), "tel:112"), (N_("Call 109"), "tel:109")),
    ),
    Elsewhere.YARD: Hint(
        Elsewhere.YARD,
        N_("Is this about one yard?"),
        N_(
            "Playgrounds, benches and lights in a yard are paid for by the participatory budget of your town: "
            "ask the akimat when applications are taken. You can hand in a proposal here all the same."
        ),
    ),
    Elsewhere.APPEAL: Hint(
        Elsewhere.APPEAL,
        N_("Is this about your own case?"),
        N_(
            "Only a signed appeal in eOtinish obliges a state body to answer you about your own matter. "
            "A council looks at what concerns many people."
        ),
        ((N_("To eOtinish"), EOTINISH),),
    ),
}

_SIGNS: Final = {
    Elsewhere.EMERGENCY: (
        *("өрт шықты", "өрт болды", "өртен*", "жанып жатыр", "газ иіс*", "газ шығып*", "тұншығ*", "құбыр жарыл*"),
        *("жарылып кет*", "сым* үзіл*", "ток соғ*", "су басып*", "су тасқын*", "лифтіде қал*", "апат болды"),
        *("су жоқ", "жарық жоқ", "свет жоқ", "жылу жоқ", "газ жоқ", "суды өшір*", "жарықты өшір*", "су тоқтап*"),
        *("пожар", "загорел*", "горит дом", "запах газа", "пахнет газом", "утечк* газ*", "прорвал* труб*"),
        *("прорыв труб*", "прорыв водопровод*", "оборвал* провод*", "оборван* провод*", "искрит", "бьет током"),
        *("ударило током", "затопил*", "затаплив*", "застрял* в лифте", "взрыв*", "угроза жизни"),
        *("нет воды", "нет света", "нет газа", "нет отопления", "отключили воду", "отключили свет", "авария"),
    ),
    Elsewhere.YARD: (
        *("аула", "аулада", "ауладағы", "аулаға", "ауланы", "ауласы", "ауласында", "ауласындағы", "ауламыз*"),
        *("аулалар*", "аулалық", "балалар алаң*", "ойын алаң*", "спорт алаң*", "көше жары*", "орындық қой*"),
        *("көгалдандыр*", "абаттандыр*"),
        *("двор", "двора", "дворе", "двору", "дворы", "дворов", "дворах", "дворик*", "придомов*"),
        *("детск* площадк*", "игров* площадк*", "спортивн* площадк*", "спортплощадк*", "уличн* освещени*"),
        *("скамей*", "лавочк*", "благоустро*", "озелен*"),
    ),
    Elsewhere.APPEAL: (
        *("шағым*", "арыз", "арызым*", "алимент*", "жалақым*", "зейнетақым*", "жәрдемақым*", "айыппұлым*"),
        *("сот шешім*", "сотқа беру", "көршім*", "жұмыстан шығарды", "маған бермей*", "менің ісім*", "өтінішіме"),
        *("жалоб*", "жалуюсь", "прошу наказать", "мне отказали", "мне не выплат*", "моя зарплат*", "мою зарплат*"),
        *("моя пенси*", "мою пенси*", "мое пособие", "мое дело", "суд", "суда", "судебн*", "мой сосед", "мои соседи"),
        *("меня уволили", "меня оштрафовали", "на мое обращение", "на мое заявление"),
    ),
}


def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """Return what finds any of the phrases in folded text, at word boundaries."""
    return re.compile(r"\b(?:" + "|".join(map(_folded, phrases)) + r")\b")


def _folded(phrase: str) -> str:
    words = [re.escape(fold(word)) + (r"\w*" if word.endswith("*") else "") for word in phrase.split()]
    return " ".join(words)


_FOUND: Final = {kind: _pattern(phrases) for kind, phrases in _SIGNS.items()}


def hints(text: str) -> tuple[Hint, ...]:
    """Return the advice that fits a text, the most urgent first."""
    words = fold(text[:10_000])
    return tuple(HINTS[kind] for kind in Elsewhere if _FOUND[kind].search(words))
