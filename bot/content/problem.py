"""
What is wrong with the content: where, what, and the cure, in one line for the author.

Everything here is collected and returned; nothing is raised.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

#: Of one kind so many a file say where to look.
SHOWN: Final = 3


class Severity(StrEnum):
    """Whether the content may go live."""

    #: It must be mended first.
    ERROR = "error"
    #: Somebody should look.
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One fault of one file."""

    #: `flows/...` or `knowledge/...`, wherever those folders are.
    path: str
    #: Counted from 1.
    line: int
    #: Keys from the top of the file to the place, joined by dots; empty for the file as a whole.
    where: str = ""
    severity: Severity = Severity.ERROR
    #: What is wrong, without a full stop.
    message: str
    #: What to do, as a sentence.
    cure: str
    #: The shortest conversation that shows it, line by line, where one does.
    dialogue: tuple[str, ...] = ()
    #: Short name of what is found often; a file's findings of one kind are shortened for people.
    kind: str = ""

    def __str__(self) -> str:
        said = f"{self.path}:{self.line}: {self.severity}: {self.message}. {self.cure}"
        return "\n".join((said, *self.dialogue))

    def as_dict(self) -> dict[str, str | int | list[str]]:
        """Return the plain form for machines."""
        shown: dict[str, list[str]] = {"dialogue": list(self.dialogue)} if self.dialogue else {}
        return {
            "path": self.path,
            "line": self.line,
            "where": self.where,
            "severity": self.severity.value,
            "message": self.message,
            "cure": self.cure,
            **shown,
        }


def shortened(problems: Sequence[Problem]) -> Iterator[str]:
    """Yield problems as people read them: of one kind at most a few a file, and how many more there are."""
    count = Counter((problem.path, problem.kind) for problem in problems if problem.kind)
    said: Counter[tuple[str, str]] = Counter()
    for problem in problems:
        key = problem.path, problem.kind
        said[key] += 1
        if not problem.kind or said[key] <= SHOWN:
            yield str(problem)
        if problem.kind and said[key] == SHOWN < count[key]:
            yield f"{problem.path}: ... and {count[key] - SHOWN} more like these; `--json` lists them all."


class Report:
    """Collects the problems of one file."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[Problem] = []

    def error(self, line: int, message: str, cure: str, where: str = "") -> None:
        """Add an error."""
        self.problems.append(Problem(path=self.path, line=line, where=where, message=message, cure=cure))


def in_order(problems: list[Problem]) -> tuple[Problem, ...]:
    """Sort problems by file and line, each once."""
    return tuple(sorted(dict.fromkeys(problems), key=lambda found: (found.path, found.line, found.message)))
