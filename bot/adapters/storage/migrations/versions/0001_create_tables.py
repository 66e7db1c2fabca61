"""Create the tables."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Index, Integer, String, text

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table, and the triggers that keep the audit as it was written."""
    _create_inbox()
    _create_conversations()
    _create_commands()
    _create_timers()
    _create_counts()
    _create_audit()


def _create_inbox() -> None:
    op.create_table(
        "inbox",
        _number("seq", primary_key=True),
        _text("event", unique=True),
        _text("channel"),
        _text("contact"),
        _text("at"),
        _text("payload", nullable=True),
        _text("status"),
        _number("attempts"),
        _text("fault", nullable=True),
        _index_waiting("inbox_waiting", "channel", "contact", "seq", where="status = 'pending'"),
        sqlite_autoincrement=True,
    )


def _create_conversations() -> None:
    op.create_table(
        "conversations",
        _number("seq", primary_key=True),
        _text("id", unique=True),
        _text("channel"),
        _text("contact"),
        _text("started_at"),
        _text("status"),
        _text("case_code", unique=True, nullable=True),
        _text("language"),
        _text("content"),
        _number("version"),
        _text("state"),
        Index("conversations_of_lane", "channel", "contact", "seq"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "messages",
        _text("conversation", primary_key=True),
        _number("seq", primary_key=True),
        _text("at"),
        _text("direction"),
        _text("text"),
        _text("choices"),
        sqlite_with_rowid=False,
    )


def _create_commands() -> None:
    op.create_table(
        "commands",
        _number("seq", primary_key=True),
        _text("id", unique=True),
        _text("conversation"),
        _text("channel"),
        _text("contact"),
        _text("kind"),
        _text("payload", nullable=True),
        _text("status"),
        _text("fault", nullable=True),
        _index_waiting("commands_waiting", "seq", where="status IN ('pending', 'claimed')"),
        sqlite_autoincrement=True,
    )


def _create_timers() -> None:
    op.create_table(
        "timers",
        _number("id", primary_key=True),
        _text("conversation"),
        _text("key"),
        _text("channel"),
        _text("contact"),
        _text("due_at"),
        Index("timers_of_conversation", "conversation", "key", unique=True),
        Index("timers_due", "channel", "due_at", "id"),
        sqlite_autoincrement=True,
    )


def _create_counts() -> None:
    op.create_table(
        "budgets",
        _number("seq", primary_key=True),
        _text("budget"),
        _text("at"),
        Index("budgets_spent", "budget", "at"),
    )
    op.create_table(
        "feedback",
        _text("article", primary_key=True),
        _text("language", primary_key=True),
        _number("helped"),
        _number("not_helped"),
        _text("last_at"),
    )
    op.create_table(
        "unmatched",
        _number("seq", primary_key=True),
        _text("text"),
        _text("language"),
        _text("at"),
    )


def _create_audit() -> None:
    op.create_table(
        "audit",
        _number("seq", primary_key=True),
        _text("at"),
        _text("conversation"),
        _text("action"),
        _text("details"),
        _text("previous"),
        _text("hash"),
        sqlite_autoincrement=True,
    )
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_refuses_{change.lower()} BEFORE {change} ON audit "
            "BEGIN SELECT RAISE(ABORT, 'the audit is only appended to'); END"
        )


def _text(
    name: str, *, nullable: bool = False, primary_key: bool = False, unique: bool = False
) -> Column[str]:
    return Column(name, String, nullable=nullable, primary_key=primary_key, unique=unique)


def _number(name: str, *, primary_key: bool = False) -> Column[int]:
    return Column(name, Integer, nullable=False, primary_key=primary_key)


def _index_waiting(name: str, *columns: str, where: str) -> Index:
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))
