"""After an event: hours, certificates that can be verified, the learning record, two questions, photographs."""
