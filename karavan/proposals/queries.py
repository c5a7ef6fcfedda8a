"""Reading submissions. Lists come as plain tuples; whole objects only where a page shows everything of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import and_, false, func, or_, select, tuple_, union_all
from sqlalchemy.orm import joinedload, selectinload

from karavan.accounts.models import Organisation, Person
from karavan.core.when import local_day
from karavan.councils.models import Council
from karavan.deadlines.models import OPEN, Deadline, DeadlineKind, DeadlineState, Unit
from karavan.deadlines.queries import current_calendar
from karavan.deadlines.reckoning import remaining
from karavan.proposals import search
from karavan.proposals.lifecycle import PUBLIC
from karavan.proposals.models import (
    Act,
    AnswerState,
    Attachment,
    Channel,
    Draft,
    Follow,
    FollowKind,
    JoinRequest,
    Objection,
    OfficialAnswer,
    Pace,
    Proposal,
    Recommendation,
    RecommendationProposal,
    RecommendationState,
    Revision,
    State,
    StateChange,
    Support,
    Topic,
    Verdict,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sqlalchemy.orm import Session

    from karavan.core.languages import Slots

PAGE: Final = 20
LARGEST_ID: Final = 2**31 - 1

STAGES: Final = {
    "supporting": (State.PUBLISHED, State.SUPPORTING),
    "council": (State.ADMITTED, State.AT_COUNCIL),
    "waiting": (State.RECOMMENDED,),
    "answered": (State.ANSWERED,),
    "done": (State.DONE,),
    "declined": (State.DECLINED,),
    "joined": (State.JOINED,),
}
"""The tabs of the list: what readers tell apart."""
SORTS: Final = ("new", "supported", "due")


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What a reader of the list asked for; empty means everything."""

    words: str = ""
    place: str = ""
    topic: str = ""
    council_id: int = 0
    stage: str = ""
    sort: str = "new"

    @property
    def any(self) -> bool:
        """Is the list narrowed at all, besides its tab?"""
        return bool(self.words or self.place or self.topic or self.council_id)


class Due(NamedTuple):
    """The nearest date a submission waits for."""

    deadline_id: int
    kind: DeadlineKind
    due_on: date
    unit: Unit


class ProposalCard(NamedTuple):
    """One submission in a list."""

    id: int
    number: str
    title: str
    lang: str
    place: str
    village: str
    topic: Topic
    state: State
    state_at: datetime
    supports: int
    supports_needed: int | None
    published_at: datetime | None
    council_id: int
    demo: bool
    due: Due | None = None


class ProposalPage(NamedTuple):
    """One page of the list, and where the next begins."""

    cards: tuple[ProposalCard, ...]
    after: str
    total: int
    stages: dict[str, int]


_COLUMNS: Final = tuple(getattr(Proposal, name) for name in ProposalCard._fields if name != "due")
_NAMED: Final = Proposal.state.in_(sorted(PUBLIC))


def proposal_page(session: Session, filters: Filters, *, after: str = "") -> ProposalPage:
    """Return a page of what everybody may read, paged by keyset (found words: by place in the ranking)."""
    hits = None
    if filters.words.strip():
        place, topic, council_id = filters.place, filters.topic, filters.council_id
        hits = search.ranked(session, filters.words, place=place, topic=topic, council_id=council_id)
    counted = _narrowed(select(Proposal.state, func.count()), filters, hits).group_by(Proposal.state)
    states: dict[State, int] = {row[0]: row[1] for row in session.execute(counted)}
    stages = {stage: sum(states.get(state, 0) for state in of) for stage, of in STAGES.items()}
    wanted = STAGES.get(filters.stage)
    total = stages[filters.stage] if wanted else sum(states.values())
    listed = _narrowed(select(*_COLUMNS), filters, hits)
    if wanted:
        listed = listed.where(Proposal.state.in_(wanted))
    if hits is not None:
        skip = int(after) if after.isascii() and after.isdigit() and len(after) < 6 else 0
        listed = listed.order_by(hits.c.rank, Proposal.id.desc()).offset(skip)
        cards = _cards(session, listed.limit(PAGE + 1))
        return ProposalPage(cards[:PAGE], str(skip + PAGE) if len(cards) > PAGE else "", total, stages)
    if filters.sort == "due":
        return _by_date(session, listed, after, stages)
    return _by_keyset(session, listed, filters.sort, after, total, stages)


def _narrowed(statement: Any, filters: Filters, hits: Any) -> Any:
    statement = statement.select_from(Proposal)
    if hits is not None:
        statement = statement.join(hits, hits.c.proposal_id == Proposal.id)
    statement = statement.where(_NAMED)
    if filters.place:
        statement = statement.where(Proposal.place == filters.place)
    if filters.topic:
        statement = statement.where(Proposal.topic == filters.topic)
    if filters.council_id:
        statement = statement.where(Proposal.council_id == filters.council_id)
    return statement


