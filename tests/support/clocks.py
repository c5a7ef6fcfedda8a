"""Clocks, and plain rows to hang them on: a council, bodies, submissions, recommendations, past all rules of theirs.

Needs an application context: ask for the `session` fixture. The clocks themselves are made by the real rules.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from itertools import count
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from karavan.accounts.models import Organisation, OrganisationKind
from karavan.core.clock import now as present
from karavan.core.database import db, transact as write
from karavan.core.languages import Slots
from karavan.councils.models import Council, CouncilLevel
from karavan.deadlines.models import Deadline, DeadlineAct, DeadlineKind, DeadlineLine, FirstDay, Unit
from karavan.deadlines.reckoning import Term
from karavan.deadlines.rules import start
from karavan.proposals.models import Channel, Proposal, Recommendation, RecommendationState, State, Topic
from karavan.record.models import ActorRole

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

_numbers = count(1)
ANSWER: Final = Term(10, Unit.WORKING, FirstDay.NEXT)
"""What law 30-VIII gives a body for an answer."""
CITATION: Final = Slots(kk="30-VIII Заңы, 13-бап", ru="Закон 30-VIII, статья 13", en="Law 30-VIII, article 13")
WHY: Final = Slots(kk="Себебі бар", ru="Есть причина")


def at(day: str, hour: int = 10) -> datetime:
    """Return a moment of a day on the clock of Aktau."""
    return datetime.combine(date.fromisoformat(day), time(hour), ZoneInfo("Asia/Aqtau")).astimezone(UTC)


def plain_council(*, name: str = "Ақтау қоғамдық кеңесі") -> Council:
    """Write a council down."""

    def make(session: Session) -> Council:
        number = next(_numbers)
        organisation = Organisation(slug=f"clocks-{number}", kind=OrganisationKind.COUNCIL, name=Slots(kk=name))
        council = Council(organisation=organisation, slug=f"clocks-{number}", level=CouncilLevel.CITY)
        session.add(council)
        session.flush()
        return council

    return write(make)


def plain_body(*, name: str = "Жолаушылар көлігі басқармасы") -> Organisation:
    """Write a state body down."""

    def make(session: Session) -> Organisation:
        slug = f"clocks-body-{next(_numbers)}"
        body = Organisation(slug=slug, kind=OrganisationKind.STATE_BODY, name=Slots(kk=name))
        session.add(body)
        session.flush()
        return body

    return write(make)


def plain_proposal(council: Council, *, title: str = "Таңғы автобус", state: State = State.PUBLISHED) -> Proposal:
    """Write a submission down, brought on paper by nobody with an account."""

    def make(session: Session) -> Proposal:
        number = next(_numbers)
        moment = present()
        proposal = Proposal(
            number=f"MGS-2026-{number:05}",
            key=f"clocks-{number}",
            council_id=council.id,
            author_name="Айгүл",
            public_name="Айгүл С.",
            lang="kk",
            place="aktau",
            topic=Topic.TRANSPORT,
            title=title,
            problem="Автобус жоқ.",
            solution="Қосу.",
            state=state,
            state_at=moment,
            channel=Channel.PAPER,
            created_at=moment,
            published_at=moment if state != State.CHECKING else None,
        )
        session.add(proposal)
        session.flush()
        return proposal

    return write(make)


def plain_recommendation(council: Council, body: Organisation, *, title: str = "Рейс қосу") -> Recommendation:
    """Write a recommendation down that was sent."""

    def make(session: Session) -> Recommendation:
        moment = present()
        recommendation = Recommendation(
            number=f"MGS-R-2026-{next(_numbers):04}",
            council_id=council.id,
            addressee_id=body.id,
            title=Slots(kk=title),
            text=Slots(kk="Мәтін"),
            state=RecommendationState.SENT,
            created_at=moment,
            sent_at=moment,
        )
        session.add(recommendation)
        session.flush()
        return recommendation

    return write(make)


def make_clock(
    *,
    now: datetime | None = None,
    term: Term = ANSWER,
    recommendation: Recommendation | None = None,
    proposal: Proposal | None = None,
    kind: DeadlineKind | None = None,
) -> Deadline:
    """Start a clock: about a submission if one is given, else about a recommendation, a new one if none is given."""
    if proposal is None and recommendation is None:
        recommendation = plain_recommendation(plain_council(), plain_body())
    subject: dict[str, Any] = {"council_id": (proposal or recommendation).council_id}  # type: ignore[union-attr]
    if proposal is not None:
        council = db.session().get_one(Council, proposal.council_id)
        subject |= {"proposal_id": proposal.id, "addressee_id": council.organisation_id}
        kind = kind or DeadlineKind.CHECKING
    elif recommendation is not None:
        subject |= {"recommendation_id": recommendation.id, "addressee_id": recommendation.addressee_id}
    return write(
        start,
        kind or DeadlineKind.ANSWER,
        term,
        setting_id=None,
        citation=CITATION,
        by=ActorRole.SECRETARY,
        now=now or present(),
        **subject,
    )


def look(deadline: Deadline) -> Deadline:
    """Return a clock as it is in the database now, with its pauses and lines, detached."""
    db.session.close()
    found = db.session().get_one(Deadline, deadline.id)
    assert found.pauses is not None
    assert found.lines is not None
    db.session.close()
    return found


def acts(deadline: Deadline) -> list[DeadlineAct]:
    """Return what happened to a clock, in order."""
    return [line.act for line in look(deadline).lines]


def last_line(deadline: Deadline) -> DeadlineLine:
    """Return the last thing that happened to a clock."""
    return look(deadline).lines[-1]
