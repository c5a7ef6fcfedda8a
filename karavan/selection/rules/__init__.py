"""What can be done with a selection; one file for each intention."""
