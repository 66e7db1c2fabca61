"""`sparekey backend-check`: a service that keeps the contract passes, and each fault of one that does not has its line."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.adapters.accounts.addresses import parse_place
from bot.adapters.accounts.conformance import RULES, Finding, examine
from bot.adapters.accounts.connection import Connection
from bot.adapters.accounts.credentials import (
    SIGNATURE,
    Call,
    Credential,
    Guard,
    SharedSecret,
    SignatureGuard,
    Token,
    TokenGuard,
)
from bot.adapters.accounts.demo import DemoAccounts
from bot.adapters.accounts.demo_tables import CaseRow
from bot.adapters.accounts.probe import Probe
from bot.cli import main
from bot.core.vocabulary import Outcome
from bot.ports import Reply
from examples.account_service.service import account_service, routes
from tests.contracts.account_worlds import SECRET, TurnedClock
from tests.contracts.served import Served

TOKEN = "a-token-of-the-contract-tests"


class Rewritten:
    """An application whose answers are changed on their way."""

    def __init__(self, app: ASGIApp, change: Callable[[str, int, bytes], tuple[int, bytes]]) -> None:
        self._app, self._change = app, change

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        head: list[Message] = []

        async def changed(message: Message) -> None:
            if message["type"] == "http.response.start":
                head.append(message)
                return
            head[0]["status"], body = self._change(scope["path"], head[0]["status"], message["body"])
            kept = [(name, value) for name, value in head[0]["headers"] if name != b"content-length"]
            head[0]["headers"] = [*kept, (b"content-length", str(len(body)).encode())]
            await send(head[0])
            await send({"type": "http.response.body", "body": body})

        await self._app(scope, receive, changed)


def adding(**fields: str) -> Callable[[str, int, bytes], tuple[int, bytes]]:
    def change(path: str, status: int, body: bytes) -> tuple[int, bytes]:
        if path == "/resend-code" and status == 200:
            return status, json.dumps({**json.loads(body), **fields}).encode()
        return status, body

    return change


class Broken(DemoAccounts):
    """A service that can tell whether there is an account, and does."""

    async def known(self, case: str) -> bool:
        def work(session: Any) -> bool:
            row = session.get(CaseRow, case)
            return row is not None and row.account is not None

        return await self._run(work)


class Down(Broken):
    async def healthy(self) -> bool:
        return False


class NewCases(Broken):
    async def begin_case(self, *, identifier: str) -> Reply:
        return Reply(outcome=Outcome.ACCEPTED, data={"case": f"case-{secrets.token_hex(32)}"})


class OneCase(Broken):
    async def begin_case(self, *, identifier: str) -> Reply:
        return await super().begin_case(identifier="mei")


class TellingCases(Broken):
    """The length is the same."""

    async def begin_case(self, *, identifier: str) -> Reply:
        case = str((await super().begin_case(identifier=identifier)).data["case"])
        told = case if await self.known(case) else case.replace("case", "none")
        return Reply(outcome=Outcome.ACCEPTED, data={"case": told})


class LongerCases(Broken):
    async def begin_case(self, *, identifier: str) -> Reply:
        case = str((await super().begin_case(identifier=identifier)).data["case"])
        return Reply(outcome=Outcome.ACCEPTED, data={"case": case + "0" * (not await self.known(case))})


class NoKeys(Broken):
    async def resend_code(self, *, case: str, channel: str, purpose: str, idempotency_key: str) -> Reply:
        return await super().resend_code(
            case=case, channel=channel, purpose=purpose, idempotency_key=secrets.token_hex(8)
        )


class RacyKeys(Broken):
    """What comes while a key is being worked on is worked on, too."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.in_flight: set[str] = set()

    async def resend_code(self, *, case: str, channel: str, purpose: str, idempotency_key: str) -> Reply:
        key = secrets.token_hex(8) if idempotency_key in self.in_flight else idempotency_key
        self.in_flight.add(idempotency_key)
        try:
            return await super().resend_code(case=case, channel=channel, purpose=purpose, idempotency_key=key)
        finally:
            self.in_flight.discard(idempotency_key)


