"""Public sets of labelled texts, with the splits that published few-shot results use; they are not part of the repository."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.matching.noise import one_edit_in_ten

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "public"
SHOTS = (5, 10)
_NAMES = ("banking77", "clinc150", "hwu64")
_FEW_LABELS, _FEW_TEXTS = 8, 48


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    text: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicSet:
    """One set.

    Attributes:
        train: the labelled texts by how many there are of each label.
        valid: texts to choose constants by.
        test: texts to label.
        strangers: texts that no label is for.
    """

    name: str
    train: Mapping[int, tuple[Labelled, ...]]
    valid: tuple[Labelled, ...]
    test: tuple[Labelled, ...]
    strangers: tuple[str, ...]


def absent() -> tuple[str, ...]:
    """A line for each set that is not there."""
    files = (FOLDER / f"{name}.json" for name in _NAMES)
    return tuple(f"skipped: {file.stem} is not at {file}" for file in files if not file.exists())


def load(*, quick: bool) -> tuple[PublicSet, ...]:
    """The sets that are there; quick: a few labels and texts of each."""
    sets = tuple(_read(name) for name in _NAMES if (FOLDER / f"{name}.json").exists())
    return tuple(map(_few, sets)) if quick else sets


def texts(count: int, queries: int) -> tuple[tuple[Labelled, ...], tuple[str, ...]]:
    """So many labelled texts of all sets, and queries that are not among them; every third query has typing errors.

    Beyond the sets' number the texts are repeated with a word of another text in the place of one of theirs.
    """
    chance = random.Random(1)
    every = {
        one.text: one for each in load(quick=False) for one in (*each.train[10], *each.valid, *each.test)
    }
    pool = list(every.values())
    chance.shuffle(pool)
    asked, pool = [one.text for one in pool[:queries]], pool[queries:]
    taken = dict.fromkeys(pool[:count])
    while len(taken) < count:
        one, other = chance.choice(pool), chance.choice(pool)
        taken[Labelled(text=_reworded(one.text, other.text, chance), label=one.label)] = None
    asked[::3] = [one_edit_in_ten(text, chance) for text in asked[::3]]
    return tuple(taken), tuple(asked)


def _reworded(text: str, other: str, chance: random.Random) -> str:
    words = text.split()
    words[chance.randrange(len(words))] = chance.choice(other.split())
    return " ".join(words)


def _read(name: str) -> PublicSet:
    data = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return PublicSet(
        name=name,
        train={shots: _labelled(data[f"train_{shots}"]) for shots in SHOTS},
        valid=_labelled(data["valid"]),
        test=_labelled(data["test"]),
        strangers=tuple(data.get("oos_test", ())),
    )


def _labelled(pairs: list[list[str]]) -> tuple[Labelled, ...]:
    return tuple(Labelled(text=text, label=label) for text, label in pairs)


def _few(whole: PublicSet) -> PublicSet:
    labels = frozenset(sorted({one.label for one in whole.test})[:_FEW_LABELS])
    return PublicSet(
        name=whole.name,
        train={
            shots: tuple(one for one in train if one.label in labels) for shots, train in whole.train.items()
        },
        valid=tuple(one for one in whole.valid if one.label in labels),
        test=tuple(one for one in whole.test if one.label in labels)[::5][:_FEW_TEXTS],
        strangers=whole.strangers[:_FEW_TEXTS],
    )
