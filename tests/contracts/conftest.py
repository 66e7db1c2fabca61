"""A fresh store of each kind; some are at a database that a newer program has upgraded."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.adapters.storage import migrate
from bot.adapters.storage.engine import Session, engine_of
from bot.adapters.storage.store import SqlStore
from bot.ports import Store
from bot.testing import MemoryStore
from tests.contracts.newer import Newer, make_newer


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the newest schema and nothing in it."""
    file = tmp_path_factory.mktemp("blank") / "sparekey.db"
    migrate.upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture
def file(blank: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(blank, tmp_path / "sparekey.db"))


@pytest.fixture
async def sqlite(file: Path) -> AsyncIterator[SqlStore]:
    store = SqlStore(f"sqlite:///{file}")
    yield store
    await store.close()


@pytest.fixture
async def postgresql(postgresql_url: str) -> AsyncIterator[SqlStore]:
    store = SqlStore(postgresql_url)
    yield store
    await store.close()


@pytest.fixture
async def memory() -> AsyncIterator[MemoryStore]:
    store = MemoryStore()
    yield store
    await store.close()


@pytest.fixture(scope="session")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Newer:
    """A newer program with whose schema this one works."""
    return make_newer(tmp_path_factory.mktemp("newer"))


@pytest.fixture(scope="session")
def _newer_file(newer: Newer, blank: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = Path(shutil.copy(blank, tmp_path_factory.mktemp("upgraded") / "sparekey.db"))
    newer.upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture
async def newer_sqlite(_newer_file: Path, tmp_path: Path) -> AsyncIterator[SqlStore]:
    store = SqlStore(f"sqlite:///{shutil.copy(_newer_file, tmp_path / 'newer.db')}")
    yield store
    await store.close()


@pytest.fixture(params=["memory", "sqlite", "postgresql", "newer_sqlite"])
def store(request: pytest.FixtureRequest) -> Store:
    store: Store = request.getfixturevalue(request.param)
    return store


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """The address of an empty database of each engine."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgresql_url"))
    return f"sqlite:///{request.getfixturevalue('file')}"


@pytest.fixture
async def database(url: str) -> AsyncIterator[SqlStore]:
    store = SqlStore(url)
    yield store
    await store.close()


@pytest.fixture
def other(url: str) -> Iterator[Session]:
    """Another program at the same database."""
    session = engine_of(url).open()
    yield session
    session.close()
