"""The ways by which the bot and Telegram talk: a library, and who calls whom."""

from __future__ import annotations

import asyncio
import itertools
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from bot.adapters.accounts.demo import DemoAccounts
from bot.bootstrap import open_transport
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.webhook import Webhook
from bot.channels.telegram.wire import CHANNEL
from bot.channels.web import serving
from bot.core.commands import SendMessage
from bot.core.engine import Step
from bot.ports import Store
from bot.rehearsal.person import MORNING
from bot.service.desk import Desk
from bot.service.reading import Reader
from bot.settings import Settings
from bot.testing import CollectingChannel, ManualClock
from tests.fake_telegram.client import FakeTelegram
from tests.telegram_suite.person import TelegramPerson

_SECRET: Final = "a-Secret_that-nobody-guesses-0123456789"
_BACKEND_TIMEOUT_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Way:
    """One of four."""

    carrier: Literal["ptb", "aiogram"]
    mode: Literal["polling", "webhook"]

    def __str__(self) -> str:
        return f"{self.carrier} by {self.mode}"


WAYS: Final = tuple(Way(carrier, mode) for carrier in ("ptb", "aiogram") for mode in ("polling", "webhook"))
Staging = Callable[..., AbstractAsyncContextManager[TelegramPerson]]


@asynccontextmanager
async def opened(way: Way, fake: FakeTelegram) -> AsyncIterator[Staging]:
    """
    Open the connections of one way.

    Yields:
        What brings one person after the other before a desk of their own, as `bot.rehearsal.person.playing` does.
    """
    webhook = Webhook(f"http://127.0.0.1:{_free_port()}", _SECRET) if way.mode == "webhook" else None
    transport = open_transport(
        Settings(telegram_token=fake.token, telegram_api=fake.url, telegram_library=way.carrier)
    )
    contacts = itertools.count(1001)

    @asynccontextmanager
    async def staging(
        reader: Reader, directory: Path, *, store: Store, observe: Callable[[Step], None]
    ) -> AsyncIterator[TelegramPerson]:
        ids: dict[str, str] = {}

        def see(step: Step) -> None:
            said = [command for command in step.commands if isinstance(command, SendMessage)]
            ids.update({choice.label: choice.id for each in said for choice in each.choices})
            observe(step)

        clock = ManualClock(MORNING)
        await asyncio.to_thread(fake.stand, MORNING.timestamp())
        accounts = DemoAccounts(directory / "accounts.db", clock=clock)
        channel = TelegramChannel(transport, clock=clock, webhook=webhook)
        desk = Desk(
            store=store,
            reader=reader,
            backend=accounts,
            clock=clock,
            channels=[channel],
            backend_timeout_s=_BACKEND_TIMEOUT_S,
            observe=see,
        )
        await desk.start()
        receiving = asyncio.create_task(channel.run(desk.receive))
        # A person's own eyes are on the phone; only the name of the channel is needed.
        person = TelegramPerson(
            desk, CollectingChannel(CHANNEL), clock, store, accounts, str(next(contacts))
        ).on(fake, ids)
        try:
            yield person
            await person.leave()
        finally:
            receiving.cancel()
            await asyncio.gather(receiving, return_exceptions=True)
            await desk.stop()
            await accounts.close()

    port = int(webhook.address.split(":")[2].partition("/")[0]) if webhook else 0
    async with serving("127.0.0.1", port, [webhook.route] if webhook else []):
        try:
            yield staging
        finally:
            await transport.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
