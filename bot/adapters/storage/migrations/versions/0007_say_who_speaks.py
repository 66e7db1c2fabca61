"""Keep which lines agents have said, and find the cases that are open, for people who wait."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, String, text

revision = "0007"
down_revision = "0006"
survives = "0002"

_OPEN = text("status = 'open'")


def upgrade() -> None:
    """Add a column and an index; an older program leaves the column empty."""
    op.add_column("messages", Column("agent", String, nullable=True))
    op.create_index(
        "conversations_open", "conversations", ["seq"], sqlite_where=_OPEN, postgresql_where=_OPEN
    )
