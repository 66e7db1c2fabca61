"""Where a company asks before anything is written: what people see, and that they are asked once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.widget import bot as running
from tests.widget import site as standing
from tests.widget.visitor import Visitor

PAGE = "https://www.example.com/privacy"


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[standing.Site]:
    """A site whose people are asked."""
    folder = tmp_path_factory.mktemp("asking")
    with (
        standing.site() as site,
        running.bot(folder, [site.origin], SPAREKEY_WIDGET_CONSENT=PAGE) as bot,
    ):
        site.server = bot.address
        yield site


def test_who_is_asked_reads_what_becomes_of_their_words_agrees_by_keyboard_and_is_not_asked_again(
    chromium: Any, asking: standing.Site, axe: Path
) -> None:
    context = chromium.new_context(locale="en-GB")
    person = Visitor(context, asking).visit().open()
    question = person.chat.get_by_role("region", name="Before you start")
    question.wait_for()
    assert "for 90 days" in question.inner_text()
    assert question.get_by_role("link").get_attribute("href") == PAGE
    assert not person.field.is_visible()
    assert not person.chat.locator(".problems").is_visible()
    assert person.axe(axe) == []
    person.wait(lambda: person.frame.evaluate("document.activeElement.matches('.consent')"))

    person.run("Sparekey.startFlow('forgot_password')")  # the page's own button does not go round it
    person.wait(lambda: "failed" in person.frame.evaluate("JSON.stringify({...sessionStorage})"))
    assert question.is_visible()
    question.focus()
    person.page.keyboard.press("Tab")
    person.page.keyboard.press("Tab")
    person.page.keyboard.press("Enter")
    person.present.first.wait_for()
    assert question.is_hidden()
    assert person.field.is_visible()

    person.visit().open()
    person.present.first.wait_for()
    assert question.is_hidden()
    assert person.complaints == []
    context.close()


@pytest.mark.parametrize(
    ("locale", "words"), [("fr", "Accepter et commencer"), ("zh-CN", "同意并开始"), ("ar", "أوافق، ابدأ")]
)
def test_it_is_asked_in_the_person_s_language(
    chromium: Any, asking: standing.Site, axe: Path, locale: str, words: str
) -> None:
    context = chromium.new_context(locale=locale)
    person = Visitor(context, asking).visit().open()
    person.chat.get_by_role("button", name=words).wait_for()
    assert person.axe(axe) == []
    assert person.complaints == []
    context.close()
