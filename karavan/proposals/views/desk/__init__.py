"""The desk of moderators and secretaries: the queue, the steps, paper entry, recommendations, answers."""

from karavan.proposals.views.desk import answers, paper, queue, recommendations, steps
from karavan.proposals.views.desk.room import blueprint

__all__ = ["answers", "blueprint", "paper", "queue", "recommendations", "steps"]
