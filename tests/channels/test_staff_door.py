"""What happens in the staff group: who is an agent, what each message and each press means, and who is told what."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.channels.telegram.staff.door import StaffDoor
from bot.channels.telegram.staff.room import GroupRoom
from bot.core.catalog import Catalog
from bot.core.conversation import Case, Conversation
from bot.core.events import (
    AgentChoseLanguage,
    AgentClosed,
    AgentEscalated,
    AgentEvent,
    AgentHandedBack,
    AgentNoted,
    AgentReopened,
    AgentReplied,
    AgentTook,
)
from bot.core.vocabulary import Priority, Refusal, Status
from bot.errors import ConfigError, StoreError
from bot.ports import Lane, Posted
from bot.service.reading import Reader
from bot.service.staff.cases import Cases
from bot.service.staff.guard import guarded
from bot.settings import Settings
from bot.testing import ManualClock, MemoryStore

GROUP, TOPIC, CODE, BOT = -1001234567890, 17, "R-Q48WW-R1WEJ", 99
MINA, LEA, MALLORY = 501, 502, 666
NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
LANE = Lane("telegram", "1001")


@dataclass
class Telegram:
    """Takes calls, as Telegram's servers do."""

    calls: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    async def call(self, method: str, parameters: Mapping[str, Any]) -> Any:
        self.calls.append((method, parameters))
        return {"message_id": 1}

    @property
    def said(self) -> list[str]:
        return [parameters["text"] for method, parameters in self.calls if method == "sendMessage"]

    @property
    def toasts(self) -> list[str | None]:
        calls = [parameters for method, parameters in self.calls if method == "answerCallbackQuery"]
        return [parameters.get("text") for parameters in calls]


class Group:
    """The staff group of one case."""

    def __init__(self, store: MemoryStore, catalog: Catalog, *, pictures: bool = False) -> None:
        self.telegram, self.store, self.count = Telegram(), store, 0
        self.door = StaffDoor(
            self.telegram,
            bot_id=BOT,
            agents=(MINA,),
            leads=(LEA,),
            room=GroupRoom(self.telegram, GROUP),
            cases=Cases(store, lambda: catalog, ManualClock(NOON)),
            setting="SPAREKEY_STAFF_AGENTS",
            pictures=pictures,
        )

    async def hears(
        self, sender: int = MINA, *, topic: int | None = TOPIC, **content: Any
    ) -> AgentEvent | None:
        """Let somebody send a message; return what it means."""
        self.count += 1
        message = {
            "message_id": self.count,
            "date": int(NOON.timestamp()),
            "chat": {"id": GROUP, "type": "supergroup"},
            "from": {"id": sender, "is_bot": False, "first_name": "Mina"},
            **({"message_thread_id": topic} if topic is not None else {}),
            **content,
        }
        return await self.takes({"message": message})

    async def presses(self, data: str, sender: int = MINA) -> AgentEvent | None:
        chat = {"id": GROUP, "type": "supergroup"}
        message = {"message_id": 7, "chat": chat, "message_thread_id": TOPIC, "date": 1}
        user = {"id": sender, "is_bot": False, "first_name": "Mina"}
        return await self.takes(
            {"callback_query": {"id": "q", "from": user, "message": message, "data": data}}
        )

    async def takes(self, update: dict[str, Any]) -> AgentEvent | None:
        self.count += 1
        update = {"update_id": self.count, **update}
        assert self.door.concerns(update)
        incoming = await self.door.read(update, NOON)
        await asyncio.gather(*self.door._errands)
        if incoming is None:
            return None
        assert incoming.lane == LANE, "what agents do enters the person's own lane"
        assert isinstance(incoming.event, AgentEvent)
        return incoming.event


@pytest.fixture(name="group")
async def _group(reader: Reader) -> AsyncIterator[Group]:
    group = await with_a_case(reader.catalog)
    yield group
    await group.door.close()


