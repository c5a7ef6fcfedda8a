"""Many devices at the same moment, over HTTP: nobody is counted twice, and no scan is lost."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from karavan.core.database import transact
from karavan.door.models import MOST_TRIES, DevicePass, Scan, ScanResult
from karavan.door.rules.passes import revoke_pass
from karavan.events.models import CheckIn
from karavan.record.models import RecordEntry, Verb
from tests.support.doors import Sender, code_of
from tests.support.settings import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from karavan.events.models import Event
    from tests.support.doors import Doors

pytestmark = [pytest.mark.race]


def numbers(session: Session) -> tuple[int, int, int, int]:
    """Count arrivals, scans, scans that were the first of a person, and what the record says."""
    session.close()
    found = (
        select(func.count(CheckIn.id)),
        select(func.count(Scan.id)),
        select(func.count(Scan.id)).where(Scan.result == ScanResult.CAME),
        select(func.count(RecordEntry.id)).where(RecordEntry.verb == Verb.PERSON_CHECKED_IN),
    )
    return tuple(session.scalars(one).one() for one in found)  # type: ignore[return-value]


def test_several_doors_and_one_household(
    doors: Doors, session: Session, at_once: Callable[..., list[Any]], today: Event
) -> None:
    codes = [code_of(today, name) for name in ("Айгүл", "Тимур", "Жанар")]
    slips = [doors.give(f"Door {number}") for number in range(4)]
    devices = [Sender(doors.open(slip), today, slip.pin) for slip in slips]
    batches = [[one.scan(number, code) for number, code in enumerate(codes, 1)] for one in devices]
    batches[1::2] = [list(reversed(batch)) for batch in batches[1::2]]
    pairs = list(zip(devices, batches, strict=True))
    told = at_once(*(partial(device.deliver, batch) for device, batch in pairs))
    results = [one["result"] for lines in told for one in lines]
    assert results.count("came") == len(codes), "each person came by one door"
    assert results.count("again") == 3 * len(codes)
    assert numbers(session) == (3, 12, 3, 3)


def test_one_batch_sent_many_times_at_once(
    doors: Doors, session: Session, at_once: Callable[..., list[Any]], today: Event
) -> None:
    codes = [code_of(today, name) for name in ("Айгүл", "Тимур", "Жанар")]
    slip = doors.give()
    device = Sender(doors.open(slip), today, slip.pin)
    batch = [device.scan(number, code) for number, code in enumerate(codes, 1)]
    told = at_once(*[partial(device.deliver, batch)] * 6)
    assert all(lines == told[0] for lines in told)
    assert numbers(session) == (3, 3, 3, 3)


def test_taken_back_in_the_same_moment(
    doors: Doors, session: Session, at_once: Callable[..., list[Any]], today: Event
) -> None:
    """Before or after: what was said to be taken is there, what was refused is not, and then nothing is taken."""
    slip = doors.give()
    device = Sender(doors.open(slip), today, slip.pin)
    codes = [code_of(today, name) for name in ("Айгүл", "Тимур", "Жанар")]
    pass_id = session.scalars(select(DevicePass.id)).one()
    session.close()
    sendings = [partial(device.status, [device.scan(number, code)]) for number, code in enumerate(codes, 1)]
    *statuses, revoked = at_once(*sendings, partial(transact, revoke_pass, pass_id, now=NOW))
    assert revoked is True
    assert set(statuses) <= {200, 410}
    assert numbers(session)[0] == statuses.count(200)
    assert device.status([device.scan(9, codes[0])]) == 410


def test_many_wrong_pins_at_once_are_five(
    doors: Doors, session: Session, at_once: Callable[..., list[Any]], today: Event
) -> None:
    slip = doors.give()
    wrong = f"{(int(slip.pin) + 1) % 1_000_000:06d}"
    browsers = [doors.new_visitor() for _ in range(8)]
    forms = []
    for browser in browsers:
        page = browser.get(f"/{slip.address}")
        forms.append((browser, dict(page.form_of("Open the pass").filled("Open the pass", {"pin": wrong}))))
    answers = at_once(*(partial(one.send, "POST", f"/{slip.address}", data=data) for one, data in forms))
    assert {answer.status_code for answer in answers} == {422}
    session.close()
    assert session.scalars(select(DevicePass.tries)).one() == MOST_TRIES
    assert "locked" in browsers[0].press("Open the pass", pin=slip.pin, status=422).summary
