"""A machine looks texts over: it finds what was disguised, marks it where it stands, and lets criticism pass."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings, strategies as st

from karavan.accounts.models import Person, Role
from karavan.core.database import transact
from karavan.discussion.rendering import render
from karavan.moderation.disguise import folded_term, lines_of
from karavan.moderation.models import Effect, WatchedWord
from karavan.moderation.private_data import is_iin, private_data
from karavan.moderation.screening import LINKS, MARKS, Screening, Term, look_over, own_hosts, screen
from tests.support.civic import make_council, make_person, make_staff
from tests.support.hostile import cases
from tests.support.settings import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from karavan.councils.models import Council
    from tests.support.hostile import Case


def watched(*words: str, effect: Effect = Effect.HOLD) -> tuple[Term, ...]:
    return tuple(Term(folded_term(word), effect, "insults") for word in words)


LIST = watched("дурак*", "ақымақ*", "хайуан", "тегін несие", "зоо", "spam", "бала-шаға")


def seen(source: str, terms: tuple[Term, ...] = LIST, links: tuple[str, ...] = (), *, newcomer: bool = False) -> Any:
    return look_over(source, links, terms=terms, newcomer=newcomer)


def found(source: str, terms: tuple[Term, ...] = LIST) -> list[str]:
    return [source[mark["start"] : mark["end"]] for mark in seen(source, terms).marks]


# --- Watched words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "word",
    [
        "дурак",
        "ДУРАК",
        "дураков",
        "дуpaк",  # two Latin letters
        "дуррррак",
        "дур4к",
        "д у р а к",
        "д.у.р.а.к",
        "д - у - р - а - к",
        "ду-рак",
        "д\u200bур\u00adак",
        "дура\u0301к\u0301",
        "ақымақсың",
        "акымак",
        "А Қ Ы М А Қ",
        "hайуан",
        "х@йуан",
        "Тегін несие",
        "тегін,\nнесие",
        "з00",
        "SPAM",
        "sраm",  # two Cyrillic letters
        "бала-шаға",
        "бала шаға",
    ],
)
def test_a_watched_word_is_seen_through_its_disguise_and_marked_whole(word: str) -> None:
    assert found(f"Жарайды, {word}!") == [word]


@pytest.mark.parametrize(
    "innocent",
    ["недурак", "дура", "300 орын", "тегін жерден несие", "сспасем", "шағала", "балаларға шағын ауладан", "а у р а"],
)
def test_what_only_resembles_a_watched_word_passes(innocent: str) -> None:
    assert seen(innocent) == Screening()


def test_a_word_holds_or_marks_as_the_moderators_chose_and_a_pair_of_words_is_found_across_spaces() -> None:
    assert seen("Сен ақымақсың") == Screening(
        True, [{"start": 4, "end": 13, "why": "word", "clause": "insults"}], "insults"
    )
    mild = seen("Сен ақымақсың", watched("ақымақ*", effect=Effect.MARK))
    assert (mild.hold, mild.clause, len(mild.marks)) == (False, "", 1)


def test_a_moderator_is_shown_so_many_places_and_what_holds_comes_before_what_is_only_marked() -> None:
    flood = "дурак " * 200 + "ақымақ"
    marks = seen(flood, watched("дурак", effect=Effect.MARK) + watched("ақымақ")).marks
    assert len(marks) == MARKS
    assert flood[marks[0]["start"] : marks[0]["end"]] == "ақымақ"


# --- Criticism is free ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sharp",
    [
        "Басқарма басшысы жұмыстан кетуі керек, екі жылда ештеңе істелген жоқ.",
        "Бұл жауап — бос сөз. Бізді мазақ етіп отырсыздар ма?",
        "Әкімдік қайда қарап отыр? Халықтың ақшасы қайда кетті?",
        "Ұят! Балалар қараңғыда қатып тұр, ал шенеуніктер есеп жазып отыр.",
        "Кеңестің мұндай шешімі — масқара, мен оған сенбеймін.",
        "Өтірік айтпаңыздар, құбыр былтыр да ауыстырылған жоқ.",
        "Тендерді кім ұтқанын бәріміз білеміз, ашық айтсаңыздаршы.",
        "ОСЫНДАЙ ЖАУАП БЕРГЕНШЕ МҮЛДЕ ЖАУАП БЕРМЕГЕН ДҰРЫС ЕДІ, ҰЯЛМАЙСЫЗДАР МА?",
        "Депутаттар сайлау алдында ғана келеді, содан кейін төбесін көрсетпейді.",
        "Мен бұл жобаға қарсымын: пайдасы жоқ, шығыны көп, жауапты адам жоқ.",
        "Управление транспорта годами кормит нас обещаниями, хватит врать людям.",
        "Ответ — отписка, под ней стыдно ставить подпись.",
        "Где деньги за ремонт дороги? Семнадцать миллионов, а ямы на месте.",
        "Директора надо снимать, он провалил отопительный сезон.",
        "Совет ничего не решает, вы просто ширма для акимата.",
        "Это издевательство над пенсионерами, а не расписание.",
        "ПОЧЕМУ МОЛЧИТЕ? МЫ ПИШЕМ ВАМ ЧЕТВЁРТЫЙ МЕСЯЦ, А ВОДЫ КАК НЕ БЫЛО, ТАК И НЕТ!!!",
        "Закон плохой, его писали люди, которые ни разу не ездили на автобусе.",
        "Кто подписал акт приёмки, пусть сам и ездит по этой дороге каждый день в 6:00 и в 20:30.",
        "Тариф подняли на 25 %, 7 292 тенге с семьи, а в отчёте за 2025–2026 годы всё хорошо.",
    ],
)
def test_sharp_criticism_in_kazakh_and_russian_is_neither_held_nor_marked(sharp: str) -> None:
    assert seen(sharp, LIST, render(sharp).links, newcomer=True) == Screening()


# --- Somebody's personal data -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("+7 701 234 56 78", "phone"),
        ("8(701)234-56-78", "phone"),
        ("87012345678", "phone"),
        ("701 234 56 78", "phone"),
        ("+7 7292 42-55-66", "phone"),
        ("+7 916 123 45 67", "phone"),
        ("amina.zh@example.kz", "email"),
        ("000101300009", "iin"),
        ("000101 301805", "iin"),
    ],
)
def test_numbers_and_addresses_of_people_are_marked_and_hold_nothing(data: str, why: str) -> None:
    source = f"Көршім ({data}), соған айтыңыз."
    assert [(source[start:end], kind) for start, end, kind in private_data(source)] == [(data, why)]
    assert not seen(source).hold
    assert [mark["clause"] for mark in seen(source).marks] == ["personal_data"]


@pytest.mark.parametrize(
    "plain",
    [
        "2026 жылы 15 300 000 теңге бөлінді",
        "7 292 123 456 теңге",
        "000101300008",
        "00010130188",
        "991301300009",  # no thirteenth month
        "№ 12345678 хаттама, 2026-11-23 06:00–20:30",
        "info@mangystau.gov.kz",
        "KZ 1234 5678 9012 3456",
        "8 800 080 77 77",
    ],
)
def test_money_days_and_the_addresses_of_offices_are_nobodys_data(plain: str) -> None:
    assert private_data(plain) == []


def test_an_individual_number_is_known_by_its_control_digit() -> None:
    assert [is_iin(number) for number in ("000101300009", "000101301805", "000101301880", "000101300008")] == [
        True,
        True,
        False,
        False,
    ]


# --- Links ------------------------------------------------------------------------------------------------


@pytest.fixture
def ours() -> Iterator[None]:
    own_hosts("karavan.test")
    yield
    own_hosts()


def judged(source: str, *, newcomer: bool) -> tuple[bool, list[str]]:
    screening = look_over(source, render(source).links, terms=(), newcomer=newcomer)
    assert screening.clause == ("advertising" if screening.hold else "")
    return screening.hold, [mark["why"] for mark in screening.marks]


def test_a_newcomers_link_waits_unless_it_leads_to_an_office_or_to_this_site(ours: None) -> None:
    shop = "Арзан несие: https://nesie.example/kz."
    assert judged(shop, newcomer=True) == (True, ["newcomer_link"])
    assert judged(shop, newcomer=False) == (False, [])
    for known in ("https://www.gov.kz/memleket", "http://karavan.test/kk/rules", "https://stat.gov.kz."):
        assert judged(f"Мұнда: {known}", newcomer=True) == (False, [])
    assert judged("https://notgov.kz/ https://gov.kz.example/", newcomer=True) == (True, ["newcomer_link"] * 2)


def test_more_than_three_links_wait_whoever_wrote_them() -> None:
    three = " ".join(f"https://site{n}.example/" for n in range(LINKS))
    assert judged(three, newcomer=False) == (False, [])
    assert judged(f"{three} https://more.example/", newcomer=False) == (True, ["many_links"] * 4)


@pytest.mark.parametrize("words", ["egov.kz", "https://egov.kz/services", "сайт: www.egov.kz", "EGOV.KZ"])
def test_a_link_whose_words_name_another_host_waits(words: str) -> None:
    assert judged(f"[{words}](https://egov.example/kz)", newcomer=False) == (True, ["disguised_link"])
    assert judged(f"[{words}](https://egov.kz/services)", newcomer=False) == (False, [])


def test_words_of_a_link_that_name_no_host_say_nothing() -> None:
    assert judged("[5.10.2026 хаттама, т.б.Осында](https://example.kz/a.pdf)", newcomer=False) == (False, [])


# --- With a database --------------------------------------------------------------------------------------


def watch(council: Council, word: str, effect: Effect = Effect.HOLD) -> None:
    def added(session: Session) -> None:
        session.add(
            WatchedWord(
                organisation_id=council.organisation_id,
                term=word,
                folded=folded_term(word),
                lang="kk",
                effect=effect,
                clause="insults",
                added_at=NOW,
            )
        )

    transact(added)


def test_each_organisation_watches_its_own_words_and_a_changed_list_counts_at_once(session: Session) -> None:
    one, other = make_council(), make_council(slug="council-beineu", place="beineu")
    author_id = make_person().id

    def holds(council: Council) -> bool:
        organisation = council.organisation_id
        return screen(session, "қоян", (), organisation_id=organisation, author_id=author_id, now=NOW).hold

    assert not holds(one)
    session.close()
    watch(one, "қоян")
    assert (holds(one), holds(other)) == (True, False)
    session.close()

    def ended(writing: Session) -> None:
        writing.query(WatchedWord).update({"ended_at": NOW})

    transact(ended)
    assert not holds(one)


def test_a_newcomer_is_whoever_came_this_week_and_holds_no_office(session: Session) -> None:
    council = make_council(now=NOW)
    fresh, member = make_person(), make_staff(council, Role.COUNCIL_MEMBER)

    def holds(author: Person, later: timedelta = timedelta()) -> bool:
        source = "https://example.kz/"
        organisation = council.organisation_id
        links = (source,)
        return screen(session, source, links, organisation_id=organisation, author_id=author.id, now=NOW + later).hold

    assert holds(fresh)
    assert not holds(fresh, timedelta(days=7))
    assert not holds(member)


# --- Whatever the text ------------------------------------------------------------------------------------

NASTY = st.text(st.sampled_from("дуракДPaк40@$hһ.- \u200b\u0301\n[]()<>*\ud800\uffff+78123/:#&ﷺ½№İ"), max_size=80)


def sound(source: str, terms: tuple[Term, ...] = LIST) -> Screening:
    links = ("https://example.kz/",)
    screening = look_over(source, links, terms=terms, newcomer=True)
    for mark in screening.marks:
        assert 0 <= mark["start"] < mark["end"] <= len(source)
    return screening


@given(source=st.one_of(NASTY, st.text(max_size=80)))
@settings(max_examples=150, deadline=None)
@example(source="[a](b" * 9)
def test_marks_always_lie_inside_the_source_and_nothing_raises(source: str) -> None:
    sound(source)
    for line in lines_of(source):
        assert len(line.text) == len(line.starts) == len(line.ends)
        assert line.starts == sorted(line.starts) or "><" in line.text


@given(
    before=st.text("абвгд .,!\n\u0301😀", max_size=20),
    word=st.sampled_from(["дурак", "ДУPАК", "дурррак", "дур\u200bак", "д у р а к", "ақымақтар"]),
    after=st.text("абвгд .,!\n😀", max_size=20),
)
@settings(max_examples=80, deadline=None)
def test_what_is_found_is_what_was_hidden_there(before: str, word: str, after: str) -> None:
    source = f"{before} жарайды {word} жарайды {after}"
    start = len(before) + len(" жарайды ")
    assert {(mark["start"], mark["end"]) for mark in sound(source).marks} >= {(start, start + len(word))}


@given(term=st.text(min_size=1, max_size=30))
@settings(max_examples=80, deadline=None)
def test_any_word_can_be_watched_and_is_found_where_it_stands_alone(term: str) -> None:
    folded = folded_term(term)
    if any(sign.isalnum() for sign in folded):
        screening = sound(f"жоқ {folded.rstrip('*')} жоқ", (Term(folded, Effect.HOLD, "insults"),))
        assert screening.clause == "insults"


@pytest.mark.parametrize("case", cases(where="comment"))
def test_every_hostile_text_passes_through(case: Case) -> None:
    assert case.text is not None
    sound(case.text[:20_000])  # what is longer, no form takes


@pytest.mark.thorough
@pytest.mark.parametrize(
    "unit", ["a", "\u0301", "а ", "7 ", "+7", "дурак ", "а.", "[a](https://", "a@", "a@b.", "ﷺ", "[", "д-"]
)
def test_a_text_of_a_hundred_thousand_signs_takes_ten_times_what_a_tenth_of_it_takes(unit: str) -> None:
    def takes(size: int) -> float:
        source = (unit * size)[:size]
        begun = time.perf_counter()
        sound(source)
        return time.perf_counter() - begun

    takes(1000)
    tenth = min(takes(10_000) for _ in range(3))
    assert takes(100_000) < max(60 * tenth, 2.0)
