"""Runs migrations with the application's own engine. Revisions name tables themselves and import no models."""

from __future__ import annotations

from alembic import context
from flask import current_app
from sqlalchemy import text

from karavan.core.database import Base, has_model

engine = current_app.extensions["migrate"].db.engine


def run() -> None:
    """Bring the database to the asked revision, in one transaction, without waiting long for a busy table."""
    with engine.connect().execution_options(writing=True, postgresql_readonly=False) as connection:
        if connection.dialect.name == "sqlite":
            # A table that is made anew must not drag along what points to it (SQLite, "Making other kinds of table
            # schema changes"). Said past SQLAlchemy: within a transaction it would do nothing.
            connection.connection.execute("PRAGMA foreign_keys=OFF")
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
            include_object=has_model,
            transaction_per_migration=False,
        )
        with context.begin_transaction():
            if connection.dialect.name == "postgresql":
                connection.execute(text("SET LOCAL lock_timeout = '4s'"))
            context.run_migrations()
            if connection.dialect.name == "sqlite" and (
                lost := connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            ):
                raise RuntimeError(f"rows would point to nothing: {lost[:5]}")
        connection.commit()
        if connection.dialect.name == "sqlite":
            connection.connection.execute("PRAGMA foreign_keys=ON")


run()
