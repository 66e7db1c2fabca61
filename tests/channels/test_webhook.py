"""The Telegram channel by webhook, over the fake Telegram: real HTTP in both directions."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from bot import doctor
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.ptb_transport import PtbTransport
from bot.channels.telegram.webhook import RETRY_AFTER_S, SECRET_HEADER, Webhook
from bot.channels.web import MAX_BODY, serving
from bot.core.events import AttachmentReceived, ChoicePicked
from bot.errors import ConfigError, SparekeyError
from bot.ports import Receive
from bot.settings import Settings
from tests.channels.test_telegram import ANNA, BEN, QUESTION, Receiver, private, said
from tests.fake_telegram.client import FakeTelegram

pytest_plugins = ["tests.fake_telegram.fixture"]

SECRET = "a-Secret_that-nobody-guesses-0123456789"
UPDATE: dict[str, Any] = {"update_id": 5, "message": private(text="no code")}


@pytest.fixture
def tg(fake_telegram: FakeTelegram) -> FakeTelegram:
    fake_telegram.user(ANNA, first_name="Anna")
    fake_telegram.user(BEN, first_name="Ben")
    return fake_telegram


@pytest.fixture
def base() -> str:
    """An address at which nobody listens yet, with a path of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/support"


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """The bot's side, as somebody at the network sees it."""

    tg: FakeTelegram
    channel: TelegramChannel
    webhook: Webhook
    http: httpx.AsyncClient

    @asynccontextmanager
    async def opened(self, receive: Receive) -> AsyncIterator[None]:
        """Receive, from when Telegram knows the address: a call that is under way at the end could reach the next test."""
        async with receiving(self.channel, receive):
            await asyncio.to_thread(self.tg.wait_calls, "setWebhook")
            yield

    async def deliver(self, update: Mapping[str, Any], secret: str = SECRET) -> httpx.Response:
        return await self.http.post(self.webhook.address, json=update, headers={SECRET_HEADER: secret})


@asynccontextmanager
async def a_door(tg: FakeTelegram, base: str) -> AsyncIterator[Door]:
    """A web server with a channel behind it that does not receive yet."""
    webhook = Webhook(base, SECRET)
    channel = TelegramChannel(PtbTransport(tg.token, tg.url), webhook=webhook)
    port = int(base.split(":")[2].partition("/")[0])
    async with (
        serving("127.0.0.1", port, [webhook.route]),
        httpx.AsyncClient(trust_env=False, timeout=30) as http,
    ):
        try:
            yield Door(tg=tg, channel=channel, webhook=webhook, http=http)
        finally:
            await channel.close()


@asynccontextmanager
async def receiving(channel: TelegramChannel, receive: Receive) -> AsyncIterator[None]:
    task = asyncio.create_task(channel.run(receive))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def confirmed(tg: FakeTelegram) -> None:
    await asyncio.to_thread(tg.wait_confirmed)


# Telegram is told


async def test_telegram_is_told_the_address_the_secret_and_the_kinds_and_keeps_what_waits(
    tg: FakeTelegram, base: str
) -> None:
    receiver = Receiver()
    tg.say(ANNA, "before")
    async with a_door(tg, base) as door, door.opened(receiver):
        await confirmed(tg)
    (call,) = tg.sent(method="setWebhook")
    assert call.params == {
        "url": door.webhook.address,
        "secret_token": SECRET,
        "allowed_updates": ["message", "edited_message", "callback_query", "my_chat_member", "inline_query"],
        "max_connections": 40,
    }
    assert said(receiver.events) == ["before"]
    assert tg.violations() == []


def test_the_address_is_unguessable_and_does_not_tell_the_secret(base: str) -> None:
    one, other = Webhook(base, SECRET), Webhook(base, SECRET[::-1])
    assert one.address == Webhook(base, SECRET).address
    assert one.address != other.address
    assert SECRET not in one.address
    assert len(one.address.rpartition("/")[2]) == 32


