"""What the rules about accounts refuse, in sentences."""

from karavan.core.problems import Message, Problem


class CodeIsWrong(Problem):
    """The digits do not match; some tries are left."""


class CodeIsOver(Problem):
    """No code is waiting for this browser any more: used, too old, or tried too often."""

    text = Message("This code no longer works. Ask for a new one.")


class ContactIsTaken(Problem):
    """The contact signs somebody in already. Said only to a person who has just proved that it is hers."""

    text = Message("This contact already belongs to another account. Sign in with it to see that account.")


class UnknownOrganisation(Problem):
    """An operator named an organisation that is not there."""

    text = Message("There is no organisation %(slug)s.")


class RoleNeedsOrganisation(Problem):
    """Only administrators hold their role for the whole site."""

    text = Message("Name the organisation: this role is always held in one.")


class RoleNotHeld(Problem):
    """There is nothing to take away."""

    text = Message("This person does not hold this role there.")
