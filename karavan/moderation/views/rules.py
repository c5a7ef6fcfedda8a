"""The rules of discussion, for everybody: what each asks, what breaks it and what does not, and how it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint

from karavan.councils.models import SettingKey
from karavan.councils.statute import DEFAULTS
from karavan.moderation import terms
from karavan.moderation.conduct import CLAUSES
from karavan.web.access import access, anyone
from karavan.web.reply import public, show

if TYPE_CHECKING:
    from flask import Response

blueprint = Blueprint("conduct", __name__, url_prefix="/<lang:lang>")

PAGE: Final = "moderation_public/rules.html"
KEPT_SECONDS: Final = 60


@blueprint.get("/rules")
@access(anyone)
def rules() -> Response:
    """Show the rules as they read now, and every earlier wording of each."""
    public(KEPT_SECONDS)
    return show(PAGE, clauses=CLAUSES, terms=terms, hours=DEFAULTS[SettingKey.MODERATION_HOURS].value)
