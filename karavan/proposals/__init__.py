"""Citizens' submissions to public councils, from the first word to the reasoned answer."""
