"""Backups of a SQLite file: whole, private, of one moment, and put back only where nobody works. PostgreSQL's by its tools."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shlex
import shutil
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.adapters.storage import backup, migrate
from bot.adapters.storage.store import SqlStore
from bot.core.vocabulary import Direction
from bot.errors import ConfigError, StoreBusy, StoreError
from bot.ports import Line, Transaction
from tests.contracts.test_migrations import upgrade_to
from tests.postgres.cluster import Cluster

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
#: Lines of 2 kB; the file is some MB, so that a copy of it takes many steps.
MANY = 3_000

#: A program that has the database open until it is told to end; says what it wrote.
PROGRAM = """
import asyncio, sys
from bot.adapters.storage.store import SqlStore
from tests.contracts.test_backup import add

async def work():
    store = SqlStore(sys.argv[1])
    print("open", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    await store.write(add(1))
    await store.close()

asyncio.run(work())
"""


def add(lines: int, name: str = "c1") -> Callable[[Transaction], None]:
    def work(unit: Transaction) -> None:
        for _ in range(lines):
            unit.add_line(name, Line(at=NOON, direction=Direction.INCOMING, text="x" * 2_000))

    return work


def address(file: Path) -> str:
    return f"sqlite:///{file}"


def lines(file: Path, name: str = "c1") -> int:
    """How many lines a file holds that nobody uses; nothing is made beside it."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True)) as database:
        found = database.execute("SELECT count(*) FROM messages WHERE conversation = ?", (name,)).fetchone()
    return int(found[0])


def names(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()}


async def filled(file: Path, count: int) -> Path:
    file.parent.mkdir(exist_ok=True)
    migrate.upgrade(address(file))
    store = SqlStore(address(file))
    await store.write(add(count))
    await store.close()
    return file


@pytest.fixture
async def file(tmp_path: Path) -> Path:
    return await filled(tmp_path / "data" / "sparekey.db", 10)


@contextmanager
def program(file: Path) -> Iterator[subprocess.Popen[str]]:
    """Another program that has the database open."""
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, address(file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        try:
            yield process
        finally:
            process.kill()


# Backing up.


async def test_a_backup_is_one_private_file_that_holds_everything(file: Path, tmp_path: Path) -> None:
    """Also what only the log held: it can be read from where nothing can be written, and nothing else is left."""
    store = SqlStore(address(file))
    await store.write(add(1))
    folder = tmp_path / "backups"
    folder.mkdir()
    copy = folder / "a b?%23.db"
    old = os.umask(0)
    try:
        backup.backup(address(file), copy)
    finally:
        os.umask(old)
    await store.close()
    assert names(folder) == {copy.name}
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert copy.read_bytes()[18:20] == b"\x01\x01", "no log is needed to read it"
    copy = copy.rename(folder / "plain.db")
    assert lines(copy) == 11


async def test_a_backup_is_of_one_moment_while_others_write(tmp_path: Path) -> None:
    """The writer goes on all the while, commit after commit, and the copy does not begin again."""
    file = await filled(tmp_path / "data" / "sparekey.db", MANY)
    store = SqlStore(address(file))
    running = True
    written = 0

    async def keep_writing() -> None:
        nonlocal written
        while running:

            def both(unit: Transaction) -> None:
                add(1, "left")(unit)
                add(1, "right")(unit)

            await store.write(both)
            written += 1

    writing = asyncio.create_task(keep_writing())
    while not written:
        await asyncio.sleep(0)
    before = written
    copy = tmp_path / "copy.db"
    await asyncio.to_thread(backup.backup, address(file), copy)
    during = written - before
    running = False
    await writing
    await store.close()
    assert during > 20, "the writer does not wait for the copy"
    assert lines(copy) == MANY
    assert lines(copy, "left") == lines(copy, "right")
    assert before <= lines(copy, "left") <= before + during


def test_what_exists_is_not_written_over(file: Path, tmp_path: Path) -> None:
    for taken in (tmp_path / "taken.db", file):
        if taken != file:
            taken.write_bytes(b"dear to somebody")
        content = taken.read_bytes()
        with pytest.raises(StoreError, match=r"exists already\. Name a new file"):
            backup.backup(address(file), taken)
        assert taken.read_bytes() == content
    assert names(tmp_path) == {"data", "taken.db"}


def test_a_backup_that_is_under_way_is_not_disturbed(file: Path, tmp_path: Path) -> None:
    part = tmp_path / "copy.db.part"
    part.write_bytes(b"half")
    with pytest.raises(StoreError, match=r"copy\.db\.part is there: .* remove that file"):
        backup.backup(address(file), tmp_path / "copy.db")
    assert part.read_bytes() == b"half"
    assert not (tmp_path / "copy.db").exists()


def test_a_directory_that_is_not_there_is_named(file: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"nowhere/copy\.db\.part cannot be created: .*Create its directory"):
        backup.backup(address(file), tmp_path / "nowhere" / "copy.db")


def test_nothing_is_backed_up_where_nothing_is(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is nothing to back up"):
        backup.backup(address(tmp_path / "sparekey.db"), tmp_path / "copy.db")
    assert names(tmp_path) == set()


async def test_a_damaged_database_makes_no_backup(tmp_path: Path) -> None:
    """A page of a table is overwritten: copying alone would not notice."""
    file = await filled(tmp_path / "data" / "sparekey.db", 100)
    damage(file)
    with pytest.raises(StoreError, match=r"sparekey\.db is damaged\. Restore the last backup"):
        backup.backup(address(file), tmp_path / "copy.db")
    assert names(tmp_path) == {"data"}


def damage(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database:
        root = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'messages'").fetchone()[0]
        size = database.execute("PRAGMA page_size").fetchone()[0]
    with file.open("r+b") as content:
        content.seek((root - 1) * size)
        content.write(b"\xff" * size)


LIMITED = """
import resource, signal, sys
from pathlib import Path
from bot.adapters.storage import backup
from bot.errors import SparekeyError

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # the write itself shall fail, as on a full disk
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
try:
    getattr(backup, sys.argv[2])(sys.argv[3], Path(sys.argv[4]))
except SparekeyError as fault:
    print(type(fault).__name__, fault)
"""


def on_a_full_disk(verb: str, file: Path, copy: Path, room: int) -> str:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(room), verb, address(file), str(copy)],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert not done.stderr, done.stderr
    return done.stdout


async def test_a_full_disk_leaves_nothing_behind_and_the_cure_is_said(tmp_path: Path) -> None:
    file = await filled(tmp_path / "data" / "sparekey.db", 500)
    copy = tmp_path / "copy.db"
    said = on_a_full_disk("backup", file, copy, 200_000)
    assert said.startswith(f"StoreFull {copy} cannot be written: the disk or a quota is full.")
    assert "Free some space" in said
    assert names(tmp_path) == {"data"}
    backup.backup(address(file), copy)
    other = await filled(tmp_path / "other" / "sparekey.db", 1)
    assert "StoreFull" in on_a_full_disk("restore", other, copy, 200_000)
    assert names(other.parent) == {"sparekey.db"}
    assert lines(other) == 1


# Restoring.


async def test_a_backup_comes_in_the_place_of_the_database_which_is_kept(file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    backup.backup(address(file), copy)
    content = copy.read_bytes()
    store = SqlStore(address(file))
    await store.write(add(5))
    await store.close()

    kept = backup.restore(address(file), copy)

    assert kept is not None
    assert names(file.parent) == {"sparekey.db", kept.name}
    assert kept.name.startswith("sparekey.db.before-restore-2")
    assert (lines(file), lines(kept)) == (10, 15)
    assert copy.read_bytes() == content
    assert names(tmp_path) == {"data", "copy.db"}
    for each in (file, kept):
        assert stat.S_IMODE(each.stat().st_mode) == 0o600
    store = SqlStore(address(file))
    await store.write(add(1))
    await store.close()
    assert lines(file) == 11


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to somebody else")
def test_what_root_restores_belongs_to_who_had_it(file: Path, tmp_path: Path) -> None:
    backup.backup(address(file), tmp_path / "copy.db")
    os.chown(file, 10001, 10002)
    backup.restore(address(file), tmp_path / "copy.db")
    assert (file.stat().st_uid, file.stat().st_gid) == (10001, 10002)


def test_a_backup_is_restored_where_no_database_is(file: Path, tmp_path: Path) -> None:
    copy, new = tmp_path / "copy.db", tmp_path / "new" / "sparekey.db"
    backup.backup(address(file), copy)
    new.parent.mkdir()
    assert backup.restore(address(new), copy) is None
    assert names(new.parent) == {"sparekey.db"}
    assert lines(new) == 10


def test_a_database_that_a_program_has_open_is_not_replaced(file: Path, tmp_path: Path) -> None:
    """Also one that does nothing; it is named, and it goes on."""
    copy = tmp_path / "copy.db"
    backup.backup(address(file), copy)
    with program(file) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        with pytest.raises(
            StoreBusy, match=rf"is open in process {other.pid} \(.*python.*Stop it, then restore"
        ):
            backup.restore(address(file), copy)
        _, said = other.communicate("\n", timeout=30)
        assert (other.returncode, said) == (0, "")
    assert names(file.parent) == {"sparekey.db"}
    assert lines(file) == 11


async def test_what_a_killed_program_left_in_its_log_is_kept_and_not_played_into_the_backup(
    file: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"
    backup.backup(address(file), copy)
    live = tmp_path / "live"
    store = SqlStore(address(file))
    await store.write(add(3))
    shutil.copytree(file.parent, live)  # as a kill would leave it
    await store.close()
    assert (live / "sparekey.db-wal").stat().st_size > 0

    kept = backup.restore(address(live / "sparekey.db"), copy)

    assert kept is not None
    assert lines(live / "sparekey.db") == 10
    with closing(sqlite3.connect(kept)) as database:
        assert database.execute("SELECT count(*) FROM messages").fetchone() == (13,)


async def test_a_backup_that_was_copied_with_its_log_is_restored_with_it(file: Path, tmp_path: Path) -> None:
    store = SqlStore(address(file))
    await store.write(add(3))
    by_hand = Path(shutil.copytree(file.parent, tmp_path / "by hand"))
    await store.close()
    new = tmp_path / "new" / "sparekey.db"
    new.parent.mkdir()
    backup.restore(address(new), by_hand / "sparekey.db")
    assert lines(new) == 13


def test_a_damaged_database_is_replaced_and_kept(file: Path, tmp_path: Path) -> None:
    """This is what a backup is for, whatever is in the file."""
    copy = tmp_path / "copy.db"
    backup.backup(address(file), copy)
    file.write_bytes(b"this was a database once" * 1000)
    kept = backup.restore(address(file), copy)
    assert kept is not None
    assert kept.read_bytes() == b"this was a database once" * 1000
    assert lines(file) == 10


def test_a_file_that_is_no_sound_backup_changes_nothing(file: Path, tmp_path: Path) -> None:
    foreign, newer, cut, text = (tmp_path / f"{name}.db" for name in ("foreign", "newer", "cut", "text"))
    with closing(sqlite3.connect(foreign)) as database:
        database.execute("CREATE TABLE messages (id)")
    backup.backup(address(file), newer)
    cut.write_bytes(newer.read_bytes()[: newer.stat().st_size // 2])
    with closing(sqlite3.connect(newer, isolation_level=None)) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.execute("UPDATE overlap SET oldest = '9998'")
    text.write_text("no database at all", "utf-8")
    damaged = tmp_path / "damaged.db"
    backup.backup(address(file), damaged)
    damage(damaged)
    before = file.read_bytes()
    for bad, what in (
        (foreign, "is no database of Sparekey"),
        (newer, "was made by a newer Sparekey"),
        (cut, "is damaged or no database"),
        (damaged, "is damaged or no database"),
        (text, "is damaged or no database"),
        (tmp_path / "nowhere.db", "is no file"),
        (tmp_path, "is no file"),
    ):
        with pytest.raises(StoreError, match=f"{what}.*Name a"):
            backup.restore(address(file), bad)
    assert file.read_bytes() == before
    assert names(file.parent) == {"sparekey.db"}


@pytest.mark.parametrize("revision", migrate.revisions()[:-1])
def test_a_backup_of_an_older_schema_is_brought_up_to_date(revision: str, tmp_path: Path) -> None:
    old, new = tmp_path / "old.db", tmp_path / "new.db"
    upgrade_to(address(old), revision)
    assert migrate.state(address(old)) == "behind"
    backup.backup(address(old), tmp_path / "copy.db")
    backup.restore(address(new), tmp_path / "copy.db")
    assert migrate.state(address(new)) == "current"
    assert migrate.current(address(old)) == revision


def test_a_program_that_starts_while_a_backup_is_restored_does_not_go_on_with_the_old_file(
    file: Path, tmp_path: Path
) -> None:
    """It may have opened the file that is being replaced: with the log of the new one it would spoil both."""
    copy = tmp_path / "copy.db"
    backup.backup(address(file), copy)
    with backup._alone_with(file), program(file) as racer:
        wait_until_open(racer.pid, file)
        kept = backup.restore(address(file), copy)  # a process is never in its own way
        assert kept is not None
        _, said = racer.communicate("\n", timeout=30)
    assert racer.returncode != 0
    assert "StoreError: The database" in said
    assert (lines(file), lines(kept)) == (10, 10)
    assert names(file.parent) == {file.name, kept.name}


def wait_until_open(process: int, file: Path) -> None:
    """Wait until a program has opened the file; it then waits for the lock."""
    wanted = file.stat()
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with contextlib.suppress(FileNotFoundError):
            found = [each.stat() for each in Path(f"/proc/{process}/fd").iterdir() if each.exists()]
            if any((each.st_dev, each.st_ino) == (wanted.st_dev, wanted.st_ino) for each in found):
                return
        time.sleep(0.01)
    raise AssertionError("it never opened the file")


# PostgreSQL.


async def test_the_commands_for_postgresql_do_what_is_said(
    postgres: Cluster, postgresql_url: str, tmp_path: Path
) -> None:
    """They are run as they are printed: taken while a store is open, put into another database that has something else."""
    file, other = tmp_path / "a copy.dump", postgres.create()
    store = SqlStore(postgresql_url)
    await store.write(add(3))
    run(postgres, command(backup.backup, postgresql_url, file))
    await store.write(add(1))
    await store.close()
    for _ in range(2):  # into an empty database, and into one that is in use
        run(postgres, command(backup.restore, postgres.url(other), file))
        restored = SqlStore(postgres.url(other))
        assert len(await restored.read(lambda view: view.transcript("c1"))) == 3
        assert (await restored.verify_audit()).broken_at is None
        await restored.write(add(1))
        await restored.close()
    postgres.drop(other)


def test_no_password_stands_in_a_command(tmp_path: Path) -> None:
    for url in (
        "postgresql://me:SECRET@127.0.0.1:1/sparekey?sslmode=require",
        "postgresql://me@127.0.0.1:1/sparekey?password=SECRET&sslmode=require",
    ):
        for verb in (backup.backup, backup.restore):
            words = command(verb, url, tmp_path / "copy.dump")
            assert "SECRET" not in " ".join(words)
            assert "postgresql://me@127.0.0.1:1/sparekey?sslmode=require" in " ".join(words)


def command(verb: Callable[[str, Path], object], url: str, file: Path) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        verb(url, file)
    return shlex.split(str(refused.value).partition("Run: ")[2])


def run(postgres: Cluster, words: list[str]) -> None:
    done = subprocess.run(
        [postgres._binaries / words[0], *words[1:]], capture_output=True, encoding="utf-8", check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
