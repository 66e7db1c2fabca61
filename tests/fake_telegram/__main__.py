"""`python -m tests.fake_telegram --port 0`: prints the address on stdout once it accepts connections."""

from __future__ import annotations

import argparse
import os
import socket
import sys
from pathlib import Path

import uvicorn

from tests.fake_telegram.core import Fake
from tests.fake_telegram.journal import Journal
from tests.fake_telegram.server import Server
from tests.fake_telegram.spec import Spec

DEFAULT_SPEC = Path(__file__).resolve().parents[3] / "shared" / "spec" / "telegram_bot_api.json"
DEFAULT_TOKEN = "123456789:fake-telegram-token-for-tests-only"
KEEP_ALIVE_S = 75  # longer than the longest poll; clients see closed connections otherwise


def spec_path() -> Path:
    """Where the specification is looked for unless `--spec` names it."""
    return Path(os.environ.get("FAKE_TELEGRAM_SPEC", DEFAULT_SPEC))


class Announcing(uvicorn.Server):
    """Prints the address when the socket is served, not before."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        assert sockets
        print(f"listening on http://127.0.0.1:{sockets[0].getsockname()[1]}", flush=True)


def listener(port: int) -> socket.socket:
    """A bound socket that names its protocol: asyncio turns Nagle's delay (40 ms an answer) off only then."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", port))
    return bound


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fake_telegram", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--spec", type=Path, default=spec_path(), help="the Bot API as JSON")
    parser.add_argument(
        "--journal", type=Path, help="append what happens to this file, one JSON object a line"
    )
    parser.add_argument("--token", default=DEFAULT_TOKEN)
    parser.add_argument("--seed", type=int, default=0, help="of everything random")
    options = parser.parse_args()
    if not options.spec.is_file():
        sys.exit(f"there is no specification at {options.spec}; give --spec or set FAKE_TELEGRAM_SPEC")
    fake = Fake(Spec(options.spec), options.token, Journal(options.journal), options.seed)
    config = uvicorn.Config(
        Server(fake),
        log_level="warning",
        access_log=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=1,
    )
    Announcing(config).run([listener(options.port)])


if __name__ == "__main__":
    main()
