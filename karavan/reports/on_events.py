"""What an event's page says of its report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from karavan.core.problems import Message
from karavan.events.page_links import PageLink
from karavan.reports.queries import report_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from karavan.events.models import Event


def figures_link(session: Session, event: Event) -> list[PageLink]:
    """Lead to an event's figures, once its report is accepted."""
    if report_of(session, event.id) is None:
        return []
    words = Message("The event in figures")
    return [PageLink(words=words, endpoint="reports.figures", values={"slug": event.slug}, icon="chart")]
