"""Views about events: for everyone, for a ticket's owner, for the organiser's desk."""
