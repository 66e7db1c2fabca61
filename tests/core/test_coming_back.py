"""Earlier answers corrected, coming back after a day, the menu's pages, and times by the person's own clock."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.events import Reading
from bot.core.vocabulary import Status
from tests.core.chat import Chat, about, calls, offered, said, small_catalog

QUESTIONS = """
menu: 1
states:
  platform:
    ask: {iphone: abroad, android: abroad, other: over}
  abroad:
    ask: {"yes": since, "no": since}
  since:
    ask: {today: clock, longer: clock}
  clock:
    collect: clock
    choices: {skip: hold}
    next: hold
  hold:
    ask: {ok: over}
  over:
    end: solved
"""
WORDS = {
    "questions": {
        "platform": {
            "choices": {"iphone": "An iPhone", "android": "An Android phone", "other": "Another one"},
            "answers": {"iphone": ["ios", "apple"], "android": ["samsung", "android"]},
        },
        "since": {"answers": {"longer": ["for weeks", "ages"]}},
        "hold": {"text": "Until {{ hold.ends|day }}"},
    }
}


@pytest.fixture(name="chat")
def _chat(tmp_path: Path) -> Chat:
    more = {
        f"flow_{number}": f"menu: {number}\nstates:\n  here:\n    ask: {{ok: done}}\n  done:\n    end: told\n"
        for number in range(2, 10)
    }
    chat = Chat(small_catalog(tmp_path, {"questions": QUESTIONS, **more}, words=WORDS))
    chat.text("about questions", about("questions"))
    return chat


@pytest.mark.parametrize("typed", ["word no en, I am on Android", "word correction en, a samsung"])
def test_an_earlier_answer_is_corrected_and_the_later_ones_are_kept(chat: Chat, typed: str) -> None:
    chat.pick("iphone", "yes")
    words = said(chat.text(typed))
    assert chat.where == "questions.since"
    assert chat.conversation.slots == {"platform": "android", "abroad": "yes"}
    assert words == "Text corrected en.\n\n[since]"


def test_the_way_may_be_another_one_after_a_correction(chat: Chat) -> None:
    chat.pick("iphone", "yes")
    chat.text("word no en, another one")
    assert chat.conversation.status is Status.RESOLVED


def test_without_a_word_that_takes_it_back_an_answer_stands(chat: Chat) -> None:
    chat.pick("iphone", "yes")
    assert "corrected" not in said(chat.text("my android says so"))


def test_the_same_answer_again_corrects_nothing(chat: Chat) -> None:
    chat.pick("iphone", "yes")
    assert "corrected" not in said(chat.text("an apple, as i said"))


def test_a_number_or_a_yes_corrects_nothing_earlier(chat: Chat) -> None:
    chat.pick("iphone", "yes", "today")
    assert "corrected" not in said(chat.text("2"))
    assert "corrected" not in said(chat.text("word no en"))


def test_what_was_asked_since_can_be_reached_by_back_after_a_correction(chat: Chat) -> None:
    chat.pick("iphone", "yes")
    chat.text("word no en, android")
    chat.pick("@back", "@back")
    assert chat.where == "questions.platform"


@pytest.mark.parametrize("typed", ["apple", "it is an apple one", "iOS!"])
def test_people_answer_in_their_own_words(chat: Chat, typed: str) -> None:
    chat.text(typed)
    assert chat.conversation.slots["platform"] == "iphone"


@pytest.mark.parametrize("typed", ["not an apple", "no samsung here", "i never had an apple phone"])
def test_who_denies_an_answer_does_not_give_it(chat: Chat, typed: str) -> None:
    chat.text(typed)
    assert "platform" not in chat.conversation.slots


def test_who_comes_back_after_a_day_is_asked_whether_to_go_on(chat: Chat) -> None:
    chat.pick("iphone")
    chat.wait(hours=25)
    commands = chat.text("hello again")
    assert offered(commands) == ["@go_on", "@restart", "@human"]
    assert "Text notice en" in said(commands)
    assert said(chat.pick("@go_on")) == "[abroad]"
    chat.pick("yes")
    assert chat.where == "questions.since"


def test_who_opens_the_chat_again_after_a_day_is_asked_too(chat: Chat) -> None:
    chat.pick("iphone")
    chat.wait(hours=25)
    assert offered(chat.start()) == ["@go_on", "@restart", "@human"]


def test_starting_again_after_a_day_shows_the_problems(chat: Chat) -> None:
    chat.pick("iphone")
    chat.wait(hours=25)
    chat.text("hello again")
    assert offered(chat.pick("@restart"))[0] == "questions"
    assert chat.conversation.stack == ()


def test_a_new_problem_after_a_day_is_offered_beside_the_old_one(chat: Chat) -> None:
    chat.pick("iphone")
    chat.wait(hours=25)
    commands = chat.text("something else", about("flow_3"))
    assert offered(commands) == ["@go_on", "flow_3", "@restart", "@human"]
    chat.pick("flow_3")
    assert [frame.flow for frame in chat.conversation.stack] == ["flow_3"]


def test_within_a_day_an_answer_is_an_answer(chat: Chat) -> None:
    chat.wait(hours=23)
    chat.text("an iphone")
    assert chat.where == "questions.abroad"


def test_a_button_pressed_after_a_day_counts(chat: Chat) -> None:
    chat.wait(hours=50)
    chat.pick("iphone")
    assert chat.where == "questions.abroad"


def test_a_secret_and_a_call_for_help_are_heard_first_after_a_day(chat: Chat) -> None:
    chat.wait(hours=50)
    assert "secret_code" in said(chat.text("[removed: code]", removed=("code",)))
    chat.wait(hours=50)
    chat.text("word human en")
    assert chat.conversation.status is Status.OPEN


def test_the_menu_has_pages(chat: Chat) -> None:
    first = offered(chat.text("word restart en"))
    assert first == ["questions", "flow_2", "flow_3", "flow_4", "flow_5", "flow_6", "@more", "@human"]
    assert offered(chat.pick("@more")) == ["flow_7", "flow_8", "flow_9", "@more", "@human"]
    assert offered(chat.pick("@more")) == first
    chat.pick("@more", "flow_8")
    assert chat.where == "flow_8.here"


def test_times_are_told_by_the_persons_own_clock(chat: Chat) -> None:
    chat.pick("iphone", "yes", "today")
    assert said(chat.text("18:00", Reading(slot=480))) == "Until Thu 26 Nov 2026, 18:00 your time"


def test_the_persons_clock_is_remembered_when_the_flow_is_over(chat: Chat) -> None:
    chat.pick("iphone", "yes", "today")
    chat.text("18:00", Reading(slot=480))
    chat.text("word restart en")
    assert chat.conversation.slots == {"clock": 480}


def test_without_a_clock_times_are_told_in_utc(chat: Chat) -> None:
    assert said(chat.pick("iphone", "yes", "today", "skip")) == "Until Thu 26 Nov 2026, 10:00 UTC"
    assert calls(chat.pick("ok")) == ()


def test_an_answer_to_what_the_bot_asked_a_moment_ago_is_an_answer_however_long_the_person_was_away(
    tmp_path: Path,
) -> None:
    """A reminder that comes after days is answered; the person need not be welcomed back."""
    waits = """
