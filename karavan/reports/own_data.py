"""All that is kept of one person, in plain values: for her to take away. One list of rows for each kind."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from karavan.accounts.models import Person, RoleGrant, SignInSession
from karavan.core.text import csv_cell
from karavan.discussion.models import Comment, CommentDraft, CommentRevision
from karavan.events.models import Attendee, Registration
from karavan.events.queries import has_contact
from karavan.learning.models import Certificate, Feedback
from karavan.notifications.models import Letter
from karavan.proposals.models import Follow, Proposal, Support
from karavan.reports.holdings import holdings
from karavan.roster.models import ListMove, RosterLook
from karavan.selection.models import Application

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

Row = dict[str, Any]


def own_data(session: Session, person_id: int) -> dict[str, list[Row]]:
    """Gather everything that is a person's, by kind; kinds with nothing in them are left out."""
    person = session.get_one(Person, person_id)
    registrations = _registrations_of(session, person)
    ids = [one.id for one in registrations]
    events = sorted({one.event_id for one in registrations})
    kinds = {
        "account": [_account(person)],
        "roles": _roles(session, person_id),
        "devices": _devices(session, person_id),
        "registrations": [_registration(one) for one in registrations],
        "people": [_attendee(one, attendee) for one in registrations for attendee in one.attendees],
        "answers": [_answer(one, answer) for one in registrations for answer in one.answers],
        "consents": [_consent(one, consent) for one in registrations for consent in one.consents],
        "moves": _moves(session, ids),
        "remarks": _remarks(session, ids),
        "certificates": _certificates(session, ids),
        "applications": _applications(session, person),
        "letters": _letters(session, person),
        "looks": _looks(session, events),
        "proposals": _proposals(session, person_id),
        "supports": _supports(session, person_id),
        "follows": _follows(session, person_id),
        "comments": _comments(session, person_id),
        "drafts": _drafts(session, person_id),
        **{holding.name: holding.rows(session, person_id) for holding in holdings()},
    }
    return {kind: rows for kind, rows in kinds.items() if rows}


