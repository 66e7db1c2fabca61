"""A busy staff group: what Telegram takes in a minute is kept to, nobody starves, and nothing is missing in the end."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.channels.telegram.staff.pace import GroupPace
from bot.channels.telegram.staff.room import GroupRoom
from bot.core.catalog import Catalog
from bot.core.commands import ShowCase
from bot.core.conversation import Case, Conversation
from bot.core.vocabulary import Direction, Priority, Status
from bot.errors import ChannelBusy, ChannelUnreachable, MessageRefused, RecipientGone
from bot.ports import Lane, Line, Pending, Transaction
from bot.service.staff.room import Room
from bot.testing import ManualClock, MemoryStore
from tests.core.chat import small_catalog

CASES = 30
#: Telegram's limits (Bots FAQ): messages in a group in a minute, and a second in a chat after a burst of three.
MINUTE, SECOND = 20, 3
NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


class TurnedClock(asyncio.SelectorEventLoop):
    """A loop whose clock jumps to the next thing that is due, so that minutes take no time."""

    now = 0.0

    def time(self) -> float:
        return self.now

    def _run_once(self) -> None:
        ready, scheduled = self._ready, self._scheduled  # type: ignore[attr-defined]
        if not ready and scheduled:
            self.now = max(self.now, scheduled[0]._when)
        super()._run_once()  # type: ignore[misc]


class Group:
    """What Telegram's servers make of calls, with the moment of each."""

    def __init__(self) -> None:
        self.calls: list[tuple[float, str, Mapping[str, Any]]] = []
        self.deleted: set[int] = set()
        #: Raised by the next calls, one each.
        self.trouble: list[Exception] = []
        self.ids = 0

    async def call(self, method: str, parameters: Mapping[str, Any]) -> Any:
        if self.trouble:
            raise self.trouble.pop()
        if parameters.get("message_thread_id") in self.deleted:
            raise MessageRefused("Telegram refuses this message: Bad Request: message thread not found.")
        self.calls.append((asyncio.get_running_loop().time(), method, parameters))
        self.ids += 1
        return {"message_thread_id": self.ids, "message_id": self.ids}

    def pictures(self) -> list[Any]:
        return [parameters["photo"] for _, method, parameters in self.calls if method == "sendPhoto"]

    def texts(self, place: int) -> list[str]:
        sent = [parameters for _, method, parameters in self.calls if method == "sendMessage"]
        return [each["text"] for each in sent if each["message_thread_id"] == place]


class Shift:
    """Cases that are there, and agents who see them."""

    def __init__(self, catalog: Catalog, *, paced: bool = True) -> None:
        self.store, self.group, self.count = MemoryStore(), Group(), 0
        self.clock = ManualClock(NOON)
        self.room = Room(
            store=self.store,
            room=GroupRoom(self.group, -100, group_pace=GroupPace() if paced else None),
            catalog=lambda: catalog,
            clock=self.clock,
            owns=lambda _: True,
        )

    async def begin(self, name: str, *, taken: bool = False) -> None:
        case = Case(at=NOON, reason="human", priority=Priority.NORMAL, agent="telegram:1" if taken else None)
        conversation = Conversation(
            id=name,
            channel="telegram",
            contact=name,
            started_at=NOON,
            language="en",
            status=Status.OPEN,
            case_code=f"R-{name}",
            case=replace(case, name="Mina" if taken else None),
        )
        await self.store.write(lambda unit: unit.save(conversation))
        await self.changed(name)

    async def says(self, name: str, words: str, *, picture: str | None = None) -> None:
        line = Line(at=NOON + timedelta(seconds=1), direction=Direction.INCOMING, text=words, picture=picture)
        await self.store.write(lambda unit: unit.add_line(name, line))
        await self.changed(name)

    async def changed(self, name: str) -> None:
        self.count += 1
        effect = ShowCase(id=f"e:{self.count}", case=f"R-{name}")
        pending = Pending(lane=Lane("telegram", name), conversation=name, effect=effect)

        def add(unit: Transaction) -> None:
            unit.add_effects(name, pending.lane, [effect])

        await self.store.write(add)
        self.room.show(pending)

    async def place(self, name: str) -> int:
        posted = await self.store.read(lambda view: view.posted(f"R-{name}"))
        assert posted is not None
        assert posted.place is not None
        return int(posted.place.rpartition("/")[2])


@pytest.fixture(name="catalog", scope="module")
def _catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    return small_catalog(
        tmp_path_factory.mktemp("content"), {"no_code": "states:\n  over:\n    end: solved\n"}
    )


