"""Create where it is kept what is broken on the company's side, and what people are told of it."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, String

revision = "0010"
down_revision = "0009"
survives = "0002"


def upgrade() -> None:
    """Create the table and an index; programs of before do not know it and tell of nothing."""
    op.create_table(
        "incidents",
        Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
        Column("flows", String, nullable=False),
        Column("words", String, nullable=False),
        Column("since", String, nullable=False),
        Column("until", String, nullable=False),
        Column("ended_at", String, nullable=True),
        sqlite_autoincrement=True,
    )
    op.create_index("incidents_until", "incidents", ["until"])
