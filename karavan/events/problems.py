"""What the rules about events refuse, in sentences."""

from karavan.core.problems import Message, Problem


class RegistrationNotOpenYet(Problem):
    """The window opens later."""

    text = Message("Registration has not opened yet.")


class RegistrationHasClosed(Problem):
    """The window is over, or the event has begun."""

    text = Message("Registration for this event has closed.")


class EventIsCancelled(Problem):
    """Nothing can be taken at an event that will not be held."""

    text = Message("This event has been cancelled.")


class EventIsPostponed(Problem):
    """Nobody can take a seat on a day that nobody knows."""

    text = Message("This event is postponed. Registration goes on when the new time is known.")


class EventIsFull(Problem):
    """No seat, and the organiser keeps no waiting list."""

    text = Message("There are no seats left, and this event has no waiting list.")


class GivenBySelection(Problem):
    """Seats at this event are not taken: people apply, and are chosen."""

    text = Message("Places at this event are given by selection: apply on the page of its call.")


class FewerSeatsLeft(Problem):
    """Some seats are left, but fewer than asked for, and there is no waiting list to stand in."""

    where = "people"


class TooManyPeople(Problem):
    """One registration may bring only so many."""


class OfferIsGone(Problem):
    """The offer was answered or has expired; the page shows what became of it."""

    status = 409
    text = Message("This offer is no longer open.")


class AlreadyLive(Problem):
    """The same contact holds another live registration for the event."""

    text = Message("There is already a registration with this contact for this event.")


class EditedMeanwhile(Problem):
    """Somebody else saved the event after this form was opened."""

    status = 409
    text = Message(
        "Somebody else has changed this event since you opened it. Your text is still below: compare and save again."
    )


class EventIsOver(Problem):
    """What has happened cannot be called off."""

    text = Message("This event is already over.")


class DayHasNotCome(Problem):
    """Nobody can have arrived on a day that lies ahead."""

    text = Message("This day has not come yet.")


class EventCannotBeChanged(Problem):
    """A cancelled event is history."""

    text = Message("A cancelled event can no longer be changed.")


class NoCover(Problem):
    """What was handed in is no picture, or there is none at all."""

    where = "picture"
    text = Message("Choose a picture: JPEG, PNG or WebP.")


class KeptElsewhere(Problem):
    """It belongs to a hearing or a sitting, and what it says is written there; the sentence says where."""

    text = Message("This event belongs to something else. Change it there.")


class NotReadyToPublish(Problem):
    """Something a resident needs is missing."""

    text = Message("Write the title in Kazakh or Russian before you publish.")


class CodeUnknown(Problem):
    """No attendee of this event has this code."""

    text = Message("No one with this code is registered for this event. Check the code on the ticket.")


class NoSeatHere(Problem):
    """The code is right, but this person does not hold a seat now."""

    text = Message("This person does not hold a seat at the moment.")
