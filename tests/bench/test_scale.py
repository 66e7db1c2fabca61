"""The simulation of `bench.scale` keeps the laws of queues, and its rates are those that can be worked out by hand."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from bench.scale import measured
from bench.scale.__main__ import at_peak, limits, rush, stations
from bench.scale.model import Layout, Service, people
from bench.scale.queueing import Gate, Station, Steps, World

#: The service of a lone station, seconds.
SERVICE_S = 0.01
CUSTOMERS = 40_000


def lone_station(load: float, customers: int = CUSTOMERS) -> tuple[World, Station]:
    """A station with one place and a fixed service; customers come at random."""
    world, chance = World(), random.Random(7)
    station = Station(world, 1)

    def come() -> Steps:
        for _ in range(customers):
            yield chance.expovariate(load / SERVICE_S)
            world.start(station.serve(SERVICE_S))

    world.start(come())
    world.run()
    return world, station


@pytest.fixture(params=[0.3, 0.6, 0.85], scope="module")
def loaded(request: pytest.FixtureRequest) -> tuple[float, World, Station]:
    return request.param, *lone_station(request.param)


def test_what_comes_in_goes_out(loaded: tuple[float, World, Station]) -> None:
    _, _, station = loaded
    assert station.arrivals == station.departures == CUSTOMERS
    assert station.present == 0


def test_utilisation_is_the_arrivals_times_the_service(loaded: tuple[float, World, Station]) -> None:
    load, world, station = loaded
    assert station.utilisation == pytest.approx(station.arrivals * SERVICE_S / world.now)
    assert station.utilisation == pytest.approx(load, rel=0.02)


def test_waiting_is_what_pollaczek_and_khinchine_say(loaded: tuple[float, World, Station]) -> None:
    """Random arrivals, one place, a fixed service: load times service, over twice what is free."""
    load, _, station = loaded
    assert station.waiting_s == pytest.approx(load * SERVICE_S / (2 * (1 - load)), rel=0.1)


def test_what_was_in_use_before_can_be_forgotten() -> None:
    world = World()
    station = Station(world, 1)
    world.start(station.serve(1.0))
    world.run(1.0)
    assert station.utilisation == 1.0
    station.forget()
    world.run(3.0)
    assert station.utilisation == 0.0


def test_whoever_came_first_is_served_first() -> None:
    world, served = World(), list[int]()
    station = Station(world, 2)

    def customer(number: int) -> Steps:
        yield from station.serve(1.0)
        served.append(number)

    for number in range(10):
        world.start(customer(number))
    world.run()
    assert served == list(range(10))
    assert world.now == 5.0, "two places"


def test_a_gate_lets_through_those_who_waited_and_those_who_come_later() -> None:
    world, through = World(), list[float]()
    gate = Gate(world)

    def customer(comes: float) -> Steps:
        yield comes
        yield gate
        through.append(world.now)

    def opener() -> Steps:
        yield 2.0
        gate.open()

    for comes in (1.0, 3.0):
        world.start(customer(comes))
    world.start(opener())
    world.run()
    assert through == [2.0, 3.0]


LAYOUTS = [
    Layout(),
    Layout(processes=3),
    Layout(bots=2, databases=2, processes=2),
    Layout(databases=4, pace=0),
    Layout(processes=2, pace=0, cores=2),
]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_message_is_answered_once_and_nothing_is_left_under_way(layout: Layout) -> None:
    world = World()
    service = Service(world, layout)
    messages = [service.say(*service.conversation()) for _ in range(300)]
    world.run()
    assert len(service.waits) == len(messages)
    for station in all_stations(service):
        assert station.arrivals == station.departures
        assert station.present == 0


def all_stations(service: Service) -> Iterator[Station]:
    """All that somebody can wait for."""
    yield from (service.machine, service.fake)
    yield from (database.lock for database in service.databases)
    for process in service.processes:
        yield from (process.interpreter, process.sending, process.pace)


def test_the_time_of_the_lock_is_that_of_the_jobs() -> None:
    """One message alone: three transactions of one job."""
    world = World()
    service = Service(world, Layout())
    service.say(*service.conversation())
    world.run()
    lock = service.databases[0].lock
    alone = sum(
        cost.transaction + cost.message
        for costs in (measured.SERVER, measured.WRITER)
        for cost in costs.values()
    )
    assert lock.utilisation * world.now == pytest.approx(alone)


@pytest.mark.parametrize("layout", [Layout(), Layout(bots=3, databases=3), Layout(databases=2, processes=2)])
def test_answers_keep_telegrams_pace(layout: Layout) -> None:
    world = World()
    service = Service(world, layout)
    for _ in range(400):
        service.say(*service.conversation())
    world.run()
    times = sorted(service.waits)
    most = measured.PACE * layout.bots
    assert all(later - first >= 1.0 for first, later in zip(times, times[most:], strict=False))


@pytest.mark.parametrize(
    ("layout", "what"),
    [
        (Layout(), "Telegram's pace"),
        (Layout(pace=0, telegram_s=0.001), "Python of the processes"),
        (Layout(pace=0, telegram_s=0.001, processes=8), "writers' lock of the databases"),
        (Layout(pace=0, telegram_s=0.1), "messages on their way"),
    ],
)
def test_a_rush_is_answered_at_the_rate_of_what_gives_out_first(layout: Layout, what: str) -> None:
    """
    What is worked out for each resource alone is what the whole comes to, but for the beginning and the end; and the writers'
    groups are never all full.
    """
    ends = limits(layout)
    assert min(ends, key=lambda name: ends[name]) == what
    assert 0.75 < rush(layout) / ends[what] < 1.1


def test_twice_of_everything_carries_twice() -> None:
    one, two = limits(Layout()), limits(Layout(bots=2, databases=2))
    assert {name: 2 * end for name, end in one.items()} == pytest.approx(two)


@pytest.mark.parametrize("a_second", [7.0, 20.0])
def test_what_is_in_use_at_the_peak_is_the_load_over_the_limit(a_second: float) -> None:
    layout = Layout(bots=2, databases=2)
    service = at_peak(layout, a_second, think_s=5.0)
    in_use = [station.utilisation for station in stations(service)["Telegram's pace"]]
    assert sum(in_use) / 2 == pytest.approx(a_second / limits(layout)["Telegram's pace"], rel=0.1)


def test_people_come_and_write_as_often_as_was_asked_for() -> None:
    world = World()
    service = Service(world, Layout(bots=2, databases=2))
    world.start(people(world, service, random.Random(3), a_second=2.0, think_s=1.0))
    world.run(500.0)
    assert len(service.waits) == pytest.approx(2.0 * 500 * measured.MESSAGES, rel=0.1)
