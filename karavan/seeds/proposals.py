"""Planting what residents brought to the councils: by the rules, in the order in which it would have happened."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import or_, select, update

from karavan.accounts.models import Organisation, Person
from karavan.core.languages import Slots
from karavan.core.when import local_day
from karavan.councils.models import Council
from karavan.deadlines.almanac import calendar_years, known_days
from karavan.deadlines.models import DeadlineKind
from karavan.deadlines.queries import running
from karavan.deadlines.reckoning import Calendar
from karavan.deadlines.rules import ensure_calendar
from karavan.notifications.models import Letter, LetterState
from karavan.proposals.models import Act, Channel, OfficialAnswer, Proposal
from karavan.proposals.rules.answer import Reply, check_answer, contest, publish_answer, rate, write_answer
from karavan.proposals.rules.join import answer_join, ask_to_join
from karavan.proposals.rules.publish import publish
from karavan.proposals.rules.recommend import Advice, begin_recommendation, extend_term, send_recommendation
from karavan.proposals.rules.remind import remind
from karavan.proposals.rules.steps import take_step
from karavan.proposals.rules.support import move_support, support
from karavan.proposals.rules.write import Submission, Words, edit, enter, submit
from karavan.record.models import ActorRole
from karavan.seeds.cast import CAST
from karavan.seeds.days import at
from karavan.seeds.residents import RESIDENTS
from karavan.seeds.wishes import COUNSELS, REGION, WISHES

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from karavan.proposals.models import Recommendation
    from karavan.seeds.days import Days
    from karavan.seeds.wishes import Counsel, Said, Wish

    Deed = tuple[datetime, Callable[[datetime], object]]

OLD_LETTERS: Final = timedelta(days=14)
OLD_NEWS: Final = ("proposals", "discussion", "moderation", "hearings", "sittings", "protocols")
ANSWER_TERM: Final = 10
"""Working days a body has for its answer, by the regional council's statute."""
PAPER_PHONE: Final = "+77000000090"
_EAGER: Final = 1.3
"""Above 1: more people come in the first days than later."""
_NOT_FOR_SUPPORT: Final = frozenset(account.key for account in CAST)


def plant_proposals(session: Session, *, days: Days) -> list[Deed]:
    """Give the residents accounts and return what they and the councils did, with its moments, to be done in order.

    The councils must have been planted, and the cast's accounts opened.
    """
    _open_accounts(session, days)
    office = Office(session, days)
    deeds: list[Deed] = [
        (days.ago(523, "09:00"), partial(_bring_calendar, session)),
        (days.ago(200, "09:00"), partial(_bring_calendar, session)),
    ]
    for number, wish in enumerate(WISHES):
        deeds += office.life_of(wish, number)
    for counsel in COUNSELS:
        deeds += office.course_of(counsel)
    deeds.append((days.now, office.clear_away_letters))
    return deeds


def public_name(name: str) -> str:
    """Return what readers see of a name: the given name and the first letter of the surname."""
    given, _, surname = name.partition(" ")
    return f"{given} {surname[:1]}." if surname else given


def _open_accounts(session: Session, days: Days) -> None:
    """Let the invented residents have accounts: who supports something has confirmed a contact."""
    known = set(session.scalars(select(Person.email_key)))
    session.add_all(
        Person(
            name=resident.name,
            email=resident.email,
            email_key=resident.email,
            phone=resident.phone,
            lang=resident.lang,
            created_at=days.ago(200, "10:00"),
            demo=True,
        )
        for resident in RESIDENTS.values()
        if resident.email not in known
    )
    session.flush()


def _bring_calendar(session: Session, now: datetime) -> None:
    ensure_calendar(session, now=now)


def _by_name(session: Session, name: Any, number: Any) -> dict[str, int]:
    return {row[0]: row[1] for row in session.execute(select(name, number))}


class Workdays:
    """Days counted back from today as the clocks count them."""

    def __init__(self, days: Days) -> None:
        self._today = local_day(days.now)
        self._calendar = Calendar(
            {one.day: one.kind for one in known_days(tuple(calendar_years(self._today))) if one.kind}
        )

    def back(self, number: int) -> date:
        """Return the last working day after which there were so many working days, today included."""
        day = self._today
        while number > 0 or not self._calendar.is_worked(day):
            number -= self._calendar.is_worked(day)
            day -= timedelta(days=1)
        return day

    def at(self, number: int, clock: str) -> datetime:
        """Return an hour of that day."""
        return at(self.back(number), clock)


