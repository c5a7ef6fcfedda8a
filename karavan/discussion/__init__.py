"""Discussion: threads and comments. Knows nothing of who hosts a thread."""
