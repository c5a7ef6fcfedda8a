"""Whom the tests about moderation know: readers who count, moderators, a decided case. Made by the real rules."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from karavan.core.database import db
from karavan.moderation import queries
from karavan.moderation.models import Action, Case, Flag
from karavan.moderation.rules.decide import Verdict, decide
from karavan.moderation.rules.flag import flag
from karavan.notifications.models import Letter
from tests.support.civic import make_staff, write
from tests.support.settings import NOW
from tests.support.talk import make_comment, make_thread, make_writer

if TYPE_CHECKING:
    from karavan.accounts.models import Person
    from karavan.councils.models import Council
    from karavan.discussion.models import Comment
    from karavan.moderation.models import Decision

WORDS = "Екінші сөйлем көршіні қорлайды."
APPEAL = "Мен ешкімді қорлаған жоқпын, кеңестің жауабын сынадым."
LATER = NOW + timedelta(hours=1)


def make_reader(council: Council | None = None) -> Person:
    """Return somebody whose flag weighs as much as an ordinary person's: a month here, a comment to be read."""
    reader = make_writer()
    make_comment(make_thread(council, now=NOW), reader, now=NOW)
    return reader


def flagged_by(
    comment: Comment, person: Person, *, clause: str = "insults", note: str = "", now: datetime = NOW
) -> Flag:
    """Let somebody flag the text of a comment as it stands."""
    revision = comment.revision
    return write(flag, comment.id, person_id=person.id, clause=clause, note=note, revision=revision, now=now)


def verdict(action: Action = Action.REMOVE, **more: Any) -> Verdict:
    """Return what a moderator decides; a rule and a reason if it takes something away."""
    takes = {"clause": "insults", "words": WORDS, "words_lang": "kk"} if action != Action.KEEP else {}
    if action == Action.COVER:
        takes["spans"] = ((0, 5),)
    return Verdict(**{"action": action, **takes, **more})


def decided(case: Case, by: Person, action: Action = Action.REMOVE, *, now: datetime = NOW, **more: Any) -> Decision:
    """Let a moderator decide about a case as it stands."""
    known = case_now(case.id)
    return write(
        decide,
        case.id,
        verdict(action, **more),
        by_id=by.id,
        read_version=known.version,
        read_revision=known.revision,
        now=now,
    )


def moderator(council: Council) -> Person:
    """Return another moderator of a council."""
    return make_staff(council)


def case_now(case_id: int) -> Case:
    """Return a case as it stands now."""
    session = db.session()
    session.rollback()
    return session.get_one(Case, case_id, populate_existing=True)


def cases_about(comment: Comment) -> list[Case]:
    """Return every case about a comment."""
    session = db.session()
    session.rollback()
    return list(session.scalars(select(Case).where(Case.comment_id == comment.id).order_by(Case.id)))


def letters_to(person: Person, letter: str = "") -> list[Letter]:
    """Return the letters about moderation somebody gets."""
    session = db.session()
    session.rollback()
    found = select(Letter).where(Letter.address == person.email, Letter.letter.startswith("moderation/"))
    return [one for one in session.scalars(found.order_by(Letter.id)) if one.letter.endswith(letter)]


def code_of(case_id: int, person: Person, kind: Any) -> str:
    """Return somebody's receipt code."""
    session = db.session()
    session.rollback()
    return queries.receipt_of(session, case_id, person.id, kind)
