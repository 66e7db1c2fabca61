"""Nobody takes the streams of all others, and whoever gets none misses nothing."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bot.channels.web.holding import MOST_OF_ADDRESS, MOST_OF_SESSION, Held, most_held
from bot.channels.web.problems import Problem
from tests.channels.web.crowd import crowd
from tests.channels.web.site import SHOP, Server, eventually

KEY = "a-key-of-this-test-that-nobody-else-needs"
OFFICE = "9.9.9.9"


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Server]:
    """A server on a system that gives it few files, and more if it asks."""
    server = Server(folder=tmp_path, settings={"SPAREKEY_WEB_SECRET": KEY})
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    try:
        server.start()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    yield server
    server.stop()


def test_an_address_holds_so_many_streams_and_whoever_is_there_too_reads_page_by_page(small: Server) -> None:
    assert small.process is not None
    soft, hard = resource.prlimit(small.process.pid, resource.RLIMIT_NOFILE)
    assert soft == hard
    late, elsewhere = small.visitor(), small.visitor()
    late.http.headers["X-Forwarded-For"] = OFFICE
    with crowd(small.port, KEY.encode(), SHOP, **{"X-Forwarded-For": OFFICE}) as held:
        assert held == MOST_OF_ADDRESS
        late.say("no sms")
        for path in ("/events", "/messages?wait=5"):
            refused = late.call("GET", path)
            assert (refused.status_code, refused.headers["Retry-After"]) == (429, "15")
            assert refused.json()["type"] == "urn:sparekey:problem:too-many-open"
            assert refused.headers["Connection"] == "close", "nor may they keep a connection"
        with elsewhere.streaming() as stream:
            elsewhere.say("no sms")
            eventually(lambda: any(each["from"] == "bot" for each in stream.messages()), "an answer")
        assert late.answered(1)


def test_what_is_held_is_counted_by_session_by_address_and_in_all() -> None:
    held = Held(MOST_OF_SESSION + 1)
    with ExitStack() as mine:
        for _ in range(MOST_OF_SESSION):
            mine.enter_context(held.one("may", OFFICE))
        assert _refusal(held, "may", "8.8.8.8") == 429
        with held.one("sam", "8.8.8.8"):
            assert _refusal(held, "joe", "7.7.7.7") == 503, "another process may have room"
    with held.one("may", OFFICE):
        pass
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert 0 < most_held() <= soft // 2


def _refusal(held: Held, session: str, address: str) -> int:
    with pytest.raises(Problem) as refused, held.one(session, address):
        pass
    return refused.value.status
