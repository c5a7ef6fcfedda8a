"""Planting what an organiser does around events: two selections, doors, a training that is over, letters to many.

Like everything here it is done by the rules, in the order it happened. What chance decides (a draw, a PIN) is left to
chance: the numbers are the same in every town, the people drawn are not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from flask import current_app
from sqlalchemy import select

from karavan.accounts.models import Organisation, Person
from karavan.core.languages import Slots
from karavan.door.rules.passes import PinSlip, give_pass, open_pass, revoke_pass
from karavan.door.rules.scans import take_code
from karavan.events.models import Attendee, Event, Offer, OfferState, Registration, SeatState
from karavan.events.rules.change_seats import accept_offer, decline_offer, give_back
from karavan.events.rules.check_in import check_in
from karavan.events.rules.cover import set_cover
from karavan.events.rules.plan import create_event, edit_event, postpone_event, publish
from karavan.events.rules.register import Guest, register
from karavan.learning.keys import keys_of
from karavan.learning.models import Certificate
from karavan.learning.rules.answer import answer
from karavan.learning.rules.certify import Desk, issue, revoke
from karavan.learning.rules.hours import set_hours
from karavan.learning.rules.photos import add_photo
from karavan.notifications.models import Letter, LetterState
from karavan.notifications.rules import give_up
from karavan.record.models import ActorRole
from karavan.reports.queries import event_to_report, figures_of
from karavan.reports.rules.privacy import anonymise_event
from karavan.reports.rules.report import KEEP_DAYS, accept_report
from karavan.roster.message_queries import batch_of
from karavan.roster.models import Look
from karavan.roster.queries import Filter
from karavan.roster.rules.looks import looked
from karavan.roster.rules.messages import Wish, begin_message, send_message
from karavan.roster.rules.move_people import move_people
from karavan.roster.rules.reminders import USUAL, mark_of, plan_reminders
from karavan.seeds import desk_words as said, drawings
from karavan.seeds.days import at
from karavan.seeds.gatherings.budget_training import BUDGET_TRAINING
from karavan.seeds.gatherings.council_forum import COUNCIL_FORUM, WHY
from karavan.seeds.gatherings.leaders_camp import LEADERS_CAMP
from karavan.seeds.gatherings.school_module_1 import SCHOOL_MODULE_1
from karavan.seeds.gatherings.volunteers_dialogue import VOLUNTEERS_DIALOGUE
from karavan.seeds.gatherings.winter_tour import WINTER_TOUR
from karavan.seeds.gatherings.writing_proposals import WRITING_PROPOSALS
from karavan.seeds.residents import RESIDENTS, Party
from karavan.selection.drawing import choose
from karavan.selection.models import Call, Method
from karavan.selection.queries import material, standing
from karavan.selection.rules.apply import hand_in
from karavan.selection.rules.plan import CallPlan, begin_call, name_reviewer
from karavan.selection.rules.release import release
from karavan.selection.rules.score import score, stand_aside
from karavan.selection.rules.steps import close_call, keep_choice, open_call

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from karavan.events.rules.register import Application
    from karavan.seeds.days import Days
    from karavan.seeds.gathering import Gathering

    Deed = tuple[datetime, Callable[[datetime], object]]

REVIEWERS: Final = ("gulnar", "kayrat", "saule")
"""Two read everything, the third what one of them stands aside from."""
CONFIRM_HOURS: Final = 120
CONFIRMED: Final = 6
"""So many of those who were drawn have confirmed; the next declined, and the reserve moved up."""
KEPT_DAYS: Final = 60
"""After the old meeting: its term has passed by now."""
NO_SUCH_MAILBOX: Final = "550 5.1.1 mailbox unavailable"


def plant_desk(session: Session, *, days: Days) -> list[Deed]:
    """Return what organisers did, with its moments, to be done in order. Cast and residents must have accounts."""
    town = DeskWork(session, days)
    return [*town.selected(), *town.drawn(), *town.held(), *town.long_over(), *town.ahead()]


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """A call, and who applied."""

    gathering: Gathering
    plan: CallPlan
    wishes: tuple[tuple[str, str], ...]


class DeskWork:
    """Everything that is done at the desk, at the doors and afterwards, by whom and when."""

    def __init__(self, session: Session, days: Days) -> None:
        self._session, self._days, self._ago = session, days, days.ago
        by_email = {row[0]: row[1] for row in session.execute(select(Person.email, Person.id))}
        self._people = {key: by_email[resident.email] for key, resident in RESIDENTS.items()}
        self._bekzat = self._people["bekzat"]
        self._doors: dict[tuple[date, str], int] = {}
        self._slip = PinSlip.fresh()  # nobody is told this PIN: whoever tries a door gives a device a pass of its own

    # --- Selections -------------------------------------------------------------------------------------------

    def selected(self) -> list[Deed]:
        """Return the tour whose applications are being scored."""
        chosen = Chosen(
            gathering=WINTER_TOUR,
            plan=CallPlan(
                method=Method.RANKED,
                places=12,
                reviews=2,
                least_score=0,
                opens_at=self._ago(17, "10:00"),
                closes_at=self._ago(3, "18:00"),
                confirm_hours=72,
                criteria=said.RUBRIC,
            ),
            wishes=said.TOUR_APPLICATIONS,
        )
        deeds = self._called(chosen, 17, 4)
        return [
            *deeds,
            (self._ago(17, "11:00"), self._picture),
            (self._ago(2, "15:00"), partial(self._score, WINTER_TOUR, said.STANDS_ASIDE, 18)),
            (self._ago(2, "19:30"), partial(self._score, WINTER_TOUR, "kayrat", 15)),
            (self._ago(2, "20:00"), self._stand_aside),
        ]

    def drawn(self) -> list[Deed]:
        """Return the camp whose places were drawn by lot, told to everybody and confirmed by most."""
        chosen = Chosen(
            gathering=LEADERS_CAMP,
            plan=CallPlan(
                method=Method.LOTTERY,
                places=10,
                reviews=2,
                least_score=50,
                opens_at=self._ago(30, "10:00"),
                closes_at=self._ago(12, "18:00"),
                confirm_hours=CONFIRM_HOURS,
                balance=said.CAMP_BALANCE,
                criteria=said.CAMP_RUBRIC,
            ),
            wishes=said.CAMP_APPLICATIONS,
        )
        return [
            *self._called(chosen, 30, 13),
            *((self._ago(10, f"{11 + n}:00"), partial(self._score, LEADERS_CAMP, who, len(RESIDENTS)))
              for n, who in enumerate(REVIEWERS[:2])),
            (self._ago(5, "16:00"), self._draw),
            (self._ago(2, "11:00"), lambda now: release(self._session, self._id(LEADERS_CAMP), now=now)),
            (self._ago(1, "12:00"), self._confirm),
        ]  # fmt: skip

    def _called(self, chosen: Chosen, opened: int, last: int) -> list[Deed]:
        """Return a call from its opening to its closing by the clock."""
        first, span = self._ago(opened, "10:40"), timedelta(days=opened - last)
        step = span / len(chosen.wishes)
        return [
            (first, partial(self._call, chosen)),
            *(
                (first + step * n + timedelta(minutes=7 * n), partial(self._apply, chosen.gathering, who, words))
                for n, (who, words) in enumerate(chosen.wishes, 1)
            ),
            (chosen.plan.closes_at + timedelta(minutes=1), partial(self._close, chosen.gathering)),
        ]

    def _call(self, chosen: Chosen, now: datetime) -> None:
        event_id = self._id(chosen.gathering)
        begin_call(self._session, event_id, chosen.plan, now=now)
        for who in REVIEWERS:
            name_reviewer(self._session, event_id, RESIDENTS[who].email, now=now)
        open_call(self._session, event_id, now=now)

    def _apply(self, gathering: Gathering, who: str, words: str, now: datetime) -> None:
        event = self._event(gathering)
        hand_in(self._session, event.id, _of(who, {event.questions[0].id: words}), now=now)

    def _close(self, gathering: Gathering, now: datetime) -> None:
        close_call(self._session, self._id(gathering), by=ActorRole.CLOCK, now=now)

    def _score(self, gathering: Gathering, who: str, most: int, now: datetime) -> None:
        """Score the first so many applications: most do well, every sixth does not."""
        call = self._session.get_one(Call, self._id(gathering))
        shift, knows = REVIEWERS.index(who), gathering is WINTER_TOUR and who == said.STANDS_ASIDE
        for one in standing(self._session, call.event_id):
            if one.number > most or (knows and one.number == said.RECUSED):
                continue
            well = 1 if one.number % 6 == 0 else 3
            points = {line.id: well + (one.number // (1 + 2 * line.position) + shift) % 3 for line in call.criteria}
            score(
                self._session, call.event_id, one.number, points, by=self._people[who], read_version=0,
                now=now + timedelta(minutes=one.number),
            )  # fmt: skip

    def _stand_aside(self, now: datetime) -> None:
        mine = self._people[said.STANDS_ASIDE]
        stand_aside(
            self._session, self._id(WINTER_TOUR), said.RECUSED, reason=said.CONFLICT, by=mine, read_version=0, now=now
        )

    def _draw(self, now: datetime) -> None:
        call = self._session.get_one(Call, self._id(LEADERS_CAMP))
        found = material(self._session, call)
        result = choose(found.listed, found.rules, found.seed)
        keep_choice(self._session, call.event_id, found, result, now=now)

    def _confirm(self, now: datetime) -> None:
        open_offers = (
            select(Offer.id, Registration.public_id)
            .join(Registration, Registration.id == Offer.registration_id)
            .where(Offer.event_id == self._id(LEADERS_CAMP), Offer.state == OfferState.OPEN)
            .order_by(Registration.number)
        )
        event_id = self._id(LEADERS_CAMP)
        rows = self._session.execute(open_offers.limit(CONFIRMED + 1)).all()
        for offer_id, public_id in rows[:CONFIRMED]:
            accept_offer(self._session, event_id, public_id, offer_id, now=now)
        decline_offer(self._session, event_id, rows[CONFIRMED][1], rows[CONFIRMED][0], now=now)

    def _picture(self, now: datetime) -> None:
        event = self._event(WINTER_TOUR)
        set_cover(self._session, event.id, drawings.steppe(), alt=said.COVER, version=event.version, now=now)

    # --- The training that is over ----------------------------------------------------------------------------

    def held(self) -> list[Deed]:
        """Return two days that were held: doors, hours, certificates, answers, pictures, an accepted report."""
        plan = BUDGET_TRAINING.plan(self._days)
        first, second = (line.day for line in (plan.programme[0], plan.programme[-1]))
        published, started = BUDGET_TRAINING.published(self._days), at(first, "09:00")
        step = (started - published - timedelta(days=9)) / len(said.TRAINED)
        deeds: list[Deed] = [
            (published, partial(self._publish, BUDGET_TRAINING)),
            *(
                (published + step * n, partial(self._register, BUDGET_TRAINING, who))
                for n, who in enumerate(said.TRAINED, 1)
            ),
            (started - timedelta(days=7), self._gives_back),
            (started - timedelta(days=6), self._moves),
            (started - timedelta(days=2), partial(self._looks, BUDGET_TRAINING, Look.SHEET, 16)),
        ]
        for day, away in zip((first, second), said.STAYED_AWAY, strict=True):
            opens = at(day, "09:10")
            deeds += [
                (opens + timedelta(minutes=n), partial(self._open_door, day, name)) for n, name in enumerate(said.DOORS)
            ]
            deeds += [
                (opens + timedelta(minutes=5 + 2 * n), partial(self._at_door, day, n, away))
                for n in range(plan.capacity)
            ]
        after = at(second + timedelta(days=1), "11:00")
        deeds += [
            (after, partial(self._certify, {first: 300, second: 180})),
            *((after + timedelta(hours=2 * n), partial(self._answer, *one)) for n, one in enumerate(said.SAID, 1)),
            (after + timedelta(hours=4, minutes=5), self._show_pictures),
            (after + timedelta(days=2), partial(self._certify_anew, second)),
            (after + timedelta(days=4), partial(self._accept, BUDGET_TRAINING, KEEP_DAYS)),
        ]
        return deeds

    def long_over(self) -> list[Deed]:
        """Return the meeting of long ago whose people are anonymous by now."""
        day = VOLUNTEERS_DIALOGUE.plan(self._days).programme[0].day
        published, accepted = VOLUNTEERS_DIALOGUE.published(self._days), at(day + timedelta(days=3), "12:00")
        return [
            (published, partial(self._publish, VOLUNTEERS_DIALOGUE)),
            *(
                (published + timedelta(hours=9 * n), partial(self._register, VOLUNTEERS_DIALOGUE, who))
                for n, who in enumerate(said.VOLUNTEERS, 1)
            ),
            (at(day, "18:40"), partial(self._mark_all, day)),
            (accepted, partial(self._accept, VOLUNTEERS_DIALOGUE, KEPT_DAYS)),
            (
                accepted + timedelta(days=KEPT_DAYS, hours=1),
                lambda now: anonymise_event(self._session, self._id(VOLUNTEERS_DIALOGUE), now=now),
            ),
        ]

    def _publish(self, gathering: Gathering, now: datetime) -> None:
        slug = gathering.organisation
        organisation = self._session.scalars(select(Organisation.id).where(Organisation.slug == slug)).one()
        event = create_event(
            self._session, organisation, gathering.plan(self._days), now=now, slug=gathering.slug, demo=True
        )
        publish(self._session, event.id, now=now)

    def _register(self, gathering: Gathering, who: str, now: datetime) -> None:
        event = self._event(gathering)
        register(self._session, event.id, _of(who, {}, asked=bool(event.asks)), now=now)

    def _gives_back(self, now: datetime) -> None:
        event_id, public_id = self._id(BUDGET_TRAINING), self._ticket(BUDGET_TRAINING, said.GAVE_BACK).public_id
        give_back(self._session, event_id, public_id, now=now)

    def _moves(self, now: datetime) -> None:
        ticket = self._ticket(BUDGET_TRAINING, said.MOVED)
        move_people(
            self._session,
            ticket.event_id,
            ticket.public_id,
            attendee_ids=[one.id for one in ticket.attendees],
            to=SeatState.SEATED,
            reason=said.MOVED_WHY,
            by_id=self._bekzat,
            now=now,
        )

    def _open_door(self, day: date, name: str, now: datetime) -> None:
        self._doors[day, name] = pass_id = self._give_pass(BUDGET_TRAINING, day, name, now)
        open_pass(self._session, pass_id, self._slip.digest, now=now)

    def _at_door(self, day: date, place: int, away: frozenset[str], now: datetime) -> None:
        """Mark one of those who hold a seat, at one door or the other, if she came and was not overlooked."""
        code, name = self._seated(BUDGET_TRAINING)[place]
        if name not in {RESIDENTS[who].name for who in away}:
            take_code(self._session, self._doors[day, said.DOORS[place % len(said.DOORS)]], code, now=now)

    def _give_pass(self, gathering: Gathering, day: date, name: str, now: datetime) -> int:
        return give_pass(
            self._session, self._id(gathering), f"town-{gathering.plan(self._days).capacity}-{day:%m%d}-{len(name)}",
            day=day, name=name, slip=self._slip, by=self._bekzat, now=now,
        ).pass_id  # fmt: skip

    def _certify(self, minutes: dict[date, int], now: datetime) -> None:
        event_id = self._id(BUDGET_TRAINING)
        set_hours(self._session, event_id, minutes)
        issue(self._session, event_id, self._signs(), now=now)

    def _certify_anew(self, day: date, now: datetime) -> None:
        """Mark whom the door overlooked, and replace her certificate by one that counts both days."""
        event_id, ticket = self._id(BUDGET_TRAINING), self._ticket(BUDGET_TRAINING, said.FORGOTTEN)
        person = ticket.attendees[0]
        check_in(self._session, event_id, person.code, day=day, by=self._bekzat, now=now)
        self._session.expire(person)
        old = self._session.scalars(select(Certificate.id).where(Certificate.attendee_id == person.id)).one()
        revoke(self._session, event_id, old, self._signs(), reason=said.REVOKED_WHY, replace=True, now=now)

    def _signs(self) -> Desk:
        return Desk(keys=keys_of(current_app), person_id=self._bekzat)

    def _answer(self, who: str, rating: int, words: str, now: datetime) -> None:
        public_id = self._ticket(BUDGET_TRAINING, who).public_id
        answer(self._session, public_id, rating=rating, words=words, lang=RESIDENTS[who].lang, now=now)

    def _show_pictures(self, now: datetime) -> None:
        pictures = (drawings.round_table(), drawings.chart_on_the_wall())
        for picture, caption in zip(pictures, said.PHOTOGRAPHS, strict=True):
            add_photo(
                self._session, self._id(BUDGET_TRAINING), picture, caption=caption, person_id=self._bekzat, now=now
            )

    def _mark_all(self, day: date, now: datetime) -> None:
        for code, _ in self._seated(VOLUNTEERS_DIALOGUE)[:-1]:
            check_in(self._session, self._id(VOLUNTEERS_DIALOGUE), code, day=day, by=self._bekzat, now=now)

    def _accept(self, gathering: Gathering, keep_days: int, now: datetime) -> None:
        event = event_to_report(self._session, self._id(gathering))
        assert event is not None  # noqa: S101 -- it was planted above
        mark = figures_of(self._session, event).mark
        accept_report(self._session, event.id, mark=mark, keep_days=keep_days, by_id=self._bekzat, now=now)

    # --- Events to come ---------------------------------------------------------------------------------------

    def ahead(self) -> list[Deed]:
        """Return what was done about events that lie ahead: a message, reminders, passes, a postponement, an edit."""
        return [
            (self._ago(10, "10:30"), self._remind),
            (self._ago(2, "10:05"), partial(self._looks, SCHOOL_MODULE_1, Look.LIST, 20)),
            (self._ago(2, "10:20"), self._write_to_all),
            (self._ago(1, "20:30"), self._postpone),
            (self._ago(1, "15:00"), self._give_passes),
            (self._ago(1, "19:00"), self._edit_russian),
        ]

    def _remind(self, now: datetime) -> None:
        wanted = {168: False, **USUAL}
        plan_reminders(self._session, self._id(WRITING_PROPOSALS), wanted, read=mark_of(USUAL), now=now)

    def _looks(self, gathering: Gathering, what: Look, people: int, now: datetime) -> None:
        looked(self._session, self._id(gathering), self._bekzat, what, people=people, now=now)

    def _write_to_all(self, now: datetime) -> None:
        """Write to everybody who has a seat; one address turns out to be none."""
        event_id, (subject, body) = self._id(SCHOOL_MODULE_1), said.MESSAGE
        wish = Wish(subject=subject, body=body, chosen=Filter(states=(SeatState.SEATED.value,)))
        number = begin_message(self._session, event_id, wish, key="town-message", by_id=self._bekzat, now=now)
        send_message(self._session, event_id, number, version=1, by_id=self._bekzat, now=now)
        mine = (Letter.batch == batch_of(number), Letter.address.contains("@"))
        letter = self._session.scalars(select(Letter).where(*mine).order_by(Letter.id.desc()).limit(1)).one()
        letter.state, letter.attempts = LetterState.SENDING, 1
        self._session.flush()
        give_up(self._session, letter, why=NO_SUCH_MAILBOX)

    def _postpone(self, now: datetime) -> None:
        event = self._event(COUNCIL_FORUM)
        postpone_event(self._session, event.id, reason=WHY, version=event.version, now=now)

    def _give_passes(self, now: datetime) -> None:
        day = WRITING_PROPOSALS.plan(self._days).programme[0].day
        self._give_pass(WRITING_PROPOSALS, day, said.DOORS[0], now)
        spare = self._give_pass(WRITING_PROPOSALS, day, said.SIDE_DOOR, now)
        revoke_pass(self._session, spare, now=now + timedelta(minutes=3))

    def _edit_russian(self, now: datetime) -> None:
        """Change one wording in one language: the others are stale from now on."""
        event, plan = self._event(WRITING_PROPOSALS), WRITING_PROPOSALS.plan(self._days)
        note = plan.accessibility_note
        same = tuple(
            replace(line, id=question.id) for line, question in zip(plan.questions, event.questions, strict=True)
        )
        changed = replace(plan, questions=same, accessibility_note=Slots(note.kk, said.NOTE_IN_RUSSIAN, note.en))
        edit_event(self._session, event.id, changed, version=event.version, now=now)

    # --- Finding ----------------------------------------------------------------------------------------------

    def _event(self, gathering: Gathering) -> Event:
        found = select(Event).where(Event.slug == gathering.slug)
        return self._session.scalars(found, execution_options={"populate_existing": True}).one()

    def _id(self, gathering: Gathering) -> int:
        return self._session.scalars(select(Event.id).where(Event.slug == gathering.slug)).one()

    def _ticket(self, gathering: Gathering, who: str) -> Registration:
        return self._session.scalars(
            select(Registration).where(
                Registration.event_id == self._id(gathering), Registration.email_key == RESIDENTS[who].email
            )
        ).one()

    def _seated(self, gathering: Gathering) -> list[tuple[str, str]]:
        """Return codes and names of everybody who holds a seat."""
        rows = select(Attendee.code, Attendee.name).where(
            Attendee.event_id == self._id(gathering), Attendee.state == SeatState.SEATED
        )
        return [(row[0], row[1]) for row in self._session.execute(rows.order_by(Attendee.id))]


def _of(who: str, answers: dict[int, str], *, asked: bool = True) -> Application:
    """Return what somebody hands in for herself, with what she says of herself where she is asked."""
    sex, born, role = said.WHO[who]
    myself = Guest(name=RESIDENTS[who].name)
    if asked:
        myself = replace(myself, sex=sex, born=born, role=role)
    return replace(Party(who=who).application({}), guests=(myself,), answers=dict(answers))
