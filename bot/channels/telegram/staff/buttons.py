"""
The buttons under a case: `s1:<case code>:<press>[:<what>]`, and what a press means.

The data may be forged by whoever can write to the bot. It names a case and opens nothing: who pressed is looked up in the list
of agents, and the chat is the staff group.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.core.commands import Choice
from bot.service.staff.words import Press

#: Longest `callback_data`, in bytes (Bot API, InlineKeyboardButton).
MAX_DATA: Final = 64
_COLUMNS: Final = 2
_DATA: Final = re.compile(r"s1:(R-\w{5}-\w{5}):(\w+)(?::([\w.-]+))?", re.ASCII)
#: What a press says that was asked about first.
SURE: Final = "sure"
#: The bot's menu, as a place to go back to.
MENU: Final = "-"


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button of ours."""

    code: str
    press: Press
    what: str | None = None


def of_case(code: str, buttons: Sequence[Choice]) -> tuple[Choice, ...]:
    """Return buttons under their case; one that would be too long is left out, its command can be typed."""
    named = (Choice(id=f"{code}:{button.id}", label=button.label) for button in buttons)
    return tuple(button for button in named if len(_data(button).encode()) <= MAX_DATA)


def _data(button: Choice) -> str:
    return f"s1:{button.id}"


def read(data: object) -> Pressed | None:
    """Read what was pressed; None if it is no button of ours."""
    found = _DATA.fullmatch(data) if isinstance(data, str) else None
    if found is None or found[2] not in set(Press):
        return None
    return Pressed(found[1], Press(found[2]), found[3])


def keyboard(buttons: Sequence[Choice]) -> dict[str, Any]:
    """Return an `InlineKeyboardMarkup`."""
    shown = [{"text": button.label, "callback_data": _data(button)} for button in buttons]
    return {"inline_keyboard": [shown[start : start + _COLUMNS] for start in range(0, len(shown), _COLUMNS)]}
