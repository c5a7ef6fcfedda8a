"""Writing a submission, step by step, with and without htmx: text, a look at it, files, handing in."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from karavan.core.languages import Slots
from karavan.councils.models import Council, CouncilLevel, SettingKey
from karavan.councils.rules import set_line
from karavan.files.models import StoredFile
from karavan.proposals.models import Attachment, Draft, Proposal, State, Topic
from karavan.proposals.rules.write import A_DAY, FILES
from karavan.record.models import ActorRole
from tests.support.civic import make_council, make_proposal, write
from tests.support.settings import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from sqlalchemy.orm import Session

    from tests.support.cast import Cast
    from tests.support.visit import Visit

NEW = "/en/proposals/new"
WORDS: dict[str, str] = {
    "title": "Таңғы автобус",
    "problem": "Бірінші автобус 08:30-да шығады.\n\nСтуденттер сабаққа кешігеді.",
    "solution": "Сағат 06:00-де шығатын бір рейс қосу керек.",
    "place": "aktau",
    "village": "Маңғышлақ",
    "topic": "transport",
    "language": "kk",
}
HER: dict[str, Any] = {
    "author_name": "Айгүл Сәрсенова",
    "public_name": "Айгүл С.",
    "adult": True,
    "publication": True,
}


@pytest.fixture
def council(cast: Cast) -> Council:
    return make_council()


def picture(colour: str = "teal") -> bytes:
    written = BytesIO()
    Image.new("RGB", (40, 30), colour).save(written, "JPEG")
    return written.getvalue()


def write_text(visit: Visit, *, htmx: bool = False, **changes: str) -> str:
    """Write the first step and go on; return the draft's token."""
    visit.get(NEW)
    visit.press("Continue", htmx=htmx, status=200, **WORDS | changes)
    return token_of(visit)


def token_of(visit: Visit) -> str:
    return visit.address.removeprefix(f"{NEW}/").partition("/")[0]


def add_file(visit: Visit, content: bytes, name: str = "Жол.jpg", *, htmx: bool = False, status: int = 200) -> Any:
    """Send a file as the form of the second step does."""
    form = visit.page.form_of("Add the file")
    data = dict(form.filled("Add the file", {})) | {"file": (BytesIO(content), name)}
    if htmx:
        headers = {"HX-Request": "true", "HX-Request-Type": "partial"}
        answer = visit.send("POST", form.action, headers=headers, **as_multipart(data))
        assert answer.status_code == status
        return answer.get_data(as_text=True)
    return visit.post(form.action, status=status, **as_multipart(data))


def as_multipart(data: dict[str, Any]) -> dict[str, Any]:
    """Write a form with a file as a browser sends it; the test client would leave a large one lying open."""
    files = {name: FileStorage(value[0], value[1]) for name, value in data.items() if isinstance(value, tuple)}
    boundary, body = encode_multipart(data | files)
    return {"data": body, "content_type": f"multipart/form-data; boundary={boundary}"}


def proposals(session: Session) -> list[Proposal]:
    session.close()
    return list(session.scalars(select(Proposal).order_by(Proposal.id)))


# --- The whole way ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [False, True])
def test_amina_writes_looks_and_hands_in(
    session: Session, cast: Cast, council: Council, visit: Visit, *, htmx: bool
) -> None:
    visit.sign_in(cast.amina)
    write_text(visit, htmx=htmx)
    assert visit.address.endswith("/check")
    assert "Маңғышлақ" in visit.page.text

    visit.follow("Continue")
    page = visit.press("Hand in the proposal", htmx=htmx, status=200, **HER, eotinish="ЖТ-2026-1234")

    (made,) = proposals(session)
    assert visit.address == f"/en/proposals/{made.number}"
    assert made.number in page.text
    assert (made.title, made.problem, made.solution) == (WORDS["title"], WORDS["problem"], WORDS["solution"])
    assert (made.place, made.village, made.topic, made.lang) == ("aktau", "Маңғышлақ", Topic.TRANSPORT, "kk")
    assert (made.author_id, made.author_name, made.public_name) == (cast.amina.id, "Айгүл Сәрсенова", "Айгүл С.")
    assert (made.state, made.eotinish, made.council_id) == (State.CHECKING, "ЖТ-2026-1234", council.id)