async def with_a_case(catalog: Catalog, *, pictures: bool = False) -> Group:
    store = MemoryStore()
    case = Case(at=NOON, reason="human", priority=Priority.NORMAL, left=("no_sms", "page"))
    conversation = Conversation(
        id="c", channel=LANE.channel, contact=LANE.contact, started_at=NOON, language="fr", status=Status.OPEN,
        case_code=CODE, case=case,
    )  # fmt: skip
    await store.write(lambda unit: unit.save(conversation))
    posted = Posted(code=CODE, conversation="c", lane=LANE, place=f"{GROUP}/{TOPIC}")
    await store.write(lambda unit: unit.keep_posted(posted))
    return Group(store, catalog, pictures=pictures)


@pytest.mark.parametrize(
    ("text", "kind", "fields"),
    [
        ("Hello", AgentReplied, {"text": "Hello"}),
        ("// odd", AgentNoted, {"text": "odd"}),
        ("#note odd", AgentNoted, {"text": "odd"}),
        ("/note odd", AgentNoted, {"text": "odd"}),
        ("/take", AgentTook, {}),
        ("/take@some_bot", AgentTook, {}),
        ("/tpl looking", AgentReplied, {"template": "looking"}),
        ("/handback no_sms", AgentHandedBack, {"flow": "no_sms", "state": None}),
        ("/handback no_sms.page", AgentHandedBack, {"flow": "no_sms", "state": "page"}),
        ("/reopen", AgentReopened, {}),
        ("/lang en", AgentChoseLanguage, {"language": "en"}),
    ],
)
async def test_what_an_agent_types(group: Group, text: str, kind: type, fields: dict[str, Any]) -> None:
    event = await group.hears(text=text)
    assert type(event) is kind
    assert {name: getattr(event, name) for name in fields} == fields
    assert (event.case, event.agent, event.name, event.lead) == (CODE, "telegram:501", "Mina", False)
    assert event.message == "m:1"
    assert group.telegram.said == []


@pytest.mark.parametrize(
    ("data", "kind", "fields"),
    [
        ("take", AgentTook, {}),
        ("reply:hello", AgentReplied, {"template": "hello"}),
        ("back:-", AgentHandedBack, {"flow": None, "state": None}),
        ("back:no_sms.page", AgentHandedBack, {"flow": "no_sms", "state": "page"}),
        ("escalate:sure", AgentEscalated, {}),
        ("close:sure", AgentClosed, {}),
        ("reopen", AgentReopened, {}),
    ],
)
async def test_what_an_agent_presses(group: Group, data: str, kind: type, fields: dict[str, Any]) -> None:
    event = await group.presses(f"s1:{CODE}:{data}")
    assert type(event) is kind
    assert {name: getattr(event, name) for name in fields} == fields
    assert group.telegram.toasts == [None], "every press is answered"


@pytest.mark.parametrize(
    ("asked", "answer", "button"),
    [
        ("/close", "Close case", f"s1:{CODE}:close:sure"),
        ("/escalate", "Only a lead", f"s1:{CODE}:escalate:sure"),
        ("/tpl", "in Français", f"s1:{CODE}:reply:hello"),
        ("/handback", "/handback no_sms.page", f"s1:{CODE}:back:no_sms.page"),
        ("/info", "Problem:", f"s1:{CODE}:take"),
        ("/lang", "en, fr, zh", None),
        ("/ban", "/handback FLOW.STATE", None),
        ("/note", "Begin a line with //", None),
    ],
)
async def test_what_an_agent_is_asked_first(
    group: Group, asked: str, answer: str, button: str | None
) -> None:
    assert await group.hears(text=asked) is None
    assert answer in group.telegram.said[0]
    if button is not None:
        (sent,) = [parameters for method, parameters in group.telegram.calls if method == "sendMessage"]
        data = [each["callback_data"] for row in sent["reply_markup"]["inline_keyboard"] for each in row]
        assert button in data
        assert all(len(each.encode()) <= 64 for each in data)


@pytest.mark.parametrize("press", ["close", "escalate", "reply", "back"])
async def test_a_button_that_does_much_asks_first(group: Group, press: str) -> None:
    assert await group.presses(f"s1:{CODE}:{press}") is None
    assert len(group.telegram.said) == 1


