"""Two processes at one database: it does not matter which of them a widget speaks to."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.channels.web.site import SHOP, Server, Visitor, eventually

#: Ends the connections on which processes hear of each other.
_DEAFEN = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND query LIKE 'LISTEN %'"
)


@contextmanager
def two_servers(tmp_path: Path, postgresql_url: str) -> Iterator[list[Server]]:
    shared = {"SPAREKEY_DATABASE_URL": postgresql_url, "SPAREKEY_WEB_SECRET": "s" * 40}
    servers = [Server(folder=tmp_path / name, settings=shared) for name in ("one", "other")]
    for server in servers:
        server.folder.mkdir()
        server.start()
    try:
        yield servers
    finally:
        for server in servers:
            server.stop()


def the_same(visitor: Visitor, server: Server) -> Visitor:
    return Visitor(http=server.http(**{"Sparekey-Embed": SHOP}), token=visitor.token)


def test_what_is_said_at_one_process_is_answered_on_a_stream_of_the_other(
    tmp_path: Path, postgresql_url: str
) -> None:
    with two_servers(tmp_path, postgresql_url) as servers:
        for here, there in (servers, servers[::-1]):
            visitor = here.visitor()
            same = the_same(visitor, there)
            with visitor.streaming() as stream:
                name = same.say("i dont recieve the code")
                eventually(lambda stream=stream: len(stream.messages()) == 2, "the answer")  # type: ignore[misc]
                assert stream.messages()[0]["client"] == name
            assert same.entries() == visitor.entries() == stream.messages()


def test_what_no_process_hears_of_is_late_and_not_lost(tmp_path: Path, postgresql_url: str) -> None:
    """A stream looks by itself with the next sign of life once the connection that brings the news was lost."""
    with (
        two_servers(tmp_path, postgresql_url) as (here, there),
        psycopg.connect(postgresql_url, autocommit=True) as operator,
    ):
        visitor = here.visitor()
        same = the_same(visitor, there)
        with visitor.streaming() as stream:

            def answered() -> bool:
                operator.execute(_DEAFEN)  # each listens again after a fifth of a second
                time.sleep(0.1)
                return len(same.entries()) == 2

            assert not answered()
            same.say("i dont recieve the code")
            eventually(answered, "the answer in the store")
            eventually(lambda: len(stream.messages()) == 2, "the answer")
