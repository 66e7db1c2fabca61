"""Where a conversation stands: accounts named anew, waits, results that come late, content that changed meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core import codec
from bot.core.catalog import Catalog
from bot.core.commands import (
    CallBackend,
    CancelTimer,
    Command,
    DeleteMessage,
    RecordFeedback,
    RecordUnmatched,
    SendMessage,
    StartTimer,
)
from bot.core.conversation import Conversation, begin
from bot.core.engine import step
from bot.core.events import CallReturned, ChoicePicked, Reading, TextReceived, TimerFired
from bot.core.vocabulary import Decision, Outcome, Status
from bot.service.reading import Reader

START = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
TO_THE_ACCOUNT = [
    "started",
    "longer",
    "no",
    "skip",
    "yes",
    "yes",
    "other",
    "@still_stuck",
    "@still_stuck",
    "@still_stuck",
    "yes",
]
COMPLAINT = Reading(decision=Decision.START, flow="no_sms")


class Chat:
    """One conversation, folded by the engine alone."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog, self.now, self.count = catalog, START, 0
        self.conversation: Conversation = begin(
            conversation_id="c", channel="t", contact="1", at=START, language="en"
        )

    def text(self, text: str, reading: Reading | None = None, **extra: object) -> tuple[Command, ...]:
        event = TextReceived(id=self.id(), at=self.now, text=text, reading=reading or Reading(), **extra)  # type: ignore[arg-type]
        return self.fold(event)

    def pick(self, *choices: str) -> tuple[Command, ...]:
        commands: tuple[Command, ...] = ()
        for choice in choices:
            commands = self.fold(
                ChoicePicked(id=self.id(), at=self.now, choice=choice, screen=self.conversation.screen)
            )
        return commands

    def returned(self, call: str, outcome: Outcome, **data: str) -> tuple[Command, ...]:
        return self.fold(
            CallReturned(
                id=self.id(), at=self.now, operation="resend_code", outcome=outcome, call=call, data=data
            )
        )

    def fold(self, event: TextReceived | ChoicePicked | CallReturned | TimerFired) -> tuple[Command, ...]:
        result = step(self.conversation, event, self.catalog, self.now)
        self.conversation = result.conversation
        return result.commands

    def timer(self, at: datetime) -> tuple[Command, ...]:
        frame = self.conversation.stack[-1]
        return self.fold(TimerFired(id=self.id(), at=at, timer=f"{frame.flow}.{frame.state}"))

    def id(self) -> str:
        self.count += 1
        return f"e{self.count}"

    @property
    def where(self) -> str:
        return f"{self.conversation.stack[-1].flow}.{self.conversation.stack[-1].state}"


@pytest.fixture(name="chat")
def _chat(reader: Reader) -> Chat:
    chat = Chat(reader.catalog)
    chat.text("no code", COMPLAINT)
    return chat


def the_call(commands: tuple[Command, ...]) -> CallBackend:
    return next(command for command in commands if isinstance(command, CallBackend))


def said(commands: tuple[Command, ...]) -> str:
    return "\n".join(command.text for command in commands if isinstance(command, SendMessage))


def asked_for_the_code(chat: Chat, name: str = "mei") -> CallBackend:
    chat.pick(*TO_THE_ACCOUNT)
    return the_call(chat.text(name, Reading(slot=name)))


def test_an_account_that_was_mistyped_can_be_named_anew(chat: Chat) -> None:
    """Back at the question, the new name counts, not the case of the old one."""
    first = asked_for_the_code(chat, "mie")
    chat.returned(first.id, Outcome.ACCEPTED, case="case-of-mie")
    chat.pick("@back")
    assert chat.where == "resend_code.whose_account"
    chat.now += timedelta(minutes=5)
    second = the_call(chat.text("mei", Reading(slot="mei")))
    assert second.arguments["identifier"] == "mei"
    assert "case" not in second.arguments


def test_starting_again_asks_whose_account_it_is(chat: Chat) -> None:
    call = asked_for_the_code(chat)
    chat.returned(call.id, Outcome.ACCEPTED, case="case-of-mei")
    chat.text("start again")
    chat.now += timedelta(minutes=5)
    chat.pick("no_sms", *TO_THE_ACCOUNT)
    assert chat.where == "resend_code.whose_account"


def test_the_result_of_a_call_that_nobody_waits_for_names_no_account(chat: Chat) -> None:
    """The person went back and names another account while the first call was on its way."""
    first = asked_for_the_code(chat, "mie")
    chat.pick("@back")
    chat.text("mei", Reading(slot="mei"))
    chat.returned(first.id, Outcome.ACCEPTED, case="case-of-mie")
    assert "case" not in chat.conversation.slots
    assert chat.conversation.slots["identifier"] == "mei"


