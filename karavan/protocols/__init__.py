"""Protocols of hearings and sittings: written from what happened, agreed to by two, never changed after."""
