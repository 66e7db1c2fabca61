"""
The tables, one set for every engine; rows are addressed by the SQL of `statements`, never by a session.

Moments are text, ISO 8601 in UTC with microseconds, so that they sort as they happened and can be read in any SQL
shell. JSON columns hold what `bot.core.codec` writes. A turn looks only at rows that wait, so the indexes of the inbox
and the outbox cover nothing else: the cost of a turn does not grow with history.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Index, Integer, text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from bot.core.vocabulary import Status


class EventStatus(StrEnum):
    """What became of an event in the inbox."""

    #: No turn has processed it yet.
    PENDING = "pending"
    #: Processed; the payload is forgotten.
    DONE = "done"
    #: Failed too often; the payload is kept for whoever looks into it.
    SET_ASIDE = "set_aside"


class CommandStatus(StrEnum):
    """What became of an effect in the outbox."""

    #: Its execution has not begun.
    PENDING = "pending"
    #: Its execution began; whether it took effect is known only when it ended.
    CLAIMED = "claimed"
    #: It took effect.
    DONE = "done"
    #: Given up.
    DEAD = "dead"


#: An event that waits, and an effect that is not done: in words that the engine can match with a partial index.
EVENT_WAITS = text(f"status = '{EventStatus.PENDING}'")
COMMAND_WAITS = text(f"status IN ('{CommandStatus.PENDING}', '{CommandStatus.CLAIMED}')")


#: A conversation where a human must act.
CASE_IS_OPEN = text(f"status = '{Status.OPEN}'")


def stamp(at: datetime) -> str:
    """Write an aware moment as it is stored."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


#: Numbers that are counted up for years; SQLite counts up only what it calls INTEGER.
_NUMBER = BigInteger().with_variant(Integer, "sqlite")


class _Row(SQLModel, registry=registry()):
    """A registry of our own: the tables of the demo account system are none of ours."""


class InboxRow(_Row, table=True):
    """An event; its row is kept for some days after its turn, so that it is known when it comes again."""

    __tablename__ = "inbox"
    __table_args__ = (
        Index(
            "inbox_waiting",
            "channel",
            "contact",
            "seq",
            sqlite_where=EVENT_WAITS,
            postgresql_where=EVENT_WAITS,
        ),
        {"sqlite_autoincrement": True},
    )

    #: The order of a lane.
    seq: int | None = Field(default=None, primary_key=True, sa_type=_NUMBER)
    event: str = Field(unique=True)
    channel: str
    contact: str
    at: str
    payload: str | None
    status: str
    attempts: int
    fault: str | None


class ConversationRow(_Row, table=True):
    """A conversation; `state` is the truth, the other columns are for looking it up."""

    __tablename__ = "conversations"
    __table_args__ = (
        Index("conversations_of_lane", "channel", "contact", "seq"),
        Index("conversations_open", "seq", sqlite_where=CASE_IS_OPEN, postgresql_where=CASE_IS_OPEN),
        {"sqlite_autoincrement": True},
    )

    #: The newest of a lane has the greatest.
    seq: int | None = Field(default=None, primary_key=True, sa_type=_NUMBER)
    id: str = Field(unique=True)
    channel: str
    contact: str
    started_at: str
    status: str
    case_code: str | None = Field(unique=True)
    language: str
    content: str
    version: int
    state: str


class MessageRow(_Row, table=True):
    """A line of a transcript, stored beside the other lines of its conversation."""

    __tablename__ = "messages"
    __table_args__ = {"sqlite_with_rowid": False}

    conversation: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    at: str
    direction: str
    text: str
    choices: str
    screen: int | None
    source: str | None
    agent: str | None
    #: As `bot.ports.Line.picture`.
    picture: str | None


class ShownRow(_Row, table=True):
    """The words of a line as they were before masking changed them, for a day."""

    __tablename__ = "shown"
    __table_args__ = (
        Index("shown_of_line", "conversation", "line", unique=True),
        Index("shown_of_lane", "channel", "contact"),
        {"sqlite_autoincrement": True},
    )

    seq: int | None = Field(default=None, primary_key=True, sa_type=_NUMBER)
    channel: str
    contact: str
    conversation: str
    line: int
    at: str
    text: str


class PictureRow(_Row, table=True):
    """A picture that a person has sent over the web, for a month."""

    __tablename__ = "pictures"
    __table_args__ = (Index("pictures_of_lane", "channel", "contact"), {"sqlite_autoincrement": True})

    seq: int | None = Field(default=None, primary_key=True, sa_type=_NUMBER)
    name: str = Field(unique=True)
    channel: str
    contact: str
    at: str
    content: bytes


