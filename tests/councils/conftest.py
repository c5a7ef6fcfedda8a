"""What the tests about councils share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from karavan.core.languages import Slots
from karavan.councils.models import CouncilLevel
from karavan.councils.rules import found_council
from tests.support.makers import write

if TYPE_CHECKING:
    from karavan.councils.models import Council
    from tests.support.cast import Cast
    from tests.support.visit import Visit


@pytest.fixture
def council(cast: Cast) -> Council:
    """The council of Aktau, whose secretary is Saule."""
    about = Slots(kk="Қаланың мәселелерін қарайды", ru="Рассматривает дела города", en="Considers the city's affairs")
    return write(
        found_council, cast.council.id, slug="aktau", level=CouncilLevel.CITY, place="aktau", about=about, position=1
    )


@pytest.fixture
def other(cast: Cast) -> Council:
    """Another council, of which Saule is nobody."""
    return write(
        found_council, cast.elsewhere.id, slug="beineu", level=CouncilLevel.DISTRICT, place="beineu", position=2
    )


@pytest.fixture
def desk(visit: Visit, cast: Cast, council: Council) -> Visit:
    """Saule's browser: she is the secretary of Aktau's council, and has signed in."""
    visit.sign_in(cast.saule)
    return visit
