"""How words come on the screen: what stands where, what is taken away, and what is done beside it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.commands import (
    AnswerPress,
    Command,
    Courtesy,
    RecordActivity,
    RetireButtons,
    SendMessage,
    ShowTyping,
)
from bot.core.engine import step
from bot.core.events import (
    AttachmentReceived,
    ChatBlocked,
    ChatUnblocked,
    ChoicePicked,
    Event,
    HeardInGroup,
    TextReceived,
    TimerFired,
)
from bot.core.texts import MAX_TEXT, cut, length
from bot.core.vocabulary import Action, Status
from tests.core.chat import Chat, about, small_catalog

FLOW = """
states:
  where:
    ask: {here: how, there: number}
  how:
    ask: {so: later, call: name}
  number:
    collect: phone
    next: where
  name:
    collect: identifier
    next: send
  send:
    call: resend_code
    with: {channel: sms, purpose: login}
    outcomes: {accepted: how, too_soon: how, rate_limited: how, blocked: how, unusable: how, not_supported: how,
               unavailable: how, unknown: how, held: how}
  later:
    wait: code_lifetime
    choices: {arrived: over}
    next: how
  over:
    end: solved
"""


class Screen(Chat):
    """A chat whose presses come from a message."""

    courtesies: tuple[Courtesy, ...] = ()

    def fold(self, event: Event) -> tuple[Command, ...]:
        result = step(self.conversation, event, self.catalog, self.now)
        self.conversation, self.courtesies = result.conversation, result.courtesies
        return result.commands

    def press(
        self, choice: str, message: str | None = "77", *, screen: int | None = None
    ) -> tuple[Command, ...]:
        at = self.conversation.screen if screen is None else screen
        return self.fold(
            ChoicePicked(id=self.id(), at=self.now, choice=choice, screen=at, message=message, press="q")
        )

    def happens(self, kind: type[Event], /, **fields: object) -> tuple[Command, ...]:
        return self.fold(kind(id=self.id(), at=self.now, **fields))


@pytest.fixture(name="chat")
def _chat(tmp_path: Path) -> Screen:
    chat = Screen(small_catalog(tmp_path, {"topic": FLOW}))
    chat.text("about topic", about("topic"))
    return chat


def only(commands: tuple[Command, ...]) -> SendMessage:
    (message,) = (command for command in commands if isinstance(command, SendMessage))
    return message


def silent(commands: tuple[Command, ...]) -> bool:
    return not any(isinstance(command, SendMessage) for command in commands)


def test_a_press_changes_the_message_that_it_was_made_on_and_says_what_was_picked(chat: Screen) -> None:
    shown = only(chat.press("here"))
    assert (shown.replaces, shown.chosen, shown.text) == ("77", "Text chosen en.", "[how]")
    assert chat.courtesies == (AnswerPress(press="q"),)
    assert chat.conversation.shown_in == "77"


def test_what_is_typed_is_answered_below_and_the_buttons_above_are_taken_away(chat: Screen) -> None:
    chat.press("here")
    asked = chat.conversation.screen
    assert only(chat.text("so")).replaces is None
    assert chat.courtesies == (RetireButtons(screen=asked, message="77"),)
    assert chat.conversation.shown_in is None
    below = chat.conversation.screen
    chat.text("human")
    assert chat.courtesies == (RetireButtons(screen=below),)


def test_nothing_is_taken_away_while_its_question_stands(chat: Screen) -> None:
    chat.happens(ChatBlocked)
    assert chat.courtesies == ()


def test_a_stale_button_is_answered_with_a_notice_and_the_present_screen(chat: Screen) -> None:
    said = only(chat.press("here", "55", screen=chat.conversation.screen - 1))
    assert said.text.endswith("[where]")
    assert said.replaces is None
    notice, old, present = chat.courtesies
    assert notice == AnswerPress(press="q", text="Text stale en.")
    assert (old, present) == (
        RetireButtons(screen=0, message="55"), RetireButtons(screen=chat.conversation.screen - 1)
    )  # fmt: skip


def test_who_presses_twice_gets_a_notice_alone(chat: Screen) -> None:
    asked = chat.conversation.screen
    chat.press("here")
    assert silent(chat.press("here", screen=asked))
    assert chat.courtesies == (AnswerPress(press="q", text="Text stale en."),)


def test_a_forged_button_is_noted_and_answered_with_the_present_screen(chat: Screen) -> None:
    commands = chat.press("transfer_everything")
    assert only(commands).text.endswith("[where]")
    assert any(isinstance(one, RecordActivity) and one.action is Action.FORGED_BUTTON for one in commands)
    assert AnswerPress(press="q", text="Text stale en.") in chat.courtesies


def test_a_call_is_waited_for_with_a_sign(chat: Screen) -> None:
    chat.pick("here", "call")
    chat.fold(
        replace_reading(TextReceived(id=chat.id(), at=chat.now, text="mei@example.com"), "mei@example.com")
    )
    assert ShowTyping() in chat.courtesies


def replace_reading(event: TextReceived, slot: object) -> TextReceived:
    return replace(event, reading=replace(event.reading, slot=slot))


def test_where_the_number_is_asked_for_a_button_sends_it(chat: Screen) -> None:
    asked = only(chat.press("there"))
    assert asked.shares == "Label share_number en"
    assert (asked.replaces, asked.chosen) == (None, "Text chosen en."), "it needs a message of its own"
    assert RetireButtons(screen=1, message="77") in chat.courtesies
    shared = TextReceived(id=chat.id(), at=chat.now, text="+886936130000", shared=True)
    answer = only(chat.fold(replace_reading(shared, {"masked": "+886 …"})))
    assert answer.text == "[where]"
    assert (answer.shares, answer.shared) == ("", "Text all_right en.")


def test_a_number_that_nobody_asked_for_is_not_taken(chat: Screen) -> None:
    shared = TextReceived(id=chat.id(), at=chat.now, text="+886936130000", shared=True, removed=("code",))
    assert only(chat.fold(shared)).text == "Text contact en.\n\n[where]"
    assert "phone" not in chat.conversation.slots


@pytest.mark.parametrize(
    ("kind", "text"), [("contact", "contact"), ("edited", "edited"), ("voice", "attachment")]
)
def test_what_is_no_text_is_answered_by_its_kind(chat: Screen, kind: str, text: str) -> None:
    assert only(chat.happens(AttachmentReceived, kind=kind)).text == f"Text {text} en.\n\n[where]"


def test_what_is_sent_together_is_answered_once(chat: Screen) -> None:
    assert only(chat.happens(AttachmentReceived, kind="photo")).text
    assert silent(chat.happens(AttachmentReceived, kind="photo", picture="telegram:A", further=True))


def test_a_message_that_names_a_case_is_not_to_be_passed_on(chat: Screen) -> None:
    catalog = chat.catalog
    code = "handed_off"
    words = replace(
        catalog.repair["en"],
        texts={**catalog.repair["en"].texts, code: catalog.repair["en"].texts[code].parse("{{ case_code }}")},
    )
    chat.catalog = replace(catalog, repair={"en": words})
    handed = only(chat.text("word human en"))
    assert (handed.text, handed.confidential) == (chat.conversation.case_code, True)


def test_a_group_is_pointed_to_the_private_chat_once_a_day(chat: Screen) -> None:
    group = Screen(chat.catalog)
    said = only(group.happens(HeardInGroup))
    assert (said.text, said.invites) == ("Text group en.", "Label private_chat en")
    for hours in (1, 22):
        group.wait(hours=hours)
        assert silent(group.happens(HeardInGroup))
    group.wait(hours=1)
    assert not silent(group.happens(HeardInGroup))


def test_who_has_blocked_the_bot_is_told_nothing_until_it_may_write_again(chat: Screen) -> None:
    chat.pick("here", "so")
    chat.happens(ChatBlocked)
    chat.wait(minutes=10)
    frame = chat.conversation.stack[-1]
    assert silent(chat.fold(TimerFired(id=chat.id(), at=chat.now, timer=f"{frame.flow}.{frame.state}")))
    assert only(chat.happens(ChatUnblocked)).text == "[how]"
    assert not chat.conversation.withheld
    chat.happens(ChatBlocked)
    assert silent(chat.happens(ChatUnblocked)), "nothing was withheld"


def test_a_word_of_theirs_ends_the_silence_too(chat: Screen) -> None:
    chat.happens(ChatBlocked)
    assert not silent(chat.text("here"))
    assert not chat.conversation.blocked


def test_the_state_of_things_is_told_at_any_moment(chat: Screen) -> None:
    assert only(chat.text("/status")).text == "Text status_topic en.\n\n[where]"
    assert only(chat.text("/privacy")).text == "Text privacy en.\n\n[where]"
    chat.text("word human en")
    assert chat.conversation.status is Status.OPEN
    assert only(chat.text("/status")).text == "Text status_open en."
    assert only(chat.text("/privacy")).text == "Text privacy en."
    nobody = Screen(chat.catalog)
    assert only(nobody.text("/privacy")).text.endswith("Text privacy en.")
    assert "Text status_none en." in only(nobody.text("/status")).text


@pytest.mark.parametrize(
    "letter",
    ["e\u0301", "👨\u200d👩\u200d👧", "🇫🇷", "👍🏽", "क\u094d"],
    ids=["accent", "family", "flag", "skin", "virama"],
)
def test_a_long_text_is_never_cut_within_a_letter(letter: str) -> None:
    whole = letter * (2 * MAX_TEXT // length(letter))
    for begin in ("", "x", "xx", "xxx"):
        pieces = cut(begin + whole)
        assert "".join(pieces) == begin + whole
        assert all(length(piece) <= MAX_TEXT for piece in pieces)
        assert all(len(piece) % len(letter) == 0 for piece in pieces[1:])
