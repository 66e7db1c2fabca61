"""
Everything that can happen at a point of a conversation, with one representative for what cannot be told apart.

An `Assumed` is what an input takes for granted of the past that the abstraction has forgotten: a budget is used up, it
is too early for a code, all remedies were tried. Each is possible and so is its opposite; both are explored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import Any, Final, TypeAlias

from bot.content.values import PHONE_FLAGS
from bot.core import question
from bot.core.calls import Operation
from bot.core.catalog import Catalog
from bot.core.conditions import Condition
from bot.core.events import Value
from bot.core.flow import Ask, AskMany, Branch, Call, Collect, Run, State, TryArticles, Wait
from bot.core.vocabulary import Outcome
from bot.proof.backends import Answer, Backends, told
from bot.proof.liveness import Footprint, Place
from bot.proof.situation import Pair


@dataclass(frozen=True, slots=True)
class Begin:
    """The chat is opened."""


@dataclass(frozen=True, slots=True)
class Link:
    """The chat is opened by a one-time address of the company's own site."""


@dataclass(frozen=True, slots=True)
class Complain:
    """A text is read as one problem."""

    flow: str


@dataclass(frozen=True, slots=True)
class Pick:
    """A button is pressed."""

    choice: str


@dataclass(frozen=True, slots=True, eq=False)
class Type:
    """A text is read as what the question asks for."""

    slot: Value


@dataclass(frozen=True, slots=True)
class Garble:
    """Texts are not understood, as often as the question bears."""


@dataclass(frozen=True, slots=True)
class Elapse:
    """The timer comes due."""


@dataclass(frozen=True, slots=True, eq=False)
class Return:
    """The account system answers."""

    operation: str
    left: Answer
    right: Answer


Input: TypeAlias = Begin | Link | Complain | Pick | Type | Garble | Elapse | Return


class Kind(StrEnum):
    """What may be taken for granted of the past."""

    #: A state was entered as often as its `at_most` allows.
    SPENT = "spent"
    #: A code was asked for just now.
    EARLY = "early"
    #: Every remedy of a topic was tried, or as many as one visit shows.
    TRIED = "tried"
    #: A factor was lost, or was not, other than the flows below have it.
    LOST = "lost"
    #: An earlier flow has noted something.
    NOTED = "noted"


@dataclass(frozen=True, slots=True)
class Assumed:
    """One thing that is taken for granted."""

    kind: Kind
    #: `flow.state`, a topic, or a slot.
    name: str = ""
    value: Value = None
    #: About how many inputs it takes to make it so.
    cost: int = 2


@dataclass(frozen=True, slots=True)
class Move:
    """An input with what it takes for granted."""

    input: Input
    assumed: frozenset[Assumed] = frozenset()

    @property
    def weight(self) -> int:
        """How many inputs it stands for, so that a real way is shorter than one that takes much for granted."""
        return 1 + sum(assumed.cost for assumed in self.assumed)


