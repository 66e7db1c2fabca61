"""One process that starts bots, for all the tests of a worker."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest

from bot.bootstrap import load_reader
from bot.service.reading import Reader
from bot.settings import Settings
from tests.crash.__main__ import HEAD, Job, play_rounds
from tests.crash.fates import FATES
from tests.crash.process import ROOT, Warm, warmed
from tests.fake_telegram.__main__ import spec_path
from tests.postgres.cluster import Cluster


@pytest.fixture(name="warm", scope="module")
def _warm() -> Iterator[Warm]:
    if not spec_path().is_file():
        pytest.skip(f"needs the Bot API's specification at {spec_path()} (or FAKE_TELEGRAM_SPEC)")
    with warmed() as warm:
        yield warm


@pytest.fixture(name="content", scope="module")
def _content() -> Reader:
    """As the bots load it: without the semantic tier."""
    return load_reader(Settings(cache_dir=ROOT / ".cache"))


async def survive(job: Job, warm: Warm, content: Reader, cluster: Cluster | None) -> None:
    """Play a line of the table; it must be as it should."""
    line = await play_rounds(job, warm, content, cluster)
    print(f"{HEAD}\n{line}")
    again = f"python -m tests.crash --fate '{job.fate}' --engine {job.engine} --kills {job.kills} --seed {job.seed}"
    assert line.passed, "\n".join([HEAD, str(line), *line.verdict.problems, again])
    assert line.verdict.kills >= job.kills, f"nobody comes by there any more: {line}\n{again}"


def job(fate: str, engine: str, kills: int) -> Job:
    """A line with a seed of its own, which a failure tells."""
    assert engine in FATES[fate].processes
    return Job(fate, engine, kills, secrets.randbelow(10**6))
