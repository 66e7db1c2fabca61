"""Whole stories, from the page's button to the end, as people live them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.channels.web.operators import BROKEN, broken
from tests.widget.bot import Bot, config, incident
from tests.widget.bot import bot as serving
from tests.widget.site import Site
from tests.widget.visitor import Visitor

Make = Callable[..., Visitor]
#: no_sms: asked long ago, nothing unusual, the number is right, other codes come; the second thing to try helps.
NO_SMS = (
    "started",
    "longer",
    "no",
    ("+33 6 12 34 56 78",),
    "typed_like_that",
    "yes",
    "yes",
    "other",
    "@still_stuck",
    "@worked",
)
#: The same, until nothing has helped and a fresh code is offered.
TO_A_FRESH_CODE = (*NO_SMS[:8], "@still_stuck", "@still_stuck", "@still_stuck", "yes", ("mei",))
LOST_2FA = (
    "no",
    "passkey",
    "@done",
    "no",
    "no",
    "@still_stuck",
    "@still_stuck",
    "@still_stuck",
    "no_login",
    "yes",
)


@pytest.mark.parametrize(
    ("language", "direction", "title"),
    [
        ("en", "ltr", "The SMS code does not arrive"),
        ("zh", "ltr", "收不到短信验证码"),
        ("fr", "ltr", "Le code par SMS n'arrive pas"),
        ("ar", "rtl", "The SMS code does not arrive"),
    ],
)
def test_whoever_gets_no_code_is_helped_to_the_end(
    visitor: Make, language: str, direction: str, title: str
) -> None:
    person = visitor(locale=language).visit().open()
    assert person.chat.locator(".problems button").first.inner_text() == title
    assert person.frame.evaluate("[document.documentElement.lang, document.documentElement.dir]") == [
        language,
        direction,
    ]
    person.choose()
    person.answer(*NO_SMS)
    if person.present.count():
        person.answer("yes")
    person.chat.locator(".ending").wait_for()
    person.chat.locator(".faces label").nth(4).click()
    person.chat.locator(".ending textarea").fill("<b>quick</b>")
    person.chat.locator(".ending .primary").click()
    person.chat.locator(".ending [role=status]").wait_for()


def test_who_has_lost_everything_gets_a_ticket_whose_code_stays_in_sight(visitor: Make) -> None:
    person = visitor().visit().open()
    person.chat.get_by_role("button", name="Lost phone").or_(
        person.chat.locator(".problems button").nth(2)
    ).first.click()
    person.present.first.wait_for()
    person.answer(*LOST_2FA, ("mei@example.com",))
    person.chat.locator(".ending").wait_for()
    person.chat.get_by_role("button", name="Options").click()
    code = person.chat.locator(".sheet .case strong").inner_text()
    assert code in "".join(person.lines)
    person.chat.get_by_role("button", name="Case code or device code").click()
    person.chat.locator("#case").fill(code)
    person.chat.get_by_role("button", name="Go on", exact=True).click()
    person.wait(lambda: "closed" in person.chat.locator(".result").inner_text())


def test_a_person_who_is_asked_for_is_awaited_honestly(visitor: Make, bot: Bot) -> None:
    person = visitor().visit().open()
    open_now = config(bot, person.site.origin)["hours"]["open"]
    person.choose()
    person.answer("@human")
    person.chat.locator(".waiting").wait_for()
    words: Any = person.chat.locator(".waiting").inner_text()
    assert ("People are here now" if open_now else "The team is back") in words
    assert person.chat.locator(".waiting strong").first.inner_text().startswith("R-")
    heard = person.heard
    person.say("I am at work until five")
    person.wait(lambda: person.heard > heard)
    assert person.chat.locator(".typing").inner_text() == ""


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", BROKEN["en"]), ("zh", BROKEN["zh"]), ("fr", BROKEN["fr"]), ("ar", BROKEN["en"])],
)
def test_what_is_broken_stands_above_the_problems_and_is_told_in_the_chat(
    visitor: Make, bot: Bot, language: str, words: str
) -> None:
    person = visitor(locale=language)
    with broken(bot.folder, "no_sms", **BROKEN):
        person.wait(lambda: incident(bot, person.site.origin) is not None)
        person.visit().open()
        told = person.chat.locator(".incident")
        told.wait_for()
        assert words in told.inner_text()
        assert told.get_attribute("role") == "status"
        person.choose()
        assert words in person.lines[-1]
        person.answer("@tell_me", "@help_anyway", "started")
    person.wait(lambda: incident(bot, person.site.origin) is None)


def test_who_opens_the_chat_again_a_minute_later_sees_what_has_broken_meanwhile(
    visitor: Make, bot: Bot
) -> None:
    person = visitor().visit().open()
    person.chat.locator(".problems button").first.wait_for()
    with broken(bot.folder, "no_sms", en="<b>Late</b>."):
        person.wait(lambda: incident(bot, person.site.origin) is not None)
        person.run("Sparekey.close()")
        person.open()
        assert person.chat.locator(".incident").count() == 0, "what is some seconds old still holds"
        person.run("Sparekey.close()")
        person.frame.evaluate("const now = Date.now; Date.now = () => now() + 61_000")
        person.open()
        person.chat.get_by_text("<b>Late</b>.", exact=True).wait_for()
    person.wait(lambda: incident(bot, person.site.origin) is None)
    person.run("Sparekey.close()")
    person.frame.evaluate("const later = Date.now; Date.now = () => later() + 61_000")
    person.open()
    person.chat.locator(".incident").wait_for(state="detached")


def test_a_secret_is_gone_from_the_screen_too(visitor: Make) -> None:
    person = visitor().visit().open()
    person.say("my password is hunter2hunter2")
    person.wait(lambda: person.heard > 0)
    person.settled()
    assert "hunter2" not in person.frame.evaluate("document.documentElement.outerHTML")
    assert "hunter2" not in str(person.frame.evaluate("JSON.stringify({...sessionStorage, ...localStorage})"))


def test_on_the_sample_site_the_story_ends_signed_in(visitor: Make, tmp_path: Path) -> None:
    with serving(tmp_path, [], "--demo") as demo:
        person = visitor(at=Site(demo.address), viewport={"width": 1200, "height": 800}).visit()
        page = person.page
        page.locator(".account").first.click()
        page.get_by_role("button", name="Send code").click()
        page.get_by_text("We have sent a code").wait_for()
        person.open().say("I do not receive the code")
        person.wait(lambda: person.present.count() > 0)
        person.answer(*TO_A_FRESH_CODE)
        code = page.locator("#messages li:not(.old) .code").inner_text()
        phone, chat = page.locator("#messages").bounding_box(), page.locator("iframe.frame").bounding_box()
        assert phone is not None
        assert chat is not None
        assert phone["x"] + phone["width"] <= chat["x"], "the chat covers the phone"
        page.get_by_label("Code").fill(code)
        page.get_by_role("button", name="Sign in with the code").click()
        page.get_by_text("You are signed in.").wait_for()
