"""What administrators type about the calendar of working days."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from karavan.core.problems import N_, Message
from karavan.deadlines.almanac import DayChange
from karavan.deadlines.models import DayKind
from karavan.web.fields import Choice, DayField, complain, texts
from karavan.web.forms import Form, Optional

if TYPE_CHECKING:
    from collections.abc import Iterator

ORDINARY: Final = "ordinary"
KINDS: Final = (
    (DayKind.HOLIDAY, N_("Public holiday")),
    (DayKind.DAY_OFF, N_("Day off by an order")),
    (DayKind.WORKED, N_("Saturday or Sunday that is worked by an order")),
    (DayKind.OUTAGE, N_("Nobody could reach the site: no clock runs")),
    (ORDINARY, N_("An ordinary day, as its place in the week says")),
)
MOST_DAYS: Final = 31


class DayForm(Form):
    """A day, or several in a row, that the calendar is to see differently."""

    day = DayField(N_("Day"), [Optional()])
    until = DayField(N_("Until the day, if there are several"), [Optional()])
    kind = Choice(N_("What it is"), choices=list(KINDS))
    note = texts(N_("What the day is called, or the order that moved it"), 120)
    reason = texts(N_("Why the calendar is changed"), 300, rows=2)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check every field, then what stands between them."""
        good = super().validate(extra_validators)
        return complain(self._contradictions()) and good

    def _contradictions(self) -> Iterator[tuple[Any, str | Message]]:
        first, last = self.day.data, self.until.data or self.day.data
        if first is None:
            yield self.day, N_("Enter the day.")
        elif last and last < first:
            yield self.until, N_("The last day cannot lie before the first.")
        elif last and (last - first).days >= MOST_DAYS:
            yield self.until, Message("Enter no more than %(num)d days at once.", {"num": MOST_DAYS})
        elif self.kind.data == DayKind.WORKED and any(one.day.weekday() < 5 for one in self.changes()):
            yield self.kind, N_("Monday to Friday are worked anyway: choose “An ordinary day” for them.")
        if not self.reason.form.for_the_region():
            yield self.reason.form.kk, N_("Write the reason in Kazakh or in Russian.")

    def changes(self) -> list[DayChange]:
        """Return what is to change, day by day."""
        first, last = self.day.data, self.until.data or self.day.data
        assert first and last  # noqa: S101, PT018 -- validated
        kind = None if self.kind.data == ORDINARY else DayKind(self.kind.data)
        note = self.note.form.slots()
        return [DayChange(first + timedelta(days=step), kind, note) for step in range((last - first).days + 1)]
