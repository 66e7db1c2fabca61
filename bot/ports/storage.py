"""Where everything is kept: one consistent view to read, one transaction to write."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from bot.core.commands import Effect
from bot.core.conversation import Conversation
from bot.core.events import Event
from bot.core.incident import Incident
from bot.ports.rows import (
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
    Removed,
    SetAside,
    Visit,
)

T = TypeVar("T")


class Snapshot(Protocol):
    """A consistent view of the store."""

    def next_event(self, lane: Lane) -> Event | None:
        """Return the oldest event of the lane that no turn has processed; UnreadableRow if it cannot be read."""
        ...

    def waiting(self, lane: Lane, limit: int) -> tuple[Event, ...]:
        """Return the oldest events of the lane that no turn has processed, at most so many."""
        ...

    def waiting_lanes(self, channels: Collection[str]) -> tuple[Lane, ...]:
        """Return the lanes of these channels with unprocessed events, the longest waiting first."""
        ...

    def conversation(self, lane: Lane) -> Conversation | None:
        """Return the newest conversation of the lane, resolved or not."""
        ...

    def case(self, code: str) -> Conversation | None:
        """Return the conversation with a case code."""
        ...

    def transcript(self, conversation: str) -> tuple[Line, ...]:
        """Return the lines of a conversation, oldest first."""
        ...

    def invitation(self, digest: str) -> Invitation | None:
        """Return a one-time address that was not used yet, expired or not."""
        ...

    def feed(self, lane: Lane, *, after: Position | None = None, limit: int) -> tuple[Entry, ...]:
        """Return at most so many lines of the person and to the person, oldest first; from the first on if `after` is not known."""
        ...

    def standing(self, lane: Lane, place: Position) -> tuple[int, int] | None:
        """Return where a line stands in the feed of a lane, a later one being greater; None: it is none of that feed."""
        ...

    def open_cases(self, limit: int) -> tuple[Conversation, ...]:
        """Return at most so many conversations of all channels where a human must act, the one that began first first."""
        ...

    def visit(self, lane: Lane) -> Visit:
        """Return what is kept of the person's sessions."""
        ...

    def joinable(self, device_code: str) -> Lane | None:
        """Return whose sessions another device may join with a code of this digest, expired or not."""
        ...

    def picture(self, name: str) -> bytes | None:
        """Return a picture that is kept here, by what stands behind `kept:`; None: it is not kept any more."""
        ...

    def posted(self, code: str) -> Posted | None:
        """Return what agents were shown of a case."""
        ...

    def posted_at(self, place: str) -> Posted | None:
        """Return the case that agents talk about in a place."""
        ...

    def pending(self, channels: Collection[str]) -> tuple[Pending, ...]:
        """Return the effects of these channels that are not done, in the order they were committed."""
        ...

    def next_timer(self, channels: Collection[str]) -> DueTimer | None:
        """Return the timer of these channels that comes due first."""
        ...

    def spent(self, budget: str, since: datetime) -> tuple[datetime, ...]:
        """Return when the budget was spent since then, oldest first."""
        ...

    def audit(self) -> tuple[AuditRecord, ...]:
        """Return the audit records, oldest first."""
        ...

    def unprocessed(self, channels: Collection[str], before: datetime) -> tuple[datetime, ...]:
        """Return when the events of these channels happened, before a moment, that no turn has processed, oldest first."""
        ...

    def set_aside(self) -> tuple[SetAside, ...]:
        """Return the events that were set aside, in the order they came."""
        ...

    def given_up(self, since: datetime) -> tuple[str, ...]:
        """Return the faults of the effects that were given up, of the conversations that began since a moment."""
        ...

    def incidents(self, since: datetime) -> tuple[Incident, ...]:
        """Return the incidents that were not over yet at a moment, the oldest first."""
        ...

    def outdated(self, kind: Kept, before: datetime, *, after: Key | None = None, limit: int) -> Outdated:
        """Look at so many rows, after one or from the first on, for those that nobody needs since a moment."""
        ...

    def belongings(self, lane: Lane) -> Mapping[Kept, tuple[Key, ...]]:
        """Return what is kept of one contact, whatever its state; it may read whole tables."""
        ...


