"""
The bot as things that wait for one another: Telegram, the processes, the writers' lock of each database.

A message is handed out by a bot's poll and taken in by one transaction a batch. The process that owns the conversation reads and
steps, saves the turn, sends the answer at Telegram's pace, and notes that. Each process has one writer, which takes all jobs that wait;
the writers of one database go one at a time. Python code of one process runs one at a time, too.

A conversation belongs to one bot, one database and one process, which are dealt in turn. That is how the program works today with as
many databases as bots; with more it is what dividing one bot's conversations would give.
"""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass
from itertools import count
from typing import Final

from bench.scale import measured
from bench.scale.measured import Kind
from bench.scale.queueing import Gate, Station, Steps, World

#: More than ever wait.
PLENTY: Final = 1 << 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """What there is of everything."""

    bots: int = 1
    #: With as many writers' locks.
    databases: int = 1
    #: For each database.
    processes: int = 1
    #: Seconds from a call to Telegram until its answer.
    telegram_s: float = 0.05
    #: Seconds from a statement to its answer beyond those on the server's own machine.
    database_s: float = 0.0
    #: Messages a second of a bot; 0: no limit.
    pace: int = measured.PACE
    #: Cores that all share, the server and the fake Telegram too; 0: each process and each server has what it needs.
    cores: int = 0


class Bot:
    """Telegram's side of one bot: what waits to be handed out."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.waiting: deque[Message] = deque()
        self._come = Gate(world)

    def queue(self, message: Message) -> None:
        """A person has written."""
        self.waiting.append(message)
        self._come.open()

    def some(self) -> Steps:
        """Wait until something waits."""
        while not self.waiting:
            self._come = Gate(self._world)
            yield self._come


class Database:
    """The writers' lock."""

    def __init__(self, world: World) -> None:
        self.lock = Station(world, 1)


class Process:
    """One `sparekey serve`."""

    def __init__(
        self, world: World, layout: Layout, database: Database, machine: Station, slots: int
    ) -> None:
        self._world, self._layout, self._database, self._machine = world, layout, database, machine
        #: The event loop does one thing after the other, and waits for the interpreter like the writer does.
        self._loop, self.interpreter = Station(world, 1), Station(world, 1)
        self.sending = Station(world, measured.SENDING)
        self.pace = Station(world, slots)
        self._jobs: deque[Job] = deque()
        self._come = Gate(world)
        world.start(self._write())

    def compute(self, seconds: float) -> Steps:
        """Run Python code of the event loop."""
        yield self._loop
        yield from self._python(seconds)
        self._loop.leave()

    def write(self, kind: Kind, messages: int = 1) -> Steps:
        """Give a job to the writer, and wait until it is committed."""
        job = Job(kind, messages, Gate(self._world))
        self._jobs.append(job)
        self._come.open()
        yield job.done

    def _python(self, seconds: float) -> Steps:
        yield self.interpreter
        yield from self._machine.serve(seconds)
        self.interpreter.leave()

    def _write(self) -> Steps:
        while True:
            while not self._jobs:
                self._come = Gate(self._world)
                yield self._come
            group = [self._jobs.popleft() for _ in range(min(len(self._jobs), measured.GROUP))]
            yield self._database.lock
            yield max(server(job.kind, self._layout).transaction for job in group)
            yield from self._python(max(measured.WRITER[job.kind].transaction for job in group))
            for job in group:
                yield from self._python(job.messages * measured.WRITER[job.kind].message)
                yield job.messages * measured.STATEMENTS[job.kind].message * self._layout.database_s
                yield from self._machine.serve(job.messages * measured.SERVER[job.kind].message)
            self._database.lock.leave()
            for job in group:
                job.done.open()


def server(kind: Kind, layout: Layout) -> measured.Cost:
    """Return how long the lock is kept beyond the bot's processor time, with the way to the server."""
    near, statements = measured.SERVER[kind], measured.STATEMENTS[kind]
    return measured.Cost(
        transaction=near.transaction + statements.transaction * layout.database_s,
        message=near.message + statements.message * layout.database_s,
    )


