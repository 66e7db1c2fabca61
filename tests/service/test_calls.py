"""Calls to the account system: one budget for all that sends, the brake, tickets that are opened once, and look-ups."""

from __future__ import annotations

import asyncio
import re
import secrets
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.adapters.accounts.demo import DemoAccounts
from bot.adapters.storage import migrate
from bot.adapters.storage.store import SqlStore
from bot.core.calls import OPERATIONS
from bot.core.commands import CallBackend, SendMessage
from bot.core.conversation import Conversation
from bot.core.events import CallReturned
from bot.core.vocabulary import Outcome, Status
from bot.ports import Lane, Reply, Snapshot
from bot.service import calls
from bot.service.account_system import MAKE, AccountSystem
from bot.service.budgets import BRAKE, brake
from bot.service.calls import Calls
from bot.service.desk import Desk
from bot.service.reading import Reader
from bot.testing import CollectingChannel, ManualClock, MemoryStore
from tests.playing import MORNING, Person

CODE = re.compile(r"R-\w{5}-\w{5}")
#: Mistyped by nobody: the code of a conversation that never was.
NO_SUCH_CASE = "R-00000-00000"


@dataclass
class House:
    """One program with two channels; its files and its clock outlive it."""

    directory: Path
    url: str
    reader: Reader
    clock: ManualClock
    timeout_s: float = 5
    runs: int = 0

    async def open(self) -> None:
        migrate.upgrade(self.url)
        self.store = SqlStore(self.url)
        self.accounts = DemoAccounts(self.directory / "accounts.db", clock=self.clock)
        self.channels = [CollectingChannel("one"), CollectingChannel("two")]
        self.desk = Desk(
            store=self.store, reader=self.reader, backend=self.accounts, clock=self.clock,
            channels=self.channels, backend_timeout_s=self.timeout_s,
        )  # fmt: skip
        await self.desk.start()
        self.runs += 1

    async def close(self) -> None:
        await self.desk.stop()
        await self.accounts.close()
        await self.store.close()

    async def restart(self) -> None:
        await self.close()
        await self.open()

    def person(self, contact: str, *, channel: int = 0) -> Person:
        person = Person(self.desk, self.channels[channel], self.clock, self.store, self.accounts, contact)
        person.prefix = f"run{self.runs}-channel{channel}"
        return person


#: For what only a file can show.
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(name="house")
async def _house(database_url: str, tmp_path: Path, operations: Reader) -> AsyncIterator[House]:
    house = House(tmp_path, database_url, operations, ManualClock(MORNING))
    await house.open()
    yield house
    await house.close()


def told(messages: list[SendMessage]) -> list[str]:
    """The outcomes that a person learned of."""
    return re.findall(r"That was: (\w+)\.", "\n".join(message.text for message in messages))


async def names(person: Person, identifier: str) -> None:
    await person.say("help with my account")
    await person.say(identifier)


async def opens_ticket(person: Person) -> str:
    """Ask for a ticket; returns its number."""
    await person.pick("ticket")
    said = await person.pick("accept")
    return CODE.findall("\n".join(message.text for message in said))[0]


async def looks_up(person: Person, code: str) -> str:
    await person.pick("status")
    return "\n".join(message.text for message in await person.say(code))


# What sends


@pytest.mark.parametrize("identifier", ["mei", "nobody"])
async def test_codes_mails_and_links_share_one_budget_over_all_chats(house: House, identifier: str) -> None:
    chats = [house.person("1"), house.person("2", channel=1), house.person("3")]
    for chat in chats:
        await names(chat, identifier)
    assert told(await chats[0].pick("code")) == ["accepted"]
    assert told(await chats[1].pick("link")) == ["accepted", "too_soon"]
    assert told(await chats[2].pick("mail")) == ["accepted", "too_soon"]
    assert len(await house.accounts.calls()) == 1
    house.clock.advance(timedelta(seconds=61))
    assert told(await chats[1].pick("link")) == ["accepted"]
    house.clock.advance(timedelta(seconds=61))
    assert told(await chats[0].pick("code")) == ["accepted", "too_soon"], "two minutes after the second"
    house.clock.advance(timedelta(seconds=60))
    assert told(await chats[2].pick("mail")) == ["accepted"]
    made = [call.operation for call in await house.accounts.calls()]
    assert made == ["resend_code", "start_password_reset", "resend_code"]
    assert len(await house.accounts.resets()) == 1


