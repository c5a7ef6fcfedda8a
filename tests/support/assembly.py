"""Hearings, sittings and the members of councils, made by the real rules in real transactions.

Needs an application context: ask for the `session` fixture. Everything is asked for by name.
"""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from itertools import count
from typing import TYPE_CHECKING, Any, Final

import pikepdf
from sqlalchemy.orm import joinedload, selectinload

from karavan.accounts.models import Role
from karavan.core.clock import now as present
from karavan.core.database import db, transact as write
from karavan.core.languages import Slots
from karavan.core.when import local_day
from karavan.councils.models import Council, Member, Office, Sector
from karavan.councils.rules import Seat, seat_member
from karavan.files.checking import PDF, Examined
from karavan.hearings.models import Hearing, HearingState
from karavan.hearings.rules.announce import announce
from karavan.hearings.rules.cancel import cancel
from karavan.hearings.rules.documents import add_document
from karavan.hearings.rules.hall import begin, end
from karavan.hearings.rules.matrix import close
from karavan.hearings.rules.plan import Plan, begin_draft
from karavan.record.models import ActorRole
from karavan.sittings.models import Sitting, SittingState
from karavan.sittings.rules.agenda import ItemPlan, add_item
from karavan.sittings.rules.convene import SittingPlan, begin_sitting, cancel_sitting, convene, open_sitting
from tests.support.civic import make_council, make_person, make_staff

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.accounts.models import Person

_numbers = count(1)

REASON: Final = Slots(kk="Дауыл ескертуі жарияланды", ru="Объявлено штормовое предупреждение")
AHEAD: Final = timedelta(days=30)
"""More than any notice of the default statute."""
BEGAN: Final = {
    HearingState.LIVE: timedelta(),
    HearingState.HELD: timedelta(hours=2),
    HearingState.CLOSED: timedelta(days=7),
}
"""How long ago a hearing in this state began, unless a test says when."""


# --- Hearings -------------------------------------------------------------------------------------------------


def hearing_plan(*, starts_at: datetime | None = None, now: datetime | None = None, **changes: Any) -> Plan:
    """Return what a secretary would write about a hearing, in both languages; `changes` are fields of `Plan`."""
    begins = starts_at or (now or present()) + AHEAD
    number = next(_numbers)
    usual: dict[str, Any] = {
        "title": Slots(kk=f"{number}-маусымдағы жылу тарифі", ru=f"Тариф на тепло, сезон {number}"),
        "tasks": Slots(kk="Тарифтің негізін анықтау", ru="Выяснить, на чём основан тариф"),
        "questions": Slots(kk="Тариф неге өседі?", ru="Почему растёт тариф?"),
        "agenda": Slots(kk="1. Баяндама. 2. Сұрақтар.", ru="1. Доклад. 2. Вопросы."),
        "caller": Slots(kk="Ақтау қоғамдық кеңесі", ru="Общественный совет Актау"),
        "ground": Slots(kk="Кеңестің № 31 шешімі", ru="Решение совета № 31"),
        "venue": Slots(kk="«Достық» үйі", ru="Дом «Достык»"),
        "starts_at": begins,
        "ends_at": begins + timedelta(hours=2),
        "statements_until": begins + timedelta(days=5),
        "place": "aktau",
        "stream_url": "https://stream.example.kz/hearing",
    }
    return Plan(**usual | changes)


def make_hearing(
    council: Council | None = None,
    *,
    state: HearingState = HearingState.ANNOUNCED,
    documents: int = 0,
    secretary: Person | None = None,
    now: datetime | None = None,
    **changes: Any,
) -> Hearing:
    """Return a hearing brought to a state by the way it would have come there; `changes` are fields of `Plan`.

    One that is live began now; one that was held began two hours ago and takes statements for some days yet; one that
    is closed was held a week ago. Their notice was given a month before.
    """
    moment = now or present()
    council = council or make_council(now=moment)
    secretary = secretary or make_staff(council, Role.SECRETARY)
    goes_on = state in BEGAN
    if goes_on:
        changes.setdefault("starts_at", moment - BEGAN[state])
    if state == HearingState.CLOSED:
        changes.setdefault("statements_until", changes["starts_at"] + timedelta(days=1))
    noticed = changes["starts_at"] - AHEAD if goes_on else moment
    plan = hearing_plan(now=moment, **changes)
    made = write(begin_draft, council.id, plan, by_person=secretary.id, now=noticed)
    for number in range(1, documents + 1):
        make_document(made, title=f"Құжат {number}", now=noticed)
    by: dict[str, Any] = {"by": ActorRole.SECRETARY, "read_version": None}
    if state != HearingState.DRAFT:
        write(announce, made.id, now=noticed, **by)
    if state == HearingState.CANCELLED:
        write(cancel, made.id, reason=REASON, now=moment, **by)
    if goes_on:
        _hold(made.id, state, plan, now=moment, secretary=secretary)
    return reload_hearing(made)


def _hold(hearing_id: int, state: HearingState, plan: Plan, *, now: datetime, secretary: Person) -> None:
    """Begin, and end, and close, as far as asked."""
    by: dict[str, Any] = {"by": ActorRole.SECRETARY}
    write(begin, hearing_id, by_id=secretary.id, now=plan.starts_at, **by)
    if state in (HearingState.HELD, HearingState.CLOSED):
        write(end, hearing_id, by_id=secretary.id, now=min(plan.ends_at, now), **by)
    if state == HearingState.CLOSED:
        write(close, hearing_id, now=now, **by)


