"""
The state of one conversation: a value, replaced as a whole by every turn.

Everything in it survives a round trip through JSON (`bot.core.codec`). Slots hold what the person answered. Private
slots (a number as typed, the identifier of an account) are forgotten as soon as the flow that asked for them ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, TypeVar

from bot.core.events import Value
from bot.core.vocabulary import Outcome, Priority, Status, Trust

_T = TypeVar("_T", "Case", "Conversation", "Frame", "Snapshot")


@dataclass(frozen=True, kw_only=True)
class Frame:
    """Where the person is in one flow; a conversation stacks them, innermost last."""

    flow: str
    state: str
    #: Misunderstood answers to the present question.
    tries: int = 0
    #: How often each state with `at_most` was entered since the flow began.
    visits: Mapping[str, int] = field(default_factory=dict)
    #: The article being tried, while the state is a `try_articles`.
    article: str | None = None
    #: Articles shown at this visit of a `try_articles`.
    shown: int = 0
    #: The command id of the flow's newest call, while its result may still move the flow ...
    call: str | None = None
    #: ... and the state that made it.
    call_state: str | None = None
    #: When the timer of the present `wait` comes due.
    due_at: datetime | None = None
    #: What was picked of the present `ask_many` so far.
    picked: tuple[str, ...] = ()
    #: An outcome that came while another flow lay on top; it moves the flow when that one has ended.
    returned: Outcome | None = None


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """An earlier question, for "back"."""

    stack: tuple[Frame, ...]
    slots: Mapping[str, Value]


class OfferKind(StrEnum):
    """What the engine itself may ask."""

    #: What is the problem?
    MENU = "menu"
    #: Did you mean one of these?
    CLARIFY = "clarify"
    #: Leave this flow for another one?
    SWITCH = "switch"
    #: Which language?
    LANGUAGE = "language"
    #: Go on where you were yesterday, or start again?
    RESUME = "resume"
    #: And the other problem that you wrote of?
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A question of the engine's own, asked over the flow's."""

    kind: OfferKind
    #: Flow ids or language codes, in the order shown; a `clarify` keeps more than it shows, best first.
    choices: tuple[str, ...]
    #: The probability of each choice by the text that it was guessed from; none where nothing was guessed.
    chances: tuple[float, ...] = ()
    #: Page of the menu, from 0.
    page: int = 0
    #: Numbers of the incidents that are told of in the place of the one choice's first question; none: it is no such question.
    incidents: tuple[int, ...] = ()
    #: They are over: does it work now?
    over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLink:
    """Whose account it is, by the word of the company's own site."""

    #: The company's opaque reference of the account; for calls to the account system alone, never shown or logged.
    account: str = field(repr=False)
    #: From then on it does not count any more, aware UTC.
    until: datetime


