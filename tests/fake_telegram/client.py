"""The test's hands: a synchronous, typed client of the control API.

Every call returns at once except `wait_for`, `wait_calls` and `wait_confirmed`, which block until the server has
seen what they wait for. Where the bot runs in the test's own event loop, call those with
`await asyncio.to_thread(fake.wait_for, user, 2)`.
"""

from __future__ import annotations

import base64
import json
from typing import Any, Literal

import httpx

from tests.fake_telegram.views import BrokenRule, Bubble, Call, ChatView, LimitReport, Queued, TopicView

FaultKind = Literal[
    "forbidden", "too_many", "bad_gateway", "server_error", "drop_before", "drop_after", "slow", "truncated"
]
MediaKind = Literal["photo", "voice", "document", "sticker", "audio", "video", "video_note", "animation"]
#: What a bot needs to work in a forum (Bot API, ChatAdministratorRights).
FORUM_RIGHTS = ("can_manage_topics", "can_delete_messages", "can_pin_messages")

__all__ = [
    "FORUM_RIGHTS", "BrokenRule", "Bubble", "Call", "ChatView", "FakeTelegram", "FaultKind", "LimitReport", "MediaKind",
    "Queued", "TopicView",
]  # fmt: skip


class FakeTelegram:
    """Speaks to one running fake. `url` is its address, `token` the bot's."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = httpx.Client(base_url=f"{url}/control", timeout=90, trust_env=False)
        self.token: str = self.bot()["token"]

    @property
    def api_url(self) -> str:
        """Base of the bot's methods, e.g. `f"{fake.api_url}/getMe"`."""
        return f"{self.url}/bot{self.token}"

    def close(self) -> None:
        self._http.close()

    # People

    def user(self, user: int, *, started: bool = True, **fields: Any) -> dict[str, Any]:
        """Creates a person (`first_name=`, `username=`, `language_code=` ...); `started=False`: has not written yet."""
        created: dict[str, Any] = self._post("users", id=user, started=started, **fields)
        return created

    def say(
        self,
        user: int,
        text: str,
        *,
        chat: int | None = None,
        thread: int | None = None,
        reply_to: int | None = None,
        anonymous: bool = False,
    ) -> Queued:
        """A message from a person, in the private chat unless `chat` names a group; the person need not exist yet.

        `anonymous`: from an administrator of the group who is not named.
        """
        where = {"chat": chat, "thread": thread, "reply_to": reply_to, "anonymous": anonymous}
        return Queued(**self._post("say", user=user, text=text, **where))

    def say_many(self, messages: list[tuple[int, str]]) -> list[Queued]:
        """Messages of (user, text), queued in this order in one request."""
        answer = self._http.post("/bulk", json=[{"user": user, "text": text} for user, text in messages])
        return [Queued(**one) for one in _checked(answer)]

    def start(self, user: int, payload: str = "") -> Queued:
        """`/start`, with the payload of a deep link."""
        return Queued(**self._post("start", user=user, payload=payload))

    def press(
        self,
        user: int,
        label: str | None = None,
        *,
        data: str | None = None,
        index: int | None = None,
        message_id: int | None = None,
        chat: int | None = None,
    ) -> Queued:
        """Presses a button of the latest message with buttons (or of `message_id`), by label or by index.

        With `data`, sends exactly that, whether or not a button carries it.
        """
        body = {"label": label, "data": data, "index": index, "message_id": message_id, "chat": chat}
        return Queued(**self._post("press", user=user, **body))

    def contact(
        self,
        user: int,
        phone_number: str,
        *,
        contact_user_id: int | None = None,
        chat: int | None = None,
        thread: int | None = None,
    ) -> Queued:
        """Shares a contact: the person's own, or somebody else's."""
        whose = {"phone_number": phone_number, "contact_user_id": contact_user_id}
        return Queued(**self._post("contact", user=user, chat=chat, thread=thread, **whose))

    def media(
        self,
        user: int,
        kind: MediaKind,
        caption: str = "",
        *,
        content: bytes | None = None,
        chat: int | None = None,
        thread: int | None = None,
        reply_to: int | None = None,
    ) -> Queued:
        """Sends a file of a kind: these bytes, or a few."""
        where = {"chat": chat, "thread": thread, "reply_to": reply_to}
        given = None if content is None else base64.b64encode(content).decode()
        return Queued(**self._post("media", user=user, kind=kind, caption=caption, content=given, **where))

    def album(
        self,
        user: int,
        kinds: list[MediaKind],
        caption: str = "",
        *,
        chat: int | None = None,
        thread: int | None = None,
    ) -> list[Queued]:
        """Sends several files together; the first has the caption."""
        where = {"chat": chat, "thread": thread}
        return [
            Queued(**one) for one in self._post("album", user=user, kinds=kinds, caption=caption, **where)
        ]

    def message(
        self,
        user: int,
        content: dict[str, Any],
        *,
        chat: int | None = None,
        thread: int | None = None,
        reply_to: int | None = None,
        anonymous: bool = False,
    ) -> Queued:
        """Sends anything: the fields of a `Message` but those that all have, e.g. `{"location": {...}}`; also service
        messages, e.g. `{"new_chat_title": "Night shift"}`."""
        where = {"chat": chat, "thread": thread, "reply_to": reply_to, "anonymous": anonymous}
        return Queued(**self._post("message", user=user, content=content, **where))

    def delete(self, user: int, message_id: int, *, chat: int | None = None) -> None:
        """The person deletes a message; the bot is not told."""
        self._post("delete", user=user, message_id=message_id, chat=chat)

    def edit(self, user: int, message_id: int, text: str, *, chat: int | None = None) -> Queued:
        """The person changes what a message of theirs says; of a file, its caption."""
        return Queued(**self._post("edit", user=user, message_id=message_id, text=text, chat=chat))

    def block(self, user: int, *, blocked: bool = True) -> Queued:
        """The person blocks (or unblocks) the bot, which also gets a `my_chat_member` update."""
        return Queued(**self._post("block", user=user, blocked=blocked))

    def unasked(self, updates: list[tuple[str, Any, int]]) -> list[int]:
        """Queues many updates (kind, body, a person who then exists) verbatim, in this order, even if the bot did not ask
        for their kind; returns their identifiers."""
        body = json.dumps({"updates": updates})  # httpx would refuse half a character
        identifiers: list[int] = _checked(self._http.post("/unasked", content=body))
        return identifiers

    # Groups

    def group(
        self,
        title: str = "Team",
        *,
        forum: bool = False,
        kind: Literal["group", "supergroup"] = "supergroup",
        chat: int | None = None,
    ) -> int:
        """Creates a group the bot is in; returns its identifier. In a forum the bot is an administrator with
        `FORUM_RIGHTS`."""
        return int(self._post("group", title=title, forum=forum, kind=kind, chat=chat)["id"])

    def forum_mode(self, chat: int, on: bool) -> None:
        """Topics are switched on or off in the group's settings; the bot is not told."""
        self._post("forum_mode", chat=chat, on=on)

    def bot_may(self, chat: int, *rights: str) -> Queued:
        """The bot becomes an administrator with exactly these rights, e.g. of `FORUM_RIGHTS`."""
        return Queued(**self._post("member", chat=chat, status="administrator", rights=rights))

    def member(
        self,
        chat: int,
        user: int | None = None,
        status: Literal["creator", "administrator", "member", "left", "kicked"] = "member",
    ) -> Queued:
        """Somebody (None: the bot) joins, leaves or is removed; who writes is a member without that."""
        return Queued(**self._post("member", chat=chat, user=user, status=status, rights=[]))

    def open_topic(self, user: int, chat: int, name: str) -> Queued:
        """A member opens a topic; the `message_id` is its number."""
        return Queued(**self._post("open_topic", user=user, chat=chat, name=name))

    def rename_topic(self, user: int, chat: int, thread: int, name: str) -> Queued:
        return Queued(**self._post("rename_topic", user=user, chat=chat, thread=thread, name=name))

    def close_topic(self, user: int, chat: int, thread: int) -> Queued:
        return Queued(**self._post("shut_topic", user=user, chat=chat, thread=thread, closed=True))

    def reopen_topic(self, user: int, chat: int, thread: int) -> Queued:
        return Queued(**self._post("shut_topic", user=user, chat=chat, thread=thread, closed=False))

    def delete_topic(self, chat: int, thread: int) -> None:
        """Somebody deletes a topic with all its messages; the bot is not told."""
        self._post("delete_topic", chat=chat, thread=thread)

    def migrate(self, user: int, chat: int) -> int:
        """Somebody turns a group into a supergroup; returns the identifier that it has from then on."""
        return int(self._post("migrate", user=user, chat=chat)["id"])

    def update(self, kind: str, body: dict[str, Any]) -> Queued:
        """Queues any update verbatim, e.g. `update("channel_post", {...})`."""
        return Queued(**self._post("update", kind=kind, body=body))

    # What there is to see

    def chat(self, chat: int) -> ChatView:
        """The chat as the person sees it now."""
        view = self._get(f"chat/{chat}")
        topics = {int(thread): TopicView(**topic) for thread, topic in view["topics"].items()}
        messages = [Bubble(**message) for message in view["messages"]]
        return ChatView(**{**view, "topics": topics, "messages": messages})

    def sent(self, user: int | None = None, *, since: int = 0, method: str | None = None) -> list[Call]:
        """All calls except getUpdates, in order; `since` is the `n` of the last call already seen."""
        calls = [Call(**call) for call in self._get("sent", user=user, since=since)]
        return [call for call in calls if method in (None, call.method)]

    def texts(self, user: int) -> list[str]:
        """The bot's messages to a person, as they read now."""
        return [message.text for message in self.chat(user).from_bot]

    def file(self, bubble: Bubble) -> bytes:
        """What the photo of a message shows."""
        if bubble.file is None:
            raise AssertionError(f"there is no photo: {bubble}")
        return base64.b64decode(self._get("file", file_id=bubble.file)["content"])

    def count(self, user: int | None = None) -> int:
        """How many messages the bot has sent to a person (None: to anyone) since the reset."""
        return int(self._get("wait", user=user, sent=0)["sent"])

    def answer(self, query_id: str) -> dict[str, Any] | None:
        """What the bot answered to a press (`text`, `show_alert` ...); None while it has not."""
        answer: dict[str, Any] | None = self._get("answers", query_id=query_id)
        return answer

    def violations(self) -> list[BrokenRule]:
        """Every request that broke the specification or a limit. A good test ends with none."""
        return [BrokenRule(**one) for one in self._get("violations")]

    def limits(self) -> dict[str, LimitReport]:
        """How the bot kept Telegram's limits: "bot" (a second), "chat" (three seconds), "group" (a minute)."""
        return {name: LimitReport(**report) for name, report in self._get("limits").items()}

    def pending(self) -> int:
        """How many updates are not confirmed."""
        return int(self._get("pending")["pending"])

    def bot(self) -> dict[str, Any]:
        """`token`, `me`, `webhook` and `settings` (commands, name, descriptions) as set by the bot."""
        bot: dict[str, Any] = self._get("bot")
        return bot

    # Waiting

    def wait_for(self, user: int | None, count: int = 1, *, timeout: float = 10.0) -> None:
        """Blocks until `count` messages to the person (to anyone: None) have been applied since the reset."""
        self._wait(timeout, user=user, sent=count)

    def wait_shown(self, user: int | None, count: int = 1, *, timeout: float = 10.0) -> None:
        """Blocks until `count` messages to the person have been applied since the reset, those that took another's place too."""
        self._wait(timeout, user=user, sent=count, method="shown")

    def wait_calls(
        self, method: str, count: int = 1, *, user: int | None = None, timeout: float = 10.0
    ) -> None:
        """Blocks until `count` calls of a method have been applied since the reset."""
        self._wait(timeout, user=user, sent=count, method=method)

    def wait_confirmed(self, *, pending: int = 0, timeout: float = 10.0) -> None:
        """Blocks until at most `pending` updates are unconfirmed."""
        self._wait(timeout, pending=pending)

    def _wait(self, timeout: float, **condition: Any) -> None:
        outcome = self._get("wait", timeout=timeout, **condition)
        if not outcome["reached"]:
            last = [(call.method, call.status, call.description) for call in self.sent()[-5:]]
            raise TimeoutError(f"waited {timeout} s for {condition}; got {outcome}; last calls: {last}")

    # Trouble

    def fault(
        self,
        kind: FaultKind,
        *,
        method: str | None = None,
        user: int | None = None,
        times: int | None = 1,
        skip: int = 0,
        probability: float = 1.0,
        seconds: float = 1.0,
        retry_after: int = 1,
    ) -> None:
        """Orders a fault for the next `times` calls that fit (None: until cleared), after `skip` of them.

        `method=None` strikes any call but getUpdates, which has to be named. `method="webhook"` strikes
        deliveries by webhook: drop_before, drop_after (the bot's answer is lost), slow.
        """
        order: dict[str, Any] = {"kind": kind, "method": method, "user": user, "times": times, "skip": skip}
        order |= {"probability": probability, "seconds": seconds, "retry_after": retry_after}
        _checked(self._http.post("/fault", json=order))

    def clear_faults(self) -> None:
        self._post("clear_faults")

    def redeliver(self, update_id: int) -> None:
        """Delivers an update once more, confirmed or not."""
        self._post("redeliver", update_id=update_id)

    def settings(
        self,
        *,
        rate_limits: bool | None = None,
        duplicates: float | None = None,
        webhook_scale: float | None = None,
        per_second: int | None = None,
    ) -> dict[str, Any]:
        """Real rate limits on or off; share of updates delivered twice; factor on the delays of webhook retries; what a
        bot may say in a second, of which Telegram sells more than 30."""
        switches = {"rate_limits": rate_limits, "duplicates": duplicates, "webhook_scale": webhook_scale}
        switches |= {"per_second": per_second}
        settings: dict[str, Any] = self._post("settings", **switches)
        return settings

    def advance(self, seconds: float) -> None:
        """Moves the fake's clock forward: expiry, the 48 hours of deletion, rate limits, new update identifiers."""
        self._post("clock", advance_s=seconds)

    def stand(self, at: float) -> None:
        """Stops the fake's clock at a moment (Unix time); from then on only `advance` moves it."""
        self._post("clock", stand_at=at)

    def reset(self) -> None:
        """Forgets everything: chats, queue, calls, faults, settings, clock. Update identifiers start anew."""
        self._post("reset")

    def _post(self, path: str, **body: Any) -> Any:
        return _checked(
            self._http.post(f"/{path}", json={key: value for key, value in body.items() if value is not None})
        )

    def _get(self, path: str, **query: Any) -> Any:
        return _checked(
            self._http.get(
                f"/{path}", params={key: value for key, value in query.items() if value is not None}
            )
        )


def _checked(answer: httpx.Response) -> Any:
    if answer.status_code >= 400:
        raise ValueError(f"{answer.request.url.path}: {answer.text}")
    return answer.json()
