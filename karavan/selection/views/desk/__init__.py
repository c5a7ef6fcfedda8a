"""The organiser's side of a selection: the call, reviewers, applications, the choice, its release.

Whoever has no organiser's role is told so (403); an event of another organisation looks like none at all (404).
"""

from karavan.selection.views.desk import applications, planning, steps
from karavan.selection.views.desk.room import blueprint

__all__ = ["applications", "blueprint", "planning", "steps"]
