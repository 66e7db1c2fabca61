"""What holds for every sequence of events, whatever a person, a network or an account system does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core import codec
from bot.core.calls import OPERATIONS
from bot.core.catalog import Catalog
from bot.core.commands import CallBackend, Command, HandOff, SendMessage
from bot.core.conversation import Conversation, begin
from bot.core.engine import step
from bot.core.events import (
    AttachmentReceived,
    CallReturned,
    ChoicePicked,
    ConversationStarted,
    Event,
    Reading,
    TextReceived,
    TimerFired,
)
from bot.core.flow import INPUTS, Call
from bot.core.speech import next_code
from bot.core.texts import MAX_TEXT, length
from bot.core.vocabulary import Decision, Outcome, Status, Word
from bot.service.reading import Reader

START = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
FLOWS = ["no_sms", "resend_code", "human", "greeting", "thanks", "goodbye", "no_such_flow"]
PHONE = {
    "understood": True, "fixable": True, "cannot_receive_sms": False, "refused": False, "needs_confirmation": False,
    "country_missing": False, "codes": ("HAS_SPACES", "NO_SUCH_CODE"), "form_digits": ("936130000",), "masked": "••00",
    "region": "TW", "other_region": None, "calling_code": "+886", "line": "mobile", "typed": None,
}  # fmt: skip

slots = st.sampled_from(
    [None, "mei", PHONE, {"country": "TW", "phone": PHONE}, {"country": "TW", "phone": None}, {}, 7]
)
readings = st.builds(
    Reading,
    language=st.sampled_from([None, "en", "fr", "zh", "xx"]),
    decision=st.sampled_from(list(Decision)),
    flow=st.sampled_from([None, *FLOWS]),
    candidates=st.dictionaries(st.sampled_from(FLOWS), st.floats(0, 1), max_size=4),
    also=st.lists(st.sampled_from(FLOWS), max_size=3, unique=True).map(tuple),
    slot=slots,
    corrected_phone=st.sampled_from([None, None, PHONE, {}]),
)
typed = st.one_of(
    st.sampled_from(["1", "2", "3", "yes", "no", "human", "back", "stop", "start again", "language", "français", "help", "skip", "", "/human"]),
    st.text(max_size=60),
)  # fmt: skip
texts = st.builds(
    lambda text, removed, message, reading: TextReceived(id="x", at=START, text=text, removed=removed, message=message, reading=reading),
    typed, st.sampled_from([(), (), (), ("code",), ("password",), ("iban",)]), st.sampled_from([None, "17"]), readings,
)  # fmt: skip
#: Mostly a choice of the present question, so that a walk gets somewhere; resolved when the event is made.
picks = st.builds(
    lambda index, lag: ("pick", index, lag), st.integers(0, 7), st.sampled_from([0, 0, 0, 0, 1, 99])
)
returns = st.builds(
    lambda outcome, data: ("return", outcome, data), st.sampled_from(list(Outcome)),
    st.sampled_from([{}, {"case": "c1"}, {"case": "c1", "retry_at": "2026-11-25T12:00:00+00:00"}]),
)  # fmt: skip
others = st.sampled_from([
    ConversationStarted(id="x", at=START, language="fr"), AttachmentReceived(id="x", at=START, kind="photo"),
    ("timer",), ("timer",), ChoicePicked(id="x", at=START, choice="no_such_choice", screen=1), TimerFired(id="x", at=START, timer="no.such"),
])  # fmt: skip
histories = st.lists(
    st.tuples(st.one_of(texts, picks, picks, picks, picks, returns, others), st.integers(0, 400)), max_size=40
)


class World:
    """Folds events and keeps what the next one may refer to."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.conversation: Conversation = begin(
            conversation_id="c", channel="t", contact="1", at=START, language="en"
        )
        self.now = START
        self.count = 0
        self.commands: list[Command] = []
        self.choices: tuple[str, ...] = ()
        self.last_call, self.last_operation = "none", "resend_code"

    def event(self, drawn: object) -> Event:
        self.count += 1
        name = f"e{self.count}"
        match drawn:
            case ("pick", int(index), int(lag)):
                choice = self.choices[index % len(self.choices)] if self.choices else "?"
                return ChoicePicked(
                    id=name, at=self.now, choice=choice, screen=self.conversation.screen - lag
                )
            case ("return", Outcome() as outcome, dict(data)):
                # What no operation of this kind answers with, its adapter makes an outage of.
                can_be = self.catalog.operations[self.last_operation].outcomes
                return CallReturned(
                    id=name,
                    at=self.now,
                    operation=self.last_operation,
                    outcome=outcome if outcome in can_be else Outcome.UNAVAILABLE,
                    call=self.last_call,
                    data=data,
                )
            case ("timer",):
                frame = self.conversation.stack[-1] if self.conversation.stack else None
                return TimerFired(
                    id=name, at=self.now, timer=f"{frame.flow}.{frame.state}" if frame else "none"
                )
            case _:
                return replace(drawn, id=name, at=self.now)  # type: ignore[type-var]

    def fold(self, event: Event) -> tuple[Command, ...]:
        if self.conversation.status is Status.RESOLVED and not isinstance(event, CallReturned | TimerFired):
            self.conversation = begin(
                conversation_id=f"c{self.count}",
                channel="t",
                contact="1",
                at=self.now,
                language="en",
                previous=self.conversation,
            )
        before = self.before = self.conversation
        result = step(before, event, self.catalog, self.now)
        assert result == step(before, event, self.catalog, self.now), "the same arguments give the same step"
        self.conversation = result.conversation
        for command in result.commands:
            if isinstance(command, SendMessage) and command.choices:
                self.choices = tuple(choice.id for choice in command.choices)
            if isinstance(command, CallBackend):
                self.last_call, self.last_operation = command.id, command.operation
        self.commands += result.commands
        return result.commands


