"""Long threads: a hundred, ten thousand and a hundred thousand comments, and what readers and moderators do in them.

The comments are written past the rules, in bulk: one in five is a root, the others answer something before them, as
people do. Whatever is measured goes the usual way: the queries of a page, the whole page from the application without
its cache, the rules for posting and deciding. A page deep in a thread should cost what its first page costs, and a page
of a long thread what a page of a short one does.
"""

from __future__ import annotations

import hashlib
import random
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import func, insert, select, text, update

from bench.load import Result
from bench.report import spread
from karavan.accounts.models import Person, Role, RoleGrant
from karavan.core.clock import now
from karavan.core.database import db, table_of, transact
from karavan.core.tokens import new_key, new_public_id
from karavan.discussion import queries
from karavan.discussion.models import Comment, CommentRevision, Thread
from karavan.discussion.page import sealed_cursor
from karavan.discussion.rendering import RENDER_VERSION, render
from karavan.discussion.rules.post import NewComment, post
from karavan.discussion.rules.threads import open_thread
from karavan.discussion.tree import depth_of, path_under
from karavan.events.models import Event
from karavan.moderation.models import Action, Origin, Visibility
from karavan.moderation.pieces import keeper
from karavan.moderation.rules.cases import open_case
from karavan.moderation.rules.decide import Verdict, decide

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.orm import Session

    from bench.report import Report
    from bench.town import Town
    from karavan.moderation.models import Case

SIZES = (100, 10_000, 100_000)
ROOTS = 0.2
AT_ONCE = 10_000
LARGEST_PAGE = 300 * 1024
SORT = "oldest"
SAYING = (
    "Таңғы сағат алтыда шығатын рейс керек, өйткені студенттер мен дәрігерге баратындар **үлгермейді**.",
    "Поддерживаю: до больницы к восьми утра сейчас не доехать.\n\nПредлагаю начать с трёх дней в неделю.",
    "А сколько это стоит, и кто посчитал? Прежде чем добавлять рейс, нужны данные о пассажирах за месяц.",
)


class Planted(NamedTuple):
    """A thread that was filled, and the places in it that are asked for."""

    thread: Thread
    deep: queries.Cursor
    """Where the page at nine tenths of its roots begins."""
    late: str
    """Public id of a comment there, one that answers something."""


def measure(report: Report, built: Town, where: str, *, sizes: tuple[int, ...] = SIZES, times: int = 200) -> None:
    """Fill threads of a town and measure what is done in them."""
    with built.app.app_context():
        events = db.session.scalars(select(Event.id).order_by(Event.id)).all()
        db.session.close()
        staff = transact(_staff, times)
        first: Result | None = None
        for size, event_id in zip(sizes, events, strict=False):
            planted = _plant(event_id, size, staff.author)
            found = _reading(report, built, where, planted, size, times)
            if first is not None:
                _beside_short(report, where, size, found, first, sizes[0])
            first = first or found
            _writing(report, where, planted, size, staff, times)


# --- Reading ------------------------------------------------------------------------------------------------------


def _reading(report: Report, built: Town, where: str, planted: Planted, size: int, times: int) -> Result:
    session, thread = db.session(), planted.thread
    line = queries.line_of(session, planted.late)
    if line is None:
        raise SystemExit("the comment at nine tenths is gone")
    first, deep = _in_turns(
        times,
        lambda: queries.root_page(session, thread, SORT),
        lambda: queries.root_page(session, thread, SORT, planted.deep),
    )
    linked = _timed(times, lambda: queries.permalink(session, line))
    slow = first.quantile(0.99)
    report.fact(
        f"thread of {size:,}: first page, database", where, spread(first),
        aim="p99 ≤ 10 ms", floor="p99 ≤ 20 ms", good=slow <= 0.010, enough=slow <= 0.020,
    )  # fmt: skip
    name = "… page at 90 % of the roots (p50 beside the first page's)"
    ratio = first.quantile(0.5) / deep.quantile(0.5)
    if size * ROOTS * 0.1 < queries.ROOTS:  # there are not enough roots left for a whole page
        report.aside(name, where, spread(deep), spread(first), ratio)
    else:
        report.ratio(name, where, spread(deep), spread(first), ratio, aim=0.8, floor=0.5)
    report.aside("… one comment where it stands, database", where, spread(linked))
    session.close()
    _pages(report, built, where, planted, size, times)
    return first