def pdf(*, pages: int = 1) -> bytes:
    """Return a PDF of so many empty pages; no two are the same file."""
    written, document = BytesIO(), pikepdf.new()
    for _ in range(pages):
        document.add_blank_page(page_size=(595, 842))
    document.Root.Lang = pikepdf.String(f"kk-x-{next(_numbers)}")
    document.save(written)
    return written.getvalue()


def examined_pdf(*, pages: int = 1) -> Examined:
    """Return a document as files' door lets it in, without going through it."""
    return Examined(PDF, pdf(pages=pages), pages=pages)


def make_document(hearing: Hearing, *, title: str = "Тарифтің есебі", now: datetime | None = None, **how: Any) -> Any:
    """Put a document into a hearing's bundle; `how` are `add_document`'s own words."""
    usual: dict[str, Any] = {
        "name": "tarif.pdf",
        "title": Slots(kk=title, ru=f"Расчёт {next(_numbers)}"),
        "read_version": None,
        "now": now or present(),
    }
    return write(add_document, hearing.id, examined_pdf(), **usual | how)


def reload_hearing(hearing: Hearing | int) -> Hearing:
    """Return a hearing as it is in the database now, with council, event and documents, detached."""
    db.session.close()
    found = db.session().get_one(
        Hearing,
        hearing if isinstance(hearing, int) else hearing.id,
        options=(
            joinedload(Hearing.council).joinedload(Council.organisation),
            joinedload(Hearing.event),
            selectinload(Hearing.documents),
        ),
    )
    db.session.close()
    return found


# --- Sittings -------------------------------------------------------------------------------------------------


def make_sitting(
    council: Council | None = None,
    *,
    state: SittingState = SittingState.CONVENED,
    items: int = 1,
    now: datetime | None = None,
    secretary: Person | None = None,
    **changes: Any,
) -> Sitting:
    """Return a sitting brought to a state by the way it would have come there; `changes` are fields of `SittingPlan`.

    One that is open began now; one that was held began two hours ago. Nobody has come yet: see `sittings.rules.attend`.
    """
    moment = now or present()
    council = council or make_council(now=moment)
    goes_on = state in (SittingState.OPEN, SittingState.HELD)
    began = moment if state == SittingState.OPEN else moment - timedelta(hours=2)
    noticed = moment - AHEAD if goes_on else moment
    usual: dict[str, Any] = {
        "title": Slots(kk=f"{next(_numbers)}-кезекті отырыс", ru="Очередное заседание"),
        "starts_at": began if goes_on else moment + AHEAD,
        "venue": Slots(kk="«Достық» үйі", ru="Дом «Достык»"),
    }
    by_person = secretary.id if secretary else None
    plan = SittingPlan(**usual | changes)
    made = write(begin_sitting, council.id, plan, by_person=by_person, now=noticed)
    for number in range(1, items + 1):
        item = ItemPlan(title=Slots(kk=f"Мәселе {number}", ru=f"Вопрос {number}"))
        write(add_item, made.id, item, now=noticed)
    if state != SittingState.DRAFT:
        write(convene, made.id, now=noticed)
    if state == SittingState.CANCELLED:
        write(cancel_sitting, made.id, reason=REASON, now=moment)
    if goes_on:
        write(open_sitting, made.id, now=plan.starts_at)
    if state == SittingState.HELD:
        from karavan.sittings.rules.close import close_sitting  # noqa: PLC0415 -- only here

        write(close_sitting, made.id, now=moment)
    return reload_sitting(made)


def reload_sitting(sitting: Sitting | int) -> Sitting:
    """Return a sitting as it is in the database now, with council, event and agenda, detached."""
    db.session.close()
    found = db.session().get_one(
        Sitting,
        sitting if isinstance(sitting, int) else sitting.id,
        options=(
            joinedload(Sitting.council).joinedload(Council.organisation),
            joinedload(Sitting.event),
            selectinload(Sitting.items),
        ),
    )
    db.session.close()
    return found


# --- Councils -------------------------------------------------------------------------------------------------


def make_members(council: Council, n: int, *, now: datetime | None = None) -> list[Member]:
    """Seat so many members with accounts, for a mandate that began a year ago; the first is the chair."""
    moment = now or present()
    today = local_day(moment)
    seated = []
    for number in range(n):
        person = make_person(roles=((Role.COUNCIL_MEMBER, council.organisation_id),))
        seat = Seat(
            name=f"{person.name} {next(_numbers)}",
            sector=Sector.NGO,
            mandate_from=today - timedelta(days=365),
            mandate_to=today + timedelta(days=365),
            office=Office.CHAIR if number == 0 else Office.MEMBER,
        )
        seated.append(write(_seat, council.id, seat, person.id, moment))
    return seated


def _seat(session: Session, council_id: int, seat: Seat, person_id: int, now: datetime) -> Member:
    member = seat_member(session, council_id, seat, by=ActorRole.SECRETARY, now=now)
    member.person_id = person_id
    session.flush()
    return member
