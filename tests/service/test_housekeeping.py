"""What nobody needs any more goes, once an hour and in small steps; what anybody needs stays; one contact goes at once."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import cli
from bot.adapters.accounts.demo import DemoAccounts
from bot.adapters.storage import migrate
from bot.adapters.storage.store import SqlStore
from bot.core.commands import CallBackend, SendMessage
from bot.core.conversation import Conversation
from bot.core.events import CallReturned, TextReceived
from bot.core.vocabulary import Action, Direction, Outcome
from bot.errors import ConfigError, StoreBusy
from bot.ports import AuditRecord, Consent, Incoming, Kept, Lane, Line, Snapshot, Store, Transaction, Visit
from bot.service import erasure, housekeeping
from bot.service.desk import Desk
from bot.service.flood import notices
from bot.service.housekeeping import FIRST, INTERVAL, KNOWN, LOOK, ROWS, Housekeeping
from bot.service.reading import Reader
from bot.settings import Settings
from bot.testing import CollectingChannel, ManualClock, MemoryStore
from tests.playing import MORNING, Person, playing

T = TypeVar("T")
DAYS = 90
DAY = timedelta(days=1)
#: More than fits into one page of a database.
PICTURE = b"\xff\xd8\xff" + b"canary " * 10_000
TO_THE_ACCOUNT = ["no otp coming", "1", "longer", "no", "skip", "yes", "yes", "3", "2", "2", "2", "yes"]
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(name="store")
async def _store(database_url: str) -> AsyncIterator[SqlStore]:
    migrate.upgrade(database_url)
    store = SqlStore(database_url)
    yield store
    await store.close()


def keeper(store: Store, reader: Reader, now: datetime, *, days: int = DAYS) -> Housekeeping:
    return Housekeeping(
        store=store,
        clock=ManualClock(now),
        service=lambda: reader.catalog.service,
        keeps=timedelta(days=days) if days else None,
        ours=lambda: True,
    )


async def until(reached: Callable[[], bool], *, within_s: float = 20) -> None:
    async with asyncio.timeout(within_s):
        while not reached():
            await asyncio.sleep(0.01)


async def audited(store: Store) -> list[AuditRecord]:
    """Return what the audit says was deleted."""
    records = await store.read(lambda view: view.audit())
    return [each for each in records if each.action in (Action.CLEANED, Action.ERASED)]


# What goes and what stays, over random histories.


@dataclass(frozen=True)
class Past:
    """What is stored of one contact; ages in days."""

    lines: tuple[float, ...]
    #: Older than every line.
    begun_before: float
    timer: bool
    #: (age, what became of it, what became of its effect).
    events: tuple[tuple[float, str, str], ...]

    @property
    def begun(self) -> float:
        return max((*self.lines, *(age for age, _, _ in self.events), 0.0)) + self.begun_before

    @property
    def rests(self) -> bool:
        """Nothing waits in it, and nothing was said for so long."""
        waits = self.timer or any(
            event == "waits" or effect in ("waits", "claimed") for _, event, effect in self.events
        )
        return not waits and min((*self.lines, self.begun)) > DAYS


#: Never at the very moment that something goes.
AGES = st.one_of(st.floats(0.1, 2.9), st.floats(3.1, 89.9), st.floats(90.1, 200))
EVENTS = st.tuples(
    AGES, st.sampled_from(["done", "waits", "aside"]), st.sampled_from(["none", "done", "dead", "waits", "claimed"])
)  # fmt: skip
PASTS = st.lists(
    st.builds(
        Past,
        lines=st.lists(AGES, max_size=4).map(tuple),
        begun_before=st.floats(0.1, 100),
        timer=st.integers(0, 4).map(lambda number: number == 0),
        events=st.lists(EVENTS, max_size=2).map(tuple),
    ),
    max_size=8,
)


def _lane(number: int) -> Lane:
    return Lane("collecting", f"contact{number}")


def _ago(days: float) -> datetime:
    return MORNING - timedelta(days=days)


def _keep(unit: Transaction, number: int, past: Past) -> None:
    """Store a past."""
    lane, name = _lane(number), f"c{number}"
    unit.save(
        Conversation(id=name, channel=lane.channel, contact=lane.contact, started_at=_ago(past.begun), language="en")
    )  # fmt: skip
    for age in past.lines:
        unit.add_line(name, Line(at=_ago(age), direction=Direction.INCOMING, text="no code"))
    if past.timer:
        unit.start_timer(name, lane, "reminder", MORNING + DAY)
    for place, (age, became, effect) in enumerate(past.events):
        event = f"{name}-{place}"
        unit.receive(Incoming(lane=lane, event=TextReceived(id=event, at=_ago(age), text="no code")))
        if became != "waits":
            unit.finish_event(event, fault="KeyError" if became == "aside" else None)
        if effect != "none":
            unit.add_effects(name, lane, [SendMessage(id=f"{event}:0", text="Which number?")])
        if effect == "claimed":
            unit.claim(f"{event}:0")
        elif effect in ("done", "dead"):
            unit.finish_command(f"{event}:0", fault="gone" if effect == "dead" else None)


def _left(view: Snapshot, number: int) -> dict[str, int]:
    """Count what is left of a contact."""
    belongings, kinds = (
        view.belongings(_lane(number)),
        (Kept.CONVERSATIONS, Kept.EVENTS, Kept.EFFECTS, Kept.TIMERS),
    )
    found = {str(kind): len(belongings[kind]) for kind in kinds}
    return found | {"lines": len(view.transcript(f"c{number}"))}


def _expected(past: Past) -> dict[str, int]:
    known = {"done": KNOWN.days, "aside": DAYS, "waits": 1_000}
    effects = [
        effect in ("waits", "claimed") or age < KNOWN.days
        for age, _, effect in past.events
        if effect != "none"
    ]
    return {
        "conversations": not past.rests,
        "lines": 0 if past.rests else len(past.lines),
        "events": sum(age < known[became] for age, became, _ in past.events),
        "effects": sum(effects),
        "timers": past.timer,
    }


@pytest.fixture(name="blank", scope="session")
def _blank_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("blank") / "sparekey.db"
    migrate.upgrade(f"sqlite:///{file}")
    return file


@pytest.mark.parametrize("engine", ["memory", "sqlite"])
@settings(max_examples=40, deadline=None)
@given(pasts=PASTS)
async def test_of_any_history_what_is_needed_stays_and_the_rest_goes(
    reader: Reader, blank: Path, engine: str, pasts: list[Past]
) -> None:
    """A conversation that rests goes with its transcript; events and effects when nobody can send or make them again."""
    with tempfile.TemporaryDirectory() as folder:
        store: Store = (
            MemoryStore()
            if engine == "memory"
            else SqlStore(f"sqlite:///{shutil.copy(blank, Path(folder) / 'x.db')}")
        )
        try:
            await _check(store, reader, pasts)
        finally:
            await store.close()


async def test_the_same_on_a_server(reader: Reader, postgresql_url: str) -> None:
    store = SqlStore(postgresql_url)
    said = [Past((age,), 1, False, ()) for age in (1.0, 89.0, 91.0)]
    waits = [Past((100.0,), 1, timer, ((99.0, *states),)) for timer, *states in (
        (True, "done", "done"), (False, "waits", "none"), (False, "done", "waits"), (False, "done", "claimed"),
        (False, "aside", "dead"), (False, "done", "done"),
    )]  # fmt: skip
    await _check(store, reader, [*said, *waits])
    await store.close()


async def _check(store: Store, reader: Reader, pasts: list[Past]) -> None:
    await store.write(lambda unit: [_keep(unit, number, past) for number, past in enumerate(pasts)])
    before = [await store.read(lambda view, n=number: _left(view, n)) for number in range(len(pasts))]  # type: ignore[misc]
    await keeper(store, reader, MORNING).clean()
    after = [await store.read(lambda view, n=number: _left(view, n)) for number in range(len(pasts))]  # type: ignore[misc]
    assert after == [_expected(past) for past in pasts]
    went: Counter[str] = Counter()
    for old, new in zip(before, after, strict=True):
        went += Counter(old) - Counter(new)
    told: Counter[str] = Counter()
    for record in await audited(store):
        told += Counter({name: int(str(number)) for name, number in record.details.items()})
    told["events"] += told.pop("set_aside", 0)
    assert +told == went


async def test_for_ever_means_what_was_said(store: SqlStore, reader: Reader) -> None:
    """What serves only the machinery goes all the same."""
    past = Past((400.0,), 1, False, ((300.0, "done", "done"), (300.0, "aside", "none")))
    await store.write(lambda unit: _keep(unit, 0, past))
    await store.write(lambda unit: unit.add_unmatched("cat", "en", _ago(400)))
    await keeper(store, reader, MORNING, days=0).clean()
    left = await store.read(lambda view: _left(view, 0))
    assert left == {"conversations": 1, "lines": 1, "events": 1, "effects": 0, "timers": 0}
    await keeper(store, reader, MORNING).clean()
    assert not any((await store.read(lambda view: _left(view, 0))).values())
    assert [dict(each.details) for each in await audited(store)] == [
        {"events": 1, "effects": 1},
        {"conversations": 1, "lines": 1, "set_aside": 1, "unmatched": 1},
    ]


async def test_what_was_agreed_to_on_the_web_outlives_the_words_and_goes_after_them(
    store: SqlStore, reader: Reader
) -> None:
    lane = Lane("web", "somebody")
    visit = Visit(consent=Consent(page="https://www.example.com/privacy", at=MORNING))
    await store.write(lambda tx: tx.keep_visit(lane, visit, MORNING))
    for days, expected in ((DAYS + 30, visit), (DAYS + 32, Visit())):
        await keeper(store, reader, MORNING + days * DAY).clean()
        assert await store.read(lambda view: view.visit(lane)) == expected


@pytest.mark.parametrize(("days", "kept"), [(90, 30), (0, 30), (7, 7)])
async def test_a_picture_goes_after_a_month_or_with_the_words(
    store: SqlStore, reader: Reader, days: int, kept: int
) -> None:
    lane = Lane("web", "somebody")
    for number in range(5):
        await store.write(lambda tx, number=number: tx.keep_picture(f"p{number}", lane, PICTURE, MORNING))  # type: ignore[misc]
    for age, left in ((kept - 1, 5), (kept + 1, 0)):
        await keeper(store, reader, MORNING + age * DAY, days=days).clean()
        there = await store.read(lambda view: [view.picture(f"p{number}") for number in range(5)])
        assert there == [PICTURE] * left + [None] * (5 - left)
    assert [dict(each.details) for each in await audited(store)] == [{"pictures": 5}]


async def test_a_budget_is_kept_as_long_as_a_question_looks_back(store: SqlStore, reader: Reader) -> None:
    longest = max(timedelta(hours=72), reader.catalog.service.ladder_pause)
    for age in (longest, 2 * longest + DAY):
        await store.write(lambda unit, at=MORNING - age: unit.spend("code:1", at))  # type: ignore[misc]
    await keeper(store, reader, MORNING).clean()
    assert await store.read(lambda view: view.spent("code:1", _ago(365))) == (MORNING - longest,)


# What it is to people.


async def test_whoever_comes_back_after_that_begins_anew(
    reader: Reader, tmp_path: Path, store: SqlStore
) -> None:
    """Greeted as at first, at no old question; and what was promised by a timer was not lost meanwhile."""
    async with playing(reader, tmp_path, store=store) as person:
        first = await person.say("no otp coming")
        old = await person.conversation()
        await person.wait(2 * DAY)
        await person.wait(DAYS * DAY)
        housekeeper = keeper(store, reader, person.clock.now() + DAY)
        await housekeeper.clean()
        assert await store.read(lambda view: view.conversation(person.lane)) is None
        assert [each.text for each in await person.say("no otp coming")] == [each.text for each in first]
        assert (await person.conversation()).id != old.id
        assert await store.read(lambda view: view.transcript(old.id)) == ()


async def test_an_update_id_that_comes_again_is_a_new_message(
    reader: Reader, tmp_path: Path, store: SqlStore
) -> None:
    """After a week without updates Telegram numbers from a random place; before that, the same number is the same message."""
    async with playing(reader, tmp_path, store=store) as person:

        async def writes(contact: str, at: datetime) -> int:
            event = TextReceived(id="telegram:7", at=at, text="no otp coming")
            before = len(person.channel.sent)
            await person.desk.receive([Incoming(lane=Lane(person.lane.channel, contact), event=event)])
            await person.desk.settle()
            return len(person.channel.sent) - before

        assert await writes("mei", MORNING) == 1
        for hours in (1, 25, 48):
            await keeper(store, reader, MORNING + timedelta(hours=hours)).clean()
            assert await writes("alex", MORNING) == 0, hours
        await keeper(store, reader, MORNING + 7 * DAY - INTERVAL).clean()
        assert await writes("alex", MORNING + 7 * DAY) == 1
        assert not await store.read(lambda view: view.set_aside())
        assert await store.read(lambda view: view.conversation(Lane("collecting", "alex"))) is not None


# Steps.


class _Watched(MemoryStore):
    """A store that does something of its own between two units of work."""

    def __init__(self) -> None:
        super().__init__()
        self.between: Callable[[], object] = lambda: None

    async def write(self, work: Callable[[Transaction], T]) -> T:
        self.between()
        return await super().write(work)


async def test_what_comes_to_life_between_the_look_and_the_deletion_stays(reader: Reader) -> None:
    store = _Watched()
    await store.write(lambda unit: _keep(unit, 0, Past((100.0,), 1, False, ())))
    line = Line(at=MORNING, direction=Direction.INCOMING, text="I am back")
    store.between = lambda: store.lines["c0"].append(line) if line not in store.lines["c0"] else None
    await keeper(store, reader, MORNING).clean()
    assert store.lines["c0"][-1] == line
    assert "c0" in store.conversations


async def test_a_fault_of_the_store_ends_nothing_and_the_next_hour_goes_on(reader: Reader) -> None:
    store, clock = _Watched(), ManualClock(MORNING)
    await store.write(lambda unit: _keep(unit, 0, Past((100.0,), 1, False, ())))
    refused = 0

    def refuse() -> None:
        nonlocal refused
        refused += 1
        raise StoreBusy

    store.between = refuse
    tidy = Housekeeping(
        store=store, clock=clock, service=lambda: reader.catalog.service, keeps=DAYS * DAY, ours=lambda: True
    )
    running = asyncio.create_task(tidy.run())
    await asyncio.sleep(0)
    clock.advance(FIRST)
    await until(lambda: refused == 1)
    await until(lambda: bool(clock._sleepers))
    assert "c0" in store.conversations
    store.between = lambda: None
    clock.advance(INTERVAL)
    await until(lambda: "c0" not in store.conversations)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_nothing_happens_in_the_first_minutes(reader: Reader) -> None:
    store, clock = MemoryStore(), ManualClock(MORNING)
    await store.write(lambda unit: _keep(unit, 0, Past((100.0,), 1, False, ())))
    tidy = Housekeeping(
        store=store, clock=clock, service=lambda: reader.catalog.service, keeps=DAYS * DAY, ours=lambda: True
    )
    running = asyncio.create_task(tidy.run())
    await asyncio.sleep(0)
    clock.advance(FIRST * 0.49)
    await asyncio.sleep(0.05)
    assert "c0" in store.conversations
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


class _Measured(SqlStore):
    """A store that writes down how many rows each unit of work deleted."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.deleted: list[int] = []

    async def write(self, work: Callable[[Transaction], T]) -> T:
        result = await super().write(work)
        if isinstance(result, Counter):
            self.deleted.append(result.total())
        return result


