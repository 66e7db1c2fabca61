"""
Open streams of the widget in one process, next to a bare Starlette endpoint that echoes over server-sent events.

Each subject holds so many streams, one for each person; memory is what its process has grown by. Then people send at an even pace,
and the milliseconds count from the beginning of the POST until the answer is on the person's stream: for ours until the bot's
reply to a message that was stored, understood and answered in a durable turn, for the other until what was sent comes back.

The load comes from this process, over HTTP, and takes part of the same processors.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import json
import os
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import psutil

from bench.program import CACHE, PATIENCE_S
from bot.channels.web.tokens import Tokens

SITE: Final = "https://shop.example.com"
SECRET: Final = "a-secret-of-the-bench-that-nobody-else-needs"
#: Messages a second.
PACE: Final = 100.0
#: Streams that are opened at once.
_AT_ONCE: Final = 100
ECHO: Final = """
import asyncio, sys
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

waiting = {}

async def events(request):
    queue = waiting.setdefault(request.headers["x-person"], asyncio.Queue())
    async def stream():
        yield b"retry: 1000\\n\\n"
        while True:
            yield b"event: message\\ndata: " + await queue.get() + b"\\n\\n"
    return StreamingResponse(stream(), media_type="text/event-stream")

async def post(request):
    waiting[request.headers["x-person"]].put_nowait(await request.body())
    return PlainTextResponse("")

async def health(request):
    return PlainTextResponse("ok")

app = Starlette(routes=[
    Route("/events", events), Route("/messages", post, methods=["POST"]), Route("/healthz", health),
])
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error", access_log=False)
"""


@dataclass(slots=True)
class Person:
    """Somebody with an open stream."""

    headers: str
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    writer: asyncio.StreamWriter | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A server under test."""

    name: str
    command: list[str]
    environment: dict[str, str]
    port: int
    base: str
    #: What is on the stream when the answer has come.
    answer: bytes


def subjects(folder: Path) -> tuple[Subject, Subject]:
    one, other = _free_port(), _free_port()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SPAREKEY_")}
    ours = {
        "SPAREKEY_DATA_DIR": str(folder),
        "SPAREKEY_CACHE_DIR": str(CACHE),
        "SPAREKEY_SEMANTIC": "off",
        "SPAREKEY_PORT": str(one),
        "SPAREKEY_WIDGET_ORIGINS": SITE,
        "SPAREKEY_WEB_SECRET": SECRET,
    }
    return (
        Subject(
            name="sparekey",
            command=[sys.executable, "-m", "bot", "serve"],
            environment={**clean, **ours},
            port=one,
            base="/v1/widget",
            answer=b'"from": "bot"',
        ),
        Subject(
            name="starlette echo",
            command=[sys.executable, "-c", ECHO, str(other)],
            environment=clean,
            port=other,
            base="",
            answer=b"event: message",
        ),
    )


@contextlib.contextmanager
def running(subject: Subject, log: Path) -> Iterator[psutil.Process]:
    with log.open("wb") as out:
        process = subprocess.Popen(subject.command, env=subject.environment, stdout=out, stderr=out)
    try:
        _wait_until_ready(subject, process, log)
        yield psutil.Process(process.pid)
    finally:
        process.kill()
        process.wait()


def people(count: int) -> list[Person]:
    """Sessions, each from an address of its own."""
    tokens, now = Tokens(SECRET.encode()), datetime.now(UTC)
    found = []
    for number in range(count):
        address = f"8.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        found.append(
            Person(
                f"Host: bench\r\nX-Person: {number}\r\nX-Forwarded-For: {address}\r\nSparekey-Embed: {SITE}\r\n"
                f"Authorization: Bearer {tokens.write(tokens.begin(SITE, now))}\r\n"
            )
        )
    return found


