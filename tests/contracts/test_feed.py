"""One contract for every store: the lines of a lane as a feed, the visits of a person, and who is told."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.adapters.storage.engine import engine_of
from bot.channels.web.feed import mark
from bot.core.commands import Choice
from bot.core.vocabulary import Direction, Status
from bot.ports import Consent, DeviceCode, Entry, Kept, Lane, Line, Position, Store, Transaction, Visit
from tests.contracts.test_store import NOON, conversation

MAY, SAM = Lane("web", "may"), Lane("web", "sam")
ASKED = Line(
    at=NOON,
    direction=Direction.OUTGOING,
    text="Type •••••••23",
    choices=(Choice(id="a", label="Á"),),
    screen=3,
    shown="Type 0770090023",
)
PICTURE = b"\xff\xd8\xff\x00 a picture"
ANSWERED = Line(at=NOON, direction=Direction.INCOMING, text="no", source="web:may:1")
DONE = Line(at=NOON, direction=Direction.ACTIVITY, text="handed_off")


def _talk(unit: Transaction) -> None:
    for name, lane in (("c1", MAY), ("s1", SAM), ("c2", MAY)):
        unit.save(conversation(name, lane))
        for line in (ASKED, DONE, ANSWERED):
            unit.add_line(name, line)


async def _feed(store: Store, after: Position | None = None, limit: int = 9) -> tuple[Entry, ...]:
    return await store.read(lambda view: view.feed(MAY, after=after, limit=limit))


async def test_the_feed_holds_what_was_said_in_order_and_nothing_of_anybody_else(store: Store) -> None:
    await store.write(_talk)
    entries = await _feed(store)
    assert [each.position for each in entries] == [("c1", 1), ("c1", 3), ("c2", 1), ("c2", 3)]
    assert entries[0].line == replace(ASKED, text="Type 0770090023", shown=None)
    assert entries[1].line == ANSWERED


async def test_who_has_said_a_line_is_kept_in_the_feed_and_in_the_transcript(store: Store) -> None:
    theirs = Line(at=NOON, direction=Direction.OUTGOING, text="Mina: Which phone is it?", agent="Mina")

    def talk(unit: Transaction) -> None:
        unit.save(conversation("c1", MAY))
        unit.add_line("c1", ANSWERED)
        unit.add_line("c1", theirs)

    await store.write(talk)
    assert [each.line for each in await _feed(store)] == [ANSWERED, theirs]
    assert await store.read(lambda view: view.transcript("c1")) == (ANSWERED, theirs)


async def test_the_cases_where_a_human_must_act_are_found_on_every_channel_in_order(store: Store) -> None:
    waiting = [
        replace(conversation(name, lane), status=Status.OPEN)
        for name, lane in (("c1", MAY), ("t1", Lane("telegram", "7")), ("s1", SAM))
    ]

    def open_them(unit: Transaction) -> None:
        for each in waiting:
            unit.save(each)
        unit.save(conversation("c2", MAY))

    await store.write(open_them)
    found = await store.read(lambda view: view.open_cases(9))
    assert [each.id for each in found] == ["c1", "t1", "s1"]
    assert await store.read(lambda view: view.open_cases(2)) == found[:2]


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (Position("c1", 1), [("c1", 3), ("c2", 1), ("c2", 3)]),
        (Position("c1", 3), [("c2", 1), ("c2", 3)]),
        (Position("c2", 3), []),
        (Position("s1", 3), [("c1", 1), ("c1", 3), ("c2", 1), ("c2", 3)]),
        (Position("gone", 7), [("c1", 1), ("c1", 3), ("c2", 1), ("c2", 3)]),
    ],
)
async def test_it_goes_on_behind_a_place_and_begins_anew_behind_one_of_nobody(
    store: Store, after: Position, expected: list[Position]
) -> None:
    await store.write(_talk)
    assert [each.position for each in await _feed(store, after)] == expected
    assert [each.position for each in await _feed(store, after, limit=1)] == expected[:1]


async def test_words_that_masking_changed_are_forgotten_after_their_time_and_the_line_stays(
    store: Store,
) -> None:
    await store.write(_talk)

    def forget(unit: Transaction) -> dict[str, int]:
        found = unit.outdated(Kept.SHOWN, NOON + timedelta(seconds=1), limit=9)
        return unit.remove(Kept.SHOWN, found.keys, most=9)

    assert await store.write(forget) == {"shown": 3}
    assert (await _feed(store))[0].line.text == "Type •••••••23"


async def test_a_line_keeps_which_picture_it_has(store: Store) -> None:
    theirs = replace(ANSWERED, picture="kept:web:may:1")

    def talk(unit: Transaction) -> None:
        unit.save(conversation("c1", MAY))
        unit.add_line("c1", theirs)

    await store.write(talk)
    assert [each.line for each in await _feed(store)] == [theirs]
    assert await store.read(lambda view: view.transcript("c1")) == (theirs,)


async def test_a_picture_is_kept_once_as_it_came_first_and_found_by_its_name(store: Store) -> None:
    for content in (PICTURE, b"another"):
        await store.write(lambda unit, content=content: unit.keep_picture("web:may:1", MAY, content, NOON))  # type: ignore[misc]
    assert await store.read(lambda view: view.picture("web:may:1")) == PICTURE
    assert await store.read(lambda view: view.picture("web:may:2")) is None


async def test_a_picture_goes_after_its_time_or_with_its_contact(store: Store) -> None:
    later = NOON + timedelta(days=1)

    def keep(unit: Transaction) -> None:
        unit.keep_picture("may-1", MAY, PICTURE, NOON)
        unit.keep_picture("may-2", MAY, PICTURE, later)
        unit.keep_picture("sam-1", SAM, PICTURE, later)

    def forget(unit: Transaction) -> dict[str, int]:
        found = unit.outdated(Kept.PICTURES, NOON + timedelta(seconds=1), limit=9)
        return unit.remove(Kept.PICTURES, found.keys, most=9)

    await store.write(keep)
    assert await store.write(forget) == {"pictures": 1}
    theirs = await store.read(lambda view: view.belongings(MAY)[Kept.PICTURES])
    assert await store.write(lambda unit: unit.remove(Kept.PICTURES, theirs, most=9)) == {"pictures": 1}
    names = ("may-1", "may-2", "sam-1")
    assert [await store.read(lambda view, name=name: view.picture(name)) for name in names] == [  # type: ignore[misc]
        None,
        None,
        PICTURE,
    ]


async def test_the_transcript_is_masked_from_the_first_moment(store: Store) -> None:
    await store.write(_talk)
    lines = await store.read(lambda view: view.transcript("c1"))
    assert lines == (replace(ASKED, shown=None), DONE, ANSWERED)


async def test_what_is_kept_of_a_visit_replaces_what_was_kept(store: Store) -> None:
    assert await store.read(lambda view: view.visit(MAY)) == Visit()
    agreed = Consent(page="https://www.example.com/privacy", at=NOON)
    for visit in (
        Visit(generation=2, consent=agreed),
        Visit(generation=2, read=Position("c1", 3), rated="c1"),
        Visit(account="a digest", device_code=DeviceCode(digest="d", until=NOON), joined_at=NOON),
    ):
        await store.write(lambda unit, visit=visit: unit.keep_visit(MAY, visit, NOON))  # type: ignore[misc]
        assert await store.read(lambda view: view.visit(MAY)) == visit
    assert await store.read(lambda view: view.visit(SAM)) == Visit()
    assert await store.read(lambda view: (view.joinable("d"), view.joinable("e"))) == (MAY, None)


async def test_who_listens_is_told_after_the_commit(store: Store) -> None:
    async with asyncio.timeout(20), aclosing(store.told()) as told:
        assert await anext(told) is None  # what was told before
        await store.write(lambda unit: unit.tell(MAY))
        await store.write(lambda unit: unit.tell(SAM))
        assert [await anext(told), await anext(told)] == [MAY, SAM]


async def test_lines_of_a_feed_stand_in_order_and_those_of_nobody_and_of_others_nowhere(store: Store) -> None:
    await store.write(_talk)
    places = [each.position for each in await _feed(store)]
    stand = [await store.read(lambda view, at=each: view.standing(MAY, at)) for each in places]  # type: ignore[misc]
    known = [each for each in stand if each is not None]
    assert len(known) == len(places)
    assert sorted(known) == known
    assert len(set(known)) == len(known)
    for nowhere in (Position("s1", 1), Position("c1", 2), Position("c1", 4), Position("gone", 1)):
        assert await store.read(lambda view, at=nowhere: view.standing(MAY, at)) is None  # type: ignore[misc]


async def test_a_mark_of_what_was_read_never_moves_back(store: Store) -> None:
    await store.write(_talk)
    first, second, third, last = (each.position for each in await _feed(store))
    for seen, expected in ((second, second), (first, second), (third, third), (second, third), (last, last)):
        await store.write(lambda tx, at=seen: mark(tx, "may", at, NOON))  # type: ignore[misc]
        assert (await store.read(lambda view: view.visit(MAY))).read == expected


def test_where_a_line_stands_is_found_without_going_through_the_feed(file: Path) -> None:
    engine = engine_of(f"sqlite:///{file}")
    session, statement = engine.open(), engine.statements.feed.standing
    parameters = dict.fromkeys(("lane_channel", "lane_contact", "conversation", "line"))
    plan = [row[3] for row in session.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    session.close()
    assert len(plan) == 2
    assert all(step.startswith("SEARCH") for step in plan), plan
    (lines,) = (step for step in plan if "messages" in step)
    assert "conversation=? AND seq=?" in lines, "one line, not all of the conversation"
