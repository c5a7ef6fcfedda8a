"""From the marks at the door to a certificate that anybody can verify: on the page, by its code, without a network."""

from __future__ import annotations

import io
import json
import re
import stat
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import typst
import zxingcpp
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from PIL import Image
from sqlalchemy import func, select

from karavan.core.languages import Slots
from karavan.core.paper import TEMPLATES, drawable
from karavan.events.models import Attendee
from karavan.events.rules.plan import ProgrammeLine
from karavan.learning import signing
from karavan.learning.keys import keys_of
from karavan.learning.models import Certificate
from karavan.learning.paper import CERTIFICATE, PAPERS, certificate_content, certificate_paper, qr_text
from karavan.learning.problems import ReasonNamesHer
from karavan.learning.rules.certify import Desk, issue, revoke
from karavan.learning.rules.hours import set_hours
from karavan.learning.signing import KIND, Keyring, Said, fragment_of, payload_of, verify
from karavan.notifications.models import Letter
from karavan.record.models import RecordEntry, Verb
from karavan.roster.models import RosterLook
from tests.learning.conftest import come
from tests.protocols.reading_pdfs import fonts_of, metadata_of, pages_of, squeezed, words_of
from tests.support.makers import make_event, write
from tests.support.settings import BASE_URL, NOW

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flask import Flask
    from sqlalchemy.orm import Session

    from karavan.events.models import Event
    from tests.support.cast import Cast
    from tests.support.visit import Visit

LONG = 60
NAME = "Әбдірахманова Гүлбаршын Қуанышқызы"
LETTERS = "ӘәҒғҚқҢңӨөҰұҮүҺһІі"


@pytest.fixture
def by(app: Flask, cast: Cast) -> Desk:
    return Desk(keys=keys_of(app), person_id=cast.bekzat.id)


def certificates(session: Session) -> list[Certificate]:
    session.close()
    return list(session.scalars(select(Certificate).order_by(Certificate.id)))


def letters(session: Session, kind: str) -> list[Letter]:
    session.close()
    return list(session.scalars(select(Letter).where(Letter.letter == f"events/{kind}").order_by(Letter.id)))


def test_from_the_marks_at_the_door_to_a_certificate_that_is_verified(
    desk: Visit, visit: Visit, session: Session, app: Flask, held: Callable[..., Event]
) -> None:
    event = held()
    registration = come(event, NAME, 0, 1, email="gul@example.kz")
    come(event, "Тимур", 1)
    come(event, "Ольга")
    page = desk.get(f"/en/desk/events/{event.id}/after")
    assert "6 hours" in page.text
    desk.follow("See and issue certificates")
    page = desk.press("Issue certificates", statements=LONG)
    assert "2 certificates are issued" in page.text
    assert NAME in page.text
    assert "Ольга" not in page.text, "whoever did not come gets none"
    one, other = certificates(session)
    assert (one.name, one.minutes, one.days) == (NAME, 720, ["2026-11-20", "2026-11-21"])
    assert (other.name, other.minutes, other.days) == ("Тимур", 360, ["2026-11-21"])

    page = desk.get(f"/en/certificates/{one.code[:4]}-{one.code[4:8].lower()}-{one.code[8:]}")
    assert visit.address == f"/en/certificates/{one.code}"
    assert "it holds" in page.text
    assert NAME in page.text
    assert "12 hours" in page.text
    assert page.link("Study tour to Astana")
    for lang, words in (("kk", "Қатысусертификаты"), ("ru", "Сертификатобучастии")):
        response = desk.send("GET", f"/en/certificates/{one.code}/{lang}.pdf")
        assert response.mimetype == "application/pdf"
        said = words_of(response.data)
        assert words in said
        assert squeezed(NAME) in said
        assert f"{one.code[:4]}-{one.code[4:8]}-{one.code[8:]}" in said
        assert squeezed(event.title.kk if lang == "kk" else event.title.ru) in said
        assert metadata_of(response.data) == {"pdfaid:part": "2", "pdfaid:conformance": "A", "pdfuaid:part": "1"}
        assert all(fonts_of(response.data).values())
        assert pages_of(response.data) == 1

    token = app.extensions["karavan.keys"].seal(registration.public_id, purpose="ticket")
    page = desk.get(f"/en/registrations/{token}")
    assert page.link("Open the certificate").endswith(f"/en/certificates/{one.code}")

    address = f"{BASE_URL}/kk/certificates/{one.code}"
    read = decoded(one, address)
    assert read.startswith(address + "#")
    ran = app.test_cli_runner().invoke(args=["certificates", "verify", read])
    assert ran.exit_code == 0, ran.output
    assert f"Name: {NAME}" in ran.output
    assert "Minutes: 720" in ran.output


