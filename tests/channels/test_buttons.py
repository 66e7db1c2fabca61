"""Every button that the bot shows in Telegram comes back as the choice that it stands for."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.channels.telegram import showing, wire
from bot.core import offers, question
from bot.core.commands import Choice, SendMessage
from bot.core.events import ChoicePicked
from bot.core.flow import Ask, Collect, Wait
from bot.service.reading import Reader

OWN = [
    question.HUMAN, question.BACK, question.WORKED, question.STILL_STUCK, question.DONE,
    offers.NONE_OF_THESE, offers.SWITCH, offers.STAY, offers.MORE, offers.GO_ON, offers.RESTART,
]  # fmt: skip


def pressed(choice: str) -> ChoicePicked:
    """Show a button and press it."""
    shown = SendMessage(id="m", text="?", choices=(Choice(id=choice, label="x"),), screen=17)
    parameters = showing.message("4711", shown)
    data = parameters["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    person = {"id": 4711, "is_bot": False, "first_name": "Mei"}
    message = {
        "message_id": 5,
        "date": 1,
        "chat": {"id": 4711, "type": "private"},
        "from": {"id": 1, "is_bot": True},
    }
    query = {"id": "q", "from": person, "message": message, "chat_instance": "1", "data": data}
    incoming = wire.read({"update_id": 1, "callback_query": query}, 1, datetime(2026, 11, 25, tzinfo=UTC))
    assert incoming is not None
    assert isinstance(incoming.event, ChoicePicked)
    return incoming.event


@pytest.mark.parametrize("choice", OWN)
def test_the_engines_own_buttons_come_back(choice: str) -> None:
    assert (pressed(choice).choice, pressed(choice).screen) == (choice, 17)


def test_every_choice_of_the_shipped_flows_comes_back(reader: Reader) -> None:
    catalog = reader.catalog
    given = {
        choice
        for flow in catalog.flows.values()
        for state in flow.states.values()
        if isinstance(state, Ask | Collect | Wait)
        for choice in state.choices
    }
    for choice in {*given, *catalog.flows, *catalog.service.languages}:
        assert pressed(choice).choice == choice