@pytest.mark.parametrize(
    "data", ["", "s1:", f"s1:{CODE}:erase", "s1:R-00000-00000:take", "v1:3:yes", "s1:x:take"]
)
async def test_a_forged_button_does_nothing_and_is_answered(group: Group, data: str) -> None:
    assert await group.presses(data) is None
    assert group.telegram.toasts == [None]


async def test_who_is_not_on_the_list_is_told_so_once_and_does_nothing(group: Group) -> None:
    for text in ("hello", "/take", "// note"):
        assert await group.hears(MALLORY, text=text) is None
    assert await group.hears(MALLORY, forum_topic_closed={}) is None
    assert await group.presses(f"s1:{CODE}:close:sure", MALLORY) is None
    (said,) = group.telegram.said
    assert "add 666 to SPAREKEY_STAFF_AGENTS" in said
    (toast,) = group.telegram.toasts
    assert toast is not None
    assert "not on the list" in toast


async def test_a_lead_is_known_as_one(group: Group) -> None:
    event = await group.hears(LEA, text="hello")
    assert event is not None
    assert event.lead


async def test_who_writes_as_the_group_is_told_how_to_be_somebody(group: Group) -> None:
    bot = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
    assert (
        await group.hears(**{"from": bot}, sender_chat={"id": GROUP, "type": "supergroup"}, text="hello")
        is None
    )
    assert "remain anonymous" in group.telegram.said[0]


@pytest.mark.parametrize(
    "content",
    [
        {"from": {"id": BOT, "is_bot": True, "first_name": "Bot"}, "text": "card"},
        {"from": {"id": 5, "is_bot": True, "first_name": "Other"}, "text": "hello"},
        {"from": {"id": BOT, "is_bot": True, "first_name": "Bot"}, "forum_topic_closed": {}},
        {"forum_topic_created": {"name": "x", "icon_color": 1}},
        {"pinned_message": {}},
        {"giveaway_created": {}},
        {"chat_owner_changed": {"new_owner": {}}},
        {"topic": None, "text": "good morning all"},
    ],
)
async def test_what_concerns_no_case_is_passed_over(group: Group, content: dict[str, Any]) -> None:
    assert await group.hears(**content) is None
    assert group.telegram.calls == []


async def test_a_topic_of_nobody_says_so_once(group: Group) -> None:
    for topic in (18, 18, 19, 18):
        assert await group.hears(topic=topic, text="hello") is None
    said = [parameters["message_thread_id"] for _, parameters in group.telegram.calls]
    assert said == [18, 19], "each is told once an hour"
    assert "No case belongs to this topic" in group.telegram.said[0]


@pytest.mark.parametrize(("place", "theirs"), [(f"{GROUP}/17", True), ("17", False), ("-100/17", False)])
async def test_a_topic_is_that_of_its_group_alone(group: Group, place: str, theirs: bool) -> None:
    """Topics are numbered anew in each group; the version before named none, so that nobody knows whose such a one is."""
    posted = Posted(code=CODE, conversation="c", lane=LANE, place=place)
    await group.store.write(lambda unit: unit.keep_posted(posted))
    assert isinstance(await group.hears(text="Who has the night shift?"), AgentReplied) is theirs


