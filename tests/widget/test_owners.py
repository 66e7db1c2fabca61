"""Whose chat it is in a browser: who is signed in at the page, who comes after them, and the same person on another device."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.channels.web.site import KEY, claims, jwt
from tests.widget import bot as running
from tests.widget import site as standing
from tests.widget.test_network import begun
from tests.widget.visitor import Visitor

Make = Callable[..., Visitor]
LINKED = "This chat is now linked to your account"


@pytest.fixture(scope="module")
def bot(site: standing.Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[running.Bot]:
    """A bot that takes the site's word for who is signed in."""
    with running.bot(tmp_path_factory.mktemp("bot"), [site.origin], SPAREKEY_WIDGET_KEY=KEY) as bot:
        site.server = bot.address
        yield bot


def identify(person: Visitor, token: str) -> str:
    """The page hands a token to the widget; return why it was refused, or nothing."""
    said = "token => Sparekey.identify(token).then(() => '', fault => fault.message)"
    return str(person.run(said, token))


def signed_in(person: Visitor, account: str) -> Visitor:
    """Somebody signs in at the site, whose page says so at once."""
    assert identify(person, jwt(claims(account))) == ""
    return person


def kept(person: Visitor, name: str) -> str | None:
    """What the browser keeps for the frame."""
    key = f"sparekey:{person.site.origin}:{name}"
    found = person.frame.evaluate("key => localStorage.getItem(key) ?? sessionStorage.getItem(key)", key)
    return None if found is None else str(found)


def says(person: Visitor, words: str) -> Callable[[], bool]:
    return lambda: any(words in line for line in person.lines)


# Who is signed in


def test_who_is_signed_in_is_known_and_is_told_what_became_of_the_code(visitor: Make) -> None:
    person = visitor().visit().open()
    person.choose()
    signed_in(person, "mei")
    person.wait(says(person, LINKED))
    person.wait(says(person, "No code was sent for your account"))
    token = kept(person, "token")
    signed_in(person, "mei")  # as the page does each time that it is loaded
    person.visit().open()
    person.wait(says(person, LINKED))
    signed_in(person, "mei")
    assert kept(person, "token") == token
    assert sum(LINKED in line for line in person.lines) == 1, "it is told once"


def test_a_token_that_is_refused_tells_the_page_why_and_the_chat_goes_on(visitor: Make) -> None:
    person = visitor().visit().open()
    person.choose()
    for token, reason in (
        (jwt(claims("mei", exp=1)), "expired"),
        (jwt(claims("mei"), key=f"{KEY}!"), "wrong_signature"),
    ):
        assert identify(person, token) == reason
    person.answer("started")
    assert not says(person, LINKED)()


def test_whoever_signs_in_next_on_the_device_gets_a_chat_of_their_own(visitor: Make) -> None:
    first = signed_in(visitor().visit().open(), "mei")
    first.wait(says(first, LINKED))
    first.say("my secret diary")
    first.settled()
    other = visitor(first.context).visit().open()  # left open in another tab, with words that were never sent
    other.wait(says(other, "my secret diary"))
    other.fail("half of a confession")
    other.field.fill("and a draft")
    token = kept(first, "token")

    signed_in(first.visit().open(), "sam")
    for tab in (first, other):
        tab.wait(lambda tab=tab: kept(tab, "token") not in (None, token))
        tab.wait(says(tab, LINKED))
        assert "diary" not in "".join(tab.lines)
        assert "confession" not in "".join(tab.lines)
        assert tab.field.input_value() == ""
    assert kept(other, "outbox") is None
    assert kept(other, "draft") is None
    first.say("hello")
    other.wait(lambda: other.own == ["hello"])


