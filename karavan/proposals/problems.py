"""What the rules about submissions refuse, in sentences."""

from karavan.core.problems import Message, Problem


class ChangedMeanwhile(Problem):
    """Somebody else acted on it after this page was opened."""

    status = 409
    text = Message("This has changed since you opened the page. Look at what stands now, then decide again.")


class NotAtThisStage(Problem):
    """The step does not lead on from where the submission is."""

    status = 409
    text = Message("This cannot be done at the stage the proposal is at now.")


class ReasonMissing(Problem):
    """A decision without a reason is none."""

    text = Message("Give a reason in Kazakh or in Russian.")


class NotYours(Problem):
    """Only the author may do this."""

    status = 403
    text = Message("Only the author can do this.")


class SecondPersonMissing(Problem):
    """What staff typed has to be compared with the original by somebody else."""

    text = Message("A second person must compare the text with the original before it can be published.")


class SamePerson(Problem):
    """Four eyes means two people."""

    text = Message("This must be done by somebody else than the person who wrote it.")


class TooFewSupports(Problem):
    """The statute asks for more supports; a secretary may say why it is admitted all the same."""

    text = Message("Fewer people support it than the statute asks for. To admit it all the same, give a reason.")


class NothingSent(Problem):
    """The step follows from a recommendation that was sent."""

    text = Message("First send a recommendation that carries this proposal.")


class NotAllAnswered(Problem):
    """A recommendation is still without a published answer."""

    text = Message("Not every recommendation has a published answer yet.")


class NotAsked(Problem):
    """Joining needs the author's consent, and she was not asked."""

    text = Message("There is no question about joining that is still open.")


class SupportHasClosed(Problem):
    """It is no longer, or not yet, open to support."""

    status = 409
    text = Message("This proposal is not open to support now.")


class OwnProposal(Problem):
    """The author's support goes without saying."""

    text = Message("You are the author: your support goes without saying.")


class NotOpenToEdits(Problem):
    """From the moment the council has it, the text stands."""

    status = 409
    text = Message("The text can no longer be changed: the council has it as it stands.")


class NothingChanged(Problem):
    """An edit that changes nothing makes no version."""

    text = Message("Nothing in the text was changed.")


class OtherCouncil(Problem):
    """Submissions of another council, or in a state that cannot be carried."""

    text = Message("Choose proposals that this council is considering.")
    where = "proposals"


class AlreadySent(Problem):
    """What was sent stands."""

    status = 409
    text = Message("This recommendation has been sent and can no longer be changed.")


class NotAwaitingAnswer(Problem):
    """No answer is due to it now."""

    status = 409
    text = Message("This recommendation is not waiting for an answer now.")


class ExtensionTooLong(Problem):
    """More days than the statute allows at once."""


class TooManyExtensions(Problem):
    """The statute allows only so many."""

    text = Message("The time for this answer cannot be extended again: the council's statute does not allow it.")


class NotAnsweredYet(Problem):
    """There is nothing to rate or contest yet."""

    status = 409
    text = Message("There is no published answer yet.")


class AlreadyContested(Problem):
    """An author contests an answer once."""

    status = 409
    text = Message("You have already objected to the answer to this recommendation. It can be done once.")


class ObjectionDecided(Problem):
    """The council decided on it already."""

    status = 409
    text = Message("This objection has been decided already.")


class CannotJoin(Problem):
    """It cannot be joined with that one."""

    text = Message("Choose another proposal of the same council that is still open.")
    where = "into"


class TooManyFiles(Problem):
    """Only so many files with one submission."""

    text = Message("There can be at most 5 files.")
    where = "file"


class DraftIsGone(Problem):
    """A draft that is not there any more."""

    status = 409
    text = Message("This draft has been sent already, or its time is over.")


class DayLimit(Problem):
    """One person, so many submissions a day."""

    text = Message("You have handed in many proposals today. Please go on tomorrow.")


class EnteredAlready(Problem):
    """Staff went back to a form that was sent, and typed the next sheet into it."""

    status = 409
    text = Message(
        "This form was sent before: it is proposal %(number)s. If this is another one, press the button again."
    )
