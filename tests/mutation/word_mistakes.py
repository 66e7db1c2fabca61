"""What goes wrong when people write words: a text, a label or a value is missing, or stands where another should."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from random import Random

from tests.mutation.content import Content, Mutant, Tree

_HOLE = re.compile(r"{{ ?([a-z_]+(?:\.[a-z_]+)?)")
#: A word that makes a neutral text speak of what may be -> one that asserts it.
_ASSERTIONS = (("If ", "As "), ("if ", "as "), ("如果", "因为"), ("Si ", "Comme "), ("si ", "comme "))


def _drawn_words(content: Content, rng: Random, fits: Callable[[Tree], bool]) -> tuple[str, Tree, str] | None:
    fitting = [
        (path, name)
        for path, tree in content.words()
        for name, words in tree.get("states", {}).items()
        if fits(words)
    ]
    if not fitting:
        return None
    path, name = rng.choice(fitting)
    return path, copy.deepcopy(content.trees[path]), name


def _in_words(path: str, tree: Tree, what: str, *names: str) -> Mutant:
    states = frozenset((tree["flow"], name) for name in names)
    return Mutant(path=path, what=what, tree=tree, states=states, language=path.split("/")[1])


def swap_texts(content: Content, rng: Random) -> Mutant | None:
    """Two states of a flow say each other's text."""
    drawn = _drawn_words(content, rng, lambda words: "text" in words)
    if drawn is None:
        return None
    path, tree, name = drawn
    others = [other for other, words in tree["states"].items() if "text" in words and other != name]
    if not others:
        return None
    one, two = tree["states"][name], tree["states"][other := rng.choice(others)]
    one["text"], two["text"] = two["text"], one["text"]
    return _in_words(path, tree, f"the texts of {name!r} and {other!r} are swapped", name, other)


def swap_labels(content: Content, rng: Random) -> Mutant | None:
    """Two buttons have each other's label."""
    drawn = _drawn_words(content, rng, lambda words: len(words.get("choices", ())) > 1)
    if drawn is None:
        return None
    path, tree, name = drawn
    labels = tree["states"][name]["choices"]
    one, two = rng.sample(list(labels), 2)
    labels[one], labels[two] = labels[two], labels[one]
    return _in_words(path, tree, f"{name}: the labels of {one!r} and {two!r} are swapped", name)


def remove_text(content: Content, rng: Random) -> Mutant | None:
    """A language does not say something."""
    drawn = _drawn_words(content, rng, lambda words: "text" in words)
    if drawn is None:
        return None
    path, tree, name = drawn
    del tree["states"][name]["text"]
    return _in_words(path, tree, f"{name}: the text is removed", name)


def remove_sentence(content: Content, rng: Random) -> Mutant | None:
    """A text ends too early."""
    drawn = _drawn_words(content, rng, lambda words: words.get("text", "").strip().count("\n") > 0)
    if drawn is None:
        return None
    path, tree, name = drawn
    lines = tree["states"][name]["text"].strip().split("\n")
    tree["states"][name]["text"] = "\n".join(lines[:-1])
    return _in_words(path, tree, f"{name}: {lines[-1]!r} is removed", name)


def misname_hole(content: Content, rng: Random) -> Mutant | None:
    """A text names something that is not there."""
    drawn = _drawn_words(content, rng, lambda words: _HOLE.search(words.get("text", "")) is not None)
    if drawn is None:
        return None
    path, tree, name = drawn
    words = tree["states"][name]
    hole = rng.choice(list(_HOLE.finditer(words["text"])))
    words["text"] = f"{words['text'][: hole.end(1)]}s{words['text'][hole.end(1) :]}"
    return _in_words(path, tree, f"{name}: names {hole[1]}s", name)


def drop_hole(content: Content, rng: Random) -> Mutant | None:
    """One language leaves a value out."""
    drawn = _drawn_words(content, rng, lambda words: _HOLE.search(words.get("text", "")) is not None)
    if drawn is None:
        return None
    path, tree, name = drawn
    words = tree["states"][name]
    words["text"] = re.sub(r"{{.*?}}", "soon", words["text"], count=1)
    return _in_words(path, tree, f"{name}: a value is left out", name)


def reveal(content: Content, rng: Random) -> Mutant | None:
    """A neutral text asserts what may be."""
    found = []
    for path, tree in content.words():
        flow = content.trees.get(f"flows/{tree['flow']}.yaml", {"states": {}})
        for name, words in tree.get("states", {}).items():
            state = flow["states"].get(name, {})
            if "call" in state and state["call"] != "find_ticket":
                found += [(path, name, pair) for pair in _ASSERTIONS if pair[0] in words.get("text", "")]
    if not found:
        return None
    path, name, (old, new) = rng.choice(found)
    tree = copy.deepcopy(content.trees[path])
    tree["states"][name]["text"] = tree["states"][name]["text"].replace(old, new, 1)
    return _in_words(path, tree, f"{name}: {new.strip()!r} instead of {old.strip()!r}", name)


def swap_repair(content: Content, rng: Random) -> Mutant | None:
    """The engine says one thing instead of another."""
    path = rng.choice([path for path in content.trees if path.endswith("/_repair.yaml")])
    tree = copy.deepcopy(content.trees[path])
    one, two = rng.sample(list(tree["texts"]), 2)
    tree["texts"][one], tree["texts"][two] = tree["texts"][two], tree["texts"][one]
    return Mutant(
        path=path, what=f"texts {one!r} and {two!r} are swapped", tree=tree, language=path.split("/")[1]
    )
