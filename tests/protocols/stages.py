"""Protocols of real hearings, brought to where a test wants them by the real rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from karavan.accounts.models import Person, Role
from karavan.core.clock import now as present
from karavan.core.database import db
from karavan.core.languages import Slots
from karavan.hearings.models import HearingState, Position, Speaker, SpeakerState
from karavan.proposals.models import State
from karavan.proposals.rules.recommend import Advice
from karavan.protocols.paper import papers_of
from karavan.protocols.queries import protocol_for_desk
from karavan.protocols.rules.agree import Signer, agree
from karavan.protocols.rules.edit import add_recommendation
from karavan.protocols.rules.publish import publish
from karavan.protocols.rules.write import lay_open, write as write_protocol
from karavan.record.models import ActorRole
from tests.support.assembly import make_hearing, make_members
from tests.support.civic import make_body, make_council, make_person, make_proposal, make_staff
from tests.support.makers import write

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.councils.models import Council
    from karavan.protocols.models import Protocol

BY: dict[str, Any] = {"by": ActorRole.SECRETARY}
OVER = timedelta(days=14)
"""After so long the days for corrections have passed."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A protocol, and the people around it."""

    protocol_id: int
    hearing_id: int
    council: Council
    secretary: Person
    chair: Person
    speaker: Person
    """She took part."""
    now: datetime

    @property
    def later(self) -> datetime:
        """A moment after the days for corrections."""
        return self.now + OVER


def make_stage(
    *, laid_open: bool = False, recommended: bool = False, both: bool = False, slug: str = "council-aktau"
) -> Stage:
    """Return the protocol of a hearing that is over; laid open, with a recommendation, agreed to by both, as asked."""
    moment = present()
    council = make_council(slug=slug, now=moment)
    secretary = make_staff(council, Role.SECRETARY, name="Сәуле")
    chair_id = make_members(council, 1, now=moment)[0].person_id or 0
    hearing = make_hearing(council, state=HearingState.HELD, documents=1, secretary=secretary, now=moment)
    speaker = make_person("Әмина Жолдасова")
    write(_spoke, hearing.id, speaker.id, moment)
    made = write(write_protocol, "hearing", hearing.id, now=moment, **BY)
    stage = Stage(
        protocol_id=made.id,
        hearing_id=hearing.id,
        council=council,
        secretary=secretary,
        chair=db.session().get_one(Person, chair_id),
        speaker=speaker,
        now=moment,
    )
    if recommended:
        recommend(stage)
    if laid_open or both:
        write(lay_open, made.id, read_version=version_of(stage), now=moment, **BY)
    if both:
        agree_both(stage)
    return stage


def recommend(stage: Stage, *, title: str = "Тариф есебін жариялау", alone: bool = False) -> int:
    """Put a recommendation into the protocol; return its number in the database. `alone`: it speaks for no proposal."""
    about = [] if alone else [make_proposal(stage.council, state=State.AT_COUNCIL, now=stage.now).id]
    advice = Advice(
        addressee_id=make_body().id,
        title=Slots(title, "Опубликовать расчёт"),
        text=Slots("Есепті сайтқа салу.", "Разместить расчёт на сайте."),
        basis=Slots("Хаттама", "Протокол"),
        proposals=frozenset(about),
    )
    read = version_of(stage)
    made = write(add_recommendation, stage.protocol_id, advice, by_person=None, read_version=read, now=stage.now)
    return made.id


def agree_both(stage: Stage) -> None:
    """Let chair and secretary agree."""
    for signer, person in ((Signer.CHAIR, stage.chair), (Signer.SECRETARY, stage.secretary)):
        agree_as(stage, signer, person)


def agree_as(stage: Stage, signer: Signer, person: Person, *, read_version: int | None = None, **how: Any) -> Protocol:
    """Agree as one of them."""
    facts = {"person_id": person.id, "name": person.name, "now": stage.later, **how}
    return write(agree, stage.protocol_id, signer, read_version=read_version or version_of(stage), **facts)


def published(stage: Stage) -> Protocol:
    """Publish it, and return it as it stands then."""
    papers = papers_of(reload(stage), published_at=stage.later)
    facts = {"by_person": stage.secretary.id, "read_version": version_of(stage), "now": stage.later, **BY}
    write(publish, stage.protocol_id, papers, **facts)
    return reload(stage)


def reload(stage: Stage) -> Protocol:
    """Return the protocol as it stands now, with everything, detached."""
    db.session.close()
    found = protocol_for_desk(db.session(), stage.protocol_id)
    assert found is not None
    db.session.close()
    return found


def version_of(stage: Stage) -> int:
    """Return its version."""
    return reload(stage).version


def _spoke(session: Session, hearing_id: int, person_id: int, now: datetime) -> None:
    session.add(
        Speaker(
            hearing_id=hearing_id,
            number=1,
            person_id=person_id,
            name="Әмина Ж.",
            topic="Тариф",
            position=Position.AGAINST,
            minutes=5,
            state=SpeakerState.SPOKEN,
            signed_up_at=now,
            called_at=now,
            ended_at=now,
            turns=1,
        )
    )
