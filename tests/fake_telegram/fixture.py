"""A running fake for pytest: `pytest_plugins = ["tests.fake_telegram.fixture"]`, then the fixture `fake_telegram`.

The process is started once per module and reset before each test. Import nothing from this module: pytest loads
it as a plugin. What a test imports is in `client` and `process`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fake_telegram.__main__ import spec_path
from tests.fake_telegram.client import FakeTelegram
from tests.fake_telegram.process import running


@pytest.fixture(scope="module")
def fake_telegram_process() -> Iterator[FakeTelegram]:
    """The process of this module; skips where the specification is absent."""
    if not spec_path().is_file():
        pytest.skip(f"needs the Bot API's specification at {spec_path()} (or FAKE_TELEGRAM_SPEC)")
    with running() as fake:
        yield fake


@pytest.fixture
def fake_telegram(fake_telegram_process: FakeTelegram) -> FakeTelegram:
    """A fake with nothing in it yet."""
    fake_telegram_process.reset()
    return fake_telegram_process
