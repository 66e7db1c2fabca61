"""`python -m tests.crash --kills 200 --fate random K7`: rounds of kills, and one table."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import secrets
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Final

from bot.bootstrap import load_reader
from bot.service.reading import Reader
from bot.settings import Settings
from tests.crash.fates import FATES
from tests.crash.harness import play
from tests.crash.oracle import Verdict
from tests.crash.process import ROOT, Warm, warmed
from tests.postgres.cluster import Cluster, serving

#: Kills in one round.
KILLS_A_ROUND: Final = 20
#: Rounds without a kill after which a fate is given up: nobody comes by its place any more.
IN_VAIN: Final = 3
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


@dataclass(frozen=True)
class Job:
    """A line of the table that is to be filled."""

    fate: str
    engine: str
    kills: int
    seed: int


@dataclass
class Line:
    """One that is."""

    job: Job
    verdict: Verdict
    where: Counter[str]

    def __str__(self) -> str:
        values = [f"{getattr(self.verdict, name):>{len(name)}}" for name in FIGURES]
        where = ", ".join(f"{place} {count}" for place, count in sorted(self.where.items()))
        return " | ".join([f"{self.job.fate:<12}", f"{self.job.engine:<10}", *values, where])

    @property
    def passed(self) -> bool:
        """Whether nothing went wrong."""
        found = self.verdict
        wrong = found.lost + found.doubled_states + found.doubled_calls + found.out_of_order
        return not (wrong or found.problems or not found.kills)


HEAD: Final = " | ".join(
    [f"{'fate':<12}", f"{'engine':<10}", *(name.replace("_", " ") for name in FIGURES), "where"]
)


async def play_rounds(job: Job, warm: Warm, reader: Reader, cluster: Cluster | None) -> Line:
    """Play as many rounds as it takes, each at a database of its own; the figures are added up."""
    line, seed, in_vain = Line(job, Verdict(), Counter()), job.seed, 0
    while (missing := job.kills - line.verdict.kills) > 0 and in_vain < IN_VAIN:
        kills = min(missing, KILLS_A_ROUND)
        verdict, where = await play(warm, reader, FATES[job.fate], kills=kills, seed=seed, cluster=cluster)
        in_vain = 0 if verdict.kills else in_vain + 1
        line.where += where
        for name in FIGURES:
            setattr(line.verdict, name, getattr(line.verdict, name) + getattr(verdict, name))
        again = (
            f"python -m tests.crash --fate '{job.fate}' --engine {job.engine} --kills {kills} --seed {seed}"
        )
        line.verdict.problems += [f"{problem}\n  {again}" for problem in verdict.problems]
        seed += 1
    return line


@cache
def _reader() -> Reader:
    return load_reader(Settings(cache_dir=ROOT / ".cache"))


def work(job: Job) -> Line:
    """Fill one line, in a process of a pool."""
    with contextlib.ExitStack() as stack:
        warm = stack.enter_context(warmed())
        cluster = stack.enter_context(serving()) if job.engine == "postgresql" else None
        return asyncio.run(play_rounds(job, warm, _reader(), cluster))


def jobs(fates: list[str], engines: list[str], kills: int, seed: int) -> Iterator[Job]:
    """Yield what there is to do: so many kills of each fate on each of the engines that it is for."""
    for number, fate in enumerate(fates):
        for engine in engines:
            if engine in FATES[fate].processes:
                yield Job(fate, engine, FATES[fate].share(kills), seed + 1000 * number)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.crash",
        description=__doc__,
        epilog="; ".join(f"{name}: {fate.what}" for name, fate in FATES.items()),
    )
    parser.add_argument(
        "--kills", type=int, default=KILLS_A_ROUND, help="of each fate on each engine; fewer of the slow ones"
    )
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--fate", nargs="*", choices=FATES, default=list(FATES), metavar="NAME")
    parser.add_argument(
        "--engine", nargs="*", choices=("sqlite", "postgresql"), default=["sqlite", "postgresql"]
    )
    parser.add_argument("--workers", type=int, default=2, help="rounds side by side")
    options = parser.parse_args()
    print(f"seed {options.seed}\n{HEAD}", flush=True)
    everything, passed = Verdict(), True
    with ProcessPoolExecutor(options.workers) as pool:
        for line in pool.map(work, jobs(options.fate, options.engine, options.kills, options.seed)):
            print(line, flush=True)
            for problem in line.verdict.problems:
                print(problem, file=sys.stderr, flush=True)
            for name in FIGURES:
                setattr(everything, name, getattr(everything, name) + getattr(line.verdict, name))
            passed = passed and line.passed
    print(Line(Job("all", "", 0, 0), everything, Counter()))
    return 0 if passed else 1


if __name__ == "__main__":
    raise SystemExit(main())
