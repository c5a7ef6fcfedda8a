"""Councils, submissions and all that follows from them, made by the real rules in real transactions.

Needs an application context: ask for the `session` fixture. Everything is asked for by name.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from karavan.accounts.models import Organisation, OrganisationKind, Person, Role, RoleGrant
from karavan.core.clock import now as present
from karavan.core.database import db, transact as write
from karavan.core.languages import Slots
from karavan.core.tokens import new_public_id
from karavan.councils.models import Council, CouncilLevel
from karavan.deadlines.rules import ensure_calendar
from karavan.proposals.models import (
    Act,
    OfficialAnswer,
    Proposal,
    Recommendation,
    State,
    Topic,
    Verdict,
)
from karavan.proposals.rules.answer import Reply, check_answer, publish_answer, write_answer
from karavan.proposals.rules.publish import publish
from karavan.proposals.rules.recommend import Advice, begin_recommendation, send_recommendation
from karavan.proposals.rules.steps import take_step
from karavan.proposals.rules.support import support
from karavan.proposals.rules.write import Submission, Words, submit
from karavan.record.models import ActorRole

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

_numbers = count(1)

REASON: Final = Slots(kk="Себебі бар", ru="Есть причина")


def make_council(*, slug: str = "council-aktau", place: str = "aktau", now: datetime | None = None) -> Council:
    """Return a council (of the cast's organisation of that name if there is one), and see that there is a calendar."""
    moment = now or present()

    def found(session: Session) -> Council:
        known = session.scalar(select(Council).where(Council.slug == slug))
        if known is not None:
            return known
        organisation = session.scalar(select(Organisation).where(Organisation.slug == slug))
        if organisation is None:
            organisation = Organisation(
                slug=slug,
                kind=OrganisationKind.COUNCIL,
                name=Slots(kk="Ақтау қоғамдық кеңесі", ru="Общественный совет Актау"),
            )
            session.add(organisation)
        council = Council(organisation=organisation, slug=slug, level=CouncilLevel.CITY, place=place)
        session.add(council)
        session.flush()
        ensure_calendar(session, now=moment)
        return council

    return write(found)


def make_body(*, name: str = "Жол басқармасы", email: str = "") -> Organisation:
    """Return a body that recommendations are written to."""

    def found(session: Session) -> Organisation:
        body = Organisation(
            slug=f"body-{next(_numbers)}",
            kind=OrganisationKind.STATE_BODY,
            name=Slots(kk=name, ru="Управление дорог"),
            email=email,
        )
        session.add(body)
        session.flush()
        return body

    return write(found)


def make_person(name: str = "", *, lang: str = "kk", roles: tuple[tuple[Role, int | None], ...] = ()) -> Person:
    """Return somebody with an account, and roles: (role, organisation id) each."""
    number = next(_numbers)

    def found(session: Session) -> Person:
        email = f"person{number}@example.kz"
        moment = present()
        person = Person(
            name=name or f"Тұрғын {number}",
            email=email,
            email_key=email,
            lang=lang,
            created_at=moment,
            roles=[RoleGrant(role=role, organisation_id=held, granted_at=moment) for role, held in roles],
        )
        session.add(person)
        session.flush()
        return person

    return write(found)


def make_staff(council: Council, role: Role = Role.MODERATOR, *, name: str = "") -> Person:
    """Return somebody with a role for a council."""
    return make_person(name, roles=((role, council.organisation_id),))


def submission(council: Council, **changes: Any) -> Submission:
    """Return what somebody would hand in; `changes` are fields of `Submission`, title, problem and solution too."""
    words = {
        "title": "Жаңаөзеннен таңғы автобус керек",
        "problem": "Бірінші автобус 08:30-да шығады, студенттер сабаққа кешігеді.",
        "solution": "Жұмыс күндері сағат 06:00-де шығатын бір рейс қосу керек.",
    }
    words |= {name: changes.pop(name) for name in tuple(words) if name in changes}
    usual: dict[str, Any] = {
        "key": new_public_id(),
        "council_id": council.id,
        "words": Words(**words),
        "lang": "kk",
        "place": "zhanaozen",
        "topic": Topic.TRANSPORT,
        "author_name": "Айгүл Сәрсенова",
        "public_name": "Айгүл С.",
    }
    return Submission(**usual | changes)


ROAD: Final = (
    State.CHECKING,
    State.PUBLISHED,
    State.SUPPORTING,
    State.ADMITTED,
    State.AT_COUNCIL,
    State.RECOMMENDED,
    State.ANSWERED,
    State.DONE,
)


def make_proposal(
    council: Council | None = None,
    *,
    author: Person | None = None,
    state: State = State.CHECKING,
    supports: int = 0,
    now: datetime | None = None,
    **changes: Any,
) -> Proposal:
    """Return a submission brought to a state by the way it would have come there."""
    council = council or make_council(now=now)
    author = author or make_person()
    moment = now or present()
    made = write(submit, submission(council, **changes), author_id=author.id, now=moment)
    for step in ROAD[1 : _stations(state) + 1]:
        _bring(made.id, step, moment)
        if step == State.PUBLISHED:
            for _ in range(supports):
                write(support, made.id, person_id=make_person().id, now=moment)
    if state not in ROAD:
        _end(made.id, state, moment)
    return reload_proposal(made.id)


def make_recommendation(
    *proposals: Proposal, body: Organisation | None = None, sent: bool = True, now: datetime | None = None
) -> Recommendation:
    """Return a recommendation that carries submissions which the council is considering."""
    moment = now or present()
    advice = Advice(
        addressee_id=(body or make_body()).id,
        title=Slots(kk="Таңғы рейс қосу", ru="Добавить утренний рейс"),
        text=Slots(kk="06:00 рейсін үш ай сынап көру.", ru="Ввести рейс в 06:00 на три месяца."),
        basis=Slots(kk="№ 31 хаттама", ru="Протокол № 31"),
        proposals=frozenset(proposal.id for proposal in proposals),
    )
    made = write(begin_recommendation, proposals[0].council_id, advice, by_person=None, now=moment)
    if sent:
        write(send_recommendation, made.id, actor_id=None, read_version=None, now=moment)
    return db.session().get_one(Recommendation, made.id)


def make_answer(
    recommendation: Recommendation, *, published: bool = True, now: datetime | None = None
) -> OfficialAnswer:
    """Return an answer that one person wrote, another checked, and that was published."""
    moment = now or present()
    reply = Reply(
        verdict=Verdict.ACCEPTED,
        text=Slots(kk="Рейс 1 желтоқсаннан бастап жүреді.", ru="Рейс пойдёт с 1 декабря."),
        signed_by="Бөлім басшысы",
    )
    answer = write(write_answer, recommendation.id, reply, by_person=make_person().id, read_version=0, now=moment)
    if published:
        checked = write(
            check_answer, recommendation.id, by_person=make_person().id, read_version=answer.version, now=moment
        )
        answer = write(
            publish_answer, recommendation.id, by=ActorRole.SECRETARY, read_version=checked.version, now=moment
        )
    return answer


def reload_proposal(proposal_id: int) -> Proposal:
    """Return a submission as it stands now."""
    session = db.session()
    session.rollback()  # what was read before belongs to an older picture of the database
    return session.get_one(Proposal, proposal_id)


def _stations(state: State) -> int:
    """Return how far along the road one must have come before a state can be reached."""
    before = {
        State.DRAFT: State.CHECKING,
        State.REFUSED: State.CHECKING,
        State.DECLINED: State.AT_COUNCIL,
        State.WITHDRAWN: State.PUBLISHED,
        State.JOINED: State.PUBLISHED,
    }
    return ROAD.index(before.get(state, state))


def _bring(proposal_id: int, state: State, now: datetime) -> None:
    by: dict[str, Any] = {"by": ActorRole.SECRETARY, "actor_id": None, "now": now}
    proposal = reload_proposal(proposal_id)
    if proposal.state == state or (state == State.SUPPORTING and proposal.state == State.ADMITTED):
        return
    if state == State.PUBLISHED:
        write(publish, proposal_id, read_version=None, **by)
    elif state == State.SUPPORTING:
        write(support, proposal_id, person_id=make_person().id, now=now)
    elif state == State.ADMITTED:
        write(take_step, proposal_id, Act.ADMIT, reason=REASON, **by)
    elif state == State.AT_COUNCIL:
        write(take_step, proposal_id, Act.CONSIDER, **by)
    elif state == State.RECOMMENDED:
        make_recommendation(proposal, now=now)
    elif state == State.ANSWERED:
        (recommendation,) = proposal_recommendations(proposal_id)
        make_answer(recommendation, now=now)
    elif state == State.DONE:
        write(take_step, proposal_id, Act.COMPLETE, reason=REASON, **by)


def _end(proposal_id: int, state: State, now: datetime) -> None:
    by: dict[str, Any] = {"by": ActorRole.SECRETARY, "actor_id": None, "now": now, "reason": REASON}
    if state == State.JOINED:
        from karavan.proposals.rules.join import answer_join, ask_to_join  # noqa: PLC0415 -- only here

        proposal = reload_proposal(proposal_id)
        other = make_proposal(db.session().get_one(Council, proposal.council_id), state=State.PUBLISHED, now=now)
        author_id = proposal.author_id or 0
        write(ask_to_join, proposal_id, other.id, reason=REASON, by_person=author_id, read_version=None, now=now)
        write(answer_join, proposal_id, person_id=author_id, accepted=True, read_version=None, now=now)
        return
    act = {
        State.DRAFT: Act.RETURN,
        State.REFUSED: Act.REFUSE,
        State.DECLINED: Act.DECLINE,
        State.WITHDRAWN: Act.WITHDRAW,
    }[state]
    write(take_step, proposal_id, act, **by)


def proposal_recommendations(proposal_id: int) -> list[Recommendation]:
    """Return the recommendations that carry a submission."""
    proposals = Recommendation.proposals.any(Proposal.id == proposal_id)
    return list(db.session().scalars(select(Recommendation).where(proposals).order_by(Recommendation.id)))
