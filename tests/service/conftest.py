"""The content of one flow for every operation, loaded once."""

from __future__ import annotations

import pytest

from bot.service.reading import Reader
from tests.service.operations import reader_of_operations


@pytest.fixture(scope="session", name="operations")
def _operations(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    return reader_of_operations(tmp_path_factory.mktemp("operations"))
