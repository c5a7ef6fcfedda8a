"""How the record calls what its entries are about, without knowing the domains, which all lie above it.

`app.extensions["karavan.subjects"]` holds one function for each kind of subject, put there by the factory:
`{"event": karavan.events.subjects.name_events}`. It is given ids and the reader's language, and leaves out what the
reader must not see; such a subject is shown without a name.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from flask import current_app

from karavan.web.locale import lang


class Subject(NamedTuple):
    """What an entry is about: its title, the language that title is really in, and its page."""

    title: str
    lang: str
    url: str


Namer = Callable[[Collection[int], str], Mapping[int, Subject]]


def named(kind: str, ids: Collection[int]) -> Mapping[int, Subject]:
    """Return the names of these subjects, as far as a domain knows and shows them."""
    namers: dict[str, Namer] = current_app.extensions.get("karavan.subjects", {})
    return namers[kind](ids, lang()) if ids and kind in namers else {}
