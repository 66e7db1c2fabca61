"""What may be called in the name of the account system, and what never."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.adapters.accounts.addresses import Standing, parse_place, standing
from bot.adapters.accounts.connection import Connection, NotSent
from bot.adapters.accounts.credentials import Token
from bot.adapters.accounts.http import HttpAccounts
from bot.core.vocabulary import Outcome
from tests.contracts.account_worlds import TurnedClock

PUBLIC, PRIVATE, NEVER = Standing.PUBLIC, Standing.PRIVATE, Standing.NEVER


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("1.1.1.1", PUBLIC),
        ("2606:4700::1111", PUBLIC),
        ("::ffff:1.1.1.1", PUBLIC),
        ("64:ff9b::101:101", PUBLIC),
        ("127.0.0.1", PRIVATE),
        ("127.255.255.254", PRIVATE),
        ("::1", PRIVATE),
        ("::ffff:127.0.0.1", PRIVATE),
        ("64:ff9b::7f00:1", PRIVATE),
        ("10.1.2.3", PRIVATE),
        ("172.31.255.255", PRIVATE),
        ("192.168.0.1", PRIVATE),
        ("100.64.0.1", PRIVATE),
        ("fd00::8", PRIVATE),
        ("::ffff:10.0.0.1", PRIVATE),
        ("169.254.169.254", NEVER),
        ("::ffff:169.254.169.254", NEVER),
        ("64:ff9b::a9fe:a9fe", NEVER),
        ("fd00:ec2::254", NEVER),
        ("100.100.100.200", NEVER),
        ("fe80::1", NEVER),
        ("fe80::1%eth0", NEVER),
        ("0.0.0.0", NEVER),  # noqa: S104
        ("::", NEVER),
        ("::7f00:1", NEVER),
        ("224.0.0.1", NEVER),
        ("255.255.255.255", NEVER),
        ("240.0.0.1", NEVER),
        ("192.0.0.192", NEVER),
        ("192.0.2.1", NEVER),
        ("198.18.0.1", NEVER),
        ("ff02::1", NEVER),
        ("2002:7f00:1::", NEVER),
        ("2001:0:7f00:1::", NEVER),
        ("2001:db8::1", NEVER),
        ("fec0::1", NEVER),
        ("no address", NEVER),
        ("2130706433", NEVER),
        ("0177.0.0.1", NEVER),
    ],
)
def test_an_address_is_public_or_private_or_neither(address: str, expected: Standing) -> None:
    assert standing(address) is expected


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ("https://accounts.example.com", "https://accounts.example.com"),
        ("https://Accounts.Example.com:8443/support/", "https://accounts.example.com:8443/support"),
        ("http://[::1]:80", "http://[::1]"),
        ("http://127.0.0.1:8090", "http://127.0.0.1:8090"),
    ],
)
def test_a_base_address_is_read(raw: str, told: str) -> None:
    assert str(parse_place(raw)) == told


@pytest.mark.parametrize(
    "raw",
    [
        "", "accounts.example.com", "ftp://accounts.example.com", "file:///etc/passwd", "https://", "https://:443",
        "https://a:0", "https://a:99999", "https://a:x", "https://u:geheim@a", "https://geheim@a", "https://a/?q=geheim",
        "https://a/#geheim", "http://2130706433", "http://0x7f000001", "http://0x7f.1", "http://127.1", "http://0177.0.0.1",
        "http://127.0.0.1.", "http://017700000001", "http://[::1", "http://a b", "https://a/../b", "https://a/%2e%2e/b",
        "https://a\\b", "https://a/b\r\nHost: c", "https://münchen.example",
    ],
)  # fmt: skip
def test_a_base_address_that_is_none_or_a_trick_is_refused(raw: str) -> None:
    """Decimal and octal forms of an IP address among them; the reason does not repeat it, for it may hold a secret."""
    with pytest.raises(ValueError) as fault:
        parse_place(raw)
    assert "geheim" not in str(fault.value)


@pytest.fixture
async def listening() -> AsyncIterator[tuple[int, list[bytes]]]:
    """A port of this machine, and what came in there."""
    came: list[bytes] = []

    async def keep(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came.append(await reader.read(100))
        writer.write(b'HTTP/1.1 200 OK\r\ncontent-length: 15\r\n\r\n{"status":"ok"}')
        writer.close()

    async with await asyncio.start_server(keep, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1], came


@pytest.mark.parametrize("host", ["127.0.0.1", "[::ffff:127.0.0.1]", "localhost"])
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_this_machine_is_not_called_unless_the_operator_says_so(
    listening: tuple[int, list[bytes]], scheme: str, host: str
) -> None:
    port, came = listening
    connection = Connection(parse_place(f"{scheme}://{host}:{port}"), private=False, timeout_s=5)
    with pytest.raises(NotSent, match=r"private address.*SPAREKEY_ACCOUNTS_PRIVATE=yes"):
        await connection.call("GET", "/health", {}, b"")
    await connection.close()
    assert came == []


@pytest.mark.parametrize("private", [False, True])
@pytest.mark.parametrize(
    "host",
    ["169.254.169.254", "[fe80::1]", "0.0.0.0", "[::]", "224.0.0.1", "[fd00:ec2::254]"],  # noqa: S104
)
async def test_what_is_never_an_account_system_is_never_called(host: str, private: bool) -> None:
    connection = Connection(parse_place(f"https://{host}"), private=private, timeout_s=5)
    with pytest.raises(NotSent, match=r"private address|no address of an account system"):
        await connection.call("GET", "/health", {}, b"")
    await connection.close()


async def test_plain_http_is_not_spoken_to_the_public() -> None:
    connection = Connection(parse_place("http://1.1.1.1"), private=True, timeout_s=5)
    with pytest.raises(NotSent, match="use https"):
        await connection.call("GET", "/health", {}, b"")
    await connection.close()


class Names:
    """A resolver whose answer for a name changes; everything else of the loop is the real one."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answers: list[list[str]] = []
        self.asked: list[str] = []
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", self.getaddrinfo)

    async def getaddrinfo(self, host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        self.asked.append(host)
        answer = self.answers.pop(0)
        return [
            (socket.AF_INET6 if ":" in ip else socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port))
            for ip in answer
        ]