def most_within(moments: list[float], span_s: float) -> int:
    return max(sum(start <= each < start + span_s for each in moments) for start in moments)


def test_thirty_open_cases_keep_to_the_groups_minute_and_each_is_heard(catalog: Catalog) -> None:
    async def day() -> Shift:
        shift = Shift(catalog)
        for number in range(CASES):
            await shift.begin(f"c{number}", taken=True)
        for line in range(60):  # everybody writes twice a minute, for half an hour
            for number in range(CASES):
                await shift.says(f"c{number}", f"line {line}")
            await asyncio.sleep(30)
        await shift.room.settle()
        return shift

    with asyncio.Runner(loop_factory=TurnedClock) as runner:
        shift = runner.run(day())
        moments = [at for at, method, _ in shift.group.calls]
        assert most_within(moments, 60) < MINUTE, "one is left for what Telegram counts late"
        assert most_within(moments, SECOND) <= SECOND
        heard: dict[str, list[float]] = defaultdict(list)
        for number in range(CASES):
            place = runner.run(shift.place(f"c{number}"))
            told = "\n".join(shift.group.texts(place))
            lines = [int(part.split("line ")[1]) for part in told.splitlines() if "🗨" in part]
            assert lines == list(range(60)), "every line, once, in order"
            heard[f"c{number}"] = [
                at for at, _, parameters in shift.group.calls if parameters.get("message_thread_id") == place
            ]
    turns = Counter({name: len(moments) for name, moments in heard.items()})
    assert min(turns.values()) >= max(turns.values()) - 2, f"no case is served more than others: {turns}"
    assert not shift.store.outbox, "agents have seen everything"


def test_what_comes_while_a_case_waits_is_one_message(catalog: Catalog) -> None:
    async def burst() -> tuple[list[str], int]:
        shift = Shift(catalog)
        await shift.begin("c1", taken=True)
        for number in range(50):
            await shift.says("c1", f"line {number}")
        await shift.room.settle()
        return shift.group.texts(await shift.place("c1")), len(shift.group.calls)

    with asyncio.Runner(loop_factory=TurnedClock) as runner:
        (card, told), calls = runner.run(burst())
    assert "Case R-c1" in card
    assert [f"line {number}" in told for number in range(50)] == [True] * 50
    assert calls == 4, "a topic, a card, the lines, the pin"


def test_trouble_of_telegrams_loses_and_doubles_nothing(catalog: Catalog) -> None:
    async def bad_day() -> Shift:
        shift = Shift(catalog, paced=False)
        shift.group.trouble = [
            ChannelUnreachable("down"),
            RecipientGone(
                "The person cannot be written to: Forbidden: bot was kicked from the supergroup chat."
            ),
            ChannelBusy("wait", retry_after_s=40),
            MessageRefused(
                "Telegram refuses this message: Bad Request: not enough rights to create a topic."
            ),
        ]
        await shift.begin("c1", taken=True)
        await shift.says("c1", "hello")
        await shift.room.settle()
        return shift

    with asyncio.Runner(loop_factory=TurnedClock) as runner:
        shift = runner.run(bad_day())
    methods = [method for _, method, _ in shift.group.calls]
    assert methods == ["createForumTopic", "sendMessage", "sendMessage", "pinChatMessage"]
    assert not shift.store.outbox


def test_a_topic_that_telegram_refuses_waits_and_whoever_runs_the_group_is_told_once(
    catalog: Catalog, caplog: pytest.LogCaptureFixture
) -> None:
    async def full_group() -> Shift:
        shift = Shift(catalog, paced=False)
        refused = "Telegram refuses this message: Bad Request: TOPICS_TOO_MUCH."
        shift.group.trouble = [MessageRefused(refused) for _ in range(20)]
        await shift.begin("c1", taken=True)
        await shift.says("c1", "hello")
        await shift.room.settle()
        return shift

    with asyncio.Runner(loop_factory=TurnedClock) as runner:
        shift = runner.run(full_group())
    assert next(method for _, method, _ in shift.group.calls) == "createForumTopic"
    assert not shift.store.outbox
    (told,) = (record.message for record in caplog.records)
    assert "TOPICS_TOO_MUCH" in told
    assert "make the bot an administrator who may manage topics" in told


def test_a_deleted_topic_comes_back_with_its_card_and_what_was_said_last(catalog: Catalog) -> None:
    async def deleted() -> list[str]:
        shift = Shift(catalog, paced=False)
        await shift.begin("c1", taken=True)
        for number in range(9):
            await shift.says("c1", f"line {number}")
        await shift.room.settle()
        shift.group.deleted.add(await shift.place("c1"))
        await shift.says("c1", "line 9")
        await shift.room.settle()
        return shift.group.texts(await shift.place("c1"))

    with asyncio.Runner(loop_factory=TurnedClock) as runner:
        card, told = runner.run(deleted())
    assert "Case R-c1" in card
    assert [int(part.split("line ")[1]) for part in told.splitlines()] == [4, 5, 6, 7, 8, 9]


