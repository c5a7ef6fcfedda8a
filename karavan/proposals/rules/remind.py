"""What the clock does by itself about one deadline: remind, note that the day has passed, tell of a moved date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy.orm import joinedload

from karavan.accounts.models import Organisation, Role
from karavan.core.languages import Slots
from karavan.core.when import local_day
from karavan.councils.models import Council
from karavan.deadlines.models import Deadline, DeadlineKind, DeadlineState
from karavan.deadlines.queries import Occasion, current_calendar, occasion_of
from karavan.deadlines.reckoning import remaining
from karavan.deadlines.rules import mark_told, note_passed
from karavan.proposals import letters
from karavan.proposals.models import Proposal, Recommendation
from karavan.proposals.rules.recommend import proposals_of
from karavan.record.models import ActorRole, Verb
from karavan.record.rules import note

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.notifications.letters import Recipient


class Matter(NamedTuple):
    """What a deadline is about, and whom it concerns."""

    authors_of: list[Proposal]
    subject: dict[str, Any]


def remind(session: Session, deadline_id: int, *, now: datetime) -> int:
    """Do what is due about one deadline and return how many reminders that made. Run late, twice or at once: the same.

    The deadline's row is taken first, so that an extension in the same second comes before or after: either the old
    date is reminded of and then extended, or the new one counts. Of several occasions that were missed only the latest
    is told: nobody is reminded of half-time after the day itself.
    """
    deadline = session.get_one(Deadline, deadline_id, with_for_update=True, populate_existing=True)
    if deadline.state != DeadlineState.RUNNING:
        return 0
    matter = _matter(session, deadline)
    if deadline.told_due_on != deadline.due_on:
        for proposal in matter.authors_of:
            letters.tell_date_moved(session, deadline, proposal, reason=Slots(), now=now)
        mark_told(session, deadline_id)
    left = remaining(local_day(now, deadline.zone), deadline.due_on, deadline.unit, current_calendar(session))
    occasion = occasion_of(left, deadline.days + deadline.extra_days)
    if occasion is None:
        return 0
    if occasion == Occasion.PASSED and note_passed(session, deadline_id, now=now):
        _tell_of_silence(session, deadline, matter, now=now)
    facts: dict[str, Any] = {"occasion": occasion.value, "days_left": left, "subject": matter.subject}
    return sum(letters.remind(session, deadline, to, now=now, **facts) for to in _responsible(session, deadline))


def _tell_of_silence(session: Session, deadline: Deadline, matter: Matter, *, now: datetime) -> None:
    if deadline.recommendation_id is not None and deadline.kind == DeadlineKind.ANSWER:
        note(session, Verb.RECOMMENDATION_OVERDUE, of=deadline.recommendation_id, by=ActorRole.CLOCK, now=now)
    for proposal in matter.authors_of:
        letters.tell_no_answer(session, deadline, proposal, now)


def _matter(session: Session, deadline: Deadline) -> Matter:
    if deadline.proposal_id is not None:
        proposal = session.get_one(
            Proposal, deadline.proposal_id, options=(joinedload(Proposal.council).joinedload(Council.organisation),)
        )
        authors = [proposal] if deadline.kind != DeadlineKind.CHECKING else []
        return Matter(authors, {"kind": "proposal", **letters.brief(proposal)})
    recommendation = session.get_one(Recommendation, deadline.recommendation_id)
    subject = {
        "kind": "recommendation",
        "id": recommendation.id,
        "number": recommendation.number or "",
        "title": letters.plain(recommendation.title),
    }
    authors = proposals_of(session, recommendation.id) if deadline.kind == DeadlineKind.ANSWER else []
    return Matter(authors, subject)


def _responsible(session: Session, deadline: Deadline) -> list[Recipient]:
    """Return who is reminded: whoever must act, and for an answer the council's secretaries as well."""
    council = session.get_one(Council, deadline.council_id)
    roles = (Role.MODERATOR, Role.SECRETARY) if deadline.kind == DeadlineKind.CHECKING else (Role.SECRETARY,)
    people = letters.staff_of(session, council.organisation_id, *roles)
    found = {person.id: letters.recipient(person) for person in people}
    if deadline.addressee_id != council.organisation_id:
        body = session.get_one(Organisation, deadline.addressee_id)
        found |= {person.id: letters.recipient(person) for person in letters.staff_of(session, body.id, Role.SECRETARY)}
        if body.email or body.phone:
            return [letters.of_body(body), *found.values()]
    return list(found.values())
