"""Create the tables by which processes share the work."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, String

revision = "0002"
down_revision = "0001"
survives = "0001"


def upgrade() -> None:
    """Create who is there and who does what; an older program does not look at them."""
    op.create_table("processes", _text("id", primary_key=True), _text("until"))
    op.create_table("shares", _text("name", primary_key=True), _text("owner", nullable=True))


def _text(name: str, *, nullable: bool = False, primary_key: bool = False) -> Column[str]:
    return Column(name, String, nullable=nullable, primary_key=primary_key)
