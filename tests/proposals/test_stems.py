"""One word in all its forms is one word, in Kazakh and in Russian, on whichever keyboard it was typed."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from karavan.core.text import fold
from karavan.proposals.stems import ENDINGS, LONGEST, STOP, kazakh, russian, tokens_of, words_of

KAZAKH = [
    "су суы судың суға суды сумен судан сусыз сулы суымыз",
    "жол жолдар жолдың жолдары жолын жолында жолымыз жолға",
    "мектеп мектебі мектептер мектептерде мектепке мектебіміз мектептердің",
    "қала қаласы қаласына қаладан қалалар қаланың қаладағы",
    "көлік көлігі көліктер көліктің көлікпен",
    "орын орны орындар орнына орындары",
    "халық халқы халықтың халыққа",
    "тұрғын тұрғындар тұрғындардың тұрғыны тұрғындарға",
    "балабақша балабақшаға балабақшалар балабақшада балабақшасы",
    "аурухана ауруханада ауруханасы ауруханаға",
    "Ақтау Ақтауда Ақтаудан Ақтауға Ақтаудағы",
    "Жаңаөзен Жаңаөзенге Жаңаөзеннен Жаңаөзендегі",
    "тариф тарифі тарифтер тарифтердің тарифін",
    "автобус автобусы автобустар автобуспен автобусымыз",
    "қоқыс қоқысты қоқыстар қоқысы қоқыстан",
    "әкімдік әкімдігі әкімдікке әкімдіктің",
    "хатшы хатшысы хатшыға",
    "облыс облысы облыстық облыста",
    "ауыл ауылы ауылдағы ауылда ауылымыз",
    "үй үйі үйлер үйге үйде үйдің үйіміз",
    "ғимарат ғимараты ғимаратын ғимараттың",
    "завод заводтар заводтың заводқа",
    "көше көшесі көшелер көшедегі көшелеріміз",
    "кешігу кешігеді кешігіп",
    "жөндеу жөндеуді жөндеудің",
]
RUSSIAN = [
    "вода воды водой воду",
    "дорога дороги дорогах дорогами дорогу",
    "дорожный дорожного дорожные дорожных",
    "школа школы школу школами",
    "водоснабжение водоснабжения водоснабжением",
    "отключение отключений отключениями",
    "больница больницы больницу",
    "тёплый теплый тёплого теплые",
    "остановка остановки остановку остановками",
]


@pytest.mark.parametrize("forms", KAZAKH, ids=lambda forms: forms.split()[0])
def test_a_kazakh_word_is_the_same_in_all_its_forms(forms: str) -> None:
    assert len({kazakh(fold(form)) for form in forms.split()}) == 1


@pytest.mark.parametrize("forms", KAZAKH, ids=lambda forms: forms.split()[0])
def test_and_when_typed_without_kazakh_letters(forms: str) -> None:
    poor = str.maketrans("әғқңөұүһі", "агкноуухи")

    assert {kazakh(fold(form.lower().translate(poor))) for form in forms.split()} == {
        kazakh(fold(forms.split(maxsplit=1)[0]))
    }


@pytest.mark.parametrize("forms", RUSSIAN, ids=lambda forms: forms.split()[0])
def test_a_russian_word_is_the_same_in_all_its_forms(forms: str) -> None:
    assert len({russian(form) for form in forms.split()}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("су", "суд"), ("жол", "жолдау"), ("аудан", "аула"), ("жыл", "жылу"), ("бала", "балабақша"), ("газ", "газет"),
     ("мектеп", "мекен"), ("тас", "тау"), ("шаң", "шара"), ("орын", "орман")],
)  # fmt: skip
def test_different_kazakh_words_stay_apart(one: str, other: str) -> None:
    assert kazakh(fold(one)) != kazakh(fold(other))


@pytest.mark.parametrize(("one", "other"), [("вода", "водитель"), ("школа", "шкала"), ("дом", "дума")])
def test_different_russian_words_stay_apart(one: str, other: str) -> None:
    assert russian(one) != russian(other)


def test_latin_look_alikes_lose_their_russian_endings_too() -> None:
    assert russian("aвтoбусaми") == russian("автобусами")
    assert russian("дopoгами") == russian("дороги")


def test_a_number_is_found_whole_and_without_its_zeros() -> None:
    assert tokens_of("MGS-2026-00017") == ["мgs", "2026", "00017", "17"]
    assert words_of("0017")[0].stems == ("0017", "17")
    assert words_of("000")[0].stems == ("000", "0")


def test_words_that_say_nothing_are_left_out() -> None:
    assert [word.folded for word in words_of("Нет воды и света в домах для нас")] == ["води", "света", "домах"]
    assert words_of("және мен үшін") == []
    assert fold("туралы") in STOP


def test_text_with_invisible_signs_is_read_as_it_looks() -> None:
    assert words_of("авто\u00adбус\u200b") == words_of("автобус")
    assert words_of("№17, «Қоқыс»—жоқ!") == words_of("17 Қоқыс жоқ")


def test_decomposed_letters_are_the_same_letters() -> None:
    assert tokens_of("район ёлка") == tokens_of("раи\u0306он е\u0308лка")


def test_every_ending_is_folded_and_short() -> None:
    assert all(fold(ending) == ending and len(ending) <= 4 for ending in ENDINGS)


@given(st.text(max_size=200))
def test_any_text_gives_plain_tokens(text: str) -> None:
    for token in tokens_of(text):
        assert token
        assert len(token) <= LONGEST
        assert token.replace("_", "!").isalnum()


@given(st.text(alphabet="абвгдежзиклмнопрстуфхцчшщьэюя", min_size=1, max_size=30))
def test_a_stem_is_never_empty_and_its_own_stem_once_more_is_no_longer(word: str) -> None:
    stem = kazakh(word)

    assert stem
    assert len(stem) <= len(word)
    assert len(stem) >= min(len(word), 2)
