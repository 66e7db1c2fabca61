"""Keep whose account a session on the web is, and the code by which another device may join it."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, String

revision = "0009"
down_revision = "0008"
survives = "0002"


def upgrade() -> None:
    """Add columns and an index; an older program leaves them as they are."""
    for name in ("account", "device_code", "device_code_until", "joined_at"):
        op.add_column("visits", Column(name, String, nullable=True))
    op.create_index("visits_of_device_code", "visits", ["device_code"])
