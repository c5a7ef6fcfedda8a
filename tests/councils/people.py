"""Members, lines and promises for tests, with everything that does not matter filled in."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from karavan.core.languages import Slots
from karavan.councils.models import Council, Sector, SettingKey
from karavan.councils.rules import Seat, make_promise, seat_member, set_line
from karavan.record.models import ActorRole
from tests.support.makers import write
from tests.support.settings import NOW

if TYPE_CHECKING:
    from karavan.councils.models import Member, Promise, StatuteSetting

TODAY = date(2026, 11, 23)
"""The day of NOW in Aktau."""
DECISION = Slots(kk="Кеңестің № 7 шешімі", ru="Решение совета № 7", en="Decision No. 7")
BY = {"by": ActorRole.SECRETARY, "now": NOW}


def make_seat(**changes: Any) -> Seat:
    """Return what a secretary would write about a member."""
    usual: dict[str, Any] = {
        "name": "Қайрат Оразбаев",
        "sector": Sector.NGO,
        "mandate_from": date(2026, 1, 12),
        "mandate_to": date(2029, 1, 11),
        "work": Slots(kk="Ардагерлер бірлестігі", ru="Объединение ветеранов", en="Veterans' association"),
    }
    return Seat(**usual | changes)


def seated(council: Council, **changes: Any) -> Member:
    """Seat somebody by the rule."""
    return write(seat_member, council.id, make_seat(**changes), **BY)


def entered(council: Council, key: SettingKey, value: Any, *, since: date = TODAY, **changes: Any) -> StatuteSetting:
    """Enter a line by the rule."""
    return write(set_line, council.id, key, value, valid_from=since, **{"citation": DECISION, **BY, **changes})


def promised(council: Council, **changes: Any) -> Promise:
    """Write down a promise by the rule."""
    usual: dict[str, Any] = {"made_on": date(2026, 10, 1), "due_on": date(2026, 12, 31)}
    text = changes.pop("text", Slots(kk="Хаттаманы жариялау", ru="Публиковать протоколы", en="To publish the minutes"))
    return write(make_promise, council.id, text, **usual | BY | changes)
