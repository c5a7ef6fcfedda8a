"""Correcting names, needs and answers on a ticket, and taking consents back. No seat changes hands here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from karavan.core.problems import NotFound
from karavan.events.models import LIVE, Answer, Consent, ConsentPurpose, Registration
from karavan.events.rules.register import CONSENT_TEXTS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.events.rules.register import Guest


def change_answers(
    session: Session,
    public_id: str,
    *,
    people: Mapping[int, Guest],
    answers: Mapping[int, Any],
    consents: frozenset[ConsentPurpose],
    now: datetime,
) -> None:
    """Write what a ticket's owner corrected. `people` is by attendee id; strangers' ids are ignored.

    Raises:
        NotFound: no such registration.

    """
    registration = session.scalar(select(Registration).where(Registration.public_id == public_id).with_for_update())
    if registration is None:
        raise NotFound
    for attendee in registration.attendees:
        correction = people.get(attendee.id)
        if correction is not None and attendee.state in LIVE:
            attendee.name, attendee.child = correction.name, correction.child
            attendee.needs, attendee.needs_note = list(correction.needs), correction.needs_note
            for asked in registration.event.asks:
                setattr(attendee, asked, getattr(correction, asked))
    known = {answer.question_id: answer for answer in registration.answers}
    for question_id, answer in known.items():
        if question_id not in answers and not answer.question.retired:
            session.delete(answer)  # asked, and left empty: what she took out must not stay
    for question_id, value in answers.items():
        if question_id in known:
            known[question_id].value = value
        else:
            registration.answers.append(Answer(question_id=question_id, value=value))
    _change_consents(registration, consents, now)


def _change_consents(registration: Registration, consents: frozenset[ConsentPurpose], now: datetime) -> None:
    """Keep the history: a consent taken back stays with its date, a new one is a new row."""
    standing = {consent.purpose: consent for consent in registration.consents if consent.withdrawn_at is None}
    for purpose in ConsentPurpose:
        if purpose == ConsentPurpose.PROCESSING:
            continue  # without it there is no registration: giving the seats back ends it
        if purpose in standing and purpose not in consents:
            standing[purpose].withdrawn_at = now
        if purpose in consents and purpose not in standing:
            registration.consents.append(
                Consent(purpose=purpose, text_version=CONSENT_TEXTS, lang=registration.lang, given_at=now),
            )
