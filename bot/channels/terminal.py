"""
The terminal as a chat service: lines in, messages out, for one person at one keyboard.

Talking to a person it prints words and numbered choices; talking to a script (`jsonl`) it prints one JSON object per
message, and `{"turn": n}` when it waits for the next line.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final, TextIO

from bot.core.commands import SendMessage
from bot.core.conversation import Conversation
from bot.core.events import ConversationStarted, Event, TextReceived
from bot.errors import RecipientGone
from bot.ports import Incoming, Lane, Receive

#: What the person's own lines begin with.
PROMPT: Final = "> "


class TerminalChannel:
    """
    One conversation on standard input and output.

    Args:
        settle: Waits until everything that follows from a line is done.
        conversation: Looks up the conversation of a lane, for what a script wants to know of it.
        aside: What happened elsewhere since it was last asked, e.g. on a simulated phone; empty: nothing.
        jsonl: Talk to a script.
        language: The language to begin in; None: as the first text has it.
        lines: Where lines come from; None: standard input.
        out: Where messages go.
    """

    def __init__(
        self,
        *,
        settle: Callable[[], Awaitable[None]],
        conversation: Callable[[Lane], Awaitable[Conversation | None]],
        aside: Callable[[], Awaitable[str]] | None = None,
        jsonl: bool = False,
        language: str | None = None,
        lines: TextIO | None = None,
        out: TextIO = sys.stdout,
    ) -> None:
        session = secrets.token_hex(4)
        # A name of its own, so that no other process takes up what this keyboard waits for.
        self.name = f"terminal-{session}"
        self.lane = Lane(self.name, session)
        self._settle, self._conversation, self._aside = settle, conversation, aside
        self._jsonl, self._language, self._out = jsonl, language, out
        self._lines = lines or _standard_input()

    async def run(self, receive: Receive) -> None:
        """Take lines until the end of the input."""
        if not self._jsonl:
            await self._take(
                receive, ConversationStarted(id=f"{self.name}-0", at=_now(), language=self._language)
            )
        turn = 0
        async for line in self._typed():
            if not line and not self._jsonl:
                continue
            turn += 1
            event = TextReceived(id=f"{self.name}-{turn}", at=_now(), text=line, language=self._language)
            await self._take(receive, event)
            if self._jsonl:
                self._print(json.dumps({"turn": turn}))

    async def send(self, contact: str, message: SendMessage) -> None:
        """Print a message."""
        if contact != self.lane.contact:
            raise RecipientGone(f"nobody sits at the keyboard of session {contact}")
        if self._jsonl:
            await self._print_json(message)
            return
        choices = "".join(
            f"\n  {number}. {choice.label}" for number, choice in enumerate(message.choices, start=1)
        )
        self._print(f"\n{message.text}{choices}\n")

    async def delete(self, contact: str, message: str) -> None:
        """Do nothing: what was typed on a terminal stays on it."""

    async def _take(self, receive: Receive, event: Event) -> None:
        await receive([Incoming(lane=self.lane, event=event)])
        await self._settle()
        if self._aside is not None and (words := await self._aside()):
            self._print(words)

    async def _print_json(self, message: SendMessage) -> None:
        conversation = await self._conversation(self.lane)
        frame = conversation.stack[-1] if conversation and conversation.stack else None
        self._print(
            json.dumps(
                {
                    "text": message.text,
                    "choices": [{"id": choice.id, "label": choice.label} for choice in message.choices],
                    "flow": frame.flow if frame else None,
                    "state": frame.state if frame else None,
                    "status": conversation.status.value if conversation else None,
                },
                ensure_ascii=False,
            )
        )

    def _print(self, text: str) -> None:
        self._out.write(f"{text}\n")
        self._out.flush()

    async def _typed(self) -> AsyncIterator[str]:
        while True:
            if not self._jsonl:
                self._out.write(PROMPT)
                self._out.flush()
            line = await self._next_line()
            if not line:
                return
            yield line.rstrip("\r\n")

    async def _next_line(self) -> str:
        """
        Wait for a line; empty at the end of the input.

        It is read by a daemon thread: a pool would wait for the blocked read and keep the program from ending on Ctrl-C.
        """
        loop = asyncio.get_running_loop()
        came: asyncio.Future[str] = loop.create_future()

        def read() -> None:
            try:
                line = self._lines.readline()
            except (OSError, ValueError):  # the terminal is gone
                line = ""
            with suppress(RuntimeError):  # nobody waits any more: the loop is closed
                loop.call_soon_threadsafe(lambda: None if came.done() else came.set_result(line))

        threading.Thread(target=read, name="keyboard", daemon=True).start()
        return await came


def _standard_input() -> TextIO:
    """Open standard input once more: the interpreter locks its own at the end, and a blocked read would hold it."""
    return open(sys.stdin.fileno(), encoding=sys.stdin.encoding, errors="replace", closefd=False)


def _now() -> datetime:
    return datetime.now(UTC)
