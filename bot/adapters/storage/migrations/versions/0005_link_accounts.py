"""Create where one-time addresses are kept that link a chat to an account."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, String

revision = "0005"
down_revision = "0004"
survives = "0002"


def upgrade() -> None:
    """Create the table; programs of before do not know it and make no addresses."""
    op.create_table(
        "links",
        Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
        Column("digest", String, nullable=False, unique=True),
        Column("account", String, nullable=False),
        Column("expires_at", String, nullable=False),
        sqlite_autoincrement=True,
    )
