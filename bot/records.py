"""
What an operator does with what is stored, whether a bot runs or not: upgrade, backup, restore, audit, export, erase, incidents.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from bot.adapters.storage import backup, migrate
from bot.adapters.storage.chain import GENESIS, Chain
from bot.adapters.storage.store import SqlStore
from bot.bootstrap import look_into, make_data_dir, open_store, open_transport
from bot.content.incidents import faults
from bot.content.load import load, load_or_raise
from bot.content.paths import content_folders
from bot.core.catalog import Catalog
from bot.core.incident import Incident
from bot.errors import SparekeyError
from bot.ports import Lane, Removed, Snapshot
from bot.service import erasure, incidents
from bot.service.clock import SystemClock
from bot.service.staff.places import Cleared, Places
from bot.service.transcript import transcript
from bot.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

#: How long ago an incident ended that is listed still.
LISTED: Final = timedelta(days=30)


def upgrade(settings: Settings) -> str:
    """Bring the database to this program's schema; return what was done."""
    make_data_dir(settings)
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
    make_data_dir(settings)
    kept = backup.restore(settings.database, file)
    before = f" What was there is kept as {kept}." if kept else ""
    return f"{migrate.name(settings.database)}: restored from {file}, schema {migrate.current(settings.database)}.{before}"


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


class Unfit(SparekeyError):
    """An incident cannot be told like this."""


async def start_incident(
    settings: Settings, flows: Sequence[str], words: Mapping[str, str], lasts: timedelta
) -> Incident:
    """
    Tell people of a fault of the company's own; running bots take it up within seconds.

    Args:
        settings: Of the process.
        flows: The flows that it concerns.
        words: Language -> what people are told.
        lasts: When it ends by itself.

    Returns:
        The incident, with its number.

    Raises:
        Unfit: Says what to correct.
        StoreError, ConfigError, ContentError: With the cure.
    """
    if found := tuple(faults(flows, words, _content(settings))):
        raise Unfit("\n".join(found))
    store, now = open_store(settings), SystemClock().now()
    told = Incident(number=0, flows=tuple(dict.fromkeys(flows)), words=words, since=now, until=now + lasts)
    try:
        return replace(told, number=await store.write(lambda tx: incidents.start(tx, told)))
    finally:
        await store.close()


def _content(settings: Settings) -> Catalog:
    """Read the content as far as it can be read: what is wrong in it need not delay a word to people."""
    folders = content_folders(settings.flows_dir, settings.knowledge_dir)
    loaded = load(*folders)
    return loaded.draft.catalog if loaded.draft is not None else load_or_raise(*folders)


async def end_incident(settings: Settings, number: int) -> bool:
    """Tell that an incident is over; False if there is none of this number that is open."""
    store, now = open_store(settings), SystemClock().now()
    try:
        return await store.write(lambda tx: incidents.end(tx, number, now))
    finally:
        await store.close()


async def list_incidents(settings: Settings) -> tuple[tuple[Incident, datetime | None], ...]:
    """Return the incidents that are open and those of the last weeks, the oldest first, each with when it ended."""
    store, now = open_store(settings), SystemClock().now()
    try:
        found = await store.read(lambda view: view.incidents(now - LISTED))
    finally:
        await store.close()
    return tuple((each, each.over_since(now)) for each in found)


def _lane_of(view: Snapshot, code: str) -> Lane | None:
    conversation = view.case(code)
    return Lane(conversation.channel, conversation.contact) if conversation is not None else None
