"""Delivery by webhook: one update in flight per lane, the real schedule of retries, the method in the answer.

A failed delivery is repeated at once, then after 2, 4, 8 ... seconds, at most a random 60 to 120; a `Retry-After`
is obeyed. All these delays are multiplied by `scale`, and pass by the fake's clock, which a test can move. A failing
update holds up only its own lane, and no connection while it waits.
"""

from __future__ import annotations

import asyncio
import json
import random
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx

from tests.fake_telegram.api import Api
from tests.fake_telegram.updates import Update

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
ANSWER_TIMEOUT_S = 60
MAX_RETRY_AFTER_S = 3600
GONE_CLOSES_AFTER_S = 23 * 3600


@dataclass(frozen=True, slots=True)
class Failed:
    """A delivery that has to be repeated."""

    reason: str
    retry_after_s: float | None = None


class WebhookSender:
    """Runs while the server runs; sleeps while no webhook is set."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._world = api.world
        self._under_way: dict[int, asyncio.Task[None]] = {}
        self._failed: dict[int, tuple[int, int]] = {}  # lane -> its update, and how often that has failed
        self._due: dict[int, float] = {}  # lane that has failed -> when it is tried again
        self._gone_since: float | None = None
        self.scale = 1.0

    async def run(self) -> None:
        async with httpx.AsyncClient(timeout=ANSWER_TIMEOUT_S, verify=False, trust_env=False) as client:  # noqa: S501
            while True:
                change = self._world.changes.next()
                self._start_deliveries(client)
                await asyncio.wait({change}, timeout=self._until_next())
                change.cancel()

    def stop(self) -> None:
        for task in self._under_way.values():
            task.cancel()

    def _start_deliveries(self, client: httpx.AsyncClient) -> None:
        if not self._world.webhook:
            self.stop()
            return
        now, lanes = self._world.clock.now(), self._world.queue.lanes()
        self._due = {lane: due for lane, due in self._due.items() if lane in lanes}  # the others have expired
        for lane in tuple(lanes):
            if len(self._under_way) >= self._world.webhook["max_connections"]:
                return
            if lane not in self._under_way and self._due.get(lane, 0.0) <= now:
                task = asyncio.create_task(self._serve(lane, client))
                self._under_way[lane] = task
                task.add_done_callback(partial(self._served, lane))

    def _until_next(self) -> float | None:
        """Seconds until the next that has failed is due; None: nothing waits for its time."""
        now = self._world.clock.now()
        return min((due - now for due in self._due.values() if due > now), default=None)

    def _served(self, lane: int, _: asyncio.Task[None]) -> None:
        del self._under_way[lane]
        self._world.changes.notify()

    async def _serve(self, lane: int, client: httpx.AsyncClient) -> None:
        """Try the oldest update of a lane once."""
        self._due.pop(lane, None)
        update = self._world.queue.head(lane)
        if update is None:
            return
        failed = await self._deliver(update, client)
        if failed is None:
            self._failed.pop(lane, None)
            self._done(update)
        else:
            self._put_off(update, failed)

    def _put_off(self, update: Update, failed: Failed) -> None:
        now = self._world.clock.now()
        self._world.webhook_error = {"last_error_date": int(now), "last_error_message": failed.reason}
        before, times = self._failed.get(update.lane, (update.update_id, 0))
        times = times + 1 if before == update.update_id else 1
        self._failed[update.lane] = update.update_id, times
        wait = retry_delay(times, self._world.rng) if failed.retry_after_s is None else failed.retry_after_s
        self._due[update.lane] = now + wait * self.scale

    def _done(self, update: Update) -> None:
        self._world.queue.forget(update.update_id)
        if self._world.rng.random() < self._world.queue.duplicate_probability:
            self._world.queue.redeliver(update.update_id, by_webhook=True)

    async def _deliver(self, update: Update, client: httpx.AsyncClient) -> Failed | None:
        """None if the bot has accepted the update."""
        fault = self._api.faults.take("webhook", update.sender)
        if fault and fault.kind == "drop_before":
            return Failed("Connection refused")
        if fault and fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        secret = self._world.webhook.get("secret_token")
        url = self._world.webhook["url"]
        self._world.journal.write(
            "delivered", time=self._world.clock.now(), via="webhook", update_ids=[update.update_id]
        )
        try:
            response = await client.post(
                url, json=update.wire, headers={SECRET_HEADER: secret} if secret else {}
            )
        except httpx.HTTPError as error:
            return Failed(f"Connection failed: {type(error).__name__}")
        if fault and fault.kind == "drop_after":
            return Failed("Read timeout expired")
        return self._judge(response)

    def _judge(self, response: httpx.Response) -> Failed | None:
        if response.is_success:
            self._gone_since = None
            self._execute(response.content)
            return None
        self._watch_gone(response.status_code)
        reason = f"Wrong response from the webhook: {response.status_code} {response.reason_phrase}"
        retry_after = response.headers.get("Retry-After", "")
        if retry_after.isdecimal() and int(retry_after) <= MAX_RETRY_AFTER_S:
            return Failed(reason, float(retry_after))
        return Failed(reason)

    def _execute(self, content: bytes) -> None:
        """The method in the answer, if there is one: applied together with the confirmation, result unseen."""
        try:
            call: Any = json.loads(content)
        except ValueError:
            return
        if isinstance(call, dict) and isinstance(call.get("method"), str):
            params = {name: value for name, value in call.items() if name != "method"}
            fault = self._api.take_fault(call["method"], params)
            self._api.call(call["method"], params, {}, fault, via="webhook")

    def _watch_gone(self, status: int) -> None:
        """410 for 23 hours closes the webhook."""
        now = self._world.clock.now()
        self._gone_since = (self._gone_since or now) if status == 410 else None
        if self._gone_since and now - self._gone_since >= GONE_CLOSES_AFTER_S:
            self._world.webhook = {}


def retry_delay(failures: int, rng: random.Random) -> float:
    """Seconds to wait after the n-th failure in a row."""
    if failures == 1:
        return 0.0
    return min(2.0 ** (failures - 1), rng.uniform(60, 120))
