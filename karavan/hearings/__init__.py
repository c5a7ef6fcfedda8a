"""Public hearings, from notice to answered statements."""
