"""What letters about submissions say: snapshots of facts, written in the act's own transaction.

A payload holds plain values only. What a stranger typed (a title) is quoted as text, never made a link.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from karavan.accounts.models import Person, Role, RoleGrant
from karavan.notifications.letters import Recipient, post
from karavan.proposals.models import Act, Proposal, Support

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from karavan.accounts.models import Organisation
    from karavan.core.languages import Slots
    from karavan.deadlines.models import Deadline
    from karavan.proposals.models import JoinRequest, Recommendation


def tell_author(session: Session, proposal: Proposal, act: Act, *, reason: Slots, now: datetime) -> None:
    """Tell the author what became of her submission, and what comes next."""
    to = author_of(session, proposal)
    if to is not None:
        facts = {"act": act.value, "reason": plain(reason), "role": "author"}
        _post(session, "step", proposal, to, key=f"step:{proposal.version}:author", now=now, **facts)


def tell_supporters(session: Session, proposal: Proposal, act: Act, *, reason: Slots, now: datetime) -> None:
    """Tell everybody who supports it the same; when it is joined with another one, what each may do about that."""
    if act == Act.JOIN and proposal.joined_into_id is not None:
        tell_joined(session, proposal, session.get_one(Proposal, proposal.joined_into_id), now)
        return
    for person in supporters(session, proposal.id):
        facts = {"act": act.value, "reason": plain(reason), "role": "supporter"}
        key = f"step:{proposal.version}:supporter:{person.id}"
        _post(session, "step", proposal, recipient(person), key=key, now=now, **facts)


def tell_text_changed(session: Session, proposal: Proposal, now: datetime) -> None:
    """Tell supporters that the text they supported is another now, and where the difference is."""
    for person in supporters(session, proposal.id):
        key = f"text:{proposal.revision}:{person.id}"
        _post(session, "text_changed", proposal, recipient(person), key=key, now=now, revision=proposal.revision)


def ask_to_join(session: Session, request: JoinRequest, proposal: Proposal, into: Proposal, now: datetime) -> None:
    """Ask an author whether her submission may be joined with another one."""
    to = author_of(session, proposal)
    if to is not None:
        facts = {"into": brief(into), "reason": plain(request.reason)}
        _post(session, "join_asked", proposal, to, key=f"join:{request.id}", now=now, **facts)


def tell_joined(session: Session, proposal: Proposal, into: Proposal, now: datetime) -> None:
    """Tell each supporter of a joined submission that she may move her support, or leave it where it is."""
    for person in supporters(session, proposal.id):
        key = f"joined:{into.id}:{person.id}"
        _post(session, "joined", proposal, recipient(person), key=key, now=now, into=brief(into))


def tell_date_moved(session: Session, deadline: Deadline, proposal: Proposal, *, reason: Slots, now: datetime) -> None:
    """Tell the author that a date is another now: an extension with its reason, or the calendar."""
    to = author_of(session, proposal)
    if to is not None:
        facts = {
            "kind": deadline.kind.value,
            "deadline_id": deadline.id,
            "due_on": deadline.due_on.isoformat(),
            "before": deadline.told_due_on.isoformat(),
            "reason": plain(reason),
        }
        key = f"moved:{deadline.id}:{deadline.due_on}:{deadline.calendar_version}:{deadline.extra_days}"
        _post(session, "date_moved", proposal, to, key=key, now=now, **facts)


def tell_no_answer(session: Session, deadline: Deadline, proposal: Proposal, now: datetime) -> None:
    """Tell the author that the day has passed and nothing has come, without blaming anybody."""
    to = author_of(session, proposal)
    if to is not None:
        facts = {"kind": deadline.kind.value, "deadline_id": deadline.id, "due_on": deadline.due_on.isoformat()}
        _post(session, "no_answer", proposal, to, key=f"passed:{deadline.id}:{deadline.due_on}", now=now, **facts)


def remind(
    session: Session,
    deadline: Deadline,
    to: Recipient,
    *,
    occasion: str,
    days_left: int,
    subject: dict[str, Any],
    now: datetime,
) -> bool:
    """Remind whoever must act; once for each recipient, date and occasion, however often the task runs."""
    payload = {
        "occasion": occasion,
        "kind": deadline.kind.value,
        "deadline_id": deadline.id,
        "due_on": deadline.due_on.isoformat(),
        "days_left": days_left,
        "unit": deadline.unit.value,
        "subject": subject,
    }
    key = f"clock:{deadline.id}:{deadline.due_on}:{occasion}:{to.email or to.phone}"
    return post(session, "proposals/reminder", key=key[:160], to=to, payload=payload, now=now)


def send_to_body(
    session: Session, recommendation: Recommendation, proposals: Iterable[Proposal], *, due_on: date, now: datetime
) -> None:
    """Send a recommendation to the body it is for."""
    body = recommendation.addressee
    if body.email or body.phone:
        payload = {
            "number": recommendation.number,
            "title": plain(recommendation.title),
            "text": plain(recommendation.text),
            "basis": plain(recommendation.basis),
            "council": plain(recommendation.council.organisation.name),
            "proposals": [brief(proposal) for proposal in proposals],
            "due_on": due_on.isoformat(),
        }
        key = f"recommendation:{recommendation.id}:sent:{recommendation.version}"
        post(session, "proposals/recommendation", key=key, to=of_body(body), payload=payload, now=now)


def send_digest(session: Session, person: Person, changes: list[dict[str, Any]], *, key: str, now: datetime) -> bool:
    """Tell a follower what is new in what she follows."""
    return post(
        session,
        "proposals/digest",
        key=f"digest:{person.id}:{key}",
        to=recipient(person),
        payload={"changes": changes},
        now=now,
    )


def author_of(session: Session, proposal: Proposal) -> Recipient | None:
    """Return how an author is reached: through her account, or by what she left at the desk."""
    if proposal.author_id is not None:
        return recipient(session.get_one(Person, proposal.author_id))
    if proposal.author_email or proposal.author_phone:
        return Recipient(lang=proposal.lang, email=proposal.author_email, phone=proposal.author_phone)
    return None


def supporters(session: Session, proposal_id: int) -> list[Person]:
    """Return everybody who supports a submission now."""
    mine = select(Support.person_id).where(Support.proposal_id == proposal_id, Support.withdrawn_at.is_(None))
    return list(session.scalars(select(Person).where(Person.id.in_(mine)).order_by(Person.id)))


def staff_of(session: Session, organisation_id: int, *roles: Role) -> list[Person]:
    """Return who holds one of these roles for an organisation now."""
    held = select(RoleGrant.person_id).where(
        RoleGrant.organisation_id == organisation_id, RoleGrant.role.in_(roles), RoleGrant.ended_at.is_(None)
    )
    return list(session.scalars(select(Person).where(Person.id.in_(held)).order_by(Person.id)))


def recipient(person: Person) -> Recipient:
    """Return how a person with an account is reached."""
    return Recipient(lang=person.lang, email=person.email, phone=person.phone or "")


def of_body(body: Organisation) -> Recipient:
    """Return how an organisation is reached; official letters are in Kazakh."""
    return Recipient(lang="kk", email=body.email, phone=body.phone)


def brief(proposal: Proposal) -> dict[str, Any]:
    """Return what a letter says of a submission in one line."""
    return {"number": proposal.number, "title": proposal.title, "lang": proposal.lang}


def plain(slots: Slots) -> dict[str, str]:
    """Write a multilingual text as plain values."""
    return {"kk": slots.kk, "ru": slots.ru, "en": slots.en}


def _post(
    session: Session, letter: str, proposal: Proposal, to: Recipient, *, key: str, now: datetime, **facts: Any
) -> None:
    payload = {
        "proposal": brief(proposal)
        | {"state": proposal.state.value, "supports": proposal.supports, "demo": proposal.demo},
        "council": plain(proposal.council.organisation.name),
        **facts,
    }
    post(session, f"proposals/{letter}", key=f"proposal:{proposal.id}:{key}", to=to, payload=payload, now=now)
