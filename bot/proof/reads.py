"""
What a state reads of a conversation and what it may change: the footprint that makes conversations alike or different.

An `Atom` is one question that the content can put to a slot: does it hold this word, is it set, what is this attribute
of it? Two values that answer all questions alike cannot be told apart by the content.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.core.calling import OF_THE_ACCOUNT
from bot.core.calls import CHANNELS, OF_THE_LINK, Operation
from bot.core.catalog import Catalog
from bot.core.conditions import Compare, Condition, Literal, Name
from bot.core.conversation import PRIVATE_SLOTS
from bot.core.events import Value
from bot.core.flow import Ask, AskMany, Branch, Call, Collect, Flow, Route, Set, State, TryArticles
from bot.core.texts import Text
from bot.core.vocabulary import LINKED, LOST

#: What is no slot but is kept for the whole conversation; no slot of a flow can be named like these.
CONSENT, BRAKED, CASE_CODE = "@consent", "@braked", "@case_code"
#: Names of texts that come from the facts, the clock and the budget alone: alike for everybody.
_COMMON: Final = frozenset({"facts", "next_code", "team", "hold", "wait", "language", "flow", "removed"})
#: Slots of which texts and conditions read attributes.
_RECORDS: Final = ("phone", "ticket", *OF_THE_LINK)
#: What a brake changes: a link ends with it, and what was told by it goes.
BRAKES: Final = frozenset({BRAKED, LINKED, *OF_THE_LINK, *OF_THE_ACCOUNT})


class How(StrEnum):
    """The questions that content can put to a slot."""

    #: Does it hold this word: as its value, or as a member?
    HOLDS = "holds"
    #: Is there anything?
    SET = "set"
    #: What is this attribute of it?
    ATTRIBUTE = "attribute"
    #: What is it?
    ALL = "all"


@dataclass(frozen=True, slots=True, order=True)
class Atom:
    """One question to one slot."""

    slot: str
    how: How = How.ALL
    what: str = ""

    def ask(self, value: Value) -> object:
        """Answer it; the answers of two values can be compared."""
        match self.how:
            case How.HOLDS:
                return self.what in value if isinstance(value, tuple) else value == self.what
            case How.SET:
                return value is not None, bool(value)
            case How.ATTRIBUTE:
                return _frozen(value.get(self.what)) if isinstance(value, Mapping) else None
            case How.ALL:
                return _frozen(value)


def _frozen(value: Value) -> object:
    if isinstance(value, Mapping):
        return tuple(sorted((key, _frozen(part)) for key, part in value.items()))
    return value


def reads(catalog: Catalog, flow: Flow, state: State) -> frozenset[Atom]:
    """Return what entering a state, or asking its question again, reads; article choice is `bot.proof.articles`."""
    return frozenset((*_decides(catalog, state), *_says(catalog, flow, state)))


def _decides(catalog: Catalog, state: State) -> Iterator[Atom]:
    if state.after_consent:
        yield Atom(CONSENT, How.SET)
    match state:
        case Branch():
            for condition, _ in state.cases:
                yield from of_condition(condition)
        case Route():
            for row in state.rows:
                yield from (
                    Atom(slot, How.HOLDS, cell) for slot, cells in row.cells.items() for cell in cells
                )
        case Call() if (operation := catalog.operations.get(state.operation)) is not None:
            yield from _calls(operation, state)
        case TryArticles():
            yield from _tries(catalog, state)


def _calls(operation: Operation, state: Call) -> Iterator[Atom]:
    yield from (Atom(subject, How.SET) for subject in operation.subject)
    if operation.of_account:
        yield Atom(LINKED, How.SET)
    if operation.opens_ticket:
        yield Atom(CONSENT, How.SET)
    if operation.sends:
        yield Atom(BRAKED, How.SET)
        factor = CHANNELS.get(state.arguments.get("channel", ""))
        if factor is not None:
            yield Atom(LOST, How.HOLDS, factor.value)


def _tries(catalog: Catalog, state: TryArticles) -> Iterator[Atom]:
    """Follow the conditions of articles only where every article of the topic has one."""
    conditions = [article.when for article in catalog.articles.values() if state.topic in article.topics]
    if None not in conditions:
        for condition in conditions:
            yield from of_condition(condition) if condition is not None else ()


def of_condition(condition: Condition) -> Iterator[Atom]:
    """Return the questions that a condition puts."""
    compared: set[tuple[str, str | None]] = set()
    for comparison in condition.comparisons():
        for atom in _of_comparison(comparison):
            yield atom
            compared.add((atom.slot, atom.what if atom.how is How.ATTRIBUTE else None))
    for name, attribute in condition.names():
        if attribute is not None:
            yield Atom(name, How.ATTRIBUTE, attribute)
        elif (name, None) not in compared:
            yield Atom(name, How.SET)


def _of_comparison(comparison: Compare) -> Iterator[Atom]:
    for one, other in ((comparison.left, comparison.right), (comparison.right, comparison.left)):
        if not isinstance(one, Name) or one.attribute is not None:
            continue
        if not isinstance(other, Literal) or comparison.sign not in ("==", "!=", "in"):
            yield Atom(one.name)
            continue
        for word in other.value if isinstance(other.value, tuple) else (other.value,):
            if word is None:
                yield Atom(one.name, How.SET)
            else:
                yield Atom(one.name, How.HOLDS, word) if isinstance(word, str) else Atom(one.name)


def _says(catalog: Catalog, flow: Flow, state: State) -> Iterator[Atom]:
    for language in catalog.repair:
        texts = catalog.texts.get((language, flow.id))
        words = texts.states.get(state.id) if texts is not None else None
        for text in (words.text, words.retry) if words is not None else ():
            yield from _of_text(text) if text is not None else ()


def _of_text(text: Text) -> Iterator[Atom]:
    attributes = text.attributes() if text.names else frozenset()
    for name in text.names - _COMMON:
        if name == "case_code":
            yield Atom(CASE_CODE, How.SET)
        elif name in _RECORDS:
            yield Atom(name, How.SET)
            for owner, attribute in attributes:
                if owner == name:
                    yield Atom(name, How.ATTRIBUTE, "codes" if attribute == "findings" else attribute)
        else:
            yield Atom(name)


def writes(catalog: Catalog, state: State) -> frozenset[str]:
    """Return the slots that being in a state, or leaving it, may change."""
    changed = set(BRAKES) if state.brake else set()
    match state:
        case Ask():
            changed |= {state.id} | ({CONSENT} if state.consent is not None else set())
        case AskMany():
            changed |= {state.id}
        case Collect():
            changed |= {state.slot}
            changed |= {"phone"} if state.slot == "country" else set()
            changed |= set(OF_THE_ACCOUNT) if state.slot == "identifier" else set()
        case Set():
            changed |= set(state.values)
        case Call() if (operation := catalog.operations.get(state.operation)) is not None:
            changed |= {*OF_THE_ACCOUNT, *operation.forgets, "ticket"}
            changed |= {operation.tells} if operation.tells is not None else set()
            changed |= {CASE_CODE} if operation.opens_ticket else set()
    return frozenset(changed)


def forgotten(flow: Flow) -> frozenset[str]:
    """Return the private slots that are forgotten when a flow ends."""
    asked = {state.slot for state in flow.states.values() if isinstance(state, Collect)}
    return PRIVATE_SLOTS & asked