@settings(
    max_examples=400,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=histories)
def test_no_history_breaks_the_engine(reader: Reader, history: list[tuple[object, int]]) -> None:
    world = World(reader.catalog)
    for drawn, seconds in history:
        world.now += timedelta(seconds=seconds)
        commands = world.fold(world.event(drawn))
        check_conversation(world)
        check_commands(world, world.before, commands)
    assert len({command.id for command in world.commands}) == len(world.commands), "command ids are unique"


def check_conversation(world: World) -> None:
    conversation = world.conversation
    assert codec.load(codec.dump(conversation), Conversation) == conversation, "it survives being stored"
    for frame in conversation.stack:
        assert frame.state in world.catalog.flows[frame.flow].states
    if conversation.stack:
        frame = conversation.stack[-1]
        state = world.catalog.flows[frame.flow].states[frame.state]
        assert isinstance(state, INPUTS) or (isinstance(state, Call) and frame.call is not None), (
            "it waits for the person or for the account system"
        )
    if conversation.status is not Status.PENDING:
        assert not conversation.stack
        assert not {"phone", "identifier"} & set(conversation.slots), (
            "what identifies the person is forgotten"
        )
    if conversation.status is Status.OPEN:
        assert conversation.case_code


def check_commands(world: World, before: Conversation, commands: tuple[Command, ...]) -> None:
    kinds = [type(command) for command in commands]
    if CallBackend in kinds:
        assert SendMessage in kinds, "the neutral answer goes with the call"
        assert kinds[-1] is CallBackend, "and is stored before it"
        assert next_code(before, world.catalog, world.now) <= world.now, "no code while the ladder forbids it"
    if before.status is not Status.OPEN and world.conversation.status is Status.OPEN:
        assert HandOff in kinds
    for command in commands:
        if isinstance(command, SendMessage):
            assert command.text.strip()
            assert length(command.text) <= MAX_TEXT
            assert len(command.choices) <= 8
            assert not command.choices or command.screen == world.conversation.screen, (
                "its buttons are not stale"
            )
            assert len({choice.label for choice in command.choices}) == len(command.choices)
            assert all(len(f"v1:{command.screen}:{choice.id}".encode()) <= 64 for choice in command.choices)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=histories)
def test_a_human_is_always_one_word_away(reader: Reader, history: list[tuple[object, int]]) -> None:
    world = World(reader.catalog)
    for drawn, _ in history:
        world.fold(world.event(drawn))
    if world.conversation.status is Status.PENDING:
        world.fold(TextReceived(id="last", at=world.now, text=Word.HUMAN.value))
        assert world.conversation.status is Status.OPEN


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=histories, hidden=st.sampled_from(OPERATIONS["resend_code"].hidden))
def test_an_outcome_that_depends_on_the_account_is_not_seen(
    reader: Reader, history: list[tuple[object, int]], hidden: Outcome
) -> None:
    """Two account systems that differ only in such an outcome give an anonymous person the same transcript."""
    told = []
    for outcome in (Outcome.ACCEPTED, hidden):
        world = World(reader.catalog)
        for drawn, seconds in history:
            world.now += timedelta(seconds=seconds)
            world.fold(
                world.event(
                    ("return", outcome, {"case": "c1"})
                    if isinstance(drawn, tuple) and drawn[0] == "return"
                    else drawn
                )
            )
        told.append([command for command in world.commands if isinstance(command, SendMessage)])
    assert told[0] == told[1]


def test_a_conversation_moves_on_when_its_place_is_gone_from_the_content(reader: Reader) -> None:
    world = World(reader.catalog)
    world.fold(
        TextReceived(id="a", at=START, text="x", reading=Reading(decision=Decision.START, flow="no_sms"))
    )
    flow = world.catalog.flows["no_sms"]
    states = {name: state for name, state in flow.states.items() if name != "tapped_send"}
    world.catalog = replace(
        world.catalog,
        fingerprint="new",
        flows={**world.catalog.flows, "no_sms": replace(flow, states=states, start="unusual")},
    )
    commands = world.fold(TextReceived(id="b", at=START, text="1"))
    assert world.conversation.stack[-1].state == "unusual"
    assert any(isinstance(command, SendMessage) for command in commands)


def test_a_conversation_stays_where_it_is_when_its_place_is_still_there(reader: Reader) -> None:
    world = World(reader.catalog)
    world.fold(
        TextReceived(id="a", at=START, text="x", reading=Reading(decision=Decision.START, flow="no_sms"))
    )
    world.catalog = replace(world.catalog, fingerprint="new")
    world.fold(TextReceived(id="b", at=START, text="1"))
    assert world.conversation.stack[-1].state == "requested_when"
    assert world.conversation.content == "new"
