"""
Killed at any moment, the bot loses nothing, repeats nothing that matters, and goes on where it was.

A reply can come twice only where the kill fell between Telegram's acceptance and our note of it: at most one a chat and
kill, which the harness checks at every kill of a bot that is alone.
"""

from __future__ import annotations

import secrets

import pytest

from tests.crash.__main__ import KILLS_A_ROUND, run, table
from tests.crash.script import CHATS, UPDATES
from tests.fake_telegram.__main__ import spec_path
from tests.postgres.cluster import serving


@pytest.mark.crash
@pytest.mark.timeout(300)
async def test_a_server_that_is_killed_ten_times_costs_nobody_anything() -> None:
    """The database of three bots goes away in the middle of their work, and comes back."""
    if not spec_path().is_file():
        pytest.skip(f"needs the Bot API's specification at {spec_path()} (or FAKE_TELEGRAM_SPEC)")
    seed = secrets.randbelow(10**6)
    with serving() as cluster:
        verdict, stages = await run(10, seed, cluster, 3, "server")
    print(table(verdict, stages))
    again = (
        f"\npython -m tests.crash --kills 10 --seed {seed} --engine postgresql --processes 3 --nemesis server"
    )
    assert verdict.problems == [], "\n".join(verdict.problems) + again
    assert verdict.updates == UPDATES, again
    assert verdict.lost == verdict.doubled_states == verdict.doubled_calls == verdict.out_of_order == 0, again


@pytest.mark.crash
@pytest.mark.timeout(300)
@pytest.mark.parametrize(("engine", "processes"), [("sqlite", 1), ("postgresql", 1), ("postgresql", 3)])
async def test_twenty_kills_lose_nothing_and_double_no_state_and_no_call(
    request: pytest.FixtureRequest, engine: str, processes: int
) -> None:
    if not spec_path().is_file():
        pytest.skip(f"needs the Bot API's specification at {spec_path()} (or FAKE_TELEGRAM_SPEC)")
    seed = secrets.randbelow(10**6)
    cluster = request.getfixturevalue("postgres") if engine == "postgresql" else None
    verdict, stages = await run(KILLS_A_ROUND, seed, cluster, processes)
    print(table(verdict, stages))
    again = f"\npython -m tests.crash --kills {KILLS_A_ROUND} --seed {seed} --engine {engine} --processes {processes}"
    assert verdict.problems == [], "\n".join(verdict.problems) + again
    # Where others go on, a kill may come when nothing is left to do, and does not count.
    assert verdict.kills == KILLS_A_ROUND or (processes > 1 and verdict.kills >= KILLS_A_ROUND // 2), again
    assert verdict.updates == UPDATES, again
    assert verdict.calls == len(CHATS) // 2, (
        "what the people write does not reach the account system any more"
    )
    assert verdict.lost == verdict.doubled_states == verdict.doubled_calls == verdict.out_of_order == 0, again
    assert len(stages) >= 4, again