def _by_keyset(
    session: Session, listed: Any, sort: str, after: str, total: int, stages: dict[str, int]
) -> ProposalPage:
    key: Any = Proposal.supports if sort == "supported" else Proposal.published_at
    where = _read_cursor(after, sort)
    if where is not None:
        listed = listed.where(tuple_(key, Proposal.id) < tuple_(*where))
    cards = _cards(session, listed.order_by(key.desc(), Proposal.id.desc()).limit(PAGE + 1))
    last = cards[PAGE - 1] if len(cards) > PAGE else None
    following = ""
    if last is not None:
        value = str(last.supports) if sort == "supported" else f"{_micros(last.published_at)}"
        following = f"{value}.{last.id}"
    return ProposalPage(cards[:PAGE], following, total, stages)


def _by_date(session: Session, listed: Any, after: str, stages: dict[str, int]) -> ProposalPage:
    """Return what waits for a date, the nearest first; what waits for nothing is left out."""
    due = _due_rows()
    nearest = select(due.c.proposal_id, func.min(due.c.due_on).label("due_on")).group_by(due.c.proposal_id).subquery()
    listed = listed.join(nearest, nearest.c.proposal_id == Proposal.id)
    total = session.scalars(select(func.count()).select_from(listed.subquery())).one()
    skip = int(after) if after.isascii() and after.isdigit() and len(after) < 6 else 0
    listed = listed.order_by(nearest.c.due_on, Proposal.id).offset(skip).limit(PAGE + 1)
    cards = _cards(session, listed)
    return ProposalPage(cards[:PAGE], str(skip + PAGE) if len(cards) > PAGE else "", total, stages)


def _micros(moment: datetime | None) -> int:
    return int(moment.timestamp() * 1_000_000) if moment else 0


def _read_cursor(after: str, sort: str) -> tuple[Any, int] | None:
    """Read where a page begins; anything else is the beginning."""
    value, _, number = after.partition(".")
    if not (value.isascii() and value.isdigit() and number.isascii() and number.isdigit() and len(after) < 30):
        return None
    if len(number) > 10 or int(number) > LARGEST_ID or int(value) > 10**16:
        return None
    if sort == "supported":
        return (int(value), int(number)) if int(value) <= LARGEST_ID else None
    return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=int(value)), int(number)


def _cards(session: Session, statement: Any) -> tuple[ProposalCard, ...]:
    cards = [ProposalCard(*row) for row in session.execute(statement)]
    due = due_of(session, [card.id for card in cards])
    return tuple(card._replace(due=due.get(card.id)) for card in cards)


def _due_rows() -> Any:
    """Return the running clocks by submission: its own, and those of the recommendations that carry it."""
    columns = (Deadline.id, Deadline.kind, Deadline.due_on, Deadline.unit)
    running = Deadline.state == DeadlineState.RUNNING
    own = select(Deadline.proposal_id.label("proposal_id"), *columns).where(
        running, Deadline.proposal_id.is_not(None), Deadline.kind != DeadlineKind.CHECKING
    )
    carried = (
        select(RecommendationProposal.proposal_id, *columns)
        .join(RecommendationProposal, RecommendationProposal.recommendation_id == Deadline.recommendation_id)
        .where(running, Deadline.kind != DeadlineKind.SENDING)
    )
    return union_all(own, carried).subquery()


def due_of(session: Session, ids: Collection[int]) -> dict[int, Due]:
    """Return the nearest date each of these submissions waits for."""
    if not ids:
        return {}
    due = _due_rows()
    rows = session.execute(
        select(due.c.proposal_id, due.c.id, due.c.kind, due.c.due_on, due.c.unit)
        .where(due.c.proposal_id.in_(ids))
        .order_by(due.c.due_on.desc(), due.c.id.desc())
    )
    return {row[0]: Due(*row[1:]) for row in rows}


def cards_by_id(session: Session, ids: Sequence[int]) -> list[ProposalCard]:
    """Return these submissions as cards, in the order asked, public ones only."""
    found = {card.id: card for card in _cards(session, select(*_COLUMNS).where(Proposal.id.in_(ids), _NAMED))}
    return [found[one] for one in ids if one in found]


def proposal_by_number(session: Session, number: str) -> Proposal | None:
    """Return a submission with its council, files, steps; whether the reader may see it, the policy says."""
    return session.scalar(
        select(Proposal)
        .where(Proposal.number == number)
        .options(
            joinedload(Proposal.council).joinedload(Council.organisation),
            joinedload(Proposal.joined_into),
            selectinload(Proposal.attachments).joinedload(Attachment.file),
            selectinload(Proposal.changes),
        )
    )


