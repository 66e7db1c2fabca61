"""The tables of the store that keeps everything in memory."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime

from bot.core.conversation import Conversation
from bot.core.events import Event
from bot.core.incident import Incident
from bot.ports import (
    AuditRecord,
    DueTimer,
    Invitation,
    Lane,
    Line,
    Pending,
    Posted,
    Visit,
)


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


class Memory:
    """Everything that is stored."""

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
        #: Name -> a picture, whose it is, and when it came.
        self.pictures: dict[str, tuple[bytes, Lane, datetime]] = {}
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
        #: By number.
        self.incidents: dict[int, Incident] = {}
        self.records: list[AuditRecord] = []
        self.process = "this"
        #: Process -> until when it counts as alive.
        self.alive: dict[str, datetime] = {}
        #: Part of the work -> the process that does it.
        self.owners: dict[str, str | None] = {}
        #: How many events, effects and timers there ever were; each has a number of its own.
        self.counted = 0

    def count(self) -> int:
        """Return the next number; never taken back, so that it is used once."""
        self.counted += 1
        return self.counted
