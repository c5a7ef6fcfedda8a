"""What the rules about sittings refuse, in sentences."""

from karavan.core.problems import Message, Problem


class ChangedMeanwhile(Problem):
    """Somebody else acted on it after this page was opened."""

    status = 409
    text = Message("This has changed since you opened the page. Look at what stands now, then decide again.")


class NotAtThisStage(Problem):
    """The step does not lead on from where the sitting is."""

    status = 409
    text = Message("This cannot be done at the stage the sitting is at now.")


class NotWithThisItem(Problem):
    """The step does not lead on from where the item is."""

    status = 409
    text = Message("This cannot be done with this item of the agenda now.")


class TitleMissing(Problem):
    """Readers must be told what it is."""

    text = Message("Write the title in Kazakh or in Russian.")
    where = "title"


class AgendaIsEmpty(Problem):
    """There is nothing to meet for."""

    text = Message("Put at least one item on the agenda before you give notice.")


class NoticeTooShort(Problem):
    """The statute asks for more days; a shorter notice needs a published reason."""

    text = Message(
        "By the council's statute it can be held on %(day)s at the earliest if notice is given today. "
        "Choose a later day, or write why the notice is shorter: the reason is published."
    )
    where = "short_notice"


class DayHasPassed(Problem):
    """Nobody can be invited to what lies behind."""

    text = Message("Choose a time that lies ahead.")
    where = "starts_at"


class EndsBeforeItBegins(Problem):
    """A sitting takes time."""

    text = Message("The end must lie after the beginning.")
    where = "ends_at"


class ReasonMissing(Problem):
    """A decision without a reason is none."""

    text = Message("Give a reason in Kazakh or in Russian.")
    where = "reason"


class NotItsDay(Problem):
    """It is held on the day that was announced, and no earlier than half an hour before its time."""

    status = 409
    text = Message("A sitting is opened on the day that was announced, at the earliest half an hour before its time.")


class NotOfThisCouncil(Problem):
    """A proposal or recommendation that cannot be on this agenda."""

    text = Message("Choose a proposal or a draft recommendation of this council that is waiting for a decision.")


class OnTheAgendaAlready(Problem):
    """One proposal, one item."""

    text = Message("This is on the agenda already.")


class NotAMember(Problem):
    """Only those who are members of the council on that day sit and vote."""

    status = 403
    text = Message("Only members of the council on that day can do this.")


class NotInTheRoom(Problem):
    """Whoever is absent has no vote."""

    text = Message("Only members who are in the room can vote.")


class InConflict(Problem):
    """A declared conflict means no vote on that item."""

    text = Message("With a declared conflict of interest there is no vote on this item.")


class VoteIsNotOpen(Problem):
    """Not yet, or no longer."""

    status = 409
    text = Message("The vote on this item is not open now.")


class OtherItemInHand(Problem):
    """One item at a time."""

    status = 409
    text = Message("Finish the item that is being dealt with first.")


class NoQuorum(Problem):
    """Too few are there."""

    status = 409
    text = Message("There is no quorum: %(needed)s members must be in the room, and %(present)s are.")


class DraftMissing(Problem):
    """Nobody votes on nothing."""

    text = Message("Write the decision that is put to the vote, in Kazakh or in Russian.")
    where = "draft"


class VotedHerself(Problem):
    """What a member has cast with her own account, only she changes."""

    status = 409
    text = Message("This member has voted from her own account. Only she can change her vote.")


class VoteIsOpen(Problem):
    """First the vote must be counted or called off."""

    status = 409
    text = Message("A vote is open. Count it or call it off first.")


class SomethingRestsOnIt(Problem):
    """An entry that a vote or a decision rests on is not taken out."""

    status = 409
    text = Message("Votes were cast since then, so the entry stays. Mark that the member has left instead.")


class ProposalHasMoved(Problem):
    """What the decision says of the proposal cannot be done at the stage it is at."""

    status = 409
    text = Message("The proposal is at another stage now, so this decision cannot move it on.")


class OpinionTooLate(Problem):
    """It belongs to the minutes, and those are agreed."""

    status = 409
    text = Message("The time for special opinions is over: the minutes have been agreed.")


class TookNoPart(Problem):
    """A special opinion is a member's who was there."""

    status = 403
    text = Message("A special opinion can be given by members who took part in the sitting.")


class WordsMissing(Problem):
    """An opinion says something."""

    text = Message("Write what you do not agree with, and why.")
    where = "words"
