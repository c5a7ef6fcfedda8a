"""What the rules of reports refuse, in sentences."""

from karavan.core.problems import Message, Problem


class NothingToReport(Problem):
    """A draft, or an event that was cancelled."""

    text = Message("This event was not held, so there is nothing to report.")


class NotOverYet(Problem):
    """Its figures still change."""

    text = Message("The report can be accepted when the event is over.")


class HoursForgotten(Problem):
    """Somebody came on a day of which nobody said how long it was."""

    text = Message("Say first for how many hours each day counts: on one of them people came, and it counts for none.")


class AcceptedAlready(Problem):
    """Somebody else was quicker."""

    status = 409
    text = Message("The report has been accepted already.")


class FiguresChanged(Problem):
    """Somebody was marked, or answered, after these figures were read."""

    status = 409
    text = Message(
        "The figures have changed since you opened this page. They stand here as they are now: look at them again."
    )
