"""Several processes at one store: each lane has one owner, work that nobody owns is taken up, nothing is done twice."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Self

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.accounts.demo import DemoAccounts
from bot.adapters.storage.engine import Session
from bot.adapters.storage.store import SqlStore
from bot.core.commands import SendMessage
from bot.core.events import TextReceived
from bot.ports import Incoming, Lane, Receive
from bot.service import sharing
from bot.service.clock import SystemClock
from bot.service.desk import Desk
from bot.service.reading import Reader
from bot.service.sharing import SHARES, Alone, Sharing, share_of
from bot.testing import CollectingChannel, MemoryStore
from tests.playing import MORNING

LANES = [Lane("collecting", str(number)) for number in range(60)]


def text(lane: Lane, number: int = 0, words: str = "no otp coming") -> Incoming:
    event = TextReceived(id=f"{lane.contact}:{number}", at=MORNING, text=words)
    return Incoming(lane=lane, event=event)


async def until(reached: Callable[[], bool], *, within_s: float = 20) -> None:
    async with asyncio.timeout(within_s):
        while not reached():
            await asyncio.sleep(0.02)


# The division.


class Crew:
    """Processes at a store in memory; their clock is the machine's, and a dead one is forgotten by hand."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.members: dict[str, Sharing[tuple[()]]] = {}
        self.busy: dict[str, list[Lane]] = {}

    def join(self, name: str) -> None:
        self.store.process = name
        self.busy[name] = []
        self.members[name] = Sharing(
            store=self.store,
            channels=["collecting"],
            busy=lambda: self.busy[name],
            left=_nothing,
            gained=lambda _left, _ours: None,
        )

    def die(self, name: str) -> None:
        del self.members[name]
        self.store.alive.pop(name, None)

    async def beat(self, times: int = 1) -> None:
        for _ in range(times):
            for member in self.members.values():
                await member.beat()

    def owned(self) -> dict[str, int]:
        """How many lanes each owns; no lane is owned twice."""
        owners = {lane: [n for n, each in self.members.items() if each.owns(lane)] for lane in _every_lane()}
        assert all(len(names) <= 1 for names in owners.values())
        return Counter(names[0] for names in owners.values() if names)


async def _nothing() -> tuple[()]:
    return ()


def _every_lane() -> Sequence[Lane]:
    """A lane of each share."""
    found: dict[str, Lane] = {}
    number = 0
    while len(found) < SHARES:
        lane = Lane("collecting", str(number))
        found.setdefault(share_of(lane), lane)
        number += 1
    return tuple(found.values())


