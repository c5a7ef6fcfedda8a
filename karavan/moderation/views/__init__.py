"""What moderation shows: the queue to moderators, receipts and appeals to citizens, the log to everybody."""
