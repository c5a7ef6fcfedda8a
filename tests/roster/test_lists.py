"""Lists from elsewhere: read as they come, tried row by row, changing nothing until confirmed, then all or nothing."""

from __future__ import annotations

import codecs
import csv
import io
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from karavan.core.contacts import parse_email, parse_phone
from karavan.core.problems import Problem
from karavan.core.text import BadText, fold
from karavan.events.models import Attendee, Consent, Registration, SeatChannel, SeatState
from karavan.events.rules.register import register
from karavan.files.models import FileContent
from karavan.notifications.models import Letter
from karavan.record.models import RecordEntry, Verb
from karavan.roster.bringing import CellIsWrong, Contacts, _email, _phone, guess_mapping, try_rows
from karavan.roster.models import ImportState, RosterImport, RosterLook
from karavan.roster.problems import ListHasChanged, ListIsClosed, NoSeatsForList
from karavan.roster.rules.bring_in import Reading, bring_in, make_ready, name_columns, take_list
from karavan.roster.tables import guess_delimiter, read_letters, rows_of
from tests.support.makers import application, make_event, make_registration, seats_now, write
from tests.support.races import doing
from tests.support.settings import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from karavan.events.models import Event
    from karavan.roster.bringing import Trial
    from tests.support.cast import Cast
    from tests.support.visit import Visit

HEAD = "ФИО;Телефон;Электронная почта;Район;Язык"
ROWS = (
    "Әсел Қуанышқызы;8 701 234 56 01;asel@example.kz;Мұнайлы ауданы;қазақша",
    "Иван Петров;+7 (701) 234-56-02;;г. Актау;рус",
    ";8 701 234 56 03;;;",
    "Без контакта;;;;",
    "Ошибка;12;нет@;Луна;",
    "Повтор;87012345601;;;",
    "=2+5;8 701 234 56 04;;;",
    "?айрат;8 701 234 56 05;;;",
    "Ербол Сапаров;;erbol@example.kz;Бейнеу;",
)
LIST = "\r\n".join([HEAD, *ROWS])
NOBODY = Contacts(frozenset(), frozenset())


@pytest.fixture
def event(cast: Cast) -> Event:
    return make_event(organisation=cast.alliance, seats=2)


def tried(text: str, *, known: Contacts = NOBODY) -> Trial:
    delimiter = guess_delimiter(text)
    rows = rows_of(text, delimiter)
    mapping = guess_mapping(rows[0][1], rows[0][1], asks=())
    return try_rows(rows, mapping, known, asks=(), lang="kk", this_year=2026)


# --- Reading ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("cp1251", b""),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
    ],
)
def test_a_list_is_read_however_it_was_saved(encoding: str, mark: bytes, sign: str) -> None:
    text = "Фамилия;Имя;Телефон\r\n" + "\r\n".join(f"Петров;Иван {i};8701234560{i}" for i in range(9))
    text = read_letters(mark + text.replace(";", sign).encode(encoding))

    trial = tried(text)

    assert [entry.name for entry in trial.entries][:2] == ["Петров Иван 0", "Петров Иван 1"]
    assert (len(trial.entries), trial.faulty, trial.duplicates) == (9, 0, 0)


def test_a_break_or_a_delimiter_within_quotes_belongs_to_its_cell() -> None:
    text = f'{HEAD}\n"Әсел\r\nҚуанышқызы";8 701 234 56 01;;;\n\n"Петров; ""Иван""";8 701 234 56 02;;;\nҮшінші;12;;;'

    trial = tried(text)

    assert [(entry.row, entry.name) for entry in trial.entries] == [(2, "Әсел Қуанышқызы"), (4, 'Петров; "Иван"')]
    assert [(fault.row, fault.code) for fault in trial.faults] == [(5, "bad_phone")]


@pytest.mark.parametrize(
    "content",
    [b"", b"\xef\xbb\xbf \r\n", b"PK\x03\x04 a workbook", b"%PDF-1.7", b"a\0b\0\0\0c", bytes(range(256)), b"\x98\x98"],
)
def test_what_is_no_list_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(Problem) as refused:
        read_letters(content)
    assert refused.value.where == "list"


@pytest.mark.parametrize(
    "text",
    ['a;b\n"never closed;' + "x" * 200_000, ";".join("abc" * 50), "a\n" * 100_002],
)
def test_a_list_that_cannot_be_a_table_is_refused(text: str) -> None:
    with pytest.raises(Problem):
        rows_of(text, ";")


