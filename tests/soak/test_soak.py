"""With trouble on all sides everybody is answered, and the process holds no more at the end than at the beginning."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from bot.settings import Settings
from tests.soak.soak import soak

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
async def test_nothing_grows_and_nobody_is_forgotten_whatever_fails(
    request: pytest.FixtureRequest, engine: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Memory is for the long run, `make soak`: a few thousand updates do not show whether it grows."""
    caplog.set_level(logging.CRITICAL)
    url = f"sqlite:///{tmp_path / 'sparekey.db'}"
    if engine == "postgresql":
        url = request.getfixturevalue("postgresql_url")
    found = await soak(
        url, tmp_path, updates=2_000, people=200, settings=Settings(cache_dir=ROOT / ".cache"), troubles=1
    )
    assert (found.unprocessed, found.set_aside, found.pending) == (0, 0, 0)
    assert found.held[-1].updates > 2_000
    assert found.messages["shown"] > 1_000
    assert found.messages["busy"] > 0
    assert found.messages["gone"] + found.messages["unreachable"] > 0
    first, last = found.held[0], found.held[-1]
    assert (first.files, first.tasks) == (last.files, last.tasks)
    assert first.threads == last.threads
    assert found.after.tasks == found.before.tasks
