"""Drafts: kept without an account, found again by their owner and by nobody else, gone after thirty days."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from karavan.core.tokens import new_public_id
from karavan.notifications.models import MailboxLetter
from karavan.notifications.tasks import deliver_letters
from karavan.proposals.models import Attachment, Draft, Proposal
from karavan.proposals.tasks import forget_old_drafts
from tests.proposals.test_writing import HER, NEW, WORDS, add_file, as_multipart, picture, token_of, write_text
from tests.support.civic import make_council
from tests.support.inert import as_sent
from tests.support.visit import Visit

if TYPE_CHECKING:
    from collections.abc import Callable

    import time_machine
    from flask import Flask
    from sqlalchemy.orm import Session

    from karavan.councils.models import Council
    from tests.support.cast import Cast

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def council(cast: Cast) -> Council:
    return make_council()


def drafts(session: Session) -> list[Draft]:
    session.close()
    return list(session.scalars(select(Draft).order_by(Draft.id)))


def kept(visit: Visit, **typed: str) -> str:
    """Keep something unfinished as a draft; return its token."""
    visit.get(f"{NEW}?anew=1")
    visit.press("Keep as a draft", status=200, **typed)
    return token_of(visit)


def pause(visit: Visit, url: str, data: dict[str, Any], *, status: int = 200) -> str:
    """Do what htmx does while somebody stops typing for two seconds."""
    answer = visit.send("POST", url, data=data, headers=HTMX)
    assert answer.status_code == status
    return answer.get_data(as_text=True)


def form_and_url(visit: Visit) -> tuple[dict[str, str], str]:
    """Open a new form; return what it would send, and where pauses are sent to."""
    page = visit.get(f"{NEW}?anew=1")
    (listener,) = [one for one in page.find("span") if one.get("hx-post", "").endswith("/keeping")]
    return dict(page.form_of("Continue").filled("Continue", {})), listener.attrib["hx-post"]


# --- Keeping ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [False, True])
def test_amina_keeps_a_draft_and_goes_on_later(
    session: Session, visit: Visit, clock: time_machine.Traveller, *, htmx: bool
) -> None:
    visit.get(NEW)
    page = visit.press("Keep as a draft", htmx=htmx, status=200, title="Таңғы автобус", problem="Кешігемін")
    assert "kept for 30 days" in page.toasts
    assert "Draft kept: 10:00" in page.text

    clock.shift(timedelta(days=2))
    page = visit.get(NEW)

    assert page.h1 == "You have begun a proposal"
    assert "Таңғы автобус" in page.text
    page = visit.follow("Go on with this draft")
    assert page.by_id("title").get("value") == "Таңғы автобус"
    assert "Кешігемін" in page.text


def test_what_is_typed_is_kept_at_each_pause(session: Session, visit: Visit) -> None:
    data, url = form_and_url(visit)

    first = pause(visit, url, data | {"title": "Таң"})
    second = pause(visit, url, data | {"title": "Таңғы авто", "place": "aktau"})

    assert first.lstrip().startswith('<p id="kept-line"')
    assert "Draft kept: 10:00" in second
    (draft,) = drafts(session)
    assert (draft.fields["title"], draft.fields["place"]) == ("Таңғы авто", "aktau")
    cookie = visit.client.get_cookie("draft", domain="karavan.test")
    assert cookie is not None
    assert (cookie.http_only, cookie.same_site, cookie.max_age) == (True, "Lax", 30 * 86400)


def test_a_pause_costs_little(visit: Visit) -> None:
    data, url = form_and_url(visit)

    pause(visit, url, data | WORDS)

    assert len(visit.statements) <= 7, visit.statements


def test_a_lost_session_heals_at_the_next_pause(session: Session, visit: Visit) -> None:
    data, url = form_and_url(visit)
    visit.client.delete_cookie("karavan", domain="karavan.test")

    body = pause(visit, url, data | {"title": "Таңғы автобус"}, status=422)
    assert "tried again as you type" in body
    assert drafts(session) == []

    fresh = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', body)
    assert fresh
    pause(visit, url, data | {"title": "Таңғы автобус", "csrf_token": fresh[1]})
    assert drafts(session)[0].fields["title"] == "Таңғы автобус"


def test_a_stale_page_loses_nothing(session: Session, council: Council, visit: Visit) -> None:
    visit.get(NEW)
    form = visit.page.form_of("Continue")
    typed = dict(form.filled("Continue", WORDS))
    visit.client.delete_cookie("karavan", domain="karavan.test")

    page = visit.post(form.action, typed, status=422)

    assert "Nothing is lost" in page.summary
    assert page.by_id("title").get("value") == WORDS["title"]
    assert drafts(session) == []
    visit.press("Continue", status=200)
    assert visit.address.endswith("/check")


def test_going_back_and_on_again_keeps_one_draft(session: Session, council: Council, visit: Visit) -> None:
    token = write_text(visit)

    visit.follow("Change the text")
    visit.press("Continue", status=200, title="Кешкі автобус")

    assert token_of(visit) == token
    assert [one.fields["title"] for one in drafts(session)] == ["Кешкі автобус"]


def test_the_step_she_was_at_is_where_she_goes_on(council: Council, visit: Visit) -> None:
    token = write_text(visit)

    visit.get(f"{NEW}/{token}")

    assert visit.address == f"{NEW}/{token}/check"
    visit.get(NEW)
    visit.follow("Go on with this draft")
    assert visit.address == f"{NEW}/{token}/check"


def test_an_unfinished_draft_cannot_be_looked_at_or_sent(cast: Cast, council: Council, visit: Visit) -> None:
    visit.sign_in(cast.amina)
    token = kept(visit, title="Таңғы автобус")

    for step in ("check", "sending", "eotinish.txt"):
        page = visit.get(f"{NEW}/{token}/{step}")
        assert visit.address == f"{NEW}/{token}/text"
        assert "still missing" in page.toasts


def test_halves_of_letters_and_endless_texts_do_not_break_keeping(session: Session, visit: Visit) -> None:
    data, url = form_and_url(visit)

    answer = visit.send("POST", url, headers=HTMX, **as_sent(data | {"title": "a\ud800b", "problem": "ұ" * 60_000}))

    assert answer.status_code == 200
    assert len(drafts(session)[0].fields["problem"]) == 20_000
    assert visit.get(NEW).status == 200


# --- Whose it is -----------------------------------------------------------------------------------------------


def test_the_link_works_on_another_device(council: Council, visit: Visit, new_visitor: Callable[[], Visit]) -> None:
    token = kept(visit, title="Таңғы автобус")
    link = visit.page.by_id("link-to-copy").attrib["value"]
    other = new_visitor()

    page = other.get(link.removeprefix("http://karavan.test"))

    assert link.endswith(f"/proposals/new/{token}")
    assert page.by_id("title").get("value") == "Таңғы автобус"
    assert other.get(NEW).h1 == "What do you propose?", "looking made no draft of hers"


@pytest.mark.parametrize("wrong", ["nonsense", "a.b", "other purpose", "changed", "Ұзын.токен"])
@pytest.mark.parametrize("step", ["", "/text", "/check", "/sending", "/keeping", "/files", "/eotinish.txt", "/files/a"])
def test_a_wrong_link_is_no_link(app: Flask, council: Council, visit: Visit, wrong: str, step: str) -> None:
    keys = app.extensions["karavan.keys"]
    token = {
        "other purpose": keys.seal(new_public_id(), purpose="ticket"),
        "changed": "A" + keys.seal(new_public_id(), purpose="draft"),
    }.get(wrong, wrong)

    assert visit.send("GET", f"{NEW}/{token}{step}").status_code == 404
    if step not in {"", "/check", "/eotinish.txt", "/files/a"}:
        assert visit.send("POST", f"{NEW}/{token}{step}", data={"title": "a"}).status_code == 404


def test_drafts_are_kept_by_no_cache(council: Council, visit: Visit) -> None:
    token = write_text(visit)

    for step in ("", "/text", "/check", "/sending", "/eotinish.txt"):
        assert visit.send("GET", f"{NEW}/{token}{step}").headers["Cache-Control"] == "private, no-store", step
    assert visit.send("GET", NEW).headers["Cache-Control"] == "private, no-store"


def test_the_file_of_another_draft_is_out_of_reach(
    session: Session, council: Council, visit: Visit, new_visitor: Callable[[], Visit]
) -> None:
    write_text(visit)
    add_file(visit, picture())
    (attachment,) = session.scalars(select(Attachment)).all()
    ermek = new_visitor()
    token = write_text(ermek)

    assert ermek.send("GET", f"{NEW}/{token}/files/{attachment.public_id}").status_code == 404
    form = dict(ermek.page.form_of("Add the file").filled("Add the file", {}))
    ermek.post(f"{NEW}/{token}/files/{attachment.public_id}/removal", form, status=200)
    assert session.scalars(select(func.count()).select_from(Attachment)).one() == 1
    assert ermek.send("GET", f"/en/proposals/files/{attachment.public_id}").status_code == 404


def test_a_strangers_page_adds_and_takes_away_nothing(session: Session, council: Council, visit: Visit) -> None:
    token = write_text(visit)
    add_file(visit, picture())
    (attachment,) = session.scalars(select(Attachment)).all()

    files = {"file": (BytesIO(picture()), "b.jpg")}
    assert visit.send("POST", f"{NEW}/{token}/files", **as_multipart(files)).status_code == 422
    removal = f"{NEW}/{token}/files/{attachment.public_id}/removal"
    assert visit.send("POST", removal).status_code == 422
    assert session.scalars(select(func.count()).select_from(Attachment)).one() == 1


# --- Its end ---------------------------------------------------------------------------------------------------


def test_after_thirty_days_it_is_gone(
    session: Session, council: Council, visit: Visit, clock: time_machine.Traveller
) -> None:
    token = write_text(visit)
    add_file(visit, picture())
    clock.shift(timedelta(days=30, minutes=1))

    assert visit.get(NEW).h1 == "What do you propose?", "gone for her, even before it is cleared up"
    assert visit.get(f"{NEW}/{token}").by_id("title").get("value") == ""
    assert forget_old_drafts() == 1
    assert drafts(session) == []
    assert session.scalars(select(func.count()).select_from(Attachment)).one() == 0


def test_each_time_it_is_kept_the_thirty_days_begin_anew(
    session: Session, council: Council, visit: Visit, clock: time_machine.Traveller
) -> None:
    token = kept(visit, title="Таңғы автобус")
    clock.shift(timedelta(days=29))
    visit.get(f"{NEW}/{token}/text")
    visit.press("Keep as a draft", title="Таңғы автобус керек")
    clock.shift(timedelta(days=29))

    assert forget_old_drafts() == 0
    assert visit.get(f"{NEW}/{token}/text").by_id("title").get("value") == "Таңғы автобус керек"


def test_to_begin_anew_leaves_the_old_draft_to_its_link(session: Session, visit: Visit) -> None:
    first = kept(visit, title="Бірінші")
    visit.get(NEW)
    visit.follow("Begin anew")
    visit.press("Keep as a draft", title="Екінші")

    assert [one.fields["title"] for one in drafts(session)] == ["Бірінші", "Екінші"]
    assert "Екінші" in visit.get(NEW).text
    assert visit.get(f"{NEW}/{first}/text").by_id("title").get("value") == "Бірінші"


# --- Signing in on the way -------------------------------------------------------------------------------------


def code_of_last_letter(session: Session) -> str:
    while deliver_letters():
        pass
    session.close()
    body = session.scalars(select(MailboxLetter.body).order_by(MailboxLetter.id.desc())).first()
    found = re.search(r"\b\d{6}\b", body or "")
    assert found
    return found[0]


def test_whoever_is_not_signed_in_signs_in_and_finds_it_as_she_left_it(
    session: Session, cast: Cast, council: Council, visit: Visit
) -> None:
    token = write_text(visit)

    visit.follow("Continue")
    assert visit.address.startswith("/en/sign-in?next=")
    visit.press("Get a code", contact=cast.amina.email)
    page = _enter_code(visit, session)

    assert visit.address == f"{NEW}/{token}/sending"
    assert WORDS["title"] in page.text
    visit.press("Hand in the proposal", status=200, **HER)
    assert session.scalars(select(Proposal.author_id)).one() == cast.amina.id


def _enter_code(visit: Visit, session: Session) -> Any:
    (form,) = [one for one in visit.page.forms if "code" in one.names]
    data = dict(form.filled(_words(form), {"code": code_of_last_letter(session)}))
    return visit.post(form.action, data, status=200)


def _words(form: Any) -> str:
    return " ".join("".join(form.submitters[0].itertext()).split())


def test_a_session_that_ran_out_at_the_last_step_loses_nothing(
    session: Session, cast: Cast, council: Council, visit: Visit
) -> None:
    visit.sign_in(cast.amina)
    token = write_text(visit)
    visit.follow("Continue")
    form = visit.page.form_of("Hand in the proposal")
    typed = dict(form.filled("Hand in the proposal", HER))
    visit.client.delete_cookie("karavan", domain="karavan.test")

    page = visit.post(form.action, typed, status=422)
    assert "Nothing is lost" in page.summary
    assert page.by_id("author_name").get("value") == "Айгүл Сәрсенова"

    visit.press("Hand in the proposal", status=200, **HER)
    assert visit.address.startswith("/en/sign-in?next="), "her names are kept, she signs in"
    visit.press("Get a code", contact=cast.amina.email)
    page = _enter_code(visit, session)

    assert visit.address == f"{NEW}/{token}/sending"
    assert page.by_id("author_name").get("value") == "Айгүл Сәрсенова"
    assert page.by_id("public_name").get("value") == "Айгүл С."
    assert "checked" not in page.by_id("publication").attrib, "consent is given at the moment of sending"
    visit.press("Hand in the proposal", status=200, **HER)
    assert session.scalars(select(func.count()).select_from(Proposal)).one() == 1


# --- Limits ----------------------------------------------------------------------------------------------------


def test_keeping_and_attaching_have_a_rate(other_app: Callable[..., Flask], council: Council) -> None:
    with Visit(other_app(rate_limits=True)) as visit:
        data, url = form_and_url(visit)
        for number in range(60):
            pause(visit, url, data | {"title": f"Тақырып {number}"})

        body = pause(visit, url, data | {"title": "Тағы"}, status=422)
        assert "Too many tries" in body
        form = visit.page.form_of("Continue")
        page = visit.post(form.action, data | WORDS, status=422)
        assert "Too many tries" in page.summary
        assert page.by_id("title").get("value") == WORDS["title"]
