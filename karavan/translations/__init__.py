"""The catalogues: what Karavan says in Kazakh and Russian. English is what stands in the code."""
