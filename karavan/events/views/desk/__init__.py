"""The organiser's desk: making events, publishing and cancelling them, and who came.

Whoever has no organiser's role is told so (403); an event of another organisation looks like none at all (404).
"""

from karavan.events.views.desk import cover, door, events, timing
from karavan.events.views.desk.room import blueprint

__all__ = ["blueprint", "cover", "door", "events", "timing"]
