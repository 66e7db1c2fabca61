"""Create what people read on the web: where a line came from, its words as they were shown, and their sessions."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, String

revision = "0006"
down_revision = "0005"
survives = "0002"

_NUMBER = BigInteger().with_variant(Integer, "sqlite")


def upgrade() -> None:
    """Add columns and tables; an older program leaves them empty."""
    op.add_column("messages", Column("screen", Integer, nullable=True))
    op.add_column("messages", Column("source", String, nullable=True))
    op.create_table(
        "shown",
        _number(),
        _text("channel"),
        _text("contact"),
        _text("conversation"),
        Column("line", Integer, nullable=False),
        _text("at"),
        _text("text"),
        sqlite_autoincrement=True,
    )
    op.create_index("shown_of_line", "shown", ["conversation", "line"], unique=True)
    op.create_index("shown_of_lane", "shown", ["channel", "contact"])
    op.create_table(
        "visits",
        _number(),
        _text("channel"),
        _text("contact"),
        _text("at"),
        Column("generation", Integer, nullable=False),
        _text("read_conversation", nullable=True),
        Column("read_line", Integer, nullable=True),
        _text("rated", nullable=True),
        sqlite_autoincrement=True,
    )
    op.create_index("visits_of_lane", "visits", ["channel", "contact"], unique=True)


def _number() -> Column[int]:
    return Column("seq", _NUMBER, primary_key=True, autoincrement=True)


def _text(name: str, *, nullable: bool = False) -> Column[str]:
    return Column(name, String, nullable=nullable)
