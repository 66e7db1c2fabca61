"""
The program at work: `serve` until it is stopped, within a bot that somebody else wrote, or in a chat on the terminal.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import resource
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final

from bot.adapters.accounts.demo import DemoAccounts
from bot.adapters.accounts.demo_phone import render_phone
from bot.adapters.storage.store import SqlStore
from bot.bootstrap import (
    load_encoder,
    load_reader,
    make_data_dir,
    open_backend,
    open_staff,
    open_store,
    open_telegram,
    open_transport,
    open_widget,
    telegram_doors,
)
from bot.channels.terminal import TerminalChannel
from bot.content.paths import content_folders
from bot.content.watch import saves
from bot.core.conversation import Conversation
from bot.core.vocabulary import Action
from bot.errors import ConfigError, ContentError, StoreBusy
from bot.ports import Lane
from bot.service.clock import SystemClock
from bot.service.desk import Desk
from bot.service.reading import Reader
from bot.service.staff.typing import show_typing
from bot.settings import Settings

if TYPE_CHECKING:
    from aiohttp.web import AbstractRouteDef

    from bot.adapters.accounts.http import HttpAccounts
    from bot.channels.telegram.bot_api import BotApi
    from bot.channels.telegram.channel import TelegramChannel
    from bot.channels.telegram.mounting.guest import Seat
    from bot.channels.telegram.staff.room import GroupRoom
    from bot.channels.web.channel import WebChannel

_LOG = logging.getLogger(__name__)

#: Objects that are made, more than go, between two looks for garbage among the newest; Python's own 700 are less than what a few turns
#: at once hold, which then counts as old though it soon goes. Where thousands wait over the web, to look through all that is old
#: stops everything for half a second. Then how many looks at the newest go before one at those that survived it, and how many of these
#: before one at all: with Python's own ten and ten as much garbage would gather as the content takes.
LOOKS_FOR_GARBAGE: Final = (10_000, 2, 5)
#: Seconds between two looks at a database that does not answer yet.
COMING_S: Final = 1.0
#: Seconds for finishing on SIGTERM; container runtimes kill after 10.
DRAIN_S: Final = 8.0


async def serve(settings: Settings, *, demo: bool = False, tell: Callable[[str], None] | None = None) -> None:
    """
    Run the channels and everything behind them until SIGTERM or SIGINT, then drain.

    Args:
        settings: Of the process.
        demo: Add a sample site with the widget, and the simulated phone.
        tell: Is told the web server's address, once all answers.
    """
    from bot.channels.telegram.pace import Pace

    _open_many_files()
    async with AsyncExitStack() as open_channels, _opened(settings, patient=True) as (reader, store, backend):
        channels: list[TelegramChannel | WebChannel] = []
        doors: list[AbstractRouteDef] = []
        room: GroupRoom | None = None

        def processes() -> int:
            return desk.processes()

        async def typing(lane: Lane) -> None:
            if room is not None:
                await show_typing(store, room, lane)

        telegram: TelegramChannel | None = None
        if settings.telegram_token:
            api = open_transport(settings)
            pace = Pace(settings.telegram_rate, processes) if settings.telegram_rate else None
            door = None
            if settings.staff_group:
                room, door = open_staff(settings, api, store, reader.catalog, pace, processes)
            telegram = open_telegram(settings, reader.catalog, api, pace, door, lambda lane: desk.owns(lane))
            open_channels.push_async_callback(telegram.close)
            channels.append(telegram)
            doors += telegram_doors(settings, store, backend, telegram)
        if settings.widget_origins or demo:
            widget, routes = open_widget(
                settings,
                store,
                lambda: desk.catalog(),
                backend,
                demo=demo,
                processes=processes,
                typing=typing,
                fetch=telegram.fetch if telegram is not None else None,
            )
            channels.append(widget)
            doors += routes
        desk = Desk(
            store=store,
            reader=reader,
            backend=backend,
            clock=SystemClock(),
            channels=channels,
            backend_timeout_s=settings.backend_timeout_s,
            shared=settings.shared,
            retention_days=settings.retention_days,
            staff=room,
        )
        await _run(settings, store, desk, channels, doors, tell)


def _open_many_files() -> None:
    """Take as many open files as the system allows; who is waited for over the web has one each."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):  # macOS says "no limit" and has one
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


