"""What the rules of moderation refuse, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from karavan.core.problems import Message, Problem

if TYPE_CHECKING:
    from datetime import datetime


class CaseMoved(Problem):
    """Somebody else acted on the case after this page was opened."""

    status = 409
    text = Message("Somebody else has dealt with this since you opened it. Look at what stands now.")


class TextMoved(Problem):
    """The author changed the text after the moderator began to read it."""

    status = 409
    text = Message("The author has changed the text since you opened it. Read it again, then decide.")


class ClaimedByAnother(Problem):
    """Another moderator is reading it; her claim ends by itself. `by` is her alias, `until` the moment."""

    status = 409
    text = Message("Another moderator is reading this one: %(by)s. Please take the next.")

    def __init__(self, *, by: str, until: datetime) -> None:
        """Refuse, and remember who is reading it and until when."""
        super().__init__(by=by)
        self.by, self.until = by, until


class NotModerator(Problem):
    """She is not, or no longer, a moderator here."""

    status = 403
    text = Message("You are not a moderator here, or no longer one.")


class OwnCase(Problem):
    """Nobody decides about what she wrote or flagged herself."""

    status = 403
    text = Message("You wrote or flagged this yourself: another moderator decides about it.")


class Conflicted(Problem):
    """She declared an interest in what the thread is about."""

    status = 403
    text = Message("You have declared an interest in this thread: another moderator decides about it.")


class TookPart(Problem):
    """Whoever took part in a case does not review it, and does not co-sign what she proposed."""

    status = 403
    text = Message("You took part in this case: somebody else has to look at it.")


class RuleMissing(Problem):
    """A measure without a rule is none."""

    text = Message("Choose the rule that was broken.")
    where = "clause"


class WordsMissing(Problem):
    """A measure without a reason is none."""

    text = Message("Say why the rule fits. The author and everybody else can read it.")
    where = "words"


class NewsMissing(Problem):
    """What was decided is opened again for a reason."""

    text = Message("Say what has become known since the decision. Everybody can read it.")
    where = "words"


class OnAppealNow(Problem):
    """Somebody is deciding on an appeal about this very text: what is new belongs there."""

    status = 409
    text = Message("An appeal about this text waits for a decision. What is new belongs there.")


class NothingCovered(Problem):
    """Covering needs something to cover."""

    text = Message("Choose which words are to be covered.")
    where = "spans"


class OutsideText(Problem):
    """A passage that is not in the text."""

    text = Message("What was chosen does not lie within the text. Choose again.")
    where = "spans"


class EverythingCovered(Problem):
    """Covering all of it is removing it, by another name and without its safeguards."""

    text = Message("This covers the whole text. Choose “Remove” if nothing of it can stay.")
    where = "spans"


class NothingToSanction(Problem):
    """What breaks no rule has no consequence."""

    text = Message("A text that is kept breaks no rule, so no measure against its author can follow.")
    where = "sanction"


class DurationMissing(Problem):
    """Whatever is for a time needs one."""

    text = Message("Say for how long: from an hour to a year.")
    where = "hours"


class TooLate(Problem):
    """The time for undoing is over, or a letter is on its way."""

    status = 409
    text = Message("It is too late to undo this: the letters have left. The author can appeal.")


class NotYours(Problem):
    """Only whoever decided can undo it."""

    status = 403
    text = Message("Only the moderator who decided can undo it.")