def decoded(certificate: Certificate, address: str) -> str:
    """Draw a paper, and read the code on it with a program that is not ours."""
    told = drawable(certificate_content(certificate, "kk", address=address))
    at = {name: getattr(NOW, name) for name in ("year", "month", "day", "hour", "minute", "second")}
    drawn: Any = typst.compile(
        (TEMPLATES / CERTIFICATE).read_bytes(),
        ignore_system_fonts=True,
        sys_inputs={"told": json.dumps(told | {"at": at}, ensure_ascii=False)},
        format="png",
        ppi=150,
    )
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(drawn)))
    return str(found.text)


def test_after_midnight_in_aktau_the_code_says_the_day_that_the_paper_says(
    session: Session, app: Flask, by: Desk, held: Callable[..., Event]
) -> None:
    event = held()
    come(event, NAME, 0)
    write(issue, event.id, by, now=datetime(2026, 11, 23, 21, tzinfo=UTC))
    (one,) = certificates(session)
    said = verify(fragment_of(one.payload, one.signature), keys_of(app).public).said
    assert said is not None
    assert said.issued == "2026-11-24"
    assert {"label": "Дата выдачи", "value": "24\u00a0ноября 2026\u00a0г."} in certificate_content(
        one, "ru", address=BASE_URL
    )["lines"]


def test_pressed_again_it_issues_only_what_is_missing(
    desk: Visit, session: Session, by: Desk, held: Callable[..., Event]
) -> None:
    event = held()
    come(event, "Айгүл", 0)
    assert write(issue, event.id, by, now=NOW) == 1
    assert write(issue, event.id, by, now=NOW) == 0
    come(event, "Нұрлан", 0)
    desk.get(f"/en/desk/events/{event.id}/after/certificates")
    page = desk.press("Issue certificates", htmx=True, statements=LONG)
    assert "1 certificate is issued" in page.text
    page = desk.press("Issue certificates", statements=LONG)
    assert "Everyone who came has a certificate already." in page.text
    assert len(certificates(session)) == 2
    assert len(letters(session, "certificate")) == 2
    noted = session.scalars(select(RecordEntry.facts).where(RecordEntry.verb == Verb.CERTIFICATES_ISSUED)).all()
    assert noted == [{"certificates": 1}, {"certificates": 1}]
    assert session.scalars(select(func.count()).select_from(RosterLook)).one() == 1, "who looked at names is noted"


def test_a_household_gets_one_letter(session: Session, by: Desk, held: Callable[..., Event]) -> None:
    event = held()
    registration = come(event, "Айгүл", 0)
    event_id, public_id = event.id, registration.public_id
    write(_second_person, registration.id)
    assert write(issue, event_id, by, now=NOW) == 2
    (letter,) = letters(session, "certificate")
    assert [one["name"] for one in letter.payload["certificates"]] == ["Айгүл", "Нұрлан"]
    assert letter.payload["ticket"] == public_id


