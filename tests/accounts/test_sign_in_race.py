"""Guessing with many hands, and pressing twice at once: five tries are five, a code works once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from karavan.accounts import rules
from karavan.accounts.models import Person, SignInCode, SignInSession
from karavan.accounts.problems import CodeIsOver, CodeIsWrong
from karavan.core.clock import now
from karavan.core.contacts import parse_contact
from karavan.core.database import transact
from karavan.core.problems import Problem
from karavan.core.tokens import new_key
from tests.support.signing_in import code_sent_to, wrong

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from sqlalchemy.orm import Session

pytestmark = pytest.mark.race

HANDS = 12
NEW = "new@example.kz"


@pytest.fixture
def tries(app: Flask, session: Session) -> Callable[[list[tuple[str, str]]], list[object]]:
    """Type codes in browsers, all at the same moment, each through a connection of its own."""

    def sign_in(browser: str, code: str) -> object:
        with app.app_context():
            return transact(
                rules.sign_in,
                code,
                browser=browser,
                token=new_key(),
                device="",
                lang="kk",
                keys=app.extensions["karavan.keys"],
                now=now(),
            )

    def at_once(typed: list[tuple[str, str]]) -> list[object]:
        with ThreadPoolExecutor(len(typed)) as hands:
            return list(hands.map(sign_in, *zip(*typed, strict=True)))

    return at_once


def send(app: Flask, browser: str) -> str:
    """Post a code for a newcomer to a browser, and return it."""
    keys = app.extensions["karavan.keys"]
    transact(rules.send_code, parse_contact(NEW), browser=browser, lang="kk", keys=keys, now=now())
    return code_sent_to(NEW)


def rows(session: Session, model: type) -> int:
    session.close()
    return session.scalars(select(func.count()).select_from(model)).one()


def test_many_guesses_at_once_are_no_more_than_five(
    app: Flask, session: Session, tries: Callable[[list[tuple[str, str]]], list[object]]
) -> None:
    code = send(app, "a browser")
    answers = tries([("a browser", wrong(code))] * HANDS)

    assert sum(isinstance(answer, CodeIsWrong) for answer in answers) == 4
    assert sum(isinstance(answer, CodeIsOver) for answer in answers) == HANDS - 4
    assert session.scalars(select(SignInCode.attempts)).one() == 5
    assert isinstance(tries([("a browser", code)])[0], CodeIsOver)


def test_the_right_code_from_many_hands_opens_one_session(
    app: Flask, session: Session, tries: Callable[[list[tuple[str, str]]], list[object]]
) -> None:
    code = send(app, "a browser")
    answers = tries([("a browser", code)] * HANDS)

    assert sum(not isinstance(answer, Problem) for answer in answers) == 1
    assert (rows(session, SignInSession), rows(session, Person)) == (1, 1)


def test_one_newcomer_in_two_browsers_gets_one_account(
    app: Flask, session: Session, tries: Callable[[list[tuple[str, str]]], list[object]]
) -> None:
    typed = [(browser, send(app, browser)) for browser in ("one", "two", "three", "four")]
    answers = tries(typed)

    assert not any(isinstance(answer, Problem) for answer in answers)
    assert (rows(session, SignInSession), rows(session, Person)) == (4, 1)
