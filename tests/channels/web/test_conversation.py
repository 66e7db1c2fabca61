"""The chat over the web against the real program: nothing lost, nothing doubled, nothing of anybody else's."""

from __future__ import annotations

import threading
from collections import Counter

from tests.channels.web.site import PATIENCE_S, Server, Visitor, an_id, eventually


def test_what_is_said_comes_back_with_its_id_and_is_answered(visitor: Visitor) -> None:
    with visitor.streaming() as stream:
        visitor.start(language="en")
        name = visitor.say("i dont recieve the code")
        eventually(lambda: len(stream.messages()) >= 3, "the answer")
        greeting, said, answer = stream.messages()
        assert greeting["from"] == "bot"
        assert (said["from"], said["text"], said["client"]) == ("person", "i dont recieve the code", name)
        assert answer["choices"]
        eventually(lambda: stream.state()["screen"] == answer["screen"], "the state")
    assert visitor.entries() == [greeting, said, answer]


def test_a_message_that_is_sent_again_counts_once(visitor: Visitor) -> None:
    name = an_id()
    tries = [threading.Thread(target=visitor.say, args=["i dont recieve the code", name]) for _ in range(8)]
    for each in tries:
        each.start()
    for each in tries:
        each.join()
    visitor.answered(1)
    visitor.say("something else")
    entries = visitor.answered(2)
    assert [each["client"] for each in entries if each["from"] == "person"].count(name) == 1
    assert len(entries) == 4


def test_a_quick_reply_is_an_entry_without_words_that_names_its_choice(visitor: Visitor) -> None:
    visitor.say("i dont recieve the code")
    *_, asked = visitor.answered(1)
    choice = asked["choices"][0]["id"]
    assert visitor.pick(choice, asked["screen"]).status_code == 202
    *_, picked, answer = visitor.answered(2)
    assert (picked["text"], picked["picked"], picked["screen"]) == ("", choice, asked["screen"])
    assert answer["screen"] > asked["screen"]


def test_a_reply_to_an_older_question_does_no_harm(visitor: Visitor) -> None:
    visitor.say("i dont recieve the code")
    *_, asked = visitor.answered(1)
    visitor.pick(asked["choices"][0]["id"], asked["screen"])
    *_, second = visitor.answered(2)
    visitor.pick(asked["choices"][1]["id"], asked["screen"])
    *_, again = visitor.answered(3)
    assert again["choices"] == second["choices"]


def test_a_problem_of_the_list_begins_its_flow(visitor: Visitor) -> None:
    visitor.start(flow="lost_2fa", language="fr")
    (answer,) = visitor.answered(1)
    assert visitor.feed()["state"]["language"] == "fr"
    assert answer["choices"]


def test_a_problem_of_the_list_asks_first_where_another_one_is_helped_with(visitor: Visitor) -> None:
    visitor.say("i dont recieve the code")
    visitor.answered(1)
    visitor.start(flow="lost_2fa")
    *_, asked = visitor.answered(2)
    assert "@switch" in [each["id"] for each in asked["choices"]]
    visitor.start(flow="of_nobody")
    *_, again = visitor.answered(3)
    assert again["choices"] == asked["choices"]


def test_numbers_to_type_are_shown_as_they_are_and_kept_masked(visitor: Visitor, server: Server) -> None:
    visitor.say("my mail is someone@example.net, no code")
    entries = visitor.answered(1)
    assert entries[0]["text"] == "my mail is someone@example.net, no code"
    assert "s•••@example.net" in visitor.call("GET", "/transcript").text


def test_secrets_are_removed_before_anybody_can_read_them(visitor: Visitor) -> None:
    visitor.say("my password is hunter2-Horse, help")
    visitor.answered(1)
    assert "hunter2-Horse" not in str(visitor.entries())
    assert "hunter2-Horse" not in visitor.call("GET", "/transcript").text


def test_two_tabs_see_the_same(visitor: Visitor) -> None:
    with visitor.streaming() as one, visitor.streaming() as other:
        visitor.say("i dont recieve the code")
        eventually(lambda: len(one.messages()) == len(other.messages()) == 2, "both tabs")
        assert one.messages() == other.messages()


