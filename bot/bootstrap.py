"""
The composition root: settings in, a running program out. The only module that knows everyone.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bot import prepared
from bot.adapters.accounts.addresses import parse_place
from bot.adapters.accounts.credentials import Credential, SharedSecret, Token
from bot.adapters.accounts.demo import DemoAccounts
from bot.adapters.accounts.demo_identity import SEED
from bot.adapters.accounts.demo_phone import render_phone
from bot.adapters.encoders.sentences import SentenceEncoder, is_installed
from bot.adapters.storage import backup, migrate
from bot.adapters.storage.chain import GENESIS, Chain
from bot.adapters.storage.store import SqlStore
from bot.channels.terminal import TerminalChannel
from bot.content.load import fingerprint, load_or_raise
from bot.content.paths import content_folders
from bot.content.watch import saves
from bot.core.catalog import Catalog
from bot.core.conversation import Conversation
from bot.core.vocabulary import Action
from bot.errors import ConfigError, ContentError, StoreBusy
from bot.matching.semantic import Encoder
from bot.ports import Lane, Removed, Snapshot
from bot.service import erasure
from bot.service.clock import SystemClock
from bot.service.desk import Desk
from bot.service.links import Links
from bot.service.reading import Reader, fit_matcher
from bot.service.staff.places import Cleared, Places
from bot.service.transcript import transcript
from bot.settings import VARIABLES, Settings

if TYPE_CHECKING:
    from aiohttp.web import AbstractRouteDef

    from bot.adapters.accounts.conformance import Finding
    from bot.adapters.accounts.http import HttpAccounts
    from bot.channels.telegram.bot_api import BotApi
    from bot.channels.telegram.channel import TelegramChannel
    from bot.channels.telegram.mounting.guest import Seat
    from bot.channels.telegram.pace import Pace
    from bot.channels.telegram.staff.door import StaffDoor
    from bot.channels.telegram.staff.room import GroupRoom
    from bot.channels.web.channel import WebChannel

_LOG = logging.getLogger(__name__)


def load_catalog(settings: Settings) -> Catalog:
    """Load the content. Raises ContentError with what is wrong."""
    return load_or_raise(*content_folders(settings.flows_dir, settings.knowledge_dir))


def load_reader(settings: Settings, encoder: Encoder | None = None) -> Reader:
    """
    Load the content and fit its matcher, or take up what the last start has kept.

    Args:
        settings: Of the process.
        encoder: Adds the semantic tier, see `load_encoder`; None: the lexical tier matches alone.

    Returns:
        What reads texts.

    Raises:
        ContentError: Lists what is wrong with the content.
    """
    folders = content_folders(settings.flows_dir, settings.knowledge_dir)
    content, name = fingerprint(*folders), encoder.name if encoder is not None else ""
    kept = prepared.load(settings.cache, content, encoder=name)
    if kept is None:
        catalog = load_catalog(settings)
        kept = catalog, fit_matcher(catalog, encoder)
        prepared.keep(settings.cache, content, kept, encoder=name)
    catalog, matcher = kept
    return Reader(replace(catalog, kept_days=settings.retention_days), matcher, encoder)


def load_encoder(settings: Settings) -> Encoder | None:
    """
    Load what tells the meaning of texts, which takes about a second: only for a verb that needs it.

    Returns:
        The encoder; None: the settings do without, or leave it open and there is no usable one.

    Raises:
        ConfigError: The settings insist on it, and it is not installed or damaged.
    """
    try:
        return open_encoder(settings)
    except ConfigError as fault:
        if settings.semantic == "on":
            raise
        _LOG.warning("%s Until then texts are matched by their words alone.", fault)
        return None


def open_encoder(settings: Settings) -> Encoder | None:
    """Load the encoder as `load_encoder` does. Raises ConfigError with the cure if it is damaged, whatever is set."""
    if settings.semantic == "off" or (settings.semantic == "auto" and not is_installed()):
        return None
    try:
        return SentenceEncoder()
    except ConfigError as fault:
        raise ConfigError(f"{VARIABLES['semantic']} is {settings.semantic}: {fault}") from fault


def open_store(settings: Settings) -> SqlStore:
    """Open the database, made or brought up to date first. Raises StoreError or ConfigError with the cure."""
    _make_data_dir(settings)
    migrate.upgrade(settings.database)
    return SqlStore(settings.database)


def _make_data_dir(settings: Settings) -> None:
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise ConfigError(
            f"SPAREKEY_DATA_DIR: {settings.data_dir} cannot be made ({fault.strerror}). Name a directory that may be written."
        ) from fault


def open_backend(settings: Settings) -> DemoAccounts | HttpAccounts:
    """
    Open the account system: the one that the settings name, or the demo service in the data directory.

    Raises:
        StoreError: The demo service cannot use its file.
    """
    if not settings.accounts_url:
        return DemoAccounts(demo_file(settings), clock=SystemClock())
    # What an own account system needs is loaded only where there is one.
    from bot.adapters.accounts.http import HttpAccounts

    return HttpAccounts(
        parse_place(settings.accounts_url),
        credential(settings),
        clock=SystemClock(),
        private=settings.accounts_private == "yes",
        # It gives up before the service does, because it knows whether anything was sent.
        timeout_s=0.9 * settings.backend_timeout_s,
    )


def credential(settings: Settings) -> Credential:
    """Return what calls to the account system prove with."""
    return (
        SharedSecret(settings.accounts_secret) if settings.accounts_secret else Token(settings.accounts_token)
    )


async def check_backend(settings: Settings, identifier: str) -> tuple[Finding, ...]:
    """Examine the account service that the settings name, with a test account; see `conformance`."""
    from bot.adapters.accounts.conformance import examine
    from bot.adapters.accounts.connection import Connection
    from bot.adapters.accounts.probe import Probe

    connection = Connection(
        parse_place(settings.accounts_url),
        private=settings.accounts_private == "yes",
        timeout_s=settings.backend_timeout_s,
    )
    try:
        return await examine(Probe(connection, credential(settings), SystemClock(), identifier))
    finally:
        await connection.close()


def demo_file(settings: Settings) -> Path:
    """Return where the demo account service keeps its accounts."""
    return settings.data_dir / "demo-accounts.db"


def upgrade(settings: Settings) -> str:
    """Bring the database to this program's schema; return what was done."""
    _make_data_dir(settings)
    before = migrate.state(settings.database)
    migrate.upgrade(settings.database)
    done = "upgraded" if before in ("empty", "behind") else "up to date already"
    return f"{migrate.name(settings.database)}: {done}, schema {migrate.current(settings.database)}."