def _second_person(session: Session, registration_id: int) -> None:
    from karavan.events.models import CheckIn  # noqa: PLC0415

    first = session.scalars(select(Attendee).where(Attendee.registration_id == registration_id)).one()
    session.add(
        Attendee(
            event_id=first.event_id, registration_id=registration_id, position=2, name="Нұрлан", code="ABCDEF",
            state=first.state, state_at=NOW, check_ins=[CheckIn(day=first.check_ins[0].day, arrived_at=NOW)],
        )
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"starts_at": NOW - timedelta(hours=1), "ends_at": NOW + timedelta(hours=1)}, "when the event is over"),
        ({"all_day": True}, "on one of them people came"),
    ],
)
def test_it_is_said_why_none_can_be_issued(
    session: Session, by: Desk, held: Callable[..., Event], changes: dict[str, Any], sentence: str
) -> None:
    event = held(**changes)
    come(event, "Айгүл", 0)
    with pytest.raises(Exception, match=sentence):
        write(issue, event.id, by, now=NOW)
    assert certificates(session) == []


def test_where_nobody_came_there_is_nothing_to_certify(
    desk: Visit, session: Session, held: Callable[..., Event]
) -> None:
    event = held()
    come(event, "Айгүл")
    desk.get(f"/en/desk/events/{event.id}/after/certificates")
    page = desk.press("Issue certificates", status=422, statements=LONG)
    assert "There is nobody to give a certificate to" in page.summary


# --- Hours ------------------------------------------------------------------------------------------------


def line(day: Any, starts: str, ends: str = "") -> ProgrammeLine:
    from datetime import time  # noqa: PLC0415

    return ProgrammeLine(
        day=day,
        starts=time.fromisoformat(starts),
        ends=time.fromisoformat(ends) if ends else None,
        title=Slots(kk="Бір іс"),
    )


def test_the_programme_counts_and_what_overlaps_counts_once(
    desk: Visit, session: Session, by: Desk, held: Callable[..., Event]
) -> None:
    first = (NOW - timedelta(days=3)).date()
    second = first + timedelta(days=1)
    programme = (
        line(first, "10:00", "12:00"), line(first, "11:00", "13:00"), line(first, "14:00", "14:45"),
        line(second, "09:30"), line(second, "11:00", "12:00"),
    )  # fmt: skip
    event = held(programme=programme)
    come(event, "Айгүл", 0, 1)
    page = desk.get(f"/en/desk/events/{event.id}/after/hours")
    assert [one.get("value") for one in page.find("input", type="text")] == ["3:45", "2:30"]
    page = desk.press("Save", fields={"day_20261120": "4", "day_20261121": "25"}, status=422)
    assert "at most 24 hours" in page.summary
    assert page.by_id("day_20261120").get("value") == "4:00"
    assert page.by_id("day_20261121").get("value") == "25"
    desk.press("Save", htmx=True, fields={"day_20261121": "1,5"})
    assert "5 hours" not in desk.get(f"/en/desk/events/{event.id}/after").text
    write(issue, event.id, by, now=NOW)
    assert certificates(session)[0].minutes == 5 * 60 + 30


def test_a_day_may_count_for_nothing_if_somebody_says_so(
    session: Session, by: Desk, held: Callable[..., Event]
) -> None:
    event = held(all_day=True)
    come(event, "Айгүл", 0, 1)
    come(event, "Нұрлан", 1)
    write(set_hours, event.id, {event.first_day: 300, event.last_day: 0})
    assert write(issue, event.id, by, now=NOW) == 1
    (one,) = certificates(session)
    assert (one.name, one.minutes, one.days) == ("Айгүл", 300, ["2026-11-20"])


def test_who_came_on_none_of_three_days_has_no_certificate_whoever_she_came_with(
    session: Session, by: Desk, held: Callable[..., Event]
) -> None:
    event = held(starts_at=NOW - timedelta(days=3), ends_at=NOW - timedelta(days=1) + timedelta(hours=6))
    assert len(event.days) == 3
    come(event, "Айгүл", 0, 2)
    come(event, "Нұрлан")
    assert write(issue, event.id, by, now=NOW) == 1
    (one,) = certificates(session)
    assert (one.name, one.minutes, one.days) == ("Айгүл", 12 * 60, ["2026-11-20", "2026-11-22"])


