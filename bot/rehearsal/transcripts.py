"""
Golden transcripts: every word that people see in the conversation tests, in files that people review.

One file for each file of tests and each language, from the cases that list languages. Case codes are chance, so they
are written as asterisks.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Final

from bot.core.commands import Choice, SendMessage
from bot.rehearsal.cases import (
    Act,
    Breaks,
    ClosesTicket,
    Forces,
    Links,
    Mended,
    Opens,
    Picks,
    Sends,
    SiteSends,
    Stands,
    Types,
    Waits,
)

_CASE_CODE: Final = re.compile(r"\bR-[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}\b")
_HIDDEN: Final = "R-*****-*****"
#: What to do about a difference.
ACCEPT: Final = (
    "If these words are meant, accept them: `sparekey coverage --accept`, and commit the transcripts."
)
#: Lines after the first of a message stand under it.
_BOT: Final = "bot: "


class Script:
    """Writes down one case."""

    def __init__(self, title: str) -> None:
        self._lines = [f"case: {title}"]
        self._choices: tuple[Choice, ...] = ()

    def add(self, act: Act, answer: Sequence[SendMessage]) -> None:
        """Write down what was done, and what the bot said to it."""
        self._lines += ["", f"> {self._done(act)}"]
        if isinstance(act, Forces | ClosesTicket | Stands | SiteSends | Breaks | Mended):
            return
        for message in answer:
            self._lines += _bot(message)
            self._choices = message.choices or self._choices

    def text(self) -> str:
        """Return what was written."""
        return "\n".join(self._lines) + "\n"

    def _done(self, act: Act) -> str:
        match act:
            case Types(text=text):
                return text
            case Picks(choice=picked, screen=screen):
                label = next((each.label for each in self._choices if each.id == picked), picked)
                return f"[{label}]" if screen is None else f"[{picked}] of screen {screen}"
            case Opens():
                return "(opens the chat)"
            case Sends(kind=kind):
                return f"(sends: {kind})"
            case Waits(length=length):
                return f"({length.total_seconds():g} seconds pass)"
            case Forces(faults=faults):
                return f"(account system: {', '.join(f'{name} {fault}' for name, fault in faults.items())})"
            case ClosesTicket():
                return "(the ticket is closed)"
            case Links(account=account):
                return f"(opens a one-time link to the account {account})"
            case Stands(state=state):
                return f"(the account: {state})"
            case SiteSends(channel=channel, status=status, reason=reason):
                return f"(the site sends a code: {', '.join(filter(None, (channel, status, reason)))})"
            case Breaks(flows=flows):
                return f"(an incident of {', '.join(flows)})"
            case Mended():
                return "(the incident is over)"


def _bot(message: SendMessage) -> list[str]:
    first, *others = _CASE_CODE.sub(_HIDDEN, message.text).split("\n")
    indent = " " * len(_BOT)
    lines = [f"{_BOT}{first}", *(f"{indent}{line}".rstrip() for line in others)]
    if message.choices:
        lines.append(f"{indent}[{' | '.join(choice.label for choice in message.choices)}]")
    return lines


def differences(
    said: Mapping[Path, str], folder: Path, stems: Collection[str] | None = None
) -> tuple[str, ...]:
    """
    Compare what was said with the transcripts that were accepted.

    Args:
        said: Path under `folder` -> what was said.
        folder: The transcripts.
        stems: Files of tests whose transcripts count; None: all.

    Returns:
        A unified diff for each file that differs; one that nothing is said for any more differs too.
    """
    paths = sorted({*said, *_written(folder, stems)})
    return tuple(diff for path in paths if (diff := _difference(path, folder, said.get(path, ""))))


def _difference(path: Path, folder: Path, said: str) -> str:
    accepted = (folder / path).read_text("utf-8") if (folder / path).is_file() else ""
    lines = difflib.unified_diff(
        accepted.splitlines(keepends=True),
        said.splitlines(keepends=True),
        f"{folder / path} (accepted)",
        f"{folder / path} (said now)",
    )
    return "".join(lines)


def write(said: Mapping[Path, str], folder: Path, stems: Collection[str] | None = None) -> None:
    """Make what was said the transcripts of `stems`, and remove those that nothing is said for any more."""
    for path, text in said.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8", newline="\n")
    for path in _written(folder, stems) - set(said):
        (folder / path).unlink()


def _written(folder: Path, stems: Collection[str] | None) -> set[Path]:
    found = folder.glob("*/*.txt")
    return {path.relative_to(folder) for path in found if stems is None or path.stem in stems}
