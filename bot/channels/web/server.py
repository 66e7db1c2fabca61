"""
The one small web server of a process: `/healthz` for container runtimes and monitors, and the doors of channels.

It writes no log of accesses, and of a request that fails only the kind and the place of the fault: an address may hold what only
its caller should know, and the rest what somebody wrote.
"""

from __future__ import annotations

import errno
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web

from bot.errors import ConfigError, StoreError
from bot.service.faults import described

_LOG = logging.getLogger(__name__)
#: Longest body of a request, bytes; an update of Telegram's has a few thousand.
MAX_BODY: Final = 1024 * 1024
#: Seconds that a request under way may still take when the server ends; none takes longer than a commit.
GRACE_S: Final = 2.0
#: Seconds that a connection is kept on which nothing is asked: it takes an open file. Longer than reverse proxies keep theirs (nginx:
#: 60), so that none sends a request into one that is just being closed.
KEEP_S: Final = 75.0


@asynccontextmanager
async def serving(host: str, port: int, routes: Sequence[web.AbstractRouteDef]) -> AsyncIterator[str]:
    """
    Answer requests while the context is open.

    Args:
        host: Address to listen on.
        port: Port; 0 takes a free one, which is logged.
        routes: Who answers what.

    Yields:
        The address, for a browser on this machine.

    Raises:
        ConfigError: The port is taken, or there is no such host.
    """
    requests = logging.getLogger(f"{__name__}.requests")
    requests.addFilter(_without_quotes)
    application = web.Application(client_max_size=MAX_BODY)
    application.add_routes(routes)
    runner = web.AppRunner(
        application, access_log=None, logger=requests, shutdown_timeout=GRACE_S, keepalive_timeout=KEEP_S
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
        except OSError as fault:
            raise ConfigError(_cannot_listen(host, port, fault)) from fault
        bound, free = runner.addresses[0][:2]
        _LOG.info("Listening on http://%s:%s", bound, free)
        yield f"http://{'127.0.0.1' if bound == '0.0.0.0' else bound}:{free}"  # noqa: S104 - compared, not bound
    finally:
        await runner.cleanup()


def _cannot_listen(host: str, port: int, fault: OSError) -> str:
    if fault.errno == errno.EADDRINUSE:
        return (
            f"SPAREKEY_PORT: another program listens on {host}:{port} already, perhaps another Sparekey. "
            f"End that one, or choose a free port, e.g. SPAREKEY_PORT={port % 65535 + 1}."
        )
    return f"SPAREKEY_HOST, SPAREKEY_PORT: cannot listen on {host}:{port} ({fault.strerror}). Choose another one."


def health(healthy: Callable[[], Awaitable[bool]]) -> web.RouteDef:
    """
    Return what answers `/healthz`, with 200 or 503: whether this process can do its work.

    Args:
        healthy: Asks the store; StoreError means no.
    """

    async def answer(_: web.Request) -> web.Response:
        try:
            ready = await healthy()
        except StoreError:
            ready = False
        return web.json_response(
            {"status": "ok" if ready else "store unavailable"}, status=200 if ready else 503
        )

    return web.get("/healthz", answer)


def _without_quotes(record: logging.LogRecord) -> bool:
    """Tell of a fault what it is and where, without its message; the line is kept."""
    if record.exc_info and record.exc_info[1] is not None:
        record.msg, record.args = f"{record.getMessage()}: {described(record.exc_info[1])}", ()
        record.exc_info = None
    return True
