"""
The one entry: explore everything, and return what does not hold as problems of the content.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.content.draft import Draft
from bot.content.problem import Problem, in_order
from bot.core.catalog import Catalog
from bot.core.vocabulary import REPAIR
from bot.proof.anytime import Anytime
from bot.proof.backends import Backends, backends
from bot.proof.dialogue import Replay
from bot.proof.explore import Exploration, Node, moves_to
from bot.proof.findings import Finding
from bot.proof.inputs import Inputs
from bot.proof.liveness import Footprint
from bot.proof.remedies import Remedies
from bot.proof.watcher import Watcher
from bot.proof.witness import strict


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What came of it."""

    problems: tuple[Problem, ...]
    #: Situations that are different for somebody.
    situations: int
    #: Steps that the engine took.
    steps: int


def prove(draft: Draft, backends: Backends = backends) -> Proof:
    """
    Explore every conversation with the content.

    Args:
        draft: Content without errors.
        backends: What two account systems that differ in one account may answer.

    Returns:
        What does not hold, each with the shortest conversation that shows it where there is one.
    """
    spoken = _spoken(draft.catalog)
    catalog = strict(spoken)
    watcher = Watcher(catalog)
    footprint = Footprint(spoken)
    inputs = Inputs(spoken, backends, footprint)
    exploration = Exploration(spoken, footprint, inputs, watcher)
    exploration.run()
    found = exploration.effects.locals
    anytime, remedies = Anytime(catalog, watcher.findings), Remedies(catalog, watcher.findings)
    anytime.try_all(found)
    remedies.try_all(found)
    problems = [_problem(draft, spoken, finding) for finding in watcher.findings.all()]
    problems += _unreached(draft, watcher, remedies)
    problems += _endless(draft, exploration)
    steps = exploration.effects.steps + anytime.steps + remedies.steps
    return Proof(problems=in_order(problems), situations=len(exploration.nodes), steps=steps)


def _spoken(catalog: Catalog) -> Catalog:
    """Leave out languages that lack the words of a flow; that they do is reported elsewhere."""
    whole = {
        language: repair
        for language, repair in catalog.repair.items()
        if all((language, flow) in catalog.texts for flow in catalog.flows)
    }
    return replace(catalog, repair=whole)


def _problem(draft: Draft, catalog: Catalog, finding: Finding) -> Problem:
    dialogue: tuple[str, ...] = ()
    flow, state = finding.place
    if finding.way is not None:
        replay = Replay(catalog, moves_to(finding.way))
        flow, state = (replay.call() if finding.apart else None) or finding.place
        dialogue = tuple(replay.lines(apart=finding.apart))
    if flow not in draft.catalog.flows:  # it shows before any flow has begun
        path = f"flows/{draft.catalog.default_language}/{REPAIR}.yaml"
        return replace(draft.problem(path, ("texts",), finding.message, finding.cure), dialogue=dialogue)
    path = draft.catalog.flows[flow].path
    problem = draft.problem(path, ("states", state), f"state {state!r}: {finding.message}", finding.cure)
    return replace(problem, dialogue=dialogue)


def _unreached(draft: Draft, watcher: Watcher, remedies: Remedies) -> Iterator[Problem]:
    for flow in draft.catalog.flows.values():
        for state in flow.states:
            if (flow.id, state) not in watcher.entered:
                message = f"no conversation comes to state {state!r}"
                yield draft.problem(
                    flow.path, ("states", state), message, "Look at what must hold before it."
                )
    for article in draft.catalog.articles.values():
        if article.id not in remedies.shown:
            message = "no conversation shows the article"
            yield draft.problem(
                article.path, ("applies_to",), message, "Look at its topics and its condition."
            )


def _endless(draft: Draft, exploration: Exploration) -> Iterator[Problem]:
    """Report where no way leads to an end of the flow's own making."""
    nodes = list(exploration.nodes.values())
    ends = {node for node in nodes if node.ends}
    for node in _stranded(nodes, ends):
        flow, state = node.local.pair.place
        message = f"from state {state!r} no end can be reached"
        yield draft.problem(
            draft.catalog.flows[flow].path, ("states", state), message, "Let some way end or hand over."
        )


def _stranded(nodes: list[Node], ends: set[Node]) -> Iterator[Node]:
    before: dict[Node, list[Node]] = {}
    for node in nodes:
        for later in node.next:
            before.setdefault(later, []).append(node)
        for activation in node.runs:
            for entry in activation.begins:
                before.setdefault(entry, []).append(node)
    waiting = list(ends)
    while waiting:
        for earlier in before.get(waiting.pop(), ()):
            if earlier not in ends:
                ends.add(earlier)
                waiting.append(earlier)
    yield from (node for node in nodes if node not in ends)
