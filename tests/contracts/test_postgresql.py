"""What only a server can do to a store: go away, come back, lose a commit or the answer to it, cut off who is frozen."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import aclosing, closing
from datetime import UTC, datetime

import pytest

from bot.adapters.storage import migrate, postgresql
from bot.adapters.storage.engine import engine_of
from bot.adapters.storage.store import SqlStore
from bot.core.events import TextReceived
from bot.errors import StoreBusy, StoreError, StoreFull
from bot.ports import Incoming, Lane, Transaction
from tests.postgres.cluster import Cluster, serving
from tests.postgres.proxy import Loss, Proxy

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
MAY = Lane("telegram", "4711")


@pytest.fixture
def own() -> Iterator[Cluster]:
    """A server that a test may stop."""
    with serving() as cluster:
        yield cluster


@pytest.fixture
def proxy(postgres: Cluster) -> Iterator[Proxy]:
    with closing(Proxy(postgres)) as proxy:
        yield proxy


def text(number: int) -> Incoming:
    return Incoming(lane=MAY, event=TextReceived(id=f"telegram:{number}", at=NOON, text="no code"))


async def receive(store: SqlStore, number: int) -> bool:
    return await store.write(lambda unit: unit.receive(text(number)))


async def kept(store: SqlStore, number: int) -> bool:
    """Receive as the service does: again, as long as the server is away."""
    async with asyncio.timeout(30):
        while True:
            try:
                return await receive(store, number)
            except StoreBusy:
                await asyncio.sleep(0.02)


@pytest.mark.parametrize("loss", ["answer", "commit"])
async def test_a_commit_that_nobody_answered_is_neither_lost_nor_doubled(
    postgresql_url: str, proxy: Proxy, loss: Loss
) -> None:
    store = SqlStore(proxy.url(postgresql_url))
    assert await receive(store, 1)
    proxy.lose(loss)
    if loss == "answer":
        assert await receive(store, 2), "the server says what became of it"
    else:
        with pytest.raises(StoreBusy):
            await receive(store, 2)
        assert await receive(store, 2), "nothing of it was stored"
    assert proxy.lost == 1
    assert not await receive(store, 2)
    assert await receive(store, 3)
    await store.close()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
async def test_a_server_that_goes_away_loses_nothing_and_is_found_again(
    own: Cluster, how: signal.Signals
) -> None:
    url = own.url(own.create())
    migrate.upgrade(url)
    store = SqlStore(url)
    assert await receive(store, 1)
    await asyncio.to_thread(own.stop, how)
    with pytest.raises(StoreBusy, match="tried again"):
        await receive(store, 2)
    with pytest.raises(StoreBusy, match="tried again"):
        await store.read(lambda view: view.next_event(MAY))
    waiting = asyncio.ensure_future(kept(store, 2))
    await asyncio.to_thread(own.start)
    assert await waiting
    first = await store.read(lambda view: view.next_event(MAY))
    assert first == text(1).event
    await store.close()


async def test_who_listens_learns_that_something_may_have_been_missed(own: Cluster) -> None:
    url = own.url(own.create())
    migrate.upgrade(url)
    store = SqlStore(url)
    async with asyncio.timeout(60), aclosing(store.told()) as told:
        assert await anext(told) is None
        await asyncio.to_thread(own.stop, signal.SIGKILL)
        await asyncio.to_thread(own.start)
        while True:  # the writer finds out by itself that its connection is lost
            try:
                await store.write(lambda unit: unit.tell(MAY))
                break
            except StoreBusy:
                await asyncio.sleep(0.02)
        assert await anext(told) is None
        await store.write(lambda unit: unit.tell(MAY))
        assert await anext(told) == MAY
    await store.close()


async def test_a_store_closes_though_its_server_is_gone(own: Cluster) -> None:
    url = own.url(own.create())
    migrate.upgrade(url)
    store = SqlStore(url)
    await asyncio.to_thread(own.stop, signal.SIGKILL)
    async with asyncio.timeout(10):
        await store.close()


async def test_a_program_that_freezes_in_a_transaction_loses_it_and_holds_nobody_up(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server ends the session; what the frozen program wanted is undone, and it is told so when it wakes up."""
    monkeypatch.setattr(postgresql, "_FROZEN_S", 1)
    frozen, other = SqlStore(postgresql_url), SqlStore(postgresql_url)
    began, go = threading.Event(), threading.Event()

    def freeze(unit: Transaction) -> bool:
        unit.receive(text(1))
        began.set()
        assert go.wait(30)
        return unit.receive(text(2))

    freezing = asyncio.ensure_future(frozen.write(freeze))
    await asyncio.to_thread(began.wait, 10)
    assert await kept(other, 3)
    go.set()
    with pytest.raises(StoreBusy):
        await freezing
    assert [await receive(frozen, number) for number in (1, 2, 3)] == [True, True, False]
    await frozen.close()
    await other.close()


async def test_a_failing_statement_spoils_nothing_for_those_it_shares_a_snapshot_with(
    postgresql_url: str,
) -> None:
    store = SqlStore(postgresql_url)
    held, go = threading.Event(), threading.Event()

    def hold(_: object) -> None:
        held.set()
        assert go.wait(10)

    # Both readers are busy, so that the next jobs wait and come as a group.
    busy = [asyncio.ensure_future(store.read(hold)) for _ in range(2)]
    await asyncio.to_thread(held.wait, 10)
    group = [
        asyncio.ensure_future(store.read(lambda view: view.spent("budget", NOON))),
        asyncio.ensure_future(store.read(lambda view: view._execute("SELECT 1/0"))),  # type: ignore[attr-defined]
        asyncio.ensure_future(store.read(lambda view: view.spent("budget", NOON))),
    ]
    await asyncio.sleep(0)
    go.set()
    await asyncio.gather(*busy)
    results = await asyncio.gather(*group, return_exceptions=True)
    assert [results[0], type(results[1]), results[2]] == [(), StoreError, ()]
    await store.close()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("/test_", "/nowhere_"), "does not exist"),
        (("postgres@", "stranger:hunter2@"), "refuses the user"),
        (("host=", "host=/nowhere"), "does not answer"),
    ],
)
def test_an_address_that_leads_nowhere_is_named_without_its_password(
    postgresql_url: str, change: tuple[str, str], says: str
) -> None:
    wrong = postgresql_url.replace(*change)
    assert wrong != postgresql_url
    for attempt in (migrate.state, migrate.upgrade, SqlStore):
        with pytest.raises(StoreError, match=says) as caught:
            attempt(wrong)
        assert "hunter2" not in str(caught.value)
        assert caught.value.__cause__ is None


def test_a_full_disk_reads_as_one() -> None:
    engine = engine_of("postgresql://sparekey@localhost/sparekey")
    fault = postgresql.psycopg.errors.DiskFull()
    assert isinstance(engine.translate(fault), StoreFull)
    assert "Free some" in str(engine.translate(fault))


async def test_a_change_of_the_audit_is_refused_even_all_at_once(postgresql_url: str) -> None:
    with (
        closing(engine_of(postgresql_url).open()) as session,
        pytest.raises(postgresql.psycopg.Error, match="only appended to"),
    ):
        session.execute("TRUNCATE audit")


def test_the_driver_is_loaded_only_for_its_own_addresses() -> None:
    script = "import sys, bot.running; sys.exit('psycopg' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
