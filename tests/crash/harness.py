"""
One round: people write, the bots meet their fate again and again while they have something to do, and the judge compares.

A kill counts if anything was outstanding then.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bot.service.reading import Reader
from tests.crash import script
from tests.crash.ledger import Books, Journal, read_books
from tests.crash.oracle import Verdict, judge
from tests.crash.orders import Trap
from tests.crash.process import Setting, Warm, is_alive, kill, start
from tests.fake_telegram.client import FakeTelegram
from tests.fake_telegram.process import running
from tests.postgres.cluster import Cluster

if TYPE_CHECKING:
    from tests.crash.fates import Fate

#: How long anything may take that is expected to happen.
PATIENCE_S: Final = 30.0
#: The share of updates that Telegram hands over twice.
DUPLICATES: Final = 0.05
#: One round of so many ends with a bot that is started as everybody does.
COLD_EVERY: Final = 8

#: Chat, text.
Texts = list[tuple[int, str]]


@dataclass
class Round:
    """A fake, the bots' place, and what was seen so far."""

    fake: FakeTelegram
    setting: Setting
    journal: Journal
    warm: Warm
    chance: random.Random
    #: How many bots share the work.
    processes: int
    cluster: Cluster | None = None
    starts: int = 0
    #: Where it fell -> kills that counted.
    kills: Counter[str] = field(default_factory=Counter)
    #: Chat -> replies accepted by Telegram beyond those that the bot knows of, at the latest kill.
    surplus: Counter[int] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    #: Those that are there.
    bots: list[int] = field(default_factory=list)
    #: How wrong the clock of the next ones is.
    shift_s: float = 0

    def say(self, texts: Texts) -> None:
        """Let people write."""
        if texts:
            self.fake.say_many(texts)
        self.journal.read()

    def come(self, trap: Trap | None = None) -> int:
        """Start one more bot."""
        self.starts += 1
        self.bots.append(bot := self.warm.start(self.setting, trap=trap, shift_s=self.shift_s))
        return bot

    def strike(self, where: str, bot: int | None = None) -> None:
        """Kill a bot, whichever if none is named, and look at what it left."""
        bot = bot or self.chance.choice(self.bots)
        try:
            kill(bot)
        except ProcessLookupError:
            raise RuntimeError(f"the bot ended by itself; its log ends:\n{self.end_of_log()}") from None
        self.gone(bot, where)

    def gone(self, bot: int, where: str) -> None:
        """Look at what a bot that is dead has left."""
        self.bots.remove(bot)
        books = self.note(where)
        if not self.bots:  # else one of them may just be sending
            self.compare_surplus(books, most=1)

    def note(self, where: str) -> Books:
        """Count what befell the bots if anything was outstanding; return what is stored."""
        # What the dead bot had written to its sockets still arrives; a few round trips come after that.
        unconfirmed = [self.fake.pending() for _ in range(3)][-1]
        self.journal.read()
        books = self.books()
        if unconfirmed or books.waiting:
            self.kills[where] += 1
        return books

    def finish(self, *, cold: bool) -> Books:
        """Start once more and let the bot finish, then stop it politely."""
        self.shift_s = 0 if self.shift_s < 0 else self.shift_s
        process = start(self.setting) if cold and not self.shift_s else None
        bot = process.pid if process is not None else self.warm.start(self.setting, shift_s=self.shift_s)
        if not self.until(self.is_idle, nap_s=0.02):
            self.problems.append(f"the bot does not get on; its log ends:\n{self.end_of_log()}")
        os.kill(bot, signal.SIGTERM)
        if not self.until(lambda: not is_alive(bot)):
            self.problems.append(f"the bot does not heed SIGTERM; its log ends:\n{self.end_of_log()}")
        # Where others have done the work, it may not have got as far as to hear of SIGTERM.
        if process is not None and (code := process.wait()) and not (self.bots and code == -signal.SIGTERM):
            self.problems.append(f"SIGTERM ended the bot with {code}; its log ends:\n{self.end_of_log()}")
        for other in self.bots:
            if not is_alive(other):
                self.problems.append(f"a bot ended by itself; its log ends:\n{self.end_of_log()}")
        self.end()
        self.journal.read()
        return self.books()

    def end(self) -> None:
        """Leave no process behind, however the round ended."""
        for bot in self.bots:
            with contextlib.suppress(ProcessLookupError):
                kill(bot)

    def end_of_log(self) -> str:
        return "\n".join(self.setting.log.read_text().splitlines()[-15:])

    def books(self) -> Books:
        return read_books(self.setting)

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

    def is_idle(self) -> bool:
        """Tell whether everything that people wrote is dealt with."""
        return self.fake.pending() == 0 and self.books().waiting == 0

    def delivered_since(self, deliveries: int) -> Callable[[], bool]:
        """Tell whether the bot has been handed anything since there were so many deliveries."""
        return lambda: self.journal.deliveries > deliveries

    def accounts_touched(self) -> int:
        """When the account system wrote last, nanoseconds."""
        log = self.setting.accounts.with_name(self.setting.accounts.name + "-wal")
        return log.stat().st_mtime_ns if log.exists() else 0

    def until(
        self, reached: Callable[[], bool], *, within_s: float = PATIENCE_S, nap_s: float = 0.001
    ) -> bool:
        """Wait for something; False if it does not come, say because an update was lost."""
        deadline = time.monotonic() + within_s
        while not reached():
            if time.monotonic() > deadline:
                return False
            time.sleep(nap_s)
            self.journal.read()
        return True


