"""`python -m tests.crash --kills 200 --seed 1`: rounds of kills, and one table."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import secrets
import sys
from collections import Counter
from typing import Final, get_args

from bot.bootstrap import load_reader
from bot.settings import Settings
from tests.crash.harness import Nemesis, play
from tests.crash.oracle import Verdict
from tests.crash.process import ROOT, warmed
from tests.postgres.cluster import Cluster, serving

#: Kills in one round of 100 updates.
KILLS_A_ROUND: Final = 20
FIGURES: Final = (
    "kills",
    "updates",
    "replies",
    "calls",
    "unknown_calls",
    "lost",
    "doubled_states",
    "doubled_calls",
    "out_of_order",
    "doubled_replies",
)


async def run(
    kills: int,
    seed: int,
    cluster: Cluster | None = None,
    processes: int = 1,
    nemesis: Nemesis = "kill",
) -> tuple[Verdict, Counter[str]]:
    """Play as many rounds as it takes, each at a database of its own; the figures are added up."""
    total, stages = Verdict(), Counter[str]()
    reader = load_reader(Settings(cache_dir=ROOT / ".cache"))
    with warmed() as warm:
        for first in range(0, kills, KILLS_A_ROUND):
            verdict, killed = await play(
                warm,
                reader,
                kills=min(kills - first, KILLS_A_ROUND),
                seed=seed,
                cluster=cluster,
                processes=processes,
                nemesis=nemesis,
            )
            stages += killed
            for name in FIGURES:
                setattr(total, name, getattr(total, name) + getattr(verdict, name))
            total.problems += [f"seed {seed}: {problem}" for problem in verdict.problems]
            print(f"seed {seed}: {table(verdict, killed).splitlines()[-1]}", flush=True)
            seed += 1
    return total, stages


def table(verdict: Verdict, stages: Counter[str]) -> str:
    """The figures in one line under their names."""
    names = [name.replace("_", " ") for name in FIGURES]
    values = [str(getattr(verdict, name)) for name in FIGURES]
    where = ", ".join(f"{stage} {count}" for stage, count in sorted(stages.items()))
    return " | ".join([*names, "kills by stage"]) + "\n" + " | ".join([*values, where])


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--processes", type=int, default=1, help="bots that share the work, on PostgreSQL")
    parser.add_argument(
        "--nemesis", choices=get_args(Nemesis), default="kill", help="what befalls them, on PostgreSQL"
    )
    options = parser.parse_args()
    if options.nemesis != "kill" and options.engine == "sqlite":
        parser.error("--nemesis: only kill is for a file")
    if options.processes > 1 and options.engine == "sqlite":
        parser.error("--processes: several need --engine postgresql")
    print(f"seed {options.seed}", flush=True)
    with contextlib.ExitStack() as stack:
        cluster = stack.enter_context(serving()) if options.engine == "postgresql" else None
        total, stages = asyncio.run(
            run(options.kills, options.seed, cluster, options.processes, options.nemesis)
        )
    print(table(total, stages))
    for problem in total.problems:
        print(problem, file=sys.stderr)
    return 1 if total.problems or total.lost or total.doubled_states or total.doubled_calls else 0


if __name__ == "__main__":
    raise SystemExit(main())
