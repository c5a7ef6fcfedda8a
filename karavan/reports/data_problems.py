"""What the rules about a person's own data refuse."""

from karavan.core.problems import Message, Problem


class EndYourRolesFirst(Problem):
    """Somebody of the staff."""

    status = 409
    text = Message(
        "You have a role in an organisation, and what you did in it must stay known. "
        "Ask your administrator to end the role; after that you can erase your data."
    )
