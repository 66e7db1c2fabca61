"""
What may happen to a conversation: facts in the past tense, the only way into the engine.

An event's id is unique over all conversations (the channel's own update id, or derived from the command or timer that
caused it), so that an event which comes twice is known. `Reading` is what the service's readers understood of a text
before the engine sees it; the engine itself never matches, parses numbers or looks for secrets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.core.vocabulary import Decision, Outcome

#: A slot's or an outcome's plain value: what survives a round trip through JSON.
Value = str | int | float | bool | None | tuple[str, ...] | Mapping[str, "Value"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was understood of a text."""

    #: Language of the text, if it is certain enough to answer in; else None.
    language: str | None = None
    #: Language of the text, if it shows one; the next text in it is certain enough.
    heard: str | None = None
    decision: Decision = Decision.NONE
    #: Best guess for `start` and `clarify`.
    flow: str | None = None
    #: Flow id -> probability that the text is about it, best first.
    candidates: Mapping[str, float] = field(default_factory=dict)
    #: Flows that single clauses are surely about, in the order told, where these are several.
    also: tuple[str, ...] = ()
    #: What the current state collects, if the text holds it: the slot's value.
    slot: Value = None
    #: The case code in the text, e.g. `R-Q48WW-R1WEJ`.
    ticket: str | None = None
    #: A number sent at another question although one was sent before: the slot `phone` as it should have been.
    corrected_phone: Value = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    #: Unique over all conversations.
    id: str
    #: When it happened, aware UTC.
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationStarted(_Event):
    """The person opened the chat without saying anything yet."""

    #: Language that the channel reports for the person, e.g. Telegram's `language_code`; a hint only.
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TextReceived(_Event):
    """The person wrote something; secrets are removed already."""

    text: str
    #: Kinds of secrets that were removed from the text, e.g. `code`.
    removed: tuple[str, ...] = ()
    #: The channel's own id of the message, so that it can be deleted there.
    message: str | None = None
    #: Language that the channel reports for the person; a hint only.
    language: str | None = None
    reading: Reading = field(default_factory=Reading)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoicePicked(_Event):
    """The person pressed a button."""

    choice: str
    #: The screen that the button stood on; another one than the conversation's is a stale button.
    screen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentReceived(_Event):
    """The person sent something other than text, which is not looked at."""

    #: photo, voice, document, sticker, contact, edited ...
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallReturned(_Event):
    """A call to the account system ended, one way or the other."""

    operation: str
    outcome: Outcome
    #: The id of the `CallBackend` command.
    call: str
    #: `retry_at` or `next_allowed_at` (ISO 8601, UTC), `case`, `next_channel` ... by operation.
    data: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerFired(_Event):
    """A durable timer came due."""

    #: The key that the timer was started with.
    timer: str


Event = ConversationStarted | TextReceived | ChoicePicked | AttachmentReceived | CallReturned | TimerFired