def test_the_name_of_an_account_is_forgotten_everywhere_once_the_call_returned(chat: Chat) -> None:
    """Also in what "back" remembers."""
    call = asked_for_the_code(chat, "canary-name")
    chat.pick("not_yet")
    assert "canary-name" in codec.dump(chat.conversation)
    chat.returned(call.id, Outcome.ACCEPTED, case="c1")
    assert "canary-name" not in codec.dump(chat.conversation)


def test_the_name_of_an_account_is_forgotten_when_the_flow_that_asked_ends(chat: Chat) -> None:
    """The account system was down, so that there is no case; the outer flow goes on without the name."""
    call = asked_for_the_code(chat, "canary-name")
    chat.returned(call.id, Outcome.UNAVAILABLE)
    assert chat.where == "resend_code.our_side"
    chat.pick("other_way")
    assert chat.conversation.stack[-1].flow == "no_sms"
    assert "canary-name" not in codec.dump(chat.conversation)


def test_what_is_not_understood_where_an_account_is_asked_for_is_not_kept_for_the_authors(chat: Chat) -> None:
    chat.pick(*TO_THE_ACCOUNT)
    commands = chat.text("it is mei, I think")
    assert said(commands)
    assert not any(isinstance(command, RecordUnmatched) for command in commands)


def test_a_result_is_not_lost_behind_a_question_of_the_engines_own(chat: Chat) -> None:
    call = asked_for_the_code(chat)
    chat.text("language")
    assert chat.conversation.offer is not None
    assert said(chat.returned(call.id, Outcome.UNAVAILABLE))
    assert chat.where == "resend_code.our_side"
    assert chat.conversation.offer is None


def test_a_timer_of_an_earlier_visit_does_not_end_the_present_wait(chat: Chat) -> None:
    """It came due while "not yet" was on its way; the person is told a wait, so the wait is kept."""
    asked_for_the_code(chat)
    chat.pick("not_yet")
    chat.now += timedelta(minutes=2)
    chat.pick("not_yet")
    assert chat.where == "resend_code.still_waiting"
    before = chat.conversation
    assert not chat.timer(at=chat.now - timedelta(milliseconds=1))
    assert chat.conversation.stack == before.stack
    assert before.stack[-1].due_at is not None
    assert said(chat.timer(at=before.stack[-1].due_at))
    assert chat.where == "resend_code.did_it_arrive"


def test_a_wait_that_is_left_takes_its_timer_with_it(chat: Chat) -> None:
    chat.pick("started", "under_2_minutes")
    gone = [command.key for command in chat.pick("arrived") if isinstance(command, CancelTimer)]
    assert gone == ["no_sms.just_requested"]


def test_a_wait_that_is_shown_again_promises_what_is_left_of_it(chat: Chat) -> None:
    commands = chat.pick("started", "under_2_minutes")
    assert "3 minutes" in said(commands)
    assert any(isinstance(command, StartTimer) for command in commands)
    chat.now += timedelta(minutes=2)
    commands = chat.text("help")
    assert "3 minutes" not in said(commands)
    assert not any(isinstance(command, StartTimer) for command in commands)


def test_a_button_of_the_conversation_before_is_an_old_button(chat: Chat) -> None:
    """The number of its screen must not come again."""
    chat.pick("started")
    old = chat.conversation.screen
    chat.text("stop")
    chat.conversation = begin(
        conversation_id="d", channel="t", contact="1", at=START, language="en", previous=chat.conversation
    )
    chat.text("no code", COMPLAINT)
    chat.pick("started")
    place = chat.where
    for screen in range(1, old + 1):
        chat.fold(ChoicePicked(id=chat.id(), at=chat.now, choice="longer", screen=screen))
        assert chat.where == place


def test_an_article_is_tried_once_and_whether_it_helped_is_counted(chat: Chat) -> None:
    chat.pick("started", "longer", "no", "skip", "yes", "yes", "other")
    shown = [chat.conversation.stack[-1].article]
    for _ in range(2):
        commands = chat.pick("@still_stuck")
        feedback = [(each.article, each.helpful) for each in commands if isinstance(each, RecordFeedback)]
        assert feedback == [(shown[-1], False)]
        shown.append(chat.conversation.stack[-1].article)
    assert len(set(shown)) == 3
    assert None not in shown
    feedback = [
        (each.article, each.helpful) for each in chat.pick("@worked") if isinstance(each, RecordFeedback)
    ]
    assert feedback == [(shown[-1], True)]


