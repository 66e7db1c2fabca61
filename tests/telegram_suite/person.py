"""
A person who talks to the bot in Telegram: types, presses what is shown, and reads what comes.

What comes is a message, or another text in place of one; that buttons or keys are taken away is no news. The clocks of the
bot and of the fake Telegram stand at the same moment and go on together.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from bot.core.commands import Choice, SendMessage
from bot.core.events import AttachmentReceived, ChoicePicked, ConversationStarted, Event, TextReceived
from bot.rehearsal.person import Person
from tests.fake_telegram.client import Call, FakeTelegram, Queued

#: Seconds that an answer may take on a busy machine.
PATIENCE_S: Final = 60.0
_BUTTON: Final = re.compile(r"v1:(\d+):(@?\w+)")
_PHOTO: Final = "photo"
_NEWS: Final = ("sendMessage", "editMessageText")


class TelegramPerson(Person):
    """A `Person` whose events go through Telegram, and who reads what comes to the phone."""

    def on(self, fake: FakeTelegram, ids: Mapping[str, str]) -> TelegramPerson:
        """
        Hold the phone on which all this happens.

        Args:
            fake: Telegram.
            ids: Words of choices -> their ids, of all that was said: a keyboard in place of the phone's own has only words.
        """
        self._fake, self._ids = fake, ids
        self._user = int(self.lane.contact)
        self._presses = self._read = 0
        #: What was shown to choose from: the screen and the choice -> its words.
        self._labels: dict[str, str] = {}
        return self

    async def do(self, event: Event) -> list[SendMessage]:
        """Do it on the phone; returns what comes then."""
        await self._news(None)
        queued = await asyncio.to_thread(self._act, event)
        self._presses += queued.query_id is not None
        await asyncio.to_thread(self._fake.wait_confirmed, timeout=PATIENCE_S)
        await self.desk.settle()
        return await self._news(event)

    async def wait(self, length: timedelta) -> list[SendMessage]:
        """Let time pass, for the bot and for Telegram."""
        await asyncio.to_thread(self._fake.advance, length.total_seconds())
        self.clock.advance(length)
        await self.desk.fire_due_timers()
        await self.desk.settle()
        return await self._news(None)

    async def leave(self) -> None:
        """Put the phone away. Raises TimeoutError if a press was never answered: its button would go on turning."""
        answers = self._fake.wait_calls
        await asyncio.to_thread(
            answers, "answerCallbackQuery", self._presses, user=self._user, timeout=PATIENCE_S
        )

    def _act(self, event: Event) -> Queued:
        match event:
            case TextReceived(text=text):
                return self._fake.say(self._user, text)
            case ChoicePicked():
                return self._press(_data(event))
            case ConversationStarted(language=language, payload=payload):
                spoken: dict[str, Any] = {"language_code": language} if language else {}
                self._fake.user(self._user, **spoken)
                return self._fake.start(self._user, payload or "")
            case AttachmentReceived(kind=kind) if kind == _PHOTO:
                return self._fake.media(self._user, _PHOTO)
        raise ValueError(f"nobody can do this in Telegram here: {event}")

    def _press(self, wanted: str) -> Queued:
        """Press the button where it stands; one that is gone, somewhere far above."""
        view = self._fake.chat(self._user)
        for bubble in reversed(view.from_bot):
            data = [each for row in bubble.data for each in row]
            if wanted in data:
                return self._fake.press(self._user, index=data.index(wanted), message_id=bubble.message_id)
        keys = {self._ids.get(label): label for row in view.keyboard for label in row}
        if label := keys.get(wanted.rpartition(":")[2]):
            return self._fake.say(self._user, label)
        return self._fake.press(self._user, data=wanted, message_id=view.messages[0].message_id)

    async def _news(self, event: Event | None) -> list[SendMessage]:
        """Return what has come since it was last asked for."""
        calls = await asyncio.to_thread(self._fake.sent, self._user, since=self._read)
        self._read = max([self._read, *(call.n for call in calls)])
        chosen = self._labels.get(_data(event)) if isinstance(event, ChoicePicked) else None
        return [
            self._said(call, chosen)
            for call in calls
            if call.applied and call.method in _NEWS and "remove_keyboard" not in _markup(call)
        ]

    def _said(self, call: Call, chosen: str | None) -> SendMessage:
        """The message, without the line that says what was chosen, which an answer to a press begins with."""
        text: str = call.params["text"]
        first, _, rest = text.partition("\n\n")
        buttons = [each for row in _markup(call).get("inline_keyboard", []) for each in row]
        keys = [each for row in _markup(call).get("keyboard", []) for each in row]
        choices = {found[2]: each["text"] for each in buttons if (found := _button(each))}
        choices |= {self._ids[each["text"]]: each["text"] for each in keys if each["text"] in self._ids}
        screen = next((int(found[1]) for each in buttons if (found := _button(each))), 0)
        self._labels |= {f"v1:{screen}:{name}": label for name, label in choices.items()}
        return SendMessage(
            id=str(call.n),
            text=rest if chosen is not None and chosen in first and rest else text,
            choices=tuple(Choice(id=name, label=label) for name, label in choices.items()),
            screen=screen,
        )


def _markup(call: Call) -> dict[str, Any]:
    markup: dict[str, Any] = call.params.get("reply_markup", {})
    return markup


def _button(button: dict[str, Any]) -> re.Match[str] | None:
    return _BUTTON.fullmatch(button.get("callback_data", ""))


def _data(press: ChoicePicked) -> str:
    return f"v1:{press.screen}:{press.choice}"
