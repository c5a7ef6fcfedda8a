"""Letters leave: once, soon, and whatever breaks on the way."""

from __future__ import annotations

import socket
import threading
from datetime import timedelta
from time import monotonic
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.notifications import drivers, rules, tasks
from karavan.notifications.letters import Recipient, post
from karavan.notifications.models import Letter, LetterState
from karavan.notifications.rules import ATTEMPTS, LEASE, PAUSES
from karavan.notifications.tasks import PASS, deliver_letters
from tests.notifications.boxes import mailbox, outbox
from tests.notifications.samples import payload_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import time_machine
    from flask import Flask

    from tests.support.mail_server import MailServer


def deliver(app: Flask) -> int:
    """Let a deliverer make one pass, in a context of its own."""
    with app.app_context():
        return deliver_letters()


class Killed(BaseException):
    """What a process feels when it is killed: no handler of ours runs after it."""


def kill_at(monkeypatch: pytest.MonkeyPatch, place: object, name: str, *, call: int = 1) -> None:
    """Let the process die when a function is called for so many-eth time, before it does anything."""
    usual, calls = getattr(place, name), []

    def dying(*args: Any, **kwargs: Any) -> Any:
        calls.append(name)
        if len(calls) == call:
            raise Killed
        return usual(*args, **kwargs)

    monkeypatch.setattr(place, name, dying)


# --- The ordinary day -----------------------------------------------------------------------------------------


def test_a_letter_leaves_once(mailing_app: Flask, post_letter: Callable[..., str], mail_server: MailServer) -> None:
    key = post_letter(lang="ru")

    assert [deliver(mailing_app), deliver(mailing_app)] == [1, 0]

    (mail,) = mail_server.letters
    assert mail_server.recipients == [["amina@example.kz"]]
    assert "Учебный тур в Астану" in mail["Subject"]
    letter = outbox()[key]
    assert (letter.state, letter.attempts, letter.sent_at) == (LetterState.SENT, 1, now())


def test_a_pass_sends_so_many_letters_and_the_next_one_the_rest(app: Flask, post_letter: Callable[..., str]) -> None:
    for _ in range(PASS + 3):
        post_letter()

    assert [deliver(app), deliver(app), deliver(app)] == [PASS, 3, 0]
    assert len(mailbox()) == PASS + 3


def test_who_sits_and_waits_for_a_code_is_served_first(app: Flask, post_letter: Callable[..., str]) -> None:
    keys = [post_letter(), post_letter("accounts/sign_in_code"), post_letter()]

    deliver(app)

    assert [letter.letter_key for letter in mailbox()] == [keys[1], keys[0], keys[2]]


def test_a_code_is_forgotten_once_it_has_left(app: Flask, post_letter: Callable[..., str]) -> None:
    code, ticket = post_letter("accounts/sign_in_code"), post_letter()
    deliver(app)

    assert outbox()[code].payload == {}
    assert outbox()[ticket].payload != {}


def test_letters_that_are_not_due_stay(app: Flask, session: object, clock: time_machine.Traveller) -> None:
    later = now() + timedelta(minutes=1)
    to = Recipient(lang="kk", email="amina@example.kz")
    transact(post, "events/registered", key="later", to=to, payload=payload_of("events/registered"), now=later)

    assert deliver(app) == 0
    clock.shift(60)
    assert deliver(app) == 1


# --- Trouble with a server ------------------------------------------------------------------------------------


