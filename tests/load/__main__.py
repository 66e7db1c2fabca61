"""`python -m tests.load`: 100,000 updates at 200 a second from 2,000 chats with faults; and one chat that floods the others."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from bot.bootstrap import load_reader
from bot.settings import Settings
from tests.load.crowd import crowd, flood, replies
from tests.load.load import ALLOWANCE_S, Figures, run

ROOT = Path(__file__).resolve().parents[2]
#: Beside the flood: so many seconds, and people who write so often together.
FLOOD_S, OTHERS, OTHERS_PER_SECOND = 30, 100, 5
#: What the others may wait then.
FLOOD_P99_S = 1.0


def crowd_is_right(found: Figures) -> bool:
    print(found)
    slow = found.delay_s[1] > found.ideal_s[1] + ALLOWANCE_S
    late = found.unused_s[1] > ALLOWANCE_S
    verdict = [
        *found.wrong,
        *(["p99 is more than the limits cost and 0.3 s"] if slow else []),
        *(["p99 is more than 0.3 s after there was room"] if late else []),
    ]
    print(f"  many chats: {'; '.join(verdict) or 'as promised'}")
    return not verdict


def flood_is_right(found: Figures) -> bool:
    print(found)
    verdict = [*found.wrong, *(["the others wait too long"] if found.delay_s[1] > FLOOD_P99_S else [])]
    print(f"  beside a flood: {'; '.join(verdict) or 'as promised'}")
    return not verdict


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("--updates", type=int, default=100_000)
    parser.add_argument("--chats", type=int, default=2_000)
    parser.add_argument("--rate", type=float, default=200, help="updates a second")
    parser.add_argument(
        "--limit",
        type=int,
        default=30,
        help="messages a second that Telegram takes; 30 unless more are paid for",
    )
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    reader = load_reader(Settings(cache_dir=ROOT / ".cache"))
    length = max(-(-options.updates // options.chats), FLOOD_S * OTHERS_PER_SECOND // OTHERS + 1)
    expected = asyncio.run(replies(reader, length))
    everybody = crowd(options.updates, options.rate, options.chats, options.seed)
    right = crowd_is_right(run(everybody, expected, per_second=options.limit, faults=True))
    others = crowd(FLOOD_S * OTHERS_PER_SECOND, OTHERS_PER_SECOND, OTHERS, options.seed)
    both = (*others, *flood(FLOOD_S, options.rate))
    right &= flood_is_right(run(both, expected, per_second=options.limit, faults=False))
    return 0 if right else 1


if __name__ == "__main__":
    raise SystemExit(main())
