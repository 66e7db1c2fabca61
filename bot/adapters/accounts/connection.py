"""
One HTTP exchange with one host: checked addresses, small answers, no redirects, and a limit on all of it.

A fresh connection for every call: the name is resolved and checked each time, the connection goes to the address that was
checked, and a call never fails because an idle connection was closed meanwhile, which nobody could tell from a lost
answer. What goes wrong is one of two things: the call was not sent, or its answer was lost.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpcore

from bot.adapters.accounts.addresses import Place, refusal
from bot.adapters.accounts.wire import LONGEST

CONNECT_S: Final = 3.0
#: More calls than these wait for their turn.
_AT_ONCE: Final = 100
_FAULTS: Final = (
    TimeoutError,
    OSError,
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
)


class NotSent(Exception):
    """No byte of the call was sent: it was not executed. The message is ours."""


class AnswerLost(Exception):
    """The call was sent, at least in part: nobody knows whether it was executed. The message is ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    #: Names in lower case.
    headers: Mapping[str, str]
    body: bytes


class Connection:
    """The way to one account system."""

    def __init__(self, place: Place, *, private: bool, timeout_s: float) -> None:
        """
        Prepare the way; nothing is sent yet.

        Args:
            place: The only host that is ever called.
            private: Whether it may be at a private address.
            timeout_s: For one call, from its first step to the last byte of its answer.
        """
        self.place, self._timeout_s = place, timeout_s
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=ssl.create_default_context() if place.scheme == "https" else None,
            max_connections=_AT_ONCE,
            max_keepalive_connections=0,
            network_backend=_CheckedNetwork(private=private, tls=place.scheme == "https"),
        )

    async def call(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """
        Make one call.

        Raises:
            NotSent: It was not executed.
            AnswerLost: It may have been executed.
        """
        sent = False

        async def trace(event: str, _: Mapping[str, Any]) -> None:
            nonlocal sent
            sent = sent or event == "http11.send_request_headers.started"

        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._exchange(method, target, headers, body, trace)
        except _FAULTS as fault:
            if sent:
                raise AnswerLost(f"no readable answer ({type(fault).__name__})") from fault
            raise NotSent(_reason(fault)) from fault

    async def close(self) -> None:
        """Close what is open."""
        await self._pool.aclose()

    async def _exchange(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes, trace: object
    ) -> Answer:
        place = self.place
        url = httpcore.URL(
            scheme=place.scheme.encode(), host=place.host.encode(), port=place.port, target=target.encode()
        )
        told = {
            "Host": place.netloc,
            "Accept-Encoding": "identity",
            "Content-Length": str(len(body)),
            **headers,
        }
        extensions = {"timeout": {"connect": CONNECT_S}, "trace": trace}
        async with self._pool.stream(
            method, url, headers=list(told.items()), content=body, extensions=extensions
        ) as response:
            return Answer(
                status=response.status,
                headers={
                    name.decode("latin-1").lower(): value.decode("latin-1")
                    for name, value in response.headers
                },
                body=await _short_body(response),
            )


async def _short_body(response: httpcore.Response) -> bytes:
    """Read the body as it is on the wire: what is packed stays so, and small."""
    body = b""
    async for piece in response.aiter_stream():
        body += piece
        if len(body) > LONGEST:
            raise httpcore.RemoteProtocolError(f"more than {LONGEST} bytes")
    return body


class _CheckedNetwork(httpcore.AsyncNetworkBackend):
    """Connects to the addresses that it has checked itself, so that a name cannot change its meaning in between."""

    def __init__(self, *, private: bool, tls: bool) -> None:
        self._private, self._tls = private, tls
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 -- the signature of the base class
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        async with asyncio.timeout(timeout):
            addresses = await self._addresses(host, port)
        share = None if timeout is None else timeout / len(addresses)
        for address in addresses[:-1]:
            try:
                return await self._network.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._network.connect_tcp(addresses[-1], port, share, local_address, socket_options)

    async def _addresses(self, host: str, port: int) -> list[str]:
        """Return every address of a name; one that may not be called makes all of them suspicious."""
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except UnicodeError as fault:
            raise httpcore.ConnectError("the name is no host name") from fault
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        for address in addresses:
            if why := refusal(address, private=self._private, tls=self._tls):
                raise _Refused(why)
        return addresses

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class _Refused(httpcore.ConnectError):
    """The address may not be called."""


def _reason(fault: BaseException) -> str:
    """Say why nothing was sent, without a word of the other side."""
    causes: list[BaseException] = [fault]
    while (cause := causes[-1].__cause__ or causes[-1].__context__) is not None:
        causes.append(cause)
    for cause in causes:
        match cause:
            case _Refused():
                return str(cause)
            case ssl.SSLCertVerificationError():
                return f"its certificate is not valid: {cause.verify_message.rstrip('.')}"
            case ssl.SSLError():
                return "the TLS handshake failed"
            case socket.gaierror():
                return "the DNS knows no such name"
            case TimeoutError() | httpcore.TimeoutException():
                return f"no connection in {CONNECT_S:g} s"
    return "no connection: nothing listens there, or the connection was closed"
