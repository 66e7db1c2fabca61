"""
How the database is opened: the settings of every connection, and the one way a transaction begins.

SQLite runs in WAL mode, so that readers and the writer do not wait for each other, and syncs at every commit, because
what was acknowledged must survive a power cut. What is deleted is overwritten with zeros.
"""

from __future__ import annotations

import time
from pathlib import Path
from sqlite3 import Connection as DriverConnection
from sqlite3 import OperationalError
from typing import cast

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool, PoolProxiedConnection

from bot.errors import ConfigError, StoreError

#: How long a connection waits for another process's lock by default.
BUSY_TIMEOUT_S = 5.0


def file_of(url: str) -> Path:
    """
    Return the database file that an address names.

    Raises:
        ConfigError: It names none.
    """
    try:
        parts: URL | None = make_url(url)
    except ArgumentError:
        parts = None
    if parts is None or parts.get_backend_name() != "sqlite" or parts.database in (None, "", ":memory:"):
        raise ConfigError(
            "SPAREKEY_DATABASE_URL: is not the address of a SQLite file such as sqlite:///data/sparekey.db"
        )
    return Path(str(parts.database))


def create_file(url: str) -> None:
    """
    Create the file and its directory where they are missing, for the program's own user only.

    Raises:
        StoreError: The system does not allow it.
    """
    file = file_of(url)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            file.touch(mode=0o600)
    except OSError as error:
        raise StoreError(
            f"The database {file} cannot be created: {error.strerror}. Let the program write there."
        ) from None


def open_engine(url: str, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> Engine:
    """
    Return an engine that opens a new connection each time it is asked for one.

    Args:
        url: SQLAlchemy address of a SQLite file.
        busy_timeout_s: How long to wait for another process's lock.

    Raises:
        ConfigError: The address is of no SQLite file.
    """
    file_of(url)
    engine = create_engine(url, poolclass=NullPool, connect_args={"check_same_thread": False})
    pragmas = (
        f"PRAGMA busy_timeout = {round(busy_timeout_s * 1000)}",
        "PRAGMA synchronous = FULL",
        "PRAGMA foreign_keys = ON",
        "PRAGMA secure_delete = ON",
        "PRAGMA temp_store = MEMORY",
    )

    @event.listens_for(engine, "connect")
    def configure(connection: DriverConnection, _record: object) -> None:
        connection.isolation_level = (
            None  # the driver begins no transaction by itself; schema changes roll back too
        )
        for pragma in pragmas:
            connection.execute(pragma)
        _enter_wal(connection, busy_timeout_s)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def driver_of(connection: PoolProxiedConnection) -> DriverConnection:
    """Return the driver's own connection."""
    return cast("DriverConnection", connection.driver_connection)


def _enter_wal(connection: DriverConnection, busy_timeout_s: float) -> None:
    """Turn WAL mode on; SQLite itself does not wait where two programs do this to a fresh file at the same moment."""
    deadline = time.monotonic() + busy_timeout_s
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return
