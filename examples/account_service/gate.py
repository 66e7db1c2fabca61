"""
The gate before the operations: nothing is read as JSON before its length and its signature are right.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.adapters.accounts.credentials import KEY, Call, Guard
from bot.adapters.accounts.wire import LONGEST


class Gate:
    """An ASGI application that lets a call through to another one, or refuses it."""

    def __init__(self, app: ASGIApp, guard: Guard) -> None:
        self._app, self._guard = app, guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        request = Request(scope, receive)
        body = await _short_body(request)
        if body is None:
            await JSONResponse({"error": "too_long"}, 413)(scope, receive, send)
        elif not self._guard.admits(request.headers, _call(request, body)):
            await JSONResponse({"error": "bad_credential"}, 401)(scope, receive, send)
        else:
            await self._app(scope, _again(body, receive), send)


def _call(request: Request, body: bytes) -> Call:
    """Return what was signed: the path as it was sent, before anything is decoded."""
    path, query = request.scope["raw_path"].decode("latin-1"), request.scope["query_string"].decode("latin-1")
    return Call(
        method=request.method,
        target=f"{path}?{query}" if query else path,
        body=body,
        key=request.headers.get(KEY, ""),
    )


async def _short_body(request: Request) -> bytes | None:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > LONGEST:
            return None
    return body


def _again(body: bytes, receive: Receive) -> Receive:
    """Return what hands out the body once more, and then what comes after it."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return messages.pop() if messages else await receive()

    return replayed
