"""The tables of a report, in the words of the language spoken: what the page, the workbook and the paper all show."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from karavan.core.places import HOME_DISTRICTS, PLACES
from karavan.core.problems import N_
from karavan.core.when import day_medium, day_range, number, percent
from karavan.events.labels import ROLES, SEXES
from karavan.learning.labels import RATINGS
from karavan.reports.figures import ANSWERED, NOT_REMINDED, OTHERS, REMINDED, absent, over_time, rated, shown, together
from karavan.roster.words import CHANNELS
from karavan.web.locale import gettext, lang, pgettext

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from karavan.core.charts import Line
    from karavan.core.languages import Slots
    from karavan.events.models import Event
    from karavan.reports.figures import Figures
    from karavan.reports.models import EventReport


class Share(float):
    """A part of a whole: shown in per cent."""


Cell = str | int | float | date | None
"""None: of so few that it is not said."""


class Table(NamedTuple):
    """One table: its key for addresses, its heading, its columns and rows. `lines` are what a drawing shows of it."""

    key: str
    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    lines: tuple[Line, ...] = ()


TRAIT_HEADINGS: Final = {
    "district": N_("Who came, by district"),
    "sex": N_("Women and men who came"),
    "role": N_("Who came, by role"),
}
ABSENT_HEADINGS: Final = {
    "reminder": N_("Who did not come, by reminder"),
    "channel": N_("Who did not come, by how they registered"),
    "district": N_("Who did not come, by district"),
}
COLUMN: Final = {
    "district": N_("District"),
    "sex": N_("Woman or man"),
    "role": N_("In what role"),
    "channel": N_("How registered"),
    "reminder": N_("Reminder"),
}
REMINDERS: Final = {
    ANSWERED: N_("Said that they still come"),
    REMINDED: N_("Were reminded, did not answer"),
    NOT_REMINDED: N_("Were not reminded"),
}


def words_of(trait: str) -> dict[str, str]:
    """Return what each group of a trait is called."""
    if trait == "district":
        named = {place: PLACES[place].best(lang()).text for place in HOME_DISTRICTS}
    elif trait == "rating":
        named = {rating: gettext(words) for rating, words in RATINGS}
    else:
        sentences: Mapping[str, str] = {
            "sex": {sex.value: words for sex, words in SEXES},
            "role": {role.value: words for role, words in ROLES},
            "channel": {channel.value: words for channel, words in CHANNELS.items()},
            "reminder": REMINDERS,
        }[trait]
        named = {key: gettext(words) for key, words in sentences.items()}
    return named | {"": pgettext("answer", "Not said"), OTHERS: gettext("Small groups together")}


def event_tables(event: Event, figures: Figures, report: EventReport | None) -> list[Table]:
    """Return all tables of an event's report; what nobody said, or too few, has none."""
    found = [_summary(event, figures, report), _days(figures)]
    found += [_headcount(figures, trait) for trait in TRAIT_HEADINGS]
    found += [_absent(figures, trait) for trait in ABSENT_HEADINGS]
    found += [_registrations(figures), _usefulness(figures)]
    return [table for table in found if table.rows]


def public_tables(figures: Figures) -> list[Table]:
    """Return what everybody may see of an accepted report: nothing by which anybody could be found."""
    return [table for table in (_headcount(figures, "district"), _usefulness(figures)) if table.rows]


def period_tables(
    organisation: Slots,
    span: tuple[date, date],
    events: Sequence[Event],
    figures: Mapping[int, Figures],
    accepted: Mapping[int, EventReport],
) -> list[Table]:
    """Return the tables of what an organisation held in a period."""
    whole = together(figures.values())
    facts: list[tuple[str, Cell]] = [
        (gettext("Organiser"), organisation.best(lang()).text),
        (gettext("Period"), day_range(*span, lang())),
        (gettext("Events held"), len(events)),
        (gettext("Reports accepted"), len(accepted)),
        *_counts(whole),
        (gettext("Days"), len(whole.days)),
        *_outcome(whole),
    ]
    summary = Table("summary", gettext("Events of a period"), _two(), tuple(facts))
    found = [summary, _events(events, figures, accepted), *(_headcount(whole, trait) for trait in TRAIT_HEADINGS)]
    found += [_absent(whole, trait) for trait in ABSENT_HEADINGS]
    return [table for table in (*found, _usefulness(whole)) if table.rows]


def _two() -> tuple[str, ...]:
    return gettext("What is counted"), pgettext("figure", "Number")


def _summary(event: Event, figures: Figures, report: EventReport | None) -> Table:
    rows: list[tuple[str, Cell]] = [
        (gettext("Event"), event.title.best(lang()).text),
        (gettext("When"), day_range(event.first_day, event.last_day, lang())),
        (gettext("Where"), PLACES[event.place].best(lang()).text),
        (gettext("Organiser"), event.organisation.name.best(lang()).text),
        (gettext("Report"), accepted_words(event, report)),
        (gettext("Seats"), figures.seats),
        *_counts(figures),
        (gettext("In the queue"), figures.waiting),
        (gettext("Days"), len(figures.days)),
        (gettext("Hours of the event"), figures.minutes / 60),
        *_outcome(figures),
    ]
    return Table("summary", gettext("Report of an event"), _two(), tuple(rows))


