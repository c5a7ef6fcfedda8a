"""The desk of moderators: the queue, one card, appeals and second signatures, and what keeps the desk in order."""

from karavan.moderation.views.queue import cards, lists, reviews, upkeep
from karavan.moderation.views.queue.room import blueprint

__all__ = ["blueprint", "cards", "lists", "reviews", "upkeep"]
