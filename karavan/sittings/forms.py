"""What secretaries and members type about sittings, turned into values for the rules."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from wtforms import BooleanField, HiddenField, StringField, TextAreaField

from karavan.core.places import PLACES
from karavan.core.problems import N_
from karavan.core.when import DEFAULT_ZONE
from karavan.sittings.models import Choice as Vote
from karavan.sittings.rules.agenda import ItemPlan
from karavan.sittings.rules.convene import USUAL_SEATS, SittingPlan
from karavan.sittings.rules.vote import Follow
from karavan.web.fields import LANGUAGE_NAMES, Choice, DayField, HourField, Radios, WholeNumber, complain, texts
from karavan.web.forms import Optional, Required, Versioned, line, text, whole_number
from karavan.web.locale import lang

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from karavan.core.problems import Message, Problem
    from karavan.councils.models import Member
    from karavan.sittings.models import AgendaItem, Sitting
    from karavan.sittings.page import ItemPage

AKTAU: Final = ZoneInfo(DEFAULT_ZONE)
VOTES: Final = (
    (Vote.FOR.value, N_("For")),
    (Vote.AGAINST.value, N_("Against")),
    (Vote.ABSTAINED.value, N_("Abstained")),
)
NO_VOTE: Final = ("", N_("No vote"))
TITLE_OWED: Final = N_("Write the title in Kazakh or in Russian.")
REASON_OWED: Final = N_("Give a reason in Kazakh or in Russian.")


class DeskForm(Versioned):
    """A form of the desk: what a rule says about a text in several languages stands at its first language."""

    def refuse(self, problem: Problem) -> None:
        """Show what a rule said, at its field if it names one, else above the form."""
        field = self._fields.get(problem.where)
        if field is not None and hasattr(field, "form"):
            field = field.form.kk
            field.errors = [*field.errors, problem.message]
        else:
            super().refuse(problem)


# --- Preparing --------------------------------------------------------------------------------------------


class SittingForm(DeskForm):
    """When and where a council is to sit, and what it is about."""

    title = texts(N_("What the sitting is about"), 160)
    day = DayField(N_("Day"), [Required(N_("Enter the day of the sitting."))])
    starts_at = HourField(N_("Beginning, Aktau time"), [Required(N_("Enter the hour at which it begins."))])
    ends_at = HourField(N_("End, about"), [Optional()])
    venue = texts(N_("Place"), 200)
    place = Choice(N_("City or district"), choices=[(key, names.ru) for key, names in PLACES.items()])
    seats = WholeNumber(N_("Seats for listeners"), 1, 1000)
    stream_url = StringField(N_("Address of the broadcast"), [Optional(), line(300)])
    short_notice = texts(N_("Why the notice is shorter"), 600, rows=3)
    """Asked for once notice was given: another day is another notice."""
    closed_to_public = texts(N_("Reason, if the public may not come"), 400, rows=3)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check every field; the title is owed to readers, and an address is one."""
        good = super().validate(extra_validators)
        return complain(self._contradictions()) and good

    def _contradictions(self) -> Iterator[tuple[Any, str | Message]]:
        if not self.title.form.for_the_region():
            yield self.title.form.kk, TITLE_OWED
        if self.stream_url.data and not self.stream_url.data.startswith(("https://", "http://")):
            yield self.stream_url, N_("Enter an address that begins with https://")

    def plan(self) -> SittingPlan:
        """Return the typed values for the rule."""
        day, begins, ends = self.day.data, self.starts_at.data, self.ends_at.data
        assert day and begins is not None  # noqa: S101, PT018 -- validated
        seats: Any = self.seats.data
        return SittingPlan(
            title=self.title.form.slots(),
            starts_at=datetime.combine(day, begins, AKTAU),
            ends_at=datetime.combine(day, ends, AKTAU) if ends is not None else None,
            place=self.place.data or "",
            venue=self.venue.form.slots(),
            stream_url=self.stream_url.data or "",
            seats=seats,
            short_notice=self.short_notice.form.slots(),
            closed_to_public=self.closed_to_public.form.slots(),
        )