@pytest.mark.parametrize(("braked", "free"), [("mei", "alex"), ("nobody", "noone")])
async def test_the_brake_stops_what_sends_in_every_chat_for_a_day(
    house: House, braked: str, free: str
) -> None:
    """A stranger sees nothing of it: the same words and the same waits as for an account that nobody worries about."""
    seen = []
    for identifier in (braked, free):
        owner = house.person(f"owner-{identifier}")
        await names(owner, identifier)
        await owner.pick("code")
        if identifier == braked:
            await owner.pick("danger")
        seen.append([])
        for number, choice in enumerate(("code", "mail", "link", "code", "link")):
            house.clock.advance(timedelta(seconds=40))
            stranger = house.person(f"{identifier}-{number}", channel=1)
            await names(stranger, identifier)
            seen[-1].append([message.text for message in await stranger.pick(choice)])
    assert seen[0] == seen[1]
    assert "too_soon" in str(seen[0])
    made = [call.case for call in await house.accounts.calls()]
    assert [made.count(case) for case in dict.fromkeys(made)] == [1, 3], (
        "of the first account nothing was sent"
    )
    house.clock.advance(BRAKE)
    last = house.person("last")
    await names(last, braked)
    assert told(await last.pick("link")) == ["accepted"]
    assert [reset.at for reset in await house.accounts.resets()][-1] == house.clock.now()


async def test_the_brake_stops_no_ticket(house: House) -> None:
    """Who suspects a takeover needs a human all the more."""
    owner = house.person("owner")
    await names(owner, "mei")
    await owner.pick("code")
    await owner.pick("danger")
    await opens_ticket(owner)
    assert len(await house.accounts.tickets()) == 1


async def test_a_reset_that_was_claimed_is_not_repeated_after_a_crash(house: House) -> None:
    person = house.person("1")
    await names(person, "mei")
    await house.accounts.force("hang", operation="start_password_reset")
    hanging = asyncio.ensure_future(person.pick("link"))
    while not await house.accounts.calls():
        await asyncio.sleep(0.01)
    hanging.cancel()
    await house.restart()
    await house.desk.settle()
    assert len(await house.accounts.calls()) == 1
    assert "unknown" in told([message for _, message in house.channels[0].sent])


@asynccontextmanager
async def making(
    reader: Reader, directory: Path, call: CallBackend
) -> AsyncIterator[tuple[Calls, MemoryStore]]:
    """Begin to make one call, with nothing of a conversation around it."""
    clock, store, lane = ManualClock(MORNING), MemoryStore(), Lane("one", "1")
    accounts = DemoAccounts(directory / "accounts.db", clock=clock)
    made = Calls(
        store=store,
        accounts=AccountSystem(accounts, 5, clock.now),
        clock=clock,
        reader=lambda: reader,
        wake=lambda _: None,
        owns=lambda _: True,
    )
    case = str((await accounts.begin_case(identifier="mei")).data["case"])
    await store.write(lambda tx: tx.spend(brake(case), MORNING - BRAKE))
    await store.write(lambda tx: tx.add_effects("c", lane, [call]))
    for pending in await store.read(lambda view: view.pending(["one"])):
        made.execute(pending, call)
    await made.settle()
    yield made, store
    await made.stop()
    await accounts.close()


@pytest.mark.parametrize("operation", ["resend_code", "start_password_reset"])
async def test_a_call_that_is_held_says_so(operations: Reader, tmp_path: Path, operation: str) -> None:
    arguments = {"identifier": "mei", "channel": "sms", "purpose": "login"}
    async with making(
        operations, tmp_path, CallBackend(id="c1", operation=operation, arguments=arguments)
    ) as (
        _,
        store,
    ):
        (waiting,) = store.waiting.values()
        assert isinstance(waiting.event, CallReturned)
        assert waiting.event.outcome is Outcome.HELD
        assert str(waiting.event.data["case"]).startswith("case-")
        assert not store.outbox


# Tickets


