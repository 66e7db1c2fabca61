"""The simulated phone and mailbox as text for a terminal. Pure: it shows what it is given."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

#: Fits half of a wide terminal and all of a narrow one.
_WIDTH: Final = 60
_ICONS: Final = {"sms": "SMS", "voice": "Call", "email": "Mail"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveredMessage:
    """A message that arrived."""

    #: When, aware UTC.
    at: datetime
    #: Phone number in E.164, or e-mail address.
    to: str
    sender: str
    #: `sms`, `voice` or `email`.
    channel: str
    text: str
    #: The code in it counts until then; a newer code ends it at once.
    valid_until: datetime


def render_phone(messages: Sequence[DeliveredMessage]) -> str:
    """
    Draw the messages, in the order given.

    Returns:
        Lines of at most 60 columns without a newline at the end; times are UTC.
    """
    title = "┌─ Simulated phone and mailbox "
    lines = [title + "─" * (_WIDTH - len(title))]
    for message in messages:
        head = f"{message.at:%H:%M:%S}  {_ICONS.get(message.channel, message.channel)} to {message.to}"
        until = f"Valid until {message.valid_until:%H:%M:%S} UTC."
        for paragraph in (head, f"{message.sender}: {message.text}", until):
            lines += [f"│ {line}" for line in textwrap.wrap(paragraph, _WIDTH - 2)]
        lines.append("│")
    if not messages:
        lines.append("│ Nothing has arrived.")
    lines.append("└" + "─" * (_WIDTH - 1))
    return "\n".join(lines)