class ForgivingKeys(Broken):
    async def resend_code(self, *, case: str, channel: str, purpose: str, idempotency_key: str) -> Reply:
        try:
            return await super().resend_code(
                case=case, channel=channel, purpose=purpose, idempotency_key=idempotency_key
            )
        except ValueError:
            return Reply(outcome=Outcome.UNUSABLE)


class TellingCodes(Broken):
    """An account that does not exist is refused."""

    async def resend_code(self, *, case: str, **given: str) -> Reply:  # type: ignore[override]
        reply = await super().resend_code(case=case, **given)
        told = reply.outcome is not Outcome.ACCEPTED or await self.known(case)
        return reply if told else Reply(outcome=Outcome.BLOCKED, data={"reason": "policy"})


class ShorterCodes(Broken):
    """A code for nobody lives shorter."""

    async def resend_code(self, *, case: str, **given: str) -> Reply:  # type: ignore[override]
        reply = await super().resend_code(case=case, **given)
        if reply.outcome is not Outcome.ACCEPTED or await self.known(case):
            return reply
        return replace(reply, data={**reply.data, "ttl_s": 300})


class TellingResets(Broken):
    async def start_password_reset(self, *, case: str, **given: str) -> Reply:  # type: ignore[override]
        reply = await super().start_password_reset(case=case, **given)
        if reply.outcome is Outcome.NOT_SUPPORTED or await self.known(case):
            return reply
        return Reply(outcome=Outcome.UNUSABLE)


class TellingTickets(Broken):
    """The numbers of tickets for nobody are shorter."""

    async def open_reset_ticket(self, *, case: str, **given: Any) -> Reply:  # type: ignore[override]
        reply = await super().open_reset_ticket(case=case, **given)
        cut = None if await self.known(case) else 8
        return replace(reply, data={"ticket": str(reply.data["ticket"])[:cut]})


class AnyChannel(Broken):
    async def resend_code(self, *, channel: str, **given: str) -> Reply:  # type: ignore[override]
        return await super().resend_code(channel="sms" if channel == "pigeon" else channel, **given)


class LostTickets(Broken):
    async def find_ticket(self, *, external_ref: str) -> Reply:
        return Reply(outcome=Outcome.NOT_FOUND)


class TwoTickets(Broken):
    """A case may have two open tickets."""

    async def open_reset_ticket(self, **given: Any) -> Reply:
        reply = await super().open_reset_ticket(**given)
        if reply.outcome is not Outcome.ALREADY_OPEN:
            return reply
        return Reply(outcome=Outcome.ACCEPTED, data={"ticket": given["external_ref"][:13]})


class Trusting:
    """Asks for a signature, and reads none."""

    def admits(self, headers: Mapping[str, str], call: Call) -> bool:
        return SIGNATURE.lower() in headers


class Ageless:
    """Takes the moment of a signature for the present."""

    def __init__(self) -> None:
        self._clock = TurnedClock()
        self._guard = SignatureGuard(SECRET, self._clock)

    def admits(self, headers: Mapping[str, str], call: Call) -> bool:
        if found := re.match("t=([0-9]+)", headers.get(SIGNATURE.lower(), "")):
            self._clock.moment = datetime.fromtimestamp(int(found[1]), UTC)
        return self._guard.admits(headers, call)


class Forgetful:
    """Keeps no signature."""

    def __init__(self, clock: TurnedClock) -> None:
        self._clock = clock

    def admits(self, headers: Mapping[str, str], call: Call) -> bool:
        return SignatureGuard(SECRET, self._clock).admits(headers, call)