@pytest.mark.parametrize("identifier", ["mei", "nobody"])
@pytest.mark.parametrize("fault", ["unavailable", "unknown", "lost"])
async def test_a_ticket_is_opened_once_however_often_it_must_be_asked_for(
    house: House, identifier: str, fault: str
) -> None:
    person = house.person("1")
    await names(person, identifier)
    await house.accounts.force(fault, times=4, operation="open_reset_ticket")
    code = await opens_ticket(person)
    for _ in range(8):
        await person.wait(timedelta(seconds=30))
    assert [ticket.external_refs for ticket in await house.accounts.tickets()] == [(code,)]
    made = await house.accounts.calls()
    assert len({call.key for call in made}) == 1
    assert len(made) == (2 if fault == "unknown" else 5)
    assert not await house.store.read(lambda view: view.pending(["one"]))
    assert told([message for _, message in house.channels[0].sent]) == [], "the person waited for nothing"


async def test_a_ticket_waits_for_an_account_system_that_begins_no_case(house: House) -> None:
    person = house.person("1")
    await names(person, "mei")
    await house.accounts.force("unavailable", times=2, operation="begin_case")
    code = await opens_ticket(person)
    assert await house.accounts.tickets() == ()
    await person.wait(timedelta(seconds=30))
    await person.wait(timedelta(seconds=30))
    assert [ticket.external_refs for ticket in await house.accounts.tickets()] == [(code,)]


@pytest.mark.parametrize("fault", ["unavailable", "unknown", "lost", "hang", "rate_limited"])
async def test_a_ticket_is_opened_once_although_the_program_ends_meanwhile(house: House, fault: str) -> None:
    person = house.person("1")
    await names(person, "mei")
    await house.accounts.force(fault, operation="open_reset_ticket")
    asking = asyncio.ensure_future(opens_ticket(person))
    while not await house.accounts.calls("open_reset_ticket"):
        await asyncio.sleep(0.01)
    if fault == "hang":
        asking.cancel()
    else:
        await asking
    await house.restart()
    await house.desk.settle()
    (ticket,) = await house.accounts.tickets()
    assert len(await house.accounts.calls()) == 2
    await house.restart()
    await house.desk.settle()
    assert len(await house.accounts.calls()) == 2, "nothing is left to do"
    assert ticket.items == ()


async def test_an_account_system_that_hangs_is_asked_again(house: House) -> None:
    await house.close()
    house.timeout_s = 0.05
    await house.open()
    person = house.person("1")
    await names(person, "mei")
    await house.accounts.force("hang", operation="open_reset_ticket")
    await opens_ticket(person)
    assert await house.accounts.tickets() == ()
    await person.wait(timedelta(seconds=1))
    assert len(await house.accounts.tickets()) == 1


async def test_the_pauses_between_two_tries_double_up_to_half_a_minute(house: House) -> None:
    """Full jitter: each try comes somewhere within its pause."""
    person = house.person("1")
    await names(person, "mei")
    await house.accounts.force("unavailable", times=1000, operation="open_reset_ticket")
    await opens_ticket(person)
    for number, pause in enumerate((0.5, 1, 2, 4, 8, 16, 30, 30, 30), start=1):
        assert len(await house.accounts.calls()) == number
        await person.wait(timedelta(seconds=pause))
    assert len(await house.accounts.calls()) == 10


async def test_after_three_days_the_person_is_told_that_there_is_no_ticket(house: House) -> None:
    """A restart does not begin the three days anew."""
    person = house.person("1")
    await names(person, "mei")
    await house.accounts.force("unavailable", times=1000, operation="open_reset_ticket")
    await opens_ticket(person)
    house.clock.advance(calls.PATIENCE - timedelta(hours=1))
    await house.restart()
    await house.desk.settle()
    made = len(await house.accounts.calls())
    assert made == 2
    assert told([message for _, message in house.channels[0].sent]) == []
    await house.person("1").wait(timedelta(hours=2))
    assert "unavailable" in told([message for _, message in house.channels[0].sent])
    made = len(await house.accounts.calls())
    await house.person("1").wait(timedelta(hours=2))
    assert len(await house.accounts.calls()) == made
    assert not await house.store.read(lambda view: view.pending(["one"]))


async def test_a_ticket_that_is_refused_is_not_asked_for_again(house: House) -> None:
    person = house.person("1")
    await names(person, "mei")
    await house.accounts.force("blocked", operation="open_reset_ticket")
    await opens_ticket(person)
    await person.wait(timedelta(hours=1))
    assert len(await house.accounts.calls()) == 1


