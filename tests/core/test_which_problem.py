"""Which problem a text speaks of: what is offered, what is remembered, what is not asked twice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.core import codec
from bot.core.conversation import Conversation
from bot.core.events import Reading
from bot.core.vocabulary import Decision, Status
from tests.core.chat import Chat, about, offered, said, small_catalog

FLOW = """
menu: {place}
states:
  ask_{name}:
    ask: {{"yes": over_{name}, "no": hand_over_{name}}}
  over_{name}:
    end: solved
  hand_over_{name}:
    handoff: stuck
"""
NAMES = ("sms", "mail", "lock", "word", "move")
URGENT = FLOW.format(name="danger", place=9).replace("menu: 9", "urgent: true\nmenu: 9")
YES, NO = "word yes en", "word no en"
NOT_THESE = ["@none_of_these", "@human"]


@pytest.fixture(name="chat")
def _chat(tmp_path: Path) -> Chat:
    flows = {name: FLOW.format(name=name, place=place) for place, name in enumerate(NAMES, start=1)}
    chat = Chat(small_catalog(tmp_path, {**flows, "danger": URGENT}))
    chat.start()
    return chat


def maybe(*also: str, **chances: float) -> Reading:
    """A text that may speak of several flows."""
    return Reading(decision=Decision.CLARIFY, flow=next(iter(chances)), candidates=chances, also=also)


def surely(*also: str, **chances: float) -> Reading:
    return replace(maybe(*also, **chances), decision=Decision.START)


FOUR = maybe(sms=0.4, mail=0.2, lock=0.1, word=0.05, move=0.001)


def test_three_problems_are_named_and_the_next_best_after_them(chat: Chat) -> None:
    """None of the three: the menu begins with the fourth, and ends with what it is not."""
    assert offered(chat.text("hm hm", FOUR)) == ["sms", "mail", "lock", *NOT_THESE]
    assert offered(chat.pick("@none_of_these")) == ["word", "move", "danger", "sms", "mail", "lock", "@human"]


def test_what_was_declined_is_not_offered_again(chat: Chat) -> None:
    chat.text("hm hm", FOUR)
    chat.pick("@none_of_these")
    assert offered(chat.text("hm hm hm", FOUR)) == ["word", *NOT_THESE]


def test_a_no_to_the_only_guess_declines_it(chat: Chat) -> None:
    assert offered(chat.text("hm hm", maybe(sms=0.5))) == ["sms", *NOT_THESE]
    chat.text(NO)
    assert chat.conversation.declined == {"sms": 0.5}
    commands = chat.text("hm hm", maybe(sms=0.5))
    assert "not_understood" in said(commands)
    assert offered(commands)[0] == "mail"


@pytest.mark.parametrize(
    ("text", "chance", "starts"),
    [("it is sms", 0.7, False), ("it is sms", 0.76, True), ("about sms", 0.5, True)],
)
def test_a_declined_problem_starts_word_for_word_or_with_half_of_the_doubt(
    chat: Chat, text: str, chance: float, *, starts: bool
) -> None:
    chat.text("hm hm", maybe(sms=0.5))
    chat.pick("@none_of_these")
    commands = chat.text(text, surely(sms=chance, mail=0.1))
    if starts:
        assert chat.where == "sms.ask_sms"
    else:
        assert offered(commands) == ["mail", *NOT_THESE]


def test_what_was_declined_survives_storage_and_grows_no_longer_than_the_menu(chat: Chat) -> None:
    for _ in range(3):
        chat.text("hm hm", FOUR)
        chat.pick("@none_of_these")
        if chat.conversation.offer is not None:
            chat.text("hm hm", maybe(word=0.3))
        chat.text(NO)
    assert set(chat.conversation.declined) == {"sms", "mail", "lock", "word"}
    stored = codec.dump(chat.conversation)
    assert codec.load(stored, Conversation) == chat.conversation


def test_start_again_forgets_what_was_declined(chat: Chat) -> None:
    chat.text("hm hm", FOUR)
    chat.pick("@none_of_these")
    assert offered(chat.text("/restart"))[:3] == ["sms", "mail", "lock"]
    assert offered(chat.text("hm hm", FOUR))[:3] == ["sms", "mail", "lock"]


def test_a_switch_that_was_declined_is_not_guessed_later(chat: Chat) -> None:
    chat.pick("sms")
    chat.text("something about the mail", surely(mail=0.9))
    chat.text(NO)
    assert chat.conversation.offer is None
    chat.text("something about the mail again", surely(mail=0.95))
    assert chat.conversation.offer is None


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        pytest.param("it still does not come", surely(sms=0.9), id="the present problem"),
        pytest.param("it is odd in some way", maybe(mail=0.49), id="less likely than not"),
        pytest.param("it is odd in some way", maybe(mail=0.55, sms=0.3), id="the present one is near"),
        pytest.param("odd mail", maybe(mail=0.6), id="a short text"),
        pytest.param("it is odd in some way", Reading(candidates={"mail": 0.9}), id="out of scope"),
    ],
)
def test_a_text_in_a_flow_that_is_not_clearly_another_problem_is_no_switch(
    chat: Chat, text: str, reading: Reading
) -> None:
    chat.pick("sms")
    commands = chat.text(text, reading)
    assert chat.conversation.offer is None
    assert said(commands).endswith("[ask_sms]")


def test_a_text_in_a_flow_that_is_likelier_about_another_one_is_asked_about(chat: Chat) -> None:
    chat.pick("sms")
    assert offered(chat.text("it is odd in some way", maybe(mail=0.55, sms=0.2)))[0] == "@switch"
    chat.text(YES)
    assert chat.where == "mail.ask_mail"


def test_an_answer_is_an_answer_whatever_else_it_may_mean(chat: Chat) -> None:
    chat.pick("sms")
    chat.text("yes", surely(mail=0.99))
    assert chat.conversation.status is Status.RESOLVED


def test_nothing_is_offered_instead_of_something_urgent(chat: Chat) -> None:
    chat.pick("danger")
    chat.text("it is odd in some way", maybe(mail=0.6))
    assert chat.conversation.offer is None


def test_an_urgent_problem_alone_is_not_guessed_out_of_the_blue(chat: Chat) -> None:
    assert "not_understood" in said(chat.text("hm hm", maybe(danger=0.3)))
    assert offered(chat.text("hm hm", maybe(danger=0.6))) == ["danger", *NOT_THESE]


def test_a_word_of_one_title_of_the_menu_is_read_and_not_picked(chat: Chat) -> None:
    """The titles are `Title of sms` and so on; only the number, or all of its words, pick one."""
    assert offered(chat.text("of sms", maybe(sms=0.5, mail=0.4))) == ["sms", "mail", *NOT_THESE]
    chat.pick("@none_of_these")
    chat.text("title of lock")
    assert chat.where == "lock.ask_lock"


def test_the_second_problem_is_promised_and_offered_when_the_first_is_over(chat: Chat) -> None:
    commands = chat.text("no sms and locked", surely("sms", "lock", sms=0.8))
    assert "later" in said(commands)
    assert chat.where == "sms.ask_sms"
    commands = chat.text("yes")
    assert "solved" in said(commands)
    assert offered(commands) == ["@other", "@done", "@human"]
    assert chat.conversation.status is Status.PENDING
    chat.text(YES)
    assert chat.where == "lock.ask_lock"
    chat.text("yes")
    assert chat.conversation.status is Status.RESOLVED


@pytest.mark.parametrize("text", [NO, f"{NO}, thank you dear bot"])
def test_a_no_to_the_second_problem_ends_the_conversation(chat: Chat, text: str) -> None:
    chat.text("no sms and locked", surely("sms", "lock", sms=0.8))
    chat.text("yes")
    chat.text(text, Reading())
    assert chat.conversation.status is Status.RESOLVED


def test_two_problems_are_asked_about_first_where_the_whole_text_is_read_as_a_third(chat: Chat) -> None:
    assert offered(chat.text("a and b", surely("lock", "sms", mail=0.8)))[:3] == ["lock", "sms", "mail"]
    chat.pick("sms")
    assert offered(chat.text("yes"))[0] == "@other"
    chat.pick("@other")
    assert chat.where == "lock.ask_lock"


def test_two_problems_one_of_them_urgent_are_asked_about(chat: Chat) -> None:
    commands = chat.text("a and b", surely("sms", "danger", sms=0.8))
    assert offered(commands)[:2] == ["sms", "danger"]


def test_three_things_in_one_text_are_one_story(chat: Chat) -> None:
    chat.text("a, b and c", surely("sms", "lock", "mail", sms=0.8))
    assert chat.where == "sms.ask_sms"
    assert chat.conversation.later == ()


@pytest.mark.parametrize("last", ["/stop", "/human", "/restart"])
def test_the_second_problem_is_forgotten_where_the_person_ends_it(chat: Chat, last: str) -> None:
    """A human reads all of it; who stops or starts again has said so."""
    chat.text("no sms and locked", surely("sms", "lock", sms=0.8))
    chat.text(last)
    assert chat.conversation.later == ()


def test_the_second_problem_is_not_offered_when_it_was_switched_to_meanwhile(chat: Chat) -> None:
    chat.text("no sms and locked", surely("sms", "lock", sms=0.8))
    chat.text("it is about lock, rather", about("lock"))
    chat.text(YES)
    assert chat.where == "lock.ask_lock"
    chat.text("yes")
    assert chat.conversation.status is Status.RESOLVED
