"""What the warm process is asked to start, one line of JSON each."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Trap:
    """Where the process kills itself: a point, which of its places, and the how manieth time."""

    point: str
    place: int
    passing: int


@dataclass(frozen=True, kw_only=True)
class Order:
    """What process is wanted."""

    arguments: tuple[str, ...] = ("serve",)
    environment: dict[str, str] = field(default_factory=dict)
    #: Where its output goes.
    log: str = os.devnull
    trap: Trap | None = None
    #: How wrong its clock is, seconds.
    shift_s: float = 0

    def line(self) -> str:
        """Write it down."""
        return json.dumps(asdict(self)) + "\n"


def read(line: str) -> Order:
    """Read what `Order.line` wrote."""
    fields: dict[str, Any] = json.loads(line)
    trap = fields.pop("trap")
    fields["arguments"] = tuple(fields["arguments"])
    return Order(trap=Trap(**trap) if trap else None, **fields)
