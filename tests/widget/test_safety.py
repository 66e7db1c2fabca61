"""Neither what is written nor the page around it can do harm, and the page learns nothing of what is said."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.widget.bot import Bot
from tests.widget.site import Site
from tests.widget.visitor import Visitor

Make = Callable[..., Visitor]
#: Ways to have a browser run something, each of another kind.
HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "\"><iframe srcdoc='<script>parent.alert(1)</script>'>",
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    "<a href=javascript:alert(1)>x</a>",
    "[x](javascript:alert(1))",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "{{constructor.constructor('alert(1)')()}}",
    "${alert(1)}",
    "<details open ontoggle=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<form><button formaction=javascript:alert(1)>x",
    "<base href=//evil.example/>",
    "<style>@import'//evil.example/x.css'</style>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "\u202ehttps://example.com@evil.example",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
)


def test_what_is_written_is_text_in_both_directions(visitor: Make) -> None:
    person = visitor().visit().open()
    for text in HOSTILE:
        person.say(text)
        person.wait(lambda text=text: text in person.own)
    person.settled()
    written = person.own
    person.visit().open()  # the whole of it comes back as history
    person.wait(lambda: person.own == written)
    shown = person.frame.evaluate(
        "[document.scripts.length, document.querySelectorAll('img, iframe, style, base, math, svg animate, details, form button[formaction]').length,"
        " [...document.querySelectorAll('.log *')].filter(e => [...e.attributes].some(a => /^on/.test(a.name))).length,"
        " [...document.querySelectorAll('.log a')].filter(a => !/^https?:$/.test(a.protocol)).length]"
    )
    assert shown == [1, 0, 0, 0]


def test_what_the_server_says_is_text_and_links_show_where_they_go(visitor: Make) -> None:
    person = visitor()
    said = "\n".join(
        [
            *HOSTILE,
            "1. See https://www.example.com/help?a=1. Then",
            "2. http://аррӏе.com/ and https://me@evil.example",
        ]
    )
    person.context.route(
        "**/v1/widget/messages*",
        lambda route: (
            route.fulfill(json=page_of(said)) if route.request.method == "GET" else route.continue_()
        ),
    )
    person.context.route("**/v1/widget/events", lambda route: route.abort())
    person.visit().open()
    person.say("hello")
    person.chat.locator(".line.bot").wait_for()
    links = person.chat.locator(".bubble a").evaluate_all(
        "all => all.map(a => [a.href, a.firstChild.data, a.rel, a.target])"
    )
    safe = ["noopener noreferrer nofollow", "_blank"]
    assert links == [
        ["https://www.example.com/help?a=1", "www.example.com/help?a=1", *safe],
        ["http://xn--80ak6aa92e.com/", "xn--80ak6aa92e.com", *safe],
    ]
    assert person.chat.locator(".chip").inner_text() == "<img src=x onerror=alert(1)>"


def page_of(text: str) -> dict[str, object]:
    """A feed in which the bot says this, in every place where words may stand."""
    hostile = {"id": "x", "label": "<img src=x onerror=alert(1)>"}
    entry = {
        "id": "a.1",
        "at": "2026-01-01T00:00:00+00:00",
        "from": "bot",
        "text": text,
        "choices": [hostile],
    }
    state = {
        "status": "pending",
        "case": None,
        "language": "en",
        "screen": 1,
        "read": None,
        "rated": False,
        "identified": False,
    }
    return {
        "entries": [{**entry, "screen": 1, "client": None, "picked": None}],
        "state": state,
        "more": False,
    }


def test_the_page_learns_how_many_messages_wait_and_nothing_that_was_said(visitor: Make) -> None:
    person = visitor().visit().open()
    person.say("my cat is called Wilberforce")
    person.wait(lambda: person.heard > 0)
    person.page.keyboard.press("Escape")
    heard = "".join(person.run("heard"))
    assert '"kind":"unread"' in heard
    assert "Wilberforce" not in heard
    assert "Wilberforce" not in person.run(
        "document.documentElement.outerHTML + JSON.stringify({...localStorage})"
    )
    reached = person.run(
        "() => { const frame = document.querySelector('#sparekey-widget').shadowRoot.querySelector('iframe');"
        " try { return frame.contentWindow.document.body.innerText } catch (fault) { return fault.name } }"
    )
    assert reached == "SecurityError"
    tokens = person.frame.evaluate("JSON.stringify({...localStorage})")
    assert tokens.count("token") > 0
    assert json.loads(tokens)[f"sparekey:{person.site.origin}:token"] not in heard


def test_another_site_cannot_embed_the_chat(chromium: object, bot: Bot, strange_site: Site) -> None:
    person = Visitor(chromium.new_context(), strange_site).visit()  # type: ignore[attr-defined]
    person.launcher.click()
    person.wait(lambda: len(person.page.frames) > 1)
    assert person.chat.locator(".panel").count() == 0
    assert person.chat.locator("#message").count() == 0
    asked = person.context.request
    assert asked.get(f"{bot.address}/widget/frame?origin={strange_site.origin}").status == 403
    lie = {"Origin": strange_site.origin}
    assert asked.post(f"{bot.address}/v1/widget/sessions", headers=lie).status == 403
    person.context.close()


def test_a_lie_about_the_site_gets_a_frame_that_the_browser_does_not_show(
    chromium: object, bot: Bot, site: Site, strange_site: Site
) -> None:
    person = Visitor(chromium.new_context(), strange_site).visit()  # type: ignore[attr-defined]
    person.run(
        "address => { const frame = document.createElement('iframe'); frame.id = 'lie'; frame.src = address; document.body.append(frame); }",
        f"{bot.address}/widget/frame?origin={site.origin}",
    )
    person.wait(lambda: any("frame-ancestors" in complaint for complaint in person.complaints))
    assert person.page.frame_locator("#lie").locator(".panel").count() == 0
    person.context.close()


def test_messages_of_other_windows_are_not_listened_to(visitor: Make, strange_site: Site) -> None:
    person = visitor().visit().open()
    person.chat.locator(".problems button").first.wait_for()
    person.frame.evaluate("window.postMessage({sparekey: 1, kind: 'flow', flow: 'no_sms'}, '*')")
    person.run("window.postMessage({sparekey: 1, kind: 'close'}, '*')")
    person.run("window.postMessage({sparekey: 1, kind: 'unread', count: 7}, '*')")
    person.page.wait_for_timeout(300)  # nothing is to happen: there is nothing to wait for
    assert person.page.locator("iframe.frame").is_visible()
    assert person.chat.locator(".problems").is_visible()
    assert person.page.title() == "Sign in"
