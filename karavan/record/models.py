"""Rows of the public record. Triggers in the database refuse to change or delete them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from karavan.core.database import Base, UtcDateTime, choice_column


class Verb(StrEnum):
    """What was done. Grammar: `subject.thing.past-participle`, or `subject.past-participle` for the subject itself.

    The first word is the kind of the one subject each row has; a test holds every verb to this grammar.
    """

    EVENT_CREATED = "event.created"
    EVENT_PUBLISHED = "event.published"
    EVENT_CHANGED = "event.changed"
    EVENT_CANCELLED = "event.cancelled"
    EVENT_CAPACITY_CHANGED = "event.capacity.changed"
    EVENT_OVERBOOKED = "event.capacity.overbooked"
    REGISTRATION_CREATED = "event.registration.created"
    REGISTRATION_QUEUED = "event.registration.queued"
    REGISTRATION_REJOINED = "event.registration.rejoined"
    SEATS_GIVEN_BACK = "event.seats.released"
    SEATS_OFFERED = "event.seats.offered"
    OFFER_ACCEPTED = "event.offer.accepted"
    OFFER_DECLINED = "event.offer.declined"
    OFFER_EXPIRED = "event.offer.expired"
    QUEUE_PASSED_OVER = "event.queue.passed"
    PERSON_CHECKED_IN = "event.person.arrived"
    ARRIVAL_UNDONE = "event.arrival.withdrawn"
    EVENT_POSTPONED = "event.postponed"
    EVENT_MESSAGE_SENT = "event.message.sent"
    PEOPLE_IMPORTED = "event.people.imported"
    PERSON_MOVED = "event.person.moved"
    SELECTION_OPENED = "event.selection.opened"
    SELECTION_CLOSED = "event.selection.closed"
    SELECTION_DRAWN = "event.selection.drawn"
    SELECTION_RELEASED = "event.selection.released"
    DEVICE_ADMITTED = "event.device.admitted"
    DEVICE_REVOKED = "event.device.revoked"
    CERTIFICATES_ISSUED = "event.certificates.issued"
    CERTIFICATE_REVOKED = "event.certificate.revoked"
    REPORT_ACCEPTED = "event.report.accepted"
    PEOPLE_ANONYMISED = "event.people.anonymised"
    COUNCIL_STATUTE_CHANGED = "council.statute.changed"
    COUNCIL_MEMBERS_CHANGED = "council.members.changed"
    COUNCIL_PROMISE_MADE = "council.promise.made"
    COUNCIL_PROMISE_JUDGED = "council.promise.judged"
    CALENDAR_CHANGED = "calendar.changed"
    PROPOSAL_SUBMITTED = "proposal.submitted"
    PROPOSAL_ENTERED = "proposal.entered"
    PROPOSAL_COMPARED = "proposal.text.compared"
    PROPOSAL_EDITED = "proposal.text.changed"
    PROPOSAL_RETURNED = "proposal.returned"
    PROPOSAL_REFUSED = "proposal.refused"
    PROPOSAL_PUBLISHED = "proposal.published"
    PROPOSAL_SUPPORTING = "proposal.supporting.begun"
    PROPOSAL_ADMITTED = "proposal.admitted"
    PROPOSAL_CONSIDERED = "proposal.consideration.begun"
    PROPOSAL_RECOMMENDED = "proposal.recommended"
    PROPOSAL_DECLINED = "proposal.declined"
    PROPOSAL_ANSWERED = "proposal.answered"
    PROPOSAL_REOPENED = "proposal.reopened"
    PROPOSAL_COMPLETED = "proposal.completed"
    PROPOSAL_WITHDRAWN = "proposal.withdrawn"
    PROPOSAL_JOINED = "proposal.joined"
    RECOMMENDATION_SENT = "recommendation.sent"
    RECOMMENDATION_EXTENDED = "recommendation.term.extended"
    RECOMMENDATION_OVERDUE = "recommendation.term.passed"
    RECOMMENDATION_ANSWERED = "recommendation.answered"
    RECOMMENDATION_CONTESTED = "recommendation.answer.contested"
    OBJECTION_DECIDED = "recommendation.objection.decided"
    HEARING_ANNOUNCED = "hearing.announced"
    HEARING_CHANGED = "hearing.changed"
    HEARING_DOCUMENT_REPLACED = "hearing.document.replaced"
    HEARING_STATEMENT_RECEIVED = "hearing.statement.received"
    HEARING_SPEAKER_REGISTERED = "hearing.speaker.registered"
    HEARING_BEGUN = "hearing.begun"
    HEARING_SPEAKER_HEARD = "hearing.speaker.heard"
    HEARING_QUESTION_ASKED = "hearing.question.asked"
    HEARING_QUESTIONS_MERGED = "hearing.questions.merged"
    HEARING_POLL_CLOSED = "hearing.poll.closed"
    HEARING_ENDED = "hearing.ended"
    HEARING_ANSWERED = "hearing.answer.published"
    HEARING_SUMMARISED = "hearing.summary.published"
    HEARING_CLOSED = "hearing.closed"
    HEARING_CANCELLED = "hearing.cancelled"
    SITTING_CONVENED = "sitting.convened"
    SITTING_AGENDA_CHANGED = "sitting.agenda.changed"
    SITTING_OPENED = "sitting.opened"
    SITTING_DECIDED = "sitting.decision.made"
    SITTING_CLOSED = "sitting.closed"
    SITTING_CANCELLED = "sitting.cancelled"
    PROTOCOL_WRITTEN = "protocol.written"
    PROTOCOL_LAID_OPEN = "protocol.corrections.invited"
    PROTOCOL_AGREED = "protocol.agreed"
    PROTOCOL_PUBLISHED = "protocol.published"
    RECORD_CORRECTED = "record.corrected"

    @property
    def subject(self) -> str:
        """The kind of thing it is about: the first word."""
        return self.value.partition(".")[0]


class ActorRole(StrEnum):
    """Who did it, as a reader may know it: by role, never by name."""

    RESIDENT = "resident"
    ORGANISER = "organiser"
    COUNCIL_MEMBER = "council_member"
    MODERATOR = "moderator"
    SECRETARY = "secretary"
    ADMINISTRATOR = "administrator"
    CLOCK = "clock"
    """Nobody: a rule whose time had come."""


SUBJECTS: Final = ("event", "proposal", "recommendation", "council", "calendar", "hearing", "sitting", "protocol")
"""What an entry can be about; each is a column `<kind>_id`, and exactly one of them is filled."""


class RecordEntry(Base):
    """One public act. Counts are public, names are not: `facts` holds numbers and states only."""

    __tablename__ = "record_entries"
    __table_args__ = (
        CheckConstraint(
            " + ".join(f"(CASE WHEN {kind}_id IS NULL THEN 0 ELSE 1 END)" for kind in (*SUBJECTS, "corrects")) + " = 1",
            name="one_subject",
        ),
        *(Index(f"ix_record_entries_{kind}", f"{kind}_id", "id") for kind in SUBJECTS),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    verb: Mapped[Verb] = mapped_column(choice_column(Verb))
    actor_role: Mapped[ActorRole] = mapped_column(choice_column(ActorRole))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("events.id"))
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposals.id"))
    recommendation_id: Mapped[int | None] = mapped_column(ForeignKey("recommendations.id"))
    council_id: Mapped[int | None] = mapped_column(ForeignKey("councils.id"))
    calendar_id: Mapped[int | None] = mapped_column(ForeignKey("calendar_versions.id"))
    hearing_id: Mapped[int | None] = mapped_column(ForeignKey("hearings.id"))
    sitting_id: Mapped[int | None] = mapped_column(ForeignKey("sittings.id"))
    protocol_id: Mapped[int | None] = mapped_column(ForeignKey("protocols.id"))
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("record_entries.id"))
    reason: Mapped[str] = mapped_column(Text, default="")
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    subject_label: Mapped[str] = mapped_column(String(120), default="")
