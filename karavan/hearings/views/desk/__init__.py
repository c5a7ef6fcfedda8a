"""The secretary's desk: preparing a hearing, giving notice, the door, the response matrix, closing."""

from karavan.hearings.views.desk import documents, door, ending, matrix, notice, plan
from karavan.hearings.views.desk.room import blueprint

__all__ = ["blueprint", "documents", "door", "ending", "matrix", "notice", "plan"]
