"""What the demo account service shows a newcomer, and what it does when its file is in trouble."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.adapters.accounts import demo_tables
from bot.adapters.accounts.demo import CallRecord, DemoAccounts
from bot.adapters.accounts.demo_identity import SEED, normalise
from bot.adapters.accounts.demo_phone import DeliveredMessage, render_phone
from bot.adapters.accounts.demo_tickets import Ticket
from bot.core.vocabulary import Outcome
from bot.errors import StoreError
from bot.ports import Reply
from tests.contracts.account_worlds import TurnedClock

MEI, MEI_PHONE, MEI_MAIL = SEED[0]


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
async def demo(tmp_path: Path, clock: TurnedClock) -> AsyncIterator[DemoAccounts]:
    demo = DemoAccounts(tmp_path / "new directory" / "accounts.db", clock=clock)
    yield demo
    await demo.close()


async def send(demo: DemoAccounts, identifier: str, key: str, channel: str = "sms") -> Reply:
    case = str((await demo.begin_case(identifier=identifier)).data["case"])
    return await demo.resend_code(case=case, channel=channel, purpose="login", idempotency_key=key)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("+886 936 130-000", "+886936130000"),
        ("00886936130000", "+886936130000"),
        ("+886936130000", "+886936130000"),
        ("٠٠٨٨٦٩٣٦١٣٠٠٠٠", "+886936130000"),
        (" MEI@Example.com", "mei@example.com"),
        ("Straße", "strasse"),
        ("mei2", "mei2"),
        ("", ""),
    ],
)
def test_an_identifier_is_written_in_one_way(written: str, meant: str) -> None:
    assert normalise(written) == meant


@pytest.mark.parametrize("account", SEED, ids=lambda account: account[0])
@pytest.mark.parametrize("named", [0, 1, 2])
async def test_a_seeded_account_gets_its_code_by_any_of_its_names(
    demo: DemoAccounts, account: tuple[str, str, str], named: int
) -> None:
    await send(demo, account[named], "k1")
    (message,) = await demo.inbox(account[1])
    assert re.fullmatch(r"\d{6} is your login code\. .* 10 minutes\. .*", message.text)


async def test_a_code_goes_to_the_destination_of_its_channel(demo: DemoAccounts, clock: TurnedClock) -> None:
    for channel in ("sms", "voice", "email"):
        await send(demo, MEI, channel, channel)
        clock.turn(timedelta(hours=1))
    assert [message.channel for message in await demo.inbox(MEI_PHONE)] == ["sms", "voice"]
    assert [message.channel for message in await demo.inbox(MEI_MAIL.upper())] == ["email"]
    assert [message.channel for message in await demo.inbox()] == ["sms", "voice", "email"]
    assert await demo.inbox(SEED[1][1]) == ()


async def test_a_fresh_code_ends_the_older_ones_of_the_account(
    demo: DemoAccounts, clock: TurnedClock
) -> None:
    """Also where the person named the account in another way."""
    await send(demo, MEI, "k1")
    await send(demo, SEED[1][0], "k2")
    started = clock.now()
    clock.turn(timedelta(minutes=2))
    await send(demo, MEI_MAIL, "k3")
    assert [(message.to, message.valid_until - started) for message in await demo.inbox()] == [
        (MEI_PHONE, timedelta(minutes=2)),
        (SEED[1][1], timedelta(minutes=10)),
        (MEI_PHONE, timedelta(minutes=12)),
    ]


async def test_codes_are_drawn_at_random(demo: DemoAccounts) -> None:
    for number in range(30):
        await demo.add_account(
            username=f"p{number}", phone=f"+4477009{number:05d}", email=f"p{number}@example.net"
        )
        await send(demo, f"p{number}", f"k{number}")
    codes = {message.text[:6] for message in await demo.inbox()}
    # Two equal codes among thirty come up once in 2,300 runs, two pairs practically never.
    assert len(codes) >= 29


async def test_another_service_gives_another_case(
    demo: DemoAccounts, tmp_path: Path, clock: TurnedClock
) -> None:
    """Each has its own key, so that nobody works out the case of an identifier outside."""
    other = DemoAccounts(tmp_path / "other.db", clock=clock)
    one, two = [await service.begin_case(identifier=MEI) for service in (demo, other)]
    assert one != two
    await other.close()


async def test_an_unknown_identifier_is_not_stored(demo: DemoAccounts, tmp_path: Path) -> None:
    await send(demo, "stranger-canary@example.com", "k1")
    files = [path.read_bytes() for path in (tmp_path / "new directory").iterdir()]
    assert any(MEI_MAIL.encode() in content for content in files)
    assert not any(b"stranger-canary" in content for content in files)


async def test_every_call_is_on_record(demo: DemoAccounts, clock: TurnedClock) -> None:
    await demo.force(Outcome.UNAVAILABLE)
    outcomes = [(await send(demo, MEI, key)).outcome for key in ("k1", "k1", "k1", "k2")]
    case = str((await demo.begin_case(identifier=MEI)).data["case"])
    assert await demo.calls() == tuple(
        CallRecord(
            operation="resend_code",
            key=key,
            case=case,
            arguments={"channel": "sms", "purpose": "login"},
            at=clock.now(),
            outcome=outcome,
        )
        for key, outcome in zip(("k1", "k1", "k1", "k2"), outcomes, strict=True)
    )
    assert outcomes == [Outcome.UNAVAILABLE, Outcome.ACCEPTED, Outcome.ACCEPTED, Outcome.RATE_LIMITED]


async def test_what_is_forced_on_a_channel_waits_for_that_channel(
    demo: DemoAccounts, clock: TurnedClock
) -> None:
    await demo.force(Outcome.BLOCKED, times=2, channel="voice")
    outcomes = []
    for number, channel in enumerate(("sms", "voice", "email", "voice", "voice")):
        outcomes.append((await send(demo, MEI, f"k{number}", channel)).outcome)
        clock.turn(timedelta(hours=1))
    blocked, accepted = Outcome.BLOCKED, Outcome.ACCEPTED
    assert outcomes == [accepted, blocked, accepted, blocked, accepted]


@pytest.mark.parametrize(
    "wrong",
    [
        {"fault": "accepted"},
        {"fault": "blocked", "operation": "begin_case"},
        {"fault": "blocked", "operation": "sing"},
        {"fault": "blocked", "times": 0},
    ],
)
async def test_what_cannot_be_forced_is_refused(demo: DemoAccounts, wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        await demo.force(**wrong)  # type: ignore[arg-type]
    assert (await send(demo, MEI, "k1")).outcome is Outcome.ACCEPTED


async def test_an_account_that_exists_is_not_added_again(demo: DemoAccounts) -> None:
    with pytest.raises(ValueError, match="phone"):
        await demo.add_account(username="other", phone=MEI_PHONE, email="other@example.com")


async def test_a_file_that_is_locked_makes_the_service_unavailable(
    tmp_path: Path, clock: TurnedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo_tables, "BUSY_TIMEOUT_MS", 20)
    demo = DemoAccounts(tmp_path / "accounts.db", clock=clock)
    lock = sqlite3.connect(tmp_path / "accounts.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    unavailable = Reply(outcome=Outcome.UNAVAILABLE)
    assert await demo.begin_case(identifier=MEI) == unavailable
    call = {"case": "c", "channel": "sms", "purpose": "login", "idempotency_key": "k1"}
    assert await demo.resend_code(**call) == unavailable
    assert not await demo.healthy()
    with pytest.raises(StoreError, match="locked"):
        await demo.inbox()
    lock.execute("ROLLBACK")
    lock.close()
    assert await demo.healthy()
    assert (await demo.resend_code(**call)).outcome is Outcome.ACCEPTED
    await demo.close()


async def test_an_effect_that_cannot_be_stored_leaves_no_trace(demo: DemoAccounts, tmp_path: Path) -> None:
    """The call fails after the ladder was climbed and before the message is written: all of it is undone."""
    path = tmp_path / "new directory" / "accounts.db"
    with sqlite3.connect(path) as other:
        other.execute("ALTER TABLE messages RENAME TO gone")
    assert (await send(demo, MEI, "k1")).outcome is Outcome.UNAVAILABLE
    assert await demo.calls() == ()
    with sqlite3.connect(path) as other:
        other.execute("ALTER TABLE gone RENAME TO messages")
    other.close()
    assert (await send(demo, MEI, "k1")).outcome is Outcome.ACCEPTED
    assert len(await demo.inbox()) == 1


FULL_DISK = """
import asyncio, os, resource, sys
from pathlib import Path
from bot.adapters.accounts.demo import DemoAccounts
from tests.contracts.account_worlds import TurnedClock