async def test_a_long_history_goes_in_small_steps(reader: Reader, blank: Path, tmp_path: Path) -> None:
    """No transaction deletes more than some hundred rows, whatever stands in a row's way."""
    store = _Measured(f"sqlite:///{shutil.copy(blank, tmp_path / 'x.db')}")
    long, short, needed = (tuple([100.0] * count) for count in (3 * ROWS, 3, 1))

    def fill(unit: Transaction) -> None:
        _keep(unit, 0, Past(long, 1, False, ()))
        for number in range(1, 2 * LOOK):
            past = Past(short, 1, False, ()) if number % 2 else Past(needed, 1, True, ())
            _keep(unit, number, past)

    await store.write(fill)
    store.deleted.clear()
    await keeper(store, reader, MORNING).clean()
    assert sum(store.deleted) == 3 * ROWS + 1 + LOOK * (3 + 1)
    assert max(store.deleted) <= 2 * ROWS
    left = await store.read(lambda view: [_left(view, number)["conversations"] for number in range(2 * LOOK)])
    assert left == [0, *([0, 1] * LOOK)[: 2 * LOOK - 1]]
    await store.close()


# Several processes.


async def test_one_of_two_processes_cleans_and_the_other_takes_over(
    reader: Reader, tmp_path: Path, postgresql_url: str
) -> None:
    clock = ManualClock(MORNING)
    async with AsyncExitStack() as stack:
        desks: list[tuple[Desk, SqlStore]] = []
        for number in range(2):
            store = SqlStore(postgresql_url)
            stack.push_async_callback(store.close)
            accounts = DemoAccounts(tmp_path / f"{number}.db", clock=clock)
            stack.push_async_callback(accounts.close)
            desk = Desk(
                store=store, reader=reader, backend=accounts, clock=clock, channels=[CollectingChannel()],
                backend_timeout_s=5, shared=True, retention_days=DAYS,
            )  # fmt: skip
            await desk.start()
            stack.push_async_callback(desk.stop)
            desks.append((desk, store))
        (first, _), (second, store) = desks

        async def cleaned(number: int, pause: timedelta, *, processes: int) -> None:
            await store.write(lambda unit: _keep(unit, number, Past((100.0,), 1, False, ())))
            await until(lambda: len(clock._sleepers) == processes)
            clock.advance(pause)
            async with asyncio.timeout(20):
                while len(await audited(store)) <= number:
                    await asyncio.sleep(0.02)
            assert (await store.read(lambda view: _left(view, number)))["conversations"] == 0

        assert [desk._ownership.cleans() for desk, _ in desks] == [True, False]
        await cleaned(0, FIRST, processes=2)
        await first.stop()
        await until(second._ownership.cleans)
        await cleaned(1, INTERVAL, processes=1)
        assert [dict(each.details) for each in await audited(store)] == [{"conversations": 1, "lines": 1}] * 2


