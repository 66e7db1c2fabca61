"""A database gets the newest schema in one step, or stays as it was."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event

from bot.adapters.storage import migrate
from bot.adapters.storage.engine import engine_of
from bot.adapters.storage.store import SqlStore
from bot.adapters.storage.tables import metadata
from bot.errors import StoreError, StoreOutdated
from tests.postgres.cluster import Cluster

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
PACKAGE = Path(migrate.__file__).parents[2]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "sparekey.db"


@pytest.fixture
def sqlite_url(file: Path) -> str:
    return f"sqlite:///{file}"


#: Makes the address of one more empty database of an engine.
Fresh = Callable[[], str]


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Fresh]:
    names: list[str] = []
    if request.param == "sqlite":
        numbers = count()
        yield lambda: f"sqlite:///{tmp_path}/{next(numbers)}/sparekey.db"
        return
    cluster: Cluster = request.getfixturevalue("postgres")

    def create() -> str:
        names.append(cluster.create())
        return cluster.url(names[-1])

    yield create
    for name in names:
        cluster.drop(name)


@pytest.fixture
def url(fresh: Fresh) -> str:
    return fresh()


@pytest.fixture
def migrated(url: str) -> Iterator[Connection]:
    migrate.upgrade(url)
    with _connected(url) as connection:
        yield connection


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def test_a_fresh_database_is_empty_until_it_is_upgraded(url: str) -> None:
    assert (migrate.state(url), migrate.current(url)) == ("empty", None)
    migrate.upgrade(url)
    assert (migrate.state(url), migrate.current(url)) == ("current", migrate.head())


def test_a_fresh_file_is_created_for_its_owner_only(file: Path, sqlite_url: str) -> None:
    url = sqlite_url
    assert (migrate.state(url), migrate.current(url)) == ("empty", None)
    assert not file.exists(), "asking creates nothing"
    migrate.upgrade(url)
    assert (migrate.state(url), migrate.current(url)) == ("current", migrate.head())
    assert file.stat().st_mode & 0o777 == 0o600


def test_the_migrated_schema_is_the_schema_of_the_tables(migrated: Connection) -> None:
    context = MigrationContext.configure(
        migrated, opts={"compare_type": True, "compare_server_default": True}
    )
    assert compare_metadata(context, metadata) == []


def test_the_migrated_schema_has_the_tables_own_words(sqlite_url: str) -> None:
    """Partial indexes, numbers never given twice, rows beside each other: what a comparison of columns does not see."""
    migrate.upgrade(sqlite_url)
    with _connected(sqlite_url) as migrated, _connected("sqlite://") as wanted:
        metadata.create_all(wanted)
        assert _schema(migrated) == _schema(wanted)


def test_the_migrated_schema_has_the_tables_own_indexes(postgres: Cluster) -> None:
    """The same for the other engine, whose words for its tables are not kept."""
    url, other = (postgres.url(postgres.create()) for _ in range(2))
    migrate.upgrade(url)
    with _connected(url) as migrated, _connected(other) as wanted:
        metadata.create_all(wanted)
        assert _indexes(migrated) == _indexes(wanted)


def _indexes(connection: Connection) -> list[tuple[str, str]]:
    rows = connection.exec_driver_sql(
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY 1"
    )
    return [(name, definition) for name, definition in rows]


def _schema(connection: Connection) -> dict[str, list[str]]:
    rows = connection.exec_driver_sql(
        "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND type IN ('table', 'index') "
        "AND name NOT LIKE 'alembic%' AND name NOT LIKE 'sqlite%'"
    )
    return {name: sorted(re.split(r"\s*,\s+", " ".join(sql.split()).strip(" )"))) for name, sql in rows}


def test_head_is_what_alembic_calls_head() -> None:
    """Revisions are numbered by their files, one after the other."""
    config = Config()
    config.set_main_option("script_location", "bot.adapters.storage:migrations")
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_current_head() == migrate.head()
    assert tuple(reversed([each.revision for each in scripts.walk_revisions()])) == migrate.revisions()


def test_an_upgrade_of_a_current_database_changes_nothing(url: str) -> None:
    migrate.upgrade(url)
    with _connected(url) as connection:
        connection.exec_driver_sql("INSERT INTO unmatched (text, language, at) VALUES ('kept', 'en', '2026')")
    migrate.upgrade(url)
    with _connected(url) as connection:
        assert connection.exec_driver_sql("SELECT text FROM unmatched").scalars().all() == ["kept"]


def test_an_upgrade_killed_at_any_step_leaves_the_old_schema_or_the_new(fresh: Fresh) -> None:
    """`kill -9` before every single statement; the next upgrade finishes what was begun."""
    step = 0
    states: list[str] = []
    while not states or states[-1] != "current":
        url = fresh()
        killed = _upgrade_killed_at(step, url)
        states.append(migrate.state(url))
        assert killed == (states[-1] != "current")
        migrate.upgrade(url)
        assert migrate.state(url) == "current"
        step += 1
    assert step > 15, "the upgrade takes many steps"
    assert set(states[:-1]) == {"empty"}


def test_an_upgrade_of_what_is_stored_killed_at_any_step_leaves_it_and_its_schema(fresh: Fresh) -> None:
    """The same from the first schema on: the program that was there before goes on with it."""
    step = 0
    states: list[str | None] = []
    while not states or states[-1] != migrate.head():
        url = fresh()
        upgrade_to(url, "0001")
        with _connected(url) as connection:
            connection.exec_driver_sql(
                "INSERT INTO unmatched (text, language, at) VALUES ('kept', 'en', '2026')"
            )
        _upgrade_killed_at(step, url)
        states.append(migrate.current(url))
        migrate.upgrade(url)
        with _connected(url) as connection:
            assert connection.exec_driver_sql("SELECT text FROM unmatched").scalars().all() == ["kept"]
        step += 1
    assert step > 5, "the upgrade takes many steps"
    assert set(states[:-1]) == {"0001"}


def upgrade_to(url: str, revision: str) -> None:
    """Bring a database to a revision that is not the newest."""
    config = Config()
    config.set_main_option("script_location", "bot.adapters.storage:migrations")
    engine = engine_of(url)
    engine.create()
    with engine.changing_schema() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def _upgrade_killed_at(step: int, url: str) -> bool:
    """Upgrade in a process of its own that kills itself before the statement; False if it finished before."""
    child = os.fork()
    if child == 0:
        left = iter(range(step))

        def kill(*_: object) -> None:
            if next(left, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(Engine, "before_cursor_execute", kill)
        event.listen(Engine, "commit", kill)
        try:
            migrate.upgrade(url)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def test_programs_that_start_together_agree(fresh: Fresh) -> None:
    """Three at a time upgrade and open the same fresh database; none is turned away."""
    for _ in range(8):
        url = fresh()
        ready, go = os.pipe()
        children = [_starting(url, ready, go) for _ in range(3)]
        os.close(ready)
        os.close(go)
        assert [os.waitpid(child, 0)[1] for child in children] == [0, 0, 0]
        assert migrate.state(url) == "current"


def _starting(url: str, ready: int, go: int) -> int:
    """Fork a program that upgrades and opens the database as soon as nobody holds `go` any more."""
    child = os.fork()
    if child:
        return child
    try:
        os.close(go)
        os.read(ready, 1)
        migrate.upgrade(url)
        asyncio.run(_open_and_write(url))
        os._exit(0)
    finally:
        os._exit(1)


async def _open_and_write(url: str) -> None:
    store = SqlStore(url)
    await store.write(lambda unit: unit.spend("starts", NOON))
    await store.close()


def test_a_database_that_is_behind_is_refused(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program with one more revision than the database."""
    migrate.upgrade(url)
    newer = tmp_path / "versions"
    shutil.copytree(migrate._VERSIONS, newer)
    (newer / "9998_add_a_table.py").write_text("")
    monkeypatch.setattr(migrate, "_VERSIONS", newer)
    assert migrate.state(url) == "behind"
    with pytest.raises(StoreOutdated, match="sparekey db upgrade"):
        SqlStore(url)