def as_archive(data: Mapping[str, Sequence[Row]], *, delimiter: str, at: datetime) -> bytes:
    """Return it as one file: JSON for programs, and a table of each kind that a spreadsheet opens."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        whole = {"made_at": _moment(at), **data}
        archive.writestr("data.json", json.dumps(whole, ensure_ascii=False, indent=2))
        for kind, rows in data.items():
            archive.writestr(f"{kind}.csv", _table(rows, delimiter))
    return file.getvalue()


def _table(rows: Sequence[Row], delimiter: str) -> str:
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(rows[0])
    for row in rows:
        writer.writerow([csv_cell(_cell(value)) for value in row.values()])
    return "\ufeff" + file.getvalue()


def _cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value


def _moment(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None


def of_hers(model: type[Registration | Application], person: Person) -> Any:
    """Return the condition that a row was made with one of her confirmed contacts."""
    return has_contact(model, email_key=person.email_key, phone=person.phone)


def addresses_of(session: Session, person: Person) -> list[str]:
    """Return every way letters to her were addressed, in small letters: also by what she once typed into a form."""
    found = {person.email, person.email_key, person.phone}
    for model in (Registration, Application):
        for row in session.execute(select(model.email, model.phone).where(of_hers(model, person))):
            found |= set(row)
    return sorted(one.lower() for one in found if one)


def _registrations_of(session: Session, person: Person) -> Sequence[Registration]:
    whole = (
        joinedload(Registration.event),
        selectinload(Registration.attendees).selectinload(Attendee.check_ins),
        selectinload(Registration.answers),
        selectinload(Registration.consents),
    )
    mine = select(Registration).where(of_hers(Registration, person))
    return session.scalars(mine.options(*whole).order_by(Registration.id)).all()


# --- Kinds ------------------------------------------------------------------------------------------------


def _account(person: Person) -> Row:
    return {
        "name": person.name,
        "email": person.email,
        "phone": person.phone,
        "language": person.lang,
        "created_at": _moment(person.created_at),
    }


def _roles(session: Session, person_id: int) -> list[Row]:
    grants = session.scalars(
        select(RoleGrant)
        .where(RoleGrant.person_id == person_id)
        .options(joinedload(RoleGrant.organisation))
        .order_by(RoleGrant.id)
    )
    return [
        {
            "role": one.role.value,
            "organisation": one.organisation.name.best("kk").text if one.organisation else "",
            "from": _moment(one.granted_at),
            "until": _moment(one.ended_at),
        }
        for one in grants
    ]


def _devices(session: Session, person_id: int) -> list[Row]:
    rows = session.scalars(select(SignInSession).where(SignInSession.person_id == person_id).order_by(SignInSession.id))
    return [
        {
            "device": one.device,
            "signed_in_at": _moment(one.created_at),
            "seen_at": _moment(one.seen_at),
            "closed_at": _moment(one.closed_at),
        }
        for one in rows
    ]


def _registration(one: Registration) -> Row:
    return {
        "event": one.event.slug,
        "title": one.event.title.best("kk").text,
        "number": one.number,
        "email": one.email,
        "phone": one.phone,
        "language": one.lang,
        "district": one.district,
        "channel": one.channel.value,
        "registered_at": _moment(one.created_at),
        "said_coming_at": _moment(one.coming_at),
    }


def _attendee(of: Registration, one: Attendee) -> Row:
    return {
        "event": of.event.slug,
        "registration": of.number,
        "name": one.name,
        "child": one.child,
        "code": one.code,
        "state": one.state.value,
        "needs": one.needs,
        "needs_note": one.needs_note,
        "sex": one.sex,
        "born": one.born,
        "role": one.role,
        "arrived_at": [_moment(check_in.arrived_at) for check_in in one.check_ins],
    }


def _answer(of: Registration, one: Any) -> Row:
    return {"event": of.event.slug, "question": one.question.label.best("kk").text, "answer": one.value}


def _consent(of: Registration, one: Any) -> Row:
    return {
        "event": of.event.slug,
        "purpose": one.purpose.value,
        "text_version": one.text_version,
        "given_at": _moment(one.given_at),
        "withdrawn_at": _moment(one.withdrawn_at),
    }


def _moves(session: Session, registrations: Sequence[int]) -> list[Row]:
    rows = session.scalars(
        select(ListMove)
        .join(Attendee)
        .where(Attendee.registration_id.in_(registrations))
        .options(joinedload(ListMove.attendee))
    )
    return [
        {
            "name": one.attendee.name,
            "before": one.before.value,
            "after": one.after.value,
            "reason": one.reason,
            "moved_at": _moment(one.moved_at),
        }
        for one in rows
    ]


def _remarks(session: Session, registrations: Sequence[int]) -> list[Row]:
    rows = session.scalars(select(Feedback).where(Feedback.registration_id.in_(registrations)))
    return [{"rating": one.rating, "words": one.words, "given_at": _moment(one.given_at)} for one in rows]


def _certificates(session: Session, registrations: Sequence[int]) -> list[Row]:
    rows = session.scalars(
        select(Certificate).join(Attendee).where(Attendee.registration_id.in_(registrations)).order_by(Certificate.id)
    )
    return [
        {
            "code": one.code,
            "name": one.name,
            "minutes": one.minutes,
            "days": one.days,
            "issued_at": _moment(one.issued_at),
            "revoked_at": _moment(one.revoked_at),
        }
        for one in rows
    ]


def _applications(session: Session, person: Person) -> list[Row]:
    names = (
        "name", "email", "phone", "lang", "district", "sex", "born", "role", "needs", "needs_note", "answers",
        "consents", "pseudonym", "score", "place",
    )  # fmt: skip
    return [
        {name: getattr(one, name) for name in names}
        | {"state": one.state.value, "handed_in_at": _moment(one.handed_in_at)}
        for one in session.scalars(select(Application).where(of_hers(Application, person)).order_by(Application.id))
    ]


def _letters(session: Session, person: Person) -> list[Row]:
    hers = func.lower(Letter.address).in_(addresses_of(session, person))
    rows = session.scalars(select(Letter).where(hers).order_by(Letter.id))
    return [
        {
            "letter": one.letter,
            "address": one.address,
            "language": one.lang,
            "state": one.state.value,
            "written_at": _moment(one.created_at),
            "sent_at": _moment(one.sent_at),
        }
        for one in rows
    ]


def _looks(session: Session, events: Sequence[int]) -> list[Row]:
    """Return when staff looked at people of the events she registered for: what was looked at, never by whom."""
    rows = session.scalars(select(RosterLook).where(RosterLook.event_id.in_(events)).order_by(RosterLook.id))
    return [{"what": one.what.value, "people": one.people, "looked_at": _moment(one.looked_at)} for one in rows]


def _proposals(session: Session, person_id: int) -> list[Row]:
    names = ("number", "author_name", "public_name", "title", "problem", "solution", "village")
    rows = session.scalars(select(Proposal).where(Proposal.author_id == person_id).order_by(Proposal.id))
    return [{name: getattr(one, name) for name in names} | {"state": one.state.value} for one in rows]


def _supports(session: Session, person_id: int) -> list[Row]:
    rows = session.execute(
        select(Proposal.number, Support.given_at, Support.withdrawn_at)
        .join(Support, Support.proposal_id == Proposal.id)
        .where(Support.person_id == person_id)
        .order_by(Support.id)
    )
    return [
        {"proposal": number, "given_at": _moment(given), "withdrawn_at": _moment(back)} for number, given, back in rows
    ]


def _follows(session: Session, person_id: int) -> list[Row]:
    rows = session.scalars(select(Follow).where(Follow.person_id == person_id).order_by(Follow.id))
    return [{"kind": one.kind.value, "key": one.key, "pace": one.pace.value} for one in rows]


def _comments(session: Session, person_id: int) -> list[Row]:
    rows = session.execute(
        select(Comment.public_id, Comment.author_name, Comment.visibility, Comment.posted_at, CommentRevision.source)
        .join(CommentRevision, CommentRevision.comment_id == Comment.id)
        .where(Comment.author_id == person_id)
        .order_by(CommentRevision.id)
    )
    return [
        {"id": one, "name": name, "state": state.value, "posted_at": _moment(posted), "text": source}
        for one, name, state, posted, source in rows
    ]


def _drafts(session: Session, person_id: int) -> list[Row]:
    rows = session.scalars(select(CommentDraft).where(CommentDraft.person_id == person_id).order_by(CommentDraft.id))
    return [{"text": one.source, "saved_at": _moment(one.saved_at)} for one in rows]
