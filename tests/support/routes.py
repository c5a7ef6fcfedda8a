"""Every address of Karavan, with its gaps filled from a town in which something stands behind each of them.

Tests about all routes go through here, so that a new route is covered on the day it appears: an argument that nobody
knows how to fill is a failure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from karavan.accounts.models import SignInSession
from karavan.core.clock import now
from karavan.core.database import Base, db
from karavan.core.languages import Slots
from karavan.core.tokens import new_public_id
from karavan.core.when import local_day
from karavan.councils.models import Council, CouncilLevel, Sector
from karavan.councils.rules import Seat, found_council, make_promise, seat_member
from karavan.door.models import DevicePass
from karavan.door.rules.passes import PinSlip, give_pass
from karavan.events.models import Question, QuestionKind
from karavan.events.rules.check_in import check_in
from karavan.events.rules.plan import QuestionLine
from karavan.files.checking import PNG, Examined
from karavan.files.models import StoredFile
from karavan.hearings.models import Hearing, HearingState
from karavan.hearings.rules.matrix import group
from karavan.learning.keys import keys_of
from karavan.learning.models import Certificate
from karavan.learning.rules.certify import Desk, issue
from karavan.learning.rules.photos import add_photo
from karavan.moderation.models import Effect, ReceiptKind
from karavan.moderation.queries import receipt_of
from karavan.moderation.rules.flag import flag
from karavan.moderation.rules.interests import declare
from karavan.moderation.rules.words import add_word
from karavan.notifications.models import MailboxLetter
from karavan.notifications.tasks import deliver_letters
from karavan.proposals.models import State
from karavan.proposals.rules.answer import contest
from karavan.proposals.rules.write import attach, save_draft
from karavan.protocols.models import Correction, Part, Protocol
from karavan.protocols.rules.write import lay_open, write as write_protocol
from karavan.record.models import ActorRole
from karavan.roster.queries import Filter
from karavan.roster.rules.bring_in import Reading, take_list
from karavan.roster.rules.messages import Wish, begin_message
from karavan.selection.models import Reviewer
from karavan.sittings.models import SittingState
from karavan.sittings.rules.attend import came
from karavan.sittings.rules.vote import open_vote
from tests.support.assembly import make_hearing, make_sitting
from tests.support.calls import apply, make_call
from tests.support.civic import make_person, make_proposal, proposal_recommendations
from tests.support.clocks import make_clock
from tests.support.live_hall import Gathering
from tests.support.makers import make_event, make_registration, write
from tests.support.talk import make_case, make_comment, make_thread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from sqlalchemy.orm import Session

    from karavan.discussion.models import Comment
    from karavan.events.models import Event, Registration
    from tests.support.cast import Cast


@dataclass(frozen=True)
class Address:
    """One way to knock at one door."""

    endpoint: str
    method: str
    url: str


@dataclass(frozen=True)
class Plant:
    """An event of the alliance with people in it, and what else addresses speak of."""

    app: Flask
    event: Event
    registration: Registration
    values: dict[str, Any]
    rooms: dict[str, dict[str, Any]]
    """What addresses of some blueprints speak of instead: another event, whose places are given by selection."""

    @property
    def event_ids(self) -> tuple[int, int]:
        """Return which events the alliance has."""
        return self.event.id, self.rooms["selection_desk"]["event_id"]

    def addresses(self, *methods: str) -> Iterator[Address]:
        """Give every address that answers one of the methods."""
        adapter = self.app.url_map.bind("karavan.test")
        for rule in sorted(self.app.url_map.iter_rules(), key=lambda rule: (rule.endpoint, rule.rule)):
            known = self.values | self.rooms.get(rule.endpoint.partition(".")[0], {})
            unknown = rule.arguments - known.keys() - (rule.defaults or {}).keys()
            if unknown:
                raise AssertionError(f"say in tests/support/routes.py what {sorted(unknown)} of {rule} may be")
            values = {name: known[name] for name in rule.arguments if name not in (rule.defaults or {})}
            built = adapter.build(rule.endpoint, values)
            for method in methods:
                if method in rule.methods:
                    yield Address(rule.endpoint, method, built)


def plant(app: Flask, cast: Cast) -> Plant:
    """Make something for every address to speak of. Needs an application context."""
    question = QuestionLine(kind=QuestionKind.TEXT, label=Slots(ru="Откуда вы?"))
    event = make_event(organisation=cast.alliance, seats=2, slug="planted", questions=(question,))
    registration = make_registration(event, people=2, email="amina@example.kz")
    make_registration(event, email="waiting@example.kz")
    deliver_letters()
    session_id = write(_session_of, cast.amina.id)
    values = {
        "lang": "en",
        "slug": event.slug,
        "event_id": event.id,
        "registration_id": registration.id,
        "token": app.extensions["karavan.keys"].seal(registration.public_id, purpose="ticket"),
        "code": registration.attendees[0].code,
        "session_id": session_id,
        "deadline_id": make_clock().id,
        "letter_id": db.session().scalars(select(MailboxLetter.id).order_by(MailboxLetter.id)).first(),
        "number": 1,
        "rest": "events/",
        "question_id": db.session().scalars(select(Question.id)).first(),
        **(council := _council(cast, event.slug)),
        **_life(council["council_id"]),
        **_talk(cast, council["council_id"]),
        **_desk_of_moderators(cast, council["council_id"]),
        **_draft(app),
        **_door(app, event, cast),
        **_message(event, cast),
        **_list_from_elsewhere(event, cast),
        **_hearing(cast, council["council_id"], event.slug),
        **_sitting(cast, council["council_id"], council["member_id"]),
        **_protocol(cast, council["council_id"]),
        **_after(app, event, registration, cast),
    }
    rooms = _selection(app, cast)
    db.session.close()
    return Plant(app, event, registration, values, rooms)


def _council(cast: Cast, slug: str) -> dict[str, Any]:
    """Found a council of Saule's with somebody in it, at the same address as the event."""
    by = {"by": ActorRole.SECRETARY, "now": now()}
    day = local_day(now())
    seat = Seat(name="Қайрат", sector=Sector.NGO, mandate_from=day, mandate_to=day)
    council = write(found_council, cast.council.id, slug=slug, level=CouncilLevel.CITY)
    return {
        "council_id": council.id,
        "member_id": write(seat_member, council.id, seat, **by).id,
        "promise_id": write(make_promise, council.id, Slots(ru="Обещание"), made_on=day, **by).id,
        "setting": "answer_term",
    }


