"""A conversation as a person sees it in Telegram: over the fake Telegram, with the desk and the database behind it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.adapters.accounts.demo import DemoAccounts
from bot.adapters.storage import migrate
from bot.adapters.storage.store import SqlStore
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.pace import Pace
from bot.channels.telegram.ptb_transport import PtbTransport
from bot.channels.telegram.strangers import NOTICE, WAY
from bot.core.commands import Choice, SendMessage
from bot.core.texts import MAX_TEXT
from bot.errors import ChannelBusy, ChannelUnreachable
from bot.service.clock import SystemClock
from bot.service.desk import Desk
from bot.service.reading import Reader
from tests.fake_telegram.client import Bubble, FakeTelegram

pytest_plugins = ["tests.fake_telegram.fixture"]

ANNA, BEN = 1001, 1002
WORDS = {
    "en": {NOTICE: "In private, please.", WAY: "Write to me"},
    "fr": {NOTICE: "En privé.", WAY: "Écrire"},
}
ASKED = SendMessage(
    id="e:0",
    text="Did it come?",
    choices=(Choice(id="yes", label="Yes"), Choice(id="no", label="No")),
    screen=7,
)


@pytest.fixture
def tg(fake_telegram: FakeTelegram) -> FakeTelegram:
    fake_telegram.user(ANNA, first_name="Anna", language_code="en")
    fake_telegram.user(BEN, first_name="Ben", language_code="fr")
    return fake_telegram


@asynccontextmanager
async def serving(tg: FakeTelegram, reader: Reader, folder: Path) -> AsyncIterator[Desk]:
    """A process; another one in the same folder goes on where it stopped."""
    address = f"sqlite:///{folder / 'sparekey.db'}"
    migrate.upgrade(address)
    channel = TelegramChannel(PtbTransport(tg.token, tg.url), words=WORDS)
    store, clock = SqlStore(address), SystemClock()
    backend = DemoAccounts(folder / "demo-accounts.db", clock=clock)
    desk = Desk(
        store=store, reader=reader, backend=backend, clock=clock, channels=[channel], backend_timeout_s=5
    )
    await desk.start()
    receiving = asyncio.create_task(channel.run(desk.receive))
    try:
        yield desk
    finally:
        receiving.cancel()
        await asyncio.gather(receiving, return_exceptions=True)
        await desk.stop()
        await channel.close()
        await backend.close()
        await store.close()


async def settled(tg: FakeTelegram, desk: Desk) -> None:
    """Everything that the person did is taken in and answered."""
    await asyncio.to_thread(tg.wait_confirmed)
    await desk.settle()


async def say(tg: FakeTelegram, desk: Desk, text: str) -> Bubble:
    tg.say(ANNA, text)
    await settled(tg, desk)
    return tg.chat(ANNA).last


async def press(tg: FakeTelegram, desk: Desk, index: int, message_id: int | None = None) -> Bubble:
    tg.press(ANNA, index=index, message_id=message_id)
    await settled(tg, desk)
    return tg.chat(ANNA).last


def stored(folder: Path) -> bytes:
    """Everything that is kept, the write-ahead logs too."""
    return b"".join(file.read_bytes() for file in folder.iterdir())


def buttons(bubble: Bubble) -> list[str]:
    return [label for row in bubble.buttons for label in row]


def answers(tg: FakeTelegram) -> list[str]:
    return [call.params.get("text", "") for call in tg.sent(method="answerCallbackQuery")]


async def test_while_buttons_are_pressed_one_message_is_the_screen(
    tg: FakeTelegram, reader: Reader, tmp_path: Path
) -> None:
    async with serving(tg, reader, tmp_path) as desk:
        first = await say(tg, desk, "I do not get the SMS code")
        picked = buttons(first)[0]
        second = await press(tg, desk, 0)
        assert second.text.startswith(f"You chose: {picked}\n\n")
    async with serving(tg, reader, tmp_path) as desk:
        third = await press(tg, desk, 2)
        assert (first.message_id, second.message_id) == (third.message_id, third.message_id), (
            "after a restart too"
        )
        assert third.text not in (first.text, second.text)
        fourth = await say(tg, desk, "back")
    assert fourth.message_id != third.message_id
    assert [buttons(bubble) != [] for bubble in tg.chat(ANNA).from_bot] == [False, True]
    assert answers(tg) == ["", ""]
    assert tg.violations() == []


async def test_a_screen_that_cannot_be_changed_any_more_is_sent_anew(
    tg: FakeTelegram, reader: Reader, tmp_path: Path
) -> None:
    async with serving(tg, reader, tmp_path) as desk:
        first = await say(tg, desk, "I do not get the SMS code")
    tg.press(ANNA, index=0)
    tg.delete(ANNA, first.message_id)
    async with serving(tg, reader, tmp_path) as desk:
        await settled(tg, desk)
    (shown,) = tg.chat(ANNA).from_bot
    assert shown.text.startswith("You chose: ")
    assert shown.message_id != first.message_id


async def test_a_change_whose_answer_was_lost_is_made_twice_and_shown_once(
    tg: FakeTelegram, reader: Reader, tmp_path: Path
) -> None:
    async with serving(tg, reader, tmp_path) as desk:
        await say(tg, desk, "I do not get the SMS code")
        tg.fault("drop_after", method="editMessageText")
        await press(tg, desk, 0)
    assert len(tg.sent(method="editMessageText")) == 2
    (shown,) = tg.chat(ANNA).from_bot
    assert shown.text.startswith("You chose: ")


async def test_pressing_twice_and_pressing_what_is_over_get_a_kind_notice(
    tg: FakeTelegram, reader: Reader, tmp_path: Path
) -> None:
    stale = reader.catalog.repair["en"].texts["stale"].bare()
    async with serving(tg, reader, tmp_path) as desk:
        first = await say(tg, desk, "I do not get the SMS code")
    for _ in range(2):
        tg.press(ANNA, index=0)
    async with serving(tg, reader, tmp_path) as desk:
        await settled(tg, desk)
        assert len(tg.chat(ANNA).from_bot) == 1
        assert sorted(answers(tg)) == ["", stale]
        # Its buttons stay, because Telegram does not let the courtesy through.
        tg.fault("server_error", method="editMessageReplyMarkup")
        below = await say(tg, desk, "back")
        again = await press(tg, desk, 0, first.message_id)
    assert answers(tg).count(stale) == 2
    assert stale in again.text
    assert buttons(again) == buttons(below)
    assert [buttons(bubble) != [] for bubble in tg.chat(ANNA).from_bot] == [False, False, True]


async def test_a_forged_press_shows_where_one_is(tg: FakeTelegram, reader: Reader, tmp_path: Path) -> None:
    async with serving(tg, reader, tmp_path) as desk:
        asked = await say(tg, desk, "I do not get the SMS code")
        for data in ("v1:1:transfer_everything", "v2;;", "v1:1:@human\x00"):
            tg.press(ANNA, data=data, message_id=asked.message_id)
            await settled(tg, desk)
            assert tg.chat(ANNA).last.text.endswith(asked.text.rpartition("\n")[2])
    assert all(answers(tg))
    assert len(answers(tg)) == 3


async def test_strangers_are_answered_with_the_way_to_the_private_chat(
    tg: FakeTelegram, reader: Reader, tmp_path: Path
) -> None:
    group, sender = tg.group(), {"id": BEN, "is_bot": False, "first_name": "Ben", "language_code": "fr"}
    elsewhere = {"message_id": 1, "date": 0, "chat": {"id": group, "type": "supergroup", "title": "T"}}
    query = {"id": "1", "from": sender, "message": elsewhere, "chat_instance": "1", "data": "v1:1:yes"}
    tg.update("callback_query", query)
    tg.update(
        "inline_query", {"id": "2", "from": sender, "query": "my password is Tr0ub4dor&3", "offset": ""}
    )
    async with serving(tg, reader, tmp_path) as desk:
        await asyncio.to_thread(tg.wait_calls, "answerInlineQuery")
        await settled(tg, desk)
    (inline,) = tg.sent(method="answerInlineQuery")
    assert inline.params["button"] == {"text": "Écrire", "start_parameter": "inline"}
    assert answers(tg) == ["En privé."]
    assert tg.chat(group).from_bot == []
    assert b"Tr0ub4dor" not in stored(tmp_path)


async def test_a_group_gets_one_line_a_day_and_nothing_of_it_is_kept(
    tg: FakeTelegram, reader: Reader, tmp_path: Path
) -> None:
    group = tg.group()
    for _ in range(2):
        async with serving(tg, reader, tmp_path) as desk:
            tg.say(BEN, "/start my code is 739164", chat=group)
            tg.say(BEN, "good morning all", chat=group)
            tg.say(BEN, "/help", chat=group, anonymous=True)
            await settled(tg, desk)
    (line,) = tg.chat(group).from_bot
    assert line.text == reader.catalog.repair["fr"].texts["group"].bare()
    (call,) = tg.sent(group, method="sendMessage")
    ((button,),) = call.params["reply_markup"]["inline_keyboard"]
    assert button["url"] == f"https://t.me/{tg.bot()['me']['username']}"
    assert b"739164" not in stored(tmp_path)
    assert tg.violations() == []


async def to_the_number(tg: FakeTelegram, desk: Desk) -> Bubble:
    await say(tg, desk, "I do not get the SMS code")
    for index in (0, 2, 0):
        await press(tg, desk, index)
    return tg.chat(ANNA).last


async def test_the_number_is_shared_by_a_button_which_then_goes(
    tg: FakeTelegram, reader: Reader, tmp_path: Path
) -> None:
    words = reader.catalog.repair["en"]
    async with serving(tg, reader, tmp_path) as desk:
        asked = await to_the_number(tg, desk)
        assert asked.text.startswith("You chose: ")
        assert tg.chat(ANNA).keyboard[0] == [words.labels["share_number"]]
        assert words.labels["human"] in [label for row in tg.chat(ANNA).keyboard for label in row]
        assert all(not bubble.buttons for bubble in tg.chat(ANNA).from_bot)
        tg.contact(ANNA, "886936137846", contact_user_id=BEN)
        await settled(tg, desk)
        assert words.texts["contact"].bare() in tg.chat(ANNA).last.text
        before = len(tg.texts(ANNA))
        tg.contact(ANNA, "886936137846")
        await settled(tg, desk)
    told, answer = tg.texts(ANNA)[before:]
    assert told == words.texts["all_right"].bare()
    assert "936137846" in answer
    assert not tg.chat(ANNA).keyboard
    assert tg.chat(ANNA).last.buttons
    assert tg.violations() == []


async def test_a_contact_that_was_passed_on_or_not_asked_for_is_not_read(
    tg: FakeTelegram, reader: Reader, tmp_path: Path
) -> None:
    refusal = reader.catalog.repair["en"].texts["contact"].bare()
    own = {"contact": {"phone_number": "886936137846", "first_name": "Anna", "user_id": ANNA}}
    passed_on = {"forward_origin": {"type": "hidden_user", "date": 1, "sender_user_name": "A"}}
    async with serving(tg, reader, tmp_path) as desk:
        await say(tg, desk, "I do not get the SMS code")
        tg.message(ANNA, own)
        await settled(tg, desk)
        assert refusal in tg.chat(ANNA).last.text
        await to_the_number(tg, desk)
        tg.message(ANNA, own | passed_on)
        await settled(tg, desk)
    assert refusal in tg.chat(ANNA).last.text
    assert b"936137846" not in stored(tmp_path)


async def test_a_label_of_the_number_screen_is_a_typed_choice(
    tg: FakeTelegram, reader: Reader, tmp_path: Path
) -> None:
    async with serving(tg, reader, tmp_path) as desk:
        await to_the_number(tg, desk)
        handed = await say(tg, desk, reader.catalog.repair["en"].labels["human"])
    assert "R-" in handed.text
    assert not tg.chat(ANNA).keyboard
    (call,) = [one for one in tg.sent(ANNA, method="sendMessage") if "R-" in one.params["text"]]
    assert call.params["protect_content"] is True
    assert call.params["reply_markup"] == {"remove_keyboard": True}


async def test_who_blocks_the_bot_is_left_alone_and_goes_on_later(
    tg: FakeTelegram, reader: Reader, tmp_path: Path
) -> None:
    async with serving(tg, reader, tmp_path) as desk:
        await say(tg, desk, "I do not get the SMS code")
        tg.block(ANNA)
        await settled(tg, desk)
        sent = len(tg.sent(ANNA))
        await desk.fire_due_timers()
        tg.block(ANNA, blocked=False)
        await settled(tg, desk)
        assert len(tg.sent(ANNA)) == sent
        await press(tg, desk, 0)
    assert tg.chat(ANNA).last.text.startswith("You chose: ")


async def test_letters_that_turn_lines_around_are_left_out(
    tg: FakeTelegram, reader: Reader, tmp_path: Path
) -> None:
    async with serving(tg, reader, tmp_path) as desk:
        await say(tg, desk, "no \u202ecode\u2069 came \u200fto me")
    held = stored(tmp_path)
    assert b"no code came to me" in held


# The channel alone


@pytest.fixture
async def channel(tg: FakeTelegram) -> AsyncIterator[TelegramChannel]:
    channel = TelegramChannel(PtbTransport(tg.token, tg.url), pace=Pace(30))
    yield channel
    await channel.close()


async def sent(channel: TelegramChannel, message: SendMessage) -> None:
    """Send as the desk does: again after as long as the channel asks."""
    while True:
        try:
            return await channel.send(str(ANNA), message)
        except ChannelBusy as busy:
            await asyncio.sleep(busy.retry_after_s)
        except ChannelUnreachable:
            continue


async def test_what_was_done_of_a_message_is_not_done_again_when_it_is_tried_again(
    tg: FakeTelegram, channel: TelegramChannel
) -> None:
    tg.fault("server_error", method="sendMessage", skip=1)
    await sent(
        channel, SendMessage(id="e:1", text="So.", choices=ASKED.choices, screen=8, shared="All right.")
    )
    assert tg.texts(ANNA) == ["All right.", "So."]


async def test_a_choice_is_told_as_far_as_there_is_room(tg: FakeTelegram, channel: TelegramChannel) -> None:
    await sent(channel, ASKED)
    shown = str(tg.chat(ANNA).last.message_id)
    await sent(channel, SendMessage(id="e:1", text="x" * MAX_TEXT, replaces=shown, chosen="You chose: Yes"))
    assert tg.texts(ANNA) == ["x" * MAX_TEXT]


async def test_commands_are_offered_in_private_chats_alone(tg: FakeTelegram, reader: Reader) -> None:
    commands = {language: repair.commands for language, repair in reader.catalog.repair.items()}
    channel = TelegramChannel(PtbTransport(tg.token, tg.url), commands=commands)

    async def receive(_: object) -> None:
        raise AssertionError("nobody wrote")

    running = asyncio.create_task(channel.run(receive))
    await asyncio.to_thread(tg.wait_calls, "setMyCommands", 1 + len(commands))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await channel.close()
    wanted = ["start", "help", "human", "status", "language", "privacy", "cancel"]
    for call in tg.sent(method="setMyCommands"):
        assert call.params["scope"] == {"type": "all_private_chats"}
        assert [command["command"] for command in call.params["commands"]][:7] == wanted
    assert tg.violations() == []


async def test_what_waited_for_its_turn_is_not_sent_where_another_process_has_the_chat_by_then(
    tg: FakeTelegram,
) -> None:
    ours = True
    channel = TelegramChannel(PtbTransport(tg.token, tg.url), pace=Pace(1), owns=lambda _: ours)
    await sent(channel, SendMessage(id="e:1", text="So."))
    waiting = asyncio.create_task(channel.send(str(ANNA), SendMessage(id="e:2", text="And so.")))
    await asyncio.sleep(0)
    ours = False
    with pytest.raises(ChannelBusy, match="Another process"):
        await waiting
    assert tg.texts(ANNA) == ["So."]
    await channel.close()
