"""
Every state of the widget that people can come to see, walked through once; each is named while it is on the screen, for axe or a camera to look.

The server is a real one: it is stopped where a lost connection is to be seen, and what it refuses or is slow with is on its way.
"""

from __future__ import annotations

from collections.abc import Iterator

import httpx

from bot.core.events import AgentReplied
from tests.channels.web.agents import act
from tests.channels.web.operators import BROKEN, broken
from tests.widget.bot import Bot, incident
from tests.widget.desk import Desk, png
from tests.widget.test_journeys import NO_SMS
from tests.widget.visitor import Visitor

_HUMAN = {"zh": "转人工", "fr": "parler à quelqu'un"}


def states(person: Visitor, bot: Bot) -> Iterator[str]:
    """Walk, and yield the name of each state."""
    yield from _beginning(person, bot)
    yield from _conversation(person)
    yield from _sheets(person, bot)
    yield from _troubles(person, bot)
    yield from _ending(person)
    yield from _people(person, bot)


def asked(person: Visitor, _: Bot) -> Iterator[str]:
    """The same where consent is asked for."""
    person.visit().open()
    question = person.chat.locator(".consent .primary")
    question.wait_for()
    yield "consent"
    with person.refused("consent"):
        question.click()
        person.chat.locator(".consent .fault:not(:empty)").wait_for()
        yield "consent-failed"


def shown(person: Visitor, desk: Desk) -> Iterator[str]:
    """The same where people and agents may send each other pictures."""
    person.visit().open()
    person.say(_HUMAN.get(person.language, "talk to a person"))
    code = person.chat.locator(".waiting .case strong")
    code.wait_for()
    person.wait(lambda: desk.topic(code.inner_text()) is not None)
    topic = desk.topic(code.inner_text())
    assert topic is not None
    desk.says(topic, "What do you see?")
    person.chat.locator(".line.agent").wait_for()
    with person.page.expect_file_chooser() as chooser:
        person.chat.get_by_role("button", name=person.word("picture"), exact=True).click()
    chooser.value.set_files({"name": "a.png", "mimeType": "image/png", "buffer": png(900, 1600)})
    person.chat.locator(".sheet img").wait_for()
    yield "picture-preview"
    with person.held("pictures?*"):
        person.chat.locator(".sheet .primary").click()
        person.chat.locator(".pending .picture img").wait_for()
        yield "picture-sending"
    person.settled()
    pictures = person.chat.locator(".log .picture img")
    desk.shows(topic, png(1200, 700, colour=b"\xd0\x2f\x2f"), "Press this one")
    _see(person, 2)
    person.wait(lambda: pictures.count() == 2)
    yield "pictures"
    pictures.last.click()
    person.chat.locator(".sheet img").wait_for()
    yield "picture-large"
    person.page.keyboard.press("Escape")
    with person.refused("pictures/*"):
        desk.shows(topic, png(1200, 700))
        _see(person, 3)
        person.chat.locator(".log .picture .link").wait_for()
        yield "picture-failed"


def _see(person: Visitor, count: int) -> None:
    """Go to the last of so many pictures."""
    places = person.chat.locator(".log .picture")
    person.wait(lambda: places.count() == count)
    places.last.scroll_into_view_if_needed()


def _beginning(person: Visitor, bot: Bot) -> Iterator[str]:
    person.visit()
    yield "launcher"
    with person.held("config?*"):
        person.open()
        person.chat.locator(".loading").wait_for()
        yield "loading"
    person.chat.locator(".problems button").first.wait_for()
    yield "home"
    with broken(bot.folder, "verify_contact", **BROKEN):
        person.wait(lambda: incident(bot, person.site.origin) is not None)
        person.visit().open().chat.locator(".incident").wait_for()
        yield "incident"
    person.wait(lambda: incident(bot, person.site.origin) is None)
    person.visit().open()
    person.choose()
    yield "question"