class LinkedStrangers(DemoAccounts):
    """Takes any reference for an identifier."""

    async def linked_case(self, *, account: str) -> Reply:
        return await self.begin_case(identifier=account)


class StandingStrangers(DemoAccounts):
    """Tells of every case how its account stands."""

    async def account_state(self, *, case: str) -> Reply:
        return Reply(outcome=Outcome.ACCEPTED, data={"state": "active"})


def behind(accounts: type[DemoAccounts]) -> Callable[[Path], ASGIApp]:
    return lambda path: service(accounts(path, clock=TurnedClock()))


def guarded(guard: Guard) -> Callable[[Path], ASGIApp]:
    return lambda path: service(DemoAccounts(path, clock=TurnedClock()), guard)


def rewritten(change: Callable[[str, int, bytes], tuple[int, bytes]]) -> Callable[[Path], ASGIApp]:
    return lambda path: Rewritten(service(DemoAccounts(path, clock=TurnedClock())), change)


def service(accounts: DemoAccounts, guard: Guard | None = None) -> ASGIApp:
    return account_service(accounts, guard or SignatureGuard(SECRET, TurnedClock()))


def typed_html(path: Path) -> ASGIApp:
    inner = service(DemoAccounts(path, clock=TurnedClock()))

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        async def changed(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    (name, b"text/html" if name == b"content-type" else value)
                    for name, value in message["headers"]
                ]
            await send(message)

        await inner(scope, receive, changed)

    return app


#: How a service is broken -> the service, and the lines that are faults.
BROKEN: dict[str, tuple[Callable[[Path], ASGIApp], set[str]]] = {
    "says it is down": (behind(Down), {"health"}),
    "asks for no credential": (
        lambda path: routes(DemoAccounts(path, clock=TurnedClock())),
        {"credential", "age", "replay"},
    ),
    "reads no signature": (guarded(Trusting()), {"credential", "age", "replay"}),
    "takes old signatures": (guarded(Ageless()), {"age"}),
    "takes a call twice": (guarded(Forgetful(TurnedClock())), {"replay"}),
    "makes a new case each time": (behind(NewCases), {"cases"}),
    "has one case for all": (behind(OneCase), {"cases", "tickets", "reuse", "links"}),
    "tells accounts by the letters of a case": (behind(TellingCases), {"cases"}),
    "tells accounts by the length of a case": (behind(LongerCases), {"cases"}),
    "answers anything": (
        rewritten(
            lambda _, status, body: (200, b'{"outcome":"unavailable"}') if status == 400 else (status, body)
        ),
        {"requests"},
    ),
    "ignores keys": (behind(NoKeys), {"once", "at once", "reuse"}),
    "looks for a key before it is stored": (behind(RacyKeys), {"at once"}),
    "takes a key for another call": (behind(ForgivingKeys), {"reuse"}),
    "refuses a code to nobody": (behind(TellingCodes), {"codes"}),
    "gives nobody a shorter life": (behind(ShorterCodes), {"codes"}),
    "refuses a reset to nobody": (behind(TellingResets), {"resets"}),
    "numbers tickets for nobody otherwise": (behind(TellingTickets), {"reports"}),
    "sends by any channel": (behind(AnyChannel), {"channels"}),
    "finds no ticket": (behind(LostTickets), {"tickets"}),
    "opens two tickets": (behind(TwoTickets), {"tickets"}),
    "links any reference": (behind(LinkedStrangers), {"links"}),
    "tells of an account that is none": (behind(StandingStrangers), {"links"}),
    "answers with the code": (rewritten(adding(code="123456")), {"secrets"}),
    "answers with a link": (rewritten(adding(reset_link="https://x")), {"secrets"}),
    "answers with the identifier": (rewritten(adding(to="Mei")), {"secrets"}),
    "calls JSON a page": (typed_html, {"secrets"}),
}


