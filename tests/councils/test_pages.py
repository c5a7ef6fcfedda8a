"""What everyone sees of councils: the list, a council with all its parts, its statute through time, its members."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from karavan.core.languages import Slots
from karavan.councils.models import CouncilLevel, Office, PromiseState, Sector, SettingKey
from karavan.councils.rules import add_commission, end_mandate, found_council, judge_promise, set_photo
from karavan.councils.sections import Figure, Section
from karavan.councils.statute import DEFAULTS, Extension, Granter, Majority, Notice
from karavan.councils.subjects import name_councils, name_organisations
from karavan.deadlines.models import FirstDay, Unit
from karavan.deadlines.reckoning import Term
from karavan.events.models import EventKind
from karavan.files.checking import JPEG, Examined
from karavan.sittings.council_section import sittings_section
from tests.councils.people import BY, TODAY, entered, promised, seated
from tests.support.makers import make_event, write

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.orm import Session

    from karavan.councils.models import Council
    from tests.support.cast import Cast
    from tests.support.visit import Visit

HUGE = 99_999_999_999_999_999_999


def test_the_list_is_one_question_and_kept_for_everyone(visit: Visit, council: Council, other: Council) -> None:
    seated(council)
    page = visit.get("/en/councils/", statements=1)
    assert page.h1 == "Public councils"
    assert visit.response is not None
    assert "Set-Cookie" not in visit.response.headers
    assert visit.response.headers["Cache-Control"] == "public, max-age=2"
    assert [link.get("href") for link in page.find("a") if "/councils/" in link.get("href", "")][-2:] == [
        "/en/councils/aktau",
        "/en/councils/beineu",
    ]


def test_without_councils_the_list_says_so(visit: Visit, session: Session) -> None:
    assert "There are no councils yet" in visit.get("/en/councils/").text


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_a_bare_council_is_a_whole_page(visit: Visit, council: Council, lang: str) -> None:
    for address in ("", "/statute"):
        assert visit.get(f"/{lang}/councils/aktau{address}", statements=13).status == 200
    assert visit.response is not None
    assert "Set-Cookie" not in visit.response.headers


def test_a_council_shows_who_sits_what_was_promised_and_by_which_rules(
    visit: Visit, session: Session, council: Council
) -> None:
    commission = write(add_commission, council.id, Slots(kk="Көлік", ru="Транспорт", en="Transport"), **BY)
    seated(
        council,
        office=Office.CHAIR,
        commission_id=commission.id,
        interests=Slots(kk="Дүкені бар", ru="Владеет магазином", en="Owns a shop"),
        interests_on=date(2026, 1, 12),
    )
    seated(council, name="Депутат", sector=Sector.MASLIKHAT)
    gone = seated(council, name="Кеткен Адам")
    reason = Slots(kk="Көшті", ru="Переезд", en="Moved away")
    write(end_mandate, council.id, gone.id, on=date(2026, 5, 1), reason=reason, **BY)
    promise = promised(council)
    outcome = Slots(kk="Шықты", ru="Вышли", en="They came out")
    write(judge_promise, council.id, promise.id, PromiseState.KEPT, outcome=outcome, on=TODAY, **BY)
    promised(council, text=Slots(kk="Тыңдау", ru="Слушания", en="A hearing"), due_on=date(2026, 11, 1))
    entered(council, SettingKey.ANSWER_TERM, Term(12, Unit.CALENDAR, FirstDay.SAME), since=date(2026, 3, 1))

    words = visit.get("/en/councils/aktau", statements=13).text
    for said in (
        "Chair · Non-profit organisations", "Commission: Transport", "Owns a shop (12 January 2026)",
        "Not declared yet", "Moved away", "Kept", "They came out", "The day has passed",
        "The state's side has more seats", "12 calendar days", "Day one: the same day", "Decision No. 7",
        "1 March 2026", "by default", "Promises kept 1 / 2",
    ):  # fmt: skip
        assert said in words, said


def test_every_kind_of_setting_is_said_in_words(visit: Visit, session: Session, council: Council) -> None:
    entered(council, SettingKey.MAJORITY, Majority.TWO_THIRDS)
    entered(council, SettingKey.EXTENSION, Extension(5, Unit.WORKING, 2, Granter.CHAIR))
    entered(council, SettingKey.MINIMUM_SUPPORTS, 0)
    entered(council, SettingKey.MEETING_NOTICE, Notice(1, Unit.WORKING))
    words = visit.get("/en/councils/aktau").text
    for said in (
        "Two thirds of the members present", "5 working days at most 2 times · The chair of the council decides",
        "None needed", "1 working day", "2/3 of all members", "3 years", "Kazakh, Russian, English",
    ):  # fmt: skip
        assert said in words, said
    entered(council, SettingKey.EXTENSION, Extension(5, Unit.WORKING, 0, Granter.CHAIR))
    assert "Never" in visit.get("/en/councils/aktau").text


def test_the_history_shows_what_held_what_holds_and_what_will(visit: Visit, session: Session, council: Council) -> None:
    entered(council, SettingKey.MINIMUM_SUPPORTS, 50, since=date(2026, 1, 1))
    entered(council, SettingKey.MINIMUM_SUPPORTS, 25, since=date(2026, 6, 1), note="50 тым көп болды")
    entered(council, SettingKey.MINIMUM_SUPPORTS, 20, since=date(2027, 1, 1))
    page = visit.get("/en/councils/aktau/statute", statements=2)
    section = page.by_id("minimum_supports")
    words = " ".join("".join(section.itertext()).split())
    assert words.index("Will hold") < words.index("Holds now") < words.index("Held before")
    assert "50 тым көп болды" in words
    assert DEFAULTS[SettingKey.ANSWER_TERM].citation.en in page.text


def test_a_member_has_a_page_with_every_mandate(visit: Visit, session: Session, council: Council) -> None:
    earlier = seated(council, mandate_from=date(2022, 1, 12), mandate_to=date(2025, 1, 11))
    now = seated(council, office=Office.SECRETARY)
    page = visit.get(f"/en/councils/aktau/members/{now.id}", statements=4)
    assert page.h1 == "Қайрат Оразбаев"
    assert "Prepares the sittings" in page.text
    assert page.text.count("Sits now") == 1
    assert "Over" in page.text
    assert visit.get(f"/en/councils/aktau/members/{earlier.id}").status == 200


@pytest.mark.parametrize("number", [0, 999, 2**31, HUGE])
def test_nobody_is_nobody(visit: Visit, council: Council, number: int) -> None:
    visit.get(f"/en/councils/aktau/members/{number}", status=404)
    visit.get(f"/en/councils/aktau/members/{number}/photo", status=404)


def test_a_member_belongs_to_her_council(visit: Visit, council: Council, other: Council) -> None:
    member = seated(council)
    visit.get(f"/en/councils/beineu/members/{member.id}", status=404)


@pytest.mark.parametrize("slug", ["nowhere", "%F0%9F%90%AB", "x" * 300, "..%2faktau", "aktau'--"])
def test_an_unknown_council_is_nothing(visit: Visit, council: Council, slug: str) -> None:
    for address in ("", "/statute", "/members/1", "/members/1/photo"):
        visit.get(f"/en/councils/{slug}{address}", status=404)


def test_a_photo_is_given_as_long_as_she_agrees(visit: Visit, session: Session, council: Council) -> None:
    member = seated(council)
    address = f"/en/councils/aktau/members/{member.id}/photo"
    assert visit.send("GET", address).status_code == 404
    picture = Examined(mime=JPEG, content=b"\xff\xd8picture", width=320, height=320)
    write(set_photo, council.id, member.id, picture, consent=True, **BY)
    answer = visit.send("GET", address)
    assert answer.data == picture.content
    assert answer.mimetype == JPEG
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, max-age=86400"
    assert visit.send("GET", address, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    image = visit.get("/en/councils/aktau").one("img")
    assert image.get("src").startswith(address)
    assert image.get("alt") == ""
    write(set_photo, council.id, member.id, None, consent=False, **BY)
    assert visit.send("GET", address).status_code == 404
    assert not visit.get("/en/councils/aktau").find("img")


def test_an_invented_council_says_so(visit: Visit, cast: Cast) -> None:
    made = write(found_council, cast.council.id, slug="invented", level=CouncilLevel.CITY, demo=True)
    member = seated(made)
    for address in ("", "/statute", f"/members/{member.id}"):
        assert "invented for the demonstration" in visit.get(f"/en/councils/invented{address}").text


def test_a_text_without_translation_is_marked(visit: Visit, cast: Cast) -> None:
    about = Slots(kk="Қала мәселелері")
    write(found_council, cast.council.id, slug="kazakh", level=CouncilLevel.CITY, about=about)
    assert "shown in Kazakh" in visit.get("/ru/councils/kazakh".replace("/ru/", "/en/")).text


# --- What other domains hang on it --------------------------------------------------------------------------


def test_other_domains_hang_their_parts_on_the_page(
    app: Flask, visit: Visit, cast: Cast, council: Council, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, str]] = []

    def figures(found: Council, lang: str) -> Section:
        seen.append((found.slug, lang))
        return Section(figures=(Figure("Answered in time", "24 / 28"),), action=("Write to it", "/en/about"))

    def silent(found: Council, lang: str) -> None:
        return None

    make_event(organisation=cast.council, kind=EventKind.COUNCIL_SITTING, slug="tenth-sitting")
    make_event(organisation=cast.council, slug="no-sitting")
    make_event(organisation=cast.elsewhere, kind=EventKind.COUNCIL_SITTING, slug="of-another")
    monkeypatch.setitem(
        app.extensions, "karavan.council_sections", {"figures": figures, "silent": silent, "sittings": sittings_section}
    )
    page = visit.get("/en/councils/aktau")
    assert seen == [("aktau", "en")]
    assert "24 / 28" in page.text
    assert page.link("Write to it") == "/en/about"
    assert "Next sitting 23 December" in page.text
    assert [link.get("href") for link in page.find("a", href="#sittings")] == ["#sittings"]
    links = [link.get("href") for link in page.by_id("sittings").iter("a")]
    assert [link for link in links if "/events/" in link] == ["/en/events/tenth-sitting"]


def test_councils_and_organisations_have_names(app: Flask, session: Session, cast: Cast, council: Council) -> None:
    with app.test_request_context("/"):
        assert name_councils([council.id, 999], "ru") == {
            council.id: ("Общественный совет Актау", "ru", "/ru/councils/aktau")
        }
        named = name_organisations([cast.council.id, cast.elsewhere.id], "kk")
    assert named[cast.council.id].url == "/kk/councils/aktau"
    assert named[cast.elsewhere.id] == ("Басқа ұйым", "kk", "")


def test_the_record_says_what_happened_with_a_council(visit: Visit, session: Session, council: Council) -> None:
    entered(council, SettingKey.MINIMUM_AGE, 16, since=date(2026, 1, 1))
    words = visit.get(f"/en/record/?council={council.id}").text
    assert "A line of the council's statute was changed" in words
    assert "Youngest age of an author" in words
    assert "2026-01-01" in words
    assert "Entered afterwards" in words
