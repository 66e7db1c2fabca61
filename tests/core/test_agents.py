"""What agents do to a conversation: who has it, who speaks, how it goes back to the bot, closes and opens again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, time
from pathlib import Path
from typing import Any

import pytest

from bot.core.agents import without_name
from bot.core.cases import REMINDERS, REOPENS, SILENCE, WAITING, goes_on
from bot.core.catalog import Catalog
from bot.core.codec import dump, load
from bot.core.commands import (
    AddNote,
    CancelTimer,
    Command,
    DeleteMessage,
    SendMessage,
    ShowCase,
    StartTimer,
    TellAgent,
)
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
    AttachmentReceived,
    Event,
    TextReceived,
    TimerFired,
)
from bot.core.hours import Hours
from bot.core.vocabulary import Refusal, Status
from tests.core.chat import Chat, about, said, small_catalog

FLOW = """
states:
  device:
    ask: {phone: number, web: number}
  number:
    ask: {ok: over, bad: person}
  over:
    end: solved
  person:
    handoff: broken
"""


@pytest.fixture(name="catalog", scope="module")
def _catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    catalog = small_catalog(tmp_path_factory.mktemp("content"), {"no_code": FLOW})
    day = ((time(8), time(18)),)
    hours = Hours(zone=UTC, week=dict.fromkeys(range(7), day))
    return replace(catalog, service=replace(catalog.service, hours=hours))


class Shift(Chat):
    """A person, and the agents who look after them."""

    def agent(self, kind: type[AgentEvent], agent: str = "Mina", **fields: Any) -> tuple[Command, ...]:
        event = kind(
            id=self.id(),
            at=self.now,
            case=fields.pop("case", self.conversation.case_code),
            agent=f"telegram:{agent}",
            name=agent,
            message=fields.pop("message", f"m:{self.count}"),
            **fields,
        )
        return self.fold(event)

    def picture(self, **fields: Any) -> tuple[Command, ...]:
        """Send a picture."""
        return self.fold(
            AttachmentReceived(
                id=self.id(), at=self.now, kind="photo", picture="telegram:A9", message="p1", **fields
            )
        )

    def ring(self, **length: float) -> tuple[Command, ...]:
        """Let time pass, and the timer of whoever waits fire."""
        self.wait(**length)
        return self.fold(TimerFired(id=self.id(), at=self.now, timer=WAITING))

    @property
    def case(self) -> Case:
        assert self.conversation.case is not None
        return self.conversation.case


@pytest.fixture(name="shift")
def _shift(catalog: Catalog) -> Shift:
    """A person who was handed over at the second question."""
    shift = Shift(catalog)
    shift.text("about no_code", about("no_code"))
    shift.pick("phone", "bad")
    assert shift.conversation.status is Status.OPEN
    return shift


def refusal(commands: tuple[Command, ...]) -> Refusal | None:
    (told,) = (command for command in commands if isinstance(command, TellAgent))
    return told.refusal


def shown(commands: tuple[Command, ...]) -> list[str]:
    return [command.case for command in commands if isinstance(command, ShowCase)]


def test_a_hand_over_makes_a_case_that_agents_are_shown_and_reminded_of(catalog: Catalog) -> None:
    shift = Shift(catalog)
    shift.text("about no_code", about("no_code"))
    shift.pick("phone")
    commands = shift.pick("bad")
    assert shown(commands) == [shift.conversation.case_code]
    assert (shift.case.reason, shift.case.left, shift.case.agent) == ("broken", ("no_code", "number"), None)
    (timer,) = (command for command in commands if isinstance(command, StartTimer))
    assert (timer.key, timer.due_at) == (WAITING, shift.now + REMINDERS[0])
    assert shown(shift.text("hello?")) == [shift.conversation.case_code], "what they say is new to agents"


def test_who_takes_a_case_silences_the_bot(shift: Shift) -> None:
    assert "agent_joined" in said(shift.agent(AgentTook))
    assert (shift.case.agent, shift.case.name) == ("telegram:Mina", "Mina")
    shift.wait(hours=2)
    for words in ("hello?", "are you there", "human"):
        assert said(shift.text(words)) == ""
    assert "agent_joined" not in said(shift.agent(AgentTook)), "who has it is not announced twice"
    assert "agent_joined" in said(shift.agent(AgentTook, "Ali")), "another one takes over"


def test_a_reply_reaches_the_person_as_it_was_written_under_the_first_name(shift: Shift) -> None:
    commands = shift.agent(AgentReplied, text="*Try* {{ again }} <b>now</b>")
    joined, message = (command for command in commands if isinstance(command, SendMessage))
    assert (joined.agent, joined.relays) == (None, None), "the bot says who is there"
    assert message.text == "Mina: *Try* {{ again }} <b>now</b>"
    assert (message.agent, without_name(message.text, "Mina")) == ("Mina", "*Try* {{ again }} <b>now</b>")
    assert message.relays == f"m:{shift.count}"
    assert not [command for command in commands if isinstance(command, TellAgent)], (
        "told when it is delivered"
    )
    assert shift.case.agent == "telegram:Mina", "who replies has the case"


def test_an_edited_reply_is_said_once_more_and_nothing_else_that_is_edited(shift: Shift) -> None:
    def edited(text: str, message: str = "m:1", refused: Refusal | None = None) -> str:
        return said(shift.agent(AgentReplied, text=text, corrects=True, message=message, refused=refused))

    shift.agent(AgentReplied, text="Try it", message="m:1")
    assert edited("Try it") == "", "Telegram tells of edits that change no word, too"
    assert edited("Try it now") == "✏️ Mina: Try it now"
    assert edited("Try it now") == ""
    assert edited("Try it") == "✏️ Mina: Try it"
    shift.agent(AgentNoted, text="sounds drunk", message="m:2")
    assert edited("sounds drunk", "m:2") == "", "a note stays one, also without its //"
    shift.agent(AgentReplied, template="looking", message="m:3")
    assert edited("looking", "m:3") == "", "so does a command"
    shift.agent(AgentReplied, text="Your code?", message="m:4", refused=Refusal.ASKS_SECRET)
    assert edited("Your c0de?", "m:4", Refusal.ASKS_SECRET) == ""
    assert edited("What do you see?", "m:4") == "Mina: What do you see?", "nobody has read what was refused"
    assert load(dump(shift.conversation), Conversation) == shift.conversation


def test_a_picture_of_an_agents_goes_with_its_words_and_may_go_without(shift: Shift) -> None:
    *_, message = (
        each
        for each in shift.agent(AgentReplied, text="Press this", picture="telegram:A1")
        if isinstance(each, SendMessage)
    )
    assert (message.text, message.picture, message.agent) == ("Mina: Press this", "telegram:A1", "Mina")
    assert load(dump(message), SendMessage) == message
    (alone,) = (
        each for each in shift.agent(AgentReplied, picture="telegram:A2") if isinstance(each, SendMessage)
    )
    assert (alone.text, without_name(alone.text, "Mina"), alone.picture) == ("Mina:", "", "telegram:A2")
    words = shift.agent(AgentReplied, text="See?")
    assert [each.picture for each in words if isinstance(each, SendMessage)] == [None]


def test_agents_are_shown_a_picture_and_the_person_waits_for_their_word_on_it(shift: Shift) -> None:
    shift.agent(AgentReplied, text="What do you see?")
    commands = shift.picture()
    assert (said(commands), shown(commands)) == ("", [shift.conversation.case_code])
    assert shift.case.waits_since == shift.now


def test_a_secret_under_a_picture_is_refused_like_any_other(shift: Shift) -> None:
    shift.agent(AgentTook)
    commands = shift.picture(text="my code is [removed: code]", removed=("code",))
    assert "secret_code" in said(commands)
    assert [each.message for each in commands if isinstance(each, DeleteMessage)] == ["p1"]
    shift.agent(AgentClosed)
    commands = shift.picture(text="my code is [removed: code]", removed=("code",))
    assert "secret_code" in said(commands), "also where it opens a closed case again"


def test_a_template_is_said_in_the_persons_language(shift: Shift) -> None:
    assert said(shift.agent(AgentReplied, template="looking")).endswith("Mina:\n\nText reply_looking en.")
    assert refusal(shift.agent(AgentReplied, template="poem")) is Refusal.NO_SUCH_TEMPLATE


def test_what_must_not_be_said_is_refused_and_reaches_nobody(shift: Shift) -> None:
    commands = shift.agent(AgentReplied, text="Send me the code", refused=Refusal.ASKS_SECRET)
    assert (said(commands), refusal(commands)) == ("", Refusal.ASKS_SECRET)
    assert shift.case.agent is None


def test_a_note_is_kept_and_never_said(shift: Shift) -> None:
    commands = shift.agent(AgentNoted, text="looks odd")
    assert said(commands) == ""
    (note,) = (command for command in commands if isinstance(command, AddNote))
    assert (note.name, note.text) == ("Mina", "looks odd")
    assert shift.case.agent is None


def test_an_agent_steps_in_while_the_bot_speaks(shift: Shift) -> None:
    shift.agent(AgentHandedBack, flow="no_code")
    assert shift.where == "no_code.device"
    shift.agent(AgentReplied, text="wait, I have seen something")
    assert (shift.conversation.status, shift.conversation.stack) == (Status.OPEN, ())
    assert said(shift.pick("phone")) == "", "buttons of the bot do nothing any more"


def test_a_case_goes_back_to_the_bot_at_a_named_question(shift: Shift) -> None:
    shift.agent(AgentTook)
    commands = shift.agent(AgentHandedBack, flow="no_code", state="number")
    assert shift.where == "no_code.number"
    assert said(commands) == "Text handed_back en.\n\n[number]"
    assert shift.conversation.status is Status.PENDING
    assert shift.case.agent is None
    assert shown(shift.pick("ok")) == [shift.conversation.case_code], "agents see that it was solved"
    assert shift.conversation.status is Status.RESOLVED


@pytest.mark.parametrize(
    ("flow", "state"), [("no_code", "over"), ("no_code", "nowhere"), ("nothing", None), (None, "number")]
)
def test_only_a_question_can_be_gone_back_to(shift: Shift, flow: str | None, state: str | None) -> None:
    commands = shift.agent(AgentHandedBack, flow=flow, state=state)
    assert (said(commands), refusal(commands)) == ("", Refusal.NO_SUCH_STATE)
    assert shift.conversation.status is Status.OPEN


def test_the_menu_is_the_way_back_where_none_is_named(shift: Shift) -> None:
    assert "menu" in said(shift.agent(AgentHandedBack))


def test_who_escalates_leaves_the_case_to_leads(shift: Shift) -> None:
    shift.agent(AgentTook)
    assert "escalated" in said(shift.agent(AgentEscalated))
    assert refusal(shift.agent(AgentReplied, text="me again")) is Refusal.LEADS_ONLY
    assert refusal(shift.agent(AgentNoted, text="to whom it may help")) is None
    assert "Lea: hello" in said(shift.agent(AgentReplied, "Lea", text="hello", lead=True))
    assert "Mina: and me" in said(shift.agent(AgentReplied, text="and me")), (
        "a lead has it: the team may help"
    )


def test_a_closed_case_is_opened_again_by_the_person(shift: Shift) -> None:
    shift.agent(AgentTook)
    code = shift.conversation.case_code
    assert "closed_by_agent" in said(shift.agent(AgentClosed))
    assert shift.conversation.status is Status.RESOLVED
    assert refusal(shift.agent(AgentReplied, text="one more thing")) is Refusal.CASE_CLOSED
    shift.wait(days=1)
    commands = shift.text("it is back")
    assert "reopened" in said(commands)
    assert (shift.conversation.status, shift.conversation.case_code) == (Status.OPEN, code)
    assert shift.case.agent is None, "who closed it may be away"
    assert shift.case.waits_since == shift.now
    assert shown(commands) == [code]


def test_thanks_do_not_open_a_closed_case(tmp_path: Path) -> None:
    thanks = "small_talk: true\nstates:\n  answer:\n    say: done\n  done:\n    end: solved\n"
    shift = Shift(small_catalog(tmp_path, {"no_code": FLOW, "thanks": thanks}))
    shift.text("about no_code", about("no_code"))
    shift.pick("phone", "bad")
    shift.agent(AgentClosed)
    assert said(shift.text("about thanks", about("thanks"))) == "[answer]"
    assert shift.conversation.status is Status.RESOLVED


def test_only_what_concerns_a_closed_case_goes_on_in_it(shift: Shift, catalog: Catalog) -> None:
    def reopens(conversation: Conversation, text: str) -> bool:
        event = TextReceived(id="x", at=shift.now, text=text)
        return goes_on(conversation, event, catalog, shift.now)

    shift.agent(AgentClosed)
    closed = shift.conversation
    assert reopens(closed, "it is back")
    assert not reopens(closed, "word restart en"), "who asks for the bot gets the bot"
    shift.wait(seconds=REOPENS.total_seconds())
    assert not reopens(closed, "it is back"), "after days it is a new conversation"


def test_an_agent_opens_a_case_again(shift: Shift) -> None:
    shift.agent(AgentClosed)
    assert refusal(shift.agent(AgentReopened)) is None
    assert "Mina: so" in said(shift.agent(AgentReplied, text="so"))


def test_what_is_meant_for_another_case_is_refused(shift: Shift) -> None:
    commands = shift.agent(AgentReplied, text="hello", case="R-00000-00000")
    assert (said(commands), refusal(commands)) == ("", Refusal.CASE_GONE)


def test_an_agent_sets_the_language(shift: Shift) -> None:
    assert refusal(shift.agent(AgentChoseLanguage, language="xx")) is Refusal.NO_SUCH_LANGUAGE
    assert refusal(shift.agent(AgentChoseLanguage, language="en")) is None
    assert shift.conversation.language_fixed


def test_agents_are_reminded_of_who_waits_and_the_person_is_told_of_silence(shift: Shift) -> None:
    shift.agent(AgentTook)
    shift.agent(AgentReplied, text="one moment")
    assert shift.ring(hours=1) == (), "nobody waits"
    shift.text("are you there?")
    began, told = shift.now, []
    for due in REMINDERS:
        commands = shift.ring(seconds=(began + due - shift.now).total_seconds())
        assert shown(commands) == [shift.conversation.case_code]
        told += [due] if said(commands) else []
    assert told == [SILENCE], "once, and not before"
    assert shift.case.reminded == len(REMINDERS)
    assert shift.ring(days=1) == ()


def test_a_reply_ends_the_waiting(shift: Shift) -> None:
    shift.ring(minutes=5)
    assert shift.case.reminded == 1
    commands = shift.agent(AgentReplied, text="here")
    assert [command.key for command in commands if isinstance(command, CancelTimer)] == [WAITING]
    assert (shift.case.waits_since, shift.case.reminded) == (None, 0)


def test_agents_are_not_rung_at_night(shift: Shift, catalog: Catalog) -> None:
    hours = catalog.service.hours
    while hours.open_at(shift.now):
        shift.wait(minutes=15)
    shift.text("is anybody there?")
    commands = shift.ring(minutes=1)
    assert shown(commands) == []
    (timer,) = (command for command in commands if isinstance(command, StartTimer))
    assert timer.due_at == hours.next_opening(shift.now)


def test_all_that_agents_do_survives_the_store(shift: Shift) -> None:
    common = {
        "id": "1",
        "at": shift.now,
        "case": "R-1",
        "agent": "telegram:1",
        "name": "Mina",
        "message": "m:1",
    }
    events: list[Event] = [
        AgentTook(**common),
        AgentReplied(**common, text="a", template="b", refused=Refusal.EMPTY),
        AgentNoted(**common, text="n"),
        AgentEscalated(**common, lead=True),
        AgentHandedBack(**common, flow="f", state="s"),
        AgentClosed(**common),
        AgentReopened(**common),
        AgentChoseLanguage(**common, language="fr"),
    ]
    assert [load(dump(event), Event) for event in events] == events
    shift.agent(AgentTook)
    assert load(dump(shift.conversation), Conversation) == shift.conversation
    for command in shift.agent(AgentReplied, text="a"):
        assert load(dump(command), Command) == command
