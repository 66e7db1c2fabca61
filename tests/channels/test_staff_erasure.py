"""Who is erased is erased where agents work, too: the topics of their cases go, at once or as soon as the group lets the bot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import cli
from bot.adapters.storage import migrate
from bot.adapters.storage.store import SqlStore
from bot.channels.telegram.ptb_transport import PtbTransport
from bot.channels.telegram.staff.room import GroupRoom
from bot.core.commands import ShowCase
from bot.core.conversation import Case, Conversation
from bot.core.vocabulary import Priority, Status
from bot.ports import Kept, Lane, Pending, Posted
from bot.service import erasure
from bot.service.housekeeping import ROWS
from bot.service.staff.places import Cleared, Places
from bot.service.staff.room import Room
from bot.testing import ManualClock
from tests.core.chat import small_catalog
from tests.fake_telegram.client import FORUM_RIGHTS, FakeTelegram

pytest_plugins = ["tests.fake_telegram.fixture"]
NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
MAY, SAM = Lane("telegram", "4711"), Lane("web", "sam")
CODE = "R-Q48WW-R1WEJ"


class Desk:
    """A group where agents have talked about cases, and the books."""

    def __init__(self, fake: FakeTelegram, directory: Path) -> None:
        self.fake = fake
        url = f"sqlite:///{directory / 'sparekey.db'}"
        migrate.upgrade(url)
        self.store = SqlStore(url)
        self.api = PtbTransport(fake.token, fake.url)
        self.move("Support")

    def move(self, name: str = "Another team") -> None:
        """Work in a group that there was not before."""
        self.group = self.fake.group(name, forum=True)
        self.room = GroupRoom(self.api, self.group)

    async def talk(self, lane: Lane, code: str) -> int:
        """Have a case with a topic; return the topic."""
        place = await self.room.open(f"{code}, by name")
        await self.room.post(place, "What the person said.")
        conversation = Conversation(
            id=code,
            channel=lane.channel,
            contact=lane.contact,
            started_at=NOON,
            language="en",
            case_code=code,
        )
        await self.store.write(lambda tx: tx.save(conversation))
        posted = Posted(code=code, conversation=code, lane=lane, place=place)
        await self.store.write(lambda tx: tx.keep_posted(posted))
        return int(place.rpartition("/")[2])

    async def topics(self) -> set[int]:
        return set((await asyncio.to_thread(self.fake.chat, self.group)).topics)

    async def clear(self) -> Cleared:
        channels = ("telegram", "web")
        places = Places(store=self.store, room=self.room, channels=channels, owns=lambda _: True)
        return await places.clear()

    async def close(self) -> None:
        await self.api.close()
        await self.store.close()


@pytest.fixture
async def desk(fake_telegram: FakeTelegram, tmp_path: Path) -> AsyncIterator[Desk]:
    desk = Desk(fake_telegram, tmp_path)
    yield desk
    await desk.close()


async def test_the_topics_of_one_contact_go_and_those_of_others_stay(desk: Desk) -> None:
    mays = {await desk.talk(MAY, "R-1"), await desk.talk(MAY, "R-2")}
    sams = await desk.talk(SAM, "R-3")
    await erasure.erase(desk.store, MAY, NOON)
    assert await desk.topics() == {*mays, sams}
    assert await desk.clear() == Cleared(gone=2)
    assert await desk.topics() == {sams}
    assert await desk.clear() == Cleared()


async def test_a_conversation_that_is_not_kept_any_longer_takes_its_topic_along(desk: Desk) -> None:
    await desk.talk(SAM, "R-1")
    kept = Kept.CONVERSATIONS
    keys = (await desk.store.read(lambda view: view.belongings(SAM)))[kept]
    await desk.store.write(lambda tx: tx.remove(kept, keys, most=ROWS))
    assert await desk.clear() == Cleared(gone=1)
    assert await desk.topics() == set()


async def test_a_topic_that_was_made_while_its_person_was_erased_goes_too(desk: Desk, tmp_path: Path) -> None:
    """Between Telegram's making it and our noting it."""
    case = Case(at=NOON, reason="human", priority=Priority.NORMAL)
    conversation = Conversation(
        id="c", channel="telegram", contact="4711", started_at=NOON, language="en", status=Status.OPEN,
        case_code=CODE, case=case,
    )  # fmt: skip
    await desk.store.write(lambda tx: tx.save(conversation))
    erased = asyncio.Event()

    class Group(GroupRoom):
        async def open(self, title: str) -> str:
            topic = await super().open(title)
            if not erased.is_set():
                erased.set()
                await erasure.erase(desk.store, MAY, NOON)
            return topic

    catalog = small_catalog(tmp_path, {"no_code": "states:\n  over:\n    end: solved\n"})
    room = Room(
        store=desk.store,
        room=Group(desk.api, desk.group),
        catalog=lambda: catalog,
        clock=ManualClock(NOON),
        owns=lambda _: True,
    )
    room.show(Pending(lane=MAY, conversation="c", effect=ShowCase(id="e:0", case=CODE)))
    await room.settle()
    assert len(await desk.topics()) == 1
    assert await desk.clear() == Cleared(gone=1)
    assert await desk.topics() == set()


