"""The semantic tier beside a conversation: when it is asked, and that nobody waits or suffers for it."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from bot.core.events import TextReceived
from bot.core.vocabulary import Word
from bot.matching.semantic import Embeddings
from bot.ports import Incoming
from bot.service import second_opinion
from bot.service.reading import Reader, fit_matcher
from bot.testing import ManualClock, MemoryStore
from tests.playing import MORNING, Person, playing

#: Near no phrase, so that its words leave it open.
COMPLAINT = "whatever i type the door stays shut since tuesday"
#: What works at any moment in this content.
YES, HELP, HUMAN = (f"word {word} en" for word in (Word.YES, Word.HELP, Word.HUMAN))


class Letters:
    """An encoder that knows a text by its letters, and what it was asked since it was fitted."""

    name = "letters"

    def __init__(self, before: Callable[[], None] = lambda: None) -> None:
        self.asked: list[str] = []
        #: Is called before each answer, once `ready`.
        self.before = before
        self.ready = False

    def encode(self, texts: Sequence[str]) -> Embeddings:
        if self.ready:
            self.asked += texts
            self.before()
        counts = np.array(
            [[text.count(letter) + 1 for letter in "abcdefghijklmnopqrst"] for text in texts], np.float32
        )
        return np.asarray(counts / np.linalg.norm(counts, axis=1, keepdims=True))


def reading_with(encoder: Letters, content: Reader) -> Reader:
    matcher = fit_matcher(content.catalog, encoder)
    encoder.ready = True
    return Reader(content.catalog, matcher, encoder)


class Held:
    """Holds an encoder until it is let go."""

    def __init__(self) -> None:
        self.entered, self.let_go = threading.Event(), threading.Event()

    def __call__(self) -> None:
        self.entered.set()
        assert self.let_go.wait(timeout=30)


@pytest.fixture(name="held")
def _held() -> Iterator[Held]:
    held = Held()
    yield held
    held.let_go.set()


def texts(person: Person) -> list[str]:
    return [message.text for _, message in person.channel.sent]


async def said_to(reader: Reader, directory: Path, *typed: str) -> list[str]:
    """What the bot says to these texts, which come at once."""
    async with playing(reader, directory) as person:
        events = [TextReceived(id=str(number), at=MORNING, text=text) for number, text in enumerate(typed)]
        await person.desk.receive([Incoming(lane=person.lane, event=event) for event in events])
        await person.desk.settle()
        return texts(person)


async def test_only_what_the_words_leave_open_is_asked(operations: Reader, tmp_path: Path) -> None:
    """Phrases, choices, collected answers, numbers, secrets and words that work at any moment are clear."""
    encoder = Letters()
    async with playing(reading_with(encoder, operations), tmp_path) as person:
        for clear in ("Help with my account!", "mei", "1", "Mail a code", "123 456", "...", YES, HELP):
            await person.say(clear)
        await person.say("my password is hunter2secret")
        assert encoder.asked == []
        await person.say(COMPLAINT)
        assert encoder.asked == [COMPLAINT]
        await person.say(HUMAN)
        await person.say(COMPLAINT)
        assert encoder.asked == [COMPLAINT], "while a human has the conversation, nothing is matched"


async def test_without_an_encoder_nothing_waits_for_a_second_opinion(
    operations: Reader, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A matcher with a semantic tier decides by the words alone, as one without does."""
    with_tier = Reader(operations.catalog, fit_matcher(operations.catalog, Letters()))
    both = [
        await said_to(reader, tmp_path_factory.mktemp("room"), COMPLAINT)
        for number, reader in enumerate((with_tier, operations))
    ]
    assert both[0] == both[1]


async def test_the_words_decide_when_the_meaning_comes_too_late(
    operations: Reader, tmp_path_factory: pytest.TempPathFactory, caplog: pytest.LogCaptureFixture, held: Held
) -> None:
    """The texts of a person are answered in their order all the same, and none of them is in the log."""
    typed = (COMPLAINT, "help with my account", "mei", "Text a code")
    late = reading_with(Letters(held), operations)
    with caplog.at_level(logging.WARNING):
        answered = await said_to(late, tmp_path_factory.mktemp("late"), *typed)
    assert answered == await said_to(operations, tmp_path_factory.mktemp("words"), *typed)
    (line,) = caplog.records
    assert getattr(line, "action", None) == "semantic_failed"
    assert f"not done in {second_opinion.PATIENCE_S} s" in line.getMessage()
    assert COMPLAINT not in caplog.text


async def test_an_answer_in_time_is_waited_for(
    operations: Reader, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The loop goes on meanwhile: the encoder is let go by what only runs if it is free."""
    held = Held()
    async with playing(reading_with(Letters(held), operations), tmp_path) as person:
        event = TextReceived(id="1", at=MORNING, text=COMPLAINT)
        await person.desk.receive([Incoming(lane=person.lane, event=event)])
        while not held.entered.is_set():
            await asyncio.sleep(0)
        assert texts(person) == []
        held.let_go.set()
        await person.desk.settle()
        assert len(texts(person)) == 1
    assert caplog.records == []


async def test_the_words_decide_when_the_encoder_fails(
    operations: Reader, tmp_path_factory: pytest.TempPathFactory, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise RuntimeError(f"cannot encode {COMPLAINT}")

    failing = reading_with(Letters(fail), operations)
    answered = await said_to(failing, tmp_path_factory.mktemp("failing"), COMPLAINT, HUMAN)
    assert answered == await said_to(operations, tmp_path_factory.mktemp("words"), COMPLAINT, HUMAN)
    (line,) = caplog.records
    assert "RuntimeError" in line.getMessage()
    assert COMPLAINT not in caplog.text


async def test_a_turn_that_waits_for_the_meaning_is_taken_after_a_restart(
    operations: Reader, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, held: Held
) -> None:
    """Nothing is stored of it before, nothing of it is lost."""
    store, clock = MemoryStore(), ManualClock(MORNING)
    late = reading_with(Letters(held), operations)
    async with playing(late, tmp_path_factory.mktemp("first"), store=store, clock=clock) as person:
        event = TextReceived(id="1", at=MORNING, text=COMPLAINT)
        await person.desk.receive([Incoming(lane=person.lane, event=event)])
        while not held.entered.is_set():
            await asyncio.sleep(0)
    assert texts(person) == []
    async with playing(operations, tmp_path, store=store, clock=clock) as person:
        await person.desk.settle()
        assert len(texts(person)) == 1
        assert store.known == {"1": None}