async def test_the_lanes_are_divided_evenly_among_those_who_are_there() -> None:
    crew = Crew()
    crew.join("a")
    await crew.beat()
    assert crew.owned() == {"a": SHARES}
    for name in "bcd":
        crew.join(name)
    await crew.beat(3)
    assert crew.owned() == dict.fromkeys("abcd", SHARES // 4)
    assert {each.processes for each in crew.members.values()} == {4}


async def test_what_a_dead_process_owned_is_taken_at_the_next_beat() -> None:
    crew = Crew()
    for name in "abc":
        crew.join(name)
    await crew.beat(3)
    crew.die("b")
    await crew.beat()
    assert sum(crew.owned().values()) == SHARES


async def test_a_channel_is_polled_by_one_process() -> None:
    crew = Crew()
    for name in "abc":
        crew.join(name)
    await crew.beat(3)
    polling = [name for name, each in crew.members.items() if each.polls("collecting")]
    assert len(polling) == 1
    crew.die(polling[0])
    await crew.beat()
    assert sum(each.polls("collecting") for each in crew.members.values()) == 1


async def test_a_share_is_not_given_up_while_something_of_it_is_under_way() -> None:
    crew = Crew()
    crew.join("a")
    await crew.beat()
    crew.busy["a"] = list(_every_lane())
    crew.join("b")
    await crew.beat(3)
    assert crew.owned() == {"a": SHARES}
    crew.busy["a"] = []
    await crew.beat(2)
    assert crew.owned() == {"a": SHARES // 2, "b": SHARES // 2}


async def test_a_process_that_leaves_gives_everything_up_at_once() -> None:
    crew = Crew()
    for name in "ab":
        crew.join(name)
    await crew.beat(3)
    await crew.members["a"].leave()
    assert crew.owned() == {"b": SHARES // 2}
    del crew.members["a"]
    await crew.beat()
    assert crew.owned() == {"b": SHARES}


async def test_a_process_that_was_frozen_does_nothing_until_it_has_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sharing, "ALIVE_S", 0.05)
    crew = Crew()
    for name in "ab":
        crew.join(name)
    await crew.beat(3)
    await asyncio.sleep(0.06)  # longer than it counts as alive
    assert crew.owned() == {}
    await crew.members["b"].beat()
    assert set(crew.owned()) == {"b"}
    assert not any(crew.members["a"].owns(lane) for lane in _every_lane())


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["join", "die", "leave", "beat"]), st.sampled_from("abcde")), max_size=30
    )
)
async def test_whatever_happens_no_lane_has_two_owners_and_soon_each_has_one(
    steps: list[tuple[str, str]],
) -> None:
    crew = Crew()
    for what, name in steps:
        if what == "join" and name not in crew.members:
            crew.join(name)
        elif what == "die" and name in crew.members:
            crew.die(name)
        elif what == "leave" and name in crew.members:
            await crew.members.pop(name).leave()
        elif name in crew.members:
            await crew.members[name].beat()
        crew.owned()
    if crew.members:
        await crew.beat(4)
        owned = crew.owned()
        assert sum(owned.values()) == SHARES
        assert max(owned.values()) - min(owned.get(name, 0) for name in crew.members) <= SHARES // 4


def test_a_lane_has_the_same_share_in_every_process() -> None:
    """Written down, because two versions that run side by side must agree."""
    assert [share_of(Lane("telegram", contact)) for contact in ("1", "4712", "mei")] == [
        "telegram/55",
        "telegram/13",
        "telegram/63",
    ]


# Real processes' work, on PostgreSQL.


class Office:
    """A desk with a store of its own, as another process would have it."""

    def __init__(
        self, url: str, reader: Reader, accounts: DemoAccounts, sent: list[tuple[str, SendMessage]]
    ) -> None:
        self.store = SqlStore(url)
        self.channel = _Shown(sent)
        self.desk = Desk(
            store=self.store, reader=reader, backend=accounts, clock=SystemClock(), channels=[self.channel],
            backend_timeout_s=5, shared=True,
        )  # fmt: skip

    async def open(self) -> Self:
        await self.desk.start()
        return self

    async def kill(self) -> None:
        """Stop as a killed process does: nothing is finished, nobody is told, the connections are gone."""
        for task in self.desk._tasks:
            task.cancel()
        await asyncio.gather(*self.desk._tasks, return_exceptions=True)
        await self.desk._lanes.stop()
        await self.desk._messages.stop()
        await self.desk._calls.stop()
        await self.store.close()

    async def close(self) -> None:
        await self.desk.stop()
        await self.store.close()

    def owns(self, lane: Lane) -> bool:
        return self.desk._ownership.owns(lane)


class _Shown(CollectingChannel):
    """A channel that shows what all processes sent."""

    def __init__(self, sent: list[tuple[str, SendMessage]]) -> None:
        super().__init__()
        self._sent = sent
        self.receiving = 0

    async def run(self, receive: Receive) -> None:
        del receive
        self.receiving += 1
        try:
            await asyncio.Event().wait()
        finally:
            self.receiving -= 1

    async def send(self, contact: str, message: SendMessage) -> None:
        self._sent.append((contact, message))


