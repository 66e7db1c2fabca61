"""
What a verb prints: data to standard output, talk to standard error.
"""

from __future__ import annotations

import json
import math
import sys


def misused(verb: str, words: str) -> int:
    """Say what is wrong with how a verb was used; returns its exit code."""
    talk(f"sparekey {verb}: {words}")
    return 2


def print_json(value: object) -> None:
    """Print one line of JSON."""
    print(json.dumps(_plain(value), ensure_ascii=False), flush=True)


def _plain(value: object) -> object:
    """Write null for what was not measured: JSON has no NaN."""
    match value:
        case float() if math.isnan(value):
            return None
        case dict():
            return {name: _plain(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
        case _:
            return value


def talk(words: str) -> None:
    """Say something beside the data."""
    print(words, file=sys.stderr)