def sitting_form(sitting: Sitting | None = None, *, place: str = "", **options: Any) -> SittingForm:
    """Build the form: of a sitting as it is stored, or of a new one in that place."""
    stored: dict[str, Any] = {"version": 0, "place": place or "aktau", "seats": USUAL_SEATS}
    if sitting is not None:
        stored |= {
            name: getattr(sitting, name)
            for name in ("title", "venue", "stream_url", "short_notice", "closed_to_public")
        }
        begins = sitting.starts_at.astimezone(AKTAU)
        stored |= {"version": sitting.version, "day": begins.date(), "starts_at": begins.time()}
        if sitting.event is not None:
            stored |= {"place": sitting.event.place, "seats": sitting.event.gate.capacity}
            stored["ends_at"] = sitting.event.ends_at.astimezone(AKTAU).time()
    form = SittingForm(data=stored, **options)
    form.place.choices = {key: names.best(lang()).text for key, names in PLACES.items()}
    return form


class NoticeForm(DeskForm):
    """Giving notice. Where it is shorter than the statute wants, the rule insists on a reason."""

    short_notice = texts(N_("Why the notice is shorter"), 600, rows=3)


class ReasonForm(DeskForm):
    """Calling a sitting off."""

    reason = texts(N_("Reason"), 600, rows=3)

    def validate(self, extra_validators: Any = None) -> bool:
        """A reason is owed to those who wanted to come."""
        good = super().validate(extra_validators)
        if self.reason.form.for_the_region():
            return good
        return complain([(self.reason.form.kk, REASON_OWED)])


class ItemForm(DeskForm):
    """An item of the agenda in the secretary's own words, or as it was taken from a submission."""

    title = texts(N_("Title of the item"), 200)
    draft = texts(N_("Decision that is proposed"), 3000, rows=4)
    speaker = StringField(N_("Who reports on it"), [Optional(), line(160)])
    reason = texts(N_("Why the agenda changes"), 600, rows=3)

    def plan(self) -> ItemPlan:
        """Return the typed values for the rule."""
        title, draft = self.title.form.slots(), self.draft.form.slots()
        return ItemPlan(title=title, draft=draft, speaker=self.speaker.data or "")

    def validate(self, extra_validators: Any = None) -> bool:
        """It needs a title."""
        good = super().validate(extra_validators)
        if self.title.form.for_the_region():
            return good
        return complain([(self.title.form.kk, TITLE_OWED)])


def item_form(item: AgendaItem | None = None, *, version: int = 0, **options: Any) -> ItemForm:
    """Build the form: of an item as it is stored, or of a new one of a sitting of that version."""
    stored: dict[str, Any] = {"version": version}
    if item is not None:
        stored = {name: getattr(item, name) for name in ("title", "draft", "speaker", "version")}
    return ItemForm(data=stored, **options)


class PressForm(DeskForm):
    """Buttons alone: which one was pressed is its name, and whom it is about its value."""

    reason = texts(N_("Why the agenda changes"), 600, rows=3)

    def pressed(self, data: Mapping[str, str], *names: str) -> tuple[str, int]:
        """Return which of these buttons was pressed, and its number; ("", 0) if none."""
        return next(((name, whole_number(data[name])) for name in names if name in data), ("", 0))


# --- The room ---------------------------------------------------------------------------------------------


class RollForm(DeskForm):
    """The roll call: for each member who may vote a row of radio buttons, named m<id>."""

    members: Sequence[Member] = ()

    def rows(self) -> list[tuple[Member, Any]]:
        """Return the members with their fields, in the council's order."""
        return [(one, self._fields[f"m{one.id}"]) for one in self.members]

    def votes(self) -> dict[int, Vote]:
        """Return the votes that were called out, by member."""
        return {one.id: Vote(field.data) for one, field in self.rows() if field.data}


