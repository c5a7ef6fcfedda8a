"""The HTML of every page as it leaves the server, read without mercy: by html5lib always, by the Nu checker if at hand.

Browsers forgive; the next thing that reads a page (a screen reader, an old telephone, htmx) may not.
"""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.page import parse

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.stage import Stage

pytestmark = pytest.mark.browser

NU = os.environ.get("KARAVAN_VNU")
LANGUAGES = [pytest.param(lang, marks=pytest.mark.thorough) for lang in ("kk", "ru", "en")]
ALL_DEEDS_IN = "kk"
"""Pages that show what was done there just before are alike in all languages: one is enough."""

NOT_FAULTS = r"Attribute “hx-[a-z-]+” not allowed on element “[a-z]+” at this point\."
"""What Nu need not say: htmx's attributes are in no standard, and tests/house judges how we use them."""


@pytest.mark.parametrize("lang", LANGUAGES)
def test_html_is_what_the_standard_says(plain_stage: Stage, lang: str, tmp_path: Path) -> None:
    sources = {}
    for scene in [scene for group in plain_stage.scenes.values() for scene in group]:
        if scene.do is None:
            sources[scene.name] = plain_stage.fetch(scene, lang)
        elif lang == ALL_DEEDS_IN:
            plain_stage.show(scene, lang)
            sources[scene.name] = plain_stage.source(scene)
    wrong = [f"{name}: {fault}" for name, source in sources.items() for fault in parse(source)[1]]
    if NU:
        wrong += nu(NU, sources, tmp_path)
    assert not wrong, "\n".join(["", *wrong])


def test_neither_reader_lets_a_mistake_pass(tmp_path: Path) -> None:
    page = "<!doctype html><html lang=en><head><title>x</title></head><body><p>{}</p></body></html>"
    assert parse(page.format("<b>never closed"))[1]
    if NU:
        assert not nu(NU, {"good": page.format('<span hx-get="/x">x</span>')}, tmp_path)
        assert nu(NU, {"bad": page.format('<span href="/x">x</span>')}, tmp_path)


def nu(jar: str, sources: dict[str, str], directory: Path) -> list[str]:
    """Ask the Nu checker about all pages at once, and say what it calls an error."""
    names = {}
    for number, (name, source) in enumerate(sources.items()):
        file = directory / f"{number}.html"
        file.write_text(source, encoding="utf-8")
        names[file.as_uri()] = name
    command = ["java", "-jar", jar, "--errors-only", "--format", "json", "--exit-zero-always"]
    files = [str(file) for file in sorted(directory.glob("*.html"))]
    answer = subprocess.run(
        [*command, "--filterpattern", NOT_FAULTS, *files], check=True, capture_output=True, timeout=100
    )
    messages: list[dict[str, Any]] = json.loads(answer.stderr)["messages"]
    return [_sentence(message, names) for message in messages]


def _sentence(message: dict[str, Any], names: dict[str, str]) -> str:
    page = names.get(message.get("url", "").replace("file:/", "file:///", 1), "Nu itself")
    return f"{page}: {message['message']} in {message.get('extract', '')[:160]!r}"