async def test_who_loses_the_share_stops_in_the_middle(reader: Reader) -> None:
    store, mine = _Watched(), True
    for number in range(3):
        await store.write(
            lambda unit, n=number: _keep(unit, n, Past((100.0,), 1, False, ((99.0, "done", "done"),)))
        )  # type: ignore[misc]

    def lose() -> None:
        nonlocal mine
        mine = False

    store.between = lose
    tidy = Housekeeping(
        store=store,
        clock=ManualClock(MORNING),
        service=lambda: reader.catalog.service,
        keeps=DAYS * DAY,
        ours=lambda: mine,
    )
    await tidy.clean()
    assert len(store.conversations) == 3
    assert len(store.finished) == 0, "the step that was begun is ended, and told"
    assert [dict(each.details) for each in await audited(store)] == [{"effects": 3}]


# One contact.


async def _talk(person: Person) -> None:
    for words in [*TO_THE_ACCOUNT, "mei"]:
        await person.say(words)


async def test_everything_of_a_contact_goes_at_once_beside_a_running_bot(
    reader: Reader, tmp_path: Path, store: SqlStore
) -> None:
    """The transcript, what waits, the timers; another contact keeps theirs, and the next message begins anew."""
    async with playing(reader, tmp_path, store=store) as person:
        other = Person(person.desk, person.channel, person.clock, store, person.accounts, "alex")
        await _talk(other)
        alexs = await store.read(lambda view: (view.conversation(other.lane), view.belongings(other.lane)))
        first = await person.say("no otp coming")
        for words in [*TO_THE_ACCOUNT[1:], "camille"]:
            await person.say(words)
        await store.write(lambda unit: unit.spend(notices(person.lane), MORNING))
        removed = await erasure.erase(store, person.lane, MORNING)
        assert removed["conversations"] == 1
        assert min(removed[name] for name in ("lines", "events", "effects", "timers")) > 0
        assert not any((await store.read(lambda view: view.belongings(person.lane))).values())
        assert await store.read(lambda view: view.spent(notices(person.lane), _ago(9))) == ()
        assert (
            await store.read(lambda view: (view.conversation(other.lane), view.belongings(other.lane)))
            == alexs
        )
        await person.wait(2 * DAY)
        assert [contact for contact, _ in person.channel.sent[-1:]] == ["alex"], "only alex is reminded"
        assert [each.text for each in await person.say("no otp coming")] == [each.text for each in first]


