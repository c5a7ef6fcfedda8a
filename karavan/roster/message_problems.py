"""What the rules about messages and reminders refuse, in sentences."""

from karavan.core.problems import Message, Problem


class NobodyToTell(Problem):
    """The filter leaves nobody who can be written to."""

    status = 409
    text = Message("There is nobody to write to: change whom the message is for.")


class MessageChanged(Problem):
    """Somebody else saved the message after this form was opened."""

    status = 409
    text = Message(
        "Somebody else has changed this message since you opened it. Your text is still below: compare and save again."
    )


class MessageWasRewritten(Problem):
    """What would be sent is not what she read."""

    status = 409
    text = Message("Somebody has changed this message since you opened it. Read it again before you send it.")


class MessageHasLeft(Problem):
    """What was sent cannot be written anew."""

    status = 409
    text = Message("This message has been sent already. Write a new one.")


class MessageIsCalledOff(Problem):
    """It was thrown away, or its sending was stopped."""

    status = 409
    text = Message("This message was called off.")


class StillOnItsWay(Problem):
    """A letter that waits needs no second one."""

    status = 409
    text = Message("This letter is still on its way. Send it again only when it has arrived or failed.")


class NoContactLeft(Problem):
    """The registration it went to has erased its contacts, or is gone."""

    status = 409
    text = Message("This person can no longer be written to.")


class NobodySeesItYet(Problem):
    """Nobody can have registered for a draft."""

    status = 409
    text = Message("Publish the event first: there is nobody to write to before that.")


class NoAddressOfYours(Problem):
    """A test needs somewhere to go."""

    status = 409
    text = Message("Your account has no address to which a test could be sent.")


class RemindersChanged(Problem):
    """Somebody else saved other reminders after this form was opened."""

    status = 409
    text = Message(
        "Somebody else has changed the reminders since you opened this page. Yours are still below: compare and save."
    )


class MomentHasPassed(Problem):
    """Nobody can be reminded in the past."""

    text = Message("%(hours)s hours before the start have passed already: choose a later moment.")
