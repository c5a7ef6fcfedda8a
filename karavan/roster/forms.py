"""What organisers type about people: somebody who called, another list, and what the roster is narrowed by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wtforms import StringField

from karavan.core.places import HOME_DISTRICTS
from karavan.core.problems import N_
from karavan.events.models import Access, SeatChannel, SeatState
from karavan.roster.queries import ANY, LISTS, NOWHERE, SORTS, Filter
from karavan.roster.rules.move_people import TARGETS
from karavan.roster.words import STATES
from karavan.web.fields import Choices, Radios
from karavan.web.forms import Form, Required, line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from karavan.events.models import Registration

PEOPLE: Final = N_("Choose at least one person.")


class RemovalForm(Form):
    """Giving seats back on somebody's behalf."""

    people = Choices(N_("Who is not coming?"), [Required(N_("Choose who is not coming."))])
    reason = StringField(N_("Why"), [Required(N_("Write why: the person reads it in the letter.")), line(300)])


class MoveForm(Form):
    """Another list for some people of a registration."""

    people = Choices(N_("Who is moved?"), [Required(PEOPLE)])
    to = Radios(
        N_("To which list?"),
        [Required(N_("Choose a list."))],
        choices=[(state.value, STATES[state]) for state in TARGETS],
    )
    reason = StringField(N_("Why"), [Required(N_("Write why: the person reads it in the letter.")), line(300)])

    @property
    def target(self) -> SeatState:
        """Where they are to stand."""
        return SeatState(self.to.data)


def move_form(registration: Registration) -> MoveForm:
    """Build the form for one registration; who is alone is chosen beforehand."""
    form = MoveForm()
    form.people.choices = [(str(one.id), one.name) for one in registration.attendees]
    if not form.is_submitted() and len(registration.attendees) == 1:
        form.people.data = [str(registration.attendees[0].id)]
    return form


def read_filter(asked: Mapping[str, str]) -> Filter:
    """Read from an address what the roster is narrowed by; what nobody offered narrows nothing."""

    def one_of(name: str, offered: Any) -> str:
        value = asked.get(name, "")
        return value if value in offered else ""

    return Filter(
        words=asked.get("q", "")[:100],
        states=tuple(state.value for state in LISTS.get(asked.get("list", ""), ())),
        district=one_of("district", (*HOME_DISTRICTS, NOWHERE)),
        channel=one_of("channel", {channel.value for channel in SeatChannel}),
        came=one_of("came", ("yes", "no")),
        needs=one_of("needs", {ANY, *(need.value for need in Access)}),
    )


def read_sort(asked: Mapping[str, str]) -> str:
    """Read the order of the list."""
    return sort if (sort := asked.get("sort", "")) in SORTS else SORTS[0]


def write_filter(wanted: Filter, sort: str = "") -> dict[str, str]:
    """Write a filter as it stands in an address."""
    lists = {states: name for name, among in LISTS.items() if (states := tuple(state.value for state in among))}
    plain = {
        "q": wanted.words,
        "list": lists.get(wanted.states, ""),
        "district": wanted.district,
        "channel": wanted.channel,
        "came": wanted.came,
        "needs": wanted.needs,
        "sort": sort if sort != SORTS[0] else "",
    }
    return {name: value for name, value in plain.items() if value}
