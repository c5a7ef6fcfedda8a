"""Logs name no person and hand out no key."""

from __future__ import annotations

import io
import logging
import re
from typing import TYPE_CHECKING, Final

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from karavan import create_app
from karavan.web.logs import OneLine, init_logging, masked
from tests.support.settings import settings_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask
    from sqlalchemy.orm import Session


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("GET /kk/registrations/abcDEF-_123.sigNATURE_- 200", "GET /kk/registrations/*** 200"),
        ("GET /kk/registrations/abc.def/withdrawal?x=1", "GET /kk/registrations/***/withdrawal?x=***"),
        ("GET /kk/desk/events/3/roster?q=%D3%98&sort=name", "GET /kk/desk/events/3/roster?q=***&sort=***"),
        ("http://karavan.test/ru/registrations/abc.def\n", "http://karavan.test/ru/registrations/***\n"),
        ("/kk/desk/check-in/7F3K92", "/kk/desk/check-in/***"),
        ("GET /kk/proposals/new/abcDEF-_123.sigNATURE_-/check 200", "GET /kk/proposals/new/***/check 200"),
        ("GET /kk/receipts/7F3K92ABCDEF 200", "GET /kk/receipts/*** 200"),
        ("GET /kk/proposals/MGS-2026-00017 200", None),
        ("GET /kk/door/study-tour?q=Әмина", "GET /kk/door/study-tour?q=***"),
        ("refused: <amina.j@localhost>, amina@[10.0.0.1]", "refused: <a***@localhost>, a***@[10.0.0.1]"),
        ("refused: amina.j@mail.example.kz (550)", "refused: a***@mail.example.kz (550)"),
        ("sent to +7 701 123 45 67.", "sent to +7 *** *** ** 67."),
        ("sent to +77011234567", "sent to +7 *** *** ** 67"),
        ("called 87011234567 twice", "called +8 *** *** ** 67 twice"),
        ("letter 12345678901 took 77.25 ms at 2026-11-23 05:00:00,123", None),
        ("GET /kk/events/study-tour-2026 200", None),
    ],
)
def test_what_belongs_to_a_person_is_masked(line: str, kept: str | None) -> None:
    assert masked(line) == (line if kept is None else kept)


OPEN: Final = {"pages.choose_language"}
"""Codes that are no keys: of languages."""


@pytest.mark.once
def test_no_address_that_is_a_key_is_logged_whole(app: Flask) -> None:
    """From the map of addresses: whatever a route calls a token, a code or a receipt."""
    kept, tried = [], 0
    for rule in app.url_map.iter_rules():
        for name in rule.arguments:
            if re.search("token|code|receipt|certificate$", name) and rule.endpoint not in OPEN:
                address = re.sub(rf"<(?:\w+:)?{name}>", "7F3K92ABCDEF", rule.rule)
                tried += 1
                if "7F3K92ABCDEF" in masked(f"GET {address} 200"):
                    kept.append(rule.rule)
    assert kept == []
    assert tried > 20


def logged(*args: object, error: Exception | None = None) -> str:
    target = io.StringIO()
    handler = logging.StreamHandler(target)
    handler.setFormatter(OneLine("%(levelname)s %(name)s: %(message)s"))
    log = logging.Logger("karavan.test")  # noqa: LOG001 -- one that nobody else hears
    log.addHandler(handler)
    log.error(*args, exc_info=error)
    return target.getvalue()


def test_arguments_are_masked_too() -> None:
    assert logged("no mail to %s", "amina@example.kz") == "ERROR karavan.test: no mail to a***@example.kz\n"


def test_nobody_forges_a_second_line() -> None:
    assert (
        logged("name %s", "x\r\nERROR root: forged\u2028x") == "ERROR karavan.test: name x | ERROR root: forged | x\n"
    )


def test_a_traceback_is_one_line_without_the_values_of_its_statement() -> None:
    def fail() -> None:
        raise ValueError("amina@example.kz\n[SQL: INSERT INTO people]\n[parameters: ('Әмина', '+77011234567')]\n(more)")

    try:
        fail()
    except ValueError as error:
        line = logged("fault %s", "7F3A", error=error)

    assert line.count("\n") == 1
    assert "in fail" in line
    assert "[SQL: INSERT INTO people] | [parameters hidden] | (more)" in line
    assert "Әмина" not in line
    assert "amina" not in line
    assert "1234567" not in line


@pytest.fixture
def untouched() -> Iterator[logging.Logger]:
    """The root of all logs as Python leaves it, and afterwards as it was."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    alembic = logging.getLogger("alembic").level
    root.handlers[:] = [handler for handler in before if handler.get_name() != "karavan"]
    yield root
    root.handlers[:] = before
    root.setLevel(level)
    logging.getLogger("alembic").setLevel(alembic)


def ours(log: logging.Logger) -> list[logging.Handler]:
    return [handler for handler in log.handlers if handler.get_name() == "karavan"]


def test_there_is_one_handler_however_often_it_is_asked_for(untouched: logging.Logger) -> None:
    init_logging()
    init_logging()
    assert len(ours(untouched)) == 1


def test_whoever_builds_the_application_logs_masked(untouched: logging.Logger, tmp_path: Path) -> None:
    """The server, the deliverer and every command begin with it."""
    create_app(settings_for(tmp_path, f"sqlite:///{tmp_path}/karavan.sqlite3"))
    assert isinstance(ours(untouched)[0].formatter, OneLine)


@pytest.mark.once
def test_an_error_of_the_database_does_not_repeat_what_it_was_given(session: Session) -> None:
    with pytest.raises(DBAPIError) as failed:
        session.execute(text("SELECT :name FROM nowhere"), {"name": "Әмина"})
    assert "Әмина" not in str(failed.value)
