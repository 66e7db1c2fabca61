"""
Does the time of an answer tell whether an account exists?

As many people name an account that exists as name one that does not, in random order, each through a whole conversation with the
real program over HTTP. The account system answers one kind in 5 ms and the other in 2 s; then the other way round. What people
see must be the same, and how long they wait for the answer to the name, and for the answer to what they write right after it, must
come from one distribution: two-sample Kolmogorov-Smirnov test. Compared are the first, second ... message after the name, each by how
long after the person's latest text it came; printed are the medians of those whose account exists and of the others.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import math
import random
import re
import statistics
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench.program import CACHE, Bot, kill
from bot.adapters.accounts.credentials import SignatureGuard
from bot.adapters.accounts.demo import DemoAccounts
from bot.bootstrap import load_reader
from bot.ports import Reply
from bot.service.clock import SystemClock
from bot.settings import Settings
from examples.account_service.service import account_service
from tests.contracts.served import Served
from tests.fake_telegram.client import FakeTelegram
from tests.fake_telegram.process import running

#: Operation -> what a person writes until they are asked for their account.
WAYS: Final = {
    "a fresh code": ("i do not get the sms code", "3", "1", "1", "1", "2", "1"),
    "a reset ticket": (
        "i lost my authenticator",
        "1",
        "passkey",
        "that is all",
        "2",
        "2",
        "still stuck",
        "still stuck",
        "still stuck",
        "2",
        "1",
    ),
}  # fmt: skip
#: What they write right after the name, and when the account system has answered everybody.
AFTERWARDS: Final = ("nothing yet", "is it done?")
QUICK_S: Final = 0.005
#: An honest program gets below this in one run of a hundred: two ways, both directions, an answer to the name and to each afterwards.
ALARM: Final = 0.01 / (len(WAYS) * 2 * (1 + len(AFTERWARDS)))
_SECRET: Final = "0123456789abcdef0123456789abcdef"
_FIRST_CHAT: Final = 1001
#: A case code, a time of day, and a time that is left.
_DRAWN: Final = re.compile(r"R-\w{5}-\w{5}|\b\d{1,2}:\d\d\b|\b\d+ (?:second|minute)s?\b")


@dataclass(kw_only=True)
class Unequal:
    """The demo accounts, which answer accounts of one kind later than those of the other."""

    accounts: DemoAccounts
    #: Whether it exists -> seconds that each answer takes.
    takes_s: dict[bool, float]
    #: Opaque case -> whether the account exists.
    cases: dict[str, bool] = field(default_factory=dict)

    async def begin_case(self, *, identifier: str) -> Reply:
        await asyncio.sleep(self.takes_s[exists := identifier.startswith("known")])
        reply = await self.accounts.begin_case(identifier=identifier)
        self.cases[str(reply.data["case"])] = exists
        return reply

    async def resend_code(self, *, case: str, channel: str, purpose: str, idempotency_key: str) -> Reply:
        await asyncio.sleep(self.takes_s[self.cases[case]])
        return await self.accounts.resend_code(
            case=case, channel=channel, purpose=purpose, idempotency_key=idempotency_key
        )

    async def start_password_reset(self, *, case: str, channel: str, idempotency_key: str) -> Reply:
        await asyncio.sleep(self.takes_s[self.cases[case]])
        return await self.accounts.start_password_reset(
            case=case, channel=channel, idempotency_key=idempotency_key
        )

    async def open_reset_ticket(
        self, *, case: str, items: tuple[str, ...], reason: str, external_ref: str, idempotency_key: str
    ) -> Reply:
        await asyncio.sleep(self.takes_s[self.cases[case]])
        return await self.accounts.open_reset_ticket(
            case=case, items=items, reason=reason, external_ref=external_ref, idempotency_key=idempotency_key
        )

    async def find_ticket(self, *, external_ref: str) -> Reply:
        return await self.accounts.find_ticket(external_ref=external_ref)

    async def healthy(self) -> bool:
        return await self.accounts.healthy()


#: Seconds of those whose account exists, and of those whose account does not.
Waits = tuple[list[float], list[float]]


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What people of both kinds saw."""

    #: Different transcripts, masked.
    transcripts: int
    #: For each message after the name, in order: how long after the person's latest text it came.
    waits: tuple[Waits, ...]
    #: Calls that the account system answered.
    calls: int


