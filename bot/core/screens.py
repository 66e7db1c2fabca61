"""
How the words of a step come on the screen: one screen is one message.

While the person only presses buttons, the message with the buttons becomes the next screen; a press tells which message that
is, so nothing needs to be remembered. After the person typed, the next screen is a new message, and the buttons of the one
before are taken away. Where their number is asked for there is a button that sends it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.core import offers, question, speech
from bot.core.catalog import Catalog
from bot.core.commands import (
    AnswerPress,
    CallBackend,
    Choice,
    Command,
    Courtesy,
    RetireButtons,
    SendMessage,
    ShowTyping,
)
from bot.core.conversation import Conversation
from bot.core.draft import Draft
from bot.core.events import CallReturned, ChoicePicked, Event, HeardInGroup, PersonEvent, TimerFired
from bot.core.flow import Collect
from bot.core.vocabulary import Status

Shown = tuple[Conversation, tuple[Command, ...], tuple[Courtesy, ...]]


def present(draft: Draft) -> tuple[Choice, ...]:
    """Return the choices of the question that the person sees."""
    return offers.choices(draft) if draft.conversation.offer is not None else question.choices(draft)


def pressed(draft: Draft, event: Event) -> Choice | None:
    """Return the choice whose button an event is a press of; None: it is none, or not of the question that the person sees."""
    if not isinstance(event, ChoicePicked) or event.screen != draft.conversation.screen:
        return None
    return next((choice for choice in present(draft) if choice.id == event.choice), None)


def asks_number(conversation: Conversation, catalog: Catalog) -> bool:
    """Tell whether the person is asked for their own number."""
    if conversation.offer is not None or conversation.status is not Status.PENDING or not conversation.stack:
        return False
    frame = conversation.stack[-1]
    flow = catalog.flows.get(frame.flow)
    state = flow.states.get(frame.state) if flow is not None else None
    return isinstance(state, Collect) and state.slot == "phone"


def show(draft: Draft, before: Conversation, event: Event) -> Shown:
    """
    Finish a step.

    Args:
        draft: The step, all said.
        before: The conversation as it was.
        event: What happened.

    Returns:
        The conversation, the commands with their messages placed on the screen, and what is done beside them.
    """
    if isinstance(event, PersonEvent):
        draft.change(blocked=False, withheld=False)
    conversation, commands = draft.finish()
    if conversation.blocked and isinstance(event, TimerFired | CallReturned):
        return _withhold(draft, commands)
    chosen = _chosen(draft, before)
    placed = {one.id: one for one in _placed(draft, before, event, commands, chosen)}
    in_place = any(one.replaces is not None for one in placed.values())
    if placed and _question_is_over(before, conversation):
        # Of several messages the last has the buttons, and which one that is nobody knows yet.
        here = event.message if in_place and len(placed) == 1 and isinstance(event, ChoicePicked) else None
        draft.change(shown_in=here)
    courtesies = _courtesies(draft, before, event, chosen, retires=bool(placed) and not in_place)
    working = any(isinstance(command, CallBackend) for command in commands)
    return (
        draft.conversation,
        tuple(placed.get(command.id, command) for command in commands),
        (*courtesies, *((ShowTyping(),) if working else ())),
    )


def _withhold(draft: Draft, commands: tuple[Command, ...]) -> Shown:
    """Say nothing to somebody who has blocked the bot; they are told where they are once they let it write again."""
    rest = tuple(command for command in commands if not isinstance(command, SendMessage))
    if len(rest) < len(commands):
        draft.change(withheld=True)
    return draft.conversation, rest, ()


def _chosen(draft: Draft, before: Conversation) -> str | None:
    """Return the label of the button that was pressed, where the content is still the one that it was shown with."""
    if before.status is not Status.PENDING or before.content not in ("", draft.catalog.fingerprint):
        return None
    return draft.pressed.label if draft.pressed is not None else None


def _question_is_over(before: Conversation, now: Conversation) -> bool:
    """Tell whether there is another question than before, or none."""
    return now.screen != before.screen or not (now.stack or now.offer is not None)


def _placed(
    draft: Draft, before: Conversation, event: Event, commands: tuple[Command, ...], chosen: str | None
) -> Iterator[SendMessage]:
    """Place messages: the first stands where the buttons were, the last has the button that sends a number."""
    now, labels = draft.conversation, draft.repair.labels
    said = [command for command in commands if isinstance(command, SendMessage)]
    asked, asks = asks_number(before, draft.catalog), asks_number(now, draft.catalog)
    for index, message in enumerate(said):
        first, last = index == 0, index == len(said) - 1
        shares = labels["share_number"] if asks and last and message.choices else ""
        confidential = now.case_code is not None and now.case_code in message.text
        pressed = event if first and chosen is not None and isinstance(event, ChoicePicked) else None
        # What an earlier message cannot become: one with such a button, or one that is not to be passed on.
        stands = pressed is not None and not shares and not confidential
        yield replace(
            message,
            replaces=pressed.message if pressed is not None and stands else None,
            chosen=_words(draft, "chosen", choice=chosen or "") if pressed is not None else "",
            shares=shares,
            shared=_words(draft, "all_right") if asked and first and not asks else "",
            invites=labels["private_chat"] if isinstance(event, HeardInGroup) else "",
            confidential=confidential,
        )


def _courtesies(
    draft: Draft, before: Conversation, event: Event, chosen: str | None, *, retires: bool
) -> Iterator[Courtesy]:
    now = draft.conversation
    if isinstance(event, ChoicePicked):
        stale = chosen is None and before.status is Status.PENDING
        if event.press is not None:
            yield AnswerPress(press=event.press, text=_words(draft, "stale") if stale else "")
        if stale and event.message not in (None, now.shown_in):
            yield RetireButtons(screen=event.screen, message=event.message)
    if retires and _question_is_over(before, now) and (before.stack or before.offer is not None):
        known = event.message if chosen is not None and isinstance(event, ChoicePicked) else None
        yield RetireButtons(screen=before.screen, message=known or before.shown_in)


def _words(draft: Draft, name: str, **extra: str) -> str:
    return speech.render(draft.repair.texts[name], draft.conversation, draft.catalog, draft.now, extra)
