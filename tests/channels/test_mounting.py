"""Sparekey within another bot: whose an update is, what an answer means over a borrowed bot, and what is acknowledged when."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiogram import Bot as AiogramBot
from aiogram import Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Update as AiogramUpdate
from telegram import Update as PtbUpdate
from telegram.ext import Application, ChatMemberHandler, CommandHandler, MessageHandler, filters

from bot.channels.telegram.bot_api import BotApi
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.mounting import aiogram_host, ingress, ptb_host
from bot.channels.telegram.mounting.claims import Claim, Claims, Take
from bot.channels.telegram.mounting.guest import Guest, Seat, goes_on
from bot.channels.telegram.mounting.ingress import Ingress
from bot.core.conversation import Conversation
from bot.core.events import ChatBlocked, ConversationStarted, TextReceived
from bot.core.vocabulary import Status
from bot.errors import (
    ChannelBusy,
    ChannelUnreachable,
    ConfigError,
    MessageRefused,
    RecipientGone,
    StoreBusy,
)
from bot.mounting import sparekey_router
from bot.ports import Incoming, Lane
from bot.service.clock import SystemClock
from bot.settings import Settings
from bot.testing import MemoryStore
from tests.channels.test_transports import Scripted, http
from tests.fake_telegram.client import FakeTelegram

pytest_plugins = ["tests.fake_telegram.fixture"]

TOKEN = "4711:s3cr3t-half"
COMMANDS = frozenset({"start", "help", "human"})
NOW = datetime(2026, 1, 2, tzinfo=UTC)
ANNA = {"id": 7, "is_bot": False, "first_name": "Anna"}


def said(text: str, number: int = 1, chat: int = 7, kind: str = "private", **more: Any) -> dict[str, Any]:
    message = {"message_id": number, "date": 1_700_000_000, "chat": {"id": chat, "type": kind}, "from": ANNA}
    return {"update_id": number, "message": message | {"text": text} | more}


def pressed(data: str) -> dict[str, Any]:
    query = {"id": "1", "from": ANNA, "chat_instance": "x", "data": data, "message": said("?")["message"]}
    return {"update_id": 1, "callback_query": query}


def left(number: int = 1, kind: str = "private") -> dict[str, Any]:
    """Anna blocks the bot."""
    bot = {"id": 4711, "is_bot": True, "first_name": "Shop"}
    there, gone = {"user": bot, "status": "member"}, {"user": bot, "status": "kicked", "until_date": 0}
    change = {"chat": {"id": 7, "type": kind}, "from": ANNA, "date": 1_700_000_000}
    return {
        "update_id": number,
        "my_chat_member": change | {"old_chat_member": there, "new_chat_member": gone},
    }


#: The payload of a one-time address.
ADDRESS = "link-" + "A-_" * 14 + "z"

# Whose an update is


@pytest.mark.parametrize(
    ("update", "by_command", "rest"),
    [
        (said("/support"), Claim.OURS, Claim.OURS),
        (said("/support@shop_bot my code never comes"), Claim.OURS, Claim.OURS),
        (said("/start support"), Claim.OURS, Claim.OURS),
        (said("/start"), Claim.THEIRS, Claim.OURS),
        (said("/start gift"), Claim.THEIRS, Claim.OURS),
        (said(f"/start {ADDRESS}"), Claim.OURS, Claim.OURS),
        (said(f"/start {ADDRESS}x"), Claim.THEIRS, Claim.OURS),
        (said(f"/start {ADDRESS}", kind="group"), Claim.THEIRS, Claim.THEIRS),
        (left(), Claim.SHARED, Claim.SHARED),
        (left(kind="group"), Claim.THEIRS, Claim.THEIRS),
        (said("/orders"), Claim.THEIRS, Claim.OURS),
        (said("/supporters"), Claim.THEIRS, Claim.OURS),
        (said("/human"), Claim.WHILE_OPEN, Claim.OURS),
        (said("no code comes"), Claim.WHILE_OPEN, Claim.OURS),
        (said("", voice={}), Claim.WHILE_OPEN, Claim.OURS),
        (said("/support", kind="group"), Claim.THEIRS, Claim.THEIRS),
        (pressed("v1:3:arrived"), Claim.OURS, Claim.OURS),
        (pressed("buy:17"), Claim.THEIRS, Claim.THEIRS),
        ({"update_id": 1, "inline_query": {"id": "1"}}, Claim.THEIRS, Claim.THEIRS),
        ({"update_id": 1, "edited_message": said("x")["message"]}, Claim.WHILE_OPEN, Claim.OURS),
    ],
)
def test_ours_is_what_our_command_opens_and_their_commands_stay_theirs(
    update: dict[str, Any], by_command: Claim, rest: Claim
) -> None:
    assert Claims(command="support", take="command").of(update, COMMANDS) is by_command
    assert Claims(command="support", take="rest").of(update, COMMANDS) is rest


@pytest.mark.parametrize(
    ("status", "silent", "ours"),
    [
        (Status.PENDING, timedelta(hours=23), True),
        (Status.PENDING, timedelta(hours=25), False),
        (Status.OPEN, timedelta(days=9), True),
        (Status.RESOLVED, timedelta(minutes=1), False),
    ],
)
async def test_a_conversation_lasts_to_its_end_a_forgotten_one_a_day_and_one_of_a_human_until_it_is_closed(
    status: Status, silent: timedelta, ours: bool
) -> None:
    store, lane = MemoryStore(), Lane("telegram", "7")
    conversation = Conversation(
        id="1",
        channel=lane.channel,
        contact=lane.contact,
        started_at=NOW - timedelta(days=10),
        language="en",
        status=status,
        active_at=NOW - silent,
    )
    await store.write(lambda tx: tx.save(conversation))
    assert await store.read(lambda view: goes_on(view, lane, NOW)) is ours
    assert not await store.read(lambda view: goes_on(view, Lane("telegram", "8"), NOW))


# Taking in


@dataclass
class Desk:
    """Takes in like the real one, as slowly and as badly as a test wants."""

    store: MemoryStore = field(default_factory=MemoryStore)
    got: list[Incoming] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)
    open: asyncio.Event = field(default_factory=asyncio.Event)

    async def receive(self, batch: Sequence[Incoming]) -> None:
        await self.open.wait()
        if self.faults:
            raise self.faults.pop()
        await self.store.write(lambda tx: [tx.receive(each) for each in batch])
        self.got += batch

    @asynccontextmanager
    async def seat(self, api: BotApi) -> AsyncIterator[Seat]:
        channel = TelegramChannel(api)
        yield Seat(
            store=self.store, channel=channel, clock=SystemClock(), receive=self.receive, commands=COMMANDS
        )
        await channel.close()

    def guest(self, take: Take = "command") -> Guest:
        return Guest(Claims(command="support", take=take), self.seat)


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.open.set()
    return desk


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    bot = AiogramBot(TOKEN)
    yield aiogram_host.BorrowedBot(bot)
    await bot.session.close()


async def test_what_opens_becomes_a_start_or_the_words_behind_it(desk: Desk, api: BotApi) -> None:
    guest = desk.guest()
    await guest.arrive(api)
    assert await guest.takes(said("/support", 1))
    assert await guest.takes(said("/start support", 2))
    assert await guest.takes(said("/support no otp coming", 3))
    assert await guest.takes(said("hello", 4)), "what is in the inbox already counts as a conversation"
    await guest.leave()
    events = [each.event for each in desk.got]
    assert [type(event) for event in events] == [
        ConversationStarted,
        ConversationStarted,
        TextReceived,
        TextReceived,
    ]
    assert isinstance(events[2], TextReceived)
    assert events[2].text == "no otp coming"


async def test_what_is_not_ours_is_left_and_so_is_everything_before_we_arrive(
    desk: Desk, api: BotApi
) -> None:
    guest = desk.guest()
    assert not await guest.takes(said("/support"))
    await guest.arrive(api)
    assert not await guest.takes(said("hello"))
    assert not await guest.takes(said("/orders"))
    await guest.leave()
    assert desk.got == []


async def test_a_one_time_address_keeps_its_payload(desk: Desk, api: BotApi) -> None:
    guest = desk.guest()
    await guest.arrive(api)
    assert await guest.takes(said(f"/start {ADDRESS}"))
    await guest.leave()
    (event,) = [each.event for each in desk.got]
    assert isinstance(event, ConversationStarted)
    assert event.payload == ADDRESS


async def test_that_somebody_blocks_the_bot_is_noted_where_they_talk_to_us_and_stays_theirs(
    desk: Desk, api: BotApi
) -> None:
    guest = desk.guest("rest")
    await guest.arrive(api)
    assert not await guest.takes(left(1))
    assert desk.got == []
    assert await guest.takes(said("/support", 2))
    assert not await guest.takes(left(3))
    await guest.leave()
    assert [type(each.event) for each in desk.got] == [ConversationStarted, ChatBlocked]


async def test_it_answers_only_when_the_update_is_durable(
    desk: Desk, api: BotApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.telegram.channel.FIRST_PAUSE_S", 0.01)
    desk.faults += [StoreBusy(), StoreBusy()]
    desk.open.clear()
    guest = desk.guest()
    await guest.arrive(api)
    taking = asyncio.create_task(guest.takes(said("/support")))
    settled = asyncio.create_task(guest.settle())
    await asyncio.wait([taking, settled], timeout=0.05)
    assert not taking.done()
    assert not settled.done()
    desk.open.set()
    assert await taking
    await settled
    assert desk.faults == []
    assert len(desk.got) == 1
    await guest.leave()


async def test_a_chat_keeps_its_order_and_waits_for_nobody_else(desk: Desk, api: BotApi) -> None:
    desk.open.clear()
    guest = desk.guest()
    await guest.arrive(api)
    texts = [said("/support", 1), said("one", 2), said("two", 3), said("/support", 4, chat=8)]
    taking = [asyncio.create_task(guest.takes(each)) for each in texts]
    await asyncio.wait(taking, timeout=0.05)
    desk.open.set()
    assert all(await asyncio.gather(*taking)), (
        "a text behind our command is ours, although no turn was taken yet"
    )
    await guest.leave()
    numbers = [each.event.id for each in desk.got if each.lane.contact == "7"]
    assert numbers == ["tg4711-1", "tg4711-2", "tg4711-3"]


# What the libraries hand over


@pytest.mark.parametrize(
    "update",
    [
        said(
            "hello",
            entities=[{"type": "bold", "offset": 0, "length": 5}],
            reply_markup={"inline_keyboard": []},
        ),
        said("hello", link_preview_options={"is_disabled": True}, something_new={"a": [1]}),
        pressed("v1:3:arrived"),
    ],
)
def test_an_update_comes_through_either_library_as_it_was(update: dict[str, Any]) -> None:
    """What python-telegram-bot adds are absent flags, which it tells as false."""
    assert aiogram_host._wire(AiogramUpdate.model_validate(update)) == update
    through = ptb_host._wire(PtbUpdate.de_json(update, None))
    message = update.get("message", {})
    assert through["update_id"] == update["update_id"]
    assert {name: through.get("message", {}).get(name) for name in message if name != "reply_markup"} == {
        name: value for name, value in message.items() if name != "reply_markup"
    }
    if "callback_query" in update:
        assert through["callback_query"]["data"] == "v1:3:arrived"


@asynccontextmanager
async def borrowed(library: str, address: str) -> AsyncIterator[BotApi]:
    if library == "aiogram":
        bot = AiogramBot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(address)))
        yield aiogram_host.BorrowedBot(bot)
        await bot.session.close()
    else:
        application = Application.builder().token(TOKEN).base_url(f"{address}/bot").build()
        yield ptb_host.BorrowedBot(application.bot)
        for request in application.bot._request:
            await request.shutdown()


# python-telegram-bot itself warns whenever it is asked to wait: its own field will have another type.
@pytest.mark.filterwarnings("ignore:Deprecated since version v22.2")
@pytest.mark.parametrize("library", ["aiogram", "ptb"])
@pytest.mark.parametrize(
    ("status", "body", "meaning"),
    [
        (403, '{"ok":false,"description":"Forbidden: bot was blocked by the user"}', RecipientGone),
        (400, '{"ok":false,"description":"Bad Request: chat not found"}', RecipientGone),
        (400, '{"ok":false,"description":"Bad Request: message is too long"}', MessageRefused),
        (429, '{"ok":false,"description":"Too Many","parameters":{"retry_after":7}}', ChannelBusy),
        (401, '{"ok":false,"description":"Unauthorized"}', ConfigError),
        (500, '{"ok":false,"description":"Internal"}', ChannelUnreachable),
        (403, "<html>a proxy's page: my password is hunter2</html>", ChannelUnreachable),
        (502, "<html>a proxy's page: my password is hunter2</html>", ChannelUnreachable),
        (200, "", ChannelUnreachable),
    ],
)
async def test_a_borrowed_bot_reads_the_same_meaning_into_an_answer(
    library: str, status: int, body: str, meaning: type[Exception]
) -> None:
    script = Scripted([http(status, body)])
    server = await asyncio.start_server(script.serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    async with server, borrowed(library, f"http://{host}:{port}") as api:
        with pytest.raises(meaning) as raised:
            await api.send_message({"chat_id": 7, "text": "my password is hunter2"})
    assert "hunter2" not in str(raised.value)
    assert "s3cr3t" not in str(raised.value)
    if isinstance(raised.value, ChannelBusy):
        assert raised.value.retry_after_s == 7


# An application that has handlers of its own


async def test_in_an_application_their_command_comes_first_but_for_ours(
    desk: Desk, fake_telegram: FakeTelegram
) -> None:
    async def theirs(*_: object) -> None: ...

    application = (
        Application.builder().token(fake_telegram.token).base_url(f"{fake_telegram.url}/bot").build()
    )
    await application.initialize()
    application.add_handler(CommandHandler("human", theirs))
    application.add_handler(MessageHandler(filters.Regex("order"), theirs))
    for take, expected in (
        ("command", [True, False, False, False, False]),
        ("rest", [True, True, False, False, False]),
    ):
        guest = desk.guest(take)  # type: ignore[arg-type]
        handlers = ptb_host.SparekeyHandlers(application, guest, take)  # type: ignore[arg-type]
        await guest.arrive(ptb_host.BorrowedBot(application.bot))
        application.add_handler(CommandHandler("start", theirs))
        application.add_handler(ChatMemberHandler(theirs))
        told = said(f"/start {ADDRESS}", entities=_command(6))
        texts = (said("/human", entities=_command(6)), said("my order"), said("hello"), told, left())
        assert [
            handlers._is_theirs(PtbUpdate.de_json(raw, application.bot), raw) for raw in texts
        ] == expected
        ours = said("/support", entities=_command(8))
        assert not handlers._is_theirs(PtbUpdate.de_json(ours, application.bot), ours)
        await guest.leave()
    await application.shutdown()


def _command(length: int) -> list[dict[str, Any]]:
    return [{"type": "bot_command", "offset": 0, "length": length}]


# The durable way


@dataclass
class Telegram:
    """Hands out batches, and notes what was acknowledged."""

    batches: list[list[dict[str, Any]]]
    offsets: list[int | None] = field(default_factory=list)
    done: asyncio.Event = field(default_factory=asyncio.Event)

    async def delete_webhook(self) -> None: ...

    async def get_updates(self, offset: int | None, *_: object) -> list[dict[str, Any]]:
        self.offsets.append(offset)
        if not self.batches:
            self.done.set()
            await asyncio.Event().wait()
        return self.batches.pop(0)


async def test_a_batch_is_acknowledged_when_ours_is_durable_and_their_handlers_have_returned(
    desk: Desk, api: BotApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Theirs are waited for a while; one that fails is passed over; ours is waited for however long it takes."""
    monkeypatch.setattr(ingress, "PATIENCE_S", 0.05)
    desk.open.clear()
    guest = desk.guest()
    await guest.arrive(api)
    never, seen = asyncio.Event(), []

    async def hand_on(update: Any) -> None:
        seen.append(update["update_id"])
        if await guest.takes(update):
            return
        if update["update_id"] == 2:
            raise ValueError("theirs fails")
        await never.wait()

    telegram = Telegram(
        [[said("/support", 1), said("x", 2, chat=8), said("y", 3, chat=9), said("z", 4, chat=9)]]
    )
    polling = asyncio.create_task(Ingress(telegram, guest, hand_on, ())._poll_for_ever())  # type: ignore[arg-type]
    await asyncio.wait([polling], timeout=0.3)
    assert telegram.offsets == [None], "ours is not durable"
    assert sorted(seen) == [1, 2, 3, 4]
    assert seen.index(3) < seen.index(4)
    desk.open.set()
    async with asyncio.timeout(10):
        await telegram.done.wait()
    assert telegram.offsets == [None, 5]
    polling.cancel()
    never.set()
    await asyncio.gather(polling, return_exceptions=True)
    await guest.leave()