def test_opening_the_form_writes_nothing_and_each_form_has_its_own_key(session: Session, visit: Visit) -> None:
    first = visit.get(NEW).form_of("Continue").action
    second = visit.get(NEW).form_of("Continue").action

    assert first != second
    assert session.scalars(select(func.count()).select_from(Draft)).one() == 0
    assert "draft" not in {cookie.key for cookie in visit.client._cookies.values()}


def test_what_is_missing_is_said_and_what_was_typed_stays(session: Session, council: Council, visit: Visit) -> None:
    visit.get(NEW)

    page = visit.press("Continue", status=422, title="Бір сөз", problem="  ", solution="Шешім")

    assert "Describe what is wrong." in page.summary
    assert "Choose the district or city." in page.summary
    assert "Choose what it is about." in page.summary
    assert page.by_id("title").get("value") == "Бір сөз"
    assert "Шешім" in page.by_id("solution").itertext().__next__()
    draft = session.scalars(select(Draft)).one()
    assert draft.fields["title"] == "Бір сөз", "kept although it is not complete"


@pytest.mark.parametrize(("field", "length"), [("title", 121), ("problem", 4001), ("solution", 4001), ("village", 81)])
def test_what_is_too_long_is_refused_and_kept(council: Council, visit: Visit, field: str, length: int) -> None:
    visit.get(NEW)

    page = visit.press("Continue", status=422, **WORDS | {field: "ұ" * length})

    assert "characters or fewer" in page.summary
    assert "ұ" * length in page.body


def test_a_place_or_a_topic_nobody_offers_is_refused(council: Council, visit: Visit) -> None:
    form = visit.get(NEW).form_of("Continue")
    typed = dict(form.filled("Continue", {})) | WORDS

    for name in ("place", "topic", "council", "language"):
        page = visit.post(form.action, typed | {name: "elsewhere"}, status=422)
        assert "Choose one of the answers offered." in page.summary, name


def test_going_on_costs_little(council: Council, cast: Cast, visit: Visit) -> None:
    visit.sign_in(cast.amina)
    visit.get(NEW, statements=3)
    visit.press("Continue", statements=15, **WORDS)
    visit.follow("Continue", statements=10)
    visit.press("Hand in the proposal", statements=40, **HER)


@pytest.mark.parametrize(
    ("place", "wish", "expected"),
    [("aktau", "local", "aktau"), ("aktau", "region", "region"), ("beineu", "local", "region")],
)
def test_the_council_is_that_of_the_place_or_the_regions(
    session: Session, cast: Cast, council: Council, visit: Visit, place: str, wish: str, expected: str
) -> None:
    region = make_council(slug="council-region", place="")
    write(lambda writing: setattr(writing.get_one(Council, region.id), "level", CouncilLevel.REGION))
    visit.sign_in(cast.amina)

    write_text(visit, place=place, council=wish)
    visit.follow("Continue")
    visit.press("Hand in the proposal", **HER)

    (made,) = proposals(session)
    assert made.council_id == {"aktau": council.id, "region": region.id}[expected]


# --- What is alike, and other doors ----------------------------------------------------------------------------


def test_what_was_proposed_already_is_shown_while_she_types(council: Council, visit: Visit) -> None:
    known = make_proposal(council, state=State.PUBLISHED, title="Жаңаөзен Ақтау таңғы автобус рейсі")

    page = visit.get(f"{NEW}/similar?title=Жанаозеннен+тангы+автобус+керек&place=zhanaozen")

    assert page.status == 200
    if known.number in page.text:  # the search decides; here it is enough that its answer is shown
        assert page.link("Support that one instead").endswith(known.number)


def test_the_region_alone_comes_to_htmx(council: Council, visit: Visit) -> None:
    answer = visit.send(
        "GET", f"{NEW}/similar?title=Пожар+во+дворе", headers={"HX-Request": "true", "HX-Request-Type": "partial"}
    )

    assert answer.status_code == 200
    body = answer.get_data(as_text=True)
    assert body.lstrip().startswith('<div id="similar"')
    assert "tel:112" in body
    assert "participatory budget" in body


