"""People of the team in the chat over the web: who speaks, and who waits for them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.core.events import AgentClosed, AgentReplied
from tests.channels.web.agents import act
from tests.channels.web.site import Server, Visitor, eventually


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server where nobody waits but who is told of here."""
    server = Server(folder=tmp_path_factory.mktemp("quiet"))
    server.start()
    yield server
    server.stop()


def handed_over(server: Server) -> tuple[Visitor, str]:
    """Somebody who waits for a person."""
    visitor = server.visitor()
    visitor.say("human")
    visitor.answered(1)
    return visitor, str(visitor.feed()["state"]["case"])


def test_who_waits_is_told_how_many_come_before_them_and_may_leave(quiet: Server) -> None:
    waiting = [handed_over(quiet) for _ in range(3)]
    (first, case), (second, _), (third, _) = waiting
    ahead = [each.feed()["state"]["queue"] for each, _ in waiting]
    assert ahead == [{"ahead": 0}, {"ahead": 1}, {"ahead": 2}]
    second.say("start again")
    second.answered(2)
    assert second.feed()["state"]["queue"] is None
    assert third.feed()["state"]["queue"] == {"ahead": 1}
    act(quiet.folder, case, AgentClosed, 1)
    with first.streaming() as stream:
        first.say("it does not work")  # the case is open again, and waits since now
        first.say("still not")
        eventually(lambda: any("open again" in each["text"] for each in stream.messages()), "the case")
    assert [each.feed()["state"]["queue"] for each in (first, third)] == [{"ahead": 1}, {"ahead": 0}]


def test_what_an_agent_says_is_theirs_in_the_feed_and_in_the_transcript(quiet: Server) -> None:
    visitor, case = handed_over(quiet)
    act(quiet.folder, case, AgentReplied, 1, text="Which phone is it? Mina: asks")
    act(quiet.folder, case, AgentReplied, 2, text="sorry, which one?", corrects=True)
    act(quiet.folder, case, AgentReplied, 3, template="hello")
    with visitor.streaming() as stream:
        for _ in range(3):
            visitor.say("are you there")
        eventually(lambda: sum(each["from"] == "agent" for each in stream.messages()) == 3, "what she says")
        entries = stream.messages()
    assert visitor.entries()[: len(entries)] == entries, "a page says the same"
    said = [(each["name"], each["text"]) for each in entries if each["from"] == "agent"]
    assert said[:2] == [("Mina", "Which phone is it? Mina: asks"), ("Mina", "✏️ sorry, which one?")]
    assert said[2][1].startswith("Hello.")
    (joined,) = (each for each in entries if "Mina from the team is here" in each["text"])
    assert (joined["from"], joined["name"]) == ("bot", None)
    state = visitor.feed()["state"]
    assert (state["agent"], state["queue"]) == ("Mina", None)
    kept = visitor.call("GET", "/transcript").text
    assert "  agent Mina: Which phone" in kept