def watch(fake: FakeTelegram, journal: Path, way: str, takes_s: dict[bool, float], each: int) -> Seen:
    """
    Let people of both kinds talk to the bot.

    Args:
        fake: A fresh one.
        journal: Its journal.
        way: A key of `WAYS`.
        takes_s: Whether an account exists -> seconds that each answer of the account system takes.
        each: People of each kind.
    """
    people = {_FIRST_CHAT + number: number % 2 == 0 for number in range(2 * each)}
    names = {chat: f"{'known' if exists else 'nobody'}{chat}" for chat, exists in people.items()}
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        accounts = DemoAccounts(folder / "accounts.db", clock=SystemClock())
        asyncio.run(_open_accounts(accounts, [name for chat, name in names.items() if people[chat]]))
        service = Served(
            account_service(
                Unequal(accounts=accounts, takes_s=takes_s), SignatureGuard(_SECRET, SystemClock())
            )
        )
        bot = Bot(
            fake=fake,
            folder=folder,
            settings={
                "SPAREKEY_TELEGRAM_RATE": "0",
                "SPAREKEY_ACCOUNTS_URL": service.address,
                "SPAREKEY_ACCOUNTS_SECRET": _SECRET,
                "SPAREKEY_ACCOUNTS_PRIVATE": "yes",
            },
        )
        process = bot.start()
        try:
            _talk(bot, WAYS[way], names, accounts)
        finally:
            kill(process)
            service.stop()
        calls = len(asyncio.run(accounts.calls()))
        asyncio.run(accounts.close())
    return _seen(journal, len(WAYS[way]), people, names, calls)


async def _open_accounts(accounts: DemoAccounts, names: Sequence[str]) -> None:
    for number, name in enumerate(names):
        await accounts.add_account(username=name, phone=f"+4915{number:09}", email=f"{name}@mail.example.org")


def _talk(bot: Bot, way: Sequence[str], names: dict[int, str], accounts: DemoAccounts) -> None:
    """Bring everybody to the question for their account; then one after the other names it, and writes on at once."""
    fake, chats = bot.fake, list(names)
    fake.say_many([(chat, text) for text in way for chat in chats])
    bot.wait_for_answers(len(way) * len(chats))
    random.Random(1).shuffle(chats)
    for chat in chats:
        for number, text in enumerate((names[chat], AFTERWARDS[0]), start=1):
            fake.say(chat, text)
            fake.wait_for(chat, len(way) + number)
    _wait_for_calls(accounts, len(chats))
    fake.say_many([(chat, AFTERWARDS[1]) for chat in chats])
    bot.wait_for_answers((len(way) + 3) * len(chats))


def _wait_for_calls(accounts: DemoAccounts, count: int) -> None:
    async def wait() -> None:
        async with asyncio.timeout(60):
            while len(await accounts.calls()) < count:
                await asyncio.sleep(0.05)

    asyncio.run(wait())


def _seen(journal: Path, way: int, people: dict[int, bool], names: dict[int, str], calls: int) -> Seen:
    waited, sent = _waited(journal, way), _sent(journal)

    def at(place: int) -> Waits:
        known = [waited[chat][place] for chat, exists in people.items() if exists]
        unknown = [waited[chat][place] for chat, exists in people.items() if not exists]
        return known, unknown

    transcripts = {
        tuple((_DRAWN.sub("#", text.replace(names[chat], "NAME")), buttons) for text, buttons in sent[chat])
        for chat in people
    }
    messages = min(map(len, waited.values()))
    return Seen(transcripts=len(transcripts), waits=tuple(map(at, range(messages))), calls=calls)


