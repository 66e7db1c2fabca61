"""
What a drawing of a flow shows, whatever it is drawn with: one box a state, one way an arrow.

Made from the same objects that run, so that a drawing cannot drift from them. Words are the author's, in one language;
what the engine decides by itself (a spent budget, time that is up) is named as in the flow files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, assert_never

from bot.content.edges import Edge, edges
from bot.core.catalog import Catalog
from bot.core.flow import (
    Ask,
    AskMany,
    Branch,
    Call,
    Collect,
    End,
    Flow,
    HandOffState,
    Route,
    Run,
    Say,
    Set,
    State,
    StateTexts,
    TryArticles,
    Wait,
)

#: Keys of a state whose ways are choices of the person.
_CHOICES: Final = ("ask", "choices")
_NAME: Final = re.compile(r"{{\s*(?:facts\.)?([\w.]+)[^}]*}}")
_TAG: Final = re.compile(r"{%.*?%}\n?", re.DOTALL)


class Look(StrEnum):
    """How a state is drawn, by what happens in it."""

    #: Something is said.
    SAY = "says"
    #: Stops and waits for the person.
    QUESTION = "asks or waits"
    #: Goes on by what is known, without a word.
    DECISION = "decides"
    #: Calls the account system.
    CALL = "calls the account system"
    #: Runs another flow.
    RUN = "runs another flow"
    #: A human takes over.
    HAND_OFF = "hands over to a human"
    #: The flow is over.
    END = "ends"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One arrow."""

    #: Empty for the only way.
    label: str
    target: str
    #: Taken without a choice of the person: an outcome, a condition, a spent budget.
    silent: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One state."""

    id: str
    look: Look
    #: The key of the flow file and its value, where the look does not say it all: `call: resend_code`.
    kind: str
    #: What the person reads; the title of the flow that is run. Empty if there is nothing to read.
    words: str
    #: In the order of the file.
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One flow."""

    id: str
    title: str
    language: str
    start: str
    boxes: tuple[Box, ...]


def picture(flow: Flow, catalog: Catalog, language: str) -> Picture:
    """
    Say what to draw.

    Args:
        flow: A flow of the catalog.
        catalog: Where its words and the titles of other flows are.
        language: A language of the service.

    Returns:
        One box a state, in the order of the file.
    """
    texts = catalog.texts.get((language, flow.id))
    boxes = []
    for state in flow.states.values():
        words = texts.states.get(state.id, StateTexts()) if texts else StateTexts()
        ways = (
            Way(
                label=_label(state, edge, words, number),
                target=edge.target,
                silent=edge.keys[0] not in _CHOICES,
            )
            for number, edge in enumerate(edges(state), 1)
        )
        boxes.append(
            Box(
                id=state.id,
                look=_look(state),
                kind=_kind(state),
                words=_said(state, words, catalog, language),
                ways=tuple(way for way in ways if way.target in flow.states),
            )
        )
    return Picture(
        id=flow.id,
        title=texts.title if texts else flow.id,
        language=language,
        start=flow.start,
        boxes=tuple(boxes),
    )


def _said(state: State, words: StateTexts, catalog: Catalog, language: str) -> str:
    match state:
        case Run() if (run := catalog.texts.get((language, state.flow))) is not None:
            return run.title
        case AskMany():
            members = " / ".join(words.choices.get(member, member) for member in state.members)
            return f"{_shown(words)}\n{members}".strip()
        case _:
            return _shown(words)


def _shown(words: StateTexts) -> str:
    """Write a text with the names of its holes."""
    source = words.text.source if words.text else ""
    return _NAME.sub(r"‹\1›", _TAG.sub("", source)).strip()


def _label(state: State, edge: Edge, words: StateTexts, number: int) -> str:
    """Take the author's label; of the engine's own ways say what they mean."""
    match edge.keys[0]:
        case "give_up" if isinstance(state, Ask | AskMany | Collect):
            return f"not understood {state.tries} times"
        case "then":
            return f"after {state.at_most} visits"
        case key if key in _CHOICES:
            return words.choices.get(edge.label, edge.label)
        case "branch" | "table" if edge.label not in ("", "else"):
            # The first that holds is taken, wherever it is drawn.
            return f"{number}. {edge.label}"
        case "table":
            return edge.label or "else"
        case _:
            return edge.label


def _look(state: State) -> Look:
    match state:
        case Say():
            return Look.SAY
        case Ask() | AskMany() | Collect() | TryArticles() | Wait():
            return Look.QUESTION
        case Branch() | Route() | Set():
            return Look.DECISION
        case Call():
            return Look.CALL
        case Run():
            return Look.RUN
        case HandOffState():
            return Look.HAND_OFF
        case End():
            return Look.END
        case _:
            assert_never(state)


def _kind(state: State) -> str:
    match state:
        case Say() | Ask() | Branch():
            return ""
        case AskMany():
            return "ask_many"
        case Collect():
            return f"collect: {state.slot}"
        case Route():
            return f"route: {', '.join(state.slots)}"
        case Set():
            return "set: " + "; ".join(f"{slot} {_value(value)}" for slot, value in state.values.items())
        case Call():
            return ": ".join(("call", " ".join((state.operation, *state.arguments.values()))))
        case TryArticles():
            return f"try_articles: {state.topic}"
        case Run():
            return f"run: {state.flow}"
        case Wait():
            return f"wait: {state.duration}"
        case HandOffState():
            return f"handoff: {state.reason}" + (", urgent" if state.priority == "urgent" else "")
        case End():
            return f"end: {state.result}"
        case _:
            assert_never(state)


def _value(value: str | tuple[str, ...]) -> str:
    return f"= {value}" if isinstance(value, str) else f"+ {' '.join(value)}"
