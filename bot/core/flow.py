"""
A flow as data: a map of states, each of one kind.

A flow is language-neutral; its words stand in `FlowTexts`, one per language, with the same ids. `Condition` is the
parsed form of the tiny language of `bot.core.conditions`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.core.conditions import Condition
from bot.core.texts import Text
from bot.core.vocabulary import Outcome, Priority


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    id: str
    #: Line of the flow file, for messages to the author.
    line: int
    #: How often a conversation may enter the state in one run of the flow ...
    at_most: int | None = None
    #: ... and where it goes from then on.
    then: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Say(_State):
    """Say a text and go on."""

    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask(_State):
    """Ask one question; the answer is kept in the slot named like the state."""

    #: Choice id -> state, in the order shown.
    choices: Mapping[str, str]
    #: Misunderstood answers before `give_up`.
    tries: int = 3
    #: A state, or None: a human.
    give_up: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Collect(_State):
    """Ask for something typed: `phone`, `country`, `identifier` or `text`, kept in the slot of that name."""

    slot: str
    next: str
    #: Choices beside typing, e.g. `skip`: choice id -> state.
    choices: Mapping[str, str] = field(default_factory=dict)
    tries: int = 2
    give_up: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch(_State):
    """Go to the first state whose condition holds."""

    cases: tuple[tuple[Condition, str], ...]
    otherwise: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(_State):
    """
    Say the text, then ask the account system; every outcome is named.

    A neutral operation goes on as `accepted` at once, so that neither the words nor the time of the answer tell whether
    the account exists; another outcome moves the flow when it comes, if the person is still there.
    """

    operation: str
    arguments: Mapping[str, str]
    #: Outcome -> state.
    outcomes: Mapping[Outcome, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TryArticles(_State):
    """Show the articles that apply and were not tried yet, one by one, and ask whether each helped."""

    #: Articles of this topic are tried.
    topic: str
    #: Where a "yes, it helped" goes.
    solved: str
    #: Where it goes when nothing is left, or `batch` articles were shown at this visit.
    exhausted: str
    batch: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Run(_State):
    """Run another flow; go on by its result."""

    flow: str
    #: Result -> state.
    results: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait(_State):
    """Start a durable timer and wait; a choice ends the wait early."""

    #: A duration fact of the service, or `next_code`: until the ladder allows the next code.
    duration: str
    next: str
    choices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOffState(_State):
    """Hand over to a human; ends every flow of the conversation."""

    reason: str
    priority: Priority = Priority.NORMAL


@dataclass(frozen=True, slots=True, kw_only=True)
class End(_State):
    """End the flow with a result; the outermost flow's `solved` or `cancelled` resolves the conversation."""

    result: str


State = Say | Ask | Collect | Branch | Call | TryArticles | Run | Wait | HandOffState | End
#: Kinds that stop and wait for the person.
INPUTS = (Ask, Collect, TryArticles, Wait)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One flow file."""

    id: str
    #: Path of the file, relative to the content directory.
    path: str
    start: str
    states: Mapping[str, State]
    #: Offered in the menu of problems, in this order; None: not offered.
    menu: int | None = None
    #: The factor that fails; nothing of the flow may depend on it.
    failing: str | None = None
    #: Small talk is answered without leaving the flow that one is in.
    small_talk: bool = False
    #: Only run by other flows; the matcher does not know it.
    internal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StateTexts:
    """The words of one state in one language."""

    text: Text | None = None
    #: Said before the question is asked again, when the answer was not understood.
    retry: Text | None = None
    #: Choice id -> label.
    choices: Mapping[str, str] = field(default_factory=dict)
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowTexts:
    """The words of one flow in one language."""

    flow: str
    language: str
    path: str
    title: str
    #: Example complaints, for the matcher.
    phrases: tuple[str, ...]
    states: Mapping[str, StateTexts]
