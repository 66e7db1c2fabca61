"""What every adapter of the account system keeps."""

from __future__ import annotations

import asyncio
import re
import statistics
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.core.calls import OPERATIONS
from bot.core.vocabulary import Outcome
from bot.ports import AccountBackend, Reply
from tests.contracts.account_worlds import WORLDS, AccountWorld

MEI = {"username": "mei-canary", "phone": "+886936139999", "email": "mei.canary@example.com"}
NOBODY = "nobody.canary@example.com"
DAY = timedelta(days=1)
#: What no two replies share: it says nothing, and looks the same for anybody.
RANDOM = {"receipt", "ticket"}


@dataclass(frozen=True)
class Keyed:
    """An operation that comes with a key."""

    name: str
    arguments: Mapping[str, Any]
    #: Another value for each argument.
    others: Mapping[str, Any]
    #: What an accepted call says.
    says: frozenset[str]
    sends: bool = True

    async def __call__(self, backend: AccountBackend, case: str, key: str, **changes: Any) -> Reply:
        arguments = {**self.arguments, **changes}
        if not self.sends:
            arguments.setdefault("external_ref", f"R-{key}")
        reply: Reply = await getattr(backend, self.name)(case=case, idempotency_key=key, **arguments)
        return reply

    async def done(self, world: AccountWorld) -> int:
        """How often it took effect."""
        return len(await (world.delivered() if self.sends else world.tickets()))

    def faults(self) -> list[str]:
        """What an account system may answer, and a request that is lost."""
        never_forced = {
            Outcome.ACCEPTED, Outcome.ALREADY_OPEN, Outcome.TOO_SOON, Outcome.NOT_SUPPORTED, Outcome.HELD
        }  # fmt: skip
        return [*sorted(set(OPERATIONS[self.name].outcomes) - never_forced), "lost"]


SENT = frozenset({"receipt", "next_allowed_at", "next_channel", "ttl_s"})
RESEND = Keyed(
    "resend_code",
    {"channel": "sms", "purpose": "login"},
    {"channel": "email", "purpose": "other"},
    SENT,
)
RESET = Keyed("start_password_reset", {"channel": "sms"}, {"channel": "email"}, SENT)
TICKET = Keyed(
    "open_reset_ticket",
    {"items": ("phone", "email"), "reason": "lost"},
    {"items": (), "reason": "other", "external_ref": "R-other"},
    frozenset({"ticket"}),
    sends=False,
)
KEYED = (RESEND, RESET, TICKET)
FAULTS = [pytest.param(op, fault, id=f"{op.name}-{fault}") for op in KEYED for fault in op.faults()]
every_operation = pytest.mark.parametrize("op", KEYED, ids=[op.name for op in KEYED])
every_sending = pytest.mark.parametrize("op", [RESEND, RESET], ids=["code", "reset"])


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


def seen(reply: Reply) -> tuple[Outcome, dict[str, object]]:
    """What a stranger can compare: of what is random, the shape."""
    return reply.outcome, {
        name: len(str(value)) if name in RANDOM else value for name, value in reply.data.items()
    }


async def test_every_operation_of_the_flows_is_tried_here() -> None:
    looked_up = {name for name, operation in OPERATIONS.items() if operation.tells}
    assert {op.name for op in KEYED} == set(OPERATIONS) - looked_up - {"find_ticket"}


class TestCases:
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

    async def test_an_account_system_that_is_down_begins_no_case(self, world: AccountWorld) -> None:
        await world.force(Outcome.UNAVAILABLE, operation="begin_case")
        assert await world.backend.begin_case(identifier=NOBODY) == Reply(outcome=Outcome.UNAVAILABLE)
        await begin(world.backend, NOBODY)

    async def test_a_service_that_answers_is_healthy(self, world: AccountWorld) -> None:
        assert await world.backend.healthy()


