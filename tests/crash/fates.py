"""
What befalls the bots, by name: each is one way to live a short life while people write, and to be struck.

`K1` to `K17` are the places of `points`, at which a bot dies by its own hand; the others are moments drawn from the seed.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import resource
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final

import httpx

from bot.service.sharing import ALIVE_S, BEAT_S
from tests.crash import script
from tests.crash.harness import Round, Texts
from tests.crash.orders import Trap
from tests.crash.points import POINTS, Point
from tests.crash.process import is_alive, kill

#: A warm start takes so long, seconds; kills during the start are spread over it.
WARM_START_S: Final = 0.3
#: How often a life in which the account system is called ends at such a call.
CALLING: Final = 0.7
#: A fate that is slow gets one kill for so many of another one.
SLOW: Final = 5
STAGES: Final = ("start", "ingress", "processing", "sending")
#: A bot that is not dead yet is asked once in so many milliseconds whether it has anything left to do.
SELDOM: Final = 200
#: By how much time goes on between two lives, seconds: longer than the flows wait before they remind somebody.
LATER_S: Final = 1800.0
#: By how much the clock is wrong.
JUMPS_S: Final = (-3600.0, 0.0, 3600.0)

Life = Callable[[Round, Texts], None]


@dataclass(frozen=True, slots=True)
class Fate:
    """A kind of round."""

    what: str
    live: Life
    #: Engine -> how many bots share the work.
    processes: dict[str, int]
    #: Whether a time must pass in each life; it is played less often.
    slow: bool = False

    def share(self, kills: int) -> int:
        """Return how many of so many kills it gets."""
        return -(-kills // SLOW) if self.slow else kills


def at_random(game: Round, texts: Texts) -> None:
    """A bot is killed, whichever there is, at a moment of a stage."""
    _live_until(game, texts, stage := _stage(game, texts))
    game.strike(stage)


def frozen(game: Round, texts: Texts) -> None:
    """A bot is frozen until the others must have taken over, and goes on."""
    _live_until(game, texts, _stage(game, texts))
    os.kill(sleeper := game.chance.choice(game.bots), signal.SIGSTOP)
    game.note("frozen")
    time.sleep(ALIVE_S + BEAT_S * game.chance.uniform(0, 2))
    os.kill(sleeper, signal.SIGCONT)


def server_down(game: Round, texts: Texts) -> None:
    """The database's server goes away in one of its ways, and comes back."""
    assert game.cluster is not None
    _live_until(game, texts, _stage(game, texts))
    game.note("server")
    game.cluster.stop(game.chance.choice((signal.SIGKILL, signal.SIGQUIT, signal.SIGINT)))
    game.cluster.start()


def at_a_point(point: str, game: Round, texts: Texts) -> None:
    """A bot dies where it is told to; one that does not come by there before it has nothing left to do is killed then."""
    about = POINTS[point]
    game.say(texts)
    if about.calling and not any(script.asks_for_a_call(text) for _, text in texts):
        return  # there is more to do for the next bot
    number = game.chance.randrange(len(about.places))
    most = about.places[number].most
    passing = game.chance.randint(1, most) if most else game.kills[point] + 1
    bot = game.come(Trap(point=point, place=number, passing=passing))
    if about.stopping:
        _ask_to_stop(game, bot)
    looks = itertools.count(1)
    game.until(lambda: not is_alive(bot) or (next(looks) % SELDOM == 0 and game.is_idle()))
    if is_alive(bot):
        game.strike("never there", bot)
    else:
        game.gone(bot, point)


def time_goes_on(point: str, game: Round, texts: Texts) -> None:
    """As `at_a_point`; half an hour later by everybody's clock."""
    game.fake.advance(LATER_S)
    game.shift_s += LATER_S
    at_a_point(point, game, texts)


def clock_jumps(game: Round, texts: Texts) -> None:
    """The next bot's clock is an hour ahead, or an hour behind, or right."""
    game.shift_s = game.chance.choice(JUMPS_S)
    at_random(game, texts)


def disk_full(game: Round, texts: Texts) -> None:
    """For a while no file of the bot can grow; then it is killed, or gets on by itself."""
    _live_until(game, texts, "ingress")
    (bot,) = game.bots
    _, hard = resource.prlimit(bot, resource.RLIMIT_FSIZE)
    resource.prlimit(bot, resource.RLIMIT_FSIZE, (0, hard))
    time.sleep(game.chance.uniform(0.05, 0.4))
    resource.prlimit(bot, resource.RLIMIT_FSIZE, (hard, hard))
    time.sleep(game.chance.uniform(0, 0.2))
    game.strike("disk", bot)


