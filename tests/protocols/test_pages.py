"""The pages: what everybody reads, what those who took part ask for, what secretaries and chairs do at their desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from karavan.accounts.models import Role
from karavan.core.languages import Slots
from karavan.hearings.models import HearingState
from karavan.proposals.models import State
from karavan.protocols.models import Part, Protocol, ProtocolState
from karavan.protocols.rules.edit import edit_part
from karavan.protocols.wording import HEADINGS
from tests.protocols.reading_pdfs import squeezed, words_of
from tests.protocols.stages import OVER, make_stage, published, reload, version_of
from tests.support.assembly import make_hearing
from tests.support.civic import make_body, make_council, make_person, make_proposal, make_staff
from tests.support.makers import write

if TYPE_CHECKING:
    from collections.abc import Callable

    import time_machine
    from sqlalchemy.orm import Session

    from tests.protocols.stages import Stage
    from tests.support.visit import Visit

HOSTILE = "<script>alert(1)</script> *#panic()* {{ 7 * 7 }}"


def desk(stage: Stage, path: str = "") -> str:
    return f"/en/desk/protocols/{stage.protocol_id}{path}"


def page(stage: Stage, lang: str = "en", path: str = "") -> str:
    return f"/{lang}/protocols/{reload(stage).number}{path}"


# --- For everybody ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["kk", "ru"])
def test_page_and_paper_say_the_same_in_each_language(session: Session, visit: Visit, lang: str) -> None:
    stage = make_stage(both=True, recommended=True)
    protocol = published(stage)
    shown = visit.get(page(stage, lang))
    paper = visit.send("GET", page(stage, lang, f"/{lang}.pdf"))

    assert paper.mimetype == "application/pdf"
    stored = protocol.pdf_kk if lang == "kk" else protocol.pdf_ru
    assert stored is not None
    assert stored.sha256 in shown.text
    on_page, in_paper = squeezed(shown.text), words_of(paper.get_data())
    for part in protocol.parts:
        words = squeezed(getattr(part.text, lang))
        assert words in on_page, part.part
        assert words in in_paper, part.part
        assert getattr(HEADINGS[part.part], lang) in shown.text
    for name in (protocol.chair_name, protocol.secretary_name):
        assert name in shown.text
        assert squeezed(name) in in_paper


def test_a_draft_is_nobodys_business_yet(session: Session, visit: Visit) -> None:
    stage = make_stage()

    visit.get(page(stage), status=404)
    visit.get(page(stage, path="/corrections"), status=200)  # asked to sign in first
    visit.sign_in(stage.speaker)
    visit.get(page(stage, path="/corrections"), status=404)
    visit.get("/en/protocols/MGS-P-2026-9999", status=404)


def test_papers_are_there_once_it_is_published(session: Session, visit: Visit) -> None:
    stage = make_stage(both=True)

    visit.get(page(stage))
    assert visit.send("GET", page(stage, path="/kk.pdf")).status_code == 404
    assert visit.send("GET", page(stage, path="/en.pdf")).status_code == 404


# --- For those who took part ------------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [False, True])
def test_somebody_who_took_part_asks_and_reads_the_answer(session: Session, visit: Visit, htmx: bool) -> None:
    stage = make_stage(laid_open=True)
    visit.sign_in(stage.speaker)
    visit.get(page(stage, path="/corrections"))
    refused = visit.press("Send the request", htmx=htmx, part="course", words="", status=422)
    assert "Write what was not so." in refused.text
    visit.press("Send the request", htmx=htmx, part="course", words=HOSTILE)
    assert HOSTILE in visit.get(page(stage)).text

    visit.sign_in(stage.secretary)
    visit.get(desk(stage))
    visit.follow("Decide: 1")
    assert HOSTILE in visit.page.text if visit.page else False
    visit.press("Save the decision", htmx=htmx, accepted="no", answer="Жазба бойынша солай.")
    assert "Жазба бойынша солай." in visit.get(page(stage)).text


def test_somebody_who_took_no_part_reads_why_she_cannot_ask(session: Session, visit: Visit) -> None:
    stage = make_stage(laid_open=True)
    visit.sign_in(make_person())
    shown = visit.get(page(stage, path="/corrections"))

    assert "Corrections can be asked for by those who took part." in shown.text
    assert "Send the request" not in shown.text


# --- At the desk ------------------------------------------------------------------------------------------


def test_a_secretary_takes_a_hearing_from_its_end_to_its_published_minutes(
    session: Session, visit: Visit, new_visitor: Callable[[], Visit], clock: time_machine.Traveller
) -> None:
    stage = make_stage()
    proposal = make_proposal(stage.council, state=State.AT_COUNCIL)
    body = make_body()
    hearing = make_hearing(stage.council, state=HearingState.HELD)
    visit.sign_in(stage.secretary)
    visit.get("/en/desk/protocols/")
    visit.get(f"/en/desk/protocols/new/hearing/{hearing.id}")
    visit.press("Write the minutes")
    made = session.scalars(select(Protocol).where(Protocol.host_id == hearing.id)).one()
    at, number = f"/en/desk/protocols/{made.id}", made.number
    assert visit.address == at

    visit.get(f"{at}/parts/facts")
    visit.press("Save", htmx=True, fields={"text-kk": "Факт 1", "text-ru": ""}, status=422)
    visit.press("Save", htmx=True, fields={"text-kk": "Факт 1", "text-ru": "Факт первый"})
    visit.get(f"{at}/recommendations/new")
    visit.press(
        "Put it into the minutes",
        fields={
            "proposals": [str(proposal.id)],
            "addressee": str(body.id),
            "title-kk": "Есепті жариялау",
            "title-ru": "Опубликовать расчёт",
            "text-kk": "Сайтқа салу",
            "text-ru": "Разместить",
        },
    )
    visit.get(f"{at}/opening")
    visit.press("Lay open")
    assert "Corrections may be asked for until" in visit.get(at).text

    clock.shift(OVER)
    chair = new_visitor()
    chair.sign_in(stage.chair)
    chair.get("/en/desk/protocols/")
    chair.get(f"{at}/parts/facts", status=404)
    assert "Факт 1" in chair.get(f"{at}/agreement").text or "Факт первый" in (chair.page.text if chair.page else "")
    chair.press("I have read it and agree")
    visit.get(f"{at}/agreement")
    visit.press("I have read it and agree")
    visit.get(f"{at}/publication")
    visit.press("Publish", htmx=True, statements=90)  # each recommendation is sent, and its clock begins
    shown = visit.get(f"/ru/protocols/{number}")
    assert "Факт первый" in shown.text
    assert "MGS-R-" in shown.text
    visit.get(f"{at}/parts/facts")  # there is nothing to edit any more
    assert visit.address == at


@pytest.mark.parametrize("htmx", [False, True])
def test_an_edit_of_an_older_version_keeps_what_was_typed(session: Session, visit: Visit, htmx: bool) -> None:
    stage = make_stage()
    visit.sign_in(stage.secretary)
    visit.get(desk(stage, "/parts/facts"))
    theirs = Slots("Басқаның сөзі", "Слова другой")
    write(edit_part, stage.protocol_id, Part.FACTS, theirs, read_version=version_of(stage))
    mine = {"text-kk": "Менің сөзім", "text-ru": "Мои слова"}
    shown = visit.press("Save", htmx=htmx, fields=mine, status=422 if htmx else 409)

    assert "Менің сөзім" in str(shown.text)
    assert "Басқаның сөзі" in shown.text
    visit.press("Save", htmx=htmx)
    assert next(one.text for one in reload(stage).parts if one.part == Part.FACTS) == Slots(*mine.values())


def test_other_councils_secretaries_find_nothing(session: Session, visit: Visit) -> None:
    stage = make_stage(laid_open=True)
    foreign = make_council(slug="council-zhanaozen", place="zhanaozen")
    visit.sign_in(make_staff(foreign, Role.SECRETARY))

    for path in ("", "/parts/facts", "/anew", "/recommendations/new", "/opening", "/agreement", "/publication"):
        visit.get(desk(stage, path), status=404)
    visit.get(desk(stage, "/corrections/1"), status=404)
    visit.get(f"/en/desk/protocols/new/hearing/{stage.hearing_id}", status=404)
    visit.get("/en/desk/protocols/new/feast/1", status=404)
    visit.get("/en/desk/protocols/99999999999", status=404)
    visit.sign_in(make_person())
    visit.get("/en/desk/protocols/", status=403)


def test_minutes_that_changed_are_not_agreed_to_unread(
    session: Session, visit: Visit, clock: time_machine.Traveller
) -> None:
    stage = make_stage(laid_open=True)
    clock.shift(OVER)
    visit.sign_in(stage.chair)
    visit.get(desk(stage, "/agreement"))
    changed = Slots("Өзгерді", "Изменилось")
    write(edit_part, stage.protocol_id, Part.FACTS, changed, read_version=version_of(stage))
    shown = visit.press("I have read it and agree", status=409)

    assert "Өзгерді" in shown.text or "Изменилось" in shown.text
    assert reload(stage).chair_agreed_at is None
    visit.press("I have read it and agree")
    assert reload(stage).chair_agreed_at is not None
    assert reload(stage).state == ProtocolState.OPEN
