"""`flask councils found`: an installation without the demonstration gets its councils from whoever runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from karavan.councils.models import Council, CouncilLevel

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.orm import Session

    from tests.support.visit import Visit

WORDS = ["councils", "found", "beineu", "district", "Бейнеу қоғамдық кеңесі", "Общественный совет Бейнеу"]


def test_a_council_is_founded_once_and_has_a_page(app: Flask, session: Session, visit: Visit) -> None:
    for _ in range(2):
        result = app.test_cli_runner().invoke(args=[*WORDS, "--place", "beineu"])
        assert result.exit_code == 0, result.output
        assert "accounts grant EMAIL secretary beineu" in result.output
    council = session.scalars(select(Council)).one()
    assert (council.slug, council.level, council.place) == ("beineu", CouncilLevel.DISTRICT, "beineu")
    assert "Бейнеу қоғамдық кеңесі" in visit.get("/kk/councils/beineu").text


def test_a_place_that_is_none_is_refused(app: Flask, session: Session) -> None:
    assert app.test_cli_runner().invoke(args=[*WORDS, "--place", "astana"]).exit_code == 2
    assert session.scalars(select(Council)).all() == []
