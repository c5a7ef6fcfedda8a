"""What the public pages of a hearing show, and to whom there is such a page at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlencode

from flask import abort, current_app, url_for

from karavan.core.database import db
from karavan.core.problems import Problem
from karavan.core.when import local_day
from karavan.deadlines.models import FirstDay, Unit
from karavan.deadlines.queries import current_calendar, notes_at
from karavan.deadlines.reckoning import Term, explain
from karavan.discussion.section import section_of
from karavan.events.calendar import structured_data
from karavan.events.queries import Seats, seats_of
from karavan.events.rules.register import refuse_outside_window
from karavan.hearings import public_queries as queries
from karavan.hearings.hall_queries import everybody, owed
from karavan.hearings.hosted import HOST, takes_comments
from karavan.hearings.lifecycle import OPEN_TO_WORDS, ROAD
from karavan.hearings.models import HearingState, SpeakerState
from karavan.hearings.order import fair_order
from karavan.hearings.queries import proposal_ids
from karavan.hearings.rules.speakers import OPEN as OPEN_TO_SPEAKERS
from karavan.proposals.queries import cards_by_id
from karavan.web.locale import lang
from karavan.web.templating import asset

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from karavan.accounts.policy import Actor
    from karavan.core.languages import Slots
    from karavan.deadlines.reckoning import DayLine
    from karavan.events.models import Event
    from karavan.hearings.models import Hearing, HearingDocument, Speaker

SLUG: Final = 80
OVER: Final = frozenset({HearingState.HELD, HearingState.CLOSED})
"""It was held: what was said is being answered, or is."""


def public_hearing(slug: str) -> Hearing:
    """Return the hearing of this address, or 404: a draft is as if there were none."""
    hearing = queries.hearing_by_slug(db.session(), slug[:SLUG])
    if hearing is None:
        abort(404)
    return hearing


def takes_statements(hearing: Hearing, now: datetime) -> bool:
    """Can a statement be handed in now?"""
    return hearing.state in OPEN_TO_WORDS and now <= hearing.statements_until


def takes_speakers(hearing: Hearing) -> bool:
    """Can one sign up to speak now?"""
    return hearing.state in OPEN_TO_SPEAKERS


# --- The road ---------------------------------------------------------------------------------------------


class Station(NamedTuple):
    """One stop: `standing` is done, now or todo; `at`: when it was reached, or is to be."""

    name: str
    standing: str
    at: datetime | None


def road_of(hearing: Hearing) -> tuple[Station, ...]:
    """Return the stations in their order; one that was cancelled ends there."""
    if hearing.state == HearingState.CANCELLED:
        return Station("announced", "done", hearing.announced_at), Station("cancelled", "now", None)
    reached = (hearing.announced_at, hearing.opened_at or hearing.starts_at, hearing.ended_at, hearing.closed_at)
    here, arrived = ROAD.index(hearing.state), hearing.state == HearingState.CLOSED
    return tuple(
        Station(
            state.value,
            "done" if number < here or arrived else "now" if number == here else "todo",
            reached[number],
        )
        for number, state in enumerate(ROAD)
    )


# --- The notice, day by day -------------------------------------------------------------------------------


class NoticeCount(NamedTuple):
    """How the days of the notice were counted."""

    given_on: date
    earliest_on: str
    """The first day on which it may be held, as it was counted when notice was given."""
    days: tuple[DayLine, ...]
    notes: dict[date, Slots]
    moved: bool
    """The calendar was changed since, and says another day now."""

    @property
    def counted(self) -> int:
        """How many days counted."""
        return sum(line.number is not None for line in self.days)

    @property
    def months(self) -> list[tuple[date, list[DayLine]]]:
        """The days by month, in their order; a month is known by its first day."""
        months: dict[date, list[DayLine]] = {}
        for line in self.days:
            months.setdefault(line.day.replace(day=1), []).append(line)
        return list(months.items())


def notice_of(session: Session, hearing: Hearing) -> NoticeCount | None:
    """Return the notice that counts, every day of it: counted, or skipped and why."""
    given_at = hearing.notice_from or hearing.announced_at
    if given_at is None or hearing.notice_days < 1:
        return None
    given, calendar = local_day(given_at), current_calendar(session)
    days = explain(given, Term(hearing.notice_days, Unit(hearing.notice_unit), FirstDay.NEXT), calendar)
    last = days[-1].day
    return NoticeCount(
        given,
        hearing.earliest_on,
        days,
        notes_at(session, calendar.version, days[0].day, last),
        hearing.earliest_on != last.isoformat(),
    )


# --- Documents --------------------------------------------------------------------------------------------


class Bundled(NamedTuple):
    """One document of the bundle: what holds now, and what it replaced, the newest first."""

    now: HearingDocument
    before: tuple[HearingDocument, ...]


def bundle_of(hearing: Hearing) -> list[Bundled]:
    """Return the documents that were frozen with the notice or after it, in their order."""
    versions: dict[int, list[HearingDocument]] = {}
    for one in hearing.documents:
        if one.frozen_at is not None:
            versions.setdefault(one.position, []).insert(0, one)
    return [Bundled(found[0], tuple(found[1:])) for found in versions.values()]


# --- Speakers ---------------------------------------------------------------------------------------------


class Order(NamedTuple):
    """Who speaks: now, after that (in the fair order), who was called and not there, who has spoken."""

    now: Speaker | None
    waiting: tuple[Speaker, ...]
    absent: tuple[Speaker, ...]
    spoken: tuple[Speaker, ...]

    @property
    def total(self) -> int:
        """How many signed up."""
        return len(self.waiting) + len(self.absent) + len(self.spoken) + (self.now is not None)

    def of(self, person_id: int | None) -> Speaker | None:
        """Return somebody's own place, unless she has spoken."""
        live = (*((self.now,) if self.now else ()), *self.waiting, *self.absent)
        return next((one for one in live if person_id is not None and one.person_id == person_id), None)

    def place(self, speaker: Speaker) -> int:
        """Return which place a waiting speaker has; 0 if she does not wait."""
        return next((place for place, one in enumerate(self.waiting, 1) if one.id == speaker.id), 0)


