"""The public record: what was done in public, by whom by role, and why. Append-only, guarded by the database."""
