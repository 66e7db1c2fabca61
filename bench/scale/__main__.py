"""
`python -m bench.scale`: what so many locked-out people a day ask of Telegram, of the processes and of the database.

The hour of the peak is simulated, after a while to fill up. For each resource: how much of it is in use, and where it gives out, in
messages a second and in people a day. Then how long a person waits for an answer. `--check` simulates the runs of `bench.turns` instead,
on the cores that they share, to see how far off the simulation is.
"""

from __future__ import annotations

import argparse
import itertools
import random
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bench.scale import measured
from bench.scale.measured import Kind
from bench.scale.model import Layout, Service, people, server
from bench.scale.queueing import Station, Steps, World

DAY_S: Final = 86_400
#: Messages that share a transaction at most.
_JOBS: Final = {Kind.INTAKE: measured.BATCH, Kind.TURN: measured.GROUP, Kind.SENT: measured.SENDING}
#: Messages that are simulated, at the peak's pace, and seconds at least.
SIMULATED: Final = 20_000
SIMULATED_S: Final = 120.0
#: The runs of `bench.turns`: messages of the rush, messages a second of the even pace and how many.
_RUSH: Final = 1_000
_PACE: Final = 20.0
_PACED: Final = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Waits:
    """Seconds from messages to their answers."""

    median: float
    slow: float

    @classmethod
    def of(cls, waits: Sequence[float]) -> Waits:
        return cls(median=statistics.median(waits), slow=statistics.quantiles(waits, n=100)[98])

    def __str__(self) -> str:
        return f"half of the answers within {self.median * 1e3:.0f} ms, 99 of 100 within {self.slow * 1e3:.0f} ms"


def limits(layout: Layout) -> Mapping[str, float]:
    """
    Where each resource gives out, in messages a second, were it alone: the writers with groups as full as they get.

    Returns:
        Resource -> messages a second.
    """
    processes = layout.processes * layout.databases
    python, lock = 0.0, 0.0
    for kind, jobs in _JOBS.items():
        writer, beyond = measured.WRITER[kind], server(kind, layout)
        python += writer.message + writer.transaction / jobs
        lock += writer.message + beyond.message + (writer.transaction + beyond.transaction) / jobs
    intake = measured.WRITER[Kind.INTAKE], server(Kind.INTAKE, layout)
    batch_s = sum(cost.transaction + measured.BATCH * cost.message for cost in intake)
    found = {
        "polls": layout.bots * measured.BATCH / (layout.telegram_s + batch_s),
        "Python of the processes": processes / (measured.BEFORE + measured.AFTER + python),
        "writers' lock of the databases": layout.databases / lock,
        "messages on their way": processes * measured.SENDING / layout.telegram_s,
    }
    if layout.pace:
        pace = layout.bots * layout.pace / (measured.COUNTS_S + layout.telegram_s)
        found["Telegram's pace"] = pace
    return found


def stations(service: Service) -> Mapping[str, Sequence[Station]]:
    """Resource -> what one waits for there."""
    return {
        "Python of the processes": [each.interpreter for each in service.processes],
        "writers' lock of the databases": [each.lock for each in service.databases],
        "messages on their way": [each.sending for each in service.processes],
        "Telegram's pace": [each.pace for each in service.processes],
    }


def at_peak(layout: Layout, a_second: float, think_s: float) -> Service:
    """Simulate people at the pace of the peak, so many messages a second; what is counted is counted after filling up."""
    world = World()
    service, chance = Service(world, layout), random.Random(1)
    arrivals = a_second / measured.MESSAGES
    world.start(people(world, service, chance, a_second=arrivals, think_s=think_s))
    filled = 2 * measured.MESSAGES * think_s
    world.run(filled)
    service.waits.clear()
    for each in itertools.chain(*stations(service).values()):
        each.forget()
    world.run(filled + max(SIMULATED / a_second, SIMULATED_S))
    return service


def rush(layout: Layout) -> float:
    """Everybody writes at once; return answers a second."""
    world = World()
    service = Service(world, layout)
    for _ in range(_RUSH):
        service.say(*service.conversation())
    world.run()
    return (_RUSH - 1) / (max(service.waits) - min(service.waits))


def paced(layout: Layout) -> Waits:
    """Messages come evenly."""
    world = World()
    service = Service(world, layout)

    def come() -> Steps:
        for _ in range(_PACED):
            service.say(*service.conversation())
            yield 1 / _PACE

    world.start(come())
    world.run()
    return Waits.of(service.waits)


def check() -> None:
    """Print what the simulation says of the runs of `bench.turns`: two cores, a Telegram that is near and has no pace."""
    for processes in (1, 2, 4):
        layout = Layout(processes=processes, telegram_s=0.001, pace=0, cores=2)
        print(f"{processes} processes: {rush(layout):.0f} answers a second; paced: {paced(layout)}")


def tell(layout: Layout, people_a_day: float, peak: float, think_s: float) -> None:
    """Print what the peak asks of each resource, and how long people wait."""
    a_day = measured.MESSAGES * people_a_day
    a_second = a_day * peak / DAY_S
    ends = limits(layout)
    first = min(ends, key=lambda name: ends[name])
    print(
        f"{people_a_day:,.0f} people a day, {measured.MESSAGES} messages each, peak {peak:g} times the average: {a_second:.1f} messages a second"
    )
    if a_second >= ends[first]:
        print(f"Too many: {first} gives out at {ends[first]:.0f} a second, and people wait ever longer.")
    service = at_peak(layout, min(a_second, 0.98 * ends[first]), think_s)
    used = {name: max(each.utilisation for each in some) for name, some in stations(service).items()}
    for name, end in sorted(ends.items(), key=lambda each: each[1]):
        people_then = end * DAY_S / measured.MESSAGES / peak
        share = f"{used[name]:5.0%} in use," if name in used else " " * 13
        print(
            f"  {name:32} {share} gives out at {end:7,.0f} messages a second, {people_then:11,.0f} people a day"
        )
    print(f"  {Waits.of(service.waits)}")


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench.scale",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--check", action="store_true", help="simulate the runs of bench.turns")
    parser.add_argument("--people", type=float, default=20_000, help="a day")
    parser.add_argument("--peak", type=float, default=5.0, help="the busiest minutes, times the average")
    parser.add_argument(
        "--think", type=float, default=30.0, help="seconds from an answer to the next message"
    )
    parser.add_argument("--bots", type=int, default=1)
    parser.add_argument("--databases", type=int, default=1)
    parser.add_argument("--processes", type=int, default=1, help="for each database")
    parser.add_argument("--telegram-ms", type=float, default=50.0, help="to Telegram and back")
    parser.add_argument(
        "--database-ms", type=float, default=0.0, help="to the server and back, if it is on another machine"
    )
    parser.add_argument(
        "--no-pace", action="store_true", help="as if people came by a channel without a limit"
    )
    options = parser.parse_args()
    if options.check:
        check()
        return
    layout = Layout(
        bots=options.bots,
        databases=options.databases,
        processes=options.processes,
        telegram_s=options.telegram_ms / 1e3,
        database_s=options.database_ms / 1e3,
        pace=0 if options.no_pace else measured.PACE,
    )
    tell(layout, options.people, options.peak, options.think)


if __name__ == "__main__":
    main()
