"""The durable turn on the real store: what a crash, a locked database or a hanging account system leaves behind."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bot.adapters.accounts.demo import DemoAccounts
from bot.adapters.storage import migrate
from bot.adapters.storage.store import SqlStore
from bot.core.commands import SendMessage
from bot.core.events import TextReceived
from bot.core.vocabulary import Direction, Status
from bot.errors import ChannelBusy, ChannelUnreachable, RecipientGone, StoreBusy
from bot.ports import Incoming, Lane
from bot.service.desk import Desk
from bot.service.reading import Reader
from bot.testing import CollectingChannel, ManualClock
from tests.playing import MORNING, Person

TO_THE_CODE = ["no otp coming", "1", "longer", "no", "skip", "yes", "yes", "3", "2", "2", "2", "yes"]


@dataclass
class Machine:
    """One machine whose program can be stopped and started again; its files and its clock stay."""

    directory: Path
    url: str
    reader: Reader
    clock: ManualClock
    channel: CollectingChannel
    timeout_s: float = 5
    count: int = 0

    async def start(self) -> Person:
        migrate.upgrade(self.url)
        self.store = SqlStore(self.url, busy_timeout_s=0.2)
        self.accounts = DemoAccounts(self.directory / "accounts.db", clock=self.clock)
        self.desk = Desk(
            store=self.store, reader=self.reader, backend=self.accounts, clock=self.clock, channels=[self.channel],
            backend_timeout_s=self.timeout_s,
        )  # fmt: skip
        await self.desk.start()
        self.count += 1
        person = Person(self.desk, self.channel, self.clock, self.store, self.accounts, "mei")
        person.prefix = f"run{self.count}"
        return person

    async def stop(self) -> None:
        await self.desk.stop()
        await self.accounts.close()
        await self.store.close()


#: For what only a file can show.
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(name="machine")
async def _machine(database_url: str, tmp_path: Path, reader: Reader) -> AsyncIterator[Machine]:
    machine = Machine(tmp_path, database_url, reader, ManualClock(MORNING), CollectingChannel())
    yield machine
    await machine.stop()


async def test_a_reminder_comes_after_a_restart(machine: Machine) -> None:
    person = await machine.start()
    for text in [*TO_THE_CODE, "mei"]:
        await person.say(text)
    assert await person.where() == "resend_code.wait_for_it"
    await machine.stop()

    machine.clock.advance(timedelta(seconds=61))
    person = await machine.start()
    await person.desk.fire_due_timers()
    await person.desk.settle()

    assert await person.where() == "resend_code.did_it_arrive"
    assert len(await person.accounts.calls()) == 1


async def test_the_same_update_twice_is_answered_once(machine: Machine) -> None:
    person = await machine.start()
    update = [Incoming(lane=person.lane, event=TextReceived(id="u1", at=MORNING, text="no otp coming"))]
    for _ in range(3):
        await person.desk.receive(update)
    await person.desk.settle()
    assert len(machine.channel.sent) == 1


async def test_an_event_that_was_stored_but_not_processed_is_processed_after_a_restart(
    machine: Machine,
) -> None:
    person = await machine.start()
    event = TextReceived(id="u1", at=MORNING, text="no otp coming")
    await machine.store.write(lambda tx: tx.receive(Incoming(lane=person.lane, event=event)))
    await machine.stop()

    person = await machine.start()
    await person.desk.settle()
    assert await person.where() == "no_sms.tapped_send"
    assert len(machine.channel.sent) == 1


async def test_a_message_that_could_not_be_sent_is_sent_after_a_restart(machine: Machine) -> None:
    class Offline(CollectingChannel):
        async def send(self, contact: str, message: SendMessage) -> None:
            raise ChannelUnreachable("the network is down")

    online, machine.channel = machine.channel, Offline()
    person = await machine.start()
    await person.desk.receive(
        [Incoming(lane=person.lane, event=TextReceived(id="u1", at=MORNING, text="no otp coming"))]
    )
    await machine.stop()
    assert not online.sent

    machine.channel = online
    person = await machine.start()
    await person.desk.settle()
    assert len(online.sent) == 1


async def test_a_claimed_call_is_not_repeated_after_a_crash_and_says_so(machine: Machine) -> None:
    """The program dies between the request and its answer: nobody knows, so nobody asks again."""
    person = await machine.start()
    for text in TO_THE_CODE:
        await person.say(text)
    await person.accounts.force("hang")
    await person.desk.receive(
        [Incoming(lane=person.lane, event=TextReceived(id="u99", at=MORNING, text="mei"))]
    )
    while not await person.accounts.calls():
        await asyncio.sleep(0.01)
    await machine.stop()

    person = await machine.start()
    await person.desk.settle()
    assert await person.where() == "resend_code.maybe_coming"
    assert len(await person.accounts.calls()) == 1


async def test_an_account_system_that_hangs_is_not_waited_for(machine: Machine) -> None:
    machine.timeout_s = 0.05
    person = await machine.start()
    for text in TO_THE_CODE:
        await person.say(text)
    await person.accounts.force("hang")
    answer = await person.say("mei")
    assert await person.where() == "resend_code.maybe_coming"
    assert "10 minutes" in answer[0].text, "the neutral answer does not wait for the account system"


@on_sqlite
async def test_a_locked_database_is_not_acknowledged_and_then_taken(machine: Machine) -> None:
    person = await machine.start()
    await person.say("no otp coming")
    update = [Incoming(lane=person.lane, event=TextReceived(id="u2", at=MORNING, text="1"))]
    lock = sqlite3.connect(machine.directory / "sparekey.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusy, match=r"sparekey\.db"):
        await person.desk.receive(update)
    assert await person.where() == "no_sms.tapped_send"
    lock.execute("ROLLBACK")
    lock.close()

    await person.desk.receive(update)
    await person.desk.settle()
    assert await person.where() == "no_sms.requested_when"


@on_sqlite
async def test_a_turn_that_meets_a_lock_is_finished_when_the_lock_is_gone(machine: Machine) -> None:
    person = await machine.start()
    event = TextReceived(id="u1", at=MORNING, text="no otp coming")
    await machine.store.write(lambda tx: tx.receive(Incoming(lane=person.lane, event=event)))
    await machine.stop()
    lock = sqlite3.connect(machine.directory / "sparekey.db", isolation_level=None)

    person = await machine.start()
    lock.execute("BEGIN IMMEDIATE")
    await asyncio.sleep(0.3)
    assert not machine.channel.sent
    lock.execute("ROLLBACK")
    lock.close()
    await person.desk.settle()
    assert len(machine.channel.sent) == 1


async def test_a_busy_chat_service_is_waited_for_and_the_order_kept(machine: Machine) -> None:
    class Busy(CollectingChannel):
        refusals = 3

        async def send(self, contact: str, message: SendMessage) -> None:
            if self.refusals:
                self.refusals -= 1
                raise ChannelBusy("slow down", retry_after_s=0.01)
            await super().send(contact, message)

    machine.channel = Busy()
    person = await machine.start()
    for number, text in enumerate(["no otp coming", "1", "longer"]):
        await person.desk.receive(
            [Incoming(lane=person.lane, event=TextReceived(id=f"u{number}", at=MORNING, text=text))]
        )
    await person.desk.settle()
    assert [message.screen for _, message in machine.channel.sent] == [1, 2, 3]


async def test_a_person_who_blocked_the_bot_is_given_up_and_nobody_else(machine: Machine) -> None:
    class Blocked(CollectingChannel):
        async def send(self, contact: str, message: SendMessage) -> None:
            if contact == "mei":
                raise RecipientGone("the person blocked the bot")
            await super().send(contact, message)

    machine.channel = Blocked()
    person = await machine.start()
    await person.say("no otp coming")
    other = Person(machine.desk, machine.channel, machine.clock, machine.store, machine.accounts, "camille")
    assert len(await other.say("no otp coming")) == 1
    assert not await machine.store.read(lambda view: view.pending([machine.channel.name]))


@on_sqlite
async def test_a_secret_and_an_identifier_are_nowhere_in_the_files(machine: Machine) -> None:
    """After the hand-off, no byte of the database holds what was pasted or typed about the account."""
    person = await machine.start()
    secrets = ["482913", "Hunter2!x", "4111 1111 1111 1111"]
    for text in [
        "no otp coming",
        "my code is 482913",
        "my password is Hunter2!x",
        "card 4111 1111 1111 1111",
        "1",
        "longer",
        "no",
    ]:
        await person.say(text)
    await person.say("0936 137 846")
    await person.say("Taiwan")
    await person.say("human")
    assert (await person.conversation()).status is Status.OPEN
    transcript = await machine.store.read(lambda view: view.transcript("") or ())
    await machine.stop()
    held = b"".join(path.read_bytes() for path in machine.directory.glob("sparekey.db*"))
    for secret in [*secrets, "0936 137 846", "936137846", "0936137846"]:
        assert secret.encode() not in held, secret
    assert b"no otp coming" in held, "what is harmless is kept, or this test would prove nothing"
    assert transcript == ()
    await machine.start()


async def test_the_transcript_tells_the_case(machine: Machine) -> None:
    person = await machine.start()
    for text in [*TO_THE_CODE[:9], "human"]:
        await person.say(text)
    conversation = await person.conversation()
    lines = await machine.store.read(lambda view: view.transcript(conversation.id))
    assert next(line.text for line in lines if line.direction is Direction.INCOMING) == "no otp coming"
    assert any("tried: " in line.text and "nothing yet" not in line.text for line in lines)
    assert await machine.store.read(lambda view: view.case(conversation.case_code or "")) == conversation


async def test_a_flood_from_one_chat_is_processed_in_order(machine: Machine) -> None:
    person = await machine.start()
    batch = [
        Incoming(
            lane=Lane(machine.channel.name, f"chat{number % 5}"),
            event=TextReceived(id=f"f{number}", at=MORNING, text="no otp coming"),
        )
        for number in range(100)
    ]
    await person.desk.receive(batch)
    await person.desk.settle()
    for chat in range(5):
        sent = [message for contact, message in machine.channel.sent if contact == f"chat{chat}"]
        screens = [message.screen for message in sent if message.choices]
        assert screens == sorted(screens)
        assert screens


@on_sqlite
async def test_an_event_that_cannot_be_read_is_set_aside_and_the_chat_goes_on(machine: Machine) -> None:
    """A row of another version, or a damaged one, must not silence a person for ever."""
    person = await machine.start()
    await person.say("no otp coming")
    await machine.store.write(
        lambda tx: tx.receive(
            Incoming(lane=person.lane, event=TextReceived(id="damaged", at=MORNING, text="x"))
        )
    )
    await machine.stop()
    with sqlite3.connect(machine.directory / "sparekey.db") as database:
        database.execute("UPDATE inbox SET payload = '{' WHERE event = 'damaged'")

    person = await machine.start()
    await person.say("1")
    assert await person.where() == "no_sms.requested_when"
    with sqlite3.connect(machine.directory / "sparekey.db") as database:
        rows = database.execute("SELECT status FROM inbox WHERE event = 'damaged'").fetchall()
    assert rows == [("set_aside",)]


async def test_every_kind_of_event_survives_being_stored(machine: Machine) -> None:
    person = await machine.start()
    assert await person.attach("photo")
    assert await person.start("fr")
    assert await person.pick("no_sms")
    assert await person.where() == "no_sms.tapped_send"


async def test_a_timer_fires_by_itself_when_it_comes_due(machine: Machine) -> None:
    """Nobody looks after it but the desk, which hears of every timer that a turn starts."""
    person = await machine.start()
    for text in [*TO_THE_CODE, "mei"]:
        await person.say(text)
    machine.clock.advance(timedelta(seconds=59))
    await asyncio.sleep(0)
    assert await person.where() == "resend_code.wait_for_it"
    machine.clock.advance(timedelta(seconds=2))
    async with asyncio.timeout(5):
        while await person.where() != "resend_code.did_it_arrive":
            await asyncio.sleep(0.01)