def test_a_stream_goes_on_behind_the_last_event_and_a_page_behind_the_last_entry(visitor: Visitor) -> None:
    visitor.say("i dont recieve the code")
    visitor.say("something else")
    entries = visitor.answered(2)
    with visitor.streaming(last=entries[1]["id"]) as stream:
        eventually(lambda: len(stream.messages()) >= 2, "the rest")
        assert stream.messages() == entries[2:]
    assert visitor.feed(after=entries[1]["id"])["entries"] == entries[2:]
    assert visitor.feed(after="nothing.7")["entries"] == entries


def test_who_has_no_stream_waits_for_the_next_page(visitor: Visitor) -> None:
    found: list[int] = []
    visitor.say("i dont recieve the code")
    last = visitor.answered(1)[-1]["id"]
    waiting = threading.Thread(target=lambda: found.append(len(visitor.feed(after=last, wait=25)["entries"])))
    waiting.start()
    visitor.say("hello")
    waiting.join(PATIENCE_S)
    assert found
    assert found[0] >= 1


def test_nothing_is_lost_or_doubled_when_the_server_is_killed_in_the_middle(own_server: Server) -> None:
    visitor = own_server.visitor()
    names = [an_id() for _ in range(8)]
    seen: list[str] = []
    for number, name in enumerate(names):
        with visitor.streaming(last=seen[-1] if seen else None) as stream:
            visitor.say(f"hello {'abcdefghijkl'[number]}", name)
            if number % 4 == 3:
                own_server.kill()
                assert stream.over.wait(PATIENCE_S)
                own_server.start()
                visitor.say(f"hello {'abcdefghijkl'[number]}", name)  # the widget knows of no answer
            else:
                eventually(
                    lambda stream=stream, name=name: any(m["client"] == name for m in stream.messages()),  # type: ignore[misc]
                    "the message",
                )
            seen += [each["id"] for each in stream.messages()]
    eventually(
        lambda: [each["client"] for each in visitor.entries() if each["client"]] == names, "every message"
    )
    entries = visitor.answered(len(names))
    assert Counter(each["from"] for each in entries) == {"person": len(names), "bot": len(names)}
    order = [each["id"] for each in entries]
    assert len(seen) == len(set(seen))
    assert [each for each in order if each in set(seen)] == seen


def test_a_mark_of_what_was_seen_reaches_other_tabs_and_never_moves_back(visitor: Visitor) -> None:
    visitor.say("i dont recieve the code")
    first, last = visitor.answered(1)
    with visitor.streaming() as stream:
        assert visitor.call("POST", "/read", {"upto": last["id"]}).status_code == 204
        eventually(lambda: stream.state()["read"] == last["id"], "the mark")
    visitor.call("POST", "/read", {"upto": first["id"]})
    visitor.call("POST", "/read", {"upto": "of-nobody.3"})
    assert visitor.feed()["state"]["read"] == last["id"]


def test_help_is_rated_once_when_a_human_has_it_and_the_comment_is_masked(visitor: Visitor) -> None:
    assert visitor.call("POST", "/rating", {"rating": 5}).status_code == 409
    visitor.say("human")
    visitor.answered(1)
    state = visitor.feed()["state"]
    assert state["status"] == "open"
    assert visitor.call("POST", "/cases", {"code": state["case"]}).json() == {"status": "open"}
    assert visitor.call("POST", "/rating", {"rating": 4, "comment": "call 07700 900123"}).status_code == 204
    assert visitor.call("POST", "/rating", {"rating": 1}).status_code == 204
    assert visitor.feed()["state"]["rated"]


def test_another_language_is_spoken_from_then_on(visitor: Visitor) -> None:
    visitor.say("i dont recieve the code")
    visitor.answered(1)
    answer = visitor.call("POST", "/language", {"id": an_id(), "language": "zh"})
    assert answer.status_code == 202
    visitor.answered(2)
    assert visitor.feed()["state"]["language"] == "zh"
    assert visitor.call("POST", "/language", {"id": an_id(), "language": "xx"}).status_code == 422
