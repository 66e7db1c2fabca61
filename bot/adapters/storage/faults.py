"""
The database's errors in our words, by a table; no text of a row ever stands in a message.

Codes: "Result and Extended Result Codes" of the SQLite documentation, by the names that `sqlite3` reports.
"""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError

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


def translate(error: BaseException, file: str) -> BaseException:
    """
    Turn an error of the database into one of ours; any other error is returned as it is.

    Args:
        error: What `sqlite3`, or SQLAlchemy around it, raised.
        file: The database, for the message.

    Returns:
        StoreBusy, StoreFull, StoreOutdated, StoreRefused, StoreError or the very error.
    """
    origin = error.orig if isinstance(error, DBAPIError) and error.orig else error
    if not isinstance(origin, sqlite3.Error):
        return error
    if any(words in str(origin) for words in _OUTDATED):
        return outdated(file)
    name = getattr(origin, "sqlite_errorname", None) or type(origin).__name__
    for start, kind, what in _BY_CODE:
        if name.startswith(start):
            return kind(f"The database {file} {what} ({name}).")
    return StoreError(f"The database {file} cannot be used ({name}). Run `sparekey doctor`.")


def outdated(file: str) -> StoreOutdated:
    """Say that the schema is not the one of this program."""
    return StoreOutdated(
        f"The database {file} has another schema than this program. Run `sparekey db upgrade`."
    )
