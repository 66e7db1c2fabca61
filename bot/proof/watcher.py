"""
Looks at every step of the exploration: the invariants, and whether a stranger can tell the two account systems apart.

The default language is looked at in every step. The other languages are looked at where their words can read
otherwise: once for each state and each set of slots that are known there, and wherever the two conversations differ.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from bot.core.catalog import Catalog
from bot.core.conversation import evolve
from bot.proof.act import Acted, act
from bot.proof.backends import FREE, names_account, speaks, visible
from bot.proof.explore import Way
from bot.proof.findings import Finding, Findings
from bot.proof.inputs import Return
from bot.proof.invariants import faults
from bot.proof.liveness import Place

_TELLS_APART = "a stranger can tell whether an account exists"
_CURE_APART = "Say the same whatever the account is, or hide the outcome in the table of operations."


class Watcher:
    """Collects what does not hold."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._others = tuple(name for name in catalog.repair if name != catalog.default_language)
        #: State -> the slots that its text names in one of them.
        self._names = {
            (flow.id, state): self._names_at((flow.id, state))
            for flow in catalog.flows.values()
            for state in flow.states
        }
        self._read: set[tuple[Place, frozenset[str]]] = set()
        self.findings = Findings()
        #: States that were entered, articles that were shown.
        self.entered: set[Place] = set()

    def step(self, way: Way | None, acted: Acted) -> bool:
        """Look at a step; False: the two conversations have parted."""
        self.entered.update(acted.left.entered)
        self._check(way, acted)
        for language in self._others if self._reads_new(acted) else ():
            again = self._in(language, way, acted)
            if again is not None:
                self._check(way, again)
        if acted.right is acted.left:
            return True
        self.entered.update(acted.right.entered)
        return self._same(way, acted)

    def fault(self, way: Way, fault: Exception) -> None:
        """Note that the engine raised."""
        message = f"a step fails: {str(fault) or type(fault).__name__}"
        cure = "Set what the text names on every way to it."
        self.findings.add(Finding(way.node.local.pair.place, message, cure, way, once=True))

    def _check(self, way: Way | None, acted: Acted) -> None:
        for message, cure in faults(acted.before.left, acted.left, self._catalog):
            self._add(way, message, cure)

    def _add(self, way: Way | None, message: str, cure: str, *, apart: bool = False) -> None:
        place = way.node.local.pair.place if way is not None else ("", "")
        self.findings.add(Finding(place, message, cure, way, apart))

    def _reads_new(self, acted: Acted) -> bool:
        """Tell whether a text was said with other slots known than before."""
        known = frozenset(acted.left.conversation.slots)
        names = self._names
        new = {(place, known & names[place]) for place in acted.left.entered if names[place]} - self._read
        self._read |= new
        return bool(new)

    def _names_at(self, place: Place) -> frozenset[str]:
        flow, state = place
        names: set[str] = set()
        for language in self._others:
            texts = self._catalog.texts.get((language, flow))
            words = texts.states.get(state) if texts is not None else None
            names |= words.text.names if words is not None and words.text is not None else frozenset()
        return frozenset(names)

    def _in(self, language: str, way: Way | None, acted: Acted) -> Acted | None:
        """Take a step in another language."""
        if way is None:
            return None
        before = acted.before.each(partial(evolve, language=language))
        try:
            return act(before, replace(way.move, assumed=frozenset()), self._catalog)
        except Exception as fault:
            self.fault(way, fault)
            return None

    # The two account systems

    def _same(self, way: Way | None, acted: Acted) -> bool:
        """Tell whether a person notices no difference, in any language."""
        if _differ(acted) or self._differs_elsewhere(way, acted):
            self._add(way, self._apart(way), _CURE_APART, apart=True)
            return False
        if way is not None and self._late(way, acted):
            message = f"{_TELLS_APART}: this is said only when the account system has answered"
            self._add(way, message, "Make the operation neutral: answer first, ask then.", apart=True)
            return False
        return True

    def _differs_elsewhere(self, way: Way | None, acted: Acted) -> bool:
        said = speaks(acted.left.commands)
        again = (self._in(language, way, acted) for language in self._others if said)
        return any(_differ(one) for one in again if one is not None)

    def _apart(self, way: Way | None) -> str:
        """Name the call that parts the two."""
        happened = way.move.input if way is not None else None
        return f"{_TELLS_APART}: by {happened.operation}" if isinstance(happened, Return) else _TELLS_APART

    def _late(self, way: Way, acted: Acted) -> bool:
        """Tell whether an answer that depends on the account is what makes the bot speak."""
        happened = way.move.input
        if not isinstance(happened, Return) or not names_account(
            self._catalog.operations[happened.operation]
        ):
            return False
        return happened.left.outcome not in FREE and speaks(acted.left.commands)


def _differ(acted: Acted) -> bool:
    left, right = acted.left, acted.right
    return (
        visible(left.commands) != visible(right.commands)
        or left.conversation.status is not right.conversation.status
        or [(frame.flow, frame.state) for frame in left.conversation.stack]
        != [(frame.flow, frame.state) for frame in right.conversation.stack]
    )


def call_place(acted: Acted) -> Place | None:
    """Return the state whose call has just come back."""
    frame = acted.before.frame
    return (frame.flow, frame.call_state) if frame.call_state is not None else None
