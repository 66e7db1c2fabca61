"""What each method does to the state. Methods not named here are validated and answer `true`."""

from __future__ import annotations

from typing import Any

from tests.fake_telegram import limits, membership, topics
from tests.fake_telegram.bot_methods import BOT_ACTIONS, Action, Files, Params
from tests.fake_telegram.errors import Refusal, Violation
from tests.fake_telegram.spec import Method, Upload
from tests.fake_telegram.state import (
    ANSWER_WINDOW_S,
    MESSAGE_LIFE_FOR_DELETION_S,
    Chat,
    Message,
    StoredFile,
    Wire,
    World,
)

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
NO_FILE = "wrong file_id or the file is temporarily unavailable"
#: What the pictures begin with that Telegram takes as a photo.
PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF", b"GIF8")
MAX_DOWNLOAD = 20 * 1024 * 1024
STALE_QUERY = "query is too old and response timeout expired or query ID is invalid"
MEDIA = ("photo", "document", "video", "audio", "voice", "animation", "sticker", "video_note")


def perform(world: World, method: Method, params: Params, files: Files) -> Any:
    """Applies a validated call and returns its result. Raises `ApiError`."""
    action = ACTIONS.get(method.name)
    if action:
        return action(world, params, files)
    if method.sends_message:
        return send(world, params, files)
    return True


def send(world: World, params: Params, files: Files) -> Wire:
    """sendMessage, and every other method that answers with the sent message."""
    limits.reply_markup(params)
    content = _content(world, params, files)
    chat = world.chat_for_bot(params["chat_id"])
    content |= _place(world, chat, params)
    markup = params.get("reply_markup", {})
    if "inline_keyboard" in markup:
        content["reply_markup"] = markup
    message = world.post(chat, world.bot, content)
    _show_keyboard(chat, markup)
    chat.action = None
    return dict(message.wire)


def _content(world: World, params: Params, files: Files) -> Wire:
    content: Wire = {}
    if "text" in params:
        content["text"], marks = limits.text(params)
        if marks:
            content["entities"] = marks
    if "caption" in params:
        content["caption"], marks = limits.caption(params)
        if marks:
            content["caption_entities"] = marks
    if params.get("protect_content"):
        content["has_protected_content"] = True
    if "media_group_id" in params:
        content["media_group_id"] = params["media_group_id"]
    for kind in MEDIA:
        if kind in params:
            content[kind] = _media(world, kind, params[kind], files)
    return content


