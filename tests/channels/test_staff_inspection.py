"""What the doctor says of the staff group, over HTTP: each thing that is missing is named with its cure."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.channels.telegram.bot_api import BotApi
from bot.channels.telegram.ptb_transport import PtbTransport
from bot.channels.telegram.staff.inspection import inspect
from bot.channels.telegram.staff.room import GroupRoom
from bot.errors import SparekeyError
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
    assert set(fake.chat(new).topics) == {int(topic)}
    assert [record.message for record in caplog.records if f"SPAREKEY_STAFF_GROUP={new}" in record.message]
