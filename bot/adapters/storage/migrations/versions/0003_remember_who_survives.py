"""Create what tells an older program whether it works with this schema."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, String

revision = "0003"
down_revision = "0002"
survives = "0002"


def upgrade() -> None:
    """Create the table; what it says follows every upgrade."""
    op.create_table("overlap", Column("oldest", String, nullable=False, primary_key=True))
