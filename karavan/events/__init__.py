"""Events, the seats they have, the people who take them and the queue when they are full."""
