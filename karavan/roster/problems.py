"""What the rules about lists refuse, in sentences."""

from karavan.core.problems import Message, Problem


class NoFreeSeat(Problem):
    """Everybody who is moved to the list of those with a seat needs one."""

    status = 409
    text = Message("There are not enough free seats. Add seats beyond the capacity first: that is an act of its own.")


class NoQueueHere(Problem):
    """The organiser keeps no waiting list."""

    status = 409
    text = Message("This event keeps no waiting list.")


class NobodyElseWaits(Problem):
    """A seat taken from somebody would be offered to her again."""

    status = 409
    text = Message("Nobody else waits, so the seat would be offered to the same person again. Give it back instead.")


class EventHasEnded(Problem):
    """Lists of what is over stay as they were."""

    status = 409
    text = Message("This event is over. Its lists stay as they are.")


class AlreadyThere(Problem):
    """The people chosen stand on that list already, or were moved there meanwhile."""

    status = 409
    text = Message("The people chosen stand on this list already.")


class ListIsEmpty(Problem):
    """Nothing to bring in."""

    text = Message("There is nothing in this file.")
    where = "list"


class NotAList(Problem):
    """A workbook, a picture, anything but text."""

    text = Message("This is no list that we can read. Save the table as CSV (UTF-8), and choose that file.")
    where = "list"


class ListIsTooLarge(Problem):
    """More bytes than we take."""

    text = Message("This file is too large: at most %(megabytes)d MB can be brought in at once.")
    where = "list"


class ListIsTooLong(Problem):
    """More rows than we take."""

    text = Message("This list is too long: at most %(num)d rows can be brought in at once. Divide it.")
    where = "list"


class ListIsTooWide(Problem):
    """More columns than any list of people has."""

    text = Message("This list has too many columns: at most %(num)d can be read. Check by which sign they are parted.")
    where = "list"


class ListIsBroken(Problem):
    """A quotation mark that is never closed, mostly."""

    text = Message("The list cannot be read from row %(row)d on. Look for a quotation mark that is not closed there.")
    where = "list"


class ListHasChanged(Problem):
    """Somebody else named other columns, brought the list in, or dropped it."""

    status = 409
    text = Message("Somebody else has changed this list meanwhile. Below is how it stands now.")


class ListIsClosed(Problem):
    """It was brought in or dropped."""

    status = 409
    text = Message("This list was brought in or dropped before. To bring in more people, choose a file again.")


class NobodyToBringIn(Problem):
    """Every row is faulty, or known already."""

    text = Message("There is nobody to bring in: every row has a mistake, or stands on the roster already.")


class NoSeatsForList(Problem):
    """There is no queue to stand in, so the list would lose people."""

    status = 409
    text = Message(
        "%(people)d people are on the list, %(free)d seats are free, and this event keeps no waiting list. "
        "Nobody was brought in. Raise the number of seats or shorten the list."
    )
