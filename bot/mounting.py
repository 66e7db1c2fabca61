"""
Sparekey within a bot that you already have, on aiogram or on python-telegram-bot.

    dispatcher.include_router(sparekey_router())
    application.add_handlers(sparekey_handlers(application))

Only the library that is asked for is imported. Settings are those of `sparekey serve`; a token is not among them, because the calls go
over your bot. docs/existing-bots.md tells what is ours, and what is lost when.
"""

from __future__ import annotations

import os
import re
from functools import partial
from typing import TYPE_CHECKING

from bot import running
from bot.channels.telegram.mounting.claims import Claims, Take
from bot.channels.telegram.mounting.guest import Guest
from bot.errors import ConfigError
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.channels.telegram.mounting.aiogram_host import SparekeyRouter
    from bot.channels.telegram.mounting.ptb_host import AnyApplication, SparekeyHandlers


def sparekey_router(
    settings: Settings | None = None, *, take: Take = "command", command: str = "support"
) -> SparekeyRouter:
    """
    Return a router for `Dispatcher.include_router`.

    Args:
        settings: Of the process; None: as the environment has them.
        take: `command`: whatever a person says from our command, or the deep link `?start=<command>`, to the end of the
            conversation; `rest`: whatever reaches this router in private chats, so include it last.
        command: Our command, without the slash.

    Returns:
        The router. Its `serve` takes the place of `Dispatcher.start_polling` where nothing may be lost.

    Raises:
        ConfigError: A setting or the command is wrong.
    """
    from bot.channels.telegram.mounting.aiogram_host import SparekeyRouter

    return SparekeyRouter(_guest(settings, take, command))


def sparekey_handlers(
    application: AnyApplication,
    settings: Settings | None = None,
    *,
    take: Take = "command",
    command: str = "support",
) -> SparekeyHandlers:
    """
    Return handlers for `Application.add_handlers`, without a group.

    Args:
        application: What they are for; its `post_init` and `post_stop` start and stop us.
        settings: Of the process; None: as the environment has them.
        take: `command`: whatever a person says from our command, or the deep link `?start=<command>`, to the end of the
            conversation; `rest`: whatever no handler of group 0 or later takes in private chats.
        command: Our command, without the slash.

    Returns:
        The handlers. Their `serve` takes the place of `Application.run_polling` where nothing may be lost.

    Raises:
        ConfigError: A setting or the command is wrong.
    """
    from bot.channels.telegram.mounting.ptb_host import SparekeyHandlers

    return SparekeyHandlers(application, _guest(settings, take, command), take)


def _guest(settings: Settings | None, take: Take, command: str) -> Guest:
    if re.fullmatch(r"[a-z0-9_]{1,32}", command) is None or command == "start":
        raise ConfigError(
            f"{command!r} cannot be our command. Choose 1 to 32 letters (a-z), digits and _, and not start."
        )
    settings = settings if settings is not None else Settings.from_env(os.environ)
    return Guest(Claims(command=command, take=take), partial(running.mounted, settings))
