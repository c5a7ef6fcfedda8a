"""Receipts: a code by which somebody sees where her case stands, without an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from karavan.core.database import insert_once
from karavan.core.tokens import new_code
from karavan.moderation.models import Receipt

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.moderation.models import ReceiptKind


def receipt(session: Session, kind: ReceiptKind, case_id: int, person_id: int, now: datetime) -> str:
    """Return somebody's code for a case, always the same; the first time, make it.

    Twelve letters of thirty: nobody finds one by trying.
    """
    mine = select(Receipt.code).where(Receipt.case_id == case_id, Receipt.person_id == person_id, Receipt.kind == kind)
    while (code := session.scalar(mine)) is None:
        fresh = new_code() + new_code()
        insert_once(session, Receipt, code=fresh, kind=kind, case_id=case_id, person_id=person_id, made_at=now)
    return code
