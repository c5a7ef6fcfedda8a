"""Figures as a table: for a terminal, or as Markdown for docs/benchmarks.md."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.load import Result
    from bench.servers import Cost


@dataclass(kw_only=True)
class Row:
    """One comparison: ours, the reference measured beside it, and what we wanted."""

    part: str
    """What was asked for when it was measured: `bin/bench --part`."""
    what: str
    where: str
    ours: str
    reference: str = "–"
    ratio: float | None = None
    aim: str = "–"
    floor: str = "–"
    good: bool | None = None
    """Is the aim reached?"""
    enough: bool | None = None
    """Is the floor reached?"""

    @property
    def verdict(self) -> str:
        """Say it in a word."""
        if self.good is None:
            return ""
        return "reached" if self.good else "above the floor" if self.enough else "BELOW THE FLOOR"

    def cells(self) -> tuple[str, ...]:
        """Return the row as text."""
        ratio = "–" if self.ratio is None else f"{self.ratio:.2f} ×"
        return self.what, self.where, self.ours, self.reference, ratio, self.aim, self.floor, self.verdict


@dataclass
class Report:
    """All rows, and remarks below them."""

    rows: list[Row] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    part: str = ""
    """What is being measured now."""

    HEAD = ("what", "where", "ours", "reference", "ratio", "aim", "floor", "")

    def ratio(
        self, what: str, where: str, ours: str, reference: str, ratio: float, *, aim: float, floor: float
    ) -> None:
        """Add a comparison where more is better."""
        self.rows.append(
            Row(
                part=self.part, what=what, where=where, ours=ours, reference=reference, ratio=ratio,
                aim=f"≥ {aim:g} ×", floor=f"≥ {floor:g} ×", good=ratio >= aim, enough=ratio >= floor,
            )
        )  # fmt: skip

    def fact(self, what: str, where: str, ours: str, *, aim: str, floor: str, good: bool, enough: bool) -> None:
        """Add a figure with a bound of its own."""
        self.rows.append(
            Row(
                part=self.part, what=what, where=where, ours=ours,
                aim=aim, floor=floor, good=good, enough=enough,
            )
        )  # fmt: skip

    def aside(self, what: str, where: str, ours: str, reference: str = "–", ratio: float | None = None) -> None:
        """Add a figure that nothing is asked of."""
        self.rows.append(Row(part=self.part, what=what, where=where, ours=ours, reference=reference, ratio=ratio))

    def text(self) -> str:
        """Return the table for a terminal."""
        table = [self.HEAD, *(row.cells() for row in self.rows)]
        widths = [max(len(row[column]) for row in table) for column in range(len(self.HEAD))]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table
        ]
        return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:], "", *self.remarks])

    def markdown(self, part: str) -> str:
        """Return the table of one part for the documentation."""
        measured = [row.cells() for row in self.rows if row.part == part]
        rows = [self.HEAD, ("---",) * len(self.HEAD), *measured]
        return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def milliseconds(seconds: float) -> str:
    """Write a short time."""
    return f"{seconds * 1000:.1f}" if seconds < 0.1 else f"{seconds * 1000:.0f}"


def spread(result: Result) -> str:
    """Write p50, p99 and the maximum."""
    shown = "/".join(milliseconds(result.quantile(share)) for share in (0.5, 0.99, 1.0))
    return f"{shown} ms"


def speed(result: Result, cost: Cost | None = None) -> str:
    """Write a rate with its spread, and what an answer cost the server's processor."""
    cpu = f", {cost.cpu / max(1, len(result.latencies)) * 1000:.2f} ms CPU" if cost and cost.cpu else ""
    return f"{result.rate:,.0f}/s ({spread(result)}{cpu})"