async def test_a_telegram_that_fails_at_the_start_is_asked_again(tg: FakeTelegram, base: str) -> None:
    tg.fault("bad_gateway", method="setWebhook", times=2)
    receiver = Receiver()
    tg.say(ANNA, "one")
    async with a_door(tg, base) as door, door.opened(receiver):
        await confirmed(tg)
    assert said(receiver.events) == ["one"]


async def test_an_address_that_telegram_refuses_is_named_with_its_setting(
    tg: FakeTelegram, base: str, caplog: pytest.LogCaptureFixture
) -> None:
    refused = Webhook("http://support.example.com", SECRET)
    async with a_door(tg, base) as door:
        channel = TelegramChannel(PtbTransport(tg.token, tg.url), webhook=refused)
        async with receiving(channel, Receiver()):
            while "SPAREKEY_TELEGRAM_WEBHOOK cannot be set" not in caplog.text:
                await asyncio.sleep(0.02)
        await channel.close()
        assert "An HTTPS URL must be provided" in caplog.text
        del door


async def test_a_wrong_token_ends_the_channel(tg: FakeTelegram, base: str) -> None:
    channel = TelegramChannel(PtbTransport("4711:wrong", tg.url), webhook=Webhook(base, SECRET))
    with pytest.raises(ConfigError, match="SPAREKEY_TELEGRAM_TOKEN"):
        await asyncio.wait_for(channel.run(Receiver()), 10)
    await channel.close()


# Who may deliver, and what


JSON = {"Content-Type": "application/json", SECRET_HEADER: SECRET}
GOOD = json.dumps(UPDATE).encode()


@pytest.mark.parametrize(
    ("status", "method", "path", "headers", "body"),
    [
        pytest.param(403, "POST", "", {**JSON, SECRET_HEADER: SECRET[:-1]}, GOOD, id="part of the secret"),
        pytest.param(403, "POST", "", {**JSON, SECRET_HEADER: "schl\u00fcssel"}, GOOD, id="no ASCII"),
        pytest.param(403, "POST", "", {"Content-Type": "application/json"}, GOOD, id="no secret"),
        pytest.param(403, "POST", "", {"Content-Type": "text/plain"}, b"x" * 5_000_000, id="huge, no secret"),
        pytest.param(404, "POST", "/more", JSON, GOOD, id="a longer path"),
        pytest.param(404, "POST", "/../other", JSON, GOOD, id="another path"),
        pytest.param(405, "GET", "", JSON, b"", id="GET"),
        pytest.param(405, "PUT", "", JSON, GOOD, id="PUT"),
        pytest.param(413, "POST", "", JSON, b'"' + b"x" * MAX_BODY + b'"', id="huge"),
        pytest.param(415, "POST", "", {**JSON, "Content-Type": "text/plain"}, GOOD, id="no JSON"),
        pytest.param(415, "POST", "", {SECRET_HEADER: SECRET}, GOOD, id="who knows what"),
        pytest.param(400, "POST", "", JSON, GOOD[:-1], id="broken JSON"),
        pytest.param(400, "POST", "", JSON, b"\xff\xfe{", id="no text"),
        pytest.param(400, "POST", "", JSON, b"[" * 100_000, id="deep JSON"),
        pytest.param(400, "POST", "", JSON, b"[" + GOOD + b"]", id="a list"),
        pytest.param(400, "POST", "", JSON, b'{"update_id": "5"}', id="no number"),
        pytest.param(400, "POST", "", JSON, b"", id="nothing"),
    ],
)
async def test_whoever_is_not_telegram_is_sent_away_and_nothing_is_stored(
    tg: FakeTelegram,
    base: str,
    status: int,
    method: str,
    path: str,
    headers: dict[str, str],
    body: bytes,
) -> None:
    receiver = Receiver()
    async with a_door(tg, base) as door, door.opened(receiver):
        written = {name.encode(): value.encode() for name, value in headers.items()}
        answer = await door.http.request(method, door.webhook.address + path, headers=written, content=body)
        assert (answer.status_code, receiver.events) == (status, [])
        assert (await door.deliver(UPDATE)).status_code == 200
    assert said(receiver.events) == ["no code"]


