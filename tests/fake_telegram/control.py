"""The control API: what a test does and asks, as plain JSON under /control/."""

from __future__ import annotations

import asyncio
import base64
import dataclasses
import inspect
import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fake_telegram.core import Fake
from tests.fake_telegram.errors import ApiError, Impossible
from tests.fake_telegram.faults import Fault
from tests.fake_telegram.spec import Mismatch
from tests.fake_telegram.state import Chat, Message, Wire

Handler = Callable[[Fake, Any], Any]
KINDS = (
    "photo", "document", "video", "video_note", "animation", "audio", "voice", "sticker", "contact", "location",
    "forum_topic_created", "forum_topic_edited", "forum_topic_closed", "forum_topic_reopened", "pinned_message",
    "migrate_to_chat_id", "migrate_from_chat_id",
)  # fmt: skip


def users(fake: Fake, body: Wire) -> Wire:
    return fake.world.add_user(
        {key: value for key, value in body.items() if key != "started"}, started=body.get("started", True)
    )


def by_person(action: str) -> Handler:
    """An action of `People`, its parameters taken from the body by name."""
    return lambda fake, body: getattr(fake.people, action)(**body)


def in_group(action: str) -> Handler:
    """An action of `GroupPeople`, its parameters taken from the body by name."""
    return lambda fake, body: getattr(fake.groups, action)(**body)


def bulk(fake: Fake, body: list[Wire]) -> list[Any]:
    return [fake.people.say(**one) for one in body]


def redeliver(fake: Fake, body: Wire) -> Wire:
    fake.world.queue.redeliver(body["update_id"], by_webhook=bool(fake.world.webhook))
    return {}


def fault(fake: Fake, body: Wire) -> Wire:
    order = Fault(**body)
    fake.api.faults.add(order)
    return dataclasses.asdict(order)


def clear_faults(fake: Fake, body: Wire) -> Wire:
    fake.api.faults.clear()
    return {}


def settings(fake: Fake, body: Wire) -> Wire:
    """The switches; what is not named stays as it is."""
    queue, sender, limits = fake.world.queue, fake.sender, fake.api.limits
    limits.on = body.get("rate_limits", limits.on)
    limits.allow(body.get("per_second", limits.bot.most))
    sender.scale = body.get("webhook_scale", sender.scale)
    queue.duplicate_probability = body.get("duplicates", queue.duplicate_probability)
    return {
        "rate_limits": limits.on,
        "per_second": limits.bot.most,
        "webhook_scale": sender.scale,
        "duplicates": queue.duplicate_probability,
    }


def clock(fake: Fake, body: Wire) -> Wire:
    if "stand_at" in body:
        fake.world.clock.stand(body["stand_at"])
    fake.world.clock.advance(body.get("advance_s", 0.0))
    fake.world.changes.notify()
    return {"now": fake.world.clock.now()}


def reset(fake: Fake, body: Wire) -> Wire:
    fake.reset()
    return {}


def sent(fake: Fake, body: Wire) -> list[Wire]:
    user, since = body.get("user"), body.get("since", 0)
    return [call for call in fake.world.calls[since:] if user in (None, call["chat_id"])]


def violations(fake: Fake, body: Wire) -> list[Wire]:
    return fake.world.violations


def limits(fake: Fake, body: Wire) -> Wire:
    return fake.api.limits.report()


def pending(fake: Fake, body: Wire) -> Wire:
    return {"pending": len(fake.world.queue)}


def answers(fake: Fake, body: Wire) -> Any:
    """What the person saw after a press: null until the bot has answered it."""
    return fake.world.queries[body["query_id"]].answer


def file(fake: Fake, body: Wire) -> Wire:
    """What a file holds, in Base64."""
    return {"content": base64.b64encode(fake.world.files[body["file_id"]].content).decode()}


def bot(fake: Fake, body: Wire) -> Wire:
    world = fake.world
    return {"token": world.token, "me": world.bot, "webhook": world.webhook, "settings": world.settings}


def chat_view(fake: Fake, body: Wire) -> Wire:
    chat_id = body["chat"]
    if chat_id not in fake.world.chats:
        raise Impossible(f"there is no chat {chat_id}")
    chat = fake.world.chats[chat_id]
    return {
        "id": chat_id,
        "blocked": chat.blocked,
        "action": chat.action,
        "keyboard": [[button["text"] for button in row] for row in chat.keyboard or []],
        "pinned": chat.pinned,
        "topics": {str(thread): dataclasses.asdict(topic) for thread, topic in chat.topics.items()},
        "messages": [bubble(chat, message) for message in chat.messages.values()],
    }