def test_every_row_is_tried_and_each_mistake_has_its_row_and_its_word() -> None:
    trial = tried(LIST, known=Contacts(frozenset({"erbol@example.kz"}), frozenset()))

    assert [(entry.row, entry.name, entry.phone, entry.district, entry.lang) for entry in trial.entries] == [
        (2, "Әсел Қуанышқызы", "+77012345601", "munaily", "kk"),
        (3, "Иван Петров", "+77012345602", "aktau", "ru"),
    ] + [(8, "=2+5", "+77012345604", "", "kk")] * any(entry.row == 8 for entry in trial.entries)
    assert {(fault.row, fault.field, fault.code) for fault in trial.faults} >= {
        (4, "name", "no_name"),
        (5, "phone", "no_contact"),
        (6, "phone", "bad_phone"),
        (6, "email", "bad_email"),
        (6, "district", "bad_district"),
        (7, "phone", "twice"),
        (9, "name", "lost_letters"),
        (10, "email", "known"),
    }
    assert trial.rows == len(ROWS)
    assert trial.duplicates == 2
    assert len(trial.entries) + trial.faulty + trial.duplicates == trial.rows


@pytest.mark.parametrize(
    "cell",
    [
        "87012345678", "+77012345678", "8 (701) 234-56-78", "7 701 234 56 78", "8(701)2345678", "7012345678",
        "8-701-234-56-78", "+79161234567", "9161234567", "870123456789", "8 7292 12 34 56", "8 999 123 45 67",
        "+1 202 555 01 00", "+7", "8(", "٨٧٠١٢٣٤٥٦٧٨",
    ],
)  # fmt: skip
def test_the_quick_way_to_read_a_number_says_what_the_slow_one_says(cell: str) -> None:
    def outcome(read: Any) -> Any:
        try:
            return read(cell)
        except (BadText, CellIsWrong):
            return None

    assert outcome(_phone) == outcome(parse_phone)


@pytest.mark.parametrize(
    "cell",
    [
        "A.b_c@Example.KZ", "a..b@example.kz", ".a@example.kz", "a@-example.kz", "a@example", "a@localhost",
        "a@example.kz.", "a_@x.kz",
        "a" * 65 + "@example.kz", "a@" + "b" * 64 + ".kz", "a@1.2.3.4", "a+b@example.kz", "a@пример.қаз",
    ],
)  # fmt: skip
def test_the_quick_way_to_read_an_address_says_what_the_slow_one_says(cell: str) -> None:
    def slow(text: str) -> tuple[str, str]:
        email = parse_email(text)
        return email.typed, email.key

    def outcome(read: Any) -> Any:
        try:
            return read(cell)
        except (BadText, CellIsWrong):
            return None

    assert outcome(_email) == outcome(slow)


# --- Bringing in ------------------------------------------------------------------------------------------


def handed_in(event: Event, text: str, by_id: int) -> tuple[int, int, Trial]:
    trial = tried(text)
    reading = Reading(guess_delimiter(text), ["a"], {"name": 0})
    import_id = write(take_list, event.id, name="list.csv", text=text, reading=reading, by_id=by_id, now=NOW)
    write(name_columns, event.id, import_id, version=1, reading=reading, trial=trial)
    return import_id, 2, trial


def people(number: int) -> str:
    rows = [f"Қатысушы {i};+7701{i:07d};p{i}@example.kz;;ru" for i in range(number)]
    return "\n".join([HEAD, *rows])


