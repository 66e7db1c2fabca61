"""
A team works in its Telegram group, with the real program: a case is handed over, taken, answered, given back, closed.

The program is killed with SIGKILL between an agent's message and its delivery; what was accepted is delivered all the same.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.e2e.program import ROOT, run
from tests.e2e.test_bad_nights import serving
from tests.fake_telegram.client import Bubble, FakeTelegram
from tests.fake_telegram.process import running

T = TypeVar("T")
MINA, LEA, STRANGER = 501, 502, 666
PATIENCE_S = 60


@pytest.fixture(name="fake", scope="module")
def _fake() -> Iterator[FakeTelegram]:
    if not (ROOT.parent / "shared" / "spec" / "telegram_bot_api.json").exists():
        pytest.skip("the Bot API specification is not beside this checkout (../shared/spec)")
    with running() as fake:
        yield fake


def until(what: Callable[[], T], why: str) -> T:
    """Wait for something to be there."""
    deadline = time.monotonic() + PATIENCE_S
    while not (found := what()):
        assert time.monotonic() < deadline, why
        time.sleep(0.05)
    return found


class Team:
    """The staff group, the program, and the person whom the team looks after just now."""

    def __init__(self, fake: FakeTelegram, folder: Path) -> None:
        self.fake, self.folder, self.person = fake, folder, 1000
        self.group = fake.group("Support", forum=True)
        for user, name in ((MINA, "Mina"), (LEA, "Lea"), (STRANGER, "Mallory")):
            fake.user(user, first_name=name)
        self.settings: dict[str, object] = {
            "SPAREKEY_STAFF_GROUP": self.group,
            "SPAREKEY_STAFF_AGENTS": f"{MINA}, {LEA}",
            "SPAREKEY_STAFF_LEADS": LEA,
            "SPAREKEY_PICTURES": "yes",
            # Without a limit of ours: what it does is measured in tests/channels/test_staff_room.py.
            "SPAREKEY_TELEGRAM_RATE": 0,
        }
        self._running = ExitStack()

    def start(self) -> None:
        self._running.enter_context(serving(self.fake, self.folder, **self.settings))  # type: ignore[arg-type]

    def kill(self) -> None:
        """End the program with SIGKILL."""
        self._running.close()

    def hand_over(self) -> int:
        """Let somebody new ask for a human; return the topic of the case, once its card is pinned."""
        before, pinned = set(self.topics()), len(self.fake.chat(self.group).pinned)
        self.person += 1
        self.fake.user(self.person, first_name="Mei")
        self.fake.say(self.person, "no otp coming")
        self.heard("countdown")
        self.fake.say(self.person, "talk to a person")
        (topic,) = until(lambda: set(self.topics()) - before, "a topic is opened")
        until(lambda: len(self.fake.chat(self.group).pinned) > pinned, "the card is pinned")
        return topic

    def says_person(self, text: str) -> None:
        self.fake.say(self.person, text)

    @property
    def read(self) -> list[str]:
        """What the person has read."""
        return self.fake.texts(self.person)

    def topics(self) -> dict[int, Any]:
        return self.fake.chat(self.group).topics

    def says(self, agent: int, text: str, topic: int) -> int:
        message = self.fake.say(agent, text, chat=self.group, thread=topic).message_id
        assert message is not None
        return message

    def presses(self, agent: int, label: str, topic: int) -> str:
        """Press a button of the newest message of a topic that has it; return the press."""
        holder = self.posted(topic, lambda bubble: any(label in row for row in bubble.buttons))
        query = self.fake.press(agent, label, message_id=holder.message_id, chat=self.group).query_id
        assert query is not None
        return query

    def posted(self, topic: int, fits: Callable[[Bubble], bool]) -> Bubble:
        """Wait for a message of the bot in a topic."""
        return until(
            lambda: next((each for each in reversed(self.in_topic(topic)) if fits(each)), None),
            f"it is posted; there is {[each.text for each in self.in_topic(topic)]}",
        )

    def reads(self, topic: int, part: str) -> Bubble:
        return self.posted(topic, lambda bubble: part in bubble.text)

    def in_topic(self, topic: int) -> list[Bubble]:
        return [each for each in self.fake.chat(self.group).thread(topic) if each.from_bot and each.text]

    def heard(self, part: str) -> str:
        """Wait until the person reads something."""
        return until(
            lambda: next((text for text in reversed(self.read) if part in text), None),
            f"the person reads {part!r}; they read {self.read}",
        )

    def marked(self, message: int, mark: str) -> None:
        def marks() -> list[str | None]:
            bubbles = self.fake.chat(self.group).messages
            return next(each.reactions for each in bubbles if each.message_id == message)

        until(lambda: mark in marks(), f"message {message} is marked {mark}")

    def settled(self) -> None:
        """Wait until nothing is on its way, so that what did not come does not come any more."""
        self.fake.wait_confirmed(timeout=PATIENCE_S)
        query = "SELECT (SELECT count(*) FROM commands WHERE status IN ('pending', 'claimed')) + (SELECT count(*) FROM inbox WHERE status = 'pending')"
        with closing(sqlite3.connect(self.folder / "sparekey.db")) as database:
            until(lambda: database.execute(query).fetchone() == (0,), "everything is done")


@pytest.fixture(name="team", scope="module")
def _team(fake: FakeTelegram, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    team = Team(fake, tmp_path_factory.mktemp("data"))
    team.start()
    yield team
    team.kill()
    assert not fake.violations(), "every request is as the Bot API wants it"


def test_a_case_from_the_hand_over_to_its_reopening(team: Team) -> None:
    fake = team.fake
    topic = team.hand_over()
    card = team.in_topic(topic)[0]
    code = card.text.split("Case ")[1].split(",")[0]
    assert "no_sms" in card.text
    assert "English" in card.text
    assert code in team.topics()[topic].name
    assert str(team.person) not in card.text + team.topics()[topic].name, "a card does not tell who it is"

    # What they say before anybody has the case goes to the card; who takes it reads it all.
    team.says_person("my number is +886 936 130 000")
    until(lambda: "•" in team.in_topic(topic)[0].text, "the card shows it, masked")
    team.presses(MINA, "Take", topic)
    team.heard("Mina from the team is here")
    assert "936" not in team.reads(topic, "my number").text

    # A plain message reaches the person, a note does not.
    hello = team.says(MINA, "Hello, which *phone* is it?", topic)
    team.heard("Mina: Hello, which *phone* is it?")
    team.marked(hello, "👍")
    note = team.says(MINA, "// she sounds worried", topic)
    team.marked(note, "👍")
    team.says_person("a Pixel")
    team.reads(topic, "a Pixel")

    # What is edited: a reply goes once more where its words differ, a note stays one without its // too.
    fake.edit(MINA, note, "she sounds worried", chat=team.group)
    for words in ("Hello, which *phone* is it?", "Hello, which phone?"):
        fake.edit(MINA, hello, words, chat=team.group)
    team.heard("✏️ Mina: Hello, which phone?")
    assert sum("Hello, which" in text for text in team.read) == 2

    # Nobody else is heard, and nobody asks for a secret.
    before = team.read
    team.says(STRANGER, "send money", topic)
    team.reads(topic, "You are not on the list of agents")
    secret = team.says(MINA, "please send me the code", topic)
    team.marked(secret, "👎")
    team.reads(topic, "asks for a code")
    query = team.presses(STRANGER, "Close", topic)
    until(lambda: fake.answer(query), "a stranger's press is answered")
    team.settled()
    assert team.read == before

    # The topic is deleted: it comes back with its card and what was said last.
    fake.delete_topic(team.group, topic)
    team.says_person("are you there?")
    topic = until(lambda: next(iter(team.topics()), None), "a topic is made again")
    team.reads(topic, "Mina has it")
    assert "a Pixel" in team.reads(topic, "are you there?").text

    # Back to the bot at a named question.
    team.says(MINA, "/handback no_sms.page", topic)
    team.heard("You are with the bot again")
    until(lambda: team.topics()[topic].name.startswith("🤖"), "the title shows that the bot has it")

    # A reply pauses the bot again; then the case is closed, on being asked twice.
    team.says(MINA, "one more thing: is it fixed?", topic)
    team.heard("Mina: one more thing")
    team.presses(MINA, "Close", topic)
    team.reads(topic, "Close case")
    assert not team.topics()[topic].closed
    team.presses(MINA, "Yes", topic)
    team.heard("The team has closed your case")
    until(lambda: team.topics()[topic].closed, "the topic is closed with the case")
    late = team.says(MINA, "too late", topic)
    team.marked(late, "👎")
    team.reads(topic, "the case is closed")

    # A word of the person opens it again.
    team.says_person("it is not fixed")
    team.heard("is open again")
    until(lambda: not team.topics()[topic].closed, "the topic is open again")
    team.reads(topic, "it is not fixed")
    team.settled()
    assert list(team.topics()) == [topic], "one case has one topic"
    transcript = run("export", code, SPAREKEY_DATA_DIR=team.folder).stdout
    assert "she sounds worried" in transcript
    assert "please send me the code" not in "\n".join(team.read)
    assert "worried" not in "\n".join(team.read)


def test_an_agents_message_survives_a_kill_before_its_delivery(team: Team) -> None:
    fake = team.fake
    topic = team.hand_over()
    team.presses(MINA, "Take", topic)
    team.heard("Mina from the team is here")
    team.settled()
    fake.fault("server_error", method="sendMessage", user=team.person, times=None)
    reply, topics = team.says(MINA, "hold the line", topic), set(team.topics())
    fake.wait_confirmed(timeout=PATIENCE_S)
    team.kill()
    # Telegram took nothing for the person: the agent was told nothing yet.
    fake.clear_faults()
    team.start()
    team.heard("Mina: hold the line")
    team.marked(reply, "👍")
    team.settled()
    assert [text for text in team.read if "hold the line" in text] == ["Mina: hold the line"]
    assert set(team.topics()) == topics


def test_an_agent_is_told_that_the_person_has_blocked_the_bot(team: Team) -> None:
    topic = team.hand_over()
    team.fake.block(team.person)
    reply = team.says(MINA, "hello?", topic)
    team.marked(reply, "👎")
    team.reads(topic, "the person has blocked the bot")


def test_pictures_go_both_ways_once_a_case_is_handed_over(team: Team) -> None:
    """The screen that the person sees, and what the agent points at; not before, not with a secret, nothing but pictures."""
    fake = team.fake
    screen, arrow = b"\xff\xd8\xff the person's screen", b"\x89PNG\r\n\x1a\n the agent's arrow"
    team.person += 1
    fake.user(team.person, first_name="Mei")
    early = team.person

    def pictures_in(chat: int, thread: int | None = None) -> list[Bubble]:
        bubbles = fake.chat(chat).thread(thread) if thread is not None else fake.chat(chat).messages
        return [each for each in bubbles if each.from_bot and each.kind == "photo"]

    fake.media(early, "photo", "look at this", content=screen)
    team.heard("cannot look at pictures")
    team.person -= 1
    topic = team.hand_over()
    assert team.person == early

    # Who takes the case sees what was sent until then; a secret under a picture goes, and the picture is not passed on.
    fake.media(team.person, "photo", "it says this, my number is +886 936 130 000", content=screen)
    secret = fake.media(team.person, "photo", "my password is Tr0ub4dor&3", content=screen).message_id
    until(
        lambda: secret not in [each.message_id for each in fake.chat(team.person).shown],
        "the secret is deleted",
    )
    assert not pictures_in(team.group)
    team.presses(MINA, "Take", topic)
    (shown,) = until(lambda: pictures_in(team.group, topic), "the picture is in the topic")
    assert fake.file(shown) == screen
    assert "it says this" in shown.text
    assert "936" not in shown.text
    team.heard("Mina from the team is here")

    # The agent's goes to the person, with its caption; one whose caption leads elsewhere does not.
    sent = fake.media(
        MINA, "photo", "Press this one", content=arrow, chat=team.group, thread=topic
    ).message_id
    assert sent is not None
    (seen,) = until(lambda: pictures_in(team.person), "the person sees it")
    assert (seen.text, fake.file(seen)) == ("Mina: Press this one", arrow)
    team.marked(sent, "👍")
    for kind, caption in (("photo", "Open evil.example now"), ("document", "the log")):
        refused = fake.media(MINA, kind, caption, chat=team.group, thread=topic).message_id  # type: ignore[arg-type]
        assert refused is not None
        team.marked(refused, "👎")
    team.settled()
    assert len(pictures_in(team.person)) == 1
    assert len(pictures_in(team.group, topic)) == 1
    kept = b"".join(file.read_bytes() for file in team.folder.glob("sparekey.db*"))
    assert b"Tr0ub4dor" not in kept
    assert screen not in kept
    assert arrow not in kept, "Telegram keeps what was sent there"


def test_what_is_escalated_is_a_leads(team: Team) -> None:
    topic = team.hand_over()
    team.says(MINA, "/escalate", topic)
    team.presses(MINA, "Yes", topic)
    team.heard("goes to a senior colleague")
    called = team.posted(topic, lambda bubble: "for a lead" in bubble.text)
    assert called.text.endswith("lead")
    team.says(MINA, "I try again", topic)
    team.reads(topic, "a lead goes on with it")
    team.says(LEA, "Hello", topic)
    team.heard("Lea from the team")
    team.heard("Lea: Hello")
    assert "I try again" not in "\n".join(team.read)


def test_a_topic_closed_by_hand_closes_the_case(team: Team) -> None:
    topic = team.hand_over()
    team.fake.close_topic(MINA, team.group, topic)
    team.heard("The team has closed your case")
    until(lambda: team.topics()[topic].name.startswith("✅"), "the title says so")
