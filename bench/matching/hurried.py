"""Part B: what hurried fingers cost each peer, on the same spoilt texts: points lost against the clean ones."""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence

from bench.matching.accuracy import right
from bench.matching.peers import Peer
from bench.matching.public import PublicSet
from bench.matching.table import Cell, Table
from tests.matching.noise import Noise, no_spaces, one_edit_in_ten, some_spaces_lost, swapped_letters

_QUERIES = 1_000
_SHOTS = 10
_BEFORE = ("hi there, ", "hello team! ", "sorry to bother you again but ", "so basically ", "good morning, ")
_AFTER = (
    " thanks a lot",
    " please help me asap",
    ", can you have a look?",
    " and i am quite annoyed",
    " cheers",
)


def two_edits_in_ten(text: str, chance: random.Random) -> str:
    return one_edit_in_ten(one_edit_in_ten(text, chance), chance)


def chatty(text: str, chance: random.Random) -> str:
    return chance.choice(_BEFORE) + text + chance.choice(_AFTER)


KINDS: dict[str, Noise] = {
    "1 edit in 10": one_edit_in_ten,
    "2 edits in 10": two_edits_in_ten,
    "letters swapped": swapped_letters,
    "no spaces": no_spaces,
    "30 % of spaces lost": some_spaces_lost,
    "chatty": chatty,
}
_MOST = {"1 edit in 10": 5, "2 edits in 10": 13, "letters swapped": 3, "no spaces": 4}


def run(each: PublicSet, peers: Sequence[Peer]) -> list[Table]:
    """Every peer on every kind of noise; the queries are spread over the set's labels."""
    asked = each.test[:: max(1, len(each.test) // _QUERIES)][:_QUERIES]
    spoilt = [spoil(one.text, random.Random(f"{kind} {at}")) for kind, spoil in KINDS.items() for at, one in enumerate(asked)]  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for peer in peers:
        print(f"B: {peer.name}", file=sys.stderr)
        peer.fit(each.train[_SHOTS])
        answers = peer.answer([one.text for one in asked] + spoilt)
        parts = [answers[at : at + len(asked)] for at in range(0, len(answers), len(asked))]
        clean, *others = (right(asked, part, among=1) for part in parts)
        rows.append((peer.name, clean, *(clean - other for other in others)))
    targets = ", ".join(f"{kind} {most}" for kind, most in _MOST.items())
    return [
        Table(
            title=f"B. {each.name}, {_SHOTS} texts a label, {len(asked):,} queries: right label first, %, and points lost",
            columns=("", "clean", *KINDS),
            rows=tuple(rows),
            notes=(f"targets for ours, at most: {targets}",),
        )
    ]
