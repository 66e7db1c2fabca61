"""
What the service needs from the outside, as protocols; the errors in a docstring are the contract.

Adapters and channels implement these; `bot.testing` ships doubles; one suite of contract tests runs over all of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol, TypeAlias, TypeVar, runtime_checkable

from bot.core.commands import Choice, Courtesy, Effect, SendMessage
from bot.core.conversation import Conversation
from bot.core.events import Event, Value
from bot.core.vocabulary import Action, Direction, Outcome

T = TypeVar("T")


class Lane(NamedTuple):
    """The stream of events of one contact; they are processed one after the other, in the order they came."""

    channel: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """An event as a channel hands it over; secrets are removed before it is stored."""

    lane: Lane
    event: Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """An effect that is committed and not done yet."""

    lane: Lane
    conversation: str
    effect: Effect
    #: An execution began before: nobody knows whether it took effect.
    claimed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DueTimer:
    """A durable timer."""

    id: int
    lane: Lane
    conversation: str
    key: str
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """An event whose turn failed too often."""

    #: When it happened, not when it was set aside; seconds lie between as a rule.
    at: datetime
    fault: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a transcript; identifiers are masked."""

    at: datetime
    direction: Direction
    text: str
    #: Of the bot: what could be pressed. Of the person: what was pressed.
    choices: tuple[Choice, ...] = ()
    #: The number of the question that the choices belong to.
    screen: int = 0
    #: The id of the event that a line of the person's comes of.
    source: str | None = None
    #: The words as they were, where masking changed them: for a channel of `LIVE`, and for a day.
    shown: str | None = None
    #: The first name of the agent who has said it; None: it was not one.
    agent: str | None = None


class Position(NamedTuple):
    """The place of a line among those of its lane: its conversation, and its number there, from 1 on."""

    conversation: str
    number: int


class Entry(NamedTuple):
    """A line of a lane, as the person saw it: `Line.text` is what was shown, as long as that is kept."""

    position: Position
    line: Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """Words that a person has agreed to."""

    #: Address of the page that they stand on.
    page: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What is kept of a person's sessions on a channel of `LIVE`."""

    #: Tokens of an earlier generation are void.
    generation: int = 0
    #: The last line that the person has seen.
    read: Position | None = None
    #: The conversation that was rated last.
    rated: str | None = None
    #: What was agreed to last; None: nothing.
    consent: Consent | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What was shown of a case where agents work, so that only what is new to them is shown."""

    code: str
    conversation: str
    lane: Lane
    #: Where agents talk about it, e.g. a topic; None: nowhere yet, or not any more.
    place: str | None = None
    #: Its newest card there, and the words that this has now.
    card: str | None = None
    looks: str = ""
    #: The hand-over that the card is about: a later one gets a card of its own.
    about: str = ""
    title: str = ""
    #: How many lines of the transcript agents have seen.
    lines: int = 0
    #: The reminder that was posted last.
    reminder: str = ""
    pinned: bool = False
    closed: bool = False


#: Channels whose people read the lines of their lane from the store; who waits for them is told of every turn.
LIVE = frozenset({"web"})


def nobodys(lane: Lane) -> Lane:
    """Name the lane of a channel that belongs to no contact: what is still to be done for one who is kept no more."""
    return Lane(lane.channel, "")


def feed_of(lane: Lane) -> Lane:
    """Name what is told when a lane has got new lines to read; its own name is told when it has got an event."""
    return Lane(f"{lane.channel}:feed", lane.contact)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """One record of the hash chain: what happened, never what was said."""

    at: datetime
    conversation: str
    action: Action
    details: Mapping[str, Value] = field(default_factory=dict)


class Kept(StrEnum):
    """What is kept until nobody needs it any more; the moment is that of `Snapshot.outdated`."""

    #: Goes when it has ended and its event happened before the moment, or is gone.
    EFFECTS = "effects"
    #: Goes when it was processed and happened before the moment.
    EVENTS = "events"
    #: Goes when it was set aside and happened before the moment.
    SET_ASIDE = "set_aside"
    #: Goes, with its transcript, when it began and nothing was said in it since, and no timer, event or effect of it waits.
    CONVERSATIONS = "conversations"
    #: Texts that nothing matched; go by their age, as uses of budgets do.
    UNMATCHED = "unmatched"
    BUDGETS = "budgets"
    #: One-time addresses that nobody opened; the moment is when they expired.
    LINKS = "links"
    #: Goes when it fires, or with its contact.
    TIMERS = "timers"
    #: What agents were shown; goes with its conversation, or with its contact.
    CASES = "cases"
    #: Words as they were shown, beside the masked line; go by their age.
    SHOWN = "shown"
    #: Goes when nothing was noted in it since the moment.
    VISITS = "visits"


#: What a store calls one row by.
Key: TypeAlias = Hashable
#: How many rows of each kind were deleted; the lines of transcripts are counted as `lines`.
Removed: TypeAlias = Counter[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outdated:
    """A look at some of the rows of one kind, from the oldest on."""

    #: Those that may go.
    keys: tuple[Key, ...] = ()
    #: Where to look next; None: what comes behind is not old.
    last: Key | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A one-time address that links the chat it is opened in to an account."""

    #: SHA-256 of its secret, hexadecimal; the secret itself is kept by nobody.
    digest: str
    #: The company's opaque reference of the account.
    account: str = field(repr=False)
    #: Up to then it counts, aware UTC.
    expires_at: datetime


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

    def open_cases(self, limit: int) -> tuple[Conversation, ...]:
        """Return at most so many conversations of all channels where a human must act, the one that began first first."""
        ...

    def visit(self, lane: Lane) -> Visit:
        """Return what is kept of the person's sessions."""
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

    def keep_posted(self, posted: Posted) -> None:
        """Keep what agents were shown of a case, in the place of what was kept."""
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

    def told(self) -> AsyncIterator[Lane]:
        """Return the lanes that have got something new, in whatever process; some may be missed, and some come in vain."""
        ...

    async def close(self) -> None:
        """Finish what runs and release the database."""
        ...


