"""What people type who flag, appeal or look for a receipt, turned into values. The rules decide."""

from __future__ import annotations

from typing import Any, Final

from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import StopValidation

from karavan.core.problems import N_
from karavan.core.tokens import read_receipt
from karavan.moderation.conduct import CLAUSES
from karavan.moderation.rules.appeal import LONGEST, SHORTEST
from karavan.web.fields import Radios
from karavan.web.forms import Form, Optional, Required, line, text, whole_number
from karavan.web.locale import lang

NOTE: Final = 500


class FlagForm(Form):
    """Which rule a text breaks."""

    clause = Radios(N_("Which rule does it break?"), [Required(N_("Choose the rule that the comment breaks."))])
    note = TextAreaField(
        N_("What the moderator should look at"), [Optional(), text(NOTE)], render_kw={"rows": 3, "maxlength": NOTE}
    )
    revision = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the rules in the reader's language."""
        super().__init__(*args, **kwargs)
        self.clause.choices = {one.code: f"{one.number}. {one.current.title.best(lang()).text}" for one in CLAUSES}

    @property
    def read_revision(self) -> int:
        """Return which text she had read."""
        return whole_number(self.revision.data)


class AppealForm(Form):
    """Why somebody asks that a decision is looked at again."""

    words = TextAreaField(
        N_("Why the decision should be another"),
        [Required(N_("Write why the decision should be another.")), text(LONGEST)],
        render_kw={"rows": 8},
    )

    def validate_words(self, field: Any) -> None:
        """Ask for more than a word or two."""
        if len((field.data or "").strip()) < SHORTEST:
            raise StopValidation(N_("Write a little more: what should be looked at again, and why?"))


class ReceiptForm(Form):
    """The code of a receipt, as people type codes: with spaces, hyphens, in small letters."""

    code = StringField(
        N_("Code of the receipt"),
        [Required(N_("Enter the code.")), line(40)],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )

    def validate_code(self, field: Any) -> None:
        """Refuse what cannot be a code."""
        if read_receipt(field.data or "") is None:
            raise StopValidation(N_("A code has twelve letters and digits. Check what you typed."))
