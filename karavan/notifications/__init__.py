"""Letters and short messages: written in the act's own transaction, delivered later by a task."""
