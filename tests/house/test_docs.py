"""The handbook cannot fall behind: every setting and every verb of the record stands in it, nothing that is gone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from karavan.record.models import SUBJECTS, Verb

ROOT = Path(__file__).resolve().parents[2]
HANDBOOK = (ROOT / "docs" / "handbook.md").read_text(encoding="utf-8")
SETTING = re.compile(r"\b(KARAVAN_[A-Z_]+|DATABASE_URL|SECRET_KEY|HOST|PORT)\b")


def settings_read(code: str) -> set[str]:
    """The environment variables that a piece of code asks for."""
    return set(re.findall(r"(?:env(?:\.get)?[\(\[]|_(?:number|switch|choice)\(env, )\"([A-Z_]+)\"", code))


def in_table(column: str, text: str) -> set[str]:
    """What stands in the first column of the handbook's tables, between backticks."""
    return set(re.findall(rf"^\| `({column})` \|", text, flags=re.MULTILINE))


def test_every_setting_is_in_the_handbook_and_no_other() -> None:
    read = settings_read((ROOT / "config.py").read_text(encoding="utf-8"))

    assert len(read) > 10
    assert in_table("[A-Z_]+", HANDBOOK) == read


def test_every_verb_of_the_record_is_in_the_handbook_and_no_other() -> None:
    kinds = "|".join((*SUBJECTS, "record"))
    named = in_table(rf"(?:{kinds})\.[a-z.]+", HANDBOOK)

    assert named == {verb.value for verb in Verb}


def test_a_setting_that_the_handbook_forgot_is_noticed() -> None:
    code = 'a = env.get("KARAVAN_NEW", "")\nb = _number(env, "KARAVAN_OTHER", 1)'

    assert settings_read(code) == {"KARAVAN_NEW", "KARAVAN_OTHER"}
    assert in_table("[A-Z_]+", "| `KARAVAN_NEW` | `1` | What it does. |") == {"KARAVAN_NEW"}


def links(text: str) -> set[str]:
    """The files a page points at."""
    return {target for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text) if "://" not in target}


@pytest.mark.parametrize(
    "page",
    sorted([*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")]),
    ids=lambda page: page.relative_to(ROOT).as_posix(),
)
def test_every_link_in_the_documents_leads_somewhere(page: Path) -> None:
    dead = {target for target in links(page.read_text(encoding="utf-8")) if not (page.parent / target).exists()}

    assert dead == set()


def test_a_dead_link_is_noticed() -> None:
    assert links("see [this](gone.md#part) and [that](https://example.kz/)") == {"gone.md"}
