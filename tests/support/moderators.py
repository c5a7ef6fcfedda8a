"""A council, its moderators and a comment before them: what tests about moderation begin with.

Needs an application context: ask for the `session` fixture.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update

from karavan.accounts.models import Role, RoleGrant
from karavan.core.clock import now as present
from karavan.core.database import db, transact as write
from karavan.discussion.models import Comment
from karavan.moderation.models import Action, Case, Decision, Flag, Interest, LogAction, LogLine, Origin, Part
from karavan.moderation.pieces import keeper
from karavan.moderation.rules.cases import note_part, open_case
from karavan.moderation.rules.decide import Verdict, decide
from karavan.notifications.models import Letter
from tests.support.civic import make_council, make_staff
from tests.support.talk import make_comment, make_thread, make_writer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.accounts.models import Person
    from karavan.core.problems import Problem

_numbers = count(1)
TEXT = "Бұл жауап бос сөз. Сен ақымақсың, кет."
KEEP = Verdict(action=Action.KEEP)
REMOVE = Verdict(action=Action.REMOVE, clause="insults", words="Адамды қорлайды.", words_lang="kk")
COVER = Verdict(
    action=Action.COVER, clause="insults", words="Бір сөйлемі қорлайды.", words_lang="kk", spans=((19, 32),)
)


class Room:
    """A thread of a council with three moderators, and whatever is judged there."""

    def __init__(self, **thread: Any) -> None:
        self.council = make_council()
        self.organisation_id = self.council.organisation_id
        self.thread = make_thread(self.council, **thread)
        self.one, self.two, self.three = (make_staff(self.council).id for _ in range(3))
        self.author = make_writer()

    def comment(self, source: str = "", **more: Any) -> Comment:
        """Return a comment of the author's; each says something else, so that nothing is a repetition."""
        return make_comment(self.thread, self.author, source or f"{TEXT} {next(_numbers)}.", **more)

    def case(self, comment: Comment | None = None, origin: Origin = Origin.MODERATOR, **more: Any) -> Case:
        """Return an open case about a comment (a new one, if none is given)."""
        about = (comment or self.comment()).id

        def opened(session: Session) -> Case:
            return open_case(session, keeper().take(session, about), origin, now=more.pop("now", present()), **more)

        return write(opened)


def judge(case: Case, verdict: Verdict, by_id: int, **more: Any) -> Decision:
    """Decide about a case as somebody who has just read it; `more` says what she had read instead."""
    usual = {"read_version": case.version, "read_revision": case.revision, "now": present()}
    return write(decide, case.id, verdict, by_id=by_id, **usual | more)


def refused(kind: type[Problem], act: Callable[..., Any], *args: Any, **facts: Any) -> Problem:
    """Carry something out that must be refused so, and return the refusal: nothing was changed by it."""
    before = picture()
    try:
        done = act(*args, **facts)
    except kind as problem:
        assert picture() == before, "a refusal changed something"
        return problem
    raise AssertionError(f"not refused: {done!r}")


def picture() -> tuple[Any, ...]:
    """Return all that moderation changes, to be compared."""
    session = db.session()
    session.close()
    cases = select(Case.id, Case.state, Case.version, Case.claimed_by_id, Case.held, Case.due_at).order_by(Case.id)
    texts = select(Comment.id, Comment.visibility, Comment.version, Comment.html).order_by(Comment.id)
    counts = [session.scalars(select(func.count()).select_from(kind)).one() for kind in (Decision, LogLine, Letter)]
    found = [tuple(row) for asked in (cases, texts) for row in session.execute(asked)]
    session.close()
    return (*found, *counts)


def current(case: Case) -> Case:
    """Return a case as it stands now."""
    db.session().close()
    return db.session().get_one(Case, case.id, populate_existing=True)


def seen(comment_id: int) -> Comment:
    """Return a comment as it stands now."""
    db.session().close()
    return db.session().get_one(Comment, comment_id, populate_existing=True)


def said(case: Case | None = None) -> list[LogAction]:
    """Return what the log says, of one case if one is named."""
    db.session().close()
    lines = select(LogLine.action).order_by(LogLine.seq)
    return list(db.session().scalars(lines.where(LogLine.case_id == case.id) if case else lines))


def lines(case: Case) -> Sequence[LogLine]:
    """Return the lines of the log about a case."""
    db.session().close()
    return db.session().scalars(select(LogLine).where(LogLine.case_id == case.id).order_by(LogLine.seq)).all()


def letters_of(person: Person) -> list[str]:
    """Return what letters about moderation wait for somebody, by their kind."""
    db.session().close()
    mine = select(Letter.letter).where(Letter.address == person.email, Letter.letter.startswith("moderation/"))
    return list(db.session().scalars(mine.order_by(Letter.id)))


def end_roles(person_id: int) -> None:
    """Take every role from somebody."""

    def end(session: Session) -> None:
        session.execute(update(RoleGrant).where(RoleGrant.person_id == person_id).values(ended_at=present()))

    write(end)


def give_role(person_id: int, organisation_id: int) -> None:
    """Make somebody a moderator."""

    def give(session: Session) -> None:
        session.add(
            RoleGrant(person_id=person_id, role=Role.MODERATOR, organisation_id=organisation_id, granted_at=present())
        )

    write(give)


def declare_interest(person_id: int, thread_id: int, *, now: datetime | None = None) -> None:
    """Let somebody have an interest in a thread."""
    row = Interest(person_id=person_id, thread_id=thread_id, declared_at=now or present())
    write(lambda session: session.add(row))


def plain_flag(case: Case, person_id: int, clause: str = "insults") -> None:
    """Write a flag down, past the rule about flags."""

    def give(session: Session) -> None:
        session.add(
            Flag(
                comment_id=case.comment_id,
                revision=case.revision,
                person_id=person_id,
                clause=clause,
                weight=100,
                made_at=present(),
                case_id=case.id,
            )
        )
        note_part(session, case.id, person_id, Part.FLAGGER)

    write(give)
