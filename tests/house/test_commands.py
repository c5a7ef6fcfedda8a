"""bin/run and bin/test on machines that lack something: they say what, and how to mend it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# A stand-in for Python whose virtual environment consists of itself.
PYTHON = """
echo "$*" >>"${0%/*}/calls"
case "$*" in *"venv --clear"*) mkdir -p .venv/bin; cp "$0" .venv/bin/python ;; esac
"""
COMMANDS = sorted(path for path in (ROOT / "bin").iterdir() if path.name != "lib.sh")


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A checkout with the commands and their requirements, and a PATH with nothing but a shell's everyday tools."""
    shutil.copytree(ROOT / "bin", tmp_path / "karavan" / "bin")
    for name in ("requirements.txt", "requirements-dev.txt"):
        shutil.copy(ROOT / name, tmp_path / "karavan")
    path = tmp_path / "path"
    path.mkdir()
    for tool in ("sh", "cat", "cmp", "cp", "date", "dirname", "mkdir", "mktemp", "rm"):
        (path / tool).symlink_to(str(shutil.which(tool)))
    return tmp_path


def pretend(machine: Path, name: str, script: str) -> None:
    command = machine / "path" / name
    command.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    command.chmod(0o755)


def start(machine: Path, *command: str, checkout: str = "karavan") -> subprocess.CompletedProcess[str]:
    program, *words = command
    return subprocess.run(
        [machine / checkout / "bin" / program, *words],
        env={"PATH": str(machine / "path")},
        cwd=machine,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


@pytest.mark.parametrize("command", ["run", "test"])
def test_without_python_the_missing_thing_is_named(machine: Path, command: str) -> None:
    ended = start(machine, command)

    assert ended.returncode == 1
    assert "Karavan needs Python 3.11 or newer" in ended.stderr


def test_an_old_python_does_not_do(machine: Path) -> None:
    pretend(machine, "python3", "exit 1")  # what the question about its version gets from Python 3.10

    ended = start(machine, "run")

    assert ended.returncode == 1
    assert "Karavan needs Python 3.11 or newer" in ended.stderr


def test_a_python_without_venv_is_told_its_package(machine: Path) -> None:
    pretend(
        machine,
        "python3",
        'case "$2" in *ensurepip*) exit 1 ;; *print*) echo python3.11-venv ;; esac',
    )
    pretend(machine, "apt-get", "exit 0")

    ended = start(machine, "run")

    assert ended.returncode == 1
    assert "apt-get install python3.11-venv" in ended.stderr


def test_packages_that_cannot_be_had_are_a_sentence(machine: Path) -> None:
    pretend(machine, "python3", PYTHON + 'case "$*" in *"pip install"*) exit 1 ;; esac')

    ended = start(machine, "run")

    assert ended.returncode == 1
    assert "The packages of requirements.txt could not be installed" in ended.stderr
    assert not (machine / "karavan" / ".venv" / "karavan-requirements.txt").exists()


def test_the_second_start_installs_nothing(machine: Path) -> None:
    pretend(machine, "python3", PYTHON)
    calls = machine / "karavan" / ".venv" / "bin" / "calls"

    first = start(machine, "run")
    asked_first = calls.read_text(encoding="utf-8")
    second = start(machine, "run")
    asked_second = calls.read_text(encoding="utf-8").removeprefix(asked_first)

    assert (first.returncode, second.returncode) == (0, 0)
    assert "pip install" in asked_first
    assert asked_second == "-m karavan.serving\n"
    assert second.stdout == ""


def test_an_environment_that_was_moved_is_made_anew(machine: Path) -> None:
    pretend(machine, "python3", PYTHON)
    start(machine, "run")
    (machine / "karavan").rename(machine / "moved")

    ended = start(machine, "run", checkout="moved")

    assert "Making a virtual environment" in ended.stdout


def test_an_unknown_word_is_not_taken_for_a_test_run(machine: Path) -> None:
    ended = start(machine, "test", "fats")

    assert ended.returncode == 2
    assert "Usage" in ended.stderr


@pytest.mark.parametrize("command", COMMANDS, ids=lambda path: path.name)
def test_every_command_can_be_started_and_read(command: Path) -> None:
    assert os.access(command, os.X_OK)
    assert subprocess.run(["sh", "-n", command], check=False).returncode == 0