def bubble(chat: Chat, message: Message) -> Wire:
    wire = message.wire
    rows = wire.get("reply_markup", {}).get("inline_keyboard", [])
    return {
        "message_id": message.message_id,
        "date": wire["date"],
        "from_bot": message.from_bot,
        "text": wire.get("text", wire.get("caption", "")),
        "kind": next((kind for kind in KINDS if kind in wire), "text"),
        "buttons": [[button["text"] for button in row] for row in rows],
        "data": [[button.get("callback_data") for button in row] for row in rows],
        "edited": "edit_date" in wire,
        "deleted": message.deleted,
        "pinned": message.message_id in chat.pinned,
        "thread": wire.get("message_thread_id"),
        "reply_to": _reply(wire),
        "reactions": [reaction.get("emoji") for reaction in message.reactions],
        "file": wire["photo"][-1]["file_id"] if "photo" in wire else None,
    }


def _reply(wire: Wire) -> int | None:
    """What a message answers; that it stands in a topic is no answer."""
    answered: int | None = wire.get("reply_to_message", {}).get("message_id")
    return None if answered == wire.get("message_thread_id") else answered


async def wait(fake: Fake, body: Wire) -> Wire:
    """Until `sent` messages (or calls of `method`) have been applied, or at most `pending` updates are unconfirmed."""
    deadline = asyncio.get_running_loop().time() + body.get("timeout", 10.0)
    while not _reached(fake, body):
        remaining = deadline - asyncio.get_running_loop().time()
        if remaining <= 0:
            return {"reached": False, "sent": _applied(fake, body), "pending": len(fake.world.queue)}
        change = fake.world.changes.next()
        await asyncio.wait({change}, timeout=remaining)
        change.cancel()
    return {"reached": True, "sent": _applied(fake, body), "pending": len(fake.world.queue)}


def _reached(fake: Fake, body: Wire) -> bool:
    if "pending" in body and len(fake.world.queue) > body["pending"]:
        return False
    return "sent" not in body or _applied(fake, body) >= body["sent"]


def _applied(fake: Fake, body: Wire) -> int:
    return fake.world.applied[body.get("user"), body.get("method", "messages")]


ROUTES: dict[str, Handler] = {
    "POST users": users,
    "POST group": in_group("group"),
    "POST forum_mode": in_group("forum_mode"),
    "POST member": in_group("member"),
    "POST open_topic": in_group("open_topic"),
    "POST rename_topic": in_group("rename_topic"),
    "POST shut_topic": in_group("shut_topic"),
    "POST delete_topic": in_group("delete_topic"),
    "POST migrate": in_group("migrate"),
    "POST say": by_person("say"),
    "POST start": by_person("start"),
    "POST contact": by_person("contact"),
    "POST media": by_person("media"),
    "POST album": by_person("album"),
    "POST message": by_person("send"),
    "POST delete": by_person("delete"),
    "POST edit": by_person("edit"),
    "POST press": by_person("press"),
    "POST block": by_person("block"),
    "POST update": by_person("raw"),
    "POST unasked": by_person("unasked"),
    "POST bulk": bulk,
    "POST redeliver": redeliver,
    "POST fault": fault,
    "POST clear_faults": clear_faults,
    "POST settings": settings,
    "POST clock": clock,
    "POST reset": reset,
    "GET sent": sent,
    "GET violations": violations,
    "GET limits": limits,
    "GET pending": pending,
    "GET answers": answers,
    "GET file": file,
    "GET bot": bot,
    "GET chat/{chat:int}": chat_view,
    "GET wait": wait,
}


def control_app(fake: Fake) -> Starlette:
    """The Starlette application behind /control/."""
    routes = []
    for key, handler in ROUTES.items():
        verb, _, path = key.partition(" ")
        path = path.replace("{chat:int}", "{chat}")
        routes.append(Route(f"/control/{path}", _endpoint(fake, handler), methods=[verb]))
    return Starlette(routes=routes)


def _endpoint(fake: Fake, handler: Callable[..., Any]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            result = handler(fake, await _body(request))
            return JSONResponse(await result if inspect.isawaitable(result) else result)
        except (Impossible, Mismatch, ApiError, KeyError, TypeError, ValueError) as error:
            return JSONResponse({"error": f"{type(error).__name__}: {error}"}, status_code=400)

    return endpoint


async def _body(request: Request) -> Any:
    if request.method == "POST":
        return json.loads(await request.body() or b"{}")
    words = {**request.query_params, **request.path_params}
    return {
        name: value if name in {"query_id", "method", "file_id"} else _number(value)
        for name, value in words.items()
    }


def _number(value: str) -> float | int:
    return int(value) if value.lstrip("-").isdecimal() else float(value)
