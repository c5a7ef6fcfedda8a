"""What the rules of what comes after an event refuse, in sentences."""

from karavan.core.problems import Message, Problem


class NotOverYet(Problem):
    """Nobody has attended what is still to come."""

    text = Message("Certificates can be issued when the event is over.")


class NotHeld(Problem):
    """A draft or a cancelled event was attended by nobody."""

    text = Message("This event was not held, so there is nothing to certify.")


class NobodyCame(Problem):
    """No marks of arrival, or none on a day that counts."""

    text = Message(
        "There is nobody to give a certificate to: mark who came, and say for how many hours each day counts."
    )


class HoursMissing(Problem):
    """Somebody came on a day of which nobody said how long it was."""

    text = Message("Say first for how many hours each day counts: on one of them people came, and it counts for none.")


class AlreadyRevoked(Problem):
    """Somebody else was quicker."""

    status = 409
    text = Message("This certificate has been revoked already.")


class ReasonNamesHer(Problem):
    """Whoever reads the public record would learn who she is, for good."""

    where = "reason"
    text = Message(
        "The reason names the person. It stands in the public record, where nothing can be deleted: say it without her "
        "name."
    )


class CannotBeReplaced(Problem):
    """Nothing is left to say in a new one."""

    text = Message("There is nothing to say in a new certificate: this person is not marked as present on any day.")


class NotAskedNow(Problem):
    """The questions are asked from the end of the event for a month."""

    text = Message("The two questions are asked from the end of the event, for thirty days.")


class WasNotThere(Problem):
    """Only who came is asked."""

    text = Message("These questions are for those who were marked as present at the event.")


class TooManyPhotos(Problem):
    """A page has an end."""

    text = Message("There are as many photographs and papers as one event can have. Take one out first.")
