"""What every adapter of the account system keeps."""

from __future__ import annotations

import asyncio
import re
import statistics
import time
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.core.calls import OPERATIONS
from bot.core.vocabulary import Outcome
from bot.ports import AccountBackend, Reply
from tests.contracts.account_worlds import WORLDS, AccountWorld

MEI = {"username": "mei-canary", "phone": "+886936139999", "email": "mei.canary@example.com"}
NOBODY = "nobody.canary@example.com"
DAY = timedelta(days=1)


@pytest.fixture(params=WORLDS)
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AccountWorld]:
    world: AccountWorld = WORLDS[request.param](tmp_path)
    await world.add_account(**MEI)
    yield world
    await world.close()


async def begin(backend: AccountBackend, identifier: str = MEI["phone"]) -> str:
    reply = await backend.begin_case(identifier=identifier)
    assert reply.outcome is Outcome.ACCEPTED
    return str(reply.data["case"])


async def resend(
    backend: AccountBackend, case: str, key: str, *, channel: str = "sms", purpose: str = "login"
) -> Reply:
    return await backend.resend_code(case=case, channel=channel, purpose=purpose, idempotency_key=key)


def without_receipt(reply: Reply) -> tuple[Outcome, dict[str, object]]:
    return reply.outcome, {name: value for name, value in reply.data.items() if name != "receipt"}