def test_a_database_of_a_newer_program_is_refused(url: str) -> None:
    migrate.upgrade(url)
    with _connected(url) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        connection.exec_driver_sql("UPDATE overlap SET oldest = '9998'")
    assert migrate.state(url) == "ahead"
    with pytest.raises(StoreOutdated):
        SqlStore(url)
    with pytest.raises(StoreOutdated, match="newer version"):
        migrate.upgrade(url)


def test_a_store_does_not_open_an_empty_database(url: str, file: Path, sqlite_url: str) -> None:
    for empty in (url, sqlite_url):
        with pytest.raises(StoreOutdated, match="sparekey db upgrade"):
            SqlStore(empty)
    assert not file.exists()


def test_a_place_that_cannot_hold_the_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, no directory")
    with pytest.raises(StoreError, match=r"taken/sparekey\.db cannot be created"):
        migrate.upgrade(f"sqlite:///{tmp_path}/taken/sparekey.db")


def test_an_upgrade_needs_nothing_but_the_package(tmp_path: Path, url: str) -> None:
    """The package somewhere else, as an installation puts it, started from a directory that is not the project."""
    shutil.copytree(PACKAGE, tmp_path / "site" / "bot", ignore=shutil.ignore_patterns("__pycache__"))
    script = "import sys; from bot.adapters.storage import migrate; migrate.upgrade(sys.argv[1]); print(migrate.__file__)"
    done = subprocess.run(
        [sys.executable, "-c", script, url],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(tmp_path / "site"))
    assert migrate.state(url) == "current"