def _media(world: World, kind: str, value: Upload | str, files: Files) -> Any:
    stored = _stored(world, kind, value, files)
    body = world.blob(stored)
    if kind == "photo":
        return [body | {"width": 90, "height": 90}]
    if kind in {"document", "audio", "video", "animation", "voice"}:
        body |= {"mime_type": stored.mime_type}
    if kind != "document":
        body |= {"duration": 1}
    if kind in {"document", "audio", "video", "animation"}:
        body |= {"file_name": stored.name}
    if kind in {"video", "animation"}:
        body |= {"width": 90, "height": 90}
    if kind == "video_note":
        body |= {"length": 90}
    if kind == "sticker":
        body |= {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
        del body["duration"]
    return body


def _stored(world: World, kind: str, value: Upload | str, files: Files) -> StoredFile:
    """An upload, a reference to a part of the body, a known file, or an address (which is not fetched)."""
    if isinstance(value, str) and value.startswith("attach://"):
        part = files.get(value.removeprefix("attach://"))
        if part is None:
            raise Violation(f"there is no part for {value} in the request")
        value = part
    if isinstance(value, Upload):
        if not value.content:
            raise Violation("file must be non-empty")
        if kind == "photo" and not value.content.startswith(PICTURES):
            raise Refusal("IMAGE_PROCESS_FAILED")
        return world.store_file(value.name, value.content, value.mime_type, f"{kind}s")
    if value in world.files:
        return world.files[value]
    if value.startswith(("http://", "https://")):
        return world.store_file(value.rpartition("/")[2], b"", "application/octet-stream", f"{kind}s")
    raise Refusal("wrong file identifier/HTTP URL specified")


def _place(world: World, chat: Chat, params: Params) -> Wire:
    """Where a message stands: in which topic, and in reply to what; a reply stands in the topic of its original."""
    reply = params.get("reply_parameters", {})
    original = chat.messages.get(reply.get("message_id", 0))
    thread = params.get("message_thread_id")
    if original and not original.deleted:
        fields = topics.place(world, chat, thread or original.wire.get("message_thread_id"))
        return fields | {"reply_to_message": original.quoted()}
    if reply and not reply.get("allow_sending_without_reply"):
        raise Refusal("message to be replied not found")
    return topics.place(world, chat, thread)


def _show_keyboard(chat: Chat, markup: Wire) -> None:
    if "keyboard" in markup:
        chat.keyboard = markup["keyboard"]
    elif "remove_keyboard" in markup:
        chat.keyboard = None


def send_media_group(world: World, params: Params, files: Files) -> list[Wire]:
    group = str(world.rng.getrandbits(40))
    if not 2 <= len(params["media"]) <= 10:
        raise Violation("there must be 2 to 10 items in an album")
    items = [
        {**params, item["type"]: item["media"], "caption": item.get("caption", "")}
        for item in params["media"]
    ]
    return [
        send(world, {k: v for k, v in item.items() if k != "media"} | {"media_group_id": group}, files)
        for item in items
    ]


def _own(world: World, params: Params) -> Message:
    """The bot's own message an edit is about."""
    if "chat_id" not in params:
        raise Violation("chat_id is empty")
    if "message_id" not in params:
        raise Violation("message identifier is not specified")
    chat = world.chat_for_bot(params["chat_id"])
    message = chat.living(params["message_id"], "message to edit not found")
    if not message.from_bot:
        raise Refusal("message can't be edited")
    return message


def _edit(world: World, params: Params, content: Wire) -> Wire:
    limits.reply_markup(params)
    message = _own(world, params)
    if "text" in content and "text" not in message.wire:
        raise Refusal("there is no text in the message to edit")
    markup = params.get("reply_markup") or {"inline_keyboard": []}
    shown = message.wire.get("reply_markup", {"inline_keyboard": []})
    if markup == shown and all(message.wire.get(name) == value for name, value in content.items()):
        raise Refusal(NOT_MODIFIED)
    message.wire |= content | {"edit_date": int(world.clock.now()), "reply_markup": markup}
    if not markup["inline_keyboard"]:
        del message.wire["reply_markup"]
    return dict(message.wire)


def edit_text(world: World, params: Params, files: Files) -> Wire:
    text, marks = limits.text(params)
    return _edit(world, params, {"text": text, "entities": marks} if marks else {"text": text})


def edit_caption(world: World, params: Params, files: Files) -> Wire:
    text, _ = limits.caption(params)
    return _edit(world, params, {"caption": text})


def edit_markup(world: World, params: Params, files: Files) -> Wire:
    return _edit(world, params, {})


def delete(world: World, params: Params, files: Files) -> bool:
    chat = world.chat_for_bot(params["chat_id"])
    message = chat.living(params["message_id"], "message to delete not found")
    if not message.from_bot:
        membership.require(world, chat, "can_delete_messages", "message can't be deleted")
    if world.clock.now() - message.wire["date"] > MESSAGE_LIFE_FOR_DELETION_S:
        raise Refusal("message can't be deleted for everyone")
    message.deleted = True
    return True


def delete_many(world: World, params: Params, files: Files) -> bool:
    if not 1 <= len(params["message_ids"]) <= 100:
        raise Violation("there must be 1 to 100 message identifiers")
    for message_id in params["message_ids"]:
        try:
            delete(world, {**params, "message_id": message_id}, files)
        except Refusal:
            continue  # Telegram skips what it cannot find
    return True


def _original(world: World, params: Params, verb: str) -> Message:
    chat = world.chats.get(world.numeric(params["from_chat_id"]))
    if chat is None:
        raise Refusal("chat not found")
    message = chat.living(params["message_id"], f"message to {verb} not found")
    if message.wire.get("has_protected_content"):
        raise Refusal(f"message can't be {'copied' if verb == 'copy' else 'forwarded'}")
    return message


CONTENT = ("text", "entities", "caption", "caption_entities", "contact", *MEDIA)


def copy(world: World, params: Params, files: Files) -> Wire:
    limits.reply_markup(params)
    original = _original(world, params, "copy")
    chat = world.chat_for_bot(params["chat_id"])
    content = {name: original.wire[name] for name in CONTENT if name in original.wire}
    if "caption" in params:
        content["caption"], _ = limits.caption(params)
    if "inline_keyboard" in params.get("reply_markup", {}):
        content["reply_markup"] = params["reply_markup"]
    content |= _place(world, chat, params)
    return {"message_id": world.post(chat, world.bot, content).message_id}


def forward(world: World, params: Params, files: Files) -> Wire:
    original = _original(world, params, "forward")
    chat = world.chat_for_bot(params["chat_id"])
    content = {name: original.wire[name] for name in CONTENT if name in original.wire}
    origin = {"type": "user", "date": original.wire["date"], "sender_user": original.wire["from"]}
    content |= topics.place(world, chat, params.get("message_thread_id")) | {"forward_origin": origin}
    return dict(world.post(chat, world.bot, content).wire)


def answer_callback(world: World, params: Params, files: Files) -> bool:
    limits.callback_answer(params)
    query = world.queries.get(params["callback_query_id"])
    if query is None or query.answer is not None or world.clock.now() - query.asked > ANSWER_WINDOW_S:
        raise Refusal(STALE_QUERY)
    query.answer = {key: value for key, value in params.items() if key != "callback_query_id"}
    return True


def chat_action(world: World, params: Params, files: Files) -> bool:
    limits.chat_action(params)
    chat, thread = world.chat_for_bot(params["chat_id"]), params.get("message_thread_id")
    if topics.place(world, chat, thread):
        chat.topics[thread].action = params["action"]
    else:
        chat.action = params["action"]
    return True


def get_chat(world: World, params: Params, files: Files) -> Wire:
    chat = world.known_chat(params["chat_id"])
    gifts = (
        "unlimited_gifts",
        "limited_gifts",
        "unique_gifts",
        "premium_subscription",
        "gifts_from_channels",
    )
    full = {
        **chat.wire,
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, False),
    }
    if chat.pinned:
        full["pinned_message"] = chat.messages[chat.pinned[-1]].wire
    return full