# --- Revoked, replaced, unknown ---------------------------------------------------------------------------


def test_a_revoked_certificate_says_so_and_leads_to_the_new_one(
    desk: Visit, session: Session, by: Desk, held: Callable[..., Event]
) -> None:
    event = held()
    registration = come(event, "Айгул", 0, 1)
    write(issue, event.id, by, now=NOW)
    write(_rename, registration.attendees[0].id, "Айгүл")
    (old,) = certificates(session)
    desk.get(f"/en/desk/events/{event.id}/after/certificates")
    desk.follow("Revoke: Айгул")
    page = desk.press("Revoke", replace=True, status=422)
    assert "Write why it does not hold." in page.summary
    page = desk.press("Revoke", reason="Айгулдің аты қате", replace=True, status=422, statements=LONG)
    assert "The reason names the person." in page.summary
    assert page.by_id("reason").text == "Айгулдің аты қате"
    page = desk.press("Revoke", reason="Аты қате жазылған", replace=True, statements=LONG)
    assert "a new certificate is issued" in page.text
    old, new = certificates(session)
    assert (new.name, old.replaced_by_id) == ("Айгүл", new.id)
    page = desk.get(f"/en/certificates/{old.code}")
    assert "no longer holds" in page.text
    assert "Аты қате жазылған" in page.text
    desk.get(f"/en/certificates/{old.code}/kk.pdf", status=404)
    page = desk.get(page.link("See the certificate that replaces it"))
    assert "it holds" in page.text
    assert len(letters(session, "certificate")) == 2
    assert letters(session, "certificate_revoked") == []

    desk.get(f"/en/desk/events/{event.id}/after/certificates/{new.id}/revocation")
    desk.press("Revoke", reason="Келмеген", htmx=True, statements=LONG)
    (told,) = letters(session, "certificate_revoked")
    assert told.payload["reason"] == {"kk": "Келмеген"}
    with pytest.raises(Exception, match="revoked already"):
        write(revoke, event.id, new.id, by, reason="x", replace=False, now=NOW)
    assert write(issue, event.id, by, now=NOW) == 1, "whoever has none that holds can get one"


def _rename(session: Session, attendee_id: int, name: str) -> None:
    session.get_one(Attendee, attendee_id).name = name


@pytest.mark.parametrize("code", ["222222222222", "7F3K92", "🐫", "x" * 300, "..%2f", "0" * 12])
def test_a_code_nobody_has_is_nothing(visit: Visit, session: Session, code: str) -> None:
    unknown = visit.get(f"/en/certificates/{code}", status=404)
    assert "%2f" in code or "There is no certificate with this code." in unknown.text  # a slash leads nowhere at all
    visit.get(f"/en/certificates/{code}/kk.pdf", status=404)
    page = visit.get("/en/certificates/")
    page = visit.press("Check", code=code[:40])
    assert page.text.count("There is no certificate with this code") == 1
    assert page.by_id("code").get("value") == code[:40]


def test_a_code_is_found_however_it_is_typed(
    visit: Visit, session: Session, by: Desk, held: Callable[..., Event]
) -> None:
    event = held()
    come(event, "Айгүл", 0)
    write(issue, event.id, by, now=NOW)
    code = certificates(session)[0].code
    visit.get("/en/certificates/")
    page = visit.press("Check", code=f" {code[:4].lower()} {code[4:]} ")
    assert visit.address == f"/en/certificates/{code}"
    assert "Айгүл" in page.text
    assert "Set-Cookie" not in visit.send("GET", f"/en/certificates/{code}").headers


