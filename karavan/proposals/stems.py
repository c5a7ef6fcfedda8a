"""Words as search compares them, in Kazakh and in Russian at once. Pure functions.

Nobody is asked which language she types: each word is reduced by both languages' rules, and what either makes of it is
indexed and looked for. Russian endings are taken off by the Snowball stemmer, before folding, because it needs й and ы;
what is left is folded (`core.text.fold`). There is no Snowball stemmer for Kazakh, so its endings are taken off here,
from the folded word, so that «жолдын» typed on a Russian keyboard loses the same ending as «жолдың».

The list of Kazakh endings is that of any school grammar: the four kinds of жалғау (көптік, тәуелдік, септік, жіктік),
in all their harmonic forms, folded; and the few жұрнақ that make another form of the same word rather than another word
(-дағы, -лық, -сыз, participles in -ған). Folding makes most forms alike: -ның and -нің are both «нин».
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple

import snowballstemmer

from karavan.core.text import fold

LONGEST: Final = 40
"""Longer words are cut: as keys of a table they must end somewhere, and no word of either language is so long."""
SHORTEST: Final = 3
"""So many letters stay of a word; without that, «аудан» would be an ending."""

PLURAL: Final = "лар лер дар дер тар тер"
POSSESSIVE: Final = "им ин имиз иниз миз низ и си"
CASES: Final = "нин дин тин га ге ка ке на не ни ди ти да де та те дан ден тан тен нан нен мен бен пен"
PERSONS: Final = "мин бин пин син сиз биз пиз"
FORMS: Final = "даги деги таги теги лик дик тик ган ген кан кен ади еди иди ип"
ENDINGS: Final = frozenset(f"{PLURAL} {POSSESSIVE} {CASES} {PERSONS} {FORMS}".split())
_LONGEST_ENDING: Final = max(map(len, ENDINGS))

SHORT_ROOTS: Final = ("су", "уи", "ел", "ис")
"""Words of two letters that people here write about: water, house, people, matter. Longer ones need no list."""
_OF_SHORT: Final = re.compile(rf"({'|'.join(SHORT_ROOTS)})(?:{'|'.join(sorted(ENDINGS, key=len, reverse=True))}|ли)+")
_VOICED: Final = str.maketrans("бг", "пк")
_VOWELS: Final = frozenset("аеиоуюя")
_HARD: Final = frozenset("пктсшщчцхф")
_HARDENED: Final = _HARD | frozenset("бвгд")
"""Borrowed words take the endings of how they sound: заводтар, клубтың."""

STOP: Final = frozenset(
    fold(
        "мен пен бен және да де та те үшін бар бұл ол осы сол біз сіз мынау өте туралы бойынша арқылы үлкен керек жоқ "
        "болып болады болған емес дейін бері кейін немесе ал өз тек қана ғана тағы әр "
        "и в во не что он на я с со как а то все она так его но ты к ко у же вы за бы по ее мне вот от меня еще нет о "
        "об из ему теперь даже ну ли если уже или ни быть был до вас опять уж вам ведь там потом себя ей может они "
        "тут где есть надо для мы тебя их чем была сам чтоб без раз тоже себе под будет кто этот того потому этого "
        "какой ним здесь этом один мой тем чтобы нее были куда зачем всех можно при два об хоть после над больше тот "
        "через эти нас про всего них какая много эту моя свою этой перед иногда том такой им более всю между это наш "
        "the of and to in is for on"
    ).split()
)
"""Words that say nothing by themselves: neither indexed nor looked for."""

_BREAK: Final = re.compile(r"[\W_]+")
_LOOK_CYRILLIC: Final = str.maketrans("abcehikmoptxyіё", "авсеникмортхуие")
_russian = snowballstemmer.stemmer("russian")


class Word(NamedTuple):
    """One word of a text: how it reads folded, and its stems, by which any of its forms is found."""

    folded: str
    stems: tuple[str, ...]

    @property
    def tokens(self) -> tuple[str, ...]:
        """All that is indexed of it: the word itself too, for beginnings and for the spelling of others."""
        return self.stems if self.folded in self.stems else (self.folded, *self.stems)


def words_of(text: str) -> list[Word]:
    """Return the words of a text in their order, without those that say nothing."""
    folded = fold(text).split()
    typed = [part for part in _BREAK.split(unicodedata.normalize("NFKC", text).replace("№", " ")) if part]
    if len(typed) != len(folded):  # invisible signs within words: fold knows them
        typed = folded
    return [_word(raw, word) for raw, word in zip(typed, folded, strict=True) if word not in STOP]


def tokens_of(text: str) -> list[str]:
    """Return everything a text is found by, in order, with repetitions."""
    return [token for word in words_of(text) for token in word.tokens]


@lru_cache(maxsize=60_000)
def _word(raw: str, folded: str) -> Word:
    folded = folded[:LONGEST]
    if any(char.isdigit() for char in folded):
        return Word(folded, tuple(dict.fromkeys((folded, folded.lstrip("0") or "0"))))
    return Word(folded, tuple(dict.fromkeys((russian(raw[:LONGEST]), kazakh(folded)))))


def russian(word: str) -> str:
    """Return a Russian word's stem, folded. Latin letters that only look Russian are taken for Russian ones."""
    lower = word.casefold()
    return fold(_russian.stemWord(lower.translate(_LOOK_CYRILLIC))).replace(" ", "") or fold(lower)


def kazakh(word: str) -> str:
    """Return a folded Kazakh word without its endings.

    One ending after another is taken off, the longest first, as long as three letters are left. Then what endings did
    to the root is undone by writing it in one way only: мектебі and мектеп end alike, орны and орын have no last ы.
    """
    short = _OF_SHORT.fullmatch(word)
    if short:
        return short[1]
    while (shorter := _without_ending(word)) != word:
        word = shorter
    if word.endswith("у") and len(word) > SHORTEST + 1:  # a verb as it stands in dictionaries: кешігу
        word = _root(word[:-1])
    if len(word) > SHORTEST and word[-2] == "и" and word[-1] not in _VOWELS and word[-3] not in _VOWELS - {"у"}:
        word = word[:-2] + word[-1]
    return word


def _without_ending(word: str) -> str:
    for length in range(min(_LONGEST_ENDING, len(word) - SHORTEST), 0, -1):
        root, ending = word[:-length], word[-length:]
        if ending in ENDINGS and _may_follow(root, ending):
            return _root(root)
    return _root(word)


def _may_follow(root: str, ending: str) -> bool:
    """Does the sound an ending begins with suit the end of the root? Else that sound is the root's own: ғимарат-ы."""
    last = root[-1]
    if _VOWELS.isdisjoint(root):
        return False
    if ending[0] in "ткп":
        return last in _HARDENED
    if ending[0] in "дгбл":
        return last not in _HARD
    if ending in {"ни", "на", "не"}:
        return last in _VOWELS and last != "у"
    if ending in {"си", "син"}:  # қала-сы, хатшы-сы, but автобус-ы, қоқыс-ы
        return last in "аеоя" or root.endswith("ши")
    return True


def _root(word: str) -> str:
    return word[:-1] + word[-1].translate(_VOICED)
