"""A person who is writing, as the agent sees it who has their case in Telegram."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.channels.telegram.pace import Pace
from bot.channels.telegram.staff.room import GroupRoom
from tests.channels.test_staff_door import GROUP, Telegram
from tests.channels.web.site import Server, Visitor, eventually
from tests.e2e.test_staff_journey import MINA, _fake  # noqa: F401 - a fixture
from tests.fake_telegram.client import FakeTelegram


@pytest.fixture
def group(fake: FakeTelegram) -> int:
    """Where the team works."""
    fake.user(MINA, first_name="Mina")
    return fake.group("Support", forum=True)


@pytest.fixture
def staffed(fake: FakeTelegram, group: int, tmp_path: Path) -> Iterator[Server]:
    """A server whose cases agents see."""
    settings = {
        "SPAREKEY_TELEGRAM_TOKEN": fake.token,
        "SPAREKEY_TELEGRAM_API": fake.url,
        "SPAREKEY_STAFF_GROUP": str(group),
        "SPAREKEY_STAFF_AGENTS": str(MINA),
        "SPAREKEY_TELEGRAM_RATE": "0",  # the pace is not what this is about
    }
    server = Server(folder=tmp_path, settings=settings)
    server.start()
    yield server
    server.stop()


def test_the_agent_who_has_the_case_sees_that_the_person_is_writing(
    fake: FakeTelegram, group: int, staffed: Server
) -> None:
    def topics() -> dict[int, Any]:
        return fake.chat(group).topics

    def handed_over(number: int) -> tuple[Visitor, int]:
        visitor = staffed.visitor()
        visitor.say("human")
        eventually(lambda: len(fake.chat(group).pinned) == number, "the topic with its card")
        return visitor, max(topics())

    alone, untaken = handed_over(1)
    person, taken = handed_over(2)
    fake.say(MINA, "Which phone is it?", chat=group, thread=taken)
    with person.streaming() as stream:
        eventually(lambda: stream.state()["agent"] == "Mina", "the agent")
    said = person.entries()

    assert [each.call("POST", "/typing").status_code for each in (alone, person)] == [204, 204]
    assert {thread: topics()[thread].action for thread in (untaken, taken)} == {
        untaken: None,
        taken: "typing",
    }
    again = person.call("POST", "/typing")
    assert again.status_code == 429
    assert int(again.headers["Retry-After"]) <= 5
    assert person.entries() == said, "it is no turn, and is kept nowhere"


async def test_it_holds_up_no_message_and_is_left_where_messages_wait() -> None:
    telegram, pace = Telegram(), Pace(1)
    room = GroupRoom(telegram, GROUP, pace=pace)
    await room.typing("17")
    async with pace.message():
        await room.typing("17")
    shown = {"chat_id": GROUP, "message_thread_id": 17, "action": "typing"}
    assert telegram.calls == [("sendChatAction", shown)]