def test_what_is_refused_late_does_not_end_the_chat_that_has_come_meanwhile(visitor: Make) -> None:
    first = signed_in(begun(visitor), "mei")
    other = visitor(first.context).visit().open()
    other.wait(says(other, LINKED))
    old = kept(first, "token")
    late = other.page.expect_response(
        lambda answer: answer.url.endswith("/messages") and answer.status == 401
    )
    with late, other.held("messages"):
        with other.page.expect_request("**/messages"):
            other.say("half of a confession")
        signed_in(first, "sam")
        other.wait(lambda: kept(other, "token") not in (None, old))
        other.wait(says(other, "What is the problem?"))
        new = kept(other, "token")
    other.say("hello")
    first.wait(lambda: first.own == ["hello"])
    assert kept(first, "token") == new


def test_what_a_tab_tells_of_another_session_is_passed_over(visitor: Make) -> None:
    first = begun(visitor)
    other = visitor(first.context).visit().open()
    other.wait(lambda: len(other.lines) > 1)
    name = f"sparekey:{first.site.origin}"
    listen = "name => { new BroadcastChannel(name).onmessage = ({ data }) => (window.told = data.told.connection) }"
    other.frame.evaluate(listen, name)

    def tell(token: str | None, connection: str) -> None:
        said = {"told": {"kind": "connection", "connection": connection}, "token": token}
        first.frame.evaluate("([name, said]) => new BroadcastChannel(name).postMessage(said)", [name, said])
        other.wait(lambda: other.frame.evaluate("window.told") == connection)

    tell(kept(first, "token"), "reconnecting")
    other.chat.locator(".banner.reconnecting").wait_for()
    tell("of the one before", "lost")
    assert other.chat.locator(".banner.reconnecting").is_visible()


def test_a_session_that_a_thief_has_planted_and_made_his_own_is_not_gone_on_with(
    visitor: Make, bot: running.Bot
) -> None:
    victim = begun(visitor)
    planted = kept(victim, "token")
    headers = {"Authorization": f"Bearer {planted}", "Sparekey-Embed": victim.site.origin}
    address = f"{bot.address}/v1/widget"
    answer = victim.context.request.post(
        f"{address}/identity", headers=headers, data={"token": jwt(claims("thief"))}
    )
    headers["Authorization"] = f"Bearer {answer.json()['token']}"
    signed_in(victim, "mei")
    victim.say("my cat is called Wilberforce")
    victim.settled()
    victim.wait(says(victim, LINKED))
    read = victim.context.request.get(f"{address}/messages", headers=headers)
    assert read.ok
    assert "Wilberforce" not in read.text()
    assert kept(victim, "token") != planted


def test_a_tab_that_slept_through_a_log_out_says_nothing_of_the_one_before(visitor: Make) -> None:
    person = begun(visitor)
    person.fail("half of a confession")
    person.field.fill("and a draft")
    asleep = person.frame.evaluate("JSON.stringify({...sessionStorage})")
    person.run("Sparekey.logOut()")
    back = visitor(person.context)
    back.page.add_init_script(
        f"if (location.pathname === '/widget/frame') Object.assign(sessionStorage, {asleep})"
    )
    back.visit().open()
    back.chat.locator(".problems").wait_for()
    assert back.lines == []
    assert back.field.input_value() == ""
    assert kept(back, "outbox") is None


# On another device


def code_shown(person: Visitor) -> str:
    """Have this device show a code for another one."""
    person.chat.get_by_role("button", name="Options").click()
    person.chat.get_by_role("button", name="Continue on another device").click()
    code = person.chat.locator(".device-code strong")
    code.wait_for()
    return code.inner_text()


def typed(person: Visitor, code: str) -> None:
    """Type a code, from the list of problems or from the options."""
    if person.chat.locator(".foot .link").is_visible():
        person.chat.get_by_role("button", name="I have a case code or a device code").click()
    else:
        person.chat.get_by_role("button", name="Options").click()
        person.chat.get_by_role("button", name="Case code or device code").click()
    person.chat.locator("#case").fill(code)
    person.chat.get_by_role("button", name="Go on", exact=True).click()


