"""
SQLite: one file, one machine.

It runs in WAL mode, so that readers and the writer do not wait for each other, and syncs at every commit, because what was
acknowledged must survive a power cut. What is deleted is overwritten with zeros.

Codes: "Result and Extended Result Codes" of the SQLite documentation, by the names that `sqlite3` reports.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import sqlite3
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, event
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from bot.adapters.storage.engine import Session, schema_is_outdated
from bot.adapters.storage.statements import Statements
from bot.errors import StoreBusy, StoreError, StoreFull, StoreOutdated, StoreRefused

#: Start of the code's name -> our class, what happened to the file, the cure. The first that fits counts.
_BY_CODE: tuple[tuple[str, type[StoreError], str], ...] = (
    ("SQLITE_BUSY", StoreBusy, "is locked by another process. Stop that process or wait; it is tried again"),
    ("SQLITE_LOCKED", StoreBusy, "is locked by another connection. Wait; it is tried again"),
    ("SQLITE_FULL", StoreFull, "cannot grow: the disk is full. Free some space"),
    # Any other refusal of a write by the file system, such as a quota or a limit on the size of files.
    ("SQLITE_IOERR_WRITE", StoreFull, "cannot grow: the disk or a quota is full. Free some space"),
    ("SQLITE_IOERR_SHM", StoreFull, "cannot grow beside its -shm file: the disk is full. Free some space"),
    (
        "SQLITE_READONLY",
        StoreError,
        "is read-only. Give the program's user the right to write it and its directory",
    ),
    (
        "SQLITE_CANTOPEN",
        StoreError,
        "cannot be opened. Create its directory and let the program's user write there",
    ),
    ("SQLITE_CORRUPT", StoreError, "is damaged. Restore the last backup"),
    (
        "SQLITE_NOTADB",
        StoreError,
        "is no SQLite database. Move that file away or correct SPAREKEY_DATABASE_URL",
    ),
    (
        "SQLITE_IOERR",
        StoreError,
        "cannot be read or written: the disk fails. Check the disk and the system's log",
    ),
    ("SQLITE_CONSTRAINT", StoreRefused, "refused a row that contradicts another one. Report this as a bug"),
)
#: What SQLite says, with no code of its own, where the schema is not the one of this program.
_OUTDATED = ("no such table", "no such column", "has no column named")
_STATEMENTS = Statements(sqlite.dialect(paramstyle="named"), sqlite.insert)


class SqliteSession:
    """A connection to the file; the driver begins no transaction by itself, so schema changes roll back too."""

    def __init__(self, connection: sqlite3.Connection, spread: Callable[[list[str]], None]) -> None:
        self._connection, self._spread = connection, spread
        #: What is told once this transaction is committed.
        self._messages: list[str] = []
        self.execute = connection.execute
        self.executemany = connection.executemany

    def tell(self, message: str, /) -> None:
        """Tell whoever listens in this process, the only one at the file."""
        self._messages.append(message)

    def now(self) -> datetime:
        """Return the machine's time."""
        return datetime.now(UTC)

    def begin_reading(self) -> None:
        """Begin to look at one moment of the file."""
        self.execute("BEGIN")

    def begin_writing(self) -> None:
        """Take the file's one lock for writing."""
        self.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Sync."""
        self.execute("COMMIT")
        self._spread(self._messages)
        self._messages = []

    def rollback(self) -> None:
        """End what was begun."""
        self._messages = []
        self.execute("ROLLBACK")

    def in_transaction(self) -> bool:
        """Tell whether it still goes on; SQLite gives all of it up, e.g. on a full disk."""
        return self._connection.in_transaction

    def is_lost(self) -> bool:
        """A file is not lost."""
        return False

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class SqliteEngine:
    """
    A SQLite file.

    Args:
        url: Its address.
        busy_timeout_s: How long to wait for another process's lock.
    """

    statements = _STATEMENTS
    broken: tuple[type[BaseException], ...] = (sqlite3.Error, MemoryError)

    def __init__(self, url: URL, *, busy_timeout_s: float) -> None:
        self.file = Path(str(url.database))
        self.name = str(self.file)
        self.process = secrets.token_hex(8)
        self._url, self._busy_timeout_s = url, busy_timeout_s
        #: Who listens to what is told, and in which event loop.
        self._listeners: dict[asyncio.Queue[str], asyncio.AbstractEventLoop] = {}

    def create(self) -> None:
        """Create the file and its directory where they are missing, for the program's own user only."""
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            if not self.file.exists():
                self.file.touch(mode=0o600)
        except OSError as error:
            raise StoreError(
                f"The database {self.file} cannot be created: {error.strerror}. Let the program write there."
            ) from None

    def open(self) -> SqliteSession:
        """Open the file; it is made if it is missing."""
        return SqliteSession(self.connect(), self._spread)

    def connect(self) -> sqlite3.Connection:
        """Open a connection of the driver that begins no transaction by itself."""
        connection = sqlite3.connect(self.file, check_same_thread=False)
        try:
            self._configure(connection)
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def revision(self) -> str | None:
        """Return the revision of the schema; asking creates nothing."""
        return self._recorded("alembic_version", "version_num")

    def oldest(self) -> str | None:
        """Return the oldest revision whose program works with the schema; asking creates nothing."""
        return self._recorded("overlap", "oldest")

    @contextlib.contextmanager
    def changing_schema(self) -> Iterator[Connection]:
        """Open a transaction for Alembic; the file's lock keeps other programs out."""
        engine = create_engine(self._url, poolclass=NullPool)
        event.listen(engine, "connect", lambda connection, _record: self._configure(connection))
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
        with engine.begin() as connection:
            yield connection

    async def told(self) -> AsyncGenerator[str | None, None]:
        """Listen to this process's own transactions; None at first, none is missed then."""
        heard: asyncio.Queue[str] = asyncio.Queue()
        self._listeners[heard] = asyncio.get_running_loop()
        try:
            yield None
            while True:
                yield await heard.get()
        finally:
            del self._listeners[heard]

    def _spread(self, messages: list[str]) -> None:
        """Tell; it is the thread of the session that calls."""
        for heard, loop in list(self._listeners.items()) if messages else ():
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens any more
                loop.call_soon_threadsafe(_put_all, heard, messages)

    def translate(self, error: BaseException) -> BaseException:
        """Turn an error of the driver into one of ours, by a table."""
        origin = error.orig if isinstance(error, DBAPIError) and error.orig else error
        if not isinstance(origin, sqlite3.Error):
            return error
        if any(words in str(origin) for words in _OUTDATED):
            return self.outdated()
        name = getattr(origin, "sqlite_errorname", None) or type(origin).__name__
        for start, kind, what in _BY_CODE:
            if name.startswith(start):
                return kind(f"The database {self.file} {what} ({name}).")
        return StoreError(f"The database {self.file} cannot be used ({name}). Run `sparekey doctor`.")

    def stop(self) -> None:
        """A file always answers."""

    def tidy(self, session: Session, /) -> None:
        """Bring the write-ahead log into the file."""
        with contextlib.suppress(sqlite3.Error):  # on a full disk: the next opening reads the log
            session.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def outdated(self) -> StoreOutdated:
        """Say that the schema is not the one of this program."""
        return schema_is_outdated(self.name)

    def _recorded(self, table: str, column: str) -> str | None:
        """Return what a table of one row says, None if there is no such table."""
        if not self.file.exists():
            return None
        try:
            with closing(self.open()) as session:
                there = "SELECT 1 FROM sqlite_master WHERE name = :table"
                if session.execute(there, {"table": table}).fetchone() is None:
                    return None
                row = session.execute(f"SELECT {column} FROM {table}").fetchone()  # noqa: S608 - our own words
                return str(row[0]) if row else None
        except sqlite3.Error as error:
            raise self.translate(error) from None

    def _configure(self, connection: sqlite3.Connection) -> None:
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout = {round(self._busy_timeout_s * 1000)}",
            "synchronous = FULL",
            "foreign_keys = ON",
            "secure_delete = ON",
            "temp_store = MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")
        self._enter_wal(connection)

    def _enter_wal(self, connection: sqlite3.Connection) -> None:
        """Turn WAL mode on; SQLite itself does not wait where two programs do this to a fresh file at the same moment."""
        deadline = time.monotonic() + self._busy_timeout_s
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() > deadline:
                    raise
                time.sleep(0.01)
            else:
                return


def _put_all(heard: asyncio.Queue[str], messages: list[str]) -> None:
    for message in messages:
        heard.put_nowait(message)
