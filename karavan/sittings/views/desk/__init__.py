"""The desk of secretaries: convening, the agenda, the room, items and their votes."""

from karavan.sittings.views.desk import agenda, items, preparing, room
from karavan.sittings.views.desk.place import blueprint

__all__ = ["agenda", "blueprint", "items", "preparing", "room"]
