"""
What the engine asks for: requests in the imperative, the only way out of the engine.

A command's id is `<event id>:<index>`, the same however often the event is replayed, so it is the command's own
idempotency key. `Effect`s leave the program and are executed after the commit; `Record`s are rows of the turn's own
transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.core.events import Value
from bot.core.vocabulary import Action, Priority


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A button; every channel also takes its number or its label as typed text."""

    id: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Command:
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SendMessage(_Command):
    """Say something to the person."""

    text: str
    choices: tuple[Choice, ...] = ()
    #: The number of the question that the choices belong to; buttons carry it.
    screen: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteMessage(_Command):
    """Delete the person's own message in the chat, because it holds a secret; best effort."""

    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBackend(_Command):
    """Ask the account system for one operation of `bot.core.calls`; the id is its idempotency key."""

    operation: str
    arguments: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StartTimer(_Command):
    """Fire `TimerFired(timer=key)` at `due_at`; one timer a key and conversation, the newest counts."""

    key: str
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelTimer(_Command):
    """Forget the timer with this key, if there is one."""

    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOff(_Command):
    """A human must act: the conversation is open from now on."""

    reason: str
    priority: Priority
    case_code: str
    #: Article and state ids, in the order they were tried.
    tried: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Brake(_Command):
    """A takeover is suspected: nothing is sent for this case for a day, whichever conversation asks."""

    #: The account system's opaque name of the account.
    case: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFeedback(_Command):
    """Whether an article helped."""

    article: str
    language: str
    helpful: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordUnmatched(_Command):
    """Keep a text that nothing matched, for the authors; secrets are removed and numbers masked already."""

    text: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordActivity(_Command):
    """A line of the transcript and of the audit trail; holds no identifier and no message text."""

    action: Action
    details: Mapping[str, Value] = field(default_factory=dict)


Effect = SendMessage | DeleteMessage | CallBackend
Record = StartTimer | CancelTimer | HandOff | Brake | RecordFeedback | RecordUnmatched | RecordActivity
Command = Effect | Record
