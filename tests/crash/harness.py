"""
One round: people write, the bot is killed again and again while it has something to do, and the judge compares.

There may be several at one PostgreSQL database; then one of them is killed, whichever, and a new one comes. Or one is frozen
until the others have taken over, and goes on. Or it is the server that is killed and started again.

A kill comes at a moment drawn from the seed: during start-up, when updates were handed over, a little later, after some
replies, or when the account system is called. It counts if anything was outstanding then.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from bot.service.reading import Reader
from bot.service.sharing import ALIVE_S, BEAT_S
from tests.crash import script
from tests.crash.ledger import Books, Journal, read_books
from tests.crash.oracle import Verdict, judge
from tests.crash.process import Setting, Warm, kill, start
from tests.fake_telegram.client import FakeTelegram
from tests.fake_telegram.process import running
from tests.postgres.cluster import Cluster

#: How long a start takes, seconds, without and with the imports; kills during the start are spread over it.
WARM_START_S: Final = 1.0
COLD_START_S: Final = 5.0
#: One start of so many is a cold one.
COLD_EVERY: Final = 7
#: How long anything may take that is expected to happen.
PATIENCE_S: Final = 30.0
#: How often a life in which the account system is called ends at such a call.
CALLING: Final = 0.7
STAGES: Final = ("start", "ingress", "processing", "sending")
#: What befalls them: a bot is killed, a bot is frozen for longer than it counts as alive, the database's server is killed.
Nemesis = Literal["kill", "freeze", "server"]


@dataclass
class Round:
    """A fake, a bot's folder, and what was seen so far."""

    fake: FakeTelegram
    setting: Setting
    journal: Journal
    warm: Warm
    chance: random.Random
    starts: int = 0
    #: Stage -> kills that counted.
    kills: Counter[str] = field(default_factory=Counter)
    #: Chat -> replies accepted by Telegram beyond those that the bot knows of, at the latest kill.
    surplus: Counter[int] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    nemesis: Nemesis = "kill"
    cluster: Cluster | None = None
    _cold: list[subprocess.Popen[bytes]] = field(default_factory=list)
    #: Processes that are there beside the one that is started next.
    others: list[int] = field(default_factory=list)

    def say(self, texts: list[tuple[int, str]]) -> None:
        if texts:
            self.fake.say_many(texts)
        self.journal.read()

    def life(self, stage: str, texts: list[tuple[int, str]]) -> None:
        """Strike while people write. Before a bot is killed a new one comes, which may be the one."""
        self.journal.read()
        delivered, accepted = self.journal.deliveries, len(self.journal.accepted)
        cold = self.nemesis == "kill" and self._come()
        self.say(texts)
        match stage:
            case "start":
                time.sleep(self.chance.uniform(0, COLD_START_S if cold else WARM_START_S))
            case "ingress" | "processing":
                self._until(lambda: self.journal.deliveries > delivered)
                time.sleep(self.chance.uniform(0, 0.01 if stage == "ingress" else 0.1))
            case "sending":
                enough = accepted + self.chance.randint(1, max(1, len(texts) - 1))
                self._until(lambda: len(self.journal.accepted) >= enough)
                time.sleep(self.chance.uniform(0, 0.006))
            case "calling":
                self._until(lambda: self.journal.deliveries > delivered)
                before = self._accounts_touched()
                self._until(lambda: self._accounts_touched() != before)
                time.sleep(self.chance.uniform(0, 0.01))
        try:
            self._strike(stage)
        except ProcessLookupError:
            raise RuntimeError(f"the bot ended by itself; its log ends:\n{self.end_of_log()}") from None

    def _come(self) -> bool:
        """Start one more bot; tell whether it must load everything first."""
        self.starts += 1
        cold = self.starts % COLD_EVERY == 1
        if cold:
            self._cold.append(start(self.setting))
        self.others.append(self._cold[-1].pid if cold else self.warm.start(self.setting))
        return cold

    def _strike(self, stage: str) -> None:
        match self.nemesis:
            case "kill":
                self.others.remove(dying := self.chance.choice(self.others))
                kill(dying)
                self._look_after_kill(stage)
            case "freeze":
                os.kill(frozen := self.chance.choice(self.others), signal.SIGSTOP)
                self._look_after_kill(stage)
                time.sleep(ALIVE_S + BEAT_S * self.chance.uniform(0, 2))
                os.kill(frozen, signal.SIGCONT)
            case "server":
                assert self.cluster is not None
                self._look_after_kill(stage)
                self.cluster.stop(self.chance.choice((signal.SIGKILL, signal.SIGQUIT, signal.SIGINT)))
                self.cluster.start()

    def finish(self) -> Books:
        """Start once more and let the bot finish, then stop it politely."""
        bot = start(self.setting)
        try:
            if not self._until(lambda: self.fake.pending() == 0 and self.books().waiting == 0, nap=0.2):
                self.problems.append(f"the bot does not get on; its log ends:\n{self.end_of_log()}")
        finally:
            bot.send_signal(signal.SIGTERM)
            code = bot.wait(PATIENCE_S)
            for other in self.others:
                try:
                    kill(other)
                except ProcessLookupError:
                    self.problems.append(f"a bot ended by itself; its log ends:\n{self.end_of_log()}")
            for cold in self._cold:
                cold.wait(PATIENCE_S)
        # Where others have done the work, it may not have got as far as to hear of SIGTERM.
        if code != 0 and not (self.others and code == -signal.SIGTERM):
            self.problems.append(f"SIGTERM ended the bot with {code}; see {self.setting.log}")
        self.journal.read()
        return self.books()

    def end(self) -> None:
        """Leave no process behind, however the round ended."""
        for other in self.others:
            with contextlib.suppress(ProcessLookupError):
                kill(other)

    def end_of_log(self) -> str:
        return "\n".join(self.setting.log.read_text().splitlines()[-15:])

    def books(self) -> Books:
        return read_books(self.setting)

    def _look_after_kill(self, stage: str) -> None:
        # What the dead bot had written to its sockets still arrives; a few round trips come after that.
        unconfirmed = [self.fake.pending() for _ in range(3)][-1]
        self.journal.read()
        books = self.books()
        if unconfirmed or books.waiting:
            self.kills[stage] += 1
        if not self.others:  # else one of them may just be sending
            self.compare_surplus(books, most=1)

    def compare_surplus(self, books: Books, *, most: int) -> None:
        """A kill may leave each chat one reply that Telegram has and the bot does not know of; nothing else may."""
        accepted = Counter(chat for chat, _ in self.journal.accepted)
        surplus = accepted - books.sent
        for chat in accepted:
            if not 0 <= surplus[chat] - self.surplus[chat] <= most:
                self.problems.append(
                    f"chat {chat}: {self.surplus[chat]} then {surplus[chat]} replies too many at a kill"
                )
        self.surplus = surplus

    def _accounts_touched(self) -> int:
        """When the account system wrote last, nanoseconds."""
        log = self.setting.accounts.with_name(self.setting.accounts.name + "-wal")
        return log.stat().st_mtime_ns if log.exists() else 0

    def _until(self, reached: Callable[[], bool], nap: float = 0.001) -> bool:
        """Wait for something; False if it does not come, say because an update was lost."""
        deadline = time.monotonic() + PATIENCE_S
        while not reached():
            if time.monotonic() > deadline:
                return False
            time.sleep(nap)
            self.journal.read()
        return True


