"""Who may do what in a thread, and how much: pure predicates, and the limits in one place."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, Protocol

from karavan.accounts.models import Role
from karavan.moderation.models import READABLE, Visibility
from karavan.moderation.policy import may_moderate
from karavan.moderation.terms import FREE_EDIT
from karavan.record.models import ActorRole

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from karavan.accounts.policy import Actor
    from karavan.discussion.models import Comment, Thread

LONGEST: Final = 10_000
"""No text is longer, whatever form it came through."""
LINKS: Final = 10
"""So many links in one comment."""
HEAT_OF: Final = 20
HEAT_WITHIN: Final = timedelta(minutes=10)
HEAT_PAUSE: Final = timedelta(seconds=60)
"""With more comments than that within that time, each person waits so long between two of hers."""
NEW: Final = timedelta(hours=24)
"""So old is an account before it is no newcomer's; and something of hers must have been read."""
NEWCOMERS_COMMENTS: Final = 3
NEWCOMERS_HOUR: Final = timedelta(hours=1)
NEWCOMERS_LINKS: Final = 1
SAME_WITHIN: Final = timedelta(hours=1)
"""The same words by the same person in the same thread within this time are a repetition."""
LONGEST_PAUSE: Final = 24 * 60 * 60
DRAFTS_LIVE: Final = timedelta(days=30)

IN_REVIEW: Final = frozenset({Visibility.PENDING, Visibility.HELD, Visibility.REMOVED, Visibility.REDACTED})
"""States in which a new text by the author goes to a moderator, and readers go on seeing what they see."""
ENDED: Final = frozenset({Visibility.WITHDRAWN, Visibility.ERASED})
"""States in which there is nothing left to write."""
HIDDEN_PLACE: Final = frozenset({Visibility.PENDING})
"""States in which readers do not even see that there is a comment; all others have a place in the tree."""

BADGES: Final = {
    Role.SECRETARY: ActorRole.SECRETARY,
    Role.COUNCIL_MEMBER: ActorRole.COUNCIL_MEMBER,
    Role.MODERATOR: ActorRole.MODERATOR,
    Role.ORGANISER: ActorRole.ORGANISER,
}
"""In which roles one may speak."""
OFFICIAL: Final = frozenset({ActorRole.SECRETARY, ActorRole.COUNCIL_MEMBER})
"""In which of them an official answer is given."""


class Held(Protocol):
    """A role somebody holds: a grant of her session, or a row."""

    @property
    def role(self) -> Role:
        """Which role."""

    @property
    def organisation_id(self) -> int | None:
        """Where."""


def badges(grants: Iterable[Held], organisation_id: int) -> tuple[ActorRole, ...]:
    """Return in which roles somebody may speak in the threads of an organisation."""
    held = {grant.role for grant in grants if grant.organisation_id == organisation_id}
    return tuple(badge for role, badge in BADGES.items() if role in held)


def shown_name(name: str) -> str:
    """Return what readers see of a name: the given name and the first letter of the surname."""
    given, _, surname = name.partition(" ")
    return f"{given[:75]} {surname[:1]}." if surname else given[:80]


def may_write(actor: Actor, thread: Thread) -> bool:
    """May this person write here, as far as the thread goes? What holds against herself, the rule says."""
    return actor.signed_in and thread.closed_at is None


def may_edit(actor: Actor, comment: Comment) -> bool:
    """Is this hers to change?"""
    return actor.person_id == comment.author_id and comment.visibility not in ENDED


def may_withdraw(actor: Actor, comment: Comment) -> bool:
    """Is this hers to take back? What was removed has its tombstone."""
    return may_edit(actor, comment) and comment.visibility != Visibility.REMOVED


def may_find_helpful(actor: Actor, comment: Comment) -> bool:
    """May this person find a comment helpful? Somebody who is not signed in may, once she is."""
    return comment.visibility in READABLE and actor.person_id != comment.author_id


def may_settle(actor: Actor, thread: Thread) -> bool:
    """May this person set how the thread is moderated, close it, open it again?"""
    return may_moderate(actor, thread.organisation_id)


def within_free_edit(comment: Comment, now: datetime) -> bool:
    """Is a text still young enough to be mended without a trace?"""
    return now - comment.posted_at <= FREE_EDIT
