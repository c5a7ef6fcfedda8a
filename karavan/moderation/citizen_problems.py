"""What the rules refuse to those concerned by moderation: whoever flags, appeals or declares an interest."""

from karavan.core.problems import Message, Problem


class OwnText(Problem):
    """What she wrote herself she can edit or take back."""

    status = 403
    text = Message("This is your own comment: you can change it or take it back.")


class KeptAlready(Problem):
    """The same was flagged, and somebody decided about it a few days ago."""

    status = 409
    text = Message("A moderator has decided about this text and this rule already: see the public log.")

    def __init__(self, log_seq: int | None) -> None:
        """Refuse, and remember where the decision stands."""
        super().__init__()
        self.log_seq = log_seq


class NothingToAppeal(Problem):
    """There is a case, and nothing in it that she could appeal against."""

    status = 409
    text = Message("There is no decision here that you could appeal against.")


class NotDecidedYet(Problem):
    """A first moderator decided, and a second one has not agreed yet; or nobody has."""

    status = 409
    text = Message("This has not been decided yet. You can appeal when there is a decision.")


class AppealedAlready(Problem):
    """One appeal for one case."""

    status = 409
    text = Message("There has been an appeal against this decision already. It can be done once.")


class AppealWindowOver(Problem):
    """It came too late."""

    status = 409
    text = Message("The time for an appeal against this decision is over.")


class WordsTooFew(Problem):
    """An appeal of three words helps nobody."""

    text = Message("Write a little more: what should be looked at again, and why?")
    where = "words"


class WordsTooMany(Problem):
    """Nobody can read that much."""

    text = Message("This is too long to be read with care. Please make it shorter.")
    where = "words"


class NotOnAppeal(Problem):
    """Somebody decided meanwhile, or there is no appeal."""

    status = 409
    text = Message("There is no appeal that waits for a decision here any more.")


class NotThisOutcome(Problem):
    """The outcome and what is to be done contradict one another."""

    text = Message("This outcome does not go with what you chose to do with the text.")
    where = "outcome"


class NotWorse(Problem):
    """Nobody is worse off because she appealed."""

    text = Message("An appeal by the author cannot end with more being taken away than before.")
    where = "outcome"


class TwoForThis(Problem):
    """A critical comment is removed by two, and on appeal there is one."""

    text = Message("A critical comment is removed only if two moderators agree. Cover the part that breaks the rule.")
    where = "outcome"


class AskedAlready(Problem):
    """One request of a state body for one case."""

    status = 409
    text = Message("A request of a state body about this comment is waiting for a decision already.")


class SeenAlready(Problem):
    """One second look for each decision and moderator."""

    status = 409
    text = Message("This case is not one for a second look by you.")