async def test_an_erasure_is_audited_without_the_person(
    reader: Reader, tmp_path: Path, store: SqlStore
) -> None:
    async with playing(reader, tmp_path, store=store, contact="canary-4711") as person:
        await person.say("no otp coming")
        removed = await erasure.erase(store, person.lane, MORNING)
    (record,) = await audited(store)
    assert record.action is Action.ERASED
    assert dict(record.details) == removed
    everything = await store.read(lambda view: view.audit())
    assert "canary" not in str(everything)
    assert (await store.verify_audit()).broken_at is None


@on_sqlite
async def test_no_byte_of_an_erased_contact_is_left_in_the_file(
    reader: Reader, tmp_path: Path, database_url: str
) -> None:
    migrate.upgrade(database_url)
    store = SqlStore(database_url)
    async with playing(reader, tmp_path, store=store, contact="canary-4711") as person:
        await person.say("my canary says no otp is coming to canary bay")
        await store.write(
            lambda tx: tx.receive(
                Incoming(lane=person.lane, event=TextReceived(id="w", at=MORNING, text="canary waits"))
            )
        )
        await store.write(lambda tx: tx.finish_event("w", fault="KeyError"))
        await store.write(lambda tx: tx.keep_picture("canary", person.lane, PICTURE, MORNING))
        await erasure.erase(store, person.lane, MORNING)
    await store.write(lambda tx: tx.remove(Kept.UNMATCHED, tx.outdated(Kept.UNMATCHED, MORNING + DAY, limit=9).keys, most=9))  # fmt: skip
    await store.close()
    assert b"canary" not in _bytes(tmp_path)


