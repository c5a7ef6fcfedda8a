"""What the tests of the organiser's desk share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.signing_in import sign_in

if TYPE_CHECKING:
    from tests.support.cast import Cast
    from tests.support.visit import Visit


@pytest.fixture
def desk(visit: Visit, cast: Cast) -> Visit:
    """Bekzat's browser: he organises events of the alliance, and has signed in."""
    sign_in(visit, cast.bekzat.email)
    return visit
