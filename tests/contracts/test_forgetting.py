"""One contract for every store: what is not needed any more is found and deleted, and nothing else."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.storage.engine import engine_of
from bot.adapters.storage.store import SqlStore
from bot.core.commands import SendMessage
from bot.core.events import TextReceived
from bot.core.vocabulary import Direction
from bot.ports import Incoming, Kept, Key, Lane, Line, Posted, Removed, Snapshot, Store, Transaction, Visit
from bot.testing import MemoryStore
from tests.contracts.test_store import ALL, MAY, NOON, SAM, conversation, receive

SECOND = timedelta(seconds=1)
MOST = 1_000


def said(at_s: float = -1) -> Line:
    return Line(at=NOON + at_s * SECOND, direction=Direction.INCOMING, text="no code")


def text(name: str, at_s: float = -1) -> TextReceived:
    return TextReceived(id=name, at=NOON + at_s * SECOND, text="no code")


def send(name: str) -> SendMessage:
    return SendMessage(id=name, text="Which number?")


async def forget(store: Store, kind: Kept, *, limit: int = 3) -> Removed:
    """Delete what nobody needs since noon, in steps, as the housekeeping does."""
    removed: Removed = Counter()
    after: Key | None = None
    while True:

        def step(unit: Transaction, after: Key | None = after) -> tuple[Removed, Key | None]:
            found = unit.outdated(kind, NOON, after=after, limit=limit)
            return unit.remove(kind, found.keys, most=limit), found.last

        gone, last = await store.write(step)
        removed += gone
        if not gone:
            if last is None:
                return removed
            after = last


# Events and effects.


async def test_an_event_that_was_processed_long_ago_is_forgotten(store: Store) -> None:
    """One that waits, was set aside or is young stays; what is forgotten may come again, as a new event."""
    await receive(store, MAY, *map(text, ("done", "waits", "aside")), text("young", 0))
    for name, fault in (("done", None), ("aside", "KeyError"), ("young", None)):
        await store.write(lambda unit, name=name, fault=fault: unit.finish_event(name, fault=fault))  # type: ignore[misc]
    assert await forget(store, Kept.EVENTS) == {"events": 1}
    names = ("done", "waits", "aside", "young")
    assert await receive(store, SAM, *map(text, names)) == [True, False, False, False]
    assert await store.read(lambda view: view.next_event(SAM)) == text("done")
    assert await store.read(lambda view: view.next_event(MAY)) == text("waits")


async def test_an_event_that_was_set_aside_is_forgotten_by_itself(store: Store) -> None:
    await receive(store, MAY, text("done"), text("aside"), text("young", 0))
    for name, fault in (("done", None), ("aside", "KeyError"), ("young", "KeyError")):
        await store.write(lambda unit, name=name, fault=fault: unit.finish_event(name, fault=fault))  # type: ignore[misc]
    assert await forget(store, Kept.SET_ASIDE) == {"set_aside": 1}
    assert [each.at for each in await store.read(lambda view: view.set_aside())] == [NOON]
    assert await receive(store, MAY, text("done"), text("aside"), text("young")) == [False, True, False]


async def test_an_effect_is_forgotten_with_its_event(store: Store) -> None:
    """When it has ended, and its event is old or gone. The event's name is what its own begins with."""
    old = ("old:1:0", "old:1:12", "old:1:apology", "old:1:3:r:0", "gone:1:0")
    waits, young = ("old:1:2", "old:1:4"), ("young:1:0",)
    await receive(store, MAY, text("old:1"), text("old:1:3:r"), text("young:1", 0))

    def work(unit: Transaction) -> None:
        unit.add_effects("c1", MAY, [send(each) for each in (*old, *waits, *young)])
        for number, each in enumerate((*old, *young)):
            unit.finish_command(each, fault="gone" if number % 2 else None)
        unit.claim(waits[1])

    await store.write(work)
    assert await forget(store, Kept.EFFECTS) == {"effects": len(old)}
    assert [each.effect.id for each in await store.read(lambda view: view.pending(ALL))] == [*waits]
    await store.write(lambda unit: unit.add_effects("c1", MAY, [send(each) for each in old]))
    for known in (*waits, *young):
        with pytest.raises(Exception, match=r"stored already|contradicts"):
            await store.write(lambda unit, known=known: unit.add_effects("c1", MAY, [send(known)]))  # type: ignore[misc]


async def test_an_effect_ends_once(store: Store) -> None:
    """Whoever ends it learns whether it was there to be ended."""
    await store.write(lambda unit: unit.add_effects("c1", MAY, [send("e:0")]))
    ended = [await store.write(lambda unit: unit.finish_command("e:0")) for _ in range(2)]
    assert ended == [True, False]
    assert await store.write(lambda unit: unit.finish_command("never stored")) is False


# Conversations.

