"""
Situations: a conversation as far as it can still matter, alone or as two that a stranger must not be able to tell apart.

A pair is one conversation held with two account systems; `left` knows the account, `right` does not. Where both have
come to be alike the pair is one conversation twice. The normal form drops what nothing ahead reads (history, screens,
times, tries, budgets that stand alike in both) and the slots that are not live.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.core.case_code import case_code
from bot.core.conversation import AccountLink, Conversation, Frame, begin, evolve
from bot.core.events import Value
from bot.core.vocabulary import LINKED
from bot.proof.liveness import Footprint, Place
from bot.proof.reads import BRAKED, CASE_CODE

#: A Wednesday on which the team is there; every step is taken at this moment.
NOW: Final = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
#: The slot that an account's own budget sets.
_BUDGET: Final = "retry_at"
_CASE: Final = case_code("proof")
#: Of the people who are linked to an account.
LINK: Final = AccountLink(account="linked", until=NOW + timedelta(days=30))


@dataclass(frozen=True, slots=True)
class Pair:
    """One conversation with two account systems; `right is left`: they are alike."""

    left: Conversation
    right: Conversation

    @property
    def alike(self) -> bool:
        """Tell whether both are the same."""
        return self.right is self.left

    @property
    def same_budget(self) -> bool:
        """Tell whether both may ask for the next code at the same moment."""
        left, right = self.left, self.right
        return left.sends == right.sends and left.slots.get(_BUDGET) == right.slots.get(_BUDGET)

    def each(self, change: Callable[[Conversation], Conversation]) -> Pair:
        """Change both in the same way."""
        left = change(self.left)
        return Pair(left, left if self.alike else change(self.right))

    @property
    def frame(self) -> Frame:
        """Where the person is, in both."""
        return self.left.stack[-1]

    @property
    def place(self) -> Place:
        """The flow and the state where the person is."""
        return self.frame.flow, self.frame.state


def fresh(language: str) -> Conversation:
    """Return a conversation before its first event."""
    return begin(conversation_id="proof", channel="proof", contact="1", at=NOW, language=language)


def facts(conversation: Conversation) -> dict[str, Value]:
    """Return the slots, and beside them what else the content can read of a conversation."""
    found = dict(conversation.slots)
    if conversation.braked_at is not None:
        found[BRAKED] = True
    if conversation.case_code is not None:
        found[CASE_CODE] = True
    if conversation.link is not None:
        found[LINKED] = True
    return found


def with_facts(
    conversation: Conversation, found: Mapping[str, Value], stack: tuple[Frame, ...]
) -> Conversation:
    """Return a conversation at rest with these slots and this place, in normal form."""
    return evolve(
        conversation,
        slots={name: value for name, value in found.items() if name not in (BRAKED, CASE_CODE, LINKED)},
        link=LINK if LINKED in found else None,
        braked_at=NOW if BRAKED in found else None,
        case_code=_CASE if CASE_CODE in found else None,
        stack=stack,
        history=(),
        tried=(),
        declined={},
        later=(),
        greeted=True,
        misunderstood=0,
        screen=1,
        active_at=NOW,
        offer=None,
        ticket_at=None,
        case_opened_at=None,
        case=None,
    )


class Abstraction:
    """Brings situations into their normal form and tells which are the same."""

    def __init__(self, footprint: Footprint) -> None:
        self._changes, self._writes = footprint.changes, footprint.writes
        self._results, self._notes = footprint.results, footprint.notes
        self._acts, self._forgets = footprint.acts, footprint.forgets
        self._live = {
            place: tuple((slot, tuple(sorted(a for a in atoms if a.slot == slot))) for slot in sorted({a.slot for a in atoms}))
            for place, atoms in footprint.live.items()
        }  # fmt: skip

    def normal(self, pair: Pair) -> Pair:
        """Drop what does not matter ahead; join the two if nothing is left that tells them apart."""
        if pair.same_budget:
            pair = pair.each(_unspent)
        settled = self._rest(pair.left)
        if pair.alike:
            return Pair(settled, settled)
        other = self._rest(pair.right)
        same = self._one(settled) == self._one(other) and [*map(_frame_key, settled.stack)] == [
            *map(_frame_key, other.stack)
        ]
        return Pair(settled, settled if same else other)

    def key(self, pair: Pair) -> tuple[object, ...]:
        """Return what tells situations of one activation of a flow apart."""
        own = self._one(pair.left)
        return own if pair.alike else (own, self._one(pair.right))

    def leaving(
        self, before: Pair, path: tuple[Place, ...], told: Pair, happened: object
    ) -> tuple[object, ...]:
        """
        Return what tells two ways of ending a flow apart for the flows that ran it.

        Args:
            before: Under its callers, before the last input.
            path: The states from there to its `end`.
            told: The situation that the input came in.
            happened: The last input.
        """
        live = self._live[path[-1]]
        slots = {slot for slot, _ in live}
        answers = tuple(
            atom.ask(held.get(slot))
            for held in (self._noted(facts(one), path) for one in (before.left, before.right))
            for slot, atoms in live
            for atom in atoms
        )
        done = {place for place in path if not slots.isdisjoint(self._acts[place])}
        forgotten = {slot for place in path for slot in self._forgets.get(place, ())} & slots
        typed = None if slots.isdisjoint(self._writes[told.place]) else happened
        apart = None if before.alike else self.key(told)
        return (self._results[path[-1]], answers, frozenset(done), frozenset(forgotten), typed, apart)

    def _noted(self, held: dict[str, Value], path: tuple[Place, ...]) -> dict[str, Value]:
        """Note what the states of a path note."""
        for place in path:
            for name, value in self._notes.get(place, {}).items():
                old = held.get(name)
                held[name] = (*old, *value) if isinstance(old, tuple) and isinstance(value, tuple) else value
        return held

    def _rest(self, conversation: Conversation) -> Conversation:
        frame = conversation.stack[-1]
        held = facts(conversation)
        live = {slot for slot, _ in self._live[frame.flow, frame.state]}
        kept = {slot: value for slot, value in held.items() if slot in live or slot == _BUDGET}
        stack = (*conversation.stack[:-1], _at_rest(frame))
        return with_facts(conversation, kept, stack)

    def _one(self, conversation: Conversation) -> tuple[object, ...]:
        frame = conversation.stack[-1]
        held = facts(conversation)
        answers = tuple(
            tuple(atom.ask(held.get(slot)) for atom in atoms)
            for slot, atoms in self._live[frame.flow, frame.state]
        )
        return (_frame_key(frame), answers, conversation.sends, held.get(_BUDGET))

    def under(self, pair: Pair, outer: Pair | None) -> Pair:
        """
        Put the innermost flow of a pair on top of another pair; None: on top of nothing.

        What the flow cannot change is as the outer pair has it; what it can, as the inner one has it.
        """
        if outer is None:
            return pair.each(lambda one: evolve(one, stack=one.stack[-1:]))
        left = self._under(pair.left, outer.left)
        if pair.alike and outer.alike:
            return Pair(left, left)
        return Pair(left, self._under(pair.right, outer.right))

    def _under(self, conversation: Conversation, outer: Conversation) -> Conversation:
        frame = conversation.stack[-1]
        changed = self._changes[frame.flow]
        held = {name: value for name, value in facts(outer).items() if name not in changed}
        held |= {name: value for name, value in facts(conversation).items() if name in changed}
        return with_facts(conversation, held, (*outer.stack, frame))


def truncated(pair: Pair, depth: int) -> Pair:
    """Return the situation of an outer flow, as it stands below the others."""
    if len(pair.left.stack) == depth:
        return pair
    return pair.each(lambda conversation: evolve(conversation, stack=conversation.stack[:depth]))


def _unspent(conversation: Conversation) -> Conversation:
    """Leave the budget of codes open: what depends on it is explored both ways."""
    if not conversation.sends and _BUDGET not in conversation.slots:
        return conversation
    slots = {name: value for name, value in conversation.slots.items() if name != _BUDGET}
    return evolve(conversation, sends=(), slots=slots)


def _at_rest(frame: Frame) -> Frame:
    waiting = frame.call is not None  # its id need only differ from those of the other flows
    return evolve(
        frame,
        tries=0,
        visits={},
        shown=0,
        call=f"call:{frame.flow}" if waiting else None,
        call_state=frame.call_state if waiting else None,
    )


def _frame_key(frame: Frame) -> tuple[object, ...]:
    return (
        frame.flow,
        frame.state,
        frame.article is not None,
        frame.call_state,
        frame.picked,
        frame.returned,
    )