async def test_topics_of_a_group_that_agents_have_left_go_from_there(desk: Desk) -> None:
    """The other group has a topic of the same number, which is somebody else's."""
    mays, before = await desk.talk(MAY, "R-1"), desk.room
    desk.move()
    sams = await desk.talk(SAM, "R-2")
    assert sams == mays, "numbered anew"
    await erasure.erase(desk.store, MAY, NOON)
    assert await desk.clear() == Cleared(gone=1)
    assert sams in await desk.topics()
    assert (await asyncio.to_thread(desk.fake.chat, before.group)).topics == {}


async def test_a_group_that_threw_the_bot_out_keeps_nobody_elses_topics_back(desk: Desk) -> None:
    await desk.talk(MAY, "R-1")
    await asyncio.to_thread(desk.fake.member, desk.group, None, "kicked")
    desk.move()
    await desk.talk(SAM, "R-2")
    for lane in (MAY, SAM):
        await erasure.erase(desk.store, lane, NOON)
    cleared = await desk.clear()
    assert (cleared.gone, cleared.left) == (1, 1)
    assert await desk.topics() == set()


def _erase(fake: FakeTelegram, group: int | None, directory: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setenv("SPAREKEY_DATA_DIR", str(directory))
    monkeypatch.setenv("SPAREKEY_TELEGRAM_TOKEN", fake.token)
    monkeypatch.setenv("SPAREKEY_TELEGRAM_API", fake.url)
    monkeypatch.setenv("SPAREKEY_STAFF_AGENTS", "501")
    if group is not None:
        monkeypatch.setenv("SPAREKEY_STAFF_GROUP", str(group))
    return cli.main(["erase", CODE])


def test_the_command_deletes_and_says_so(
    fake_telegram: FakeTelegram,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    group = asyncio.run(_with_a_case(fake_telegram, tmp_path))
    assert _erase(fake_telegram, group, tmp_path, monkeypatch) == 0
    assert "topics 1" in capsys.readouterr().out
    assert fake_telegram.chat(group).topics == {}


def test_the_command_says_what_the_group_does_not_let_it_delete_and_it_is_not_forgotten(
    fake_telegram: FakeTelegram,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    group = asyncio.run(_with_a_case(fake_telegram, tmp_path))
    fake_telegram.bot_may(group, "can_manage_topics")
    assert _erase(fake_telegram, group, tmp_path, monkeypatch) == 0
    told = capsys.readouterr().err
    assert "not deleted yet: 1" in told
    assert "delete messages" in told
    fake_telegram.bot_may(group, *FORUM_RIGHTS)
    assert asyncio.run(_cleared(fake_telegram, group, tmp_path)) == Cleared(gone=1)


async def _with_a_case(fake: FakeTelegram, directory: Path) -> int:
    desk = Desk(fake, directory)
    await desk.talk(MAY, CODE)
    await desk.close()
    return desk.group


async def _cleared(fake: FakeTelegram, group: int, directory: Path) -> Cleared:
    store, api = SqlStore(f"sqlite:///{directory / 'sparekey.db'}"), PtbTransport(fake.token, fake.url)
    room = GroupRoom(api, group)
    found = await Places(store=store, room=room, channels=("telegram",), owns=lambda _: True).clear()
    await api.close()
    await store.close()
    return found
