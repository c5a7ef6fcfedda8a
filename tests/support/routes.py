"""Every address of Karavan, with its gaps filled from a town in which something stands behind each of them.

Tests about all routes go through here, so that a new route is covered on the day it appears: an argument that nobody
knows how to fill is a failure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from karavan.accounts.models import SignInSession
from karavan.core.clock import now
from karavan.core.database import Base, db
from karavan.core.languages import Slots
from karavan.core.tokens import new_public_id
from karavan.core.when import local_day
from karavan.councils.models import Council, CouncilLevel, Sector
from karavan.councils.rules import Seat, found_council, make_promise, seat_member
from karavan.events.models import Question, QuestionKind
from karavan.events.rules.plan import QuestionLine
from karavan.files.checking import PNG, Examined
from karavan.hearings.models import Hearing, HearingState
from karavan.hearings.rules.matrix import group
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
from karavan.sittings.models import SittingState
from karavan.sittings.rules.attend import came
from karavan.sittings.rules.vote import open_vote
from tests.support.assembly import make_hearing, make_sitting
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

    def addresses(self, *methods: str) -> Iterator[Address]:
        """Give every address that answers one of the methods."""
        adapter = self.app.url_map.bind("karavan.test")
        for rule in sorted(self.app.url_map.iter_rules(), key=lambda rule: (rule.endpoint, rule.rule)):
            unknown = rule.arguments - self.values.keys() - (rule.defaults or {}).keys()
            if unknown:
                raise AssertionError(f"say in tests/support/routes.py what {sorted(unknown)} of {rule} may be")
            values = {name: self.values[name] for name in rule.arguments if name not in (rule.defaults or {})}
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
        **_hearing(cast, council["council_id"], event.slug),
        **_sitting(cast, council["council_id"], council["member_id"]),
        **_protocol(cast, council["council_id"]),
    }
    db.session.close()
    return Plant(app, event, registration, values)


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


def _draft(app: Flask) -> dict[str, Any]:
    """Keep what somebody is still writing, with a picture."""
    public_id = new_public_id()
    fields = dict.fromkeys(("title", "problem", "solution"), "Таңғы автобус") | {"place": "aktau", "topic": "transport"}
    fields |= {"council": "local", "language": "kk"}
    write(save_draft, public_id, fields, lang="kk", now=now())
    picture = write(attach, public_id, Examined(PNG, b"a picture"), name="a.png", lang="kk", now=now())
    token = app.extensions["karavan.keys"].seal(public_id, purpose="draft")
    return {"draft_token": token, "attachment": picture.public_id}


def contents(session: Session) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table: what a refused request must leave as it was."""
    session.close()
    tables = Base.metadata.sorted_tables
    found = {table.name: sorted(map(tuple, session.execute(select(table))), key=repr) for table in tables}
    session.close()
    return found


def _session_of(session: Session, person_id: int) -> int:
    row = SignInSession(token_digest="0" * 64, person_id=person_id, created_at=now(), seen_at=now())
    session.add(row)
    session.flush()
    return row.id
