"""What can be done with a submission; one file for each intention."""
