"""Part A: how often the right label comes first, and among three, and how well texts that no label is for are told apart."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bench.matching.peers import Answer, Peer
from bench.matching.public import SHOTS, Labelled, PublicSet
from bench.matching.table import Cell, Table

#: The share of texts in scope that are kept while strangers are turned away.
KEPT = 0.9


def run(sets: Sequence[PublicSet], peers: Sequence[Peer]) -> list[Table]:
    """Every peer on every set, at every number of texts a label."""
    cases = [(each, shots) for each in sets for shots in SHOTS]
    first: dict[str, list[Cell]] = {peer.name: [] for peer in peers}
    among: dict[str, list[Cell]] = {peer.name: [] for peer in peers}
    scope: dict[str, list[Cell]] = {peer.name: [] for peer in peers}
    for each, shots in cases:
        print(f"A: {each.name}, {shots} texts a label", file=sys.stderr)
        for peer in peers:
            peer.fit(each.train[shots])
            answers = peer.answer([one.text for one in each.test] + list(each.strangers))
            proper, strange = answers[: len(each.test)], answers[len(each.test) :]
            first[peer.name].append(right(each.test, proper, among=1))
            among[peer.name].append(right(each.test, proper, among=3))
            if strange:
                scope[peer.name] += _told_apart(proper, strange)
    columns = tuple(f"{each.name} {shots}" for each, shots in cases)
    apart = tuple(
        f"{each.name} {shots} {what}"
        for each, shots in cases
        if each.strangers
        for what in ("AUROC", "turned away")
    )
    tables = [
        Table(title="A. right label first, %; texts a label", columns=("", *columns), rows=_rows(first)),
        Table(title="A. right label among three, %", columns=("", *columns), rows=_rows(among)),
    ]
    if apart:
        title = (
            f"A. strangers: AUROC, %; and how many are turned away where {KEPT:.0%} of the others are kept, %"
        )
        tables.append(Table(title=title, columns=("", *apart), rows=_rows(scope)))
    return tables


def right(asked: Sequence[Labelled], answers: Sequence[Answer], *, among: int) -> float:
    """The share of texts whose label is among the first so many, in percent."""
    hits = [one.label in answer.labels[:among] for one, answer in zip(asked, answers, strict=True)]
    return 100.0 * sum(hits) / len(hits)


def auroc(inside: NDArray[np.float64], outside: NDArray[np.float64]) -> float:
    """The share of (inside, outside) pairs in the right order, a tie half of one, in percent."""
    above = inside[:, None] > outside[None]
    equal = inside[:, None] == outside[None]
    return 100.0 * float((above + 0.5 * equal).mean())


def turned_away(inside: NDArray[np.float64], outside: NDArray[np.float64], kept: float) -> float:
    """The share of `outside` below the highest bar that so many of `inside` reach, in percent."""
    keep = math.ceil(kept * len(inside) - 1e-9)  # 0.9 of 10 is a hair more than 9
    bar = np.sort(inside)[len(inside) - keep]
    return 100.0 * float((outside < bar).mean())


def _told_apart(proper: Sequence[Answer], strange: Sequence[Answer]) -> list[Cell]:
    inside, outside = (np.array([one.in_scope for one in answers]) for answers in (proper, strange))
    return [auroc(inside, outside), turned_away(inside, outside, KEPT)]


def _rows(by_peer: dict[str, list[Cell]]) -> tuple[tuple[Cell, ...], ...]:
    return tuple((name, *cells) for name, cells in by_peer.items())