def _conversation(person: Visitor) -> Iterator[str]:
    person.field.fill("x" * 4200)
    yield "too-long"
    person.field.fill("")
    person.context.set_offline(True)
    person.chat.locator(".banner.offline").wait_for()
    person.press(NO_SMS[0])  # type: ignore[arg-type]
    yield "offline"
    person.run("Sparekey.close()")
    person.context.set_offline(False)
    person.wait(lambda: person.page.title().startswith("(1)"))
    yield "unread"
    person.open()
    person.settled()
    yield "answered"
    person.answer(*NO_SMS[1:-1])
    yield "steps"
    heard = person.heard
    with person.held("messages"):
        person.say("https://www.example.com/a/long/address/without/any/end?of=it <b>?</b>")
        person.chat.locator(".typing .dots").wait_for()
        yield "sending"
    person.wait(lambda: person.heard > heard)
    person.settled()
    with person.refused("messages", 202):
        person.say("hello?")
        person.chat.locator(".typing .slow").wait_for()
        yield "slow"
    heard = person.heard
    person.visit().open()  # which sends it again
    person.wait(lambda: person.heard > heard)
    person.settled()


def _sheets(person: Visitor, bot: Bot) -> Iterator[str]:
    sheet = person.chat.locator(".sheet")

    def choose(name: str) -> None:
        person.chat.get_by_role("button", name=person.word(name), exact=True).click()

    choose("menu")
    yield "options"
    with person.refused("transcript"):
        choose("transcript")
        sheet.locator(".fault:not(:empty)").wait_for()
        yield "transcript-failed"
    choose("caseTitle")
    yield "case"
    sheet.locator("input").fill("R-00000-00000")
    sheet.locator(".primary").click()
    sheet.locator(".result:not(:empty)").wait_for()
    yield "case-unknown"
    person.page.keyboard.press("Escape")
    choose("menu")
    choose("device")
    code = sheet.locator(".device-code strong")
    code.wait_for()
    yield "device"
    join(bot, person.site.origin, code.inner_text())
    person.chat.locator(".joined").wait_for()
    yield "joined"
    choose("joinedMine")
    choose("menu")
    choose("forget")
    yield "forget"
    person.page.keyboard.press("Escape")
    choose("home")
    person.chat.locator(".card.resume").wait_for()
    yield "home-again"
    person.chat.locator(".card.resume").click()


def join(bot: Bot, origin: str, code: str) -> None:
    """Have another device join by a code, as its frame does."""
    with httpx.Client(
        base_url=f"{bot.address}/v1/widget", headers={"Sparekey-Embed": origin}, trust_env=False
    ) as http:
        token = http.post("/sessions").json()["token"]
        answer = http.post("/devices", json={"code": code}, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200, answer.text


def _troubles(person: Visitor, bot: Bot) -> Iterator[str]:
    person.fail("hello?")
    yield "failed"
    person.chat.locator(".failure .link").last.click()
    bot.stop()
    person.say("hello?")
    person.chat.locator(".banner.reconnecting").wait_for()
    yield "reconnecting"
    person.wait(lambda: person.hopeful().chat.locator(".banner.lost").is_visible())
    yield "lost"
    heard = person.heard
    bot.start()
    person.wait(lambda: person.hopeful().chat.locator(".banner.back").is_visible())
    yield "back"
    person.settled()
    person.wait(lambda: person.heard > heard)


def _ending(person: Visitor) -> Iterator[str]:
    person.answer("@worked")
    ending = person.chat.locator(".ending")
    ending.or_(person.present.first).first.wait_for()
    if person.present.count():
        person.answer("yes")
    ending.wait_for()
    yield "ending"
    person.chat.locator(".faces label").nth(3).click()
    yield "rating"
    with person.refused("rating"):
        ending.locator(".primary").click()
        ending.locator(".fault:not(:empty)").wait_for()
        yield "rating-failed"
    ending.locator(".primary").click()
    ending.locator("[role=status]").wait_for()
    yield "thanks"


def _people(person: Visitor, bot: Bot) -> Iterator[str]:
    person.say(_HUMAN.get(person.language, "talk to a person"))
    code = person.chat.locator(".waiting .case strong")
    code.wait_for()
    yield "waiting"
    act(bot.folder, code.inner_text(), AgentReplied, 1, text="Which phone is it?")
    person.say("iPhone 15")
    person.chat.locator(".line.agent").wait_for()
    yield "agent"
    gone = '{"type": "about:blank", "title": "Gone.", "status": 401}'
    with person.refused("messages?*", 401, gone):
        person.frame.evaluate("sessionStorage.clear()")  # what waits here would go on in the new session
        person.visit().open()
        person.chat.locator(".banner.expired").wait_for()
        yield "expired"
