"""What can be done with a sitting; one file for each intention."""
