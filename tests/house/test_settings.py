"""Settings are read once and refused with a sentence when they make no sense."""

from __future__ import annotations

import stat
from dataclasses import FrozenInstanceError
from typing import TYPE_CHECKING

import pytest

from config import Settings, SettingsError

if TYPE_CHECKING:
    from pathlib import Path


def read(instance: Path, **env: str) -> Settings:
    return Settings.from_env({"KARAVAN_INSTANCE": str(instance), **env})


def test_with_nothing_set_a_demonstration_starts(tmp_path: Path) -> None:
    settings = read(tmp_path)

    assert settings.sqlite
    assert settings.database_url == f"sqlite:///{tmp_path}/karavan.sqlite3"
    assert (settings.demo, settings.letters, settings.sms, settings.htmx) == (True, "mailbox", "off", "cdn")
    assert (settings.host, settings.port, settings.workers, settings.proxies) == ("127.0.0.1", 8000, 1, 0)
    assert (settings.rate_limits, settings.background, settings.page_cache) == (True, True, True)
    assert (settings.base_url, settings.secure_cookies) == ("http://localhost:8000", False)


REFUSED = {
    "a database of another make": ({"DATABASE_URL": "mysql://localhost/karavan"}, "DATABASE_URL must begin with"),
    "a relative SQLite address": ({"DATABASE_URL": "sqlite:karavan.db"}, "DATABASE_URL must begin with"),
    "a base address without scheme": ({"KARAVAN_BASE_URL": "karavan.example"}, "KARAVAN_BASE_URL must be an address"),
    "a base address that is a script": ({"KARAVAN_BASE_URL": "javascript:alert(1)"}, "KARAVAN_BASE_URL must be"),
    "a base address without host": ({"KARAVAN_BASE_URL": "https://"}, "KARAVAN_BASE_URL must be an address"),
    "letters by smtp without a server": ({"KARAVAN_LETTERS": "smtp"}, "KARAVAN_LETTERS=smtp needs KARAVAN_SMTP_URL"),
    "letters to nowhere": ({"KARAVAN_DEMO": "0"}, "letters must go out"),
    "letters by pigeon": ({"KARAVAN_LETTERS": "pigeon"}, "KARAVAN_LETTERS must be one of mailbox, smtp, console"),
    "messages by pigeon": ({"KARAVAN_SMS": "pigeon"}, "KARAVAN_SMS must be one of off, console"),
    "htmx from elsewhere": ({"KARAVAN_HTMX": "elsewhere"}, "KARAVAN_HTMX must be one of cdn, local"),
    "two processes on SQLite": ({"KARAVAN_WORKERS": "2"}, "SQLite is served by one process"),
    "no process on SQLite": ({"KARAVAN_WORKERS": "0"}, "SQLite is served by one process"),
    "a port in words": ({"PORT": "http"}, "PORT must be a whole number, not 'http'"),
    "a negative port": ({"PORT": "-1"}, "PORT must be a whole number"),
    "a port in other digits": ({"PORT": "\u0661\u0662"}, "PORT must be a whole number"),
    "a switch in words": ({"KARAVAN_DEMO": "yes"}, "KARAVAN_DEMO must be 0 or 1, not 'yes'"),
    "threads in words": ({"KARAVAN_THREADS": "many"}, "KARAVAN_THREADS must be a whole number"),
    "proxies in words": ({"KARAVAN_PROXIES": "yes"}, "KARAVAN_PROXIES must be a whole number"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_setting_that_makes_no_sense_is_refused_with_a_sentence(tmp_path: Path, case: str) -> None:
    env, sentence = REFUSED[case]

    with pytest.raises(SettingsError, match=sentence):
        read(tmp_path, **env)


@pytest.mark.parametrize("spelling", ["postgres://u:p@h/d", "postgresql://u:p@h/d", "postgresql+psycopg://u:p@h/d"])
def test_every_spelling_of_postgresql_will_do(tmp_path: Path, spelling: str) -> None:
    settings = read(tmp_path, DATABASE_URL=spelling)

    assert settings.database_url == "postgresql+psycopg://u:p@h/d"
    assert (settings.sqlite, settings.workers) == (False, 2)


def test_who_gives_a_mail_server_means_it(tmp_path: Path) -> None:
    settings = read(tmp_path, KARAVAN_SMTP_URL="smtp://mail.example", KARAVAN_DEMO="0")

    assert settings.letters == "smtp"


def test_over_tls_cookies_are_secure_and_the_sender_is_of_the_house(tmp_path: Path) -> None:
    settings = read(tmp_path, KARAVAN_BASE_URL="https://karavan.example/")

    assert (settings.base_url, settings.secure_cookies) == ("https://karavan.example", True)
    assert settings.mail_from == "Karavan <no-reply@karavan.example>"


def test_the_secret_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    first, second = read(tmp_path), read(tmp_path)

    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 40
    assert stat.S_IMODE((tmp_path / "secret-key").stat().st_mode) == 0o600
    assert read(tmp_path / "elsewhere").secret_key != first.secret_key


def test_a_given_secret_is_used_and_not_written_down(tmp_path: Path) -> None:
    assert read(tmp_path, SECRET_KEY="given by the operator").secret_key == "given by the operator"
    assert not (tmp_path / "secret-key").exists()


def test_settings_do_not_change_while_the_house_stands(tmp_path: Path) -> None:
    with pytest.raises(FrozenInstanceError):
        read(tmp_path).port = 1  # type: ignore[misc]