async def opened(subject: Subject, person: Person) -> asyncio.Task[None]:
    """Open a stream; what comes on it is read as long as it is open."""
    reader, person.writer = await asyncio.open_connection("127.0.0.1", subject.port)
    person.writer.write(f"GET {subject.base}/events HTTP/1.1\r\n{person.headers}\r\n".encode())
    head = await reader.readuntil(b"retry: 1000")
    assert b" 200 " in head.partition(b"\r\n")[0], head

    async def read() -> None:
        while line := await reader.readline():
            if subject.answer in line:
                person.answered.set()

    return asyncio.create_task(read())


async def asked(subject: Subject, person: Person) -> float:
    """Send one message over a connection of its own; return the milliseconds until it is answered."""
    body = json.dumps({"id": str(uuid.uuid4()), "text": "i dont recieve the code"}).encode()
    person.answered.clear()
    began = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", subject.port)
    head = f"POST {subject.base}/messages HTTP/1.1\r\n{person.headers}Connection: close\r\nContent-Type: application/json\r\n"
    writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    status = await reader.readline()
    assert b" 20" in status, status
    async with asyncio.timeout(PATIENCE_S):
        await person.answered.wait()
    took = (time.perf_counter() - began) * 1e3
    writer.close()
    return took


async def measured(subject: Subject, process: psutil.Process, count: int, messages: int) -> None:
    everybody = people(count)
    warm, later = everybody[:_AT_ONCE], everybody[_AT_ONCE:]
    reading = [await opened(subject, person) for person in warm]
    await asyncio.gather(*(asked(subject, person) for person in warm))
    before = process.memory_info().rss
    for first in range(0, len(later), _AT_ONCE):
        reading += await asyncio.gather(
            *(opened(subject, person) for person in later[first : first + _AT_ONCE])
        )
    await asyncio.sleep(2)  # what was needed only for the opening is let go of
    grown = process.memory_info().rss - before
    gc.collect()
    gc.freeze()  # or this process would look through its own thousands of readers in the middle, and send in a burst after it
    cpu = sum(process.cpu_times()[:2])
    began, sending = time.perf_counter(), []
    for number in range(messages):
        await asyncio.sleep(max(began + number / PACE - time.perf_counter(), 0.0))
        sending.append(asyncio.create_task(asked(subject, everybody[number * 37 % count])))
    times = await asyncio.gather(*sending)
    slow, cpu = statistics.quantiles(times, n=100)[98], sum(process.cpu_times()[:2]) - cpu
    print(
        f"{subject.name:>15}: {count} streams, {grown / len(later) / 1e3:.1f} kB each; {PACE:.0f} messages/s: "
        f"median {statistics.median(times):.1f} ms, 99th {slow:.1f} ms, {cpu / messages * 1e3:.1f} ms of processor each",
        flush=True,
    )
    for task in reading:
        task.cancel()
    await asyncio.gather(*reading, return_exceptions=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=10_000)
    parser.add_argument("--messages", type=int, default=2_000)
    arguments = parser.parse_args()
    needed = max(2 * arguments.streams, arguments.streams + 1_000)  # ours holds half as many as its files
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if needed > most:
        sys.exit(f"Only {most} files may be open at once; raise that with `ulimit -n {needed}`.")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(needed, 1024), most))
    with tempfile.TemporaryDirectory() as folder:
        for subject in subjects(Path(folder)):
            log = Path(folder) / "log"
            with running(subject, log) as process:
                asyncio.run(measured(subject, process, arguments.streams, arguments.messages))


def _wait_until_ready(subject: Subject, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 3 * PATIENCE_S  # the content may have to be proved first
    while time.monotonic() < deadline and process.poll() is None:
        ready = subject.base == "" or b"Serving " in log.read_bytes()
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", subject.port), 1):
            if ready:
                return
        time.sleep(0.05)
    raise TimeoutError(f"{subject.name} does not come: {log.read_text()[-2000:]}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


if __name__ == "__main__":
    main()
