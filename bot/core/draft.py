"""
The working copy of one step: the conversation as it becomes, the commands so far, the words to be said.

Everything that a step says is joined into one message, so that one turn is one screen. Only this module makes command
ids: `<event id>:<index>`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from bot.core import speech
from bot.core.catalog import Catalog, Repair
from bot.core.commands import (
    AddNote,
    Brake,
    CallBackend,
    CancelTimer,
    Choice,
    Command,
    DeleteMessage,
    HandOff,
    RecordActivity,
    RecordFeedback,
    RecordUnmatched,
    SendMessage,
    ShowCase,
    StartTimer,
    TellAgent,
)
from bot.core.conversation import Conversation, Frame, Offer, evolve
from bot.core.events import Event, Value
from bot.core.flow import Flow, State, StateTexts, Wait
from bot.core.incident import TIMER as INCIDENT_TIMER
from bot.core.texts import MAX_TEXT, Text, cut, length
from bot.core.vocabulary import Action, Priority, Refusal


class _Part(NamedTuple):
    """Words to be said, and the agent whose they are; None: the bot's."""

    text: str
    agent: str | None = None


class Draft:
    """One step in the making."""

    def __init__(self, conversation: Conversation, event: Event, catalog: Catalog, now: datetime) -> None:
        #: A copy of its own until `finish`, so that a step with ten changes costs one copy.
        self.conversation = evolve(conversation)
        self.catalog = catalog
        self.now = now
        #: The states that were entered, in order: `(flow, state)`.
        self.entered: list[tuple[str, str]] = []
        #: The ways that were taken out of states, in order: `(flow, state, way)`.
        self.taken: list[tuple[str, str, str]] = []
        #: The choice of the present question whose button was pressed.
        self.pressed: Choice | None = None
        self._event = event
        self._commands: list[Command] = []
        self._parts: list[_Part] = []
        self._agent: str | None = None
        self._choices: tuple[Choice, ...] = ()
        self._relays: str | None = None
        self._picture: str | None = None
        self._shows_case = False
        self._before = conversation

    # What is

    @property
    def repair(self) -> Repair:
        """The engine's own words in the language of the conversation."""
        return (
            self.catalog.repair.get(self.conversation.language)
            or self.catalog.repair[self.catalog.default_language]
        )

    @property
    def frame(self) -> Frame | None:
        """Where the person is, if in a flow."""
        return self.conversation.stack[-1] if self.conversation.stack else None

    @property
    def flow(self) -> Flow | None:
        """The flow that the person is in."""
        stack = self.conversation.stack
        return self.catalog.flows.get(stack[-1].flow) if stack else None

    @property
    def state(self) -> State | None:
        """The state that the person is in."""
        stack, flow = self.conversation.stack, self.flow
        return flow.states.get(stack[-1].state) if flow is not None else None

    @property
    def spoke(self) -> bool:
        """Tell whether anything is said in this step."""
        return bool(self._parts)

    def words(self, state: str | None = None) -> StateTexts:
        """Return the words of a state of the present flow; empty ones if there are none."""
        frame = self.frame
        return self.words_of(frame.flow, state or frame.state) if frame is not None else StateTexts()

    def words_of(self, flow: str, state: str) -> StateTexts:
        """Return the words of any state; empty ones if there are none."""
        texts = self.catalog.texts.get((self.repair.language, flow))
        return texts.states.get(state, StateTexts()) if texts else StateTexts()

    def title(self, flow: str) -> str:
        """Return the title of a flow in the language of the conversation."""
        texts = self.catalog.texts.get((self.repair.language, flow))
        return texts.title if texts else flow

    # What becomes

    def change(self, **fields: Any) -> None:
        """Replace fields of the conversation."""
        self.conversation.__dict__.update(fields)

    def change_frame(self, **fields: Any) -> None:
        """Replace fields of the innermost frame; nothing to do outside of a flow."""
        stack = self.conversation.stack
        if stack:
            self.change(stack=(*stack[:-1], evolve(stack[-1], **fields)))

    def change_frame_at(self, place: int, **fields: Any) -> None:
        """Replace fields of a frame further out."""
        stack = self.conversation.stack
        self.change(stack=(*stack[:place], evolve(stack[place], **fields), *stack[place + 1 :]))

    def set_slot(self, name: str, value: Value) -> None:
        """Keep an answer."""
        self.change(slots={**self.conversation.slots, name: value})

    def forget(self, *names: str) -> None:
        """Forget answers, also where "back" would bring them again."""
        conversation = self.conversation
        self.change(
            slots=_without(conversation.slots, names),
            history=tuple(
                snapshot
                if snapshot.slots.keys().isdisjoint(names)
                else evolve(snapshot, slots=_without(snapshot.slots, names))
                for snapshot in conversation.history
            ),
        )

    def take(self, way: str, target: str, *, out_of: str | None = None) -> str:
        """Note the way that is taken out of the present state, or of another one of its flow; returns where it leads."""
        if self.frame is not None:
            self.taken.append((self.frame.flow, out_of or self.frame.state, way))
        return target

    # What is said

    def say(self, text: Text | None, **extra: Any) -> None:
        """Add a text to the message of this step."""
        if text is not None and (
            words := speech.render(text, self.conversation, self.catalog, self.now, extra)
        ):
            self._parts.append(_Part(words, self._agent))

    def head(self, title: str) -> None:
        """Add a heading, or other words as they are, to the message of this step."""
        self._parts.append(_Part(title, self._agent))

    def speak_for(self, agent: str) -> None:
        """Say what comes from here on in the name of an agent: in a message of its own."""
        self._agent = agent

    def relay(self, message: str | None) -> None:
        """Have the agent whose message this step says be told whether it was delivered."""
        self._relays = message

    def picture(self, picture: str | None) -> None:
        """Show a picture with what is said last in this step."""
        self._picture = picture

    def unsay(self) -> None:
        """Take back the question that was put last in this step, because it is answered already."""
        if self._choices and self._parts:
            self._parts.pop()
            self._choices = ()

    def say_repair(self, key: str, **extra: Any) -> None:
        """Add one of the engine's own texts."""
        self.say(self.repair.texts.get(key), **extra)

    def offer(self, choices: tuple[Choice, ...]) -> None:
        """Put buttons under the message of this step: a new question, which makes older buttons stale."""
        self._choices = choices

    # What is asked for

    def record(self, action: Action, **details: Value) -> None:
        """Add a line to the transcript and the audit trail."""
        self._commands.append(RecordActivity(id=self._next_id(), action=action, details=details))

    def call(self, operation: str, arguments: Mapping[str, Value]) -> str:
        """Call the account system; returns the id of the command."""
        command = CallBackend(id=self._next_id(), operation=operation, arguments=arguments)
        self._commands.append(command)
        return command.id

    def brake(self, case: str | None, account: str | None) -> None:
        """Stop everything that is sent for an account."""
        self._commands.append(Brake(id=self._next_id(), case=case, account=account))

    def start_timer(self, key: str, due_at: datetime) -> None:
        """Start or replace a timer."""
        self._commands.append(StartTimer(id=self._next_id(), key=key, due_at=due_at))

    def delete_message(self, message: str) -> None:
        """Delete the person's message in the chat."""
        self._commands.append(DeleteMessage(id=self._next_id(), message=message))

    def record_feedback(self, article: str, *, helpful: bool) -> None:
        """Count whether an article helped."""
        language = self.conversation.language
        self._commands.append(
            RecordFeedback(id=self._next_id(), article=article, language=language, helpful=helpful)
        )

    def record_unmatched(self, text: str) -> None:
        """Keep a text that nothing understood."""
        self._commands.append(
            RecordUnmatched(id=self._next_id(), text=text, language=self.conversation.language)
        )

    def hand_off(self, reason: str, priority: Priority, code: str) -> None:
        """Give the conversation to a human."""
        tried = self.conversation.tried
        self._commands.append(
            HandOff(id=self._next_id(), reason=reason, priority=priority, case_code=code, tried=tried)
        )

    def add_note(self, name: str, text: str) -> None:
        """Keep an agent's note."""
        self._commands.append(AddNote(id=self._next_id(), name=name, text=text))

    def show_case(self) -> None:
        """Bring what agents see up to date, after everything else of this step."""
        self._shows_case = True

    def tell_agent(self, message: str, refusal: Refusal | None = None) -> None:
        """Tell an agent what became of what they did."""
        code = self.conversation.case_code or ""
        self._commands.append(TellAgent(id=self._next_id(), case=code, message=message, refusal=refusal))

    def cancel_timer(self, key: str) -> None:
        """Forget a timer, if there is one."""
        self._commands.append(CancelTimer(id=self._next_id(), key=key))

    def finish(self) -> tuple[Conversation, tuple[Command, ...]]:
        """Send what was said, forget timers that nobody waits for any more, and return the result."""
        if self._choices:
            self.change(screen=self.conversation.screen + 1)
        if not self.conversation.greeted and self._parts:
            notice = speech.render(self.repair.texts["notice"], self.conversation, self.catalog, self.now, {})
            self._parts.insert(0, _Part(notice))
            self.change(greeted=True)
        for gone in sorted(_timers(self._before, self.catalog) - _timers(self.conversation, self.catalog)):
            self._commands.append(CancelTimer(id=self._next_id(), key=gone))
        messages = _messages(self._parts)
        for index, (text, agent) in enumerate(messages):
            last = index == len(messages) - 1
            self._commands.append(
                SendMessage(
                    id=self._next_id(),
                    text=text,
                    choices=self._choices if last else (),
                    screen=self.conversation.screen if last and self._choices else 0,
                    relays=self._relays if last else None,
                    agent=agent,
                    picture=self._picture if last else None,
                )
            )
        if self._shows_case and self.conversation.case_code is not None:
            self._commands.append(ShowCase(id=self._next_id(), case=self.conversation.case_code))
        return self.conversation, tuple(_words_first(self._commands))

    def _next_id(self) -> str:
        return f"{self._event.id}:{len(self._commands)}"


