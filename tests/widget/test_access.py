"""Everybody can use it: by keyboard alone, by ear, at 320 pixels, at 200 percent, from right to left."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.widget.test_journeys import NO_SMS
from tests.widget.visitor import Visitor

Make = Callable[..., Visitor]


def test_the_keyboard_alone_leads_from_the_page_to_an_answer_and_back(visitor: Make) -> None:
    person = visitor().visit()
    keys = person.page.keyboard
    person.launcher.focus()
    keys.press("Enter")
    person.chat.locator(".problems button").first.wait_for()
    person.wait(lambda: focused(person) == "message")
    keys.press("Shift+Tab")
    for _ in range(12):
        if focused(person) == "The SMS code does not arrive":
            break
        keys.press("Shift+Tab")
    keys.press("Enter")
    person.present.first.wait_for()
    person.wait(lambda: focused(person) == "message")
    for _ in range(8):
        keys.press("Shift+Tab")
        if focused(person) == "Yes, the countdown started":
            break
    keys.press("Enter")
    person.wait(lambda: person.present.count() > 0 and person.heard == 2)
    keys.press("Tab")  # from the answer that is locked now straight to the next one's
    assert focused(person) == person.present.first.inner_text()
    keys.press("Escape")
    person.page.locator("iframe.frame").wait_for(state="hidden")
    assert person.run("document.activeElement.shadowRoot?.activeElement?.className") == "launcher"
    keys.press("Enter")
    person.wait(lambda: focused(person) == "message")


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


def test_the_tree_that_a_screen_reader_sees(visitor: Make) -> None:
    person = visitor().visit().open()
    home = person.chat.locator(".panel").aria_snapshot()
    for part in (
        'dialog "Example Exchange Assistant, answers at once"',
        'button "Options"',
        'button "Close chat"',
        'heading "Locked out? Let us get you back in." [level=2]',
        'region "What is the problem?"',
        'button "The SMS code does not arrive"',
        'textbox "Your message"',
        'button "Send"',
    ):
        assert part in home
    person.choose()
    chat = person.chat.locator(".panel").aria_snapshot()
    for part in (
        'region "Conversation"',
        "log:",
        'group "Answers"',
        'button "Talk to a person"',
        'button "Back to the list of problems"',
    ):
        assert part in chat
    assert person.page.locator("iframe.frame").get_attribute("title") == "Support chat"
    assert person.launcher.get_attribute("aria-expanded") == "true"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_axe_finds_nothing_in_any_state(visitor: Make, axe: Path, scheme: str, language: str) -> None:
    person = visitor(
        locale=language, color_scheme=scheme, viewport={"width": 320, "height": 640}, reduced_motion="reduce"
    ).visit()
    person.open()
    person.chat.locator(".problems button").first.wait_for()
    found = {"home": person.axe(axe)}
    person.choose()
    found["question"] = person.axe(axe)
    person.answer("started")
    found["locked"] = person.axe(axe)
    person.chat.locator("header .quiet").nth(1).click()
    found["options"] = person.axe(axe)
    person.chat.locator(".sheet button.row").nth(1).click()
    found["case"] = person.axe(axe)
    person.page.keyboard.press("Escape")
    person.context.set_offline(True)
    person.say("hello")
    person.chat.locator(".banner.offline").wait_for()
    found["offline"] = person.axe(axe)
    person.context.set_offline(False)
    person.settled()
    person.answer("@human")
    person.chat.locator(".waiting").wait_for()
    found["waiting"] = person.axe(axe)
    assert {state: faults for state, faults in found.items() if faults} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_where_things_fail_or_end(visitor: Make, axe: Path, scheme: str) -> None:
    person = visitor(color_scheme=scheme, reduced_motion="reduce").visit().open()
    person.choose()
    person.fail("hello?")
    found = {"failed": person.axe(axe)}
    alert = person.chat.locator(".line.is-failed").aria_snapshot()
    assert all(
        part in alert for part in ("Not sent.", 'button "Try again"', 'button "Copy"', 'button "Remove"')
    )
    person.chat.get_by_role("button", name="Remove").click()
    person.settled()
    person.answer(*NO_SMS)
    if person.present.count():
        person.answer("yes")
    person.chat.locator(".faces label").nth(3).click()
    found["ending"] = person.axe(axe)
    ending = person.chat.locator(".ending").aria_snapshot()
    assert all(
        part in ending
        for part in ('group "How was the help?"', 'radio "Good" [checked]', "textbox", 'button "Skip"')
    )
    person.context.route("**/v1/widget/*", lambda route: route.abort())
    person.visit().open()
    person.chat.locator(".banner.reconnecting, .banner.lost").wait_for()
    found["lost"] = person.axe(axe)
    assert {state: faults for state, faults in found.items() if faults} == {}


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
    return str(person.frame.evaluate("document.activeElement.id || document.activeElement.innerText.trim()"))
