"""Writing a submission: keeping a draft, handing it in, entering one for somebody else, changing the text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import joinedload

from karavan.core.database import insert_once
from karavan.core.problems import NotFound
from karavan.core.tokens import new_public_id
from karavan.core.when import local_day
from karavan.councils.models import Council
from karavan.deadlines.models import DeadlineKind
from karavan.files.rules import store
from karavan.proposals import letters, search
from karavan.proposals.lifecycle import OPEN_TO_EDITS, PUBLIC
from karavan.proposals.models import (
    Act,
    Attachment,
    Channel,
    Draft,
    NumberGate,
    Proposal,
    Revision,
    State,
    StateChange,
    Topic,
)
from karavan.proposals.problems import (
    ChangedMeanwhile,
    DayLimit,
    DraftIsGone,
    NotAtThisStage,
    NothingChanged,
    NotOpenToEdits,
    NotYours,
    SamePerson,
    TooManyFiles,
)
from karavan.proposals.rules.steps import start_clock, take
from karavan.record.models import ActorRole, Verb
from karavan.record.rules import note

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.files.checking import Examined

SERIES: Final = "MGS"
"""What the numbers of this region begin with."""
DRAFTS_LIVE: Final = timedelta(days=30)
FILES: Final = 5
CONSENT_TEXTS: Final = "2026-11"
"""Version of the consent wordings in `templates/writing` and `writing_forms`; change both together."""
A_DAY: Final = 10
"""How many submissions one person may hand in within a day."""


@dataclass(frozen=True, kw_only=True)
class Words:
    """The text of a submission, checked."""

    title: str
    problem: str
    solution: str


@dataclass(frozen=True, kw_only=True)
class Submission:
    """All that somebody hands in, already checked word by word."""

    key: str
    council_id: int
    words: Words
    lang: str
    place: str
    topic: Topic
    author_name: str
    public_name: str
    village: str = ""
    eotinish: str = ""
    channel: Channel = Channel.WEB
    author_email: str = ""
    author_phone: str = ""
    consent_lang: str = ""
    """The language in which the consents were read; empty: that of the text."""


def save_draft(session: Session, public_id: str, fields: dict[str, Any], *, lang: str, now: datetime) -> Draft:
    """Keep what was typed so far, for thirty days from now. The first time makes the draft.

    Raises:
        DraftIsGone: it was handed in already; what is typed now would be lost in it.

    """
    insert_once(session, Draft, public_id=public_id, lang=lang, fields={}, saved_at=now, expires_at=now + DRAFTS_LIVE)
    draft = _take_draft(session, public_id)
    draft.fields, draft.lang, draft.saved_at, draft.expires_at = fields, lang, now, now + DRAFTS_LIVE
    session.flush()
    return draft


def attach(session: Session, public_id: str, examined: Examined, *, name: str, lang: str, now: datetime) -> Attachment:
    """Put a file, examined already, with a draft.

    Raises:
        DraftIsGone, TooManyFiles.

    """
    insert_once(session, Draft, public_id=public_id, lang=lang, fields={}, saved_at=now, expires_at=now + DRAFTS_LIVE)
    draft = _take_draft(session, public_id)
    if len(draft.attachments) >= FILES:
        raise TooManyFiles
    file = store(session, examined, now=now)
    attachment = Attachment(public_id=new_public_id(), file_id=file.id, draft_id=draft.id, name=name)
    session.add(attachment)
    session.flush()
    return attachment


def detach(session: Session, public_id: str, attachment_id: str) -> None:
    """Take a file away from a draft; its bytes go with the next clearing up."""
    draft = _take_draft(session, public_id)
    for attachment in draft.attachments:
        if attachment.public_id == attachment_id:
            session.delete(attachment)


def submit(session: Session, wish: Submission, *, author_id: int, now: datetime) -> Proposal:
    """Hand in a submission and give it its number; the same draft sent again is the same submission.

    The gate of the number series is taken first: whoever presses twice, or whose answer was lost on the way, waits
    there for herself and finds what she handed in.

    Raises:
        DayLimit: more than one person's share for a day.
        NotFound: no such council.

    """
    if (known := _handed_in(session, wish.key)) is not None:
        return known
    gate = _take_numbers(session, now)
    if (known := _handed_in(session, wish.key)) is not None:
        return known
    if _handed_in_today(session, author_id, now) >= A_DAY:
        raise DayLimit
    proposal = _write_down(session, wish, gate, now=now)
    proposal.author_id = author_id
    session.flush()
    _take_over_draft(session, proposal)
    _begin(session, proposal, Verb.PROPOSAL_SUBMITTED, by=ActorRole.RESIDENT, actor_id=author_id, now=now)
    return proposal


def enter(session: Session, wish: Submission, *, by_person: int, now: datetime) -> Proposal:
    """Enter what somebody brought on paper, by telephone or in person: same number, same rights, its channel marked."""
    if (known := _handed_in(session, wish.key)) is not None:
        return known
    gate = _take_numbers(session, now)
    if (known := _handed_in(session, wish.key)) is not None:
        return known
    proposal = _write_down(session, wish, gate, now=now)
    proposal.entered_by_id = by_person
    proposal.author_email, proposal.author_phone = wish.author_email, wish.author_phone
    session.flush()
    _begin(session, proposal, Verb.PROPOSAL_ENTERED, by=ActorRole.SECRETARY, actor_id=by_person, now=now)
    return proposal


def compare(session: Session, proposal_id: int, *, by_person: int, read_version: int, now: datetime) -> Proposal:
    """Note that a second person compared a typed text with the original.

    Raises:
        NotFound, ChangedMeanwhile.
        NotAtThisStage: it was decided upon already.
        SamePerson: whoever typed it does not compare it.

    """
    proposal = take(session, proposal_id, read_version=read_version)
    if proposal.entered_by_id is None:
        raise NotFound
    if proposal.state != State.CHECKING:
        raise NotAtThisStage
    if proposal.entered_by_id == by_person:
        raise SamePerson
    proposal.second_id = by_person
    note(session, Verb.PROPOSAL_COMPARED, of=proposal_id, by=ActorRole.SECRETARY, now=now)
    session.flush()
    return proposal


def edit(
    session: Session, proposal_id: int, words: Words, *, person_id: int, read_version: int, now: datetime
) -> Proposal:
    """Change the text: a new revision, the old one stays readable, and whoever supported the old one is told.

    Raises:
        NotYours, NotOpenToEdits, NothingChanged, ChangedMeanwhile.

    """
    proposal = take(session, proposal_id, read_version=read_version)
    if proposal.author_id != person_id:
        raise NotYours
    if proposal.state not in OPEN_TO_EDITS:
        raise NotOpenToEdits
    if words == words_of(proposal):
        raise NothingChanged
    proposal.title, proposal.problem, proposal.solution = words.title, words.problem, words.solution
    proposal.revision += 1
    session.add(_revision(proposal, now))
    session.flush()
    if proposal.state in PUBLIC:
        letters.tell_text_changed(session, proposal, now)
        note(session, Verb.PROPOSAL_EDITED, of=proposal_id, by=ActorRole.RESIDENT, now=now, supports=proposal.supports)
        search.index(session, proposal)
    return proposal


def words_of(proposal: Proposal) -> Words:
    """Return a submission's text as it stands."""
    return Words(title=proposal.title, problem=proposal.problem, solution=proposal.solution)