@pytest.mark.parametrize("operation", ["begin_case", "open_reset_ticket"])
async def test_after_an_outage_of_three_days_every_promised_ticket_is_opened_once_and_in_order(
    house: House, operation: str
) -> None:
    """People got their numbers at once; the tickets come within a minute of the account system's return."""
    people = [house.person(str(number)) for number in range(8)]
    for number, person in enumerate(people):
        await names(person, f"person{number}")
    await house.accounts.force("unavailable", times=100_000, operation=operation)
    codes = [await opens_ticket(person) for person in people]
    for _ in range(71):
        await people[0].wait(timedelta(hours=1))
    assert await house.accounts.tickets() == ()
    await house.restart()
    _mend(house)
    waited = timedelta()
    while len(await house.accounts.tickets()) < len(people):
        await house.person("0").wait(timedelta(seconds=5))
        waited += timedelta(seconds=5)
    assert waited <= timedelta(seconds=60)
    assert [ticket.external_refs for ticket in await house.accounts.tickets()] == [(code,) for code in codes]
    assert told([message for _, message in house.channels[0].sent]) == [], "the numbers were told already"


async def test_while_the_account_system_is_down_it_is_asked_now_and_then_for_the_oldest_ticket_only(
    house: House,
) -> None:
    people = [house.person(str(number)) for number in range(8)]
    for number, person in enumerate(people):
        await names(person, f"person{number}")
    await house.accounts.force("unavailable", times=100_000, operation="open_reset_ticket")
    for person in people:
        await opens_ticket(person)
    before = await house.accounts.calls()
    for _ in range(10):
        await people[0].wait(timedelta(seconds=30))
    after = (await house.accounts.calls())[len(before) :]
    assert len({call.case for call in after}) == 1
    assert 1 <= len(after) <= 10


async def test_a_ticket_of_one_account_that_is_limited_does_not_hold_up_the_others(house: House) -> None:
    people = [house.person(str(number)) for number in range(3)]
    for number, person in enumerate(people):
        await names(person, f"person{number}")
    await house.accounts.force("rate_limited", times=1, operation="open_reset_ticket")
    codes = [await opens_ticket(person) for person in people]
    await people[0].wait(timedelta(seconds=1))
    await people[0].wait(timedelta(seconds=30))
    refs = [ticket.external_refs for ticket in await house.accounts.tickets()]
    assert sorted(refs) == sorted((code,) for code in codes)


async def test_who_asks_while_the_account_system_is_known_to_be_down_learns_it_at_once(house: House) -> None:
    """After five calls that nobody answered, the sixth person does not wait for a time limit."""
    await house.close()
    house.timeout_s = 0.5
    await house.open()
    await house.accounts.force("hang", times=100, operation="begin_case")
    for number in range(6):
        person = house.person(str(number))
        await names(person, f"person{number}")
        began = time.monotonic()
        await person.pick("code")
        took = time.monotonic() - began
        if number == 5:
            assert took < house.timeout_s
    assert told([message for _, message in house.channels[0].sent]).count("unavailable") == 6


def _mend(house: House) -> None:
    """What was forced is forgotten: the account system is there again."""
    with sqlite3.connect(house.directory / "accounts.db") as database:
        database.execute("DELETE FROM faults")


# Look-ups


@pytest.mark.parametrize("identifier", ["mei", "nobody"])
async def test_a_person_finds_their_own_ticket(house: House, identifier: str) -> None:
    person = house.person("1")
    await names(person, identifier)
    code = await opens_ticket(person)
    await person.wait(timedelta(days=1))
    assert f"{code} is open, opened on " in await looks_up(person, code)
    await house.accounts.close_ticket(code)
    assert f"{code} is closed, opened on " in await looks_up(person, code)


async def test_somebody_elses_ticket_is_not_there(house: House) -> None:
    """Also for the same person elsewhere: a contact on another channel proves nothing."""
    owner = house.person("1")
    await names(owner, "mei")
    code = await opens_ticket(owner)
    for stranger in (house.person("2"), house.person("1", channel=1)):
        await names(stranger, "mei")
        foreign = (await looks_up(stranger, code)).replace(code, "CODE")
        missing = (await looks_up(stranger, NO_SUCH_CASE)).replace(NO_SUCH_CASE, "CODE")
        assert foreign == missing
        assert told([message for _, message in stranger.channel.sent])[-2:] == ["not_found", "not_found"]


