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

from bot.core.vocabulary import Decision, Outcome, Refusal

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
    #: What the deep link carried that the person came by; it may be a secret, and is never stored.
    payload: str | None = field(default=None, repr=False)
    #: The digest of the payload, made at intake, if that has the form of a one-time link to an account.
    link: str | None = None
    #: The problem that was picked from a list outside of the chat.
    flow: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLinked(_Event):
    """
    The company's own site, where the person is logged in, vouches for whose account this is.

    It comes of a one-time link or of a signed token, never of what somebody says in a chat.
    """

    #: The company's opaque reference of the account.
    account: str = field(repr=False)
    #: When the link ends, aware UTC.
    until: datetime
    #: Language that the channel reports for the person; a hint only.
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountUnlinked(_Event):
    """The person logged out on the company's site; in the chat they may say so in words."""


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
    #: The person has not typed it: a button has sent their own number.
    shared: bool = False
    reading: Reading = field(default_factory=Reading)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoicePicked(_Event):
    """The person pressed a button."""

    choice: str
    #: The screen that the button stood on; another one than the conversation's is a stale button.
    screen: int
    #: The channel's id of the message with the button, if it can still be changed.
    message: str | None = None
    #: The channel's id of the press, which waits for an answer.
    press: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentReceived(_Event):
    """The person sent something other than text, which the bot does not look at."""

    #: photo, voice, document, sticker, contact, edited ...
    kind: str
    #: Where agents may look at it: the picture, `telegram:<file_id>` or `kept:<id>` (`Snapshot.picture`) ...
    picture: str | None = field(default=None, repr=False)
    #: ... and what is written under it; secrets are removed already, of these kinds.
    text: str = ""
    removed: tuple[str, ...] = ()
    #: The channel's own id of the message, so that it can be deleted there.
    message: str | None = None
    #: It was sent together with others, of which the first is answered for all.
    further: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CallReturned(_Event):
    """A call to the account system ended, one way or the other."""

    operation: str
    outcome: Outcome
    #: The id of the `CallBackend` command.
    call: str
    #: The reference of the linked account that it was made for; None: an account that somebody named.
    account: str | None = field(default=None, repr=False)
    #: `retry_at` or `next_allowed_at` (ISO 8601, UTC), `case`, `next_channel` ... by operation.
    data: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerFired(_Event):
    """A durable timer came due."""

    #: The key that the timer was started with.
    timer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardInGroup(_Event):
    """Somebody spoke to the bot in a group, where nothing is said about anybody; who and what is forgotten."""

    #: Language that the channel reports for whoever spoke; a hint only.
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatBlocked(_Event):
    """The person does not want to be written to any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatUnblocked(_Event):
    """The person may be written to again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _AgentEvent(_Event):
    """Something that an agent did, wherever agents work; it enters the lane of the person whose case it is."""

    #: The case that the agent means; the person may have begun another conversation since.
    case: str
    #: Who it is, e.g. `telegram:4711`.
    agent: str
    #: The first name, as the person sees it.
    name: str
    #: May do what is a lead's.
    lead: bool = False
    #: What the agent wrote or pressed, by its id where agents work; None: nobody waits for an answer there.
    message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentTook(_AgentEvent):
    """An agent has the case from now on; the bot is silent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentReplied(_AgentEvent):
    """An agent said something to the person, or showed them a picture."""

    text: str = ""
    #: `telegram:<file_id>`
    picture: str | None = field(default=None, repr=False)
    #: The engine's own text that is said instead, in the person's language, by its name without `reply_`.
    template: str | None = None
    #: It corrects what they said before.
    corrects: bool = False
    #: Why it must not be said, if anything in it must not.
    refused: Refusal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentNoted(_AgentEvent):
    """An agent wrote something down that the person never sees; secrets are removed already."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentEscalated(_AgentEvent):
    """An agent asked a lead to take the case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentHandedBack(_AgentEvent):
    """An agent gave the person back to the bot: to its menu, to the start of a flow, or to a question of one."""

    flow: str | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentClosed(_AgentEvent):
    """An agent closed the case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentReopened(_AgentEvent):
    """An agent opened the case again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentChoseLanguage(_AgentEvent):
    """An agent set the language that the person is spoken to in."""

    language: str


AgentEvent = (
    AgentTook
    | AgentReplied
    | AgentNoted
    | AgentEscalated
    | AgentHandedBack
    | AgentClosed
    | AgentReopened
    | AgentChoseLanguage
)
#: What the person does.
PersonEvent = ConversationStarted | TextReceived | ChoicePicked | AttachmentReceived
#: What happened to the chat itself.
ChatEvent = HeardInGroup | ChatBlocked | ChatUnblocked
Event = PersonEvent | ChatEvent | AccountLinked | AccountUnlinked | CallReturned | TimerFired | AgentEvent
