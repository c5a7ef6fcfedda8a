"""People, how they sign in, what they may do and for whom."""
