"""
What an answer of the Bot API means; the one place that decides it, whichever library carries the call.

Only a JSON object with `ok` is Telegram's word. Whatever else comes, a page of a proxy, half an answer or nothing, says nothing about
a message or a person: the call may be made again. Nothing of it is shown, because it may hold what somebody wrote.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from bot.errors import (
    ChannelBusy,
    ChannelUnreachable,
    ConfigError,
    MessageRefused,
    RecipientGone,
    SparekeyError,
)


class Unchanged(MessageRefused):
    """The message reads so already."""


class Migrated(MessageRefused):
    """The group has become a supergroup, which has another id; `to` is that."""

    def __init__(self, message: str, to: int) -> None:
        super().__init__(message)
        self.to = to


#: Seconds to wait where Telegram does not say how many, and the most that are believed: then it is asked again.
UNSAID_WAIT_S: Final = 1.0
LONGEST_WAIT_S: Final = 3600.0
_CURE: Final = (
    "Copy the token that BotFather shows for this bot into SPAREKEY_TELEGRAM_TOKEN, "
    "and check SPAREKEY_TELEGRAM_API if it is set."
)
_UNREADABLE: Final = "Telegram's answer cannot be read."
#: Longest file that is fetched, in bytes; Telegram makes photos of people's smaller than that.
MAX_FILE: Final = 10 * 1024 * 1024
_TOO_LARGE: Final = "The file is larger than 10 MiB."
#: Where a file is, in an address that it must not lead out of.
_PATH: Final = re.compile(r"\w[\w.-]*(/\w[\w.-]*)*", re.ASCII)


def read(status: int, body: bytes, secret: str) -> Any:
    """
    Read an answer.

    Args:
        status: Of HTTP.
        body: A JSON object (Bot API, "Making requests").
        secret: The bot's token, never shown.

    Returns:
        The result, as plain JSON.

    Raises:
        SparekeyError: ChannelBusy, RecipientGone, MessageRefused, ChannelUnreachable; or ConfigError if the token is wrong.
    """
    try:
        answer = json.loads(body.decode())
    except (ValueError, RecursionError):
        answer = None
    match answer:
        case {"ok": True, "result": result} if status < 300:
            return result
        case {"ok": False}:
            raise _fault(status, answer, secret)
    raise ChannelUnreachable(_UNREADABLE)


def updates(result: Any) -> list[dict[str, Any]]:
    """Return the result of `getUpdates`. Raises ChannelUnreachable if it is anything but numbered updates."""
    if isinstance(result, list) and all(map(_numbered, result)):
        return result
    raise ChannelUnreachable(_UNREADABLE)


def path(result: Any) -> str:
    """
    Return where a file is, from the result of `getFile`.

    Raises:
        ChannelError: MessageRefused if it is too large, ChannelUnreachable if that is no place for a file.
    """
    match result:
        case {"file_size": int(size)} if size > MAX_FILE:
            raise MessageRefused(_TOO_LARGE)
        case {"file_path": str(found)} if _PATH.fullmatch(found):
            return found
    raise ChannelUnreachable(_UNREADABLE)


def file(status: int, content: bytes, secret: str) -> bytes:
    """Return a file that was fetched; raises as `read`, and MessageRefused if it is not there, or too large."""
    if status == 200:
        if len(content) > MAX_FILE:
            raise MessageRefused(_TOO_LARGE)
        return content
    try:
        read(status, content, secret)
    except ConfigError:
        if status == 404:
            raise MessageRefused("Telegram does not keep this file any more.") from None
        raise
    raise ChannelUnreachable(_UNREADABLE)


def without(secret: str, words: str) -> str:
    """Return words without the bot's token, and without the half of it that is secret."""
    return words.replace(secret, "(token)").replace(secret.partition(":")[2], "(token)")


def _fault(status: int, answer: Mapping[str, Any], secret: str) -> SparekeyError:
    said = without(secret, str(answer.get("description", "no reason given")))
    wait = _asked_wait(answer)
    if status == 429 or wait is not None:
        seconds = UNSAID_WAIT_S if wait is None else min(wait, LONGEST_WAIT_S)
        return ChannelBusy(f"Telegram asks us to wait {seconds:g} s.", retry_after_s=seconds)
    match answer:
        case {"parameters": {"migrate_to_chat_id": int(to)}}:
            return Migrated(f"The group has another id now: {to}.", to)
    if status >= 500:
        return ChannelUnreachable(f"Telegram has trouble of its own: {said}.")
    meaning = _MEANINGS.get(status)
    return (
        meaning(said) if meaning else ChannelUnreachable(f"Telegram answered with something unknown: {said}.")
    )


def _numbered(update: Any) -> bool:
    return isinstance(update, dict) and isinstance(update.get("update_id"), int)


def _asked_wait(answer: Mapping[str, Any]) -> float | None:
    match answer:
        case {"parameters": {"retry_after": int() | float() as seconds}} if seconds > 0:
            return min(seconds, LONGEST_WAIT_S)
    return None


def _bad_request(said: str) -> SparekeyError:
    if "chat not found" in said:
        return RecipientGone(f"The person cannot be written to: {said}.")
    if "message is not modified" in said:
        return Unchanged(f"Nothing is to be changed: {said}.")
    return MessageRefused(f"Telegram refuses this message: {said}.")


def _conflict(said: str) -> SparekeyError:
    if "webhook" in said:
        return ChannelUnreachable(
            "Another program receives this bot's messages by webhook. Stop that program and call deleteWebhook, "
            "or give Sparekey a bot of its own."
        )
    return ChannelUnreachable(
        "Another program polls the same bot, so each takes messages from the other. Look for a second `sparekey "
        "serve` (ps, docker ps, other machines) and stop it; if you find none, let BotFather revoke the token and "
        "set the new one in SPAREKEY_TELEGRAM_TOKEN."
    )


#: Status -> what it means.
_MEANINGS: Final[Mapping[int, Callable[[str], SparekeyError]]] = {
    400: _bad_request,
    401: lambda _: ConfigError(f"SPAREKEY_TELEGRAM_TOKEN: Telegram refuses it. {_CURE}"),
    403: lambda said: RecipientGone(f"The person cannot be written to: {said}."),
    404: lambda _: ConfigError(f"SPAREKEY_TELEGRAM_TOKEN: Telegram knows no such bot. {_CURE}"),
    409: _conflict,
    413: lambda said: MessageRefused(f"Telegram refuses this message: {said}."),
}
