"""What the rules about protocols refuse, in sentences."""

from karavan.core.problems import Message, Problem


class ChangedMeanwhile(Problem):
    """Somebody else changed it after this page was opened."""

    status = 409
    text = Message("This has changed since you opened the page. Look at what stands now, then decide again.")


class NotOverYet(Problem):
    """Minutes tell what happened; it has not happened yet, or is still going on."""

    status = 409
    text = Message("Minutes can be written once it is over.")


class NotAtThisStage(Problem):
    """The act does not fit where the protocol is."""

    status = 409
    text = Message("This cannot be done at the stage the minutes are at now.")


class AlreadyPublished(Problem):
    """What was published stands."""

    status = 409
    text = Message("These minutes are published and can no longer be changed.")


class NothingChanged(Problem):
    """An edit that changes nothing makes no version."""

    text = Message("Nothing in the text was changed.")


class BothLanguages(Problem):
    """A protocol says the same in Kazakh and in Russian."""

    text = Message("Write it in Kazakh and in Russian: the minutes are published in both.")


class TookNoPart(Problem):
    """Only those who were there know how it was."""

    status = 403
    text = Message("Corrections can be asked for by those who took part.")


class CorrectionsAreOver(Problem):
    """The days for it have passed, or have not begun."""

    status = 409
    text = Message("Corrections cannot be asked for now: the days for it have passed.")


class TooManyCorrections(Problem):
    """One person, so many corrections."""

    text = Message("You have asked for many corrections already. Please write to the council's secretary.")


class DecidedAlready(Problem):
    """The secretary decided on it before."""

    status = 409
    text = Message("This request has been decided already.")


class CorrectionsStillOpen(Problem):
    """Nobody agrees to minutes while others may still correct them."""

    status = 409
    text = Message("Those who took part may still ask for corrections. Agree when the days for it have passed.")


class RequestsUndecided(Problem):
    """Every request gets a word before anybody agrees."""

    status = 409
    text = Message("There are requests for corrections without an answer. Decide on each of them first.")


class MoreHasHappened(Problem):
    """Since it was written, something was added or taken down: a special opinion, an answer, a text that is gone."""

    status = 409
    text = Message("Something was added or taken down since the minutes were written. Write them anew first.")


class SamePerson(Problem):
    """Chair and secretary are two people."""

    text = Message("Chair and secretary must be two different people.")


class NotAgreed(Problem):
    """Published is what both agreed to."""

    status = 409
    text = Message("Both the chair and the secretary have to agree to it first.")
