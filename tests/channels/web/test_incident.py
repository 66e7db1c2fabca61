"""What is broken, as a page with the widget is told before anything was said, and as the chat tells it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.channels.web.operators import broken
from tests.channels.web.site import Server, Visitor, eventually

WORDS = {"en": "Text messages to China arrive late.", "zh": "发往中国的短信有延迟。"}


def incident(visitor: Visitor, language: str = "en") -> Any:
    return visitor.call("GET", f"/config?language={language}").json()["incident"]


def test_it_is_shown_while_it_is_open_and_told_in_the_chat(own_server: Server) -> None:
    visitor = own_server.visitor()
    assert incident(visitor) is None
    with broken(own_server.folder, "no_sms", **WORDS):
        eventually(lambda: incident(visitor) is not None, "the incident")
        told = incident(visitor)
        assert told["text"] == WORDS["en"]
        assert datetime.fromisoformat(told["since"]).tzinfo is not None
        assert incident(visitor, "zh-Hans-CN")["text"] == WORDS["zh"]
        assert incident(visitor, "fr")["text"] == WORDS["en"], (
            "who has no words of their own reads the default"
        )
        visitor.start(flow="no_sms", language="en")
        (said,) = [each for each in visitor.answered(1) if each["from"] == "bot"]
        assert WORDS["en"] in said["text"]
        assert [each["id"] for each in said["choices"]] == ["@tell_me", "@help_anyway", "@human"]
        assert visitor.pick("@tell_me", said["screen"]).status_code == 202
        visitor.answered(2)
    eventually(lambda: incident(visitor) is None, "the end of the incident")


def test_of_several_the_first_is_shown(own_server: Server) -> None:
    visitor = own_server.visitor()
    with (
        broken(own_server.folder, "no_sms", en="The first."),
        broken(own_server.folder, "no_email", en="The second."),
    ):
        eventually(lambda: incident(visitor) is not None, "the incident")
        assert incident(visitor)["text"] == "The first."
