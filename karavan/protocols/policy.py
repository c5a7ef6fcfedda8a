"""Who may do what with a protocol. Pure predicates; the route's coarse guard is `@access`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from karavan.accounts.models import Role
from karavan.protocols.models import ProtocolState

if TYPE_CHECKING:
    from datetime import datetime

    from karavan.accounts.policy import Actor
    from karavan.protocols.models import Protocol

READABLE: Final = (ProtocolState.OPEN, ProtocolState.AGREED, ProtocolState.PUBLISHED)
"""Everybody reads it from the day on which those who took part may correct it."""
EDITABLE: Final = (ProtocolState.DRAFT, ProtocolState.OPEN, ProtocolState.AGREED)


def may_keep(actor: Actor, organisation_id: int) -> bool:
    """May this person write, edit and publish the protocols of that council?"""
    return actor.holds(Role.SECRETARY, organisation_id)


def may_agree(protocol: Protocol, *, now: datetime) -> bool:
    """Is it at the point where chair and secretary agree to it?"""
    return protocol.state == ProtocolState.OPEN and not takes_corrections(protocol, now=now) and not undecided(protocol)


def takes_corrections(protocol: Protocol, *, now: datetime) -> bool:
    """May those who took part ask for corrections now?"""
    until = protocol.corrections_until
    return protocol.state == ProtocolState.OPEN and until is not None and now < until


def undecided(protocol: Protocol) -> int:
    """How many requests for corrections wait for an answer?"""
    return sum(correction.accepted is None for correction in protocol.corrections)