async def test_a_look_up_of_somebody_elses_ticket_does_not_reach_the_account_system(house: House) -> None:
    """So neither its answer nor its time depends on the ticket."""
    owner, stranger = house.person("1"), house.person("2")
    for person in (owner, stranger):
        await names(person, "mei")
    code = await opens_ticket(owner)
    await house.accounts.force("unavailable", operation="find_ticket")
    await looks_up(stranger, code)
    assert told([SendMessage(id="x", text=await looks_up(owner, code))]) == ["unavailable"]
    assert "is open" in await looks_up(owner, code)


async def test_a_ticket_that_the_account_system_does_not_have_is_open_as_promised(house: House) -> None:
    """Not taken yet, or refused: to a stranger that is one, or the refusal would tell of the account."""
    waiting, refused = house.person("1"), house.person("2")
    answers = []
    for person, fault in ((waiting, "unavailable"), (refused, "blocked")):
        await names(person, "mei")
        await house.accounts.force(fault, operation="open_reset_ticket")
        code = await opens_ticket(person)
        answers.append((await looks_up(person, code)).replace(code, "CODE"))
    assert answers[0] == answers[1]
    assert "is open, opened on " in answers[0]


async def test_when_somebody_else_opened_a_ticket_of_the_account_is_not_told(house: House) -> None:
    """There is one ticket; each person reads the moment at which they asked."""
    opened = {}
    for contact in ("1", "2"):
        person = house.person(contact)
        await names(person, "mei")
        code = await opens_ticket(person)
        opened[contact] = (await asked(house, person.lane, code)).data["opened"]
        await person.wait(timedelta(hours=1))
    assert len(await house.accounts.tickets()) == 1
    assert opened == {"1": MORNING.isoformat(), "2": (MORNING + timedelta(hours=1)).isoformat()}


async def test_a_case_without_a_ticket_is_found_in_our_own_books(house: House) -> None:
    person = house.person("1")
    await names(person, "mei")
    await person.say("word human en")
    code = (await person.conversation()).case_code
    assert code is not None
    await house.accounts.force("unavailable", operation="find_ticket")
    await person.wait(timedelta(days=1))
    found = await asked(house, person.lane, code)
    assert found.outcome is Outcome.ACCEPTED
    assert found.data == {"state": "open", "opened": MORNING.isoformat()}
    await house.store.write(lambda tx: tx.save(replace(theirs(tx, code), status=Status.RESOLVED)))
    assert (await asked(house, person.lane, code)).data["state"] == "closed"


@on_sqlite
async def test_a_case_that_cannot_be_read_is_not_found(house: House) -> None:
    owner, stranger = house.person("1"), house.person("2")
    for person in (owner, stranger):
        await names(person, "mei")
    code = await opens_ticket(owner)
    with sqlite3.connect(house.directory / "sparekey.db") as database:
        database.execute("UPDATE conversations SET state = '{' WHERE contact = '1'")
    database.close()
    assert "not_found" in await looks_up(stranger, code)


def theirs(view: Snapshot, code: str) -> Conversation:
    found = view.case(code)
    assert found is not None
    return found


async def asked(house: House, lane: Lane, code: str) -> CallReturned:
    """Look a case up for somebody, whatever their conversation is about."""
    call = CallBackend(id=secrets.token_hex(4), operation="find_ticket", arguments={"ticket": code})
    await house.store.write(lambda tx: tx.add_effects("c", lane, [call]))
    made = Calls(
        store=house.store,
        accounts=AccountSystem(house.accounts, 5, house.clock.now),
        clock=house.clock,
        reader=lambda: house.reader,
        wake=lambda _: None,
        owns=lambda _: True,
    )
    for pending in await house.store.read(lambda view: view.pending([lane.channel])):
        made.execute(pending, call)
    await made.settle()
    event = await house.store.read(lambda view: view.next_event(lane))
    assert isinstance(event, CallReturned)
    await house.store.write(lambda tx: tx.finish_event(event.id))
    return event


def test_every_operation_on_an_account_can_be_made() -> None:
    assert set(MAKE) == {name for name, operation in OPERATIONS.items() if operation.of_account}


async def test_who_is_stopped_stops_though_the_reply_comes_in_that_moment(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a program that is told to end would go on asking, and wait for itself."""
    reply: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
    monkeypatch.setattr(house.accounts, "find_ticket", lambda **_: reply)
    asking = asyncio.ensure_future(
        AccountSystem(house.accounts, 5, house.clock.now).find_ticket("R-Q48WW-R1WEJ")
    )
    await asyncio.sleep(0)
    reply.set_result(Reply(outcome=Outcome.ACCEPTED))
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