def proposal_for_desk(session: Session, proposal_id: int) -> Proposal | None:
    """Return a submission by its id, with all that its card at the desk shows."""
    return session.scalar(
        select(Proposal)
        .where(Proposal.id == proposal_id)
        .options(
            joinedload(Proposal.council).joinedload(Council.organisation),
            joinedload(Proposal.joined_into),
            selectinload(Proposal.attachments).joinedload(Attachment.file),
            selectinload(Proposal.changes),
        )
    )


def revisions_of(session: Session, proposal_id: int) -> Sequence[Revision]:
    """Return every text a submission ever had, the first first."""
    return session.scalars(select(Revision).where(Revision.proposal_id == proposal_id).order_by(Revision.number)).all()


class TextChange(NamedTuple):
    """A text that replaced another one which everybody could read."""

    number: int
    supports: int
    """How many people supported it at that moment."""
    written_at: datetime


def public_revisions(session: Session, proposal: Proposal) -> list[Revision]:
    """Return the texts everybody may read: the one that was published, and those since.

    What a moderator sent back for its author to change, such as somebody's address in it, is not among them.
    """
    everything = revisions_of(session, proposal.id)
    if proposal.published_at is None:
        return []
    before = [one for one in everything if one.written_at <= proposal.published_at]
    return [*before[-1:], *(one for one in everything if one.written_at > proposal.published_at)]


def text_changes(session: Session, proposal: Proposal) -> list[TextChange]:
    """Return when the text was changed since it was published, the first first."""
    if proposal.revision == 1 or proposal.published_at is None:
        return []
    chosen = select(Revision.number, Revision.supports, Revision.written_at).where(
        Revision.proposal_id == proposal.id, Revision.written_at > proposal.published_at
    )
    return [TextChange(*row) for row in session.execute(chosen.order_by(Revision.number))]


def recommendations_of(session: Session, proposal_id: int) -> Sequence[Recommendation]:
    """Return the recommendations that carry a submission and were sent, with their answers."""
    return session.scalars(
        select(Recommendation)
        .join(RecommendationProposal, RecommendationProposal.recommendation_id == Recommendation.id)
        .where(RecommendationProposal.proposal_id == proposal_id, Recommendation.sent_at.is_not(None))
        .options(*_WHOLE)
        .order_by(Recommendation.id)
    ).all()


_WHOLE: Final = (
    joinedload(Recommendation.addressee),
    joinedload(Recommendation.council).joinedload(Council.organisation),
    selectinload(Recommendation.answers).options(
        selectinload(OfficialAnswer.attachments).joinedload(Attachment.file), selectinload(OfficialAnswer.ratings)
    ),
)


def recommendation_by_number(session: Session, number: str) -> Recommendation | None:
    """Return a recommendation that was sent, with its answers and the submissions it carries."""
    return session.scalar(
        select(Recommendation)
        .where(Recommendation.number == number, Recommendation.sent_at.is_not(None))
        .options(*_WHOLE, selectinload(Recommendation.proposals))
    )


def recommendation_for_desk(session: Session, recommendation_id: int) -> Recommendation | None:
    """Return a recommendation, sent or not, with everything the desk shows of it."""
    return session.scalar(
        select(Recommendation)
        .where(Recommendation.id == recommendation_id)
        .options(*_WHOLE, selectinload(Recommendation.proposals))
    )


class Clock(NamedTuple):
    """A clock that runs or stands still, and how many days of its unit are left (below zero: overdue)."""

    deadline: Deadline
    left: int

    @property
    def total(self) -> int:
        """How many days it has in all."""
        return self.deadline.days + self.deadline.extra_days


def open_clocks(
    session: Session, proposal_id: int | None, recommendations: Collection[int] = (), *, today: date
) -> list[Clock]:
    """Return the clocks about a submission and these recommendations that are not over, with the days that are left."""
    about = []
    if proposal_id is not None:
        about.append(Deadline.proposal_id == proposal_id)
    if recommendations:
        about.append(Deadline.recommendation_id.in_(recommendations))
    chosen = select(Deadline).where(or_(false(), *about), Deadline.state.in_(OPEN)).order_by(Deadline.id)
    waiting = session.scalars(chosen.options(selectinload(Deadline.pauses))).all()
    if not waiting:
        return []
    calendar = current_calendar(session)
    found = []
    for one in waiting:
        pauses = [(pause.from_day, pause.to_day or max(pause.from_day, today)) for pause in one.pauses]
        found.append(Clock(one, remaining(today, one.due_on, one.unit, calendar, pauses)))
    return found


def days_left(
    session: Session, cards: Iterable[ProposalCard | QueueRow | RecommendationRow | ObjectionRow], *, today: date
) -> dict[int, int]:
    """Return how many days are left of what these wait for, by their ids; what waits for nothing is left out."""
    waiting = {card.id: card.due for card in cards if card.due is not None}
    if not waiting:
        return {}
    calendar = current_calendar(session)
    return {number: remaining(today, due.due_on, due.unit, calendar) for number, due in waiting.items()}


