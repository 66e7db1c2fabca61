"""The real program with a widget, over HTTP, as a browser's frame talks to it."""

from __future__ import annotations

import base64
import contextlib
import hmac
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx

SHOP: Final = "https://shop.example.com"
OTHER: Final = "https://www.example.org"
KEY: Final = "a-shared-secret-that-only-the-two-servers-know"
_CACHE: Final = Path(__file__).parents[3] / ".cache"
#: How long anything may take that is expected to happen, seconds.
PATIENCE_S: Final = 30.0
_BASE: Final = "/v1/widget"
#: Connections that are closed when a test is over.
CLIENTS: Final[list[httpx.Client]] = []


def eventually(holds: Callable[[], bool], what: str) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, f"{what} does not come"
        time.sleep(0.01)


def an_id() -> str:
    return str(uuid.uuid4())


@dataclass(kw_only=True)
class Server:
    """One `sparekey serve` in a folder of its own; it can be killed and started again at the same port."""

    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        if not self.port:
            with socket.create_server(("127.0.0.1", 0)) as free:
                self.port = int(free.getsockname()[1])
        ours = {
            "SPAREKEY_DATA_DIR": str(self.folder),
            "SPAREKEY_CACHE_DIR": str(_CACHE),
            "SPAREKEY_SEMANTIC": "off",
            "SPAREKEY_PORT": str(self.port),
            "SPAREKEY_WIDGET_ORIGINS": f"{SHOP}, {OTHER}",
            "SPAREKEY_WIDGET_KEY": KEY,
        }
        clean = {name: value for name, value in os.environ.items() if not name.startswith("SPAREKEY_")}
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot", "serve", *self.arguments],
                env={**clean, **ours, **self.settings},
                stdout=log,
                stderr=log,
            )
        began = time.monotonic()
        with self.http() as http:
            while True:
                with contextlib.suppress(httpx.HTTPError):
                    if "Serving " in self.log() and http.get("/healthz").status_code == 200:
                        return
                assert self.process.poll() is None, self.log()
                assert time.monotonic() - began < 3 * PATIENCE_S, self.log()
                time.sleep(0.02)

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def kill(self) -> None:
        """SIGKILL, and forget what was logged."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        (self.folder / "log").write_text("")

    def stop(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=PATIENCE_S)

    def http(self, **headers: str) -> httpx.Client:
        client = httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}", headers=headers, trust_env=False, timeout=PATIENCE_S
        )
        CLIENTS.append(client)
        return client

    def visitor(self, site: str = SHOP) -> Visitor:
        """Somebody who opens the chat on a site."""
        http = self.http(**{"Sparekey-Embed": site, "X-Forwarded-For": _address()})
        answer = http.post(f"{_BASE}/sessions")
        assert answer.status_code == 201, answer.text
        return Visitor(http=http, token=answer.json()["token"])


@dataclass(kw_only=True)
class Visitor:
    """A session, in one tab."""

    http: httpx.Client
    token: str

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        shown = {"Authorization": f"Bearer {self.token}", **headers}
        return self.http.request(method, f"{_BASE}{path}", json=body, headers=shown)

    def say(self, text: str, name: str | None = None) -> str:
        """Say something, as often as it takes; return its id."""
        name = name or an_id()
        answer = self.call("POST", "/messages", {"id": name, "text": text})
        assert answer.status_code == 202, answer.text
        return name

    def start(self, **more: str) -> None:
        answer = self.call("POST", "/start", {"id": an_id(), **more})
        assert answer.status_code == 202, answer.text

    def pick(self, choice: str, screen: int) -> httpx.Response:
        return self.call("POST", "/choices", {"id": an_id(), "choice": choice, "screen": screen})

    def feed(self, after: str = "", wait: int = 0) -> Mapping[str, Any]:
        answer = self.call("GET", f"/messages?after={after}&wait={wait}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def entries(self) -> list[Mapping[str, Any]]:
        return list(self.feed()["entries"])

    def answered(self, count: int) -> list[Mapping[str, Any]]:
        """Wait until the bot has said so many things; return the feed."""
        eventually(lambda: sum(each["from"] == "bot" for each in self.entries()) >= count, f"answer {count}")
        return self.entries()

    @contextlib.contextmanager
    def streaming(self, last: str | None = None) -> Iterator[Stream]:
        headers = {"Last-Event-ID": last} if last is not None else {}
        stream = Stream(self, headers)
        stream.open()
        try:
            yield stream
        finally:
            stream.close()


class Stream:
    """A tab's server-sent events, read by a thread; it may break at any moment."""

    def __init__(self, visitor: Visitor, headers: Mapping[str, str]) -> None:
        self._visitor, self._headers = visitor, headers
        self.events: list[tuple[str, Any]] = []
        self.over = threading.Event()
        self._socket: socket.socket | None = None

    def open(self) -> None:
        began = threading.Event()
        threading.Thread(target=self._read, args=[began], daemon=True).start()
        assert began.wait(PATIENCE_S)
        eventually(lambda: bool(self.events) or self.over.is_set(), "the first event")

    def close(self) -> None:
        with contextlib.suppress(OSError):
            if self._socket is not None:
                self._socket.shutdown(socket.SHUT_RDWR)  # wakes the thread that reads
        assert self.over.wait(PATIENCE_S)

    def messages(self) -> list[Mapping[str, Any]]:
        return [data for kind, data in list(self.events) if kind == "message"]

    def state(self) -> Mapping[str, Any]:
        return [data for kind, data in list(self.events) if kind == "state"][-1]

    def _read(self, began: threading.Event) -> None:
        visitor = self._visitor
        shown = {**visitor.http.headers, "Authorization": f"Bearer {visitor.token}", **self._headers}
        try:
            with (
                httpx.Client(base_url=visitor.http.base_url, trust_env=False, timeout=4 * PATIENCE_S) as http,
                http.stream("GET", f"{_BASE}/events", headers=shown) as answer,
            ):
                self._socket = answer.extensions["network_stream"].get_extra_info("socket")
                began.set()
                assert answer.headers["content-type"] == "text/event-stream"
                self._take(answer.iter_lines())
        except (httpx.HTTPError, RuntimeError, OSError):
            pass
        finally:
            began.set()
            self.over.set()

    def _take(self, lines: Iterator[str]) -> None:
        kind, data, name = "", "", None
        for line in lines:
            match line.partition(": "):
                case ("event", _, value):
                    kind = value
                case ("data", _, value):
                    data = value
                case ("id", _, value):
                    name = value
                case _ if not line and kind:
                    found = json.loads(data)
                    assert name is None or found["id"] == name
                    self.events.append((kind, found))
                    kind, data, name = "", "", None


def jwt(claims: Mapping[str, Any], *, head: Mapping[str, Any] | None = None, key: str = KEY) -> str:
    """Make an identity token, as a site's server would."""
    parts = [_part(head or {"alg": "HS256", "typ": "JWT"}), _part(claims)]
    signature = hmac.digest(key.encode(), ".".join(parts).encode(), "sha256")
    return ".".join([*parts, base64.urlsafe_b64encode(signature).rstrip(b"=").decode()])


def claims(account: str = "acct-1", **more: Any) -> dict[str, Any]:
    return {"sub": account, "aud": "sparekey", "jti": an_id(), "exp": int(time.time()) + 240, **more}


def _part(value: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _address() -> str:
    """Everybody comes from an address of their own."""
    number = uuid.uuid4().int
    return f"8.{number % 250}.{number // 250 % 250}.{number // 62500 % 250}"
