"""The mistakes that are made are mistakes, in one file each, the same ones for the same seed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random

import pytest

from bot.content.load import load
from tests.mutation.__main__ import ROOT
from tests.mutation.content import Content, read_tree, write_tree
from tests.mutation.mutations import MUTATIONS, Mutation, mutants


@pytest.fixture(scope="module", name="content")
def _content() -> Content:
    return Content.read(ROOT)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
def test_every_kind_of_mistake_changes_one_file(mutation: Mutation, content: Content) -> None:
    drawn = [mutant for seed in range(5) if (mutant := mutation(content, Random(seed))) is not None]
    assert drawn
    for mutant in drawn:
        assert read_tree(mutant.source()) == mutant.tree
        assert mutant.tree != content.trees[mutant.path]


def test_the_same_seed_makes_the_same_mistakes(content: Content) -> None:
    first, again, other = ([str(one) for one in mutants(content, 42, seed)] for seed in (1, 1, 2))
    assert first == again != other
    assert len(set(first)) == 42


def test_drawing_changes_nothing_of_what_was_read(content: Content) -> None:
    before = Content.read(ROOT)
    for _ in mutants(content, 84, 3):
        pass
    assert content == before


def test_content_that_is_written_anew_reads_the_same(content: Content, tmp_path: Path) -> None:
    """So that nothing but the mistake makes a difference."""
    for path, tree in content.trees.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(write_tree(tree))
    assert Content.read(tmp_path) == content
    found, meant = (load(root / "flows", root / "knowledge") for root in (tmp_path, ROOT))
    assert Counter(one.message for one in found.problems) == Counter(one.message for one in meant.problems)
