"""
Rules over facts and articles: what is said is used, has a source, and is looked at again in time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from bot.content.draft import SERVICE, Draft
from bot.content.problem import Problem, Severity
from bot.content.yaml_reader import Map, Node, Scalar, Sequence
from bot.core.flow import Wait

_COVERAGE: Final = "knowledge/coverage.yaml"


def facts_exist(draft: Draft) -> Iterator[Problem]:
    """An article names facts that exist."""
    for article in draft.catalog.articles.values():
        for fact in article.facts:
            if fact not in draft.catalog.service.facts:
                message = f"{fact!r} is no fact"
                yield draft.problem(
                    article.path, ("facts",), message, "Add it to service.yaml or correct the name."
                )


def unused_facts(draft: Draft) -> Iterator[Problem]:
    """Every fact is used by a text or a wait."""
    if not draft.whole("flows") or not draft.whole("knowledge"):
        return
    for name in draft.catalog.service.facts.keys() - used_facts(draft):
        message = f"nothing uses the fact {name!r}"
        keys = ("facts", name)
        yield draft.problem(SERVICE, keys, message, "Use it or remove it.", Severity.WARNING)


def used_facts(draft: Draft) -> frozenset[str]:
    """Return the facts that are said or waited for."""
    catalog = draft.catalog
    texts = [
        text
        for repair in catalog.repair.values()
        for text in (*repair.texts.values(), *repair.findings.values())
    ]
    texts += [words.text for article in catalog.articles.values() for words in article.texts.values()]
    for flow in catalog.texts.values():
        texts += [
            text for state in flow.states.values() for text in (state.text, state.retry) if text is not None
        ]
    said = {
        name
        for text in texts
        if "facts" in text.names
        for owner, name in text.attributes()
        if owner == "facts"
    }
    waits = {
        state.duration
        for flow in catalog.flows.values()
        for state in flow.states.values()
        if isinstance(state, Wait)
    }
    return frozenset(said | waits)


def coverage(draft: Draft) -> Iterator[Problem]:
    """Each fact that is listed is told by an article or a state that exists."""
    if draft.coverage is None:
        return
    for number, references in sorted(draft.coverage.items()):
        keys = ("seeds", str(number))
        if not references:
            message = f"nothing tells fact {number}"
            yield draft.problem(_COVERAGE, keys, message, "Name an article or a state.")
        for reference in references:
            if not _is_there(draft, reference):
                message = f"{reference!r} does not exist"
                yield draft.problem(_COVERAGE, keys, message, "Correct the name.")


def _is_there(draft: Draft, reference: str) -> bool:
    kind, _, name = reference.partition(":")
    if kind == "article":
        return draft.is_there(f"knowledge/{name}.yaml")
    flow, _, state = name.partition(".")
    found = draft.catalog.flows.get(flow)
    return state in found.states if found is not None else f"flows/{flow}.yaml" in draft.broken


def reviews(draft: Draft, today: date) -> Iterator[Problem]:
    """
    What was to be looked at again by a day was looked at.

    An error for what people are told; a warning for a fact that nothing uses.
    """
    used = used_facts(draft)
    for path, tree in draft.files.items():
        for keys, day in _review_days(tree, ()):
            if day < today:
                idle = keys[0] == "facts" and keys[1] not in used if len(keys) > 1 else False
                severity = Severity.WARNING if idle else Severity.ERROR
                what = ".".join(keys[:-1]) or "the article"
                message = f"{what} was to be reviewed by {day}"
                line = _line_of(tree, keys)
                cure = "Compare it with its source and set a new day."
                yield Problem(
                    path=path, line=line, where=".".join(keys), message=message, cure=cure, severity=severity
                )


def _review_days(node: Node, keys: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], date]]:
    match node:
        case Map():
            for key, inner in node.items.items():
                if key == "review_by" and isinstance(inner, Scalar):
                    yield from _day((*keys, key), inner.source)
                else:
                    yield from _review_days(inner, (*keys, key))
        case Sequence():
            for number, item in enumerate(node.items):
                yield from _review_days(item, (*keys, str(number)))
        case _:
            return


def _day(keys: tuple[str, ...], source: str) -> Iterator[tuple[tuple[str, ...], date]]:
    try:
        yield keys, date.fromisoformat(source)
    except ValueError:
        return


def _line_of(node: Node, keys: tuple[str, ...]) -> int:
    line = node.line
    for key in keys:
        if isinstance(node, Map):
            line, node = node.lines[key], node.items[key]
        elif isinstance(node, Sequence):
            node = node.items[int(key)]
            line = node.line
    return line


KNOWLEDGE_RULES: Final = (facts_exist, unused_facts, coverage)
