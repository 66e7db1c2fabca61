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
from bot.core.events import AgentNoted, AgentReplied, AgentTook, AttachmentReceived, TextReceived
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


async def test_agents_see_pictures_where_they_were_sent_among_the_words(desks: Desks) -> None:
    conversation = await desks.begin()
    told = [
        TextReceived(id="2", at=MORNING, text="It says this:"),
        AttachmentReceived(
            id="3", at=MORNING, kind="photo", picture="telegram:AgAC-1", text="see? +44 7700 900123"
        ),
        AttachmentReceived(id="4", at=MORNING, kind="photo", picture="telegram:AgAC-2"),
        TextReceived(id="5", at=MORNING, text="What now?"),
    ]
    async with desks.desk() as desk:
        await desk.start()
        await desk.receive([Incoming(lane=desks.lane, event=event) for event in told])
        await desk.settle()
        assert "sendPhoto" not in desks.telegram.methods(), "a card names them; who takes the case sees them"
        card = desks.telegram.calls[-1][1]["text"]
        assert "[picture] see?" in card
        await desk.receive(
            [Incoming(lane=desks.lane, event=AgentTook(id="6", message="m:9", **agent(conversation)))]
        )
        await desk.settle()
        _, lines = await desks.state(desk)
    posted = [
        each.get("text", each.get("caption", ""))
        for method, each in desks.telegram.calls
        if method in ("sendMessage", "sendPhoto")
    ]
    order = [
        next(n for n, text in enumerate(posted) if words in text and "Case" not in text)
        for words in ("It says", "see?", "What now?")
    ]
    assert order == sorted(order)
    pictures = [each["photo"] for method, each in desks.telegram.calls if method == "sendPhoto"]
    assert pictures == ["AgAC-1", "AgAC-2"]
    assert not any("900123" in text for text in posted), (
        "what stands under it is masked like all that is said"
    )
    assert [line.picture for line in lines if line.picture] == ["telegram:AgAC-1", "telegram:AgAC-2"]


async def test_a_picture_before_the_hand_over_or_with_a_secret_is_kept_nowhere(desks: Desks) -> None:
    async with desks.desk() as desk:
        await desk.start()
        early = AttachmentReceived(id="1", at=MORNING, kind="photo", picture="telegram:AgAC-1", text="look")
        person = TextReceived(id="2", at=MORNING, text="talk to a person")
        secret = AttachmentReceived(
            id="3", at=MORNING, kind="photo", picture="telegram:AgAC-2", text="my code is 739164", message="7"
        )
        await desk.receive([Incoming(lane=desks.lane, event=event) for event in (early, person, secret)])
        await desk.settle()
        _, lines = await desks.state(desk)
    theirs = [line for line in lines if line.direction is Direction.INCOMING]
    assert [(line.text, line.picture) for line in theirs] == [
        ("[photo]", None),
        ("talk to a person", None),
        ("[photo]", None),
    ]
    assert ("mei", "7") in desks.channel.deleted


async def test_a_restart_posts_nothing_again(desks: Desks) -> None:
    await desks.begin()
    shown = desks.telegram.methods()
    assert shown == ["createForumTopic", "sendMessage", "pinChatMessage"]
    async with desks.desk() as desk:
        await desk.start()
        await desk.settle()
    assert desks.telegram.methods() == shown
