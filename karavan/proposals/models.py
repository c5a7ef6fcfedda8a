"""Submissions and all that hangs on them. Facts true of one row; nothing here asks the database."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from karavan.accounts.models import Organisation
from karavan.core.database import Base, UtcDateTime, choice_column
from karavan.core.languages import Slots, SlotsColumn
from karavan.councils.models import Council
from karavan.files.models import StoredFile
from karavan.record.models import ActorRole


class Topic(StrEnum):
    """What a submission is about."""

    WATER = "water"
    HEAT = "heat"
    POWER = "power"
    TARIFFS = "tariffs"
    ROADS = "roads"
    TRANSPORT = "transport"
    ECOLOGY = "ecology"
    WASTE = "waste"
    EDUCATION = "education"
    HEALTH = "health"
    TOWN = "town"
    SOCIAL = "social"
    CULTURE = "culture"
    OTHER = "other"


class State(StrEnum):
    """Where a submission is in its life. `proposals.lifecycle` says how it gets from one to the next."""

    DRAFT = "draft"
    CHECKING = "checking"
    REFUSED = "refused"
    PUBLISHED = "published"
    SUPPORTING = "supporting"
    ADMITTED = "admitted"
    AT_COUNCIL = "at_council"
    RECOMMENDED = "recommended"
    ANSWERED = "answered"
    DONE = "done"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    JOINED = "joined"


class Channel(StrEnum):
    """How a submission came in. Paper and the telephone are equal ways; a second person checks what was typed."""

    WEB = "web"
    PAPER = "paper"
    PHONE = "phone"
    IN_PERSON = "in_person"


class NumberGate(Base):
    """The one row of a series that is taken to give out its next number: no gap, no number twice."""

    __tablename__ = "number_gates"

    series: Mapped[str] = mapped_column(String(20), primary_key=True)
    """Such as `MGS-2026`."""
    next_number: Mapped[int]


class Draft(Base):
    """What somebody is still writing, kept without an account for thirty days behind an unguessable key."""

    __tablename__ = "proposal_drafts"
    __table_args__ = (Index("ix_proposal_drafts_expiry", "expires_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True)
    """Rendered into the form, sealed into the cookie; also what makes sending it twice the same as once."""
    lang: Mapped[str] = mapped_column(String(2))
    fields: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """As typed, unchecked."""
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposals.id"))
    """What became of it."""

    attachments: Mapped[list[Attachment]] = relationship(order_by="Attachment.id")


class Proposal(Base):
    """One submission. `version` rises with every change of state or text: a decision about an older one is refused."""

    __tablename__ = "proposals"
    __table_args__ = (
        CheckConstraint("author_id IS NOT NULL OR channel <> 'web'", name="has_author"),
        CheckConstraint("second_id IS NULL OR second_id <> entered_by_id", name="second_person_is_another"),
        Index("ix_proposals_newest", "published_at", "id"),
        Index("ix_proposals_supported", "supports", "id"),
        Index("ix_proposals_state", "state", "state_at", "id"),
        Index("ix_proposals_council", "council_id", "state", "published_at"),
        Index("ix_proposals_place", "place", "published_at"),
        Index("ix_proposals_topic", "topic", "published_at"),
        Index("ix_proposals_author", "author_id", "id"),
        Index("ix_proposals_joined", "joined_into_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    """`MGS-2026-00017`: on the slip, in the address, on the telephone."""
    key: Mapped[str] = mapped_column(String(40), unique=True)
    """The draft's public id, or the desk form's key: sending again finds the first."""
    council_id: Mapped[int] = mapped_column(ForeignKey("councils.id"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    author_name: Mapped[str] = mapped_column(String(120))
    """As she gave it; readers see `public_name`."""
    public_name: Mapped[str] = mapped_column(String(80))
    author_email: Mapped[str] = mapped_column(String(254), default="")
    author_phone: Mapped[str] = mapped_column(String(20), default="")
    """Only of authors without an account, so that they can be told."""
    lang: Mapped[str] = mapped_column(String(2))
    """The language it is written in, and in which its author is written to."""
    place: Mapped[str] = mapped_column(String(20))
    """A district: a key of `core.places.PLACES`."""
    village: Mapped[str] = mapped_column(String(80), default="")
    topic: Mapped[Topic] = mapped_column(choice_column(Topic))
    title: Mapped[str] = mapped_column(String(120))
    problem: Mapped[str] = mapped_column(Text)
    solution: Mapped[str] = mapped_column(Text)

    state: Mapped[State] = mapped_column(choice_column(State), default=State.CHECKING)
    state_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)
    revision: Mapped[int] = mapped_column(default=1)
    """Which text this is."""
    checked_revision: Mapped[int] = mapped_column(default=0)
    """The last text a moderator has seen."""
    supports: Mapped[int] = mapped_column(default=0)
    """Counted anew from the rows, under this row's lock, by each act that changes them."""
    supports_needed: Mapped[int | None]
    """What the council's statute asked for when it was published; NULL before."""

    consent_version: Mapped[str] = mapped_column(String(12), default="")
    """Which wording of the consents (to publish the text and the name shown; to be of age) was agreed to."""
    consent_lang: Mapped[str] = mapped_column(String(2), default="")
    """The language in which it was read."""
    consented_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    channel: Mapped[Channel] = mapped_column(choice_column(Channel), default=Channel.WEB)
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    second_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    """Who compared the typed text with the paper."""
    eotinish: Mapped[str] = mapped_column(String(40), default="")
    """The number of a formal appeal the author made there besides."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_reason: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    """Why it was returned, refused, declined or withdrawn; the last such reason."""
    joined_into_id: Mapped[int | None] = mapped_column(ForeignKey("proposals.id"))
    demo: Mapped[bool] = mapped_column(default=False)

    council: Mapped[Council] = relationship()
    joined_into: Mapped[Proposal | None] = relationship(remote_side="Proposal.id")
    attachments: Mapped[list[Attachment]] = relationship(order_by="Attachment.id")
    revisions: Mapped[list[Revision]] = relationship(order_by="Revision.number")
    changes: Mapped[list[StateChange]] = relationship(order_by="StateChange.id")


class Revision(Base):
    """One text of a submission, kept for good."""

    __tablename__ = "proposal_revisions"
    __table_args__ = (UniqueConstraint("proposal_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(120))
    problem: Mapped[str] = mapped_column(Text)
    solution: Mapped[str] = mapped_column(Text)
    supports: Mapped[int] = mapped_column(default=0)
    """How many people supported it when this text replaced the one before."""
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Act(StrEnum):
    """What moves a submission from one state to the next."""

    SUBMIT = "submit"
    RETURN = "return"
    REFUSE = "refuse"
    PUBLISH = "publish"
    GATHER = "gather"
    ADMIT = "admit"
    CONSIDER = "consider"
    RECOMMEND = "recommend"
    DECLINE = "decline"
    ANSWER = "answer"
    REOPEN = "reopen"
    COMPLETE = "complete"
    WITHDRAW = "withdraw"
    JOIN = "join"


class StateChange(Base):
    """One step of a submission's life. Never changed: triggers refuse it."""

    __tablename__ = "proposal_changes"
    __table_args__ = (UniqueConstraint("proposal_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"))
    version: Mapped[int]
    """The proposal's version after it; unique, so that no step can be taken twice."""
    act: Mapped[Act] = mapped_column(choice_column(Act))
    before: Mapped[State] = mapped_column(choice_column(State))
    after: Mapped[State] = mapped_column(choice_column(State))
    by: Mapped[ActorRole] = mapped_column(choice_column(ActorRole))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    reason: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Attachment(Base):
    """A picture or document with a submission, a draft of one, or an official answer."""

    __tablename__ = "attachments"
    __table_args__ = (
        CheckConstraint(
            "draft_id IS NOT NULL OR proposal_id IS NOT NULL OR answer_id IS NOT NULL", name="belongs_somewhere"
        ),
        Index("ix_attachments_draft", "draft_id"),
        Index("ix_attachments_proposal", "proposal_id"),
        Index("ix_attachments_answer", "answer_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_files.id"))
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("proposal_drafts.id"))
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposals.id"))
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("answers_official.id"))
    name: Mapped[str] = mapped_column(String(120))
    """As its owner called it, cleaned; the ending is ours."""

    file: Mapped[StoredFile] = relationship()


