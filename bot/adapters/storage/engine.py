"""
What the store needs of a database engine, and which engine an address names.

An engine opens sessions. A session is one connection of the driver: it runs SQL with named parameters, and knows how its
engine begins a unit of work. At any moment one session of all processes writes, on every engine: what a unit of work has
read stays true until it commits.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError

from bot.adapters.storage.statements import Statements
from bot.errors import ConfigError, StoreOutdated

#: How long a session waits for another's lock by default, in seconds.
BUSY_TIMEOUT_S = 5.0


class Cursor(Protocol):
    """Rows that a statement found, or how many it changed."""

    @property
    def rowcount(self) -> int:
        """How many rows were changed."""
        ...

    def fetchone(self) -> Any:
        """Return the next row, None after the last."""
        ...

    def fetchall(self) -> list[Any]:
        """Return the rows that are left."""
        ...

    def __iter__(self) -> Iterator[Any]:
        """Iterate over the rows."""
        ...


class Session(Protocol):
    """One connection. Its methods raise the driver's errors, which the engine translates."""

    def execute(self, statement: str, values: Mapping[str, Any] = ..., /) -> Cursor:
        """Run one statement."""
        ...

    def executemany(self, statement: str, rows: Iterable[Mapping[str, Any]], /) -> object:
        """Run one statement for each row."""
        ...

    def tell(self, message: str, /) -> None:
        """Tell all processes something once the transaction is committed; nobody hears it where there is one process."""
        ...

    def now(self) -> datetime:
        """Return the present, aware UTC, by the clock that all processes have."""
        ...

    def begin_reading(self) -> None:
        """Begin to look at one moment of the database."""
        ...

    def begin_writing(self) -> None:
        """Begin a transaction; no other session writes until it ends."""
        ...

    def commit(self) -> None:
        """Make it durable. Whatever is raised, nothing was stored."""
        ...

    def rollback(self) -> None:
        """End what was begun; nothing of it is stored."""
        ...

    def in_transaction(self) -> bool:
        """Tell whether what was begun still goes on; a full disk or a lost connection may have ended it."""
        ...

    def is_lost(self) -> bool:
        """Tell whether the connection is gone for good and another session is needed."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


class Engine(Protocol):
    """A database of one kind at one address."""

    #: The database as messages name it, without a password.
    name: str
    #: This process among those at the database.
    process: str
    statements: Statements
    #: What the driver raises when the database does not do its part.
    broken: tuple[type[BaseException], ...]

    def create(self) -> None:
        """Create what a schema can be made in, where that is ours to do. Raises StoreError."""
        ...

    def open(self) -> Session:
        """Connect. Raises the driver's error, ConfigError or StoreError."""
        ...

    def revision(self) -> str | None:
        """Return the revision of the schema, None if there is none yet. Raises StoreError."""
        ...

    def oldest(self) -> str | None:
        """Return the oldest revision whose program works with the schema, None where it does not say. Raises StoreError."""
        ...

    def changing_schema(self) -> AbstractContextManager[Connection]:
        """Open a transaction for Alembic; no other program changes the schema meanwhile."""
        ...

    def told(self) -> AsyncGenerator[str | None, None]:
        """Return what processes tell each other, from now on; None, as at first: until now something may not have been heard."""
        ...

    def translate(self, error: BaseException) -> BaseException:
        """
        Turn an error of the driver, or of SQLAlchemy around it, into one of ours; any other is returned as it is.

        No text of a row ever stands in a message.
        """
        ...

    def stop(self) -> None:
        """Say that the program stops: no session waits for a server that does not answer."""
        ...

    def tidy(self, session: Session, /) -> None:
        """Bring the database into order before its last session is closed; best effort."""
        ...

    def outdated(self) -> StoreOutdated:
        """Say that the schema is not the one of this program."""
        ...


def engine_of(url: str, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> Engine:
    """
    Return the engine that an address names; nothing is opened yet.

    Args:
        url: SQLAlchemy address of a SQLite file or of a PostgreSQL database.
        busy_timeout_s: How long to wait for another session's lock.

    Raises:
        ConfigError: It names none.
    """
    parts = _parsed(url)
    # Each engine is loaded only where it is used.
    match parts.get_backend_name() if parts is not None else None:
        case "sqlite" if parts is not None and parts.database not in (None, "", ":memory:"):
            from bot.adapters.storage.sqlite import SqliteEngine

            return SqliteEngine(parts, busy_timeout_s=busy_timeout_s)
        case "postgresql" | "postgres" if parts is not None and parts.database:
            from bot.adapters.storage.postgresql import PostgresEngine

            return PostgresEngine(parts, busy_timeout_s=busy_timeout_s)
    raise ConfigError(
        "SPAREKEY_DATABASE_URL: is not the address of a SQLite file such as sqlite:///data/sparekey.db, nor of a PostgreSQL "
        "database such as postgresql://sparekey@localhost/sparekey"
    )


def schema_is_outdated(name: str) -> StoreOutdated:
    """Say that a database's schema is not the one of this program."""
    return StoreOutdated(
        f"The database {name} has another schema than this program. Run `sparekey db upgrade`."
    )


def _parsed(url: str) -> URL | None:
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        return None
