"""What all tests share: the shipped content, loaded once, and an environment without settings of the person who runs them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.bootstrap import load_reader
from bot.service.reading import Reader
from bot.settings import Settings

for _name in [name for name in os.environ if name.startswith("SPAREKEY_")]:
    del os.environ[_name]

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def reader() -> Reader:
    """The shipped content with its matcher, proved once and kept beside the checkout."""
    return load_reader(Settings(cache_dir=ROOT / ".cache"))
