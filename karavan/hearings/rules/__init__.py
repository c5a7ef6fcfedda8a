"""What can be done with a hearing; one file for each intention."""