async def test_a_name_that_changes_its_meaning_is_checked_each_time(
    listening: tuple[int, list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection goes to the address that was checked: one look-up a call, and none behind it."""
    port, came = listening
    names = Names(monkeypatch)
    names.answers = [["127.0.0.1"], ["169.254.169.254"], ["127.0.0.1", "169.254.169.254"], ["127.0.0.1"]]
    connection = Connection(parse_place(f"http://accounts.example:{port}"), private=True, timeout_s=5)
    for allowed in (True, False, False, True):
        try:
            assert (await connection.call("GET", "/health", {}, b"")).status == 200
        except NotSent as fault:
            assert not allowed and "169.254.169.254" in str(fault)  # noqa: PT017, PT018
        else:
            assert allowed
    await connection.close()
    assert names.asked == ["accounts.example"] * 4
    assert len(came) == 2


async def test_a_name_with_several_addresses_is_tried_at_each(
    listening: tuple[int, list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    port, came = listening
    names = Names(monkeypatch)
    names.answers = [["127.0.0.2", "127.0.0.1"]]
    connection = Connection(parse_place(f"http://accounts.example:{port}"), private=True, timeout_s=5)
    assert (await connection.call("GET", "/health", {}, b"")).status == 200
    await connection.close()
    assert len(came) == 1


async def test_a_name_that_nobody_knows_is_not_called() -> None:
    """RFC 6761: `invalid` is no domain."""
    backend = HttpAccounts(parse_place("https://accounts.invalid"), Token("t"), clock=TurnedClock())
    reply = await backend.resend_code(case="c", channel="sms", purpose="login", idempotency_key="k")
    assert reply.outcome is Outcome.UNAVAILABLE
    assert not await backend.healthy()
    await backend.close()
