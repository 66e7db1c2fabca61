"""
What was read, for the checks: the catalog as far as it could be built, and where everything stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from bot.content.problem import Problem, Severity
from bot.content.yaml_reader import Map, Node, Sequence
from bot.core.catalog import Catalog
from bot.core.flow import Run

#: The file of the facts, wherever its folder is.
SERVICE: Final = "knowledge/service.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The content while it is checked."""

    catalog: Catalog
    #: Path -> the file as it was read.
    files: Mapping[str, Map]
    #: Files that are there but could not be used; nothing is said to be missing that stands in them.
    broken: frozenset[str]
    #: Number of a seed fact -> where it is told; None: there is no such file.
    coverage: Mapping[int, tuple[str, ...]] | None

    def line(self, path: str, *keys: str) -> int:
        """Return the line of a key or the entry of a list, or of the nearest one above it that is there."""
        node: Node | None = self.files.get(path)
        line = 1
        for key in keys:
            match node:
                case Map() if key in node.items:
                    line, node = node.lines[key], node.items[key]
                case Sequence() if key.isdecimal() and int(key) < len(node.items):
                    node = node.items[int(key)]
                    line = node.line
                case _:
                    break
        return line

    def problem(
        self, path: str, keys: tuple[str, ...], message: str, cure: str, severity: Severity = Severity.ERROR
    ) -> Problem:
        """Make a problem that points at a key of a file."""
        return Problem(
            path=path,
            line=self.line(path, *keys),
            where=".".join(keys),
            message=message,
            cure=cure,
            severity=severity,
        )

    def warning(self, path: str, keys: tuple[str, ...], message: str, cure: str, kind: str) -> Problem:
        """Make a warning of a kind that points at a key of a file."""
        return replace(self.problem(path, keys, message, cure, Severity.WARNING), kind=kind)

    def is_there(self, path: str) -> bool:
        """Tell whether a file exists, even if it cannot be used."""
        return path in self.files or path in self.broken

    def whole(self, folder: str) -> bool:
        """Tell whether every file of `flows` or `knowledge` could be used; what is only used by a broken one counts."""
        return not any(path.startswith(f"{folder}/") for path in self.broken)

    def runs(self) -> Iterator[tuple[str, Run]]:
        """Return every state that runs another flow, with the flow that it is in."""
        for flow in self.catalog.flows.values():
            for state in flow.states.values():
                if isinstance(state, Run):
                    yield flow.id, state
