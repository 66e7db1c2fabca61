"""Somebody at a browser, on a company's page with the widget; they see and press what everybody sees and can press."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Browser, BrowserContext, Frame, FrameLocator, Locator, Page, sync_playwright

from tests.widget.site import Site

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

    def settled(self) -> None:
        """Wait until nothing of one's own is on its way."""
        self.wait(lambda: self.chat.locator(".pending .line").count() == 0)

    def run(self, script: str, argument: object = None) -> Any:
        """Run a script of the company's page."""
        return self.page.evaluate(script, argument)

    def axe(self, path: Path) -> list[str]:
        """Return what axe finds wrong in the frame."""
        if not self.frame.evaluate("'axe' in window"):
            # Through the debugger, because the frame's policy lets no foreign script in.
            self.frame.evaluate(path.read_text() + "; 0")
        found: list[Mapping[str, Any]] = self.frame.evaluate(
            "axe.run(document, {resultTypes: ['violations']}).then(found => found.violations)"
        )
        return [
            f"{each['id']}: {json.dumps([node['html'][:200] for node in each['nodes']])}" for each in found
        ]