@every_operation
class TestEveryOperation:
    async def test_an_accepted_call_says_what_the_port_promises(self, world: AccountWorld, op: Keyed) -> None:
        reply = await op(world.backend, await begin(world.backend), "k1")
        assert reply.outcome is Outcome.ACCEPTED
        assert set(reply.data) == op.says
        assert await op.done(world) == 1

    async def test_a_key_takes_effect_once_however_often_it_comes(
        self, world: AccountWorld, op: Keyed
    ) -> None:
        case = await begin(world.backend)
        first = await op(world.backend, case, "k1")
        world.clock.turn(DAY)
        assert await op(world.backend, case, "k1") == first
        assert await op.done(world) == 1
        assert await world.called() == 2

    async def test_fifty_calls_at_once_with_one_key_take_effect_once(
        self, world: AccountWorld, op: Keyed
    ) -> None:
        case = await begin(world.backend)
        backends = (world.backend, await world.another())
        replies = await asyncio.gather(*(op(backends[n % 2], case, "k1") for n in range(50)))
        assert all(reply == replies[0] for reply in replies)
        assert replies[0].outcome is Outcome.ACCEPTED
        assert await op.done(world) == 1

    @pytest.mark.parametrize("fault", [None, Outcome.UNAVAILABLE])
    async def test_a_key_with_other_arguments_is_a_programming_error(
        self, world: AccountWorld, op: Keyed, fault: str | None
    ) -> None:
        """Also where the first call with the key was not executed."""
        case = await begin(world.backend)
        if fault:
            await world.force(fault, operation=op.name)
        await op(world.backend, case, "k1")
        before = await op.done(world)
        world.clock.turn(DAY)
        for name, other in op.others.items():
            with pytest.raises(ValueError, match="k1"):
                await op(world.backend, case, "k1", **{name: other})
        with pytest.raises(ValueError, match="k1"):
            await op(world.backend, await begin(world.backend, NOBODY), "k1")
        another = KEYED[KEYED.index(op) - 1]
        with pytest.raises(ValueError, match="k1"):
            await another(world.backend, case, "k1")
        assert await op.done(world) == before

    async def test_a_stranger_cannot_tell_an_account_from_none(self, world: AccountWorld, op: Keyed) -> None:
        """Replies, waits and limits are equal, whatever is forced; only what is random differs, and it looks alike."""
        known, unknown = await begin(world.backend), await begin(world.backend, NOBODY)
        for step, fault in enumerate([None, *op.faults(), None, None] * 2):
            if fault:
                await world.force(fault, times=2, operation=op.name)
            for channel in ("sms", "voice", "email", "pigeon") if op.sends else (None,):
                changes = {"channel": channel} if channel else {}
                one = await op(world.backend, known, f"known-{step}-{channel}", **changes)
                other = await op(world.backend, unknown, f"unknown-{step}-{channel}", **changes)
                assert seen(one) == seen(other)
            world.clock.turn(timedelta(seconds=200))

    async def test_no_reply_holds_a_code_or_a_link_or_an_address(
        self, world: AccountWorld, op: Keyed
    ) -> None:
        replies = [await world.backend.begin_case(identifier=who) for who in MEI.values()]
        for number, fault in enumerate((*op.faults(), None)):
            for channel in ("sms", "voice", "email") if op.sends else (None,):
                if fault:
                    await world.force(fault, operation=op.name)
                case = str(replies[number % len(MEI)].data["case"])
                changes = {"channel": channel} if channel else {}
                replies.append(await op(world.backend, case, f"{number}-{channel}", **changes))
                world.clock.turn(DAY)
        delivered = "\n".join(await world.delivered())
        secrets = re.findall(r"\b\d{6}\b|https?://\S+", delivered)
        assert bool(secrets) is op.sends
        # A receipt is random and long: six digits in it may meet a code by chance, a whole word may not.
        said = "\n".join(repr(reply) for reply in replies)
        for secret in (*secrets, *MEI.values(), MEI["phone"].removeprefix("+")):
            assert not re.search(rf"(?<!\w){re.escape(secret)}(?!\w)", said)

    async def test_an_answer_that_was_lost_is_there_for_who_asks_again(
        self, world: AccountWorld, op: Keyed
    ) -> None:
        """It took effect: asking again with the key tells so and does nothing more."""
        await world.force(Outcome.UNKNOWN, operation=op.name)
        case = await begin(world.backend)
        assert (await op(world.backend, case, "k1")).outcome is Outcome.UNKNOWN
        assert (await op(world.backend, case, "k1")).outcome is Outcome.ACCEPTED
        assert await op.done(world) == 1

    @pytest.mark.parametrize("fault", [Outcome.UNAVAILABLE, "lost"])
    async def test_a_call_that_was_not_executed_may_be_made_again(
        self, world: AccountWorld, op: Keyed, fault: str
    ) -> None:
        await world.force(fault, operation=op.name)
        case = await begin(world.backend)
        await op(world.backend, case, "k1")
        assert await op.done(world) == 0
        assert (await op(world.backend, case, "k1")).outcome is Outcome.ACCEPTED
        assert await op.done(world) == 1

    async def test_a_call_that_hangs_can_be_cancelled(self, world: AccountWorld, op: Keyed) -> None:
        case = await begin(world.backend)
        await world.force("hang", operation=op.name)
        task = asyncio.ensure_future(op(world.backend, case, "k1"))
        await world.reached()
        assert not task.done()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await op(world.backend, case, "k1")).outcome is Outcome.ACCEPTED
        assert await op.done(world) == 1

    async def test_what_was_answered_survives_a_restart(self, world: AccountWorld, op: Keyed) -> None:
        case = await begin(world.backend)
        first = await op(world.backend, case, "k1")
        await world.restart()
        assert await begin(world.backend) == case
        assert await op(world.backend, case, "k1") == first
        assert await op.done(world) == 1

    async def test_two_instances_are_one_service(self, world: AccountWorld, op: Keyed) -> None:
        other = await world.another()
        case = await begin(world.backend)
        assert await begin(other) == case
        first = await op(other, case, "k1")
        assert await op(world.backend, case, "k1") == first
        await world.force(Outcome.BLOCKED, operation=op.name)
        assert (await op(other, case, "k2")).outcome is Outcome.BLOCKED

    async def test_the_time_of_an_answer_does_not_tell(self, world: AccountWorld, op: Keyed) -> None:
        """Medians over alternating calls differ by less than half a call."""
        times: dict[bool, list[float]] = {True: [], False: []}
        for number in range(40):
            email = f"person{number}@example.com"
            await world.add_account(username=f"person{number}", phone=f"+44770090{number:04d}", email=email)
            for known, identifier in ((True, email), (False, f"ghost{number}@example.com")):
                started = time.perf_counter()
                case = await begin(world.backend, identifier)
                await op(world.backend, case, identifier)
                times[known].append(time.perf_counter() - started)
        real, ghost = statistics.median(times[True]), statistics.median(times[False])
        assert abs(real - ghost) < 0.5 * min(real, ghost)


