"""What other domains hang on a council's page, without councils knowing them, which all lie above or beside.

`app.extensions["karavan.council_sections"]` holds functions by name, put there by the factory in the order in which
they stand on the page: `{"recommendations": karavan.proposals.council_section.recommendations_section}`. Each is given
the council and the reader's language, and returns a `Section`, or None where it has nothing to say. A member's page
does the same with `app.extensions["karavan.member_sections"]`: council, member and language are given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from flask import current_app

from karavan.web.locale import lang

if TYPE_CHECKING:
    from karavan.councils.models import Council, Member


class Figure(NamedTuple):
    """One number at the top of the page, already in the reader's language: «Answered in time», «24 / 28»."""

    label: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of the page: its heading in the reader's language, and a template that is given `part`."""

    heading: str = ""
    template: str = ""
    """Drawn below the heading; empty: this one only has figures. It finds its own things in `part.context`."""
    context: Mapping[str, Any] = field(default_factory=dict)
    count: int | None = None
    """Stands beside the heading in the tabs."""
    figures: tuple[Figure, ...] = ()
    action: tuple[str, str] | None = None
    """Words and address of a button at the top of the page: «Submit a proposal to this council»."""


Offer = Callable[["Council", str], Section | None]
MemberOffer = Callable[["Council", "Member", str], Section | None]


def sections_of(council: Council) -> dict[str, Section]:
    """Return what the other domains have to say of a council; the names are the anchors on the page."""
    offered: dict[str, Offer] = current_app.extensions.get("karavan.council_sections", {})
    found = ((name, offer(council, lang())) for name, offer in offered.items())
    return {name: section for name, section in found if section is not None}


def sections_of_member(council: Council, member: Member) -> dict[str, Section]:
    """Return what the other domains have to say of a member."""
    offered: dict[str, MemberOffer] = current_app.extensions.get("karavan.member_sections", {})
    found = ((name, offer(council, member, lang())) for name, offer in offered.items())
    return {name: section for name, section in found if section is not None}
