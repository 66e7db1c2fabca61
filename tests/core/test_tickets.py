"""Reset tickets and their numbers: promised with the answer, found again by the code, kept even when the backend is down."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.case_code import case_code
from bot.core.commands import Command
from bot.core.conversation import AccountLink, evolve
from bot.core.events import CallReturned, Reading
from bot.core.vocabulary import Outcome, Status
from tests.core.chat import Chat, about, calls, said, small_catalog, the_call

RESET = """
states:
  told:
    ask: {"yes": name, "no": leave}
    consent: "yes"
  name:
    collect: identifier
    next: open_it
  open_it:
    call: open_reset_ticket
    with: {reason: lost}
    outcomes: {accepted: opened, already_open: opened, blocked: opened, rate_limited: opened, not_supported: person,
               unavailable: person, unknown: person}
  opened:
    end: ticket
  person:
    handoff: no_ticket
  leave:
    end: cancelled
"""
STATUS = """
states:
  known:
    branch:
      - {if: "ticket != none", next: look}
      - {else: which}
  which:
    collect: ticket
    next: look
  look:
    call: find_ticket
    outcomes: {accepted: found, not_found: unknown_code, unavailable: later, unknown: later}
  found:
    branch:
      - {if: "ticket.state == 'closed'", next: closed}
      - {else: waiting}
  closed:
    say: over
  waiting:
    say: over
  unknown_code:
    say: over
  later:
    say: over
  over:
    end: told
"""
WORDS = {
    "reset": {"open_it": {"text": "Your ticket: {{ case_code }}"}},
    "ticket_status": {"waiting": {"text": "Open since {{ ticket.opened|day }}"}},
}
CODE = "R-Q48WW-R1WEJ"


#: How the account of a linked person stands, looked up while a ticket is talked about.
STANDING = """
states:
  which:
    collect: ticket
    next: look
  look:
    call: account_state
    outcomes: {accepted: well, not_supported: well, unavailable: well}
  well:
    ask: {"yes": over, "no": over}
  over:
    end: told
"""


@pytest.fixture(name="chat")
def _chat(tmp_path: Path) -> Chat:
    return Chat(
        small_catalog(tmp_path, {"reset": RESET, "ticket_status": STATUS, "standing": STANDING}, words=WORDS)
    )


def opened(chat: Chat) -> tuple[Command, ...]:
    chat.text("about reset", about("reset"))
    chat.pick("yes")
    return chat.text("mei", Reading(slot="mei"))


def test_the_number_is_told_with_the_answer_before_the_account_system_is_asked(chat: Chat) -> None:
    commands = opened(chat)
    code = case_code("c")
    assert said(commands) == f"Your ticket: {code}"
    assert the_call(commands).arguments == {
        "identifier": "mei",
        "reason": "lost",
        "items": (),
        "external_ref": code,
    }
    assert chat.conversation.status is Status.RESOLVED


def test_a_ticket_that_could_not_be_opened_goes_to_a_human(chat: Chat) -> None:
    call = the_call(opened(chat))
    chat.returned(call, Outcome.UNAVAILABLE)
    assert chat.conversation.status is Status.OPEN


def test_whether_the_account_system_took_it_is_not_seen(chat: Chat) -> None:
    call = the_call(opened(chat))
    for outcome in (Outcome.ACCEPTED, Outcome.ALREADY_OPEN, Outcome.BLOCKED, Outcome.RATE_LIMITED):
        assert said(chat.returned(call, outcome)) == ""


def test_a_case_code_typed_anywhere_is_looked_up(chat: Chat) -> None:
    chat.text("about reset", about("reset"))
    commands = chat.text(f"what about {CODE}?", Reading(ticket=CODE))
    assert said(commands) == "[look]"
    assert the_call(commands).arguments == {"ticket": CODE}


def test_the_answer_moves_the_flow_when_it_is_there_and_then_one_is_back(chat: Chat) -> None:
    chat.text("about reset", about("reset"))
    call = the_call(chat.text(CODE, Reading(ticket=CODE)))
    words = said(chat.returned(call, Outcome.ACCEPTED, state="open", opened="2026-11-24T09:00:00+00:00"))
    assert words == "Open since Tue 24 Nov 2026, 09:00 UTC\n\nText back_to en.\n\n[told]"
    assert chat.where == "reset.told"


def test_who_writes_while_it_is_looked_up_is_told_to_wait(chat: Chat) -> None:
    call = the_call(chat.text(CODE, Reading(ticket=CODE)))
    assert said(chat.text("well?")).endswith("Text one_moment en.")
    assert said(chat.returned(call, Outcome.NOT_FOUND)).startswith("[unknown_code]")


def test_a_human_can_be_had_while_it_is_looked_up(chat: Chat) -> None:
    chat.text(CODE, Reading(ticket=CODE))
    chat.text("word human en")
    assert chat.conversation.status is Status.OPEN


def test_a_code_typed_where_it_is_asked_for_is_no_digression(chat: Chat) -> None:
    chat.text("about ticket_status", about("ticket_status"))
    assert chat.where == "ticket_status.which"
    chat.text(CODE, Reading(ticket=CODE, slot={"code": CODE}))
    assert [frame.flow for frame in chat.conversation.stack] == ["ticket_status"]
    assert chat.where == "ticket_status.look"


def test_how_an_account_stands_is_not_how_a_ticket_stands(chat: Chat) -> None:
    link = AccountLink(account="a-1", until=chat.now + timedelta(days=1))
    chat.conversation = evolve(chat.conversation, link=link)
    chat.text("about standing", about("standing"))
    call = the_call(chat.text(CODE, Reading(ticket=CODE, slot={"code": CODE})))
    event = CallReturned(
        id=chat.id(), at=chat.now, operation=call.operation, outcome=Outcome.ACCEPTED, call=call.id,
        account="a-1", data={"state": "locked"},
    )  # fmt: skip
    chat.fold(event)
    assert chat.conversation.slots["account"] == {"state": "locked"}
    assert chat.conversation.slots["ticket"] == {"code": CODE}


def test_one_code_after_the_other_can_be_looked_up(chat: Chat) -> None:
    chat.text(CODE, Reading(ticket=CODE))
    commands = chat.text("R-AAAAA-AAAAA", Reading(ticket="R-AAAAA-AAAAA"))
    assert len(chat.conversation.stack) == 1
    assert [call.arguments["ticket"] for call in calls(commands)] == ["R-AAAAA-AAAAA"]
