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
from bot.core.vocabulary import Action, Priority, Refusal


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
    #: The agent's message that this is, by its id where agents work: the agent is told whether it was delivered.
    relays: str | None = None
    #: The channel's id of the message whose button was pressed: this one is shown in its place, if it can be ...
    replaces: str | None = None
    #: ... and what was picked there, in a sentence.
    chosen: str = ""
    #: Label of a button that sends the person's own number, where a channel has such a button.
    shares: str = ""
    #: That button is not wanted any more; the words are for a channel that must say something to take it away.
    shared: str = ""
    #: Label of a button that leads out of a group into a private chat.
    invites: str = ""
    #: It names a case, and should not be passed on.
    confidential: bool = False
    #: The first name of the agent who says it; it stands before their words, too. None: the bot.
    agent: str | None = None
    #: A picture that the agent shows, `telegram:<file_id>`; the words belong under it.
    picture: str | None = field(default=None, repr=False)


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
class ShowCase(_Command):
    """Bring what agents see of a case up to date; what exactly is decided when it is shown, so that several become one."""

    case: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TellAgent(_Command):
    """Tell an agent what became of what they did."""

    case: str
    #: What they wrote or pressed, by its id where agents work.
    message: str
    #: Why it is not done; None: it is.
    refusal: Refusal | None = None
    #: Why it could not be delivered; None: it was.
    fault: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovePlace(_Command):
    """Delete the place where agents talked about a case that is kept no more."""

    place: str


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
class AddNote(_Command):
    """Keep an agent's note in the transcript."""

    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Brake(_Command):
    """A takeover is suspected: nothing is sent for this case for a day, whichever conversation asks."""

    #: The account system's opaque name of the account, as far as it is known.
    case: str | None = None
    #: The company's reference of the account that the person was linked to.
    account: str | None = field(default=None, repr=False)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerPress:
    """Tell the person's app that a press has arrived, with a short notice if there is one."""

    #: The channel's id of the press.
    press: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowTyping:
    """Show that an answer is on its way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetireButtons:
    """Take the buttons of an earlier question away, so that nobody presses them."""

    #: The number of the question.
    screen: int
    #: The channel's id of the message that shows it, if it is known here.
    message: str | None = None


#: What is worth doing at once or never: it is not stored, nor tried again.
Courtesy = AnswerPress | ShowTyping | RetireButtons
#: What agents see.
StaffEffect = ShowCase | TellAgent
Effect = SendMessage | DeleteMessage | CallBackend | StaffEffect | RemovePlace
Record = (
    StartTimer | CancelTimer | HandOff | AddNote | Brake | RecordFeedback | RecordUnmatched | RecordActivity
)
Command = Effect | Record
