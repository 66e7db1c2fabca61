"""The HTTP face of the fake: /bot<token>/<method>, /file/bot<token>/<path> and /control/...

The bot's side is a bare ASGI application, for speed and because a fault must be able to close the connection;
the control side is Starlette's.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from tests.fake_telegram.control import control_app
from tests.fake_telegram.core import Fake
from tests.fake_telegram.errors import ApiError, Violation
from tests.fake_telegram.faults import Fault, refuse
from tests.fake_telegram.polling import Disconnected
from tests.fake_telegram.spec import Upload
from tests.fake_telegram.state import Wire
from tests.fake_telegram.wire import Receive, Torn, parameters, read_body

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Files = dict[str, Upload]
BAD_GATEWAY = b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body></body>\r\n</html>\r\n"


class Server:
    """One ASGI application with one bot behind it."""

    def __init__(self, fake: Fake) -> None:
        self._fake = fake
        self._control = control_app(fake)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["path"].startswith("/bot"):
            await self._bot(scope, receive, send)
        elif scope["path"].startswith("/file/bot"):
            await self._download(scope, send)
        else:
            await self._control(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        self._fake.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._fake.stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def _bot(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await read_body(receive)
        except Torn:
            return
        token, _, name = scope["path"].removeprefix("/bot").partition("/")
        if token != self._fake.token:
            await answer(send, 401, {"ok": False, "error_code": 401, "description": "Unauthorized"})
            return
        try:
            headers = dict(scope["headers"])
            raw, files = parameters(scope["query_string"], headers.get(b"content-type", b"").decode(), body)
        except Violation as error:
            self._fake.api.violation(name, {}, error)
            await answer(send, error.status, error.answer())
            return
        await self._strike(name, raw, files, receive, send)

    async def _strike(self, name: str, raw: Wire, files: Files, receive: Receive, send: Send) -> None:
        fault = self._fake.api.take_fault(name, raw)
        if fault and fault.kind in {"drop_before", "bad_gateway"}:
            self._fake.api.lose(name, raw, fault)
            if fault.kind == "drop_before":
                await hang_up(receive, send)
            else:
                await respond(send, 502, BAD_GATEWAY, b"text/html")
            return
        try:
            status, body = await self._perform(name, raw, files, fault, receive)
        except Disconnected:
            return
        await self._reply(status, body, fault, receive, send)

    async def _perform(
        self, name: str, raw: Wire, files: Files, fault: Fault | None, receive: Receive
    ) -> tuple[int, Wire]:
        if name.lower() != "getupdates":
            return self._fake.api.call(name, raw, files, fault)
        try:
            _, params = self._fake.api.read(name, raw, files)
            refuse(fault)
            return 200, {"ok": True, "result": await self._fake.poller.get_updates(params, receive)}
        except ApiError as error:
            if isinstance(error, Violation):
                self._fake.api.violation(name, raw, error)
            return error.status, error.answer()

    async def _reply(
        self, status: int, body: Wire, fault: Fault | None, receive: Receive, send: Send
    ) -> None:
        kind = fault.kind if fault else None
        if fault and kind == "slow":
            await asyncio.sleep(fault.seconds)
        if kind == "drop_after":
            await hang_up(receive, send)
        elif kind == "truncated":
            content = encode(body)
            await respond(send, status, content[: len(content) // 2], b"application/json")
        else:
            await answer(send, status, body)

    async def _download(self, scope: Scope, send: Send) -> None:
        token, _, path = scope["path"].removeprefix("/file/bot").partition("/")
        found = next((file for file in self._fake.world.files.values() if file.path == path), None)
        if token != self._fake.token or found is None:
            await answer(send, 404, {"ok": False, "error_code": 404, "description": "Not Found"})
            return
        await respond(send, 200, found.content, b"application/octet-stream")


def encode(body: Wire) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode()


async def answer(send: Send, status: int, body: Wire) -> None:
    await respond(send, status, encode(body), b"application/json")


async def respond(send: Send, status: int, content: bytes, content_type: bytes) -> None:
    headers = [(b"content-type", content_type), (b"content-length", str(len(content)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


async def hang_up(receive: Receive, send: Send) -> None:
    """Closes the connection without an answer, and waits until uvicorn has noticed.

    ASGI knows no such thing; uvicorn's `send` is a method of the object that holds the transport.
    """
    send.__self__.transport.close()  # type: ignore[attr-defined]
    while (await receive())["type"] != "http.disconnect":
        pass