class Office:
    """Everything that is done about the submissions, by whom and when."""

    def __init__(self, session: Session, days: Days) -> None:
        self._session, self._days, self._work = session, days, Workdays(days)
        by_email = _by_name(session, Person.email, Person.id)
        self._people = {key: by_email[resident.email] for key, resident in RESIDENTS.items()}
        self._keys = {resident.name: key for key, resident in RESIDENTS.items()}
        self._councils = _by_name(session, Council.slug, Council.id)
        self._bodies = _by_name(session, Organisation.slug, Organisation.id)
        self._proposals: dict[str, int] = {}
        self._recommendations: dict[tuple[str, ...], int] = {}
        self._supporters = {wish.key: self._crowd(wish, number) for number, wish in enumerate(WISHES)}

    # --- One submission ---------------------------------------------------------------------------------------

    def life_of(self, wish: Wish, number: int) -> list[Deed]:
        """Return what happened to one submission, apart from recommendations."""
        when = self._work.at
        deeds: list[Deed] = [
            (when(wish.handed_in, f"{17 + number % 4}:{7 * number % 60:02d}"), partial(self._hand_in, wish))
        ]
        if wish.published:
            deeds.append(
                (when(wish.published, f"{10 + number % 3}:{11 * number % 60:02d}"), partial(self._publish, wish))
            )
            deeds += self._support(wish, number)
        if wish.edited:
            deeds.append((when(wish.edited, "20:15"), partial(self._edit, wish)))
        if wish.considered:
            deeds.append((when(wish.considered, "15:30"), partial(self._step, wish, Act.CONSIDER, Slots())))
        for ending, act in ((wish.declined, Act.DECLINE), (wish.withdrawn, Act.WITHDRAW), (wish.done, Act.COMPLETE)):
            if ending is not None:
                deeds.append((when(ending.ago, "16:20"), partial(self._step, wish, act, ending.reason)))
        if wish.joined is not None:
            deeds += [
                (when(wish.joined.ago, "11:10"), partial(self._ask_to_join, wish, wish.joined.reason)),
                (when(wish.joined.ago - 1, "19:40"), partial(self._agree_to_join, wish)),
                *self._moves(wish, wish.joined.ago - 2),
            ]
        return deeds

    def _support(self, wish: Wish, number: int) -> list[Deed]:
        """Spread the supporters over the days in which it was open, more of them early, at hours of waking people."""
        crowd = self._supporters[wish.key]
        first, last = self._work.back(wish.published), self._work.back(wish.until)
        span = (last - first).days - 1
        deeds: list[Deed] = []
        for n, key in enumerate(crowd, 1):
            day = first + timedelta(days=1 + int(span * (n / len(crowd)) ** _EAGER))
            clock = f"{9 + (7 * n + number) % 12:02d}:{(17 * n + 7 * number) % 60:02d}"
            deeds.append((at(day, clock), partial(self._give_support, wish, key)))
        return deeds

    def _crowd(self, wish: Wish, number: int) -> list[str]:
        """Return who supports it: neighbours first, then others; Amina among the first, if she does."""
        author = wish.resident
        others = [key for key in RESIDENTS if key not in _NOT_FOR_SUPPORT and key != self._keys.get(wish.author)]
        turn = 11 * number % len(others)
        others = others[turn:] + others[:turn]
        if author is not None:
            others.sort(key=lambda key: RESIDENTS[key].district != author.district)
        crowd = others[: wish.supporters - wish.with_amina]
        return [*crowd[:2], "amina", *crowd[2:]] if wish.with_amina else crowd

    def _moves(self, wish: Wish, ago: int) -> list[Deed]:
        into = next(other for other in WISHES if other.key == wish.joined_into)
        stay = {"amina", self._keys[into.author], *self._supporters[into.key]}
        movers = [key for key in self._supporters[wish.key] if key not in stay]
        return [
            (self._work.at(ago, f"{12 + n}:{20 + n}"), partial(self._move_support, wish, key))
            for n, key in enumerate(movers[: wish.movers])
        ]

    def _hand_in(self, wish: Wish, now: datetime) -> None:
        resident = wish.resident
        submission = Submission(
            key=f"town-{wish.key}",
            council_id=self._councils[wish.council],
            words=Words(title=wish.title, problem=wish.problem, solution=wish.solution),
            lang=resident.lang if resident else "kk",
            place=resident.district if resident else "mangystau",
            village=wish.village,
            topic=wish.topic,
            author_name=wish.author,
            public_name=public_name(wish.author),
            channel=Channel.PAPER if wish.on_paper else Channel.WEB,
            author_phone=PAPER_PHONE if wish.on_paper else "",
        )
        if wish.on_paper:
            proposal = enter(self._session, submission, by_person=self._people["saule"], now=now)
        else:
            proposal = submit(self._session, submission, author_id=self._author(wish), now=now)
        proposal.demo = True
        self._session.flush()
        self._proposals[wish.key] = proposal.id

    def _publish(self, wish: Wish, now: datetime) -> None:
        moderator = self._people["daniyar"] if wish.council == REGION else None
        publish(
            self._session,
            self._proposals[wish.key],
            by=ActorRole.MODERATOR,
            actor_id=moderator,
            read_version=None,
            now=now,
        )

    def _give_support(self, wish: Wish, key: str, now: datetime) -> None:
        support(self._session, self._proposals[wish.key], person_id=self._people[key], now=now)

    def _move_support(self, wish: Wish, key: str, now: datetime) -> None:
        move_support(self._session, self._proposals[wish.key], person_id=self._people[key], now=now)

    def _edit(self, wish: Wish, now: datetime) -> None:
        proposal = self._session.get_one(Proposal, self._proposals[wish.key])
        words = Words(title=wish.title, problem=wish.problem, solution=wish.new_solution)
        edit(
            self._session,
            proposal.id,
            words,
            person_id=self._author(wish),
            read_version=proposal.version,
            now=now,
        )

    def _step(self, wish: Wish, act: Act, reason: Slots, now: datetime) -> None:
        own = act == Act.WITHDRAW
        take_step(
            self._session,
            self._proposals[wish.key],
            act,
            by=ActorRole.RESIDENT if own else ActorRole.SECRETARY,
            actor_id=self._author(wish) if own else self._people["saule"],
            now=now,
            reason=reason,
        )

    def _ask_to_join(self, wish: Wish, reason: Slots, now: datetime) -> None:
        ask_to_join(
            self._session,
            self._proposals[wish.key],
            self._proposals[wish.joined_into],
            reason=reason,
            by_person=self._people["admin"],
            read_version=None,
            now=now,
        )

    def _agree_to_join(self, wish: Wish, now: datetime) -> None:
        answer_join(
            self._session,
            self._proposals[wish.key],
            person_id=self._author(wish),
            accepted=True,
            read_version=None,
            now=now,
        )

    def _author(self, wish: Wish) -> int:
        return self._people[self._keys[wish.author]]

    # --- One recommendation -----------------------------------------------------------------------------------

    def course_of(self, counsel: Counsel) -> list[Deed]:
        """Return what happened to one recommendation: written, sent, perhaps extended, answered, rated, contested."""
        when, said = self._work.at, counsel.said
        deeds: list[Deed] = [(when(counsel.written, "16:40"), partial(self._recommend, counsel))]
        if counsel.sent:
            deeds.append((when(counsel.sent, "11:30"), partial(self._send, counsel)))
        if counsel.extended:
            deeds.append((when(counsel.extended.ago, "12:05"), partial(self._extend, counsel, counsel.extended.reason)))
        if counsel.overdue:
            deeds.append((when(counsel.sent - ANSWER_TERM - 1, "08:00"), partial(self._remind, counsel)))
        if said:
            deeds.append((when(said.ago + 1, "15:10"), partial(self._write_answer, counsel, said)))
        if said and said.ago:
            deeds.append((when(said.ago, "10:20"), partial(self._check_answer, counsel)))
            deeds.append((when(said.ago, "14:00"), partial(self._publish_answer, counsel)))
            deeds += [
                (when(said.ago - 1, f"19:{10 * n:02d}"), partial(self._rate, counsel, rating))
                for n, rating in enumerate(said.ratings, 1)
            ]
        if counsel.contested:
            key, ago, why = counsel.contested
            deeds.append((when(ago, "19:30"), partial(self._contest, counsel, key, why)))
        return deeds

    def _recommend(self, counsel: Counsel, now: datetime) -> None:
        wish = next(wish for wish in WISHES if wish.key == counsel.carries[0])
        advice = Advice(
            addressee_id=self._bodies[counsel.body],
            title=counsel.title,
            text=counsel.text,
            basis=counsel.basis,
            proposals=frozenset(self._proposals[key] for key in counsel.carries),
        )
        made = begin_recommendation(
            self._session, self._councils[wish.council], advice, by_person=self._people["saule"], now=now
        )
        self._recommendations[counsel.carries] = made.id

    def _send(self, counsel: Counsel, now: datetime) -> Recommendation:
        return send_recommendation(
            self._session,
            self._recommendations[counsel.carries],
            actor_id=self._people["saule"],
            read_version=None,
            now=now,
        )

    def _extend(self, counsel: Counsel, reason: Slots, now: datetime) -> None:
        extend_term(
            self._session,
            self._recommendations[counsel.carries],
            days=counsel.more_days,
            reason=reason,
            by=ActorRole.SECRETARY,
            now=now,
        )

    def _remind(self, counsel: Counsel, now: datetime) -> None:
        """Let the morning's round find that a date has passed."""
        number = self._recommendations[counsel.carries]
        for deadline in running(self._session, recommendation_id=number, kind=DeadlineKind.ANSWER):
            remind(self._session, deadline.id, now=now)

    def _write_answer(self, counsel: Counsel, said: Said, now: datetime) -> None:
        today = local_day(now)
        reply = Reply(
            verdict=said.verdict,
            text=said.text,
            signed_by=said.signed_by,
            received_on=today,
            promised_by=(today.replace(day=28) + timedelta(days=4)).replace(day=1) if said.next_month else None,
        )
        number = self._recommendations[counsel.carries]
        write_answer(self._session, number, reply, by_person=self._people["admin"], read_version=0, now=now)

    def _check_answer(self, counsel: Counsel, now: datetime) -> None:
        answer = self._answer(counsel)
        check_answer(
            self._session,
            answer.recommendation_id,
            by_person=self._people["saule"],
            read_version=answer.version,
            now=now,
        )

    def _publish_answer(self, counsel: Counsel, now: datetime) -> None:
        answer = self._answer(counsel)
        publish_answer(
            self._session, answer.recommendation_id, by=ActorRole.SECRETARY, read_version=answer.version, now=now
        )

    def _rate(self, counsel: Counsel, rating: tuple[str, int, str], now: datetime) -> None:
        key, score, remark = rating
        rate(
            self._session,
            self._answer(counsel).id,
            self._proposals[key],
            person_id=self._author_of(key),
            score=score,
            note_text=remark,
            now=now,
        )

    def _contest(self, counsel: Counsel, key: str, why: str, now: datetime) -> None:
        contest(
            self._session,
            self._recommendations[counsel.carries],
            self._proposals[key],
            person_id=self._author_of(key),
            reason=why,
            now=now,
        )

    def _answer(self, counsel: Counsel) -> OfficialAnswer:
        number = self._recommendations[counsel.carries]
        return self._session.scalars(select(OfficialAnswer).where(OfficialAnswer.recommendation_id == number)).one()

    def _author_of(self, key: str) -> int:
        return self._author(next(wish for wish in WISHES if wish.key == key))

    # --- Letters ----------------------------------------------------------------------------------------------

    def clear_away_letters(self, now: datetime) -> None:
        """Let only what the cast got lately lie in the outbox: the rest was delivered long ago, as it were.

        Their keys stay, so that no occasion is told twice.
        """
        ours = or_(*(Letter.letter.startswith(f"{part}/") for part in OLD_NEWS))
        told: Any = ours & (Letter.state == LetterState.WAITING)
        late = (Letter.created_at < now - OLD_LETTERS) | Letter.address.not_in([account.email for account in CAST])
        self._session.execute(
            update(Letter)
            .where(told & late)
            .values(state=LetterState.SENT, sent_at=Letter.created_at)
            .execution_options(synchronize_session=False)
        )
