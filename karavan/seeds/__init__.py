"""The cast and a believable town: what a demonstration begins with. Everybody in it is invented; one event is not."""
