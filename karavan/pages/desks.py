"""Which desks somebody with a role has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from karavan.accounts.models import Role
from karavan.core.problems import N_

if TYPE_CHECKING:
    from karavan.accounts.policy import Actor


class Desk(NamedTuple):
    """One desk: where it is, what it is called, what is done there, and for whom."""

    endpoint: str
    symbol: str
    name: str
    purpose: str
    roles: frozenset[Role]


DESKS: Final = (
    Desk(
        "desk.index",
        "calendar",
        N_("Events of my organisation"),
        N_("Plan and publish events, see who is coming, mark who came."),
        frozenset({Role.ORGANISER}),
    ),
    Desk(
        "proposal_desk.index",
        "chat",
        N_("Proposals I look after"),
        N_("Check what was handed in, bring it before the council, send recommendations, publish answers."),
        frozenset({Role.MODERATOR, Role.SECRETARY}),
    ),
    Desk(
        "moderation.index",
        "flag",
        N_("Moderators' queue"),
        N_("Read what was flagged or held, decide with a reason, look at appeals."),
        frozenset({Role.MODERATOR, Role.SECRETARY}),
    ),
    Desk(
        "hearing_desk.index",
        "mic",
        N_("Hearings of my council"),
        N_("Prepare a hearing, give notice, run it in the hall, answer what was said."),
        frozenset({Role.SECRETARY}),
    ),
    Desk(
        "council_desk.index",
        "council",
        N_("Councils I keep"),
        N_("The statute, the members and the promises of a council."),
        frozenset({Role.SECRETARY}),
    ),
    Desk(
        "sitting_desk.index",
        "users",
        N_("Sittings I prepare"),
        N_("Convene the council, keep the agenda, mark who is there, call the roll, write down decisions."),
        frozenset({Role.SECRETARY}),
    ),
    Desk(
        "calendar_desk.index",
        "clock",
        N_("Calendar of working days"),
        N_("Holidays, moved days and days without a connection. Every running term follows it."),
        frozenset({Role.ADMINISTRATOR}),
    ),
)
REVIEWS: Final = Desk(
    "reviewing.index",
    "list",
    N_("Applications I score"),
    N_("Read applications without names and score them by the published rubric, or stand aside."),
    frozenset(),
)
"""Of whoever was named as a reviewer, with a role or without."""


def desks_of(actor: Actor, *, scores: bool) -> list[Desk]:
    """Return the desks a person may sit at. `scores`: she was named as a reviewer somewhere."""
    held = {grant.role for grant in actor.grants}
    return [desk for desk in DESKS if actor.is_administrator or held & desk.roles] + [REVIEWS] * scores
