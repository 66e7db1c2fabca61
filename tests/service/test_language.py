"""When a conversation changes its language: what people paste is in the language of their device, not in theirs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.core.conversation import begin
from bot.core.engine import step
from bot.core.events import TextReceived
from bot.service.reading import Reader

_NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
_FRENCH = "je ne reçois pas le code par sms"


def _language(reader: Reader, *texts: str) -> str:
    """The language after these texts, in a conversation that began in English."""
    conversation = begin(conversation_id="c-1", channel="test", contact="1", at=_NOW, language="en")
    for number, text in enumerate(texts):
        event = TextReceived(id=f"e-{number}", at=_NOW, text=text)
        event = replace(event, reading=reader.read(event, conversation))
        conversation = step(conversation, event, reader.catalog, _NOW).conversation
    return conversation.language


def test_the_first_text_decides(reader: Reader) -> None:
    assert _language(reader, _FRENCH) == "fr"
    assert _language(reader, "我收不到验证码") == "zh"


@pytest.mark.parametrize(
    "pasted",
    [
        "[removed: private key]",
        "Too many attempts. Please try again later.",
        "Your account has been temporarily locked due to too many failed login attempts. Please try again later.",
        "Error 403: access denied",
        "j'ai ce message : access denied, please try again later",
        "ça affiche « this phone number is not valid, check the number and try again »",
        "验证码错误，请重新获取",
        "Google Authenticator",
        "Samsung Galaxy S23 Ultra",
        "ok",
        "yes",
        "no idea",
        "R-Q48WW-R1WEJ",
        "john.smith@example.com",
        "https://example.com/login?next=reset",
    ],
)
def test_nothing_that_is_pasted_once_changes_the_language(reader: Reader, pasted: str) -> None:
    assert _language(reader, _FRENCH, pasted) == "fr"
    assert _language(reader, _FRENCH, pasted, "toujours rien reçu", pasted) == "fr"


def test_two_texts_in_a_row_change_the_language(reader: Reader) -> None:
    assert _language(reader, _FRENCH, "I have a new phone", "the code does not arrive") == "en"
    assert _language(reader, _FRENCH, "I have a new phone", "ok", "the code does not arrive") == "en"
    assert _language(reader, "no otp coming", "我的手机没有收到任何短信", "为什么一直没有收到") == "zh"


def test_a_long_text_changes_the_language_alone(reader: Reader) -> None:
    long = (
        "hello, I moved to another country last week and I have a new phone number now, so I do not get the code"
        " any more and I have no idea how to log in to my account again"
    )
    assert _language(reader, _FRENCH, long) == "en"


@pytest.mark.parametrize(
    "text", ["english please", "I only speak English", "sorry, do you also speak english?"]
)
def test_who_asks_for_a_language_gets_it_at_once(reader: Reader, text: str) -> None:
    assert _language(reader, _FRENCH, text) == "en"


def test_a_language_that_was_chosen_is_not_guessed_any_more(reader: Reader) -> None:
    assert (
        _language(reader, "no otp coming", "français", "I have a new phone", "the code does not arrive")
        == "fr"
    )