_NEEDED: dict[str, Callable[[Transaction], object]] = {
    "a line": lambda unit: unit.add_line("c1", said(0)),
    "a timer": lambda unit: unit.start_timer("c1", MAY, "reminder", NOON - SECOND),
    "an event that waits": lambda unit: unit.receive(Incoming(lane=MAY, event=text("e"))),
    "an effect that waits": lambda unit: unit.add_effects("c1", MAY, [send("e:0")]),
    "an effect that was begun": lambda unit: (unit.add_effects("c1", MAY, [send("e:0")]), unit.claim("e:0")),
}


@pytest.mark.parametrize("what", _NEEDED)
async def test_a_conversation_that_something_waits_for_stays(store: Store, what: str) -> None:
    """With its whole transcript; what waits for somebody else does not count."""

    def work(unit: Transaction) -> None:
        for name, lane in (("c1", MAY), ("c2", SAM)):
            unit.save(conversation(name, lane, started_at=NOON - SECOND))
            unit.add_line(name, said())
        _NEEDED[what](unit)

    await store.write(work)
    before = await store.read(lambda view: (view.conversation(MAY), view.transcript("c1")))
    assert await forget(store, Kept.CONVERSATIONS) == {"conversations": 1, "lines": 1}
    assert await store.read(lambda view: (view.conversation(MAY), view.transcript("c1"))) == before
    assert await store.read(lambda view: (view.conversation(SAM), view.transcript("c2"))) == (None, ())


async def test_of_a_contact_the_older_conversation_goes_first(store: Store) -> None:
    def work(unit: Transaction) -> None:
        unit.save(conversation("c1", started_at=NOON - SECOND, case_code="K7Q"))
        unit.save(conversation("c2", started_at=NOON))

    await store.write(work)
    assert await forget(store, Kept.CONVERSATIONS) == {"conversations": 1}
    newest = await store.read(lambda view: view.conversation(MAY))
    assert newest is not None
    assert newest.id == "c2"
    assert await store.read(lambda view: view.case("K7Q")) is None


async def test_a_long_transcript_goes_in_steps(store: Store) -> None:
    """The oldest lines first; the conversation goes with its last line, and a line that is added has its place."""

    def work(unit: Transaction) -> None:
        unit.save(conversation(started_at=NOON - SECOND))
        for number in range(10):
            unit.add_line("c1", said(number - 20))

    await store.write(work)
    keys = (await store.read(lambda view: view.belongings(MAY)))[Kept.CONVERSATIONS]
    first = await store.write(lambda unit: unit.remove(Kept.CONVERSATIONS, keys, most=4))
    left = await store.read(lambda view: view.transcript("c1"))
    if not isinstance(store, MemoryStore):
        assert first == {"lines": 4}
        assert [line.at for line in left] == [NOON + (number - 20) * SECOND for number in range(4, 10)]
        await store.write(lambda unit: unit.add_line("c1", said()))
        assert (await store.read(lambda view: view.transcript("c1")))[-1] == said()
    assert (first + await forget(store, Kept.CONVERSATIONS, limit=4))["conversations"] == 1
    assert await store.read(lambda view: (view.conversation(MAY), view.transcript("c1"))) == (None, ())


# Texts and budgets.


async def test_texts_and_uses_of_budgets_go_by_their_age(store: Store) -> None:
    def work(unit: Transaction) -> None:
        for at_s in (-2, 0, -1, 1):
            unit.add_unmatched(f"cat {at_s}", "en", NOON + at_s * SECOND)
            unit.spend(f"code:{at_s % 2}", NOON + at_s * SECOND)

    await store.write(work)
    assert await forget(store, Kept.UNMATCHED) == {"unmatched": 2}
    assert await forget(store, Kept.BUDGETS) == {"budgets": 2}
    for odd in (0, 1):
        spent = await store.read(lambda view, odd=odd: view.spent(f"code:{odd}", NOON - 9 * SECOND))  # type: ignore[misc]
        assert spent == (NOON + odd * SECOND,)
    assert await forget(store, Kept.UNMATCHED) == {}


# Walking.


async def test_a_walk_goes_past_what_stays_and_ends_where_rows_are_young(database: SqlStore) -> None:
    """It looks at so many rows a step; an old one among young ones is found, one behind nothing but young ones later."""

    def work(unit: Transaction) -> None:
        for at_s in (0, -1, 0, 0, -1, 0, 0, 0, 0, -1):
            unit.add_unmatched("cat", "en", NOON + at_s * SECOND)

    await database.write(work)
    looks, after = [], None
    while True:
        found = await database.read(
            lambda view, after=after: view.outdated(Kept.UNMATCHED, NOON, after=after, limit=3)  # type: ignore[misc]
        )
        looks.append(found.keys)
        if (after := found.last) is None:
            break
    assert looks == [(2,), (5,), ()]


