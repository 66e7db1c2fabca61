"""Two versions at one database: the older one goes on, and starts again, for as long as the newer one's schema lets it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Inspector, create_engine, inspect

from bot import bootstrap, doctor, records
from bot.adapters.storage import backup, migrate
from bot.adapters.storage.engine import engine_of
from bot.adapters.storage.store import SqlStore
from bot.core.events import TextReceived
from bot.errors import StoreError, StoreOutdated
from bot.ports import Incoming, Lane, Snapshot, Transaction
from bot.service.persist import surely
from bot.service.reading import Reader
from bot.settings import Settings
from bot.testing import CollectingChannel, ManualClock
from tests.contracts.newer import BREAK, Newer, make_newer
from tests.contracts.test_migrations import upgrade_to
from tests.playing import MORNING
from tests.postgres.cluster import Cluster
from tests.service.test_durable_turns import TO_THE_CODE, Machine

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
#: Of a table its columns (type, may be null, has a default), and what must be unique in it.
Table = tuple[dict[str, tuple[str, bool, bool]], set[str]]
Schema = dict[str, Table]
#: How many events the newer program takes in.
MANY: Final = 30
#: The newer program: it upgrades, says so, and works beside the older one until it is told to end.
NEWER = f"""
import asyncio, sys
from datetime import UTC, datetime
from bot.adapters.storage import migrate
from bot.adapters.storage.store import SqlStore
from bot.core.events import TextReceived
from bot.ports import Incoming, Lane
from bot.service.persist import surely

def event(number):
    return Incoming(
        lane=Lane("telegram", "new"), event=TextReceived(id=f"new:{{number}}", at=datetime.now(UTC), text="no code")
    )

async def work():
    await surely(lambda: asyncio.to_thread(migrate.upgrade, sys.argv[1]))
    store = SqlStore(sys.argv[1])
    print("upgraded", flush=True)
    for number in range({MANY}):
        await surely(lambda: store.write(lambda unit: unit.receive(event(number))))
    await asyncio.to_thread(sys.stdin.readline)
    await store.close()

asyncio.run(work())
"""


def event(number: int) -> Incoming:
    return Incoming(
        lane=Lane("telegram", "old"), event=TextReceived(id=f"old:{number}", at=NOON, text="no code")
    )


@pytest.fixture
def url(database_url: str) -> str:
    """A database of each engine, with this program's schema."""
    migrate.upgrade(database_url)
    return database_url


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        yield connection
    engine.dispose()


# What the database remembers, and what an older program makes of it.


def test_the_database_remembers_the_oldest_program_that_works_with_it(url: str, newer: Newer) -> None:
    assert engine_of(url).oldest() == "0002"
    newer.upgrade(url)
    assert (migrate.current(url), engine_of(url).oldest()) == (newer.revision, migrate.head())


