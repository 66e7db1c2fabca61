"""
Labelled complaints out of a file: JSON lines with text, label and lang. A fault is told with its line and the cure.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from bot.errors import ConfigError
from bot.matching.evaluate import OUT_OF_SCOPE, Row

_FIELDS: Final = ("text", "label", "lang")
_EXAMPLE: Final = '{"text": "no code comes", "label": "no_sms", "lang": "en"}'


def read_complaints(path: Path) -> tuple[Row, ...]:
    """
    Read a file.

    Args:
        path: JSON lines; what else a line has is passed over, and so are empty lines.

    Raises:
        ConfigError: It cannot be read, or a line is wrong.
    """
    try:
        # Editors on Windows begin a file with a byte order mark.
        content = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = bytes(fault.object[: fault.start]).count(b"\n") + 1
        raise ConfigError(f"{_place(path, line)} is not UTF-8. Save the file as UTF-8.") from fault
    except OSError as fault:
        raise ConfigError(
            f"--evaluate: cannot read {path}: {fault.strerror or fault}. Name a file of JSON lines such as {_EXAMPLE}."
        ) from fault
    lines = enumerate(content.split("\n"), start=1)
    rows = tuple(_row(line, _place(path, number)) for number, line in lines if line.strip())
    if not rows:
        raise ConfigError(f"--evaluate: {path} holds no complaint. Write one a line, such as {_EXAMPLE}.")
    return rows


def _place(path: Path, line: int) -> str:
    return f"--evaluate: {path}, line {line}"


def _row(line: str, place: str) -> Row:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as fault:  # too deep, or a number too long to be read
        raise ConfigError(
            f"{place} is not JSON ({fault}). Write one object a line, such as {_EXAMPLE}."
        ) from fault
    if not isinstance(found, dict):
        raise ConfigError(f"{place} is no object. Write one object a line, such as {_EXAMPLE}.")
    for field in _FIELDS:
        if not isinstance(found.get(field), str):
            wrong = f"its {field} is no text" if field in found else f"it has no {field}"
            raise ConfigError(
                f"{place}: {wrong}. Give text, label (a flow, or {OUT_OF_SCOPE}) and lang, such as {_EXAMPLE}."
            )
    return Row(text=found["text"], label=found["label"], language=found["lang"])