def test_a_recipient_whom_nobody_knows_is_given_up_at_once(
    mailing_app: Flask, post_letter: Callable[..., str], mail_server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    """The outbox keeps what the server said, the log its code only: servers repeat whom they refuse."""
    mail_server.refuse_recipient("gone@example.kz", 550)
    gone, here = post_letter(email="gone@example.kz"), post_letter()

    with caplog.at_level("INFO"):
        deliver(mailing_app)

    letters = outbox()
    assert letters[gone].state == LetterState.FAILED
    assert letters[gone].last_error == "550 <gone@example.kz> no"
    assert f"letter {letters[gone].id} cannot be delivered: 550\n" in caplog.text
    assert "gone" not in caplog.text
    assert letters[here].state == LetterState.SENT


def test_a_full_mailbox_is_tried_again_and_holds_up_nobody(
    mailing_app: Flask, post_letter: Callable[..., str], mail_server: MailServer, clock: time_machine.Traveller
) -> None:
    mail_server.refuse_recipient("full@example.kz", 452)
    full, here = post_letter(email="full@example.kz"), post_letter()
    deliver(mailing_app)

    letter = outbox()[full]
    assert letter.state == LetterState.WAITING
    assert PAUSES[0] * 0.8 <= letter.next_try_at - now() <= PAUSES[0] * 1.2
    assert outbox()[here].state == LetterState.SENT

    mail_server.refuse_recipient("full@example.kz", 250)
    clock.move_to(letter.next_try_at)
    assert deliver(mailing_app) == 1
    assert outbox()[full].state == LetterState.SENT
    assert len(mail_server.letters) == 2


@pytest.mark.parametrize(
    ("reply", "state"), [("552 too large", LetterState.FAILED), ("451 try later", LetterState.WAITING)]
)
def test_what_the_server_says_to_the_letter_itself_decides(
    reply: str, state: LetterState, mailing_app: Flask, post_letter: Callable[..., str], mail_server: MailServer
) -> None:
    mail_server.data_reply = reply
    key = post_letter()

    deliver(mailing_app)

    assert outbox()[key].state == state


@pytest.mark.parametrize("command", ["EHLO", "MAIL", "RCPT"])
def test_a_server_that_hangs_up_ends_the_pass_and_the_letters_wait(
    command: str,
    mailing_app: Flask,
    post_letter: Callable[..., str],
    mail_server: MailServer,
    clock: time_machine.Traveller,
) -> None:
    mail_server.hang_up_after = command
    keys = [post_letter() for _ in range(3)]
    deliver(mailing_app)

    letters = outbox()
    assert [letters[key].state for key in keys] == [LetterState.WAITING] * 3
    assert [letters[key].attempts for key in keys] == [1, 0, 0]  # the other two were not even tried
    assert mail_server.conversations == 1

    mail_server.hang_up_after = None
    clock.shift(2 * PAUSES[0])
    deliver(mailing_app)
    assert len(mail_server.letters) == 3


def test_a_server_that_says_nothing_is_left_alone_after_a_while(
    other_app: Callable[..., Flask], post_letter: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pass ends after one wait, however many letters there are; none is lost."""
    monkeypatch.setattr(drivers, "TIMEOUT", 0.2)
    keys = [post_letter() for _ in range(3)]
    with socket.create_server(("127.0.0.1", 0)) as silent:
        slow = other_app(letters="smtp", smtp_url=f"smtp://127.0.0.1:{silent.getsockname()[1]}")
        began = monotonic()
        assert deliver(slow) == 0
        assert monotonic() - began < 5
    letters = outbox()
    assert [letters[key].state for key in keys] == [LetterState.WAITING] * 3
    assert [letters[key].attempts for key in keys] == [1, 0, 0]
    assert "timed out" in letters[keys[0]].last_error


def test_a_server_that_is_not_there_costs_no_letter(
    other_app: Callable[..., Flask], post_letter: Callable[..., str], mail_server: MailServer
) -> None:
    nowhere = mail_server.url
    mail_server.__exit__(None, None, None)
    key = post_letter()

    assert deliver(other_app(letters="smtp", smtp_url=nowhere)) == 0
    assert outbox()[key].state == LetterState.WAITING


def test_the_pauses_grow_and_after_three_days_it_ends(
    mailing_app: Flask, post_letter: Callable[..., str], mail_server: MailServer, clock: time_machine.Traveller
) -> None:
    mail_server.refuse_recipient("full@example.kz", 452)
    key, pauses = post_letter(email="full@example.kz"), []
    began = now()

    while (letter := outbox()[key]).state == LetterState.WAITING:
        clock.move_to(letter.next_try_at)
        assert deliver(mailing_app) == 1
        pauses.append(outbox()[key].next_try_at - now())

    assert letter.state == LetterState.FAILED
    assert letter.attempts == ATTEMPTS
    assert all(0.8 * pause <= real <= 1.2 * pause for pause, real in zip(PAUSES, pauses, strict=False))
    assert timedelta(days=2) < now() - began < timedelta(days=5)


def test_the_pause_has_jitter(post_letter: Callable[..., str]) -> None:
    assert len({rules.pause_after(1) for _ in range(20)}) > 1


def test_a_letter_that_cannot_be_written_waits_for_its_mending(app: Flask, post_letter: Callable[..., str]) -> None:
    broken, whole = post_letter("events/no_such_letter"), post_letter()

    deliver(app)

    letters = outbox()
    assert letters[broken].state == LetterState.WAITING
    assert "no_such_letter" in letters[broken].last_error
    assert letters[whole].state == LetterState.SENT


@pytest.mark.parametrize(
    "facts",
    [
        {"expires_at": None},
        {"expires_at": "tomorrow"},
        {"expires_at": "2026-11-24T05:00:00"},  # of no zone: cannot be compared
        {"minutes": "ten"},
        {"minutes": 1e300},
    ],
)
def test_a_letter_whose_time_cannot_be_read_holds_up_nobody(
    facts: dict[str, Any], app: Flask, post_letter: Callable[..., str]
) -> None:
    broken, whole = post_letter(**facts), post_letter()

    assert deliver(app) == 2

    letters = outbox()
    assert letters[broken].state == LetterState.WAITING
    assert letters[broken].last_error
    assert letters[broken].next_try_at > now()
    assert letters[whole].state == LetterState.SENT


@pytest.mark.parametrize(
    ("letter", "facts", "after"),
    [
        ("accounts/sign_in_code", {"minutes": 10}, timedelta(minutes=10)),
        ("events/offer", {"expires_at": "2026-11-24T05:00:00+00:00"}, timedelta(days=1)),
    ],
)
def test_what_would_come_too_late_is_not_sent(
    letter: str,
    facts: dict[str, Any],
    after: timedelta,
    app: Flask,
    post_letter: Callable[..., str],
    clock: time_machine.Traveller,
) -> None:
    late = post_letter(letter, **facts)
    clock.shift(after)
    deliver(app)

    assert outbox()[late].state == LetterState.FAILED
    assert mailbox() == []


def test_what_is_still_in_time_is_sent(
    app: Flask, post_letter: Callable[..., str], clock: time_machine.Traveller
) -> None:
    post_letter("accounts/sign_in_code", minutes=10)
    clock.shift(timedelta(minutes=9, seconds=59))
    deliver(app)

    assert len(mailbox()) == 1


# --- Crashes --------------------------------------------------------------------------------------------------


def test_du01_a_power_cut_between_commit_and_mail_loses_nothing(
    other_app: Callable[..., Flask], post_letter: Callable[..., str], mail_server: MailServer
) -> None:
    post_letter()  # committed; here the power fails, before any deliverer has looked

    restarted = other_app(letters="smtp", smtp_url=mail_server.url)
    deliver(restarted)
    deliver(restarted)

    assert len(mail_server.letters) == 1


def test_a_letter_written_in_a_transaction_that_fails_is_never_sent(app: Flask, session: object) -> None:
    def fail(session: Any) -> None:
        to = Recipient(lang="kk", email="amina@example.kz")
        post(session, "events/registered", key="undone", to=to, payload=payload_of("events/registered"), now=now())
        raise Killed

    with pytest.raises(Killed):
        transact(fail)

    assert deliver(app) == 0


def test_du02_a_deliverer_killed_in_the_middle_doubles_nothing(
    mailing_app: Flask,
    post_letter: Callable[..., str],
    mail_server: MailServer,
    clock: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number in range(5):
        post_letter(email=f"guest{number}@example.kz")
    with monkeypatch.context() as patch:
        kill_at(patch, drivers.SmtpDriver, "send", call=3)
        with pytest.raises(Killed):
            deliver(mailing_app)
    assert len(mail_server.letters) == 2

    assert deliver(mailing_app) == 2  # another deliverer goes on at once; only the letter in the dead hands waits
    assert deliver(mailing_app) == 0
    clock.shift(LEASE)
    assert deliver(mailing_app) == 1

    assert sorted(to for (to,) in mail_server.recipients) == [f"guest{number}@example.kz" for number in range(5)]


def test_a_crash_between_sending_and_noting_shows_as_one_letter(
    mailing_app: Flask,
    post_letter: Callable[..., str],
    mail_server: MailServer,
    clock: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    key = post_letter()
    with monkeypatch.context() as patch:
        kill_at(patch, rules, "mark_sent")
        with pytest.raises(Killed):
            deliver(mailing_app)
    assert outbox()[key].state == LetterState.SENDING

    clock.shift(LEASE)
    deliver(mailing_app)

    assert outbox()[key].state == LetterState.SENT
    assert len(mail_server.letters) == 2  # the server cannot know; mail programs do, by the one Message-ID
    assert len({mail["Message-ID"] for mail in mail_server.letters}) == 1


def test_a_server_that_takes_the_letter_and_dies_shows_as_one_letter(
    mailing_app: Flask, post_letter: Callable[..., str], mail_server: MailServer, clock: time_machine.Traveller
) -> None:
    post_letter()
    mail_server.hang_up_after = "DATA"
    deliver(mailing_app)
    mail_server.hang_up_after = None
    clock.shift(2 * PAUSES[0])
    deliver(mailing_app)

    assert len({mail["Message-ID"] for mail in mail_server.letters}) == 1


def test_the_demonstrations_mailbox_holds_one_copy_even_then(
    app: Flask, post_letter: Callable[..., str], clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = post_letter()
    with monkeypatch.context() as patch:
        kill_at(patch, rules, "mark_sent")
        with pytest.raises(Killed):
            deliver(app)
    clock.shift(LEASE)
    deliver(app)

    assert [letter.letter_key for letter in mailbox()] == [key]
    assert outbox()[key].state == LetterState.SENT


def test_a_lease_keeps_others_away_until_it_runs_out(
    app: Flask, post_letter: Callable[..., str], clock: time_machine.Traveller
) -> None:
    key = post_letter()
    assert transact(rules.claim, now=now()) is not None  # and its holder is killed

    clock.shift(LEASE - timedelta(seconds=1))
    assert deliver(app) == 0
    clock.shift(1)
    assert deliver(app) == 1
    assert outbox()[key].attempts == 2


@pytest.mark.parametrize("late", ["mark_sent", "put_off", "give_up"])
def test_who_slept_through_her_lease_changes_nothing(
    late: str, app: Flask, post_letter: Callable[..., str], clock: time_machine.Traveller
) -> None:
    key = post_letter()
    sleeper = transact(rules.claim, now=now())
    assert sleeper is not None
    clock.shift(LEASE)
    successor = transact(rules.claim, now=now())
    assert successor is not None

    facts: dict[str, Any] = {
        "mark_sent": {"now": now()},
        "put_off": {"why": "slept", "now": now()},
        "give_up": {"why": "slept"},
    }[late]
    assert transact(getattr(rules, late), sleeper, **facts) is False

    letter = outbox()[key]
    assert (letter.state, letter.attempts, letter.last_error) == (LetterState.SENDING, 2, "")
    assert transact(rules.mark_sent, successor, now=now()) is True


def test_du06_a_job_that_runs_twice_writes_one_letter(app: Flask, post_letter: Callable[..., str]) -> None:
    for _ in range(2):
        post_letter(key="registration:1:reminder:2026-12-09")
    deliver(app)
    post_letter(key="registration:1:reminder:2026-12-09")
    deliver(app)

    assert len(mailbox()) == 1


# --- Several at once ------------------------------------------------------------------------------------------


@pytest.mark.race
def test_several_deliverers_send_each_letter_once(
    mailing_app: Flask, post_letter: Callable[..., str], mail_server: MailServer
) -> None:
    for number in range(60):
        post_letter(email=f"guest{number}@example.kz")
    db.session.close()
    together = threading.Barrier(4)

    def work() -> None:
        together.wait()
        while deliver(mailing_app):
            pass

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(to for (to,) in mail_server.recipients) == sorted(f"guest{number}@example.kz" for number in range(60))
    assert {letter.state for letter in outbox().values()} == {LetterState.SENT}
    assert {letter.attempts for letter in outbox().values()} == {1}


@pytest.mark.race
def test_without_the_claim_letters_would_double(
    mailing_app: Flask, post_letter: Callable[..., str], mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The test above proves something only if two deliverers that merely look would send twice."""
    post_letter()
    db.session.close()
    together = threading.Barrier(2)

    def merely_look(session: Any, **_: object) -> Letter | None:
        letter: Letter | None = session.scalar(select(Letter).where(Letter.state == LetterState.WAITING))
        return letter

    def work() -> None:
        with mailing_app.app_context():
            letter = transact(merely_look)
            together.wait()
            assert letter is not None
            tasks._deliver(letter)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(mail_server.letters) == 2


# --- Which way it goes ----------------------------------------------------------------------------------------


def test_a_short_message_lies_in_the_demonstrations_mailbox(app: Flask, post_letter: Callable[..., str]) -> None:
    post_letter(phone="+77011234501")
    deliver(app)

    (message,) = mailbox()
    assert (message.channel, message.address, message.subject, message.raw) == ("sms", "+77011234501", "", b"")
    assert "7F3K" in message.body or "/registrations/" in message.body


def test_without_a_gateway_a_short_message_fails_and_says_why(
    other_app: Callable[..., Flask], post_letter: Callable[..., str], mail_server: MailServer
) -> None:
    key = post_letter(phone="+77011234501")
    deliver(other_app(demo=False, letters="smtp", smtp_url=mail_server.url))

    letter = outbox()[key]
    assert (letter.state, letter.last_error) == (LetterState.FAILED, "short messages are switched off (KARAVAN_SMS)")
    assert mail_server.letters == []


def test_the_console_prints(
    other_app: Callable[..., Flask], post_letter: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    post_letter(lang="ru")
    post_letter(phone="+77011234501")
    deliver(other_app(demo=False, letters="console", sms="console"))

    printed = capsys.readouterr().out
    assert "email to amina@example.kz" in printed
    assert "sms to +77011234501" in printed
    assert mailbox() == []


@pytest.mark.parametrize(("demo", "kept"), [(True, 1), (False, 0)])
def test_mail_to_invented_people_never_goes_out(
    demo: bool, kept: int, other_app: Callable[..., Flask], post_letter: Callable[..., str], mail_server: MailServer
) -> None:
    post_letter(email="amina@karavan.example")
    deliver(other_app(demo=demo, letters="smtp", smtp_url=mail_server.url))

    assert mail_server.letters == []
    assert len(mailbox()) == kept


def test_a_password_does_not_travel_in_clear(
    other_app: Callable[..., Flask],
    post_letter: Callable[..., str],
    mail_server: MailServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(drivers, "_on_this_machine", lambda host: False)
    key = post_letter()
    deliver(other_app(letters="smtp", smtp_url=mail_server.url.replace("//", "//user:secret@")))

    assert mail_server.letters == []
    assert "STARTTLS" in outbox()[key].last_error


@pytest.mark.parametrize(
    ("host", "here"),
    [("localhost", True), ("127.0.0.1", True), ("::1", True), ("mail.example", False), ("10.0.0.1", False)],
)
def test_only_this_machine_counts_as_a_safe_way(host: str, here: bool) -> None:
    assert drivers._on_this_machine(host) is here


# --- A month later --------------------------------------------------------------------------------------------


def test_after_a_month_names_and_addresses_are_forgotten_but_not_the_occasion(
    app: Flask, post_letter: Callable[..., str], clock: time_machine.Traveller
) -> None:
    key = post_letter()
    deliver(app)
    clock.shift(rules.KEPT_FOR + timedelta(days=1))
    fresh = post_letter()

    with app.app_context():
        assert tasks.forget_old_letters() == 1
        assert tasks.forget_old_letters() == 0

    letters = outbox()
    assert (letters[key].address, letters[key].payload) == ("", {})
    assert letters[fresh].address == "amina@example.kz"
    assert mailbox() == []
    post_letter(key=key)
    assert deliver(app) == 1  # only the fresh one
