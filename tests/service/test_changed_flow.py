"""The content changes under a thousand running conversations: each goes on where it was, or begins its topic again."""

from __future__ import annotations

import random
import re
import shutil
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.adapters.accounts.demo import DemoAccounts
from bot.adapters.storage import migrate
from bot.adapters.storage.store import SqlStore
from bot.content.load import load_or_raise
from bot.content.paths import content_folders
from bot.core.catalog import Catalog
from bot.core.commands import CallBackend, Choice, SendMessage
from bot.core.conversation import Conversation, begin
from bot.core.draft import timer_key
from bot.core.engine import step
from bot.core.events import (
    AttachmentReceived,
    CallReturned,
    ChoicePicked,
    Event,
    Reading,
    TextReceived,
)
from bot.core.flow import Ask, Collect, Run, Wait
from bot.core.vocabulary import Decision, Outcome, Result, Status, Word
from bot.ports import Incoming, Lane, Snapshot, Transaction
from bot.service.desk import Desk
from bot.service.reading import Reader, fit_matcher
from bot.testing import CollectingChannel, ManualClock
from tests.playing import MORNING

PEOPLE = 1000
#: What is typed where something is collected.
TYPED = {
    "phone": ("0936130000", "+33 6 12 34 56 78", "0936130000 taiwan"),
    "country": ("Taiwan",),
    "identifier": ("mei@example.com", "camille"),
    "text": ("my dog ate it",),
    "ticket": ("R-Q48WW-R1WEJ",),
    "clock": ("15:40",),
}
#: What a person does after the change, one kind each in turn.
DEEDS = ("asks for help", "sends a photo", "presses a button", "presses an old button", "does nothing")

Place = tuple[str, str]


@dataclass
class Wanderer:
    """Somebody who wanders through the flows at random; the engine alone folds what they do."""

    number: int
    reader: Reader
    chance: random.Random
    conversation: Conversation = field(init=False)
    choices: tuple[Choice, ...] = ()
    events: int = 0

    def __post_init__(self) -> None:
        language = self.chance.choice(self.reader.catalog.service.languages)
        self.conversation = begin(
            conversation_id=f"c{self.number}", channel="collecting", contact=f"p{self.number}", at=MORNING, language=language
        )  # fmt: skip

    @property
    def lane(self) -> Lane:
        return Lane("collecting", self.conversation.contact)

    @property
    def deed(self) -> str:
        return DEEDS[self.number % len(DEEDS)]

    def wander(self) -> None:
        """Begin with a complaint, and take up to 25 turns that end neither with a human nor with a solution."""
        flows = [
            flow for flow in self.reader.catalog.flows.values() if not flow.internal and not flow.small_talk
        ]
        complaint = Reading(decision=Decision.START, flow=self.chance.choice(flows).id)
        before = self.conversation
        self.fold(TextReceived(id=self.id(), at=MORNING, text="a complaint", reading=complaint))
        if self.conversation.status is not Status.PENDING:
            self.conversation, self.choices = before, ()
            self.fold(TextReceived(id=self.id(), at=MORNING, text="hm", reading=Reading()))
        for _ in range(self.chance.randrange(25)):
            before, shown = self.conversation, self.choices
            self.fold(self.any_event())
            if self.conversation.status is not Status.PENDING:
                self.conversation, self.choices = before, shown

    def any_event(self) -> Event:
        frame = self.conversation.stack[-1] if self.conversation.stack else None
        state = self.reader.catalog.flows[frame.flow].states[frame.state] if frame else None
        if isinstance(state, Collect) and self.conversation.offer is None and self.chance.random() < 0.7:
            text = self.chance.choice(TYPED[state.slot])
            event = TextReceived(id=self.id(), at=MORNING, text=text)
            return replace(event, reading=self.reader.read(event, self.conversation))
        return self.press(self.chance.choice(self.choices).id)

    def press(self, choice: str, *, old: bool = False) -> ChoicePicked:
        return ChoicePicked(id=self.id(), at=MORNING, choice=choice, screen=self.conversation.screen - old)

    def fold(self, event: Event) -> None:
        result = step(self.conversation, event, self.reader.catalog, MORNING)
        self.conversation = result.conversation
        calls = []
        for command in result.commands:
            match command:
                case SendMessage(choices=choices) if choices:
                    self.choices = choices
                case CallBackend():
                    calls.append(self.returned(command))
        for call in calls:
            self.fold(call)

    def returned(self, call: CallBackend) -> CallReturned:
        outcome = self.chance.choice((Outcome.ACCEPTED, Outcome.ACCEPTED, Outcome.UNAVAILABLE))
        data = {"case": f"case-{self.number}", "state": "open", "opened": MORNING.isoformat()}
        return CallReturned(
            id=self.id(), at=MORNING, operation=call.operation, call=call.id, outcome=outcome,
            data=data if outcome is Outcome.ACCEPTED else {},
        )  # fmt: skip

    def after_the_change(self) -> Event | None:
        """What the person does once the content has changed."""
        match self.deed:
            case "asks for help":
                words = self.reader.catalog.repair[self.conversation.language].words[Word.HELP]
                return TextReceived(id=self.id(), at=MORNING, text=words[0])
            case "sends a photo":
                return AttachmentReceived(id=self.id(), at=MORNING, kind="photo")
            case "presses a button":
                return self.press(
                    self.chance.choice([each.id for each in self.choices if each.id != "@human"])
                )
            case "presses an old button":
                return self.press(self.choices[0].id, old=True)
            case _:
                return None

    def id(self) -> str:
        self.events += 1
        return f"p{self.number}-{self.events}"


