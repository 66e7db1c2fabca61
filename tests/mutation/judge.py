"""
Who notices a mutant: `sparekey check`, else the conversation tests that come to its place.

What is wrong before anything is changed does not count. A mutant that gives the same content is none; nor is one that
changes only what follows an outcome which nobody is told.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from bot.content.draft import Draft
from bot.content.load import Loaded, load
from bot.content.problem import Problem
from bot.content.rules import RULES, SPOKEN_RULES
from bot.content.spoken import all_spoken
from bot.core.catalog import Catalog
from bot.core.flow import Call, State
from bot.rehearsal.cases import Case
from bot.rehearsal.player import Play, play_all
from bot.rehearsal.rehearse import load_cases
from bot.service.reading import Reader, fit_matcher
from tests.mutation.content import Content, Mutant

_LINE = re.compile(r"\bline=\d+")


class Verdict(StrEnum):
    """What became of a mutant."""

    CHECKED = "found by check"
    PLAYED = "found by a conversation"
    MISSED = "missed"
    SAME = "changes nothing"


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A mutant, and who noticed it."""

    mutant: Mutant
    verdict: Verdict
    #: The problem, or the case.
    by: str = ""


class Judge:
    """Holds the content as it is, and how its conversations go."""

    def __init__(self, root: Path, tests: Path, work: Path) -> None:
        self._work = work
        for folder in ("flows", "knowledge"):
            shutil.copytree(root / folder, work / folder)
        self.content = Content.read(work)
        loaded = load(work / "flows", work / "knowledge")
        if loaded.draft is None:
            raise SystemExit("The content cannot be read; see `sparekey check`.")
        self._catalog = loaded.draft.catalog
        self._known = {_name(problem) for problem in _problems(loaded)}
        self._matcher = fit_matcher(self._catalog)
        self._cases = load_cases(tests, self._catalog.service.languages)
        self._plays = {id(play.case): play for play in self._play(self._cases, self._catalog)}

    @property
    def problems(self) -> int:
        """How much is wrong before anything is changed."""
        return len(self._known) + sum(play.failure is not None for play in self._plays.values())

    def judge(self, mutant: Mutant) -> Judged:
        """Let the checks look at a mutant, then the conversations."""
        file = self._work / mutant.path
        before = file.read_bytes()
        try:
            file.write_bytes(mutant.source())
            loaded = load(self._work / "flows", self._work / "knowledge")
        finally:
            file.write_bytes(before)
        found = next((one for one in _problems(loaded) if _name(one) not in self._known), None)
        if found is not None or loaded.draft is None:
            return Judged(mutant=mutant, verdict=Verdict.CHECKED, by=str(found))
        case = self._noticing(mutant, loaded.draft.catalog)
        if case is None:
            same = _bare(loaded.draft.catalog) == _bare(self._catalog)
            return Judged(mutant=mutant, verdict=Verdict.SAME if same else Verdict.MISSED)
        return Judged(mutant=mutant, verdict=Verdict.PLAYED, by=f"{case.path.name}: {case.title}")

    def _noticing(self, mutant: Mutant, catalog: Catalog) -> Case | None:
        """Return the first case that goes another way, or says other words that were accepted."""
        for case in self._cases:
            before = self._plays[id(case)]
            if before.failure is None and _may_notice(mutant, before):
                (now,) = self._play((case,), catalog)
                accepted = case.language is None or now.transcript == before.transcript
                if now.failure is not None or not accepted:
                    return case
        return None

    def _play(self, cases: tuple[Case, ...], catalog: Catalog) -> tuple[Play, ...]:
        with tempfile.TemporaryDirectory(dir=self._work) as directory:
            return play_all(cases, Reader(catalog, self._matcher), Path(directory))


def _may_notice(mutant: Mutant, play: Play) -> bool:
    if mutant.language is not None and play.case.language not in (mutant.language, None):
        return False
    if mutant.article is not None:
        return mutant.article in play.visited.articles
    return not mutant.states or bool(mutant.states & play.visited.states)


def _problems(loaded: Loaded) -> Iterator[Problem]:
    """Yield what is wrong, the quickest rules first, so that the first finding ends the search."""
    yield from loaded.problems
    if loaded.draft is None:
        return
    for rule in RULES:
        yield from rule(loaded.draft)
    yield from _of_texts(loaded.draft)


def _of_texts(draft: Draft) -> Iterator[Problem]:
    spoken = all_spoken(draft)
    for rule in SPOKEN_RULES:
        yield from rule(draft, spoken)


def _name(problem: Problem) -> tuple[str, str]:
    """Tell problems apart without their lines: the changed file is written anew."""
    return problem.path, problem.message


def _bare(catalog: Catalog) -> str:
    """Write down what runs; lines are as they were written."""
    flows = {
        name: replace(flow, states={key: _told(catalog, state) for key, state in flow.states.items()})
        for name, flow in catalog.flows.items()
    }
    return _LINE.sub("", repr(replace(catalog, flows=flows, fingerprint="")))


def _told(catalog: Catalog, state: State) -> State:
    """Leave out the outcomes that no flow goes on with: nobody is proved to be the owner in a conversation."""
    if not isinstance(state, Call):
        return state
    unseen = catalog.operations[state.operation].unseen
    outcomes = {outcome: target for outcome, target in state.outcomes.items() if outcome not in unseen}
    return replace(state, outcomes=outcomes)
