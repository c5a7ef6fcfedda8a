"""Catalogues are compiled when they have changed, and only then."""

from __future__ import annotations

import gettext
import os
from typing import TYPE_CHECKING

import pytest

from karavan.translations.compile import compile_catalogues

if TYPE_CHECKING:
    from pathlib import Path

PO = """\
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "Seat"
msgstr "Орын"

#, fuzzy
msgid "Guess"
msgstr "Болжам"
"""


@pytest.fixture
def po(tmp_path: Path) -> Path:
    path = tmp_path / "kk" / "LC_MESSAGES" / "messages.po"
    path.parent.mkdir(parents=True)
    path.write_text(PO, encoding="utf-8")
    return path


def test_a_new_catalogue_is_compiled_and_guesses_are_left_out(tmp_path: Path, po: Path) -> None:
    assert compile_catalogues(tmp_path) == [po]

    with po.with_suffix(".mo").open("rb") as compiled:
        catalogue = gettext.GNUTranslations(compiled)
    assert catalogue.gettext("Seat") == "Орын"
    assert catalogue.gettext("Guess") == "Guess"
    assert sorted(path.suffix for path in po.parent.iterdir()) == [".mo", ".po"]  # nothing half-written lies about


def test_what_is_fresh_is_left_alone_and_what_is_stale_is_not(tmp_path: Path, po: Path) -> None:
    compile_catalogues(tmp_path)
    assert compile_catalogues(tmp_path) == []

    later = po.with_suffix(".mo").stat().st_mtime + 1
    os.utime(po, (later, later))
    assert compile_catalogues(tmp_path) == [po]