def objections_of(session: Session, recommendations: Collection[int]) -> Sequence[Objection]:
    """Return the objections to answers to these recommendations."""
    if not recommendations:
        return ()
    return session.scalars(
        select(Objection).where(Objection.recommendation_id.in_(recommendations)).order_by(Objection.id)
    ).all()


def objection(session: Session, objection_id: int) -> Objection | None:
    """Return an objection."""
    return session.get(Objection, objection_id)


def growth(session: Session, proposal_id: int) -> list[tuple[date, int]]:
    """Return how many people supported it at the end of each day on which that changed, Aktau time."""
    given = select(Support.given_at, Support.withdrawn_at).where(Support.proposal_id == proposal_id)
    changes: dict[date, int] = {}
    for since, until in session.execute(given):
        changes[local_day(since)] = changes.get(local_day(since), 0) + 1
        if until is not None:
            changes[local_day(until)] = changes.get(local_day(until), 0) - 1
    total, curve = 0, []
    for day in sorted(changes):
        total += changes[day]
        curve.append((day, total))
    return curve


def supports_it(session: Session, proposal_id: int, person_id: int | None) -> bool:
    """Does this person support it now?"""
    if person_id is None:
        return False
    mine = select(Support.id).where(
        Support.proposal_id == proposal_id, Support.person_id == person_id, Support.withdrawn_at.is_(None)
    )
    return session.scalar(mine) is not None


def follow_of(session: Session, person_id: int | None, kind: FollowKind, key: str) -> Follow | None:
    """Return how this person follows something, if she does."""
    if person_id is None:
        return None
    return session.scalar(
        select(Follow).where(
            Follow.person_id == person_id, Follow.kind == kind, Follow.key == key, Follow.ended_at.is_(None)
        )
    )


def follows_of(session: Session, person_id: int) -> Sequence[Follow]:
    """Return everything this person follows."""
    return session.scalars(
        select(Follow).where(Follow.person_id == person_id, Follow.ended_at.is_(None)).order_by(Follow.kind, Follow.id)
    ).all()


def join_request(session: Session, proposal_id: int) -> JoinRequest | None:
    """Return the question about joining that waits for the author."""
    return session.scalar(
        select(JoinRequest)
        .where(JoinRequest.proposal_id == proposal_id, JoinRequest.answered_at.is_(None))
        .options(joinedload(JoinRequest.into))
    )


def joined_here(session: Session, proposal_id: int) -> list[ProposalCard]:
    """Return the submissions that were joined with this one."""
    return list(_cards(session, select(*_COLUMNS).where(Proposal.joined_into_id == proposal_id, _NAMED).limit(50)))


def draft_by_key(session: Session, public_id: str) -> Draft | None:
    """Return a draft with its files, if it is still one."""
    return session.scalar(
        select(Draft)
        .where(Draft.public_id == public_id, Draft.proposal_id.is_(None))
        .options(selectinload(Draft.attachments).joinedload(Attachment.file))
    )


def number_of_draft(session: Session, public_id: str) -> str | None:
    """Return the number of the submission a draft became."""
    return session.scalar(select(Proposal.number).join(Draft).where(Draft.public_id == public_id))


def attachment(session: Session, public_id: str) -> Attachment | None:
    """Return a file with what it belongs to."""
    return session.scalar(
        select(Attachment).where(Attachment.public_id == public_id).options(joinedload(Attachment.file))
    )


def owners_of(session: Session, attachment: Attachment) -> tuple[Proposal | None, OfficialAnswer | None]:
    """Return the submission or the answer a file belongs to, with what the policy must know of it."""
    if attachment.proposal_id is not None:
        loading = joinedload(Proposal.council).joinedload(Council.organisation)
        return session.get(Proposal, attachment.proposal_id, options=(loading,)), None
    if attachment.answer_id is not None:
        carried = joinedload(OfficialAnswer.recommendation).options(
            joinedload(Recommendation.council).joinedload(Council.organisation)
        )
        return None, session.get(OfficialAnswer, attachment.answer_id, options=(carried,))
    return None, None


def council_names(session: Session) -> list[tuple[int, Slots]]:
    """Return the councils a list can be narrowed to, in their order."""
    chosen = select(Council.id, Organisation.name).join(Organisation, Organisation.id == Council.organisation_id)
    return [(row[0], row[1]) for row in session.execute(chosen.order_by(Council.position, Council.id))]


def scans_of(session: Session, proposal_id: int) -> Sequence[Attachment]:
    """Return the scans of the sheet from which staff typed a submission: for the desk's eyes, never published."""
    return session.scalars(
        select(Attachment)
        .join(Draft, Draft.id == Attachment.draft_id)
        .where(Draft.proposal_id == proposal_id, Attachment.proposal_id.is_(None))
        .options(joinedload(Attachment.file))
        .order_by(Attachment.id)
    ).all()