def _pages(report: Report, built: Town, where: str, planted: Planted, size: int, times: int) -> None:
    """Ask the application for whole pages, past its cache: an address is asked for once."""
    client, thread = built.app.test_client(), planted.thread
    after = sealed_cursor(thread, SORT, planted.deep)
    addresses = {
        "first page, whole": f"/kk/threads/{thread.public_id}?sort={SORT}",
        "page at 90 %, whole": f"/kk/threads/{thread.public_id}?sort={SORT}&after={after}",
        "one comment, whole": f"/kk/comments/{planted.late}?sort={SORT}",
    }
    for name, address in addresses.items():
        sizes: list[int] = []

        def ask(number: int, address: str = address, sizes: list[int] = sizes) -> None:
            answer = client.get(f"{address}&bench={number}")
            if answer.status_code != 200:
                raise SystemExit(f"{address} answered {answer.status_code}")
            sizes.append(len(answer.data))

        ask(-1)
        result = Result()
        for number in range(max(10, times // 4)):
            result.latencies.append(_time(lambda number=number: ask(number)))  # type: ignore[misc]
        largest = max(sizes)
        report.fact(
            f"thread of {size:,}: {name}", where, f"{spread(result)}, {largest / 1024:.0f} KB",
            aim="≤ 300 KB", floor="≤ 300 KB", good=largest <= LARGEST_PAGE, enough=largest <= LARGEST_PAGE,
        )  # fmt: skip


def _beside_short(report: Report, where: str, size: int, found: Result, short: Result, least: int) -> None:
    report.ratio(
        f"first page of {size:,} beside one of {least:,} (p50, database)", where, spread(found), spread(short),
        short.quantile(0.5) / found.quantile(0.5), aim=0.8, floor=0.5,
    )  # fmt: skip


# --- Writing ------------------------------------------------------------------------------------------------------


def _writing(report: Report, where: str, planted: Planted, size: int, staff: Staff, times: int) -> None:
    """Post in the thread, each time as somebody else, and decide about what stands in it."""
    thread_id = planted.thread.id
    writers = iter(staff.writers)

    def write() -> object:
        number = next(writers)
        said = NewComment(source=f"{SAYING[number % 3]} {number} {size}", lang="kk")
        return transact(post, thread_id, said, author_id=number, key=new_key(), now=now())

    some = min(times, len(staff.writers), 60)
    posting = _timed(some, write)
    cases = iter([transact(_case, comment_id) for comment_id in _some_comments(thread_id, some)])
    verdict = Verdict(action=Action.REMOVE, clause="off_topic", words="Тақырыпқа қатысы жоқ.", words_lang="kk")

    def judge() -> object:
        case = next(cases)
        read = {"read_version": case.version, "read_revision": case.revision}
        return transact(decide, case.id, verdict, by_id=staff.moderator, now=now(), **read)

    deciding = _timed(some, judge)
    for name, result in (("a comment posted", posting), ("a case decided", deciding)):
        slow = result.quantile(0.99)
        report.fact(
            f"thread of {size:,}: {name} (rule and commit)", where, spread(result),
            aim="p99 ≤ 50 ms", floor="p99 ≤ 200 ms", good=slow <= 0.050, enough=slow <= 0.200,
        )  # fmt: skip


class Staff(NamedTuple):
    """Who writes and who moderates."""

    author: int
    writers: tuple[int, ...]
    moderator: int


def _staff(session: Session, number: int) -> Staff:
    """Write down people who had their accounts long before today."""
    organisation_id = session.scalars(select(Event.organisation_id).limit(1)).one()
    long_ago = now().replace(year=now().year - 1)
    people = [
        Person(
            name=f"Тұрғын {at}", email=f"bench{at}@example.kz", email_key=f"bench{at}@example.kz", lang="kk",
            created_at=long_ago,
        )
        for at in range(number + 2)
    ]  # fmt: skip
    session.add_all(people)
    session.flush()
    author, moderator, *writers = (person.id for person in people)
    grant = {"role": Role.MODERATOR, "organisation_id": organisation_id, "granted_at": long_ago}
    session.add(RoleGrant(person_id=moderator, **grant))
    return Staff(author, tuple(writers), moderator)


def _some_comments(thread_id: int, number: int) -> list[int]:
    session = db.session()
    mine = Comment.thread_id == thread_id, Comment.visibility == Visibility.PUBLISHED
    ids = session.scalars(select(Comment.id).where(*mine).order_by(Comment.seq.desc()).limit(number)).all()
    session.close()
    return list(ids)


def _case(session: Session, comment_id: int) -> Case:
    return open_case(session, keeper().take(session, comment_id), Origin.MODERATOR, now=now())


# --- Planting -----------------------------------------------------------------------------------------------------


def _plant(event_id: int, size: int, author_id: int) -> Planted:
    """Fill the thread of an event."""
    thread_id = transact(_thread, event_id)
    first = (db.session().scalar(select(func.max(Comment.id))) or 0) + 1
    db.session.close()
    rows = list(_comments(thread_id, author_id, first, size))
    for begin in range(0, size, AT_ONCE):
        transact(_write, rows[begin : begin + AT_ONCE])
    transact(_count, thread_id, rows)
    _tidy()
    session = db.session()
    thread = queries.thread_by_id(session, thread_id)
    if thread is None:
        raise SystemExit("the thread is gone")
    session.close()
    roots = [row for row in rows if row["depth"] == 0]
    replies = [row for row in rows[int(size * 0.9) :] if row["depth"] > 0]
    return Planted(thread, (roots[int(len(roots) * 0.9)]["seq"],), replies[0]["public_id"])


def _thread(session: Session, event_id: int) -> int:
    event = session.get_one(Event, event_id)
    return open_thread(session, "event", event_id, organisation_id=event.organisation_id, now=now()).id


def _comments(thread_id: int, author_id: int, first: int, size: int) -> Iterator[dict[str, Any]]:
    """Make comments, each with its place in the tree; a reply answers one of the last hundred."""
    chance = random.Random(20261123)  # noqa: S311 -- the same thread every time
    drawn = [render(source) for source in SAYING]
    known: list[tuple[int, int, str]] = []
    moment = now()
    for at in range(size):
        said, own = chance.randrange(3), first + at
        parent = None if not known or chance.random() < ROOTS else chance.choice(known[-100:])
        path = path_under(parent[2] if parent else "", at + 1)
        root = parent[1] if parent else own
        known.append((own, root, path))
        yield {
            "id": own, "public_id": new_public_id(), "key": f"bench-{own}", "thread_id": thread_id,
            "parent_id": parent[0] if parent else None, "root_id": root, "path": path, "depth": depth_of(path),
            "seq": at + 1, "author_id": author_id, "author_name": "Айгүл С.", "lang": "kk",
            "visibility": Visibility.PUBLISHED, "html": drawn[said].html, "text": drawn[said].text,
            "render_version": RENDER_VERSION, "posted_at": moment, "shown_at": moment, "source": SAYING[said],
        }  # fmt: skip


def _write(session: Session, rows: list[dict[str, Any]]) -> None:
    session.execute(insert(Comment), [{name: value for name, value in row.items() if name != "source"} for row in rows])
    texts = [
        {
            "comment_id": row["id"], "number": 1, "source": row["source"], "html": row["html"],
            "render_version": RENDER_VERSION, "written_at": row["posted_at"],
            "sha256": hashlib.sha256(row["source"].encode()).hexdigest(),
        }
        for row in rows
    ]  # fmt: skip
    session.execute(insert(CommentRevision), texts)


def _count(session: Session, thread_id: int, rows: list[dict[str, Any]]) -> None:
    """Set what is counted, and on PostgreSQL the number the next comment gets."""
    below = (
        select(func.count())
        .select_from(other := table_of(Comment).alias())
        .where(other.c.root_id == Comment.id, other.c.id != Comment.id)
        .scalar_subquery()
    )
    roots = Comment.thread_id == thread_id, Comment.depth == 0
    session.execute(
        update(Comment).where(*roots).values(descendants=below).execution_options(synchronize_session=False)
    )
    last = {"next_seq": len(rows) + 1, "last_seq": len(rows), "comments": len(rows), "last_at": now()}
    session.execute(update(Thread).where(Thread.id == thread_id).values(version=Thread.version + 1, **last))
    if db.engine.dialect.name == "postgresql":
        session.execute(text("SELECT setval(pg_get_serial_sequence('comments', 'id'), (SELECT max(id) FROM comments))"))


def _tidy() -> None:
    """Do what PostgreSQL does by itself in the night after so much arrived."""
    engine = db.engine
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT", postgresql_readonly=False) as connection:
            for table in ("comments", "comment_revisions", "threads"):
                connection.execute(text(f"VACUUM (ANALYZE) {table}"))


# --- Timing -------------------------------------------------------------------------------------------------------


def _in_turns(times: int, one: Callable[[], object], other: Callable[[], object]) -> tuple[Result, Result]:
    first, second = Result(), Result()
    for number in range(times + 10):
        took = _time(one), _time(other)
        if number >= 10:  # the first ones warm up
            first.latencies.append(took[0])
            second.latencies.append(took[1])
    return first, second


def _timed(times: int, act: Callable[[], object]) -> Result:
    result = Result()
    result.latencies += [_time(act) for _ in range(times)]
    return result


def _time(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
