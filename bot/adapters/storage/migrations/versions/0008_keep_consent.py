"""Keep what people have agreed to before they wrote on the web, and when."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, String

revision = "0008"
down_revision = "0007"
survives = "0002"


def upgrade() -> None:
    """Add columns; an older program leaves them as they are."""
    op.add_column("visits", Column("consent", String, nullable=True))
    op.add_column("visits", Column("consent_at", String, nullable=True))