@asynccontextmanager
async def mounted(settings: Settings, api: BotApi) -> AsyncIterator[Seat]:
    """
    Run everything behind Telegram within a bot that somebody else wrote.

    Args:
        settings: Of the process; a token is not needed.
        api: Who carries the calls.

    Yields:
        What takes in that bot's updates.
    """
    from bot.channels.telegram.channel import TelegramChannel
    from bot.channels.telegram.mounting.guest import Seat
    from bot.channels.telegram.pace import Pace

    async with _opened(settings, patient=True) as (reader, store, backend):
        pace = Pace(settings.telegram_rate, lambda: desk.processes()) if settings.telegram_rate else None
        channel = TelegramChannel(api, pace=pace, owns=lambda lane: desk.owns(lane))
        desk = Desk(
            store=store,
            reader=reader,
            backend=backend,
            clock=SystemClock(),
            channels=[channel],
            backend_timeout_s=settings.backend_timeout_s,
            shared=settings.shared,
            retention_days=settings.retention_days,
        )
        await desk.start()
        try:
            words = reader.catalog.repair.values()
            commands = frozenset(command for each in words for command in each.commands)
            yield Seat(
                store=store, channel=channel, clock=SystemClock(), receive=desk.receive, commands=commands
            )
        finally:
            await _drain(desk)
            await channel.close()


async def chat(
    settings: Settings, *, jsonl: bool, language: str | None, tell: Callable[[str], None] | None = None
) -> None:
    """
    Talk to the bot on the terminal until the input ends; a person sees the demo's simulated phone beside it.

    Args:
        settings: Of the process.
        jsonl: Talk to a script.
        language: The language to begin in; None: as the first text has it.
        tell: Tells an author what came of a save; given, the content is loaded again whenever it is saved, and matched
            by its words alone: to learn what all phrases mean takes longer than an author waits.
    """
    async with _opened(settings, lexical=tell is not None) as (reader, store, backend):
        _ensure_spoken(reader, language)

        def conversation(lane: Lane) -> Awaitable[Conversation | None]:
            return store.read(lambda view: view.conversation(lane))

        async def settle() -> None:
            await desk.settle()

        terminal = TerminalChannel(
            settle=settle,
            conversation=conversation,
            aside=await _phone(backend) if isinstance(backend, DemoAccounts) and not jsonl else None,
            jsonl=jsonl,
            language=language,
        )
        desk = Desk(
            store=store,
            reader=reader,
            backend=backend,
            clock=SystemClock(),
            channels=[terminal],
            backend_timeout_s=settings.backend_timeout_s,
        )
        await desk.start()
        watching = asyncio.create_task(_follow(settings, desk, tell)) if tell is not None else None
        try:
            await terminal.run(desk.receive)
            await desk.settle()
        finally:
            if watching is not None:
                watching.cancel()
            await desk.stop()


async def _follow(settings: Settings, desk: Desk, tell: Callable[[str], None]) -> None:
    """Load the content again at each save; with a fault in it the old one stays."""
    async for _ in saves(*content_folders(settings.flows_dir, settings.knowledge_dir)):
        try:
            desk.use(await asyncio.to_thread(load_reader, settings))
        except ContentError as fault:
            tell(str(fault))
        else:
            tell("reloaded")


async def _phone(backend: DemoAccounts) -> Callable[[], Awaitable[str]]:
    """Return what shows the messages that reached the simulated phone since it was last asked."""
    seen = len(await backend.inbox())

    async def show() -> str:
        nonlocal seen
        messages = await backend.inbox()
        new, seen = messages[seen:], len(messages)
        return render_phone(new) if new else ""

    return show