def test_seats_go_in_the_lists_order_and_then_the_queue(session: Session, cast: Cast, event: Event) -> None:
    import_id, version, trial = handed_in(event, people(5), cast.bekzat.id)
    ready = make_ready(trial.entries)

    brought = write(
        bring_in, event.id, import_id, version=version, newcomers=ready, tell=True, by_id=cast.bekzat.id, now=NOW
    )

    assert tuple(brought) == (5, 2, 3, 0)
    rows = session.execute(
        select(Registration.number, Attendee.name, Attendee.state, Registration.channel, Registration.added_by_id)
        .join(Attendee)
        .order_by(Registration.number)
    ).all()
    assert [row.name for row in rows] == [f"Қатысушы {i}" for i in range(5)]
    assert [row.state for row in rows] == [SeatState.SEATED] * 2 + [SeatState.WAITING] * 3
    assert {(row.channel, row.added_by_id) for row in rows} == {(SeatChannel.IMPORT, cast.bekzat.id)}
    assert session.scalars(select(func.count()).select_from(Consent)).one() == 5
    for one in session.scalars(select(Attendee).options(joinedload(Attendee.registration))):
        assert (one.needs, one.child, one.position, one.state_at, one.anonymised_at) == ([], False, 0, NOW, None)
        assert one.name_folded == fold(one.name)
        made = one.registration
        assert (made.created_at, made.live, made.at_least, made.coming_at) == (NOW, True, 1, None)
    letters = session.scalars(select(Letter).order_by(Letter.id)).all()
    assert len(letters) == 5
    assert {(one.state, one.attempts, one.next_try_at, one.sent_at) for one in letters} == {("waiting", 0, NOW, None)}
    assert [one.payload["people"][0]["name"] for one in letters] == [row.name for row in rows]
    entry = session.scalars(select(RecordEntry).where(RecordEntry.verb == Verb.PEOPLE_IMPORTED)).one()
    assert entry.facts == {"people": 5, "seats": 2, "waiting": 3}
    row = session.get_one(RosterImport, import_id)
    assert (row.state, row.file_id, row.tell) == (ImportState.DONE, None, True)
    assert session.scalar(select(func.count()).select_from(FileContent)) == 0
    session.close()
    assert make_registration(event).number == rows[-1].number + 1


def test_who_came_by_herself_meanwhile_is_not_brought_in_twice(session: Session, cast: Cast, event: Event) -> None:
    import_id, version, trial = handed_in(event, people(3), cast.bekzat.id)
    write(register, event.id, application(email="p1@example.kz"), now=NOW)
    facts = {"newcomers": make_ready(trial.entries), "tell": False, "by_id": cast.bekzat.id, "now": NOW}

    brought = write(bring_in, event.id, import_id, version=version, **facts)

    assert tuple(brought) == (2, 1, 1, 1)
    assert session.scalars(select(func.count()).select_from(Registration)).one() == 3
    session.close()
    with pytest.raises(ListIsClosed):
        write(bring_in, event.id, import_id, version=version + 1, **facts)


def test_all_of_a_list_or_none(session: Session, cast: Cast) -> None:
    event = make_event(organisation=cast.alliance, seats=2, waiting_list=False)
    import_id, version, trial = handed_in(event, people(3), cast.bekzat.id)
    facts = {"newcomers": make_ready(trial.entries), "tell": True, "by_id": cast.bekzat.id, "now": NOW}

    with pytest.raises(NoSeatsForList):
        write(bring_in, event.id, import_id, version=version, **facts)
    with pytest.raises(ListHasChanged):
        write(bring_in, event.id, import_id, version=version + 1, **facts)
    # A fault in the last of its statements takes everything back.
    broken = [*facts["newcomers"][:1], facts["newcomers"][0]]
    with pytest.raises(Exception, match=r"(?i)unique"):
        write(bring_in, event.id, import_id, version=version, **facts | {"newcomers": broken})

    for table in (Registration, Attendee, Letter):
        assert session.scalar(select(func.count()).select_from(table)) == 0
    assert session.get_one(RosterImport, import_id).state == ImportState.MAPPED


@pytest.mark.race
@pytest.mark.timeout(240)
def test_a_list_confirmed_twice_while_one_of_it_registers(
    session: Session, cast: Cast, event: Event, at_once: Callable[..., list[Any]]
) -> None:
    import_id, version, trial = handed_in(event, people(20), cast.bekzat.id)
    facts = {"newcomers": make_ready(trial.entries), "tell": True, "by_id": cast.bekzat.id, "now": NOW}
    bring = doing(bring_in, event.id, import_id, version=version, **facts)
    herself = doing(register, event.id, application(email="p7@example.kz"), now=NOW)
    session.close()

    results = at_once(bring, bring, herself)

    assert sum(isinstance(result, ListIsClosed) for result in results[:2]) == 1
    number, live = session.execute(
        select(func.count(), func.count(func.distinct(Registration.email_key))).select_from(Registration)
    ).one()
    assert number == live == 20
    assert session.scalars(select(func.count()).where(Attendee.state == SeatState.SEATED)).one() == 2
    numbers = session.scalars(select(Registration.number)).all()
    assert len(set(numbers)) == 20


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.timeout(300)
def test_a_hundred_thousand_rows_of_which_half_fail(session: Session, cast: Cast, event: Event) -> None:
    rows = [f"Қатысушы {i};+7701{i:07d};;;" if i % 2 else f"Қатысушы {i};{i};;;" for i in range(100_000)]
    import_id, version, trial = handed_in(event, "\n".join([HEAD, *rows]), cast.bekzat.id)
    assert (len(trial.entries), trial.faulty) == (50_000, 50_000)

    ready = make_ready(trial.entries)
    write(bring_in, event.id, import_id, version=version, newcomers=ready, tell=False, by_id=cast.bekzat.id, now=NOW)

    assert seats_now(event)[1:] == (2, 49_998)


