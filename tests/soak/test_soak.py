"""With trouble on all sides everybody is answered, and the process holds no more at the end than at the beginning."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from bot.settings import Settings
from tests.soak.gauge import Held
from tests.soak.soak import soak

ROOT = Path(__file__).resolve().parents[2]
#: What the timers wait for, each time in a task of its own: it may just be over, or not begun.
PASSING = {"Event.wait", "ManualClock.sleep_until"}


def lasting(seen: Held) -> list[str]:
    return [task for task in seen.tasks if task not in PASSING]


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
async def test_nothing_grows_and_nobody_is_forgotten_whatever_fails(
    request: pytest.FixtureRequest, engine: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Memory is for the long run, `make soak`: a thousand updates do not show whether it grows."""
    caplog.set_level(logging.CRITICAL)
    url = f"sqlite:///{tmp_path / 'sparekey.db'}"
    if engine == "postgresql":
        url = request.getfixturevalue("postgresql_url")
    found = await soak(
        url, tmp_path, updates=1_000, people=100, settings=Settings(cache_dir=ROOT / ".cache"), troubles=1
    )
    assert (found.unprocessed, found.set_aside, found.pending) == (0, 0, 0)
    assert found.held[-1].updates > 1_000
    assert found.messages["shown"] > 500
    assert found.messages["busy"] > 0
    assert found.messages["gone"] + found.messages["unreachable"] > 0
    first, last = found.held[0], found.held[-1]
    assert (first.files, lasting(first)) == (last.files, lasting(last))
    assert len(last.tasks) <= len(first.tasks) + len(PASSING)
    assert first.threads == last.threads
    assert found.after.tasks == found.before.tasks
