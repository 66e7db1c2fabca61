"""
A rehearsal: every conversation test of a folder is played, and what came of it is put together.

The folder holds `conversations/*.yaml` and, for the cases that list languages, `transcripts/<language>/*.txt`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Final

from bot.errors import ConfigError, ContentError
from bot.rehearsal.cases import Case, read_cases
from bot.rehearsal.coverage import Coverage, coverage
from bot.rehearsal.player import Failure, Play, Visited, play_all
from bot.rehearsal.transcripts import ACCEPT, differences, write
from bot.service.reading import Reader

CONVERSATIONS: Final = "conversations"
TRANSCRIPTS: Final = "transcripts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What came of playing all cases."""

    plays: tuple[Play, ...]
    coverage: Coverage
    #: Diffs between the accepted transcripts and what was said; none while a case fails.
    differences: tuple[str, ...]

    @property
    def failures(self) -> tuple[Failure, ...]:
        """Return the cases that did not hold."""
        return tuple(play.failure for play in self.plays if play.failure is not None)

    @property
    def flawless(self) -> bool:
        """Tell whether all cases hold, every word is accepted and nothing is left unvisited."""
        return not self.failures and not self.differences and self.coverage.complete

    def __str__(self) -> str:
        rows = self.coverage.rows()
        lines = [f"{name:<24}{tally!s:>8}  {' '.join(tally.unvisited)}".rstrip() for name, tally in rows]
        lines += [str(failure) for failure in self.failures]
        if self.differences:
            lines += [*self.differences, ACCEPT]
        head = f"{'flow':<24} visited  not visited"
        return "\n".join((head, *lines, f"{len(self.plays)} plays, {len(self.failures)} failed."))

    def as_dict(self) -> dict[str, object]:
        """Return the plain form for machines."""
        return {
            "plays": len(self.plays),
            "failures": [failure.as_dict() for failure in self.failures],
            "differences": list(self.differences),
            **self.coverage.as_dict(),
        }


def load_cases(tests: Path, languages: tuple[str, ...]) -> tuple[Case, ...]:
    """
    Read the cases of a folder of tests.

    Args:
        tests: Holds `conversations/`.
        languages: Those that the service speaks.

    Returns:
        The cases, once in each language that they list.

    Raises:
        ConfigError: There are none.
        ContentError: Lists every fault of the files.
    """
    cases, problems = read_cases(tests / CONVERSATIONS, languages)
    if problems:
        raise ContentError("\n".join(map(str, problems)))
    if not cases:
        raise ConfigError(
            f"There is no conversation test in {tests / CONVERSATIONS}. Name their folder with --tests."
        )
    return cases


def rehearse(reader: Reader, tests: Path) -> Rehearsal:
    """
    Play every case of a folder of tests.

    Args:
        reader: The content.
        tests: Holds `conversations/` and `transcripts/`.

    Returns:
        What came of it.

    Raises:
        ConfigError: There are no cases.
        ContentError: The cases cannot be read.
    """
    cases = load_cases(tests, reader.catalog.service.languages)
    with tempfile.TemporaryDirectory() as directory:
        plays = play_all(cases, reader, Path(directory))
    # A case that fails ends early; its transcript would differ for no reason of its own.
    failed = any(play.failure for play in plays)
    return Rehearsal(
        plays=plays,
        coverage=coverage(reader.catalog, visited(plays)),
        differences=() if failed else differences(transcripts(plays), tests / TRANSCRIPTS),
    )


def accept(rehearsal: Rehearsal, tests: Path) -> Rehearsal:
    """
    Make what was said the transcripts.

    Args:
        rehearsal: What came of playing all cases.
        tests: Holds `transcripts/`.

    Returns:
        The same without differences.

    Raises:
        ContentError: A case fails: nobody has seen the rest of it.
    """
    if rehearsal.failures:
        failures = "\n".join(map(str, rehearsal.failures))
        raise ContentError(f"Nothing is accepted while a case fails.\n{failures}")
    write(transcripts(rehearsal.plays), tests / TRANSCRIPTS)
    return replace(rehearsal, differences=())


def visited(plays: Iterable[Play]) -> Visited:
    """Put together where conversations have been."""
    return reduce(or_, (play.visited for play in plays), Visited())


def transcripts(plays: Sequence[Play]) -> Mapping[Path, str]:
    """Return what was said in the cases that list languages: path under the transcripts -> text."""
    files: dict[Path, list[str]] = {}
    for play in plays:
        if play.case.language is not None:
            path = Path(play.case.language, f"{play.case.path.stem}.txt")
            files.setdefault(path, []).append(play.transcript)
    return {path: "\n\n".join(cases) for path, cases in files.items()}
