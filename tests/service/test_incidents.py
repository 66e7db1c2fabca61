"""What operators tell reaches every process within seconds, whatever the store and the content do meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.adapters.storage import migrate
from bot.adapters.storage.store import SqlStore
from bot.core.incident import Incident
from bot.ports import Store
from bot.rehearsal.person import MORNING, Person, playing
from bot.service import incidents
from bot.service.incidents import LOOK_S
from bot.service.reading import Reader
from bot.testing import MemoryStore

LATE = Incident(
    number=0,
    flows=("no_sms",),
    words={"en": "Text messages arrive late."},
    since=MORNING,
    until=MORNING + timedelta(hours=6),
)
COMPLAINT = "i am not receiving the sms code"


async def tell(store: Store) -> int:
    return await store.write(lambda tx: incidents.start(tx, LATE))


async def words(person: Person, text: str) -> str:
    return "\n".join(each.text for each in await person.say(text))


@asynccontextmanager
async def two_processes(reader: Reader, url: str, tmp_path: Path) -> AsyncIterator[tuple[Person, Person]]:
    """Two desks, each with a store of its own at one database."""
    one, other = SqlStore(url), SqlStore(url)
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
    try:
        async with (
            playing(reader, first, store=one) as mei,
            playing(reader, second, store=other, contact="sam") as sam,
        ):
            yield mei, sam
    finally:
        await one.close()
        await other.close()


async def test_a_process_that_starts_knows_what_is_broken_before_its_first_turn(
    reader: Reader, tmp_path: Path
) -> None:
    store = MemoryStore()
    await tell(store)
    async with playing(reader, tmp_path, store=store) as person:
        assert "Text messages arrive late." in await words(person, COMPLAINT)


async def test_a_process_takes_up_by_itself_what_is_told_and_what_is_over(
    reader: Reader, tmp_path: Path
) -> None:
    store = MemoryStore()
    async with playing(reader, tmp_path, store=store) as person:

        async def known(over: bool) -> bool:
            return [each.ended_at is not None for each in person.desk.catalog().incidents] == [over]

        number = await tell(store)
        async with asyncio.timeout(10 * LOOK_S):
            while not await known(over=False):
                await asyncio.sleep(0.05)
            await store.write(lambda tx: incidents.end(tx, number, person.clock.now()))
            while not await known(over=True):
                await asyncio.sleep(0.05)


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
async def test_all_processes_at_a_database_tell_of_it(
    reader: Reader, tmp_path: Path, engine: str, request: pytest.FixtureRequest
) -> None:
    url = (
        f"sqlite:///{tmp_path / 'sparekey.db'}"
        if engine == "sqlite"
        else str(request.getfixturevalue("postgresql_url"))
    )
    migrate.upgrade(url)
    async with two_processes(reader, url, tmp_path) as people:
        await tell(people[0].store)
        for person in people:
            await person.desk.look_for_incidents()
            assert "Text messages arrive late." in await words(person, COMPLAINT)


async def test_the_content_is_the_same_and_its_matcher_is_not_fitted_again(
    reader: Reader, tmp_path: Path
) -> None:
    knowing = reader.knowing((LATE,))
    assert knowing.catalog.incidents == (LATE,)
    assert knowing.catalog.fingerprint == reader.catalog.fingerprint
    assert knowing.matcher is reader.matcher
    assert reader.knowing(()) is reader
    assert reader.catalog.incidents == ()


async def test_a_conversation_goes_on_where_it_was_when_something_breaks(
    reader: Reader, tmp_path: Path
) -> None:
    async with playing(reader, tmp_path) as person:
        await person.say(COMPLAINT)
        before = await person.where()
        await person.start_incident(("no_sms",), LATE.words)
        said = await person.pick("started")
        assert before == "no_sms.tapped_send"
        assert not any("updated in the meantime" in each.text for each in said)
        assert await person.where() != before


async def test_other_content_knows_what_is_broken(reader: Reader, tmp_path: Path) -> None:
    async with playing(reader, tmp_path) as person:
        await person.start_incident(("no_sms",), LATE.words)
        edited = Reader(replace(reader.catalog, fingerprint="another"), reader.matcher)
        person.desk.use(edited)
        assert "Text messages arrive late." in await words(person, COMPLAINT)


async def test_what_was_promised_before_a_crash_is_kept_after_it(reader: Reader, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'sparekey.db'}"
    migrate.upgrade(url)
    store = SqlStore(url)
    async with playing(reader, tmp_path, store=store) as person:
        await person.start_incident(("no_sms",), LATE.words)
        await person.say(COMPLAINT)
        await person.pick("@tell_me")
        clock = person.clock
    await store.close()
    store = SqlStore(url)
    (told,) = await store.read(lambda view: view.incidents(MORNING))
    await store.write(lambda tx: incidents.end(tx, told.number, clock.now()))
    async with playing(reader, tmp_path, store=store, clock=clock) as person:
        said = await person.wait(timedelta(minutes=6))
        assert "worked again since 10:00 UTC" in said[-1].text
        assert await person.wait(timedelta(hours=1)) == []
    await store.close()
