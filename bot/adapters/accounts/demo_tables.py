"""
The demo account service's own tables, in its own SQLite file that several processes may open.

Every unit of work is one `BEGIN IMMEDIATE` transaction: it waits for the write lock before it reads, so two processes
never decide from the same state. Moments are Unix time in seconds.
"""

from __future__ import annotations

import secrets
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, Final, TypeVar

from sqlalchemy import URL, Connection, Engine, Index, MetaData, create_engine, event, inspect, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import registry
from sqlmodel import Field, Session, SQLModel

from bot.errors import StoreError

T = TypeVar("T")

#: Shorter than the 10 s that a call may take by default, so that a locked file is told from a lost answer.
BUSY_TIMEOUT_MS: Final = 5_000
#: Raised whenever a table changes, not where one is added, which older programs do not mind; SQLite keeps it in the file's header.
VERSION: Final = 2


class DemoTable(SQLModel, registry=registry()):
    """The tables of this service alone: a registry of their own keeps them out of every other database."""

    metadata: ClassVar[MetaData] = MetaData()


class ServiceKeyRow(DemoTable, table=True):
    """The one secret of the service, made once."""

    __tablename__ = "service_key"

    id: int = Field(default=1, primary_key=True)
    key: bytes


class AccountRow(DemoTable, table=True):
    """An account; every column is as `demo_identity.normalise` writes it."""

    __tablename__ = "accounts"

    id: int | None = Field(default=None, primary_key=True)
    username: str = Field(unique=True)
    phone: str = Field(unique=True)
    email: str = Field(unique=True)


class CaseRow(DemoTable, table=True):
    """A case, its account or nothing, and how far up the resend ladder it is."""

    __tablename__ = "cases"

    case: str = Field(primary_key=True)
    account: int | None = None
    sends: int = 0
    last_send_at: float = 0.0


class StandingRow(DemoTable, table=True):
    """How an account stands; without one it is active."""

    __tablename__ = "standings"

    account: int = Field(primary_key=True)
    state: str
    #: 0: it does not end by itself.
    until: float = 0.0


class ReportRow(DemoTable, table=True):
    """What became of a message; without one it was delivered."""

    __tablename__ = "reports"

    message: int = Field(primary_key=True)
    status: str
    reason: str | None = None


class CallRow(DemoTable, table=True):
    """One call that came with a key; the one that was answered for good keeps the reply of its key."""

    __tablename__ = "calls"
    __table_args__ = (Index("one_reply_a_key", "key", unique=True, sqlite_where=text("reply IS NOT NULL")),)

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(index=True)
    operation: str
    case: str
    #: JSON: what else the call was given.
    arguments: str
    at: float
    #: What the caller was told.
    outcome: str
    #: JSON; None for a call that was not executed, and for a repeated one.
    reply: str | None = None


class MessageRow(DemoTable, table=True):
    """A message as the simulated phone or mailbox got it."""

    __tablename__ = "messages"

    id: int | None = Field(default=None, primary_key=True)
    #: The account, or the case of an unknown one: a fresh code or link ends the older ones of its owner.
    owner: str = Field(index=True)
    #: What it holds: `code` or `reset`.
    kind: str
    #: None: no such account, so nobody gets it; written all the same, because the time must not tell.
    address: str | None = Field(default=None, index=True)
    channel: str
    at: float
    valid_until: float
    text: str


class TicketRow(DemoTable, table=True):
    """A ticket, as the people who work on it see it."""

    __tablename__ = "tickets"

    id: int | None = Field(default=None, primary_key=True)
    ticket: str = Field(unique=True)
    case: str = Field(index=True)
    #: JSON: the factors that are lost.
    items: str
    reason: str
    opened_at: float
    closed_at: float | None = None


class TicketRefRow(DemoTable, table=True):
    """What a ticket is called by those who asked for it."""

    __tablename__ = "ticket_refs"

    external_ref: str = Field(primary_key=True)
    ticket: str = Field(foreign_key="tickets.ticket", index=True)


class FaultRow(DemoTable, table=True):
    """An outcome that the next calls are forced to have."""

    __tablename__ = "faults"

    id: int | None = Field(default=None, primary_key=True)
    fault: str
    operation: str
    channel: str | None = None
    times: int


class CommitLost(StoreError):
    """The commit failed: nobody knows whether the work is stored."""


def open_engine(path: Path) -> Engine:
    """
    Open the file, and create the directory, the tables and the service key where they are missing.

    Raises:
        StoreError: The file or its directory cannot be used.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
    except OSError as error:
        raise StoreError(_cure(path, error)) from error
    engine = create_engine(URL.create("sqlite", database=str(path)))
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin_immediate)
    transact(engine, _create)
    return engine


def transact(engine: Engine, work: Callable[[Session], T]) -> T:
    """
    Run `work` as one transaction. Blocks.

    Raises:
        CommitLost: The commit failed.
        StoreError: The file cannot be used; nothing was stored.
        ValueError: A row with this name exists (a programming error); nothing was stored.
    """
    committing = False
    try:
        with Session(engine) as session:
            result = work(session)
            session.flush()
            committing = True
            session.commit()
    except IntegrityError as error:
        raise ValueError(f"Stored already: {error.orig}.") from error
    except DBAPIError as error:
        fault = CommitLost if committing else StoreError
        raise fault(_cure(Path(engine.url.database or ""), error.orig)) from error
    return result


def service_key(session: Session) -> bytes:
    """Return the secret that case references are made with."""
    return session.get_one(ServiceKeyRow, 1).key


def _create(session: Session) -> None:
    connection = session.connection()
    fresh = not inspect(connection).has_table("service_key")
    if not fresh and connection.exec_driver_sql("PRAGMA user_version").scalar() != VERSION:
        raise StoreError(
            _cure(Path(connection.engine.url.database or ""), "another version of Sparekey made it")
        )
    DemoTable.metadata.create_all(connection)
    if fresh:
        connection.exec_driver_sql(f"PRAGMA user_version = {VERSION}")
        session.add(ServiceKeyRow(key=secrets.token_bytes(32)))


def _configure(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver begins no transactions of its own
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    _to_wal(connection, time.monotonic() + BUSY_TIMEOUT_MS / 1000)


def _to_wal(connection: Any, deadline: float) -> None:
    """Set the journal mode, which SQLite does not wait for while another process sets it for the same new file."""
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _cure(path: Path, error: object) -> str:
    return (
        f"The demo account service cannot use {str(path)!r}: {error}. "
        "Check that the directory can be written and the disk has room, or move the file away: a new one is made."
    )