def test_a_chat_goes_on_on_the_phone_and_the_desk_is_told(visitor: Make, axe: Path) -> None:
    desk = begun(visitor)
    code = code_shown(desk)
    shown = desk.chat.locator(".sheet").aria_snapshot()
    assert "I have a case code or a device code" in shown
    assert desk.axe(axe) == []
    phone = visitor(viewport={"width": 390, "height": 780}, has_touch=True).visit().open()
    typed(phone, code.lower().replace("-", ""))
    phone.wait(lambda: phone.lines == desk.lines)
    news = desk.chat.locator(".joined")
    news.wait_for()
    assert desk.chat.locator(".sheet").is_hidden(), "what is told is not hidden behind the code"
    assert "opened on another device at" in news.inner_text()
    assert news.get_attribute("role") == "status"
    assert desk.axe(axe) == []
    assert phone.axe(axe) == []
    assert phone.chat.locator(".joined").is_hidden()

    phone.answer("longer")
    desk.wait(lambda: desk.lines == phone.lines)
    desk.answer("no")
    phone.wait(lambda: phone.lines == desk.lines)
    phone.visit().open()
    phone.wait(lambda: phone.lines == desk.lines)
    assert phone.chat.locator(".joined").is_hidden()
    desk.chat.get_by_role("button", name="That was me", exact=True).click()
    news.wait_for(state="hidden")
    desk.visit().open()
    desk.wait(lambda: desk.lines == phone.lines)
    assert news.is_hidden()


def test_who_was_not_the_one_that_joined_ends_it_for_both(visitor: Make) -> None:
    desk, thief = begun(visitor), visitor().visit().open()
    typed(thief, code_shown(desk))
    desk.chat.get_by_role("button", name="That was not me").click()
    assert "any other" in desk.chat.locator(".sheet").inner_text()
    desk.chat.get_by_role("button", name="End it").click()
    thief.chat.locator(".banner.expired").wait_for()
    for each in (desk, thief):
        each.wait(lambda each=each: each.lines == [])


def test_a_chat_that_is_joined_takes_the_place_of_the_one_that_was_there_in_every_tab(visitor: Make) -> None:
    desk = begun(visitor)
    phone = visitor().visit().open()
    phone.say("something else")
    phone.wait(lambda: phone.heard > 0)
    tab = visitor(phone.context).visit().open()
    tab.wait(lambda: tab.lines == phone.lines)
    code = code_shown(desk)
    phone.page.bring_to_front()  # what is behind is drawn late
    typed(phone, code)
    for each in (phone, tab):
        each.wait(lambda each=each: each.lines == desk.lines)
        assert each.chat.locator(".joined").is_hidden()


def test_a_code_that_is_typed_as_a_message_is_not_sent_and_counts_where_it_belongs(visitor: Make) -> None:
    desk = begun(visitor)
    phone = visitor().visit().open()
    phone.say(code_shown(desk))
    assert phone.own == []
    phone.chat.get_by_role("button", name="Go on", exact=True).click()
    phone.wait(lambda: phone.lines == desk.lines)


def test_a_code_that_does_not_help_is_answered_with_what_does(visitor: Make, axe: Path) -> None:
    person, other = begun(visitor), begun(visitor)

    def answered(code: str) -> str:
        typed(person, code)
        result = person.chat.locator(".result")
        person.wait(lambda: result.inner_text() != "")
        assert person.axe(axe) == []
        said = result.inner_text()
        person.page.keyboard.press("Escape")
        return said

    assert "does not count" in answered("7KQM-29XF-H3ZD")
    own = code_shown(person)
    person.page.keyboard.press("Escape")
    assert "This is the device that shows the code" in answered(own)
    person.answer("@human")
    case = person.chat.locator(".waiting .case strong")
    case.wait_for()
    assert "choose “Continue on another device”" in answered(case.inner_text())
    signed_in(person, "mei")
    assert "belongs to another account" in answered(code_shown(other))
