"""What is written to the memory, with the steps back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar, assert_never

from bot.core.commands import Effect, RemovePlace
from bot.core.conversation import Conversation
from bot.core.incident import Incident
from bot.errors import StaleConversation, StoreRefused
from bot.ports import (
    AuditRecord,
    DueTimer,
    Incoming,
    Invitation,
    Kept,
    Key,
    Lane,
    Line,
    Pending,
    Posted,
    Removed,
    Visit,
    nobodys,
)
from bot.testing.memory import Arrived, Helped, Memory, Waiting
from bot.testing.view import View

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Unit(View):
    """`bot.ports.Transaction` of a `Memory`; every change notes how it is taken back."""

    def __init__(self, store: Memory) -> None:
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

    def keep_picture(self, name: str, lane: Lane, picture: bytes, at: datetime) -> None:
        if name not in self._store.pictures:
            self._put(self._store.pictures, name, (picture, lane, at))

    def keep_posted(self, posted: Posted) -> None:
        self._put(self._store.posted, posted.code, posted)

    def move_places(self, before: str, after: str) -> None:
        named, known = f"{before}/" if before else "", {each.place for each in self._store.posted.values()}
        for code, each in tuple(self._store.posted.items()):
            if each.place is None or not each.place.startswith(named):
                continue
            rest = each.place.removeprefix(named)
            if "/" not in rest and f"{after}/{rest}" not in known:
                self._put(self._store.posted, code, replace(each, place=f"{after}/{rest}"))

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

    def start_incident(self, incident: Incident) -> int:
        number = self._store.count()
        self._put(self._store.incidents, number, replace(incident, number=number))
        return number

    def end_incident(self, number: int, at: datetime) -> bool:
        known = self._store.incidents.get(number)
        if known is None or known.ended_at is not None:
            return False
        self._put(self._store.incidents, number, replace(known, ended_at=at))
        return True

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
            case Kept.PICTURES:
                there = self._take(store.pictures, key) is not None
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
