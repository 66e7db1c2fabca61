"""
One pure step of the engine, beside rendering the same words with Jinja2 alone.

The walk is the whole journey of a code that does not arrive: choices, a diagnosed number, articles, a request.
"""

from __future__ import annotations

import statistics
import time
from datetime import UTC, datetime, timedelta

from bot.bootstrap import load_reader
from bot.core import speech
from bot.core.conversation import Conversation, begin
from bot.core.engine import step
from bot.core.events import ChoicePicked, Event, Reading, TextReceived
from bot.core.vocabulary import Decision
from bot.settings import Settings

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
WALK = [
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


def journey(catalog: object) -> list[tuple[Conversation, Event]]:
    """Return each conversation of the walk with the event that comes next."""
    conversation = begin(conversation_id="bench", channel="bench", contact="1", at=NOW, language="en")
    opening = TextReceived(
        id="e0", at=NOW, text="no code", reading=Reading(decision=Decision.START, flow="no_sms")
    )
    pairs: list[tuple[Conversation, Event]] = [(conversation, opening)]
    for number, choice in enumerate(WALK, start=1):
        conversation = step(*pairs[-1], catalog, NOW).conversation  # type: ignore[arg-type]
        pairs.append(
            (conversation, ChoicePicked(id=f"e{number}", at=NOW, choice=choice, screen=conversation.screen))
        )
    conversation = step(*pairs[-1], catalog, NOW).conversation  # type: ignore[arg-type]
    pairs.append((conversation, TextReceived(id="last", at=NOW, text="mei", reading=Reading(slot="mei"))))
    return pairs


def main() -> None:
    catalog = load_reader(Settings()).catalog
    pairs = journey(catalog)
    texts = [
        text
        for words in catalog.texts.values()
        for state in words.states.values()
        if (text := state.text) and "phone" not in text.names
    ]
    conversation = pairs[-1][0]
    steps, renders = [], []
    for _ in range(200):
        began = time.perf_counter()
        for pair in pairs:
            step(*pair, catalog, NOW + timedelta(hours=1))
        middle = time.perf_counter()
        for text in texts:
            speech.render(text, conversation, catalog, NOW, {"wait": {"length": "1 minute", "at": NOW}})
        ended = time.perf_counter()
        steps.append((middle - began) / len(pairs) * 1e6)
        renders.append((ended - middle) / len(texts) * 1e6)
    a, b = statistics.median(steps), statistics.median(renders)
    print(
        f"one step {a:.1f} us, rendering one text alone {b:.1f} us, ratio {a / b:.1f} (medians of 200 walks of {len(pairs)} steps)"
    )


if __name__ == "__main__":
    main()
