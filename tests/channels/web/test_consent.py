"""Where people are asked first: nothing is taken from who has not agreed, and when and to what they agreed is kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import ConfigError
from bot.settings import Settings
from tests.channels.web.site import Server, Visitor, an_id

PAGE = "https://www.example.com/privacy?v=1"
NEWER = "https://www.example.com/privacy?v=2"
SAYINGS = (
    ("/start", {"flow": "lost_2fa"}),
    ("/messages", {"text": "i dont recieve the code"}),
    ("/choices", {"choice": "yes", "screen": 1}),
    ("/language", {"language": "fr"}),
)


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Server]:
    """A server that may be killed, whose people are asked."""
    server = Server(
        folder=tmp_path, settings={"SPAREKEY_WIDGET_CONSENT": PAGE, "SPAREKEY_RETENTION_DAYS": "30"}
    )
    server.start()
    yield server
    server.stop()


def agree(visitor: Visitor, page: str = PAGE) -> int:
    return visitor.call("POST", "/consent", {"url": page}).status_code


def refused(visitor: Visitor) -> list[str]:
    """Say everything that can be said; return the types of the problems."""
    answers = [visitor.call("POST", path, {"id": an_id(), **body}) for path, body in SAYINGS]
    assert {each.status_code for each in answers} == {403}
    assert all("POST /consent" in each.json()["detail"] for each in answers)
    return [each.json()["type"] for each in answers]


def kept(server: Server) -> list[tuple[str, str]]:
    with sqlite3.connect(server.folder / "sparekey.db") as database:
        return database.execute("SELECT consent, consent_at FROM visits WHERE consent IS NOT NULL").fetchall()


def test_nothing_is_taken_before_consent_and_consent_outlives_a_kill(asking: Server) -> None:
    visitor = asking.visitor()
    assert visitor.call("GET", "/config").json()["consent"] == {"url": PAGE, "days": 30}
    assert set(refused(visitor)) == {"urn:sparekey:problem:no-consent"}
    assert agree(visitor, NEWER) == 422, "nobody agrees to what was not shown"
    assert visitor.entries() == []
    assert kept(asking) == []

    assert agree(visitor) == 204
    asking.kill()
    asking.start()
    ((page, at),) = kept(asking)
    assert page == PAGE
    assert timedelta() <= datetime.now(UTC) - datetime.fromisoformat(at) < timedelta(minutes=10)
    assert agree(visitor) == 204
    visitor.say("i dont recieve the code")
    read = visitor.answered(1)[-1]["id"]
    assert visitor.call("POST", "/read", {"upto": read}).status_code == 204
    assert kept(asking) == [(page, at)], "the first time counts, and a mark of what was seen leaves it"
    refused(asking.visitor())

    asking.kill()
    asking.settings = {"SPAREKEY_WIDGET_CONSENT": NEWER}
    asking.start()
    refused(visitor)
    assert agree(visitor, NEWER) == 204
    visitor.say("something else")


def test_where_nobody_is_asked_there_is_nothing_to_agree_to(visitor: Visitor) -> None:
    assert visitor.call("GET", "/config").json()["consent"] is None
    assert agree(visitor) == 422


@pytest.mark.parametrize(
    "wrong", ["http://www.example.com/privacy", "/privacy", "https://a b", "javascript:alert(1)", "https://"]
)
def test_a_privacy_page_that_is_none_is_named_with_its_cure(wrong: str) -> None:
    with pytest.raises(ConfigError, match=r"SPAREKEY_WIDGET_CONSENT.*such as https://"):
        Settings.from_env({"SPAREKEY_WIDGET_CONSENT": wrong})
