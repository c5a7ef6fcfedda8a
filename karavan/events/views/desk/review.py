"""What an edit means for others, before it is saved: what changes, in the words of the letter, and who is told."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from flask import current_app

from karavan.core.clock import now
from karavan.core.database import db
from karavan.core.when import local_day
from karavan.events import letters, queries
from karavan.events.desk_forms import label_of
from karavan.events.models import EventState
from karavan.events.rules.plan import moves, planned_changes
from karavan.events.wordings import Standing, standings, words_of
from karavan.notifications.event_letters import Change, EventLetter
from karavan.web.locale import lang

if TYPE_CHECKING:
    from karavan.events.models import Event
    from karavan.events.rules.plan import Plan

LETTER = "events/event_changed"


class Review(NamedTuple):
    """What an organiser reads before she presses "save and tell"."""

    mark: str
    """Of exactly these changes: pressed after others, it confirms nothing."""
    changes: list[Change]
    told: queries.Audience
    ends_postponement: bool
    outside: int
    """How many lines of the programme are on days that are no days of the event."""


def review_of(event: Event, plan: Plan) -> Review | None:
    """Return what must be read before this plan is saved; None: it is nothing that people would be told.

    Raises:
        KeptElsewhere: it may not be changed here.

    """
    session = db.session()
    changes = planned_changes(session, event, plan)
    if not changes or event.state != EventState.PUBLISHED or event.is_over(now()):
        return None
    first, last = (local_day(at, plan.zone) for at in (plan.starts_at, plan.ends_at))
    return Review(
        mark=sha256(json.dumps([event.version, changes], sort_keys=True).encode()).hexdigest(),
        changes=_in_words(event, plan, changes),
        told=queries.audience(session, event.id),
        ends_postponement=event.postponed_at is not None and moves(changes),
        outside=sum(1 for line in plan.programme if not first <= line.day <= last),
    )


def _in_words(event: Event, plan: Plan, changes: list[dict[str, Any]]) -> list[Change]:
    """Say it as the letter will, to somebody with a seat."""
    says = letters.facts_of(plan) | {"zone": plan.zone, "all_day": plan.all_day}
    somebody = {"name": "", "code": "", "state": "seated"}
    payload = {"event": letters.event_facts(event) | says, "people": [somebody], "changes": changes}
    base_url = current_app.extensions["karavan.settings"].base_url
    found: list[Change] = EventLetter(LETTER, payload, lang(), base_url=base_url).context()["changes"]
    return found


class Text(NamedTuple):
    """A text that an organiser should look at: its field's id, what the form calls it, and in which list it stands."""

    field: str
    labels: list[str]
    number: str
    lang: str
    standing: Standing


def texts_to_look_at(event: Event) -> list[Text]:
    """List the texts that are older than their other language, or missing in Kazakh or Russian."""
    return [
        Text(f"{name}-{code}", *label_of(name), code, standing)
        for name, all_languages in standings(words_of(event), event.written).items()
        for code, standing in all_languages.items()
        if standing == Standing.STALE or (standing == Standing.MISSING and code != "en")
    ]
