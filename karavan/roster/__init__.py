"""Who comes: the organiser's list, messages to it, lists brought in and given out, and who looked at it."""