def test_a_walk_follows_the_numbers_and_asks_by_indices(file: Path) -> None:
    """But for the effects that wait, which an index holds that covers nothing else."""
    engine = engine_of(f"sqlite:///{file}")
    session = engine.open()
    forgetting = engine.statements.forgetting
    for kind, statement in forgetting.outdated.items():
        plan = _plan(session, statement)
        assert "INTEGER PRIMARY KEY (rowid>?)" in plan[0], (kind, plan)
        assert not any("TEMP B-TREE" in step for step in plan), (kind, plan)
        scans = [step for step in plan[1:] if step.startswith("SCAN")]
        assert all("commands_waiting" in step for step in scans), (kind, plan)
    for statement in (*forgetting.remove.values(), forgetting.remove_lines):
        assert not [step for step in _plan(session, statement) if step.startswith("SCAN")], statement
    session.close()


def _plan(session: Any, statement: str) -> list[str]:
    parameters = dict.fromkeys(re.findall(r":(\w+)", statement))
    return [row[3] for row in session.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]


# One contact.


def _of_both(unit: Transaction) -> None:
    for name, lane in (("c1", MAY), ("c2", SAM)):
        unit.save(conversation(name, lane))
        unit.add_line(name, replace(said(), shown="no code for 07700 900123"))
        unit.keep_visit(lane, Visit(generation=1), NOON)
        unit.keep_picture(name, lane, b"a picture", NOON)
        unit.keep_posted(Posted(code=f"R-{name}", conversation=name, lane=lane, place=name))
        for event in ("done", "waits", "aside"):
            unit.receive(Incoming(lane=lane, event=text(f"{name}:{event}")))
        unit.finish_event(f"{name}:done")
        unit.finish_event(f"{name}:aside", fault="KeyError")
        unit.add_effects(name, lane, [send(f"{name}:done:{number}") for number in range(2)])
        unit.finish_command(f"{name}:done:0")
        unit.start_timer(name, lane, "reminder", NOON)


def _seen(view: Snapshot, name: str, lane: Lane) -> tuple[object, ...]:
    return (
        view.conversation(lane),
        view.transcript(name),
        view.next_event(lane),
        [each.effect.id for each in view.pending(ALL) if each.lane == lane],
    )


async def test_everything_of_a_contact_is_found_and_goes(store: Store) -> None:
    """Whatever its state; what is of somebody else stays as it was."""
    await store.write(_of_both)
    sams = await store.read(lambda view: (_seen(view, "c2", SAM), view.belongings(SAM)))
    mays = await store.read(lambda view: view.belongings(MAY))
    assert {kind: len(keys) for kind, keys in mays.items()} == {
        Kept.CONVERSATIONS: 1, Kept.EVENTS: 3, Kept.EFFECTS: 2, Kept.TIMERS: 1,
        Kept.SHOWN: 1, Kept.VISITS: 1, Kept.CASES: 1, Kept.PICTURES: 1,
    }  # fmt: skip
    removed = Counter[str]()
    for kind, keys in mays.items():
        removed += await store.write(lambda unit, kind=kind, keys=keys: unit.remove(kind, keys, most=MOST))  # type: ignore[misc]
        again = await store.write(lambda unit, kind=kind, keys=keys: unit.remove(kind, keys, most=MOST))  # type: ignore[misc]
        assert again == {}
    assert removed == {
        "conversations": 1, "lines": 1, "events": 3, "effects": 2, "timers": 1, "shown": 1, "visits": 1,
        "cases": 1, "pictures": 1,
    }  # fmt: skip
    assert not any((await store.read(lambda view: view.belongings(MAY))).values())
    assert await store.read(lambda view: _seen(view, "c1", MAY)) == (None, (), None, [])
    assert len(await store.read(lambda view: view.set_aside())) == 1
    assert await store.read(lambda view: (_seen(view, "c2", SAM), view.belongings(SAM))) == sams


async def test_what_was_deleted_is_back_when_the_transaction_fails(store: Store) -> None:
    class _Broken(Exception):
        pass

    def fail(unit: Transaction) -> None:
        for kind, keys in unit.belongings(MAY).items():
            assert unit.remove(kind, keys, most=MOST)
        for kind in (Kept.UNMATCHED, Kept.BUDGETS):
            assert unit.remove(kind, unit.outdated(kind, NOON, limit=9).keys, most=MOST) == {str(kind): 2}
        raise _Broken

    await store.write(_of_both)
    for at_s in (-2, -1):
        await store.write(lambda unit, at=NOON + at_s * SECOND: unit.add_unmatched("cat", "en", at))  # type: ignore[misc]
        await store.write(lambda unit, at=NOON + at_s * SECOND: unit.spend("code:1", at))  # type: ignore[misc]

    def everything(view: Snapshot) -> tuple[object, ...]:
        belongings = {kind: set(keys) for kind, keys in view.belongings(MAY).items()}
        unmatched = view.outdated(Kept.UNMATCHED, NOON, limit=9)
        return (
            _seen(view, "c1", MAY),
            belongings,
            view.set_aside(),
            unmatched,
            view.spent("code:1", NOON - MOST * SECOND),
        )

    before = await store.read(everything)
    with pytest.raises(_Broken):
        await store.write(fail)
    assert await store.read(everything) == before
