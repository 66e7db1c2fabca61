"""
PostgreSQL: any number of processes, on any number of machines.

Each transaction that writes takes one advisory lock first. So units of work follow one another as they do on SQLite, and
need neither row locks nor retries; many of them share a commit, and what they do beforehand runs side by side.

Codes: "PostgreSQL Error Codes", appendix A of its manual.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from threading import Event
from typing import Any, Final

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import URL, Boolean, Connection, create_engine, literal_column, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql.psycopg import dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from bot.adapters.storage.engine import Cursor, Session, schema_is_outdated
from bot.adapters.storage.statements import Statements
from bot.errors import StoreBusy, StoreError, StoreFull, StoreOutdated, StoreRefused

#: The advisory locks of the writer and of who changes the schema: two arbitrary numbers, the same in every version.
_WRITING: Final = 7_264_101
_CHANGING_SCHEMA: Final = 7_264_102
#: The table that whoever reads locks first, and who changes the schema, too: they would else wait for each other in the
#: middle of their tables. Locking takes no snapshot, so what is read is of a moment after the change.
_GATE: Final = "inbox"
_BEGIN_READING: Final = (
    f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; LOCK TABLE {_GATE} IN ACCESS SHARE MODE"
)
#: The channel of notifications.
_TOLD: Final = "sparekey"
#: Seconds of silence after which a listener, who sends nothing by itself, asks whether the server is there; it asks twice.
_QUIET_S: Final = 10
#: Seconds to wait for the server when connecting.
_CONNECT_TIMEOUT_S: Final = 5
#: A process that hangs or was frozen in the middle of a transaction loses its session after so many seconds, or all others
#: would wait for its lock. A transaction takes milliseconds.
_FROZEN_S: Final = 10
#: Seconds between two tries to learn what became of a commit.
_PAUSE_S: Final = 0.2

#: Start of the code -> our class, what is wrong with the database, the cure. The first that fits counts.
_BY_CODE: tuple[tuple[str, type[StoreError], str], ...] = (
    ("55P03", StoreBusy, "is locked by another process. It is tried again"),
    ("40", StoreBusy, "undid a transaction because of another one. It is tried again"),
    ("57014", StoreBusy, "took too long. It is tried again"),
    ("25P03", StoreBusy, "cut off a program that was frozen in a transaction. It is tried again"),
    ("57P", StoreBusy, "is stopping or starting. It is tried again"),
    ("53300", StoreBusy, "has too many connections. Raise max_connections or run fewer processes"),
    ("53", StoreFull, "has no space or no memory left. Free some"),
    ("42P01", StoreOutdated, ""),
    ("42703", StoreOutdated, ""),
    ("28", StoreError, "refuses the user or the password. Correct SPAREKEY_DATABASE_URL"),
    ("3D000", StoreError, "does not exist. Create it with `createdb` or correct SPAREKEY_DATABASE_URL"),
    ("42501", StoreError, "does not allow this to its user. Let it be the owner of the database"),
    ("25006", StoreError, "is read-only. Name the primary server in SPAREKEY_DATABASE_URL"),
    ("XX", StoreError, "is damaged. Look into the server's log and restore the last backup"),
    ("23", StoreRefused, "refused a row that contradicts another one. Report this as a bug"),
    ("08", StoreBusy, "does not answer. Start it or correct SPAREKEY_DATABASE_URL; it is tried again"),
)
#: Words of a server that refuses a connection, in the language that it is set up in as a rule -> the code, which the
#: driver does not pass on then.
_REFUSALS: tuple[tuple[str, str], ...] = (
    ('role "', "28000"),
    ("password", "28P01"),
    ("pg_hba", "28000"),
    ('database "', "3D000"),
    ("connection slots", "53300"),
    ("too many", "53300"),
)
#: A process that was killed is disconnected at once, long before its last sign of life is too old.
_CONNECTED: Final = literal_column(
    "EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() "
    "AND application_name = 'sparekey ' || processes.id)",
    Boolean,
)
_STATEMENTS = Statements(dialect(paramstyle="pyformat"), postgresql.insert, _CONNECTED)  # type: ignore[no-untyped-call]
_NOTHING: Final[Mapping[str, Any]] = {}


class PostgresSession:
    """A connection to the server of an engine."""

    def __init__(self, engine: PostgresEngine) -> None:
        self._engine = engine
        self._connection = engine.connect()
        self._transaction = ""

    def execute(self, statement: str, values: Mapping[str, Any] = _NOTHING, /) -> Cursor:
        """Run one statement; it is prepared once a session."""
        return self._connection.execute(statement, values or None, prepare=True)

    def executemany(self, statement: str, rows: Iterable[Mapping[str, Any]], /) -> object:
        """Run one statement for each row, in one round trip."""
        cursor = self._connection.cursor()
        cursor.executemany(statement, rows)
        return cursor

    def tell(self, message: str, /) -> None:
        """Notify whoever listens when the transaction is committed."""
        self.execute("SELECT pg_notify(%(channel)s, %(message)s)", {"channel": _TOLD, "message": message})

    def now(self) -> datetime:
        """Return the server's time."""
        row = self._connection.execute("SELECT clock_timestamp()").fetchone()
        assert row is not None  # noqa: S101 - one row
        at: datetime = row[0]
        return at.astimezone(UTC)

    def begin_reading(self) -> None:
        """Begin to look at one moment of the database."""
        self._connection.execute(_BEGIN_READING, prepare=False)

    def begin_writing(self) -> None:
        """Begin, and wait for the writers' lock; it is let go with the transaction."""
        self._connection.execute("BEGIN")
        self._connection.execute(f"SELECT pg_advisory_xact_lock({_WRITING})")
        row = self._connection.execute("SELECT pg_current_xact_id()::text").fetchone()
        self._transaction = str(row[0]) if row else ""

    def commit(self) -> None:
        """Commit; where the connection is lost just then, ask the server what became of it."""
        try:
            self._connection.execute("COMMIT")
        except psycopg.OperationalError:
            if not self.is_lost() or not self._engine.is_committed(self._transaction):
                raise

    def rollback(self) -> None:
        """End what was begun."""
        self._connection.execute("ROLLBACK")

    def in_transaction(self) -> bool:
        """Tell whether it still goes on; a failed statement ends it only with the savepoint that it is in."""
        return self._connection.info.transaction_status in (
            TransactionStatus.INTRANS,
            TransactionStatus.INERROR,
        )

    def is_lost(self) -> bool:
        """Tell whether the connection is gone."""
        return self._connection.closed

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class PostgresEngine:
    """
    A PostgreSQL database.

    Args:
        url: Its address.
        busy_timeout_s: How long to wait for the writers' lock.
    """

    statements = _STATEMENTS
    broken: tuple[type[BaseException], ...] = (psycopg.Error, MemoryError)

    def __init__(self, url: URL, *, busy_timeout_s: float) -> None:
        host = url.host or str(url.query.get("host", ""))
        self.name = f"{url.database} at {host or 'this machine'}"
        self.process = secrets.token_hex(8)
        self._url = url.set(drivername="postgresql+psycopg")
        self._address = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._options = (
            f"-c lock_timeout={round(busy_timeout_s * 1000)} "
            f"-c idle_in_transaction_session_timeout={_FROZEN_S}s -c client_min_messages=error"
        )
        self._stopped = Event()

    def create(self) -> None:
        """A database of a server is made by who runs the server."""

    def open(self) -> PostgresSession:
        """Connect."""
        return PostgresSession(self)

    def connect(self) -> psycopg.Connection[Any]:
        """Open a connection of the driver that begins no transaction by itself."""
        return psycopg.connect(
            self._address,
            autocommit=True,
            connect_timeout=_CONNECT_TIMEOUT_S,
            application_name=f"sparekey {self.process}",
            options=self._options,
        )

    def is_committed(self, transaction: str) -> bool:
        """
        Tell whether a transaction whose commit nobody answered was committed, as soon as the server can be asked.

        Args:
            transaction: Its number, `pg_current_xact_id`.

        Returns:
            False, too, where the program stops before the server can be asked.
        """
        while not self._stopped.wait(_PAUSE_S):
            with contextlib.suppress(psycopg.Error), self.connect() as connection:
                row = connection.execute("SELECT pg_xact_status(%s::xid8)", (transaction,)).fetchone()
                if row is not None and row[0] in ("committed", "aborted"):
                    return bool(row[0] == "committed")
        return False

    def revision(self) -> str | None:
        """Return the revision of the schema."""
        return self._recorded("alembic_version", "version_num")

    def oldest(self) -> str | None:
        """Return the oldest revision whose program works with the schema."""
        return self._recorded("overlap", "oldest")

    @contextlib.contextmanager
    def changing_schema(self) -> Iterator[Connection]:
        """
        Open a transaction for Alembic; locks keep other programs out, whatever they do, until it is over.

        What they are in the middle of is waited for.
        """
        engine = create_engine(self._url, poolclass=NullPool, connect_args={"options": self._options})
        with engine.begin() as connection:
            for lock in (_CHANGING_SCHEMA, _WRITING):
                connection.execute(text(f"SELECT pg_advisory_xact_lock({lock})"))
            if connection.scalar(text(f"SELECT to_regclass('{_GATE}')")) is not None:
                connection.execute(text(f"LOCK TABLE {_GATE} IN ACCESS EXCLUSIVE MODE"))
            yield connection

    async def told(self) -> AsyncGenerator[str | None, None]:
        """Listen; connect again when the connection is lost, and say that something may have been told meanwhile."""
        while True:
            try:
                listening = await psycopg.AsyncConnection.connect(
                    self._address,
                    autocommit=True,
                    connect_timeout=_CONNECT_TIMEOUT_S,
                    application_name=f"sparekey {self.process}",
                    keepalives_idle=_QUIET_S,
                    keepalives_interval=_QUIET_S,
                    keepalives_count=2,
                )
                async with listening:
                    await listening.execute(f"LISTEN {_TOLD}")
                    yield None
                    async for notice in listening.notifies():
                        yield notice.payload
            except psycopg.Error:  # whatever it is: without this, others' news come only once a second
                await asyncio.sleep(_PAUSE_S)

    def translate(self, error: BaseException) -> BaseException:
        """Turn an error of the driver into one of ours, by a table."""
        origin = error.orig if isinstance(error, DBAPIError) and error.orig else error
        if not isinstance(origin, psycopg.Error):
            return error
        code = origin.sqlstate or _code_of(origin)
        for start, kind, what in _BY_CODE:
            if code.startswith(start):
                return (
                    self.outdated()
                    if kind is StoreOutdated
                    else kind(f"The database {self.name} {what} ({code}).")
                )
        return StoreError(
            f"The database {self.name} cannot be used ({code or type(origin).__name__}). Run `sparekey doctor`."
        )

    def stop(self) -> None:
        """Give up asking what became of commits."""
        self._stopped.set()

    def tidy(self, _: Session, /) -> None:
        """The server keeps itself in order."""

    def outdated(self) -> StoreOutdated:
        """Say that the schema is not the one of this program."""
        return schema_is_outdated(self.name)

    def _recorded(self, table: str, column: str) -> str | None:
        """Return what a table of one row says, None if there is no such table."""
        try:
            with self.connect() as connection:
                found = connection.execute("SELECT to_regclass(%s)", (table,)).fetchone()
                if found is None or found[0] is None:
                    return None
                row = connection.execute(f"SELECT {column} FROM {table}").fetchone()  # noqa: S608 - our own words
                return str(row[0]) if row else None
        except psycopg.Error as error:
            raise self.translate(error) from None


def _code_of(error: psycopg.Error) -> str:
    """The code of an error that has none because there is no connection, or none any more."""
    if not isinstance(error, psycopg.OperationalError):
        return ""
    _, refused, words = str(error).partition("FATAL:")
    return next((code for start, code in _REFUSALS if refused and start in words), "08")