async def main(path):
    demo = DemoAccounts(path, clock=TurnedClock())
    case = (await demo.begin_case(identifier="mei")).data["case"]
    call = dict(case=case, channel="sms", purpose="login", idempotency_key="k1")
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (os.path.getsize(f"{path}-wal"), hard))
    print((await demo.resend_code(**call)).outcome)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    print((await demo.resend_code(**call)).outcome)
    print(len(await demo.inbox()))

asyncio.run(main(Path(sys.argv[1])))
"""


def test_a_commit_that_fails_is_unknown(tmp_path: Path) -> None:
    """The file may grow no further, so that the write of the commit itself fails; it is told from a call not made."""
    assert _run(FULL_DISK, tmp_path / "accounts.db") == ["unknown", "accepted", "1"]


def _run(program: str, *arguments: object) -> list[str]:
    ended = subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)], capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.split()


ONE_OF_MANY = """
import asyncio, sys
from pathlib import Path
from bot.adapters.accounts.demo import DemoAccounts
from tests.contracts.account_worlds import TurnedClock

async def main(path):
    demo = DemoAccounts(path, clock=TurnedClock())
    case = (await demo.begin_case(identifier="mei")).data["case"]
    for key in ("k1", "k2", "k1"):
        reply = await demo.resend_code(case=case, channel="sms", purpose="login", idempotency_key=key)
        print(reply.data.get("receipt", reply.outcome))