def similar(session: Session, text: str, *, place: str = "", limit: int = 5) -> list[ProposalCard]:
    """Return public submissions that speak of the same, the likeliest first."""
    return cards_by_id(session, [hit.proposal_id for hit in search.similar(session, text, place=place, limit=limit)])


class QueueRow(NamedTuple):
    """One submission on the desk."""

    id: int
    number: str
    title: str
    lang: str
    state: State
    state_at: datetime
    place: str
    topic: Topic
    supports: int
    council_id: int
    revision: int
    checked_revision: int
    supports_needed: int | None
    channel: Channel
    entered_by_id: int | None
    second_id: int | None
    due: Due | None = None
    turn: int = 0
    """Its place among those of its council that wait for the same, from one on."""


_QUEUE: Final = tuple(getattr(Proposal, name) for name in QueueRow._fields if name not in {"due", "turn"})


def desk_rows(
    session: Session,
    organisations: Sequence[int] | None,
    states: Collection[State],
    *,
    limit: int = 100,
    offset: int = 0,
) -> list[QueueRow]:
    """Return what waits at the desks of these councils (None: of all), the longest waiting first."""
    turn = func.row_number().over(partition_by=Proposal.council_id, order_by=(Proposal.state_at, Proposal.id))
    statement = select(*_QUEUE, turn).where(Proposal.state.in_(sorted(states)))
    if organisations is not None:
        statement = statement.join(Council).where(Council.organisation_id.in_(organisations))
    chosen = statement.order_by(Proposal.state_at, Proposal.id).offset(offset).limit(limit)
    rows = [QueueRow(*row[:-1])._replace(turn=row[-1]) for row in session.execute(chosen)]
    due = _checking(session, [row.id for row in rows]) | due_of(session, [row.id for row in rows])
    return [row._replace(due=due.get(row.id)) for row in rows]


def changed_since_checked(session: Session, organisations: Sequence[int] | None) -> list[QueueRow]:
    """Return public submissions whose text a moderator has not seen since it was changed."""
    statement = select(*_QUEUE).where(_NAMED, Proposal.revision > Proposal.checked_revision)
    if organisations is not None:
        statement = statement.join(Council).where(Council.organisation_id.in_(organisations))
    return [QueueRow(*row) for row in session.execute(statement.order_by(Proposal.id).limit(100))]


def _checking(session: Session, ids: Collection[int]) -> dict[int, Due]:
    rows = session.execute(
        select(Deadline.proposal_id, Deadline.id, Deadline.kind, Deadline.due_on, Deadline.unit).where(
            Deadline.proposal_id.in_(ids),
            Deadline.kind == DeadlineKind.CHECKING,
            Deadline.state == DeadlineState.RUNNING,
        )
    )
    return {row[0]: Due(*row[1:]) for row in rows if row[0] is not None}


def place_in_checking(session: Session, proposal: Proposal) -> int:
    """Return which place a submission has among those its council's moderators have to look at."""
    ahead = select(func.count()).where(
        Proposal.council_id == proposal.council_id,
        Proposal.state == State.CHECKING,
        tuple_(Proposal.state_at, Proposal.id) < tuple_(proposal.state_at, proposal.id),
    )
    return session.scalars(ahead).one() + 1


def considered_by(session: Session, council_id: int) -> list[QueueRow]:
    """Return what a council is considering or has recommended on: what a recommendation can carry."""
    chosen = (
        select(*_QUEUE)
        .where(Proposal.council_id == council_id, Proposal.state.in_((State.AT_COUNCIL, State.RECOMMENDED)))
        .order_by(Proposal.state, Proposal.number)
        .limit(200)
    )
    return [QueueRow(*row) for row in session.execute(chosen)]


class RecommendationRow(NamedTuple):
    """One recommendation in a table."""

    id: int
    number: str | None
    title: Slots
    state: RecommendationState
    addressee: Slots
    sent_at: datetime | None
    council_id: int
    due: Due | None = None
    verdict: Verdict | None = None


def recommendation_rows(
    session: Session,
    *,
    council_id: int | None = None,
    organisations: Sequence[int] | None = None,
    addressees: Sequence[int] | None = None,
    drafts: bool = False,
    limit: int = 30,
) -> list[RecommendationRow]:
    """Return recommendations, the newest first, with their running clock or the verdict of the answer."""
    columns = (
        Recommendation.id,
        Recommendation.number,
        Recommendation.title,
        Recommendation.state,
        Organisation.name,
        Recommendation.sent_at,
        Recommendation.council_id,
    )
    statement = select(*columns).join(Organisation, Organisation.id == Recommendation.addressee_id)
    if council_id is not None:
        statement = statement.where(Recommendation.council_id == council_id)
    if organisations is not None or addressees is not None:
        mine = [Recommendation.addressee_id.in_(addressees or ())]
        of_councils = select(Council.id).where(Council.organisation_id.in_(organisations or ()))
        mine.append(Recommendation.council_id.in_(of_councils))
        statement = statement.where(or_(*mine))
    if not drafts:
        statement = statement.where(Recommendation.sent_at.is_not(None))
    rows = [
        RecommendationRow(*row) for row in session.execute(statement.order_by(Recommendation.id.desc()).limit(limit))
    ]
    ids = [row.id for row in rows]
    due, verdicts = _recommendation_clocks(session, ids), _verdicts(session, ids)
    return [row._replace(due=due.get(row.id), verdict=verdicts.get(row.id)) for row in rows]


