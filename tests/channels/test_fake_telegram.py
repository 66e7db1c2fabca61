"""The fake Telegram keeps Telegram's promises, and the real client libraries cannot tell the difference."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest

from tests.fake_telegram.client import FakeTelegram, FaultKind, Queued
from tests.fake_telegram.process import running

pytest_plugins = ["tests.fake_telegram.fixture"]

ANNA, BEN = 1001, 1002
KEYBOARD = {
    "inline_keyboard": [[{"text": "Yes", "callback_data": "y"}, {"text": "No", "callback_data": "n"}]]
}

Answer = tuple[int, Any]
Bot = Callable[..., Answer]


@pytest.fixture
def tg(fake_telegram: FakeTelegram) -> FakeTelegram:
    fake_telegram.user(ANNA, first_name="Anna")
    fake_telegram.user(BEN, first_name="Ben")
    return fake_telegram


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=20, trust_env=False) as client:
        yield client


@pytest.fixture
def bot(tg: FakeTelegram, http: httpx.Client) -> Bot:
    """Calls a method with a JSON body: (status, result or description)."""

    def call(method: str, **params: Any) -> Answer:
        response = http.post(f"{tg.api_url}/{method}", json=params)
        body = response.json()
        return response.status_code, body.get("result", body.get("description"))

    return call


def ids(updates: list[dict[str, Any]]) -> list[int]:
    return [update["update_id"] for update in updates]


def texts(updates: list[dict[str, Any]]) -> list[str]:
    return [update["message"]["text"] for update in updates]


def after(queued: Queued) -> int:
    """The offset that confirms this update."""
    assert queued.update_id is not None
    return queued.update_id + 1


# The queue


def test_an_offset_confirms_everything_below_it(tg: FakeTelegram, bot: Bot) -> None:
    queued = tg.say_many([(ANNA, "one"), (ANNA, "two"), (BEN, "three")])
    _, updates = bot("getUpdates")
    assert texts(updates) == ["one", "two", "three"]
    _, updates = bot("getUpdates", offset=queued[1].update_id)
    assert texts(updates) == ["two", "three"]
    assert tg.pending() == 2
    bot("getUpdates", offset=after(queued[2]))
    assert tg.pending() == 0


def test_unconfirmed_updates_are_delivered_again(tg: FakeTelegram, bot: Bot) -> None:
    tg.say(ANNA, "hello")
    assert bot("getUpdates") == bot("getUpdates") != (200, [])


def test_identifiers_rise_by_one(tg: FakeTelegram, bot: Bot) -> None:
    queued = tg.say_many([(ANNA, "x")] * 5)
    first = after(queued[0])
    assert [after(one) for one in queued] == list(range(first, first + 5))


def test_a_negative_offset_keeps_only_the_end(tg: FakeTelegram, bot: Bot) -> None:
    tg.say_many([(ANNA, str(number)) for number in range(5)])
    assert texts(bot("getUpdates", offset=-2)[1]) == ["3", "4"]
    assert tg.pending() == 2


def test_at_most_a_hundred_updates_come_at_once(tg: FakeTelegram, bot: Bot) -> None:
    tg.say_many([(ANNA, "x")] * 130)
    assert len(bot("getUpdates", limit=1000)[1]) == 100
    assert len(bot("getUpdates", limit=7)[1]) == 7


def test_a_long_poll_ends_with_the_first_update(tg: FakeTelegram, bot: Bot) -> None:
    with ThreadPoolExecutor() as pool:
        started = time.monotonic()
        polling = pool.submit(bot, "getUpdates", timeout=10)
        while not polling.running():
            time.sleep(0.001)
        tg.say(ANNA, "now")
        assert texts(polling.result()[1]) == ["now"]
        assert time.monotonic() - started < 5


def test_a_long_poll_without_updates_lasts_as_asked(bot: Bot) -> None:
    started = time.monotonic()
    assert bot("getUpdates", timeout=1) == (200, [])
    assert 0.9 < time.monotonic() - started < 4


def test_a_second_poller_ends_the_first(tg: FakeTelegram, bot: Bot) -> None:
    with ThreadPoolExecutor() as pool:
        pollers = [pool.submit(bot, "getUpdates", timeout=10) for _ in range(2)]
        while not any(poller.done() for poller in pollers):
            time.sleep(0.005)
        tg.say(ANNA, "for the survivor")
        outcomes = sorted((poller.result() for poller in pollers), key=lambda answer: answer[0])
    assert texts(outcomes[0][1]) == ["for the survivor"]
    assert outcomes[1][0] == 409
    assert outcomes[1][1].startswith("Conflict: terminated by other getUpdates request")


def test_a_poller_that_hung_up_takes_nothing_with_it(tg: FakeTelegram, bot: Bot) -> None:
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{tg.api_url}/getUpdates", json={"timeout": 10}, timeout=0.2)
    tg.say(ANNA, "still here")
    assert texts(bot("getUpdates")[1]) == ["still here"]


def test_allowed_updates_are_remembered(tg: FakeTelegram, bot: Bot) -> None:
    bot("getUpdates", allowed_updates=["callback_query"])
    assert tg.say(ANNA, "unheard").update_id is None
    assert bot("getUpdates") == (200, [])
    bot("getUpdates", allowed_updates=[])
    assert tg.say(ANNA, "heard").update_id


def test_messages_expire_after_a_day_and_presses_after_150_seconds(tg: FakeTelegram, bot: Bot) -> None:
    bot("sendMessage", chat_id=ANNA, text="Well?", reply_markup=KEYBOARD)
    tg.say(ANNA, "hello")
    tg.press(ANNA, "Yes")
    tg.advance(149)
    assert tg.pending() == 2
    tg.advance(2)
    assert tg.pending() == 1
    tg.advance(86_400 - 152)
    assert tg.pending() == 1
    tg.advance(3)
    assert bot("getUpdates") == (200, [])


def test_identifiers_are_new_after_a_week_and_an_old_offset_does_not_hide_them(
    tg: FakeTelegram, bot: Bot
) -> None:
    old = after(tg.say(ANNA, "before"))
    bot("getUpdates", offset=old)
    tg.advance(8 * 86_400)
    assert abs(after(tg.say(ANNA, "after")) - old) > 100
    assert texts(bot("getUpdates", offset=old)[1]) == ["after"]


def test_an_update_can_be_delivered_twice(tg: FakeTelegram, bot: Bot) -> None:
    queued = tg.say(ANNA, "once")
    bot("getUpdates", offset=after(queued))
    tg.redeliver(after(queued) - 1)
    assert ids(bot("getUpdates", offset=after(queued))[1]) == [queued.update_id]
    assert bot("getUpdates", offset=after(queued)) == (200, [])


def test_a_share_of_updates_is_delivered_twice(tg: FakeTelegram, bot: Bot) -> None:
    tg.settings(duplicates=1.0)
    queued = tg.say(ANNA, "twice")
    bot("getUpdates")
    assert ids(bot("getUpdates", offset=after(queued))[1]) == [queued.update_id]


# The specification


@pytest.mark.parametrize(
    ("method", "params", "description"),
    [
        ("sendMessage", {"text": "x"}, "chat_id is empty"),
        ("sendMessage", {"chat_id": ANNA}, "message text is empty"),
        ("sendMessage", {"chat_id": ANNA, "text": "  \n"}, "message text is empty"),
        ("sendMessage", {"chat_id": ANNA, "text": "x" * 4097}, "message is too long"),
        ("sendMessage", {"chat_id": ANNA, "text": "😀" * 2049}, "message is too long"),
        ("sendMessage", {"chat_id": ANNA, "text": "x", "txet": "y"}, 'unknown field "txet"'),
        ("sendMessage", {"chat_id": ANNA, "text": 5}, "String expected"),
        (
            "sendMessage",
            {"chat_id": ANNA, "text": "x", "protect_content": "maybe"},
            "can't parse protect content",
        ),
        (
            "sendMessage",
            {"chat_id": ANNA, "text": "x", "reply_markup": "{"},
            "can't parse reply keyboard markup JSON object",
        ),
        (
            "sendMessage",
            {"chat_id": ANNA, "text": "x", "reply_markup": {"inline_keyboard": [[{"callback_data": "y"}]]}},
            "can't parse inline keyboard button: can't find field \"text\"",
        ),
        (
            "sendMessage",
            {
                "chat_id": ANNA,
                "text": "x",
                "reply_markup": {"inline_keyboard": [[{"text": "a", "datum": "y"}]]},
            },
            'inline keyboard button: unknown field "datum"',
        ),
        (
            "sendMessage",
            {"chat_id": ANNA, "text": "x", "reply_markup": {"inline_keyboard": [{"text": "a"}]}},
            'field "inline_keyboard": Array expected',
        ),
        (
            "sendMessage",
            {"chat_id": ANNA, "text": "x", "reply_markup": {"inline_keyboard": [[{"text": "a"}]]}},
            "Text buttons are unallowed in the inline keyboard",
        ),
        (
            "sendMessage",
            {
                "chat_id": ANNA,
                "text": "x",
                "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "é" * 33}]]},
            },
            "BUTTON_DATA_INVALID",
        ),
        (
            "sendMessage",
            {"chat_id": ANNA, "text": "a.b", "parse_mode": "MarkdownV2"},
            "Character '.' is reserved",
        ),
        ("sendMessage", {"chat_id": ANNA, "text": "<b>a", "parse_mode": "HTML"}, "can't parse entities"),
        (
            "sendMessage",
            {"chat_id": ANNA, "text": "<x>a</x>", "parse_mode": "HTML"},
            'Unsupported start tag "x"',
        ),
        ("sendChatAction", {"chat_id": ANNA, "action": "dancing"}, "wrong parameter action in request"),
        ("setMyCommands", {"commands": [{"command": "Start", "description": "x"}]}, "BOT_COMMAND_INVALID"),
        ("setMyCommands", {"commands": []}, "BOT_COMMANDS_TOO_MUCH"),
        (
            "setMyCommands",
            {"commands": [{"command": "a", "description": ""}]},
            "BOT_COMMAND_DESCRIPTION_INVALID",
        ),
        ("answerCallbackQuery", {"callback_query_id": "1", "text": "x" * 201}, "MESSAGE_TOO_LONG"),
        ("setWebhook", {"url": "http://example.org/"}, "An HTTPS URL must be provided"),
    ],
)
def test_a_request_that_breaks_a_rule_is_refused_and_recorded(
    tg: FakeTelegram, bot: Bot, method: str, params: dict[str, Any], description: str
) -> None:
    status, answer = bot(method, **params)
    assert status == 400
    assert answer.startswith("Bad Request: ")
    assert description in answer
    assert [(one.method, one.description) for one in tg.violations()] == [(method, answer)]
    assert tg.chat(ANNA).from_bot == []


def test_a_text_of_4096_characters_after_parsing_is_sent(tg: FakeTelegram, bot: Bot) -> None:
    text = f"<b>{'x' * 4095}</b>&lt;"
    assert bot("sendMessage", chat_id=ANNA, text=text, parse_mode="HTML")[0] == 200
    assert tg.chat(ANNA).last.text == "x" * 4095 + "<"


def test_an_unknown_method_is_not_found(bot: Bot) -> None:
    assert bot("sendTelepathy") == (404, "Not Found")


def test_a_wrong_token_is_unauthorized(tg: FakeTelegram, http: httpx.Client) -> None:
    answer = http.get(f"{tg.url}/bot1:wrong/getMe")
    assert (answer.status_code, answer.json()["description"]) == (401, "Unauthorized")


def test_the_query_a_form_and_json_mean_the_same(tg: FakeTelegram, http: httpx.Client) -> None:
    url = f"{tg.api_url}/sendMessage"
    form = {"chat_id": str(ANNA), "text": "same", "reply_markup": json.dumps(KEYBOARD)}
    http.get(url, params=form)
    http.post(url, data=form)
    http.post(url, json={**form, "reply_markup": KEYBOARD})
    http.post(url, files={name: (None, value) for name, value in form.items()})
    assert [(one.text, one.buttons) for one in tg.chat(ANNA).messages] == [("same", [["Yes", "No"]])] * 4


def test_every_method_of_the_specification_is_known(bot: Bot) -> None:
    assert bot("banChatMember", chat_id=-1, user_id=ANNA) == (200, True)
    assert bot("banChatMember", chat_id=-1)[0] == 400


# The chat


def test_an_edit_that_changes_nothing_is_refused(tg: FakeTelegram, bot: Bot) -> None:
    _, message = bot("sendMessage", chat_id=ANNA, text="a", reply_markup=KEYBOARD)
    where = {"chat_id": ANNA, "message_id": message["message_id"]}
    status, description = bot("editMessageText", **where, text="a", reply_markup=KEYBOARD)
    assert status == 400
    assert description.startswith("Bad Request: message is not modified")
    assert bot("editMessageText", **where, text="a")[0] == 200
    shown = tg.chat(ANNA).last
    assert (shown.edited, shown.buttons) == (True, [])
    assert bot("editMessageReplyMarkup", **where, reply_markup=KEYBOARD)[0] == 200
    assert tg.chat(ANNA).last.buttons == [["Yes", "No"]]


def test_what_is_not_there_cannot_be_edited_or_deleted(tg: FakeTelegram, bot: Bot) -> None:
    said = tg.say(ANNA, "mine").message_id
    assert (
        bot("editMessageText", chat_id=ANNA, message_id=99, text="x")[1]
        == "Bad Request: message to edit not found"
    )
    assert (
        bot("editMessageText", chat_id=ANNA, message_id=said, text="x")[1]
        == "Bad Request: message can't be edited"
    )
    assert bot("deleteMessage", chat_id=ANNA, message_id=99)[1] == "Bad Request: message to delete not found"
    assert tg.violations() == []


def test_a_persons_message_can_be_deleted_for_48_hours(tg: FakeTelegram, bot: Bot) -> None:
    young, old = tg.say(ANNA, "secret").message_id, tg.say(ANNA, "older secret").message_id
    assert bot("deleteMessage", chat_id=ANNA, message_id=young) == (200, True)
    tg.advance(48 * 3600 + 2)
    assert bot("deleteMessage", chat_id=ANNA, message_id=old) == (
        400,
        "Bad Request: message can't be deleted for everyone",
    )
    assert [one.deleted for one in tg.chat(ANNA).messages] == [True, False]


def test_a_press_is_answered_once(tg: FakeTelegram, bot: Bot) -> None:
    bot("sendMessage", chat_id=ANNA, text="Well?", reply_markup=KEYBOARD)
    press = tg.press(ANNA, "No")
    query = bot("getUpdates")[1][0]["callback_query"]
    assert (query["data"], query["id"]) == ("n", press.query_id)
    assert query["chat_instance"]
    assert bot("answerCallbackQuery", callback_query_id=query["id"], text="Noted") == (200, True)
    assert tg.answer(press.query_id or "") == {"text": "Noted"}
    status, description = bot("answerCallbackQuery", callback_query_id=query["id"])
    assert (status, "query is too old" in description) == (400, True)


def test_an_old_press_cannot_be_answered(tg: FakeTelegram, bot: Bot) -> None:
    bot("sendMessage", chat_id=ANNA, text="Well?", reply_markup=KEYBOARD)
    press = tg.press(ANNA, index=0)
    tg.advance(151)
    assert bot("answerCallbackQuery", callback_query_id=press.query_id)[0] == 400


def test_a_press_can_be_forged(tg: FakeTelegram, bot: Bot) -> None:
    bot("sendMessage", chat_id=ANNA, text="Well?", reply_markup=KEYBOARD)
    tg.press(ANNA, data="transfer:everything")
    assert bot("getUpdates")[1][0]["callback_query"]["data"] == "transfer:everything"


def test_a_button_that_is_not_there_cannot_be_pressed(tg: FakeTelegram, bot: Bot) -> None:
    bot("sendMessage", chat_id=ANNA, text="Well?", reply_markup=KEYBOARD)
    with pytest.raises(ValueError, match="shows the buttons"):
        tg.press(ANNA, "Perhaps")


def test_people_send_more_than_text(tg: FakeTelegram, bot: Bot) -> None:
    tg.start(ANNA, "nonce-1")
    tg.contact(ANNA, "+4915112345678")
    tg.contact(ANNA, "+4915100000000", contact_user_id=BEN)
    tg.media(ANNA, "photo", caption="see")
    tg.media(ANNA, "voice")
    tg.media(ANNA, "sticker")
    said = tg.say(ANNA, "tpyo")
    tg.edit(ANNA, said.message_id or 0, "typo")
    updates = bot("getUpdates")[1]
    messages = [update["message"] for update in updates if "message" in update]
    assert messages[0]["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    assert [message["contact"]["user_id"] for message in messages[1:3]] == [ANNA, BEN]
    assert messages[3]["caption"] == "see"
    assert "voice" in messages[4]
    assert "sticker" in messages[5]
    assert updates[-1]["edited_message"]["text"] == "typo"
    assert messages[6]["text"] == "tpyo"


def test_a_deep_link_carries_64_safe_characters(tg: FakeTelegram) -> None:
    assert tg.start(ANNA, "a" * 64).update_id
    with pytest.raises(ValueError, match="deep link"):
        tg.start(ANNA, "a" * 65)


def test_the_bot_cannot_write_first(tg: FakeTelegram, bot: Bot) -> None:
    tg.user(1003, started=False)
    assert bot("sendMessage", chat_id=999, text="x") == (400, "Bad Request: chat not found")
    assert bot("sendMessage", chat_id=1003, text="x")[0] == 403
    tg.say(1003, "hello")
    assert bot("sendMessage", chat_id=1003, text="x")[0] == 200


def test_a_person_who_blocked_the_bot_gets_nothing(tg: FakeTelegram, bot: Bot) -> None:
    tg.block(ANNA)
    assert bot("sendMessage", chat_id=ANNA, text="x") == (403, "Forbidden: bot was blocked by the user")
    assert bot("getUpdates")[1][0]["my_chat_member"]["new_chat_member"]["status"] == "kicked"
    tg.block(ANNA, blocked=False)
    assert bot("sendMessage", chat_id=ANNA, text="x")[0] == 200


# Groups


def opened(bot: Bot, desk: int, name: str = "Case 7") -> int:
    thread = bot("createForumTopic", chat_id=desk, name=name)[1]["message_thread_id"]
    assert isinstance(thread, int)
    return thread


def test_topics_of_a_forum_keep_conversations_apart(tg: FakeTelegram, bot: Bot) -> None:
    desk = tg.group("Desk", forum=True)
    assert bot("getChat", chat_id=desk)[1]["is_forum"]
    case, other = opened(bot, desk), opened(bot, desk, "Case 8")
    assert bot("sendMessage", chat_id=desk, text="case", message_thread_id=case)[1]["is_topic_message"]
    said = tg.say(ANNA, "on it", chat=desk, thread=case)
    bot("sendMessage", chat_id=desk, text="seen", reply_parameters={"message_id": said.message_id})
    tg.say(BEN, "somewhere else", chat=desk)
    view = tg.chat(desk)
    assert [one.text for one in view.thread(case)] == ["", "case", "on it", "seen"]
    assert [one.kind for one in view.thread(other)] == ["forum_topic_created"]
    assert [one.text for one in view.thread(None)] == ["somewhere else"]
    flat = tg.group("Flat")
    assert bot("createForumTopic", chat_id=flat, name="x")[1] == "Bad Request: the chat is not a forum"
    tg.forum_mode(flat, True)
    assert "is_forum" in bot("getChat", chat_id=flat)[1]


def test_the_bot_hears_of_what_people_and_it_itself_do_to_a_topic(tg: FakeTelegram, bot: Bot) -> None:
    desk = tg.group("Desk", forum=True)
    thread = opened(bot, desk)
    bot("editForumTopic", chat_id=desk, message_thread_id=thread, name="Case 7, urgent")
    tg.close_topic(ANNA, desk, thread)
    assert bot("reopenForumTopic", chat_id=desk, message_thread_id=thread) == (200, True)
    assert bot("closeForumTopic", chat_id=desk, message_thread_id=thread) == (200, True)
    messages = [update["message"] for update in bot("getUpdates")[1]]
    kinds = ("created", "edited", "closed", "reopened", "closed")
    assert all(f"forum_topic_{kind}" in message for kind, message in zip(kinds, messages, strict=True))
    assert [message["from"]["is_bot"] for message in messages] == [True, True, False, True, True]
    assert {message["message_thread_id"] for message in messages} == {thread}
    topic = tg.chat(desk).topics[thread]
    assert (topic.name, topic.closed) == ("Case 7, urgent", True)


def test_what_stands_in_a_topic_names_the_message_that_opened_it(tg: FakeTelegram, bot: Bot) -> None:
    """A bot that takes every `reply_to_message` for an answer is wrong in a forum."""
    desk = tg.group("Desk", forum=True)
    thread = opened(bot, desk)
    tg.say(ANNA, "no reply at all", chat=desk, thread=thread)
    message = bot("getUpdates")[1][-1]["message"]
    assert "forum_topic_created" in message["reply_to_message"]
    assert tg.chat(desk).messages[-1].reply_to is None


def test_a_topic_that_somebody_deleted_is_gone_and_nobody_is_told(tg: FakeTelegram, bot: Bot) -> None:
    desk = tg.group("Desk", forum=True)
    thread, card = opened(bot, desk), None
    card = bot("sendMessage", chat_id=desk, text="card", message_thread_id=thread)[1]["message_id"]
    before = tg.pending()
    tg.delete_topic(desk, thread)
    assert (tg.pending(), tg.chat(desk).shown) == (before, [])
    where = {"chat_id": desk, "message_thread_id": thread}
    refused = {
        bot("sendMessage", text="x", **where)[1],
        bot("copyMessage", from_chat_id=desk, message_id=card, **where)[1],
        bot("editMessageText", chat_id=desk, message_id=card, text="x")[1],
        bot("setMessageReaction", chat_id=desk, message_id=card)[1],
        bot("pinChatMessage", chat_id=desk, message_id=card)[1],
        bot("closeForumTopic", **where)[1],
        bot("deleteForumTopic", **where)[1],
    }
    assert refused == {
        "Bad Request: message thread not found",
        "Bad Request: message to copy not found",
        "Bad Request: message to edit not found",
        "Bad Request: message to react not found",
        "Bad Request: message to pin not found",
        "Bad Request: TOPIC_ID_INVALID",
    }
    assert tg.violations() == []


def test_without_its_right_the_bot_is_refused(tg: FakeTelegram, bot: Bot) -> None:
    desk = tg.group("Desk", forum=True)
    thread = opened(bot, desk)
    card = bot("sendMessage", chat_id=desk, text="card", message_thread_id=thread)[1]["message_id"]
    said = tg.say(ANNA, "mine", chat=desk, thread=thread).message_id
    tg.bot_may(desk, "can_pin_messages")
    where = {"chat_id": desk, "message_thread_id": thread}
    assert bot("pinChatMessage", chat_id=desk, message_id=card) == (200, True)
    tg.bot_may(desk)
    tg.close_topic(ANNA, desk, thread)
    assert [
        bot("createForumTopic", chat_id=desk, name="x")[1],
        bot("editForumTopic", name="x", **where)[1],
        bot("reopenForumTopic", **where)[1],
        bot("deleteForumTopic", **where)[1],
        bot("pinChatMessage", chat_id=desk, message_id=card)[1],
        bot("deleteMessage", chat_id=desk, message_id=said)[1],
        bot("sendMessage", text="x", **where)[1],
    ] == [
        "Bad Request: not enough rights to create a topic",
        "Bad Request: not enough rights to edit the topic",
        "Bad Request: not enough rights to close or reopen the topic",
        "Bad Request: not enough rights to delete the topic",
        "Bad Request: not enough rights to manage pinned messages in the chat",
        "Bad Request: message can't be deleted",
        "Bad Request: TOPIC_CLOSED",
    ]
    tg.bot_may(desk, "can_manage_topics", "can_delete_messages")
    assert bot("deleteMessage", chat_id=desk, message_id=said) == (200, True)
    assert bot("sendMessage", text="an administrator may", **where)[0] == 200


def test_members_their_rights_and_the_bots_are_told(tg: FakeTelegram, bot: Bot) -> None:
    desk = tg.group("Desk", forum=True)
    me = bot("getMe")[1]["id"]
    assert bot("getChatMember", chat_id=desk, user_id=me)[1]["can_manage_topics"] is True
    tg.bot_may(desk, "can_pin_messages")
    assert bot("getChatMember", chat_id=desk, user_id=me)[1]["can_manage_topics"] is False
    assert bot("getUpdates")[1][-1]["my_chat_member"]["new_chat_member"]["can_pin_messages"] is True
    assert bot("getChatMember", chat_id=desk, user_id=ANNA)[1]["status"] == "left"
    tg.say(ANNA, "here", chat=desk)
    tg.member(desk, BEN, "creator")
    assert bot("getChatMember", chat_id=desk, user_id=ANNA)[1]["status"] == "member"
    assert [one["user"]["id"] for one in bot("getChatAdministrators", chat_id=desk)[1]] == [me, BEN]
    tg.member(desk, None, "kicked")
    assert bot("sendMessage", chat_id=desk, text="x") == (
        403,
        "Forbidden: bot was kicked from the supergroup chat",
    )


def test_an_anonymous_administrator_is_no_person_and_not_the_bot(tg: FakeTelegram, bot: Bot) -> None:
    desk = tg.group("Desk", forum=True)
    tg.say(ANNA, "who am I?", chat=desk, anonymous=True)
    message = bot("getUpdates")[1][0]["message"]
    assert (message["from"]["username"], message["sender_chat"]["id"]) == ("GroupAnonymousBot", desk)
    assert tg.chat(desk).from_bot == []


def test_a_group_that_became_a_supergroup_names_its_new_identifier(
    tg: FakeTelegram, bot: Bot, http: httpx.Client
) -> None:
    old = tg.group("Team", kind="group")
    new = tg.migrate(ANNA, old)
    messages = [update["message"] for update in bot("getUpdates")[1]]
    assert messages[0]["migrate_to_chat_id"] == messages[1]["chat"]["id"] == new
    assert messages[1]["migrate_from_chat_id"] == messages[0]["chat"]["id"] == old
    assert http.post(f"{tg.api_url}/sendMessage", json={"chat_id": old, "text": "x"}).json() == {
        "ok": False,
        "error_code": 400,
        "description": "Bad Request: group chat was upgraded to a supergroup chat",
        "parameters": {"migrate_to_chat_id": new},
    }
    assert bot("sendMessage", chat_id=new, text="x")[0] == 200


def test_agents_send_everything_that_people_send(tg: FakeTelegram, bot: Bot) -> None:
    desk = tg.group("Desk", forum=True)
    thread = opened(bot, desk)
    where: Any = {"chat": desk, "thread": thread}
    pictures = tg.album(ANNA, ["photo", "document"], caption="both", **where)
    tg.contact(ANNA, "+4915112345678", **where)
    tg.media(ANNA, "voice", reply_to=pictures[0].message_id, **where)
    tg.message(ANNA, {"location": {"latitude": 52.5, "longitude": 13.4}}, **where)
    said = tg.say(ANNA, "tpyo", **where)
    tg.edit(ANNA, said.message_id or 0, "typo", chat=desk)
    updates = bot("getUpdates")[1][1:]
    messages = [update.get("message", update.get("edited_message")) for update in updates]
    assert {message["message_thread_id"] for message in messages} == {thread}
    assert len({message.get("media_group_id") for message in messages[:2]}) == 1
    assert messages[0]["caption"] == "both"
    assert messages[3]["reply_to_message"]["message_id"] == pictures[0].message_id
    assert [one.kind for one in tg.chat(desk).thread(thread)][1:] == [
        "photo", "document", "contact", "voice", "location", "text",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="unknown field"):
        tg.message(ANNA, {"telepathy": {}})


def test_a_known_file_is_sent_again_by_its_identifier(tg: FakeTelegram, bot: Bot) -> None:
    tg.media(ANNA, "photo", caption="see")
    photo = bot("getUpdates")[1][0]["message"]["photo"][0]["file_id"]
    assert bot("sendPhoto", chat_id=BEN, photo=photo)[1]["photo"][0]["file_id"] == photo
    assert bot("sendDocument", chat_id=BEN, document="made up") == (
        400,
        "Bad Request: wrong file identifier/HTTP URL specified",
    )


@pytest.mark.parametrize(
    ("reaction", "refusal"),
    [
        ([{"type": "emoji", "emoji": "✅"}], "Bad Request: REACTION_INVALID"),
        (
            [{"type": "emoji", "emoji": "👍"}, {"type": "emoji", "emoji": "👎"}],
            "Bad Request: REACTIONS_TOO_MANY",
        ),
    ],
)
def test_a_reaction_is_one_of_those_that_there_are(
    tg: FakeTelegram, bot: Bot, reaction: list[dict[str, str]], refusal: str
) -> None:
    said = tg.say(ANNA, "hello").message_id
    assert bot("setMessageReaction", chat_id=ANNA, message_id=said, reaction=reaction) == (400, refusal)


def test_copies_forwards_pins_and_reactions(tg: FakeTelegram, bot: Bot) -> None:
    said = tg.say(ANNA, "original").message_id
    where = {"from_chat_id": ANNA, "message_id": said}
    copied = bot("copyMessage", chat_id=BEN, **where)[1]["message_id"]
    assert bot("forwardMessage", chat_id=BEN, **where)[1]["forward_origin"]["sender_user"]["id"] == ANNA
    bot("pinChatMessage", chat_id=BEN, message_id=copied)
    bot("setMessageReaction", chat_id=ANNA, message_id=said, reaction=[{"type": "emoji", "emoji": "👍"}])
    assert [one.text for one in tg.chat(BEN).messages if one.kind == "text"] == ["original", "original"]
    assert tg.chat(BEN).pinned == [copied]
    assert tg.chat(ANNA).messages[0].reactions == ["👍"]


def test_an_upload_can_be_downloaded(tg: FakeTelegram, bot: Bot, http: httpx.Client) -> None:
    content = bytes(range(256)) + b"\r\n--\r\n"
    form = {"chat_id": str(ANNA), "document": "attach://part"}
    answer = http.post(f"{tg.api_url}/sendDocument", data=form, files={"part": ("a.bin", content)}).json()
    document = answer["result"]["document"]
    path = bot("getFile", file_id=document["file_id"])[1]["file_path"]
    assert (document["file_name"], document["file_size"]) == ("a.bin", len(content))
    assert http.get(f"{tg.url}/file/bot{tg.token}/{path}").content == content


def test_what_the_bot_says_of_itself_is_kept(tg: FakeTelegram, bot: Bot) -> None:
    commands = [{"command": "start", "description": "Begin"}]
    bot("setMyCommands", commands=commands, language_code="en")
    bot("setMyName", name="Sparekey")
    assert bot("getMyCommands", language_code="en") == (200, commands)
    assert bot("getMyCommands") == (200, [])
    assert bot("getMyName") == (200, {"name": "Sparekey"})


# Faults


def test_too_many_requests_name_the_wait(tg: FakeTelegram, http: httpx.Client) -> None:
    tg.fault("too_many", method="sendMessage", user=ANNA, retry_after=7)
    body = {"chat_id": ANNA, "text": "x"}
    assert http.post(f"{tg.api_url}/sendMessage", json={**body, "chat_id": BEN}).status_code == 200
    assert http.post(f"{tg.api_url}/sendMessage", json=body).json() == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 7",
        "parameters": {"retry_after": 7},
    }
    assert http.post(f"{tg.api_url}/sendMessage", json=body).status_code == 200


def test_a_call_dropped_before_has_no_effect_and_one_dropped_after_has(
    tg: FakeTelegram, http: httpx.Client
) -> None:
    faults: tuple[tuple[FaultKind, str], ...] = (("drop_before", "never"), ("drop_after", "ghost"))
    for kind, text in faults:
        tg.fault(kind, method="sendMessage")
        with pytest.raises(httpx.RemoteProtocolError):
            http.post(f"{tg.api_url}/sendMessage", json={"chat_id": ANNA, "text": text})
    assert tg.texts(ANNA) == ["ghost"]
    assert [(one.applied, one.answered, one.fault) for one in tg.sent(ANNA)] == [
        (False, False, "drop_before"),
        (True, False, "drop_after"),
    ]


def test_a_confirmation_dropped_before_brings_the_updates_again(tg: FakeTelegram, bot: Bot) -> None:
    queued = tg.say(ANNA, "again")
    tg.fault("drop_before", method="getUpdates")
    with pytest.raises(httpx.RemoteProtocolError):
        bot("getUpdates", offset=after(queued))
    assert tg.pending() == 1


def test_gateways_fail_and_answers_break_off(tg: FakeTelegram, http: httpx.Client) -> None:
    url, body = f"{tg.api_url}/sendMessage", {"chat_id": ANNA, "text": "x"}
    tg.fault("bad_gateway")
    answer = http.post(url, json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (502, "text/html")
    tg.fault("server_error")
    assert http.post(url, json=body).status_code == 500
    tg.fault("truncated")
    with pytest.raises(ValueError):
        http.post(url, json=body).json()
    tg.fault("forbidden")
    assert http.post(url, json=body).status_code == 403
    assert len(tg.texts(ANNA)) == 1


def test_a_slow_answer_comes_after_its_effect(tg: FakeTelegram) -> None:
    tg.fault("slow", seconds=5)
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{tg.api_url}/sendMessage", json={"chat_id": ANNA, "text": "late"}, timeout=0.3)
    assert tg.texts(ANNA) == ["late"]


def test_a_fault_strikes_polling_only_by_name(tg: FakeTelegram, bot: Bot) -> None:
    tg.fault("server_error")
    assert bot("getUpdates")[0] == 200
    assert bot("getMe")[0] == 500
    tg.fault("server_error", method="getUpdates")
    assert bot("getUpdates")[0] == 500


def test_a_fault_waits_its_turn_and_can_be_cleared(tg: FakeTelegram, bot: Bot) -> None:
    tg.fault("forbidden", skip=1, times=None)
    assert [bot("sendMessage", chat_id=ANNA, text="x")[0] for _ in range(3)] == [200, 403, 403]
    tg.clear_faults()
    assert bot("sendMessage", chat_id=ANNA, text="x")[0] == 200


def test_rate_limits_hold_when_switched_on(tg: FakeTelegram, bot: Bot) -> None:
    tg.settings(rate_limits=True)
    assert [bot("sendMessage", chat_id=ANNA, text="x")[0] for _ in range(4)] == [200, 200, 200, 429]
    for user in range(2000, 2031):
        tg.user(user)
    tg.advance(2)
    statuses = [bot("sendMessage", chat_id=user, text="x")[0] for user in range(2000, 2031)]
    assert statuses == [200] * 30 + [429]
    limits = tg.limits()
    assert (limits["chat"].seen, limits["chat"].refused) == (3, 1)
    assert (limits["bot"].seen, limits["bot"].refused) == (30, 1)


def test_all_topics_of_a_group_share_its_minute_and_edits_count(tg: FakeTelegram, bot: Bot) -> None:
    tg.settings(rate_limits=True)
    desk = tg.group("Desk", forum=True)
    statuses = []
    for number in range(7):
        thread = opened(bot, desk, f"Case {number}")
        tg.advance(1.5)
        sent = bot("sendMessage", chat_id=desk, text="x", message_thread_id=thread)[1]["message_id"]
        tg.advance(1.5)
        statuses.append(bot("editMessageText", chat_id=desk, message_id=sent, text="y")[0])
        tg.advance(1.5)
    assert statuses == [200] * 6 + [429]
    assert bot("setMessageReaction", chat_id=desk, message_id=sent) == (200, True)
    assert (tg.limits()["group"].seen, tg.limits()["group"].refused) == (20, 1)


def test_what_is_said_is_counted_where_nothing_is_refused(tg: FakeTelegram, bot: Bot) -> None:
    for _ in range(5):
        bot("sendMessage", chat_id=ANNA, text="x")
    assert (tg.limits()["chat"].seen, tg.limits()["chat"].refused) == (5, 0)


def test_waiting_reports_what_came_instead(tg: FakeTelegram, bot: Bot) -> None:
    bot("sendMessage", chat_id=ANNA, text="x")
    tg.wait_for(ANNA, 1)
    tg.wait_calls("sendMessage", 1)
    with pytest.raises(TimeoutError, match="last calls"):
        tg.wait_for(ANNA, 2, timeout=0.1)


def test_a_journal_tells_the_whole_story(tmp_path: Path, tg: FakeTelegram) -> None:
    path = tmp_path / "journal.jsonl"
    with running(journal=path) as own:
        said = own.say(ANNA, "hello")
        httpx.get(f"{own.api_url}/getUpdates")
        httpx.post(f"{own.api_url}/sendMessage", json={"chat_id": ANNA, "text": "hi"})
        httpx.get(f"{own.api_url}/getUpdates", params={"offset": after(said)})
        events = [json.loads(line) for line in path.read_text().splitlines()]
    assert [event["kind"] for event in events] == ["queued", "delivered", "call", "confirmed"]
    assert events[1]["update_ids"] == [said.update_id]
    assert events[2]["params"] == {"chat_id": ANNA, "text": "hi"}


# Webhooks


class Hook:
    """A bot's web server: records each delivery and answers as told (200 with an empty body when out of orders)."""

    def __init__(self) -> None:
        self.deliveries: list[tuple[float, dict[str, Any], str | None]] = []
        self.orders: list[tuple[int, dict[str, str], bytes]] = []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                hook.deliveries.append(
                    (time.monotonic(), body, self.headers["X-Telegram-Bot-Api-Secret-Token"])
                )
                status, headers, content = hook.orders.pop(0) if hook.orders else (200, {}, b"")
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(content))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"

    def wait_for(self, count: int) -> None:
        deadline = time.monotonic() + 10
        while len(self.deliveries) < count:
            assert time.monotonic() < deadline, self.deliveries
            time.sleep(0.005)


