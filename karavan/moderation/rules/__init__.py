"""What changes a case: each step is one guarded UPDATE, with decision, log line and letters in the same transaction."""
