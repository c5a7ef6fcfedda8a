"""By what events know somebody: a registration with a contact of hers. Flags of whom nothing is known weigh little."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select

from karavan.accounts.models import Person
from karavan.events.models import Registration

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def has_registered(session: Session, person_id: int) -> bool:
    """Was there ever a registration under her confirmed address or number?"""
    by_email = and_(Person.email_key.is_not(None), Registration.email_key == Person.email_key)
    by_phone = and_(Person.phone.is_not(None), Registration.phone == Person.phone)
    hers = select(Registration.id).join(Person, or_(by_email, by_phone)).where(Person.id == person_id)
    return session.scalar(hers.limit(1)) is not None