def _life(council_id: int) -> dict[str, Any]:
    """Let a submission of that council be answered, and its author object."""
    proposal = make_proposal(db.session().get_one(Council, council_id), state=State.ANSWERED)
    (recommendation,) = proposal_recommendations(proposal.id)
    asked = {"person_id": proposal.author_id or 0, "reason": "Жауап жоқ", "now": now()}
    objection = write(contest, recommendation.id, proposal.id, **asked)
    return {
        "proposal_id": proposal.id,
        "recommendation_id": recommendation.id,
        "answer_id": objection.answer_id,
        "objection_id": objection.id,
        "act": "complete",
    }


def _talk(cast: Cast, council_id: int) -> dict[str, Any]:
    """Let Amina write in a thread of that council, and somebody answer her."""
    thread = make_thread(db.session().get_one(Council, council_id))
    comment = make_comment(thread, cast.amina)
    make_comment(thread, parent=comment)
    return {"thread": thread.public_id, "comment": comment.public_id, **_flagged(comment)}


def _flagged(comment: Comment) -> dict[str, Any]:
    """Let somebody flag a comment: she has a receipt, and the moderators have a case."""
    reader = make_person()
    facts = {"person_id": reader.id, "clause": "insults", "note": "", "revision": comment.revision, "now": now()}
    case_id = write(flag, comment.id, **facts).case_id or 0
    receipt = receipt_of(db.session(), case_id, reader.id, ReceiptKind.REPORTER)
    return {"case_id": case_id, "receipt": receipt}