class Transaction(Snapshot, Protocol):
    """One unit of work: all of it is stored, or nothing."""

    def receive(self, incoming: Incoming) -> bool:
        """Store an event for its lane; False if its id is known already."""
        ...

    def save(self, conversation: Conversation) -> Conversation:
        """
        Insert the conversation (version 0) or replace it if the stored version is still the same.

        Returns:
            The conversation with its new version.

        Raises:
            StaleConversation: Somebody else saved it first.
        """
        ...

    def finish_event(self, event: str, *, fault: str | None = None) -> bool:
        """
        Mark an event processed and forget its payload; with a fault it is set aside, payload kept.

        Returns:
            False if it was processed or set aside before.
        """
        ...

    def count_attempt(self, event: str) -> int:
        """Count one more failed attempt at an event and return how many there were."""
        ...

    def add_line(self, conversation: str, line: Line) -> None:
        """Append to the transcript."""
        ...

    def tell(self, lane: Lane) -> None:
        """Let `Store.told` name a lane in all processes, once the transaction is committed."""
        ...

    def keep_visit(self, lane: Lane, visit: Visit, at: datetime) -> None:
        """Keep what is to be known of the person's sessions, in the place of what was kept."""
        ...

    def keep_picture(self, name: str, lane: Lane, picture: bytes, at: datetime) -> None:
        """Keep a picture of a person's, under a name of its own; one that is kept already stays."""
        ...

    def keep_posted(self, posted: Posted) -> None:
        """Keep what agents were shown of a case, in the place of what was kept."""
        ...

    def move_places(self, before: str, after: str) -> None:
        """Name places `<after>/<rest>` that were named `<before>/<rest>`, or `<rest>` alone where `before` is empty."""
        ...

    def add_effects(self, conversation: str, lane: Lane, effects: Sequence[Effect]) -> None:
        """Store effects to be executed after the commit."""
        ...

    def claim(self, command: str) -> bool:
        """Mark that the execution of an effect begins; False if it was claimed or done before."""
        ...

    def finish_command(self, command: str, *, fault: str | None = None) -> bool:
        """Mark an effect done (or given up, with the fault) and forget its payload; False if it had ended or is gone."""
        ...

    def start_timer(self, conversation: str, lane: Lane, key: str, due_at: datetime) -> None:
        """Start or replace the timer with this key."""
        ...

    def cancel_timer(self, conversation: str, key: str) -> None:
        """Forget the timer with this key, if there is one."""
        ...

    def fire_timer(self, timer: int) -> bool:
        """Remove a timer that came due; False if it is gone or was replaced."""
        ...

    def spend(self, budget: str, at: datetime) -> None:
        """Count one use of a budget."""
        ...

    def refund(self, budget: str, at: datetime) -> None:
        """Take back the use of a budget that was counted at this moment."""
        ...

    def invite(self, invitation: Invitation) -> None:
        """Keep a one-time address."""
        ...

    def take_invitation(self, digest: str) -> bool:
        """Use a one-time address up; False if it is gone already."""
        ...

    def start_incident(self, incident: Incident) -> int:
        """Keep an incident and return its number, whatever number it has."""
        ...

    def end_incident(self, number: int, at: datetime) -> bool:
        """Note when an incident ended; False if there is none of this number, or it was ended before."""
        ...

    def moment(self) -> datetime:
        """Return the present, aware UTC, by the one clock that all processes at this store have."""
        ...

    def register(self, process: str, until: datetime) -> None:
        """Say that a process is alive until a moment of that clock."""
        ...

    def processes(self) -> frozenset[str]:
        """Return the processes that are alive."""
        ...

    def shares(self) -> Mapping[str, str | None]:
        """Return the parts of the work and the processes that do them, which may be dead."""
        ...

    def owner(self, share: str) -> str | None:
        """Return the process that does a part of the work, which may be dead."""
        ...

    def assign(self, share: str, process: str | None) -> None:
        """Give a part of the work to a process, or to none."""
        ...

    def add_feedback(self, article: str, language: str, *, helpful: bool, at: datetime) -> None:
        """Count whether an article helped."""
        ...

    def add_unmatched(self, text: str, language: str, at: datetime) -> None:
        """Keep a text that nothing matched, for the authors."""
        ...

    def add_audit(self, record: AuditRecord) -> None:
        """Append to the hash chain."""
        ...

    def remove(self, kind: Kept, keys: Sequence[Key], *, most: int) -> Removed:
        """
        Delete rows for good, needed or not, with the transcripts of conversations; a place of a case that goes becomes an effect.

        Args:
            kind: What they are.
            keys: Which; one that is gone does no harm.
            most: No further one is begun when so many rows are deleted, lines included. Of a longer transcript the oldest
                lines go, and the conversation itself stays until it is called for again.

        Returns:
            What was deleted; nothing: there is nothing left to delete.
        """
        ...


class Store(Protocol):
    """
    The durable state.

    `read` and `write` raise StoreBusy, StoreFull, StoreOutdated, StoreRefused or another StoreError; then nothing was stored.
    """

    #: This process's name among those at the store.
    process: str

    async def read(self, work: Callable[[Snapshot], T]) -> T:
        """Run `work` over a consistent view, off the event loop."""
        ...

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Run `work` as one transaction, off the event loop; returns after it is durable. What `work` raises undoes it."""
        ...

    def told(self) -> AsyncGenerator[Lane | None, None]:
        """Return the lanes that have got something new, in whatever process, and some in vain; None, as at first: some may have been missed."""
        ...

    async def close(self) -> None:
        """Finish what runs and release the database."""
        ...