def timer_key(flow: str, state: str) -> str:
    """Name the timer of a `wait`."""
    return f"{flow}.{state}"


def clear_offer(draft: Draft) -> Offer | None:
    """Take back the engine's own question, if one is open, and return it."""
    offer = draft.conversation.offer
    if offer is not None:
        draft.change(offer=None)
    return offer


def _without(slots: Mapping[str, Value], names: Collection[str]) -> dict[str, Value]:
    return {name: value for name, value in slots.items() if name not in names}


def _timers(conversation: Conversation, catalog: Catalog) -> frozenset[str]:
    """Return the timers that a conversation waits for."""
    waiting = {INCIDENT_TIMER} if conversation.awaits else set()
    for frame in conversation.stack:
        flow = catalog.flows.get(frame.flow)
        if flow and isinstance(flow.states.get(frame.state), Wait):
            waiting.add(timer_key(frame.flow, frame.state))
    return frozenset(waiting)


def _messages(parts: list[_Part]) -> list[_Part]:
    """Join the parts of one speaker into as few messages as the limit allows; a part alone over the limit is cut."""
    messages: list[_Part] = []
    for part, agent in ((piece, whole.agent) for whole in parts for piece in cut(whole.text)):
        last = messages[-1] if messages else None
        if last and last.agent == agent and length(last.text) + 2 + length(part) <= MAX_TEXT:
            messages[-1] = _Part(f"{last.text}\n\n{part}", agent)
        else:
            messages.append(_Part(part, agent))
    return messages


def _words_first(commands: list[Command]) -> list[Command]:
    """Put what is said before what is called: the neutral answer is out before the account system is asked."""
    return sorted(commands, key=lambda command: isinstance(command, CallBackend))
