"""The picture on top of an event's page: made anew, described, seen by those who may see the event."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from sqlalchemy import func, select

from karavan.core.languages import Slots
from karavan.events import queries
from karavan.files.models import FileContent, StoredFile
from tests.files.hostile_files import SCRIPT, pdf, photo, picture, pixel_bomb
from tests.support.hostile import a_few
from tests.support.makers import make_event

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.support.cast import Cast
    from tests.support.visit import Visit

ALT = {"alt-kk": "Ұзын үстелдегі адамдар", "alt-ru": "Люди за длинным столом"}
HOSTILE = {
    "a document": pdf(),
    "a page": SCRIPT,
    "a drawing with a script": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"></svg>',
    "half a photo": photo()[:300],
    "a bomb": pixel_bomb(60_000, 60_000),
    "nothing": b"",
}


def hand_in(desk: Visit, event_id: int, content: bytes, *, status: int, name: str = "a.jpg", **more: Any) -> Any:
    page = desk.get(f"/en/desk/events/{event_id}/cover")
    form = {one.get("name"): one.get("value") for one in page.find("input", type="hidden")}
    data = form | ALT | {"picture": (io.BytesIO(content), name)} | more
    return desk.post(f"/en/desk/events/{event_id}/cover", data, status=status, content_type="multipart/form-data")


def test_a_picture_is_cut_cleaned_described_and_shown(desk: Visit, session: Session, cast: Cast) -> None:
    event = make_event(organisation=cast.alliance)
    hand_in(desk, event.id, photo(size=(900, 900)), status=200)
    page = desk.get(f"/ru/events/{event.slug}")
    shown = next(one for one in page.find("img") if one.get("alt") == ALT["alt-ru"])
    answer = desk.send("GET", shown.attrib["src"])
    assert answer.mimetype == "image/jpeg"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    with Image.open(io.BytesIO(answer.data)) as seen:
        assert seen.size == (1200, 630)
        assert not seen.getexif()
    assert b"Amina" not in answer.data
    assert len(answer.data) < 300_000
    (image,) = page.structured[0]["image"]
    assert image.endswith(shown.attrib["src"])

    hand_in(desk, event.id, picture("PNG", (1300, 700), "RGBA", (0, 0, 0, 0)), status=200)
    after = desk.get(f"/ru/events/{event.slug}")
    assert next(one.attrib["src"] for one in after.find("img")) != shown.attrib["src"], "no browser shows the old one"
    assert session.scalar(select(func.count(StoredFile.id))) == 1
    assert session.scalar(select(func.count(FileContent.file_id))) == 1

    desk.get(f"/en/desk/events/{event.id}/cover")
    desk.press("Save", remove=True)
    assert not desk.get(f"/ru/events/{event.slug}").find("img")
    assert session.scalar(select(func.count(StoredFile.id))) == 0
    desk.get(f"/en/events/{event.slug}/cover", status=404)


@pytest.mark.parametrize("what", a_few(sorted(HOSTILE), of=3))
def test_what_is_no_picture_is_refused_and_nothing_is_kept(
    desk: Visit, session: Session, cast: Cast, what: str
) -> None:
    event = make_event(organisation=cast.alliance)
    page = hand_in(desk, event.id, HOSTILE[what], status=422)
    assert page.summary
    assert session.scalar(select(func.count(StoredFile.id))) == 0
    assert ALT["alt-ru"] in str(page.by_id("alt-ru").get("value")), "what was typed stays"


def test_a_picture_needs_words_and_a_version(desk: Visit, session: Session, cast: Cast) -> None:
    event = make_event(organisation=cast.alliance)
    page = hand_in(desk, event.id, photo(), status=422, **{"alt-kk": "", "alt-ru": " "})
    assert "Write what the picture shows" in page.summary
    page = hand_in(desk, event.id, photo(), status=409, version="1")
    assert "Somebody else has changed this event" in page.summary
    desk.get(f"/en/desk/events/{event.id}/cover")
    page = desk.press("Save", fields=ALT, status=422)
    assert "Choose a picture" in page.summary


def test_the_second_of_two_who_describe_a_picture_sees_the_other_s_words(
    desk: Visit, session: Session, cast: Cast
) -> None:
    event = make_event(organisation=cast.alliance)
    hand_in(desk, event.id, photo(), status=200)
    page = hand_in(desk, event.id, photo(), status=409, version="1", **{"alt-ru": "Совсем другое"})
    assert page.one("input", name="alt-ru").get("value") == "Совсем другое"
    assert ALT["alt-ru"] in "".join(page.by_id("conflict").itertext())


def test_a_draft_s_picture_is_seen_at_the_desk_alone(
    desk: Visit, visit: Visit, session: Session, cast: Cast, new_visitor: Any
) -> None:
    event = make_event(organisation=cast.alliance, published=False)
    hand_in(desk, event.id, photo(), status=200)
    assert desk.send("GET", f"/en/desk/events/{event.id}/cover/picture").status_code == 200
    stranger = new_visitor()
    assert stranger.send("GET", f"/en/events/{event.slug}/cover").status_code == 404
    page = desk.get(f"/kk/desk/events/{event.id}/preview")
    assert page.find("img")[0].get("alt") == ALT["alt-kk"]
    found = queries.event_for_desk(session, event.id)
    assert found is not None
    assert found.cover_alt == Slots(ALT["alt-kk"], ALT["alt-ru"])
