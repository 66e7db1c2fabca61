"""One row, one person or one message that is broken: everybody else goes on, and the log quotes nobody."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from bot import running
from bot.adapters.accounts.demo import DemoAccounts
from bot.adapters.storage import migrate
from bot.adapters.storage.store import SqlStore
from bot.core.commands import SendMessage
from bot.core.events import TextReceived
from bot.core.vocabulary import Action, Direction, Outcome
from bot.errors import ChannelUnreachable, StoreBusy
from bot.ports import Incoming, Lane, Reply, Snapshot
from bot.service import messages
from bot.service.desk import Desk
from bot.service.reading import Reader
from bot.settings import Settings
from bot.testing import CollectingChannel, ManualClock, MemoryStore
from tests.playing import MORNING, Person, playing

T = TypeVar("T")
TO_THE_ACCOUNT = ["no otp coming", "1", "longer", "no", "skip", "yes", "yes", "3", "2", "2", "2", "yes"]


@pytest.fixture(name="url")
def _url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'sparekey.db'}"
    migrate.upgrade(url)
    return url


@pytest.fixture(name="store")
async def _store(url: str) -> AsyncIterator[SqlStore]:
    store = SqlStore(url)
    yield store
    await store.close()


def desk_of(
    store: SqlStore | MemoryStore, reader: Reader, channel: CollectingChannel, directory: Path
) -> Desk:
    clock = ManualClock(MORNING)
    accounts = DemoAccounts(directory / "accounts.db", clock=clock)
    return Desk(
        store=store, reader=reader, backend=accounts, clock=clock, channels=[channel], backend_timeout_s=5
    )


def wrote(lane: Lane, event: str, text: str) -> Incoming:
    return Incoming(lane=lane, event=TextReceived(id=event, at=MORNING, text=text))


async def test_a_turn_that_cannot_be_saved_is_set_aside_with_an_apology_at_once(
    reader: Reader, store: SqlStore, tmp_path: Path
) -> None:
    """The database refuses the turn each time; the person hears of it now, not after the next start."""
    async with playing(reader, tmp_path, store=store) as person:
        await person.say("no otp coming")
        taken = SendMessage(id="poison:0", text="takes the id of the answer")
        conversation = (await person.conversation()).id
        await store.write(lambda tx: tx.add_effects(conversation, Lane("elsewhere", "1"), [taken]))
        await person.desk.receive([wrote(person.lane, "poison", "1")])
        await person.desk.settle()
        assert "went wrong" in person.channel.sent[-1][1].text
        lines = await store.read(lambda view: view.transcript(conversation))
        assert lines[-1].direction is Direction.OUTGOING
        assert "went wrong" in lines[-1].text
        (noted,) = [
            each
            for each in await store.read(lambda view: view.audit())
            if each.action is Action.EVENT_QUARANTINED
        ]
        assert (noted.conversation, noted.details) == (conversation, {"event": "poison"})
        await person.say("1")
        assert await person.where() == "no_sms.requested_when"


async def test_the_first_text_of_a_person_gets_its_apology_too(reader: Reader, tmp_path: Path) -> None:
    class Broken(Reader):
        def read(self, event: TextReceived, conversation: object) -> object:  # type: ignore[override]
            raise ValueError(f"cannot read {event.text!r}")

    broken = Broken(reader.catalog, reader.matcher)
    async with playing(broken, tmp_path) as person:
        assert "went wrong" in (await person.say("no otp coming"))[0].text
        assert await person.start(), "what needs no reading goes on"


async def test_the_log_of_a_failed_turn_tells_the_place_and_quotes_nobody(
    reader: Reader, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(Reader):
        def read(self, event: TextReceived, conversation: object) -> object:  # type: ignore[override]
            raise ValueError(f"cannot read {event.text!r}")

    caplog.set_level(logging.DEBUG)
    async with playing(Broken(reader.catalog, reader.matcher), tmp_path) as person:
        await person.say("canary words")
    assert "ValueError" in caplog.text
    assert "in read" in caplog.text
    assert "canary" not in caplog.text


async def test_the_log_of_a_broken_account_adapter_quotes_no_account(
    reader: Reader, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(DemoAccounts):
        async def begin_case(self, *, identifier: str) -> Reply:
            raise RuntimeError(f"https://accounts.example.com/{identifier}")

    caplog.set_level(logging.DEBUG)
    clock, channel = ManualClock(MORNING), CollectingChannel()
    store, accounts = MemoryStore(), Broken(tmp_path / "accounts.db", clock=clock)
    desk = Desk(
        store=store, reader=reader, backend=accounts, clock=clock, channels=[channel], backend_timeout_s=5
    )
    await desk.start()
    person = Person(desk, channel, clock, store, accounts, "1")
    for text in [*TO_THE_ACCOUNT, "canary-name"]:
        await person.say(text)
    assert await person.where() == "resend_code.our_side"
    assert "RuntimeError" in caplog.text
    assert "canary" not in caplog.text
    await desk.stop()
    await accounts.close()


async def test_a_conversation_that_cannot_be_read_keeps_nobody_elses_message_away(
    reader: Reader, store: SqlStore, tmp_path: Path
) -> None:
    """Whether a bare number is a code depends on the question; where that cannot be read, the batch is stored still."""
    channel = CollectingChannel()
    desk = desk_of(store, reader, channel, tmp_path)
    await desk.start()
    damaged, sound = Lane(channel.name, "damaged"), Lane(channel.name, "sound")
    await desk.receive([wrote(damaged, "u1", "no otp coming")])
    await desk.settle()
    with sqlite3.connect(tmp_path / "sparekey.db") as database:
        database.execute("UPDATE conversations SET state = '{'")
    await desk.receive([wrote(damaged, "u2", "482913"), wrote(sound, "u3", "no otp coming")])
    while not any(contact == "sound" for contact, _ in channel.sent):
        await asyncio.sleep(0.01)
    await desk.stop()


async def test_an_effect_that_cannot_be_read_does_not_keep_the_program_from_starting(
    reader: Reader, store: SqlStore, tmp_path: Path
) -> None:
    channel = CollectingChannel()
    lane = Lane(channel.name, "mei")
    messages = [SendMessage(id="damaged", text="x"), SendMessage(id="sound", text="y")]
    await store.write(lambda tx: tx.add_effects("c", lane, messages))
    with sqlite3.connect(tmp_path / "sparekey.db") as database:
        database.execute("UPDATE commands SET payload = '{' WHERE id = 'damaged'")
    desk = desk_of(store, reader, channel, tmp_path)
    await desk.start()
    await desk.settle()
    assert [message.id for _, message in channel.sent] == ["sound"]
    assert not await store.read(lambda view: view.pending([channel.name]))
    await desk.stop()


async def test_a_message_that_breaks_the_channel_does_not_hold_up_the_next(
    reader: Reader, tmp_path: Path
) -> None:
    class Breaking(CollectingChannel):
        async def send(self, contact: str, message: SendMessage) -> None:
            if message.id.startswith("u1"):
                raise TypeError("a fault of the channel")
            await super().send(contact, message)

    store, channel = MemoryStore(), Breaking()
    desk = desk_of(store, reader, channel, tmp_path)
    await desk.start()
    lane = Lane(channel.name, "mei")
    await desk.receive([wrote(lane, "u1", "no otp coming"), wrote(lane, "u2", "1")])
    await desk.settle()
    assert [message.id.partition(":")[0] for _, message in channel.sent] == ["u2"]
    assert not store.outbox
    assert any(fault and "TypeError" in fault for fault in store.finished.values())
    await desk.stop()


async def test_a_message_that_cannot_be_deleted_does_not_hold_up_the_answer(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Undeleting(CollectingChannel):
        tries = 0

        async def delete(self, contact: str, message: str) -> None:
            self.tries += 1
            raise ChannelUnreachable("the chat service does not answer")

    monkeypatch.setattr(messages, "FIRST_PAUSE_S", 0.001)
    channel = Undeleting()
    desk = desk_of(MemoryStore(), reader, channel, tmp_path)
    await desk.start()
    event = TextReceived(id="u1", at=MORNING, text="my code is 482913", message="17")
    await desk.receive([Incoming(lane=Lane(channel.name, "mei"), event=event)])
    async with asyncio.timeout(5):
        await desk.settle()
    assert channel.tries == messages.DELETE_TRIES
    assert "removed" in channel.sent[0][1].text
    await desk.stop()


async def test_requests_that_were_not_sent_leave_the_budget_of_the_account_alone(
    reader: Reader, tmp_path: Path
) -> None:
    """An account system that is down for a while must not use up the codes of a whole day."""

    class Down(DemoAccounts):
        async def resend_code(self, *, case: str, channel: str, purpose: str, idempotency_key: str) -> Reply:
            return Reply(outcome=Outcome.UNAVAILABLE)

    clock, channel, store = ManualClock(MORNING), CollectingChannel(), MemoryStore()
    accounts = Down(tmp_path / "accounts.db", clock=clock)
    desk = Desk(
        store=store, reader=reader, backend=accounts, clock=clock, channels=[channel], backend_timeout_s=5
    )
    await desk.start()
    person = Person(desk, channel, clock, store, accounts, "1")
    for text in [*TO_THE_ACCOUNT, "mei"]:
        await person.say(text)
    assert await person.where() == "resend_code.our_side"
    assert [name for name, spent in store.budgets.items() if spent] == []
    assert [name for name in store.budgets if name.startswith("code:")], (
        "it was counted while it was under way"
    )
    await desk.stop()
    await accounts.close()


async def test_where_a_number_is_asked_for_the_transcript_keeps_neither_a_code_nor_a_name(
    reader: Reader, tmp_path: Path
) -> None:
    async with playing(reader, tmp_path) as person:
        for text in [
            *TO_THE_ACCOUNT[:4],
            "48 29 13",
            "start again",
            *TO_THE_ACCOUNT,
            "482913",
            "canary-name",
        ]:
            await person.say(text)
        store = person.store
        assert isinstance(store, MemoryStore)
        kept = [line.text for lines in store.lines.values() for line in lines] + [
            text for text, _, _ in store.unmatched
        ]
        assert "[the name of an account]" in kept
        assert not any(secret in text for text in kept for secret in ("482913", "48 29", "canary"))


async def test_what_is_kept_for_the_authors_is_masked(reader: Reader, tmp_path: Path) -> None:
    async with playing(reader, tmp_path) as person:
        await person.say("purple elephants 0936 137 846 dance")
        store = person.store
        assert isinstance(store, MemoryStore)
        assert [text.split()[0] for text, _, _ in store.unmatched] == ["purple"]
        assert not any("137" in text for text, _, _ in store.unmatched)


async def test_the_name_of_an_account_is_nowhere_in_the_files_after_the_hand_off(
    reader: Reader, store: SqlStore, tmp_path: Path
) -> None:
    async with playing(reader, tmp_path, store=store) as person:
        for text in [*TO_THE_ACCOUNT, "canary-name", "not yet", "human"]:
            await person.say(text)
        transcript = await store.read(lambda view: view.audit())
        assert transcript, "something is kept, or this test would prove nothing"
    await store.close()
    held = (tmp_path / "sparekey.db").read_bytes()
    assert b"no otp coming" in held
    assert b"canary-name" not in held


async def test_nothing_begins_after_the_stop(reader: Reader, tmp_path: Path) -> None:
    """A call that ends while the program stops is stored; its turn is the next start's."""
    store, channel = MemoryStore(), CollectingChannel()
    desk = desk_of(store, reader, channel, tmp_path)
    await desk.start()
    await desk.stop()
    await desk.receive([wrote(Lane(channel.name, "mei"), "u1", "no otp coming")])
    await desk.settle()
    assert not channel.sent
    assert list(store.waiting) == ["u1"]


async def test_sigterm_ends_a_program_that_still_waits_for_its_database(
    reader: Reader, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Locked(MemoryStore):
        async def read(self, work: Callable[[Snapshot], T]) -> T:
            raise StoreBusy("The database is locked by another process.")

    store, channel = Locked(), CollectingChannel()
    desk = desk_of(store, reader, channel, tmp_path)
    settings = Settings(host="127.0.0.1", port=0)
    program = asyncio.create_task(running._run(settings, store, desk, [], [], None))  # type: ignore[arg-type]
    while "tried again" not in caplog.text:
        await asyncio.sleep(0.01)
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(program, timeout=5)