def test_advice_does_not_stop_her(council: Council, visit: Visit) -> None:
    write_text(visit, problem="Жалоба: во дворе нет воды.")

    assert "tel:109" in visit.page.body
    assert "eOtinish" in visit.page.text
    assert visit.page.link("Continue")


# --- Files -----------------------------------------------------------------------------------------------------


def test_files_are_added_seen_and_taken_away(session: Session, council: Council, visit: Visit) -> None:
    write_text(visit)
    page = add_file(visit, picture())
    assert "Жол.jpg" in page.text

    shown = visit.send("GET", page.link("Жол.jpg"))
    assert (shown.status_code, shown.mimetype) == (200, "image/jpeg")
    assert shown.headers["Cache-Control"] == "private, no-store"

    page = visit.press("Take away")
    assert "Жол.jpg" not in page.text
    assert session.scalars(select(func.count()).select_from(Attachment)).one() == 0


def test_htmx_gets_the_list_of_files_alone(council: Council, visit: Visit) -> None:
    write_text(visit)

    body = add_file(visit, picture(), htmx=True)
    assert body.lstrip().startswith('<section id="files-panel"')
    assert "Жол.jpg" in body

    refused = add_file(visit, b"no picture", "a.jpg", htmx=True, status=422)
    assert "neither a picture" in refused
    assert "Жол.jpg" in refused, "what was there stays"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"MZ\x90\x00 a program", "neither a picture"),
        (b"", "Choose a file first."),
        (b"%PDF-1.7" + b"0" * (5 * 1024 * 1024), "larger than 5 MB"),
        (b"\xff\xd8\xff" + b"0" * (10 * 1024 * 1024), "larger than 10 MB"),
    ],
)
def test_a_file_that_cannot_be_taken_says_why_and_nothing_is_lost(
    session: Session, council: Council, visit: Visit, content: bytes, sentence: str
) -> None:
    write_text(visit)

    page = add_file(visit, content, "a.pdf" if content else "", status=422)

    assert sentence in page.summary
    assert WORDS["title"] in page.text
    assert session.scalars(select(func.count()).select_from(StoredFile)).one() == 0


def test_a_body_far_too_large_is_refused_at_the_door(council: Council, visit: Visit) -> None:
    write_text(visit)

    page = add_file(visit, b"\xff" * (12 * 1024 * 1024), status=413)

    assert "too large" in page.text


def test_five_files_are_all(session: Session, council: Council, visit: Visit) -> None:
    token = write_text(visit)
    page = visit.page
    form = page.form_of("Add the file")
    csrf = dict(form.filled("Add the file", {}))
    for number in range(FILES):
        page = add_file(visit, picture(), f"{number}.jpg")

    assert not [one for one in page.forms if one.buttons("Add the file")]
    sixth = csrf | {"file": (BytesIO(picture()), "6.jpg")}
    late = visit.post(f"{NEW}/{token}/files", status=422, **as_multipart(sixth))
    assert "at most 5 files" in late.summary
    assert session.scalars(select(func.count()).select_from(Attachment)).one() == FILES


def test_the_files_go_with_it(session: Session, cast: Cast, council: Council, visit: Visit) -> None:
    visit.sign_in(cast.amina)
    write_text(visit)
    add_file(visit, picture())
    visit.follow("Continue")
    visit.press("Hand in the proposal", **HER)

    (made,) = proposals(session)
    assert [one.name for one in made.attachments] == ["Жол.jpg"]


# --- Handing in ------------------------------------------------------------------------------------------------


def test_what_she_must_agree_to_is_asked(cast: Cast, council: Council, session: Session, visit: Visit) -> None:
    visit.sign_in(cast.amina)
    write_text(visit)
    visit.follow("Continue")

    page = visit.press("Hand in the proposal", status=422, author_name="Айгүл Сәрсенова", public_name="")

    assert "old enough" in page.summary
    assert "Tick that you agree" in page.summary
    assert "how readers will see your name" in page.summary
    assert page.by_id("author_name").get("value") == "Айгүл Сәрсенова"
    assert proposals(session) == []


