"""
Backups of a SQLite database: taken while a program uses it, put back while none does.

A copy is of one moment of the database. In WAL mode a reader keeps no writer waiting, and with its transaction open the
copy need not begin again whenever something is written. A file gets its name only when it is whole, checked and synced.

For PostgreSQL its own tools do this; both functions say which, and with what options.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shlex
import shutil
import sqlite3
import struct
import textwrap
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final
from urllib.parse import quote

from sqlalchemy import make_url

from bot.adapters.storage import migrate
from bot.adapters.storage.engine import engine_of
from bot.adapters.storage.sqlite import SqliteEngine
from bot.errors import ConfigError, SparekeyError, StoreBusy, StoreError, StoreFull

#: Pages copied at once, and seconds between two times, in which the disk is the writer's. A database of 84 MB that was
#: written to all the while took 1.0 s; its commits took 0.38 ms instead of 0.35, one in a hundred 1.2 instead of 0.6 to 1.0,
#: and the one beside the last sync 35 (SQLite 3.40, two cores).
_PAGES: Final = 64
_PAUSE_S: Final = 0.002
#: What SQLite keeps beside a file and reads with it.
_LOGS: Final = ("-wal", "-journal")
#: Where SQLite locks a file: the lock-byte page of its file format. In WAL mode every connection holds a part of it.
_LOCKS_AT, _LOCKS = 0x4000_0000, 512
#: `struct flock` of 64-bit Linux: kind, from where, start, length, process.
_FLOCK: Final = "hhqqi4x"
#: How much is shown of a program's command line.
_SHOWN: Final = 100
#: Length of the header of a SQLite file.
_HEADER: Final = 100
_NO_SPACE: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class _Unsound(sqlite3.DatabaseError):
    """The database was damaged before it was copied."""

    sqlite_errorname = "SQLITE_CORRUPT"


def backup(url: str, file: Path) -> None:
    """
    Copy a database to a new file, for the program's own user only; other programs go on meanwhile.

    Args:
        url: SQLAlchemy address of the database, of whatever schema.
        file: Where the copy is to be; it must not exist.

    Raises:
        ConfigError: The database is PostgreSQL's; the message has the command.
        StoreError: Nothing is left behind.
    """
    engine = _sqlite(url, "pg_dump --format=custom --no-owner --file={file} {address}", file)
    if engine.revision() is None:
        raise StoreError(f"The database {engine.name} holds nothing yet: there is nothing to back up.")
    with _written_beside(file) as part:
        if file.exists():
            raise StoreError(f"{file} exists already. Name a new file.")
        try:
            with closing(engine.connect()) as source:
                _copy(source, part)
        except sqlite3.Error as error:
            raise _full(file, error) or engine.translate(error) from None
        part.rename(file)
        _sync(file.parent)


def restore(url: str, file: Path) -> Path | None:
    """
    Bring a backup in the place of a database that no program has open, in a schema with which this program works.

    Args:
        url: SQLAlchemy address of the database.
        file: The backup; it is only read.

    Returns:
        Where the database that was there is kept, None if there was none.

    Raises:
        ConfigError: The database is PostgreSQL's; the message has the command.
        StoreBusy: A program has the database open; nothing was changed.
        StoreError: The backup cannot be used, or not be brought in place; the database is as it was.
    """
    engine = _sqlite(
        url,
        "pg_restore --clean --if-exists --no-owner --exit-on-error --single-transaction --dbname={address} {file}",
        file,
    )
    if not file.is_file():
        raise StoreError(f"{file} is no file. Name a backup that `sparekey db backup` made.")
    with _written_beside(engine.file) as part:
        try:
            with closing(_opened_to_read(file)) as source:
                _copy(source, part)
        except sqlite3.Error as error:
            raise _full(engine.file, error) or _no_backup(file, "is damaged or no database") from None
        _bring_up_to_date(part, file)
        _sync(part)
        return _replace(engine.file, part)


def _sqlite(url: str, instead: str, file: Path) -> SqliteEngine:
    engine = engine_of(url)
    if isinstance(engine, SqliteEngine):
        return engine
    address = make_url(url)._replace(drivername="postgresql", password=None)
    shown = address.difference_update_query(["password", "sslpassword"]).render_as_string()
    command = instead.format(file=shlex.quote(str(file)), address=shlex.quote(shown))
    raise ConfigError(f"PostgreSQL's own tool does this for {engine.name}. Run: {command}")


@contextmanager
def _written_beside(file: Path) -> Iterator[Path]:
    """Make FILE.part, for the program's own user; what is not renamed within the block is removed."""
    part = file.with_name(f"{file.name}.part")
    try:
        os.close(_for_us_only(str(part), os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except FileExistsError:
        raise StoreError(
            f"{part} is there: a backup is under way, or one was killed. If none is under way, remove that file."
        ) from None
    except OSError as error:
        raise StoreError(
            f"{part} cannot be created: {error.strerror}. Create its directory and let yourself write there."
        ) from None
    try:
        yield part
    except OSError as error:
        raise _full(file, error) or StoreError(
            f"{file} cannot be written: {error.strerror}. Nothing was changed. Check the disk."
        ) from None
    finally:
        for suffix in ("", "-shm", *_LOGS):
            Path(f"{part}{suffix}").unlink(missing_ok=True)


def _copy(source: sqlite3.Connection, part: Path) -> None:
    """Copy one moment of a database to an empty file, check it and sync it."""
    with closing(sqlite3.connect(part, isolation_level=None)) as target:
        # Nobody needs half a copy: no journal, and one sync at the end.
        target.execute("PRAGMA journal_mode = OFF")
        target.execute("PRAGMA synchronous = OFF")
        source.execute("BEGIN")
        source.execute("SELECT 1 FROM sqlite_master").fetchone()
        source.backup(target, pages=_PAGES, progress=lambda *_: time.sleep(_PAUSE_S))
        source.execute("ROLLBACK")
        # One file without a log, which can also be read where nothing can be written.
        target.execute("PRAGMA journal_mode = DELETE")
        if target.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
            raise _Unsound
    _sync(part)


def _opened_to_read(file: Path) -> sqlite3.Connection:
    """Open a backup; nothing is written beside it, unless somebody copied it together with its log."""
    mode = "mode=ro" if Path(f"{file}-wal").exists() else "mode=ro&immutable=1"
    return sqlite3.connect(f"file:{quote(str(file.absolute()))}?{mode}", uri=True, isolation_level=None)


def _bring_up_to_date(part: Path, file: Path) -> None:
    url = f"sqlite:///{part}"
    match migrate.state(url):
        case "empty":
            raise _no_backup(file, "is no database of Sparekey")
        case "ahead":
            raise _no_backup(file, "was made by a newer Sparekey, or is no database of Sparekey")
        case "behind":
            migrate.upgrade(url)
        case "current" | "compatible":
            pass


def _replace(database: Path, part: Path) -> Path | None:
    """Put a file in the place of the database; one that is there is kept, with its log."""
    if not database.exists():
        _put(part, database)
        return None
    with _alone_with(database) as old:
        kept = _keep(old, database)
        owner = os.fstat(old.fileno())
        os.chown(part, owner.st_uid, owner.st_gid)  # else the bot could not read what root restores
        _put(part, database)
        # A program that was started just now waits for our lock of the file that has no name any more. It must not go on
        # with that file and the log of the new one: it finds no database, ends, and the next start is well.
        old.seek(0)
        old.write(bytes(_HEADER))
    return kept


@contextmanager
def _alone_with(database: Path) -> Iterator[BinaryIO]:
    """Open a database, damaged or not, as the only program. Raises StoreBusy with who has it open."""
    with database.open("r+b", buffering=0) as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, _LOCKS, _LOCKS_AT)
        except (BlockingIOError, PermissionError):
            raise StoreBusy(
                f"The database {database} is open in {_holder(file)}. Stop it, then restore; nothing was changed."
            ) from None
        yield file


def _holder(file: BinaryIO) -> str:
    """Return the process that has the database open, in words."""
    asked = struct.pack(_FLOCK, fcntl.F_WRLCK, os.SEEK_SET, _LOCKS_AT, _LOCKS, 0)
    *_, process = struct.unpack(_FLOCK, fcntl.fcntl(file, fcntl.F_GETLK, asked))
    try:
        words = Path(f"/proc/{process}/cmdline").read_bytes().decode("utf-8", "replace").split("\0")
    except OSError:
        return "another program, perhaps of another container"
    return f"process {process} ({textwrap.shorten(' '.join(words), _SHOWN)})"


def _keep(old: BinaryIO, database: Path) -> Path:
    """Copy the database that is to be replaced, and its log."""
    kept = database.with_name(f"{database.name}.before-restore-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
    _store(old, kept)
    try:
        for suffix in _LOGS:
            with contextlib.suppress(FileNotFoundError), Path(f"{database}{suffix}").open("rb") as log:
                _store(log, Path(f"{kept}{suffix}"))
    except OSError:
        kept.unlink()
        raise
    _sync(database.parent)
    return kept


def _store(content: BinaryIO, file: Path) -> None:
    with open(file, "xb", opener=_for_us_only) as copy:
        try:
            shutil.copyfileobj(content, copy)
            copy.flush()
            os.fsync(copy.fileno())
        except OSError:
            file.unlink()
            raise


def _for_us_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _put(part: Path, database: Path) -> None:
    """Give the file the database's name; a log that is left over belongs to another file and goes first."""
    for suffix in ("-shm", *_LOGS):
        Path(f"{database}{suffix}").unlink(missing_ok=True)
    part.replace(database)
    _sync(database.parent)


def _sync(path: Path) -> None:
    """Wait until a file, or the names in a directory, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _full(file: Path, error: sqlite3.Error | OSError) -> StoreFull | None:
    name = getattr(error, "sqlite_errorname", "")
    if name in ("SQLITE_FULL", "SQLITE_IOERR_WRITE") or getattr(error, "errno", None) in _NO_SPACE:
        return StoreFull(
            f"{file} cannot be written: the disk or a quota is full. Nothing of it is left behind. "
            "Free some space, or name a file on another disk."
        )
    return None


def _no_backup(file: Path, what: str) -> SparekeyError:
    return StoreError(f"{file} {what}. Nothing was changed. Name another backup.")
