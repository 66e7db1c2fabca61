"""`python -m tests.widget`: pictures of every state, on a phone and a desktop, light and dark, in out/widget/, for people to look at."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser

from tests.e2e.program import ROOT
from tests.widget.bot import bot
from tests.widget.site import Site, site
from tests.widget.test_journeys import NO_SMS
from tests.widget.visitor import Visitor, chromium

OUT = ROOT / "out/widget"
SIZES = {"phone": (390, 780), "desktop": (1200, 800), "small": (320, 568)}


def main() -> None:
    """Take them all."""
    path = shutil.which("chromium") or sys.exit(
        "There is no chromium here: apt-get install chromium fonts-noto-cjk"
    )
    OUT.mkdir(parents=True, exist_ok=True)
    with site() as page, tempfile.TemporaryDirectory() as folder, bot(Path(folder), [page.origin]) as server:
        page.server = server.address
        with chromium(path) as browser:
            for size, (width, height) in SIZES.items():
                for scheme in ("light", "dark"):
                    for language in ("en", "zh", "fr", "ar") if size == "phone" else ("en",):
                        how = {
                            "viewport": {"width": width, "height": height},
                            "color_scheme": scheme,
                            "locale": language,
                        }
                        pictures(browser, page, f"{size}-{scheme}-{language}", **how)
    print(f"{len(list(OUT.glob('*.png')))} pictures in {OUT.relative_to(ROOT)}/")


def pictures(browser: Browser, page: Site, name: str, **how: object) -> None:
    """Walk through the states and take a picture of each."""
    person = Visitor(
        browser.new_context(reduced_motion="reduce", has_touch=name.startswith("phone"), **how), page
    )  # type: ignore[arg-type]

    def take(state: str) -> None:
        person.page.wait_for_timeout(200)
        person.page.screenshot(path=OUT / f"{name}-{state}.png")

    person.visit()
    take("0-launcher")
    person.open()
    person.chat.locator(".problems button").first.wait_for()
    take("1-home")
    person.choose()
    take("2-question")
    person.answer(*NO_SMS[:-1])
    take("3-steps")
    person.context.set_offline(True)
    person.say("https://www.example.com <b>?</b>")
    person.chat.locator(".banner.offline").wait_for()
    take("4-offline")
    person.context.set_offline(False)
    person.settled()
    person.answer("@worked")
    person.chat.locator(".ending").or_(person.present.first).first.wait_for()
    if person.present.count():
        person.answer("yes")
    person.chat.locator(".ending").wait_for()
    person.chat.locator(".faces label").nth(3).click()
    take("5-ending")
    person.chat.locator("header .quiet").nth(1).click()
    take("6-options")
    person.chat.locator(".sheet button.row").nth(1).click()
    take("7-case")
    person.page.keyboard.press("Escape")
    person.say({"zh": "转人工", "fr": "parler à quelqu'un"}.get(name[-2:], "talk to a person"))
    person.chat.locator(".waiting").wait_for()
    take("8-waiting")
    person.fail("hello?")
    take("9-failed")
    person.chat.locator(".failure .link").last.click()
    person.context.route("**/v1/widget/*", lambda route: route.abort())
    person.visit()
    person.open()
    person.chat.locator(".banner.reconnecting, .banner.lost").wait_for()
    take("A-lost")
    person.context.close()


if __name__ == "__main__":
    main()