async def examined(app: ASGIApp, credential: Credential | None = None) -> tuple[Finding, ...]:
    served = Served(app)
    connection = Connection(parse_place(served.address), private=True, timeout_s=5)
    try:
        return await examine(Probe(connection, credential or SharedSecret(SECRET), TurnedClock(), "mei"))
    finally:
        await connection.close()
        served.stop()


@pytest.mark.parametrize("how", BROKEN)
async def test_each_broken_service_has_its_own_line(how: str, tmp_path: Path) -> None:
    """And no other one; each says why and what to do."""
    make, rules = BROKEN[how]
    findings = await examined(make(tmp_path / "accounts.db"))
    faults = {finding.rule: str(finding) for finding in findings if not finding.ok}
    assert faults.keys() == rules, "\n".join(faults.values())
    for rule, line in faults.items():
        assert re.fullmatch(rf"{rule}: FAULT\. [A-Z/].*\. [A-Z].*\.", line), line


def test_every_rule_is_broken_by_one_of_them() -> None:
    assert {rule.name for rule in RULES} == set().union(*(rules for _, rules in BROKEN.values()))


@pytest.mark.parametrize(
    ("guard", "credential"),
    [(SignatureGuard(SECRET, TurnedClock()), SharedSecret(SECRET)), (TokenGuard(TOKEN), Token(TOKEN))],
    ids=["signature", "token"],
)
async def test_the_example_keeps_the_contract(guard: Guard, credential: Credential, tmp_path: Path) -> None:
    """Also the second time, when the test account has a ladder and a ticket."""
    accounts = DemoAccounts(tmp_path / "accounts.db", clock=TurnedClock())
    for _ in range(2):
        findings = await examined(account_service(accounts, guard), credential)
        assert [str(finding) for finding in findings if not finding.ok] == []
        assert [finding.rule for finding in findings] == [rule.name for rule in RULES]
    messages = await accounts.inbox()
    await accounts.close()
    assert len(messages) <= 2
    assert {message.to for message in messages} <= {"+886936130000"}


def checked(address: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    code = main(["backend-check", address, "--identifier", "mei"])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_the_exit_code_tells_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from bot.service.clock import SystemClock

    monkeypatch.setenv("SPAREKEY_ACCOUNTS_SECRET", SECRET)
    monkeypatch.setenv("SPAREKEY_ACCOUNTS_PRIVATE", "yes")
    accounts = DemoAccounts(tmp_path / "accounts.db", clock=SystemClock())
    served = Served(account_service(accounts, SignatureGuard(SECRET, SystemClock())))
    try:
        code, out, err = checked(served.address, capsys)
        assert (code, out.count(": OK. "), err) == (0, len(RULES), "")
        monkeypatch.setenv("SPAREKEY_ACCOUNTS_SECRET", SECRET[::-1])
        code, out, err = checked(served.address, capsys)
        assert (code, err) == (1, "")
        assert out.startswith("health: FAULT. It answered 401 ")
    finally:
        served.stop()
    code, out, err = checked(served.address, capsys)
    assert (code, out.count("\n"), err) == (1, 1, "")
    for name, value, address, words in (
        (
            "SPAREKEY_ACCOUNTS_SECRET",
            "short",
            served.address,
            "SPAREKEY_ACCOUNTS_SECRET: it is shorter than 32",
        ),
        ("SPAREKEY_ACCOUNTS_SECRET", "", served.address, "set one of the two"),
        (
            "SPAREKEY_ACCOUNTS_SECRET",
            SECRET,
            "accounts.example.com",
            "SPAREKEY_ACCOUNTS_URL: it is not an address",
        ),
        ("SPAREKEY_ACCOUNTS_PRIVATE", "no", served.address, "SPAREKEY_ACCOUNTS_PRIVATE=yes"),
    ):
        monkeypatch.setenv(name, value)
        code, out, err = checked(address, capsys)
        assert (code, out) == (2, "")
        assert words in err
        assert "short" not in err.replace("shorter", "")
