"""What is installed is pinned, hashed, the same in tests as in service, and says nothing of where it comes from."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKED = ("requirements.txt", "requirements-dev.txt")


def entries(text: str) -> list[str]:
    """Join each requirement with the continuation lines below it."""
    lines = [line for line in text.replace("\\\n", " ").splitlines() if line.strip()]
    return [line for line in lines if not line.lstrip().startswith("#")]


def pins(text: str) -> dict[str, str]:
    """Give each package, with the systems it is for, and its version."""
    found = {}
    for entry in entries(text):
        requirement, *_ = entry.split("--hash")
        pin, _, marker = requirement.partition(";")
        name, _, version = pin.strip().partition("==")
        found[f"{name} ;{marker.strip()}"] = version
    return found


def loose_ends(text: str) -> list[str]:
    """Find the entries that are not one pinned version with hashes."""
    whole = re.compile(r"[a-z0-9-]+(\[[a-z,]+\])?==[\w.]+ *(;[^#]*?)? +(--hash=sha256:[0-9a-f]{64} *)+")
    return [entry for entry in entries(text) if not whole.fullmatch(entry)]


@pytest.mark.parametrize("name", LOCKED)
def test_every_requirement_is_pinned_and_hashed(name: str) -> None:
    assert loose_ends((ROOT / name).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        "flask",
        "flask==3.1.3",
        "flask>=3 --hash=sha256:" + "0" * 64,
        "--index-url somewhere",
        "flask @ somewhere --hash=sha256:" + "0" * 64,
    ],
)
def test_a_loose_requirement_is_noticed(line: str) -> None:
    assert loose_ends(line) == [line]


def test_tests_run_on_the_versions_that_are_served() -> None:
    served, tested = (pins((ROOT / name).read_text(encoding="utf-8")) for name in LOCKED)

    assert len(served) > len((ROOT / "requirements.in").read_text(encoding="utf-8").splitlines()) / 2
    assert served.items() <= tested.items()
