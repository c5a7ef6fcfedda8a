"""What the door refuses, in sentences."""

from karavan.core.problems import Message, NotFound, Problem


class NoPassHere(NotFound):
    """No pass of this event on this device; the event may not even exist: the two look alike."""

    text = Message("There is no pass for this door on this device. Ask the organiser for a link.")


class PassTakenBack(Problem):
    """The organiser took the pass back: a phone was lost."""

    status = 410
    text = Message("The organiser has taken this pass back. Nothing can be done with it any more.")


class PassIsOver(Problem):
    """The day of the pass has ended."""

    status = 410
    text = Message("The day of this pass is over. Ask the organiser for another one.")


class PassIsLocked(Problem):
    """Too many wrong PINs."""

    text = Message("The PIN was wrong too often: this pass is locked. Ask the organiser for another one.")


class WrongPin(Problem):
    """The digits do not match; some tries are left."""

    where = "pin"


class DayIsNoDoorDay(Problem):
    """The day has passed, or it is no day of the event."""

    where = "day"
    text = Message("Choose a day of the event that is not over.")


class TooFewLetters(Problem):
    """A name is looked for by three letters at least."""

    where = "q"
    text = Message("Enter at least three letters of the name.")