class VisitRow(_Row, table=True):
    """What is kept of a person's sessions on the web."""

    __tablename__ = "visits"
    __table_args__ = (
        Index("visits_of_lane", "channel", "contact", unique=True),
        Index("visits_of_device_code", "device_code"),
        {"sqlite_autoincrement": True},
    )

    seq: int | None = Field(default=None, primary_key=True, sa_type=_NUMBER)
    channel: str
    contact: str
    at: str
    generation: int
    #: A place in the feed: a conversation, and the number of a line.
    read_conversation: str | None
    read_line: int | None
    rated: str | None
    #: The page that was agreed to, and when.
    consent: str | None
    consent_at: str | None
    #: A digest of the account that a site vouches for.
    account: str | None
    #: A digest of a code that another device may join with, and until when.
    device_code: str | None
    device_code_until: str | None
    joined_at: str | None


class CaseRow(_Row, table=True):
    """What agents were shown of a case."""

    __tablename__ = "cases"
    __table_args__ = (
        Index("cases_of_lane", "channel", "contact"),
        Index("cases_of_conversation", "conversation"),
        {"sqlite_autoincrement": True},
    )

    seq: int | None = Field(default=None, primary_key=True, sa_type=_NUMBER)
    code: str = Field(unique=True)
    conversation: str
    channel: str
    contact: str
    place: str | None = Field(unique=True)
    card: str | None
    looks: str
    about: str
    title: str
    lines: int
    reminder: str
    #: 0 or 1.
    pinned: int
    closed: int


class CommandRow(_Row, table=True):
    """An effect to be executed after the commit."""

    __tablename__ = "commands"
    __table_args__ = (
        Index("commands_waiting", "seq", sqlite_where=COMMAND_WAITS, postgresql_where=COMMAND_WAITS),
        {"sqlite_autoincrement": True},
    )

    #: The order of execution.
    seq: int | None = Field(default=None, primary_key=True, sa_type=_NUMBER)
    id: str = Field(unique=True)
    conversation: str
    channel: str
    contact: str
    kind: str
    payload: str | None
    status: str
    fault: str | None


class TimerRow(_Row, table=True):
    """A durable timer; one that is replaced gets a new id, so that the old one cannot fire."""

    __tablename__ = "timers"
    __table_args__ = (
        Index("timers_of_conversation", "conversation", "key", unique=True),
        Index("timers_due", "channel", "due_at", "id"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=_NUMBER)
    conversation: str
    key: str
    channel: str
    contact: str
    due_at: str


class BudgetRow(_Row, table=True):
    """One use of a budget."""

    __tablename__ = "budgets"
    __table_args__ = (Index("budgets_spent", "budget", "at"),)

    seq: int | None = Field(default=None, primary_key=True, sa_type=_NUMBER)
    budget: str
    at: str


class FeedbackRow(_Row, table=True):
    """How often an article helped the readers of one language, and how often it did not."""

    __tablename__ = "feedback"

    article: str = Field(primary_key=True)
    language: str = Field(primary_key=True)
    helped: int
    not_helped: int
    last_at: str


class UnmatchedRow(_Row, table=True):
    """A text that nothing matched."""

    __tablename__ = "unmatched"

    seq: int | None = Field(default=None, primary_key=True, sa_type=_NUMBER)
    text: str
    language: str
    at: str


class AuditRow(_Row, table=True):
    """A link of the hash chain (`chain`); triggers of the migration refuse to change or delete one."""

    __tablename__ = "audit"
    __table_args__ = {"sqlite_autoincrement": True}

    seq: int | None = Field(default=None, primary_key=True, sa_type=_NUMBER)
    at: str
    conversation: str
    action: str
    details: str
    previous: str
    hash: str


class LinkRow(_Row, table=True):
    """A one-time address that links a chat to an account; gone as soon as it is opened."""

    __tablename__ = "links"
    __table_args__ = {"sqlite_autoincrement": True}

    seq: int | None = Field(default=None, primary_key=True, sa_type=_NUMBER)
    #: Of its secret, which nobody keeps.
    digest: str = Field(unique=True)
    account: str
    expires_at: str


class ProcessRow(_Row, table=True):
    """A process that shares the work, and until when it counts as alive unless it says so again."""

    __tablename__ = "processes"

    id: str = Field(primary_key=True)
    until: str


class ShareRow(_Row, table=True):
    """A part of the work, and the process that does it; its owner may be dead."""

    __tablename__ = "shares"

    name: str = Field(primary_key=True)
    owner: str | None


class IncidentRow(_Row, table=True):
    """A fault on the company's side that an operator has told of."""

    __tablename__ = "incidents"
    __table_args__ = (Index("incidents_until", "until"), {"sqlite_autoincrement": True})

    #: What operators call it by; never used again.
    number: int | None = Field(default=None, primary_key=True, sa_type=_NUMBER)
    #: JSON: flow ids; language -> words.
    flows: str
    words: str
    since: str
    until: str
    ended_at: str | None


class OverlapRow(_Row, table=True):
    """The one row that says which is the oldest revision whose program works with this schema."""

    __tablename__ = "overlap"

    oldest: str = Field(primary_key=True)


metadata = _Row.metadata