#: Takes what a channel received; returns once it is durable, so that the channel may acknowledge it.
Receive = Callable[[Sequence[Incoming]], Awaitable[None]]


class StaffRoom(Protocol):
    """
    Where agents work: a place for each case, e.g. the topics of a group.

    Every method raises ChannelBusy, ChannelUnreachable, RecipientGone (the room itself), PlaceGone (the place) or
    MessageRefused. Texts are plain.
    """

    async def turn(self) -> None:
        """Wait until one more message may go to the room; who waits is served in the order of the calls."""
        ...

    async def open(self, title: str) -> str:
        """Make a place; return its name."""
        ...

    async def rename(self, place: str, title: str) -> None:
        """Give a place another title."""
        ...

    async def post(
        self,
        place: str,
        text: str,
        buttons: Sequence[Choice] = (),
        *,
        to: str | None = None,
        calls: bool = False,
    ) -> str:
        """Write into a place, in answer to a message there if `to` names one, and call the leads; return the message's id."""
        ...

    async def edit(self, place: str, message: str, text: str, buttons: Sequence[Choice]) -> None:
        """Write a message anew."""
        ...

    async def pin(self, place: str, message: str) -> None:
        """Keep a message on top of its place."""
        ...

    async def close(self, place: str) -> None:
        """Show that a case is over."""
        ...

    async def reopen(self, place: str) -> None:
        """Show that a case is not over."""
        ...

    async def mark(self, place: str, message: str, *, done: bool) -> None:
        """Show on an agent's message whether it is done."""
        ...

    async def remove(self, place: str) -> None:
        """Delete a place with all that was said there."""
        ...


class Channel(Protocol):
    """A chat service."""

    name: str

    async def run(self, receive: Receive) -> None:
        """Receive until cancelled; acknowledge to the chat service only what `receive` has returned for."""
        ...

    async def send(self, contact: str, message: SendMessage) -> None:
        """
        Deliver one message.

        Raises:
            ChannelBusy: Wait `retry_after_s`, then try again.
            ChannelUnreachable: Nobody knows whether it was delivered; try again.
            RecipientGone: Nothing can be sent to this contact.
            MessageRefused: This message can never be sent.
        """
        ...

    async def delete(self, contact: str, message: str) -> None:
        """Delete the person's message, best effort; same errors as `send`."""
        ...


