"""What an event's people are called where more than one page or file says it."""

from __future__ import annotations

from typing import Final

from karavan.core.problems import N_
from karavan.events.models import AttendeeRole, Sex

SEXES: Final = ((Sex.FEMALE, N_("Woman")), (Sex.MALE, N_("Man")))
ROLES: Final = (
    (AttendeeRole.RESIDENT, N_("Resident")),
    (AttendeeRole.ACTIVIST, N_("Activist")),
    (AttendeeRole.COUNCIL_MEMBER, N_("Member of a public council")),
    (AttendeeRole.DEPUTY, N_("Deputy of a maslikhat")),
    (AttendeeRole.NGO, N_("From a non-profit organisation")),
    (AttendeeRole.STATE_BODY, N_("From a state body")),
    (AttendeeRole.MEDIA, N_("Journalist")),
)
