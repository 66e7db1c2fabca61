"""
Killed at any moment and at every named point, the bot loses nothing, repeats nothing that matters, and goes on where it was.

The database is a file. A reply can come twice only where the kill fell between Telegram's acceptance and our note of it: at
most one a chat and kill, which the harness checks at every kill of a bot that is alone.
"""

from __future__ import annotations

from typing import Final

import pytest

from bot.service.reading import Reader
from tests.crash.conftest import job, survive
from tests.crash.fates import FATES
from tests.crash.process import Warm

#: So many times each, here; `make crash-short` plays 400 kills, and `make crash` 10,000.
KILLS: Final = 2


@pytest.mark.crash
@pytest.mark.timeout(300)
@pytest.mark.parametrize("fate", [name for name, fate in FATES.items() if "sqlite" in fate.processes])
async def test_nothing_is_lost_and_nothing_doubled(fate: str, warm: Warm, content: Reader) -> None:
    await survive(job(fate, "sqlite", FATES[fate].share(KILLS)), warm, content, None)
