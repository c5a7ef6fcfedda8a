"""What the seeds say of one event: its plan, who comes, and what has become of it by the day of planting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import TYPE_CHECKING, Final

from karavan.core.languages import Slots
from karavan.events.rules.plan import ProgrammeLine
from karavan.seeds.cast import CAST

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from karavan.events.rules.plan import Plan
    from karavan.seeds.days import Days
    from karavan.seeds.residents import Party

BEKZAT: Final = next(account for account in CAST if account.key == "bekzat")
SAULE: Final = next(account for account in CAST if account.key == "saule")

TRAINER: Final = Slots("Тренер (демо)", "Тренер (демо)", "Trainer (demo)")
FACILITATOR: Final = Slots("Модератор (демо)", "Модератор (демо)", "Facilitator (demo)")


def ago(days_ago: int, clock: str) -> Callable[[Days], datetime]:
    """Say when an invented event was published."""
    return lambda days: days.ago(days_ago, clock)


@dataclass(frozen=True, kw_only=True)
class Gathering:
    """One event of the town."""

    slug: str
    organisation: str
    plan: Callable[[Days], Plan]
    published: Callable[[Days], datetime]
    convened: bool = False
    """A hearing or a sitting, whose own notice makes and publishes the event (`seeds.hearings`, `seeds.sittings`)."""
    demo: bool = True
    """Invented, and marked so on its page."""
    parties: tuple[Party, ...] = ()
    """In the order they came, spread over the days since it was published."""
    gives_back: str = ""
    """Who of them lets her seat go, two hours before the planting."""
    cancelled: Slots = Slots()
    """Why it was called off yesterday, if it was."""


def line(
    day: date,
    starts: str,
    ends: str,
    title: Slots,
    *,
    speaker: Slots = Slots(),
    role: Slots = Slots(),
    place: Slots = Slots(),
) -> ProgrammeLine:
    """Write one line of a programme with its hours."""
    return ProgrammeLine(
        day=day,
        starts=time.fromisoformat(starts),
        ends=time.fromisoformat(ends),
        title=title,
        speaker=speaker,
        speaker_role=role,
        place=place,
    )