async def test_what_the_bot_may_do_in_the_group_is_told_whenever_it_changes(
    group: Group, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    rights = {"can_manage_topics": True, "can_pin_messages": True, "can_delete_messages": True}
    for member in (
        {"status": "kicked"},
        {"status": "member"},
        {"status": "administrator", **rights, "can_pin_messages": False},
        {"status": "administrator", **rights},
    ):
        change = {"chat": {"id": GROUP}, "date": 1, "new_chat_member": member}
        assert await group.takes({"my_chat_member": change}) is None
    thrown_out, demoted, lacking, well = (record.message for record in caplog.records)
    assert "Add it again" in thrown_out
    assert "no administrator" in demoted
    assert lacking.endswith("allow: Pin messages.")
    assert well == "The staff group lets the bot do its work."


async def test_a_topic_that_is_closed_or_opened_by_hand_is_its_case(group: Group) -> None:
    assert isinstance(await group.hears(forum_topic_closed={}), AgentClosed)
    assert isinstance(await group.hears(forum_topic_reopened={}), AgentReopened)


async def test_of_pictures_nothing_is_sent_and_an_album_is_refused_once(group: Group, reader: Reader) -> None:
    first = await group.hears(photo=[], media_group_id="a", caption="look")
    assert isinstance(first, AgentReplied)
    assert guarded(first, ()).refused is Refusal.EMPTY  # type: ignore[union-attr]
    assert await group.hears(photo=[], media_group_id="a") is None
    assert isinstance(await group.hears(voice={}), AgentReplied)


PHOTO = [
    {"file_id": "small", "width": 90},
    {"file_id": "LARGE_1-x", "width": 1280},
    {"file_id": "m", "width": 320},
]


async def test_where_pictures_are_allowed_they_go_to_the_person_in_their_largest_size(reader: Reader) -> None:
    group = await with_a_case(reader.catalog, pictures=True)

    async def sends(**content: Any) -> tuple[str | None, str]:
        event = await group.hears(**content)
        assert isinstance(event, AgentReplied)
        return event.picture, event.text

    assert await sends(photo=PHOTO) == ("telegram:LARGE_1-x", "")
    assert await sends(photo=PHOTO, caption="Press this one") == ("telegram:LARGE_1-x", "Press this one")
    album = [await sends(photo=PHOTO, media_group_id="a") for _ in range(3)]
    assert album == [("telegram:LARGE_1-x", "")] * 3, "each picture of an album goes"
    assert await sends(document={"file_id": "a"}, caption="a file") == (None, ""), (
        "a file is refused as before"
    )


async def test_what_stands_under_a_picture_is_read_like_what_is_typed(reader: Reader) -> None:
    group = await with_a_case(reader.catalog, pictures=True)
    assert isinstance(await group.hears(photo=PHOTO, caption="// she sent me this"), AgentNoted)
    template = await group.hears(photo=PHOTO, caption="/tpl looking")
    assert isinstance(template, AgentReplied)
    assert (template.template, template.picture) == ("looking", None)
    edited = {
        "message_id": 3, "date": 1, "edit_date": 2, "chat": {"id": GROUP}, "message_thread_id": TOPIC,
        "from": {"id": MINA, "is_bot": False, "first_name": "Mina"}, "photo": PHOTO, "caption": "the green one",
    }  # fmt: skip
    corrected = await group.takes({"edited_message": edited})
    assert isinstance(corrected, AgentReplied)
    assert (corrected.text, corrected.corrects, corrected.picture) == ("the green one", True, None)
    exchanged = {name: value for name, value in edited.items() if name != "caption"}
    assert await group.takes({"edited_message": exchanged}) is None


async def test_an_edited_reply_is_a_correction_and_an_edited_note_stays_one(group: Group) -> None:
    message = {
        "message_id": 3, "date": 1, "edit_date": 2, "chat": {"id": GROUP}, "message_thread_id": TOPIC,
        "from": {"id": MINA, "is_bot": False, "first_name": "Mina"}, "text": "better",
    }  # fmt: skip
    event = await group.takes({"edited_message": message})
    assert isinstance(event, AgentReplied)
    assert (event.text, event.corrects, event.message) == ("better", True, "m:3")
    assert await group.takes({"edited_message": {**message, "text": "// better"}}) is None
    assert (
        await group.takes({"edited_message": {**message, "from": {"id": MALLORY, "is_bot": False}}}) is None
    )


async def test_what_cannot_be_looked_up_must_come_again(group: Group) -> None:
    await group.store.close()
    with pytest.raises(StoreError):
        await group.hears(text="hello")


def test_other_chats_are_none_of_the_doors_business(reader: Reader) -> None:
    group = Group(MemoryStore(), reader.catalog)
    for chat in ({"id": 1001, "type": "private"}, {"id": -100, "type": "supergroup"}, {}, None, 7):
        for update in ({"message": {"chat": chat}}, {"callback_query": {"message": {"chat": chat}}}):
            assert not group.door.concerns(update)
    assert not group.door.concerns({"my_chat_member": {"chat": {"id": -100}}})


def _reply(text: str) -> AgentReplied:
    return AgentReplied(id="1", at=NOON, case=CODE, agent="telegram:1", name="Mina", text=text)


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("Hello, what do you see?", None),
        ("Never send the code to anybody.", None),
        ("Please send me the code", Refusal.ASKS_SECRET),
        ("Quel est votre mot de passe ?", Refusal.ASKS_SECRET),
        ("请把验证码发给我", Refusal.ASKS_SECRET),
        ("Your code is 739164", Refusal.HOLDS_SECRET),
        ("Look at https://evil.example/login", Refusal.FOREIGN_LINK),
        ("Look at https://shop.example/help", None),
        ("Look at http://shop.example/help", Refusal.FOREIGN_LINK),
        ("", Refusal.EMPTY),
    ],
)
def test_what_an_agent_may_say(text: str, refused: Refusal | None) -> None:
    looked_at = guarded(_reply(text), ("shop.example",))
    assert looked_at.refused is refused  # type: ignore[union-attr]
    assert "739164" not in looked_at.text


