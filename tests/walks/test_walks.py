"""A few hundred random conversations in the suite; `make walks` takes a hundred thousand."""

from __future__ import annotations

import pytest

from bot.core.catalog import Catalog
from bot.proof.witness import strict
from bot.service.reading import Reader
from tests.walks.walk import walk


@pytest.fixture(scope="module")
def catalog(reader: Reader) -> Catalog:
    return strict(reader.catalog)


@pytest.mark.parametrize("part", range(4))
def test_no_random_conversation_breaks_a_promise(catalog: Catalog, part: int) -> None:
    """Nobody is stuck, a human is within reach, nothing is sent that must not be, and every message is whole."""
    assert sum(walk(catalog, f"suite/{part}/{number}") for number in range(75)) > 1_000
