"""What may happen to events and seats; one file per intention. Nothing here commits, translates or knows HTTP."""
