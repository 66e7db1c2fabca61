"""
The present question of a flow: its words, its choices, and which of them an answer picks.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from bot.core import remedies, speech
from bot.core.choices import pick, pick_several
from bot.core.commands import Choice
from bot.core.draft import Draft, timer_key
from bot.core.flow import Ask, AskMany, Call, Collect, TryArticles, Wait
from bot.core.vocabulary import Word

#: Marks the engine's own choices, so that no flow's choice can be mistaken for one.
OWN: Final = "@"
HUMAN, BACK, WORKED, STILL_STUCK, DONE = "@human", "@back", "@worked", "@still_stuck", "@done"


def ask(draft: Draft, *, entering: bool = False, briefly: bool = False) -> None:
    """
    Say the present question with its choices.

    Args:
        draft: The step.
        entering: A `wait` starts its timer.
        briefly: The person has just read it: of an article only the title is said.
    """
    match draft.state:
        case TryArticles():
            remedies.show(draft, briefly=briefly)
        case Wait() as state:
            _ask_wait(draft, state, entering=entering)
        case AskMany() if draft.frame is not None and draft.frame.picked:
            labels = draft.words().choices
            draft.say_repair("picked", picked=[labels.get(member, member) for member in draft.frame.picked])
        case Ask() | AskMany() | Collect():
            draft.say(draft.words().text)
        case Call():
            draft.say_repair("one_moment")
    draft.offer(choices(draft))


def choices(draft: Draft) -> tuple[Choice, ...]:
    """Return the choices of the present question, the engine's own last."""
    labels = draft.repair.labels
    match draft.state:
        case TryArticles():
            given = [
                Choice(id=WORKED, label=labels["worked"]),
                Choice(id=STILL_STUCK, label=labels["still_stuck"]),
            ]
        case AskMany() as state:
            given = _several(draft, state)
        case Ask() | Collect() | Wait() as state:
            given = _labelled(draft, tuple(state.choices))
        case _:
            return ()
    if draft.conversation.history:
        given.append(Choice(id=BACK, label=labels["back"]))
    return (*given, Choice(id=HUMAN, label=labels["human"]))


def acknowledge(draft: Draft) -> None:
    """Say "take your time" to somebody who says "all right" to a wait or to a remedy that they will try."""
    frame = draft.frame
    if frame is not None and frame.due_at is None:
        draft.say_repair("take_your_time")
    elif frame is not None and frame.due_at is not None:
        draft.say_repair(
            "waiting", wait=speech.moment_ahead("length", frame.due_at, draft.conversation, draft.now)
        )
    draft.offer(choices(draft))


def picked(draft: Draft, text: str, meaning: Callable[[str], Word | None]) -> tuple[str, ...]:
    """Return the choices of the present question that a typed answer picks; several only where several may be picked."""
    given, answers = choices(draft), draft.words().answers
    state = draft.state
    if isinstance(state, AskMany):
        several = pick_several(text, given, meaning, answers)
        if len(several) > 1 and all(member in state.members for member in several):
            return several
    chosen = pick(text, given, meaning, answers)
    return (chosen,) if chosen is not None else ()


def _several(draft: Draft, state: AskMany) -> list[Choice]:
    """Return what is not picked yet, and a way to say that this is all."""
    done = draft.frame.picked if draft.frame is not None else ()
    if not done:
        return _labelled(draft, (*state.members, *state.choices))
    rest = tuple(member for member in state.members if member not in done)
    return [*_labelled(draft, rest), Choice(id=DONE, label=draft.repair.labels["done"])]


def _labelled(draft: Draft, ids: tuple[str, ...]) -> list[Choice]:
    words = draft.words().choices
    return [Choice(id=choice, label=words.get(choice, choice)) for choice in ids]


def _ask_wait(draft: Draft, state: Wait, *, entering: bool) -> None:
    frame = draft.frame
    due_at = frame.due_at if frame is not None else None
    if due_at is None or entering:
        due_at = _due(draft, state)
    if entering and frame is not None:
        draft.start_timer(timer_key(frame.flow, state.id), due_at)
        draft.change_frame(due_at=due_at)
    draft.say(draft.words().text, wait=speech.moment_ahead("length", due_at, draft.conversation, draft.now))


def _due(draft: Draft, state: Wait) -> datetime:
    if state.duration == "next_code":
        # A second at least, so that a reminder never comes together with the message that promises it.
        return max(
            speech.next_code(draft.conversation, draft.catalog, draft.now), draft.now + timedelta(seconds=1)
        )
    fact = draft.catalog.service.facts.get(state.duration)
    length = fact.value if fact is not None and isinstance(fact.value, timedelta) else timedelta(minutes=1)
    return draft.now + length
