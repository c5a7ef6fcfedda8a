"""What an operator types about letters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.notifications.boxes import mailbox, outbox

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.support.mail_server import MailServer

# No `session` here, but for the first: a command takes the context that is there, and must make its own.


def test_one_pass_sends_all_that_is_due(app: Flask, post_letter: Callable[..., str]) -> None:
    for _ in range(45):
        post_letter()

    ended = app.test_cli_runner().invoke(args=["notifications", "deliver"])

    assert (ended.exit_code, ended.output) == (0, "Letters dealt with: 45\n")
    assert len(mailbox()) == 45


def test_a_test_letter_arrives(mailing_app: Flask, mail_server: MailServer) -> None:
    ended = mailing_app.test_cli_runner().invoke(
        args=["notifications", "test-letter", "root@example.kz", "--lang", "en"]
    )

    assert ended.exit_code == 0
    assert "The mail server has taken it." in ended.output
    assert mail_server.recipients == [["root@example.kz"]]
    (mail,) = mail_server.letters
    assert "Ә Ғ Қ Ң Ө Ұ Ү Һ І" in mail.get_body(("plain",)).get_content()
    with mailing_app.app_context():
        assert outbox() == {}


@pytest.mark.parametrize(
    ("address", "code", "sentence"),
    [("refused@example.kz", 550, "It did not leave: 550"), ("root", 250, "It did not leave: BadText")],
)
def test_a_test_letter_that_is_refused_says_why(
    address: str, code: int, sentence: str, mailing_app: Flask, mail_server: MailServer
) -> None:
    mail_server.refuse_recipient(address, code)

    ended = mailing_app.test_cli_runner().invoke(args=["notifications", "test-letter", address])

    assert ended.exit_code == 1
    assert sentence in ended.output


def test_in_the_demonstration_the_test_letter_says_where_it_lies(app: Flask) -> None:
    ended = app.test_cli_runner().invoke(args=["notifications", "test-letter", "root@example.kz"])

    assert ended.output == "It lies on the demonstration's own page: http://karavan.test/kk/mailbox/\n"
    with app.app_context():
        assert len(mailbox()) == 1