def _recommendation_clocks(session: Session, ids: Collection[int]) -> dict[int, Due]:
    rows = session.execute(
        select(Deadline.recommendation_id, Deadline.id, Deadline.kind, Deadline.due_on, Deadline.unit)
        .where(Deadline.recommendation_id.in_(ids), Deadline.state == DeadlineState.RUNNING)
        .order_by(Deadline.id)
    )
    return {row[0]: Due(*row[1:]) for row in rows if row[0] is not None}


def _verdicts(session: Session, ids: Collection[int]) -> dict[int, Verdict]:
    rows = session.execute(
        select(OfficialAnswer.recommendation_id, OfficialAnswer.verdict)
        .where(OfficialAnswer.recommendation_id.in_(ids), OfficialAnswer.state == AnswerState.PUBLISHED)
        .order_by(OfficialAnswer.round)
    )
    return {row[0]: row[1] for row in rows}


class DeskCounts(NamedTuple):
    """How much waits at a desk."""

    states: dict[State, int]
    changed: int
    """Public submissions whose text was changed since a moderator looked."""
    drafted: int
    """Recommendations not sent yet."""
    waiting: int
    """Recommendations without an answer."""
    objections: int


def desk_counts(session: Session, looked_after: Sequence[int] | None, secretary_of: Sequence[int] | None) -> DeskCounts:
    """Count what waits for somebody who looks after some councils (None: all) and is secretary of some."""
    numbers = select(Proposal.state, func.count()).group_by(Proposal.state)
    changed = select(func.count()).where(_NAMED, Proposal.revision > Proposal.checked_revision)
    if looked_after is not None:
        councils = select(Council.id).where(Council.organisation_id.in_(looked_after))
        numbers = numbers.where(Proposal.council_id.in_(councils))
        changed = changed.where(Proposal.council_id.in_(councils))
    drafted = _of_secretary(_number_of(RecommendationState.DRAFT), secretary_of)
    waiting = _of_secretary(_number_of(RecommendationState.SENT), secretary_of, bodies=True)
    objections = (
        select(func.count())
        .select_from(Objection)
        .join(Recommendation, Recommendation.id == Objection.recommendation_id)
    )
    undecided = _of_secretary(objections.where(Objection.upheld.is_(None)), secretary_of)
    sums = (changed.scalar_subquery(), *(chosen.scalar_subquery() for chosen in (drafted, waiting, undecided)))
    states: dict[State, int] = {row[0]: row[1] for row in session.execute(numbers)}
    return DeskCounts(states, *session.execute(select(*sums)).one())


def _number_of(state: RecommendationState) -> Any:
    return select(func.count(Recommendation.id)).where(Recommendation.state == state)


def _of_secretary(chosen: Any, organisations: Sequence[int] | None, *, bodies: bool = False) -> Any:
    """Narrow a choice of recommendations to those of one's councils, and, if asked, to those sent to one's bodies."""
    if organisations is None:
        return chosen
    councils = select(Council.id).where(Council.organisation_id.in_(organisations))
    mine = Recommendation.council_id.in_(councils)
    return chosen.where(or_(mine, Recommendation.addressee_id.in_(organisations)) if bodies else mine)


def desk_recommendations(
    session: Session,
    state: RecommendationState,
    organisations: Sequence[int] | None,
    *,
    bodies: bool = False,
    limit: int = 30,
    offset: int = 0,
) -> list[RecommendationRow]:
    """Return recommendations in one state for their secretaries, the nearest date first: what is overdue leads."""
    columns = (
        Recommendation.id,
        Recommendation.number,
        Recommendation.title,
        Recommendation.state,
        Organisation.name,
        Recommendation.sent_at,
        Recommendation.council_id,
    )
    clock = and_(Deadline.recommendation_id == Recommendation.id, Deadline.state == DeadlineState.RUNNING)
    nearest = select(func.min(Deadline.due_on)).where(clock).correlate(Recommendation).scalar_subquery()
    chosen = (
        select(*columns)
        .join(Organisation, Organisation.id == Recommendation.addressee_id)
        .where(Recommendation.state == state)
        .order_by(nearest.is_(None), nearest, Recommendation.id)
    )
    found = session.execute(_of_secretary(chosen, organisations, bodies=bodies).offset(offset).limit(limit))
    rows = [RecommendationRow(*row) for row in found]
    due = _recommendation_clocks(session, [row.id for row in rows])
    return [row._replace(due=due.get(row.id)) for row in rows]


