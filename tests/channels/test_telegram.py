"""The Telegram channel, over the fake Telegram with each library: a real process, real HTTP."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import socket
import traceback
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.adapters.accounts.demo import DemoAccounts
from bot.adapters.storage import migrate
from bot.adapters.storage.store import SqlStore
from bot.bootstrap import load_reader
from bot.channels.telegram import showing, wire
from bot.channels.telegram.aiogram_transport import AiogramTransport
from bot.channels.telegram.bot_api import BotApi
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.ptb_transport import PtbTransport
from bot.core.commands import Choice, SendMessage
from bot.core.events import (
    AttachmentReceived,
    ChatBlocked,
    ChatUnblocked,
    ChoicePicked,
    ConversationStarted,
    Event,
    HeardInGroup,
    TextReceived,
)
from bot.errors import (
    ChannelBusy,
    ChannelError,
    ChannelUnreachable,
    ConfigError,
    MessageRefused,
    RecipientGone,
    StoreBusy,
)
from bot.ports import Incoming, Lane, Receive
from bot.service.clock import SystemClock
from bot.service.desk import Desk
from bot.service.reading import Reader
from bot.settings import Settings
from bot.testing import ManualClock
from tests.fake_telegram.client import FakeTelegram, FaultKind

pytest_plugins = ["tests.fake_telegram.fixture"]

ANNA, BEN, GROUP = 1001, 1002, -100
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
AT = int(NOON.timestamp())
TEXT = SendMessage(id="e:0", text="Hello")
QUESTION = SendMessage(
    id="e:1",
    text="Did it come?",
    choices=(Choice(id="yes", label="Yes, it did"), Choice(id="no", label="No")),
    screen=7,
)


# What Telegram says, as events


def private(**content: Any) -> dict[str, Any]:
    sender = {"id": ANNA, "is_bot": False, "first_name": "Anna", "language_code": "pt-br"}
    return {
        "message_id": 5,
        "date": AT,
        "from": sender,
        "chat": {"id": ANNA, "type": "private"},
        **content,
    }


def press(data: str | None, **message: Any) -> dict[str, Any]:
    shown = {"message_id": 4, "date": 0, "chat": {"id": ANNA, "type": "private"}, **message}
    query = {"id": "77", "from": {"id": ANNA, "is_bot": False}, "message": shown, "chat_instance": "1"}
    return {"callback_query": query | ({"data": data} if data is not None else {})}


def text(said: str) -> TextReceived:
    return TextReceived(id="tg9-3", at=NOON, text=said, message="5", language="pt")


def attachment(kind: str) -> AttachmentReceived:
    return AttachmentReceived(id="tg9-3", at=NOON, kind=kind)


def picked(choice: str, screen: int, message: str | None = None) -> ChoicePicked:
    return ChoicePicked(id="tg9-3", at=NOON, choice=choice, screen=screen, message=message, press="77")


def started(payload: str | None = None) -> ConversationStarted:
    return ConversationStarted(id="tg9-3", at=NOON, language="pt", payload=payload)


def shared(number: str) -> TextReceived:
    return TextReceived(id="tg9-3", at=NOON, text=number, message="5", language="pt", shared=True)


def contact(number: str, owner: int = ANNA, **message: Any) -> dict[str, Any]:
    return {
        "message": private(contact={"phone_number": number, "first_name": "A", "user_id": owner}, **message)
    }


def in_group(kind: str = "supergroup", **message: Any) -> dict[str, Any]:
    return {"message": private(**{"chat": {"id": GROUP, "type": kind}, **message})}


def member(before: str, after: str, chat: dict[str, Any]) -> dict[str, Any]:
    states = {"old_chat_member": {"status": before}, "new_chat_member": {"status": after}}
    return {"my_chat_member": private(chat=chat) | states}


HEARD = HeardInGroup(id="tg9-3", at=NOON, language="pt")
OURS, OTHER_BOT = {"id": 9, "is_bot": True}, {"id": 3, "is_bot": True}
PRIVATE, TEAM = {"id": ANNA, "type": "private"}, {"id": GROUP, "type": "group"}
PICTURE: dict[str, Any] = {"photo": [{"file_id": "a"}], "caption": "my password is x"}
MAPPED: Sequence[tuple[dict[str, Any], Event | None]] = [
    ({"message": private(text="no code")}, text("no code")),
    ({"message": private(text="/start")}, started()),
    ({"message": private(text="/start case_17-B")}, started("case_17-B")),
    ({"message": private(text="/start " + "x" * 64)}, started("x" * 64)),
    ({"message": private(text="/start " + "x" * 65)}, started()),
    ({"message": private(text="/start two words")}, started()),
    ({"message": private(text="/start <b>")}, started()),
    ({"message": private(text="/start@SomeBot")}, started()),
    ({"message": private(text="/started it")}, text("/started it")),
    ({"message": private(text="/human")}, text("/human")),
    ({"message": private(text="/language@SomeBot fr")}, text("/language fr")),
    ({"message": private(text="/etc/hosts is no command")}, text("/etc/hosts is no command")),
    ({"message": private(**PICTURE)}, attachment("photo")),
    ({"message": private(voice={"file_id": "a"})}, attachment("voice")),
    ({"message": private(document={"file_id": "a"})}, attachment("document")),
    ({"message": private(animation={"file_id": "a"}, document={"file_id": "a"})}, attachment("animation")),
    ({"message": private(sticker={"file_id": "a"})}, attachment("sticker")),
    ({"message": private(video={"file_id": "a"})}, attachment("video")),
    ({"message": private(location={"latitude": 1})}, attachment("location")),
    ({"message": private(venue={"title": "a"}, location={"latitude": 1})}, attachment("venue")),
    ({"message": private(poll={"id": "1"})}, attachment("poll")),
    ({"message": private(pinned_message={"message_id": 4})}, None),
    ({"message": private(message_auto_delete_timer_changed={})}, None),
    (contact("886936130000"), shared("+886936130000")),
    (contact("+886 936 130-000"), shared("+886936130000")),
    (contact("886936130000", owner=BEN), attachment("contact")),
    (contact("886936130000", forward_origin={"type": "user"}), attachment("contact")),
    (contact("886936130000", via_bot=OTHER_BOT), attachment("contact")),
    ({"message": private(contact={"phone_number": "+15550100"})}, attachment("contact")),
    ({"edited_message": private(text="my code is 123456", edit_date=AT)}, attachment("edited")),
    ({"edited_message": private(location={"latitude": 1}, edit_date=AT)}, None),
    (press("v1:7:yes", date=AT), picked("yes", 7, message="4")),
    (press("v1:7:yes"), picked("yes", 7)),
    (press("v1:007:no_sms"), picked("no_sms", 7)),
    (press("v2:7:yes"), picked("?", -1)),
    (press("v1:-7:yes"), picked("?", -1)),
    (press("v1:99999999999:yes"), picked("?", -1)),
    (press("v1:7:ye s\n"), picked("?", -1)),
    (press(None), picked("?", -1)),
    (press("v1:7:yes", chat={"id": GROUP, "type": "supergroup"}), None),
    (press("v1:7:yes", chat={"id": BEN, "type": "private"}), None),
    (
        {"callback_query": {"id": "77", "from": {"id": ANNA}, "inline_message_id": "x", "data": "v1:7:yes"}},
        None,
    ),
    (in_group(text="hi"), None),
    (in_group(text="/start"), HEARD),
    (in_group("group", text="/help@our_bot"), HEARD),
    (in_group(text="/help@another_bot"), None),
    (in_group(text="my code is 123456", reply_to_message={"from": OURS}), HEARD),
    (in_group(text="well", reply_to_message={"from": OTHER_BOT}), None),
    (in_group(text="/start", **{"from": OTHER_BOT}), None),
    (
        in_group(text="/start", **{"from": OTHER_BOT}, sender_chat=TEAM),
        dataclasses.replace(HEARD, language=None),
    ),
    (in_group(migrate_to_chat_id=-5), None),
    ({"channel_post": private(text="hi", chat={"id": GROUP, "type": "channel"})}, None),
    (in_group("channel", text="/start"), None),
    ({"message": private(text="hi", **{"from": OTHER_BOT})}, None),
    (member("member", "kicked", PRIVATE), ChatBlocked(id="tg9-3", at=NOON)),
    (member("kicked", "member", PRIVATE), ChatUnblocked(id="tg9-3", at=NOON)),
    (member("left", "member", TEAM), HEARD),
    (member("member", "administrator", TEAM), None),
    (member("member", "kicked", TEAM), None),
    (member("left", "administrator", {"id": GROUP, "type": "channel"}), None),
    ({"inline_query": {"id": "1", "from": {"id": ANNA}, "query": "my code is 123456"}}, None),
    ({"something_of_next_year": 1}, None),
]


@pytest.mark.parametrize(("update", "event"), MAPPED)
def test_an_update_becomes_an_event_of_its_chat(update: dict[str, Any], event: Event | None) -> None:
    whose = GROUP if isinstance(event, HeardInGroup) else ANNA
    expected = None if event is None else Incoming(lane=Lane("telegram", str(whose)), event=event)
    assert wire.read({"update_id": 3, **update}, 9, NOON, "our_bot") == expected


SIZES = [{"file_id": "AgAC-s", "width": 90}, {"file_id": "AgAC-L_1", "width": 1280}]
LOOK = AttachmentReceived(id="tg9-3", at=NOON, kind="photo", picture="telegram:AgAC-L_1", message="5")
SHOWN: Sequence[tuple[dict[str, Any], Event]] = [
    ({"message": private(photo=SIZES)}, LOOK),
    ({"message": private(photo=SIZES, caption="see?")}, dataclasses.replace(LOOK, text="see?")),
    ({"message": private(photo=SIZES, has_media_spoiler=True, forward_origin={"type": "user"})}, LOOK),
    ({"message": private(document={"file_id": "a"}, caption="see?")}, attachment("document")),
    ({"message": private(animation={"file_id": "a"}, document={"file_id": "a"})}, attachment("animation")),
    ({"message": private(video={"file_id": "a"}, caption="see?")}, attachment("video")),
    ({"edited_message": private(photo=SIZES, caption="see!", edit_date=AT)}, attachment("edited")),
]


@pytest.mark.parametrize(("update", "event"), SHOWN)
def test_where_pictures_are_allowed_a_photo_is_told_by_its_largest_size(
    update: dict[str, Any], event: Event
) -> None:
    read = wire.read({"update_id": 3, **update}, 9, NOON, "our_bot", pictures=True)
    assert read == Incoming(lane=Lane("telegram", str(ANNA)), event=event)


@pytest.mark.parametrize(
    "strange",
    [
        {"photo": []},
        {"photo": [{"file_id": "a b", "width": 1}]},
        {"photo": SIZES, "caption": {"x": 1}},
    ],
)
def test_a_picture_that_telegram_would_not_send_is_not_read(strange: dict[str, Any]) -> None:
    with pytest.raises((TypeError, ValueError, KeyError)):
        wire.read({"update_id": 3, "message": private(**strange)}, 9, NOON, "our_bot", pictures=True)


# Commands, as parameters


def labels(choices: Sequence[str]) -> list[list[str]]:
    buttons = tuple(Choice(id=f"c{number}", label=label) for number, label in enumerate(choices))
    parameters = showing.message("1", SendMessage(id="e:0", text="?", choices=buttons))
    return [[button["text"] for button in row] for row in parameters["reply_markup"]["inline_keyboard"]]


def test_short_labels_stand_two_a_row_and_long_ones_alone() -> None:
    assert labels(["Yes", "No", "Back"]) == [["Yes", "No"], ["Back"]]
    assert labels(["Yes", "No, it has not arrived yet"]) == [["Yes"], ["No, it has not arrived yet"]]
    assert labels(["是", "没有，我的手机还没有收到验证码"]) == [["是"], ["没有，我的手机还没有收到验证码"]]


@pytest.mark.parametrize("count", [9, 17, 40])
def test_many_choices_fit_into_eight_rows(count: int) -> None:
    rows = labels([f"A rather long label, number {number}" for number in range(count)])
    assert len(rows) <= showing.MAX_ROWS
    assert sum(map(len, rows)) == count


def test_a_choice_that_no_button_can_carry_is_refused_by_name() -> None:
    message = SendMessage(id="e:0", text="?", choices=(Choice(id="x" * 60, label="X"),))
    with pytest.raises(ValueError, match="too long for a button"):
        showing.message("1", message)


def test_no_markup_and_no_preview_is_asked_for() -> None:
    parameters = showing.message("1", SendMessage(id="e:0", text="<b>*https://example.org*</b>"))
    assert parameters == {
        "chat_id": 1,
        "text": "<b>*https://example.org*</b>",
        "link_preview_options": {"is_disabled": True},
    }


def test_a_picture_has_its_words_under_it_and_long_ones_before_it() -> None:
    def sent(text: str) -> tuple[dict[str, Any] | None, dict[str, Any]]:
        said = SendMessage(id="e:0", text=text, picture="telegram:AgAC-1", agent="Mina")
        return showing.words_before("1", said), showing.message("1", said)

    assert sent("Mina: look") == (None, {"chat_id": 1, "photo": "AgAC-1", "caption": "Mina: look"})
    assert sent("🙂" * 512)[1]["caption"] == "🙂" * 512, "Telegram counts UTF-16 code units"
    before, picture = sent("🙂" * 512 + "x")
    assert before is not None
    assert before["text"] == "🙂" * 512 + "x"
    assert picture == {"chat_id": 1, "photo": "AgAC-1"}


def test_a_picture_is_a_message_of_its_own_and_never_a_change_of_another() -> None:
    said = SendMessage(id="e:0", text="Mina: look", picture="telegram:AgAC-1", replaces="4")
    assert showing.edit("1", said) is None


# Over the wire


class Receiver:
    """Takes batches like the desk: durable, refused, or slow, as the test says."""

    def __init__(self, *, refusals: int = 0) -> None:
        self.batches: list[list[Event]] = []
        self.refusals = refusals
        self.entered, self.open = asyncio.Event(), asyncio.Event()
        self.open.set()
        self.changed = asyncio.Condition()

    async def __call__(self, batch: Sequence[Incoming]) -> None:
        self.entered.set()
        await self.open.wait()
        async with self.changed:
            self.batches.append([incoming.event for incoming in batch])
            self.changed.notify_all()
        if self.refusals:
            self.refusals -= 1
            raise StoreBusy("The database is locked.")

    @property
    def events(self) -> list[Event]:
        return [event for batch in self.batches for event in batch]

    async def wait(self, count: int) -> list[Event]:
        async with asyncio.timeout(20), self.changed:
            await self.changed.wait_for(lambda: len(self.events) >= count)
        return self.events


def said(events: Sequence[Event]) -> list[str]:
    return [event.text for event in events if isinstance(event, TextReceived)]


@pytest.fixture
def tg(fake_telegram: FakeTelegram) -> FakeTelegram:
    fake_telegram.user(ANNA, first_name="Anna", language_code="en")
    fake_telegram.user(BEN, first_name="Ben", language_code="fr")
    return fake_telegram


Transport = Callable[[str, str], BotApi]


@pytest.fixture(params=[AiogramTransport, PtbTransport], ids=["aiogram", "ptb"])
def transport(request: pytest.FixtureRequest) -> Transport:
    chosen: Transport = request.param
    return chosen


@asynccontextmanager
async def a_channel(
    tg: FakeTelegram,
    transport: Transport,
    *,
    token: str = "",
    url: str = "",
    commands: Mapping[str, Any] | None = None,
    pictures: bool = False,
) -> AsyncIterator[TelegramChannel]:
    calls = transport(token or tg.token, url or tg.url)
    channel = TelegramChannel(calls, clock=ManualClock(NOON), commands=commands, pictures=pictures)
    try:
        yield channel
    finally:
        await channel.close()


@pytest.fixture
async def channel(tg: FakeTelegram, transport: Transport) -> AsyncIterator[TelegramChannel]:
    async with a_channel(tg, transport) as channel:
        yield channel


@asynccontextmanager
async def polling(channel: TelegramChannel, receive: Receive) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(channel.run(receive))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def confirmed(tg: FakeTelegram) -> None:
    await asyncio.to_thread(tg.wait_confirmed)


async def test_nothing_is_acknowledged_before_it_is_stored(
    tg: FakeTelegram, channel: TelegramChannel
) -> None:
    receiver = Receiver()
    receiver.open.clear()
    tg.say(ANNA, "one")
    async with polling(channel, receiver):
        await asyncio.wait_for(receiver.entered.wait(), 10)
        assert tg.pending() == 1
        receiver.open.set()
        await confirmed(tg)
    assert said(receiver.events) == ["one"]


async def test_what_could_not_be_stored_comes_again(tg: FakeTelegram, channel: TelegramChannel) -> None:
    receiver = Receiver(refusals=2)
    tg.say_many([(ANNA, "one"), (BEN, "two")])
    async with polling(channel, receiver):
        await confirmed(tg)
    assert [said(batch) for batch in receiver.batches] == [["one", "two"]] * 3
    assert receiver.batches[0] == receiver.batches[2]


async def test_stopping_acknowledges_nothing_that_is_not_stored(
    tg: FakeTelegram, transport: Transport
) -> None:
    receiver = Receiver()
    receiver.open.clear()
    tg.say(ANNA, "one")
    async with a_channel(tg, transport) as channel, polling(channel, receiver):
        await asyncio.wait_for(receiver.entered.wait(), 10)
    assert (tg.pending(), receiver.events) == (1, [])
    receiver.open.set()
    async with a_channel(tg, transport) as channel, polling(channel, receiver):
        await confirmed(tg)
    assert said(receiver.events) == ["one"]


async def test_a_long_queue_comes_in_order_and_once(tg: FakeTelegram, channel: TelegramChannel) -> None:
    receiver = Receiver()
    texts = [f"number {number}" for number in range(250)]
    tg.say_many([(ANNA, one) for one in texts])
    async with polling(channel, receiver):
        await confirmed(tg)
    assert said(receiver.events) == texts
    assert len({event.id for event in receiver.events}) == 250


async def test_numbers_that_start_anew_after_an_idle_week_are_followed(
    tg: FakeTelegram, channel: TelegramChannel
) -> None:
    receiver = Receiver()
    async with polling(channel, receiver):
        tg.say(ANNA, "before")
        await confirmed(tg)
        for text in ("after", "and on"):
            tg.advance(8 * 24 * 3600)
            tg.say(ANNA, text)
            await confirmed(tg)
    assert said(receiver.events) == ["before", "after", "and on"]


async def test_an_update_that_cannot_be_read_keeps_nobody_waiting(
    tg: FakeTelegram, channel: TelegramChannel, caplog: pytest.LogCaptureFixture
) -> None:
    receiver = Receiver()
    tg.say(ANNA, "before")
    own = {"chat": {"id": 5, "type": "private"}, "from": {"id": 5}}
    for body in ({"chat": "hunter2"}, {"message_id": "x", "date": "hunter2", "text": [], **own}):
        tg.update("message", body)
    tg.update("callback_query", {"id": 3, "from": {"id": 5}, "message": own, "data": 5})
    tg.say(BEN, "behind")
    async with polling(channel, receiver):
        await confirmed(tg)
    assert said(receiver.events) == ["before", "behind"]
    assert caplog.text.count("not as the Bot API promises") == 3
    assert "hunter2" not in caplog.text


async def test_an_album_is_one_attachment(tg: FakeTelegram, channel: TelegramChannel) -> None:
    receiver = Receiver()
    for _ in range(3):
        tg.update("message", private(photo=[], media_group_id="g1"))
    tg.update("message", private(photo=[], media_group_id="g2"))
    async with polling(channel, receiver):
        await confirmed(tg)
    assert [type(event) for event in receiver.events] == [AttachmentReceived] * 2


async def test_where_pictures_are_allowed_each_of_an_album_is_told_and_one_is_answered(
    tg: FakeTelegram, transport: Transport
) -> None:
    receiver = Receiver()
    for number in range(3):
        photo = [{"file_id": f"AgAC-{number}", "width": 90}]
        tg.update("message", private(photo=photo, media_group_id="g1"))
    tg.update("message", private(video={"file_id": "v"}, media_group_id="g1"))
    async with a_channel(tg, transport, pictures=True) as channel, polling(channel, receiver):
        await confirmed(tg)
    told = [
        (event.picture, event.further) for event in receiver.events if isinstance(event, AttachmentReceived)
    ]
    assert told == [("telegram:AgAC-0", False), ("telegram:AgAC-1", True), ("telegram:AgAC-2", True)]


async def test_a_press_comes_back_as_the_choice_and_is_answered(
    tg: FakeTelegram, channel: TelegramChannel
) -> None:
    receiver = Receiver()
    await channel.send(str(ANNA), QUESTION)
    assert tg.chat(ANNA).last.buttons == [["Yes, it did", "No"]]
    query = tg.press(ANNA, "No").query_id
    assert query is not None
    async with polling(channel, receiver):
        (event,) = await receiver.wait(1)
        await asyncio.to_thread(tg.wait_calls, "answerCallbackQuery")
    assert isinstance(event, ChoicePicked)
    assert (event.choice, event.screen, event.at) == ("no", 7, NOON)
    assert tg.answer(query) is not None
    assert tg.violations() == []


async def test_a_press_that_is_too_old_to_be_answered_stops_nothing(
    tg: FakeTelegram, channel: TelegramChannel
) -> None:
    receiver = Receiver()
    receiver.open.clear()
    await channel.send(str(ANNA), QUESTION)
    tg.press(ANNA, "No")
    async with polling(channel, receiver):
        await asyncio.wait_for(receiver.entered.wait(), 10)
        tg.advance(200)
        receiver.open.set()
        tg.say(ANNA, "still here")
        events = await receiver.wait(2)
    assert said(events) == ["still here"]


@pytest.mark.parametrize("kind", ["bad_gateway", "server_error", "drop_before", "truncated", "too_many"])
async def test_polling_goes_on_after_trouble(
    tg: FakeTelegram, channel: TelegramChannel, kind: FaultKind
) -> None:
    receiver = Receiver()
    tg.fault(kind, method="getUpdates", times=2)
    tg.say(ANNA, "one")
    async with polling(channel, receiver):
        await confirmed(tg)
    assert said(receiver.events) == ["one"]


async def test_who_polls_the_same_bot_is_told_from_other_trouble(
    tg: FakeTelegram, transport: Transport, caplog: pytest.LogCaptureFixture
) -> None:
    async with a_channel(tg, transport) as one, a_channel(tg, transport) as other:
        first, second = Receiver(), Receiver()
        async with polling(one, first), polling(other, second):
            while "Another program polls the same bot" not in caplog.text:
                await asyncio.sleep(0.05)
    assert "sparekey serve" in caplog.text


async def test_a_webhook_that_takes_the_messages_is_named(
    tg: FakeTelegram, channel: TelegramChannel, caplog: pytest.LogCaptureFixture
) -> None:
    async with httpx.AsyncClient(trust_env=False) as other:
        answer = await other.post(f"{tg.api_url}/setWebhook", json={"url": "https://example.org/hook"})
    assert answer.is_success, answer.text
    async with polling(channel, Receiver()):
        while "deleteWebhook" not in caplog.text:
            await asyncio.sleep(0.05)


async def test_a_wrong_token_ends_the_channel_and_names_the_setting(
    tg: FakeTelegram, transport: Transport
) -> None:
    async with a_channel(tg, transport, token="4711:wrong-secret") as channel:
        with pytest.raises(ConfigError, match="SPAREKEY_TELEGRAM_TOKEN") as caught:
            await asyncio.wait_for(channel.run(Receiver()), 10)
        with pytest.raises(ChannelUnreachable, match="SPAREKEY_TELEGRAM_TOKEN"):
            await channel.send(str(ANNA), TEXT)
    assert "wrong-secret" not in "".join(traceback.format_exception(caught.value))


async def test_the_menu_of_commands_speaks_the_languages_that_were_given(
    tg: FakeTelegram, transport: Transport
) -> None:
    commands = {"en": {"human": "Talk to a person"}, "fr": {"human": "Parler à quelqu'un"}}
    async with a_channel(tg, transport, commands=commands) as channel, polling(channel, Receiver()):
        await asyncio.to_thread(tg.wait_calls, "setMyCommands", 3)
    shown = [
        (call.params.get("language_code"), call.params["commands"][0]["description"])
        for call in tg.sent(method="setMyCommands")
    ]
    assert shown == [
        (None, "Talk to a person"),
        ("en", "Talk to a person"),
        ("fr", "Parler à quelqu'un"),
    ]


# Sending


async def test_a_message_arrives_as_it_is(tg: FakeTelegram, channel: TelegramChannel) -> None:
    await channel.send(str(ANNA), SendMessage(id="e:0", text="<b>*_https://example.org_*"))
    assert tg.texts(ANNA) == ["<b>*_https://example.org_*"]
    (call,) = tg.sent(ANNA)
    assert call.params["link_preview_options"] == {"is_disabled": True}
    assert "parse_mode" not in call.params


async def test_the_persons_message_can_be_deleted(tg: FakeTelegram, channel: TelegramChannel) -> None:
    message = tg.say(ANNA, "my code is 123456").message_id
    await channel.delete(str(ANNA), str(message))
    assert tg.chat(ANNA).shown == []
    with pytest.raises(MessageRefused):
        await channel.delete(str(ANNA), str(message))


async def test_being_asked_to_wait_says_how_long(tg: FakeTelegram, channel: TelegramChannel) -> None:
    tg.fault("too_many", method="sendMessage", retry_after=7)
    with pytest.raises(ChannelBusy) as caught:
        await channel.send(str(ANNA), TEXT)
    assert caught.value.retry_after_s == 7


async def test_who_blocked_the_bot_or_never_wrote_is_gone(tg: FakeTelegram, channel: TelegramChannel) -> None:
    tg.block(ANNA)
    for contact in (ANNA, 999_999):
        with pytest.raises(RecipientGone):
            await channel.send(str(contact), TEXT)


async def test_what_telegram_refuses_is_refused_for_good(tg: FakeTelegram, channel: TelegramChannel) -> None:
    with pytest.raises(MessageRefused):
        await channel.send(str(ANNA), SendMessage(id="e:0", text="  \n "))


@pytest.mark.parametrize("kind", ["bad_gateway", "server_error", "drop_before", "drop_after", "truncated"])
async def test_when_nobody_knows_whether_it_arrived_it_may_be_tried_again(
    tg: FakeTelegram, channel: TelegramChannel, kind: FaultKind
) -> None:
    tg.fault(kind, method="sendMessage")
    with pytest.raises(ChannelUnreachable):
        await channel.send(str(ANNA), TEXT)
    await channel.send(str(ANNA), TEXT)
    assert tg.texts(ANNA) == ["Hello"] * (2 if kind in ("drop_after", "truncated") else 1)


# With the desk behind it


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load_reader(Settings(cache_dir=Path(__file__).parents[2] / ".cache"))


@asynccontextmanager
async def a_desk(channel: TelegramChannel, reader: Reader, folder: Path) -> AsyncIterator[Desk]:
    address = f"sqlite:///{folder / 'sparekey.db'}"
    migrate.upgrade(address)
    store, clock = SqlStore(address), SystemClock()
    backend = DemoAccounts(folder / "demo-accounts.db", clock=clock)
    desk = Desk(
        store=store,
        reader=reader,
        backend=backend,
        clock=clock,
        channels=[channel],
        backend_timeout_s=5,
    )
    await desk.start()
    try:
        async with polling(channel, desk.receive):
            yield desk
    finally:
        await desk.stop()
        await backend.close()
        await store.close()


def stored(folder: Path) -> bytes:
    """Everything that is kept, the write-ahead logs too."""
    return b"".join(file.read_bytes() for file in folder.iterdir())


async def test_a_secret_is_deleted_in_the_chat_and_stored_nowhere(
    tg: FakeTelegram, channel: TelegramChannel, reader: Reader, tmp_path: Path
) -> None:
    async with a_desk(channel, reader, tmp_path) as desk:
        message = tg.say(ANNA, "my password is Tr0ub4dor&3").message_id
        await asyncio.to_thread(tg.wait_for, ANNA, 1)
        await desk.settle()
    assert message not in [bubble.message_id for bubble in tg.chat(ANNA).shown]
    assert b"Tr0ub4dor" not in stored(tmp_path)


async def test_a_caption_is_answered_and_stored_nowhere(
    tg: FakeTelegram, channel: TelegramChannel, reader: Reader, tmp_path: Path
) -> None:
    async with a_desk(channel, reader, tmp_path):
        tg.media(ANNA, "photo", caption="my password is Tr0ub4dor&3")
        await asyncio.to_thread(tg.wait_for, ANNA, 1)
    assert b"Tr0ub4dor" not in stored(tmp_path)


async def test_one_slow_or_blocked_chat_holds_up_no_other(
    tg: FakeTelegram, channel: TelegramChannel, reader: Reader, tmp_path: Path
) -> None:
    tg.say(ANNA, "hello")
    tg.block(ANNA)
    tg.fault("too_many", method="sendMessage", user=BEN, retry_after=2)
    tg.say_many([(BEN, "hello"), (BEN, "hello"), (1003, "hello")])
    async with a_desk(channel, reader, tmp_path) as desk:
        await asyncio.to_thread(tg.wait_for, 1003, 1)
        assert tg.texts(BEN) == []
        await asyncio.to_thread(tg.wait_for, BEN, 2)
        await desk.settle()
    first, *_ = [call for call in tg.sent(BEN) if call.applied]
    refused = next(call for call in tg.sent(BEN) if call.status == 429)
    assert first.time - refused.time >= 2
    assert [call.status for call in tg.sent(ANNA, method="sendMessage")] == [403]


# Secrets of our own


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_the_token_is_in_no_log_line_and_no_error(
    tg: FakeTelegram, transport: Transport, caplog: pytest.LogCaptureFixture
) -> None:
    """At DEBUG too, of every library, whatever goes wrong."""
    caplog.set_level(logging.DEBUG)
    shown: list[str] = []
    kinds: tuple[FaultKind, ...] = ("bad_gateway", "drop_before", "truncated", "forbidden", "too_many")
    tg.say(ANNA, "hello")
    async with a_channel(tg, transport) as channel, polling(channel, Receiver()):
        await confirmed(tg)
        for kind in kinds:
            tg.fault(kind, method="sendMessage")
            with pytest.raises(ChannelError) as caught:
                await channel.send(str(ANNA), TEXT)
            shown += traceback.format_exception(caught.value)
    async with a_channel(tg, transport, url=f"http://127.0.0.1:{closed_port()}") as channel:
        with pytest.raises(ChannelUnreachable) as unreachable:
            await channel.send(str(ANNA), TEXT)
        shown += traceback.format_exception(unreachable.value)
    everything = caplog.text + "".join(shown)
    assert "cannot be reached" in everything
    assert tg.token.partition(":")[2] not in everything