states:
  pause:
    wait: sms_patience
    next: result
  result:
    ask: {fine: over, bad: over}
  over:
    end: told
"""
    chat = Chat(small_catalog(tmp_path, {"waits": waits}))
    chat.text("about waits", about("waits"))
    chat.wait(hours=30)
    chat.timer()
    chat.wait(minutes=5)
    chat.text("fine")
    assert chat.conversation.status is Status.RESOLVED


@pytest.mark.parametrize("typed", ["the second one", "second", "第二个", "le deuxième"])
def test_a_choice_is_picked_by_its_place_in_words(chat: Chat, typed: str) -> None:
    chat.text(typed)
    assert chat.conversation.slots["platform"] == "android"


def test_a_sentence_that_begins_with_no_is_a_no(chat: Chat) -> None:
    chat.pick("iphone")
    chat.text("word no en, i stayed at home all the time")
    assert chat.conversation.slots["abroad"] == "no"


def test_traditional_characters_are_read_as_simplified_ones(tmp_path: Path) -> None:
    words = {"ask_it": {"q": {"choices": {"a": "只是换了号码", "b": "手机丢了"}}}}
    flow = "states:\n  q:\n    ask: {a: over, b: over}\n  over:\n    end: told\n"
    chat = Chat(small_catalog(tmp_path, {"ask_it": flow}, words=words))
    chat.text("about ask_it", about("ask_it"))
    chat.text("只是換了號碼")
    assert chat.conversation.status is Status.RESOLVED


def test_the_opening_answers_the_first_question_if_it_can(tmp_path: Path) -> None:
    opening = QUESTIONS.replace("other: over}\n", "other: over}\n    opening: true\n")
    chat = Chat(small_catalog(tmp_path, {"questions": opening}, words=WORDS))
    commands = chat.text("trouble with my samsung", about("questions"))
    assert chat.where == "questions.abroad"
    assert "[platform]" not in said(commands)


def test_the_opening_answers_only_a_question_that_allows_it(tmp_path: Path) -> None:
    """Whether somebody stole the phone is asked, however it sounds."""
    chat = Chat(small_catalog(tmp_path, {"questions": QUESTIONS}, words=WORDS))
    chat.text("trouble with my samsung", about("questions"))
    assert chat.where == "questions.platform"


def test_who_says_all_right_to_a_wait_is_told_that_it_goes_on(tmp_path: Path) -> None:
    waits = """
states:
  pause:
    wait: sms_patience
    choices: {arrived: over}
    next: over
  over:
    end: told
"""
    chat = Chat(small_catalog(tmp_path, {"waits": waits}))
    chat.text("about waits", about("waits"))
    commands = chat.text("word yes en")
    assert said(commands) == "Text waiting en."
    assert offered(commands) == ["arrived", "@human"]
    chat.text("word arrived en")
    assert chat.conversation.status is Status.RESOLVED


def test_who_says_all_right_to_a_remedy_has_not_said_that_it_helped(tmp_path: Path) -> None:
    tries = "states:\n  try:\n    try_articles: ways\n    solved: over\n    exhausted: over\n  over:\n    end: told\n"
    chat = Chat(small_catalog(tmp_path, {"tries": tries}, articles={"reload": "{topics: [ways]}"}))
    chat.text("about tries", about("tries"))
    assert said(chat.text("word yes en")) == "Text take_your_time en."
    chat.text("word arrived en")
    assert chat.conversation.status is Status.RESOLVED


def test_a_question_that_is_given_up_is_said_to_be_skipped(tmp_path: Path) -> None:
    flow = "states:\n  q:\n    ask: {a: over, b: over}\n    tries: 1\n    give_up: next\n  next:\n    ask: {c: over}\n  over:\n    end: told\n"
    chat = Chat(small_catalog(tmp_path, {"ask_it": flow}))
    chat.text("about ask_it", about("ask_it"))
    assert said(chat.text("bananas")) == "Text skipped en.\n\n[next]"