def test_the_age_is_that_of_the_councils_statute(cast: Cast, council: Council, visit: Visit) -> None:
    write(
        set_line,
        council.id,
        SettingKey.MINIMUM_AGE,
        16,
        valid_from=NOW.date() - timedelta(days=1),
        citation=Slots(ru="Положение, п. 4"),
        by=ActorRole.ADMINISTRATOR,
        now=NOW,
    )
    visit.sign_in(cast.amina)
    write_text(visit)

    assert "16 years old" in visit.follow("Continue").text


@pytest.mark.parametrize("way", ["the button again", "back to step three", "refreshed", "back to the text"])
def test_sending_again_finds_the_first(session: Session, cast: Cast, council: Council, visit: Visit, way: str) -> None:
    visit.sign_in(cast.amina)
    token = write_text(visit)
    visit.follow("Continue")
    before = visit.page
    sent = dict(before.form_of("Hand in the proposal").filled("Hand in the proposal", HER))
    visit.press("Hand in the proposal", **HER)
    (made,) = proposals(session)

    if way == "the button again":
        page = visit.post(f"{NEW}/{token}/sending", sent, status=200)
    elif way == "back to step three":
        page = visit.get(f"{NEW}/{token}/sending")
    elif way == "refreshed":
        page = visit.get(visit.address)
    else:
        page = visit.get(f"{NEW}/{token}/text")

    assert visit.address == f"/en/proposals/{made.number}"
    assert page.status == 200
    assert len(proposals(session)) == 1


def test_going_back_after_sending_and_writing_on_loses_nothing(
    session: Session, cast: Cast, council: Council, visit: Visit
) -> None:
    visit.sign_in(cast.amina)
    visit.get(NEW)
    old = visit.page.form_of("Continue")
    typed = dict(old.filled("Continue", WORDS))
    visit.press("Continue", **WORDS)
    visit.follow("Continue")
    visit.press("Hand in the proposal", **HER)
    (made,) = proposals(session)

    page = visit.post(old.action, typed | {"title": "Кешкі автобус та керек"}, status=422)

    assert made.number in page.text
    assert page.by_id("title").get("value") == "Кешкі автобус та керек"
    visit.press("Continue", status=200)
    visit.follow("Continue")
    visit.press("Hand in the proposal", **HER)
    assert [one.title for one in proposals(session)] == [WORDS["title"], "Кешкі автобус та керек"]


def test_more_than_a_days_share_is_refused_and_nothing_is_lost(
    session: Session, cast: Cast, council: Council, visit: Visit
) -> None:
    for number in range(A_DAY):
        make_proposal(council, author=cast.amina, title=f"Ұсыныс {number}")
    visit.sign_in(cast.amina)
    write_text(visit)
    visit.follow("Continue")

    page = visit.press("Hand in the proposal", status=422, **HER)

    assert "go on tomorrow" in page.summary
    assert page.by_id("public_name").get("value") == "Айгүл С."
    assert len(proposals(session)) == A_DAY


def test_the_text_can_be_taken_to_eotinish(council: Council, visit: Visit) -> None:
    token = write_text(visit)

    answer = visit.send("GET", f"{NEW}/{token}/eotinish.txt")

    assert answer.mimetype == "text/plain"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    written = answer.get_data().decode("utf-8-sig")
    assert written.startswith(WORDS["title"] + "\r\n\r\nWhat is wrong?\r\n")
    assert "Студенттер сабаққа кешігеді.\r\n" in written
    assert "\r\r" not in written


def test_a_letter_with_the_number_is_on_its_way(app: Flask, cast: Cast, council: Council, visit: Visit) -> None:
    visit.sign_in(cast.amina)
    write_text(visit)
    visit.follow("Continue")
    page = visit.press("Hand in the proposal", **HER)

    assert "The number of your proposal: MGS-2026-00001" in page.toasts


# --- On somebody's behalf --------------------------------------------------------------------------------------

PAPER: dict[str, Any] = {
    **WORDS,
    "channel": "paper",
    "author_name": "Нұрлан ата",
    "public_name": "Нұрлан А.",
    "phone": "8 701 234 56 78",
    "agreed": True,
}


