"""Templates keep to the house: regions, targets, actions, imports, nothing inline, no idiom of an older htmx."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from jinja2 import Environment, FileSystemLoader, meta, nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from tests.support.databases import Database

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
UPGRADE_CHECK = Path(__file__).parent / "vendor" / "htmx-4.0.1-upgrade-check.py.txt"
EVERY = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.*"))
PAGES = [name for name in EVERY if name.endswith(".html") and not name.startswith("letters/")]
REGIONS = [name for name in PAGES if "/_" in name and name.partition("/")[0] not in {"components", "errors", "layouts"}]


def source(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def without_comments(text: str) -> str:
    return re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL)


@pytest.fixture
def known(house: tuple[Flask, Database]) -> set[str]:
    """What every template may use without being given it."""
    from_flask = {"request", "session", "g", "config", "url_for", "get_flashed_messages"}
    return set(house[0].jinja_env.globals) | {"lang", "person", "theme"} | from_flask


@cache
def environment() -> Environment:
    env = Environment(loader=FileSystemLoader(TEMPLATES), extensions=["jinja2.ext.i18n"])  # noqa: S701  (parses only)
    for name in {word for text in map(source, EVERY) for word in re.findall(r"\|\s*(\w+)", text)}:
        env.filters.setdefault(name, str)
    return env


# --- Regions --------------------------------------------------------------------------------------------------


def faults_of_region(name: str, text: str) -> Iterator[str]:
    """A region begins with what it needs, and is one element with the id of its name."""
    if not re.match(r"\{# needs: \w", text):
        yield "line one does not say what it needs"
    markup = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", without_comments(text), flags=re.DOTALL).strip()
    wanted = Path(name).stem.removeprefix("_").replace("_", "-")
    root = re.match(r"<([a-z]+)\b([^>]*)>", markup)
    if root is None:
        yield "it does not begin with an element"
        return
    if not re.search(rf'\bid="{re.escape(wanted)}"', root[2]):
        yield f"its root is <{root[1]}{root[2]}>, not the element of id {wanted!r}"
    if not markup.endswith(f"</{root[1]}>"):
        yield f"something follows after its root <{root[1]}>"


@pytest.mark.parametrize("name", REGIONS)
def test_a_region_is_one_element_with_the_id_of_its_name(name: str) -> None:
    assert list(faults_of_region(name, source(name))) == []


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('<p id="seat-panel"></p>', "does not say what it needs"),
        ('{# needs: #}\n<p id="seat-panel"></p>', "does not say what it needs"),
        ('{# needs: event #}\n<p id="seats"></p>', "not the element of id 'seat-panel'"),
        ("{# needs: event #}\n<p></p>", "not the element of id 'seat-panel'"),
        ("{# needs: event #}\nWords", "does not begin with an element"),
        ('{# needs: event #}\n<p id="seat-panel"></p>\n<div></div>', "something follows"),
    ],
)
def test_a_bad_region_is_noticed(text: str, complaint: str) -> None:
    assert any(complaint in fault for fault in faults_of_region("events/_seat_panel.html", text))


def needs_of(text: str) -> set[str]:
    """What line one says."""
    declared = re.match(r"\{# needs: (.*?)#\}", text, flags=re.DOTALL)
    assert declared
    return set(re.findall(r"[a-z_]+", re.sub(r"\(.*?\)", "", declared[1].partition(";")[0] + optional_of(declared[1]))))


def optional_of(line: str) -> str:
    found = re.search(r"optional: ([a-z_, ]+)", line)
    return f", {found[1]}" if found else ""


def uses_of(text: str) -> set[str]:
    """What a template uses without making it, with what the templates it includes say they need."""
    tree = environment().parse(text)
    included = [node.template.value for node in tree.find_all(nodes.Include) if isinstance(node.template, nodes.Const)]
    return meta.find_undeclared_variables(tree).union(*(uses_of(source(name)) for name in included)) - made_by(tree)


def made_by(tree: nodes.Template) -> set[str]:
    """What the template sets itself, also for those it includes."""
    return {node.target.name for node in tree.find_all(nodes.Assign) if isinstance(node.target, nodes.Name)}


@pytest.mark.parametrize("name", REGIONS)
def test_a_region_needs_what_it_says_and_nothing_else(name: str, known: set[str]) -> None:
    text = source(name)

    assert uses_of(text) - known - needs_of(text) == set(), "used, but not said"
    assert needs_of(text) - uses_of(text) == set(), "said, but not used"


def test_what_a_region_hides_is_noticed() -> None:
    text = "{# needs: event #}\n{% set url = 1 %}<p>{{ event }}{{ seats }}{{ url }}</p>"

    assert (uses_of(text), needs_of(text)) == ({"event", "seats"}, {"event"})


# --- htmx -----------------------------------------------------------------------------------------------------


def targets(text: str) -> set[str]:
    return set(re.findall(r'hx-target="([^"]*)"', without_comments(text)))


def ids_of_regions() -> set[str]:
    return {"#" + Path(name).stem.removeprefix("_").replace("_", "-") for name in REGIONS} | {"#toasts"}


@pytest.mark.parametrize("name", PAGES)
def test_every_target_is_a_region(name: str) -> None:
    found = {target for target in targets(source(name)) if "{{" not in target}

    assert found <= ids_of_regions()


def faults_of_forms(text: str) -> Iterator[str]:
    """A form that htmx sends goes where it would go without htmx."""
    for tag in re.findall(r"<form\b.*?(?<!%)(?<!\})>", without_comments(text), flags=re.DOTALL):
        given = dict(re.findall(r'([a-z-]+)="((?:\{\{.*?\}\}|[^"])*)"', tag))
        if not given.get("action"):
            yield f"no action: {tag}"
        if given.get("method") not in {"get", "post"}:
            yield f"no method: {tag}"
        for name, method in (("hx-post", "post"), ("hx-get", "get")):
            if name in given and (given[name] != given.get("action") or given.get("method") != method):
                yield f"{name} is not the action: {tag}"
        if "hx-post" in given and given.get("hx-sync") != "this:drop":
            yield f"quick presses would queue: {tag}"
        if ("hx-post" in given or "hx-get" in given) and not given.get("hx-target"):
            yield f"no hx-target: {tag}"


@pytest.mark.parametrize("name", PAGES)
def test_forms_go_where_they_would_go_without_htmx(name: str) -> None:
    assert list(faults_of_forms(source(name))) == []


@pytest.mark.parametrize(
    ("tag", "complaint"),
    [
        ('<form method="post">', "no action"),
        ('<form action="/a">', "no method"),
        (
            '<form method="post" action="{{ a }}" hx-post="{{ b }}" hx-target="#x" hx-sync="this:drop">',
            "not the action",
        ),
        ('<form method="get" action="{{ a }}" hx-post="{{ a }}" hx-target="#x" hx-sync="this:drop">', "not the action"),
        ('<form method="post" action="{{ a }}" hx-post="{{ a }}" hx-target="#x">', "would queue"),
        ('<form method="post" action="{{ a }}" hx-post="{{ a }}" hx-sync="this:drop">', "no hx-target"),
    ],
)
def test_a_bad_form_is_noticed(tag: str, complaint: str) -> None:
    assert any(complaint in fault for fault in faults_of_forms(f"<div>{tag}</form></div>"))


def check_upgrade(place: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, UPGRADE_CHECK, place], capture_output=True, text=True, check=False, timeout=60
    )


def test_no_idiom_of_htmx_2_is_left() -> None:
    checked = check_upgrade(TEMPLATES)

    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize(
    "bad", ['<p hx-ext="sse"></p>', '<div hx-target="#x"><p hx-get="/a"></p></div>', '<p hx-disabled-elt="this"></p>']
)
def test_an_idiom_of_htmx_2_is_noticed(tmp_path: Path, bad: str) -> None:
    (tmp_path / "page.html").write_text(bad, encoding="utf-8")

    assert check_upgrade(tmp_path).returncode == 1


# --- Nothing that the policy forbids, nothing that is not used -------------------------------------------------

FORBIDDEN = {
    "a style attribute": r"\sstyle\s*=",
    "a style element": r"<style\b",
    "an on attribute": r"\son[a-z]+\s*=",
    "hx-on": r"\bhx-on[:=-]",
    "an evaluated value": r"hx-(?:vals|confirm|headers)\s*=\s*[\"']\s*(?:js|javascript):",
    "a trigger filter": r"hx-trigger\s*=\s*\"[^\"]*\[",
    "a script in the page": r"<script\b(?![^>]*\bsrc=)(?![^>]*application/ld\+json)",
    "an address that is a script": r"(?i)javascript:",
    "a method only htmx has": r"\bhx-(?:put|patch|delete)\b",
    "a mark of trust": r"\|\s*safe\b|\bMarkup\(",
}


def forbidden_in(text: str) -> set[str]:
    """Look at the markup without its statements; words written here, as in {{ ' open' | safe if … }}, are ours."""
    bare = re.sub(r"'[^']*'\s*\|\s*safe\b", "''", re.sub(r"\{%.*?%\}", "", without_comments(text), flags=re.DOTALL))
    return {name for name, pattern in FORBIDDEN.items() if re.search(pattern, bare)}


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_inline_and_nothing_is_evaluated(name: str) -> None:
    assert forbidden_in(source(name)) == set()


@pytest.mark.parametrize("name", [name for name in EVERY if name.startswith("letters/")])
def test_letters_trust_nobody_either(name: str) -> None:
    assert forbidden_in(source(name)) - {"a style attribute"} == set()


@pytest.mark.parametrize(
    ("bad", "name"),
    [
        ('<p style="a">', "a style attribute"),
        ("<style>", "a style element"),
        ('<p onclick="a()">', "an on attribute"),
        ('<p hx-on:click="a()">', "hx-on"),
        ("<p hx-vals='js:{a: 1}'>", "an evaluated value"),
        ('<p hx-trigger="click[ctrlKey]">', "a trigger filter"),
        ("<script>a()</script>", "a script in the page"),
        ('<a href="JavaScript:a()">', "an address that is a script"),
        ('<p hx-delete="/a">', "a method only htmx has"),
        ("{{ a | safe }}", "a mark of trust"),
    ],
)
def test_what_is_forbidden_is_noticed(bad: str, name: str) -> None:
    assert name in forbidden_in(bad)


def unused_imports(text: str) -> set[str]:
    tree = environment().parse(text)
    imported = {
        alias if isinstance(alias, str) else alias[1]
        for node in tree.find_all(nodes.FromImport)
        for alias in node.names
    } | {node.target for node in tree.find_all(nodes.Import)}
    used = {node.name for node in tree.find_all(nodes.Name) if node.ctx == "load"}
    return imported - used


@pytest.mark.parametrize("name", EVERY)
def test_templates_import_only_what_they_use(name: str) -> None:
    assert unused_imports(source(name)) == set()


def test_an_unused_import_is_noticed() -> None:
    text = '{% from "a.html" import b, c as d %}{% import "e.html" as f %}{{ b() }}'

    assert unused_imports(text) == {"d", "f"}


@cache
def words_of_the_house() -> str:
    """All code and all templates, each template without its own name in it."""
    code = [path.read_text(encoding="utf-8") for path in (ROOT / "karavan").rglob("*.py")]
    return "\n".join([*code, *map(source, EVERY)])


def is_reached(name: str) -> bool:
    if name.startswith("errors/"):
        return True  # named by their status
    stem, _, part = name.removeprefix("letters/").rpartition("/")
    if name.startswith("letters/") and part in {"body.html", "body.txt", "subject.txt", "sms.txt"}:
        return (
            re.search(rf'"({re.escape(stem)}|{re.escape(stem.rpartition("/")[2])})"', words_of_the_house()) is not None
        )
    return f'"{name}"' in words_of_the_house()


@pytest.mark.parametrize("name", EVERY)
def test_every_template_is_reached_from_somewhere(name: str) -> None:
    """A template that nobody names is a leftover."""
    assert is_reached(name)


@pytest.mark.parametrize("name", ["events/_leftover.html", "letters/events/never_posted/body.txt"])
def test_a_leftover_is_noticed(name: str) -> None:
    assert not is_reached(name)


def hidden_by_a_layout(layout: str, needs: str) -> set[str]:
    """Return the names a layout sets for itself that a page is given too: the page's own would be lost."""
    own = set(re.findall(r"\{%-?\s*set\s+(\w+)", without_comments(layout)))
    given = set(re.findall(r"\w+", needs.partition("needs:")[2]))
    return own & given


@pytest.mark.parametrize(
    "name", [name for name in PAGES if not name.startswith(("components/", "layouts/", "errors/"))]
)
def test_no_layout_hides_what_a_page_is_given(name: str) -> None:
    first = source(name).partition("#}")[0]
    layouts = "".join(source(layout) for layout in PAGES if layout.startswith("layouts/"))

    assert hidden_by_a_layout(layouts, first) == set()


def test_a_layout_that_hides_a_name_is_noticed() -> None:
    assert hidden_by_a_layout("{% set here = canonical() %}", "{# needs: form, here #}") == {"here"}
