"""
Doubles of the ports, shipped for the tests of whoever builds on them.

`MemoryStore` passes the contract suite of the durable store; what it keeps lies open in plain dictionaries and lists.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar, assert_never

from bot.core.commands import Effect, RemovePlace, SendMessage
from bot.core.conversation import Conversation
from bot.core.events import Event
from bot.core.vocabulary import Direction, Status
from bot.errors import StaleConversation, StoreError, StoreRefused
from bot.ports import (
    AuditRecord,
    DueTimer,
    Entry,
    Incoming,
    Invitation,
    Kept,
    Key,
    Lane,
    Line,
    Outdated,
    Pending,
    Position,
    Posted,
    Receive,
    Removed,
    SetAside,
    Snapshot,
    Transaction,
    Visit,
    nobodys,
)

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An event that no turn has processed; `number` is its place in the order of arrival."""

    number: int
    lane: Lane
    event: Event
    attempts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """When an event happened, whatever became of it, and in whose lane."""

    lane: Lane
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Helped:
    """How often an article helped, and how often not."""

    yes: int = 0
    no: int = 0


class MemoryStore:
    """A `bot.ports.Store` that forgets everything when the process ends."""

    def __init__(self) -> None:
        #: Every event id that is known, with its fault if it was set aside.
        self.known: dict[str, str | None] = {}
        self.arrived: dict[str, Arrived] = {}
        #: Event id -> an event that no turn has processed.
        self.waiting: dict[str, Waiting] = {}
        #: Event id -> an event that was set aside.
        self.set_aside: dict[str, Event] = {}
        #: Conversation id -> the conversation, oldest first.
        self.conversations: dict[str, Conversation] = {}
        #: Lane -> the id of its newest conversation.
        self.newest: dict[Lane, str] = {}
        #: Conversation id -> its transcript.
        self.lines: dict[str, list[Line]] = {}
        #: Command id -> whom an effect is for, done or not.
        self.addressed: dict[str, Lane] = {}
        #: Command id -> an effect that is not done, with its place in the order.
        self.outbox: dict[str, tuple[int, Pending]] = {}
        #: Command id -> None if it was done, or the fault it was given up with.
        self.finished: dict[str, str | None] = {}
        #: (conversation id, fault) of every effect that was given up.
        self.given_up: list[tuple[str, str]] = []
        self.timers: dict[tuple[str, str], DueTimer] = {}
        #: Case code -> what agents were shown of it.
        self.posted: dict[str, Posted] = {}
        #: (conversation id, number of a line) -> its words as they were shown, whose they are, and when.
        self.shown: dict[tuple[str, int], tuple[str, Lane, datetime]] = {}
        #: Lane -> what is kept of the person's sessions, and when it was noted.
        self.visits: dict[Lane, tuple[Visit, datetime]] = {}
        #: Who listens to what is told.
        self.listeners: set[asyncio.Queue[Lane]] = set()
        #: One-time addresses by their digests.
        self.links: dict[str, Invitation] = {}
        self.budgets: dict[str, list[datetime]] = {}
        #: (article, language) -> whether it helped.
        self.feedback: dict[tuple[str, str], Helped] = {}
        #: (text, language, when)
        self.unmatched: list[tuple[str, str, datetime]] = []
        self.records: list[AuditRecord] = []
        self.process = "this"
        #: Process -> until when it counts as alive.
        self.alive: dict[str, datetime] = {}
        #: Part of the work -> the process that does it.
        self.owners: dict[str, str | None] = {}
        #: How many events, effects and timers there ever were; each has a number of its own.
        self.counted = 0
        self._open = True

    async def read(self, work: Callable[[Snapshot], T]) -> T:
        """Run `work` over a consistent view."""
        await self._turn()
        return work(_View(self))

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Run `work` as one transaction; what it raises undoes it."""
        await self._turn()
        unit = _Unit(self)
        try:
            done = work(unit)
        except BaseException:
            unit.undo()
            raise
        for heard in self.listeners:
            for lane in unit.told:
                heard.put_nowait(lane)
        return done

    async def told(self) -> AsyncIterator[Lane]:
        """Return the lanes that have got something new."""
        heard: asyncio.Queue[Lane] = asyncio.Queue()
        self.listeners.add(heard)
        try:
            while True:
                yield await heard.get()
        finally:
            self.listeners.discard(heard)

    def count(self) -> int:
        """Return the next number; never taken back, so that it is used once."""
        self.counted += 1
        return self.counted

    async def close(self) -> None:
        """Take no more work."""
        self._open = False

    async def _turn(self) -> None:
        """Let other tasks run first, as the durable store does: who forgets to lock shall notice here too."""
        if not self._open:
            raise StoreError("The store was closed: the program is stopping.")
        await asyncio.sleep(0)


class _View:
    """`bot.ports.Snapshot` of a `MemoryStore`."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    def next_event(self, lane: Lane) -> Event | None:
        waiting = [each for each in self._store.waiting.values() if each.lane == lane]
        return min(waiting, key=_number).event if waiting else None

    def waiting(self, lane: Lane, limit: int) -> tuple[Event, ...]:
        waiting = [each for each in self._store.waiting.values() if each.lane == lane]
        return tuple(each.event for each in sorted(waiting, key=_number)[:limit])

    def waiting_lanes(self, channels: Collection[str]) -> tuple[Lane, ...]:
        waiting = sorted(self._store.waiting.values(), key=_number)
        return tuple(dict.fromkeys(each.lane for each in waiting if each.lane.channel in channels))

    def conversation(self, lane: Lane) -> Conversation | None:
        newest = self._store.newest.get(lane)
        return None if newest is None else self._store.conversations[newest]

    def case(self, code: str) -> Conversation | None:
        return next((each for each in self._store.conversations.values() if each.case_code == code), None)

    def transcript(self, conversation: str) -> tuple[Line, ...]:
        return tuple(self._store.lines.get(conversation, ()))

    def invitation(self, digest: str) -> Invitation | None:
        return self._store.links.get(digest)

    def feed(self, lane: Lane, *, after: Position | None = None, limit: int) -> tuple[Entry, ...]:
        theirs = [
            each.id for each in self._store.conversations.values() if (each.channel, each.contact) == lane
        ]
        start = theirs.index(after.conversation) if after and after.conversation in theirs else None
        found = [
            Entry(Position(name, number), self._as_shown(name, number, line))
            for place, name in enumerate(theirs)
            for number, line in enumerate(self._store.lines.get(name, ()), start=1)
            if line.direction in (Direction.INCOMING, Direction.OUTGOING)
            and (start is None or after is None or (place, number) > (start, after.number))
        ]
        return tuple(found[:limit])

    def _as_shown(self, conversation: str, number: int, line: Line) -> Line:
        kept = self._store.shown.get((conversation, number))
        return replace(line, text=kept[0] if kept is not None else line.text)

    def open_cases(self, limit: int) -> tuple[Conversation, ...]:
        found = [each for each in self._store.conversations.values() if each.status is Status.OPEN]
        return tuple(found[:limit])

    def visit(self, lane: Lane) -> Visit:
        kept = self._store.visits.get(lane)
        return Visit() if kept is None else kept[0]

    def posted(self, code: str) -> Posted | None:
        return self._store.posted.get(code)

    def posted_at(self, place: str) -> Posted | None:
        return next((each for each in self._store.posted.values() if each.place == place), None)

    def pending(self, channels: Collection[str]) -> tuple[Pending, ...]:
        ordered = sorted(self._store.outbox.values(), key=lambda entry: entry[0])
        return tuple(each for _, each in ordered if each.lane.channel in channels)

    def next_timer(self, channels: Collection[str]) -> DueTimer | None:
        timers = (timer for timer in self._store.timers.values() if timer.lane.channel in channels)
        return min(timers, key=lambda timer: (timer.due_at, timer.id), default=None)

    def spent(self, budget: str, since: datetime) -> tuple[datetime, ...]:
        return tuple(sorted(at for at in self._store.budgets.get(budget, ()) if at >= since))

    def audit(self) -> tuple[AuditRecord, ...]:
        return tuple(self._store.records)

    def unprocessed(self, channels: Collection[str], before: datetime) -> tuple[datetime, ...]:
        waiting = (each for each in self._store.waiting.values() if each.lane.channel in channels)
        return tuple(sorted(each.event.at for each in waiting if each.event.at < before))

    def set_aside(self) -> tuple[SetAside, ...]:
        kept = self._store.set_aside
        faults = ((event, fault) for event, fault in self._store.known.items() if event in kept)
        return tuple(SetAside(at=kept[event].at, fault=fault or "") for event, fault in faults)

    def given_up(self, since: datetime) -> tuple[str, ...]:
        begun = {each.id for each in self._store.conversations.values() if each.started_at >= since}
        return tuple(fault for conversation, fault in self._store.given_up if conversation in begun)

    def outdated(self, kind: Kept, before: datetime, *, after: Key | None = None, limit: int) -> Outdated:
        del after, limit  # one look sees everything
        return Outdated(keys=tuple(self._needless(kind, before)))

    def belongings(self, lane: Lane) -> Mapping[Kept, tuple[Key, ...]]:
        store = self._store
        return {
            Kept.CASES: tuple(code for code, each in store.posted.items() if each.lane == lane),
            Kept.CONVERSATIONS: tuple(
                each.id for each in store.conversations.values() if Lane(each.channel, each.contact) == lane
            ),
            Kept.EVENTS: tuple(event for event, each in store.arrived.items() if each.lane == lane),
            Kept.EFFECTS: tuple(command for command, whose in store.addressed.items() if whose == lane),
            Kept.TIMERS: tuple(key for key, timer in store.timers.items() if timer.lane == lane),
            Kept.SHOWN: tuple(key for key, (_, whose, _) in store.shown.items() if whose == lane),
            Kept.VISITS: tuple(whose for whose in store.visits if whose == lane),
        }

    def _needless(self, kind: Kept, before: datetime) -> Iterator[Key]:
        store = self._store
        old = {event for event, each in store.arrived.items() if each.at < before}
        match kind:
            case Kept.EVENTS:
                yield from old - store.waiting.keys() - store.set_aside.keys()
            case Kept.SET_ASIDE:
                yield from old & store.set_aside.keys()
            case Kept.EFFECTS:
                made_by = {command: command.rpartition(":")[0] for command in store.finished}
                yield from (
                    each for each, event in made_by.items() if event in old or event not in store.known
                )
            case Kept.CONVERSATIONS:
                yield from (each.id for each in store.conversations.values() if self._rests(each, before))
            case Kept.UNMATCHED:
                yield from (place for place, (_, _, at) in enumerate(store.unmatched) if at < before)
            case Kept.BUDGETS:
                yield from ((name, at) for name, uses in store.budgets.items() for at in uses if at < before)
            case Kept.SHOWN:
                yield from (key for key, (_, _, at) in store.shown.items() if at < before)
            case Kept.VISITS:
                yield from (lane for lane, (_, at) in store.visits.items() if at < before)
            case Kept.LINKS:
                yield from (key for key, each in store.links.items() if each.expires_at < before)
            case Kept.TIMERS | Kept.CASES:
                raise ValueError("A timer is needed until it fires, a case as long as its conversation.")
            case _:
                assert_never(kind)

    def _rests(self, conversation: Conversation, before: datetime) -> bool:
        """Tell that nothing was said in a conversation since the moment, and that nothing of it waits."""
        store, lane = self._store, Lane(conversation.channel, conversation.contact)
        return not (
            conversation.started_at >= before
            or any(line.at >= before for line in store.lines.get(conversation.id, ()))
            or any(timer.conversation == conversation.id for timer in store.timers.values())
            or any(waiting.lane == lane for waiting in store.waiting.values())
            or any(pending.conversation == conversation.id for _, pending in store.outbox.values())
        )


