"""Quorum and majority: whole numbers and fractions, exact. Pure.

A member with a declared conflict is in the room: she counts for the quorum and for "the members present", and has no
vote. So a conflict never makes a decision easier.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from karavan.councils.statute import Majority

if TYPE_CHECKING:
    from fractions import Fraction


def needed(members: int, share: Fraction) -> int:
    """Return how many of so many members must be there; at least one."""
    return max(1, _at_least(members * share.numerator, share.denominator))


def has_quorum(present: int, members: int, share: Fraction) -> bool:
    """Are enough there?"""
    return present >= needed(members, share)


def votes_needed(majority: Majority, *, present: int, members: int) -> int:
    """Return the least number of votes in favour that adopts a decision; at least one."""
    if majority is Majority.ALL:
        return members // 2 + 1
    if majority is Majority.TWO_THIRDS:
        return max(1, _at_least(present * 2, 3))
    return present // 2 + 1


def adopted(majority: Majority, *, votes_for: int, present: int, members: int) -> bool:
    """Is a decision adopted with so many votes in favour?"""
    return votes_for >= votes_needed(majority, present=present, members=members)


def _at_least(above: int, below: int) -> int:
    """Return the smallest whole number that is not less than the fraction."""
    return -(-above // below)
