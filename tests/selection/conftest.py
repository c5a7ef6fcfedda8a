"""What the tests of the selection share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.cast import Cast
    from tests.support.visit import Visit


@pytest.fixture
def desk(visit: Visit, cast: Cast) -> Visit:
    """Bekzat's browser: he organises events of the alliance, and has signed in."""
    visit.sign_in(cast.bekzat)
    return visit