@pytest.mark.parametrize(("op", "fault"), FAULTS)
async def test_what_goes_wrong_comes_back_as_an_outcome(world: AccountWorld, op: Keyed, fault: str) -> None:
    await world.force(fault, operation=op.name)
    reply = await op(world.backend, await begin(world.backend), "k1")
    data = {Outcome.BLOCKED: {"reason"}, Outcome.RATE_LIMITED: {"retry_at"}}
    outcome = Outcome.UNKNOWN if fault == "lost" else Outcome(fault)
    assert (reply.outcome, set(reply.data)) == (outcome, data.get(outcome, set()))
    assert await op.done(world) == (fault == Outcome.UNKNOWN)


@every_sending
class TestSending:
    async def test_it_says_when_the_next_may_be(self, world: AccountWorld, op: Keyed) -> None:
        reply = await op(world.backend, await begin(world.backend), "k1")
        next_at = datetime.fromisoformat(str(reply.data["next_allowed_at"]))
        assert next_at == world.clock.now() + timedelta(minutes=1)
        assert reply.data["ttl_s"] == 600

    async def test_each_send_waits_longer_and_the_fifth_a_day(self, world: AccountWorld, op: Keyed) -> None:
        """Codes and resets climb one ladder."""
        case = await begin(world.backend)
        for number, wait in enumerate((60, 120, 300, 900, 86_400, 60)):
            sent = await op(world.backend, case, f"sent-{number}")
            allowed_at = world.clock.now() + timedelta(seconds=wait)
            assert sent.outcome is Outcome.ACCEPTED
            assert datetime.fromisoformat(str(sent.data["next_allowed_at"])) == allowed_at
            world.clock.turn(timedelta(seconds=wait, microseconds=-1))
            for early in (RESEND, RESET):
                reply = await early(world.backend, case, f"{early.name}-{number}", channel="email")
                assert reply.outcome is Outcome.RATE_LIMITED
                assert datetime.fromisoformat(str(reply.data["retry_at"])) == allowed_at
            world.clock.turn(timedelta(microseconds=1))
        assert len(await world.delivered()) == 6

    async def test_nobody_gets_the_message_of_an_unknown_account(
        self, world: AccountWorld, op: Keyed
    ) -> None:
        for case in (await begin(world.backend, NOBODY), "case-that-was-never-begun"):
            reply = await op(world.backend, case, case[:64])
            assert reply.outcome is Outcome.ACCEPTED
        assert await world.delivered() == ()

    async def test_a_channel_that_does_not_exist_is_not_supported(
        self, world: AccountWorld, op: Keyed
    ) -> None:
        case = await begin(world.backend)
        assert (await op(world.backend, case, "k1", channel="pigeon")).outcome is Outcome.NOT_SUPPORTED
        assert (await op(world.backend, case, "k2")).outcome is Outcome.ACCEPTED