class Building:
    """The offices, and what people got from any of them."""

    def __init__(self, url: str, reader: Reader, accounts: DemoAccounts) -> None:
        self._make = lambda: Office(url, reader, accounts, self.sent)
        self.sent: list[tuple[str, SendMessage]] = []
        self.offices: list[Office] = []

    async def open(self, count: int) -> list[Office]:
        self.offices += [await self._make().open() for _ in range(count)]
        await until(lambda: all(self.owner(lane) is not None for lane in _every_lane()))
        await until(lambda: all(any(office.owns(lane) for lane in _every_lane()) for office in self.offices))
        return self.offices

    def owner(self, lane: Lane) -> Office | None:
        owners = [office for office in self.offices if office.owns(lane)]
        assert len(owners) <= 1
        return owners[0] if owners else None


@pytest.fixture(name="building")
async def _building(postgresql_url: str, reader: Reader, tmp_path: Path) -> AsyncIterator[Building]:
    async with _accounts(tmp_path) as accounts:
        building = Building(postgresql_url, reader, accounts)
        yield building
        for office in building.offices:
            await office.close()


@asynccontextmanager
async def _accounts(folder: Path) -> AsyncIterator[DemoAccounts]:
    accounts = DemoAccounts(folder / "accounts.db", clock=SystemClock())
    yield accounts
    await accounts.close()


async def test_whoever_receives_a_message_its_owner_answers_it_once(building: Building) -> None:
    first, second, third = await building.open(3)
    began = time.monotonic()
    for number, lane in enumerate(LANES):
        office = (first, second, third)[number % 3]
        await office.desk.receive([text(lane)])
    await until(lambda: len(building.sent) >= len(LANES))
    assert time.monotonic() - began < 10
    await asyncio.sleep(1.5)  # a beat of everybody: nothing more comes
    assert Counter(contact for contact, _ in building.sent) == dict.fromkeys(
        (lane.contact for lane in LANES), 1
    )


async def test_a_conversation_goes_on_wherever_its_messages_arrive(building: Building) -> None:
    """Each message comes in at another process; the answers are those of one conversation, in order."""
    offices = await building.open(3)
    lane = LANES[7]
    for number, words in enumerate(["no otp coming", "1", "longer", "no"]):
        await offices[number % 3].desk.receive([text(lane, number, words)])
        await until(lambda: len(building.sent) == number + 1)  # noqa: B023 - awaited in the loop
    places = [message.screen for _, message in building.sent]
    assert places == sorted(set(places))
    conversation = await offices[0].store.read(lambda view: view.conversation(lane))
    assert conversation is not None
    assert conversation.version == 4


async def test_what_a_killed_process_has_left_is_done_by_the_others(building: Building) -> None:
    dying, other = await building.open(2)
    lanes = [lane for lane in LANES if dying.owns(lane)][:10]
    for lane in lanes:
        await other.desk.receive([text(lane)])
    await dying.kill()
    building.offices.remove(dying)
    before = len(building.sent)
    await other.store.write(lambda tx: [tx.receive(text(lane, 1, "human")) for lane in lanes])
    await until(
        lambda: {lane.contact for lane in lanes} <= {contact for contact, _ in building.sent[before:]}
    )
    await asyncio.sleep(1.5)
    for lane in lanes:
        conversation = await other.store.read(lambda view, lane=lane: view.conversation(lane))  # type: ignore[misc]
        assert conversation is not None
        assert conversation.version == 2, "two events, two turns"
    assert not await other.store.read(lambda view: view.pending(["collecting"]))


async def test_one_office_polls_and_another_takes_over_when_it_is_killed(building: Building) -> None:
    offices = await building.open(3)
    polls = [asyncio.create_task(office.desk.poll(office.channel)) for office in offices]
    await until(lambda: sum(office.channel.receiving for office in offices) == 1)
    polling = next(office for office in offices if office.channel.receiving)
    await polling.kill()
    polls.pop(offices.index(polling)).cancel()
    building.offices.remove(polling)
    began = time.monotonic()
    await until(lambda: sum(office.channel.receiving for office in building.offices) == 1)
    assert time.monotonic() - began < sharing.ALIVE_S, "its connection is gone, which shows at once"
    for poll in polls:
        poll.cancel()


