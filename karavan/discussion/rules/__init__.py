"""What people and moderators do in threads, one file for each intention."""