async def test_a_link_is_not_read_out_on_the_phone(world: AccountWorld) -> None:
    case = await begin(world.backend)
    assert (await RESET(world.backend, case, "k1", channel="voice")).outcome is Outcome.NOT_SUPPORTED


class TestTickets:
    async def test_a_reference_is_one_ticket_under_any_key(self, world: AccountWorld) -> None:
        """For ever: closed or not, and whatever else is said of it."""
        case = await begin(world.backend)
        first = await TICKET(world.backend, case, "k1", external_ref="R-1")
        assert await TICKET(world.backend, case, "k2", external_ref="R-1", reason="other") == first
        await world.close_ticket("R-1")
        assert await TICKET(world.backend, case, "k3", external_ref="R-1") == first
        assert await world.tickets() == (("R-1",),)

    @pytest.mark.parametrize("who", [MEI["email"], NOBODY])
    async def test_a_case_has_one_open_ticket(self, world: AccountWorld, who: str) -> None:
        case = await begin(world.backend, who)
        first = await TICKET(world.backend, case, "k1", external_ref="R-1")
        second = await TICKET(world.backend, case, "k2", external_ref="R-2")
        assert second == Reply(outcome=Outcome.ALREADY_OPEN, data=first.data)
        assert await world.backend.find_ticket(external_ref="R-2") == await world.backend.find_ticket(
            external_ref="R-1"
        )
        await world.close_ticket("R-2")
        third = await TICKET(world.backend, case, "k3", external_ref="R-3")
        assert third.outcome is Outcome.ACCEPTED
        assert third.data != first.data
        assert await world.tickets() == (("R-1", "R-2"), ("R-3",))

    @pytest.mark.parametrize("who", [MEI["email"], NOBODY])
    async def test_a_ticket_is_found_by_its_reference(self, world: AccountWorld, who: str) -> None:
        opened = world.clock.now()
        await TICKET(world.backend, await begin(world.backend, who), "k1", external_ref="R-1")
        world.clock.turn(DAY)
        for state in ("open", "closed"):
            found = await world.backend.find_ticket(external_ref="R-1")
            assert found.outcome is Outcome.ACCEPTED
            assert found.data["state"] == state
            assert datetime.fromisoformat(str(found.data["opened"])) == opened
            await world.close_ticket("R-1")

    async def test_what_is_no_ticket_is_not_found(self, world: AccountWorld) -> None:
        case = await begin(world.backend)
        await world.force(Outcome.BLOCKED, operation="open_reset_ticket")
        await TICKET(world.backend, case, "k1", external_ref="R-1")
        for reference in ("R-1", "", case, "%"):
            found = await world.backend.find_ticket(external_ref=reference)
            assert found == Reply(outcome=Outcome.NOT_FOUND)

    async def test_a_look_up_that_fails_may_be_made_again(self, world: AccountWorld) -> None:
        await TICKET(world.backend, await begin(world.backend), "k1", external_ref="R-1")
        await world.force(Outcome.UNAVAILABLE, operation="find_ticket")
        found = [await world.backend.find_ticket(external_ref="R-1") for _ in range(2)]
        assert [reply.outcome for reply in found] == [Outcome.UNAVAILABLE, Outcome.ACCEPTED]

    async def test_tickets_survive_a_restart(self, world: AccountWorld) -> None:
        case = await begin(world.backend)
        first = await TICKET(world.backend, case, "k1", external_ref="R-1")
        found = await world.backend.find_ticket(external_ref="R-1")
        await world.restart()
        assert await world.backend.find_ticket(external_ref="R-1") == found
        assert await TICKET(world.backend, case, "k2", external_ref="R-1") == first


