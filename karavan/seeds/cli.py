"""What an operator types to get a demonstration town."""

from __future__ import annotations

from flask.cli import AppGroup

from karavan.core.clock import now
from karavan.core.database import transact
from karavan.seeds.town import plant_town

commands = AppGroup("town", help="The demonstration town: invented people, invented events, one real study tour.")


@commands.command("plant")
def plant() -> None:
    """Plant the town into an empty database; leave any other as it is."""
    planted = transact(plant_town, now=now())
    print("The town is planted." if planted else "There are events already: nothing was changed.")
