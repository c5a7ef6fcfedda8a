"""Runs migrations with the application's own engine. Revisions name tables themselves and import no models."""

from __future__ import annotations

from alembic import context
from flask import current_app
from sqlalchemy import text

from karavan.core.database import Base

engine = current_app.extensions["migrate"].db.engine


def run() -> None:
    """Bring the database to the asked revision, in one transaction, without waiting long for a busy table."""
    with engine.connect().execution_options(writing=True, postgresql_readonly=False) as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
            transaction_per_migration=False,
        )
        with context.begin_transaction():
            if connection.dialect.name == "postgresql":
                connection.execute(text("SET LOCAL lock_timeout = '4s'"))
            context.run_migrations()
        connection.commit()


run()
