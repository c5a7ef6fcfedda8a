"""The record of votes: who came and how everybody voted, for the page, for a spreadsheet, and as Popolo.

Popolo (popoloproject.com/specs) has classes for just this: a `Motion` is what was put to the vote, a `VoteEvent` the
voting on it with its `Count`s, a `Vote` one member's, by name; members are `Person`s with `Membership`s. Its list of
options is yes, no and abstain; it names "absent" and "not voting" as further ones.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from karavan.core.text import csv_cell
from karavan.councils.queries import members as all_members
from karavan.sittings import queries

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from karavan.councils.models import Council, Member
    from karavan.sittings.models import Attendance, Choice
    from karavan.sittings.queries import DecisionRow, HeldRow


class Stand(StrEnum):
    """What a member did when a decision was made."""

    FOR = "for"
    AGAINST = "against"
    ABSTAINED = "abstained"
    SILENT = "silent"
    """In the room, without a vote."""
    CONFLICT = "conflict"
    """Declared a conflict of interest, and so had no vote."""
    ABSENT = "absent"


class Line(NamedTuple):
    """One member and one decision."""

    sitting: HeldRow
    decision: DecisionRow
    member: Member
    stand: Stand


class Came(NamedTuple):
    """One member and one sitting."""

    sitting: HeldRow
    member: Member
    present: bool


@dataclass(frozen=True, kw_only=True)
class MemberRecord:
    """What is public of a member's work: how often she came, and how she voted."""

    member: Member
    sittings: int
    """Held while she was a member."""
    attended: int
    stands: Mapping[Stand, int]

    @property
    def decisions(self) -> int:
        """On how many decisions she could have had a say."""
        return sum(self.stands.values())


@dataclass(frozen=True, kw_only=True)
class Record:
    """Everything a council has voted on in sittings that were held."""

    council: Council
    members: Sequence[Member]
    """Everybody who was a member on the day of one of the sittings, in the council's order."""
    sittings: Sequence[HeldRow]
    decisions: Sequence[DecisionRow]
    came: Sequence[Came]
    lines: Sequence[Line]

    def of_members(self) -> list[MemberRecord]:
        """Return one record for each member."""
        return [
            MemberRecord(
                member=member,
                sittings=sum(one.member.id == member.id for one in self.came),
                attended=sum(one.member.id == member.id and one.present for one in self.came),
                stands=self._stands(member.id),
            )
            for member in self.members
        ]

    def _stands(self, member_id: int) -> dict[Stand, int]:
        counted = Counter(line.stand for line in self.lines if line.member.id == member_id)
        return {stand: counted[stand] for stand in Stand}


def record_of(session: Session, council: Council, *, member_id: int | None = None) -> Record:
    """Return a council's record of votes, or one member's part of it."""
    sittings = queries.held_sittings(session, council.id)
    decisions = queries.decisions_of(session, [one.id for one in sittings])
    everybody = [one for one in all_members(session, council.id) if member_id in (None, one.id)]
    items = [one.item_id for one in decisions]
    cast = {(one.item_id, one.member_id): one.choice for one in queries.ballots_of(session, items)}
    conflicts = queries.conflicts_of(session, items)
    there: dict[tuple[int, int], list[Attendance]] = {}
    for row in queries.attendance_of(session, [one.id for one in sittings]):
        there.setdefault((row.sitting_id, row.member_id), []).append(row)
    came, lines = [], []
    for sitting in sittings:
        day = date.fromisoformat(sitting.held_on)
        for member in (one for one in everybody if one.sits_on(day)):
            spans = there.get((sitting.id, member.id), [])
            came.append(Came(sitting, member, bool(spans)))
            for decision in (one for one in decisions if one.sitting_id == sitting.id):
                key = decision.item_id, member.id
                stand = _stand(cast.get(key), key in conflicts, _in_the_room(spans, decision.decided_at))
                lines.append(Line(sitting, decision, member, stand))
    seen = {one.member.id for one in came}
    return Record(
        council=council,
        members=[one for one in everybody if one.id in seen],
        sittings=sittings,
        decisions=decisions,
        came=came,
        lines=lines,
    )


