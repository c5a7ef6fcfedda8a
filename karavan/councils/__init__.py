"""Public councils: their statutes through time, their members, what they promised."""
