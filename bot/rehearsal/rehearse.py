"""
A rehearsal: every conversation test of a folder is played, and what came of it is put together.

The folder holds `conversations/*.yaml` and, for the cases that list languages, `transcripts/<language>/*.txt`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    #: Cases that need a language that the service does not speak.
    left_out: tuple[Case, ...]
    #: The one flow that was rehearsed; None: everything.
    flow: str | None
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
        lines = [str(self.coverage), *map(str, self.failures)]
        if self.differences:
            lines += [*self.differences, ACCEPT]
        return "\n".join((*lines, f"{len(self.plays)} plays, {len(self.failures)} failed.", *self._silent()))

    def _silent(self) -> Iterator[str]:
        if self.left_out:
            yield f"{len(self.left_out)} left out: they need a language that the service does not speak."

    def as_dict(self) -> dict[str, object]:
        """Return the plain form for machines."""
        return {
            "plays": len(self.plays),
            "left_out": len(self.left_out),
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
        The cases, once in each language that they list; those in other languages are left out.

    Raises:
        ConfigError: There are none.
        ContentError: Lists every fault of the files.
    """
    return tuple(case for case in _every_case(tests) if _is_spoken(case, languages))


def _is_spoken(case: Case, languages: tuple[str, ...]) -> bool:
    return case.spoken <= {*languages}


def _every_case(tests: Path) -> tuple[Case, ...]:
    cases, problems = read_cases(tests / CONVERSATIONS)
    if problems:
        raise ContentError("\n".join(map(str, problems)))
    if not cases:
        raise ConfigError(
            f"There is no conversation test in {tests / CONVERSATIONS}. Name their folder with --tests."
        )
    return cases


def rehearse(reader: Reader, tests: Path, flow: str | None = None) -> Rehearsal:
    """
    Play the cases of a folder of tests.

    Args:
        reader: The content.
        tests: Holds `conversations/` and `transcripts/`.
        flow: Play only the files that have a case of this flow, and count only this flow; None: everything.

    Returns:
        What came of it.

    Raises:
        ConfigError: There are no cases, or none of the flow.
        ContentError: The cases cannot be read.
    """
    cases = _of(flow, _every_case(tests), tests)
    languages = reader.catalog.service.languages
    spoken = [case for case in cases if _is_spoken(case, languages)]
    with tempfile.TemporaryDirectory() as directory:
        plays = play_all(spoken, reader, Path(directory))
    # A case that fails ends early; its transcript would differ for no reason of its own.
    failed = any(play.failure for play in plays)
    found = Rehearsal(
        plays=plays,
        coverage=coverage(reader.catalog, visited(plays), flow),
        left_out=tuple(case for case in cases if not _is_spoken(case, languages)),
        flow=flow,
        differences=(),
    )
    said = () if failed else differences(transcripts(plays), tests / TRANSCRIPTS, _stems(found))
    return replace(found, differences=said)


def _of(flow: str | None, cases: tuple[Case, ...], tests: Path) -> tuple[Case, ...]:
    """Return the cases of all files that have one of the flow: transcripts are whole files."""
    files = {case.path for case in cases if flow in (None, case.flow)}
    if not files:
        raise ConfigError(
            f"The flow {flow!r} has no conversation test. Write {tests / CONVERSATIONS / f'{flow}.yaml'}."
        )
    return tuple(case for case in cases if case.path in files)


def _stems(rehearsal: Rehearsal) -> frozenset[str] | None:
    """Return the files of tests that were played; None: all of them, so a transcript of any other is of none."""
    return None if rehearsal.flow is None else frozenset(play.case.path.stem for play in rehearsal.plays)


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
    write(transcripts(rehearsal.plays), tests / TRANSCRIPTS, _stems(rehearsal))
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
