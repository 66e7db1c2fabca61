"""
The judge: what would have happened without a single crash, and what happened.

The model takes the same turns over the same events in the order in which the bot took them in, at the same moments, in memory
and without interruption. What a message says of a time is left out of every comparison all the same: figures, and their units.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from bot.channels.telegram import wire
from bot.core import codec
from bot.core.commands import CallBackend, HandOff, RecordActivity, SendMessage
from bot.core.conversation import Conversation
from bot.core.events import CallReturned, Event, TextReceived, TimerFired
from bot.core.vocabulary import Direction, Outcome
from bot.ports import Incoming, Lane, Pending
from bot.service import turn
from bot.service.intake import without_secrets
from bot.service.reading import Reader
from bot.testing import MemoryStore
from tests.crash.ledger import Books, Journal, Row

_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(\+00:00|Z)?")
_FIGURES: Final = re.compile(r"\d+( (second|minute|hour)s?)?")
#: The one operation that is asked for until it is done, under one key.
TICKET: Final = "open_reset_ticket"
_RETURNED: Final = re.compile(r"call_returned .*outcome=(\w+)")


@dataclass
class Verdict:
    """The figures of one round."""

    kills: int = 0
    updates: int = 0
    replies: int = 0
    calls: int = 0
    #: Calls that were under way at a kill, or failed on a full disk: the person was told so, and they were not repeated.
    unknown_calls: int = 0
    lost: int = 0
    doubled_states: int = 0
    doubled_calls: int = 0
    out_of_order: int = 0
    doubled_replies: int = 0
    #: What is not as the model says, in words.
    problems: list[str] = field(default_factory=list)


@dataclass
class Expected:
    """What the model says."""

    conversations: dict[str, Conversation]
    #: Chat -> texts to be sent, in order.
    texts: dict[int, list[str]]
    #: Command id -> operation, of the calls to the account system.
    calls: dict[str, str]
    #: Chat -> events.
    events: Counter[int]


async def judge(journal: Journal, books: Books, reader: Reader, *, bot_id: int, kills: int) -> Verdict:
    """Compare everything that was recorded with the model."""
    expected = await model(journal, books, reader, bot_id)
    verdict = Verdict(
        kills=kills,
        updates=len(journal.queued),
        calls=len(expected.calls),
        unknown_calls=sum(
            each.count(Outcome.UNKNOWN) + each.count(Outcome.UNAVAILABLE)
            for each in _outcomes(books).values()
        ),
    )
    _inbox(verdict, journal, books, bot_id)
    _states(verdict, books, expected)
    compare_calls(verdict, books, expected)
    for chat, texts in expected.texts.items():
        accepted = [text for whose, text in journal.accepted if whose == chat]
        compare_replies(verdict, chat, texts, accepted)
    return verdict


# The model


async def model(journal: Journal, books: Books, reader: Reader, bot_id: int) -> Expected:
    """Take the turns of every event in the inbox, in memory."""
    store = MemoryStore()
    ids: dict[int, list[str]] = defaultdict(list)
    for conversation, chat, _, _ in books.conversations:
        ids[chat].append(conversation)
    outcomes, moments = _outcomes(books), _moments(books)
    expected = Expected(store.conversations, {chat: [] for chat, _ in journal.queued.values()}, {}, Counter())
    for row in books.inbox:
        event = _event(row, journal, books, outcomes, bot_id, expected.calls)
        lane = Lane(wire.CHANNEL, str(row.chat))
        for pending in await _turn(store, reader, lane, event, ids[row.chat], moments[row.chat]):
            _expect(expected, row.chat, pending)
        expected.events[row.chat] += 1
    return expected


def _expect(expected: Expected, chat: int, pending: Pending) -> None:
    match pending.effect:
        case SendMessage() as message:
            expected.texts[chat].append(message.text)
        case CallBackend() as call:
            expected.calls[call.id] = call.operation


async def _turn(
    store: MemoryStore, reader: Reader, lane: Lane, event: Event, ids: list[str], moments: deque[datetime]
) -> tuple[Pending, ...]:
    now = moments[0] if moments else event.at
    expects_digits = reader.expects_digits(await store.read(lambda view: view.conversation(lane)))
    incoming = without_secrets(Incoming(lane=lane, event=event), expects_digits=expects_digits)
    await store.write(lambda tx: tx.receive(incoming))
    prepared = await store.read(
        lambda view: turn.prepare(view, lane, reader, now, lambda: ids.pop(0) if ids else "unexpected")
    )
    assert prepared is not None
    if moments and any(
        isinstance(command, SendMessage | HandOff | RecordActivity) for command in prepared.step.commands
    ):
        moments.popleft()
    return await store.write(lambda tx: turn.commit(tx, prepared))


def _moments(books: Books) -> dict[int, deque[datetime]]:
    """Return when the turns of each chat were taken that left a line of our own, in order."""
    chats = {conversation: chat for conversation, chat, _, _ in books.conversations}
    found: dict[int, deque[datetime]] = defaultdict(deque)
    for line in books.lines:
        at, theirs = datetime.fromisoformat(line.at), found[chats[line.conversation]]
        if line.direction != Direction.INCOMING and (not theirs or theirs[-1] != at):
            theirs.append(at)
    return found


def _outcomes(books: Books) -> dict[int, list[Outcome]]:
    """Return how the calls of each chat ended, as the bot wrote down when it learned of it."""
    chats = {conversation: chat for conversation, chat, _, _ in books.conversations}
    found: dict[int, list[Outcome]] = defaultdict(list)
    for line in books.lines:
        if returned := _RETURNED.match(line.text):
            found[chats[line.conversation]].append(Outcome(returned[1]))
    return found


def _event(
    row: Row,
    journal: Journal,
    books: Books,
    outcomes: dict[int, list[Outcome]],
    bot_id: int,
    calls: Mapping[str, str],
) -> Event:
    at = datetime.fromisoformat(row.at)
    if row.event.startswith("tg") and row.event.count(":") == 0:
        number = int(row.event.removeprefix(f"tg{bot_id}-"))
        return TextReceived(id=row.event, at=at, text=journal.queued[number][1])
    if row.event.endswith(":r"):
        return _returned(row, at, books, outcomes[row.chat].pop(0), calls)
    return TimerFired(id=row.event, at=at, timer=row.event.split(":", 1)[1].rpartition(":")[0])


def _returned(
    row: Row, at: datetime, books: Books, outcome: Outcome, calls: Mapping[str, str]
) -> CallReturned:
    call = row.event.removesuffix(":r")
    made = next((each for each in books.calls if each.key == call and each.reply), None)
    data = {}
    if made is not None and made.reply and outcome is not Outcome.UNKNOWN:
        data = {**json.loads(made.reply)["data"], "case": made.case}
    elif case := _case(books, row.chat):  # learned before the call failed
        data = {"case": case}
    return CallReturned(id=row.event, at=at, operation=calls[call], outcome=outcome, call=call, data=data)


def _case(books: Books, chat: int) -> str:
    """Return what the bot knows of whose account it is."""
    slots = [
        codec.load(state, Conversation).slots for _, whose, _, state in books.conversations if whose == chat
    ]
    return str(slots[-1].get("case", "")) if slots else ""


# The comparison


def _inbox(verdict: Verdict, journal: Journal, books: Books, bot_id: int) -> None:
    queued = {f"tg{bot_id}-{number}" for number in journal.queued}
    done = Counter(row.event for row in books.inbox if row.status == "done")
    verdict.lost += len(queued - done.keys())
    verdict.doubled_states += sum(done.values()) - len(done)
    chats = {conversation: chat for conversation, chat, _, _ in books.conversations}
    wrote: dict[int, list[str]] = defaultdict(list)
    for line in books.lines:
        if line.direction == Direction.INCOMING:
            wrote[chats[line.conversation]].append(plain(line.text))
    sent: dict[int, list[str]] = defaultdict(list)
    for chat, text in journal.queued.values():
        sent[chat].append(plain(text))
    for chat, texts in sent.items():
        if len(wrote[chat]) > len(texts):
            verdict.doubled_states += len(wrote[chat]) - len(texts)
        if [_shape(text) for text in wrote[chat]] != [_shape(text) for text in texts]:
            verdict.out_of_order += 1
            verdict.problems.append(f"chat {chat}: wrote {texts}, the transcript has {wrote[chat]}")


def _shape(text: str) -> str:
    """What masking leaves of an address."""
    return "an address" if "@" in text else text


def _states(verdict: Verdict, books: Books, expected: Expected) -> None:
    saves: Counter[int] = Counter()
    for conversation, chat, version, state in books.conversations:
        saves[chat] += version
        stored = codec.load(state, Conversation)
        modelled = expected.conversations.get(conversation)
        if modelled is None or _told(stored) != _told(modelled):
            verdict.problems.append(f"chat {chat}: the conversation is not where the model is")
    for chat, count in expected.events.items():
        verdict.doubled_states += max(0, saves[chat] - count)
        if saves[chat] != count:
            verdict.problems.append(f"chat {chat}: {count} events, {saves[chat]} turns")


def compare_calls(verdict: Verdict, books: Books, expected: Expected) -> None:
    # A ticket that was asked for again under its key is the same ticket; only the first has a reply of its own.
    made = Counter(call.key for call in books.calls if call.reply or call.operation != TICKET)
    verdict.doubled_calls = sum(made.values()) - len(made)
    if unexpected := made.keys() - expected.calls:
        verdict.problems.append(f"calls that the model does not make: {sorted(unexpected)}")
    never_made = set(expected.calls) - made.keys()
    if len(never_made) > verdict.unknown_calls:
        verdict.problems.append(f"answered as if made, and never made: {sorted(never_made)}")
    answered = {row.event.removesuffix(":r") for row in books.inbox if row.event.endswith(":r")}
    if answered != set(expected.calls):
        verdict.problems.append(f"calls without a result: {sorted(set(expected.calls) - answered)}")


def compare_replies(verdict: Verdict, chat: int, expected: Sequence[str], accepted: Sequence[str]) -> None:
    """Follow what was accepted along what was expected; only the latest text may come twice."""
    wanted, got = [plain(text) for text in expected], [plain(text) for text in accepted]
    place = 0
    for text in got:
        if place < len(wanted) and text == wanted[place]:
            place += 1
        elif place and text == wanted[place - 1]:
            verdict.doubled_replies += 1
        else:
            verdict.out_of_order += 1
            verdict.problems.append(f"chat {chat}: {text!r} came where {wanted[place : place + 1]} belongs")
    verdict.replies += place
    verdict.lost += len(wanted) - place
    if place < len(wanted):
        verdict.problems.append(f"chat {chat}: never came: {wanted[place:]}")


def _told(conversation: Conversation) -> str:
    return _MOMENT.sub("(moment)", codec.dump(conversation))


def plain(text: str) -> str:
    """Leave out the figures, which tell the time, and its units."""
    return _FIGURES.sub("#", text)