class TestAccountBackend:
    async def test_a_case_has_the_same_shape_for_anybody(self, world: AccountWorld) -> None:
        cases = [await begin(world.backend, who) for who in (*MEI.values(), NOBODY, "", "\ud800", "9" * 4096)]
        assert len(set(cases)) == len(cases)
        shapes = {(len(case), re.sub("[0-9a-f]", "x", case.removeprefix("case"))) for case in cases}
        assert len(shapes) == 1

    async def test_the_same_identifier_written_otherwise_is_the_same_case(self, world: AccountWorld) -> None:
        assert await begin(world.backend, "+886 936-139-999") == await begin(world.backend, MEI["phone"])
        assert await begin(world.backend, " Mei.Canary@EXAMPLE.com ") == await begin(
            world.backend, MEI["email"]
        )
        assert await begin(world.backend, "MEI-Canary") == await begin(world.backend, MEI["username"])

    async def test_an_accepted_resend_says_when_and_how_the_next_may_be(self, world: AccountWorld) -> None:
        reply = await resend(world.backend, await begin(world.backend), "k1")
        assert reply.outcome is Outcome.ACCEPTED
        assert set(reply.data) == {"receipt", "next_allowed_at", "next_channel", "ttl_s"}
        assert datetime.fromisoformat(str(reply.data["next_allowed_at"])) == world.clock.now() + timedelta(
            minutes=1
        )
        assert reply.data["ttl_s"] == 600

    async def test_a_key_sends_once_however_often_it_comes(self, world: AccountWorld) -> None:
        case = await begin(world.backend)
        first = await resend(world.backend, case, "k1")
        world.clock.turn(DAY)
        assert await resend(world.backend, case, "k1") == first
        assert len(await world.delivered()) == 1
        assert await world.called() == 2

    async def test_fifty_calls_at_once_with_one_key_send_once(self, world: AccountWorld) -> None:
        case = await begin(world.backend)
        backends = (world.backend, await world.another())
        replies = await asyncio.gather(*(resend(backends[n % 2], case, "k1") for n in range(50)))
        assert all(reply == replies[0] for reply in replies)
        assert replies[0].outcome is Outcome.ACCEPTED
        assert len(await world.delivered()) == 1

    @pytest.mark.parametrize("change", ["case", "channel", "purpose"])
    @pytest.mark.parametrize("fault", [None, Outcome.UNAVAILABLE])
    async def test_a_key_with_other_arguments_is_a_programming_error(
        self, world: AccountWorld, change: str, fault: str | None
    ) -> None:
        """Also where the first call with the key was not executed."""
        arguments = {"case": await begin(world.backend), "channel": "sms", "purpose": "login"}
        if fault:
            await world.force(fault)
        await world.backend.resend_code(**arguments, idempotency_key="k1")
        before = await world.delivered()
        others = {"case": await begin(world.backend, NOBODY), "channel": "email", "purpose": "other"}
        world.clock.turn(DAY)
        with pytest.raises(ValueError, match="k1"):
            await world.backend.resend_code(**{**arguments, change: others[change]}, idempotency_key="k1")
        assert await world.delivered() == before

    async def test_each_send_waits_longer_and_the_fifth_a_day(self, world: AccountWorld) -> None:
        case = await begin(world.backend)
        for number, wait in enumerate((60, 120, 300, 900, 86_400, 60)):
            sent = await resend(world.backend, case, f"sent-{number}")
            allowed_at = world.clock.now() + timedelta(seconds=wait)
            assert sent.outcome is Outcome.ACCEPTED
            assert datetime.fromisoformat(str(sent.data["next_allowed_at"])) == allowed_at
            world.clock.turn(timedelta(seconds=wait, microseconds=-1))
            early = await resend(world.backend, case, f"early-{number}", channel="email")
            assert early.outcome is Outcome.RATE_LIMITED
            assert datetime.fromisoformat(str(early.data["retry_at"])) == allowed_at
            world.clock.turn(timedelta(microseconds=1))
        assert len(await world.delivered()) == 6

    async def test_a_stranger_cannot_tell_an_account_from_none(self, world: AccountWorld) -> None:
        """Replies, waits and limits are equal, whatever is forced; only the receipts differ, and they look alike."""
        known, unknown = await begin(world.backend), await begin(world.backend, NOBODY)
        for step in range(12):
            for channel in ("sms", "voice", "email", "pigeon"):
                if step % 3 == 0:
                    await world.force(Outcome.BLOCKED, times=2, channel=channel)
                key = f"{step}-{channel}"
                one = await resend(world.backend, known, f"known-{key}", channel=channel)
                other = await resend(world.backend, unknown, f"unknown-{key}", channel=channel)
                assert without_receipt(one) == without_receipt(other)
                assert len(str(one.data.get("receipt"))) == len(str(other.data.get("receipt")))
            world.clock.turn(timedelta(seconds=200))

    async def test_nobody_gets_the_code_of_an_unknown_account(self, world: AccountWorld) -> None:
        for case in (await begin(world.backend, NOBODY), "case-that-was-never-begun"):
            reply = await resend(world.backend, case, case)
            assert reply.outcome is Outcome.ACCEPTED
        assert await world.delivered() == ()

    async def test_no_reply_holds_a_code_or_an_address(self, world: AccountWorld) -> None:
        replies = [await world.backend.begin_case(identifier=who) for who in MEI.values()]
        never_forced = {Outcome.ACCEPTED, Outcome.TOO_SOON, Outcome.NOT_SUPPORTED}
        faults = (*sorted(set(OPERATIONS["resend_code"].outcomes) - never_forced), "lost", None)
        for number, fault in enumerate(faults):
            for channel in ("sms", "voice", "email"):
                if fault:
                    await world.force(fault)
                case = str(replies[number % len(MEI)].data["case"])
                replies.append(await resend(world.backend, case, f"{number}-{channel}", channel=channel))
                world.clock.turn(DAY)
        codes = re.findall(r"\b\d{6}\b", "\n".join(await world.delivered()))
        assert codes
        # A receipt is random and long: six digits in it may meet a code by chance, a whole word may not.
        said = "\n".join(repr(reply) for reply in replies)
        for secret in (*codes, *MEI.values(), MEI["phone"].removeprefix("+")):
            assert not re.search(rf"(?<!\w){re.escape(secret)}(?!\w)", said)

    @pytest.mark.parametrize(
        ("fault", "outcome", "data", "sends"),
        [
            (Outcome.UNAVAILABLE, Outcome.UNAVAILABLE, set(), 0),
            (Outcome.BLOCKED, Outcome.BLOCKED, {"reason"}, 0),
            (Outcome.UNUSABLE, Outcome.UNUSABLE, set(), 0),
            (Outcome.RATE_LIMITED, Outcome.RATE_LIMITED, {"retry_at"}, 0),
            (Outcome.UNKNOWN, Outcome.UNKNOWN, set(), 1),
            ("lost", Outcome.UNKNOWN, set(), 0),
        ],
    )
    async def test_what_goes_wrong_comes_back_as_an_outcome(
        self, world: AccountWorld, fault: str, outcome: Outcome, data: set[str], sends: int
    ) -> None:
        await world.force(fault)
        case = await begin(world.backend)
        reply = await resend(world.backend, case, "k1")
        assert (reply.outcome, set(reply.data)) == (outcome, data)
        assert len(await world.delivered()) == sends

    async def test_an_answer_that_was_lost_is_there_for_who_asks_again(self, world: AccountWorld) -> None:
        """The code went out: asking again with the key tells so and sends no second one."""
        await world.force(Outcome.UNKNOWN)
        case = await begin(world.backend)
        assert (await resend(world.backend, case, "k1")).outcome is Outcome.UNKNOWN
        assert (await resend(world.backend, case, "k1")).outcome is Outcome.ACCEPTED
        assert len(await world.delivered()) == 1

    @pytest.mark.parametrize("fault", [Outcome.UNAVAILABLE, "lost"])
    async def test_a_call_that_was_not_executed_may_be_made_again(
        self, world: AccountWorld, fault: str
    ) -> None:
        await world.force(fault)
        case = await begin(world.backend)
        await resend(world.backend, case, "k1")
        assert (await resend(world.backend, case, "k1")).outcome is Outcome.ACCEPTED
        assert len(await world.delivered()) == 1

    async def test_a_channel_that_does_not_exist_is_not_supported(self, world: AccountWorld) -> None:
        case = await begin(world.backend)
        assert (await resend(world.backend, case, "k1", channel="pigeon")).outcome is Outcome.NOT_SUPPORTED
        assert (await resend(world.backend, case, "k2")).outcome is Outcome.ACCEPTED

    async def test_an_account_system_that_is_down_begins_no_case(self, world: AccountWorld) -> None:
        await world.force(Outcome.UNAVAILABLE, operation="begin_case")
        assert await world.backend.begin_case(identifier=NOBODY) == Reply(outcome=Outcome.UNAVAILABLE)
        await begin(world.backend, NOBODY)

    @pytest.mark.parametrize("operation", ["begin_case", "resend_code"])
    async def test_a_call_that_hangs_can_be_cancelled(self, world: AccountWorld, operation: str) -> None:
        case = await begin(world.backend)
        await world.force("hang", operation=operation)
        calls = {
            "begin_case": lambda: world.backend.begin_case(identifier=NOBODY),
            "resend_code": lambda: resend(world.backend, case, "k1"),
        }
        task = asyncio.ensure_future(calls[operation]())
        await world.reached()
        assert not task.done()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await calls[operation]()).outcome is Outcome.ACCEPTED
        assert len(await world.delivered()) == (operation == "resend_code")

    async def test_what_was_answered_survives_a_restart(self, world: AccountWorld) -> None:
        case = await begin(world.backend)
        first = await resend(world.backend, case, "k1")
        await world.restart()
        assert await begin(world.backend) == case
        assert await resend(world.backend, case, "k1") == first
        assert (await resend(world.backend, case, "k2")).outcome is Outcome.RATE_LIMITED
        assert len(await world.delivered()) == 1

    async def test_two_instances_are_one_service(self, world: AccountWorld) -> None:
        other = await world.another()
        case = await begin(world.backend)
        assert await begin(other) == case
        assert (await resend(other, case, "k1")).outcome is Outcome.ACCEPTED
        assert (await resend(world.backend, case, "k2")).outcome is Outcome.RATE_LIMITED
        await world.force(Outcome.UNUSABLE)
        assert (await resend(other, case, "k3")).outcome is Outcome.UNUSABLE

    async def test_a_service_that_answers_is_healthy(self, world: AccountWorld) -> None:
        assert await world.backend.healthy()

    async def test_the_time_of_an_answer_does_not_tell(self, world: AccountWorld) -> None:
        """Medians over alternating calls differ by less than half a call."""
        times: dict[bool, list[float]] = {True: [], False: []}
        for number in range(40):
            email = f"person{number}@example.com"
            await world.add_account(username=f"person{number}", phone=f"+44770090{number:04d}", email=email)
            for known, identifier in ((True, email), (False, f"ghost{number}@example.com")):
                started = time.perf_counter()
                case = await begin(world.backend, identifier)
                await resend(world.backend, case, identifier)
                times[known].append(time.perf_counter() - started)
        real, ghost = statistics.median(times[True]), statistics.median(times[False])
        assert abs(real - ghost) < 0.5 * min(real, ghost)
