"""What a person decides about her own data."""

from __future__ import annotations

from wtforms import BooleanField

from karavan.core.problems import N_
from karavan.web.forms import Form, Required


class ErasureForm(Form):
    """The decision to erase, said twice: by a tick and by the button."""

    sure = BooleanField(
        N_("I understand that this cannot be undone."),
        [Required(N_("Tick that you understand: nobody can bring the data back, we neither."))],
    )