def test_letters_that_turn_a_text_around_are_left_out() -> None:
    assert guarded(_reply("pay\u202e now"), ()).text == "pay now"


@pytest.mark.parametrize(
    ("given", "cure"),
    [
        ({"GROUP": "4711", "AGENTS": "1"}, "such as -1001234567890"),
        ({"GROUP": "-1001234567890"}, "SPAREKEY_STAFF_AGENTS: name who may answer"),
        ({"AGENTS": "1"}, "set SPAREKEY_STAFF_GROUP too"),
        ({"GROUP": "-1001234567890", "AGENTS": "@mina"}, "Usernames change hands"),
        ({"GROUP": "-1001234567890", "AGENTS": "1"}, "SPAREKEY_TELEGRAM_TOKEN too"),
    ],
)
def test_a_wrong_setting_is_told_with_its_cure(given: dict[str, str], cure: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(cure)):
        Settings.from_env({f"SPAREKEY_STAFF_{name}": value for name, value in given.items()})


def test_pictures_need_somebody_who_sees_them() -> None:
    with pytest.raises(ConfigError, match="SPAREKEY_PICTURES: set SPAREKEY_STAFF_GROUP too"):
        Settings.from_env({"SPAREKEY_PICTURES": "yes"})
    assert Settings.from_env({"SPAREKEY_PICTURES": "no"}).pictures == "no"


def test_agents_are_a_list_of_ids() -> None:
    given = {
        "SPAREKEY_STAFF_GROUP": "-1001234567890",
        "SPAREKEY_STAFF_AGENTS": "1, 2,,2",
        "SPAREKEY_STAFF_LEADS": "3",
    }
    settings = Settings.from_env({**given, "SPAREKEY_TELEGRAM_TOKEN": "1:a"})
    assert (settings.staff_group, settings.staff_agents, settings.staff_leads) == (
        -1001234567890,
        (1, 2),
        (3,),
    )


async def test_a_group_that_becomes_a_supergroup_is_followed_by_either_message(group: Group) -> None:
    """Both come, in two chats, in any order."""
    moved = {
        "message_id": 1,
        "date": 1,
        "chat": {"id": -4, "type": "supergroup"},
        "migrate_from_chat_id": GROUP,
    }
    foreign = {**moved, "migrate_from_chat_id": GROUP - 1}
    assert not group.door.concerns({"update_id": 1, "message": foreign})
    assert group.door.concerns({"update_id": 1, "message": moved})
    left = {"message_id": 1, "date": 1, "chat": {"id": -4, "type": "group"}, "migrate_to_chat_id": -5}
    assert group.door.concerns({"update_id": 2, "message": left})
    assert await group.door.read({"update_id": 2, "message": left}, NOON) is None
    said = {"message_id": 2, "date": 1, "chat": {"id": -5, "type": "supergroup"}}
    assert group.door.concerns({"update_id": 3, "message": said})
    assert not group.door.concerns({"update_id": 4, "message": {**said, "chat": {"id": GROUP}}})
