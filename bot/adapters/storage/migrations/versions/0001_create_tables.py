"""Create the tables."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, Index, Integer, String, text

revision = "0001"
down_revision = None
survives = "0001"


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
        _counted("seq"),
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
        _counted("seq"),
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
        _counted("seq"),
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
        _counted("id"),
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
        _counted("seq"),
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
        _counted("seq"),
        _text("text"),
        _text("language"),
        _text("at"),
    )


def _create_audit() -> None:
    op.create_table(
        "audit",
        _counted("seq"),
        _text("at"),
        _text("conversation"),
        _text("action"),
        _text("details"),
        _text("previous"),
        _text("hash"),
        sqlite_autoincrement=True,
    )
    sqlite = op.get_bind().dialect.name == "sqlite"
    if not sqlite:
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE restrict_violation USING MESSAGE = 'the audit is only appended to'; END $$"
        )
    body = "BEGIN SELECT RAISE(ABORT, 'the audit is only appended to'); END"
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_refuses_{change.lower()} BEFORE {change} ON audit "
            + (body if sqlite else "FOR EACH ROW EXECUTE FUNCTION refuse_change()")
        )
    if not sqlite:
        op.execute(
            "CREATE TRIGGER audit_refuses_truncate BEFORE TRUNCATE ON audit "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def _text(
    name: str, *, nullable: bool = False, primary_key: bool = False, unique: bool = False
) -> Column[str]:
    return Column(name, String, nullable=nullable, primary_key=primary_key, unique=unique)


def _number(name: str, *, primary_key: bool = False) -> Column[int]:
    return Column(name, Integer, nullable=False, primary_key=primary_key)


def _counted(name: str) -> Column[int]:
    """A number that the database counts up."""
    return Column(name, BigInteger().with_variant(Integer, "sqlite"), nullable=False, primary_key=True)


def _index_waiting(name: str, *columns: str, where: str) -> Index:
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))
