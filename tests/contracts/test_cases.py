"""What every store keeps of the cases that agents were shown."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

from bot.adapters.storage.store import SqlStore
from bot.core.conversation import Conversation
from bot.ports import Kept, Lane, Posted, Store, Transaction

MEI, SAM = Lane("telegram", "1001"), Lane("web", "sam")
OPENED = Posted(code="R-1", conversation="c1", lane=MEI, place="17", title="🆕 R-1")


def _conversation(name: str, lane: Lane) -> Conversation:
    began = datetime(2026, 3, 4, tzinfo=UTC)
    return Conversation(id=name, channel=lane.channel, contact=lane.contact, started_at=began, language="en")


async def test_what_was_posted_comes_back_as_it_was_kept(store: Store) -> None:
    whole = replace(
        OPENED, card="18", looks="a1", about="today", lines=7, reminder="2", pinned=True, closed=True
    )
    await store.write(lambda unit: unit.keep_posted(OPENED))
    await store.write(lambda unit: unit.keep_posted(whole))
    assert await store.read(lambda view: view.posted("R-1")) == whole
    assert await store.read(lambda view: view.posted("R-2")) is None


async def test_a_case_is_found_by_its_place_as_long_as_it_is_there(store: Store) -> None:
    await store.write(lambda unit: unit.keep_posted(OPENED))
    await store.write(lambda unit: unit.keep_posted(replace(OPENED, code="R-2", place=None)))
    await store.write(lambda unit: unit.keep_posted(replace(OPENED, code="R-3", place=None)))
    assert await store.read(lambda view: view.posted_at("17")) == OPENED
    await store.write(lambda unit: unit.keep_posted(replace(OPENED, place="21")))
    assert await store.read(lambda view: view.posted_at("17")) is None
    assert await store.read(lambda view: view.posted_at("21")) is not None


async def test_places_are_named_in_another_room_where_that_name_is_free(store: Store) -> None:
    places = {"R-1": "17", "R-2": "-4/18", "R-3": "-44/19", "R-4": "20", "R-5": "-9/20", "R-6": None}
    for code, place in places.items():
        await store.write(
            lambda unit, code=code, place=place: unit.keep_posted(replace(OPENED, code=code, place=place))
        )  # type: ignore[misc]

    async def moved(before: str) -> list[str | None]:
        await store.write(lambda unit: unit.move_places(before, "-9"))
        found = await store.read(lambda view: [view.posted(code) for code in places])
        return [each.place for each in found if each is not None]

    assert await moved("") == ["-9/17", "-4/18", "-44/19", "20", "-9/20", None]
    assert await moved("-4") == ["-9/17", "-9/18", "-44/19", "20", "-9/20", None]


async def test_what_was_posted_goes_with_its_conversation(store: Store) -> None:
    def begin(unit: Transaction) -> None:
        for name, lane in (("c1", MEI), ("c2", SAM)):
            unit.save(_conversation(name, lane))
            unit.keep_posted(replace(OPENED, code=f"R-{name}", conversation=name, lane=lane, place=name))

    def forget(unit: Transaction) -> Counter[str]:
        return unit.remove(Kept.CONVERSATIONS, unit.belongings(MEI)[Kept.CONVERSATIONS], most=9)

    await store.write(begin)
    assert await store.write(forget) == {"conversations": 1, "cases": 1}
    assert await store.read(lambda view: (view.posted("R-c1"), view.posted_at("c1"))) == (None, None)
    assert await store.read(lambda view: view.posted("R-c2")) is not None


async def test_what_was_posted_survives_a_restart(database: SqlStore, url: str) -> None:
    await database.write(lambda unit: unit.keep_posted(OPENED))
    await database.close()
    again = SqlStore(url)
    assert await again.read(lambda view: view.posted_at("17")) == OPENED
    await again.close()
