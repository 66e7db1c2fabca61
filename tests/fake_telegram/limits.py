"""The Bot API's limits that its tables of types do not carry: lengths, buttons, commands, addresses."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from tests.fake_telegram import entities
from tests.fake_telegram.errors import Violation

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_CAPTION_OF_PEOPLE = 2048  # with Telegram Premium
MAX_CALLBACK_DATA_BYTES = 64
MAX_CALLBACK_ANSWER = 200
MAX_COMMANDS = 100
MAX_COMMAND_DESCRIPTION = 256
COMMAND = re.compile(r"[a-z0-9_]{1,32}")
START_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{0,64}")
SECRET_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,256}")
BUTTON_LOOKS = {"text", "icon_custom_emoji_id", "style"}
ACTIONS = {
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
    "choose_sticker", "find_location", "record_video_note", "upload_video_note",
}  # fmt: skip

#: https://core.telegram.org/bots/api#reactiontypeemoji, without variation selectors
EMOJI = (
    "❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤\u200d🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 "
    "😈 😴 😭 🤓 👻 👨\u200d💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷\u200d♂ 🤷 🤷\u200d♀ 😡"
)
REACTIONS = set(EMOJI.split())


def text(params: dict[str, Any]) -> entities.Parsed:
    """The text as it will be shown. Telegram trims it."""
    plain, marks = entities.parse(params.get("text", ""), params.get("parse_mode"))
    plain = plain.strip()
    if not plain:
        raise Violation("message text is empty")
    if entities.units(plain) > MAX_TEXT:
        raise Violation("message is too long")
    return plain, marks or params.get("entities", [])


def caption(params: dict[str, Any]) -> entities.Parsed:
    plain, marks = entities.parse(params.get("caption", ""), params.get("parse_mode"))
    if entities.units(plain) > MAX_CAPTION:
        raise Violation("message caption is too long")
    return plain.strip(), marks or params.get("caption_entities", [])


def reply_markup(params: dict[str, Any]) -> None:
    for row in params.get("reply_markup", {}).get("inline_keyboard", []):
        for button in row:
            _inline_button(button)
    for row in params.get("reply_markup", {}).get("keyboard", []):
        for button in row:
            if not button["text"]:
                raise Violation("keyboard button text must be non-empty")


def _inline_button(button: dict[str, Any]) -> None:
    actions = button.keys() - BUTTON_LOOKS
    if not button["text"]:
        raise Violation("inline keyboard button text must be non-empty")
    if not actions:
        raise Violation(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    if len(actions) > 1:
        raise Violation("can't parse inline keyboard button: exactly one kind of action must be used")
    if (
        "callback_data" in button
        and not 1 <= len(button["callback_data"].encode()) <= MAX_CALLBACK_DATA_BYTES
    ):
        raise Violation("BUTTON_DATA_INVALID")
    if "url" in button and urlsplit(button["url"]).scheme not in {"http", "https", "tg", "mailto", "tel"}:
        raise Violation(f"inline keyboard button URL '{button['url']}' is invalid: Unsupported URL protocol")


def callback_answer(params: dict[str, Any]) -> None:
    if entities.units(params.get("text", "")) > MAX_CALLBACK_ANSWER:
        raise Violation("MESSAGE_TOO_LONG")


def commands(params: dict[str, Any]) -> None:
    if not 1 <= len(params["commands"]) <= MAX_COMMANDS:
        raise Violation("BOT_COMMANDS_TOO_MUCH")
    for command in params["commands"]:
        if not COMMAND.fullmatch(command["command"]):
            raise Violation("BOT_COMMAND_INVALID")
        if not 1 <= entities.units(command["description"]) <= MAX_COMMAND_DESCRIPTION:
            raise Violation("BOT_COMMAND_DESCRIPTION_INVALID")


def at_most(params: dict[str, Any], name: str, longest: int) -> None:
    if entities.units(params.get(name, "")) > longest:
        raise Violation(f"{name} is too long")


def chat_action(params: dict[str, Any]) -> None:
    if params["action"] not in ACTIONS:
        raise Violation("wrong parameter action in request")


def reactions(chosen: list[dict[str, Any]]) -> None:
    """At most one, and an emoji that people may choose too; a bot cannot pay for one."""
    if len(chosen) > 1:
        raise Violation("REACTIONS_TOO_MANY")
    if any(one["type"] == "emoji" and one["emoji"].replace("\ufe0f", "") not in REACTIONS for one in chosen):
        raise Violation("REACTION_INVALID")


def webhook(params: dict[str, Any]) -> None:
    """HTTPS, as with Telegram; plain HTTP only to this machine, where tests listen."""
    address = urlsplit(params["url"])
    if address.scheme != "https" and address.hostname not in {"127.0.0.1", "localhost"}:
        raise Violation("bad webhook: An HTTPS URL must be provided for webhook")
    if "secret_token" in params and not SECRET_TOKEN.fullmatch(params["secret_token"]):
        raise Violation("secret token contains unallowed characters")
    if not 1 <= params.get("max_connections", 40) <= 100:
        raise Violation("max_connections must be between 1 and 100")
