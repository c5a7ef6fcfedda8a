"""The secretary's forms: what is right is saved once, what is wrong is said and kept."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from sqlalchemy import func, select

from karavan.core.database import db
from karavan.core.languages import Slots
from karavan.councils import queries
from karavan.councils.models import Member, Office, Promise, PromiseState, Sector, SettingKey, StatuteSetting
from karavan.councils.rules import add_commission
from karavan.councils.statute import Extension, Granter, Majority, Notice
from karavan.deadlines.models import FirstDay, Unit
from karavan.deadlines.reckoning import Term
from karavan.files.models import FileContent
from tests.councils.people import BY, TODAY, promised, seated
from tests.support.hostile import a_few, everything
from tests.support.makers import write

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from karavan.councils.models import Council
    from tests.support.visit import Visit

HOSTILE = [case for case in everything().values() if case.text is not None and len(case.text) <= 20_000]
CITED = {"citation-kk": "№ 9 шешім"}


def at(council: Council, path: str) -> str:
    return f"/en/desk/councils/{council.id}/{path}"


def count(model: Any) -> int:
    db.session.close()
    return db.session().scalar(select(func.count()).select_from(model)) or 0


# --- The statute ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(
    ("key", "typed", "value"),
    [
        (SettingKey.QUORUM, {"numerator": "3", "denominator": "4"}, "3/4"),
        (SettingKey.MAJORITY, {"majority": "all"}, Majority.ALL),
        (SettingKey.MANDATE_YEARS, {"number": "2"}, 2),
        (SettingKey.MEETING_NOTICE, {"days": "7", "unit": "calendar"}, Notice(7, Unit.CALENDAR)),
        (
            SettingKey.ANSWER_TERM,
            {"days": "12", "unit": "calendar", "first_day": "same"},
            Term(12, Unit.CALENDAR, FirstDay.SAME),
        ),
        (
            SettingKey.EXTENSION,
            {"days": "5", "unit": "working", "times": "2", "granted_by": "chair"},
            Extension(5, Unit.WORKING, 2, Granter.CHAIR),
        ),
        (SettingKey.MINIMUM_SUPPORTS, {"number": "0"}, 0),
        (SettingKey.LANGUAGE_ORDER, {"languages": "ru,kk,en"}, ("ru", "kk", "en")),
        (SettingKey.LEGAL_REFERENCE, {"words-kk": "Заң", "words-ru": "Закон", "words-en": ""}, Slots("Заң", "Закон")),
    ],
)
def test_a_line_of_every_kind_is_entered(
    desk: Visit, session: Session, council: Council, key: SettingKey, typed: dict[str, str], value: Any, htmx: bool
) -> None:
    desk.get(at(council, f"statute/{key.value}"))
    page = desk.press("Enter the line", htmx=htmx, fields=typed | CITED, note="Себебі бар")
    assert "The line is entered" in page.toasts
    statute = queries.statute_of(session, council.id, TODAY)
    found = statute.value(key)
    assert (f"{found.numerator}/{found.denominator}" if key == SettingKey.QUORUM else found) == value
    line = session.scalars(select(StatuteSetting)).one()
    assert (line.citation.kk, line.note, line.valid_from) == ("№ 9 шешім", "Себебі бар", TODAY)
    assert line.entered_by is not None


@pytest.mark.parametrize("key", SettingKey)
def test_every_setting_has_a_form_filled_with_what_holds(desk: Visit, council: Council, key: SettingKey) -> None:
    page = desk.get(at(council, f"statute/{key.value}"))
    assert "Holds now" in page.text
    desk.press("Enter the line", fields=CITED, status=200)
    assert count(StatuteSetting) == 1


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(
    ("key", "typed", "sentence"),
    [
        ("answer_term", {"days": "0"}, "Enter a whole number from 1 to 366."),
        ("answer_term", {"days": "ten"}, "Enter a whole number from 1 to 366."),
        ("answer_term", {"days": "9" * 5000}, "Enter a whole number from 1 to 366."),
        ("quorum", {"numerator": "4", "denominator": "3"}, "A part cannot be larger than the whole."),
        ("minimum_age", {"number": "-1"}, "Enter a whole number from 0 to 99."),
        ("legal_reference", {"words-kk": "", "words-ru": ""}, "Write the text in Kazakh or in Russian."),
        ("answer_term", {"valid_from": ""}, "Enter the day from which it holds."),
        ("answer_term", {"valid_from": "2026-02-30"}, "Enter the day from which it holds."),
        ("answer_term", {"valid_from": "9999-01-01"}, "Enter the day from which it holds."),
        ("answer_term", {"citation-kk": ""}, "Write the article or decision, in Kazakh or in Russian."),
        ("answer_term", {"note": "а" * 301}, "Use 300 characters or fewer."),
    ],
)
def test_a_wrong_line_is_said_and_what_was_typed_is_kept(
    desk: Visit, council: Council, key: str, typed: dict[str, str], sentence: str, htmx: bool
) -> None:
    desk.get(at(council, f"statute/{key}"))
    page = desk.press("Enter the line", htmx=htmx, status=422, fields=CITED | typed)
    assert sentence in page.summary
    for name, value in typed.items():
        box = page.one(name=name)
        assert (box.get("value") or box.text or "").strip() == value, name
    assert count(StatuteSetting) == 0


@pytest.mark.parametrize(
    ("key", "name"), [("answer_term", "unit"), ("answer_term", "first_day"), ("majority", "majority"),
                      ("extension", "granted_by"), ("language_order", "languages")],
)  # fmt: skip
def test_what_was_never_offered_is_refused(desk: Visit, council: Council, key: str, name: str) -> None:
    page = desk.get(at(council, f"statute/{key}"))
    form = page.form_of("Enter the line")
    for value in ("minutes", "", "kk,kk,kk", "' OR 1=1--"):
        data = dict(form.filled("Enter the line", CITED)) | {name: value}
        assert "Choose one of the answers offered." in desk.post(form.action, data, status=422).summary
    assert count(StatuteSetting) == 0


def test_a_second_press_enters_nothing_new(desk: Visit, council: Council) -> None:
    page = desk.get(at(council, "statute/answer_term"))
    form = page.form_of("Enter the line")
    data = dict(form.filled("Enter the line", CITED))
    for _ in range(2):
        desk.post(form.action, data, status=200)
    assert count(StatuteSetting) == 1


def test_a_form_without_its_token_is_kept(desk: Visit, council: Council) -> None:
    data = {"days": "12", "unit": "calendar", "first_day": "next", "valid_from": "2026-12-01"} | CITED
    page = desk.post(at(council, "statute/answer_term"), data, status=422)
    assert "had been open for a long time" in page.summary
    assert page.one("input", name="days").get("value") == "12"
    assert count(StatuteSetting) == 0


# --- Members ----------------------------------------------------------------------------------------------


def test_a_member_is_seated_changed_and_leaves(desk: Visit, session: Session, council: Council) -> None:
    commission = write(add_commission, council.id, Slots(kk="Көлік", ru="Транспорт", en="Transport"), **BY)
    desk.get(at(council, "members/new"))
    desk.press(
        "Save",
        name="Айнұр Қалиева",
        office="deputy_chair",
        sector="expert",
        commission=str(commission.id),
        mandate_from="2026-02-01",
        mandate_to="2029-01-31",
        fields={"work-kk": "Дәрігер", "interests-ru": "Нет", "interests_on": "2026-02-01"},
        status=200,
    )
    member = session.scalars(select(Member)).one()
    assert (member.office, member.sector, member.commission_id) == (Office.DEPUTY_CHAIR, Sector.EXPERT, commission.id)
    assert (member.work.kk, member.interests.ru, member.interests_on) == ("Дәрігер", "Нет", date(2026, 2, 1))
    desk.get(at(council, f"members/{member.id}"))
    desk.press("Save", htmx=True, office="chair", commission="")
    db.session.close()
    changed = session.scalars(select(Member)).one()
    assert (changed.office, changed.commission_id, changed.work.kk) == (Office.CHAIR, None, "Дәрігер")
    desk.get(at(council, f"members/{member.id}/end"))
    assert "Write the reason" in desk.press("End the mandate", status=422).summary
    desk.press("End the mandate", fields={"reason-kk": "Көшті"}, on="2026-11-20", status=200)
    db.session.close()
    assert session.scalars(select(Member)).one().ended_on == date(2026, 11, 20)
    assert "Көшті" in desk.get("/en/councils/aktau").text
    desk.get(at(council, f"members/{member.id}/end"))
    assert desk.address == f"/en/desk/councils/{council.id}"
    desk.get(at(council, f"members/{member.id}"))
    assert "already ended" in desk.press("Save", status=409).summary


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": ""}, "Enter the member's name."),
        ({"name": "\u200b\u200b"}, "Enter the member's name."),
        ({"mandate_from": ""}, "Enter the first day of the mandate."),
        ({"mandate_to": "2025-01-01"}, "The mandate must end after it begins."),
        ({"mandate_to": "2040-01-01"}, "By the statute a mandate lasts at most 3 years."),
        ({"interests-kk": "Дүкен"}, "Enter the day on which the interests were declared."),
        ({"office": "chair", "sector": "state"}, "A civil servant cannot chair a public council"),
        ({"work-en": "а\nб"}, "Write this on one line"),
    ],
)
def test_a_wrong_seat_is_said_and_kept(desk: Visit, council: Council, typed: dict[str, str], sentence: str) -> None:
    right = {"name": "Айнұр", "sector": "ngo", "mandate_from": "2026-02-01", "mandate_to": "2029-01-31"}
    desk.get(at(council, "members/new"))
    page = desk.press("Save", status=422, fields=right | typed)
    assert sentence in page.summary
    assert page.one("input", name="mandate_to").get("value") == (right | typed)["mandate_to"]
    assert count(Member) == 0


def test_a_commission_of_another_council_is_no_answer(desk: Visit, council: Council, other: Council) -> None:
    theirs = write(add_commission, other.id, Slots(kk="Су"), **BY)
    page = desk.get(at(council, "members/new"))
    form = page.form_of("Save")
    data = dict(form.filled("Save", {"name": "А", "mandate_from": "2026-02-01", "mandate_to": "2027-01-01"}))
    for value in (str(theirs.id), "x", "9" * 30):
        assert "Choose one" in desk.post(form.action, data | {"commission": value}, status=422).summary


def test_a_commission_is_founded(desk: Visit, council: Council) -> None:
    desk.get(at(council, "commissions/new"))
    assert "Write the name" in desk.press("Found a commission", status=422).summary
    desk.press("Found a commission", fields={"name-ru": "По воде"}, status=200)
    assert "По воде" in desk.get("/en/councils/aktau").text


def drawing(form: str = "PNG") -> bytes:
    written = BytesIO()
    Image.new("RGB", (640, 400), "teal").save(written, form)
    return written.getvalue()


def sent(desk: Visit, address: str, content: bytes | None, *, consent: bool, status: int) -> Any:
    token = desk.get(address).one("input", name="csrf_token").get("value")
    data: dict[str, Any] = {"csrf_token": token}
    if consent:
        data["consent"] = "y"
    if content is not None:
        data["photo"] = (BytesIO(content), "photo.png")
    return desk.post(address, data, status=status, content_type="multipart/form-data")


def test_a_photo_needs_a_tick_and_becomes_a_small_square(desk: Visit, session: Session, council: Council) -> None:
    member = seated(council)
    address = at(council, f"members/{member.id}/photo")
    assert "without consent no photo is kept" in sent(desk, address, drawing(), consent=False, status=422).summary
    assert "Choose a picture" in sent(desk, address, None, consent=True, status=422).summary
    assert "neither a picture" in sent(desk, address, b"MZ\x90\x00", consent=True, status=422).summary
    assert count(FileContent) == 0
    assert "The photo is shown" in sent(desk, address, drawing(), consent=True, status=200).toasts
    answer = desk.send("GET", f"/en/councils/aktau/members/{member.id}/photo")
    with Image.open(BytesIO(answer.data)) as shown:
        assert (shown.format, shown.size) == ("JPEG", (320, 320))
    assert len(answer.data) < 30_000
    assert "No photo is kept" in sent(desk, address, None, consent=False, status=200).toasts
    assert count(FileContent) == 0


def test_other_forms_take_no_files(desk: Visit, council: Council) -> None:
    data = {"photo": (BytesIO(drawing()), "photo.png")}
    answer = desk.send("POST", at(council, "members/new"), data=data, content_type="multipart/form-data")
    assert answer.status_code == 400


# --- Promises ---------------------------------------------------------------------------------------------


def test_a_promise_is_written_down_and_judged(desk: Visit, session: Session, council: Council) -> None:
    desk.get(at(council, "promises/new"))
    assert "Write the promise" in desk.press("Write down a promise", status=422).summary
    page = desk.press("Write down a promise", fields={"text-kk": "Тыңдау"}, made_on="2027-01-01", status=422)
    assert "This day has not come yet." in page.summary
    assert page.one("textarea", name="text-kk").text.strip() == "Тыңдау"
    desk.press("Write down a promise", made_on="2026-10-01", due_on="2026-12-01", status=200)
    promise = session.scalars(select(Promise)).one()
    address = at(council, f"promises/{promise.id}/outcome")
    desk.get(address)
    assert "Write the outcome" in desk.press("Save", state="kept", status=422).summary
    desk.press("Save", htmx=True, state="not_kept", fields={"outcome-ru": "Не успели"})
    db.session.close()
    judged = session.scalars(select(Promise)).one()
    assert (judged.state, judged.outcome.ru, judged.outcome_on) == (PromiseState.NOT_KEPT, "Не успели", TODAY)
    assert desk.get(address).h1 != "Say what became of it"


def test_who_judges_second_is_told(desk: Visit, council: Council, new_visitor: Callable[[], Visit]) -> None:
    promise = promised(council)
    page = desk.get(at(council, f"promises/{promise.id}/outcome"))
    form = page.form_of("Save")
    data = dict(form.filled("Save", {"outcome-kk": "Болды"}))
    desk.post(form.action, data | {"state": "kept"}, status=200)
    page = desk.post(form.action, data | {"state": "not_kept"}, status=409)
    assert "already been noted" in page.summary
    assert page.one("textarea", name="outcome-kk").text.strip() == "Болды"


# --- Strangers' texts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", a_few(HOSTILE[::7], of=5), ids=lambda case: case.id)
def test_hostile_words_are_refused_or_harmless(desk: Visit, session: Session, council: Council, case: Any) -> None:
    promise, member = promised(council), seated(council)
    forms = {
        "promises/new": {"text-kk": case.text, "text-ru": case.text, "made_on": "2026-11-01"},
        f"promises/{promise.id}/outcome": {"outcome-kk": case.text, "state": "kept", "on": "2026-11-01"},
        "statute/legal_reference": {"words-kk": case.text, "citation-kk": case.text, "note": case.text},
        "members/new": {"name": case.text, "work-kk": case.text, "mandate_from": case.text, "commission": case.text},
        f"members/{member.id}": {"name": case.text, "interests-kk": case.text, "interests_on": "2026-01-12"},
        "commissions/new": {"name-en": case.text, "name-ru": case.text},
    }
    for path, typed in forms.items():
        page = desk.get(at(council, path))
        form = page.form_of(_button(path))
        data = dict(form.filled(_button(path), {})) | typed
        answer = desk.post(form.action, data)
        assert answer.status in {200, 400, 422}, path
    for public in ("/en/councils/aktau", "/en/councils/aktau/statute", "/en/councils/", "/en/record/"):
        desk.get(public, statements=20)


def _button(path: str) -> str:
    names = {"promises/new": "Write down a promise", "commissions/new": "Found a commission"}
    return names.get(path, "Enter the line" if path.startswith("statute") else "Save")