@dataclass(frozen=True, kw_only=True)
class Case:
    """What agents must know of a conversation that was handed over, and which of them has it."""

    #: When it was handed over, why, and how urgent it is.
    at: datetime
    reason: str
    priority: Priority
    #: The flow that the person was helped with, and the question where they left it: `(flow, state)`; empty: none.
    left: tuple[str, ...] = ()
    #: Who has it, and their first name; None: nobody yet, or not any more.
    agent: str | None = None
    name: str | None = None
    #: Only a lead may go on with it.
    escalated: bool = False
    #: Since when the person waits for an agent's word; None: it is the person's turn, or the bot's.
    waits_since: datetime | None = None
    #: How often agents were reminded of that, as they wait now.
    reminded: int = 0
    #: When an agent closed it.
    closed_at: datetime | None = None
    #: The newest messages that agents wrote as replies: `<message> <what became of its words>`, of which there is one each.
    replies: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """One conversation with one contact on one channel."""

    id: str
    channel: str
    #: The person's address on the channel, e.g. a Telegram chat id.
    contact: str
    started_at: datetime
    language: str
    #: The person chose the language; it is not guessed any more.
    language_fixed: bool = False
    #: The language of the last text that showed one; two in a row change the language of the conversation.
    heard: str | None = None
    #: The account that the person is linked to; None: anybody may be typing.
    link: AccountLink | None = None
    status: Status = Status.PENDING
    #: The first message, with the phishing notice, was said.
    greeted: bool = False
    stack: tuple[Frame, ...] = ()
    slots: Mapping[str, Value] = field(default_factory=dict)
    offer: Offer | None = None
    history: tuple[Snapshot, ...] = ()
    #: Article and state ids in the order they were tried, for the agent.
    tried: tuple[str, ...] = ()
    #: When codes were asked for; the resend ladder counts them.
    sends: tuple[datetime, ...] = ()
    #: Flows that the person said it is not -> their probability when they were offered; not offered again. At most
    #: one entry a flow.
    declined: Mapping[str, float] = field(default_factory=dict)
    #: Problems told of beside the one that is helped with, at most two: offered when that one is over.
    later: tuple[str, ...] = ()
    #: Numbers of the incidents that the person was told of ...
    told: tuple[int, ...] = ()
    #: ... and of those whose end they are promised to be told of.
    awaits: tuple[int, ...] = ()
    #: The number of the newest question; buttons of older ones are stale.
    screen: int = 0
    #: The channel's id of the message that shows the newest question, where a press has told it.
    shown_in: str | None = None
    #: The person has blocked the bot ...
    blocked: bool = False
    #: ... and something that they would have been told since was not said.
    withheld: bool = False
    #: Texts in a row that nothing understood.
    misunderstood: int = 0
    case_code: str | None = None
    #: When the case went to a human or a ticket was opened, first.
    case_opened_at: datetime | None = None
    #: What agents know of it, once it was handed over.
    case: Case | None = None
    #: When the account system was asked to open a reset ticket under the case code.
    ticket_at: datetime | None = None
    #: When a takeover was suspected; nothing is sent from then on.
    braked_at: datetime | None = None
    #: When the person last did something, or was last told something.
    active_at: datetime | None = None
    #: When the person was last told that a human has the case.
    receipt_at: datetime | None = None
    #: Fingerprint of the content that the conversation ran on last.
    content: str = ""
    #: Raised by each save; the compare-and-set of the store.
    version: int = 0

    @property
    def trust(self) -> Trust:
        """What the conversation may be told; a step takes a link away before anything else as soon as it has ended."""
        return Trust.ANONYMOUS if self.link is None else Trust.LINKED


def evolve(value: _T, **fields: Any) -> _T:
    """Return a copy with other fields; `dataclasses.replace` without its checks, which cost most of a step."""
    copy = object.__new__(type(value))
    # Why these classes have no slots: one dict is copied in a tenth of the time that so many attributes take.
    object.__setattr__(copy, "__dict__", {**value.__dict__, **fields})
    return copy


#: How long a suspected takeover stops everything that is sent: as long as withdrawals rest after a reset.
TAKEOVER_HOLD: Final = timedelta(hours=24)
#: The notice who speaks here is said once a session; "thanks" after the end is no new one.
SESSION: Final = timedelta(hours=24)
#: Slots that hold what only the person should know; gone when the flow that asked for them ends.
PRIVATE_SLOTS = frozenset({"phone", "identifier", "text"})


def takeover_suspected(conversation: Conversation, now: datetime) -> bool:
    """Tell whether a takeover is suspected, so that nothing is sent."""
    return conversation.braked_at is not None and now - conversation.braked_at < TAKEOVER_HOLD


def begin(
    *,
    conversation_id: str,
    channel: str,
    contact: str,
    at: datetime,
    language: str,
    previous: Conversation | None = None,
) -> Conversation:
    """
    Start a conversation.

    Args:
        conversation_id: New, unguessable.
        channel: Name of the channel.
        contact: The person's address there.
        at: Now.
        language: Spoken until the person's is known.
        previous: The contact's last conversation, if any: its language and its budget of codes live on, and its
            screens are counted on, because its buttons are still there to be pressed. A link to an account lives on.

    Returns:
        The conversation, before its first event.
    """
    fresh = Conversation(
        id=conversation_id, channel=channel, contact=contact, started_at=at, language=language
    )
    if previous is None:
        return fresh
    return replace(
        fresh,
        language=previous.language,
        language_fixed=previous.language_fixed,
        heard=previous.heard,
        sends=previous.sends,
        screen=previous.screen,
        greeted=previous.greeted and at - previous.started_at < SESSION,
        braked_at=previous.braked_at,
        link=previous.link,
    )
