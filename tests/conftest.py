"""What all tests share: the shipped content, loaded once, and an environment without settings of the person who runs them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.adapters.storage import migrate
from bot.bootstrap import load_reader
from bot.service.reading import Reader
from bot.settings import Settings
from tests.postgres.cluster import Cluster, serving

for _name in [name for name in os.environ if name.startswith("SPAREKEY_")]:
    del os.environ[_name]

# Hundreds of processes are started: what one of them has compiled, the next takes up.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

ROOT = Path(__file__).parent.parent


def pytest_sessionstart(session: pytest.Session) -> None:
    """Prepare the shipped content before there are workers, who would all do it at the same time."""
    if session.config.getoption("numprocesses", None):
        _load()


@pytest.fixture(scope="session")
def reader() -> Reader:
    """The shipped content with its matcher, proved once and kept beside the checkout."""
    return _load()


def _load() -> Reader:
    return load_reader(Settings(cache_dir=ROOT / ".cache"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A real PostgreSQL server."""
    with serving() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def _blank(postgres: Cluster) -> str:
    """A database of that server with the newest schema and nothing in it."""
    name = postgres.create()
    migrate.upgrade(postgres.url(name))
    return name


@pytest.fixture
def postgresql_url(postgres: Cluster, _blank: str) -> Iterator[str]:
    """The address of a fresh database with the newest schema."""
    name = postgres.create(_blank)
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a fresh database of each engine; that of the file has no schema yet."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgresql_url"))
    return f"sqlite:///{tmp_path / 'sparekey.db'}"
