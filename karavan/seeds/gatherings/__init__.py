"""The town's events, one file each."""

from typing import Final

from karavan.seeds.gatherings.budget_training import BUDGET_TRAINING
from karavan.seeds.gatherings.caravan_of_leaders import CARAVAN_OF_LEADERS
from karavan.seeds.gatherings.council_forum import COUNCIL_FORUM
from karavan.seeds.gatherings.heating_tariff import HEATING_TARIFF
from karavan.seeds.gatherings.leaders_camp import LEADERS_CAMP
from karavan.seeds.gatherings.open_meeting import OPEN_MEETING
from karavan.seeds.gatherings.public_control_online import PUBLIC_CONTROL_ONLINE
from karavan.seeds.gatherings.road_to_the_port import ROAD_TO_THE_PORT
from karavan.seeds.gatherings.school_module_1 import SCHOOL_MODULE_1
from karavan.seeds.gatherings.school_module_2 import SCHOOL_MODULE_2
from karavan.seeds.gatherings.study_tour import STUDY_TOUR
from karavan.seeds.gatherings.volunteers_dialogue import VOLUNTEERS_DIALOGUE
from karavan.seeds.gatherings.winter_tour import WINTER_TOUR
from karavan.seeds.gatherings.writing_proposals import WRITING_PROPOSALS
from karavan.seeds.gatherings.youth_and_work import YOUTH_AND_WORK

GATHERINGS: Final = (
    CARAVAN_OF_LEADERS,
    SCHOOL_MODULE_1,
    YOUTH_AND_WORK,
    HEATING_TARIFF,
    OPEN_MEETING,
    ROAD_TO_THE_PORT,
    WRITING_PROPOSALS,
    PUBLIC_CONTROL_ONLINE,
    STUDY_TOUR,
    SCHOOL_MODULE_2,
    LEADERS_CAMP,
    WINTER_TOUR,
    COUNCIL_FORUM,
)
PAST: Final = (BUDGET_TRAINING, VOLUNTEERS_DIALOGUE)
"""What was held already: who came, and what became of it, stands in `seeds.desk`."""