@dataclass(frozen=True)
class Change:
    """What the authors changed."""

    catalog: Catalog
    #: Names of states that have other names now.
    renamed: frozenset[str]
    #: The choice that is gone, where one is.
    choices: dict[Place, str]
    flow: str
    articles: frozenset[str]

    def lost(self, conversation: Conversation) -> bool:
        """Tell whether the place of a conversation is gone."""
        offered = conversation.offer.choices if conversation.offer else ()
        return self.flow in offered or any(
            frame.flow == self.flow or frame.state in self.renamed or frame.article in self.articles
            for frame in conversation.stack
        )

    def button_gone(self, conversation: Conversation, event: Event | None) -> bool:
        places = [
            (frame.flow, frame.state) for frame in conversation.stack[-1:] if conversation.offer is None
        ]
        return isinstance(event, ChoicePicked) and any(
            self.choices.get(place) == event.choice for place in places
        )


def changed(reader: Reader, people: list[Wanderer], directory: Path) -> Change:
    """Change the shipped content where people are."""
    catalog = reader.catalog
    frames = [frame for person in people for frame in person.conversation.stack]
    renamed = frozenset(sorted({frame.state for frame in frames} - words_that_mean_more(catalog))[::3])
    fresh = load_or_raise(*rewritten(directory, renamed))
    choices = {
        (flow.id, state.id): tuple(state.choices)[-1]
        for flow in fresh.flows.values()
        for state in tuple(flow.states.values())[::2]
        if isinstance(state, Ask) and len(state.choices) > 2
    }
    run = {
        state.flow
        for flow in fresh.flows.values()
        for state in flow.states.values()
        if isinstance(state, Run)
    }
    started = Counter(person.conversation.stack[0].flow for person in people if person.conversation.stack)
    gone = next(flow for flow, _ in started.most_common() if flow not in run)
    articles = frozenset(sorted({frame.article for frame in frames if frame.article})[::4])
    return Change(edited(fresh, choices, gone, articles), renamed, choices, gone, articles)


def words_that_mean_more(catalog: Catalog) -> set[str]:
    """Words of the files that cannot be replaced everywhere without meaning something else."""
    states = [state for flow in catalog.flows.values() for state in flow.states.values()]
    answers = {
        choice for state in states if isinstance(state, Ask | Collect | Wait) for choice in state.choices
    }
    topics = {topic for article in catalog.articles.values() for topic in article.topics}
    plain = {state.id for state in states if "_" not in state.id}
    return {
        *Outcome,
        *Result,
        *catalog.flows,
        *catalog.articles,
        *catalog.service.facts,
        *answers,
        *topics,
        *plain,
    }


