"""
The times that the simulation goes by. For another machine, measure them there and put them here.

Seconds, of PostgreSQL on the machine of the database, unless said otherwise. `python -m bench.writer` prints those of the writer,
`python -m bench.turns --postgresql 1 2 4` the processor time of an answer; these are of two cores of an AMD EPYC with Python 3.11 and
PostgreSQL 18, synced, the least disturbed of several runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MS: Final = 1e-3


class Kind(StrEnum):
    """The jobs of a message that write."""

    #: What Telegram hands out together is one job.
    INTAKE = "intake"
    TURN = "turn"
    #: That the answer was taken.
    SENT = "sent"


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """Of a transaction, and of each message that has a job in it."""

    transaction: float
    message: float


#: How long the writers' lock is kept beyond the bot's own processor time: round trips, statements, the sync of the disk
#: (bench.writer: by the clock, less the writer's processor).
SERVER: Final = {
    Kind.INTAKE: Cost(transaction=0.40 * MS, message=0.030 * MS),
    Kind.TURN: Cost(transaction=0.73 * MS, message=0.146 * MS),
    Kind.SENT: Cost(transaction=0.38 * MS, message=0.034 * MS),
}
#: The processor time of the bot's process meanwhile (bench.writer).
WRITER: Final = {
    Kind.INTAKE: Cost(transaction=0.26 * MS, message=0.045 * MS),
    Kind.TURN: Cost(transaction=0.40 * MS, message=0.320 * MS),
    Kind.SENT: Cost(transaction=0.16 * MS, message=0.041 * MS),
}
#: Statements while the lock is kept, each one way to the server and back; a transaction has two of its own behind the lock
#: (bench.writer, bot/adapters/storage/postgresql.py); one more asks who owns the lanes of its turns.
STATEMENTS: Final = {
    Kind.INTAKE: Cost(transaction=4, message=2),
    Kind.TURN: Cost(transaction=3, message=7),
    Kind.SENT: Cost(transaction=2, message=3),
}
#: Statements to read what a turn needs, outside of the lock.
READING: Final = 4
#: Processor time of the bot's process for one message outside of its writer: matching, the step, HTTP. What bench.turns finds for
#: PostgreSQL with one process, less the writer's part above.
BEFORE: Final = 0.65 * MS
AFTER: Final = 0.40 * MS
#: Processor time of the fake Telegram for one message, read from /proc during a rush; counts only where it is simulated, too.
FAKE: Final = 0.30 * MS

#: Jobs that share a transaction at most (GROUP in bot/adapters/storage/workers.py).
GROUP: Final = 64
#: Updates that Telegram hands out together at most (Bot API, getUpdates).
BATCH: Final = 100
#: Messages of a process that are on their way at once (MAX_SENDING in bot/service/messages.py).
SENDING: Final = 8
#: Messages a second that Telegram takes of a bot, and how long each counts after its answer (bot/channels/telegram/pace.py).
PACE: Final = 30
COUNTS_S: Final = 1.0
#: What a person sends in one conversation: the median of the 707 conversation tests in tests/conversations, presses included.
MESSAGES: Final = 8