def desk_recommendations_of(session: Session, proposal_id: int) -> list[RecommendationRow]:
    """Return the recommendations that carry a submission, sent or not, without anything about answers."""
    chosen = (
        select(
            Recommendation.id,
            Recommendation.number,
            Recommendation.title,
            Recommendation.state,
            Organisation.name,
            Recommendation.sent_at,
            Recommendation.council_id,
        )
        .join(Organisation, Organisation.id == Recommendation.addressee_id)
        .join(RecommendationProposal, RecommendationProposal.recommendation_id == Recommendation.id)
        .where(RecommendationProposal.proposal_id == proposal_id)
        .order_by(Recommendation.id)
    )
    return [RecommendationRow(*row) for row in session.execute(chosen)]


class ObjectionRow(NamedTuple):
    """One objection that the council has to decide on."""

    id: int
    made_at: datetime
    recommendation_id: int
    number: str | None
    title: Slots
    proposal_number: str
    proposal_title: str
    proposal_lang: str
    due: Due | None = None


def open_objections(
    session: Session, organisations: Sequence[int] | None, *, limit: int = 30, offset: int = 0
) -> list[ObjectionRow]:
    """Return the objections that are not decided yet, the oldest first."""
    chosen = (
        select(
            Objection.id,
            Objection.made_at,
            Recommendation.id,
            Recommendation.number,
            Recommendation.title,
            Proposal.number,
            Proposal.title,
            Proposal.lang,
        )
        .join(Recommendation, Recommendation.id == Objection.recommendation_id)
        .join(Proposal, Proposal.id == Objection.proposal_id)
        .where(Objection.upheld.is_(None))
        .order_by(Objection.made_at, Objection.id)
    )
    found = session.execute(_of_secretary(chosen, organisations).offset(offset).limit(limit))
    rows = [ObjectionRow(*row) for row in found]
    due = _recommendation_clocks(session, [row.recommendation_id for row in rows])
    return [row._replace(due=due.get(row.recommendation_id)) for row in rows]


class DeskCouncil(NamedTuple):
    """A council somebody looks after."""

    id: int
    organisation_id: int
    name: Slots


def desk_councils(session: Session, organisations: Sequence[int] | None) -> list[DeskCouncil]:
    """Return the councils behind these organisations (None: all), in their order."""
    chosen = select(Council.id, Council.organisation_id, Organisation.name).join(
        Organisation, Organisation.id == Council.organisation_id
    )
    if organisations is not None:
        chosen = chosen.where(Council.organisation_id.in_(organisations))
    return [DeskCouncil(*row) for row in session.execute(chosen.order_by(Council.position, Council.id))]


def people_by_id(session: Session, ids: Collection[int | None]) -> dict[int, Person]:
    """Return these people: for staff, who must know whom to ask."""
    wanted = sorted({one for one in ids if one is not None})
    return {one.id: one for one in session.scalars(select(Person).where(Person.id.in_(wanted)))} if wanted else {}


class CouncilNumbers(NamedTuple):
    """What a council's page counts."""

    recommended: int
    """Recommendations sent this year."""
    answered: int
    """Of them, answered."""
    in_time: int
    """Of those, on or before the day."""
    accepted: int


def council_numbers(session: Session, council_id: int, *, since: datetime) -> CouncilNumbers:
    """Count this year's recommendations of a council: sent, answered, in time, accepted."""
    sent = and_(
        Recommendation.council_id == council_id,
        Recommendation.sent_at.is_not(None),
        Recommendation.sent_at >= since,
    )
    recommended = session.scalars(select(func.count(Recommendation.id)).where(sent)).one()
    rows: Any = session.execute(
        select(OfficialAnswer.published_at, OfficialAnswer.verdict, func.min(Deadline.due_on))
        .join(Recommendation, Recommendation.id == OfficialAnswer.recommendation_id)
        .join(
            Deadline,
            and_(Deadline.recommendation_id == Recommendation.id, Deadline.kind == DeadlineKind.ANSWER),
            isouter=True,
        )
        .where(sent, OfficialAnswer.state == AnswerState.PUBLISHED, OfficialAnswer.round == 1)
        .group_by(OfficialAnswer.id, OfficialAnswer.published_at, OfficialAnswer.verdict)
    ).all()
    in_time = sum(1 for at, _, due in rows if at is not None and due is not None and local_day(at) <= due)
    accepted = sum(1 for _, verdict, _ in rows if verdict in (Verdict.ACCEPTED, Verdict.PARTLY))
    return CouncilNumbers(recommended, len(rows), in_time, accepted)


