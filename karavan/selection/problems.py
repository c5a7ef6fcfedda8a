"""What the rules of selection refuse, in sentences."""

from __future__ import annotations

from typing import Any

from karavan.core.problems import Message, Problem


class NotAtThisStage(Problem):
    """The table has no such step from here: somebody else took it, or the page is old."""

    status = 409
    text = Message("The selection has moved on since you opened this page. This is how it stands now.")


class ChangedMeanwhile(Problem):
    """Something came in or was changed while this was being looked at."""

    status = 409
    text = Message("Something has changed since you opened this page. What you typed is still here: compare and go on.")


class CallIsFrozen(Problem):
    """What was published with the call holds until the end."""

    status = 409
    text = Message("The call is published. Its rubric, rules and dates no longer change.")


class PeopleHaveSeats(Problem):
    """First come, first seated has begun already."""

    text = Message("People hold or await seats at this event already, so places can no longer be given by selection.")


class EventIsNotPublished(Problem):
    """Nobody could read what they apply for."""

    text = Message("Publish the event first: the call stands on its page.")


class EventWillNotBe(Problem):
    """It was cancelled, or it is over."""

    text = Message("This event will not be held any more, or is over.")


class CriteriaMissing(Problem):
    """A rubric without lines scores nothing."""

    text = Message("Write at least one criterion in Kazakh or in Russian: it is published with the call.")
    where = "criteria"


class DatesMakeNoSense(Problem):
    """The window lies behind us, or ends too late."""

    text = Message("Applications must close in the future, and before the event begins.")
    where = "closes_day"


class TooFewReviewers(Problem):
    """Each application is promised so many scores."""

    text = Message("Name more reviewers first: there are fewer than the number of scores each application gets.")


class PlacesAndSeatsDiffer(Problem):
    """As many places are given as the event has seats."""

    text = Message(
        "The call gives %(places)d places, and the event has %(seats)d free seats. Bring the two numbers into line."
    )


class StillOpen(Problem):
    """The time to apply was announced, and it is not over."""

    text = Message("People can still apply. The list is closed when the announced time is over.")


class ScoresMissing(Problem):
    """Each application is owed its scores."""

    text = Message("Not every application has its scores yet. The choice is made when all are there.")


class NobodyApplied(Problem):
    """There is nothing to choose from."""

    text = Message("No application stands, so there is nobody to choose.")


class RulesCannotBeKept(Problem):
    """The balance asked for is not there; the sentences say what is missing."""

    wider: tuple[dict[str, Any], ...] = ()
    """How far which rules would have to give way: [{"by": …, "value": …, "least": 1, "most": 6}]."""


class DrawFailed(Problem):
    """The program that draws gave no answer."""

    text = Message("The draw gave no result this time. Nothing is changed: try again.")


class ReserveWaits(Problem):
    """Who stands in the reserve comes before everybody else."""

    text = Message("People of the reserve still wait: what becomes free is offered to them first.")


class TooLateToAnswer(Problem):
    """Whoever is accepted has to be able to say yes."""

    text = Message("It is too late to offer places: the event is too near for people to answer.")


class NotOpenForApplications(Problem):
    """The window of the call is not open now."""

    text = Message("Applications are not taken now.")


class ApplicationStands(Problem):
    """After the release there is a ticket."""

    status = 409
    text = Message("The decision has been made. Give the place back on your ticket.")


class NoSuchPerson(Problem):
    """A reviewer needs an account to be recognised by."""

    text = Message("Nobody has an account with this email. Ask the person to sign in once, and name her then.")
    where = "email"


class KnowsTheNames(Problem):
    """Scores are given blind."""

    text = Message("This person has read at the desk who applied, and scores are given blind. Name somebody else.")
    where = "email"


class ReviewerHasScored(Problem):
    """Scores do not disappear with whoever gave them."""

    text = Message("This person has scored already, and what was scored counts.")


class OwnApplication(Problem):
    """Nobody judges her own application."""

    status = 409
    text = Message("This is your own application: other people score it.")


class ScoringIsOver(Problem):
    """The choice was made from the scores there were."""

    status = 409
    text = Message("The choice is made: scores no longer change.")


class ReasonMissing(Problem):
    """Whoever changes a published rule says why, in public."""

    text = Message("Write why: the reason stands in the public record.")
    where = "reason"