def back_up(settings: Settings, file: Path) -> str:
    """Copy the database to a new file; return what was done. Raises StoreError or ConfigError with the cure."""
    backup.backup(settings.database, file)
    return f"{file}: {migrate.name(settings.database)} as it was just now, {file.stat().st_size} bytes."


def restore(settings: Settings, file: Path) -> str:
    """Put a backup in the place of the database; return what was done. Raises StoreError or ConfigError with the cure."""
    _make_data_dir(settings)
    kept = backup.restore(settings.database, file)
    before = f" What was there is kept as {kept}." if kept else ""
    return f"{migrate.name(settings.database)}: restored from {file}, schema {migrate.current(settings.database)}.{before}"


def look_into(settings: Settings) -> SqlStore:
    """Open the database as it is. Raises StoreError or ConfigError with the cure, e.g. for another schema."""
    return SqlStore(settings.database)


async def verify_audit(settings: Settings, noted: str | None) -> Chain:
    """Follow the hash chain of the audit, and look for a head that was written down; None: there is none."""
    store = look_into(settings)
    try:
        return await store.verify_audit(noted or GENESIS)
    finally:
        await store.close()


async def export(settings: Settings, code: str) -> str | None:
    """Return the transcript of the case with this code; None if there is none."""
    store = open_store(settings)
    try:
        return await store.read(lambda view: _exported(view, code))
    finally:
        await store.close()