@runtime_checkable
class Courteous(Protocol):
    """What a channel may do beside what it must."""

    async def oblige(self, contact: str, courtesy: Courtesy) -> None:
        """Do what is worth doing at once or never; raises ChannelError if it is not done."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """How a call to the account system ended."""

    outcome: Outcome
    #: `case`, `receipt`, `next_allowed_at` or `retry_at` (ISO 8601, UTC), `next_channel`, `reason`, `ticket`,
    #: `state`, `opened` (ISO 8601, UTC); of a linked account `until`, `at` (ISO 8601, UTC), `phone_ends`, `email_begins`,
    #: `status`.
    data: Mapping[str, Value] = field(default_factory=dict)


class AccountBackend(Protocol):
    """
    The account system. No method takes or returns a code, a link, a password or a full destination.

    Methods return a `Reply` for everything that the other side may do; an exception is a programming error, and so is a
    key that comes again with other arguments (ValueError). UNAVAILABLE was not executed, UNKNOWN may have been. An
    unknown account is answered as a known one is: same outcomes, same data, same time, same traces.
    """

    async def begin_case(self, *, identifier: str) -> Reply:
        """Return an opaque `case` for any identifier, known or not; ACCEPTED or UNAVAILABLE."""
        ...

    async def linked_case(self, *, account: str) -> Reply:
        """
        Return the `case` of an account by the reference that the company itself gave: that of its identifiers.

        Only what the company's own site says comes here, never what somebody typed: ACCEPTED, NOT_FOUND or UNAVAILABLE.
        """
        ...

    async def account_state(self, *, case: str) -> Reply:
        """
        Look up how the account of a linked person stands; called for nobody else.

        Returns:
            ACCEPTED with `state` (active, locked, self_frozen, restricted, closed), `until` where it ends by itself, and
            the destinations on file masked beyond recognition: `phone_ends` (two digits), `email_begins` (one letter),
            each as far as there is one. NOT_SUPPORTED or UNAVAILABLE.
        """
        ...

    async def delivery_status(self, *, case: str, channel: str) -> Reply:
        """
        Look up what became of the newest code or link that was sent to a linked person by a channel.

        Returns:
            ACCEPTED with `status` (none, queued, sent, delivered, failed), `at` where there is one, and of a failed one the
            class of its `reason` (unreachable, refused, invalid, full, suppressed, other). NOT_SUPPORTED or UNAVAILABLE.
        """
        ...

    async def resend_code(self, *, case: str, channel: str, purpose: str, idempotency_key: str) -> Reply:
        """
        Send a fresh code to the destination on file, at most once a key.

        Returns:
            ACCEPTED with `receipt`, `next_allowed_at`, `next_channel` and `ttl_s` (seconds); RATE_LIMITED with
            `retry_at`; BLOCKED with `reason`; UNUSABLE, NOT_SUPPORTED, UNAVAILABLE or UNKNOWN.
        """
        ...

    async def start_password_reset(self, *, case: str, channel: str, idempotency_key: str) -> Reply:
        """
        Send what a new password is chosen with to the destination on file, at most once a key.

        The password stays as it is until that is used, and no other factor is touched.

        Returns:
            As `resend_code` does; codes and resets share the account system's limits.
        """
        ...

    async def open_reset_ticket(
        self, *, case: str, items: tuple[str, ...], reason: str, external_ref: str, idempotency_key: str
    ) -> Reply:
        """
        Ask the people behind the account system to reset factors; it changes nothing by itself.

        The same key, or the same `external_ref`, is the same ticket however often it comes: whoever does not know
        whether a ticket was taken may ask again. What becomes of it is told only to destinations on file.

        Args:
            case: Of `begin_case`.
            items: The factors that are lost, e.g. `phone`; may be empty.
            reason: Why, as the flow says it.
            external_ref: Our case code, by which it is found again.
            idempotency_key: The key, as every key at most 64 visible ASCII characters.

        Returns:
            ACCEPTED with `ticket`; ALREADY_OPEN with the `ticket` that this case has, found by this `external_ref` too
            from now on; RATE_LIMITED with `retry_at`; BLOCKED with `reason`; UNAVAILABLE or UNKNOWN.
        """
        ...

    async def find_ticket(self, *, external_ref: str) -> Reply:
        """Look a ticket up: ACCEPTED with `state` (open, closed) and `opened`; NOT_FOUND; UNAVAILABLE."""
        ...

    async def healthy(self) -> bool:
        """Tell whether the account system answers."""
        ...


class Clock(Protocol):
    """Time, so that tests can turn it."""

    def now(self) -> datetime:
        """Return the present, aware UTC."""
        ...

    async def sleep_until(self, moment: datetime | None) -> None:
        """Return at the moment, or never for None; wakes up early when cancelled."""
        ...
