"""What the rules of discussion refuse, in sentences."""

from karavan.core.problems import Message, Problem


class ChangedMeanwhile(Problem):
    """Somebody else acted on it after this page was opened."""

    status = 409
    text = Message("This has changed since you opened the page. Look at what stands now, then decide again.")


class NotYours(Problem):
    """Only the author may do this."""

    status = 403
    text = Message("Only the author can do this.")


class NameMissing(Problem):
    """Readers see by whom a comment is; an account may be without a name."""

    text = Message(
        "Enter your name on the page of your settings first. Readers see the first name and one letter of the surname."
    )


class ThreadClosed(Problem):
    """Nothing more is written here."""

    status = 409
    text = Message("This discussion is closed: it can be read, and nothing more is written in it.")


class ThreadIsFull(Problem):
    """There is no number left for another comment."""

    status = 409
    text = Message("This discussion holds as many comments as it can.")


class ParentGone(Problem):
    """What she answers cannot be read any more; her text is kept in the form."""

    status = 409
    text = Message(
        "The comment you answer can no longer be read. Your text is still here: write it as a comment of its own."
    )


class WritingPaused(Problem):
    """A measure against her; it ends by itself."""

    status = 409
    text = Message(
        "You cannot write here now. This ends by itself. Until: %(until)s. The rule that was broken: %(rule)s."
    )


class WritingClosed(Problem):
    """A measure against her that has no end."""

    status = 409
    text = Message(
        "You can no longer write on this site. You can read everything, and appeal. The rule that was broken: %(rule)s."
    )


class TooSoon(Problem):
    """Each person waits a while here; the message says why and how long."""

    status = 429
    where = "source"


class NewcomerWaits(Problem):
    """Somebody nobody knows yet writes little at first."""

    status = 429
    where = "source"
    text = Message(
        "Who is new here writes at most three comments within an hour. You can write the next one at: %(until)s."
    )


class NewcomerLinks(Problem):
    """Somebody nobody knows yet links little at first."""

    where = "source"
    text = Message("Who is new here puts at most one link into a comment. Leave the others out.")


class TooManyLinks(Problem):
    """A list of links is no comment."""

    where = "source"


class Repetition(Problem):
    """The same again, within an hour."""

    where = "source"
    text = Message("You have written exactly this here within the last hour. It is there already.")


class NothingWritten(Problem):
    """A comment has words."""

    where = "source"
    text = Message("Write your comment.")


class BadComment(Problem):
    """It cannot be taken as it is; the message says why."""

    where = "source"


class NotYourRole(Problem):
    """Nobody wears a badge she does not hold now."""

    where = "speaking_as"
    text = Message("You do not hold this role here now. Choose again in whose name you write.")


class NotOfficial(Problem):
    """Official answers are given by the council's secretaries and members."""

    where = "official"
    text = Message("Only a secretary or a member of the council gives an official answer. Choose that role.")


class NothingChanged(Problem):
    """An edit that changes nothing makes no revision."""

    where = "source"
    text = Message("Nothing in the text was changed.")


class NotThereAnyMore(Problem):
    """It was withdrawn, removed or erased."""

    status = 409
    text = Message("This comment is no longer here.")


class OwnComment(Problem):
    """That she finds it helpful goes without saying."""

    text = Message("This is your own comment.")


class ReasonMissing(Problem):
    """Closing without a reason is arbitrary."""

    where = "reason"
    text = Message("Give a reason in Kazakh or in Russian.")


class BadPause(Problem):
    """Between none and a day."""

    where = "slow_seconds"
    text = Message("The pause between two comments can be one day at most.")
