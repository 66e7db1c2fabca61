"""
The composition root: settings in, the parts of a program out. The only module that knows everyone; `running` lets them work.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bot import prepared
from bot.adapters.accounts.addresses import parse_place
from bot.adapters.accounts.credentials import Credential, SharedSecret, Token
from bot.adapters.accounts.demo import DemoAccounts
from bot.adapters.accounts.demo_identity import SEED
from bot.adapters.encoders.sentences import SentenceEncoder, is_installed
from bot.adapters.storage import migrate
from bot.adapters.storage.store import SqlStore
from bot.content.load import fingerprint, load_or_raise
from bot.content.paths import content_folders
from bot.core.catalog import Catalog
from bot.errors import ConfigError
from bot.matching.semantic import Encoder
from bot.ports import Lane
from bot.service.clock import SystemClock
from bot.service.links import Links
from bot.service.reading import Reader, fit_matcher
from bot.settings import VARIABLES, Settings

if TYPE_CHECKING:
    from pathlib import Path

    from aiohttp.web import AbstractRouteDef

    from bot.adapters.accounts.conformance import Finding
    from bot.adapters.accounts.http import HttpAccounts
    from bot.channels.telegram.bot_api import BotApi
    from bot.channels.telegram.channel import TelegramChannel
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
    make_data_dir(settings)
    migrate.upgrade(settings.database)
    return SqlStore(settings.database)


def make_data_dir(settings: Settings) -> None:
    """Make the directory that everything is kept in. Raises ConfigError with the cure."""
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


def look_into(settings: Settings) -> SqlStore:
    """Open the database as it is. Raises StoreError or ConfigError with the cure, e.g. for another schema."""
    return SqlStore(settings.database)


def open_transport(settings: Settings) -> BotApi:
    """Open connections to Telegram over the library that the settings name; no other is imported, because that takes time."""
    match settings.telegram_library:
        case "aiogram":
            from bot.channels.telegram.aiogram_transport import AiogramTransport

            return AiogramTransport(settings.telegram_token, settings.telegram_api)
        case "ptb":
            from bot.channels.telegram.ptb_transport import PtbTransport

            return PtbTransport(settings.telegram_token, settings.telegram_api)


def open_telegram(
    settings: Settings,
    catalog: Catalog,
    api: BotApi,
    pace: Pace | None,
    staff: StaffDoor | None,
    owns: Callable[[Lane], bool],
) -> TelegramChannel:
    """Open the chat with Telegram's users; `staff` takes what agents do in their group, `owns` tells which lanes are ours."""
    from bot.channels.telegram.channel import TelegramChannel
    from bot.channels.telegram.webhook import Webhook

    commands = {language: catalog.repair[language].commands for language in catalog.service.languages}
    return TelegramChannel(
        api,
        commands=commands,
        words=_words_for_strangers(catalog),
        pace=pace,
        staff=staff,
        owns=owns,
        pictures=settings.pictures == "yes",
        webhook=Webhook(settings.telegram_webhook, settings.telegram_webhook_secret)
        if settings.telegram_webhook
        else None,
    )


def open_staff(
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
        pictures=settings.pictures == "yes",
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


def telegram_doors(
    settings: Settings, store: SqlStore, backend: DemoAccounts | HttpAccounts, channel: TelegramChannel
) -> list[AbstractRouteDef]:
    """Return where Telegram delivers, and where the company's own site asks for one-time addresses, if they may."""
    doors: list[AbstractRouteDef] = [channel.webhook.route] if channel.webhook is not None else []
    if settings.link_secret:
        from bot.channels.links import link_door

        links = Links(store, SystemClock(), backend)
        doors.append(link_door(links, settings.link_secret, channel.address))
    return doors


def open_widget(
    settings: Settings,
    store: SqlStore,
    catalog: Callable[[], Catalog],
    backend: DemoAccounts | HttpAccounts,
    *,
    demo: bool,
    processes: Callable[[], int],
    typing: Callable[[Lane], Awaitable[None]],
    fetch: Callable[[str], Awaitable[bytes]] | None,
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
        pictures=settings.pictures == "yes",
        proxies=settings.web_proxies,
    )
    simulated = None
    if demo and not isinstance(backend, DemoAccounts):
        raise ConfigError(f"{VARIABLES['accounts_url']}: unset it for --demo, which has accounts of its own.")
    if demo and isinstance(backend, DemoAccounts):
        simulated = Simulated(accounts=SEED, inbox=backend.inbox)
    return open_door(
        widget,
        store=store,
        catalog=catalog,
        clock=SystemClock(),
        simulated=simulated,
        processes=processes,
        typing=typing,
        fetch=fetch,
    )
