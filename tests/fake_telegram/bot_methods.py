"""The methods about the bot itself: its name, commands, descriptions and webhook."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.fake_telegram import limits
from tests.fake_telegram.spec import Upload
from tests.fake_telegram.state import Wire, World

Params = dict[str, Any]
Files = dict[str, Upload]
Action = Callable[[World, Params, Files], Any]


def get_me(world: World, params: Params, files: Files) -> Wire:
    return world.bot


def _scope(params: Params) -> str:
    return json.dumps(
        [params.get("scope", {"type": "default"}), params.get("language_code", "")], sort_keys=True
    )


def set_commands(world: World, params: Params, files: Files) -> bool:
    limits.commands(params)
    world.settings["commands " + _scope(params)] = params["commands"]
    return True


def get_commands(world: World, params: Params, files: Files) -> Any:
    return world.settings.get("commands " + _scope(params), [])


def delete_commands(world: World, params: Params, files: Files) -> bool:
    world.settings.pop("commands " + _scope(params), None)
    return True


def _setting(name: str, longest: int) -> tuple[Action, Action]:
    """The setter and the getter of a text shown on the bot's page, kept per language."""

    def store(world: World, params: Params, files: Files) -> bool:
        limits.at_most(params, name, longest)
        world.settings[f"{name} {params.get('language_code', '')}"] = params.get(name, "")
        return True

    def fetch(world: World, params: Params, files: Files) -> Wire:
        return {name: world.settings.get(f"{name} {params.get('language_code', '')}", "")}

    return store, fetch


def set_webhook(world: World, params: Params, files: Files) -> bool:
    if not params.get("url"):
        return delete_webhook(world, params, files)
    limits.webhook(params)
    world.webhook = {"max_connections": 40, **params}
    world.webhook_error = {}
    _remember_updates(world, params)
    world.changes.notify()
    return True


def delete_webhook(world: World, params: Params, files: Files) -> bool:
    world.webhook = {}
    if params.get("drop_pending_updates"):
        world.queue.forget_all()
    world.changes.notify()
    return True


def _remember_updates(world: World, params: Params) -> None:
    if params.get("drop_pending_updates"):
        world.queue.forget_all()
    if "allowed_updates" in params:
        world.queue.allowed = params["allowed_updates"]


def webhook_info(world: World, params: Params, files: Files) -> Wire:
    info: Wire = {
        "url": world.webhook.get("url", ""),
        "has_custom_certificate": "certificate" in world.webhook,
        "pending_update_count": len(world.queue),
        **world.webhook_error,
    }
    if world.webhook:
        info["max_connections"] = world.webhook["max_connections"]
    if world.queue.allowed:
        info["allowed_updates"] = world.queue.allowed
    return info


SET_NAME, GET_NAME = _setting("name", 64)
SET_DESCRIPTION, GET_DESCRIPTION = _setting("description", 512)
SET_SHORT, GET_SHORT = _setting("short_description", 120)

BOT_ACTIONS: dict[str, Action] = {
    "getMe": get_me,
    "setMyCommands": set_commands,
    "getMyCommands": get_commands,
    "deleteMyCommands": delete_commands,
    "setMyName": SET_NAME,
    "getMyName": GET_NAME,
    "setMyDescription": SET_DESCRIPTION,
    "getMyDescription": GET_DESCRIPTION,
    "setMyShortDescription": SET_SHORT,
    "getMyShortDescription": GET_SHORT,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": webhook_info,
}
