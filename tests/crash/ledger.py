"""
What the bot's databases and the fake's journal say, for the oracle.

The databases are read with plain SQL, not with the program under test; a file from a copy with its write-ahead log, so that
looking at a killed bot's database recovers nothing on its behalf.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from tests.crash.process import Setting

Connection = sqlite3.Connection | psycopg.Connection[Any]


class Journal:
    """The fake's journal, read as it grows."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self._rest = b""
        #: Update id -> (chat, text), in the order queued.
        self.queued: dict[int, tuple[int, str]] = {}
        #: Batches handed to the bot.
        self.deliveries = 0
        #: (chat, text) of every message that was accepted.
        self.accepted: list[tuple[int, str]] = []

    def close(self) -> None:
        self._file.close()

    def read(self) -> None:
        """Take in what was written meanwhile."""
        *lines, self._rest = (self._rest + self._file.read()).split(b"\n")
        for line in lines:
            self._note(json.loads(line))

    def _note(self, entry: dict[str, Any]) -> None:
        match entry["kind"]:
            case "queued":
                message = entry["update"]["message"]
                self.queued[entry["update"]["update_id"]] = (message["chat"]["id"], message["text"])
            case "delivered":
                self.deliveries += 1
            # What only takes a button away makes no sound, and comes and goes with the message behind it.
            case "call" if entry["method"] == "sendMessage" and not entry["params"].get(
                "disable_notification"
            ):
                self.accepted.append((entry["chat_id"], entry["params"]["text"]))


@dataclass(frozen=True)
class Row:
    """A row of the inbox."""

    event: str
    chat: int
    at: str
    status: str


@dataclass(frozen=True)
class Line:
    """A line of a transcript."""

    conversation: str
    at: str
    direction: str
    text: str


@dataclass(frozen=True)
class Call:
    """A row of the account system's own table of calls."""

    key: str
    case: str
    #: JSON: outcome, data; None: of a call that was repeated under its key, or not executed.
    reply: str | None
    operation: str


@dataclass(frozen=True)
class Books:
    """Everything in the databases that the oracle looks at."""

    inbox: tuple[Row, ...] = ()
    #: Conversation id -> (chat, version, stored JSON), oldest first.
    conversations: tuple[tuple[str, int, int, str], ...] = ()
    lines: tuple[Line, ...] = ()
    #: (command id, kind, chat, status)
    commands: tuple[tuple[str, str, int, str], ...] = ()
    calls: tuple[Call, ...] = ()

    @property
    def waiting(self) -> int:
        """Events and effects that are not done."""
        return sum(row.status == "pending" for row in self.inbox) + sum(
            status in ("pending", "claimed") for _, _, _, status in self.commands
        )

    @property
    def sent(self) -> Counter[int]:
        """Messages by chat that the bot knows were sent."""
        return Counter(
            chat for _, kind, chat, status in self.commands if (kind, status) == ("SendMessage", "done")
        )


def read_books(setting: Setting) -> Books:
    """Read both databases as they are; a database without tables is empty."""
    with _opened(setting) as main, _copied(setting.accounts) as other:
        if not _has(main, "inbox"):
            return Books()
        return Books(
            inbox=tuple(
                Row(*row)
                for row in main.execute(
                    "SELECT event, CAST(contact AS INTEGER), at, status FROM inbox ORDER BY seq"
                )
            ),
            conversations=tuple(
                main.execute(
                    "SELECT id, CAST(contact AS INTEGER), version, state FROM conversations ORDER BY seq"
                )
            ),
            lines=tuple(
                Line(*row)
                for row in main.execute(
                    "SELECT conversation, messages.at, direction, text FROM messages "
                    "JOIN conversations ON conversations.id = conversation ORDER BY conversations.seq, messages.seq"
                )
            ),
            commands=tuple(
                main.execute("SELECT id, kind, CAST(contact AS INTEGER), status FROM commands ORDER BY seq")
            ),
            calls=tuple(
                Call(*row)
                for row in other.execute('SELECT key, "case", reply, operation FROM calls ORDER BY id')
            )
            if _has(other, "calls")
            else (),
        )


@contextmanager
def _opened(setting: Setting) -> Iterator[Connection]:
    if not setting.url:
        with _copied(setting.database) as copy:
            yield copy
        return
    with psycopg.connect(setting.url) as connection:
        # One moment, though other processes go on.
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield connection


@contextmanager
def _copied(database: Path) -> Iterator[sqlite3.Connection]:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / database.name
        for suffix in ("", "-wal"):
            source = database.with_name(database.name + suffix)
            if source.exists():
                shutil.copy(source, copy.with_name(copy.name + suffix))
        connection = sqlite3.connect(copy)
        try:
            yield connection
        finally:
            connection.close()


def _has(connection: Connection, table: str) -> bool:
    tables = (
        "SELECT tablename FROM pg_tables"
        if isinstance(connection, psycopg.Connection)
        else "SELECT name FROM sqlite_master"
    )
    return (table,) in connection.execute(tables).fetchall()
