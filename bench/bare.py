"""The reference: our list of events as a plain Flask + Jinja page, without database, session, sign-in or translation.

    GET /page?size=26000

It is what a careful beginner writes: one template over a layout, links by `url_for`, the same values in each item and
the same drawing, read from tuples in memory; sentences stand in the template. It is given as many items as fit the
size asked for, and plain text for the rest. The garbage collector is set as `karavan.serving` sets it.
"""

from __future__ import annotations

import gc
from functools import cache
from pathlib import Path
from typing import NamedTuple

from flask import Flask, render_template, request


class Event(NamedTuple):
    """What an item shows, as text."""

    day: str
    month: str
    number: int
    weekday: str
    kind: str
    slug: str
    title: str
    hours: str
    venue: str
    place: str
    room: int
    taken: int


class Asked(NamedTuple):
    """What the list is narrowed by."""

    words: str = ""
    place: str = ""
    kind: str = ""
    since: str = ""


EVENTS = [
    Event(
        day=f"2026-12-{1 + n % 28:02}",
        month="декабрь",
        number=1 + n % 28,
        weekday="понедельник",
        kind="Общественные слушания",
        slug=f"seminar-{n}",
        title="Проект тарифа на тепло: общественные слушания",
        hours="10:00–13:00",
        venue="Дом дружбы",
        place="город Актау",
        room=10 + 4 * (n % 14),
        taken=9,
    )
    for n in range(60)
]
PLACES = [(f"place{n}", name) for n, name in enumerate(("город Актау", "Жанаозен", "Бейнеу", "Каракия") * 3)]
KINDS = [("training", "Тренинг"), ("study_tour", "Поездка"), ("dialogue", "Диалог"), ("hearing", "Слушания")]

app = Flask("bare", template_folder="templates", root_path=str(Path(__file__).parent))


@app.get("/")
def home() -> str:
    return ""


@app.get("/healthz")
def healthz() -> str:
    return "ok"


@app.get("/pages/<name>")
def other(name: str) -> str:
    return name


@app.get("/events/<slug>")
def show(slug: str) -> str:
    return slug


@app.get("/page")
def page() -> str:
    return _draw(*_fitting(int(request.args.get("size", "26000"))))


def _draw(items: int, rest: str) -> str:
    return render_template(
        "list.html",
        title="События",
        description="Тренинги, поездки, диалоговые площадки и общественные слушания. Участие бесплатное.",
        languages=("kk", "ru", "en"),
        person="Әмина",
        icons="/static/img/icons.svg",
        asked=Asked(),
        places=PLACES,
        kinds=KINDS,
        events=EVENTS[:items],
        rest=rest,
    )


@cache
def _fitting(size: int) -> tuple[int, str]:
    """Return how many items, and how much plain text after them, make a page of this size."""
    items = max(n for n in range(len(EVENTS)) if n == 0 or len(_draw(n, "").encode()) <= size)
    return items, "x" * max(0, size - len(_draw(items, "").encode()))


gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 50)