def _desk_of_moderators(cast: Cast, council_id: int) -> dict[str, Any]:
    """Let a case wait for Saule, a word be watched, and her have an interest somewhere else."""
    council = db.session().get_one(Council, council_id)
    thread, other = make_thread(council), make_thread(council)
    by, organisation_id = cast.saule.id, council.organisation_id
    words: dict[str, Any] = {"lang": "kk", "effect": Effect.MARK, "clause": "advertising", "by_id": by, "now": now()}
    return {
        "case_id": make_case(make_comment(thread)).id,
        "interest_id": write(declare, other.id, person_id=by, note="", now=now()).id,
        "word_id": write(add_word, organisation_id, "несие*", **words).id,
    }


def _hearing(cast: Cast, council_id: int, slug: str) -> dict[str, Any]:
    """Let a hearing of that council go on, at the same address: a document, a statement and a question in a group."""
    council = db.session().get_one(Council, council_id)
    hearing = make_hearing(council, state=HearingState.LIVE, documents=1, secretary=cast.saule)
    write(_at_address, hearing.id, slug)
    people = Gathering(hearing.id, cast.saule.id, now(), now())
    statement, _ = people.statement(), people.question()
    return {
        "hearing_id": hearing.id,
        "document": hearing.documents[0].public_id,
        "group_id": write(group, hearing.id, [("statement", statement.id, None)], title=Slots(ru="Тариф")).id,
    }


def _at_address(session: Session, hearing_id: int, slug: str) -> None:
    session.get_one(Hearing, hearing_id).slug = slug


def _sitting(cast: Cast, council_id: int, member_id: int) -> dict[str, Any]:
    """Let that council sit, its first sitting, with a vote open."""
    council = db.session().get_one(Council, council_id)
    sitting = make_sitting(council, state=SittingState.OPEN, secretary=cast.saule)
    write(came, sitting.id, member_id, by_person=cast.saule.id, now=now())
    write(open_vote, sitting.items[0].id, draft=Slots(ru="Принять"), now=now())
    return {"sitting_id": sitting.id, "item_id": sitting.items[0].id, "deed": "postpone"}


def _protocol(cast: Cast, council_id: int) -> dict[str, Any]:
    """Let another hearing of that council be over: its protocol is open to corrections, and somebody asked for one."""
    council = db.session().get_one(Council, council_id)
    hearing = make_hearing(council, state=HearingState.HELD, secretary=cast.saule)
    made = write(write_protocol, "hearing", hearing.id, by=ActorRole.SECRETARY, now=now())
    write(lay_open, made.id, by=ActorRole.SECRETARY, read_version=1, now=now())
    return {
        "host": "hearing",
        "host_id": hearing.id,
        "protocol_id": made.id,
        "part": "facts",
        "tongue": "kk",
        "correction_id": write(_correction, made.id, cast.amina.id),
    }


def _correction(session: Session, protocol_id: int, person_id: int) -> int:
    session.get_one(Protocol, protocol_id).number = "1"
    asked = Correction(
        protocol_id=protocol_id, part=Part.FACTS, by_id=person_id, by_name="Әмина", words="Олай емес", made_at=now()
    )
    session.add(asked)
    session.flush()
    return asked.id


def _door(app: Flask, event: Event, cast: Cast) -> dict[str, Any]:
    """Give a device a pass for the first day of the event."""
    facts: dict[str, Any] = {"day": event.first_day, "name": "North", "slip": PinSlip.fresh(), "by": cast.bekzat.id}
    given = write(give_pass, event.id, new_public_id(), now=now(), **facts)
    device = db.session().get_one(DevicePass, given.pass_id)
    return {
        "pass_id": device.id,
        "pass_token": app.extensions["karavan.keys"].seal(device.public_id, purpose="door"),
    }