print("ready", flush=True)
sys.stdin.readline()
asyncio.run(main(Path(sys.argv[1])))
"""


def _start(path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", ONE_OF_MANY, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


async def test_processes_that_open_a_new_file_together_are_one_service(
    tmp_path: Path, clock: TurnedClock
) -> None:
    processes = [_start(tmp_path / "accounts.db") for _ in range(4)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    ended = [process.communicate(timeout=60) for process in processes]
    assert [errors for _, errors in ended] == [""] * 4
    assert len({output for output, _ in ended}) == 1
    demo = DemoAccounts(tmp_path / "accounts.db", clock=clock)
    assert len(await demo.inbox()) == 1
    assert len(await demo.calls()) == 12
    await demo.close()


def test_a_file_that_is_no_database_is_named_with_the_cure(tmp_path: Path, clock: TurnedClock) -> None:
    path = tmp_path / "accounts.db"
    path.write_text("This is a shopping list, and a long one. " * 100)
    with pytest.raises(StoreError, match=r"accounts\.db.*move the file away"):
        DemoAccounts(path, clock=clock)
    with pytest.raises(StoreError, match="Check that the directory can be written"):
        DemoAccounts(path / "below" / "accounts.db", clock=clock)


async def test_the_event_loop_runs_on_while_the_file_is_locked(tmp_path: Path, clock: TurnedClock) -> None:
    demo = DemoAccounts(tmp_path / "accounts.db", clock=clock)
    lock = sqlite3.connect(tmp_path / "accounts.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    waiting = asyncio.ensure_future(demo.healthy())
    for _ in range(100):
        await asyncio.sleep(0)
    assert not waiting.done()
    lock.execute("ROLLBACK")
    lock.close()
    assert await waiting
    await demo.close()


async def test_a_call_that_is_cancelled_before_its_turn_is_not_made(
    tmp_path: Path, clock: TurnedClock
) -> None:
    demo = DemoAccounts(tmp_path / "accounts.db", clock=clock)
    lock = sqlite3.connect(tmp_path / "accounts.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    ahead = asyncio.ensure_future(demo.healthy())
    behind = asyncio.ensure_future(
        demo.resend_code(case="c", channel="sms", purpose="login", idempotency_key="k1")
    )
    await asyncio.sleep(0)
    behind.cancel()
    await asyncio.wait([behind])
    lock.execute("ROLLBACK")
    lock.close()
    assert await ahead
    assert await demo.calls() == ()
    await demo.close()


async def test_the_phone_shows_what_arrived(demo: DemoAccounts, clock: TurnedClock) -> None:
    await send(demo, MEI, "k1")
    (message,) = await demo.inbox()
    shown = render_phone([message]).replace("\n│", "")
    assert message.text in re.sub(r"\s+", " ", shown)
    assert "12:00:00 SMS to +886936130000" in re.sub(r"\s+", " ", shown)
    assert "Valid until 12:10:00 UTC." in shown


def test_the_phone_keeps_to_its_width(clock: TurnedClock) -> None:
    message = DeliveredMessage(
        at=clock.now(),
        to="a-very-long-name-" * 8 + "@example.com",
        sender="Sparekey demo",
        channel="email",
        text="a long word " * 30,
        valid_until=clock.now(),
    )
    shown = render_phone([message, message])
    assert max(map(len, shown.splitlines())) == 60
    assert shown.count("Valid until") == 2


def test_an_empty_phone_says_so() -> None:
    assert "Nothing has arrived." in render_phone([])


async def test_a_reset_goes_to_the_destination_on_file_and_ends_the_link_before_it(
    demo: DemoAccounts, clock: TurnedClock
) -> None:
    """A code stays what it is."""
    await send(demo, MEI, "k0")
    for number, channel in enumerate(("email", "sms")):
        clock.turn(timedelta(minutes=5))
        case = str((await demo.begin_case(identifier=MEI)).data["case"])
        await demo.start_password_reset(case=case, channel=channel, idempotency_key=f"k{number + 1}")
    resets = await demo.resets()
    assert [(reset.channel, reset.to) for reset in resets] == [("email", MEI_MAIL), ("sms", MEI_PHONE)]
    code, first, second = await demo.inbox()
    links = [re.findall(r"https://\S+", message.text) for message in (first, second)]
    assert links[0] != links[1]
    assert "10 minutes" in first.text
    started = code.at
    assert [(message.valid_until - started) for message in (code, first, second)] == [
        timedelta(minutes=10),
        timedelta(minutes=10),
        timedelta(minutes=20),
    ]


async def test_whoever_works_on_tickets_sees_what_was_asked_for(
    demo: DemoAccounts, clock: TurnedClock
) -> None:
    case = str((await demo.begin_case(identifier=MEI)).data["case"])
    reply = await demo.open_reset_ticket(
        case=case, items=("phone",), reason="lost_phone", external_ref="R-1", idempotency_key="k1"
    )
    opened = clock.now()
    clock.turn(timedelta(hours=5))
    await demo.close_ticket("R-1")
    assert await demo.tickets() == (
        Ticket(
            ticket=str(reply.data["ticket"]),
            case=case,
            items=("phone",),
            reason="lost_phone",
            external_refs=("R-1",),
            opened_at=opened,
            closed_at=clock.now(),
        ),
    )
    with pytest.raises(LookupError, match="R-2"):
        await demo.close_ticket("R-2")


@pytest.mark.parametrize("operation", ["resend_code", "start_password_reset", "open_reset_ticket"])
async def test_an_unknown_account_leaves_as_many_rows_as_a_known_one(
    demo: DemoAccounts, tmp_path: Path, operation: str
) -> None:
    arguments = {
        "resend_code": {"channel": "sms", "purpose": "login"},
        "start_password_reset": {"channel": "email"},
        "open_reset_ticket": {"items": (), "reason": "lost"},
    }[operation]
    grown = []
    for who in (MEI, "stranger@example.com"):
        before = _rows(tmp_path)
        case = str((await demo.begin_case(identifier=who)).data["case"])
        reference = {"external_ref": f"R-{who}"} if operation == "open_reset_ticket" else {}
        for key in (f"{who}-1", f"{who}-1", f"{who}-2"):
            await getattr(demo, operation)(case=case, idempotency_key=key, **arguments, **reference)
        grown.append({name: count - before[name] for name, count in _rows(tmp_path).items()})
    assert grown[0] == grown[1]
    assert any(grown[0].values())


def _rows(directory: Path) -> dict[str, int]:
    with sqlite3.connect(directory / "new directory" / "accounts.db") as database:
        return {
            table.name: database.execute(f"SELECT count(*) FROM {table.name}").fetchone()[0]  # noqa: S608
            for table in demo_tables.DemoTable.metadata.sorted_tables
        }


async def test_a_file_of_another_version_is_named_with_the_cure(demo: DemoAccounts, tmp_path: Path) -> None:
    path = tmp_path / "new directory" / "accounts.db"
    await demo.close()
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 1")
    with pytest.raises(StoreError, match=r"another version .* move the file away"):
        DemoAccounts(path, clock=TurnedClock())