async def play(
    warm: Warm,
    reader: Reader,
    fate: Fate,
    *,
    kills: int,
    seed: int,
    cluster: Cluster | None = None,
) -> tuple[Verdict, Counter[str]]:
    """
    Play one round.

    Args:
        warm: Starts bots.
        reader: The same content as the bot's, for the model.
        fate: What befalls the bots.
        kills: How many should count; fewer if the texts run out.
        seed: Of every moment and choice.
        cluster: A PostgreSQL server, in which the round gets a database; without one it is a file.

    Returns:
        The verdict, and the kills by where they fell.
    """
    with tempfile.TemporaryDirectory(prefix="sparekey-crash-") as folder:
        path = Path(folder)
        journal_path = path / "journal.jsonl"
        journal_path.touch()
        with running(journal=journal_path, seed=seed) as fake:
            fake.settings(duplicates=DUPLICATES)
            journal = Journal(journal_path)
            setting = Setting(path, fake.token, fake.url, cluster.url(cluster.create()) if cluster else "")
            processes = fate.processes["postgresql" if cluster else "sqlite"]
            game = Round(fake, setting, journal, warm, random.Random(seed), processes, cluster)
            for _ in range(processes - 1):
                game.come()
            try:
                books = _torment(game, fate, kills, cold=seed % COLD_EVERY == 0)
            finally:
                journal.close()
                game.end()
            bot_id = int(fake.token.partition(":")[0])
            verdict = await judge(journal, books, reader, bot_id=bot_id, kills=sum(game.kills.values()))
            verdict.problems += game.problems
            verdict.problems += [f"Telegram refused: {broken.description}" for broken in fake.violations()]
    return verdict, game.kills


def _torment(game: Round, fate: Fate, kills: int, *, cold: bool) -> Books:
    texts, lives = list(script.all_texts()), 0
    while texts and (missing := kills - sum(game.kills.values())) > 0:
        # Some in reserve, for kills that come too late to count.
        share = texts[: max(1, len(texts) // (missing + 3))]
        del texts[: len(share)]
        lives += 1
        fate.live(game, share)
    game.say(texts)
    alone = not game.bots
    books = game.finish(cold=cold)
    game.compare_surplus(books, most=0 if alone else lives)
    return books
