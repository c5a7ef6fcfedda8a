"""Signing in by one-time code, the sessions it opens, contacts, and roles.

`browser` is always the digest of a random value in the asking browser's cookie, with the purpose of the code mixed in.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from karavan.accounts import queries
from karavan.accounts.models import Organisation, Person, Role, RoleGrant, SignInCode, SignInSession
from karavan.accounts.problems import (
    CodeIsOver,
    CodeIsWrong,
    ContactIsTaken,
    RoleNeedsOrganisation,
    RoleNotHeld,
    UnknownOrganisation,
)
from karavan.core.contacts import Contact
from karavan.core.database import insert_once
from karavan.core.problems import Message, NotFound, Problem
from karavan.core.text import slugify
from karavan.core.tokens import digest, new_key
from karavan.notifications.letters import Recipient, post

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.accounts.models import OrganisationKind
    from karavan.core.languages import Slots
    from karavan.core.tokens import Keys

CODE_DIGITS: Final = 6
CODE_MINUTES: Final = 10
TRIES: Final = 5
UNSEEN: Final = timedelta(days=180)
"""A session that nobody used for so long is closed."""
KEPT: Final = timedelta(days=90)
"""How long a closed session stays in the database."""


class Entry(NamedTuple):
    """Somebody has signed in."""

    person_id: int
    name: str
    """Empty: she has not said yet what to call her."""


# --- Codes ------------------------------------------------------------------------------------------------


def send_code(session: Session, contact: Contact, *, browser: str, lang: str, keys: Keys, now: datetime) -> None:
    """Send a code to whoever wants to sign in, or to confirm a contact.

    Nothing here asks whether the contact is known, so a known and an unknown one cost and answer the same. A newer
    code for the same browser takes the place of the earlier: only the newest is ever looked at.
    """
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    session.add(
        SignInCode(
            contact_kind=contact.kind,
            contact=contact.value,
            contact_key=contact.key,
            browser=browser,
            code_digest=_code_digest(keys, browser, code),
            created_at=now,
            expires_at=now + timedelta(minutes=CODE_MINUTES),
        ),
    )
    to = Recipient(lang=lang, **{contact.kind: contact.value})
    payload = {"code": code, "minutes": CODE_MINUTES}
    post(session, "accounts/sign_in_code", key=f"code:{new_key()}", to=to, payload=payload, now=now)


def sign_in(
    session: Session, typed: str, *, browser: str, token: str, device: str, lang: str, keys: Keys, now: datetime
) -> Entry | Problem:
    """Let in whoever types the code that was sent to her; an unknown contact becomes a new account.

    A refusal is returned, not raised: the count of tries must be committed with it.
    """
    contact = _confirm(session, typed, browser=browser, keys=keys, now=now)
    if isinstance(contact, Problem):
        return contact
    person = _person_of(session, contact, lang, now)
    session.add(
        SignInSession(token_digest=digest(token), person_id=person.id, device=device, created_at=now, seen_at=now),
    )
    return Entry(person.id, person.name)


def add_contact(
    session: Session, person_id: int, typed: str, *, browser: str, keys: Keys, now: datetime
) -> Contact | Problem:
    """Give an account the contact that its owner has just confirmed by a code.

    That it belongs to somebody else is said only here, after she proved that it is hers, and never when a code is
    asked for. A refusal is returned, as in `sign_in`.
    """
    contact = _confirm(session, typed, browser=browser, keys=keys, now=now)
    if isinstance(contact, Problem):
        return contact
    try:
        with session.begin_nested():
            session.execute(update(Person).where(Person.id == person_id).values(**_columns(contact)))
    except IntegrityError:
        return ContactIsTaken()
    return contact


def _confirm(session: Session, typed: str, *, browser: str, keys: Keys, now: datetime) -> Contact | Problem:
    """Spend one try on the newest code of this browser; return the contact it proves, or what is wrong.

    The try is counted by the first statement, so that many guesses at once are no more than five.
    """
    newest = select(func.max(SignInCode.id)).where(SignInCode.browser == browser).scalar_subquery()
    tried = session.execute(
        update(SignInCode)
        .where(
            SignInCode.id == newest,
            SignInCode.used_at.is_(None),
            SignInCode.expires_at > now,
            SignInCode.attempts < TRIES,
        )
        .values(attempts=SignInCode.attempts + 1)
        .returning(
            SignInCode.id,
            SignInCode.attempts,
            SignInCode.code_digest,
            SignInCode.contact_kind,
            SignInCode.contact,
            SignInCode.contact_key,
        )
        .execution_options(synchronize_session=False),
    ).first()
    if tried is None:
        return CodeIsOver()
    code_id, attempts, expected, kind, value, key = tried
    if not hmac.compare_digest(expected, _code_digest(keys, browser, typed)):
        return _wrong(TRIES - attempts)
    session.execute(
        update(SignInCode)
        .where(SignInCode.id == code_id)
        .values(used_at=now)
        .execution_options(synchronize_session=False),
    )
    return Contact("email" if kind == "email" else "phone", value, key)


def _wrong(left: int) -> Problem:
    if not left:
        return CodeIsOver()
    sentence = Message.counted(
        "The code is not right. You have %(num)d more try.", "The code is not right. You have %(num)d more tries.", left
    )
    return CodeIsWrong(sentence, where="code")


def _code_digest(keys: Keys, browser: str, code: str) -> str:
    """Return what is kept of a code: keyed, because six digits alone are soon guessed, and salted by the browser."""
    return digest(keys.seal(f"{browser}.{code}", purpose="sign-in-code"))


def _person_of(session: Session, contact: Contact, lang: str, now: datetime) -> Person:
    """Return whose contact this is, opening an account at its first use; two at once open one."""
    person = queries.person_with(session, contact)
    if person is None:
        insert_once(session, Person, lang=lang, created_at=now, **_columns(contact))
        person = queries.person_with(session, contact)
    if person is None:
        raise AssertionError("an account was just opened")
    return person


def _columns(contact: Contact) -> dict[str, str]:
    return {"email": contact.value, "email_key": contact.key} if contact.kind == "email" else {"phone": contact.key}


# --- An account -------------------------------------------------------------------------------------------


def change_settings(session: Session, person_id: int, *, name: str, lang: str) -> None:
    """Keep what somebody wants to be called, and in which language she wants her letters."""
    person = session.get_one(Person, person_id)
    person.name, person.lang = name, lang


def see(session: Session, session_id: int, *, now: datetime) -> None:
    """Note that a device was here."""
    session.execute(update(SignInSession).where(SignInSession.id == session_id).values(seen_at=now))


def close_session(session: Session, person_id: int, session_id: int, *, now: datetime) -> None:
    """Sign one of somebody's own devices out; twice is fine.

    Raises:
        NotFound: there is no such session, or it is somebody else's.

    """
    found = session.get(SignInSession, session_id)
    if found is None or found.person_id != person_id:
        raise NotFound
    found.closed_at = found.closed_at or now


def close_other_sessions(session: Session, person_id: int, session_id: int, *, now: datetime) -> int:
    """Sign somebody out everywhere but on the device in her hand, and say how many those were."""
    closed = session.execute(
        update(SignInSession)
        .where(
            SignInSession.person_id == person_id,
            SignInSession.id != session_id,
            SignInSession.closed_at.is_(None),
        )
        .values(closed_at=now)
        .returning(SignInSession.id),
    )
    return len(closed.all())


# --- Roles ------------------------------------------------------------------------------------------------


def add_organisation(session: Session, slug: str, kind: OrganisationKind, name: Slots) -> bool:
    """Add whoever holds events, for an operator; False if the short name is taken."""
    return insert_once(session, Organisation, slug=slugify(slug), kind=kind, name=name, phone="", email="")


def grant_role(
    session: Session, contact: Contact, role: Role, organisation: str | None, *, lang: str, now: datetime
) -> bool:
    """Give somebody a role in one organisation, or the administrator's for the whole site; say whether it is new.

    Somebody without an account gets one: it is hers as soon as she confirms the contact by a code.

    Raises:
        RoleNeedsOrganisation, UnknownOrganisation.

    """
    place = _place(session, role, organisation)
    person = _person_of(session, contact, lang, now)
    session.execute(select(Person.id).where(Person.id == person.id).with_for_update())
    if _held(session, person.id, role, place):
        return False
    session.add(RoleGrant(person_id=person.id, role=role, organisation_id=place, granted_at=now))
    return True


def end_role(session: Session, contact: Contact, role: Role, organisation: str | None, *, now: datetime) -> None:
    """Take a role away. Its row stays, so that it is known who held it and until when.

    Raises:
        RoleNeedsOrganisation, UnknownOrganisation.
        RoleNotHeld: nobody with this contact holds it there.

    """
    place = _place(session, role, organisation)
    person = queries.person_with(session, contact)
    held = _held(session, person.id, role, place) if person else None
    if held is None:
        raise RoleNotHeld
    held.ended_at = now


def _place(session: Session, role: Role, organisation: str | None) -> int | None:
    if role == Role.ADMINISTRATOR:
        return None
    if not organisation:
        raise RoleNeedsOrganisation
    found = queries.organisation(session, organisation)
    if found is None:
        raise UnknownOrganisation(slug=organisation)
    return found.id


def _held(session: Session, person_id: int, role: Role, organisation_id: int | None) -> RoleGrant | None:
    grants = queries.live_grants(session, person_id)
    return next((one for one in grants if (one.role, one.organisation_id) == (role, organisation_id)), None)


# --- Forgetting -------------------------------------------------------------------------------------------


def forget_codes(session: Session, *, now: datetime) -> int:
    """Delete codes older than a day, and say how many they were."""
    old = delete(SignInCode).where(SignInCode.created_at < now - timedelta(days=1)).returning(SignInCode.id)
    return len(session.execute(old).all())


def forget_sessions(session: Session, *, now: datetime) -> None:
    """Close sessions nobody has used for half a year, and delete those closed three months ago."""
    session.execute(
        update(SignInSession)
        .where(SignInSession.closed_at.is_(None), SignInSession.seen_at < now - UNSEEN)
        .values(closed_at=now),
    )
    session.execute(delete(SignInSession).where(SignInSession.closed_at < now - KEPT))