def seen(session: Session, proposal_id: int, *, revision: int) -> None:
    """Note that a moderator has looked at a text that was changed after publication.

    Raises:
        ChangedMeanwhile: it was changed again; she has not seen that.

    """
    looked = session.scalar(
        update(Proposal)
        .where(Proposal.id == proposal_id, Proposal.revision == revision)
        .values(checked_revision=revision)
        .returning(Proposal.id)
        .execution_options(synchronize_session=False)
    )
    if looked is None:
        raise ChangedMeanwhile


def _take_draft(session: Session, public_id: str) -> Draft:
    """Take a draft's row and return it as it stands.

    Raises:
        DraftIsGone: there is none, or it was handed in.

    """
    found = session.scalar(
        update(Draft)
        .where(Draft.public_id == public_id, Draft.proposal_id.is_(None))
        .values(public_id=Draft.public_id)
        .returning(Draft.id)
        .execution_options(synchronize_session=False)
    )
    if found is None:
        raise DraftIsGone
    return session.get_one(Draft, found, options=(joinedload(Draft.attachments),), populate_existing=True)


def _take_numbers(session: Session, now: datetime) -> NumberGate:
    """Take the gate of this year's series. Nothing is given out yet: a repeated form must leave no gap."""
    return take_series(session, f"{SERIES}-{local_day(now).year}")