async def test_a_hundred_taps_over_four_processes_reach_the_account_system_once(building: Building) -> None:
    offices = await building.open(4)
    lane = LANES[3]
    told = ["no otp coming", "1", "longer", "no", "skip", "yes", "yes", "3", "2", "2", "2", "yes"]
    for number, words in enumerate(told):
        sent = len(building.sent)
        await offices[number % 4].desk.receive([text(lane, number, words)])
        await until(lambda: len(building.sent) > sent)  # noqa: B023 - awaited in the loop
    taps = [offices[number % 4].desk.receive([text(lane, 100 + number, "mei")]) for number in range(100)]
    await asyncio.gather(*taps)
    await until(lambda: not building.owner(lane) or not building.owner(lane).desk._busy(), within_s=60)  # type: ignore[union-attr]
    accounts = offices[0].desk._calls._accounts._backend
    assert isinstance(accounts, DemoAccounts)
    assert len(await accounts.calls()) == 1


async def test_what_a_predecessor_promised_comes_before_the_new_owners_answer(
    building: Building, postgresql_url: str
) -> None:
    """It died between the commit of a turn and the sending of it; the person has written again meanwhile."""
    lane = LANES[5]
    promised = SendMessage(id="promised:0", text="It was committed, and nobody sent it.")
    store = SqlStore(postgresql_url)
    await store.write(lambda tx: tx.add_effects("c1", lane, [promised]))
    await store.write(lambda tx: tx.receive(text(lane)))
    (office,) = await building.open(1)
    await until(lambda: len(building.sent) == 2)
    assert building.sent[0] == (lane.contact, promised)
    await until(lambda: not office.desk._busy())
    assert not await store.read(lambda view: view.pending(["collecting"]))
    await store.close()


async def test_a_turn_is_not_committed_by_who_has_lost_its_lane(building: Building) -> None:
    """It was frozen, and does not know yet that another one has taken over."""
    first, second = await building.open(2)
    lane = next(lane for lane in LANES if first.owns(lane))
    await second.store.write(lambda tx: tx.assign(share_of(lane), second.store.process))
    await first.store.write(lambda tx: tx.receive(text(lane)))
    assert await first.desk._lanes._turn(lane) is False
    assert not [contact for contact, _ in building.sent if contact == lane.contact]
    await until(lambda: lane.contact in [contact for contact, _ in building.sent])
    conversation = await first.store.read(lambda view: view.conversation(lane))
    assert conversation is not None
    assert conversation.version == 1, "its new owner answered"


async def test_a_process_that_wakes_up_finds_its_turn_taken_and_repeats_nothing(building: Building) -> None:
    """Two processes believe that they own a lane: the store lets one turn through."""
    first, second = await building.open(2)
    lane = next(lane for lane in LANES if first.owns(lane))
    for office in (first, second):
        office.desk._lanes._ownership = Alone()
    await first.desk.receive([text(lane)])
    second.desk._lanes.wake({lane: 1})
    await until(lambda: not first.desk._busy() and not second.desk._busy())
    conversation = await first.store.read(lambda view: view.conversation(lane))
    assert conversation is not None
    assert conversation.version == 1
    assert len(await first.store.read(lambda view: view.transcript(conversation.id))) == 2


def test_a_session_tells_nothing_where_there_is_nobody_else(tmp_path: Path) -> None:
    from bot.adapters.storage.engine import engine_of

    session: Session = engine_of(f"sqlite:///{tmp_path / 'x.db'}").open()
    session.tell("nothing")
    assert abs(session.now().timestamp() - time.time()) < timedelta(seconds=5).total_seconds()
    session.close()
