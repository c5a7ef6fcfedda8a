"""How the answers after an event are called: in the form, in the report."""

from __future__ import annotations

from typing import Final

from karavan.core.problems import N_

RATINGS: Final = (
    ("5", N_("5: very useful")),
    ("4", N_("4: useful")),
    ("3", N_("3: in part")),
    ("2", N_("2: hardly")),
    ("1", N_("1: not useful")),
)