def get_member(world: World, params: Params, files: Files) -> Wire:
    return membership.get_member(world, world.known_chat(params["chat_id"]), params["user_id"])


def get_administrators(world: World, params: Params, files: Files) -> list[Wire]:
    return membership.administrators(world.known_chat(params["chat_id"]))


def leave(world: World, params: Params, files: Files) -> bool:
    membership.change(world, world.known_chat(params["chat_id"]), world.bot, "left", ())
    return True


def get_file(world: World, params: Params, files: Files) -> Wire:
    stored = world.files.get(params["file_id"])
    if stored is None:
        raise Refusal(NO_FILE)
    if len(stored.content) > MAX_DOWNLOAD:
        raise Refusal("file is too big")
    return world.blob(stored) | {"file_path": stored.path}


def react(world: World, params: Params, files: Files) -> bool:
    reactions = params.get("reaction", [])
    limits.reactions(reactions)
    chat = world.chat_for_bot(params["chat_id"])
    chat.living(params["message_id"], "message to react not found").reactions = reactions
    return True


NO_PINNING = "not enough rights to manage pinned messages in the chat"


def pin(world: World, params: Params, files: Files) -> bool:
    """The service message that says so stands in the topic of what is pinned."""
    chat = world.chat_for_bot(params["chat_id"])
    membership.require(world, chat, "can_pin_messages", NO_PINNING)
    message = chat.living(params["message_id"], "message to pin not found")
    if message.message_id not in chat.pinned:
        chat.pinned.append(message.message_id)
        thread = message.wire.get("message_thread_id")
        where = topics.inside(thread) if thread else {}
        world.announce(chat, world.bot, {"pinned_message": message.quoted(), **where})
    return True


def unpin(world: World, params: Params, files: Files) -> bool:
    chat = world.chat_for_bot(params["chat_id"])
    membership.require(world, chat, "can_pin_messages", NO_PINNING)
    wanted = params.get("message_id", chat.pinned[-1] if chat.pinned else None)
    if wanted not in chat.pinned:
        raise Refusal("message to unpin not found")
    chat.pinned.remove(wanted)
    return True


def unpin_all(world: World, params: Params, files: Files) -> bool:
    world.chat_for_bot(params["chat_id"]).pinned.clear()
    return True


ACTIONS: dict[str, Action] = {
    "sendMessage": send,
    "sendMediaGroup": send_media_group,
    "editMessageText": edit_text,
    "editMessageCaption": edit_caption,
    "editMessageReplyMarkup": edit_markup,
    "deleteMessage": delete,
    "deleteMessages": delete_many,
    "copyMessage": copy,
    "forwardMessage": forward,
    "answerCallbackQuery": answer_callback,
    "sendChatAction": chat_action,
    "getChat": get_chat,
    "getFile": get_file,
    "getChatMember": get_member,
    "getChatAdministrators": get_administrators,
    "leaveChat": leave,
    "createForumTopic": topics.create,
    "editForumTopic": topics.edit,
    "closeForumTopic": topics.close,
    "reopenForumTopic": topics.reopen,
    "deleteForumTopic": topics.delete,
    "setMessageReaction": react,
    "pinChatMessage": pin,
    "unpinChatMessage": unpin,
    "unpinAllChatMessages": unpin_all,
    **BOT_ACTIONS,
}
