"""Applying for a place, and taking an application back. An application takes no seat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from karavan.core.problems import NotFound
from karavan.core.tokens import new_public_id
from karavan.events.models import EventState
from karavan.events.problems import EventIsCancelled
from karavan.events.rules.register import Outcome
from karavan.selection import letters
from karavan.selection.lifecycle import OPEN_TO_WITHDRAWAL
from karavan.selection.models import Application, ApplicationState, Call, CallState
from karavan.selection.problems import ApplicationStands, NotOpenForApplications
from karavan.selection.published import new_pseudonym
from karavan.selection.rules.taking import take

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.events.rules.register import Application as Wish


def hand_in(session: Session, event_id: int, wish: Wish, *, now: datetime) -> Outcome:
    """Take an application in; the same form twice is the same application.

    A contact that has applied already makes no second application: its owner is sent her link again, and whoever typed
    the contact in learns nothing.

    Raises:
        NotFound: no such public call.
        EventIsCancelled, NotOpenForApplications: the window.

    """
    call = take(session, event_id)
    pressed = session.scalar(select(Application).where(Application.event_id == event_id, Application.key == wish.key))
    if pressed is not None:
        return Outcome(pressed.public_id, fresh=False)
    refuse_outside_window(call, now)
    twin = _twin(session, event_id, wish)
    if twin is not None:
        letters.tell_again(session, call, twin, now)
        return Outcome(None, fresh=False)

    (guest,) = wish.guests
    number = session.scalars(select(func.count()).where(Application.event_id == event_id)).one() + 1
    application = Application(
        event_id=event_id,
        public_id=new_public_id(),
        key=wish.key,
        number=number,
        pseudonym=_unused_pseudonym(session, event_id),
        state=ApplicationState.HANDED_IN,
        version=1,
        name=guest.name,
        email=wish.email,
        email_key=wish.email_key,
        phone=wish.phone,
        lang=wish.lang,
        district=wish.district,
        sex=guest.sex,
        born=guest.born,
        role=guest.role,
        newcomer=True,
        needs=list(guest.needs),
        needs_note=guest.needs_note,
        answers={str(question_id): value for question_id, value in wish.answers.items()},
        consents=sorted(purpose.value for purpose in wish.consents),
        handed_in_at=now,
    )
    session.add(application)
    session.flush()
    letters.tell_received(session, call, application, now)
    return Outcome(application.public_id, fresh=True)


def withdraw(session: Session, event_id: int, public_id: str, *, now: datetime) -> bool:
    """Take an application back; say whether anything changed.

    Whoever stands on the published list stays there; the rules that are published with the choice say who had left.

    Raises:
        NotFound: no such application to this event.
        ApplicationStands: decisions are out, and there is a ticket to give back.

    """
    call = take(session, event_id)
    application = session.scalar(
        select(Application).where(Application.public_id == public_id, Application.event_id == event_id)
    )
    if application is None:
        raise NotFound
    if application.state == ApplicationState.WITHDRAWN:
        return False
    if call.state not in OPEN_TO_WITHDRAWAL:
        raise ApplicationStands
    application.state = ApplicationState.WITHDRAWN
    application.version += 1
    session.flush()
    letters.tell_withdrawn(session, call, application, now)
    return True


def refuse_outside_window(call: Call, now: datetime) -> None:
    """Say no unless applications are taken now.

    Raises:
        NotFound, EventIsCancelled, NotOpenForApplications.

    """
    if call.state == CallState.DRAFT or call.event.state == EventState.DRAFT:
        raise NotFound
    if call.event.state == EventState.CANCELLED:
        raise EventIsCancelled
    if call.state != CallState.OPEN or not call.opens_at <= now < min(call.closes_at, call.event.starts_at):
        raise NotOpenForApplications


def _twin(session: Session, event_id: int, wish: Wish) -> Application | None:
    stands = select(Application).where(
        Application.event_id == event_id, Application.state != ApplicationState.WITHDRAWN
    )
    for column, value in ((Application.email_key, wish.email_key), (Application.phone, wish.phone)):
        if value is not None and (found := session.scalar(stands.where(column == value).limit(1))) is not None:
            return found
    return None


def _unused_pseudonym(session: Session, event_id: int) -> str:
    while True:
        pseudonym = new_pseudonym()
        same = select(Application.id).where(Application.event_id == event_id, Application.pseudonym == pseudonym)
        if session.scalar(same) is None:
            return pseudonym
