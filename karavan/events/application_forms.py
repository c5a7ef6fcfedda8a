"""The registration form as one person fills it in who applies: made for the package that selects people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from karavan.core.problems import N_
from karavan.events.forms import RegistrationForm, registration_form

if TYPE_CHECKING:
    from karavan.events.models import Event
    from karavan.web.forms import Rows


class ApplicationForm(RegistrationForm):
    """Applying for oneself: one person, with what the event asks, and its questions."""

    def validate_people(self, field: Rows) -> None:
        """A selection chooses people, not households."""
        if len(field.entries) != 1:
            field.errors = [N_("Everybody applies for herself or himself.")]

    def validate_at_least(self, field: Any) -> None:
        """There is nothing to choose for one person."""
        field.data = "0"


def application_form(event: Event, **kwargs: Any) -> ApplicationForm:
    """Build the form of one event."""
    form = registration_form(event, ApplicationForm, **kwargs)
    assert isinstance(form, ApplicationForm)  # noqa: S101 -- what was asked for
    return form