def _exported(view: Snapshot, code: str) -> str | None:
    conversation = view.case(code)
    return transcript(conversation, view.transcript(conversation.id)) if conversation else None


async def erase(settings: Settings, whose: Lane | str) -> tuple[Removed, Cleared] | None:
    """
    Delete everything that is kept of one contact; a running bot goes on.

    Args:
        settings: Of the process.
        whose: The contact, or the code of one of its cases.

    Returns:
        How many rows of each kind are gone, and what became of what agents were shown; None: there is no such case.

    Raises:
        StoreError, ConfigError: With the cure.
    """
    store = open_store(settings)
    try:
        lane = await store.read(lambda view: _lane_of(view, whose)) if isinstance(whose, str) else whose
        if lane is None:
            return None
        removed = await erasure.erase(store, lane, SystemClock().now())
        return removed, await _clear_places(settings, store, lane)
    finally:
        await store.close()


async def _clear_places(settings: Settings, store: SqlStore, lane: Lane) -> Cleared:
    """Delete what agents were shown of cases that are gone; what is left is a running bot's."""
    if not (settings.staff_group and settings.telegram_token):
        return await Places(store=store, room=None, channels=(lane.channel,), owns=lambda _: True).clear()
    from bot.channels.telegram.staff.room import GroupRoom

    api = open_transport(settings)
    try:
        room = GroupRoom(api, settings.staff_group)
        return await Places(store=store, room=room, channels=(lane.channel,), owns=lambda _: True).clear()
    finally:
        await api.close()


def _lane_of(view: Snapshot, code: str) -> Lane | None:
    conversation = view.case(code)
    return Lane(conversation.channel, conversation.contact) if conversation is not None else None


async def serve(settings: Settings, *, demo: bool = False, tell: Callable[[str], None] | None = None) -> None:
    """
    Run the channels and everything behind them until SIGTERM or SIGINT, then drain.

    Args:
        settings: Of the process.
        demo: Add a sample site with the widget, and the simulated phone.
        tell: Is told the web server's address, once all answers.
    """
    from bot.channels.telegram.pace import Pace

    async with AsyncExitStack() as open_channels, _opened(settings, patient=True) as (reader, store, backend):
        channels: list[TelegramChannel | WebChannel] = []
        doors: list[AbstractRouteDef] = []
        room: GroupRoom | None = None
        if settings.telegram_token:
            api = open_transport(settings)

            def processes() -> int:
                return desk.processes()

            pace = Pace(settings.telegram_rate, processes) if settings.telegram_rate else None
            door = None
            if settings.staff_group:
                room, door = _staff(settings, api, store, reader.catalog, pace, processes)
            telegram = _telegram(settings, reader.catalog, api, pace, door)
            open_channels.push_async_callback(telegram.close)
            channels.append(telegram)
            doors += _telegram_doors(settings, store, backend, telegram)
        if settings.widget_origins or demo:
            widget, routes = _widget(settings, store, reader.catalog, backend, demo=demo)
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
        channel = TelegramChannel(api, pace=pace)
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
    _make_data_dir(settings)
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


def open_transport(settings: Settings) -> BotApi:
    """Open connections to Telegram over the library that the settings name; no other is imported, because that takes time."""
    match settings.telegram_library:
        case "aiogram":
            from bot.channels.telegram.aiogram_transport import AiogramTransport

            return AiogramTransport(settings.telegram_token, settings.telegram_api)
        case "ptb":
            from bot.channels.telegram.ptb_transport import PtbTransport

            return PtbTransport(settings.telegram_token, settings.telegram_api)


