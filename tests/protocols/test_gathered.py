"""What a sitting's protocol is written from: who was there and when, how everybody voted, what was said against it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from karavan.core.languages import Slots
from karavan.core.problems import NotFound
from karavan.protocols.hosts import as_json, host_named
from karavan.protocols.models import Part, ProtocolState
from karavan.protocols.problems import MoreHasHappened, NotOverYet
from karavan.protocols.queries import protocol_for_desk
from karavan.protocols.rules.agree import Signer, agree
from karavan.protocols.rules.edit import write_anew
from karavan.protocols.rules.write import lay_open, write as write_protocol
from karavan.sittings.gathered import gather, took_part
from karavan.sittings.models import Choice
from karavan.sittings.rules.attend import left
from karavan.sittings.rules.close import close_sitting
from karavan.sittings.rules.opinion import give_opinion
from karavan.sittings.rules.vote import declare_conflict
from tests.protocols.stages import BY, OVER
from tests.support.chamber import MINUTE, made, make_chamber, put_to_vote
from tests.support.civic import make_person
from tests.support.makers import write

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def test_a_sitting_is_told_by_its_rows(session: Session) -> None:
    room = make_chamber(6, there=5, items=2)
    with pytest.raises(NotOverYet):
        gather(session, room.sitting_id)
    write(declare_conflict, room.item, room.members[4], Slots(kk="Ағам жұмыс істейді"), now=room.now)
    decision = made(room, {0: Choice.FOR, 1: Choice.FOR, 2: Choice.FOR, 3: Choice.AGAINST})
    write(give_opinion, decision.id, "Қосымша рейс керек", lang="kk", person_id=room.people[3], now=room.now)
    write(left, room.sitting_id, room.members[0], now=room.now + MINUTE)
    write(close_sitting, room.sitting_id, now=room.now + 2 * MINUTE)
    facts = gather(session, room.sitting_id)

    assert (facts.members, len(facts.present), len(facts.absent)) == (6, 5, 1)
    assert facts.present[0].office == "chair"
    assert facts.present[0].left_at == room.now + MINUTE
    first, second = facts.items
    assert (first.state, second.state) == ("decided", "postponed")
    assert len(first.conflicts) == 1
    assert first.decision is not None
    assert [vote.choice for vote in first.decision.votes] == ["for", "for", "for", "against"]
    assert (first.decision.adopted, first.decision.votes_for, first.decision.present) == (True, 3, 5)
    assert first.decision.opinions[0][1] == Slots(kk="Қосымша рейс керек")
    assert took_part(session, room.sitting_id, room.people[1])
    assert not took_part(session, room.sitting_id, room.people[5])
    assert not took_part(session, room.sitting_id, make_person().id)


def test_a_special_opinion_that_came_later_is_in_what_they_agree_to(session: Session) -> None:
    room = make_chamber(3)
    decision = made(room, {0: Choice.FOR, 1: Choice.FOR})
    write(close_sitting, room.sitting_id, now=room.now)
    protocol = write(write_protocol, "sitting", room.sitting_id, now=room.now, **BY)
    write(lay_open, protocol.id, read_version=1, now=room.now, **BY)
    write(give_opinion, decision.id, "Мен қарсымын", lang="kk", person_id=room.people[2], now=room.now)
    hand = {"person_id": room.people[0], "name": "Төраға", "now": room.now + OVER}
    with pytest.raises(MoreHasHappened):
        write(agree, protocol.id, Signer.CHAIR, read_version=2, **hand)
    write(write_anew, protocol.id, read_version=2)
    write(write_anew, protocol.id, read_version=2)  # a second press
    write(agree, protocol.id, Signer.CHAIR, read_version=3, **hand)
    stored = protocol_for_desk(session, protocol.id)

    assert stored is not None
    assert stored.state == ProtocolState.OPEN
    assert stored.number.endswith("-0001")
    votes = next(part.text for part in stored.parts if part.part == Part.VOTES)
    assert "Мен қарсымын" in votes.kk
    assert "Мен қарсымын (на казахском языке)" in votes.ru


def test_facts_are_kept_as_plain_data(session: Session) -> None:
    room = make_chamber(3)
    put_to_vote(room, {0: Choice.FOR})
    host = host_named("sitting")
    assert host is not None
    with pytest.raises(NotFound):
        host.gather(session, 999_999)
    with pytest.raises(NotOverYet):
        as_json(host.gather(session, room.sitting_id))