def _bytes(directory: Path) -> bytes:
    return b"".join(each.read_bytes() for each in directory.glob("sparekey.db*"))


async def test_the_result_of_a_call_that_was_erased_is_not_stored(
    reader: Reader, tmp_path: Path, store: SqlStore
) -> None:
    """It would be a word of somebody about whom nothing is kept."""
    async with playing(reader, tmp_path, store=store) as person:
        await person.say("no otp coming")
        call = CallBackend(id="late:0", operation="resend_code", arguments={"channel": "sms"})
        await store.write(lambda tx: tx.add_effects("c", person.lane, [call]))
        await store.write(lambda tx: tx.claim("late:0"))
        (pending,) = await store.read(lambda view: view.pending(["collecting"]))
        await erasure.erase(store, person.lane, MORNING)
        person.desk._calls.execute(
            pending, call
        )  # it was claimed: nobody knows how it ended, and that is its result
        await person.desk.settle()
        assert not any((await store.read(lambda view: view.belongings(person.lane))).values())


async def test_the_result_of_a_call_that_is_known_is_stored(
    reader: Reader, tmp_path: Path, store: SqlStore
) -> None:
    async with playing(reader, tmp_path, store=store) as person:
        call = CallBackend(id="late:0", operation="resend_code", arguments={"channel": "sms"})
        await store.write(lambda tx: tx.add_effects("c", person.lane, [call]))
        await store.write(lambda tx: tx.claim("late:0"))
        (pending,) = await store.read(lambda view: view.pending(["collecting"]))
        person.desk._calls.execute(pending, call)
        await person.desk.settle()
        returned = CallReturned(
            id="late:0:r", at=MORNING, operation="resend_code", outcome=Outcome.UNKNOWN, call="late:0"
        )
        assert not await store.write(lambda tx: tx.receive(Incoming(lane=person.lane, event=returned)))


