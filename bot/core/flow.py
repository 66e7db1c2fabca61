"""
A flow as data: a map of states, each of one kind.

A flow is language-neutral; its words stand in `FlowTexts`, one per language, with the same ids. `Condition` is the
parsed form of the tiny language of `bot.core.conditions`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.core.conditions import Condition
from bot.core.events import Value
from bot.core.texts import Text
from bot.core.vocabulary import Factor, Outcome, Priority


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    id: str
    #: Line of the flow file, for messages to the author.
    line: int
    #: How often a conversation may enter the state in one run of the flow ...
    at_most: int | None = None
    #: ... and where it goes from then on.
    then: str | None = None
    #: A takeover is suspected: from here on nothing is sent.
    brake: bool = False
    #: Every way to it goes through a `consent`; proved by the checks.
    after_consent: bool = False


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
    #: The choice that accepts the consequences told in the question, if it is such a question.
    consent: str | None = None
    #: The words that started the flow may answer it, where it is the first question.
    opening: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AskMany(_State):
    """Ask for several answers at once; the set is kept in the slot named like the state."""

    #: What may be picked, in the order shown.
    members: tuple[str, ...]
    next: str
    #: Choices that leave at once, without an answer: choice id -> state.
    choices: Mapping[str, str] = field(default_factory=dict)
    tries: int = 3
    give_up: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Collect(_State):
    """Ask for something typed: a slot of `COLLECTED`, kept under that name."""

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
class Row:
    """One row of a route: where the answers lead that it fits."""

    #: Slot -> what it holds: all of these for a set, one of these for a choice; a slot left out may hold anything.
    cells: Mapping[str, tuple[str, ...]]
    next: str
    line: int

    @property
    def way(self) -> str:
        """Name the way that it leads."""
        return ", ".join(f"{slot}: {' '.join(cell)}" for slot, cell in self.cells.items())

    def fits(self, slots: Mapping[str, Value]) -> bool:
        """Tell whether the row fits; never raises."""
        return all(_cell_fits(cell, slots.get(name)) for name, cell in self.cells.items())


def _cell_fits(cell: tuple[str, ...], value: Value) -> bool:
    if isinstance(value, tuple):
        return all(member in value for member in cell)
    return value in cell


@dataclass(frozen=True, slots=True, kw_only=True)
class Route(_State):
    """Go where the first fitting row of a table leads; the checks prove that every combination has one."""

    #: The slots that the table is over.
    slots: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Set(_State):
    """Note what is known, and go on; a list is added to what the slot holds."""

    values: Mapping[str, str | tuple[str, ...]]
    next: str


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


State = (
    Say
    | Ask
    | AskMany
    | Collect
    | Branch
    | Route
    | Set
    | Call
    | TryArticles
    | Run
    | Wait
    | HandOffState
    | End
)
#: Kinds that stop and wait for the person.
INPUTS = (Ask, AskMany, Collect, TryArticles, Wait)
#: Names of the ways out of a state beside its choices, conditions, outcomes and results; `ONLY`: there is no other.
ONLY, ELSE, THEN, GIVE_UP = "", "else", "then", "give_up"
TYPED, PICKED, SOLVED, EXHAUSTED, TIME_IS_UP = "typed", "picked", "solved", "exhausted", "time is up"
#: What `collect` may ask for.
COLLECTED = ("phone", "country", "identifier", "text", "ticket", "clock")


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
    #: The factor that fails: an end can be reached from every state without a message to it.
    failing: Factor | None = None
    #: A text that clearly means this flow starts it at once, over any other.
    urgent: bool = False
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
    #: Choice id -> people's own words for it.
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaints:
    """Example complaints of one flow in a language that is understood but not spoken."""

    flow: str
    language: str
    path: str
    phrases: tuple[str, ...]
