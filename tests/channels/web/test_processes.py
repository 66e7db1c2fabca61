"""Two processes at one database: it does not matter which of them a widget speaks to."""

from __future__ import annotations

from pathlib import Path

from tests.channels.web.site import SHOP, Server, Visitor, eventually


def test_what_is_said_at_one_process_is_answered_on_a_stream_of_the_other(
    tmp_path: Path, postgresql_url: str
) -> None:
    shared = {"SPAREKEY_DATABASE_URL": postgresql_url, "SPAREKEY_WEB_SECRET": "s" * 40}
    servers = [Server(folder=tmp_path / name, settings=shared) for name in ("one", "other")]
    for server in servers:
        server.folder.mkdir()
        server.start()
    try:
        for here, there in (servers, servers[::-1]):
            visitor = here.visitor()
            same = Visitor(http=there.http(**{"Sparekey-Embed": SHOP}), token=visitor.token)
            with visitor.streaming() as stream:
                name = same.say("i dont recieve the code")
                eventually(lambda stream=stream: len(stream.messages()) == 2, "the answer")  # type: ignore[misc]
                assert stream.messages()[0]["client"] == name
            assert same.entries() == visitor.entries() == stream.messages()
    finally:
        for server in servers:
            server.stop()