# For the operator.


def _erase(directory: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setenv("SPAREKEY_DATA_DIR", str(directory))
    return cli.main(["erase", *arguments])


async def _case(directory: Path) -> str:
    """Store a conversation with a case in the data directory; return its code."""
    migrate.upgrade(f"sqlite:///{directory / 'sparekey.db'}")
    store = SqlStore(f"sqlite:///{directory / 'sparekey.db'}")
    case = Conversation(
        id="c1", channel="telegram", contact="4711", started_at=MORNING, language="en", case_code="R-Q48WW-R1WEJ"
    )  # fmt: skip
    await store.write(lambda unit: unit.save(case))
    await store.close()
    return "R-Q48WW-R1WEJ"


@pytest.mark.parametrize("whose", [["r q48ww r1wej"], ["--channel", "telegram", "--contact", "4711"]])
def test_a_contact_is_named_by_a_case_or_by_the_channel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], whose: list[str]
) -> None:
    code = asyncio.run(_case(tmp_path))
    assert _erase(tmp_path, monkeypatch, *whose) == 0
    said = capsys.readouterr().out
    assert "conversations 1, lines 0" in said
    assert "4711" not in said
    assert _erase(tmp_path, monkeypatch, code) == 1
    assert "there is no case" in capsys.readouterr().err


