r"""The project's list of hostile inputs, for parametrising tests.

    @pytest.mark.parametrize("case", cases(group="unicode", where="display_name"))
    def test_a_name_is_refused_or_harmless(case): ... case.text ... case.expect ...

The list is `hostile_inputs.json` beside this file. It is ASCII: every invisible or non-Latin character is a
`\u` escape, so that nothing hides in a diff. A fixed defect adds a case; ids are never reused.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

Recipe = str | dict[str, Any]

# What "any_text" stands for; the same text is then read back wherever it is shown or exported.
ANY_TEXT = frozenset(
    {
        "any_text",
        "comment",
        "display_name",
        "title",
        "reason",
        "appeal",
        "badge",
        "place",
        "tag",
        "search",
        "upload:file_name",
        "query:q",
    }
)


@dataclass(frozen=True)
class Case:
    """One hostile input; `text` is None when it is a file to build or a scenario to play."""

    id: str
    group: str
    where: tuple[str, ...]
    expect: str
    text: str | None
    scenario: str | None = None
    note: str | None = None
    ref: str | None = None

    @property
    def outcome(self) -> str:
        """The keyword of what is expected: inert, reject, allow, limit and so on."""
        return self.expect.partition(":")[0]


def expand(recipe: Recipe) -> str:
    """Make the string a recipe describes; a plain string is already made."""
    if isinstance(recipe, str):
        return recipe
    if "parts" in recipe:
        return "".join(map(expand, recipe["parts"]))
    if "codepoints" in recipe:
        return "".join(map(chr, recipe["codepoints"]))
    if "template" in recipe:
        return "".join(recipe["template"].replace("{n}", str(n)) for n in range(recipe["times"]))
    return recipe.get("prefix", "") + recipe["repeat"] * recipe["times"] + recipe.get("suffix", "")


@cache
def everything() -> dict[str, Case]:
    """All cases by id, scenarios included."""
    rows = json.loads(Path(__file__).with_name("hostile_inputs.json").read_text(encoding="ascii"))
    return {row["id"]: _case(row) for row in rows}


def case(case_id: str) -> Case:
    """The one case of this id."""
    return everything()[case_id]


def by_id(*case_ids: str) -> list[Any]:
    """These cases, for `parametrize`."""
    return [pytest.param(case(case_id), id=case_id) for case_id in case_ids]


def cases(group: str | None = None, where: str | None = None) -> list[Any]:
    """The cases that are strings, for `parametrize`, of one group or one place.

    A place people write in, such as "comment" or "display_name", also gets the cases for any text.
    """
    return [
        pytest.param(one, id=one.id)
        for one in everything().values()
        if one.text is not None
        and (group is None or one.group == group)
        and (where is None or where in one.where or (where in ANY_TEXT and "any_text" in one.where))
    ]


def a_few(values: Iterable[Any], *, of: int = 8) -> list[Any]:
    """Return these for `parametrize`: one of so many for every run, the rest for `bin/test all`."""
    params = [value if isinstance(value, type(pytest.param())) else pytest.param(value) for value in values]
    return [
        param if place % of == 0 else pytest.param(*param.values, id=param.id, marks=pytest.mark.thorough)
        for place, param in enumerate(params)
    ]


def _case(row: dict[str, Any]) -> Case:
    recipe = row.get("payload", row.get("generate"))
    is_file = isinstance(recipe, dict) and "file" in recipe
    return Case(
        id=row["id"],
        group=row["group"],
        where=tuple(row["where"]),
        expect=row["expect"],
        text=None if recipe is None or is_file else expand(recipe),
        scenario=row.get("scenario"),
        note=row.get("note"),
        ref=row.get("ref"),
    )
