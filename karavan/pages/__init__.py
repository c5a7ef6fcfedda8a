"""Pages that belong to no domain, or to several: home, "my events", about, health."""
