"""The organiser's list of people: search, messages, lists brought in and given out, who looked.

To whoever does not organise for its organisation, an event looks like none at all (404).
"""

from karavan.roster.views.desk import adding, export, listing, lists, looks, messages, moving, reminders
from karavan.roster.views.desk.room import blueprint

__all__ = ["adding", "blueprint", "export", "listing", "lists", "looks", "messages", "moving", "reminders"]