async def test_an_update_that_cannot_be_read_is_answered_and_passed_over(
    tg: FakeTelegram, base: str, caplog: pytest.LogCaptureFixture
) -> None:
    receiver = Receiver()
    async with a_door(tg, base) as door, door.opened(receiver):
        for update in ({"message": {"text": "hunter2"}}, {"message": 7}, {"callback_query": {"id": 3}}, {}):
            assert (await door.deliver({"update_id": 7, **update})).status_code == 200
    assert receiver.events == []
    assert caplog.text.count("not as the Bot API promises") == 3
    assert "hunter2" not in caplog.text


# 200 means stored


async def test_200_is_answered_after_it_is_stored_and_not_before(tg: FakeTelegram, base: str) -> None:
    receiver = Receiver()
    receiver.open.clear()
    async with a_door(tg, base) as door, door.opened(receiver):
        answer = asyncio.create_task(door.deliver(UPDATE))
        await asyncio.wait_for(receiver.entered.wait(), 10)
        assert not answer.done()
        receiver.open.set()
        assert (await answer).status_code == 200
    assert said(receiver.events) == ["no code"]


async def test_what_cannot_be_stored_comes_again_when_telegram_is_told(tg: FakeTelegram, base: str) -> None:
    """Telegram waits as long as the answer says, and not ever longer."""
    tg.settings(webhook_scale=0.02)
    receiver = Receiver(refusals=2)
    tg.say(ANNA, "one")
    async with a_door(tg, base) as door, door.opened(receiver):
        await confirmed(tg)
        assert [said(batch) for batch in receiver.batches] == [["one"]] * 3
        receiver.refusals = 1
        refused = await door.deliver(UPDATE)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, str(RETRY_AFTER_S))