async def play(
    warm: Warm,
    reader: Reader,
    *,
    kills: int,
    seed: int,
    cluster: Cluster | None = None,
    processes: int = 1,
    nemesis: Nemesis = "kill",
) -> tuple[Verdict, Counter[str]]:
    """
    Play one round.

    Args:
        warm: Starts bots.
        reader: The same content as the bot's, for the model.
        kills: How many should count; fewer if the texts run out.
        seed: Of every moment and choice.
        cluster: A PostgreSQL server, in which the round gets a database; without one it is a file.
        processes: How many bots share the work.
        nemesis: What befalls them.

    Returns:
        The verdict, and the kills by stage.
    """
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="sparekey-crash-") as folder:
        path = Path(folder)
        journal_path = path / "journal.jsonl"
        journal_path.touch()
        with running(journal=journal_path, seed=seed) as fake:
            journal = Journal(journal_path)
            setting = Setting(path, fake.token, fake.url, cluster.url(cluster.create()) if cluster else "")
            game = Round(fake, setting, journal, warm, chance, nemesis=nemesis, cluster=cluster)
            standing = processes - 1 if nemesis == "kill" else processes
            game.others += [warm.start(game.setting) for _ in range(standing)]
            try:
                books = _torment(game, kills)
            finally:
                journal.close()
                game.end()
            bot_id = int(fake.token.partition(":")[0])
            verdict = await judge(journal, books, reader, bot_id=bot_id, kills=sum(game.kills.values()))
            verdict.problems += game.problems
            verdict.problems += [f"Telegram refused: {broken.description}" for broken in fake.violations()]
    return verdict, game.kills


def _torment(game: Round, kills: int) -> Books:
    texts = list(script.all_texts())
    stages: list[str] = []
    while texts and (missing := kills - sum(game.kills.values())) > 0:
        # Some in reserve, for kills that come too late to count.
        share = texts[: max(1, len(texts) // (missing + 3))]
        del texts[: len(share)]
        if not stages:
            stages = game.chance.sample(STAGES, len(STAGES))
        calling = any(script.asks_for_a_code(text) for _, text in share) and game.chance.random() < CALLING
        game.life("calling" if calling else stages.pop(), share)
    game.say(texts)
    alone = not game.others
    books = game.finish()
    game.compare_surplus(books, most=0 if alone else len(stages) + kills)
    return books