def take_series(session: Session, series: str) -> NumberGate:
    """Take the gate of a series of numbers, making it the first time."""
    insert_once(session, NumberGate, series=series, next_number=1)
    session.execute(
        update(NumberGate)
        .where(NumberGate.series == series)
        .values(next_number=NumberGate.next_number)
        .execution_options(synchronize_session=False)
    )
    return session.get_one(NumberGate, series, populate_existing=True)


def _handed_in(session: Session, key: str) -> Proposal | None:
    return session.scalar(select(Proposal).where(Proposal.key == key))


def _handed_in_today(session: Session, author_id: int, now: datetime) -> int:
    recent = select(func.count()).where(Proposal.author_id == author_id, Proposal.created_at > now - timedelta(days=1))
    return session.scalars(recent).one()


def _write_down(session: Session, wish: Submission, gate: NumberGate, *, now: datetime) -> Proposal:
    council = session.get(Council, wish.council_id, options=(joinedload(Council.organisation),))
    if council is None:
        raise NotFound
    number, gate.next_number = gate.next_number, gate.next_number + 1
    proposal = Proposal(
        number=f"{gate.series}-{number:05d}",
        key=wish.key,
        council=council,
        author_name=wish.author_name,
        public_name=wish.public_name,
        lang=wish.lang,
        place=wish.place,
        village=wish.village,
        topic=wish.topic,
        title=wish.words.title,
        problem=wish.words.problem,
        solution=wish.words.solution,
        state=State.CHECKING,
        state_at=now,
        revision=1,
        version=1,
        supports=0,
        consent_version=CONSENT_TEXTS,
        consent_lang=wish.consent_lang or wish.lang,
        consented_at=now,
        channel=wish.channel,
        eotinish=wish.eotinish,
        created_at=now,
    )
    session.add(proposal)
    return proposal


def _take_over_draft(session: Session, proposal: Proposal) -> None:
    """Let the draft become the submission, files and all."""
    draft_id = session.scalar(
        update(Draft)
        .where(Draft.public_id == proposal.key)
        .values(proposal_id=proposal.id, fields={})
        .returning(Draft.id)
        .execution_options(synchronize_session=False)
    )
    if draft_id is not None:
        session.execute(
            update(Attachment)
            .where(Attachment.draft_id == draft_id)
            .values(proposal_id=proposal.id)
            .execution_options(synchronize_session=False)
        )


def _begin(session: Session, proposal: Proposal, verb: Verb, *, by: ActorRole, actor_id: int, now: datetime) -> None:
    session.add(_revision(proposal, now))
    session.add(
        StateChange(
            proposal_id=proposal.id,
            version=proposal.version,
            act=Act.SUBMIT,
            before=State.DRAFT,
            after=State.CHECKING,
            by=by,
            actor_id=actor_id,
            happened_at=now,
        )
    )
    note(session, verb, of=proposal.id, by=by, now=now)
    session.flush()
    start_clock(session, proposal.council, DeadlineKind.CHECKING, by=by, now=now, proposal_id=proposal.id)
    letters.tell_author(session, proposal, Act.SUBMIT, reason=proposal.ended_reason, now=now)


def _revision(proposal: Proposal, now: datetime) -> Revision:
    return Revision(
        proposal_id=proposal.id,
        number=proposal.revision,
        title=proposal.title,
        problem=proposal.problem,
        solution=proposal.solution,
        supports=proposal.supports,
        written_at=now,
    )
