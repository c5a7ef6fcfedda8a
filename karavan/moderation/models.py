"""Cases about what somebody wrote, and what follows from them. Facts true of one row; nothing here asks the database.

Two axes are never mixed: what readers see (`Visibility`, of the comment) and where the case stands (`CaseState`).
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from karavan.core.database import Base, UtcDateTime, choice_column


class Visibility(StrEnum):
    """What readers see of a comment."""

    PENDING = "pending"
    """Its author alone, with the place in the queue and the date: it is looked at before publication."""
    PUBLISHED = "published"
    HELD = "held"
    """A stub: held by a machine or awaiting a second moderator, until when and by which rule. Expires by itself."""
    REDACTED = "redacted"
    """The text with covered parts, each labelled with its rule."""
    REMOVED = "removed"
    """A tombstone: rule, reason, date, log number, state of the appeal. Replies stay."""
    WITHDRAWN = "withdrawn"
    """By the author herself. The text is sealed."""
    ERASED = "erased"
    """By law; the fingerprint and the log stay."""


READABLE = frozenset({Visibility.PUBLISHED, Visibility.REDACTED})
"""States in which there is a text to read, to answer, to find helpful, to flag."""


class Mode(StrEnum):
    """How a thread is moderated; shown to everyone."""

    BEFORE = "before"
    """Every comment is read by a moderator first."""
    AFTER = "after"
    """Comments appear at once, and a moderator reads each."""
    ON_REPORT = "on_report"
    """Comments appear at once; a moderator reads what somebody flags."""


class Origin(StrEnum):
    """Why a case was opened."""

    PREMODERATION = "premoderation"
    ROUTINE = "routine"
    """The thread's mode says that each comment is read."""
    FLAGS = "flags"
    FILTER = "filter"
    """A watched word or a link rule: a suspicion, never a verdict."""
    MODERATOR = "moderator"
    STATE_REQUEST = "state_request"
    NEW_FACTS = "new_facts"
    """After a final decision: new evidence, or a correction. The old entries stay."""


class CaseState(StrEnum):
    """Where a case stands. `moderation.lifecycle` says how it gets from one to the next."""

    OPEN = "open"
    CLAIMED = "claimed"
    ESCALATED = "escalated"
    """Decided by one moderator; a second one must agree before it holds."""
    DECIDED = "decided"
    APPEALED = "appealed"
    APPEAL_CLAIMED = "appeal_claimed"
    FINAL = "final"
    VOID = "void"
    """There is nothing to decide any more: withdrawn by its author, or the hold ran out."""


class Action(StrEnum):
    """What a decision does, from the least to the most."""

    KEEP = "keep"
    COVER = "cover"
    REMOVE = "remove"


class Outcome(StrEnum):
    """What becomes of a decision on appeal."""

    UPHELD = "upheld"
    OVERTURNED = "overturned"
    MODIFIED = "modified"


