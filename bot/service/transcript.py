"""
The transcript of a case, as a human reads it: who, what was tried, every line.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.conversation import Conversation
from bot.core.vocabulary import Direction
from bot.ports import Line

_WHO = {
    Direction.INCOMING: "person",
    Direction.OUTGOING: "bot",
    Direction.ACTIVITY: "--",
    Direction.NOTE: "note",
}


def transcript(conversation: Conversation, lines: Sequence[Line]) -> str:
    """
    Write a conversation down.

    Args:
        conversation: As it is now.
        lines: Its transcript, oldest first, masked already.

    Returns:
        Plain text, times in UTC.
    """
    head = [
        f"case      {conversation.case_code or '-'}",
        f"status    {conversation.status}",
        f"channel   {conversation.channel}, {conversation.trust}",
        f"language  {conversation.language}",
        f"started   {conversation.started_at:%Y-%m-%d %H:%M} UTC",
        f"tried     {', '.join(conversation.tried) or 'nothing yet'}",
        f"codes     {len(conversation.sends)} asked for",
        "",
    ]
    return "\n".join([*head, *(_written(line) for line in lines)])


def spoken(conversation: Conversation, lines: Sequence[Line]) -> str:
    """
    Write down what was said, for the person to keep.

    Args:
        conversation: As it is now.
        lines: Its transcript, oldest first, masked already.

    Returns:
        Plain text, times in UTC; nothing of what agents and the program note.
    """
    said = [line for line in lines if line.direction in (Direction.INCOMING, Direction.OUTGOING)]
    case = [f"case      {conversation.case_code}"] if conversation.case_code else []
    head = [*case, f"started   {conversation.started_at:%Y-%m-%d %H:%M} UTC", ""]
    return "\n".join([*head, *map(_written, said), ""])


def _written(line: Line) -> str:
    margin = " " * 17
    shown = "[picture]" if line.picture is not None else ""
    words = f"{line.text} {shown}".strip().replace("\n", f"\n{margin}")
    offered = line.choices if line.direction is Direction.OUTGOING else ()
    choices = "".join(f"\n{margin}[{choice.label}]" for choice in offered)
    who = _WHO[line.direction] if line.agent is None else "agent"
    return f"{line.at:%H:%M:%S} {who:>7} {words}{choices}"