def test_an_older_program_works_on_with_one_warning(
    url: str, newer: Newer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    newer.upgrade(url)
    caplog.set_level(logging.WARNING, "bot")
    assert migrate.state(url) == "compatible"
    settings = Settings(database_url=url, data_dir=tmp_path)
    asyncio.run(bootstrap.open_store(settings).close())
    (said,) = caplog.messages
    assert (
        "has the schema of a newer version. This one still works with it. Install that version soon." in said
    )
    assert migrate.current(url) == newer.revision, "it is left as it is"
    assert records.upgrade(settings).endswith(f"up to date already, schema {newer.revision}.")


async def test_the_doctor_tells_that_this_program_is_the_older_one(url: str, newer: Newer) -> None:
    newer.upgrade(url)
    line = str(await doctor._finding("database", doctor._database, Settings(database_url=url)))
    assert line.startswith("database: OK.")
    assert line.endswith(
        f"has schema {newer.revision} of a newer Sparekey, and this one, made for {migrate.head()}, still works with it. "
        "Install that version soon."
    )


async def test_a_schema_that_an_older_program_does_not_survive_is_refused(
    url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    breaking = make_newer(tmp_path_factory.mktemp("breaking"), steps=BREAK, survives="9999")
    breaking.upgrade(url)
    assert migrate.state(url) == "ahead"
    with pytest.raises(StoreOutdated):
        SqlStore(url)
    with pytest.raises(
        StoreOutdated, match=r"made by a newer version of this program\. Install that version"
    ):
        migrate.upgrade(url)
    line = str(await doctor._finding("database", doctor._database, Settings(database_url=url)))
    assert line.startswith("database: FAULT.")
    assert "made by a newer Sparekey" in line


def test_a_program_that_waited_for_a_newer_one_leaves_its_schema(
    url: str, newer: Newer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both find an old schema; the newer one has the lock first."""
    states = iter(["behind"])
    real = migrate._state
    monkeypatch.setattr(migrate, "_state", lambda engine: next(states, None) or real(engine))
    newer.upgrade(url)
    migrate.upgrade(url)
    assert next(states, None) is None, "it found the old schema first"
    assert migrate.current(url) == newer.revision


def test_a_backup_of_a_newer_program_is_restored_if_this_one_works_with_it(
    tmp_path: Path, newer: Newer
) -> None:
    live, copy, place = (tmp_path / name for name in ("live.db", "copy.db", "place.db"))
    newer.upgrade(f"sqlite:///{live}")
    backup.backup(f"sqlite:///{live}", copy)
    backup.restore(f"sqlite:///{place}", copy)
    assert migrate.state(f"sqlite:///{place}") == "compatible"
    with _connected(f"sqlite:///{copy}") as connection:
        connection.exec_driver_sql("UPDATE overlap SET oldest = '9999'")
    with pytest.raises(StoreError, match="was made by a newer Sparekey"):
        backup.restore(f"sqlite:///{place}", copy)


# Both at work.


async def test_an_older_process_goes_on_while_a_newer_one_upgrades_and_works(
    url: str, newer: Newer, caplog: pytest.LogCaptureFixture
) -> None:
    """
    Nothing of either is lost or doubled, and the older one may be started again beside the newer one.

    Neither ever holds what the other one waits for.
    """
    store = SqlStore(url)
    taken = 0

    async def read_until(done: asyncio.Future[Any]) -> None:
        while not done.done():
            await surely(partial(store.read, _look_through))

    async def take_until(done: asyncio.Future[Any]) -> None:
        nonlocal taken
        least = taken + MANY
        while not done.done() or taken < least:
            await surely(partial(store.write, partial(_receive, event(taken))))
            taken += 1

    with newer.start(NEWER, url) as process:
        try:
            assert process.stdout is not None
            said = asyncio.ensure_future(asyncio.to_thread(process.stdout.readline))
            await asyncio.gather(take_until(said), read_until(said))
            assert said.result() == "upgraded\n"
            await store.close()
            migrate.upgrade(url)
            store = SqlStore(url)
            ended = asyncio.ensure_future(asyncio.to_thread(process.communicate, "\n", 60))
            await asyncio.gather(take_until(ended), read_until(ended))
            assert process.returncode == 0, ended.result()
        finally:
            process.kill()
            await store.close()
    assert "because of another one" not in f"{ended.result()} {caplog.text}"
    assert migrate.state(url) == "compatible"
    for contact, count in (("old", taken), ("new", MANY)):
        assert stored(url, contact) == [f"{contact}:{number}" for number in range(count)]


def _receive(incoming: Incoming, unit: Transaction) -> bool:
    return unit.receive(incoming)


def _look_through(view: Snapshot) -> None:
    """Look into many tables within one snapshot."""
    lane, channels = Lane("telegram", "old"), ("telegram",)
    view.pending(channels)
    view.conversation(lane)
    view.next_timer(channels)
    view.spent("code:1", NOON)
    view.next_event(lane)
    view.audit()


def stored(url: str, contact: str) -> list[str]:
    with _connected(url) as connection:
        rows = connection.exec_driver_sql("SELECT contact, event FROM inbox ORDER BY seq")
        return [event for whose, event in rows if whose == contact]


async def test_a_conversation_goes_on_in_an_older_program_while_and_after_a_newer_one_upgrades(
    url: str, newer: Newer, reader: Reader, tmp_path: Path
) -> None:
    machine = Machine(tmp_path, url, reader, ManualClock(MORNING), CollectingChannel())
    person = await machine.start()
    for text in TO_THE_CODE[:6]:
        await person.say(text)
    await asyncio.to_thread(newer.upgrade, url)
    for text in TO_THE_CODE[6:9]:
        await person.say(text)
    await machine.stop()
    person = await machine.start()
    try:
        for text in [*TO_THE_CODE[9:], "mei"]:
            await person.say(text)
        assert await person.where() == "resend_code.wait_for_it"
        machine.clock.advance(timedelta(seconds=61))
        await person.desk.fire_due_timers()
        await person.desk.settle()
        assert await person.where() == "resend_code.did_it_arrive"
        assert len(await person.accounts.calls()) == 1
        assert (await machine.store.verify_audit()).broken_at is None
    finally:
        await machine.stop()
    assert migrate.current(url) == newer.revision


# What authors of revisions must keep to.


def test_every_revision_is_survived_by_the_program_before_it() -> None:
    """And a program that does not survive one does not survive a later one."""
    config = Config()
    config.set_main_option("script_location", "bot.adapters.storage:migrations")
    scripts = ScriptDirectory.from_config(config)
    survived = [(each.down_revision, each.module.survives) for each in scripts.walk_revisions()]
    for before, oldest in survived:
        assert oldest in migrate.revisions()
        assert before is None or oldest <= before
    ages = [oldest for _, oldest in reversed(survived)]
    assert ages == sorted(ages)


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_every_revision_only_expands(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """
    What an older program reads or writes is there afterwards, and nothing new wants anything of it.

    A revision that takes away what the version before has stopped using is excepted here, by its number.
    """
    url = f"sqlite:///{tmp_path}/sparekey.db"
    if engine == "postgresql":
        cluster: Cluster = request.getfixturevalue("postgres")
        url = cluster.url(cluster.create())
    before: Schema = {}
    for revision in migrate.revisions():
        upgrade_to(url, revision)
        after = _schema(url)
        assert _narrowed(before, after) == []
        before = after


def test_a_revision_that_takes_away_or_wants_more_is_found(url: str, newer: Newer) -> None:
    before = _schema(url)
    newer.upgrade(url)
    expanded = _schema(url)
    assert expanded != before
    assert _narrowed(before, expanded) == []
    with _connected(url) as connection:
        connection.exec_driver_sql("ALTER TABLE messages DROP COLUMN choices")
        connection.exec_driver_sql("ALTER TABLE budgets RENAME COLUMN budget TO name")
        connection.exec_driver_sql("DROP TABLE shares")
        connection.exec_driver_sql("CREATE UNIQUE INDEX one_a_text ON unmatched (text)")
    assert _narrowed(expanded, _schema(url)) == [
        "budgets.budget is gone or changed",
        "budgets.name must be given",
        "messages.choices is gone or changed",
        "shares.name is gone or changed",
        "shares.newer_count is gone or changed",
        "shares.newer_note is gone or changed",
        "shares.owner is gone or changed",
        "unmatched: one_a_text must be unique",
    ]


def _schema(url: str) -> Schema:
    with _connected(url) as connection:
        looking = inspect(connection)
        return {table: _table(looking, table) for table in looking.get_table_names()}


def _table(looking: Inspector, name: str) -> Table:
    columns = {
        each["name"]: (str(each["type"]), each["nullable"], each["default"] is not None)
        for each in looking.get_columns(name)
    }
    constraints = [each["name"] for each in looking.get_unique_constraints(name)]
    indexes = [each["name"] for each in looking.get_indexes(name) if each["unique"]]
    return columns, {str(each) for each in (*constraints, *indexes)}


def _narrowed(before: Schema, after: Schema) -> list[str]:
    """Tell what a program that knows the schema before would trip over in the one after."""
    faults = []
    for table, (columns, unique) in sorted(before.items()):
        new_columns, new_unique = after.get(table, ({}, set()))
        for column in sorted(columns.keys() | new_columns.keys()):
            _, nullable, has_default = new_columns.get(column, ("", True, False))
            if column in columns and new_columns.get(column) != columns[column]:
                faults.append(f"{table}.{column} is gone or changed")
            elif column not in columns and not (nullable or has_default):
                faults.append(f"{table}.{column} must be given")
        faults += [f"{table}: {name} must be unique" for name in sorted(new_unique - unique)]
    return faults
