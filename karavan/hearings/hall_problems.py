"""What the rules of the hall and of the response matrix refuse, in sentences."""

from karavan.core.problems import Message, Problem
from karavan.hearings.problems import ChangedMeanwhile


class HallMoved(ChangedMeanwhile):
    """The hall moved on after this page was drawn, or a button was pressed twice."""


class HallIsTaken(Problem):
    """Another secretary runs the hall: one at a time."""

    status = 409
    text = Message(
        "Another secretary runs the hearing now. What you typed is still here: take over, then send it again."
    )


class NotBegun(Problem):
    """Nothing happens in a hall before the hearing has begun."""

    status = 409
    text = Message("The hearing has not begun yet.")


class IsOver(Problem):
    """Nothing happens in a hall after the hearing has ended."""

    status = 409
    text = Message("The hearing is over.")


class CannotBeStored(Problem):
    """A text that cannot be taken as it is; the message says why."""


class NotToday(Problem):
    """A hearing begins on the day that its notice names."""

    status = 409
    text = Message("A hearing begins on the day that its notice names. That day: %(day)s.")


class NotTakenNow(Problem):
    """Written statements are taken from the notice until a moment which the notice names."""

    status = 409
    text = Message("Written statements are not taken now.")


class StatementsClosed(Problem):
    """The moment up to which statements are taken is over."""

    status = 409
    text = Message("Written statements were taken until: %(until)s.")


class TooManyStatementFiles(Problem):
    """Only so many files with one statement."""

    text = Message("There can be at most 3 files.")
    where = "file"


class SignUpClosed(Problem):
    """Nobody signs up before the notice or after the end."""

    status = 409
    text = Message("You can sign up to speak from the notice until the hearing ends.")


class NameOwed(Problem):
    """Whoever speaks is called by name."""

    text = Message("Enter the name: speakers are called by it.")
    where = "name"


class BadMinutes(Problem):
    """Between one minute and what the hearing allows."""

    where = "minutes"


class NobodyWaits(Problem):
    """There is nobody to call."""

    text = Message("Nobody waits to speak.")


class NotWaiting(Problem):
    """She cannot be called: she withdrew, or has spoken."""

    status = 409
    text = Message("This person is no longer waiting to speak.")


class CallReasonMissing(Problem):
    """Whoever passes the order by says why."""

    text = Message("Give a reason: this person is called out of the order that everybody sees.")
    where = "reason"


class SpeakingNow(Problem):
    """Her turn is running: the secretary ends it."""

    status = 409
    text = Message("You are speaking now. The secretary ends your turn.")


class NothingNoted(Problem):
    """A note has words."""

    text = Message("Write the note.")
    where = "words"


class BadBreak(Problem):
    """A break ends, and within reason."""

    text = Message("A break lasts from 1 to 240 minutes.")
    where = "minutes"


class QuestionTooLong(Problem):
    """A question in the hall is short: it is read out."""

    where = "source"


class QuestionGone(Problem):
    """Answered, merged or taken away."""

    status = 409
    text = Message("This question is no longer open.")


class OwnQuestion(Problem):
    """That she wants an answer goes without saying."""

    text = Message("This is your own question: your support goes without saying.")


class CannotMerge(Problem):
    """Into itself, or into one that is no longer there."""

    text = Message("Choose another question that can be read and was not merged.")
    where = "into"


class PollIsOpen(Problem):
    """One straw poll at a time."""

    status = 409
    text = Message("A straw poll is open already. Close it first.")


class PollIsClosed(Problem):
    """Its votes are counted."""

    status = 409
    text = Message("This straw poll is closed.")


class BadPoll(Problem):
    """A question, and between two and six answers that differ."""

    text = Message("A straw poll needs a question and two to six different answers, in Kazakh or in Russian.")
    where = "question"


class NotInMatrix(Problem):
    """Answers are written while the hearing lasts and until it is closed."""

    status = 409
    text = Message("Answers cannot be changed now: the hearing is not announced, or closed.")


class AnswerMissing(Problem):
    """An answer in English alone, or none, answers nobody here."""

    text = Message("Write the answer in Kazakh or in Russian.")
    where = "answer"


class NotReadable(Problem):
    """Nobody answers what readers cannot see."""

    status = 409
    text = Message("Readers cannot see this text now, so it cannot be answered.")


class GroupNameMissing(Problem):
    """Readers must know what is answered."""

    text = Message("Write in Kazakh or in Russian what they ask.")
    where = "title"


class NothingChosen(Problem):
    """A group has something in it."""

    text = Message("Tick what belongs together.")
    where = "item"


class Unanswered(Problem):
    """No hearing is closed while a statement or a question lacks its answer."""

    status = 409


class WithModerators(Problem):
    """What a moderator has not looked at yet may have to be answered."""

    status = 409


class WindowStillOpen(Problem):
    """The notice promised to take statements until then."""

    status = 409
    text = Message("The hearing cannot be closed while written statements are still taken. Until: %(until)s.")


class SummaryMissing(Problem):
    """A summary says something."""

    text = Message("Write the summary in Kazakh or in Russian.")
    where = "summary"


class TooEarlyForSummary(Problem):
    """What was said is known when the hearing is over."""

    status = 409
    text = Message("The summary is published after the hearing has ended.")
