"""What people are told of an incident, by the engine alone; tests/conversations/incidents.yaml plays the words that ship."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.core import codec
from bot.core.commands import CancelTimer, Command, StartTimer
from bot.core.conversation import Conversation, Offer, OfferKind
from bot.core.events import TimerFired
from bot.core.incident import TIMER, Incident
from bot.core.telling import LOOKS
from bot.core.vocabulary import Status
from tests.core.chat import START, Chat, about, offered, said, small_catalog

LOST = """
menu: 1
states:
  where:
    ask: {phone: over, mailbox: over}
  over:
    end: solved
"""
OTHER = """
menu: 2
states:
  what:
    ask: {this: over}
  over:
    end: solved
"""
KNOWN = ["@tell_me", "@help_anyway", "@human"]
AWAITED = ["@help_anyway", "@human"]
OVER = ["@works", "@still_fails", "@human"]


@pytest.fixture(name="chat")
def _chat(tmp_path: Path) -> Chat:
    return Chat(small_catalog(tmp_path, {"lost": LOST, "other": OTHER}))


def incident(number: int, *flows: str, ended_at: datetime | None = None) -> Incident:
    return Incident(
        number=number,
        flows=flows,
        words={"en": f"Words of {number}."},
        since=START,
        until=START + timedelta(days=1),
        ended_at=ended_at,
    )


def broken(chat: Chat, *incidents: Incident) -> None:
    chat.catalog = replace(chat.catalog, incidents=incidents)


def look(chat: Chat) -> tuple[Command, ...]:
    return chat.fold(TimerFired(id=chat.id(), at=chat.now, timer=TIMER))


def timers(commands: Iterable[Command]) -> list[datetime]:
    return [each.due_at for each in commands if isinstance(each, StartTimer) and each.key == TIMER]


def test_what_is_broken_does_not_count_as_new_content(chat: Chat) -> None:
    chat.text("about lost", about("lost"))
    broken(chat, incident(1, "lost"))
    assert "content_changed" not in said(chat.pick("phone"))
    assert chat.conversation.status is Status.RESOLVED


def test_the_timer_looks_again_until_it_is_over_and_says_nothing_before(chat: Chat) -> None:
    broken(chat, incident(1, "lost"))
    assert offered(chat.text("about lost", about("lost"))) == KNOWN
    promised = chat.pick("@tell_me")
    assert (offered(promised), timers(promised)) == (AWAITED, [chat.now + LOOKS])
    chat.wait(minutes=5)
    silent = look(chat)
    assert (said(silent), timers(silent)) == ("", [chat.now + LOOKS])
    broken(chat, incident(1, "lost", ended_at=chat.now))
    told = look(chat)
    assert (offered(told), timers(told)) == (OVER, [])
    assert said(look(chat)) == "", "it is told once"


def test_what_ended_while_no_program_ran_is_told_all_the_same(chat: Chat) -> None:
    broken(chat, incident(1, "lost"))
    chat.text("about lost", about("lost"))
    chat.pick("@tell_me")
    broken(chat)
    assert offered(look(chat)) == OVER


def test_whoever_asks_to_be_told_when_it_is_over_already_is_told_at_once(chat: Chat) -> None:
    broken(chat, incident(1, "lost"))
    chat.text("about lost", about("lost"))
    broken(chat, incident(1, "lost", ended_at=chat.now))
    told = chat.pick("@tell_me")
    assert (offered(told), timers(told)) == (OVER, [])


def test_of_two_incidents_both_are_told_and_both_must_be_over(chat: Chat) -> None:
    first, second = incident(1, "lost"), incident(2, "lost", "other")
    broken(chat, first, second)
    chat.text("about lost", about("lost"))
    assert chat.conversation.told == (1, 2)
    chat.pick("@tell_me")
    broken(chat, replace(first, ended_at=chat.now), second)
    assert said(look(chat)) == ""
    broken(chat, replace(first, ended_at=chat.now), replace(second, ended_at=chat.now))
    assert offered(look(chat)) == OVER


def test_the_end_of_one_does_not_end_another_that_is_just_told_of(chat: Chat) -> None:
    first, second = incident(1, "lost"), incident(2, "other")
    broken(chat, first, second)
    chat.text("about lost", about("lost"))
    chat.pick("@tell_me")
    chat.text("about other", about("other"))
    broken(chat, replace(first, ended_at=chat.now), second)
    assert offered(look(chat)) == KNOWN
    assert offered(chat.pick("@tell_me")) == AWAITED


def test_a_later_incident_is_told_of_when_the_person_comes_to_the_steps(chat: Chat) -> None:
    broken(chat, incident(1, "lost"))
    chat.text("about lost", about("lost"))
    broken(chat, incident(1, "lost"), incident(2, "lost"))
    assert offered(chat.pick("@help_anyway")) == KNOWN
    chat.pick("@help_anyway")
    assert chat.where == "lost.where"


def test_a_conversation_that_is_over_waits_for_nothing(chat: Chat) -> None:
    broken(chat, incident(1, "lost"))
    chat.text("about lost", about("lost"))
    chat.pick("@tell_me", "@help_anyway")
    ended = chat.pick("phone")
    assert chat.conversation.status is Status.RESOLVED
    assert [each.key for each in ended if isinstance(each, CancelTimer)] == [TIMER]
    broken(chat)
    assert look(chat) == ()


def test_it_stands_over_the_flow_that_one_has_switched_from(chat: Chat) -> None:
    broken(chat, incident(1, "lost"))
    chat.text("about other", about("other"))
    chat.text("about lost", about("lost"))
    assert offered(chat.pick("@switch")) == KNOWN
    chat.pick("@tell_me")
    broken(chat, incident(1, "lost", ended_at=chat.now))
    look(chat)
    chat.pick("@still_fails")
    assert chat.where == "lost.where"


def test_a_question_put_meanwhile_is_put_again_under_the_news(chat: Chat) -> None:
    broken(chat, incident(1, "lost"))
    chat.text("about lost", about("lost"))
    chat.pick("@tell_me", "@help_anyway")
    broken(chat, incident(1, "lost", ended_at=chat.now))
    told = look(chat)
    assert said(told) == "Text incident_over en.\n\n[where]"
    assert offered(told)[:2] == ["phone", "mailbox"]


def test_a_promise_outlives_the_flow_that_it_was_made_in(chat: Chat) -> None:
    broken(chat, incident(1, "lost"))
    chat.text("about lost", about("lost"))
    chat.pick("@tell_me")
    chat.catalog = replace(chat.catalog, fingerprint="other", flows={"other": chat.catalog.flows["other"]})
    look(chat)
    assert chat.conversation.offer is not None
    assert chat.conversation.offer.choices == ("other",)
    broken(chat, incident(1, "lost", ended_at=chat.now))
    assert "incident_over" in said(look(chat)), "what was promised is kept all the same"


def test_a_program_of_before_reads_a_menu_of_the_one_problem(chat: Chat) -> None:
    """It knows nothing of incidents: what it does not know it passes over."""
    broken(chat, incident(1, "lost"))
    chat.text("about lost", about("lost"))
    chat.pick("@tell_me")
    stored = json.loads(codec.dump(chat.conversation))
    for unknown in ("told", "awaits"):
        del stored[unknown]
    del stored["offer"]["incidents"]
    before = codec.load(json.dumps(stored), Conversation)
    assert before.offer == Offer(kind=OfferKind.MENU, choices=("lost",))


def test_nothing_is_stored_of_incidents_where_there_are_none(chat: Chat) -> None:
    chat.text("about lost", about("lost"))
    stored = codec.dump(chat.conversation)
    assert not any(name in stored for name in ("told", "awaits", "incidents", "over"))
