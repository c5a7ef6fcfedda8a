"""What organisers type about reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wtforms import BooleanField, HiddenField

from karavan.core.problems import N_
from karavan.web.fields import Choice, DayField, WholeNumber, complain
from karavan.web.forms import Form, Required

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from werkzeug.datastructures import MultiDict

    from karavan.accounts.models import Organisation

MOST_DAYS = 3650


class AcceptanceForm(Form):
    """That the report is accepted as it stands here."""

    mark = HiddenField()
    keep_days = WholeNumber(N_("Days for which personal data are still kept"), 0, MOST_DAYS)
    agreed = BooleanField(
        N_("I have checked the figures, and the customer of the project accepts the report."),
        [Required(N_("Tick that the figures are checked and the report is accepted."))],
    )


class PeriodForm(Form):
    """Whose events, from which day to which. Sent by GET: it changes nothing, so it needs no token."""

    class Meta(Form.Meta):
        """No token in an address."""

        csrf = False

    organisation = Choice(N_("Organisation"), [Required(N_("Choose an organisation."))])
    since = DayField(N_("From"), [Required(N_("Enter the first day of the period."))])
    until = DayField(N_("To"), [Required(N_("Enter the last day of the period."))])

    @property
    def first(self) -> date:
        """The first day, once the form is right."""
        assert self.since.data is not None  # noqa: S101 -- required
        return self.since.data

    @property
    def last(self) -> date:
        """The last day, once the form is right."""
        assert self.until.data is not None  # noqa: S101 -- required
        return self.until.data

    def validate(self, extra_validators: Any = None) -> bool:
        """A period ends after it begins."""
        good = super().validate(extra_validators)
        first, last = self.since.data, self.until.data
        wrong = [(self.until, N_("The last day is before the first."))] if first and last and last < first else []
        return complain(wrong) and good


def period_form(
    asked: MultiDict[str, str], organisations: Sequence[Organisation], *, lang: str, since: date, until: date
) -> PeriodForm:
    """Build the form; what nobody asked for is this year until today, of the first organisation."""
    usual = {"organisation": str(organisations[0].id) if organisations else "", "since": since, "until": until}
    sent = asked.copy()
    for name, value in usual.items():
        sent.setdefault(name, str(value))
    form = PeriodForm(formdata=sent)
    form.organisation.choices = [(str(one.id), one.name.best(lang).text) for one in organisations]
    return form