def while_backed_up(game: Round, texts: Texts) -> None:
    """The file is copied, or brought into order, while the bot works; both are killed."""
    _live_until(game, texts, _stage(game, texts))
    copy = game.setting.folder / f"backup-{game.starts}.db"
    copying = game.warm.start(game.setting, "db", "backup", str(copy))
    if game.chance.random() < 0.5:
        _bring_into_order(game)
    time.sleep(game.chance.uniform(0, 0.1))
    game.strike("backup")
    with contextlib.suppress(ProcessLookupError):
        kill(copying)
    if copy.exists():
        with contextlib.closing(sqlite3.connect(copy)) as whole:
            if whole.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                game.problems.append("a backup that has its name is damaged")


def second_poller(game: Round, texts: Texts) -> None:
    """Another program polls with the same token, and acknowledges nothing; then the bot is killed."""
    with _polling(game.fake.api_url):
        _live_until(game, texts, "second poller")
    game.strike("second poller")


def _bring_into_order(game: Round) -> None:
    with (
        contextlib.suppress(sqlite3.OperationalError),  # the bot is faster, and has it locked
        contextlib.closing(sqlite3.connect(game.setting.database)) as keeper,
    ):
        keeper.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _stage(game: Round, texts: Texts) -> str:
    asks = any(script.asks_for_a_call(text) for _, text in texts)
    return "calling" if asks and game.chance.random() < CALLING else game.chance.choice(STAGES)


def _live_until(game: Round, texts: Texts, stage: str) -> None:
    """Let people write to as many bots as there should be, and wait for a moment of the stage."""
    game.journal.read()
    deliveries, accepted = game.journal.deliveries, len(game.journal.accepted)
    if len(game.bots) < game.processes:  # those who are not killed live on
        game.come()
    game.say(texts)
    delivered = game.delivered_since(deliveries)
    match stage:
        case "start":
            time.sleep(game.chance.uniform(0, WARM_START_S))
        case "ingress" | "processing":
            game.until(delivered)
            time.sleep(game.chance.uniform(0, 0.01 if stage == "ingress" else 0.05))
        case "sending":
            enough = accepted + game.chance.randint(1, max(1, len(texts) - 1))
            game.until(lambda: len(game.journal.accepted) >= enough)
            time.sleep(game.chance.uniform(0, 0.006))
        case "second poller":
            game.until(delivered)
            time.sleep(game.chance.uniform(0, 1))
        case "calling":
            game.until(delivered)
            before = game.accounts_touched()
            game.until(lambda: game.accounts_touched() != before)
            time.sleep(game.chance.uniform(0, 0.01))


def _ask_to_stop(game: Round, bot: int) -> None:
    """SIGTERM, in the middle of its work."""
    delivered = game.delivered_since(game.journal.deliveries)
    game.until(lambda: delivered() or not is_alive(bot))
    time.sleep(game.chance.uniform(0, 0.02))
    with contextlib.suppress(ProcessLookupError):
        os.kill(bot, signal.SIGTERM)


@contextmanager
def _polling(api: str) -> Iterator[None]:
    """Ask for updates again and again."""
    enough = threading.Event()

    def poll() -> None:
        with httpx.Client(trust_env=False, timeout=10) as client:
            while not enough.is_set():
                client.post(f"{api}/getUpdates", json={"timeout": 1})

    poller = threading.Thread(target=poll)
    poller.start()
    try:
        yield
    finally:
        enough.set()
        poller.join()


def _of_point(name: str, point: Point) -> Fate:
    live = time_goes_on if name == "K14" else at_a_point
    return Fate(point.what, partial(live, name), dict.fromkeys(("sqlite", "postgresql"), 1))


FATES: Final[dict[str, Fate]] = {
    "random": Fate("killed at any moment", at_random, {"sqlite": 1, "postgresql": 1}),
    "one of three": Fate("one of three is killed at any moment", at_random, {"postgresql": 3}),
    **{name: _of_point(name, point) for name, point in POINTS.items()},
    "K18": Fate("the file is being backed up, or brought into order", while_backed_up, {"sqlite": 1}),
    "K19": Fate(
        "one of three is frozen, and goes on when it counts as dead", frozen, {"postgresql": 3}, slow=True
    ),
    "K20": Fate(
        "another program polls the same bot", second_poller, {"sqlite": 1, "postgresql": 1}, slow=True
    ),
    "server": Fate(
        "the database's server is killed, and started again", server_down, {"postgresql": 3}, slow=True
    ),
    "disk": Fate("no file can grow for a while", disk_full, {"sqlite": 1}),
    "clock": Fate(
        "the clock is an hour wrong, now this way, now that", clock_jumps, {"sqlite": 1, "postgresql": 1}
    ),
}