class Inputs:
    """The inputs of every point, for one catalog and one pair of account systems."""

    def __init__(self, catalog: Catalog, backends: Backends, footprint: Footprint) -> None:
        self._catalog, self._live = catalog, footprint.live
        self._phones = tuple(map(Type, _phones(catalog)))
        self._countries = tuple(Type({"country": "TW", "phone": phone.slot}) for phone in self._phones)
        self._answers = {
            name: tuple(Return(name, left, right) for left, right in backends(operation))
            for name, operation in catalog.operations.items()
        }
        self._told: dict[Place, tuple[Return, ...]] = {}

    def at(self, pair: Pair) -> Iterator[Input]:
        """Yield what can happen to the innermost flow of a pair."""
        frame = pair.frame
        flow = self._catalog.flows[frame.flow]
        if isinstance(flow.states[frame.state], Run):
            return  # it is the inner flow to which things happen
        yield from self._waiting(pair, flow.states[frame.state])
        call = flow.states.get(frame.call_state or "")
        if isinstance(call, Call):
            linked = pair.left.link is not None
            yield from self._told_at(flow.id, call) if linked else self._answers[call.operation]

    def _told_at(self, flow: str, call: Call) -> tuple[Return, ...]:
        """
        Return what a linked person may be told.

        A lookup changes nothing but the slot that it tells. So of its answers that lead to one state, and that nothing
        which is read from there on tells apart, the first stands for all.
        """
        place = flow, call.id
        if place not in self._told:
            operation = self._catalog.operations[call.operation]
            answers: dict[object, Answer] = {}
            for answer in told(operation):
                answers.setdefault(self._taken(flow, call, operation, answer), answer)
            self._told[place] = tuple(Return(operation.name, one, one) for one in answers.values())
        return self._told[place]

    def _taken(self, flow: str, call: Call, operation: Operation, answer: Answer) -> object:
        """Return all that can matter of an answer."""
        if operation.tells is None:
            return id(answer)
        target = call.outcomes[answer.outcome]
        if answer.outcome is not Outcome.ACCEPTED:
            return target, None
        read = (atom for atom in self._live.get((flow, target), ()) if atom.slot == operation.tells)
        return target, frozenset((atom, atom.ask(answer.data)) for atom in read)

    def _waiting(self, pair: Pair, state: State) -> Iterator[Input]:
        match state:
            case Ask():
                yield from map(Pick, state.choices)
                yield Garble()
            case AskMany():
                yield from _several(state, pair.frame.picked)
                yield Garble()
            case Collect():
                yield from self._typed(pair, state.slot)
                yield from map(Pick, state.choices)
                yield Garble()
            case Wait():
                yield Elapse()
                yield from map(Pick, state.choices)
            case TryArticles():
                yield Pick(question.WORKED)
                yield Pick(question.STILL_STUCK)
            case _:
                return

    def _typed(self, pair: Pair, slot: str) -> tuple[Type, ...]:
        match slot:
            case "phone":
                return self._phones
            case "country" if "phone" in pair.left.slots:
                return self._countries
            case _:
                return (_TYPED[slot],)


_TYPED: Final[Mapping[str, Type]] = {
    "identifier": Type("mei"),
    "text": Type("a story"),
    "ticket": Type({"code": "R-Q48WW-R1WEJ"}),
    "clock": Type(480),
    "country": Type({"country": "TW", "phone": None}),
}


def _several(state: AskMany, picked: tuple[str, ...]) -> Iterator[Pick]:
    if picked:
        yield Pick(question.DONE)
    else:
        yield from map(Pick, state.choices)
    yield from (Pick(member) for member in state.members if member not in picked)


def _phones(catalog: Catalog) -> Iterator[dict[str, Value]]:
    """Yield one diagnosed number for each way in which the conditions of the content can take one."""
    conditions = tuple(_about_phones(catalog))
    seen = set()
    for flags in sorted(product((False, True), repeat=len(PHONE_FLAGS)), key=sum):
        phone = phone_with(dict(zip(PHONE_FLAGS, flags, strict=True)))
        taken = tuple(_taken(condition, phone) for condition in conditions)
        if taken not in seen:
            seen.add(taken)
            yield phone


def _taken(condition: Condition, phone: Mapping[str, Value]) -> tuple[object, ...]:
    """Return how a condition takes a number: all that it asks of it, or its answer where it asks nothing else."""
    if all(name == "phone" for name, _ in condition.names()):
        return (condition.holds({"phone": phone}),)
    return tuple(
        phone.get(attribute or "") for name, attribute in sorted(condition.names()) if name == "phone"
    )


def phone_with(attributes: Mapping[str, Any]) -> dict[str, Value]:
    """Return a diagnosed number."""
    return {
        "typed": "936130000",
        "codes": ("HAS_SPACES",),
        "form_digits": ("936130000",),
        "masked": "••••00",
        "region": "TW",
        "other_region": None,
        "calling_code": "+886",
        "line": "mobile",
        **attributes,
    }


def _about_phones(catalog: Catalog) -> Iterator[Condition]:
    for flow in catalog.flows.values():
        for state in flow.states.values():
            for condition, _ in state.cases if isinstance(state, Branch) else ():
                if any(name == "phone" for name, _ in condition.names()):
                    yield condition
