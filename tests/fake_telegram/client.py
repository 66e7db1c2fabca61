"""The test's hands: a synchronous, typed client of the control API.

Every call returns at once except `wait_for`, `wait_calls` and `wait_confirmed`, which block until the server has
seen what they wait for. Where the bot runs in the test's own event loop, call those with
`await asyncio.to_thread(fake.wait_for, user, 2)`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import httpx

FaultKind = Literal[
    "forbidden", "too_many", "bad_gateway", "server_error", "drop_before", "drop_after", "slow", "truncated"
]
MediaKind = Literal["photo", "voice", "document", "sticker"]


@dataclass(frozen=True, slots=True)
class Queued:
    """An action of a person. `update_id` is None if `allowed_updates` keeps it from the bot."""

    update_id: int | None
    message_id: int | None
    query_id: str | None = None


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message as the person sees it."""

    message_id: int
    date: int
    from_bot: bool
    text: str
    kind: str
    buttons: list[list[str]]
    data: list[list[str | None]]
    edited: bool
    deleted: bool
    pinned: bool
    thread: int | None
    reply_to: int | None
    reactions: list[str | None]


@dataclass(frozen=True, slots=True)
class ChatView:
    """A chat as the person sees it: `keyboard` is the reply keyboard's labels, `action` e.g. "typing"."""

    id: int
    blocked: bool
    action: str | None
    keyboard: list[list[str]]
    pinned: list[int]
    topics: dict[str, str]
    messages: list[Bubble]

    @property
    def shown(self) -> list[Bubble]:
        """What is not deleted."""
        return [message for message in self.messages if not message.deleted]

    @property
    def from_bot(self) -> list[Bubble]:
        """The bot's messages that are not deleted."""
        return [message for message in self.shown if message.from_bot]

    @property
    def last(self) -> Bubble:
        """The bot's latest message; fails with what there is if it never wrote."""
        if not self.from_bot:
            raise AssertionError(f"the bot has written nothing in chat {self.id}: {self.messages}")
        return self.from_bot[-1]


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the bot, in order of arrival. `status` is 0 where there was no answer of Telegram's at all."""

    n: int
    time: float
    method: str
    params: dict[str, Any]
    chat_id: int | None
    message_id: int | None
    sends: bool
    applied: bool
    answered: bool
    status: int
    description: str | None
    fault: str | None
    via: str


@dataclass(frozen=True, slots=True)
class BrokenRule:
    """A request that breaks the specification."""

    time: float
    method: str
    params: dict[str, Any]
    description: str


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
        return self._post("users", id=user, started=started, **fields)

    def group(self, title: str = "Team", *, forum: bool = False, chat_id: int | None = None) -> int:
        """Creates a supergroup the bot is in; returns its identifier."""
        return int(self._post("groups", title=title, forum=forum, id=chat_id)["id"])

    def say(
        self,
        user: int,
        text: str,
        *,
        chat: int | None = None,
        thread: int | None = None,
        reply_to: int | None = None,
    ) -> Queued:
        """A message from a person, in the private chat unless `chat` names a group; the person need not exist yet."""
        return Queued(**self._post("say", user=user, text=text, chat=chat, thread=thread, reply_to=reply_to))

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

    def contact(self, user: int, phone_number: str, *, contact_user_id: int | None = None) -> Queued:
        """Shares a contact: the person's own, or somebody else's."""
        return Queued(
            **self._post("contact", user=user, phone_number=phone_number, contact_user_id=contact_user_id)
        )

    def media(self, user: int, kind: MediaKind, caption: str = "") -> Queued:
        """Sends a photo, voice message, document or sticker."""
        return Queued(**self._post("media", user=user, kind=kind, caption=caption))

    def edit(self, user: int, message_id: int, text: str, *, chat: int | None = None) -> Queued:
        """The person changes a message of theirs."""
        return Queued(**self._post("edit", user=user, message_id=message_id, text=text, chat=chat))

    def block(self, user: int, *, blocked: bool = True) -> Queued:
        """The person blocks (or unblocks) the bot, which also gets a `my_chat_member` update."""
        return Queued(**self._post("block", user=user, blocked=blocked))

    def update(self, kind: str, body: dict[str, Any]) -> Queued:
        """Queues any update verbatim, e.g. `update("channel_post", {...})`."""
        return Queued(**self._post("update", kind=kind, body=body))

    # What there is to see

    def chat(self, chat: int) -> ChatView:
        """The chat as the person sees it now."""
        view = self._get(f"chat/{chat}")
        return ChatView(**{**view, "messages": [Bubble(**message) for message in view["messages"]]})

    def sent(self, user: int | None = None, *, since: int = 0, method: str | None = None) -> list[Call]:
        """All calls except getUpdates, in order; `since` is the `n` of the last call already seen."""
        calls = [Call(**call) for call in self._get("sent", user=user, since=since)]
        return [call for call in calls if method in (None, call.method)]

    def texts(self, user: int) -> list[str]:
        """The bot's messages to a person, as they read now."""
        return [message.text for message in self.chat(user).from_bot]

    def answer(self, query_id: str) -> dict[str, Any] | None:
        """What the bot answered to a press (`text`, `show_alert` ...); None while it has not."""
        answer: dict[str, Any] | None = self._get("answers", query_id=query_id)
        return answer

    def violations(self) -> list[BrokenRule]:
        """Every request that broke the specification or a limit. A good test ends with none."""
        return [BrokenRule(**one) for one in self._get("violations")]

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
    ) -> dict[str, Any]:
        """Real rate limits on or off; share of updates delivered twice; factor on the delays of webhook retries."""
        return self._post(
            "settings", rate_limits=rate_limits, duplicates=duplicates, webhook_scale=webhook_scale
        )

    def advance(self, seconds: float) -> None:
        """Moves the fake's clock forward: expiry, the 48 hours of deletion, rate limits, new update identifiers."""
        self._post("clock", advance_s=seconds)

    def reset(self) -> None:
        """Forgets everything: chats, queue, calls, faults, settings, clock. Update identifiers start anew."""
        self._post("reset")

    def _post(self, path: str, **body: Any) -> dict[str, Any]:
        answer = self._http.post(
            f"/{path}", json={key: value for key, value in body.items() if value is not None}
        )
        result: dict[str, Any] = _checked(answer)
        return result

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
