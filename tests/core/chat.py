"""One conversation folded by the engine alone, and small content for it, written in the test that needs it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml

from bot.content.load import load
from bot.core.catalog import Catalog
from bot.core.commands import CallBackend, Command, SendMessage
from bot.core.conversation import Conversation, begin
from bot.core.engine import is_answer, step
from bot.core.events import (
    CallReturned,
    ChoicePicked,
    ConversationStarted,
    Event,
    Reading,
    TextReceived,
    TimerFired,
)
from bot.core.vocabulary import Decision, Outcome
from tests.content.clean import ARTICLE, ARTICLE_EN, SERVICE, repair, write

#: Kinds of states that say something without being told to.
SPEAKING = {"say", "ask", "ask_many", "collect", "wait", "call"}
START = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)


def about(flow: str) -> Reading:
    """A text that clearly speaks of a flow."""
    return Reading(decision=Decision.START, flow=flow, candidates={flow: 0.9})


def small_catalog(
    root: Path,
    flows: dict[str, str],
    *,
    words: dict[str, dict[str, object]] | None = None,
    articles: dict[str, str] | None = None,
) -> Catalog:
    """
    Build content of a few flows.

    Args:
        root: An empty directory.
        flows: Flow id -> its file without `id` and `start`; the first state is the start. Every state that speaks says `[its id]`, a
            choice is labelled by its id in capitals.
        words: Flow id -> state id -> its words, where they matter.
        articles: Article id -> its `applies_to`.
    """
    files = {"knowledge/service.yaml": SERVICE.replace('["en", "fr"]', '["en"]')}
    files["flows/en/_repair.yaml"] = repair("en", "English").replace(
        "Text picked en.", "Noted: {{ picked|join }}."
    )
    files["flows/en/_none.yaml"] = 'phrases: ["what is the weather"]\n'
    for flow, source in flows.items():
        parsed = yaml.safe_load(source)
        first = next(iter(parsed["states"]))
        files[f"flows/{flow}.yaml"] = f"id: {flow}\nstart: {first}\n{source}"
        files[f"flows/en/{flow}.yaml"] = _words(flow, parsed["states"], (words or {}).get(flow, {}))
    for article, applies in (articles or {}).items():
        meta = yaml.safe_load(ARTICLE) | {"id": article, "applies_to": yaml.safe_load(applies)}
        files[f"knowledge/{article}.yaml"] = _dump(meta)
        text = yaml.safe_load(ARTICLE_EN) | {"article": article, "text": f"[{article}]"}
        files[f"knowledge/en/{article}.yaml"] = _dump(text)
    loaded = load(*write(root, files))
    assert loaded.draft is not None
    assert not loaded.draft.broken, loaded.problems
    return loaded.draft.catalog


def _words(flow: str, states: dict[str, dict[str, object]], given: dict[str, object]) -> str:
    said: dict[str, object] = {}
    for name, state in states.items():
        ids: list[str] = []
        for key in ("ask", "ask_many", "choices"):
            ids.extend(state.get(key, ()))  # type: ignore[call-overload]
        speaks = {"text": f"[{name}]"} if state.keys() & SPEAKING else {}
        said[name] = {**speaks, **({"choices": {one: one.upper() for one in ids}} if ids else {})}
        said[name].update(given.get(name, {}))  # type: ignore[attr-defined, call-overload]
    return _dump({"flow": flow, "title": f"Title of {flow}", "phrases": [f"about {flow}"], "states": said})


def _dump(value: object) -> str:
    """Write YAML as our own reader takes it: JSON is YAML with every text in double quotes."""
    return json.dumps(value, ensure_ascii=False)


class Chat:
    """One conversation; its moves return the commands of the step."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog, self.now, self.count = catalog, START, 0
        self.conversation: Conversation = begin(
            conversation_id="c", channel="t", contact="1", at=START, language="en"
        )
        self.entered: tuple[tuple[str, str], ...] = ()

    def start(self) -> tuple[Command, ...]:
        return self.fold(ConversationStarted(id=self.id(), at=self.now))

    def text(self, text: str, reading: Reading | None = None, **extra: object) -> tuple[Command, ...]:
        event = TextReceived(id=self.id(), at=self.now, text=text, **extra)  # type: ignore[arg-type]
        # As the service does: a text that is an answer anyway is not read.
        if reading is not None and not is_answer(self.conversation, text, self.catalog, self.now):
            event = replace(event, reading=reading)
        return self.fold(event)

    def pick(self, *choices: str) -> tuple[Command, ...]:
        commands: tuple[Command, ...] = ()
        for choice in choices:
            commands = self.fold(
                ChoicePicked(id=self.id(), at=self.now, choice=choice, screen=self.conversation.screen)
            )
        return commands

    def returned(self, call: CallBackend, outcome: Outcome, **data: str) -> tuple[Command, ...]:
        event = CallReturned(
            id=self.id(), at=self.now, operation=call.operation, outcome=outcome, call=call.id, data=data
        )
        return self.fold(event)

    def timer(self) -> tuple[Command, ...]:
        frame = self.conversation.stack[-1]
        return self.fold(TimerFired(id=self.id(), at=self.now, timer=f"{frame.flow}.{frame.state}"))

    def wait(self, **length: float) -> None:
        self.now += timedelta(**length)

    def fold(self, event: Event) -> tuple[Command, ...]:
        result = step(self.conversation, event, self.catalog, self.now)
        self.conversation, self.entered = result.conversation, result.entered
        return result.commands

    def id(self) -> str:
        self.count += 1
        return f"e{self.count}"

    @property
    def where(self) -> str:
        return f"{self.conversation.stack[-1].flow}.{self.conversation.stack[-1].state}"


def the_call(commands: tuple[Command, ...]) -> CallBackend:
    return next(command for command in commands if isinstance(command, CallBackend))


def calls(commands: tuple[Command, ...]) -> tuple[CallBackend, ...]:
    return tuple(command for command in commands if isinstance(command, CallBackend))


def said(commands: tuple[Command, ...]) -> str:
    return "\n".join(command.text for command in commands if isinstance(command, SendMessage))


def offered(commands: tuple[Command, ...]) -> list[str]:
    return [
        choice.id for command in commands if isinstance(command, SendMessage) for choice in command.choices
    ]