def test_a_switch_that_was_refused_is_not_offered_again(chat: Chat) -> None:
    other = replace(chat.catalog.flows["no_sms"], id="other")
    chat.catalog = replace(chat.catalog, flows={**chat.catalog.flows, "other": other})
    complaint = Reading(decision=Decision.START, flow="other")
    chat.text("something else", complaint)
    assert chat.conversation.offer is not None
    chat.pick("@stay")
    assert said(chat.text("something else", complaint))
    assert chat.conversation.offer is None
    assert chat.where == "no_sms.tapped_send"


def test_a_new_conversation_does_not_give_new_codes(chat: Chat) -> None:
    """Stopping and writing again is no way around the ladder."""
    asked_for_the_code(chat)
    chat.text("stop")
    chat.conversation = begin(
        conversation_id="d", channel="t", contact="1", at=START, language="en", previous=chat.conversation
    )
    chat.text("no code", COMPLAINT)
    chat.pick(*TO_THE_ACCOUNT)
    commands = chat.text("mei", Reading(slot="mei"))
    assert chat.where == "resend_code.too_soon"
    assert not any(isinstance(command, CallBackend) for command in commands)


def test_only_codes_that_still_count_are_kept(chat: Chat) -> None:
    pause = chat.catalog.service.ladder_pause
    ancient = tuple(START - pause - timedelta(days=day) for day in range(9, 0, -1))
    chat.conversation = replace(chat.conversation, sends=ancient)
    asked_for_the_code(chat)
    assert chat.conversation.sends == (START,)


def without(catalog: Catalog, flow: str, *states: str) -> Catalog:
    """Return the content as its authors might have changed it: some states of a flow are gone."""
    known = catalog.flows[flow]
    left = {name: state for name, state in known.states.items() if name not in states}
    return replace(
        catalog,
        fingerprint="new",
        flows={**catalog.flows, flow: replace(known, states=left, start="unusual")},
    )


def test_a_secret_is_refused_and_deleted_even_when_the_place_is_gone(chat: Chat) -> None:
    chat.catalog = without(chat.catalog, "no_sms", "tapped_send")
    commands = chat.text("my code is [code]", removed=("code",), message="17")
    assert any(isinstance(command, DeleteMessage) for command in commands)
    assert "removed" in said(commands)


def test_a_human_is_one_word_away_even_when_the_place_is_gone(chat: Chat) -> None:
    chat.catalog = without(chat.catalog, "no_sms", "tapped_send")
    chat.text("human")
    assert chat.conversation.status is Status.OPEN


def test_a_request_that_was_not_sent_does_not_count_even_when_the_place_is_gone(chat: Chat) -> None:
    call = asked_for_the_code(chat)
    chat.catalog = without(chat.catalog, "resend_code", "wait_for_it")
    assert said(chat.returned(call.id, Outcome.UNAVAILABLE))
    assert chat.conversation.sends == ()


def test_back_does_not_lead_to_a_question_that_is_gone(chat: Chat) -> None:
    chat.pick("started", "longer")
    chat.catalog = without(chat.catalog, "no_sms", "requested_when")
    assert said(chat.pick("@back"))
    assert chat.where == "no_sms.tapped_send"


def test_an_outer_flow_that_cannot_go_on_is_started_again(chat: Chat) -> None:
    """The state that ran the inner flow says something now; nothing could return to it."""
    chat.pick(*TO_THE_ACCOUNT)
    known = chat.catalog.flows["no_sms"]
    states = {**known.states, "fresh_code": known.states["number_fine"]}
    chat.catalog = replace(
        chat.catalog, fingerprint="new", flows={**chat.catalog.flows, "no_sms": replace(known, states=states)}
    )
    assert said(chat.text("mei", Reading(slot="mei")))
    assert chat.where == "no_sms.tapped_send"


def test_an_article_that_is_gone_starts_the_topic_again(chat: Chat) -> None:
    chat.pick("started", "longer", "no", "skip", "yes", "yes", "other")
    shown = chat.conversation.stack[-1].article
    assert shown is not None
    articles = {name: article for name, article in chat.catalog.articles.items() if name != shown}
    chat.catalog = replace(chat.catalog, fingerprint="new", articles=articles)
    assert said(chat.text("purple elephants"))
    assert chat.where == "no_sms.tapped_send"


def test_a_language_that_is_not_spoken_any_more_is_not_offered(reader: Reader) -> None:
    chat = Chat(reader.catalog)
    chat.text("language")
    spoken = {language: words for language, words in chat.catalog.repair.items() if language != "fr"}
    chat.catalog = replace(chat.catalog, fingerprint="new", repair=spoken)
    commands = chat.text("hm")
    assert said(commands)
    chat.text("no code", COMPLAINT)
    assert chat.where == "no_sms.tapped_send"