def test_what_is_no_longer_kept_is_not_said_and_the_code_still_holds(
    visit: Visit, session: Session, by: Desk, held: Callable[..., Event]
) -> None:
    event = held()
    come(event, "Айгүл", 0)
    write(issue, event.id, by, now=NOW)
    (one,) = certificates(session)
    write(_forget, one.id)
    page = visit.get(f"/en/certificates/{one.code}")
    assert "it holds" in page.text
    assert "The name is no longer kept here." in page.text
    visit.get(f"/en/certificates/{one.code}/kk.pdf", status=404)


def _forget(session: Session, certificate_id: int) -> None:
    one = session.get_one(Certificate, certificate_id)
    one.name, one.payload, one.attendee_id = "", "", None


# --- Signing ----------------------------------------------------------------------------------------------


def said_by(keys: Keyring, **changes: Any) -> Said:
    facts: dict[str, Any] = {
        "kind": KIND, "key_id": keys.key_id, "code": "7F3K92ABCDEF", "name": NAME, "title": "Учебный тур",
        "first": "2026-11-20", "last": "2026-11-21", "minutes": 720, "issued": "2026-11-23",
    }  # fmt: skip
    return Said(**facts | changes)


@pytest.fixture
def keys(tmp_path: Path) -> Keyring:
    return signing.keyring(tmp_path / "signing-key.pem")


@pytest.mark.once
def test_a_key_is_made_once_and_read_by_its_owner_only(tmp_path: Path, keys: Keyring) -> None:
    place = tmp_path / "signing-key.pem"
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert signing.read_keys(place.read_bytes()).key_id == keys.key_id
    assert [one.name for one in tmp_path.iterdir()] == ["signing-key.pem"]


@pytest.mark.once
def test_a_changed_letter_a_swapped_proof_or_another_key_is_noticed(tmp_path: Path, keys: Keyring) -> None:
    payload = payload_of(said_by(keys))
    text = signing.fragment_of(payload, keys.sign(payload))
    assert verify(text, keys.public) == signing.Verdict(True, said_by(keys), True)
    assert verify(f"https://x.example/kk/certificates/A#{text}\n", keys.public).genuine
    longer = payload.replace("720", "7200")
    assert not verify(signing.fragment_of(longer, keys.sign(payload)), keys.public).genuine
    stranger = signing.keyring(tmp_path / "another.pem")
    assert not verify(signing.fragment_of(payload, stranger.sign(payload)), keys.public).genuine
    unknown = verify(text, stranger.public)
    assert (unknown.genuine, unknown.known_key, unknown.said) == (False, False, said_by(keys))


@pytest.mark.once
@pytest.mark.parametrize(
    "text", ["", "#", "a.b", "W10." + "A" * 86, "bnVsbA." + "A" * 86, "W1sxXV0." + "A" * 86, "." + "A" * 86, "🐫" * 50]
)
def test_what_is_no_certificate_is_no_fault(keys: Keyring, text: str) -> None:
    assert verify(text, keys.public) == signing.Verdict(False)


@pytest.mark.once
def test_certificates_outlive_their_key(tmp_path: Path, keys: Keyring) -> None:
    payload = payload_of(said_by(keys))
    text = signing.fragment_of(payload, keys.sign(payload))
    fresh = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    old = signing.pem_of(keys.public[keys.key_id]).encode()
    after = signing.read_keys(fresh + b"\n# the key until today\n" + old)
    assert after.key_id != keys.key_id
    assert verify(text, after.public).genuine
    with pytest.raises(ValueError, match="no private key"):
        signing.read_keys(old)


