"""Taking part: a written statement and its receipt, a place among the speakers; twice, too late, by strangers."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select, update
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from karavan.core.database import db
from karavan.core.languages import Slots
from karavan.core.tokens import show_receipt
from karavan.discussion.models import Comment
from karavan.hearings.models import Hearing, HearingState, Position, Speaker, SpeakerState, WrittenStatement
from karavan.hearings.rules.cancel import cancel
from karavan.hearings.rules.matrix import answer
from karavan.hearings.rules.speakers import Wish, absent, call_next, sign_up
from karavan.moderation.models import Visibility
from karavan.record.models import ActorRole
from tests.files.hostile_files import picture
from tests.support.assembly import REASON, make_hearing
from tests.support.civic import make_council, make_person, make_staff, write
from tests.support.page import text_of
from tests.support.settings import NOW
from tests.support.talk import make_writer

if TYPE_CHECKING:
    from collections.abc import Callable

    import time_machine
    from sqlalchemy.orm import Session

    from tests.support.visit import Visit

SAID = {"kind": "against", "source": "Тариф неге өскені түсініксіз. Есепті көрсетіңіздер."}
WISH = {"topic": "Тарифтің негізі", "position": "for", "minutes": "3"}
SEND, SPEAK, LEAVE = "Hand in the statement", "Sign up to speak", "Give my place up"
COSTS = 60


def url_of(hearing: Hearing, rest: str = "") -> str:
    return f"/en/hearings/{hearing.slug}{rest}"


def statements(session: Session) -> list[WrittenStatement]:
    session.close()
    return list(session.scalars(select(WrittenStatement).order_by(WrittenStatement.id)))


def speakers(session: Session) -> list[Speaker]:
    session.close()
    return list(session.scalars(select(Speaker).order_by(Speaker.id)))


def send_with(visit: Visit, files: dict[str, tuple[bytes, str]], *, status: int | None = None, **typed: str) -> Any:
    """Press the button with files, as a browser does."""
    form = visit.page.form_of(SEND)
    data: dict[str, Any] = dict(form.filled(SEND, SAID | typed))
    data |= {name: FileStorage(BytesIO(content), called) for name, (content, called) in files.items()}
    boundary, body = encode_multipart(data)
    content_type = f"multipart/form-data; boundary={boundary}"
    return visit.post(form.action, data=body, content_type=content_type, status=status, statements=COSTS)


# --- A statement ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [False, True])
def test_amina_hands_in_a_statement_and_anybody_with_the_code_follows_it(
    session: Session, new_visitor: Callable[[], Visit], *, htmx: bool
) -> None:
    hearing, amina, stranger = make_hearing(), new_visitor(), new_visitor()
    amina.sign_in(make_writer("Әмина"))
    amina.get(url_of(hearing, "/statement"))

    page = amina.press(SEND, htmx=htmx, statements=COSTS, **SAID)

    [statement] = statements(session)
    assert page.address == f"/en/hearings/receipts/{statement.code}"
    assert page.toasts.startswith("Thank you.")
    stranger.get("/en/hearings/receipts/")
    found = stranger.press("Show where it stands", code=show_receipt(statement.code).lower(), htmx=htmx)
    assert show_receipt(statement.code) in found.h1
    assert "an answer is owed" in found.text
    assert SAID["source"] not in found.text
    assert "Әмина" not in found.text
    assert stranger.send("GET", found.address).headers["X-Robots-Tag"] == "noindex"
    secretary = make_staff(hearing.council)
    by = {"by_id": secretary.id, "by": ActorRole.SECRETARY, "now": NOW}
    write(answer, hearing.id, "statement", statement.id, Slots(kk="Есеп осында.", ru="Расчёт здесь."), **by)
    assert "Расчёт здесь." in stranger.get(found.address).text
    assert SAID["source"] in stranger.follow("Read the statement where it stands").text


def test_pressed_twice_it_is_there_once(session: Session, visit: Visit) -> None:
    hearing = make_hearing()
    visit.sign_in(make_writer())
    visit.get(url_of(hearing, "/statement"))
    form = visit.page.form_of(SEND)
    data = dict(form.filled(SEND, SAID))

    places = {visit.post(form.action, data, statements=COSTS).address for _ in range(2)}

    assert len(places) == 1
    assert len(statements(session)) == 1


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"kind": "against", "source": ""}, "Write your statement."),
        ({"source": SAID["source"]}, "Say whether you are for, against, or ask."),
        ({"kind": "against", "source": "и" * 4001}, "4000"),
        ({"kind": "against", "source": " \u200b "}, "Write your statement."),
    ],
)
def test_what_was_typed_is_kept_when_something_is_missing(
    session: Session, visit: Visit, typed: dict[str, str], said: str, *, htmx: bool
) -> None:
    hearing = make_hearing()
    visit.sign_in(make_writer())
    visit.get(url_of(hearing, "/statement"))

    page = visit.press(SEND, htmx=htmx, status=422, **typed)

    assert said in page.summary.replace("\u00a0", "").replace(",", "") or said in page.summary
    assert text_of(page.by_id("source")).strip() == typed["source"].replace("\u200b", "").strip()
    chosen = [one.get("value") for one in page.find("input", name="kind") if "checked" in one.attrib]
    assert chosen == ([typed["kind"]] if "kind" in typed else [])
    assert statements(session) == []


def test_a_form_without_its_token_keeps_everything_and_the_next_press_hands_in(session: Session, visit: Visit) -> None:
    hearing = make_hearing()
    visit.sign_in(make_writer())
    visit.get(url_of(hearing, "/statement"))

    page = visit.press(SEND, status=422, fields={"csrf_token": "stale"}, **SAID)

    assert "Nothing is lost" in page.summary
    visit.press(SEND, statements=COSTS)
    assert len(statements(session)) == 1


def test_files_go_with_it_and_go_away_with_it(session: Session, visit: Visit, new_visitor: Callable[[], Visit]) -> None:
    hearing, amina = make_hearing(), make_writer("Әмина")
    visit.sign_in(amina)
    visit.get(url_of(hearing, "/statement"))

    broken = send_with(visit, {"file": (b"MZ\x90\x00 an executable", "есеп.pdf")}, status=422)
    assert "choose the files again" in broken.text
    assert text_of(broken.by_id("source")) == SAID["source"]
    page = send_with(
        visit, {"file": (picture("PNG", (20, 20)), "бір.png"), "file_3": (picture("JPEG", (20, 20)), "екі.jpg")}
    )

    assert page.address.startswith("/en/hearings/receipts/")
    stranger = new_visitor()
    shown = stranger.get(url_of(hearing, "/statements"))
    links = [one.get("href", "") for one in shown.find("a") if "/statements/files/" in one.get("href", "")]
    assert len(links) == 2
    assert all(stranger.send("GET", link).status_code == 200 for link in links)
    other = make_hearing()
    elsewhere = links[0].replace(hearing.slug, other.slug)
    assert stranger.send("GET", elsewhere).status_code == 404
    write(lambda session: session.execute(update(Comment).values(visibility=Visibility.HELD)))
    assert [stranger.send("GET", link).status_code for link in links] == [404, 404]
    assert visit.send("GET", links[0]).status_code == 200
    text = stranger.get(url_of(hearing, "/statements")).text
    assert SAID["source"] not in text
    assert "Held until a moderator has read it" in text


@pytest.mark.parametrize("state", [HearingState.CLOSED, HearingState.CANCELLED])
def test_nothing_is_taken_by_a_hearing_that_is_over(session: Session, visit: Visit, state: HearingState) -> None:
    hearing = make_hearing(state=state)
    visit.sign_in(make_writer())

    assert visit.send("GET", url_of(hearing, "/statement")).status_code == 409
    assert visit.send("GET", url_of(hearing, "/speak")).status_code == 409
    assert "Hand in a statement" not in visit.get(url_of(hearing), statements=25).text


def test_a_window_that_closes_while_she_types_takes_nothing_and_keeps_her_words(
    session: Session, visit: Visit, clock: time_machine.Traveller
) -> None:
    hearing = make_hearing()
    visit.sign_in(make_writer())
    visit.get(url_of(hearing, "/statement"))
    clock.move_to(hearing.statements_until + timedelta(seconds=1))

    page = visit.press(SEND, status=409, **SAID)

    assert "Written statements were taken until" in page.summary
    assert text_of(page.by_id("source")) == SAID["source"]
    assert statements(session) == []
    assert visit.send("GET", url_of(hearing, "/statement")).status_code == 409


def test_a_hearing_called_off_while_she_types_keeps_her_words(session: Session, visit: Visit) -> None:
    hearing = make_hearing()
    visit.sign_in(make_writer())
    visit.get(url_of(hearing, "/statement"))
    write(cancel, hearing.id, reason=REASON, by=ActorRole.SECRETARY, read_version=None, now=NOW)

    page = visit.press(SEND, status=409, **SAID)

    assert text_of(page.by_id("source")) == SAID["source"]
    assert statements(session) == []


def test_a_stranger_signs_in_first_and_a_draft_takes_nothing(session: Session, visit: Visit) -> None:
    hearing, draft = make_hearing(), make_hearing(state=HearingState.DRAFT)
    parts = ("/statement", "/speak", "/speak/return", "/speak/withdrawal")

    for part in parts:
        for method in ("GET", "POST"):
            assert "/sign-in" in visit.send(method, url_of(hearing, part)).headers["Location"]
    visit.sign_in(make_writer())
    for part in parts:
        for method in ("GET", "POST"):
            assert visit.send(method, url_of(draft, part)).status_code == 404
    assert statements(session) == speakers(session) == []


@pytest.mark.parametrize("code", ["7F3K92ABCDEF", "short", "x" * 300, "%00", "я", "../../me"])
def test_a_code_that_is_none_opens_nothing(session: Session, visit: Visit, code: str) -> None:
    assert visit.send("GET", f"/en/hearings/receipts/{code}").status_code in {400, 404}
    if "%" not in code:
        visit.get("/en/hearings/receipts/")
        page = visit.press("Show where it stands", code=code, status=422)
        assert page.summary


# --- Speaking -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [False, True])
def test_bekzat_signs_up_sees_his_place_and_gives_it_up(session: Session, visit: Visit, *, htmx: bool) -> None:
    hearing = make_hearing()
    write(sign_up, hearing.id, Wish(position=Position.AGAINST), person_id=make_writer("Сәуле").id, now=NOW)
    visit.sign_in(make_writer("Бекзат"))
    visit.get(url_of(hearing, "/speak"))

    page = visit.press(SPEAK, htmx=htmx, interpreter="sign", **WISH)

    assert "1 in the order of speakers" in page.text, "a first for comes before a first against"
    [_, mine] = speakers(session)
    assert (mine.topic, mine.minutes, mine.interpreter) == (WISH["topic"], 3, "sign")
    visit.get(url_of(hearing, "/speak/withdrawal"))
    page = visit.press(LEAVE, htmx=htmx)
    assert page.address == url_of(hearing, "/speakers")
    assert "Бекзат" not in text_of(page.by_id("waiting-list"))
    assert speakers(session)[-1].state == SpeakerState.WITHDRAWN
    assert visit.get(url_of(hearing, "/speak/withdrawal")).address == url_of(hearing, "/speak"), (
        "there is none any more"
    )


def test_signing_up_twice_keeps_the_first_place(session: Session, visit: Visit) -> None:
    hearing = make_hearing()
    visit.sign_in(make_writer())
    visit.get(url_of(hearing, "/speak"))
    form = visit.page.form_of(SPEAK)
    data = dict(form.filled(SPEAK, WISH))

    for _ in range(2):
        assert visit.post(form.action, data).address == url_of(hearing, "/speak")

    assert len(speakers(session)) == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (WISH | {"minutes": "6"}, "from 1 to 5"),
        (WISH | {"minutes": "0"}, "from 1 to 5"),
        (WISH | {"minutes": "½"}, "from 1 to 5"),
        (WISH | {"topic": " "}, "Say what you want to speak about."),
        ({"topic": "Тариф", "minutes": "3"}, "Say whether you are for, against, or ask."),
    ],
)
def test_a_wish_is_bounded_and_kept(session: Session, visit: Visit, typed: dict[str, str], said: str) -> None:
    hearing = make_hearing()
    visit.sign_in(make_writer())
    visit.get(url_of(hearing, "/speak"))

    page = visit.press(SPEAK, status=422, interpreter="ru", **typed)

    assert said in page.summary
    assert page.by_id("minutes").get("value") == typed["minutes"]
    assert [one.get("value") for one in page.find("input", name="interpreter") if "checked" in one.attrib] == ["ru"]
    assert speakers(session) == []


def test_whoever_was_called_and_not_there_says_when_she_is_back(session: Session, visit: Visit) -> None:
    council = make_council()
    secretary, amina = make_staff(council), make_writer("Әмина")
    hearing = make_hearing(council, state=HearingState.LIVE, secretary=secretary)
    write(sign_up, hearing.id, Wish(position=Position.FOR), person_id=amina.id, now=NOW)
    for rule in (call_next, absent):
        write(rule, hearing.id, by_id=secretary.id, now=NOW)
    visit.sign_in(amina)

    visit.get(url_of(hearing, "/speak"))
    page = visit.press("I am here")

    assert "1 in the order of speakers" in page.text
    assert speakers(session)[0].state == SpeakerState.WAITING


def test_somebody_without_a_name_is_told_where_to_say_it(session: Session, visit: Visit) -> None:
    hearing, nameless = make_hearing(), make_person()
    write(lambda session: session.execute(update(type(nameless)).values(name="")))
    visit.sign_in(nameless)

    visit.get(url_of(hearing, "/speak"))
    page = visit.press(SPEAK, status=422, **WISH)

    assert page.summary
    assert page.link("Say what to call you").startswith("/en/me/name")
    assert db.session().scalar(select(func.count(Speaker.id))) == 0
