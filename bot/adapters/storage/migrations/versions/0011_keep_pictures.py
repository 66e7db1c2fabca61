"""Keep the pictures that people send over the web, and which picture a line has."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, LargeBinary, String

revision = "0011"
down_revision = "0010"
survives = "0002"


def upgrade() -> None:
    """Add a column and create a table; an older program leaves both empty."""
    op.add_column("messages", Column("picture", String, nullable=True))
    op.create_table(
        "pictures",
        Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
        Column("name", String, nullable=False, unique=True),
        Column("channel", String, nullable=False),
        Column("contact", String, nullable=False),
        Column("at", String, nullable=False),
        Column("content", LargeBinary, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("pictures_of_lane", "pictures", ["channel", "contact"])
