"""A hearing that is going on, and people in its hall, made by the real rules in real transactions.

Needs an application context: ask for the `session` fixture.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from karavan.accounts.models import Role
from karavan.core.clock import now as present
from karavan.core.database import db, transact as write
from karavan.core.languages import Slots
from karavan.core.tokens import new_key
from karavan.discussion import hosts
from karavan.discussion.moderated import Comments
from karavan.hearings import hosted
from karavan.hearings.models import Hearing, HearingState, LiveHall, Position, StatementKind
from karavan.hearings.rules import hall, matrix, questions, speakers, statements
from karavan.moderation import pieces
from karavan.record.models import ActorRole
from tests.support.assembly import AHEAD, make_hearing
from tests.support.civic import make_council, make_staff
from tests.support.talk import make_writer

if TYPE_CHECKING:
    from karavan.accounts.models import Person
    from karavan.hearings.models import HallQuestion, Speaker, WrittenStatement

_numbers = count(1)

YES = Slots(kk="Иә", ru="Да")
NO = Slots(kk="Жоқ", ru="Нет")
ASKED = Slots(kk="Тариф түсінікті ме?", ru="Тариф понятен?")
ANSWER = Slots(kk="Есебі бетте тұр.", ru="Расчёт стоит на странице.")
ALIKE = Slots(kk="Тариф туралы сұрақтар", ru="Вопросы о тарифе")


@dataclass(frozen=True)
class Gathering:
    """A hearing that has been announced for now, and its secretary."""

    id: int
    secretary: int
    began: datetime
    now: datetime
    by: ActorRole = ActorRole.SECRETARY

    @property
    def desk(self) -> dict[str, Any]:
        """What each act of the secretary is told."""
        return {"by_id": self.secretary, "now": self.now}

    def later(self, **how: Any) -> Gathering:
        """Return the same after a while: `later(minutes=2)`."""
        return replace(self, now=self.now + timedelta(**how))

    @property
    def hall(self) -> LiveHall:
        """The hall as it stands now."""
        db.session.close()
        return db.session().get_one(LiveHall, self.id)

    @property
    def hearing(self) -> Hearing:
        """The hearing as it stands now."""
        db.session.close()
        return db.session().get_one(Hearing, self.id)

    def row(self, model: type[Any], row_id: int) -> Any:
        """Return a row as it stands now."""
        db.session.close()
        return db.session().get_one(model, row_id)

    # --- What people do --------------------------------------------------------------------------------------

    def begins(self) -> Gathering:
        write(hall.begin, self.id, by=self.by, **self.desk)
        return self

    def ends(self) -> Gathering:
        write(hall.end, self.id, by=self.by, **self.desk)
        return self

    def closes(self, **how: Any) -> Hearing:
        """Close it, after the window for statements."""
        after = self.hearing.statements_until + timedelta(minutes=1)
        return write(matrix.close, self.id, by=self.by, **{"now": max(after, self.now)} | how)

    def speaker(self, position: Position = Position.FOR, *, who: Person | None = None, **wish: Any) -> Speaker:
        person = who or make_writer()
        asked = speakers.Wish(position=position, topic="Жылу", **wish)
        return write(speakers.sign_up, self.id, asked, person_id=person.id, now=self.now)

    def statement(
        self, source: str = "", *, author: Person | None = None, kind: StatementKind = StatementKind.FOR, **how: Any
    ) -> WrittenStatement:
        usual: dict[str, Any] = {
            "kind": kind,
            "source": source or f"Менің {next(_numbers)}-мәлімдемем бар.",
            "lang": "kk",
            "author_id": (author or make_writer()).id,
            "key": new_key(),
            "now": self.now,
        }
        return write(statements.hand_in, self.id, **usual | how)

    def question(self, source: str = "", *, author: Person | None = None, **how: Any) -> HallQuestion:
        usual: dict[str, Any] = {
            "source": source or f"Менің {next(_numbers)}-сұрағым: тариф неге өседі?",
            "lang": "kk",
            "author_id": (author or make_writer()).id,
            "key": new_key(),
            "now": self.now,
        }
        return write(questions.ask, self.id, **usual | how)

    def answers(self, kind: str, entry_id: int, words: Slots = ANSWER, **how: Any) -> Any:
        return write(matrix.answer, self.id, kind, entry_id, words, by=self.by, **self.desk, **how)


def gather(*, begun: bool = True, now: datetime | None = None, **changes: Any) -> Gathering:
    """Return a hearing whose notice was given a month ago for this moment; `changes` are fields of its `Plan`."""
    hosts.register(hosted.HOST, hosted.find)
    pieces.register(Comments())
    moment = now or present()
    council = make_council(now=moment)
    secretary = make_staff(council, Role.SECRETARY)
    hearing = make_hearing(
        council, state=HearingState.ANNOUNCED, secretary=secretary, now=moment - AHEAD, starts_at=moment, **changes
    )
    gathering = Gathering(hearing.id, secretary.id, moment, moment)
    return gathering.begins() if begun else gathering
