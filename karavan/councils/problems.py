"""What the rules about councils refuse, in sentences."""

from karavan.core.problems import Message, Problem


class BadSetting(Problem):
    """A statute cannot settle it like this."""

    where = "value"
    text = Message("The statute cannot have this value. Check the numbers and choose again.")


class MandateBackwards(Problem):
    """It would end before it begins."""

    text = Message("The mandate must end after it begins.")


class MandateTooLong(Problem):
    """Longer than the statute in force on its first day allows."""


class ChairFromTheState(Problem):
    """The law wants the chair to be no civil servant (383-V, art. 13)."""

    text = Message("A civil servant cannot chair a public council (Law No. 383-V, art. 13).")


class OfficeIsHeld(Problem):
    """A council has one chair at a time."""

    text = Message("Somebody else holds this office at that time. End that mandate or change that office first.")


class AlreadySeated(Problem):
    """The same person cannot sit twice at once."""

    text = Message("This person already sits in the council at that time.")


class NotOfThisCouncil(Problem):
    """A commission of another council."""

    text = Message("Choose one of the answers offered.")


class EndOutsideMandate(Problem):
    """A mandate ends early within itself or not at all."""

    text = Message("The day must lie within the mandate.")


class MandateHasEnded(Problem):
    """What is history stays as it is."""

    status = 409
    text = Message("This mandate has already ended.")


class NoConsent(Problem):
    """No photo without her word."""

    text = Message("Tick that the member agreed: without consent no photo is kept.")


class NoPicture(Problem):
    """A photo is a picture."""

    text = Message("Choose a picture: a JPEG, PNG or WebP file.")


class PromiseAlreadyJudged(Problem):
    """Somebody else said what became of it."""

    status = 409
    text = Message("It has already been noted what became of this promise.")


class NotBeforeItWasMade(Problem):
    """Nothing becomes of a promise before it was made."""

    text = Message("The day cannot be before the promise was made.")


class NotYet(Problem):
    """Nothing can have happened on a day that lies ahead."""

    text = Message("This day has not come yet.")
