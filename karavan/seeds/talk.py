"""Planting the discussions: said, flagged, decided and appealed by the rules, in the order in which it happened."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from karavan.accounts.models import Organisation, Person
from karavan.core.when import local_day
from karavan.discussion.models import Comment, Thread
from karavan.discussion.rules.edit import edit
from karavan.discussion.rules.helpful import find_helpful
from karavan.discussion.rules.post import NewComment, post
from karavan.discussion.rules.read import mark_read
from karavan.discussion.rules.threads import open_thread, set_mode
from karavan.discussion.rules.withdraw import withdraw
from karavan.events.models import Event
from karavan.moderation.lifecycle import WAITING
from karavan.moderation.models import Action, Case, Decision, Mode
from karavan.moderation.rules.appeal import appeal, judge
from karavan.moderation.rules.decide import Verdict, cosign, decide
from karavan.moderation.rules.flag import flag
from karavan.moderation.rules.sanctions import SanctionWish
from karavan.moderation.rules.second_looks import give
from karavan.moderation.rules.state_requests import Request, enter
from karavan.moderation.rules.words import add_word
from karavan.proposals.models import Proposal
from karavan.seeds.cast import CAST, COUNCIL
from karavan.seeds.conversations import (
    FLAGS,
    OBJECTIONS,
    REQUEST_ABOUT,
    REQUEST_AGREED,
    REQUEST_ARTICLE,
    REQUEST_BASIS,
    REQUEST_KEPT,
    REQUEST_MADE,
    REQUEST_NUMBER,
    REQUEST_OFFICE,
    REQUEST_SIGNED,
    REQUEST_WORDS,
    REWRITES,
    RULINGS,
    SECOND_LOOKS,
    TALKS,
    WITHDRAWALS,
    WORDS,
)
from karavan.seeds.proposals import Workdays
from karavan.seeds.residents import RESIDENTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from karavan.seeds.conversations import Flags, Objection, Remark, Rewrite, Ruling, Talk, When, Word
    from karavan.seeds.days import Days

    Deed = tuple[datetime, Callable[[datetime], object]]

READ_AFTER: Final = timedelta(minutes=75)
LATELY: Final = 24.0
"""What was written within so many hours before the planting still waits for a moderator."""
_CAST: Final = frozenset(account.key for account in CAST)


def plant_talk(session: Session, *, days: Days) -> list[Deed]:
    """Return what people said and what moderators did, with its moments, to be done in order.

    The cast and the residents must have accounts; what is talked about comes to be meanwhile.
    """
    room = Room(session, days)
    deeds: list[Deed] = []
    for talk in TALKS:
        deeds += room.course_of(talk)
    deeds += [(room.at(one.when), partial(room.rewrite, one)) for one in REWRITES]
    deeds += [(room.at(when), partial(room.withdraw, key)) for key, when in WITHDRAWALS]
    for flags in FLAGS:
        deeds += room.flags(flags)
    deeds += [(room.at(one.when), partial(room.rule, one)) for one in RULINGS]
    for objection in OBJECTIONS:
        deeds.append((room.at(objection.when), partial(room.object, objection)))
        if objection.outcome:
            deeds.append((room.at(objection.judged), partial(room.judge, objection)))
    deeds += [(room.at(word.when), partial(room.watch, word)) for word in WORDS]
    deeds += [
        (room.at(REQUEST_MADE), room.take_request),
        (room.at(REQUEST_KEPT), room.refuse_request),
        (room.at(REQUEST_SIGNED), room.sign_refusal),
    ]
    deeds += [
        (room.at(when), partial(room.look_again, key, action, clause)) for key, when, action, clause in SECOND_LOOKS
    ]
    return deeds


class Room:
    """Everything that is said and done in the discussions."""

    def __init__(self, session: Session, days: Days) -> None:
        self._session, self._days, self._work = session, days, Workdays(days)
        by_email = {row[0]: row[1] for row in session.execute(select(Person.email, Person.id))}
        self._people = {key: by_email[resident.email] for key, resident in RESIDENTS.items()}
        self._council = session.scalars(select(Organisation.id).where(Organisation.slug == COUNCIL)).one()
        self._comments: dict[str, int] = {}

    def at(self, when: When) -> datetime:
        """Return the moment that is meant."""
        return self._work.at(*when) if isinstance(when, tuple) else self._days.now - timedelta(hours=when)

    # --- Talking ----------------------------------------------------------------------------------------------

    def course_of(self, talk: Talk) -> list[Deed]:
        """Return what happened in one thread, apart from what moderators were asked to judge."""
        deeds: list[Deed] = []
        if talk.mode:
            deeds.append((self.at(talk.mode_from), partial(self._settle, talk)))
        ruled = {ruling.of for ruling in RULINGS}
        for remark in talk.remarks:
            moment = self.at(remark.when)
            deeds.append((moment, partial(self._say, talk, remark)))
            deeds += [
                (moment + timedelta(minutes=3 * n), partial(self._thank, remark.key, who))
                for n, who in enumerate(self._thankful(remark), 1)
            ]
            lately = moment > self._days.now - timedelta(hours=LATELY)
            if talk.mode in {Mode.BEFORE, Mode.AFTER} and remark.key not in ruled and not lately:
                deeds.append((moment + READ_AFTER, partial(self._keep, remark.key)))
        return deeds

    def _thankful(self, remark: Remark) -> list[str]:
        """Return who finds a comment helpful: other residents, each comment by others."""
        others = [key for key in RESIDENTS if key not in _CAST and key != remark.by]
        turn = 7 * sum(map(ord, remark.key)) % len(others)
        return (others[turn:] + others[:turn])[: remark.helpful]

    def _settle(self, talk: Talk, now: datetime) -> None:
        mode = talk.mode or Mode.ON_REPORT
        set_mode(
            self._session, self._thread(talk, now).id, mode, talk.slow_seconds, by_id=self._people["daniyar"], now=now
        )

    def _say(self, talk: Talk, remark: Remark, now: datetime) -> None:
        parent = self._comment(remark.to).public_id if remark.to else ""
        new = NewComment(
            source=remark.text,
            alignment=remark.stance,
            lang=remark.lang or RESIDENTS[remark.by].lang,
            speaking_as=remark.role,
            official=remark.official,
            parent=parent,
        )
        thread, author = self._thread(talk, now), self._people[remark.by]
        comment = post(self._session, thread.id, new, author_id=author, key=f"town-{remark.key}", now=now)
        self._comments[remark.key] = comment.id
        if remark.by in _CAST:  # who writes has read; what comes later is new to her when a visitor tries her account
            mark_read(self._session, thread.id, person_id=author, seq=comment.seq, now=now)

    def _thank(self, key: str, who: str, now: datetime) -> None:
        find_helpful(self._session, self._comments[key], person_id=self._people[who], now=now)

    def rewrite(self, change: Rewrite, now: datetime) -> None:
        """Let an author change what she wrote."""
        comment = self._comment(change.of)
        edit(
            self._session,
            comment.id,
            change.text,
            comment.alignment,
            by_id=comment.author_id,
            read_version=comment.version,
            now=now,
        )

    def withdraw(self, key: str, now: datetime) -> None:
        """Let an author withdraw what she wrote."""
        comment = self._comment(key)
        withdraw(self._session, comment.id, by_id=comment.author_id, now=now)

    # --- Flagging, deciding, appealing ------------------------------------------------------------------------

    def flags(self, flags: Flags) -> list[Deed]:
        """Return the flags of several people, a minute apart."""
        first = self.at(flags.when)
        return [(first + timedelta(minutes=n), partial(self._flag, flags, who)) for n, who in enumerate(flags.by)]

    def _flag(self, flags: Flags, who: str, now: datetime) -> None:
        comment = self._comment(flags.of)
        flag(
            self._session,
            comment.id,
            person_id=self._people[who],
            clause=flags.clause,
            note=flags.note,
            revision=comment.revision,
            now=now,
        )

    def rule(self, ruling: Ruling, now: datetime) -> None:
        """Let Daniyar decide."""
        start = next(
            (one.text.index(ruling.cover) for talk in TALKS for one in talk.remarks if one.key == ruling.of), 0
        )
        verdict = Verdict(
            action=ruling.action,
            clause=ruling.clause,
            words=ruling.words,
            words_lang=ruling.lang,
            spans=((start, start + len(ruling.cover)),) if ruling.cover else (),
            sanction=SanctionWish(*ruling.sanction) if ruling.sanction else None,
        )
        self._decide(ruling.of, verdict, now)

    def _keep(self, key: str, now: datetime) -> None:
        """Let Daniyar read a comment that broke no rule; what was said in an office waits for nobody."""
        if self._waiting(key):
            self._decide(key, Verdict(action=Action.KEEP), now)

    def _decide(self, key: str, verdict: Verdict, now: datetime) -> None:
        case = self._case(key)
        decide(
            self._session,
            case.id,
            verdict,
            by_id=self._people["daniyar"],
            read_version=case.version,
            read_revision=case.revision,
            now=now,
        )

    def object(self, objection: Objection, now: datetime) -> None:
        """Let an author appeal."""
        case = self._case(objection.of)
        appeal(self._session, case.id, by_id=case.author_id, words=objection.words, lang=objection.lang, now=now)

    def judge(self, objection: Objection, now: datetime) -> None:
        """Let Saule decide on an appeal."""
        case = self._case(objection.of)
        verdict = Verdict(action=Action.KEEP, words=objection.because, words_lang=objection.lang)
        if objection.outcome:
            judge(
                self._session,
                case.id,
                objection.outcome,
                verdict,
                by_id=self._people["saule"],
                read_version=case.version,
                now=now,
            )

    def watch(self, word: Word, now: datetime) -> None:
        """Let Daniyar add a watched word."""
        add_word(
            self._session,
            self._council,
            word.term,
            lang=word.lang,
            effect=word.effect,
            clause=word.clause,
            by_id=self._people["daniyar"],
            now=now,
        )

    def take_request(self, now: datetime) -> None:
        """Let Daniyar enter what a state body asks for."""
        request = Request(
            office=REQUEST_OFFICE,
            article=REQUEST_ARTICLE,
            number=REQUEST_NUMBER,
            dated=local_day(now),
            basis=REQUEST_BASIS,
        )
        enter(self._session, self._comments[REQUEST_ABOUT], request, by_id=self._people["daniyar"], now=now)

    def refuse_request(self, now: datetime) -> None:
        """Let Daniyar propose that the text stays."""
        self._decide(REQUEST_ABOUT, Verdict(action=Action.KEEP, words=REQUEST_WORDS, words_lang="ru"), now)

    def sign_refusal(self, now: datetime) -> None:
        """Let Saule agree."""
        case = self._case(REQUEST_ABOUT)
        cosign(
            self._session,
            case.id,
            by_id=self._people["saule"],
            agree=True,
            words=REQUEST_AGREED,
            read_version=case.version,
            now=now,
        )

    def look_again(self, key: str, action: Action, clause: str, now: datetime) -> None:
        """Let Saule decide a closed case anew, without knowing how it ended."""
        decision = self._session.scalars(select(Decision).where(Decision.case_id == self._case(key).id)).one()
        give(self._session, decision.id, by_id=self._people["saule"], action=action, clause=clause, now=now)

    # --- Finding ----------------------------------------------------------------------------------------------

    def _thread(self, talk: Talk, now: datetime) -> Thread:
        kind = select(Event.id).where(Event.slug == talk.of)
        if talk.host == "proposal":
            kind = select(Proposal.id).where(Proposal.key == f"town-{talk.of}")
        host_id = self._session.scalars(kind).one()
        return open_thread(self._session, talk.host, host_id, organisation_id=self._council, now=now)

    def _comment(self, key: str) -> Comment:
        return self._session.get_one(Comment, self._comments[key], populate_existing=True)

    def _case(self, key: str) -> Case:
        """Return the case about a comment: the one that waits, else the last."""
        return self._waiting(key) or self._session.scalars(self._cases(key).order_by(Case.id.desc()).limit(1)).one()

    def _waiting(self, key: str) -> Case | None:
        return self._session.scalar(self._cases(key).where(Case.state.in_(WAITING)))

    def _cases(self, key: str) -> Select[Case]:
        return select(Case).where(Case.comment_id == self._comments[key]).execution_options(populate_existing=True)
