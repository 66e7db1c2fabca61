"""What is read from the memory."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import assert_never

from bot.core.conversation import Conversation
from bot.core.events import Event
from bot.core.incident import Incident
from bot.core.vocabulary import Direction, Status
from bot.ports import (
    AuditRecord,
    DueTimer,
    Entry,
    Invitation,
    Kept,
    Key,
    Lane,
    Line,
    Outdated,
    Pending,
    Position,
    Posted,
    SetAside,
    Visit,
)
from bot.testing.memory import Memory, Waiting


class View:
    """`bot.ports.Snapshot` of a `Memory`."""

    def __init__(self, store: Memory) -> None:
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

    def standing(self, lane: Lane, place: Position) -> tuple[int, int] | None:
        theirs = list(self._store.conversations)
        known = any(entry.position == place for entry in self.feed(lane, limit=sys.maxsize))
        return (theirs.index(place.conversation), place.number) if known else None

    def _as_shown(self, conversation: str, number: int, line: Line) -> Line:
        kept = self._store.shown.get((conversation, number))
        return replace(line, text=kept[0] if kept is not None else line.text)

    def open_cases(self, limit: int) -> tuple[Conversation, ...]:
        found = [each for each in self._store.conversations.values() if each.status is Status.OPEN]
        return tuple(found[:limit])

    def visit(self, lane: Lane) -> Visit:
        kept = self._store.visits.get(lane)
        return Visit() if kept is None else kept[0]

    def joinable(self, device_code: str) -> Lane | None:
        codes = ((lane, visit.device_code) for lane, (visit, _) in self._store.visits.items())
        return next((lane for lane, code in codes if code and code.digest == device_code), None)

    def picture(self, name: str) -> bytes | None:
        kept = self._store.pictures.get(name)
        return None if kept is None else kept[0]

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

    def incidents(self, since: datetime) -> tuple[Incident, ...]:
        return tuple(each for each in self._store.incidents.values() if each.over_since(since) is None)

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
            Kept.PICTURES: tuple(name for name, (_, whose, _) in store.pictures.items() if whose == lane),
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
            case Kept.PICTURES:
                yield from (name for name, (_, _, at) in store.pictures.items() if at < before)
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


def _number(waiting: Waiting) -> int:
    return waiting.number
