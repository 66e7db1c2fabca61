"""A browser, a bot and a company's site for the tests of one file; all of them real."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.program import ROOT
from tests.widget import bot as running
from tests.widget import site as standing

ASSETS = ROOT / "bot/channels/web/assets/manifest.json"
AXE = ROOT / "widget/node_modules/axe-core/axe.min.js"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """The browser. It ends with the file: its loop and those of asynchronous tests do not get on."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("there is no chromium here: apt-get install chromium fonts-noto-cjk")
    if not ASSETS.is_file():
        pytest.skip("the widget is not built: make widget")
    visitor = pytest.importorskip(
        "tests.widget.visitor", reason="playwright is not installed: make setup-dev"
    )
    with visitor.chromium(path) as browser:
        yield browser


@pytest.fixture(scope="module")
def site() -> Iterator[standing.Site]:
    """The company's site."""
    with standing.site() as site:
        yield site


@pytest.fixture(scope="module")
def far_site() -> Iterator[standing.Site]:
    """A site of the company under another name than the bot's: what the frame keeps is then a third party's, which browsers may block."""
    with standing.site("localhost") as site:
        yield site


@pytest.fixture(scope="module")
def strange_site() -> Iterator[standing.Site]:
    """A site of somebody else."""
    with standing.site() as site:
        yield site


@pytest.fixture(scope="module")
def bot(
    site: standing.Site,
    far_site: standing.Site,
    strange_site: standing.Site,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[running.Bot]:
    """The bot that serves it."""
    with running.bot(tmp_path_factory.mktemp("bot"), [site.origin, far_site.origin]) as bot:
        site.server = far_site.server = strange_site.server = bot.address
        yield bot


@pytest.fixture
def visitor(chromium: Any, bot: running.Bot, site: standing.Site) -> Iterator[Callable[..., Any]]:
    """Makes visitors, each with a browser of their own unless they share a context; none may have met an error."""
    from tests.widget.visitor import Visitor

    made: list[Visitor] = []

    def make(context: Any = None, at: standing.Site = site, **how: Any) -> Visitor:
        visitor = Visitor(context or chromium.new_context(**{"locale": "en-GB", **how}), at)
        made.append(visitor)
        return visitor

    yield make
    complaints = [complaint for each in made for complaint in each.complaints]
    for each in made:
        each.context.close()
    assert complaints == []


@pytest.fixture
def axe() -> Path:
    """The file of axe-core."""
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: make widget")
    return AXE