class Support(Base):
    """One person's support («қолдау»). Withdrawn rows stay; at most one of a person's is live."""

    __tablename__ = "supports"
    __table_args__ = (
        Index(
            "uq_supports_live",
            "proposal_id",
            "person_id",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        Index("ix_supports_given", "proposal_id", "given_at"),
        Index("ix_supports_person", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    revision: Mapped[int]
    """Which text she supported."""
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    moved_from_id: Mapped[int | None] = mapped_column(ForeignKey("supports.id"))
    """Her support for a submission that was joined with this one, moved by herself."""


class JoinRequest(Base):
    """A question to an author: may your submission be joined with that one?"""

    __tablename__ = "join_requests"
    __table_args__ = (
        CheckConstraint("proposal_id <> into_id", name="two_submissions"),
        Index(
            "uq_join_requests_open",
            "proposal_id",
            unique=True,
            sqlite_where=text("answered_at IS NULL"),
            postgresql_where=text("answered_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"))
    into_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"))
    reason: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    accepted: Mapped[bool | None]

    proposal: Mapped[Proposal] = relationship(foreign_keys="JoinRequest.proposal_id")
    into: Mapped[Proposal] = relationship(foreign_keys="JoinRequest.into_id")


class RecommendationState(StrEnum):
    """Where a recommendation («ұсыным») is."""

    DRAFT = "draft"
    SENT = "sent"
    ANSWERED = "answered"
    CONTESTED = "contested"
    """Answered; the author objects, and the council decides whether a new answer is due."""
    DROPPED = "dropped"
    """Given up before it was sent."""


class Recommendation(Base):
    """What a council asks of one body: the unit that is tracked. It may carry several submissions."""

    __tablename__ = "recommendations"
    __table_args__ = (
        Index("ix_recommendations_council", "council_id", "state", "id"),
        Index("ix_recommendations_addressee", "addressee_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str | None] = mapped_column(String(20), unique=True)
    """Given when it is sent: `MGS-R-2026-0031`."""
    council_id: Mapped[int] = mapped_column(ForeignKey("councils.id"))
    addressee_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    title: Mapped[Slots] = mapped_column(SlotsColumn)
    text: Mapped[Slots] = mapped_column(SlotsColumn)
    basis: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    """The sitting and the decision it rests on."""
    state: Mapped[RecommendationState] = mapped_column(choice_column(RecommendationState))
    version: Mapped[int] = mapped_column(default=1)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    council: Mapped[Council] = relationship()
    addressee: Mapped[Organisation] = relationship()
    proposals: Mapped[list[Proposal]] = relationship(secondary="recommendation_proposals", order_by="Proposal.id")
    answers: Mapped[list[OfficialAnswer]] = relationship(back_populates="recommendation", order_by="OfficialAnswer.id")


class RecommendationProposal(Base):
    """Which submissions a recommendation speaks for."""

    __tablename__ = "recommendation_proposals"
    __table_args__ = (Index("ix_recommendation_proposals_proposal", "proposal_id"),)

    recommendation_id: Mapped[int] = mapped_column(ForeignKey("recommendations.id"), primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"), primary_key=True)


class Verdict(StrEnum):
    """What a body says to a recommendation."""

    ACCEPTED = "accepted"
    PARTLY = "partly"
    EXPLAINED = "explained"
    DECLINED = "declined"


class AnswerState(StrEnum):
    """An answer is drafted by one person, checked by another, then published."""

    DRAFTED = "drafted"
    CHECKED = "checked"
    PUBLISHED = "published"


class OfficialAnswer(Base):
    """A body's reasoned answer to one recommendation; a second round only after an objection was upheld."""

    __tablename__ = "answers_official"
    __table_args__ = (
        UniqueConstraint("recommendation_id", "round"),
        CheckConstraint("checked_by_id IS NULL OR checked_by_id <> drafted_by_id", name="checked_by_another"),
        CheckConstraint("state <> 'published' OR checked_by_id IS NOT NULL", name="checked_before_published"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    recommendation_id: Mapped[int] = mapped_column(ForeignKey("recommendations.id"))
    round: Mapped[int] = mapped_column(default=1)
    state: Mapped[AnswerState] = mapped_column(choice_column(AnswerState), default=AnswerState.DRAFTED)
    version: Mapped[int] = mapped_column(default=1)
    """Raised by every edit; whoever checks or publishes says which version she read."""
    verdict: Mapped[Verdict] = mapped_column(choice_column(Verdict))
    text: Mapped[Slots] = mapped_column(SlotsColumn)
    signed_by: Mapped[str] = mapped_column(String(160), default="")
    received_on: Mapped[date | None] = mapped_column(Date)
    """When the body's letter arrived, if a secretary entered it."""
    promised_by: Mapped[date | None] = mapped_column(Date)
    """When it will be done, as the answer says."""
    drafted_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    checked_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    drafted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    recommendation: Mapped[Recommendation] = relationship(back_populates="answers")
    attachments: Mapped[list[Attachment]] = relationship(order_by="Attachment.id")
    ratings: Mapped[list[Rating]] = relationship(order_by="Rating.id")


class Rating(Base):
    """What an author thinks of an answer. One for each answer and author; she may change it."""

    __tablename__ = "answer_ratings"
    __table_args__ = (
        UniqueConstraint("answer_id", "proposal_id"),
        CheckConstraint("score BETWEEN 1 AND 3", name="score_in_range"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey("answers_official.id"))
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"))
    score: Mapped[int]
    """1 it does not answer, 2 in part, 3 it answers."""
    note: Mapped[str] = mapped_column(Text, default="")
    rated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Objection(Base):
    """An author contests an answer: once for each submission, by constraint."""

    __tablename__ = "objections"
    __table_args__ = (UniqueConstraint("recommendation_id", "proposal_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    recommendation_id: Mapped[int] = mapped_column(ForeignKey("recommendations.id"))
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"))
    answer_id: Mapped[int] = mapped_column(ForeignKey("answers_official.id"))
    reason: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    upheld: Mapped[bool | None]
    """NULL: the council has not decided yet."""
    decision: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class FollowKind(StrEnum):
    """What can be followed."""

    PROPOSAL = "proposal"
    COUNCIL = "council"
    PLACE = "place"
    TOPIC = "topic"


class Pace(StrEnum):
    """How often a follower is written to."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"


class Follow(Base):
    """Somebody wants to hear what becomes of something."""

    __tablename__ = "follows"
    __table_args__ = (
        Index(
            "uq_follows_live",
            "person_id",
            "kind",
            "key",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_follows_subject", "kind", "key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[FollowKind] = mapped_column(choice_column(FollowKind))
    key: Mapped[str] = mapped_column(String(40))
    """An id for submissions and councils, a name for places and topics."""
    pace: Mapped[Pace] = mapped_column(choice_column(Pace))
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    told_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When it was last looked whether there is anything to tell."""
    sent_through: Mapped[int]
    """The last change (`proposal_changes.id`) this follower was told of."""


class SearchTerm(Base):
    """A word that occurs in submissions, so that a misspelt one finds its neighbours."""

    __tablename__ = "search_terms"

    term: Mapped[str] = mapped_column(String(40), primary_key=True)
    uses: Mapped[int] = mapped_column(default=0)