def _staff(
    settings: Settings,
    api: BotApi,
    store: SqlStore,
    catalog: Catalog,
    pace: Pace | None,
    processes: Callable[[], int],
) -> tuple[GroupRoom, StaffDoor]:
    """Return the group where agents work: what is shown there, and what they do there."""
    from bot.channels.telegram.staff.door import StaffDoor
    from bot.channels.telegram.staff.pace import GroupPace
    from bot.channels.telegram.staff.room import GroupRoom
    from bot.service.staff.cases import Cases

    group_pace = GroupPace(processes) if settings.telegram_rate else None
    room = GroupRoom(api, settings.staff_group, leads=settings.staff_leads, pace=pace, group_pace=group_pace)
    door = StaffDoor(
        api,
        bot_id=api.bot_id,
        agents=settings.staff_agents,
        leads=settings.staff_leads,
        room=room,
        cases=Cases(store, lambda: catalog, SystemClock()),
        setting=VARIABLES["staff_agents"],
    )
    return room, door


def _words_for_strangers(catalog: Catalog) -> Mapping[str, Mapping[str, str]]:
    """Return what Telegram's users are told where the bot does not talk to them."""
    from bot.channels.telegram.strangers import NOTICE, WAY

    spoken = {language: catalog.repair[language] for language in catalog.service.languages}
    return {
        language: {NOTICE: repair.texts["group"].bare(), WAY: repair.labels["private_chat"]}
        for language, repair in spoken.items()
    }


def _telegram(
    settings: Settings, catalog: Catalog, api: BotApi, pace: Pace | None, staff: StaffDoor | None
) -> TelegramChannel:
    from bot.channels.telegram.channel import TelegramChannel
    from bot.channels.telegram.webhook import Webhook

    commands = {language: catalog.repair[language].commands for language in catalog.service.languages}
    return TelegramChannel(
        api,
        commands=commands,
        words=_words_for_strangers(catalog),
        pace=pace,
        staff=staff,
        webhook=Webhook(settings.telegram_webhook, settings.telegram_webhook_secret)
        if settings.telegram_webhook
        else None,
    )


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


def _telegram_doors(
    settings: Settings, store: SqlStore, backend: DemoAccounts | HttpAccounts, channel: TelegramChannel
) -> list[AbstractRouteDef]:
    """Return where Telegram delivers, and where the company's own site asks for one-time addresses, if they may."""
    doors: list[AbstractRouteDef] = [channel.webhook.route] if channel.webhook is not None else []
    if settings.link_secret:
        from bot.channels.links import link_door

        links = Links(store, SystemClock(), backend)
        doors.append(link_door(links, settings.link_secret, channel.address))
    return doors


def _widget(
    settings: Settings,
    store: SqlStore,
    catalog: Catalog,
    backend: DemoAccounts | HttpAccounts,
    *,
    demo: bool,
) -> tuple[WebChannel, Sequence[AbstractRouteDef]]:
    """Open the widget, and the sample site where it is wanted. Raises ConfigError with the cure."""
    from bot.channels.web.demo import Simulated
    from bot.channels.web.door import Widget, open_door
    from bot.channels.web.tokens import kept_key

    if not settings.web_secret and settings.shared:
        raise ConfigError(
            f"{VARIABLES['web_secret']}: set it, the same for all processes. Make one with: openssl rand -hex 32"
        )
    own = {f"http://{host}:{settings.port}" for host in (settings.host, "127.0.0.1", "localhost")}
    widget = Widget(
        origins={*settings.widget_origins, *(own if demo else ())},
        secret=settings.web_secret.encode() or kept_key(settings.data_dir),
        audience=settings.widget_id,
        key=settings.widget_key,
        consent=settings.widget_consent,
    )
    simulated = None
    if demo and not isinstance(backend, DemoAccounts):
        raise ConfigError(f"{VARIABLES['accounts_url']}: unset it for --demo, which has accounts of its own.")
    if demo and isinstance(backend, DemoAccounts):
        simulated = Simulated(accounts=SEED, inbox=backend.inbox)
    return open_door(widget, store=store, catalog=lambda: catalog, clock=SystemClock(), simulated=simulated)


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


#: Seconds between two looks at a database that does not answer yet.
COMING_S = 1.0
#: Seconds for finishing on SIGTERM; container runtimes kill after 10.
DRAIN_S = 8.0


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
