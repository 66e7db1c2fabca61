"""An append-only record of what happened, one JSON object a line, for the oracle of a crash test."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


class Journal:
    """Writes each event at once (unbuffered), so that a reader sees it before the bot sees the answer."""

    def __init__(self, path: Path | None) -> None:
        self._file = path.open("ab", buffering=0) if path else None

    def write(self, kind: str, **event: Any) -> None:
        if self._file:
            self._file.write(
                json.dumps({"kind": kind, **event}, ensure_ascii=False, default=repr).encode() + b"\n"
            )
