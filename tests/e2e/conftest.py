"""Content of a few flows, for verbs that read or prove the whole of it: what ships would take each of them seconds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.content import clean

#: The settings that name it.
Content = dict[str, Path]


def write_small(folder: Path) -> Content:
    """Write it, to be changed by one test."""
    flows, knowledge = clean.write(folder)
    return {"SPAREKEY_FLOWS_DIR": flows, "SPAREKEY_KNOWLEDGE_DIR": knowledge}


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Content:
    """One for all, which nobody changes."""
    return write_small(tmp_path_factory.mktemp("small"))
