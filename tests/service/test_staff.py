"""Agents and people at one desk, on both engines: what agents are to see and what people are to get survives a restart."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.accounts.demo import DemoAccounts
from bot.adapters.storage import migrate
from bot.adapters.storage.store import SqlStore
from bot.channels.telegram.staff.room import GroupRoom
from bot.core.commands import RemovePlace
from bot.core.conversation import Conversation
from bot.core.events import AgentNoted, AgentReplied, TextReceived
from bot.core.vocabulary import Direction
from bot.ports import Incoming, Lane, Line
from bot.service.desk import Desk
from bot.service.reading import Reader
from bot.testing import CollectingChannel, ManualClock
from tests.playing import MORNING


class Telegram:
    """Takes the calls of the staff group, or dies at one."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Mapping[str, Any]]] = []

    async def call(self, method: str, parameters: Mapping[str, Any]) -> Any:
        self.calls.append((method, parameters))
        return {"message_thread_id": len(self.calls), "message_id": len(self.calls)}

    def methods(self) -> list[str]:
        return [method for method, _ in self.calls]


class Desks:
    """One desk after the other, at one database."""

    def __init__(self, url: str, reader: Reader, folder: Path) -> None:
        self.url, self.reader, self.folder = url, reader, folder
        self.clock, self.channel, self.telegram = ManualClock(MORNING), CollectingChannel(), Telegram()
        self.group = -100
        self.lane = Lane(self.channel.name, "mei")

    @asynccontextmanager
    async def desk(self) -> AsyncIterator[Desk]:
        store, accounts = SqlStore(self.url), DemoAccounts(self.folder / "accounts.db", clock=self.clock)
        desk = Desk(
            store=store,
            reader=self.reader,
            backend=accounts,
            clock=self.clock,
            channels=[self.channel],
            backend_timeout_s=5,
            staff=GroupRoom(self.telegram, self.group),
        )
        try:
            yield desk
        finally:
            await desk.stop()
            await accounts.close()
            await store.close()

    async def begin(self) -> Conversation:
        """Let a person be handed over; return the conversation."""
        async with self.desk() as desk:
            await desk.start()
            said = TextReceived(id="1", at=MORNING, text="talk to a person")
            await desk.receive([Incoming(lane=self.lane, event=said)])
            await desk.settle()
            return (await self.state(desk))[0]

    async def state(self, desk: Desk) -> tuple[Conversation, tuple[Line, ...]]:
        conversation = await desk._store.read(lambda view: view.conversation(self.lane))
        assert conversation is not None
        return conversation, await desk._store.read(lambda view: view.transcript(conversation.id))


@pytest.fixture(name="desks")
def _desks(database_url: str, reader: Reader, tmp_path: Path) -> Desks:
    migrate.upgrade(database_url)
    return Desks(database_url, reader, tmp_path)


def agent(conversation: Conversation) -> dict[str, Any]:
    return {"at": MORNING, "case": conversation.case_code, "agent": "telegram:1", "name": "Mina"}


async def test_what_an_agent_did_before_a_restart_is_done_once_after_it(desks: Desks) -> None:
    conversation = await desks.begin()
    reply = AgentReplied(id="2", text="Hello", message="m:70", **agent(conversation))
    note = AgentNoted(id="3", text="my password is hunter22", message="m:71", **agent(conversation))
    async with desks.desk() as desk:  # stopped as soon as it has acknowledged them
        for _ in range(2):  # Telegram delivers twice
            await desk.receive([Incoming(lane=desks.lane, event=event) for event in (reply, note)])
    async with desks.desk() as desk:
        await desk.start()
        await desk.settle()
        _, lines = await desks.state(desk)
    texts = [message.text for _, message in desks.channel.sent]
    assert sum("Mina: Hello" in text for text in texts) == 1
    assert not any("hunter22" in text for text in texts)
    (kept,) = (line.text for line in lines if line.direction is Direction.NOTE)
    assert kept.startswith("Mina: my password is")
    assert "hunter22" not in kept, "secrets are stored nowhere, not even in notes"
    marks = [each["message_id"] for method, each in desks.telegram.calls if method == "setMessageReaction"]
    assert sorted(marks) == [70, 71]


async def test_cases_go_on_in_another_group_and_leave_nothing_in_the_one_before(desks: Desks) -> None:
    conversation = await desks.begin()
    desks.telegram, desks.group = Telegram(), -200  # topics are numbered anew there
    async with desks.desk() as desk:
        await desk.start()
        reply = AgentReplied(id="2", text="Hello", message="m:70", **agent(conversation))
        await desk.receive([Incoming(lane=desks.lane, event=reply)])
        sam = Lane(desks.channel.name, "sam")
        human = TextReceived(id="3", at=MORNING, text="talk to a person")
        await desk.receive([Incoming(lane=sam, event=human)])
        await desk.settle()
        first = await desk._store.read(lambda view: view.posted(conversation.case_code or ""))
        other = await desk._store.read(lambda view: view.posted(view.conversation(sam).case_code or ""))  # type: ignore[union-attr]
        assert first is not None
        assert other is not None
        assert {each.place.partition("/")[0] for each in (first, other) if each.place} == {"-200"}
        assert first.place != other.place
        pending = await desk._store.read(lambda view: view.pending([desks.channel.name]))
    left = [each.effect.place for each in pending if isinstance(each.effect, RemovePlace)]
    assert left == ["-100/1"], "what was said there goes from there"
    assert {each["chat_id"] for _, each in desks.telegram.calls} == {-200}


async def test_a_restart_posts_nothing_again(desks: Desks) -> None:
    await desks.begin()
    shown = desks.telegram.methods()
    assert shown == ["createForumTopic", "sendMessage", "pinChatMessage"]
    async with desks.desk() as desk:
        await desk.start()
        await desk.settle()
    assert desks.telegram.methods() == shown
