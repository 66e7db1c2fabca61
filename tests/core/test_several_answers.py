"""Questions with several answers, tables over the answers, and what follows from a factor that is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.events import Reading
from bot.core.vocabulary import Status
from tests.core.chat import Chat, about, calls, offered, said, small_catalog

RECOVER = """
states:
  lost:
    ask_many: [phone, email, app]
    choices: {not_sure: help_choose}
    next: session
  help_choose:
    say: lost
  session:
    ask: {"yes": way, "no": way}
  way:
    route: [lost, session]
    table:
      - {lost: [phone, email], session: "no", next: both_gone}
      - {session: "yes", next: inside}
      - {lost: [phone], next: by_email}
      - {lost: [email], next: by_phone}
      - {lost: [app], next: by_phone}
  both_gone:
    handoff: both_gone
  inside:
    end: told
  by_email:
    try_articles: ways
    solved: inside
    exhausted: name
  by_phone:
    try_articles: ways
    solved: inside
    exhausted: name
  name:
    collect: identifier
    next: send
  send:
    call: resend_code
    with: {channel: sms, purpose: login}
    outcomes: {accepted: inside, too_soon: both_gone, rate_limited: both_gone, blocked: both_gone, unusable: both_gone,
               not_supported: no_code, unavailable: both_gone, unknown: both_gone, held: both_gone}
  no_code:
    ask: {ok: inside}
"""
ARTICLES = {
    "mail_code": "{topics: [ways], needs: [email]}",
    "phone_code": "{topics: [ways], needs: [phone]}",
    "any_code": "{topics: [ways]}",
}


@pytest.fixture(name="chat")
def _chat(tmp_path: Path) -> Chat:
    chat = Chat(small_catalog(tmp_path, {"recover": RECOVER}, articles=ARTICLES))
    chat.text("about recover", about("recover"))
    return chat


def test_answers_are_picked_one_by_one(chat: Chat) -> None:
    assert offered(chat.pick("email")) == ["phone", "app", "@done", "@human"]
    assert chat.where == "recover.lost"
    chat.pick("phone", "@done")
    assert chat.conversation.slots["lost"] == ("phone", "email")


def test_what_was_picked_is_said_before_more_is_asked_for(chat: Chat) -> None:
    assert said(chat.pick("email")) == "Noted: EMAIL."


def test_a_list_is_typed_at_once(chat: Chat) -> None:
    chat.text("phone and email")
    assert chat.conversation.stack[-1].picked == ("phone", "email")


@pytest.mark.parametrize("typed", ["1, 3", "phone, app", "app & phone", "phone / app"])
def test_lists_are_typed_in_many_ways(chat: Chat, typed: str) -> None:
    chat.text(typed)
    assert chat.conversation.stack[-1].picked == ("phone", "app")


def test_a_list_with_something_else_in_it_is_not_understood(chat: Chat) -> None:
    chat.text("phone and my dog")
    assert chat.conversation.stack[-1].picked == ()


@pytest.mark.parametrize("typed", ["word done en", "word no en", "@done", "label done en"])
def test_who_has_nothing_else_says_so_in_words(chat: Chat, typed: str) -> None:
    chat.pick("phone")
    chat.text(typed)
    assert chat.conversation.slots["lost"] == ("phone",)


def test_with_everything_picked_there_is_nothing_left_to_ask(chat: Chat) -> None:
    chat.pick("phone", "email", "app")
    assert chat.where == "recover.session"


def test_a_choice_beside_the_answers_leaves_at_once(chat: Chat) -> None:
    chat.pick("not_sure")
    assert chat.where == "recover.lost"
    assert "lost" not in chat.conversation.slots


def test_back_asks_for_all_answers_anew(chat: Chat) -> None:
    chat.pick("phone", "@done", "@back")
    assert chat.where == "recover.lost"
    assert offered(chat.text("hm?"))[:3] == ["phone", "email", "app"]


def test_the_first_row_that_fits_is_taken(chat: Chat) -> None:
    chat.text("phone, email")
    chat.pick("@done", "no")
    assert chat.conversation.status is Status.OPEN


def test_a_row_without_a_slot_takes_any_answer(chat: Chat) -> None:
    chat.text("phone, email")
    chat.pick("@done", "yes")
    assert chat.conversation.status is Status.RESOLVED


def test_an_article_that_needs_what_is_lost_is_not_shown(chat: Chat) -> None:
    chat.pick("email", "@done", "no", "@still_stuck")
    assert chat.conversation.tried == ("any_code", "phone_code")


def test_no_code_is_sent_to_what_is_lost(chat: Chat) -> None:
    chat.pick("phone", "@done", "no", "@still_stuck", "@still_stuck")
    assert calls(chat.text("mei", Reading(slot="mei"))) == ()
    assert chat.where == "recover.no_code"


def test_a_code_is_sent_to_what_is_not_lost(chat: Chat) -> None:
    chat.pick("app", "@done", "no", "@still_stuck", "@still_stuck", "@still_stuck")
    assert len(calls(chat.text("mei", Reading(slot="mei")))) == 1


SET = """
states:
  gone:
    set: {lost: [phone], reason: gone}
    next: more
  more:
    ask: {"yes": mail, "no": end_here}
  mail:
    set: {lost: [email, phone]}
    next: end_here
  end_here:
    ask: {ok: over}
  over:
    end: told
"""


def test_what_is_known_is_noted_and_a_list_is_added(tmp_path: Path) -> None:
    chat = Chat(small_catalog(tmp_path, {"gone": SET}))
    chat.text("about gone", about("gone"))
    assert chat.conversation.slots == {"lost": ("phone",), "reason": "gone"}
    chat.pick("yes")
    assert chat.conversation.slots["lost"] == ("phone", "email")
