"""Applications to an event: a published rubric, blind reviews, a ranking or a draw that anyone can run again."""