def rewritten(directory: Path, names: frozenset[str]) -> tuple[Path, Path]:
    """Copy the shipped content; these states get other names, everywhere."""
    flows, knowledge = (directory / folder.name for folder in content_folders())
    pattern = re.compile(rf"\b({'|'.join(sorted(names))})\b")
    for source, target in zip(content_folders(), (flows, knowledge), strict=True):
        shutil.copytree(source, target)
        for path in target.rglob("*.yaml"):
            path.write_text(pattern.sub(r"\1_renamed", path.read_text("utf-8")), "utf-8")
    return flows, knowledge


def edited(catalog: Catalog, choices: dict[Place, str], gone: str, articles: frozenset[str]) -> Catalog:
    """Take away choices, a flow and articles."""
    flows = {name: flow for name, flow in catalog.flows.items() if name != gone}
    for (name, place), choice in choices.items():
        if name in flows:
            state = flows[name].states[place]
            assert isinstance(state, Ask)
            left = replace(state, choices={one: to for one, to in state.choices.items() if one != choice})
            flows[name] = replace(flows[name], states={**flows[name].states, place: left})
    return replace(
        catalog,
        flows=flows,
        texts={key: words for key, words in catalog.texts.items() if key[1] in flows},
        articles={name: article for name, article in catalog.articles.items() if name not in articles},
    )


def keep(tx: Transaction, people: list[Wanderer], catalog: Catalog) -> None:
    """Store the conversations as they stand, with the reminders that they wait for."""
    for person in people:
        saved = tx.save(person.conversation)
        for frame in saved.stack:
            if isinstance(catalog.flows[frame.flow].states[frame.state], Wait) and frame.due_at is not None:
                tx.start_timer(saved.id, person.lane, timer_key(frame.flow, frame.state), frame.due_at)


@dataclass
class Machine:
    """The program on its database, and what people saw of it."""

    store: SqlStore
    desk: Desk
    clock: ManualClock
    channel: CollectingChannel

    async def conversations(self, people: list[Wanderer]) -> list[Conversation]:
        return await self.store.read(lambda view: [present(view, person) for person in people])

    def heard(self) -> dict[str, str]:
        """What each contact was told since this was last asked."""
        told: dict[str, str] = {}
        for contact, message in self.channel.sent:
            told[contact] = f"{told.get(contact, '')}\n{message.text}"
        self.channel.sent.clear()
        return told


def present(view: Snapshot, person: Wanderer) -> Conversation:
    found = view.conversation(person.lane)
    assert found is not None
    return found


@pytest.fixture(name="machine")
async def _machine(reader: Reader, tmp_path: Path) -> AsyncIterator[Machine]:
    url = f"sqlite:///{tmp_path / 'sparekey.db'}"
    migrate.upgrade(url)
    store, channel = SqlStore(url), CollectingChannel()
    clock = ManualClock(MORNING + timedelta(seconds=1))
    accounts = DemoAccounts(tmp_path / "accounts.db", clock=clock)
    desk = Desk(
        store=store, reader=reader, backend=accounts, clock=clock, channels=[channel], backend_timeout_s=5
    )  # fmt: skip
    await desk.start()
    yield Machine(store, desk, clock, channel)
    await desk.stop()
    await accounts.close()
    await store.close()


