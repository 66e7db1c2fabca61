"""Create what agents were shown of each case."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, String

revision = "0004"
down_revision = "0003"
survives = "0002"

_NUMBER = BigInteger().with_variant(Integer, "sqlite")


def upgrade() -> None:
    """Create the table; an older program does not look at it."""
    op.create_table(
        "cases",
        Column("seq", _NUMBER, primary_key=True, autoincrement=True),
        Column("code", String, nullable=False, unique=True),
        *(Column(name, String, nullable=False) for name in ("conversation", "channel", "contact")),
        Column("place", String, nullable=True, unique=True),
        Column("card", String, nullable=True),
        *(Column(name, String, nullable=False) for name in ("looks", "about", "title")),
        Column("lines", Integer, nullable=False),
        Column("reminder", String, nullable=False),
        *(Column(name, Integer, nullable=False) for name in ("pinned", "closed")),
        sqlite_autoincrement=True,
    )
    op.create_index("cases_of_lane", "cases", ["channel", "contact"])
    op.create_index("cases_of_conversation", "cases", ["conversation"])
