"""Documents of the demonstration's hearings: real PDFs, set when the town is planted. Every figure is invented."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final

import typst

from karavan.files.checking import PDF, Examined

_MADE: Final = int(datetime.fromisoformat("2026-01-01T00:00:00+00:00").timestamp())
"""Not the moment of planting: the same paper has the same fingerprint in every demonstration."""
_TEMPLATE: Final = b"""
#let told = json(bytes(sys.inputs.paper))
#set document(title: told.title, date: datetime(year: 2026, month: 1, day: 1))
#set page(paper: "a4", margin: 24mm, footer: context { set text(9pt); told.note; h(1fr); counter(page).display("1") })
#set text(lang: told.lang, font: "Libertinus Serif", size: 11pt)
#show heading: set block(below: 0.8em)
#for part in told.parts {
  heading(level: 1, part.title)
  for one in part.text { par(one) }
  if part.rows.len() > 0 {
    table(columns: part.rows.first().len(), inset: 7pt, ..part.rows.flatten())
  }
}
"""


@dataclass(frozen=True, kw_only=True)
class Half:
    """A paper in one language."""

    title: str
    text: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A document as it lies in a bundle: Kazakh first, Russian below."""

    name: str
    kk: Half
    ru: Half


@cache
def printed(paper: Paper) -> Examined:
    """Return a paper as a file that has come through the door."""
    halves = [{"title": half.title, "text": half.text, "rows": half.rows} for half in (paper.kk, paper.ru)]
    told = {
        "title": paper.kk.title,
        "lang": "kk",
        "note": "Демонстрация: барлық сан ойдан шығарылған / все числа вымышлены",
        "parts": halves,
    }
    made = typst.compile(
        _TEMPLATE,
        ignore_system_fonts=True,
        sys_inputs={"paper": json.dumps(told, ensure_ascii=False)},
        timestamp=_MADE,
    )
    assert isinstance(made, bytes)  # noqa: S101 -- one document is asked for
    return Examined(PDF, made, pages=1)
