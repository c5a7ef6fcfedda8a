"""The import contracts can fail: each is broken here once, in a copy of the house with empty rooms.

That the house itself keeps them is what `lint-imports` says in bin/test.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[2]
LINT = Path(sys.executable).with_name("lint-imports")

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every module of Karavan by its name, with nothing in it, and our contracts beside them."""
    place = tmp_path_factory.mktemp("plan")
    shutil.copy(ROOT / ".importlinter", place)
    for module in (ROOT / "karavan").rglob("*.py"):
        empty = place / module.relative_to(ROOT)
        empty.parent.mkdir(parents=True, exist_ok=True)
        empty.touch()
    return place


@pytest.fixture
def house(plan: Path, tmp_path: Path) -> Path:
    """A copy of the plan to spoil."""
    return shutil.copytree(plan, tmp_path / "house")


def put(house: Path, module: str, line: str) -> None:
    """Write a line into a module, wherever it lives, and build it if there is none."""
    place = house.joinpath(*module.split("."))
    file = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{line}\n", encoding="utf-8")


def broken_contracts(house: Path) -> set[str]:
    """Let import-linter judge a house, and give the names of the contracts that it breaks."""
    judged = subprocess.run([LINT, "--no-cache"], cwd=house, capture_output=True, text=True, check=False)
    verdicts = dict(re.findall(r"^(.+?) (KEPT|BROKEN)\b", judged.stdout, flags=re.MULTILINE))
    assert verdicts, judged.stdout + judged.stderr
    broken = {name for name, verdict in verdicts.items() if verdict == "BROKEN"}
    assert judged.returncode == (1 if broken else 0)
    return broken


def test_an_empty_house_keeps_every_contract(house: Path) -> None:
    assert broken_contracts(house) == set()


@pytest.mark.parametrize(
    ("contract", "module", "line"),
    [
        ("Storeys of the house", "karavan.core.clock", "import karavan.web"),
        ("Storeys of the house", "karavan.notifications.queries", "import karavan.events.models"),
        ("Storeys of the house", "karavan.attic", ""),  # a package without a place
        ("Nobody leans on the seeds or the server", "karavan.pages.home", "import karavan.seeds"),
        ("Inside every package", "karavan.events.policy", "import karavan.events.rules"),
        ("Inside every package", "karavan.accounts.models", "import karavan.accounts.queries"),
        ("Inside every package", "karavan.events.tasks", "import karavan.events.cli"),
        ("Rules, policy, queries and models know no web", "karavan.events.rules", "import flask"),
        ("Rules, policy, queries and models know no web", "karavan.record.rules", "import karavan.web"),
        ("The core knows no web", "karavan.core.text", "from werkzeug.exceptions import abort"),
        ("Only the factory hangs the views", "karavan.pages.home", "from karavan.events import views"),
    ],
)
def test_one_bad_import_breaks_its_contract(house: Path, contract: str, module: str, line: str) -> None:
    for needed in ("karavan.accounts.queries", "karavan.events.cli", "karavan.events.views"):
        put(house, needed, "")

    put(house, module, line)

    assert broken_contracts(house) == {contract}


def test_a_rule_cannot_reach_the_web_through_a_friend(house: Path) -> None:
    put(house, "karavan.events.rules", "import karavan.events.prices")

    put(house, "karavan.events.prices", "import flask_login")

    assert broken_contracts(house) == {"Rules, policy, queries and models know no web"}


def strangers_at_forms(graph: grimp.ImportGraph) -> set[tuple[str, str]]:
    """Find imports of a package's forms from outside that package; those of `web` are made for everybody."""
    forms = {name for name in graph.modules if re.fullmatch(r"karavan\.(?!web\.)\w+\.forms", name)}
    return {
        (importer, form)
        for form in forms
        for importer in graph.find_modules_that_directly_import(form)
        if not importer.startswith(form.removesuffix("forms"))
    }


def test_forms_stay_at_home() -> None:
    assert strangers_at_forms(grimp.build_graph("karavan", cache_dir=None)) == set()


def test_a_borrowed_form_is_noticed() -> None:
    graph = grimp.ImportGraph()
    for importer in ("karavan.events.views", "karavan.accounts.views"):
        graph.add_import(importer=importer, imported="karavan.events.forms")
        graph.add_import(importer=importer, imported="karavan.web.forms")

    assert strangers_at_forms(graph) == {("karavan.accounts.views", "karavan.events.forms")}