def _ensure_spoken(reader: Reader, language: str | None) -> None:
    spoken = reader.catalog.service.languages
    if language is not None and language not in spoken:
        raise ConfigError(f"--language: {language!r} is not spoken. Choose one of: {', '.join(spoken)}.")


@asynccontextmanager
async def _opened(
    settings: Settings, *, lexical: bool = False, patient: bool = False
) -> AsyncIterator[tuple[Reader, SqlStore, DemoAccounts | HttpAccounts]]:
    make_data_dir(settings)
    encoder = None if lexical else await asyncio.to_thread(load_encoder, settings)
    reader = await asyncio.to_thread(load_reader, settings, encoder)
    store = await _store_that_answers(settings) if patient else open_store(settings)
    try:
        backend = open_backend(settings)
        try:
            yield reader, store, backend
        finally:
            await backend.close()
    finally:
        await store.close()


async def _store_that_answers(settings: Settings) -> SqlStore:
    """Open the database, however long its server takes to come, or another program to let go of it."""
    while True:
        try:
            return await asyncio.to_thread(open_store, settings)
        except StoreBusy as fault:
            _LOG.error("%s", fault, extra={"action": Action.STORE_FAILED})
        await asyncio.sleep(COMING_S)


async def _run(
    settings: Settings,
    store: SqlStore,
    desk: Desk,
    channels: Sequence[TelegramChannel | WebChannel],
    doors: Sequence[AbstractRouteDef],
    tell: Callable[[str], None] | None,
) -> None:
    from bot.channels.web import health, serving

    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    async with serving(settings.host, settings.port, [health(_probe(store)), *doors]) as address:
        receiving: list[asyncio.Task[None]] = []
        try:
            await _first(stopping.wait(), desk.start())
            if not stopping.is_set():
                receiving += [asyncio.create_task(_receive(desk, channel)) for channel in channels]
                # What is loaded stays to the end: to look through it for garbage would stop everything for 150 ms now and then.
                gc.freeze()
                gc.set_threshold(*LOOKS_FOR_GARBAGE)
                names = ", ".join(channel.name for channel in channels)
                _LOG.info("Serving %s.", names or "nothing but /healthz", extra={"action": Action.STARTED})
                if tell is not None:
                    tell(address)
            await _first(stopping.wait(), *receiving)
        finally:
            for task in receiving:
                task.cancel()
            await asyncio.gather(*receiving, return_exceptions=True)
            await _drain(desk)


async def _receive(desk: Desk, channel: TelegramChannel | WebChannel) -> None:
    """Receive until cancelled: by polling in one process, by webhook and from widgets in whichever is asked."""
    from bot.channels.web.channel import WebChannel

    if isinstance(channel, WebChannel) or channel.webhook is not None:
        await channel.run(desk.receive)
    else:
        await channel.end_webhook()
        await desk.poll(channel)


async def _drain(desk: Desk) -> None:
    """Finish what is under way, but not for ever; the rest is taken up at the next start."""
    try:
        await asyncio.wait_for(desk.settle(), DRAIN_S)
    except TimeoutError:
        _LOG.warning(
            "Not everything was finished in %s s; the rest is done at the next start.",
            DRAIN_S,
            extra={"action": Action.STOPPED},
        )
    finally:
        await desk.stop()


async def _first(*awaitables: Awaitable[object]) -> None:
    """Wait for the first to end; raise what it raised."""
    tasks = [asyncio.ensure_future(awaitable) for awaitable in awaitables]
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    for task in done:
        task.result()


def _probe(store: SqlStore) -> Callable[[], Awaitable[bool]]:
    async def healthy() -> bool:
        await store.read(lambda view: view.case(""))
        return True

    return healthy