async def test_a_fault_of_ours_loses_nothing_and_tells_nothing(
    tg: FakeTelegram, base: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(_: object) -> None:
        raise RuntimeError("hunter" + "2")

    async with a_door(tg, base) as door, door.opened(broken):
        assert (await door.deliver(UPDATE)).status_code == 503
    assert "RuntimeError" in caplog.text
    assert "hunter2" not in caplog.text


async def test_while_the_bot_does_not_receive_telegram_is_asked_to_come_back(
    tg: FakeTelegram, base: str
) -> None:
    receiver = Receiver()
    async with a_door(tg, base) as door:
        assert (await door.deliver(UPDATE)).status_code == 503
        async with door.opened(receiver):
            assert (await door.deliver(UPDATE)).status_code == 200
        assert (await door.deliver(UPDATE)).status_code == 503
    assert said(receiver.events) == ["no code"]


async def test_a_delivery_whose_answer_is_lost_comes_again_as_the_same_event(
    tg: FakeTelegram, base: str
) -> None:
    tg.fault("drop_after", method="webhook")
    receiver = Receiver()
    tg.say(ANNA, "one")
    async with a_door(tg, base) as door, door.opened(receiver):
        await confirmed(tg)
    assert said(receiver.events) == ["one", "one"]
    assert len({event.id for event in receiver.events}) == 1


# Order


async def test_what_is_here_together_is_taken_in_the_order_of_its_numbers(
    tg: FakeTelegram, base: str
) -> None:
    """A message and a press of one person come side by side, in any order."""
    receiver = Receiver()
    receiver.open.clear()
    async with a_door(tg, base) as door, door.opened(receiver):
        first = asyncio.create_task(door.deliver({"update_id": 10, "message": private(text="10")}))
        await asyncio.wait_for(receiver.entered.wait(), 10)
        others = []
        for number in (13, 11, 12):
            update = {"update_id": number, "message": private(text=str(number))}
            others.append(asyncio.create_task(door.deliver(update)))
            await asyncio.sleep(0.1)
        receiver.open.set()
        assert {answer.status_code for answer in await asyncio.gather(first, *others)} == {200}
    assert [said(batch) for batch in receiver.batches] == [["10"], ["11", "12", "13"]]


async def test_a_press_by_webhook_is_the_choice_and_is_answered(tg: FakeTelegram, base: str) -> None:
    receiver = Receiver()
    async with a_door(tg, base) as door, door.opened(receiver):
        await door.channel.send(str(ANNA), QUESTION)
        query = tg.press(ANNA, "No").query_id
        (event,) = await receiver.wait(1)
        await asyncio.to_thread(tg.wait_calls, "answerCallbackQuery")
    assert isinstance(event, ChoicePicked)
    assert (event.choice, event.screen) == ("no", 7)
    assert query is not None
    assert tg.answer(query) is not None


async def test_an_album_is_one_attachment_though_each_picture_comes_by_itself(
    tg: FakeTelegram, base: str
) -> None:
    """Also where its first picture is delivered again, because it could not be stored."""
    tg.settings(webhook_scale=0.02)
    receiver = Receiver(refusals=1)
    for _ in range(3):
        tg.update("message", private(photo=[], media_group_id="g1"))
    tg.update("message", private(photo=[], media_group_id="g2"))
    async with a_door(tg, base) as door, door.opened(receiver):
        await confirmed(tg)
    stored = [event for batch in receiver.batches[1:] for event in batch]
    assert [type(event) for event in stored] == [AttachmentReceived] * 2


async def test_no_log_line_holds_a_secret_or_what_somebody_wrote(
    tg: FakeTelegram, base: str, caplog: pytest.LogCaptureFixture
) -> None:
    """At DEBUG too, of every library, whatever goes wrong."""
    caplog.set_level(logging.DEBUG)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # the test's own client
    logging.getLogger("httpcore").setLevel(logging.WARNING)
    receiver = Receiver(refusals=1)
    words = {"update_id": 9, "message": private(text="hunter2")}
    async with a_door(tg, base) as door, door.opened(receiver):
        assert (await door.deliver(words)).status_code == 503
        assert (await door.deliver(words, "wrong")).status_code == 403
        assert (await door.deliver(words)).status_code == 200
        await garbage(door)
    path = door.webhook.address.rpartition("/")[2]
    assert "BadHttpMessage" in caplog.text
    for secret in (SECRET, path, "hunter2", tg.token.partition(":")[2]):
        assert secret not in caplog.text


async def garbage(door: Door) -> None:
    """Say something to the right address that is no HTTP."""
    host, port = door.http.base_url.host, int(door.webhook.address.split(":")[2].partition("/")[0])
    reader, writer = await asyncio.open_connection(host or "127.0.0.1", port)
    writer.write(f"POST {door.webhook.address} HTTP/1.1\r\nhunter2\x00: {SECRET}\r\n\r\n".encode())
    assert b" 400 " in await reader.readline()
    writer.close()
    await writer.wait_closed()


# The settings


def settings(**more: str) -> Settings:
    return Settings.from_env({f"SPAREKEY_TELEGRAM_{name.upper()}": value for name, value in more.items()})


def test_a_webhook_without_a_secret_is_refused_with_the_way_to_make_one() -> None:
    with pytest.raises(ConfigError, match=r"SPAREKEY_TELEGRAM_WEBHOOK_SECRET: .*openssl rand -hex 32"):
        settings(webhook="https://support.example.com")


@pytest.mark.parametrize(
    "secret", ["x" * 31, "x" * 257, "x" * 40 + "!", "\u0669" * 40, "x" * 20 + " " + "x" * 20]
)
def test_a_secret_that_telegram_refuses_or_somebody_guesses_is_refused_and_not_shown(secret: str) -> None:
    with pytest.raises(ConfigError, match="openssl rand -hex 32") as caught:
        settings(webhook="https://support.example.com", webhook_secret=secret)
    assert secret not in str(caught.value)


@pytest.mark.parametrize(
    "address",
    ["support.example.com", "http://support.example.com", "https://", "https://a:b@c.de", "https://a.de/?b", "https://a.de/#b"],
)  # fmt: skip
def test_an_address_that_telegram_cannot_reach_is_refused(address: str) -> None:
    with pytest.raises(ConfigError, match="SPAREKEY_TELEGRAM_WEBHOOK: it is not a public address"):
        settings(webhook=address, webhook_secret=SECRET)


def test_the_secret_is_in_no_repr() -> None:
    found = settings(webhook="https://support.example.com/a/", webhook_secret=SECRET)
    assert (found.telegram_webhook, SECRET in repr(found)) == ("https://support.example.com/a", False)


# The doctor


async def told(tg: FakeTelegram, **more: str) -> str:
    found = settings(token=tg.token, api=tg.url, **more)
    line = str(await doctor._finding("telegram", doctor._telegram, found))
    assert SECRET not in line
    return line


async def test_the_doctor_tells_how_messages_come_and_how_many_wait(tg: FakeTelegram) -> None:
    assert (await told(tg)).endswith(f"at {tg.url}. Messages are polled.")
    tg.say(ANNA, "one")
    assert "OK" in (line := await told(tg))
    assert "Waiting there: 1" in line


async def test_the_doctor_tells_of_a_webhook_that_is_not_ours_or_of_none(tg: FakeTelegram, base: str) -> None:
    ours = {"webhook": base, "webhook_secret": SECRET}
    assert "FAULT. No webhook is set" in await told(tg, **ours)
    async with a_door(tg, base) as door, door.opened(Receiver()):
        assert (await told(tg, **ours)).endswith(f"Messages are delivered to {base}.")
        assert "FAULT. Messages go by webhook to 127.0.0.1" in await told(tg)
        assert "FAULT. Messages go to another address" in await told(
            tg, webhook=base, webhook_secret=SECRET[::-1]
        )
        assert door.webhook.address.rpartition("/")[2] not in await told(tg)


async def test_the_doctor_tells_what_telegram_was_told_to_keep_back(tg: FakeTelegram, base: str) -> None:
    """Somebody who tries things out by hand easily sets the same address for fewer kinds."""
    ours = {"webhook": base, "webhook_secret": SECRET}
    async with a_door(tg, base) as door, door.opened(Receiver()):
        asked = {"url": door.webhook.address, "secret_token": SECRET, "allowed_updates": ["message"]}
        assert (await door.http.post(f"{tg.api_url}/setWebhook", json=asked)).is_success
        line = await told(tg, **ours)
    assert "FAULT. Telegram keeps back edited_message, callback_query" in line
    assert "Restart `sparekey serve`" in line


def test_the_doctor_tells_of_trouble_that_is_telegrams_own_until_it_is_long_ago() -> None:
    info, found = {"last_synchronization_error_date": 1_700_000_000}, settings(token="1:a", api="http://x")
    for minutes, fault in ((9, True), (11, False)):
        now = datetime.fromtimestamp(1_700_000_000 + 60 * minutes, UTC)
        if fault:
            with pytest.raises(SparekeyError, match="nothing is to be done here"):
                doctor._arrival(found, info, now)
        else:
            assert doctor._arrival(found, info, now) == "Messages are polled."


async def test_the_doctor_tells_the_last_failure_to_deliver_with_its_cure_until_it_is_long_ago(
    tg: FakeTelegram, base: str
) -> None:
    ours = {"webhook": base, "webhook_secret": SECRET}
    tg.settings(webhook_scale=0.02)
    tg.say(ANNA, "one")
    async with a_door(tg, base) as door, door.opened(Receiver(refusals=1)):
        await confirmed(tg)
    line = await told(tg, **ours)
    assert "FAULT. Telegram could not deliver, the last time 0 min ago, and 0 wait there" in line
    assert "503" in line
    assert "its log says what" in line
    tg.say(ANNA, "two")  # and nobody listens
    while "Connection failed" not in (line := await told(tg, **ours)):
        await asyncio.sleep(0.02)
    assert "1 wait there" in line
    assert "must be reachable from the internet" in line


def test_the_doctor_forgets_a_failure_that_is_long_over(base: str) -> None:
    found = settings(webhook=base, webhook_secret=SECRET)
    info = {"url": Webhook(base, SECRET).address, "last_error_date": 1_700_000_000, "last_error_message": "x"}
    for minutes, fault in ((9, True), (11, False)):
        now = datetime.fromtimestamp(1_700_000_000 + 60 * minutes, UTC)
        if fault:
            with pytest.raises(SparekeyError, match="9 min ago"):
                doctor._arrival(found, info, now)
        else:
            assert doctor._arrival(found, info, now) == f"Messages are delivered to {base}."
