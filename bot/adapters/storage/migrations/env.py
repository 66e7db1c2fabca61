"""
Runs the revisions on the connection, and in the transaction, that `bot.adapters.storage.migrate` opened.

A revision is written so that the program of the version before goes on with the schema that it leaves, because during an
upgrade both are at work, and either may be started again:

- Expand first: new tables, new columns that may be null or have a server default, new indexes that are not unique.
- Contract one version later: what the version before still reads or writes is neither dropped, renamed, retyped nor narrowed.
- The same holds for what stands in the columns. A field added to a record needs a default, and the old program drops it when
  it writes the record again. A kind of event or command, or a word, that the version before cannot read is written one version
  after it can be read. What the audit's seals cover does not change.
- `survives` is the oldest revision whose program works with the schema: the one before at least, and the last one of the version
  before where a version brings several.

Columns are added by `op.add_column`, which both engines do in place; a table that is copied on SQLite loses its triggers.
"""

from __future__ import annotations

from alembic import context
from sqlalchemy import delete, insert, inspect

from bot.adapters.storage.tables import metadata

_overlap = metadata.tables["overlap"]


def _run() -> None:
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,  # later revisions alter tables by copying them: SQLite changes no column in place
    )
    context.run_migrations()
    # The table is younger than the first revisions.
    if inspect(connection).has_table(_overlap.name):
        (reached,) = context.get_context().get_current_heads()
        connection.execute(delete(_overlap))
        connection.execute(
            insert(_overlap).values(oldest=context.script.get_revision(reached).module.survives)
        )


_run()