def accepted_words(event: Event, report: EventReport | None) -> str:
    """Say whether a report stands."""
    if report is None or report.accepted_at is None:
        return gettext("Not accepted yet: these figures may still change")
    day = day_medium(report.accepted_at, lang(), event.zone)
    return gettext("Accepted: %(day)s") % {"day": day}


def _counts(figures: Figures) -> list[tuple[str, Cell]]:
    return [
        (gettext("Registered in all"), figures.registered),
        (gettext("Held a seat"), figures.expected),
        (gettext("Share of the seats that were taken"), _share(figures.fill)),
        (pgettext("people", "Came"), figures.came),
        (gettext("Share of those with a seat who came"), _share(figures.show_up)),
    ]


def _outcome(figures: Figures) -> list[tuple[str, Cell]]:
    return [
        (gettext("Hours of all who came, together"), figures.attended / 60),
        (gettext("Certificates"), figures.certificates),
        (gettext("People who said how useful it was"), figures.answers),
        (gettext("Usefulness, from 1 to 5"), figures.satisfaction),
    ]


def _share(share: float | None) -> Share | None:
    return None if share is None else Share(share)


def _days(figures: Figures) -> Table:
    columns = (gettext("Day"), gettext("Hours"), pgettext("people", "Came"))
    rows = tuple((day.day, day.minutes / 60, day.came) for day in figures.days)
    return Table("days", gettext("Days and hours"), columns, rows)


def _headcount(figures: Figures, trait: str) -> Table:
    """How many came of each group, and what part of all who came that is."""
    lines, words = shown(figures, trait), words_of(trait)
    total = sum(line.count for line in lines)
    columns = (gettext(COLUMN[trait]), pgettext("people", "Came"), gettext("Share of those who came"))
    rows = tuple((words[line.group], line.count, Share(line.count / total) if total else None) for line in lines)
    return Table(trait, gettext(TRAIT_HEADINGS[trait]), columns, rows if total else (), tuple(lines))


def _absent(figures: Figures, trait: str) -> Table:
    """How many of each group held a seat and did not come."""
    lines, words = absent(shown(figures, trait)), words_of(trait)
    columns = (
        gettext(COLUMN[trait]),
        gettext("Held a seat"),
        pgettext("people", "Did not come"),
        pgettext("people", "Share who did not come"),
    )
    rows = tuple((words[line.group], line.of, line.count, _share(line.share)) for line in lines)
    return Table(f"absent_{trait}", gettext(ABSENT_HEADINGS[trait]), columns, rows, tuple(lines))


def _registrations(figures: Figures) -> Table:
    columns = (pgettext("dates", "Days"), pgettext("count", "Registered"), gettext("Altogether"))
    rows = tuple(
        (day_range(one.first, one.last, lang()), one.people, one.altogether) for one in over_time(figures.registrations)
    )
    return Table("registrations", gettext("When people registered"), columns, rows)


def _usefulness(figures: Figures) -> Table:
    lines, words = rated(figures.ratings), words_of("rating")
    columns = (gettext("How useful was it to you?"), gettext("People"), pgettext("column", "Share"))
    rows = tuple((words[line.group], line.count, _share(line.share)) for line in lines)
    return Table("usefulness", gettext("How useful it was"), columns, rows, tuple(lines))


def _events(events: Sequence[Event], figures: Mapping[int, Figures], accepted: Mapping[int, EventReport]) -> Table:
    columns = (
        gettext("Event"),
        gettext("When"),
        gettext("Where"),
        gettext("Held a seat"),
        pgettext("people", "Came"),
        gettext("Hours of all who came, together"),
        gettext("Usefulness, from 1 to 5"),
        gettext("Report"),
    )
    rows = tuple(
        (
            event.title.best(lang()).text,
            day_range(event.first_day, event.last_day, lang()),
            PLACES[event.place].best(lang()).text,
            figures[event.id].expected,
            figures[event.id].came,
            figures[event.id].attended / 60,
            figures[event.id].satisfaction,
            pgettext("report", "Accepted") if event.id in accepted else pgettext("report", "Not accepted yet"),
        )
        for event in events
    )
    return Table("events", gettext("Events"), columns, rows)


def written(cell: Cell) -> str:
    """Write a cell for people."""
    if cell is None:
        return gettext("too few")
    if isinstance(cell, str):
        return cell
    if isinstance(cell, Share):
        return percent(cell, lang())
    if isinstance(cell, date):
        return day_medium(cell, lang())
    return number(round(cell, 1), lang())
