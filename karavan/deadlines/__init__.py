"""The statutory clock: by when, by which rule, which days were counted, and what moved the date."""
