"""Pictures between a person at a browser and agents in their group."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.program import ROOT
from tests.widget import bot as running
from tests.widget import desk as staff
from tests.widget import site as standing
from tests.widget.desk import Desk, png, size
from tests.widget.states import shown
from tests.widget.visitor import Visitor

Make = Callable[..., Visitor]
SCREEN = png(3000, 1500, said="taken at 25.0330, 121.5654")
ARROW = png(600, 1300, colour=b"\xd0\x2f\x2f")


@pytest.fixture(name="desk", scope="module")
def _desk() -> Iterator[Desk]:
    if not (ROOT.parent / "shared" / "spec" / "telegram_bot_api.json").exists():
        pytest.skip("the Bot API specification is not beside this checkout (../shared/spec)")
    with staff.desk() as desk:
        yield desk


@pytest.fixture(scope="module")
def bot(desk: Desk, site: standing.Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[running.Bot]:
    """A bot whose operator allows pictures."""
    with running.bot(tmp_path_factory.mktemp("pictures"), [site.origin], **desk.settings) as bot:
        site.server = bot.address
        yield bot


def taken(visitor: Make, desk: Desk, **how: object) -> tuple[Visitor, int]:
    """Somebody whose case Mina has, and its topic."""
    person = visitor(**how).visit().open()
    return person, take(person, desk)


def take(person: Visitor, desk: Desk) -> int:
    person.say("human")
    code = person.chat.locator(".waiting .case strong")
    code.wait_for()
    person.wait(lambda: desk.topic(code.inner_text()) is not None)
    topic = desk.topic(code.inner_text())
    assert topic is not None
    desk.says(topic, "/take")
    person.wait(lambda: person.chat.locator("#presence").inner_text() == "Mina looks after your case")
    return topic


def offer(
    person: Visitor, content: bytes = SCREEN, name: str = "screen.png", kind: str = "image/png"
) -> None:
    """Choose a file, as the button has one do."""
    with person.page.expect_file_chooser() as chooser:
        person.chat.get_by_role("button", name=person.word("picture"), exact=True).click()
    chooser.value.set_files({"name": name, "mimeType": kind, "buffer": content})


def confirm(person: Visitor) -> None:
    person.chat.locator(".sheet img").wait_for()
    person.chat.locator(".sheet .primary").click()


def hand(person: Visitor, event: str, target: str, content: bytes = ARROW) -> bool:
    """Paste or drop a picture; returns whether the browser was kept from doing what it does by itself."""
    return bool(
        person.frame.evaluate(
            """([kind, target, content]) => {
              const bytes = Uint8Array.from(atob(content), letter => letter.charCodeAt(0));
              const data = new DataTransfer();
              data.items.add(new File([bytes], "a.png", { type: "image/png" }));
              const how = { bubbles: true, cancelable: true };
              const event = kind === "paste" ? new ClipboardEvent(kind, { ...how, clipboardData: data }) : new DragEvent(kind, { ...how, dataTransfer: data });
              return !document.querySelector(target).dispatchEvent(event);
            }""",
            [event, target, base64.b64encode(content).decode()],
        )
    )


def loaded(person: Visitor, number: int = 0) -> bool:
    """Look at a picture of the conversation; tell whether it is there."""
    place = person.chat.locator(".log .picture").nth(number)
    if not place.count():
        return False
    place.scroll_into_view_if_needed()
    image = place.locator("img")
    return image.count() > 0 and bool(image.evaluate("image => image.naturalWidth > 0"))


def test_a_person_looks_at_a_picture_sends_it_and_agents_see_it_small_and_without_its_place(
    visitor: Make, desk: Desk
) -> None:
    person, topic = taken(visitor, desk)
    offer(person)
    person.chat.locator(".sheet img").wait_for()
    assert "no code, no password" in person.chat.locator(".sheet").inner_text()
    person.page.keyboard.press("Escape")
    assert person.chat.locator(".sheet").is_hidden()
    person.settled()
    assert desk.pictures(topic) == [], "nothing goes before they say so"

    offer(person)
    confirm(person)
    person.wait(lambda: len(desk.pictures(topic)) == 1)
    content = desk.fake.file(desk.pictures(topic)[0])
    assert size(content) == (2000, 1000)
    assert b"25.0330" not in content
    person.wait(lambda: loaded(person))
    other = visitor(context=person.context).visit().open()
    other.wait(lambda: loaded(other))
    person.visit().open()
    person.wait(lambda: loaded(person))
    person.settled()
    assert person.chat.locator(".log .picture").count() == 1
    assert len(desk.pictures(topic)) == 1


def test_an_agents_picture_is_seen_by_its_person_small_and_large(
    visitor: Make, desk: Desk, axe: Path
) -> None:
    person, topic = taken(visitor, desk)
    desk.shows(topic, ARROW, "Press this one")
    person.wait(lambda: loaded(person))
    line = person.chat.locator(".line.agent").last
    assert "Press this one" in line.inner_text()
    box = person.chat.locator(".log .picture").bounding_box()
    assert box is not None
    picture = person.chat.get_by_role("img", name="Picture from Mina")
    assert person.axe(axe) == []
    picture.click()
    large = person.chat.locator(".sheet img")
    large.wait_for()
    shown = large.bounding_box()
    assert shown is not None
    assert shown["height"] > box["height"]
    assert person.axe(axe) == []
    person.page.keyboard.press("Escape")
    person.wait(lambda: person.chat.locator(".sheet").is_hidden())
    assert person.frame.evaluate("document.activeElement.closest('.picture') !== null"), "the focus is back"


def test_pictures_are_offered_only_while_people_have_the_chat(visitor: Make, desk: Desk) -> None:
    person = visitor().visit().open()
    button = person.chat.get_by_role("button", name="Send a picture", exact=True)
    person.choose()
    assert button.is_hidden()
    assert hand(person, "drop", ".log"), "a browser would open it in the place of the chat"
    hand(person, "paste", "#message")
    assert person.chat.locator(".sheet").is_hidden()
    topic = take(person, desk)
    button.wait_for()
    for event, target in (("paste", "#message"), ("drop", ".scroller")):
        assert hand(person, event, target)
        confirm(person)
    person.wait(lambda: len(desk.pictures(topic)) == 2)
    person.settled()


def test_a_picture_waits_for_the_network_over_a_reload_and_is_sent_once(visitor: Make, desk: Desk) -> None:
    person, topic = taken(visitor, desk)
    with person.refused("pictures?*"):
        offer(person)
        confirm(person)
        person.chat.locator(".line.is-waiting .picture img").wait_for()
        person.visit().open()
        person.chat.locator(".pending .picture img").wait_for()
    person.wait(lambda: len(desk.pictures(topic)) == 1)
    person.wait(lambda: loaded(person))
    person.settled()
    person.say("do you see it?")
    person.wait(lambda: any("see it" in each.text for each in desk.fake.chat(desk.group).thread(topic)))
    assert len(desk.pictures(topic)) == 1


def test_pictures_that_find_no_room_in_the_browser_take_no_words_with_them(visitor: Make, desk: Desk) -> None:
    person, topic = taken(visitor, desk)
    # Some room is left, for words.
    person.frame.evaluate(
        """() => {
          for (let length = 6_000_000; ; length -= 2_000)
            try {
              sessionStorage.setItem("full", "x".repeat(length));
              return sessionStorage.setItem("full", "x".repeat(length - 4_000));
            } catch {}
        }"""
    )
    with person.refused("pictures?*"):
        offer(person, png(1600, 1600, said="large"))
        confirm(person)
        person.chat.locator(".line.is-waiting .picture img").wait_for()
        person.say("and these words")
        person.wait(lambda: person.chat.locator(".pending .line").count() == 2)
        person.visit().open()
    person.wait(lambda: any("these words" in each.text for each in desk.fake.chat(desk.group).thread(topic)))
    person.settled()
    assert desk.pictures(topic) == []


def test_what_nobody_would_look_at_or_no_browser_can_read_is_said_in_words(visitor: Make, desk: Desk) -> None:
    person, topic = taken(visitor, desk)
    offer(person, b"\x89PNG\r\n\x1a\n broken")
    person.wait(lambda: "cannot be read" in person.chat.locator(".sheet [role=alert]").inner_text())
    person.page.keyboard.press("Escape")
    nobody = json.dumps({"type": "urn:sparekey:problem:nobody-to-look", "title": "Nobody.", "status": 409})
    with person.refused("pictures?*", 409, nobody):
        offer(person)
        confirm(person)
        failure = person.chat.locator(".line.is-failed .failure")
        failure.wait_for()
        assert "do not have this chat any more" in failure.inner_text()
        assert "Copy" not in failure.inner_text()
    failure.get_by_role("button", name="Remove").click()
    with person.refused("pictures?*", 413):
        offer(person)
        confirm(person)
        person.wait(lambda: "this picture is not taken" in failure.inner_text())
    assert failure.get_by_role("button").all_inner_texts() == ["Remove"]
    failure.get_by_role("button", name="Remove").click()
    person.settled()
    assert desk.pictures(topic) == []


def test_a_picture_that_cannot_be_had_now_may_be_asked_for_again_and_one_that_is_gone_not(
    visitor: Make, desk: Desk
) -> None:
    person, topic = taken(visitor, desk)
    with person.refused("pictures/*"):
        desk.shows(topic, ARROW)
        again = person.chat.locator(".log .picture .link")
        person.wait(lambda: not loaded(person) and again.count())
    again.click()
    person.wait(lambda: loaded(person))
    with person.refused("pictures/*", 404):
        person.visit().open()
        gone = person.chat.locator(".log .picture p", has_text="cannot be shown any more")
        person.wait(lambda: not loaded(person) and gone.count())
    assert person.chat.locator(".log .picture .link").count() == 0


@pytest.mark.parametrize("language", ["en", "ar"])
def test_nobody_is_kept_away_from_pictures(visitor: Make, desk: Desk, axe: Path, language: str) -> None:
    person = visitor(locale=language, reduced_motion="reduce")
    faults = [f"{state}: {fault}" for state in shown(person, desk) for fault in person.axe(axe)]
    assert faults == []
