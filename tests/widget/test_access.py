"""Everybody can use it: by keyboard alone, by ear, at 320 pixels, at 200 percent, from right to left."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import expect

from bot.core.events import AgentReplied
from tests.channels.web.agents import act
from tests.widget.bot import Bot
from tests.widget.states import states
from tests.widget.test_journeys import NO_SMS
from tests.widget.trees import TREES
from tests.widget.visitor import Answer, Visitor

Make = Callable[..., Visitor]
#: `python -m tests.widget` looks in all sizes, colours and languages.
LOOKS: tuple[tuple[tuple[int, int], Literal["light", "dark"]], ...] = (
    ((390, 780), "dark"),
    ((1200, 800), "light"),
)


def test_the_keyboard_alone_leads_through_the_whole_story_and_back_to_the_page(visitor: Make) -> None:
    person = visitor().visit()
    keys = person.page.keyboard
    person.launcher.focus()
    keys.press("Enter")
    person.chat.locator(".problems button").first.wait_for()
    person.wait(lambda: focused(person) == "message")
    reach(person, ".problems button", "Shift+Tab")
    reach(person, ".problems li:first-child button", "Shift+Tab")
    keys.press("Enter")
    person.present.first.wait_for()
    person.wait(lambda: focused(person) == "message")
    reach(person, f'.chip[data-choice="{NO_SMS[0]}"]', "Shift+Tab")
    keys.press("Enter")
    person.wait(lambda: person.present.count() > 0 and person.heard == 2)
    keys.press("Tab")  # from the answer that is locked now straight to the next one's
    assert focused(person) == person.present.first.inner_text()
    for answer in NO_SMS[1:]:
        answer_by_keys(person, answer)
    person.chat.locator(".ending").or_(person.present.first).first.wait_for()
    if person.present.count():
        answer_by_keys(person, "yes")
    person.chat.locator(".ending").wait_for()

    reach(person, ".faces input")
    keys.press("Space")
    for _ in range(3):
        keys.press("ArrowRight")
    reach(person, ".ending textarea")
    keys.type("quick")
    reach(person, ".ending .primary")
    keys.press("Enter")
    person.chat.locator(".ending [role=status]").wait_for()
    assert focused(person) == "message", "the button that had the focus is gone"
    reach(person, 'header [aria-haspopup="dialog"]', "Shift+Tab")
    keys.press("Enter")
    reach(person, ".sheet select")
    keys.press("Escape")
    assert focused(person) == "Options"
    keys.press("Escape")
    person.page.locator("iframe.frame").wait_for(state="hidden")
    assert person.run("document.activeElement.shadowRoot?.activeElement?.className") == "launcher"
    keys.press("Enter")
    person.wait(lambda: focused(person) == "message")


def test_the_keyboard_alone_asks_for_a_person_and_goes_back_to_the_assistant(visitor: Make) -> None:
    person = visitor().visit().open()
    keys = person.page.keyboard
    person.wait(lambda: focused(person) == "message")
    keys.type("talk to a person")
    keys.press("Enter")
    leave = person.chat.locator(".waiting .leave")
    leave.wait_for()
    reach(person, ".waiting .leave", "Shift+Tab")
    keys.press("Enter")
    leave.wait_for(state="hidden")
    assert focused(person) == "message", "the button that had the focus is gone"
    person.wait(lambda: person.present.count() > 0)


def test_who_removes_what_could_not_be_sent_is_not_thrown_to_the_beginning(visitor: Make) -> None:
    person = visitor().visit().open()
    person.choose()
    person.fail("hello?")
    reach(person, ".failure div button:last-child", "Shift+Tab")
    person.page.keyboard.press("Enter")
    person.settled()
    assert focused(person) == "message"
    person.chat.get_by_role("button", name="Options").click()
    person.chat.get_by_role("button", name="End the chat on this device").press("Enter")
    person.wait(lambda: focused(person) == "sheet-title")


def test_arrows_go_from_message_to_message(visitor: Make) -> None:
    person = visitor().visit().open()
    person.choose()
    person.answer("started")
    person.chat.locator(".scroller").focus()
    for line in reversed(person.chat.locator(".line").all()):
        person.page.keyboard.press("ArrowUp")
        assert line.evaluate("line => line === document.activeElement")


def test_an_input_method_may_use_enter_for_itself(visitor: Make) -> None:
    person = visitor(locale="zh").visit().open()
    person.field.fill("收不到")
    person.field.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    person.page.keyboard.press("Shift+Enter")
    assert person.field.input_value() == "收不到\n"
    person.page.keyboard.press("Enter")
    person.wait(lambda: person.own == ["收不到"])


def test_a_message_that_is_too_long_is_counted_and_kept(visitor: Make) -> None:
    person = visitor().visit().open()
    person.field.fill("x" * 4100)
    assert (
        person.chat.get_by_role("alert").first.inner_text()
        == "Your message is too long by 4 characters. Please shorten it."
    )
    person.field.press("Enter")
    assert len(person.field.input_value()) == 4100


def test_what_comes_is_announced_once_and_what_was_there_is_not(visitor: Make) -> None:
    person = visitor().visit().open()
    person.choose()
    log = person.chat.get_by_role("log")
    assert log.get_attribute("aria-live") == "polite"
    person.frame.evaluate(
        "() => { window.said = []; new MutationObserver(all => all.forEach(each => each.addedNodes.forEach(node =>"
        " said.push(node.classList[1])))).observe(document.querySelector('.log'), {childList: true}); }"
    )
    person.answer("started")
    person.wait(lambda: person.present.count() > 0)
    assert person.frame.evaluate("said") == ["theirs", "ours"]


def test_axe_finds_nothing_in_any_state_and_a_screen_reader_everything(
    visitor: Make, bot: Bot, axe: Path
) -> None:
    person = visitor(reduced_motion="reduce")
    faults, seen = list[str](), set[str]()
    for state in states(person, bot):
        for size, scheme in LOOKS:
            person.look(size, scheme)
            faults += [f"{state} {size} {scheme}: {fault}" for fault in person.axe(axe)]
        if state in TREES:
            expect(person.chat.locator(".panel")).to_match_aria_snapshot(TREES[state])
        seen.add(state)
    assert faults == []
    assert TREES.keys() <= seen


def test_axe_finds_nothing_from_right_to_left(visitor: Make, bot: Bot, axe: Path) -> None:
    person = visitor(locale="ar", reduced_motion="reduce", viewport={"width": 320, "height": 640})
    faults = [f"{state}: {fault}" for state in states(person, bot) for fault in person.axe(axe)]
    assert faults == []


def test_a_hand_off_is_announced(visitor: Make, bot: Bot) -> None:
    person = visitor().visit().open()
    person.choose()
    person.frame.evaluate(
        "() => { window.said = []; new MutationObserver(all => all.forEach(({target}) => {"
        " const at = target.nodeType === 1 ? target : target.parentElement; const live = at?.closest('[role=status], [role=log], [aria-live]');"
        " if (live && live.getAttribute('aria-live') !== 'off') said.push(live.innerText); }))"
        ".observe(document.body, {childList: true, characterData: true, subtree: true}); }"
    )
    person.answer("@human")
    presence = person.chat.locator("#presence")
    person.wait(lambda: presence.inner_text() == "Your case waits for a person")
    code = person.chat.locator(".waiting .case strong").inner_text()
    act(bot.folder, code, AgentReplied, 1, text="Which phone is it?")
    person.say("are you there")
    person.wait(lambda: presence.inner_text() == "Mina looks after your case")
    said = person.frame.evaluate("said")
    assert said.count("Your case waits for a person") == 1
    assert said.count("Mina looks after your case") == 1
    assert any("Which phone is it?" in each for each in said)


@pytest.mark.parametrize("size", [(320, 568), (400, 300), (640, 400)])
def test_nothing_is_cut_off_in_small_windows_and_magnified_ones(visitor: Make, size: tuple[int, int]) -> None:
    width, height = size
    person = visitor(viewport={"width": width, "height": height}).visit().open()
    person.choose()
    wide = person.frame.evaluate(
        "[...document.querySelectorAll('*')].filter(e => e.scrollWidth > innerWidth + 1).length"
    )
    assert wide == 0
    assert person.chat.locator(".scroller").bounding_box()["height"] > 80  # type: ignore[index]
    small = person.chat.locator("button:visible").evaluate_all(
        "all => all.map(b => [b.getBoundingClientRect(), b.className]).filter(([r]) => r.width < 43.9 || r.height < 43.9).map(([, c]) => c)"
    )
    assert small == []


def focused(person: Visitor) -> str:
    """What has the focus in the frame: its id, or its words."""
    return str(
        person.frame.evaluate(
            "document.activeElement.id || document.activeElement.innerText.trim() || document.activeElement.ariaLabel"
        )
    )


def reach(person: Visitor, place: str, key: str = "Tab") -> None:
    """Press a key until something has the focus."""
    for _ in range(60):
        if person.frame.evaluate("place => document.activeElement.matches(place)", place):
            return
        person.page.keyboard.press(key)
    raise AssertionError(f"{key} does not lead to {place}")


def answer_by_keys(person: Visitor, answer: Answer) -> None:
    """Give an answer, as `Visitor.answer` does, and wait for the next question."""
    heard = person.heard
    if isinstance(answer, tuple):
        reach(person, "#message")
        person.page.keyboard.type(answer[0])
    else:
        person.chat.locator(f'.choices:not(.locked) .chip[data-choice="{answer}"]').wait_for()
        reach(
            person,
            f'.choices:not(.locked) .chip[data-choice="{answer}"]',
            "Shift+Tab" if focused(person) == "message" else "Tab",
        )
    person.page.keyboard.press("Enter")
    person.wait(lambda: person.heard > heard)
