"""What an agent's words and name may lead to: whoever gets into an agent's account does not get into everybody's through it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.core.events import AgentReplied, AgentTook
from bot.core.vocabulary import Refusal
from bot.service.staff.guard import NAMELESS, guarded, named

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
HOSTS = ("www.shop.example", "help.shop.example")


def _refused(text: str) -> Refusal | None:
    event = guarded(
        AgentReplied(id="1", at=NOON, case="R", agent="telegram:1", name="Mina", text=text), HOSTS
    )
    assert isinstance(event, AgentReplied)
    return event.refused


@pytest.mark.parametrize(
    "text",
    [
        "Open evil.store now",
        "reset-shop.vip/login",
        "www.shop.example.evil.ph",
        "198.51.100.7/reset",
        "http:/evil.zip",
        "Открой злой.рф",
        "evil.xn--p1ai",
        "ev\u200bil\u00ad.tech",
        "\uff45\uff56\uff49\uff4c\uff0e\uff53\uff48\uff4f\uff50",
        "请打开evil.com查看",
        "请看https://evil.com/x",
        "Write to @shop_support_bot",
        "Mail help@evil.club",
    ],
)
def test_a_reply_that_leads_anywhere_else_is_refused(text: str) -> None:
    assert _refused(text) is Refusal.FOREIGN_LINK


def test_a_picture_needs_no_words_and_its_words_are_read_like_others() -> None:
    def refused(text: str) -> Refusal | None:
        reply = AgentReplied(
            id="1", at=NOON, case="R", agent="telegram:1", name="Mina", text=text, picture="telegram:A"
        )
        event = guarded(reply, HOSTS)
        assert isinstance(event, AgentReplied)
        return event.refused

    assert refused("") is None
    assert refused("Press the green button") is None
    assert refused("Open evil.store now") is Refusal.FOREIGN_LINK
    assert refused("Send me the code") is Refusal.ASKS_SECRET


@pytest.mark.parametrize(
    "text", ["Send me your c\u200bode", "Send me the co\u00adde", "Send me the c\ufe0fode"]
)
def test_what_is_not_seen_in_a_reply_hides_no_question_for_a_secret(text: str) -> None:
    assert _refused(text) is Refusal.ASKS_SECRET


def test_a_secret_with_letters_that_are_not_seen_in_it_is_stored_nowhere() -> None:
    reply = AgentReplied(
        id="1", at=NOON, case="R", agent="telegram:1", name="Mina", text="code 73\u200b91\u200b64"
    )
    event = guarded(reply, HOSTS)
    assert isinstance(event, AgentReplied)
    assert event.refused is Refusal.HOLDS_SECRET
    assert "91" not in event.text


@pytest.mark.parametrize(
    "text",
    [
        "Open https://help.shop.example/a/file.html, then press Next.",
        "Go to help.shop.example/security.html.",
        "请打开help.shop.example查看。请稍等。",
        "Ouvrez la page, p.ex. l'aide, c.-à-d. celle-ci.",
        "e.g. the first page, i.e. step 2: 1.Open it 2.Press Next 10.Done",
        "Version 17.5.1, at 12.30, costs 3.50 EUR... is that so?",
        "Write to support@shop.example.",
        "\U0001f469\u200d\U0001f4bb is here \u2764\ufe0f",
    ],
)
def test_what_agents_write_all_day_is_sent(text: str) -> None:
    assert _refused(text) is None


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Mina", "Mina"),
        ("Anna-Maria", "Anna-Maria"),
        ("美娜", "美娜"),
        ("https://evil.com", NAMELESS),
        ("reset at evil.shop", NAMELESS),
        ("@shop_bot", NAMELESS),
        ("Send me your code", NAMELESS),
    ],
)
def test_an_agent_speaks_under_a_name_that_leads_nowhere(name: str, shown: str) -> None:
    took = AgentTook(id="1", at=NOON, case="R", agent="telegram:1", name=name)
    assert named(took, HOSTS).name == shown
