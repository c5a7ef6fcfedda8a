"""Long over: its report was accepted, its term has passed, and its people are anonymous."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from karavan.core.languages import Slots
from karavan.events.models import EventKind
from karavan.events.rules.plan import Plan
from karavan.seeds.cast import ALLIANCE
from karavan.seeds.days import WEDNESDAY, at
from karavan.seeds.gathering import BEKZAT, FACILITATOR, Gathering, ago, line

if TYPE_CHECKING:
    from karavan.seeds.days import Days


def plan(days: Days) -> Plan:
    """Return a Wednesday evening of eleven weeks ago."""
    day = days.before(WEDNESDAY, weeks=11)
    return Plan(
        kind=EventKind.DIALOGUE,
        title=Slots("Еріктілердің алғашқы кездесуі", "Первая встреча волонтёров", "The volunteers' first meeting"),
        summary=Slots(
            "Кім көмектескісі келеді және неден бастаймыз?",
            "Кто хочет помогать и с чего начнём?",
            "Who would like to help, and where do we begin?",
        ),
        starts_at=at(day, "18:30"),
        ends_at=at(day, "20:30"),
        place="munaily",
        capacity=20,
        languages=("kk", "ru"),
        contact_name=BEKZAT.name,
        contact_phone=BEKZAT.phone,
        contact_email=BEKZAT.email,
        programme=(
            line(
                day,
                "18:30",
                "20:30",
                Slots("Танысу және жоспар", "Знакомство и план", "Getting to know each other, and a plan"),
                speaker=FACILITATOR,
            ),
        ),
    )


VOLUNTEERS_DIALOGUE: Final = Gathering(
    slug="first-meeting-of-volunteers", organisation=ALLIANCE, plan=plan, published=ago(96, "10:00")
)
