"""
What was found, with the shortest way to it.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.proof.explore import Way, moves_to
from bot.proof.liveness import Place


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not hold."""

    #: The state where it shows.
    place: Place
    #: What is wrong, without a full stop.
    message: str
    #: What to do, as a sentence.
    cure: str
    #: The first step that shows it; None: no step does.
    way: Way | None = None
    #: The two account systems give different conversations.
    apart: bool = False
    #: It is the same wherever it shows, so that one place is enough.
    once: bool = False

    @property
    def length(self) -> int:
        """How many inputs lead to it."""
        return 0 if self.way is None else sum(move.weight for move in moves_to(self.way))


class Findings:
    """Every kind of finding at every state, once, with the shortest way to it."""

    def __init__(self) -> None:
        self._found: dict[tuple[Place, str], Finding] = {}

    def add(self, finding: Finding) -> None:
        """Keep a finding, unless a shorter way to the same was found before."""
        key = (("", "") if finding.once else finding.place, finding.message)
        known = self._found.get(key)
        if known is None or finding.length < known.length:
            self._found[key] = finding

    def all(self) -> tuple[Finding, ...]:
        """Return all, in the order found."""
        return tuple(self._found.values())
