"""What a company's page can ask of the widget, and what the widget leaves alone."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from http.client import HTTPConnection

import pytest

from tests.e2e.program import ROOT
from tests.widget.bot import Bot
from tests.widget.visitor import Visitor

Make = Callable[..., Visitor]
LOADER = ROOT / "bot/channels/web/assets/loader.js"


def test_the_loader_is_small_and_adds_one_name(visitor: Make) -> None:
    person = visitor().visit()
    assert person.run("Object.getOwnPropertyNames(window).filter(name => !names.includes(name))") == [
        "Sparekey"
    ]
    assert len(gzip.compress(LOADER.read_bytes())) < 10_000


def test_files_travel_compressed(bot: Bot) -> None:
    connection = HTTPConnection("127.0.0.1", bot.port)
    connection.request("GET", "/widget/loader.js", headers={"Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    assert (answer.headers["Content-Encoding"], answer.headers["Vary"]) == ("gzip", "Accept-Encoding")
    assert gzip.decompress(answer.read()) == LOADER.read_bytes()
    connection.close()


def test_before_the_chat_is_opened_only_the_loader_is_loaded(visitor: Make, bot: object) -> None:
    person = visitor()
    asked: list[str] = []
    person.page.on("request", lambda request: asked.append(request.url))
    person.visit()
    person.page.wait_for_load_state("networkidle")
    assert [url for url in asked if not url.startswith(person.site.origin)] == [
        f"{person.site.server}/widget/loader.js"
    ]
    person.open()
    person.chat.locator(".problems button").first.wait_for()
    allowed = (person.site.origin, person.site.server)
    assert [url for url in asked if not url.startswith(allowed)] == []


def test_the_page_opens_closes_and_hears_of_it(visitor: Make) -> None:
    person = visitor().visit()
    person.run(
        "() => { window.told = []; Sparekey.onOpen(() => told.push('open')); Sparekey.onClose(() => told.push('close')); }"
    )
    person.run("Sparekey.open()")
    person.chat.locator(".panel").wait_for()
    person.run("Sparekey.close()")
    person.run("Sparekey.toggle()")
    person.run("Sparekey.toggle()")
    assert person.run("told") == ["open", "close", "open", "close"]


def test_the_page_starts_a_problem_and_speaks_a_language(visitor: Make) -> None:
    person = visitor().visit(language="fr")
    assert person.launcher.get_attribute("aria-label") == "Ouvrir l'aide en ligne"
    person.run("Sparekey.startFlow('forgot_password')")
    person.present.first.wait_for()
    assert person.frame.evaluate("document.documentElement.lang") == "fr"
    person.run("Sparekey.setLanguage('zh')")
    person.wait(lambda: person.frame.evaluate("document.documentElement.lang") == "zh")
    assert person.launcher.get_attribute("aria-label") == "关闭客服聊天"


def test_the_person_s_choice_of_language_outranks_the_page_s(visitor: Make) -> None:
    person = visitor().visit(language="fr").open()
    person.chat.locator("header .quiet").nth(1).click()
    person.chat.locator(".sheet select").select_option("en")
    person.wait(lambda: person.frame.evaluate("document.documentElement.lang") == "en")
    person.page.keyboard.press("Escape")
    person.visit(language="fr").open()
    person.wait(lambda: person.frame.evaluate("document.documentElement.lang") == "en")


def test_unread_messages_are_counted_until_they_are_seen(visitor: Make) -> None:
    person = visitor().visit()
    person.run("() => { window.counts = []; Sparekey.onUnread(count => counts.push(count)); }")
    person.open()
    person.choose()
    person.run("Sparekey.close()")
    other = visitor(person.context).visit().open()
    other.wait(lambda: other.present.count() > 0)
    other.field.fill("still there")  # its tab is in front, so nothing is unread there
    other.run("Sparekey.close()")
    other.launcher.wait_for()
    person.page.bring_to_front()
    other.chat.locator(".chip").first.evaluate("chip => chip.click()")
    person.wait(lambda: person.page.title() == "(1) Sign in")
    assert person.launcher.get_attribute("aria-label") == "Open support chat, 1 new message"
    person.page.locator("#sparekey-widget .notice .see").click()
    person.wait(lambda: person.page.title() == "Sign in")
    assert person.run("counts")[-2:] == [1, 0]


def test_the_launcher_can_be_the_page_s_own(visitor: Make) -> None:
    person = visitor()
    person.page.goto(f"{person.site.origin}/?launcher=off")
    person.wait(lambda: person.run("Boolean(window.Sparekey?.open)"))
    person.page.get_by_role("button", name="Send code").focus()
    person.run("Sparekey.open()")
    person.field.wait_for()
    person.field.press("Escape")
    person.page.locator("iframe.frame").wait_for(state="hidden")
    assert person.run("document.activeElement.innerText") == "Send code"


@pytest.mark.parametrize("accent", ["#ffe600", "#111111", "rgb(255, 90, 30)", "expression(alert(1))"])
def test_whatever_the_company_s_colour_is_words_can_be_read(visitor: Make, accent: str) -> None:
    person = visitor().visit(accent=accent).open()
    person.choose()
    lowest = person.frame.evaluate(
        """() => {
          const light = c => { const [r, g, b] = c.match(/[\\d.]+/g).map(Number).map(p => (p /= 255) <= 0.04045 ? p / 12.92 : ((p + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
          const contrast = e => { const s = getComputedStyle(e); const [a, b] = [light(s.color), light(s.backgroundColor)].sort((x, y) => x - y);
            return (b + 0.05) / (a + 0.05); };
          return Math.min(...[...document.querySelectorAll('.chip, .mark')].map(contrast)); }"""
    )
    assert lowest >= 4.5


def test_nothing_is_left_of_it_when_the_page_destroys_it(visitor: Make) -> None:
    person = visitor(viewport={"width": 390, "height": 700}).visit().open()
    assert person.run("document.documentElement.style.overflow") == "hidden"
    person.run("Sparekey.destroy()")
    left = person.run(
        "[window.Sparekey === undefined, document.querySelector('#sparekey-widget'), document.documentElement.style.overflow]"
    )
    assert left == [True, None, ""]
    assert person.run("document.title") == "Sign in"


def test_ending_the_chat_on_a_device_takes_everything_from_it(visitor: Make) -> None:
    person = visitor().visit().open()
    person.choose()
    person.chat.get_by_role("button", name="Options").click()
    person.chat.get_by_role("button", name="End the chat on this device").click()
    person.chat.get_by_role("button", name="End it").click()
    person.chat.locator(".problems").wait_for()
    assert person.lines == []
    assert "token" not in person.frame.evaluate("JSON.stringify({...localStorage})")
    person.visit().open()
    person.chat.locator(".problems").wait_for()
