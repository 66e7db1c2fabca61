"""
What must hold after every step, whatever came before.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.content.rules_flow import MAX_CHOICE_BYTES, MAX_CHOICES
from bot.content.spoken import MAX_LABEL
from bot.core.calls import CHANNELS
from bot.core.catalog import Catalog
from bot.core.commands import CallBackend, Choice, Command, HandOff, RecordActivity, SendMessage
from bot.core.conversation import Conversation
from bot.core.engine import Step
from bot.core.flow import INPUTS, Call, TryArticles, Wait
from bot.core.texts import MAX_TEXT, length
from bot.core.vocabulary import LOST, Action, Status
from bot.proof.act import gives_consent
from bot.proof.reads import CONSENT

#: "Back" and "a person" come beside the flow's own choices; a menu has one page more.
_OWN_CHOICES = 2
#: Why the engine gives up: the flow has a fault.
_ENGINE_FAULTS = ("flow_loop", "flow_missing", "state_missing", "result_missing", "route_missing")
#: What is wrong, and the cure.
Fault = tuple[str, str]


def faults(before: Conversation, taken: Step, catalog: Catalog) -> Iterator[Fault]:
    """Yield what does not hold after a step."""
    yield from _safe(before, taken, catalog)
    yield from _said(taken.commands)
    yield from _not_stuck(taken.conversation, catalog)


def _not_stuck(conversation: Conversation, catalog: Catalog) -> Iterator[Fault]:
    """Every point that is not the end has a question, a timer or a call that will come back."""
    if conversation.status is not Status.PENDING or conversation.offer is not None or not conversation.stack:
        return
    frame = conversation.stack[-1]
    state = catalog.flows[frame.flow].states[frame.state]
    if isinstance(state, Wait) and frame.due_at is None:
        yield "the person waits for a timer that was never started", "Report it: the engine is at fault."
    if isinstance(state, TryArticles) and frame.article is None:
        yield "the person is asked about a remedy that is not shown", "Report it: the engine is at fault."
    if not isinstance(state, INPUTS) and not (isinstance(state, Call) and frame.call is not None):
        yield "the person is stuck: there is no question and nothing comes", "Let it lead to a question."


def _safe(before: Conversation, taken: Step, catalog: Catalog) -> Iterator[Fault]:
    agreed = CONSENT in before.slots or gives_consent(taken.commands)
    lost = {
        factor
        for conversation in (before, taken.conversation)
        if isinstance(held := conversation.slots.get(LOST), tuple)
        for factor in held
    }
    for command in taken.commands:
        match command:
            case CallBackend() if catalog.operations[command.operation].sends:
                yield from _sent(command, before, lost)
            case RecordActivity(action=Action.TICKET_REQUESTED) if not agreed:
                yield "a ticket is opened without consent", "Ask with `consent` on every way to it."
            case HandOff(reason=reason) if reason in _ENGINE_FAULTS:
                yield f"the engine gives up ({reason})", "Look at the states on the way."
    for flow, name in taken.entered:
        if catalog.flows[flow].states[name].after_consent and not agreed:
            yield f"{flow}.{name} is come to without consent", "Ask with `consent` on every way to it."
    yield from _needed(taken.conversation, lost, catalog)


def _sent(command: CallBackend, before: Conversation, lost: set[str]) -> Iterator[Fault]:
    factor = CHANNELS.get(str(command.arguments.get("channel")))
    if factor in lost:
        yield f"a code is sent to the lost {factor}", "Lead around the call where the factor is lost."
    if before.braked_at is not None:
        yield "a code is sent although a takeover is suspected", "Report it: the engine is at fault."


def _needed(conversation: Conversation, lost: set[str], catalog: Catalog) -> Iterator[Fault]:
    article = catalog.articles.get(conversation.stack[-1].article or "") if conversation.stack else None
    for factor in article.needs if article is not None else ():
        if factor in lost:
            yield (
                f"{article.id} is shown, which needs the lost {factor}" if article else "",
                "Report it: the engine is at fault.",
            )


def _said(commands: tuple[Command, ...]) -> Iterator[Fault]:
    for command in commands:
        if not isinstance(command, SendMessage):
            continue
        if not command.text.strip() or "{{" in command.text or "{%" in command.text:
            yield "a message is not complete", "Look at the holes of its text."
        if length(command.text) > MAX_TEXT:
            yield f"a message is longer than {MAX_TEXT}", "Shorten the texts on the way."
        yield from _buttons(command.choices)


def _buttons(choices: tuple[Choice, ...]) -> Iterator[Fault]:
    if len(choices) > MAX_CHOICES + _OWN_CHOICES:
        yield f"a question has {len(choices)} buttons", "Ask in two steps."
    if len({choice.label for choice in choices}) < len(choices):
        yield "two buttons have the same label", "Name them apart."
    for choice in choices:
        if length(choice.label) > MAX_LABEL or not choice.label or len(choice.id.encode()) > MAX_CHOICE_BYTES:
            yield f"the button {choice.id!r} does not fit", f"Keep its label within {MAX_LABEL} characters."
