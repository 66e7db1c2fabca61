"""People of the team in the chat: who speaks, who waits, and what is said of it in which language."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bot.core.events import AgentReplied
from tests.channels.web.agents import act
from tests.widget.bot import Bot
from tests.widget.visitor import Visitor

Make = Callable[..., Visitor]


def waiting(visitor: Make, **how: object) -> tuple[Visitor, str]:
    """Somebody who waits for a person."""
    person = visitor(**how).visit().open()
    person.say("human")
    code = person.chat.locator(".waiting .case strong")
    code.wait_for()
    return person, code.inner_text()


def test_who_waits_sees_the_truth_and_then_an_agent_by_name(visitor: Make, bot: Bot, axe: Path) -> None:
    first, case = waiting(visitor)
    second, _ = waiting(visitor)
    presence = first.chat.locator("#presence")
    assert presence.inner_text() == "Your case waits for a person", "nobody has it yet"
    assert first.chat.locator(".waiting [role=status]").inner_text() == "You are next."
    assert second.chat.locator(".waiting [role=status]").inner_text() == "One case is before yours."
    assert first.axe(axe) == []

    act(bot.folder, case, AgentReplied, 1, text="Which phone is it?")
    first.say("are you there")  # the turn of what she has done
    line = first.chat.locator(".line.agent")
    line.wait_for()
    assert line.locator(".name").inner_text() == "Mina, support team"
    assert line.locator(".bubble").inner_text() == "Which phone is it?"
    heard = first.chat.locator(".log").aria_snapshot()
    assert "Mina, support team" in heard, "a screen reader says who it is"
    first.wait(lambda: presence.inner_text() == "Mina looks after your case")
    assert first.chat.locator(".waiting .leave").count() == 0
    first.visit().open()
    first.wait(lambda: line.locator(".name").inner_text() == "Mina, support team")

    second.chat.locator(".waiting .leave").click()
    second.present.first.wait_for()
    second.wait(lambda: second.chat.locator(".waiting").is_hidden())


def test_where_the_words_around_are_arabic_the_bots_own_are_marked_as_english(visitor: Make) -> None:
    person = visitor(locale="ar").visit().open()
    note = person.chat.locator(".foot p")
    person.wait(lambda: "يمكنك الكتابة بالعربية" in note.inner_text() and "English" in note.inner_text())
    person.choose()
    said = person.chat.locator(".line.bot .bubble").first
    assert said.get_attribute("lang") == "en"
    assert person.chat.locator(".chip span[lang=en]").count() > 1
    assert said.locator("p").first.evaluate("node => getComputedStyle(node).direction") == "ltr"
    person.chat.locator("header .quiet:not(.back)").first.click()
    person.wait(lambda: "يمكنك الكتابة بالعربية" in person.chat.locator(".sheet .note").inner_text())


def test_that_somebody_writes_is_shown_only_while_an_agent_has_their_case(visitor: Make, bot: Bot) -> None:
    person, case = waiting(visitor)
    shown: list[str] = []
    person.page.on("request", lambda sent: shown.append(sent.url) if sent.url.endswith("/typing") else None)
    person.field.press_sequentially("are you there")
    assert shown == []
    act(bot.folder, case, AgentReplied, 1, text="Which phone is it?")
    person.field.press("Enter")
    person.chat.locator(".line.agent").wait_for()
    presence = person.chat.locator("#presence")
    person.wait(lambda: presence.inner_text() == "Mina looks after your case")
    person.field.press_sequentially("an old one")
    person.wait(lambda: len(shown) == 1)