def roll_form(members: Collection[Member], votes: Mapping[int, Vote], *, version: int, **options: Any) -> RollForm:
    """Build the form for those who may vote, filled with the votes that are there already."""
    fields = {f"m{one.id}": Radios(one.name, choices=(*VOTES, NO_VOTE)) for one in members}
    kind = type("RollOfOneItem", (RollForm,), {**fields, "members": tuple(members)})
    stored = {f"m{one.id}": votes[one.id].value if one.id in votes else "" for one in members}
    form: RollForm = kind(data={**stored, "version": version}, **options)
    return form


class ConflictForm(DeskForm):
    """A member says that she has an interest of her own in the item."""

    member = Choice(N_("Member"))
    words = texts(N_("What she or he declared"), 600, rows=3)


def conflict_form(members: Sequence[Member], *, version: int, **options: Any) -> ConflictForm:
    """Build the form for these members."""
    form = ConflictForm(data={"version": version}, **options)
    form.member.choices = {str(one.id): one.name for one in members}
    return form


class NoteForm(DeskForm):
    """What was said about an item, for the minutes."""

    note = texts(N_("Note for the minutes"), 4000, rows=4)


class OpenVoteForm(DeskForm):
    """Opening a vote: the words that are voted on, as they came out of the discussion."""

    draft = texts(N_("Decision that is put to the vote"), 3000, rows=4)


class DecideForm(DeskForm):
    """Counting the votes, and what an adopted decision does at once."""

    follow = Radios(N_("If it is adopted"), [Optional()])

    def following(self) -> Follow | None:
        """Return what follows at once, if anything."""
        return Follow(self.follow.data) if self.follow.data else None


FOLLOWS: Final = {
    Follow.CONSIDER: N_("The council takes the proposal up"),
    Follow.DECLINE: N_("The proposal is declined, with the words of the decision as the reason"),
    Follow.SEND: N_("The recommendation is sent to the body it is for"),
}


def decide_form(item: AgendaItem, **options: Any) -> DecideForm:
    """Build the form: what can follow depends on what the item is about."""
    offered: tuple[Follow, ...] = (Follow.SEND,) if item.recommendation_id else ()
    if item.proposal_id:
        offered += (Follow.CONSIDER, Follow.DECLINE)
    form = DecideForm(data={"version": item.version, "follow": ""}, **options)
    form.follow.choices = {"": N_("Nothing follows by itself"), **{one.value: FOLLOWS[one] for one in offered}}
    return form


class CloseForm(DeskForm):
    """Closing the sitting: there is no way back."""

    sure = BooleanField(
        N_("Everything has been dealt with. The sitting is closed."),
        [Required(N_("Tick that the sitting is closed."))],
    )


# --- Members ----------------------------------------------------------------------------------------------


class VoteForm(Versioned):
    """A member's own vote."""

    item = HiddenField()
    choice = Radios(N_("Your vote"), [Required(N_("Choose how you vote."))], choices=VOTES)

    @property
    def item_id(self) -> int:
        """Return on which item she votes (0: on none of ours)."""
        return whole_number(self.item.data)


class OwnConflictForm(DeskForm):
    """A member declares with her own account that she has an interest in an item."""

    words = texts(N_("What your interest is"), 600, rows=3)
    sure = BooleanField(
        N_("I declare a conflict of interest and do not vote on this item."),
        [Required(N_("Tick that you declare it."))],
    )


class OpinionForm(Versioned):
    """A member does not agree with a decision, and says why."""

    words = TextAreaField(
        N_("Your special opinion"), [Required(N_("Write your opinion.")), text(4000)], render_kw={"rows": 8}
    )
    words_lang = Choice(N_("Language you write in"), choices=LANGUAGE_NAMES.items())


def opinion_form(one: ItemPage, member: Member, **options: Any) -> OpinionForm:
    """Build the form: with what she has given already, or empty in the language she reads in."""
    given = next((opinion for opinion in one.opinions if opinion.member_id == member.id), None)
    stored = {"words": given.words, "words_lang": given.lang} if given else {"words_lang": lang()}
    return OpinionForm(data=stored, **options)