def _selection(app: Flask, cast: Cast) -> dict[str, dict[str, Any]]:
    """Let somebody apply for another event of the alliance, which Saule and Root score."""
    event = make_call(organisation=cast.alliance, reviewers=(cast.saule, cast.root), now=now())
    applied = apply(event, now=now())
    db.session().expire_all()
    reviewer = db.session().scalars(select(Reviewer.id).where(Reviewer.person_id == cast.saule.id)).one()
    here = {"event_id": event.id, "number": applied.number}
    return {
        "selection_desk": here | {"application_id": applied.id, "reviewer_id": reviewer},
        "reviewing": here,
        "selection": {
            "slug": event.slug,
            "token": app.extensions["karavan.keys"].seal(applied.public_id, purpose="application"),
            "draw_file": "again.py",
        },
    }


def _message(event: Event, cast: Cast) -> dict[str, Any]:
    """Keep a message to everybody that is not sent yet."""
    wish = Wish(subject=Slots(ru="Что взять"), body=Slots(ru="Воду"), chosen=Filter())
    asked: dict[str, Any] = {"key": "a-key-of-a-form", "by_id": cast.bekzat.id, "now": now()}
    return {"message_id": write(begin_message, event.id, wish, **asked)}


def _list_from_elsewhere(event: Event, cast: Cast) -> dict[str, Any]:
    """Hand in a list of people that nobody has brought in."""
    reading = Reading(",", ["Name", "Phone"], {"name": 0, "phone": 1, "header": 1})
    facts: dict[str, Any] = {"name": "list.csv", "text": "Name,Phone\nOlga,87012345699", "reading": reading}
    return {"import_id": write(take_list, event.id, **facts, by_id=cast.bekzat.id, now=now())}


def _draft(app: Flask) -> dict[str, Any]:
    """Keep what somebody is still writing, with a picture."""
    public_id = new_public_id()
    fields = dict.fromkeys(("title", "problem", "solution"), "Таңғы автобус") | {"place": "aktau", "topic": "transport"}
    fields |= {"council": "local", "language": "kk"}
    write(save_draft, public_id, fields, lang="kk", now=now())
    picture = write(attach, public_id, Examined(PNG, b"a picture"), name="a.png", lang="kk", now=now())
    token = app.extensions["karavan.keys"].seal(public_id, purpose="draft")
    return {"draft_token": token, "attachment": picture.public_id}


LOOKS: Final = frozenset({"roster_looks"})
"""The only table that looking may write: who of the staff saw whose data. Nobody else's look may be written."""


def contents(session: Session, *, but_for: frozenset[str] = frozenset()) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table: what a refused request must leave as it was. `but_for`: see LOOKS."""
    session.close()
    tables = [table for table in Base.metadata.sorted_tables if table.name not in but_for]
    found = {table.name: sorted(map(tuple, session.execute(select(table))), key=repr) for table in tables}
    session.close()
    return found


def _session_of(session: Session, person_id: int) -> int:
    row = SignInSession(token_digest="0" * 64, person_id=person_id, created_at=now(), seen_at=now())
    session.add(row)
    session.flush()
    return row.id


def _after(app: Flask, event: Event, registration: Registration, cast: Cast) -> dict[str, Any]:
    """Let somebody have come to that event, with a certificate, and a photograph be there."""
    moment = event.ends_at + timedelta(minutes=1)
    write(check_in, event.id, registration.attendees[0].code, day=event.first_day, by=cast.bekzat.id, now=moment)
    write(issue, event.id, Desk(keys=keys_of(app), person_id=cast.bekzat.id), now=moment)
    certificate = db.session().scalars(select(Certificate).order_by(Certificate.id)).first()
    assert certificate is not None
    picture = Examined(PNG, b"\x89PNG\r\n\x1a\n", 1, 1)
    facts: dict[str, Any] = {"caption": Slots(ru="Зал"), "person_id": cast.bekzat.id, "now": now()}
    photo = write(add_photo, event.id, picture, **facts)
    return {
        "certificate": certificate.code,
        "certificate_id": certificate.id,
        "photo": db.session().get_one(StoredFile, photo.file_id).public_id,
    }