class Case(Base):
    """One question about one text. `version` rises with each step: whoever decides about an older one is refused."""

    __tablename__ = "moderation_cases"
    __table_args__ = (
        Index(
            "uq_moderation_cases_open",
            "comment_id",
            unique=True,
            sqlite_where=text("state IN ('open', 'claimed', 'escalated')"),
            postgresql_where=text("state IN ('open', 'claimed', 'escalated')"),
        ),
        Index("ix_moderation_cases_queue", "organisation_id", "state", "due_at", "id"),
        Index("ix_moderation_cases_due", "state", "due_at"),
        Index("ix_moderation_cases_comment", "comment_id", "id"),
        Index("ix_moderation_cases_closed", "organisation_id", "closed_at"),
        CheckConstraint(
            "(claimed_by_id IS NULL) = (claimed_until IS NULL)",
            name="claim_has_an_end",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id"))
    thread_id: Mapped[int] = mapped_column(ForeignKey("threads.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    """Whose moderators it waits for."""
    author_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    revision: Mapped[int]
    """Which text it is about."""
    origin: Mapped[Origin] = mapped_column(choice_column(Origin))
    state: Mapped[CaseState] = mapped_column(choice_column(CaseState), default=CaseState.OPEN)
    version: Mapped[int] = mapped_column(default=1)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """By when it is decided; of an appeal, by when that is."""
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When its first decision was taken, or it became void."""
    claimed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    claimed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    held: Mapped[bool] = mapped_column(default=False)
    """A machine holds the text until `due_at`; then it is shown again and the case goes on without haste."""
    weight: Mapped[int] = mapped_column(default=0)
    """Sum of its flags' weights, in hundredths."""
    flags: Mapped[int] = mapped_column(default=0)
    cluster: Mapped[bool] = mapped_column(default=False)
    """Its flags came in a burst."""
    marks: Mapped[list[Any]] = mapped_column(JSON, default=list)
    """What the filter found: [{"start", "end", "why", "clause"}], in characters of the source."""
    overdue_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it was noted in the log that the date had passed."""
    lang: Mapped[str] = mapped_column(String(2))
    alignment: Mapped[str] = mapped_column(String(8), default="")
    """Of the comment, for the statistics: for, against, neutral or none given."""

    decisions: Mapped[list[Decision]] = relationship(order_by="Decision.id", back_populates="case")
    appeal: Mapped[Appeal | None] = relationship(back_populates="case")
    state_request: Mapped[StateRequest | None] = relationship(back_populates="case")


class Part(StrEnum):
    """How somebody took part in a case. Whoever took any is no reviewer of it."""

    AUTHOR = "author"
    FLAGGER = "flagger"
    DECIDER = "decider"
    COSIGNER = "cosigner"
    CONFLICTED = "conflicted"


class CasePart(Base):
    """Somebody took part in a case. Triggers refuse a claim or a decision on appeal by anyone in this table."""

    __tablename__ = "moderation_parts"
    __table_args__ = (UniqueConstraint("case_id", "person_id", "part"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("moderation_cases.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    part: Mapped[Part] = mapped_column(choice_column(Part))


class Decision(Base):
    """What was decided, by which rule, on which text, and why: it feeds letter, tombstone, log and figures."""

    __tablename__ = "moderation_decisions"
    __table_args__ = (
        Index(
            "uq_moderation_decisions_standing",
            "case_id",
            "on_appeal",
            unique=True,
            sqlite_where=text("undone_at IS NULL"),
            postgresql_where=text("undone_at IS NULL"),
        ),
        CheckConstraint("cosigner_id IS NULL OR cosigner_id <> by_id", name="cosigned_by_another"),
        CheckConstraint("action = 'keep' OR clause <> ''", name="cites_a_rule"),
        CheckConstraint("action <> 'cover' OR CAST(spans AS TEXT) <> '[]'", name="covers_something"),
        Index("ix_moderation_decisions_by", "by_id", "decided_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("moderation_cases.id"))
    on_appeal: Mapped[bool] = mapped_column(default=False)
    revision: Mapped[int]
    action: Mapped[Action] = mapped_column(choice_column(Action))
    clause: Mapped[str] = mapped_column(String(20), default="")
    """A rule of `moderation.conduct`, and which wording of it."""
    clause_version: Mapped[int] = mapped_column(default=0)
    words: Mapped[str] = mapped_column(Text, default="")
    """Why the rule fits, in the moderator's own words; read by the author and by everybody."""
    words_lang: Mapped[str] = mapped_column(String(2), default="")
    spans: Mapped[list[Any]] = mapped_column(JSON, default=list)
    """What is covered: [[start, end], …] in characters of the source; never what stands there."""
    shown_before: Mapped[Visibility] = mapped_column(choice_column(Visibility))
    """What readers saw before, for undoing."""
    spans_before: Mapped[list[Any]] = mapped_column(JSON, default=list)
    outcome: Mapped[Outcome | None] = mapped_column(choice_column(Outcome))
    """On appeal: what became of the first decision."""
    found_by_machine: Mapped[bool] = mapped_column(default=False)
    decided_by_machine: Mapped[bool] = mapped_column(default=False)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    cosigner_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    cosigned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    needs_cosigner: Mapped[bool] = mapped_column(default=False)
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settles_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """Until then it can be undone; no letter leaves before."""
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    log_seq: Mapped[int | None]
    """Its line in the public log."""

    case: Mapped[Case] = relationship(back_populates="decisions")


class FlagOutcome(StrEnum):
    """What a moderator thought of a flag."""

    AGREED = "agreed"
    DISAGREED = "disagreed"
    VOID = "void"


class Flag(Base):
    """Somebody says that a text breaks a rule: once for each person and revision."""

    __tablename__ = "moderation_flags"
    __table_args__ = (
        UniqueConstraint("comment_id", "revision", "person_id"),
        Index("ix_moderation_flags_case", "case_id"),
        Index("ix_moderation_flags_person", "person_id", "made_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id"))
    revision: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    clause: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(Text, default="")
    weight: Mapped[int]
    """In hundredths: 100 is one ordinary person."""
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("moderation_cases.id"))
    outcome: Mapped[FlagOutcome | None] = mapped_column(choice_column(FlagOutcome))


class Appeal(Base):
    """An appeal («шағым») against a decision: once for each case, by its author or by somebody who flagged."""

    __tablename__ = "moderation_appeals"
    __table_args__ = (UniqueConstraint("case_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("moderation_cases.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    by_author: Mapped[bool]
    words: Mapped[str] = mapped_column(Text)
    lang: Mapped[str] = mapped_column(String(2))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)

    case: Mapped[Case] = relationship(back_populates="appeal")


class SanctionKind(StrEnum):
    """The ladder, from the least to the most. There is no secret step."""

    NOTE = "note"
    SLOW = "slow"
    """One comment in a while, in all threads of the organisation."""
    PREMODERATION = "premoderation"
    PAUSE = "pause"
    CLOSURE = "closure"
    """Writes nowhere on the site any more; may read, appeal, and use everything else."""


class Sanction(Base):
    """A measure against a person, always with a decision it rests on. Ends by itself."""

    __tablename__ = "moderation_sanctions"
    __table_args__ = (
        Index("ix_moderation_sanctions_person", "person_id", "ends_at"),
        Index("ix_moderation_sanctions_case", "case_id"),
        CheckConstraint("cosigner_id IS NULL OR cosigner_id <> by_id", name="cosigned_by_another"),
        CheckConstraint("NOT heavy OR starts_at IS NULL OR cosigner_id IS NOT NULL", name="heavy_is_cosigned"),
        CheckConstraint("kind NOT IN ('slow', 'premoderation', 'pause') OR hours > 0", name="has_duration"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("moderation_cases.id"))
    decision_id: Mapped[int] = mapped_column(ForeignKey("moderation_decisions.id"))
    kind: Mapped[SanctionKind] = mapped_column(choice_column(SanctionKind))
    hours: Mapped[int] = mapped_column(default=0)
    heavy: Mapped[bool] = mapped_column(default=False)
    """Longer than a day, or a closure: a second moderator signs."""
    by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    cosigner_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    starts_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """NULL: it awaits the second signature."""
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Undone: on appeal, with its decision, or because the second moderator refused."""


class LogAction(StrEnum):
    """What a line of the public log tells."""

    KEPT = "kept"
    COVERED = "covered"
    REMOVED = "removed"
    HELD = "held"
    RELEASED = "released"
    """A hold ran out, and nobody had decided."""
    UNDONE = "undone"
    PROPOSED = "proposed"
    """A first moderator decided; a second one has to agree."""
    REFUSED = "refused"
    """The second moderator did not agree."""
    APPEALED = "appealed"
    UPHELD = "upheld"
    OVERTURNED = "overturned"
    MODIFIED = "modified"
    RECUSED = "recused"
    OVERDUE = "overdue"
    SANCTIONED = "sanctioned"
    SANCTION_LIFTED = "sanction_lifted"
    REQUESTED = "requested"
    """A state body asked for something."""
    MODE_CHANGED = "mode_changed"
    THREAD_CLOSED = "thread_closed"
    THREAD_REOPENED = "thread_reopened"
    WORDS_CHANGED = "words_changed"
    """The list of watched words."""
    REOPENED = "reopened"
    """Something new became known about a text that was decided: a new case; the old lines stay."""


class LogLine(Base):
    """One line of the public log. Never changed, never the text it is about; each carries the one before it."""

    __tablename__ = "moderation_log"
    __table_args__ = (
        Index("ix_moderation_log_organisation", "organisation_id", "seq"),
        Index("ix_moderation_log_case", "case_id", "seq"),
        Index("ix_moderation_log_action", "action", "seq"),
        Index("ix_moderation_log_clause", "clause", "seq"),
        Index("ix_moderation_log_thread", "thread", "seq"),
        Index("ix_moderation_log_automated", "automated", "seq"),
        Index("ix_moderation_log_happened", "happened_at", "seq"),
    )

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Without gaps."""
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    action: Mapped[LogAction] = mapped_column(choice_column(LogAction))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("moderation_cases.id"))
    thread: Mapped[str] = mapped_column(String(24), default="")
    """Public id of the thread."""
    comment: Mapped[str] = mapped_column(String(24), default="")
    """Public id of the comment."""
    revision_sha256: Mapped[str] = mapped_column(String(64), default="")
    clause: Mapped[str] = mapped_column(String(20), default="")
    clause_version: Mapped[int] = mapped_column(default=0)
    words: Mapped[str] = mapped_column(Text, default="")
    """The moderator's own words, as she wrote them."""
    words_lang: Mapped[str] = mapped_column(String(2), default="")
    by: Mapped[str] = mapped_column(String(24))
    """Who, by role: `moderator:3` of the organisation, `second:5`, `machine`, `author`."""
    automated: Mapped[bool] = mapped_column(default=False)
    basis: Mapped[str] = mapped_column(String(16), default="")
    """Value of `Origin`."""
    lang: Mapped[str] = mapped_column(String(2), default="")
    alignment: Mapped[str] = mapped_column(String(8), default="")
    reverses: Mapped[int | None]
    """Number of the line it takes back."""
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """Numbers and states only."""
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)


class LogGate(Base):
    """The one row that is taken to write the next line: no gap, no number twice, one chain."""

    __tablename__ = "moderation_log_gate"

    id: Mapped[int] = mapped_column(primary_key=True)
    next_seq: Mapped[int]
    head: Mapped[str] = mapped_column(String(64))


class ReceiptKind(StrEnum):
    """Whose receipt it is."""

    AUTHOR = "author"
    REPORTER = "reporter"
    APPELLANT = "appellant"


class Receipt(Base):
    """A code by which somebody sees where her case stands, without signing in."""

    __tablename__ = "moderation_receipts"
    __table_args__ = (
        Index("ix_moderation_receipts_case", "case_id"),
        UniqueConstraint("case_id", "person_id", "kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(16), unique=True)
    kind: Mapped[ReceiptKind] = mapped_column(choice_column(ReceiptKind))
    case_id: Mapped[int] = mapped_column(ForeignKey("moderation_cases.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Alias(Base):
    """The number by which a moderator of an organisation stands in the log, always the same."""

    __tablename__ = "moderator_aliases"
    __table_args__ = (UniqueConstraint("organisation_id", "number"), UniqueConstraint("organisation_id", "person_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    number: Mapped[int]


class Interest(Base):
    """A moderator declares that she has an interest in what a thread is about (law 30-VIII, art. 1): she is skipped."""

    __tablename__ = "moderation_interests"
    __table_args__ = (
        Index(
            "uq_moderation_interests_live",
            "person_id",
            "thread_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    thread_id: Mapped[int] = mapped_column(ForeignKey("threads.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    declared_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Effect(StrEnum):
    """What a watched word does. None removes anything."""

    HOLD = "hold"
    MARK = "mark"


class WatchedWord(Base):
    """A word that makes a text suspect, until a person has read it."""

    __tablename__ = "watched_words"
    __table_args__ = (
        Index(
            "uq_watched_words_live",
            "organisation_id",
            "folded",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    term: Mapped[str] = mapped_column(String(60))
    """As it was entered; a star at its end stands for any ending."""
    folded: Mapped[str] = mapped_column(String(80))
    lang: Mapped[str] = mapped_column(String(2))
    effect: Mapped[Effect] = mapped_column(choice_column(Effect))
    clause: Mapped[str] = mapped_column(String(20))
    """Which rule it makes one think of."""
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StateRequest(Base):
    """A state body asked that something be taken down or given out: what it is based on, and what became of it."""

    __tablename__ = "state_requests"
    __table_args__ = (UniqueConstraint("case_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("moderation_cases.id"))
    office: Mapped[str] = mapped_column(String(200))
    article: Mapped[str] = mapped_column(String(200))
    """The article of the law it cites."""
    number: Mapped[str] = mapped_column(String(60), default="")
    dated: Mapped[date] = mapped_column(Date)
    basis: Mapped[str] = mapped_column(Text, default="")
    """What is asked for, and why, in its own words."""
    sealed_until: Mapped[date | None] = mapped_column(Date)
    """Until then the log names the office and the day, and nothing else."""
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)

    case: Mapped[Case] = relationship(back_populates="state_request")


class SecondLook(Base):
    """Another moderator decided a closed case anew without knowing how it ended: so agreement is measured."""

    __tablename__ = "moderation_second_looks"
    __table_args__ = (UniqueConstraint("decision_id", "by_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("moderation_decisions.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    action: Mapped[Action] = mapped_column(choice_column(Action))
    clause: Mapped[str] = mapped_column(String(20), default="")
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