@pytest.fixture
def hook() -> Iterator[Hook]:
    hook = Hook()
    thread = Thread(target=hook.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield hook
    hook.server.shutdown()
    thread.join()
    hook.server.server_close()


def test_a_webhook_gets_updates_with_the_secret_and_polling_is_a_conflict(
    tg: FakeTelegram, bot: Bot, hook: Hook
) -> None:
    bot("setWebhook", url=hook.url, secret_token="s3cret")
    tg.say(ANNA, "pushed")
    tg.wait_confirmed()
    [(_, update, secret)] = hook.deliveries
    assert (update["message"]["text"], secret) == ("pushed", "s3cret")
    assert bot("getUpdates")[0] == 409
    bot("deleteWebhook")
    assert bot("getUpdates") == (200, [])


def test_a_failed_delivery_is_repeated_at_once_then_ever_later(
    tg: FakeTelegram, bot: Bot, hook: Hook
) -> None:
    tg.settings(webhook_scale=0.05)
    hook.orders += [(500, {}, b"")] * 4
    bot("setWebhook", url=hook.url)
    tg.say(ANNA, "stubborn")
    tg.wait_confirmed()
    times = [when for when, _, _ in hook.deliveries]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert len({update["update_id"] for _, update, _ in hook.deliveries}) == 1
    assert len(gaps) == 4
    assert [gap >= wait for gap, wait in zip(gaps, (0, 0.1, 0.2, 0.4), strict=True)] == [True] * 4
    assert gaps[0] < gaps[3]
    assert "500" in bot("getWebhookInfo")[1]["last_error_message"]


def test_retry_after_is_obeyed(tg: FakeTelegram, bot: Bot, hook: Hook) -> None:
    tg.settings(webhook_scale=0.01)
    hook.orders.append((503, {"Retry-After": "50"}, b""))
    bot("setWebhook", url=hook.url)
    tg.say(ANNA, "later")
    tg.wait_confirmed()
    assert hook.deliveries[1][0] - hook.deliveries[0][0] >= 0.5


def test_a_delivery_that_goes_on_failing_is_repeated_ever_later_until_it_expires(
    tg: FakeTelegram, bot: Bot, hook: Hook
) -> None:
    def presses() -> int:
        return sum("callback_query" in update for _, update, _ in hook.deliveries)

    def fail_after(seconds: float) -> None:
        hook.orders.append((500, {}, b""))
        count = len(hook.deliveries)
        tg.advance(seconds)
        hook.wait_for(count + 1)
        settle()

    def settle() -> None:
        """With one connection, what comes next is delivered after a failure is noted."""
        tg.say(BEN, "meanwhile")
        tg.wait_confirmed(pending=1)

    tg.stand(1_800_000_000)
    bot("sendMessage", chat_id=ANNA, text="Well?", reply_markup=KEYBOARD)
    hook.orders += [(500, {}, b"")] * 2
    bot("setWebhook", url=hook.url, max_connections=1)
    tg.press(ANNA, "Yes")
    hook.wait_for(2)
    settle()
    for number, wait in enumerate((2, 4, 8, 16, 32), start=2):
        tg.advance(wait - 1)
        settle()
        assert presses() == number, "not before its time"
        fail_after(1)
    fail_after(87)
    assert (presses(), tg.pending()) == (8, 1)
    tg.advance(1)
    assert tg.pending() == 0, "a press lives 150 seconds"


def test_a_failing_chat_holds_up_nobody_else(tg: FakeTelegram, bot: Bot, hook: Hook) -> None:
    hook.orders += [(500, {}, b"")] * 2
    bot("setWebhook", url=hook.url, max_connections=1)
    tg.say(ANNA, "stuck")
    hook.wait_for(2)
    tg.say(BEN, "free")
    tg.wait_confirmed(pending=1)
    assert [update["message"]["text"] for _, update, _ in hook.deliveries] == ["stuck", "stuck", "free"]


def test_a_press_overtakes_a_message_that_fails(tg: FakeTelegram, bot: Bot, hook: Hook) -> None:
    bot("sendMessage", chat_id=ANNA, text="Well?", reply_markup=KEYBOARD)
    hook.orders += [(500, {}, b"")] * 2
    bot("setWebhook", url=hook.url)
    said = tg.say(ANNA, "stuck")
    hook.wait_for(2)
    pressed = tg.press(ANNA, "Yes")
    tg.wait_confirmed(pending=1)
    assert ids([update for _, update, _ in hook.deliveries]) == [said.update_id] * 2 + [pressed.update_id]


def test_the_method_in_a_webhooks_answer_is_executed(tg: FakeTelegram, bot: Bot, hook: Hook) -> None:
    call = {"method": "sendMessage", "chat_id": ANNA, "text": "reply"}
    hook.orders.append((200, {"Content-Type": "application/json"}, json.dumps(call).encode()))
    bot("setWebhook", url=hook.url)
    tg.say(ANNA, "question")
    tg.wait_for(ANNA, 1)
    assert tg.texts(ANNA) == ["reply"]
    assert tg.sent(ANNA)[0].via == "webhook"


def test_an_answer_lost_on_the_way_is_neither_executed_nor_a_confirmation(
    tg: FakeTelegram, bot: Bot, hook: Hook
) -> None:
    call: tuple[int, dict[str, str], bytes] = (
        200,
        {},
        json.dumps({"method": "sendMessage", "chat_id": ANNA, "text": "reply"}).encode(),
    )
    hook.orders += [call, call]
    tg.fault("drop_after", method="webhook")
    bot("setWebhook", url=hook.url)
    tg.say(ANNA, "question")
    tg.wait_confirmed()
    assert len(hook.deliveries) == 2
    assert tg.texts(ANNA) == ["reply"]


# The real clients


async def aiogram_session(tg: FakeTelegram) -> AsyncIterator[Any]:
    from aiogram import Bot as AiogramBot
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer

    session = AiohttpSession(api=TelegramAPIServer.from_base(tg.url))
    async with AiogramBot(tg.token, session=session).context() as client:
        yield client


async def test_aiogram_cannot_tell_the_difference(tg: FakeTelegram) -> None:
    from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramRetryAfter
    from aiogram.types import BotCommand, BufferedInputFile, InlineKeyboardMarkup

    async for client in aiogram_session(tg):
        assert (await client.get_me()).is_bot
        await client.set_my_commands([BotCommand(command="start", description="Begin")])
        sent = await client.send_message(
            ANNA, "Well?", reply_markup=InlineKeyboardMarkup.model_validate(KEYBOARD)
        )
        tg.press(ANNA, "Yes")
        tg.say(ANNA, "/help")
        press, message = await client.get_updates(timeout=5, allowed_updates=["message", "callback_query"])
        assert press.callback_query
        assert press.callback_query.message
        assert message.message
        assert abs(message.message.date.timestamp() - time.time()) < 5
        await client.answer_callback_query(press.callback_query.id, text="ok")
        await client.send_chat_action(ANNA, "typing")
        assert tg.chat(ANNA).action == "typing"
        await client.edit_message_text("Well!", chat_id=ANNA, message_id=sent.message_id)
        with pytest.raises(TelegramBadRequest, match="message is not modified"):
            await client.edit_message_text("Well!", chat_id=ANNA, message_id=sent.message_id)
        photo = await client.send_photo(ANNA, BufferedInputFile(b"\xff\xd8\xffjpeg", "a.jpg"), caption="look")
        assert photo.photo
        assert (await client.download(photo.photo[-1].file_id)).read() == b"\xff\xd8\xffjpeg"
        assert (await client.get_chat(ANNA)).first_name == "Anna"
        tg.fault("too_many", retry_after=3)
        with pytest.raises(TelegramRetryAfter) as limit:
            await client.send_message(ANNA, "x")
        assert limit.value.retry_after == 3
        tg.block(ANNA)
        with pytest.raises(TelegramForbiddenError):
            await client.send_message(ANNA, "x")
    assert [one.text for one in tg.chat(ANNA).from_bot] == ["Well!", "look"]
    assert tg.violations() == []


@pytest.mark.filterwarnings("ignore:Deprecated since version v22.2:telegram.warnings.PTBDeprecationWarning")
async def test_python_telegram_bot_cannot_tell_the_difference(tg: FakeTelegram) -> None:
    import telegram
    from telegram.error import BadRequest, Forbidden, RetryAfter

    client = telegram.Bot(tg.token, base_url=f"{tg.url}/bot", base_file_url=f"{tg.url}/file/bot")
    async with client:
        assert client.username == "fake_bot"
        buttons = [[telegram.InlineKeyboardButton("Yes", callback_data="y")]]
        sent = await client.send_message(ANNA, "Well?", reply_markup=telegram.InlineKeyboardMarkup(buttons))
        tg.press(ANNA, "Yes")
        tg.contact(ANNA, "+4915112345678")
        press, contact = await client.get_updates(timeout=5)
        assert press.callback_query
        assert press.callback_query.chat_instance
        assert contact.message
        assert contact.message.contact
        await press.callback_query.answer("ok")
        await sent.edit_text("Well!")
        with pytest.raises(BadRequest, match="not modified"):
            await client.edit_message_text("Well!", ANNA, sent.message_id)
        document = (await client.send_document(ANNA, b"pdf", filename="a.pdf")).document
        assert document
        assert bytes(await (await document.get_file()).download_as_bytearray()) == b"pdf"
        assert (await client.get_chat(ANNA)).first_name == "Anna"
        assert (await client.get_webhook_info()).url == ""
        tg.fault("too_many", retry_after=3)
        with pytest.raises(RetryAfter):
            await client.send_message(ANNA, "x")
        tg.block(ANNA)
        with pytest.raises(Forbidden):
            await client.send_message(ANNA, "x")
    assert tg.violations() == []


async def test_an_aiogram_bot_polls_and_answers(tg: FakeTelegram) -> None:
    from aiogram import Dispatcher
    from aiogram.types import Message

    dispatcher = Dispatcher()

    @dispatcher.message()
    async def echo(message: Message) -> None:
        await message.answer(f"you said {message.text}")

    async for client in aiogram_session(tg):
        polling = asyncio.create_task(
            dispatcher.start_polling(client, handle_signals=False, polling_timeout=5)
        )
        tg.say_many([(ANNA, "one"), (BEN, "two")])
        await asyncio.to_thread(tg.wait_for, None, 2)
        await asyncio.to_thread(tg.wait_confirmed)
        await dispatcher.stop_polling()
        await polling
    assert (tg.texts(ANNA), tg.texts(BEN)) == (["you said one"], ["you said two"])


async def test_a_python_telegram_bot_polls_and_answers(tg: FakeTelegram) -> None:
    from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
    from telegram.ext import ApplicationBuilder, CallbackQueryHandler, CommandHandler

    async def start(update: Update, context: Any) -> None:
        assert update.message
        buttons = [[InlineKeyboardButton("Go on", callback_data="go")]]
        await update.message.reply_text(f"payload {context.args}", reply_markup=InlineKeyboardMarkup(buttons))

    async def pressed(update: Update, context: Any) -> None:
        assert update.callback_query
        await update.callback_query.answer()
        await update.callback_query.edit_message_text("done")

    builder = (
        ApplicationBuilder().token(tg.token).base_url(f"{tg.url}/bot").base_file_url(f"{tg.url}/file/bot")
    )
    application = builder.build()
    application.add_handler(CommandHandler("start", start))
    application.add_handler(CallbackQueryHandler(pressed))
    async with application:
        assert application.updater
        await application.updater.start_polling(timeout=5)
        await application.start()
        tg.start(ANNA, "abc")
        await asyncio.to_thread(tg.wait_for, ANNA, 1)
        assert tg.texts(ANNA) == ["payload ['abc']"]
        tg.press(ANNA, "Go on")
        await asyncio.to_thread(tg.wait_calls, "editMessageText", 1)
        await application.updater.stop()
        await application.stop()
    assert tg.texts(ANNA) == ["done"]