class _Unit(_View):
    """`bot.ports.Transaction` of a `MemoryStore`; every change notes how it is taken back."""

    def __init__(self, store: MemoryStore) -> None:
        super().__init__(store)
        self._steps_back: list[Callable[[], object]] = []
        #: Lanes that those who listen are told of when it is stored.
        self.told: list[Lane] = []

    def undo(self) -> None:
        for step in reversed(self._steps_back):
            step()

    def receive(self, incoming: Incoming) -> bool:
        event = incoming.event
        if event.id in self._store.known:
            return False
        waiting = Waiting(number=self._store.count(), lane=incoming.lane, event=event)
        self._put(self._store.known, event.id, None)
        self._put(self._store.arrived, event.id, Arrived(lane=incoming.lane, at=event.at))
        self._put(self._store.waiting, event.id, waiting)
        self.tell(incoming.lane)
        return True

    def save(self, conversation: Conversation) -> Conversation:
        stored = self._store.conversations.get(conversation.id)
        if (stored.version if stored else 0) != conversation.version:
            raise StaleConversation
        code = conversation.case_code
        if code is not None and (owner := self.case(code)) is not None and owner.id != conversation.id:
            raise StoreRefused(f"Two conversations cannot have the case code {code!r}.")
        saved = replace(conversation, version=conversation.version + 1)
        self._put(self._store.conversations, saved.id, saved)
        if stored is None:
            self._put(self._store.newest, Lane(saved.channel, saved.contact), saved.id)
        return saved

    def finish_event(self, event: str, *, fault: str | None = None) -> bool:
        waiting = self._take(self._store.waiting, event)
        if waiting is not None and fault is not None:
            self._put(self._store.known, event, fault)
            self._put(self._store.set_aside, event, waiting.event)
        return waiting is not None

    def count_attempt(self, event: str) -> int:
        waiting = self._store.waiting[event]
        self._put(self._store.waiting, event, replace(waiting, attempts=waiting.attempts + 1))
        return waiting.attempts + 1

    def add_line(self, conversation: str, line: Line) -> None:
        lines = self._listed(self._store.lines, conversation)
        self._append(lines, replace(line, shown=None))
        known = self._store.conversations.get(conversation)
        if line.shown is not None and known is not None:
            lane = Lane(known.channel, known.contact)
            self._put(self._store.shown, (conversation, len(lines)), (line.shown, lane, line.at))

    def tell(self, lane: Lane) -> None:
        self.told.append(lane)

    def keep_visit(self, lane: Lane, visit: Visit, at: datetime) -> None:
        self._put(self._store.visits, lane, (visit, at))

    def keep_posted(self, posted: Posted) -> None:
        self._put(self._store.posted, posted.code, posted)

    def add_effects(self, conversation: str, lane: Lane, effects: Sequence[Effect]) -> None:
        for effect in effects:
            if effect.id in self._store.addressed:
                raise StoreRefused(f"The effect {effect.id!r} is stored already.")
            pending = Pending(lane=lane, conversation=conversation, effect=effect)
            self._put(self._store.outbox, effect.id, (self._store.count(), pending))
            self._put(self._store.addressed, effect.id, lane)

    def claim(self, command: str) -> bool:
        number, pending = self._store.outbox.get(command, (0, None))
        if pending is None or pending.claimed:
            return False
        self._put(self._store.outbox, command, (number, replace(pending, claimed=True)))
        return True

    def finish_command(self, command: str, *, fault: str | None = None) -> bool:
        taken = self._take(self._store.outbox, command)
        if taken is not None:
            self._put(self._store.finished, command, fault)
        if taken is not None and fault is not None:
            self._append(self._store.given_up, (taken[1].conversation, fault))
        return taken is not None

    def start_timer(self, conversation: str, lane: Lane, key: str, due_at: datetime) -> None:
        timer = DueTimer(
            id=self._store.count(),
            lane=lane,
            conversation=conversation,
            key=key,
            due_at=due_at.astimezone(UTC),
        )
        self._put(self._store.timers, (conversation, key), timer)

    def cancel_timer(self, conversation: str, key: str) -> None:
        self._take(self._store.timers, (conversation, key))

    def fire_timer(self, timer: int) -> bool:
        key = next((key for key, each in self._store.timers.items() if each.id == timer), None)
        return key is not None and self._take(self._store.timers, key) is not None

    def spend(self, budget: str, at: datetime) -> None:
        self._append(self._listed(self._store.budgets, budget), at)

    def refund(self, budget: str, at: datetime) -> None:
        spent = self._store.budgets.get(budget, [])
        self._put(self._store.budgets, budget, [each for each in spent if each != at])

    def invite(self, invitation: Invitation) -> None:
        self._put(self._store.links, invitation.digest, invitation)

    def take_invitation(self, digest: str) -> bool:
        return self._take(self._store.links, digest) is not None

    def moment(self) -> datetime:
        return datetime.now(UTC)

    def register(self, process: str, until: datetime) -> None:
        self._put(self._store.alive, process, until)

    def processes(self) -> frozenset[str]:
        return frozenset(process for process, until in self._store.alive.items() if until > self.moment())

    def shares(self) -> Mapping[str, str | None]:
        return dict(self._store.owners)

    def owner(self, share: str) -> str | None:
        return self._store.owners.get(share)

    def assign(self, share: str, process: str | None) -> None:
        self._put(self._store.owners, share, process)

    def add_feedback(self, article: str, language: str, *, helpful: bool, at: datetime) -> None:
        del at  # the durable store keeps when it was counted last
        count = self._store.feedback.get((article, language), Helped())
        self._put(
            self._store.feedback,
            (article, language),
            Helped(yes=count.yes + helpful, no=count.no + (not helpful)),
        )

    def add_unmatched(self, text: str, language: str, at: datetime) -> None:
        self._append(self._store.unmatched, (text, language, at))

    def add_audit(self, record: AuditRecord) -> None:
        self._append(self._store.records, record)

    def remove(self, kind: Kept, keys: Sequence[Key], *, most: int) -> Removed:
        del most  # nobody waits
        removed: Removed = Counter()
        for key in reversed(keys):  # places in a list change behind what is removed
            removed += self._removed(kind, key)
        return removed

    def _removed(self, kind: Kept, key: Any) -> Removed:
        store = self._store
        match kind:
            case Kept.EVENTS | Kept.SET_ASIDE:
                self._take(store.waiting, key)
                self._take(store.set_aside, key)
                self._forget(store.known, key)
                there = self._take(store.arrived, key) is not None
            case Kept.EFFECTS:
                self._take(store.outbox, key)
                self._forget(store.finished, key)
                there = self._take(store.addressed, key) is not None
            case Kept.CONVERSATIONS:
                cases = [code for code, each in store.posted.items() if each.conversation == key]
                for code in cases:
                    self._remove_posted(code)
                lines = self._take(store.lines, key) or []
                there = self._remove_conversation(key)
                return +Counter({kind.value: int(there), "lines": len(lines), "cases": len(cases)})
            case Kept.UNMATCHED:
                self._steps_back.append(partial(store.unmatched.insert, key, store.unmatched.pop(key)))
                there = True
            case Kept.BUDGETS:
                name, at = key
                there = at in store.budgets[name]
                self.refund(name, at)
            case Kept.LINKS:
                there = self._take(store.links, key) is not None
            case Kept.TIMERS:
                there = self._take(store.timers, key) is not None
            case Kept.SHOWN:
                there = self._take(store.shown, key) is not None
            case Kept.VISITS:
                there = self._take(store.visits, key) is not None
            case Kept.CASES:
                there = self._remove_posted(key)
            case _:
                assert_never(kind)
        return +Counter({kind.value: int(there)})

    def _remove_posted(self, code: str) -> bool:
        gone = self._take(self._store.posted, code)
        if gone is not None and gone.place is not None:
            removal = RemovePlace(id=f"place-{self._store.count()}:0", place=gone.place)
            self.add_effects("", nobodys(gone.lane), [removal])
        return gone is not None

    def _remove_conversation(self, name: str) -> bool:
        gone = self._take(self._store.conversations, name)
        if gone is None:
            return False
        lane = Lane(gone.channel, gone.contact)
        self._take(self._store.newest, lane)
        others = [each for each in self._store.conversations.values() if (each.channel, each.contact) == lane]
        if others:
            self._put(self._store.newest, lane, max(others, key=lambda each: each.started_at).id)
        return True

    def _put(self, table: dict[K, V], key: K, value: V) -> None:
        if key in table:
            self._steps_back.append(partial(table.__setitem__, key, table[key]))
        else:
            self._steps_back.append(partial(table.pop, key))
        table[key] = value

    def _take(self, table: dict[K, V], key: K) -> V | None:
        """Remove an entry; taken back, it may stand elsewhere, so no order is read from a table that is taken from."""
        value = table.pop(key, None)
        if value is not None:
            self._steps_back.append(partial(table.__setitem__, key, value))
        return value

    def _forget(self, table: dict[K, str | None], key: K) -> None:
        """Remove an entry whose value may be None."""
        if key in table:
            self._steps_back.append(partial(table.__setitem__, key, table.pop(key)))

    def _append(self, entries: list[V], value: V) -> None:
        entries.append(value)
        self._steps_back.append(entries.pop)

    def _listed(self, table: dict[K, list[V]], key: K) -> list[V]:
        if key not in table:
            self._put(table, key, [])
        return table[key]


