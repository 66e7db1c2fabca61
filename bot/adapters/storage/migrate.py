"""
The schema's revisions: which one a database has, and how it gets the newest.

A revision is named by the number that its file begins with, so asking for the state needs no Alembic, which takes a
third of a second to import. An upgrade is one transaction: killed at any step, it leaves the old schema.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Literal

from sqlalchemy.exc import DBAPIError

from bot.adapters.storage import faults
from bot.adapters.storage.database import create_file, driver_of, file_of, open_engine
from bot.errors import StoreOutdated

State = Literal["empty", "current", "behind", "ahead"]

_VERSIONS = Path(__file__).parent / "migrations" / "versions"


def head() -> str:
    """Return the revision that this program needs."""
    return max(revisions())


def revisions() -> tuple[str, ...]:
    """Return every revision that this program knows, oldest first."""
    return tuple(sorted(each.name.partition("_")[0] for each in _VERSIONS.glob("[0-9]*_*.py")))


def current(url: str) -> str | None:
    """
    Return the revision of a database, None if it has none yet.

    Args:
        url: SQLAlchemy address of a SQLite file; one that does not exist has no revision.

    Raises:
        ConfigError: The address is of no SQLite file.
        StoreError: The database cannot be opened.
    """
    file = file_of(url)
    if not file.exists():
        return None
    try:
        with closing(open_engine(url).raw_connection()) as connection:
            return _recorded(driver_of(connection))
    except (DBAPIError, sqlite3.Error) as error:
        raise faults.translate(error, str(file)) from None


def state(url: str) -> State:
    """
    Compare a database with this program.

    Returns:
        `empty` (no schema yet), `current`, `behind` (`upgrade` helps) or `ahead` (a newer program made it).

    Raises:
        ConfigError: The address is of no SQLite file.
        StoreError: The database cannot be opened.
    """
    revision = current(url)
    if revision is None:
        return "empty"
    if revision == head():
        return "current"
    return "behind" if revision in revisions() else "ahead"


def upgrade(url: str) -> None:
    """
    Bring a database to the newest revision; create it if there is none.

    Raises:
        ConfigError: The address is of no SQLite file.
        StoreOutdated: A newer program made it.
        StoreError: The database cannot be opened or changed; it is as it was.
    """
    create_file(url)
    found = state(url)
    if found == "ahead":
        raise StoreOutdated(
            f"The database {file_of(url)} was made by a newer version of this program. Install that version."
        )
    if found == "current":
        return
    try:
        _run_alembic(url)
    except DBAPIError as error:
        raise faults.translate(error, str(file_of(url))) from None


def _recorded(connection: sqlite3.Connection) -> str | None:
    table = "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
    if connection.execute(table).fetchone() is None:
        return None
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else None


def _run_alembic(url: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", f"{__package__}:migrations")
    with open_engine(url).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
