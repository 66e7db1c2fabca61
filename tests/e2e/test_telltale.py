"""The time of an answer does not tell whether an account exists, however long the account system takes for which."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from bench.telltale import AFTERWARDS, QUICK_S, WAYS, kolmogorov_smirnov, watch
from tests.fake_telegram.__main__ import spec_path
from tests.fake_telegram.process import running

EACH, SLOW_S = 30, 0.2
#: Samples of this size that lie wholly apart, as they would if an answer waited for the account system, have 1e-13; an honest
#: program falls below this once in a million runs.
IMPROBABLE = 1e-6


@pytest.mark.parametrize(("way", "slow"), list(zip(WAYS, (True, False), strict=True)))
def test_neither_words_nor_waits_tell_whether_an_account_exists(way: str, slow: bool, tmp_path: Path) -> None:
    """
    Not the answer to the name, and not the answer to what is written while the account system is still at work.

    Slow where the account exists, and slow where it does not.
    """
    if not spec_path().is_file():
        pytest.skip(f"needs the Bot API's specification at {spec_path()} (or FAKE_TELEGRAM_SPEC)")
    journal = tmp_path / "journal.jsonl"
    with running(journal=journal) as fake:
        seen = watch(fake, journal, way, {slow: SLOW_S, not slow: QUICK_S}, EACH)
        assert fake.violations() == []
    assert seen.calls == 2 * EACH, "everybody was to come to a call, or this test would prove nothing"
    assert seen.transcripts == 1
    assert len(seen.waits) == 1 + len(AFTERWARDS)
    for known, unknown in seen.waits:
        _, p = kolmogorov_smirnov(known, unknown)
        assert p > IMPROBABLE


def test_samples_of_one_distribution_are_seldom_told_apart() -> None:
    chance = random.Random(1)
    found = [
        kolmogorov_smirnov([chance.random() for _ in range(200)], [chance.random() for _ in range(200)])[1]
        for _ in range(200)
    ]
    assert 0.01 < sum(p < 0.05 for p in found) / len(found) < 0.1


def test_samples_that_lie_apart_are_told_apart() -> None:
    quick, slow = (
        [0.01 + 0.001 * number for number in range(EACH)],
        [0.21 + 0.001 * number for number in range(EACH)],
    )
    distance, p = kolmogorov_smirnov(quick, slow)
    assert distance == 1
    assert p < 1e-12
