"""Personal data that go: of an event when its time is over, of a person when she asks; and what she can take away."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from karavan.accounts.models import Person
from karavan.core.clock import now as present
from karavan.core.database import Base
from karavan.core.languages import Slots
from karavan.core.tokens import show_receipt
from karavan.door.models import DevicePass, Scan, ScanResult
from karavan.door.problems import PassTakenBack
from karavan.door.rules.scans import take_scans
from karavan.events.models import Access, Answer, Attendee, CheckIn, QuestionKind, Registration, SeatState
from karavan.events.rules.check_in import check_in
from karavan.events.rules.plan import QuestionLine
from karavan.events.rules.register import Guest
from karavan.files.checking import CSV, Examined
from karavan.files.models import StoredFile
from karavan.learning.keys import keys_of
from karavan.learning.models import Certificate, Feedback
from karavan.learning.problems import NobodyCame, WasNotThere
from karavan.learning.rules.answer import answer, to_be_asked
from karavan.learning.rules.certify import Desk, issue, revoke
from karavan.learning.rules.photos import add_photo, object_to
from karavan.notifications.letters import Recipient, post
from karavan.notifications.models import Letter, MailboxLetter
from karavan.notifications.tasks import deliver_letters
from karavan.record.models import ActorRole, RecordEntry, Verb
from karavan.reports.figures import stored
from karavan.reports.models import DeletionReceipt, EventReport
from karavan.reports.own_data import own_data
from karavan.reports.queries import event_to_report, figures_of
from karavan.reports.rules.privacy import anonymise_event, due_events, erase_person, forget_unfinished_lists
from karavan.reports.tasks import let_people_go
from karavan.roster.models import ImportState, ListMove, RosterImport
from karavan.roster.rules.bring_in import Reading, drop_list, take_list
from karavan.selection.models import Application, ApplicationState
from tests.support.calls import apply, make_call
from tests.support.makers import make_event, make_registration, states_of, write
from tests.support.races import doing
from tests.support.settings import NOW
from tests.support.signing_in import sign_in

if TYPE_CHECKING:
    from collections.abc import Callable

    import time_machine
    from flask import Flask
    from sqlalchemy.orm import Session

    from karavan.events.models import Event
    from tests.support.cast import Cast
    from tests.support.visit import Visit

QUESTION = QuestionLine(kind=QuestionKind.TEXT, label=Slots("Не керек?", "Что нужно?"))
HERS = ("Гүлбаршын", "gulbarshyn", "77019998877", "құпия жауап", "арбамен келемін", "жеке себеп", "маған ұнады")
"""Words that stand nowhere in the database when she is gone."""


def everything_in(session: Session) -> str:
    """Return every value of every row of every table."""
    session.close()
    tables = Base.metadata.sorted_tables
    return "\n".join(str(tuple(row)) for table in tables for row in session.execute(select(table)))


def found_in(session: Session, words: tuple[str, ...] = HERS) -> set[str]:
    whole = everything_in(session).casefold()
    return {one for one in words if one.casefold() in whole}


def number_of(session: Session, model: Any) -> int:
    session.close()
    return session.scalars(select(func.count()).select_from(model)).one()


def leave_traces(app: Flask, cast: Cast, session: Session, event: Event) -> Registration:
    question = event.questions[0].id
    guest = Guest(
        name="Гүлбаршын Әбдірахманова",
        needs=(Access.LIFT.value,),
        needs_note="арбамен келемін",
        sex="female",
        born=1987,
        role="resident",
    )
    registration = make_registration(
        event,
        now=NOW - timedelta(days=9),
        guests=(guest,),
        email="Gulbarshyn@example.kz",
        phone="+77019998877",
        district="munaily",
        answers={question: "құпия жауап"},
    )
    code = registration.attendees[0].code
    write(check_in, event.id, code, day=event.first_day, by=None, now=NOW)
    write(issue, event.id, by=Desk(keys=keys_of(app), person_id=cast.bekzat.id), now=NOW)
    write(_more_traces, event.id, registration.id, registration.attendees[0].id, cast.bekzat.id)
    deliver_letters()
    session.close()
    return registration


def _more_traces(session: Session, event_id: int, registration_id: int, attendee_id: int, by_id: int) -> None:
    facts: dict[str, Any] = {"before": SeatState.WAITING, "after": SeatState.SEATED, "by_id": by_id, "moved_at": NOW}
    session.add(ListMove(attendee_id=attendee_id, reason="жеке себеп", **facts))
    gate = DevicePass(
        event_id=event_id,
        public_id="a" * 24,
        day=NOW.date(),
        name="Door",
        token_digest="a" * 64,
        pin_salt="a",
        pin_digest="a" * 64,
        roster_key="a" * 64,
        made_at=NOW,
        by_id=by_id,
        expires_at=NOW,
    )
    session.add(gate)
    session.flush()
    moments = {"day": NOW.date(), "scanned_at": NOW, "received_at": NOW}
    session.add(Scan(pass_id=gate.id, number=1, attendee_id=attendee_id, result=ScanResult.CAME, **moments))
    said = {"rating": 5, "words": "маған ұнады", "lang": "kk", "given_at": NOW}
    session.add(Feedback(event_id=event_id, registration_id=registration_id, **said))
    reading = Reading(",", ["a"], {"name": 0})
    take_list(
        session, event_id, name="a.csv", text="Гүлбаршын,gulbarshyn@example.kz", reading=reading, by_id=by_id, now=NOW
    )


def accept(event: Event, days: int = 90) -> None:
    def keep(session: Session) -> None:
        whole = event_to_report(session, event.id)
        assert whole is not None
        figures = stored(figures_of(session, whole))
        session.add(EventReport(event_id=event.id, accepted_at=NOW, keep_days=days, figures=figures))

    write(keep)


@pytest.fixture
def asking(held: Callable[..., Event]) -> Event:
    return held(questions=(QUESTION,), asks=("sex", "born", "role"))


# --- By the clock -----------------------------------------------------------------------------------------


def test_when_the_time_is_over_nothing_says_any_more_who_came(
    app: Flask, cast: Cast, session: Session, asking: Event, clock: time_machine.Traveller
) -> None:
    registration = leave_traces(app, cast, session, asking)
    other = make_registration(asking, now=NOW - timedelta(days=9), names=("Тимур",))
    accept(asking)
    assert found_in(session) == set(HERS)
    code = session.scalars(select(Certificate.code)).one()

    clock.shift(timedelta(days=90) - timedelta(seconds=1))
    assert let_people_go() == 0
    assert found_in(session) >= set(HERS) - {"маған ұнады"} - {"a.csv"}
    clock.shift(timedelta(seconds=2))
    assert let_people_go() == 1
    assert let_people_go() == 0

    assert found_in(session) == set()
    assert session.scalars(select(Certificate.code)).one() == code
    certificate = session.scalars(select(Certificate)).one()
    assert (certificate.attendee_id, certificate.payload, certificate.minutes) == (None, "", 360)
    assert number_of(session, CheckIn) == 1
    assert states_of(registration) == [SeatState.SEATED]
    assert session.scalars(select(Feedback.rating)).one() == 5
    people = session.scalars(select(Attendee)).all()
    assert all(one.anonymised_at == present() and not one.name_folded and one.born is None for one in people)
    receipt = session.scalars(select(DeletionReceipt)).one()
    assert (receipt.why, receipt.event_id) == ("term", asking.id)
    expected = {"names": 2, "contacts": 2, "answers": 1, "needs": 1, "certificate_names": 1, "remarks": 1, "scans": 1}
    assert {name: receipt.counts[name] for name in expected} == expected
    assert receipt.counts["letters"] >= 3
    entry = session.scalars(select(RecordEntry).where(RecordEntry.verb == Verb.PEOPLE_ANONYMISED)).one()
    assert (entry.facts, entry.actor_role) == ({"people": 2}, ActorRole.CLOCK)
    assert other.event_id == asking.id


def test_another_event_of_the_same_person_keeps_what_it_knows(
    app: Flask, cast: Cast, session: Session, asking: Event
) -> None:
    leave_traces(app, cast, session, asking)
    later = make_event(organisation=cast.alliance)
    make_registration(later, names=("Гүлбаршын",), email="gulbarshyn@example.kz")
    accept(asking, days=0)

    write(anonymise_event, asking.id, now=NOW)

    left = session.scalars(select(Registration.email).where(Registration.email != "")).all()
    assert left == ["gulbarshyn@example.kz"]
    assert session.scalars(select(Letter.address)).all() == ["gulbarshyn@example.kz"]
    assert write(anonymise_event, asking.id, now=NOW) is None
    assert write(anonymise_event, later.id, now=NOW) is None, "without an accepted report nothing begins"
    assert number_of(session, DeletionReceipt) == 1


def test_the_clock_counts_from_the_acceptance(session: Session, asking: Event) -> None:
    accept(asking, days=3)
    assert due_events(session, now=NOW + timedelta(days=3, seconds=-1)) == []
    assert due_events(session, now=NOW + timedelta(days=3)) == [asking.id]


def test_applications_lose_their_people_and_keep_their_pseudonyms(session: Session, cast: Cast) -> None:
    call = make_call(organisation=cast.alliance, reviewers=(cast.saule, cast.daniyar))
    apply(call, names=("Гүлбаршын",), email="gulbarshyn@example.kz")
    session.close()
    event_id = session.scalars(select(Application.event_id)).one()
    pseudonym = session.scalars(select(Application.pseudonym)).one()
    session.close()
    write(lambda s: s.add(EventReport(event_id=event_id, accepted_at=NOW, keep_days=0)))

    receipt = write(anonymise_event, event_id, now=NOW)

    assert receipt is not None
    assert receipt.counts["applications"] == 1
    assert found_in(session) == set()
    assert session.scalars(select(Application.pseudonym)).one() == pseudonym


def test_a_list_that_nobody_brought_in_is_forgotten_after_a_week(session: Session, cast: Cast, asking: Event) -> None:
    facts: dict[str, Any] = {"name": "a.csv", "text": "Гүлбаршын", "reading": Reading(",", ["a"], {"name": 0})}
    write(take_list, asking.id, **facts, by_id=cast.bekzat.id, now=NOW)

    assert write(forget_unfinished_lists, now=NOW + timedelta(days=7)) == 0
    assert write(forget_unfinished_lists, now=NOW + timedelta(days=7, seconds=1)) == 1

    assert session.scalars(select(RosterImport.state)).one() == ImportState.DROPPED
    assert number_of(session, Base.metadata.tables["file_contents"]) == 0


def test_pages_stand_when_people_are_gone(app: Flask, cast: Cast, session: Session, asking: Event, desk: Visit) -> None:
    registration = leave_traces(app, cast, session, asking)
    accept(asking, days=0)
    write(anonymise_event, asking.id, now=NOW)
    code = session.scalars(select(Certificate.code)).one()
    session.close()
    token = app.extensions["karavan.keys"].seal(registration.public_id, purpose="ticket")

    roster = f"/en/desk/events/{asking.id}"
    assert "Name erased" in desk.get(f"{roster}/roster").text
    for address in (
        roster,
        f"{roster}/registrations/{registration.id}",
        f"{roster}/after",
        f"{roster}/report",
        f"/en/registrations/{token}",
        f"/en/certificates/{code}",
    ):
        desk.get(address, status=200)
    desk.get(f"{roster}/report")
    desk.follow("What was erased")
    assert "Contacts of registrations" in desk.page.text
    desk.get("/en/me/data/receipts/of-event/none", status=404)
    for file in ("roster.csv", "roster.xlsx"):
        assert desk.send("GET", f"{roster}/{file}").status_code == 200
    assert found_in(session) == set()


def test_nothing_comes_back_of_people_who_are_gone(app: Flask, cast: Cast, session: Session, asking: Event) -> None:
    registration = leave_traces(app, cast, session, asking)
    write(_objected_to, asking.id, cast.bekzat.id)
    by = Desk(keys=keys_of(app), person_id=cast.bekzat.id)
    certificate = session.scalars(select(Certificate.id)).one()
    session.close()
    write(revoke, asking.id, certificate, by, reason="қате берілген", replace=False, now=NOW)
    accept(asking, days=0)
    write(anonymise_event, asking.id, now=NOW)

    assert found_in(session) == set()
    with pytest.raises(NobodyCame):
        write(issue, asking.id, by=by, now=NOW)
    said: dict[str, Any] = {"rating": 1, "words": "Гүлбаршын", "lang": "kk"}
    with pytest.raises(WasNotThere):
        write(answer, registration.public_id, **said, now=NOW)
    assert to_be_asked(session, now=NOW) == []
    session.close()
    device = session.scalars(select(DevicePass.id)).one()
    session.close()
    with pytest.raises(PassTakenBack):
        write(take_scans, device, [], now=NOW)
    assert (number_of(session, Certificate), number_of(session, Feedback)) == (1, 1)


def _objected_to(session: Session, event_id: int, by_id: int) -> None:
    caption = Slots("Сурет", "Снимок")
    photo = add_photo(session, event_id, Examined(CSV, b"a"), caption=caption, person_id=by_id, now=NOW)
    public_id = session.scalars(select(StoredFile.public_id).where(StoredFile.id == photo.file_id)).one()
    object_to(session, event_id, public_id, words="Гүлбаршын, +77019998877", now=NOW)


def test_nobody_is_written_to_who_left_no_contact(session: Session) -> None:
    gone = Recipient(lang="kk")
    assert not write(post, "events/registered", key="a", to=gone, payload={}, now=NOW)
    assert number_of(session, Letter) == 0


@pytest.mark.race
@pytest.mark.timeout(240)
def test_two_clocks_at_once_make_one_receipt(
    app: Flask, cast: Cast, session: Session, asking: Event, at_once: Callable[..., list[Any]]
) -> None:
    leave_traces(app, cast, session, asking)
    accept(asking, days=0)
    session.close()

    results = at_once(*[doing(anonymise_event, asking.id, now=NOW)] * 4)

    assert sum(result is not None for result in results) == 1
    assert number_of(session, DeletionReceipt) == 1
    assert found_in(session) == set()


# --- When she asks ----------------------------------------------------------------------------------------


def with_account(session: Session) -> int:
    whole: dict[str, Any] = {
        "name": "Гүлбаршын",
        "email": "gulbarshyn@example.kz",
        "email_key": "gulbarshyn@example.kz",
    }

    def open_account(s: Session) -> int:
        person = Person(**whole, phone="+77019998877", lang="kk", created_at=NOW)
        s.add(person)
        s.flush()
        return person.id

    return write(open_account)


def test_somebody_takes_everything_away_and_erases_it(
    app: Flask, cast: Cast, session: Session, asking: Event, visit: Visit
) -> None:
    leave_traces(app, cast, session, asking)
    write(forget_unfinished_lists, now=NOW + timedelta(days=8))
    ahead = make_event(organisation=cast.alliance, seats=1)
    hers = make_registration(ahead, names=("Гүлбаршын",), email="gulbarshyn@example.kz")
    waits = make_registration(ahead, names=("Ольга",))
    person_id = with_account(session)
    sign_in(visit, "gulbarshyn@example.kz")

    visit.get("/en/me/data")
    response = visit.send("GET", "/en/me/data/my-data.zip")
    archive = zipfile.ZipFile(io.BytesIO(response.data))
    data = json.loads(archive.read("data.json"))
    assert [row["name"] for row in data["people"]] == ["Гүлбаршын Әбдірахманова", "Гүлбаршын"]
    assert data["answers"][0]["answer"] == "құпия жауап"
    assert {"account", "registrations", "consents", "letters", "certificates", "remarks", "moves"} <= data.keys()
    for name in archive.namelist():
        if name.endswith(".csv"):
            rows = list(csv.reader(io.StringIO(archive.read(name).decode("utf-8-sig"))))
            assert len(rows) == 1 + len(data[name.removesuffix(".csv")]), name

    visit.get("/en/me/data/erasure")
    visit.press("Erase my data now", status=422)
    assert "you understand" in visit.page.text
    page = visit.press("Erase my data now", sure=True, status=200, statements=120)

    assert "Receipt of an erasure" in page.text
    assert found_in(session) == set()
    with pytest.raises(NobodyCame):  # no certificate without a name
        write(issue, asking.id, by=Desk(keys=keys_of(app), person_id=cast.bekzat.id), now=NOW)
    assert states_of(hers) == [SeatState.GIVEN_BACK]
    assert states_of(waits) == [SeatState.OFFERED], "her seat went to whoever waits"
    person = session.get_one(Person, person_id)
    assert (person.name, person.email, person.email_key, person.phone) == ("", "", None, None)
    assert number_of(session, Answer) == 0
    visit.get("/en/me/data")
    assert visit.address.startswith("/en/sign-in"), "she is signed out"
    receipt = session.scalars(select(DeletionReceipt)).one()
    assert (receipt.why, receipt.event_id, receipt.counts["seats"]) == ("request", None, 1)
    session.close()
    visit.get("/en/me/data/receipts")
    visit.press("Show", code=show_receipt(receipt.code).lower())
    assert "Names of people" in visit.page.text
    visit.get("/en/me/data/receipts?code=7F3K-92AB-CDEF")
    assert "no receipt with this code" in visit.page.text
    visit.get("/en/me/data/receipts/7F3K92ABCDEF", status=404)


def test_an_application_that_stands_is_withdrawn_first(session: Session, cast: Cast) -> None:
    call = make_call(organisation=cast.alliance, reviewers=(cast.saule, cast.daniyar))
    apply(call, names=("Гүлбаршын",), email="gulbarshyn@example.kz")
    session.close()
    person_id = with_account(session)

    write(erase_person, person_id, now=NOW)

    assert session.scalars(select(Application.state)).one() == ApplicationState.WITHDRAWN
    assert found_in(session) == set()


def test_letters_about_an_application_go_wherever_they_were_sent(session: Session, cast: Cast) -> None:
    """She applied with her phone and an address that her account does not know."""
    call = make_call(organisation=cast.alliance, reviewers=(cast.saule, cast.daniyar))
    apply(call, names=("Гүлбаршын",), email="gulbarshyn.office@example.kz", phone="+77019998877")
    deliver_letters()
    session.close()
    assert "gulbarshyn.office" in everything_in(session)
    person_id = with_account(session)
    letters = own_data(session, person_id)["letters"]
    assert {one["address"] for one in letters} == {"gulbarshyn.office@example.kz"}, "she can take away what is erased"

    write(erase_person, person_id, now=NOW)

    assert found_in(session) == set()


def test_a_list_without_headings_leaves_nobody_in_their_place(session: Session, cast: Cast, asking: Event) -> None:
    reading = Reading(",", ["Гүлбаршын", "77019998877"], {"name": 0})
    facts: dict[str, Any] = {"name": "a.csv", "text": "Гүлбаршын", "reading": reading, "by_id": cast.bekzat.id}
    first, _ = [write(take_list, asking.id, **facts, now=NOW) for _ in range(2)]
    write(drop_list, asking.id, first, now=NOW)
    assert found_in(session) == {"Гүлбаршын", "77019998877"}, "the other still waits"

    write(forget_unfinished_lists, now=NOW + timedelta(days=8))

    assert found_in(session) == set()


def test_the_way_to_ones_own_data_is_where_one_looks_for_it(visit: Visit, cast: Cast) -> None:
    visit.get("/en/privacy")
    visit.follow("My data")
    assert visit.address.startswith("/en/sign-in")
    visit.sign_in(cast.amina)
    for page in ("/en/privacy", "/en/me/account", "/en/me/"):
        visit.get(page)
        visit.follow("My data")
        assert visit.address == "/en/me/data"


def test_staff_end_their_roles_first(visit: Visit, cast: Cast, session: Session) -> None:
    visit.sign_in(cast.bekzat)
    visit.get("/en/me/data/erasure")
    assert "end the role" in visit.page.text
    visit.press("Erase my data now", sure=True, status=409)
    assert session.get_one(Person, cast.bekzat.id).name == "Бекзат"


def test_what_others_did_stays(session: Session, cast: Cast, app: Flask, asking: Event) -> None:
    leave_traces(app, cast, session, asking)
    before = number_of(session, Registration)

    write(erase_person, cast.amina.id, now=NOW)

    assert found_in(session) == set(HERS)
    assert number_of(session, Registration) == before
    assert number_of(session, MailboxLetter) >= 1
