"""What the doctor says of the inbox: a fault is what somebody must see to now."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from bot import doctor
from bot.adapters.storage import migrate
from bot.adapters.storage.store import SqlStore
from bot.core.commands import SendMessage
from bot.core.conversation import begin
from bot.core.events import TextReceived
from bot.ports import Incoming, Lane, Transaction
from bot.settings import Settings

LATE, PROMPT, OLD = timedelta(minutes=65), timedelta(seconds=20), timedelta(days=4)
HERE = Lane("telegram", "1001")
WELL = "inbox: OK. Nobody waits for an answer."


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    if request.param == "postgresql":
        return Settings(database_url=str(request.getfixturevalue("postgresql_url")))
    settings = Settings(data_dir=tmp_path_factory.mktemp("data"))
    migrate.upgrade(settings.database)
    return settings


@pytest.fixture
async def store(settings: Settings) -> AsyncIterator[SqlStore]:
    store = SqlStore(settings.database)
    yield store
    await store.close()


async def come(store: SqlStore, number: int, ago: timedelta, *, fault: str = "", lane: Lane = HERE) -> None:
    event = TextReceived(id=f"telegram:{number}", at=datetime.now(UTC) - ago, text="what somebody wrote")

    def work(unit: Transaction) -> None:
        unit.receive(Incoming(lane=lane, event=event))
        if fault:
            unit.finish_event(event.id, fault=fault)

    await store.write(work)


async def said(settings: Settings) -> str:
    line = str(await doctor._finding("inbox", doctor._inbox, settings))
    assert "what somebody wrote" not in line
    return line


async def test_all_is_well_where_nobody_waits_long(settings: Settings, store: SqlStore) -> None:
    """A turn may just be under way; a chat on a terminal goes on when somebody opens it again."""
    assert await said(settings) == WELL
    await come(store, 1, PROMPT)
    await come(store, 2, LATE, lane=Lane("terminal", "me"))
    assert await said(settings) == WELL


async def test_somebody_who_waits_is_a_fault(settings: Settings, store: SqlStore) -> None:
    await come(store, 1, PROMPT)
    await come(store, 2, LATE)
    await come(store, 3, LATE / 2)
    assert (await said(settings)).startswith(
        "inbox: FAULT. Waiting for an answer: 2, the first for 65 min. Start `sparekey serve`"
    )


async def test_what_was_set_aside_is_a_fault_for_three_days(settings: Settings, store: SqlStore) -> None:
    """The last kinds of faults are named, the newest first."""
    await come(store, 1, OLD, fault="long ago")
    assert await said(settings) == f"{WELL} Set aside earlier: 1."
    for number, fault in enumerate(["one", "two", "three.", "two", "four"], start=2):
        await come(store, number, LATE, fault=fault)
    assert await said(settings) == (
        "inbox: FAULT. Set aside in the last 3 days: 5, the last because: four; two; three. Report it with the lines "
        "around `event_quarantined` in the log. Set aside earlier: 1."
    )


async def test_what_was_given_up_is_told_and_is_no_fault(settings: Settings, store: SqlStore) -> None:
    """Whoever blocks the bot gets nothing more: that is nobody's fault."""

    def give_up(unit: Transaction) -> None:
        for name, ago in (("old", OLD), ("new", LATE)):
            at = datetime.now(UTC) - ago
            unit.save(
                begin(
                    conversation_id=name,
                    channel="telegram",
                    contact=name,
                    at=at,
                    language="en",
                    previous=None,
                )
            )
            unit.add_effects(name, HERE, [SendMessage(id=name, text="what somebody wrote")])
            unit.finish_command(name, fault=f"the {name} person blocked the bot")

    await store.write(give_up)
    assert (
        await said(settings)
        == f"{WELL} Messages given up of late: 1, the last because: the new person blocked the bot."
    )


async def test_nothing_is_said_of_a_database_that_is_not_made_yet(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    settings = Settings(data_dir=tmp_path_factory.mktemp("data") / "new")
    assert await said(settings) == "inbox: OK. Nothing has come yet."
    assert not settings.data_dir.exists()
