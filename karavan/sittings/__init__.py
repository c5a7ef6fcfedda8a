"""Sittings of a council: agenda, attendance, votes that need a quorum, decisions."""