def _stand(choice: Choice | None, conflict: bool, present: bool) -> Stand:  # noqa: FBT001 -- three plain facts
    if choice is not None:
        return Stand(choice.value)
    if not present:
        return Stand.ABSENT
    return Stand.CONFLICT if conflict else Stand.SILENT


def _in_the_room(spans: Sequence[Attendance], at: datetime) -> bool:
    """Was she there at that moment? Whoever left as the sitting was closed, in the same second, still was."""
    return any(one.came_at <= at and (one.left_at is None or one.left_at >= at) for one in spans)


# --- For a spreadsheet --------------------------------------------------------------------------------------

COLUMNS: Final = (
    "sitting", "held_on", "attended", "decision", "decided_at", "item", "adopted", "majority", "members", "present",
    "votes_for", "votes_against", "votes_abstained", "member_id", "member", "office", "sector", "vote",
)  # fmt: skip
"""Names for programs: the same in every language."""
CSV_HEADERS: Final = {"Content-Type": "text/csv; charset=utf-8"}


def csv_rows(record: Record, lang: str) -> list[dict[str, Any]]:
    """Return one row for each member and decision; a sitting without decisions has one for each member."""
    attended = {(one.sitting.id, one.member.id): one.present for one in record.came}
    decided = {line.sitting.id for line in record.lines}
    rows = [
        _sitting_cells(line.sitting, line.member, attended[line.sitting.id, line.member.id])
        | _decision_cells(line, lang)
        for line in record.lines
    ]
    rows += [
        _sitting_cells(one.sitting, one.member, one.present) for one in record.came if one.sitting.id not in decided
    ]
    return sorted(rows, key=lambda row: row["sitting"])


def as_csv(record: Record, lang: str) -> str:
    """Return the record as a file that a spreadsheet opens without calculating anything."""
    file = io.StringIO()
    table = csv.writer(file, delimiter="," if lang == "en" else ";", lineterminator="\r\n")
    table.writerow(COLUMNS)
    for row in csv_rows(record, lang):
        table.writerow([csv_cell(row.get(name, "")) for name in COLUMNS])
    return "\ufeff" + file.getvalue()


def _sitting_cells(sitting: HeldRow, member: Member, present: bool) -> dict[str, Any]:  # noqa: FBT001 -- a plain fact
    return {
        "sitting": sitting.number,
        "held_on": sitting.held_on,
        "attended": int(present),
        "member_id": member.id,
        "member": member.name,
        "office": member.office.value,
        "sector": member.sector.value,
    }


def _decision_cells(line: Line, lang: str) -> dict[str, Any]:
    made = line.decision
    numbers = ("majority", "members", "present", "votes_for", "votes_against", "votes_abstained")
    return {
        "decision": made.number,
        "decided_at": made.decided_at.isoformat(timespec="seconds"),
        "item": made.title.best(lang).text,
        "adopted": int(made.adopted),
        "vote": line.stand.value,
        **{name: getattr(made, name) for name in numbers},
    }


# --- Popolo -------------------------------------------------------------------------------------------------

OPTIONS: Final = {
    Stand.FOR: "yes",
    Stand.AGAINST: "no",
    Stand.ABSTAINED: "abstain",
    Stand.SILENT: "not voting",
    Stand.CONFLICT: "not voting",
    Stand.ABSENT: "absent",
}
REQUIREMENTS: Final = {
    "present": "majority of members present",
    "all": "majority of all members",
    "two_thirds": "two-thirds majority of members present",
}


