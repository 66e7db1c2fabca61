"""
One random conversation, and what must hold after every step of it.

The inputs are what the service can hand to the engine: texts with any reading, buttons of this and of earlier screens
and forged ones, results of calls in any order and late, timers early, late and twice, other languages, attachments,
days of silence, and content that changed meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from bot.core import codec
from bot.core.catalog import Catalog
from bot.core.commands import CallBackend, SendMessage, StartTimer
from bot.core.conversation import TAKEOVER_HOLD, Conversation, begin, evolve
from bot.core.engine import Step, step
from bot.core.events import (
    AttachmentReceived,
    CallReturned,
    ChoicePicked,
    ConversationStarted,
    Event,
    Reading,
    TextReceived,
    TimerFired,
    Value,
)
from bot.core.flow import Collect, End, Run
from bot.core.vocabulary import Decision, Status
from bot.proof.act import gives_consent
from bot.proof.inputs import phone_with
from bot.proof.invariants import faults
from bot.proof.reads import CONSENT

BEGAN = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
WORDS = [
    "yes", "no", "1", "2", "3", "9", "back", "human", "stop", "start again", "help", "language", "français", "中文", "skip",
    "ok", "thanks", "it came", "还是没有", "je ne sais pas", "i am on android now", "phone and email", "1, 3", "??", "", "🙂",
    "/human", "/back", "/restart", "a" * 400, "my code does not come and nobody helps me", "i was hacked",
]  # fmt: skip
SECRETS = ["code", "password", "seed_phrase", "private_key", "card", "iban"]
FLAGS = (
    "country_missing", "understood", "fixable", "cannot_receive_sms", "refused", "needs_confirmation",
)  # fmt: skip
SECOND = timedelta(seconds=1)
PAUSES = [
    SECOND,
    20 * SECOND,
    timedelta(minutes=3),
    timedelta(minutes=20),
    timedelta(hours=5),
    timedelta(days=3),
]


class Broken(Exception):
    """Something does not hold."""


class Walk:
    """One contact and everything that happens to them."""

    def __init__(self, catalog: Catalog, random: Random) -> None:
        self._catalogs = (catalog, replace(catalog, fingerprint=f"{catalog.fingerprint}-edited"))
        self.catalog, self._random = catalog, random
        self.flows = [*catalog.flows, "no_such_flow"]
        self.conversation: Conversation = begin(
            conversation_id="c0", channel="walk", contact="1", at=BEGAN, language=random.choice(list(catalog.repair))
        )  # fmt: skip
        self.now, self.steps = BEGAN, 0
        self.seen: list[str] = []
        self._calls: list[tuple[str, str]] = []
        self._timers: dict[str, datetime] = {}
        self._buttons: list[tuple[int, tuple[str, ...]]] = []
        self._agreed = False

    def go(self, events: int) -> None:
        """Let so many events happen."""
        kinds: list[tuple[int, Callable[[str], Event | None]]] = [
            (52, self._pick), (7, self._type), (7, self._answer), (3, self._stale), (8, self._timer), (12, self._return),
            (2, self._secret), (1, self._attachment), (1, self._open), (5, self._complain),
        ]  # fmt: skip
        for number in range(events):
            self.now += self._random.choices(PAUSES, (40, 20, 12, 6, 2, 1))[0]
            if self._random.random() < 0.005:
                self.catalog = self._random.choice(self._catalogs)
            make = self._random.choices([kind for _, kind in kinds], [weight for weight, _ in kinds])[0]
            event = make(f"e{number}")
            if event is not None:
                self._fold(event, number)

    # What happens

    def _pick(self, name: str) -> Event | None:
        screen, choices = self._buttons[-1] if self._buttons else (0, ())
        if not choices:
            return self._type(name)
        usual = [choice for choice in choices if choice not in ("@human", "@back")] or list(choices)
        choice = self._random.choice(usual if self._random.random() < 0.95 else choices)
        return ChoicePicked(id=name, at=self.now, choice=choice, screen=screen)

    def _type(self, name: str) -> Event:
        return TextReceived(
            id=name,
            at=self.now,
            text=self._random.choice(WORDS),
            language=self._random.choice([None, "fr", "xx"]),
            reading=self._reading(None),
        )

    def _complain(self, name: str) -> Event:
        reading = replace(self._reading(None), decision=Decision.START, flow=self._random.choice(self.flows))
        return TextReceived(
            id=name, at=self.now, text="something went wrong here, please help", reading=reading
        )

    def _answer(self, name: str) -> Event | None:
        """Type what the question asks for."""
        frame = self.conversation.stack[-1] if self.conversation.stack else None
        flow = self.catalog.flows.get(frame.flow) if frame is not None else None
        state = flow.states.get(frame.state) if flow is not None and frame is not None else None
        if not isinstance(state, Collect):
            return self._pick(name)
        return TextReceived(id=name, at=self.now, text="mei", reading=self._reading(self._slot(state.slot)))

    def _slot(self, slot: str) -> Value:
        match slot:
            case "phone":
                return self._phone()
            case "country":
                return {"country": "TW", "phone": self._phone()}
            case "ticket":
                return {"code": "R-Q48WW-R1WEJ"}
            case "clock":
                return self._random.choice([-720, 0, 330, 840])
            case _:
                return "mei"

    def _phone(self) -> dict[str, Value]:
        return phone_with({flag: self._random.random() < 0.3 for flag in FLAGS})

    def _reading(self, slot: Value) -> Reading:
        pick = self._random.choice
        some = self._random.sample(self.flows, 3)
        return Reading(
            language=pick([None, None, None, "en", "fr", "zh", "xx"]),
            decision=pick(list(Decision)),
            flow=pick([None, *self.flows]),
            candidates={flow: self._random.random() for flow in some[: pick([0, 1, 3])]},
            also=tuple(some[1:]) if self._random.random() < 0.2 else (),
            slot=slot,
            ticket=pick([None] * 9 + ["R-Q48WW-R1WEJ"]),
            corrected_phone=self._phone() if self._random.random() < 0.05 else None,
        )

    def _stale(self, name: str) -> Event:
        screen, choices = self._random.choice(self._buttons or [(7, ("@human",))])
        choice = self._random.choice([*choices, "no_such_choice", "@switch", "@done", "@more"])
        return ChoicePicked(id=name, at=self.now, choice=choice, screen=screen)

    def _timer(self, name: str) -> Event | None:
        if not self._timers:
            return None
        key, due_at = self._random.choice(list(self._timers.items()))
        if self._random.random() < 0.8:  # else it comes once more, or too early
            self.now = max(self.now, due_at)
        return TimerFired(id=name, at=self.now, timer=self._random.choice([key] * 9 + ["no.such"]))

    def _return(self, name: str) -> Event | None:
        if not self._calls:
            return None
        call, operation = self._random.choice(self._calls)
        if self._random.random() < 0.9:  # else it comes twice
            self._calls.remove((call, operation))
        later = (self.now + timedelta(minutes=30)).isoformat()
        data: dict[str, Value] = {
            "case": "c1",
            "retry_at": later,
            "state": "closed",
            "opened": self.now.isoformat(),
        }
        outcome = self._random.choice(self.catalog.operations[operation].outcomes)
        kept = data if self._random.random() < 0.8 else {}
        return CallReturned(id=name, at=self.now, operation=operation, outcome=outcome, call=call, data=kept)

    def _secret(self, name: str) -> Event:
        kind = self._random.choice(SECRETS)
        return TextReceived(id=name, at=self.now, text="it is ***", removed=(kind,), message="17")

    def _attachment(self, name: str) -> Event:
        return AttachmentReceived(id=name, at=self.now, kind="photo")

    def _open(self, name: str) -> Event:
        return ConversationStarted(id=name, at=self.now, language="fr")

    # What follows

    def _fold(self, event: Event, number: int) -> None:
        if self.conversation.status is Status.RESOLVED and not isinstance(event, CallReturned | TimerFired):
            self._begin_again(number)
        before = self.conversation
        self.seen.append(f"{event!r} at {before.stack[-1] if before.stack else before.offer}")
        taken = step(before, event, self.catalog, self.now)
        self.steps += 1
        self._check(before, taken)
        self._looks_at_the_innermost_flow_alone(before, event, taken)
        self.conversation = taken.conversation
        for command in taken.commands:
            match command:
                case SendMessage(choices=choices, screen=screen) if choices:
                    self._buttons.append((screen, tuple(choice.id for choice in choices)))
                case CallBackend(id=call, operation=operation):
                    self._calls.append((call, operation))
                case StartTimer(key=key, due_at=due_at):
                    self._timers[key] = due_at
                case _:
                    pass

    def _begin_again(self, number: int) -> None:
        self.conversation = begin(
            conversation_id=f"c{number}",
            channel="walk",
            contact="1",
            at=self.now,
            language="en",
            previous=self.conversation,
        )
        self._agreed = False

    def _check(self, before: Conversation, taken: Step) -> None:
        known = self._as_known(before)
        for message, _ in faults(known, taken, self.catalog):
            raise Broken(message)
        self._agreed = self._agreed or gives_consent(taken.commands)
        after = taken.conversation
        if len(taken.entered) > 40:
            raise Broken("a walk is nearly endless")
        if after.status is not Status.PENDING and after.stack:
            raise Broken("it is over, and yet somewhere")
        if after.status is Status.PENDING:
            self._reaches_human(after)
        if self.steps % 16 == 0 and codec.load(codec.dump(after), Conversation) != after:
            raise Broken("it does not survive being stored")

    def _as_known(self, before: Conversation) -> Conversation:
        """Add what the invariants look at: a consent of this conversation, and a suspicion only while it counts."""
        braked = before.braked_at
        holds = braked is not None and self.now - braked < TAKEOVER_HOLD
        slots = {**before.slots, CONSENT: True} if self._agreed else before.slots
        return evolve(before, slots=slots, braked_at=braked if holds else None)

    def _looks_at_the_innermost_flow_alone(self, before: Conversation, event: Event, taken: Step) -> None:
        """Until the innermost flow ends, the flows below it change nothing: the proof rests on that."""
        flows = self.catalog.flows
        moved = [flows[flow].states[state] for flow, state in taken.entered]
        ends = any(isinstance(state, End | Run) for state in moved)
        if len(before.stack) < 2 or not isinstance(event, ChoicePicked | TimerFired) or before.offer or ends:
            return
        if self.catalog.fingerprint != before.content:
            return
        self.steps += 1
        alone = step(evolve(before, stack=before.stack[-1:]), event, self.catalog, self.now)
        if alone.entered != taken.entered or _said(alone) != _said(taken):
            raise Broken("the engine has looked below the innermost flow")

    def _reaches_human(self, after: Conversation) -> None:
        event = TextReceived(id="human", at=self.now, text="/human")
        self.steps += 1
        if step(after, event, self.catalog, self.now).conversation.status is not Status.OPEN:
            raise Broken("a human is not within reach")


def _said(taken: Step) -> list[tuple[str, tuple[str, ...]]]:
    return [
        (command.text, tuple(choice.id for choice in command.choices))
        for command in taken.commands
        if isinstance(command, SendMessage)
    ]


def walk(catalog: Catalog, seed: str) -> int:
    """
    Take one random conversation.

    Returns:
        The steps that the engine took.

    Raises:
        Broken: Something does not hold; says what happened until then.
    """
    random = Random(seed)
    one = Walk(catalog, random)
    try:
        one.go(random.choice([15, 30, 60]))
    except Exception as fault:
        happened = "\n".join(one.seen[-25:])
        raise Broken(f"seed {seed}: {type(fault).__name__}: {fault}\nafter:\n{happened}") from fault
    return one.steps
