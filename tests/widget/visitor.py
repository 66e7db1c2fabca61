"""Somebody at a browser, on a company's page with the widget; they see and press what everybody sees and can press."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode

from playwright.sync_api import Browser, BrowserContext, Frame, FrameLocator, Locator, Page, sync_playwright

from tests.e2e.program import ROOT
from tests.widget.site import Site

#: The widget's own words.
TEXTS = ROOT / "widget/src/frame/texts"
#: Milliseconds; a browser, a bot and eight neighbours share two cores.
PATIENCE_MS = 20_000
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
#: What the browser says where a page or a script is wrong; a connection that breaks is no fault of ours.
_HARMLESS = re.compile(r"net::ERR_|status of (401|4\d\d|503)")
#: Answers: a press of the choice with this id, unless it is no word of ours: then the words are typed.
Answer = str | tuple[str]


@contextmanager
def chromium(path: str) -> Iterator[Browser]:
    """Run the real browser, without a window."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        try:
            yield running
        finally:
            running.close()


class Visitor:
    """One tab."""

    def __init__(self, context: BrowserContext, site: Site) -> None:
        self.context, self.site = context, site
        #: What the browser complained of: violated policies, errors in scripts.
        self.complaints: list[str] = []
        self.page: Page = context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("console", lambda said: self._note(said.type, said.text))
        self.page.on("pageerror", lambda fault: self.complaints.append(str(fault)))
        self.page.on(
            "dialog", lambda dialog: (self.complaints.append(f"dialog {dialog.message}"), dialog.dismiss())
        )

    def _note(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"} and not _HARMLESS.search(text):
            self.complaints.append(text)

    def visit(self, **data: str) -> Visitor:
        """Go to the site's page."""
        self.page.goto(f"{self.site.origin}/?{urlencode(data)}")
        self.launcher.wait_for()
        return self

    def open(self) -> Visitor:
        """Press the launcher."""
        self.launcher.click()
        self.chat.locator(".panel").wait_for()
        return self

    @property
    def launcher(self) -> Locator:
        return self.page.locator("button.launcher")

    @property
    def chat(self) -> FrameLocator:
        return self.page.frame_locator("iframe.frame")

    @property
    def frame(self) -> Frame:
        """What only the tests can reach: the frame's own document."""
        return next(frame for frame in self.page.frames if "/widget/frame" in frame.url)

    @property
    def field(self) -> Locator:
        return self.chat.locator("#message")

    @property
    def present(self) -> Locator:
        """The choices that can be pressed now."""
        return self.chat.locator(".choices:not(.locked) .chip")

    def choose(self, problem: int = 0) -> None:
        """Press a problem of the list."""
        self.chat.locator(".problems button").nth(problem).click()
        self.present.first.wait_for()

    def say(self, text: str) -> None:
        """Type and send."""
        self.field.fill(text)
        self.field.press("Enter")

    def press(self, choice: str) -> None:
        """Press the choice with an id, once it is there, and wait until it is locked."""
        self.chat.locator(f'.choices:not(.locked) .chip[data-choice="{choice}"]').click()
        self.chat.locator(f'.choices.locked .chip.chosen[data-choice="{choice}"]').last.wait_for()

    def answer(self, *answers: Answer) -> None:
        """Give one answer after the other, each to a new question."""
        for each in answers:
            heard = self.heard
            if isinstance(each, tuple):
                self.say(*each)
            else:
                self.press(each)
            self.wait(lambda before=heard: self.heard > before)

    @property
    def heard(self) -> int:
        """How many messages of the bot are on the screen."""
        return self.chat.locator(".line.ours").count()

    @property
    def lines(self) -> list[str]:
        """All that is on the screen, the person's own words with an arrow."""
        drawn = self.chat.locator(".log .line, .pending .line").evaluate_all(
            "all => all.map(line => (line.matches('.theirs') ? '> ' : '') + line.querySelector('.bubble').innerText)"
        )
        return [str(line) for line in drawn]

    @property
    def own(self) -> list[str]:
        """The person's own words, as they stand in the conversation."""
        return [line.removeprefix("> ") for line in self.lines if line.startswith("> ")]

    def wait(self, true: Callable[[], object]) -> None:
        """Wait until something is so."""
        for _ in range(PATIENCE_MS // 50):
            if true():
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"not so in time; on the screen: {self.lines}; complaints: {self.complaints}")

    def fail(self, text: str) -> None:
        """Say something that the server refuses for good."""
        refused = '{"type": "about:blank", "title": "Refused.", "status": 422}'
        self.context.route(
            "**/v1/widget/messages",
            lambda route: route.fulfill(status=422, content_type="application/problem+json", body=refused),
        )
        self.say(text)
        self.chat.locator(".line.is-failed .failure").wait_for()
        self.context.unroute("**/v1/widget/messages")

    @contextmanager
    def refused(self, what: str, status: int = 503, body: str = "{}") -> Iterator[None]:
        """Have the server refuse one of its operations."""
        address, kind = f"**/v1/widget/{what}", "application/problem+json"
        self.context.route(address, lambda route: route.fulfill(status=status, content_type=kind, body=body))
        yield
        self.context.unroute(address)

    @contextmanager
    def held(self, what: str) -> Iterator[None]:
        """Have what is asked of one of the server's operations wait on its way."""
        address = f"**/v1/widget/{what}"
        self.context.route(address, lambda _: None)
        yield
        self.context.unroute(address)  # lets them go on

    def hopeful(self) -> Visitor:
        """Look at the chat anew: a reason to try again at once."""
        self.frame.evaluate("window.dispatchEvent(new Event('focus'))")
        return self

    @property
    def language(self) -> str:
        """Of the frame."""
        return str(self.frame.evaluate("document.documentElement.lang"))

    def word(self, name: str) -> str:
        """Words of the widget, in the language of the frame."""
        found = re.search(rf'^  {name}: "(.*)",$', (TEXTS / f"{self.language}.js").read_text(), re.M)
        assert found is not None, name
        return found[1]

    def settled(self) -> None:
        """Wait until nothing of one's own is on its way."""
        self.wait(lambda: self.chat.locator(".pending .line").count() == 0)

    def run(self, script: str, argument: object = None) -> Any:
        """Run a script of the company's page."""
        return self.page.evaluate(script, argument)

    def look(self, size: tuple[int, int], scheme: Literal["light", "dark"]) -> None:
        """Have a window of another size, or other colours."""
        self.page.set_viewport_size({"width": size[0], "height": size[1]})
        self.page.emulate_media(color_scheme=scheme)

    def axe(self, path: Path) -> list[str]:
        """Return what axe finds wrong in the frame, or in what the page shows of us while the chat is closed."""
        closed = self.page.locator("iframe.frame").is_hidden()
        root = "'#sparekey-widget'" if closed else "document"
        place: Page | Frame = self.page if closed else self.frame
        if not place.evaluate("'axe' in window"):
            # Through the debugger, because no policy lets a foreign script in.
            place.evaluate(path.read_text() + "; 0")
        found: list[Mapping[str, Any]] = place.evaluate(
            f"axe.run({root}, {{resultTypes: ['violations']}}).then(found => found.violations)"
        )
        return [
            f"{each['id']}: {json.dumps([node['html'][:200] for node in each['nodes']])}" for each in found
        ]
