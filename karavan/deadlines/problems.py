"""What the rules about deadlines refuse, in sentences."""

from karavan.core.problems import Message, Problem


class ReasonIsOwed(Problem):
    """Whoever waits reads why she waits longer."""

    text = Message("Write the reason in Kazakh or in Russian.")


class ClockIsPaused(Problem):
    """It stands still: first it must run again."""

    status = 409
    text = Message("This clock stands still. Let it run again first.")


class ClockHasEnded(Problem):
    """What was waited for has come, or is no longer waited for."""

    status = 409
    text = Message("This deadline has ended: there is nothing left to wait for.")


class DateHasPassed(Problem):
    """A date that is over is neither moved nor held up afterwards."""

    status = 409
    text = Message("This date has passed: it can no longer be moved.")


class ChangedMeanwhile(Problem):
    """Somebody else, or the calendar, moved the date after it was read."""

    status = 409
    text = Message("This deadline has changed since you opened it. Look at the new date and decide again.")


class CalendarChangedMeanwhile(Problem):
    """Somebody else changed the calendar after this change was tried out."""

    status = 409
    text = Message("Somebody else has changed the calendar since you opened this page. Look at what moves now.")


class NoDays(Problem):
    """An extension is at least a day, and no more than a year."""

    text = Message("Enter a whole number from %(low)d to %(high)d.", {"low": 1, "high": 366})


class NothingChanges(Problem):
    """The days are already so."""

    text = Message("The calendar already says so: nothing would change.")


class DayOutOfRange(Problem):
    """The calendar has a beginning and an end."""

    text = Message("Choose days between %(first)d and %(last)d.")
