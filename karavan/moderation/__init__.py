"""Moderation: cases, decisions with reasons, appeals, sanctions, the public log. Knows only `Piece`s of text."""