class TestLinkedAccounts:
    """What is told to people whom the company's own site has linked, and to nobody else."""

    async def test_a_reference_has_the_case_of_its_identifier(self, world: AccountWorld) -> None:
        linked = await world.backend.linked_case(account=MEI["username"])
        assert linked == await world.backend.begin_case(identifier=MEI["username"])

    @pytest.mark.parametrize("account", ["nobody", "\ud800", "%"])
    async def test_a_reference_of_nobody_is_not_found(self, world: AccountWorld, account: str) -> None:
        assert await world.backend.linked_case(account=account) == Reply(outcome=Outcome.NOT_FOUND)

    async def test_it_says_how_the_account_stands_and_two_letters_of_what_is_on_file(
        self, world: AccountWorld
    ) -> None:
        case = str((await world.backend.linked_case(account=MEI["username"])).data["case"])
        on_file = {"phone_ends": MEI["phone"][-2:], "email_begins": MEI["email"][0]}
        active = await world.backend.account_state(case=case)
        assert active == Reply(outcome=Outcome.ACCEPTED, data={"state": "active", **on_file})
        until = world.clock.now() + timedelta(hours=2)
        await world.behind.stand(MEI["username"], "locked", until)
        locked = await world.backend.account_state(case=case)
        assert locked.data == {"state": "locked", "until": until.isoformat(), **on_file}

    async def test_it_says_what_became_of_the_newest_code_of_a_day(self, world: AccountWorld) -> None:
        case = str((await world.backend.linked_case(account=MEI["username"])).data["case"])
        none = Reply(outcome=Outcome.ACCEPTED, data={"status": "none"})
        assert await world.backend.delivery_status(case=case, channel="sms") == none
        await world.behind.report(MEI["username"], "sms", "failed", "full")
        at = world.clock.now().isoformat()
        failed = await world.backend.delivery_status(case=case, channel="sms")
        assert failed.data == {"status": "failed", "reason": "full", "at": at}
        assert await world.backend.delivery_status(case=case, channel="email") == none
        world.clock.turn(timedelta(days=1))
        assert await world.backend.delivery_status(case=case, channel="sms") == none

    async def test_a_code_that_was_sent_here_is_the_newest_one(self, world: AccountWorld) -> None:
        await world.behind.report(MEI["username"], "sms", "failed", "full")
        case = await begin(world.backend, MEI["username"])
        await RESEND(world.backend, case, "k1")
        told = await world.backend.delivery_status(case=case, channel="sms")
        assert told.data["status"] == "delivered"

    async def test_nothing_is_told_of_an_account_that_does_not_exist(self, world: AccountWorld) -> None:
        case = await begin(world.backend, NOBODY)
        for reply in (
            await world.backend.account_state(case=case),
            await world.backend.delivery_status(case=case, channel="sms"),
            await world.backend.delivery_status(case=await begin(world.backend), channel="pigeon"),
        ):
            assert reply == Reply(outcome=Outcome.NOT_SUPPORTED)


@pytest.mark.parametrize("operation", ["begin_case", "find_ticket", "linked_case", "account_state"])
async def test_a_look_up_that_hangs_can_be_cancelled(world: AccountWorld, operation: str) -> None:
    await world.force("hang", operation=operation)
    calls = {
        "begin_case": lambda: world.backend.begin_case(identifier=NOBODY),
        "find_ticket": lambda: world.backend.find_ticket(external_ref="R-1"),
        "linked_case": lambda: world.backend.linked_case(account="mei"),
        "account_state": lambda: world.backend.account_state(case="case"),
    }
    task = asyncio.ensure_future(calls[operation]())
    await world.reached()
    assert not task.done()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    answered = (Outcome.ACCEPTED, Outcome.NOT_FOUND, Outcome.NOT_SUPPORTED)
    assert (await calls[operation]()).outcome in answered
