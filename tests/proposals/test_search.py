"""What people type finds what they mean, on both databases; and nothing they type is read as anything but words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import select, text

from karavan.core.database import db, transact
from karavan.proposals import search, spelling
from karavan.proposals.models import Act, Proposal, SearchTerm, State
from karavan.proposals.rules.steps import take_step
from karavan.record.models import ActorRole
from tests.proposals.search_set import QUERIES, TEXTS, Text, missed, number_queries, recall
from tests.proposals.search_shelf import Shelf
from tests.support.civic import REASON, make_council, make_proposal
from tests.support.hostile import cases
from tests.support.settings import NOW

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

LEAST = {
    "exact": 0.99,
    "folded": 0.98,
    "look-alike": 0.98,
    "kazakh suffix": 0.97,
    "russian case": 0.98,
    "misspelt": 0.96,
    "two words": 0.98,
    "beginning": 0.99,
    "number": 1.0,
}
"""Measured: all 100 % on both databases. A little room, so that a new query may be added before the stems learn it."""


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """The words of the test before are not near to anything in this one."""
    spelling._known.clear()


@pytest.fixture
def shelf(session: Session) -> Shelf:
    """All labelled submissions."""
    return Shelf()


def text_of(key: str, title: str, problem: str = "", **more: str) -> Text:
    usual = {"lang": "kk", "place": "aktau", "topic": "other", "solution": ""}
    return Text(key=key, title=title, problem=problem, **usual | more)


def terms() -> dict[str, int]:
    db.session.close()
    return {row.term: row.uses for row in db.session().execute(select(SearchTerm.term, SearchTerm.uses))}


# --- The labelled set -----------------------------------------------------------------------------------------


def test_the_labelled_queries_find_what_they_are_meant_to_find(shelf: Shelf) -> None:
    asked = [*QUERIES, *number_queries(shelf.numbers)]
    shares = recall(asked, shelf.find)

    assert len(TEXTS) >= 60
    assert len(asked) >= 100
    assert shares.keys() == LEAST.keys()
    below = {kind for kind, share in shares.items() if share < LEAST[kind]}
    assert not below, missed([query for query in asked if query.kind in below], shelf.find)


def test_what_is_asked_for_stands_first(shelf: Shelf) -> None:
    assert shelf.find("светофор")[0] == "crossing-ru"
    assert shelf.find(shelf.numbers["dust"])[0] == "dust"
    assert shelf.find("автобус жаңаөзен")[0] in {"bus-night", "bus-ru"}


def test_a_word_in_the_title_weighs_more_than_one_in_the_text(session: Session) -> None:
    shelf = Shelf([text_of("below", "Басқа тақырып", "Кітапхана жабық"), text_of("above", "Кітапхана"),
                   text_of("later", "Тағы бір тақырып", "Кітапхана ашық")])  # fmt: skip

    assert shelf.find("кітапхана")[0] == "above"


def test_all_words_must_be_there_if_they_can(shelf: Shelf) -> None:
    assert shelf.find("собаки школа") == ["dogs"]


def test_and_if_nothing_has_them_all_any_will_do(shelf: Shelf) -> None:
    found = shelf.find("лифт верблюды перзентхана")

    assert {"lift", "hospital-kk"} <= set(found)


def test_nothing_is_found_by_nothing(shelf: Shelf) -> None:
    for words in ("", "   ", "и", "және", "—", "ыфвапролджэ", "xyzzy"):
        assert shelf.find(words) == [], words


def test_the_place_is_a_word_too(shelf: Shelf) -> None:
    assert set(shelf.find("Бейнеу қоқыс")) == {"waste-kk"}


# --- Keeping the index ----------------------------------------------------------------------------------------


def test_only_what_is_public_is_found(session: Session) -> None:
    council = make_council()
    waiting = make_proposal(council, title="Тауық фермасының иісі")
    assert numbers("тауық") == []

    published = make_proposal(council, title="Тауық еті қымбат", state=State.PUBLISHED)
    assert numbers("тауық") == [published.number]
    assert waiting.number not in numbers("тауық")


def numbers(words: str, **filters: Any) -> list[str]:
    session = db.session()
    session.close()
    hits = search.ranked(session, words, **filters)
    asked = select(Proposal.number).join(hits, hits.c.proposal_id == Proposal.id)
    return list(session.scalars(asked.order_by(hits.c.rank)))


def test_what_is_withdrawn_is_found_no_more_nor_are_its_words_guessed(session: Session) -> None:
    proposal = make_proposal(title="Тауық фермасының иісі", state=State.PUBLISHED)
    assert numbers("тауык") == [proposal.number]
    kept = set(terms())

    transact(
        take_step, proposal.id, Act.WITHDRAW, by=ActorRole.RESIDENT, actor_id=proposal.author_id, now=NOW, reason=REASON
    )

    assert numbers("тауық") == []
    assert kept
    assert terms() == {}


def test_indexing_again_changes_nothing(shelf: Shelf, session: Session) -> None:
    before = terms()

    for _ in range(2):
        transact(lambda writing: search.index(writing, writing.get_one(Proposal, shelf.ids["dust"])))

    assert terms() == before
    assert shelf.find("шаң")[0] == "dust"
    assert shelf.find("шаң").count("dust") == 1


def test_a_changed_text_is_found_by_its_new_words_only(shelf: Shelf) -> None:
    def rewrite(session: Session) -> None:
        proposal = session.get_one(Proposal, shelf.ids["lift"])
        proposal.title, proposal.problem, proposal.solution = "Эскалатор", "Стоит", "Починить"
        search.index(session, proposal)

    transact(rewrite)

    assert shelf.find("эскалатор") == ["lift"]
    assert "lift" not in shelf.find("лифт")
    assert "лифт" not in terms()


def test_forgetting_what_was_never_known_is_no_fault(session: Session) -> None:
    transact(search.forget, 12345)

    assert terms() == {}


def test_the_words_are_counted_by_submission(session: Session) -> None:
    Shelf([text_of("one", "Су су су", "су"), text_of("two", "Судың сапасы")])

    assert terms()["су"] == 2
    assert terms()["судин"] == 1


def test_the_index_can_be_made_anew(shelf: Shelf, session: Session) -> None:
    before, found = terms(), shelf.find("су")

    assert transact(search.rebuild) == len(TEXTS)

    assert terms() == before
    assert shelf.find("су") == found


def test_an_act_that_fails_leaves_the_index_as_it_was(shelf: Shelf) -> None:
    before = terms()

    def fail(session: Session) -> None:
        search.forget(session, shelf.ids["dust"])
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        transact(fail)

    assert terms() == before
    assert "dust" in shelf.find("шаң")


# --- Filters and pages ----------------------------------------------------------------------------------------


def test_search_goes_together_with_filters(shelf: Shelf) -> None:
    assert set(shelf.find("су", place="beineu")) == {"water-village"}
    assert "water-quality" in shelf.find("су", topic="water")
    assert "trees" not in shelf.find("су", topic="water")
    assert shelf.find("су", council_id=shelf.council.id + 1) == []
    assert shelf.find("су", council_id=shelf.council.id) == shelf.find("су")
    assert shelf.find("су", place="beineu' OR 1=1") == []


def test_a_filter_narrows_before_the_newest_are_taken(session: Session) -> None:
    shelf = Shelf([text_of("old", "Жол", place="beineu"), *(text_of(f"new{at}", "Жол") for at in range(5))])

    assert "old" not in shelf.find("жол", newest=3)
    assert shelf.find("жол", newest=3, place="beineu") == ["old"]


def test_the_hits_can_be_paged_and_counted(shelf: Shelf, session: Session) -> None:
    whole = shelf.find("су")
    hits = search.ranked(session, "су")
    joined = select(Proposal.id).join(hits, hits.c.proposal_id == Proposal.id).order_by(hits.c.rank, Proposal.id.desc())

    pages = [session.scalars(joined.limit(3).offset(at)).all() for at in range(0, len(whole), 3)]

    assert [shelf.keys[one] for page in pages for one in page] == whole


# --- Spelling -------------------------------------------------------------------------------------------------


def test_a_misspelt_word_finds_its_neighbours_and_a_known_one_only_itself(session: Session) -> None:
    shelf = Shelf([text_of("bridge", "Көпір"), text_of("dust", "Көмір"), text_of("long", "Конализация")])

    assert shelf.find("көмір") == ["dust"]
    assert set(shelf.find("көзір")) == {"bridge", "dust"}
    assert shelf.find("канализацыя") == ["long"]


def test_words_that_came_later_are_neighbours_too(session: Session) -> None:
    shelf = Shelf([text_of("one", "Көпір")])
    assert shelf.find("эскалотор") == []

    shelf.add(text_of("two", "Эскалатор"))

    assert shelf.find("эскалотор") == ["two"]


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("автобос", ("автобус",)), ("афтобус", ("автобус",)), ("автбус", ("автобус",)), ("автообус", ("автобус",)),
        ("автоубс", ("автобус",)), ("утобус", ()), ("конализацыя", ("канализация",)), ("авто", ()), ("мост", ()),
        ("абв", ()), ("2026", ()), ("", ()),
    ],
)  # fmt: skip
def test_neighbours_are_one_slip_away_and_two_in_a_long_word(typed: str, near: tuple[str, ...]) -> None:
    words = spelling.Vocabulary({"автобус": 3, "канализация": 1, "су": 9, "кол": 2})

    assert words.near(typed) == near


def test_of_equally_near_words_the_one_used_most_comes_first() -> None:
    words = spelling.Vocabulary({"школа": 5, "шкода": 9, "шкала": 1, "сколь": 50})

    assert words.near("шкота") == ("шкода", "школа")
    assert words.near("школа") == ("шкода", "шкала"), "not itself"


def test_the_words_are_read_again_when_they_are_old(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf([text_of("one", "Көпір")])
    monkeypatch.setattr(spelling, "OLD", -1.0)
    known = spelling.vocabulary(session)

    assert spelling.vocabulary(session) is known, "as many words as before"
    session.close()

    shelf.add(text_of("two", "Эскалатор"))
    assert "эскалатор" in spelling.vocabulary(db.session()).uses


# --- Similar ones ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("Таңғы автобус Жаңаөзен Ақтау", "bus-night"),
        ("Жанаозеннен автобус керек", "bus-night"),
        ("Холодные батареи в квартире", "heat-ru"),
        ("пандус для инвалидных колясок", "ramp"),
        ("Собаки у школы", "dogs"),
        ("Тариф на воду", "tariff-water"),
        ("Балабақшаға кезек", "kinder-queue"),
        ("Очередь в садик не движеться", "kinder-ru"),
        ("Нет интернета в ауле", "internet-ru"),
    ],
)
def test_a_title_being_written_finds_what_speaks_of_the_same(shelf: Shelf, title: str, key: str) -> None:
    assert key in shelf.similar(title)[:3]


def test_of_two_alike_the_one_from_the_same_place_comes_first(session: Session) -> None:
    shelf = Shelf([text_of("here", "Жол жөндеу", place="beineu"), text_of("there", "Жол жөндеу", place="aktau")])

    assert shelf.similar("Жол жөндеу", place="beineu") == ["here", "there"]
    assert shelf.similar("Жол жөндеу", place="aktau") == ["there", "here"]
    assert len(shelf.similar("Жол жөндеу", limit=1)) == 1
    assert set(shelf.similar("Жол жөндеу", council_id=shelf.council.id)) == {"here", "there"}


def test_a_title_about_something_else_finds_nothing(shelf: Shelf) -> None:
    for title in ("", "а", "и на по", "Квантовая хромодинамика глюонов", "zzz"):
        assert shelf.similar(title) == [], title


def test_scores_are_shares(shelf: Shelf, session: Session) -> None:
    hits = search.similar(session, "Пыль от карьеров летит на посёлок, нет воды и света", place="munaily")

    assert shelf.keys[hits[0].proposal_id] == "dust-ru"
    assert all(search.LEAST <= hit.score <= 1 for hit in hits)
    assert hits == sorted(hits, key=lambda hit: -hit.score)


# --- Whatever is typed ----------------------------------------------------------------------------------------

SYNTAX = [
    '"', "'", "''", '"""', "(", ")", "су AND", "су OR", "NOT су", "су NEAR жол", "NEAR(су жол, 5)", "title: су",
    "{title body} : су", "^су", "су*", "*", "-су", "+су", "су & жол", "су | жол", "!су", "су <-> жол", "су:*", "су:A",
    "\\", "\\'", "су\\", "$$", "%", "_", "--", "/* */", ";", "'; DROP TABLE proposals; --", "su\x00", "zzplacebeineu",
    "zznothing", "су" * 5000, "су " * 5000, "\ud800", "👪", "\u202eус", "١٢٣", "²³", "ﷺ",
]  # fmt: skip


def test_no_sign_of_any_database_means_anything(shelf: Shelf, session: Session) -> None:
    for words in SYNTAX:
        shelf.find(words)
        shelf.similar(words)
        assert session.scalar(text("SELECT count(*) FROM proposals")) == len(TEXTS), words


def test_hostile_words_are_words(shelf: Shelf) -> None:
    for (case,) in (one.values for one in cases(where="search")):
        shelf.find(case.text)
        shelf.similar(case.text)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60))
def test_whatever_is_typed_is_answered(shelf: Shelf, words: str) -> None:
    shelf.find(words, place=words[:9], topic=words[-9:])
    shelf.similar(words)
