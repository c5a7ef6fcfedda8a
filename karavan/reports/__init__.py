"""Figures of events, the report for whoever pays for them, and personal data that go when their time is over."""