def popolo(record: Record, lang: str) -> dict[str, Any]:
    """Return the record as Popolo: lists of objects of each class, which name each other by their ids.

    Texts are those a reader of `lang` sees. People are known by their seats: several mandates of one member are one
    person; nothing of her account is told.
    """
    council, people = record.council, _people(record.members)
    organisation_id = f"council:{council.slug}"
    return {
        "organizations": [
            {
                "id": organisation_id,
                "name": council.organisation.name.best(lang).text,
                "classification": "public council",
            }
        ],
        "persons": [{"id": _person(first.id), "name": first.name} for first in _first_seats(record.members)],
        "memberships": [
            {
                "id": f"member:{one.id}",
                "person_id": people[one.id],
                "organization_id": organisation_id,
                "role": one.office.value,
                "start_date": one.mandate_from.isoformat(),
                "end_date": one.last_day.isoformat(),
            }
            for one in record.members
        ],
        "events": [_event(record, one, people, organisation_id, lang) for one in record.sittings],
        "motions": [_motion(record, one, organisation_id, lang) for one in record.decisions],
        "vote_events": [_vote_event(record, one, people, organisation_id) for one in record.decisions],
    }


def _event(
    record: Record, sitting: HeldRow, people: Mapping[int, str], organisation_id: str, lang: str
) -> dict[str, Any]:
    there = [one.member for one in record.came if one.sitting.id == sitting.id and one.present]
    return {
        "id": _sitting(record, sitting.id),
        "name": sitting.title.best(lang).text,
        "classification": "sitting",
        "organization_id": organisation_id,
        "start_date": _moment(sitting.opened_at),
        "end_date": _moment(sitting.closed_at) if sitting.closed_at else None,
        "attendees": [{"id": people[one.id], "name": one.name} for one in there],
    }


def _motion(record: Record, made: DecisionRow, organisation_id: str, lang: str) -> dict[str, Any]:
    return {
        "id": f"motion:{made.number}",
        "organization_id": organisation_id,
        "legislative_session_id": _sitting(record, made.sitting_id),
        "identifier": made.number,
        "text": made.text.best(lang).text,
        "classification": "decision",
        "date": _moment(made.voting_from or made.decided_at),
        "requirement": REQUIREMENTS[made.majority],
        "result": "pass" if made.adopted else "fail",
    }


def _vote_event(record: Record, made: DecisionRow, people: Mapping[int, str], organisation_id: str) -> dict[str, Any]:
    """Return the voting on a motion. Counts are those of the decision; whoever was absent has a vote that says so."""
    lines = [line for line in record.lines if line.decision.id == made.id]
    counted = Counter(OPTIONS[line.stand] for line in lines)
    sums = {"yes": made.votes_for, "no": made.votes_against, "abstain": made.votes_abstained}
    sums |= {option: counted[option] for option in ("not voting", "absent")}
    return {
        "id": f"vote:{made.number}",
        "organization_id": organisation_id,
        "legislative_session_id": _sitting(record, made.sitting_id),
        "identifier": made.number,
        "motion_id": f"motion:{made.number}",
        "start_date": _moment(made.voting_from or made.decided_at),
        "end_date": _moment(made.decided_at),
        "result": "pass" if made.adopted else "fail",
        "counts": [{"option": option, "value": value} for option, value in sums.items()],
        "votes": [
            {"voter_id": people[line.member.id], "option": OPTIONS[line.stand], "role": line.member.office.value}
            for line in lines
        ],
    }


def _people(members: Sequence[Member]) -> dict[int, str]:
    """Return as which person each seat is known: the same account, or the same name, is one person."""
    found: dict[int, str] = {}
    for first in _first_seats(members):
        found |= {one.id: _person(first.id) for one in members if one.id == first.id or _same(first, one)}
    return found


def _first_seats(members: Sequence[Member]) -> list[Member]:
    first: list[Member] = []
    for member in sorted(members, key=lambda one: one.id):
        if not any(_same(one, member) for one in first):
            first.append(member)
    return first


def _same(one: Member, other: Member) -> bool:
    return one.name == other.name or (one.person_id is not None and one.person_id == other.person_id)


def _person(member_id: int) -> str:
    return f"person:{member_id}"


def _sitting(record: Record, sitting_id: int) -> str:
    number = next(one.number for one in record.sittings if one.id == sitting_id)
    return f"sitting:{record.council.slug}:{number}"


def _moment(moment: datetime) -> str:
    """Write a moment as Popolo's pattern wants it: to the second, in UTC."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
