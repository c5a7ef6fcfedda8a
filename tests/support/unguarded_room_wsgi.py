"""Karavan whose sittings are decided whoever is in the room, for the test which must meet the database then."""

from __future__ import annotations

from karavan import create_app
from karavan.sittings.queries import room_of
from karavan.sittings.rules import vote

vote._refuse_without_quorum = room_of
app = create_app()
