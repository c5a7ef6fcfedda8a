"""The public record as everyone reads it: newest first, page by page, with roles and counts and no names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from karavan.core.clock import now
from karavan.core.database import db, transact, transaction
from karavan.core.languages import Slots
from karavan.events.rules.change_seats import give_back
from karavan.events.rules.plan import cancel_event
from karavan.hearings.models import HearingState
from karavan.proposals.models import State
from karavan.protocols.rules.write import write as write_protocol
from karavan.record.models import ActorRole, RecordEntry, Verb
from karavan.record.queries import PAGE
from karavan.record.rules import correct, note
from tests.support.assembly import make_hearing, make_sitting
from tests.support.civic import make_proposal, make_recommendation
from tests.support.makers import make_event, make_registration, write

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.orm import Session

    from tests.support.visit import Visit


def write_many(session: Session, event_id: int, many: int) -> None:
    for number in range(many):
        note(session, Verb.SEATS_OFFERED, of=event_id, by=ActorRole.CLOCK, now=now(), seats=1000 + number)


def test_an_empty_record_says_so(app: Flask, visit: Visit) -> None:
    assert "Nothing has happened yet" in visit.get("/en/record/").text


def test_acts_are_told_in_words_with_counts_and_without_names(session: Session, visit: Visit) -> None:
    event = make_event(seats=2, title=Slots(kk="Оқу сапары", en="Study tour"))
    party = make_registration(event, names=("Әмина Жолдасова", "Нұрлан"), email="amina@example.kz")
    make_registration(event, phone="+77011234501")
    write(give_back, event.id, party.public_id, now=now())

    page = visit.get("/en/record/")

    for words in (
        "An event was published",
        "Seats were taken · Seats: 2",
        "Somebody joined the queue · In the queue: 1",
        "Seats were given back · Seats: 2",
        "Seats were offered to the next in the queue · Seats: 1",
        "Resident",
        "Organiser",
        "By itself, when the time came",
    ):
        assert words in page.text
    for secret in ("Әмина", "Нұрлан", "example.kz", "7701", "701 123"):
        assert secret not in page.text
    assert page.text.index("Seats were offered") < page.text.index("Seats were given back")


def test_every_verb_and_role_has_its_words(session: Session, visit: Visit) -> None:
    event, proposal = make_event(published=False), make_proposal(state=State.AT_COUNCIL)
    recommendation = make_recommendation(proposal)
    of = {
        "event": event.id,
        "proposal": recommendation.proposals[0].id,
        "recommendation": recommendation.id,
        "council": recommendation.council_id,
        "calendar": 1,
        "hearing": (hearing := make_hearing(state=HearingState.HELD)).id,
        "sitting": make_sitting().id,
        "protocol": transact(write_protocol, "hearing", hearing.id, by=ActorRole.SECRETARY, now=now()).id,
    }

    def all_of_them(session: Session) -> None:
        for verb in Verb:
            if verb != Verb.RECORD_CORRECTED:
                note(session, verb, of=of[verb.subject], by=ActorRole.ORGANISER, now=now(), seats=1, version=7)
        for role in ActorRole:
            note(session, Verb.EVENT_CHANGED, of=event.id, by=role, now=now())

    transact(all_of_them)

    assert "Seats: 7" not in visit.get("/en/record/").text
    assert "Calendar, version 1" in visit.follow("Earlier entries").text


def test_an_event_is_named_by_its_title_and_leads_to_its_page(session: Session, visit: Visit) -> None:
    make_event(title=Slots(kk="Оқу сапары"), published=True)
    page = visit.get("/en/record/")
    titles = {one.get("lang") for one in page.find("a") if one.text == "Оқу сапары"}

    assert titles == {"kk"}
    assert visit.follow("Оқу сапары").h1 == "Оқу сапары"


def test_a_draft_keeps_its_title_to_itself(session: Session, visit: Visit) -> None:
    draft = make_event(title=Slots(kk="A secret plan", en="A secret plan"), published=False)
    text = visit.get("/en/record/").text

    assert "A secret plan" not in text
    assert f"Event No. {draft.id}" in text
    assert "A secret plan" not in visit.get(f"/en/record/?event={draft.id}").text


def test_the_record_of_one_event(session: Session, visit: Visit) -> None:
    one, other = make_event(title=Slots(kk="One", en="One")), make_event(title=Slots(kk="Other", en="Other"))
    write(cancel_event, other.id, reason=Slots(kk="Боран"), now=now())
    page = visit.get(f"/en/record/?event={one.id}")

    assert page.h1 == "Public record of this event"
    assert "One" in page.text
    assert "Other" not in page.text
    assert "Боран" not in page.text
    assert visit.follow("Show the whole record").h1 == "Public record"
    assert "Reason: Боран" in visit.page.text  # type: ignore[union-attr]


def test_what_people_write_stays_text(session: Session, visit: Visit) -> None:
    event = make_event(title=Slots(kk="<script>alert(1)</script>", en="<script>alert(1)</script>"))
    write(cancel_event, event.id, reason=Slots(kk="<img src=x onerror=alert(1)>"), now=now())

    assert "<img src=x onerror=alert(1)>" in visit.get("/en/record/").text


def test_a_correction_points_to_what_it_corrects(session: Session, visit: Visit) -> None:
    make_event()
    first = session.scalars(sa.select(RecordEntry.id).order_by(RecordEntry.id)).first()
    assert first is not None
    session.close()
    transact(correct, first, by=ActorRole.ADMINISTRATOR, now=now(), reason="It was another hall")
    page = visit.get("/en/record/")

    assert "An earlier entry was corrected" in page.text
    assert "It was another hall" in page.text
    visit.follow(f"Entry No. {first}").by_id(f"entry-{first}")


@pytest.mark.parametrize("narrowed", ["", "event={id}"])
def test_it_goes_on_page_by_page_without_gaps(session: Session, visit: Visit, narrowed: str) -> None:
    event = make_event()
    transact(write_many, event.id, 2 * PAGE + 5 - 2)
    narrowed = narrowed.format(id=event.id)
    seen: list[str] = []
    visit.get(f"/en/record/?{narrowed}", statements=2)
    for _ in range(3):
        assert visit.page is not None
        seen += [one.attrib["id"] for one in visit.page.find("tr") if "id" in one.attrib]
        assert narrowed in visit.page.address
        transact(write_many, event.id, 1)
        if len(seen) < 2 * PAGE + 5:
            visit.follow("Earlier entries", statements=2)

    assert len(seen) == len(set(seen)) == 2 * PAGE + 5
    assert seen == sorted(seen, key=lambda one: -int(one.removeprefix("entry-")))
    assert "Earlier entries" not in visit.page.text


@pytest.mark.parametrize(
    "value",
    ["", "0", "-1", "x", "1e9", "9" * 30, "٣", "1;drop table record_entries", "(CASE WHEN 1=1 THEN id ELSE title END)"],
)
@pytest.mark.parametrize("name", ["before", "event"])
def test_a_strange_address_is_no_reason_to_break(session: Session, visit: Visit, name: str, value: str) -> None:
    make_event()
    visit.get("/en/record/", query_string={name: value})


@pytest.mark.parametrize(
    "deed", ["UPDATE record_entries SET reason = 'nothing happened'", "DELETE FROM record_entries"]
)
def test_the_database_refuses_to_change_the_record(session: Session, deed: str) -> None:
    make_event()
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), transaction() as writing:
        writing.execute(sa.text(deed))
    db.session.close()

    assert session.scalars(sa.select(sa.func.count()).select_from(RecordEntry)).one() == 2
    assert not any(session.scalars(sa.select(RecordEntry.reason)))


def test_a_row_has_exactly_one_subject(session: Session) -> None:
    event = make_event()

    def both(session: Session) -> None:
        session.add(
            RecordEntry(
                happened_at=now(),
                verb=Verb.RECORD_CORRECTED,
                actor_role=ActorRole.CLOCK,
                event_id=event.id,
                corrects_id=1,
            )
        )

    with pytest.raises(sa.exc.IntegrityError):
        transact(both)
