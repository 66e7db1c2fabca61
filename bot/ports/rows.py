"""What is stored, row by row, as the service sees it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from bot.core.commands import Choice, Effect
from bot.core.events import Event, Value
from bot.core.vocabulary import Action, Direction


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
    #: The picture over the words, which may be none: `telegram:<file_id>` or `kept:<id>` (`Snapshot.picture`).
    picture: str | None = field(default=None, repr=False)


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
class DeviceCode:
    """A code by which another device may join, once; the code itself is kept nowhere."""

    digest: str
    until: datetime


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
    #: A digest of the account that the site has vouched for; tokens that do not name it are void. None: nobody's.
    account: str | None = None
    #: What another device may join with; None: nothing.
    device_code: DeviceCode | None = None
    #: When another device has joined last.
    joined_at: datetime | None = None


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
#: What the name of a picture begins with that is kept in the store; others are kept by the chat service that they came over.
KEPT = "kept:"


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
    #: Pictures that people have sent; go by their age, or with their contact.
    PICTURES = "pictures"


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