@pytest.mark.parametrize("htmx", [False, True])
def test_saule_enters_a_sheet_and_prints_its_slip(
    session: Session, cast: Cast, council: Council, visit: Visit, *, htmx: bool
) -> None:
    visit.sign_in(cast.saule)
    visit.get("/en/desk/proposals/new")

    page = visit.press("Give it a number", htmx=htmx, status=200, **PAPER, council=str(council.id))

    (made,) = proposals(session)
    assert page.h1 == made.number
    assert page.link("The slip to print") == f"/en/proposals/{made.number}/slip"
    assert (made.channel.value, made.entered_by_id, made.author_id) == ("paper", cast.saule.id, None)
    assert (made.author_phone, made.author_name) == ("+77012345678", "Нұрлан ата")


def test_a_sheet_entered_twice_is_one_and_the_next_one_is_another(
    session: Session, cast: Cast, council: Council, visit: Visit
) -> None:
    visit.sign_in(cast.saule)
    form = visit.get("/en/desk/proposals/new").form_of("Give it a number")
    sent = dict(form.filled("Give it a number", {**PAPER, "council": str(council.id)}))
    first = visit.post(form.action, sent, status=200).h1

    assert visit.post(form.action, sent, status=200).h1 == first
    other = visit.post(form.action, sent | {"author_name": "Қарлығаш апа"}, status=422)
    assert first in other.summary
    second = visit.press("Give it a number", status=200).h1

    assert [one.number for one in proposals(session)] == [first, second]


def test_the_scan_is_for_the_desk_only(
    session: Session, cast: Cast, council: Council, visit: Visit, new_visitor: Callable[[], Visit]
) -> None:
    visit.sign_in(cast.saule)
    form = visit.get("/en/desk/proposals/new").form_of("Give it a number")
    sent = dict(form.filled("Give it a number", {**PAPER, "council": str(council.id)}))
    for _ in range(2):
        fresh = sent | {"scan": (BytesIO(picture()), "парақ.jpg")}
        visit.post(form.action, status=200, **as_multipart(fresh))

    (made,) = proposals(session)
    (scan,) = session.scalars(select(Attachment)).all()
    assert made.attachments == []
    url = f"/en/desk/proposals/{made.id}/scans/{scan.public_id}"
    assert visit.send("GET", url).mimetype == "image/jpeg"
    stranger = new_visitor()
    assert stranger.send("GET", url).status_code == 303
    assert stranger.send("GET", f"/en/proposals/files/{scan.public_id}").status_code == 404
    stranger.sign_in(cast.daniyar)
    assert stranger.send("GET", url).status_code == 404


def test_the_desk_is_told_what_is_missing(cast: Cast, council: Council, session: Session, visit: Visit) -> None:
    visit.sign_in(cast.saule)
    visit.get("/en/desk/proposals/new")

    page = visit.press("Give it a number", status=422, title="Тақырып", phone="12", email="a@")

    for sentence in ("Say how it came in.", "author’s full name", "Enter a phone number", "Enter an email", "consent"):
        assert sentence in page.summary
    assert page.by_id("phone").get("value") == "12"
    assert proposals(session) == []


def test_only_staff_of_councils_enter_and_only_for_their_own(
    session: Session, cast: Cast, council: Council, new_visitor: Callable[[], Visit]
) -> None:
    other = make_council(slug="council-beineu", place="beineu")
    nobody, amina, bekzat, saule = new_visitor(), new_visitor(), new_visitor(), new_visitor()
    amina.sign_in(cast.amina)
    bekzat.sign_in(cast.bekzat)
    saule.sign_in(cast.saule)
    assert nobody.send("GET", "/en/desk/proposals/new").status_code == 303
    assert amina.send("GET", "/en/desk/proposals/new").status_code == 403
    assert bekzat.send("GET", "/en/desk/proposals/new").status_code == 403

    form = saule.get("/en/desk/proposals/new").form_of("Give it a number")
    sent = dict(form.filled("Give it a number", {**PAPER, "council": str(council.id)})) | {"council": str(other.id)}
    page = saule.post(form.action, sent, status=422)

    assert "Choose one of the answers offered." in page.summary
    assert proposals(session) == []
