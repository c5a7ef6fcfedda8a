"""Full-text search over submissions: an FTS5 table on SQLite, a tsvector with a GIN index on PostgreSQL."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SQLITE = """
    CREATE VIRTUAL TABLE proposal_search
    USING fts5(number, title, body, marks, tokenize = 'ascii', detail = 'column', prefix = '3')
"""
POSTGRESQL = (
    """
    CREATE TABLE proposal_search (
        proposal_id integer NOT NULL,
        words tsvector NOT NULL,
        CONSTRAINT pk_proposal_search PRIMARY KEY (proposal_id),
        CONSTRAINT fk_proposal_search_proposal_id FOREIGN KEY (proposal_id) REFERENCES proposals (id)
    )
    """,
    "CREATE INDEX ix_proposal_search_words ON proposal_search USING gin (words)",
)


def upgrade() -> None:
    """Bring the database forward."""
    for statement in (SQLITE,) if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    """Take it back."""
    op.execute("DROP TABLE proposal_search")
