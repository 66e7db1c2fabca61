"""Runs the revisions on the connection, and in the transaction, that `bot.adapters.storage.migrate` opened."""

from __future__ import annotations

from alembic import context

from bot.adapters.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # later revisions alter tables by copying them: SQLite changes no column in place
)
context.run_migrations()
