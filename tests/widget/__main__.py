"""
`python -m tests.widget`: pictures of every state, in every language, for people to look at, and what axe finds in each.

They are in out/widget/, with a page for each language. A state is looked at on a phone and a desktop, light and dark, at 320
pixels and magnified to 200 %.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import product
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser

from tests.e2e.program import ROOT
from tests.widget.bot import Bot, bot
from tests.widget.conftest import AXE
from tests.widget.desk import desk
from tests.widget.site import Site, site
from tests.widget.states import asked, shown, states
from tests.widget.test_consent import PAGE
from tests.widget.visitor import Visitor, chromium

OUT = ROOT / "out/widget"
LANGUAGES = ("en", "zh", "fr", "ar")
#: CSS pixels; a desktop of 1200 x 800 that is magnified to 200 % has half of them.
SIZES = {"phone": (390, 780), "small": (320, 568), "desktop": (1200, 800), "magnified": (600, 400)}
SCHEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
LOOKS = tuple(product(SIZES, SCHEMES))
#: In the languages behind the first the colours are the same, and what differs is how long words are and where they begin.
FEWER = LOOKS[:1] + LOOKS[2:3] + LOOKS[5:6]
#: Milliseconds that a change of size takes until it is painted.
PAINTED = 150


def main() -> int:
    """Take them all; 1 if axe found something."""
    path = shutil.which("chromium") or sys.exit(
        "There is no chromium here: apt-get install chromium fonts-noto-cjk"
    )
    faults: list[str] = []
    with (
        served() as (plain, server),
        served(SPAREKEY_WIDGET_CONSENT=PAGE) as (asking, other),
        desk() as team,
        served(**team.settings) as (showing, _),
        chromium(path) as browser,
    ):
        for language in sys.argv[1:] or LANGUAGES:
            shutil.rmtree(OUT / language, ignore_errors=True)
            for place, walk in (
                (plain, partial(states, bot=server)),
                (asking, partial(asked, _=other)),
                (showing, partial(shown, desk=team)),
            ):
                person = visitor(browser, place, language)
                faults += pictures(person, language, walk(person))
            write_page(language)
    print(f"{len(list(OUT.glob('*/*.png')))} pictures: {OUT.relative_to(ROOT)}/*.html", *faults, sep="\n")
    return 1 if faults else 0


@contextmanager
def served(**settings: str) -> Iterator[tuple[Site, Bot]]:
    """Run a site and the bot that serves it."""
    with (
        site() as page,
        tempfile.TemporaryDirectory() as folder,
        bot(Path(folder), [page.origin], **settings) as server,
    ):
        page.server = server.address
        yield page, server


def visitor(browser: Browser, page: Site, language: str) -> Visitor:
    """Return somebody who speaks a language."""
    return Visitor(browser.new_context(reduced_motion="reduce", locale=language), page)


def pictures(person: Visitor, language: str, walk: Iterable[str]) -> list[str]:
    """Take a picture of each state of a walk in each look; returns what axe found."""
    folder, faults = OUT / language, list[str]()
    folder.mkdir(parents=True, exist_ok=True)
    for number, state in enumerate(walk, len(taken(language))):
        for size, scheme in looks(language):
            person.look(SIZES[size], scheme)
            person.page.wait_for_timeout(PAINTED)
            person.page.screenshot(path=folder / f"{number:02}-{state}-{size}-{scheme}.png")
            faults += [f"{language} {state} {size} {scheme}: {fault}" for fault in person.axe(AXE)]
        person.look(SIZES["phone"], "light")
    person.context.close()
    return faults


def looks(language: str) -> tuple[tuple[str, Literal["light", "dark"]], ...]:
    """Return the sizes and colours in which the states are looked at in a language."""
    return LOOKS if language == LANGUAGES[0] else FEWER


def taken(language: str) -> list[str]:
    """Return the states that there are pictures of, with their numbers."""
    first = f"-{'-'.join(LOOKS[0])}.png"
    return sorted(each.name.removesuffix(first) for each in (OUT / language).glob(f"*{first}"))


def write_page(language: str) -> None:
    """Write the page that shows the pictures of one language, a row for each state."""
    rows = []
    for state in taken(language):
        shown = "".join(
            f'<img src="{language}/{state}-{size}-{scheme}.png">' for size, scheme in looks(language)
        )
        rows.append(f"<h2>{state}</h2><p>{shown}</p>")
    style = "body{font:16px system-ui;background:#777}p{white-space:nowrap}img{height:600px;margin:4px}"
    (OUT / f"{language}.html").write_text(f"<!doctype html><style>{style}</style>{''.join(rows)}", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