# --- At the desk ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [False, True])
def test_an_organiser_brings_a_list_in(session: Session, desk: Visit, cast: Cast, event: Event, htmx: bool) -> None:
    make_registration(event, email="erbol@example.kz")
    desk.get(f"/en/desk/events/{event.id}/lists")
    upload(desk, LIST.encode("utf-8-sig"))
    assert "Full name" in desk.page.text
    assert session.scalars(select(func.count()).select_from(Registration)).one() == 1

    desk.press("Try every row", htmx=htmx, column_phone="", column_email="", status=422)
    assert "Choose the column that holds phone numbers" in desk.page.text
    desk.press("Try every row", htmx=htmx, column_phone="1", column_email="2", status=200)
    for words in ("There is no name.", "row 2", "Kazakh letters were lost", "on the roster already"):
        assert words in desk.page.text, words
    faults = desk.send("GET", desk.page.link("Download these rows")).get_data(as_text=True)
    lines = list(csv.reader(io.StringIO(faults.lstrip("\ufeff"))))
    assert lines[0][:3] == ["Row", "What is wrong", "ФИО"]
    assert all(not cell.startswith(("=", "@")) for line in lines for cell in line)
    assert session.scalars(select(func.count()).select_from(Registration)).one() == 1
    assert session.scalars(select(func.count()).select_from(RosterLook)).one() >= 2
    session.close()

    desk.press("Bring them in", htmx=htmx, status=422)
    assert "know and agree" in desk.page.text
    again = desk.page.form_of("Bring them in")
    typed = dict(again.filled("Bring them in", {"agreed": True, "tell": True}))
    desk.press("Bring them in", htmx=htmx, agreed=True, tell=True, status=200)
    assert "brought in" in desk.page.text
    desk.post(again.action, typed, status=200)
    assert "Bring them in" not in desk.page.body, "pressed twice, it is done once"
    session.close()
    number = session.scalars(select(func.count()).select_from(Registration)).one()
    assert number == 1 + session.scalars(select(RosterImport.good)).one()
    faults_kept = session.scalars(select(RosterImport.faults)).one()
    assert all(value == "" for *_, value in faults_kept), "what stood in the list is forgotten with it"


def test_another_sign_and_a_second_organiser(session: Session, desk: Visit, cast: Cast, event: Event) -> None:
    desk.get(f"/en/desk/events/{event.id}/lists")
    upload(desk, LIST.encode())
    here = desk.address
    desk.press("Try every row", status=200, sign="comma")
    assert "read otherwise" in desk.page.text
    desk.press("Try every row", status=200, sign="semicolon")
    page = desk.get(here)
    stale = page.form_of("Try every row").filled("Try every row", {})
    desk.press("Try every row", status=200, column_name="0", column_phone="1")

    desk.post(here, dict(stale), status=409)
    assert "Somebody else has changed this list" in desk.page.text
    desk.press("Forget this list", status=200)
    assert "forgotten" in desk.page.text
    assert session.scalars(select(RosterImport.state)).one() == ImportState.DROPPED
    assert session.scalars(select(func.count()).select_from(FileContent)).one() == 0
    session.close()
    desk.get(here)
    assert "Bring them in" not in desk.page.body


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b'a;b\n"' + b"x" * 200_000])
def test_a_bad_file_is_refused_and_nothing_is_kept(session: Session, desk: Visit, event: Event, content: bytes) -> None:
    desk.get(f"/en/desk/events/{event.id}/lists")
    upload(desk, content, status=422)
    assert session.scalars(select(func.count()).select_from(RosterImport)).one() == 0


def upload(desk: Visit, content: bytes, *, status: int = 200) -> None:
    assert desk.page is not None
    form = desk.page.form_of("Look at the list")
    data = dict(form.filled("Look at the list", {}))
    data.pop("list", None)
    body = {**data, "list": (io.BytesIO(content), "list.csv")}
    desk.post(form.action, body, status=status, content_type="multipart/form-data")