def _sent(journal: Path) -> dict[int, list[tuple[str, str]]]:
    """Read what each chat was sent, and with which buttons; taking them away afterwards is a courtesy that depends on the load."""
    sent: dict[int, list[tuple[str, str]]] = {}
    for line in journal.read_text("utf-8").splitlines():
        entry = json.loads(line)
        if entry["kind"] == "call" and entry["method"] == "sendMessage":
            params = entry["params"]
            sent.setdefault(entry["chat_id"], []).append((params["text"], str(params.get("reply_markup"))))
    return sent


def _waited(journal: Path, way: int) -> dict[int, list[float]]:
    """
    Read how long after a person's latest text each message of the bot came, by the fake's clock, seconds.

    Args:
        journal: Of the fake.
        way: Texts of each person that are passed over with their answers.

    Returns:
        Chat -> a figure for each message, in order.
    """
    texts: Counter[int] = Counter()
    latest: dict[int, float] = {}
    waited: dict[int, list[float]] = {}
    for line in journal.read_text("utf-8").splitlines():
        entry = json.loads(line)
        match entry["kind"]:
            case "queued":
                chat = entry["update"]["message"]["chat"]["id"]
                texts[chat] += 1
                latest[chat] = entry["time"]
            case "call" if entry["method"] == "sendMessage" and texts[chat := entry["chat_id"]] > way:
                waited.setdefault(chat, []).append(entry["time"] - latest[chat])
    return waited


def kolmogorov_smirnov(one: Sequence[float], other: Sequence[float]) -> tuple[float, float]:
    """
    Compare two samples.

    Returns:
        The greatest distance of their distribution functions, and how probable as great a one is if both come from one
        distribution: Kolmogorov's limit with Stephens's correction for small samples (J. R. Stat. Soc. B 32, 1970).
    """
    ones, others = sorted(one), sorted(other)
    distance = max(
        abs(sum(x <= value for x in ones) / len(ones) - sum(x <= value for x in others) / len(others))
        for value in itertools.chain(ones, others)
    )
    root = math.sqrt(len(ones) * len(others) / (len(ones) + len(others)))
    scaled = (root + 0.12 + 0.11 / root) * distance
    if (
        scaled < 0.2
    ):  # the series does not converge here; the probability is 1 to more digits than anybody needs
        return distance, 1.0
    tail = 2 * sum((-1) ** (k - 1) * math.exp(-2 * (k * scaled) ** 2) for k in range(1, 101))
    return distance, min(max(tail, 0.0), 1.0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=200, help="people of each kind")
    parser.add_argument("--slow", type=float, default=2.0, help="seconds that the slower answers take")
    options = parser.parse_args()
    load_reader(Settings(cache_dir=CACHE))
    told = False
    for way, slow in itertools.product(WAYS, (True, False)):
        with tempfile.TemporaryDirectory() as directory:
            journal = Path(directory) / "journal.jsonl"
            with running(journal=journal) as fake:
                takes_s = {slow: options.slow, not slow: QUICK_S}
                seen = watch(fake, journal, way, takes_s, options.each)
        words = [f"{way}, slow where the account {'exists' if slow else 'does not exist'}:"]
        for known, unknown in seen.waits:
            distance, p = kolmogorov_smirnov(known, unknown)
            medians = (1e3 * statistics.median(each) for each in (known, unknown))
            words.append("{:.1f} and {:.1f} ms, D = {:.3f}, p = {:.3f};".format(*medians, distance, p))
            told = told or p <= ALARM
        told = told or seen.transcripts > 1
        print(
            *words,
            f"{seen.calls} calls; {seen.transcripts} transcript{'s' if seen.transcripts > 1 else ''}",
            flush=True,
        )
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main())
