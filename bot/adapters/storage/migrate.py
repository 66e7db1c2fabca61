"""
The schema's revisions: which one a database has, and how it gets the newest.

A revision is named by the number that its file begins with, so asking for the state needs no Alembic, which takes a
third of a second to import. An upgrade is one transaction: killed at any step, it leaves the old schema.

While several processes are upgraded one after the other, those of the old version go on, and may be started again: every
revision says in `survives` which is the oldest one whose program still works with it, and the database remembers that.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from bot.adapters.storage.engine import Engine, engine_of
from bot.errors import StoreOutdated

if TYPE_CHECKING:
    from alembic.config import Config

State = Literal["empty", "current", "behind", "compatible", "ahead"]

_LOG = logging.getLogger(__name__)
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
        `empty` (no schema yet), `current`, `behind` (`upgrade` helps), `compatible` (a newer program made it, and this one
        still works with it) or `ahead` (a newer program made it, and this one does not).

    Raises:
        ConfigError: The address is of no SQLite file and of no PostgreSQL database.
        StoreError: The database cannot be opened.
    """
    return _state(engine_of(url))


def upgrade(url: str) -> None:
    """
    Bring a database to the newest revision; create it if there is none.

    That of a newer program is left as it is, with a warning in the log, if this program works with it.

    Raises:
        ConfigError: The address is of no SQLite file and of no PostgreSQL database.
        StoreOutdated: A newer program made it, and this one does not work with it.
        StoreError: The database cannot be opened or changed; it is as it was.
    """
    engine = engine_of(url)
    engine.create()
    if not _is_to_be_changed(engine):
        return
    from alembic import command  # before others have to wait

    try:
        with engine.changing_schema() as connection:
            # Whoever had the lock before may have done it, and may have been a newer program.
            if _is_to_be_changed(engine):
                command.upgrade(_config(connection), "head")
    except DBAPIError as error:
        raise engine.translate(error) from None


def _state(engine: Engine) -> State:
    revision, known = engine.revision(), revisions()
    if revision is None:
        return "empty"
    if revision in known:
        return "current" if revision == known[-1] else "behind"
    return "compatible" if engine.oldest() in known else "ahead"


def _is_to_be_changed(engine: Engine) -> bool:
    match _state(engine):
        case "empty" | "behind":
            return True
        case "current":
            return False
        case "compatible":
            _LOG.warning(
                "The database %s has the schema of a newer version. This one still works with it. Install that version soon.",
                engine.name,
            )
            return False
        case "ahead":
            raise StoreOutdated(
                f"The database {engine.name} was made by a newer version of this program. Install that version."
            )


def _config(connection: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", f"{__package__}:migrations")
    config.attributes["connection"] = connection
    return config
