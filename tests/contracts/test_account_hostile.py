"""Whatever an account system sends, over a real socket: the adapter answers by the port and repeats none of it."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import logging
import re
import socket
import ssl
import struct
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.accounts.addresses import parse_place
from bot.adapters.accounts.credentials import SharedSecret
from bot.adapters.accounts.http import HttpAccounts, retry_after
from bot.adapters.accounts.wire import ANSWERS, read_reply
from bot.core.vocabulary import Outcome
from bot.ports import Reply
from tests.contracts.account_worlds import SECRET, TurnedClock

CANARY = "canary-of-the-provider"
#: What a server does with a call that it has read.
Act = Callable[[asyncio.StreamWriter], Awaitable[None]]


def response(body: bytes, *, status: str = "200 OK", length: int | None = None, more: str = "") -> bytes:
    size = len(body) if length is None else length
    return f"HTTP/1.1 {status}\r\ncontent-length: {size}\r\n{more}\r\n".encode() + body


def writes(*pieces: bytes) -> Act:
    async def act(writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()

    return act


def says(body: object, **options: str) -> Act:
    return writes(response(json.dumps(body).encode(), **options))  # type: ignore[arg-type]


async def resets(writer: asyncio.StreamWriter) -> None:
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def drips(writer: asyncio.StreamWriter) -> None:
    """One byte now and then, for ever; the reader is always given something."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 60000\r\n\r\n")
    while not writer.is_closing():
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.02)


async def hangs(_: asyncio.StreamWriter) -> None:
    await asyncio.get_running_loop().create_future()


SENT = {
    "outcome": "accepted",
    "receipt": "r1",
    "next_allowed_at": "2026-03-01T12:01:00+00:00",
    "next_channel": "voice",
    "ttl_s": 600,
}
GOOD = json.dumps(SENT).encode()
#: What tells nothing of whether the call was executed.
UNREADABLE: dict[str, Act] = {
    "nothing": writes(b""),
    "truncated JSON": writes(response(GOOD[:-9])),
    "less than announced": writes(response(GOOD[:-9], length=len(GOOD))),
    "HTML": writes(response(f"<html><h1>{CANARY}</h1></html>".encode(), more="content-type: text/html\r\n")),
    "an error with 200": says({"error": CANARY}),
    "a list": says([SENT]),
    "null": says(None),
    "deep": writes(response(b"[" * 60_000)),
    "not UTF-8": writes(response(GOOD.replace(b"r1", b"\xff\xfe"))),
    "another outcome": says({"outcome": CANARY}),
    "an outcome of ours alone": says({"outcome": "too_soon"}),
    "no receipt": says({name: value for name, value in SENT.items() if name != "receipt"}),
    "a number as text": says({**SENT, "ttl_s": "600"}),
    "a huge number": says({**SENT, "ttl_s": 10**30}),
    "no number": writes(response(GOOD.replace(b"600", b"NaN"))),
    "no moment": says({**SENT, "next_allowed_at": CANARY}),
    "a moment of no zone": says({**SENT, "next_allowed_at": "2026-03-01T12:01:00"}),
    "a moment beyond the calendar": says({**SENT, "next_allowed_at": "9999-12-31T23:59:59-12:00"}),
    "words for a channel": says({**SENT, "next_channel": CANARY}),
    "words for a receipt": says({**SENT, "receipt": f"call {CANARY}"}),
    "words for a reason": says({"outcome": "blocked", "reason": f"Call {CANARY}!"}),
    "10 MiB": writes(response(b" " * (10 << 20))),
    "10 MiB in chunks": writes(
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
        *[b"10000\r\n" + b" " * 0x10000 + b"\r\n"] * 160,
        b"0\r\n\r\n",
    ),
    "a gzip bomb": writes(response(gzip.compress(b" " * (50 << 20)), more="content-encoding: gzip\r\n")),
    "a small answer in gzip": writes(response(gzip.compress(GOOD), more="content-encoding: gzip\r\n")),
    "no HTTP": writes(f"220 {CANARY} ESMTP\r\n".encode()),
    "headers without end": writes(b"HTTP/1.1 200 OK\r\n", *[b"x: " + b"y" * 1000 + b"\r\n"] * 500),
    "a reset connection": resets,
    "a slow drip": drips,
    "silence": hangs,
    "500": writes(response(CANARY.encode(), status="500 Internal Server Error")),
    "503": says({"outcome": "unavailable"}, status="503 Service Unavailable"),
    "408": says({}, status="408 Request Timeout"),
    "204": writes(b"HTTP/1.1 204 No Content\r\n\r\n"),
}
#: What says that the call was not executed.
NOT_DONE: dict[str, Act] = {
    f"{status}": says({"error": CANARY, "detail": CANARY}, status=f"{status} {CANARY}")
    for status in (400, 401, 403, 404, 405, 413, 422, 431)
}


