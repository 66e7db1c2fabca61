"""`/healthz`: whether this process can do its work, for container runtimes and monitors."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from bot.errors import ConfigError, StoreError

_LOG = logging.getLogger(__name__)


@asynccontextmanager
async def serving_health(host: str, port: int, healthy: Callable[[], Awaitable[bool]]) -> AsyncIterator[None]:
    """
    Answer `/healthz` with 200 or 503 while the context is open.

    Args:
        host: Address to listen on.
        port: Port; 0 takes a free one, which is logged.
        healthy: Asks the store; StoreError means no.

    Raises:
        ConfigError: The port is taken, or there is no such host.
    """

    async def health(_: web.Request) -> web.Response:
        try:
            ready = await healthy()
        except StoreError:
            ready = False
        return web.json_response(
            {"status": "ok" if ready else "store unavailable"}, status=200 if ready else 503
        )

    application = web.Application()
    application.router.add_get("/healthz", health)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
        except OSError as fault:
            raise ConfigError(
                f"SPAREKEY_HOST, SPAREKEY_PORT: cannot listen on {host}:{port} ({fault.strerror}). Choose another one."
            ) from fault
        _LOG.info("Listening on http://%s:%s", *runner.addresses[0][:2])
        yield
    finally:
        await runner.cleanup()
