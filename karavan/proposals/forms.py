"""What authors, supporters and followers type about a submission, turned into values. The rules decide."""

from __future__ import annotations

from typing import Any, Final

from wtforms import StringField, TextAreaField

from karavan.core.languages import Slots
from karavan.core.problems import N_
from karavan.proposals.models import Pace
from karavan.proposals.rules.write import Words
from karavan.web.fields import Radios
from karavan.web.forms import Form, Optional, Required, Versioned, line, text
from karavan.web.locale import lang

TITLE: Final = 120
TEXT: Final = 4000
"""How long the title, and each of the two texts, may be."""
REASON: Final = 600

SCORES: Final = (
    ("3", N_("It answers what was proposed")),
    ("2", N_("It answers in part")),
    ("1", N_("It does not answer")),
)
PACES: Final = (
    (Pace.AT_ONCE.value, N_("At once")),
    (Pace.DAILY.value, N_("Once a day")),
    (Pace.WEEKLY.value, N_("Once a week, on Mondays")),
)


class PressForm(Form):
    """Only a button."""


class EditForm(Versioned):
    """The text of a submission, changed by its author."""

    title = StringField(N_("Title"), [Required(N_("Say in one line what you propose.")), line(TITLE)])
    problem = TextAreaField(N_("What is wrong"), [Required(N_("Write what is wrong.")), text(TEXT)])
    solution = TextAreaField(N_("What you propose"), [Required(N_("Write what you propose.")), text(TEXT)])

    def words(self) -> Words:
        """Return the typed text."""
        return Words(title=self.title.data or "", problem=self.problem.data or "", solution=self.solution.data or "")


class EndForm(Versioned):
    """Taking a submission back."""

    reason = TextAreaField(
        N_("Reason"), [Required(N_("Write why: the reason is published.")), text(REASON)], render_kw={"rows": 4}
    )

    def slots(self, written_in: str) -> Slots:
        """Return the reason in the language of the page; on English pages in that of the submission.

        A reason must be there in Kazakh or in Russian, and the author writes what everybody shall read in the
        language in which she wrote all the rest. The page says so.
        """
        code = lang() if lang() != "en" else written_in
        return Slots(**{code if code in ("kk", "ru") else "ru": self.reason.data or ""})


class JoiningForm(Versioned):
    """Yes or no to joining; the two buttons say which."""


class RatingForm(Form):
    """What an author thinks of an answer."""

    score = Radios(N_("Does the answer answer?"), [Required(N_("Choose one of the three."))], choices=SCORES)
    note = TextAreaField(N_("Why you think so"), [Optional(), text(REASON)], render_kw={"rows": 4})

    def validate_note(self, field: Any) -> None:
        """Nothing typed is an empty note."""
        field.data = field.data or ""


class ObjectionForm(Form):
    """Why an author contests an answer."""

    reason = TextAreaField(
        N_("What the answer leaves open or gets wrong"),
        [Required(N_("Write what the council should look at again.")), text(TEXT)],
        render_kw={"rows": 8},
    )


class FollowForm(Form):
    """How often somebody wants to hear."""

    pace = Radios(N_("How often we write"), [Required(N_("Choose how often."))], choices=PACES)