def answered_in(session: Session, place: str = "", *, limit: int = 3) -> list[ProposalCard]:
    """Return what was answered last, in a district if one is named.

    The latest of each state are found by the index over states, then put in order: all that was ever answered is a
    long list.
    """
    latest = []
    for state in (State.ANSWERED, State.DONE):
        chosen = select(Proposal.id).where(Proposal.state == state)
        if place:
            chosen = chosen.where(Proposal.place == place)
        newest = chosen.order_by(Proposal.state_at.desc(), Proposal.id.desc()).limit(limit).subquery()
        latest.append(select(newest.c.id))
    cards = select(*_COLUMNS).where(Proposal.id.in_(union_all(*latest)))
    newest_first = cards.order_by(Proposal.state_at.desc(), Proposal.id.desc()).limit(limit)
    return [ProposalCard(*row) for row in session.execute(newest_first)]


def my_proposals(session: Session, person_id: int) -> list[QueueRow]:
    """Return what a person handed in, the newest first."""
    chosen = select(*_QUEUE).where(Proposal.author_id == person_id).order_by(Proposal.id.desc()).limit(100)
    return [QueueRow(*row) for row in session.execute(chosen)]


def supported_by(session: Session, person_id: int) -> list[ProposalCard]:
    """Return what a person supports now."""
    mine = select(Support.proposal_id).where(Support.person_id == person_id, Support.withdrawn_at.is_(None))
    chosen = select(*_COLUMNS).where(Proposal.id.in_(mine), _NAMED).order_by(Proposal.state_at.desc()).limit(100)
    return list(_cards(session, chosen))


def newest_changes(session: Session, filters: Filters, *, limit: int = 30) -> list[FollowedChange]:
    """Return the latest public steps for a feed, narrowed like the list."""
    chosen = _narrowed(_change_columns(), filters, None)
    return [FollowedChange(*row) for row in session.execute(chosen.order_by(StateChange.id.desc()).limit(limit))]


class FollowedChange(NamedTuple):
    """One public step of a submission."""

    id: int
    act: Act
    happened_at: datetime
    reason: Slots
    number: str
    title: str
    lang: str


TOLD: Final = frozenset(Act) - {Act.SUBMIT, Act.RETURN, Act.REFUSE, Act.GATHER}
"""Steps followers hear of."""


def told_changes(proposal: Proposal) -> list[FollowedChange]:
    """Return the public steps of one submission for its feed, the latest first. Withdrawn, it has no title any more."""
    title = "" if proposal.state == State.WITHDRAWN else proposal.title
    return [
        FollowedChange(one.id, one.act, one.happened_at, one.reason, proposal.number, title, proposal.lang)
        for one in reversed(proposal.changes)
        if one.act in TOLD
    ]


def _change_columns() -> Any:
    return (
        select(
            StateChange.id,
            StateChange.act,
            StateChange.happened_at,
            StateChange.reason,
            Proposal.number,
            Proposal.title,
            Proposal.lang,
        )
        .join_from(Proposal, StateChange, StateChange.proposal_id == Proposal.id)
        .where(StateChange.act.in_(sorted(TOLD)))
    )


MOST_TOLD: Final = 100
"""So many steps one letter tells of."""


def settled_through(session: Session, *, until: datetime) -> int:
    """Return the last step before the first that is younger than a moment: whatever comes in now comes after it."""
    young = session.scalar(select(func.min(StateChange.id)).where(StateChange.happened_at > until))
    return young - 1 if young is not None else session.scalar(select(func.max(StateChange.id))) or 0


def changes_followed(session: Session, follows: Sequence[Follow], *, through: int) -> list[FollowedChange]:
    """Return the public steps up to one of them that these follows have not told of, each once, the first first."""
    wanted = []
    for row in follows:
        what = {
            FollowKind.PROPOSAL: Proposal.id,
            FollowKind.COUNCIL: Proposal.council_id,
            FollowKind.PLACE: Proposal.place,
            FollowKind.TOPIC: Proposal.topic,
        }[row.kind]
        number = row.kind in (FollowKind.PROPOSAL, FollowKind.COUNCIL)
        wanted.append(and_(what == (int(row.key) if number else row.key), StateChange.id > row.sent_through))
    if not wanted:
        return []
    chosen = _change_columns().where(or_(*wanted), StateChange.id <= through, _NAMED)
    return [FollowedChange(*row) for row in session.execute(chosen.order_by(StateChange.id).limit(MOST_TOLD))]


def people_to_tell(session: Session, pace: Pace, *, before: datetime) -> list[int]:
    """Return whose turn it is at this pace: last looked after before that moment, and something has happened since."""
    newest = select(func.max(StateChange.id)).scalar_subquery()
    chosen = (
        select(Follow.person_id)
        .where(Follow.pace == pace, Follow.ended_at.is_(None), Follow.told_at < before, Follow.sent_through < newest)
        .distinct()
        .order_by(Follow.person_id)
        .limit(2000)
    )
    return list(session.scalars(chosen))