def order_of(session: Session, hearing: Hearing) -> Order:
    """Return the order of speakers: the same for everybody who looks."""
    signed_up = everybody(session, hearing.id)
    return Order(
        next((one for one in signed_up if one.state == SpeakerState.SPEAKING), None),
        tuple(fair_order(signed_up)),
        _in_state(signed_up, SpeakerState.ABSENT),
        tuple(sorted(_in_state(signed_up, SpeakerState.SPOKEN), key=lambda one: (str(one.ended_at), one.number))),
    )


def _in_state(speakers: Sequence[Speaker], state: SpeakerState) -> tuple[Speaker, ...]:
    return tuple(one for one in speakers if one.state == state)


# --- The page ---------------------------------------------------------------------------------------------


def page_of(session: Session, hearing: Hearing, actor: Actor, *, now: datetime) -> dict[str, Any]:
    """Return all that a hearing's page shows to this person."""
    order, event, over = order_of(session, hearing), hearing.event, hearing.state in OVER
    linked = sorted(proposal_ids(session, hearing.id))
    newest = queries.newest_statements(session, hearing.id)
    me = actor.person_id
    seats = seats_of(session, event) if event and not over else None
    return {
        "hearing": hearing,
        "road": road_of(hearing),
        "day": local_day(hearing.starts_at),
        "documents": bundle_of(hearing),
        "notice": notice_of(session, hearing),
        "proposals": cards_by_id(session, linked) if linked else [],
        "sums": queries.statement_sums(session, hearing.id),
        "newest": newest,
        "order": order,
        "own_place": order.of(me),
        "own_statements": queries.own_statements(session, hearing.id, me) if me is not None else [],
        "owed": sum(owed(session, hearing.id)) if over else 0,
        "protocol": queries.protocol_number(session, hearing.id) if over else "",
        "writable": takes_statements(hearing, now),
        "speakable": takes_speakers(hearing),
        "seats": seats,
        "closed": _registration_closed(event, now) if event else None,
        "json_ld": _json_ld(event, seats, hearing) if event else None,
        "share": share_of(hearing),
        "talk": section_of(session, HOST, hearing.id, open_to_all=takes_comments(hearing.state)),
    }


def absolute(endpoint: str, **values: Any) -> str:
    """Return an address with its host, for what leaves the site: paper, feeds, messages."""
    base: str = current_app.extensions["karavan.settings"].base_url
    return base + url_for(endpoint, **values)


def share_of(hearing: Hearing) -> dict[str, str]:
    """Return how a hearing's page is passed on."""
    url, title = absolute("hearings.show", slug=hearing.slug), hearing.title.best(lang()).text
    return {
        "url": url,
        "whatsapp": "https://wa.me/?" + urlencode({"text": f"{title}\n{url}"}),
        "telegram": "https://t.me/share/url?" + urlencode({"url": url, "text": title}),
    }


def _registration_closed(event: Event, now: datetime) -> Problem | None:
    """Return why seats cannot be taken now, if they cannot."""
    try:
        refuse_outside_window(event, now)
    except Problem as problem:
        return problem
    return None


def _json_ld(event: Event, seats: Seats | None, hearing: Hearing) -> dict[str, Any]:
    """Return the hearing's event as search engines want it; its page is the hearing's. Once over, it has no seats."""
    base = current_app.extensions["karavan.settings"].base_url
    image = base + asset("img/og.png")
    url, counted = absolute("hearings.show", slug=hearing.slug), seats or Seats(0, 0, 0)
    facts = structured_data(event, counted, lang(), url=url, image=image)
    unsaid = () if seats else ("maximumAttendeeCapacity", "remainingAttendeeCapacity")
    known = {name: value for name, value in facts.items() if name not in unsaid}
    return known | {"name": hearing.title.best(lang()).text}
