"""
A way through the conversation as people read it: replayed by the real engine from the first message.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.core.catalog import Catalog
from bot.core.commands import Command, SendMessage
from bot.core.conversation import Conversation
from bot.core.vocabulary import Status
from bot.proof.act import Acted, act
from bot.proof.inputs import (
    Assumed,
    Begin,
    Complain,
    Elapse,
    Garble,
    Input,
    Kind,
    Link,
    Move,
    Pick,
    Return,
    Type,
)
from bot.proof.liveness import Place
from bot.proof.situation import Pair, fresh

#: Characters of a line.
_WIDTH = 100


class Replay:
    """A conversation with two account systems, as it would really go."""

    def __init__(self, catalog: Catalog, moves: Iterable[Move]) -> None:
        conversation = fresh(catalog.default_language)
        pair = Pair(conversation, conversation)
        self.steps: list[tuple[Move, Acted]] = []
        for number, move in enumerate(moves):
            acted = act(pair, move, catalog, f"e{number}")
            self.steps.append((move, acted))
            pair = acted.pair

    def call(self) -> Place | None:
        """Return the state of the last call that the two account systems answered differently."""
        found = None
        for move, acted in self.steps:
            happened = move.input
            if isinstance(happened, Return) and happened.left is not happened.right:
                frame = acted.before.frame
                found = (frame.flow, frame.call_state or frame.state)
        return found

    def lines(self, *, apart: bool) -> Iterator[str]:
        """Write the conversation; with the last answer of both where they part."""
        for number, (move, acted) in enumerate(self.steps):
            for assumed in sorted(move.assumed, key=str):
                yield f"  ({_past(assumed)})"
            yield from _happens(acted.before.left, move.input, self._labels(number))
            if apart and number == len(self.steps) - 1:
                yield from _answer("if the account exists: ", acted.left.commands, acted.left.conversation)
                yield from _answer("if it does not:        ", acted.right.commands, acted.right.conversation)
            else:
                yield from _answer("bot: ", acted.left.commands, acted.left.conversation)

    def _labels(self, number: int) -> dict[str, str]:
        """Return the buttons that the person sees at a step."""
        for _, acted in reversed(self.steps[:number]):
            for command in acted.left.commands:
                if isinstance(command, SendMessage) and command.choices:
                    return {choice.id: choice.label for choice in command.choices}
        return {}


def _happens(conversation: Conversation, happened: Input, labels: dict[str, str]) -> Iterator[str]:
    match happened:
        case Begin():
            yield "  person: (opens the chat)"
        case Link():
            yield "  person: (opens the chat by a one-time link to their account)"
        case Complain(flow):
            yield f"  person: (writes something that is read as {flow!r})"
        case Pick(choice):
            yield f"  person: [{labels.get(choice, choice)}]"
        case Type():
            collected = conversation.stack[-1].state if conversation.stack else ""
            yield f"  person: (types what {collected!r} asks for)"
        case Garble():
            yield "  person: (is not understood until the question gives up)"
        case Elapse():
            yield "  (the timer comes due)"
        case Return(operation, left, right) if left is right:
            yield f"  ({operation} comes back: {left.outcome.value})"
        case Return(operation, left, right):
            yield f"  ({operation} comes back: {left.outcome.value} if the account exists, else {right.outcome.value})"


def _answer(speaker: str, commands: Iterable[Command], conversation: Conversation) -> Iterator[str]:
    said = [command for command in commands if isinstance(command, SendMessage)]
    for command in said:
        words = " ".join(command.text.split())
        shown = words if len(words) <= _WIDTH else f"... {words[-_WIDTH:]}"
        buttons = "".join(f" [{choice.label}]" for choice in command.choices if not choice.id.startswith("@"))
        yield f"  {speaker}{shown}{buttons}"
    if not said and speaker != "bot: ":
        yield f"  {speaker}(says nothing)"
    if conversation.status is not Status.PENDING:
        yield f"  {speaker}(the conversation is {conversation.status.value})"


def _past(assumed: Assumed) -> str:
    match assumed.kind:
        case Kind.SPENT:
            return f"{assumed.name} was entered as often as it may be"
        case Kind.EARLY:
            return "a code was asked for just now"
        case Kind.TRIED:
            return f"the remedies of {assumed.name!r} are used up for this visit"
        case Kind.LOST:
            return f"earlier in the conversation it was said otherwise whether {assumed.name!r} is lost"
        case Kind.NOTED:
            return f"earlier in the conversation {assumed.name!r} became {assumed.value!r}"