@pytest.mark.parametrize(
    "whose", [[], ["--channel", "telegram"], ["R-Q48WW-R1WEJ", "--contact", "1"], ["R-Q48WW-R1WEX"]]
)
def test_whoever_does_not_say_whose_is_told_how(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], whose: list[str]
) -> None:
    assert _erase(tmp_path, monkeypatch, *whose) == 2
    assert "sparekey erase: " in capsys.readouterr().err
    assert not (tmp_path / "sparekey.db").exists()


@pytest.mark.parametrize(("raw", "days"), [("", 90), ("0", 0), ("30", 30)])
def test_the_time_is_a_setting(raw: str, days: int) -> None:
    assert Settings.from_env({"SPAREKEY_RETENTION_DAYS": raw}).retention_days == days


@pytest.mark.parametrize("raw", ["-1", "forever", "1.5", "1e3", "99999", "９０"])
def test_a_time_that_is_none_is_refused(raw: str) -> None:
    with pytest.raises(ConfigError, match=r"SPAREKEY_RETENTION_DAYS: .* whole number of days"):
        Settings.from_env({"SPAREKEY_RETENTION_DAYS": raw})


def test_an_id_is_forgotten_before_telegram_may_give_it_again() -> None:
    """After the day in which it repeats; and what a text led to up to 72 hours later, too, before a week without any is over."""
    assert timedelta(hours=24) < KNOWN
    longest = KNOWN + housekeeping.PATIENCE + INTERVAL
    assert longest < timedelta(days=7)