@dataclass(frozen=True, slots=True)
class Job:
    """What one caller wants written, for so many messages."""

    kind: Kind
    messages: int
    done: Gate


@dataclass(slots=True)
class Message:
    """One message of a person, and where its conversation is."""

    bot: Bot
    process: Process
    queued: float
    answered: Gate


class Service:
    """All of it together; `waits` has the seconds from each message to its answer."""

    def __init__(self, world: World, layout: Layout) -> None:
        self._world, self._layout = world, layout
        self.machine = Station(world, layout.cores or PLENTY)
        self.fake = Station(world, 1)
        self.bots = [Bot(world) for _ in range(layout.bots)]
        self.databases = [Database(world) for _ in range(layout.databases)]
        #: Of each bot.
        self._sharing = max(layout.processes * layout.databases // layout.bots, layout.processes)
        slots = max(layout.pace // self._sharing, 1) if layout.pace else PLENTY
        self.processes = [
            Process(world, layout, database, self.machine, slots)
            for database in self.databases
            for _ in range(layout.processes)
        ]
        self._dealt = count()
        self.waits: list[float] = []
        for number, bot in enumerate(self.bots):
            # A bot is polled by one process at a time, one of those of its conversations.
            world.start(self._poll(bot, self.processes[number * self._sharing % len(self.processes)]))

    def conversation(self) -> tuple[Bot, Process]:
        """Deal the next conversation to a bot and a process of its."""
        number = next(self._dealt)
        bot = number % len(self.bots)
        process = bot * self._sharing + number // len(self.bots) % self._sharing
        return self.bots[bot], self.processes[process % len(self.processes)]

    def say(self, bot: Bot, process: Process) -> Message:
        """Somebody writes."""
        message = Message(bot, process, self._world.now, Gate(self._world))
        bot.queue(message)
        return message

    def _poll(self, bot: Bot, process: Process) -> Steps:
        while True:
            yield from bot.some()
            batch = [bot.waiting.popleft() for _ in range(min(len(bot.waiting), measured.BATCH))]
            yield self._layout.telegram_s / 2
            yield from process.write(Kind.INTAKE, len(batch))
            for message in batch:
                self._world.start(self._turn(message))
            yield self._layout.telegram_s / 2

    def _turn(self, message: Message) -> Steps:
        process = message.process
        yield measured.READING * self._layout.database_s
        yield from process.compute(measured.BEFORE)
        yield from process.write(Kind.TURN)
        yield process.sending
        yield process.pace
        yield from process.compute(measured.AFTER)
        yield self._layout.telegram_s / 2
        if self._layout.cores:
            yield self.fake
            yield from self.machine.serve(measured.FAKE)
            self.fake.leave()
        self.waits.append(self._world.now - message.queued)
        message.answered.open()
        yield self._layout.telegram_s / 2
        self._world.start(self._counts(process))
        yield from process.write(Kind.SENT)
        process.sending.leave()

    def _counts(self, process: Process) -> Steps:
        """Telegram's pace: a message counts for a while after its answer, longer where a process may send less than one a second."""
        yield max(measured.COUNTS_S, self._sharing / self._layout.pace if self._layout.pace else 0.0)
        process.pace.leave()


def talk(service: Service, chance: random.Random, think_s: float) -> Steps:
    """One person: writes, waits for the answer, thinks, writes again."""
    bot, process = service.conversation()
    for _ in range(measured.MESSAGES):
        message = service.say(bot, process)
        yield message.answered
        yield chance.expovariate(1 / think_s)


def people(
    world: World, service: Service, chance: random.Random, *, a_second: float, think_s: float
) -> Steps:
    """People come at random, so many a second on average."""
    while True:
        yield chance.expovariate(a_second)
        world.start(talk(service, chance, think_s))