async def test_a_thousand_running_conversations_survive_a_change_of_the_content(
    machine: Machine, reader: Reader, tmp_path: Path
) -> None:
    """A state has another name, a choice, a flow and an article are gone: nobody is lost, and nobody is left alone."""
    people = [Wanderer(number, reader, random.Random(number)) for number in range(PEOPLE)]
    for person in people:
        person.wander()
    change = changed(reader, people, tmp_path)
    befores = [person.conversation for person in people]
    assert many_are_concerned(change, befores) == []

    await machine.store.write(lambda tx: keep(tx, people, reader.catalog))
    machine.desk.use(Reader(change.catalog, fit_matcher(change.catalog)))
    events = [person.after_the_change() for person in people]
    await machine.desk.receive(
        [
            Incoming(lane=person.lane, event=event)
            for person, event in zip(people, events, strict=True)
            if event
        ]
    )
    await machine.desk.settle()
    nows, heard = await machine.conversations(people), machine.heard()
    for person, before, event, now in zip(people, befores, events, nows, strict=True):
        judge(change, person, event, before, now, heard.get(person.lane.contact, ""))

    machine.clock.advance(timedelta(days=2))  # every reminder comes
    await machine.desk.fire_due_timers()
    await machine.desk.settle()
    laters, heard = await machine.conversations(people), machine.heard()
    for person, now, later in zip(people, nows, laters, strict=True):
        judge_the_reminder(change, person, now, later, heard.get(person.lane.contact, ""))
    assert await machine.store.read(lambda view: view.waiting_lanes(["collecting"])) == ()


def many_are_concerned(change: Change, befores: list[Conversation]) -> list[str]:
    """Return the kinds of changes that hardly anybody stands at: the test would prove little."""
    frames = [frame for before in befores for frame in before.stack]
    stand_at = {
        "places": len({(frame.flow, frame.state) for frame in frames}),
        "renamed": sum(frame.state in change.renamed for frame in frames),
        "choices": sum((frame.flow, frame.state) in change.choices for frame in frames),
        "flow": sum(frame.flow == change.flow for frame in frames),
        "articles": sum(frame.article in change.articles for frame in frames),
        "nothing": sum(not change.lost(before) for before in befores),
    }
    return [f"{kind}: {count}" for kind, count in stand_at.items() if count < (20 if kind == "places" else 5)]


def judge(
    change: Change, person: Wanderer, event: Event | None, before: Conversation, now: Conversation, said: str
) -> None:
    """The first turn after the change."""
    who = f"{person.lane.contact} {person.deed}: {places(before)} -> {places(now)}: {said}"
    assert now.id == before.id, who
    if event is None:
        assert (now, said) == (replace(before, version=now.version), ""), who
        return
    assert said, who
    assert says(change, before, "trouble") not in said, who
    restarted = says(change, before, "content_changed") in said
    assert restarted == change.lost(before), who
    if restarted:
        judge_the_restart(change, before, now, who)
    elif (
        not isinstance(event, ChoicePicked)
        or event.screen != before.screen
        or change.button_gone(before, event)
    ):
        assert (places(now), now.offer) == (places(before), before.offer), who


def judge_the_restart(change: Change, before: Conversation, now: Conversation, who: str) -> None:
    """The topic begins again; the menu is shown if it is gone or there was none."""
    topic = before.stack[0].flow if before.stack else None
    if topic in change.catalog.flows:
        assert [frame.flow for frame in now.stack[:1]] == [topic], who
    else:
        assert (now.stack, now.offer is not None) == ((), True), who


def judge_the_reminder(
    change: Change, person: Wanderer, now: Conversation, later: Conversation, said: str
) -> None:
    """Two days later: a reminder of a place that is gone begins the topic again, any other one moves on."""
    who = f"{person.lane.contact} {person.deed}: {places(now)} -> {places(later)}: {said}"
    assert later.id == now.id, who
    assert says(change, now, "trouble") not in said, who
    if person.deed != "does nothing":
        assert says(change, now, "content_changed") not in said, who
    elif said:
        assert (says(change, now, "content_changed") in said) == change.lost(now), who
    if not said:
        assert places(later) == places(now), who


def says(change: Change, conversation: Conversation, text: str) -> str:
    return change.catalog.repair[conversation.language].texts[text].source.strip()


def places(conversation: Conversation) -> list[Place]:
    return [(frame.flow, frame.state) for frame in conversation.stack]