def shown(catalog: Catalog, *, picture: str = "telegram:AgAC-1", **how: Any) -> tuple[Group, list[str]]:
    """Let somebody send a picture between two texts; return the calls, and the texts that agents see after the card."""

    async def sent() -> tuple[Group, list[str]]:
        shift = Shift(catalog, paced=False)
        kept, words, trouble = how.get("kept"), how.get("words", "see?"), how.get("trouble", [])
        lane = Lane("telegram", "c1")
        if kept is not None:
            await shift.store.write(lambda unit: unit.keep_picture("web:c1:1", lane, kept, NOON))
        await shift.begin("c1", taken=True)
        await shift.says("c1", "before")
        await shift.room.settle()
        shift.group.trouble = list(trouble)
        await shift.says("c1", words, picture=picture)
        await shift.says("c1", "after")
        await shift.room.settle()
        assert not shift.store.outbox
        return shift.group, shift.group.texts(await shift.place("c1"))[1:]

    with asyncio.Runner(loop_factory=TurnedClock) as runner:
        return runner.run(sent())


def test_a_picture_has_its_words_under_it_or_before_it_if_they_are_long(catalog: Catalog) -> None:
    group, texts = shown(catalog)
    (picture,) = [parameters for _, method, parameters in group.calls if method == "sendPhoto"]
    assert (picture["photo"], picture["caption"]) == ("AgAC-1", "🗨 12:00 [picture] see?")
    assert texts == ["🗨 12:00 before", "🗨 12:00 after"]
    group, texts = shown(catalog, words="x" * 1024)
    assert group.pictures() == ["AgAC-1"]
    assert texts == ["🗨 12:00 before", f"🗨 12:00 [picture] {'x' * 1024}", "🗨 12:00 after"]


def test_a_picture_that_is_kept_here_is_sent_as_it_is_and_one_that_is_gone_is_told(catalog: Catalog) -> None:
    group, _ = shown(catalog, picture="kept:web:c1:1", kept=b"\xff\xd8\xff")
    assert group.pictures() == [b"\xff\xd8\xff"]
    group, texts = shown(catalog, picture="kept:web:c1:1")
    assert group.pictures() == []
    assert "not kept any more" in texts[1]
    assert texts[2] == "🗨 12:00 after"


def test_a_picture_that_telegram_refuses_is_told_and_holds_nothing_up(catalog: Catalog) -> None:
    refused = "Telegram refuses this message: Bad Request: IMAGE_PROCESS_FAILED."
    group, texts = shown(catalog, trouble=[MessageRefused(refused)])
    assert group.pictures() == []
    assert "IMAGE_PROCESS_FAILED" in texts[1]
    assert "see?" in texts[1]
    assert texts[2] == "🗨 12:00 after"


def test_a_picture_waits_out_trouble_and_is_sent_once(catalog: Catalog) -> None:
    trouble = [ChannelBusy("busy", retry_after_s=5), ChannelUnreachable("down")]
    group, texts = shown(catalog, trouble=trouble)
    assert group.pictures() == ["AgAC-1"]
    assert texts == ["🗨 12:00 before", "🗨 12:00 after"]


def test_a_process_that_was_killed_does_not_count_but_the_next_begins_slowly(catalog: Catalog) -> None:
    async def two_lives() -> list[float]:
        moments = []
        for messages in (5, 5, 60):  # killed as soon as its burst is used
            pace = GroupPace()
            for number in range(messages):
                await asyncio.sleep(120 if number == 1 else 0)  # the burst fills
                await pace.message()
                moments.append(asyncio.get_running_loop().time())
        return moments

    with asyncio.Runner(loop_factory=TurnedClock) as runner:
        assert most_within(runner.run(two_lives()), 60) < MINUTE


def test_cards_hold_nothing_that_tells_who_it_is(catalog: Catalog, tmp_path: Path) -> None:
    async def card() -> list[str]:
        shift = Shift(catalog, paced=False)
        await shift.begin("4711")
        await shift.says("4711", "hello")
        await shift.room.settle()
        return [str(parameters) for _, _, parameters in shift.group.calls]

    with asyncio.Runner(loop_factory=TurnedClock) as runner:
        for shown in runner.run(card()):
            assert "4711" not in shown.replace("R-4711", "")
