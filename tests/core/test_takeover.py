"""When a takeover is suspected: what is urgent comes first, and nothing is sent any more."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.commands import Brake, Command, HandOff
from bot.core.events import Reading
from bot.core.vocabulary import Outcome, Priority, Status
from tests.core.chat import Chat, about, calls, said, small_catalog, the_call

SEND = """
states:
  name:
    collect: identifier
    next: send
  send:
    call: resend_code
    with: {channel: sms, purpose: login}
    outcomes: {accepted: sent, too_soon: sent, rate_limited: sent, blocked: sent, unusable: sent, not_supported: sent,
               unavailable: down, unknown: sent, held: held}
  sent:
    ask: {again: send, other: signal}
  signal:
    say: calm
    brake: true
  calm:
    ask: {again: send}
  held:
    ask: {ok: over}
  down:
    ask: {ok: over}
  over:
    end: cancelled
"""
URGENT = """
urgent: true
states:
  really:
    ask: {"yes": protect, "no": false_alarm}
  protect:
    say: hand_over
    brake: true
  hand_over:
    handoff: security
    priority: urgent
  false_alarm:
    end: cancelled
"""


@pytest.fixture(name="chat")
def _chat(tmp_path: Path) -> Chat:
    chat = Chat(small_catalog(tmp_path, {"send_it": SEND, "danger": URGENT}))
    chat.text("about send_it", about("send_it"))
    return chat


def named(chat: Chat) -> None:
    """The account is named and its first code is on the way."""
    chat.returned(the_call(name(chat)), Outcome.ACCEPTED, case="case-of-mei")
    chat.wait(hours=1)


def name(chat: Chat) -> tuple[Command, ...]:
    return chat.text("mei", Reading(slot="mei"))


def test_after_the_signal_nothing_is_sent(chat: Chat) -> None:
    named(chat)
    chat.pick("other")
    assert calls(chat.pick("again")) == ()
    assert chat.where == "send_it.held"


def test_the_account_that_was_named_is_held_for_every_conversation(chat: Chat) -> None:
    named(chat)
    assert [command.case for command in chat.pick("other") if isinstance(command, Brake)] == ["case-of-mei"]


def test_without_an_account_only_this_conversation_is_held(chat: Chat) -> None:
    name(chat)
    assert not [command for command in chat.pick("other") if isinstance(command, Brake)]
    assert chat.conversation.braked_at == chat.now


def test_a_day_later_codes_are_sent_again(chat: Chat) -> None:
    named(chat)
    chat.pick("other")
    chat.wait(hours=24, minutes=1)
    assert len(calls(chat.pick("again"))) == 1


def test_what_is_urgent_comes_first_wherever_the_person_is(chat: Chat) -> None:
    chat.text("somebody hacked into my account", about("danger"))
    assert chat.where == "danger.really"


def test_a_false_alarm_returns_to_where_the_person_was(chat: Chat) -> None:
    chat.text("somebody hacked into my account", about("danger"))
    words = said(chat.pick("no"))
    assert chat.where == "send_it.name"
    assert words == "Text back_to en.\n\n[name]"
    assert chat.conversation.braked_at is None


def test_an_alarm_goes_to_a_human_as_urgent(chat: Chat) -> None:
    chat.text("somebody hacked into my account", about("danger"))
    commands = chat.pick("yes")
    assert chat.conversation.status is Status.OPEN
    assert [c.priority for c in commands if isinstance(c, HandOff)] == [Priority.URGENT]


def test_what_is_urgent_is_not_started_twice(chat: Chat) -> None:
    chat.text("somebody hacked into my account", about("danger"))
    chat.text("i am hacked", about("danger"))
    assert [frame.flow for frame in chat.conversation.stack] == ["send_it", "danger"]


def test_a_result_that_comes_during_a_digression_moves_the_flow_afterwards(chat: Chat) -> None:
    call = the_call(name(chat))
    chat.text("somebody hacked into my account", about("danger"))
    assert chat.returned(call, Outcome.UNAVAILABLE) is not None
    assert chat.where == "danger.really"
    chat.pick("no")
    assert chat.where == "send_it.down"


def test_who_asks_for_a_human_after_the_signal_is_urgent(chat: Chat) -> None:
    named(chat)
    chat.pick("other")
    commands = chat.pick("@human")
    assert [c.priority for c in commands if isinstance(c, HandOff)] == [Priority.URGENT]
