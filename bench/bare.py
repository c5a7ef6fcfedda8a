"""The reference: a plain Flask + Jinja page, as large as ours, without database, session, sign-in or translation.

    GET /page?size=30000

It is what a careful beginner writes: a layout with its links by `url_for`, and as many list items from memory as make
up the size, eleven escaped values and a link each. `karavan.serving` keeps the garbage collector from looking through
what never goes away; here too, so that the reference does not lose by it.
"""

from __future__ import annotations

import gc
from functools import cache
from typing import NamedTuple

from flask import Flask, render_template, request
from jinja2 import DictLoader

LAYOUT = """<!doctype html>
<html lang="ru">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>{% block title %}{% endblock %} — Plain</title>
    <meta name="description" content="{{ description }}">
    <link rel="icon" href="{{ url_for("file", name="favicon.svg") }}" type="image/svg+xml">
    <link rel="stylesheet" href="{{ url_for("file", name="plain.css") }}">
  </head>
  <body>
    <header class="top">
      <a class="brand" href="{{ url_for("home") }}">Plain</a>
      <nav aria-label="Languages">
        {% for code in languages %}
          <a href="{{ url_for("page", lang=code) }}" lang="{{ code }}">{{ code }}</a>
        {% endfor %}
      </nav>
      <nav aria-label="Main menu">
        <ul>
          <li><a href="{{ url_for("page") }}" aria-current="page">Events</a></li>
          <li><a href="{{ url_for("file", name="mine") }}">My events</a></li>
          <li><a href="{{ url_for("file", name="about") }}">About</a></li>
          <li><a href="{{ url_for("file", name="account") }}">{{ person }}</a></li>
        </ul>
      </nav>
    </header>
    <main id="main">{% block main %}{% endblock %}</main>
    <footer>
      <ul>
        <li><a href="{{ url_for("file", name="about") }}">What is this?</a></li>
        <li><a href="{{ url_for("file", name="privacy") }}">How personal data is protected</a></li>
        <li><a href="{{ url_for("file", name="accessibility") }}">Accessibility statement</a></li>
        <li><a href="{{ url_for("file", name="record") }}">Public record</a></li>
        <li><a href="{{ url_for("file", name="source") }}">Source code</a></li>
        <li><a href="{{ url_for("file", name="help") }}">How to reach us</a></li>
      </ul>
    </footer>
    <script src="{{ url_for("file", name="plain.js") }}"></script>
  </body>
</html>
"""
PAGE = """{% extends "layout.html" %}
{% block title %}{{ title }}{% endblock %}
{% block main %}
  <h1>{{ title }}</h1>
  <form method="get" action="{{ url_for("page") }}">
    <label for="q">Words</label><input id="q" name="q" value="{{ words }}">
    <button type="submit">Show</button>
  </form>
  <p role="status">{{ events | length }} events</p>
  <ul class="list">
    {% for event in events %}
      <li class="item">
        <time class="date" datetime="{{ event.day }}">
          <b>{{ event.month }}</b> <span>{{ event.number }}</span> <i>{{ event.weekday }}</i>
        </time>
        <div>
          <p class="row"><span class="pill">{{ event.kind }}</span></p>
          <h3><a href="{{ url_for("show", slug=event.slug) }}">{{ event.title }}</a></h3>
          <p class="meta"><span>{{ event.hours }}</span><span>{{ event.venue }}, {{ event.place }}</span></p>
        </div>
        <div class="small">{{ event.seats }}</div>
        SVG
      </li>
    {% endfor %}
  </ul>
  {{ rest }}
{% endblock %}
""".replace(
    "SVG",
    '<svg class="seats" viewBox="0 0 280 18" width="280" height="18" aria-hidden="true">'
    + "".join(f'<path class="t" d="M{14 * n + 1} 17V8a5.5 6.5 0 0 1 11 0v9z"/>' for n in range(14))
    + "</svg>",
)


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
    seats: str


EVENTS = [
    Event("2026-12-05", "декабрь", 5, "суббота", "Обучение", f"seminar-{n}", "Региональный семинар: гражданский бюджет",
          "10:00–13:00", "Дом дружбы", "город Актау", "12 мест свободно · 20 всего")
    for n in range(60)
]  # fmt: skip

app = Flask("bare")
app.jinja_loader = DictLoader({"layout.html": LAYOUT, "page.html": PAGE})  # type: ignore[assignment]


@app.get("/")
def home() -> str:
    return ""


@app.get("/healthz")
def healthz() -> str:
    return "ok"


@app.get("/file/<name>")
def file(name: str) -> str:
    return name


@app.get("/event/<slug>")
def show(slug: str) -> str:
    return slug


@app.get("/page")
def page() -> str:
    return _draw(*_fitting(int(request.args.get("size", "16000"))))


def _draw(items: int, rest: str) -> str:
    return render_template(
        "page.html", title="Мероприятия", description="Обучение, поездки и слушания", languages=("kk", "ru", "en"),
        person="Әмина", words="", events=EVENTS[:items], rest=rest,
    )  # fmt: skip


@cache
def _fitting(size: int) -> tuple[int, str]:
    """Return how many items, and how much plain text after them, make a page of this size."""
    items = max(n for n in range(len(EVENTS)) if n == 0 or len(_draw(n, "").encode()) <= size)
    return items, "x" * max(0, size - len(_draw(items, "").encode()))


gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 50)