# What it costs to import


@pytest.mark.parametrize(("library", "other"), [("aiogram", "telegram"), ("telegram", "aiogram")])
def test_mounting_in_one_library_imports_not_the_other(library: str, other: str) -> None:
    call = "m.sparekey_router(s)" if library == "aiogram" else "m.sparekey_handlers(a, s)"
    program = (
        "import sys, bot.mounting as m; from bot.settings import Settings; s = Settings();"
        "assert not {'aiogram', 'telegram'} & sys.modules.keys();"
        + (
            "from telegram.ext import Application; a = Application.builder().token('1:a').build();"
            if library == "telegram"
            else ""
        )
        + f"{call}; sys.exit('{other}' in sys.modules or '{library}' not in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize("command", ["start", "Support", "two words", "/support", ""])
def test_a_command_that_telegram_would_not_take_is_refused(command: str) -> None:
    with pytest.raises(ConfigError, match="cannot be our command"):
        sparekey_router(Settings(), command=command)


async def test_the_router_asks_telegram_for_the_kinds_it_needs() -> None:
    dispatcher = Dispatcher()
    dispatcher.include_router(sparekey_router(Settings()))
    kinds = {"message", "edited_message", "callback_query", "my_chat_member"}
    assert kinds <= set(dispatcher.resolve_used_update_types())
