"""A relay between a program and its PostgreSQL server that loses a commit, or the answer to one."""

from __future__ import annotations

import contextlib
import socket
import tempfile
import threading
from pathlib import Path
from typing import Literal

from tests.postgres.cluster import Cluster

#: What happens to the next commit: it reaches the server but its answer is lost, or it never gets there.
Loss = Literal["answer", "commit"]
_SOCKET = ".s.PGSQL.5432"


class Proxy:
    """Relays connections to a server until it is closed."""

    def __init__(self, cluster: Cluster) -> None:
        self._server = str(cluster.folder / _SOCKET)
        self._folder = tempfile.TemporaryDirectory(prefix="sparekey-relay-")
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(Path(self._folder.name) / _SOCKET))
        self._listener.listen()
        self._lose: Loss | None = None
        self.lost = 0
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def url(self, url: str) -> str:
        """The same database, by way of this relay."""
        return f"{url.partition('?')[0]}?host={self._folder.name}"

    def lose(self, what: Loss) -> None:
        """Lose the next commit, or the answer to it, and the connection that it comes by."""
        self._lose = what

    def close(self) -> None:
        """Take no more connections, and wait for the end of those there are."""
        _hang_up(self._listener)
        for thread in self._threads:
            thread.join(10)
        self._listener.close()
        self._folder.cleanup()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                program, _ = self._listener.accept()
                thread = threading.Thread(target=self._relay, args=(program,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _relay(self, program: socket.socket) -> None:
        with program, socket.socket(socket.AF_UNIX) as server:
            server.connect(self._server)
            answers = threading.Thread(target=_copy, args=(server, program), daemon=True)
            answers.start()
            with contextlib.suppress(OSError):
                self._forward(program, server)
            # The server reads what it was sent, and then that nobody is there any more.
            with contextlib.suppress(OSError):
                server.shutdown(socket.SHUT_WR)
            answers.join(10)

    def _forward(self, program: socket.socket, server: socket.socket) -> None:
        while data := program.recv(1 << 16):
            if self._lose and b"COMMIT" in data:
                what, self._lose = self._lose, None
                _hang_up(program)
                if what == "answer":
                    server.sendall(data)
                self.lost += 1
                return
            server.sendall(data)


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
    _hang_up(target)


def _hang_up(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
