"""
The schema's revisions: which one a database has, and how it gets the newest.

A revision is named by the number that its file begins with, so asking for the state needs no Alembic, which takes a
third of a second to import. An upgrade is one transaction: killed at any step, it leaves the old schema.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from sqlalchemy.exc import DBAPIError

from bot.adapters.storage.engine import Engine, engine_of
from bot.errors import StoreOutdated

State = Literal["empty", "current", "behind", "ahead"]

_VERSIONS = Path(__file__).parent / "migrations" / "versions"


def head() -> str:
    """Return the revision that this program needs."""
    return max(revisions())


def revisions() -> tuple[str, ...]:
    """Return every revision that this program knows, oldest first."""
    return tuple(sorted(each.name.partition("_")[0] for each in _VERSIONS.glob("[0-9]*_*.py")))


def name(url: str) -> str:
    """Return the database as messages name it, without a password. Raises ConfigError as `current` does."""
    return engine_of(url).name


def current(url: str) -> str | None:
    """
    Return the revision of a database, None if it has none yet.

    Args:
        url: SQLAlchemy address of a database; a file that does not exist has no revision.

    Raises:
        ConfigError: The address is of no SQLite file and of no PostgreSQL database.
        StoreError: The database cannot be opened.
    """
    return engine_of(url).revision()


def state(url: str) -> State:
    """
    Compare a database with this program.

    Returns:
        `empty` (no schema yet), `current`, `behind` (`upgrade` helps) or `ahead` (a newer program made it).

    Raises:
        ConfigError: The address is of no SQLite file and of no PostgreSQL database.
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
        ConfigError: The address is of no SQLite file and of no PostgreSQL database.
        StoreOutdated: A newer program made it.
        StoreError: The database cannot be opened or changed; it is as it was.
    """
    engine = engine_of(url)
    engine.create()
    found = state(url)
    if found == "ahead":
        raise StoreOutdated(
            f"The database {engine.name} was made by a newer version of this program. Install that version."
        )
    if found == "current":
        return
    try:
        _run_alembic(engine)
    except DBAPIError as error:
        raise engine.translate(error) from None


def _run_alembic(engine: Engine) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", f"{__package__}:migrations")
    with engine.changing_schema() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
