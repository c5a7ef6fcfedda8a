"""Everything the domains share about HTTP: answers, access, forms, headers, errors, languages, templates."""