@pytest.mark.once
def test_a_long_name_stays_whole_and_a_long_title_is_shortened(app: Flask) -> None:
    keys = keys_of(app)
    from karavan.learning.rules.certify import ROOM, shortened  # noqa: PLC0415

    name, title = "Ғ" * 120, "«Көшбасшылар керуені» " * 7
    short = shortened(title, ROOM - len(name.encode()))
    assert short == title[:23].rstrip() + "…"
    payload = payload_of(said_by(keys, name=name, title=short))
    one = Certificate(
        code="7F3K92ABCDEF", name=name, minutes=720, days=["2026-11-20"], payload=payload, signature=keys.sign(payload),
        key_id=keys.key_id, issued_at=NOW,
        facts={"title": {"kk": title, "ru": "", "en": ""}, "organiser": {"kk": LETTERS}, "place": {"kk": "Ақтау"}},
    )  # fmt: skip
    address = "https://karavan.mangystau.example/kk/certificates/7F3K92ABCDEF"
    assert verify(decoded(one, address), keys.public).genuine
    for lang in PAPERS:
        paper = certificate_paper(one, lang, address=address)
        assert pages_of(paper) == 1
        assert LETTERS in words_of(paper)
        assert name in words_of(paper)
    assert certificate_paper(one, "kk", address=address) == certificate_paper(one, "kk", address=address)


def test_the_keys_are_given_to_everybody_and_are_enough_to_verify(
    visit: Visit, session: Session, app: Flask, by: Desk, held: Callable[..., Event], tmp_path: Path
) -> None:
    event = held()
    come(event, "Айгүл", 0)
    write(issue, event.id, by, now=NOW)
    (one,) = certificates(session)
    visit.get("/en/certificates/keys")
    given = tmp_path / "keys.json"
    given.write_bytes(visit.send("GET", "/en/certificates/keys.json").data)
    public = signing.keys_from_jwks(given.read_text())
    text = qr_text(one, "https://x.example/kk/certificates/" + one.code)
    assert verify(text, public).genuine
    run = app.test_cli_runner().invoke
    assert run(args=["certificates", "verify", text, "--keys", str(given)]).exit_code == 0
    forged = run(args=["certificates", "verify", text[:-4] + ("AAAA" if text[-4:] != "AAAA" else "BBBB")])
    assert forged.exit_code == 1
    assert "not genuine" in forged.output
    assert "not the text" in run(args=["certificates", "verify", "abc"]).output
    assert by.keys.key_id in run(args=["certificates", "keys"]).output


def test_the_checking_page_and_its_worker_need_nobody_s_session(visit: Visit, session: Session) -> None:
    page = visit.get("/kk/certificates/")
    assert '"kid"' in page.one("section", **{"aria-labelledby": "by-text"}).get("data-keys")
    response = visit.send("GET", "/kk/certificates/worker.js")
    assert response.mimetype == "text/javascript"
    assert re.search(r'PAGE = "/kk/certificates/"', response.text)
    assert "{{" not in response.text


def test_an_event_of_another_organisation_has_no_certificates_here(
    desk: Visit, session: Session, cast: Cast, held: Callable[..., Event]
) -> None:
    mine, other = held(), make_event(organisation=cast.elsewhere)
    desk.get(f"/en/desk/events/{other.id}/after", status=404)
    for number in (0, 999, 2**31, 10**20):
        desk.get(f"/en/desk/events/{mine.id}/after/certificates/{number}/revocation", status=404)


def test_the_public_record_says_how_many_and_no_names(
    visit: Visit, session: Session, by: Desk, held: Callable[..., Event]
) -> None:
    event = held()
    come(event, "Айгүл", 0)
    write(issue, event.id, by, now=NOW)
    (one,) = certificates(session)
    for reason in ("Айгүл келмеген", "АЙГҮЛДІҢ орнына басқа адам"):
        with pytest.raises(ReasonNamesHer):
            write(revoke, event.id, one.id, by, reason=reason, replace=False, now=NOW)
    write(revoke, event.id, one.id, by, reason="Қатыспаған екен", replace=False, now=NOW)
    page = visit.get(f"/en/record/?event={event.id}")
    assert "Certificates of an event were issued" in page.text
    assert "A certificate of an event was revoked" in page.text
    assert "Қатыспаған екен" in page.text, "the handbook says that the reason stands there"
    assert "Айгүл" not in page.text