class ManualClock:
    """A `bot.ports.Clock` that stands still until it is told otherwise."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._sleepers: list[tuple[datetime, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        """Return the present."""
        return self._now

    def advance(self, by: timedelta) -> None:
        """Go forward and wake the tasks whose moment has come; they run when the caller next awaits."""
        self._now += by
        due = [each for each in self._sleepers if each[0] <= self._now]
        self._sleepers = [each for each in self._sleepers if each[0] > self._now]
        for _, sleeper in sorted(due, key=lambda each: each[0]):
            if not sleeper.done():
                sleeper.set_result(None)

    async def sleep_until(self, moment: datetime | None) -> None:
        """Return at the moment, or never for None."""
        sleeper: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if moment is not None:
            if moment <= self._now:
                return
            self._sleepers.append((moment, sleeper))
        try:
            await sleeper
        finally:  # who was cancelled is not waited for any more
            self._sleepers = [each for each in self._sleepers if each[1] is not sleeper]


def _number(waiting: Waiting) -> int:
    return waiting.number


class CollectingChannel:
    """A `bot.ports.Channel` that keeps what it is given: `sent` holds (contact, message), oldest first."""

    def __init__(self, name: str = "collecting") -> None:
        self.name = name
        self.sent: list[tuple[str, SendMessage]] = []
        self.deleted: list[tuple[str, str]] = []

    async def run(self, receive: Receive) -> None:  # noqa: ARG002 - the port's name
        """Receive nothing, for ever: whoever plays the person calls `Desk.receive`."""
        await asyncio.Event().wait()

    async def send(self, contact: str, message: SendMessage) -> None:
        """Keep a message."""
        self.sent.append((contact, message))

    async def delete(self, contact: str, message: str) -> None:
        """Keep what was to be deleted."""
        self.deleted.append((contact, message))
