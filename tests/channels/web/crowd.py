"""Many who hold a stream open, and read nothing of it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime

from bot.channels.web.tokens import Tokens

#: Streams of one session: fewer than it may have, so that it is not what limits.
_OF_SESSION = 10


@contextmanager
def crowd(port: int, key: bytes, site: str, **headers: str) -> Iterator[int]:
    """As many streams are open as one address may have, as long as the context is; yields how many that are."""
    tokens = Tokens(key)
    more = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    with ExitStack() as stack:
        held, status = 0, b" 200 "
        while b" 200 " in status:
            if held % _OF_SESSION == 0:
                token = tokens.write(tokens.begin(site, datetime.now(UTC)))
            stream = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30))
            stream.sendall(
                f"GET /v1/widget/events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nSparekey-Embed: {site}\r\n"
                f"Authorization: Bearer {token}\r\n{more}\r\n".encode()
            )
            status, held = stream.makefile("rb").readline(), held + 1
        yield held - 1