class Hostile:
    """A server that does one thing, and what was asked of it."""

    def __init__(self, act: Act) -> None:
        self._act = act
        self._acting: set[asyncio.Task[None]] = set()
        self.calls: list[bytes] = []

    def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._acting.add(asyncio.ensure_future(self._meet(reader, writer)))

    async def stop(self) -> None:
        for task in self._acting:
            task.cancel()
        await asyncio.gather(*self._acting, return_exceptions=True)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            self.calls.append(head + await reader.readexactly(length))
            await self._act(writer)
        finally:
            writer.close()
            # The adapter may have heard enough.
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()


@asynccontextmanager
async def facing(
    act: Act, *, timeout_s: float = 0.4, tls: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[HttpAccounts, Hostile]]:
    hostile = Hostile(act)
    server = await asyncio.start_server(hostile, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    place = parse_place(f"{'https' if tls else 'http'}://localhost:{port}/base")
    accounts = HttpAccounts(
        place, SharedSecret(SECRET), clock=TurnedClock(), private=True, timeout_s=timeout_s
    )
    try:
        yield accounts, hostile
    finally:
        await accounts.close()
        server.close()
        await hostile.stop()


async def resend(accounts: HttpAccounts, key: str = "k1") -> Reply:
    return await accounts.resend_code(case="c", channel="sms", purpose="login", idempotency_key=key)


async def reset(accounts: HttpAccounts) -> Reply:
    return await accounts.start_password_reset(case="c", channel="sms", idempotency_key="k1")


async def open_ticket(accounts: HttpAccounts) -> Reply:
    return await accounts.open_reset_ticket(
        case="c", items=("phone",), reason="lost", external_ref="R-1", idempotency_key="k1"
    )


async def begin(accounts: HttpAccounts) -> Reply:
    return await accounts.begin_case(identifier="mei")


async def find(accounts: HttpAccounts) -> Reply:
    return await accounts.find_ticket(external_ref="R-1")


ACTING, LOOKING = (resend, reset, open_ticket), (begin, find)


@pytest.mark.parametrize("what", UNREADABLE)
async def test_what_cannot_be_read_may_have_been_done(what: str, caplog: pytest.LogCaptureFixture) -> None:
    """With a key it is unknown; a look-up is as if it had not been made."""
    caplog.set_level(logging.INFO)
    async with facing(UNREADABLE[what]) as (accounts, hostile):
        for operation in ACTING:
            assert await operation(accounts) == Reply(outcome=Outcome.UNKNOWN)
        for operation in LOOKING:
            assert await operation(accounts) == Reply(outcome=Outcome.UNAVAILABLE)
    assert len(hostile.calls) == 5, "a call is never repeated by itself"
    assert CANARY not in caplog.text


@pytest.mark.parametrize("what", NOT_DONE)
async def test_a_refusal_was_not_done(what: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with facing(NOT_DONE[what]) as (accounts, _):
        for operation in (*ACTING, *LOOKING):
            assert await operation(accounts) == Reply(outcome=Outcome.UNAVAILABLE)
        assert not await accounts.healthy()
    assert CANARY not in caplog.text
    assert what in caplog.text


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(status: int) -> None:
    async with facing(says(SENT)) as (_, elsewhere):
        async with facing(
            writes(response(b"", status=f"{status} Moved", more="location: http://169.254.169.254/\r\n"))
        ) as (accounts, hostile):
            assert (await resend(accounts)).outcome is Outcome.UNKNOWN
            assert (await begin(accounts)).outcome is Outcome.UNAVAILABLE
            assert not await accounts.healthy()
            assert len(hostile.calls) == 3
        assert elsewhere.calls == []


async def test_a_closed_port_was_not_asked() -> None:
    async with facing(says(SENT)) as (accounts, hostile):
        pass
    for operation in (*ACTING, *LOOKING):
        assert await operation(accounts) == Reply(outcome=Outcome.UNAVAILABLE)
    assert not await accounts.healthy()
    assert hostile.calls == []


def certified(folder: Path, name: str) -> ssl.SSLContext:
    """What a server of a name shows; `cert.pem` in the folder vouches for it."""
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=test"
    files = [folder / "cert.pem", folder / "key.pem"]
    subprocess.run(
        [*command.split(), "-addext", f"subjectAltName=DNS:{name}", "-out", files[0], "-keyout", files[1]],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    return context


@pytest.mark.parametrize(
    ("name", "vouched", "why"),
    [
        ("localhost", False, "its certificate is not valid: self-signed certificate"),
        ("accounts.example", True, "its certificate is not valid: Hostname mismatch"),
        ("localhost", True, ""),
    ],
)
async def test_only_a_certificate_of_the_name_is_talked_to(
    name: str,
    vouched: bool,
    why: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The connection goes to an address, and the certificate is checked for the name; else nothing is sent."""
    context = await asyncio.to_thread(certified, tmp_path, name)
    if vouched:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    async with facing(says(SENT), tls=context, timeout_s=5) as (accounts, hostile):
        reply = await resend(accounts)
        assert reply.outcome is (Outcome.UNAVAILABLE if why else Outcome.ACCEPTED)
        assert len(hostile.calls) == (not why)
    assert why in caplog.text


async def test_plain_text_where_tls_is_expected_was_not_asked() -> None:
    async def shouts(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(response(GOOD))
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(shouts, "127.0.0.1", 0) as server:
        place = parse_place(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        accounts = HttpAccounts(place, SharedSecret(SECRET), clock=TurnedClock(), private=True)
        assert (await resend(accounts)).outcome is Outcome.UNAVAILABLE
        await accounts.close()


@pytest.mark.parametrize(
    ("answer", "belongs_to"),
    [
        ({"outcome": "not_found"}, find),
        ({"outcome": "accepted", "case": "c"}, begin),
        ({"outcome": "already_open", "ticket": "T-1"}, open_ticket),
    ],
    ids=["find", "begin", "ticket"],
)
async def test_an_answer_of_another_operation_is_none(
    answer: dict[str, str], belongs_to: Callable[[HttpAccounts], Awaitable[Reply]]
) -> None:
    async with facing(says(answer)) as (accounts, _):
        for operation in (*ACTING, *LOOKING):
            unreadable = Outcome.UNKNOWN if operation in ACTING else Outcome.UNAVAILABLE
            expected = Outcome(answer["outcome"]) if operation is belongs_to else unreadable
            assert (await operation(accounts)).outcome is expected


async def test_only_what_the_contract_has_is_taken_from_an_answer() -> None:
    async with facing(says({**SENT, "code": "123456", "message": CANARY})) as (accounts, hostile):
        reply = await resend(accounts)
    assert reply == Reply(outcome=Outcome.ACCEPTED, data={k: v for k, v in SENT.items() if k != "outcome"})
    (call,) = hostile.calls
    head, _, body = call.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /base/resend-code HTTP/1.1\r\n")
    assert b"\r\nidempotency-key: k1\r\n" in head.lower() + b"\r\n"
    assert SECRET.encode() not in call
    assert json.loads(body) == {"case": "c", "channel": "sms", "purpose": "login"}


async def test_text_that_has_no_utf8_is_sent_all_the_same() -> None:
    async with facing(says({"outcome": "accepted", "case": "c"})) as (accounts, hostile):
        assert (await accounts.begin_case(identifier="mei\ud800\n\0")).outcome is Outcome.ACCEPTED
    assert json.loads(hostile.calls[0].partition(b"\r\n\r\n")[2]) == {"identifier": "mei?\n\0"}


@pytest.mark.parametrize("status", ["409 Conflict", "422 Unprocessable Content"])
async def test_a_key_that_was_used_otherwise_is_a_programming_error(status: str) -> None:
    async with facing(says({"error": "key_reused"}, status=status)) as (accounts, _):
        for operation in ACTING:
            with pytest.raises(ValueError, match="k1"):
                await operation(accounts)
        for operation in LOOKING:
            assert (await operation(accounts)).outcome is Outcome.UNAVAILABLE


@pytest.mark.parametrize("key", ["", "k" * 65, "a b", "a\r\nHost: x", "ü"])
async def test_what_is_no_key_is_not_sent(key: str) -> None:
    async with facing(says(SENT)) as (accounts, hostile):
        with pytest.raises(ValueError, match="idempotency key"):
            await resend(accounts, key)
        await resend(accounts, "k" * 64)
    assert len(hostile.calls) == 1


async def test_a_key_that_is_being_worked_on_is_asked_for_again() -> None:
    busy = response(b'{"error":"key_in_flight"}', status="409 Conflict")
    answers = [busy, busy, response(GOOD)]

    async def act(writer: asyncio.StreamWriter) -> None:
        writer.write(answers.pop(0) if answers else busy)

    async with facing(act) as (accounts, hostile):
        assert (await resend(accounts)).outcome is Outcome.ACCEPTED
        assert len(hostile.calls) == 3
        assert len({call.partition(b"\r\n\r\n")[2] for call in hostile.calls}) == 1
        assert (await resend(accounts)).outcome is Outcome.UNKNOWN
        assert len(hostile.calls) == 7


@pytest.mark.parametrize("status", ["401 Unauthorized", "429 Too Many Requests", "500 Internal Server Error"])
async def test_a_refusal_tells_nothing_of_the_call_that_is_under_way(status: str) -> None:
    answers = [response(b'{"error":"key_in_flight"}', status="409 Conflict"), response(b"", status=status)]

    async def act(writer: asyncio.StreamWriter) -> None:
        writer.write(answers.pop(0))

    async with facing(act) as (accounts, _):
        assert (await resend(accounts)) == Reply(outcome=Outcome.UNKNOWN)


NOON = TurnedClock().now()


@pytest.mark.parametrize(
    ("written", "wait_s"),
    [
        ("0", 0),
        ("7", 7),
        (" 120 ", 120),
        ("3601", 3600),
        ("9" * 30, 3600),
        (format_datetime(NOON + timedelta(seconds=90), usegmt=True), 90),
        ("Sunday, 01-Mar-26 12:01:30 GMT", 90),
        ("Sun Mar  1 12:01:30 2026", 90),
        (format_datetime(NOON + timedelta(days=90), usegmt=True), 3600),
        (format_datetime(NOON - timedelta(days=90), usegmt=True), 0),
        ("", 30),
        ("-5", 30),
        ("1.5", 30),
        ("soon", 30),
        ("٣", 30),
        ("Sun, 99 Mar 2026 12:00:00 GMT", 30),
        ("Sun, 01 Mar 99999999999 12:00:00 GMT", 30),
    ],
)
async def test_a_limit_tells_when_to_come_again(written: str, wait_s: int) -> None:
    """RFC 9110, section 10.2.3: seconds, or a date in one of three forms; anything else is half a minute."""
    assert retry_after(written, NOON) == timedelta(seconds=wait_s)
    limited = response(b"", status="429 Too Many Requests", more=f"retry-after: {written.strip()}\r\n")
    if written.isascii():
        async with facing(writes(limited)) as (accounts, _):
            reply = await resend(accounts)
            assert reply.outcome is Outcome.RATE_LIMITED
            retry_at = datetime.fromisoformat(str(reply.data["retry_at"]))
            assert retry_at.astimezone(UTC) - NOON == timedelta(seconds=wait_s)
            assert (await begin(accounts)).outcome is Outcome.UNAVAILABLE


async def test_a_call_ends_in_time_however_the_answer_comes() -> None:
    for act in (drips, hangs):
        async with facing(act, timeout_s=0.3) as (accounts, _):
            started = asyncio.get_running_loop().time()
            assert (await resend(accounts)).outcome is Outcome.UNKNOWN
            assert 0.25 < asyncio.get_running_loop().time() - started < 3


FIELDS = ("outcome", *SENT, "case", "ticket", "state", "opened", "reason", "retry_at")
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=40),
    st.sampled_from([*Outcome, *SENT.values(), "open", "0001-01-01T00:00:00+14:00", "T-1"]),
    st.lists(st.text(max_size=3), max_size=3),
)


@given(path=st.sampled_from(list(ANSWERS)), fields=st.dictionaries(st.sampled_from(FIELDS), VALUES))
def test_any_answer_is_a_reply_of_the_port_or_none(path: str, fields: dict[str, object]) -> None:
    reply = read_reply(path, json.dumps(fields).encode())
    if reply is not None:
        assert reply.outcome == fields["outcome"]
        for name, value in reply.data.items():
            assert isinstance(value, str | int)
            assert re.fullmatch(r"[!-~]{1,256}", str(value)), "one word, of what can be seen"
            assert name in fields


@given(path=st.sampled_from(list(ANSWERS)), body=st.binary())
def test_any_bytes_are_a_reply_of_the_port_or_none(path: str, body: bytes) -> None:
    assert read_reply(path, body) is None
