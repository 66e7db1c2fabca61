"""
The one entry for `sparekey check`: read, check, and return every problem.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from bot.content.draft import SERVICE, Draft
from bot.content.load import Loaded, load
from bot.content.problem import Problem, in_order
from bot.content.rules import advise, check


def check_content(
    flows_dir: Path,
    knowledge_dir: Path,
    *,
    today: date,
    tests_dir: Path | None = None,
    language: str | None = None,
) -> tuple[Problem, ...]:
    """
    Find everything that is wrong with the content.

    Args:
        flows_dir: The flows, with one folder a language.
        knowledge_dir: The knowledge, with one folder a language.
        today: Days of review before it are faults.
        tests_dir: The conversation tests; None or not there: flows need none.
        language: Leave out the problems of the other languages' files.

    Returns:
        Every problem, by file and line; empty: the content is clean.
    """
    return check_loaded(load(flows_dir, knowledge_dir), today=today, tests_dir=tests_dir, language=language)


def check_loaded(
    loaded: Loaded, *, today: date, tests_dir: Path | None = None, language: str | None = None
) -> tuple[Problem, ...]:
    """Find everything that is wrong with content that was read; as `check_content`."""
    found = list(loaded.problems)
    if loaded.draft is not None:
        found.extend(check(loaded.draft, today))
        found.extend(advise(loaded.draft))
        found.extend(_untested(loaded.draft, tests_dir))
        if language is not None and language not in loaded.draft.catalog.service.languages:
            message = f"{language!r} is none of the service's languages"
            found.append(
                loaded.draft.problem(SERVICE, ("languages",), message, "Name one that is listed there.")
            )
    return in_order([problem for problem in found if language is None or _concerns(problem, language)])


def _concerns(problem: Problem, language: str) -> bool:
    folders = problem.path.split("/")
    return len(folders) < 3 or folders[1] == language


def _untested(draft: Draft, tests_dir: Path | None) -> Iterator[Problem]:
    """Every flow that can be started has a conversation test: a file named for it, or one that says `flow: ID`."""
    if tests_dir is None or not tests_dir.is_dir():
        return
    tested: set[str] = set()
    for file in sorted(tests_dir.rglob("*.yaml")):
        tested.add(file.stem)
        tested.update(
            re.findall(
                r"^\s*flow:\s*[\"']?([a-z0-9_]+)", file.read_text("utf-8", errors="replace"), re.MULTILINE
            )
        )
    for flow in draft.catalog.flows.values():
        if not flow.internal and flow.id not in tested:
            message = f"the flow {flow.id!r} has no conversation test"
            yield draft.problem(
                flow.path, ("id",), message, f"Write {tests_dir.parent.name}/{tests_dir.name}/{flow.id}.yaml."
            )
