"""What the doctor says of the staff group, over HTTP: each thing that is missing is named with its cure."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from bot.channels.telegram.bot_api import BotApi
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.ptb_transport import PtbTransport
from bot.channels.telegram.staff.door import StaffDoor
from bot.channels.telegram.staff.inspection import inspect
from bot.channels.telegram.staff.room import GroupRoom
from bot.channels.telegram.wire import UPDATES
from bot.errors import SparekeyError
from bot.ports import Incoming, Lane, Posted
from bot.service.clock import SystemClock
from bot.service.reading import Reader
from bot.service.staff.cases import Cases
from bot.testing import MemoryStore
from tests.fake_telegram.client import FORUM_RIGHTS, FakeTelegram

pytest_plugins = ["tests.fake_telegram.fixture"]
AGENTS = (501, 502)


@pytest.fixture(name="api")
async def _api(fake_telegram: FakeTelegram) -> AsyncIterator[BotApi]:
    api = PtbTransport(fake_telegram.token, fake_telegram.url)
    yield api
    await api.close()


async def told(api: BotApi, group: int) -> str:
    try:
        return await inspect(api, group, AGENTS, "SPAREKEY_STAFF_GROUP")
    except SparekeyError as fault:
        return f"FAULT {fault}"


async def test_each_thing_that_a_group_lacks_is_named_with_its_cure(
    fake_telegram: FakeTelegram, api: BotApi
) -> None:
    fake = fake_telegram
    group = fake.group("Support")
    assert "does not see the group -100999" in await told(api, -100999)
    assert "Switch them on" in await told(api, group)
    fake.forum_mode(group, True)
    assert "The bot is no administrator" in await told(api, group)
    fake.bot_may(group, "can_manage_topics", "can_delete_messages")
    assert (await told(api, group)).endswith("allow: Pin messages.")
    fake.bot_may(group, "can_manage_topics", "can_delete_messages", "can_pin_messages")
    assert "not in the group 'Support': 501, 502" in await told(api, group)
    await asyncio.to_thread(lambda: [fake.member(group, agent) for agent in AGENTS])
    assert (
        await told(api, group)
        == "The group 'Support' has topics, the bot may work there, and 2 agents are in it."
    )


async def test_what_a_group_has_become_is_told_and_followed(
    fake_telegram: FakeTelegram, api: BotApi, caplog: pytest.LogCaptureFixture
) -> None:
    """Switching topics on makes another chat of a small group, whose id is then in no setting."""
    fake = fake_telegram
    old = fake.group("Support", kind="group")
    room = GroupRoom(api, old)
    new = fake.migrate(501, old)
    fake.forum_mode(new, True)
    fake.bot_may(new, *FORUM_RIGHTS)
    assert f"Set SPAREKEY_STAFF_GROUP={new}." in await told(api, old)
    topic = await room.open("A case")
    await room.post(topic, "A card.")
    assert room.group == new
    assert [f"{new}/{each}" for each in fake.chat(new).topics] == [topic]
    assert [record.message for record in caplog.records if f"SPAREKEY_STAFF_GROUP={new}" in record.message]


async def test_an_agent_who_writes_in_what_the_group_has_become_is_heard_after_a_restart_with_the_old_id(
    fake_telegram: FakeTelegram, api: BotApi, reader: Reader
) -> None:
    """The group is found before anything is received, and what was stored under its old id, or under none, is its own."""
    fake, store = fake_telegram, MemoryStore()
    old = fake.group("Support", kind="group")
    new = fake.migrate(501, old)
    fake.forum_mode(new, True)
    fake.bot_may(new, *FORUM_RIGHTS)
    topics = [fake.open_topic(501, new, name).message_id for name in ("R-1", "R-2")]
    for code, place in (("R-1", f"{old}/{topics[0]}"), ("R-2", str(topics[1]))):
        posted = Posted(code=code, conversation=code, lane=Lane("telegram", code), place=place)
        await store.write(lambda unit, posted=posted: unit.keep_posted(posted))  # type: ignore[misc]
    told = await api.get_updates(None, 0, UPDATES)
    await api.get_updates(told[-1]["update_id"] + 1, 0, UPDATES)  # another process has heard all that
    for topic in topics:
        fake.say(501, "Hello", chat=new, thread=topic)

    room, heard = GroupRoom(api, old), asyncio.Queue[Incoming]()
    cases = Cases(store, lambda: reader.catalog, SystemClock())
    door = StaffDoor(
        api, bot_id=api.bot_id, agents=(501,), leads=(), room=room, cases=cases, setting="SPAREKEY_STAFF_AGENTS"
    )  # fmt: skip

    async def receive(all_: Sequence[Incoming]) -> None:
        for each in all_:
            heard.put_nowait(each)

    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        running = tasks.create_task(TelegramChannel(api, staff=door).run(receive))
        assert [(await heard.get()).lane.contact for _ in topics] == ["R-1", "R-2"]
        running.cancel()
    assert [each.place for each in store.posted.values()] == [f"{new}/{topic}" for topic in topics]
