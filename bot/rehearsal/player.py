"""
Plays a conversation test on the real service and sees what it says and where it goes.

The first step that does not hold ends the case: what comes after it means nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from bot.adapters.accounts.demo import DemoAccounts
from bot.core.commands import SendMessage
from bot.core.conversation import OfferKind
from bot.core.engine import Step
from bot.rehearsal.cases import (
    Act,
    Breaks,
    Case,
    CaseStep,
    ClosesTicket,
    Expected,
    Forces,
    Links,
    Mended,
    Opens,
    Picks,
    Sends,
    SiteSends,
    Stands,
    Types,
    Waits,
)
from bot.rehearsal.person import Person, playing
from bot.rehearsal.transcripts import Script
from bot.service.reading import Reader
from bot.testing import MemoryStore

#: How long an account that is said to be locked still is.
LOCKED: Final = timedelta(hours=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visited:
    """Where conversations have been."""

    #: (flow, state), those that were passed through silently too.
    states: frozenset[tuple[str, str]] = frozenset()
    #: (flow, state, the way that was taken out of it).
    ways: frozenset[tuple[str, str, str]] = frozenset()
    articles: frozenset[str] = frozenset()
    offers: frozenset[OfferKind] = frozenset()

    def __or__(self, other: Visited) -> Visited:
        return Visited(
            states=self.states | other.states,
            ways=self.ways | other.ways,
            articles=self.articles | other.articles,
            offers=self.offers | other.offers,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A step that did not hold."""

    case: Case
    step: CaseStep
    #: What was expected, and what it was instead.
    unmet: tuple[str, ...]
    #: What the bot said at this step.
    said: str

    def __str__(self) -> str:
        spoken = f" ({self.case.language})" if self.case.language else ""
        where = (
            f"{self.case.path}:{self.step.line}: case {self.case.title!r}{spoken}, step {self.step.number}"
        )
        return "\n".join(
            (
                f"{where}: {'; '.join(self.unmet)}. It said:",
                *(f"    {line}" for line in self.said.splitlines()),
            )
        )

    def as_dict(self) -> dict[str, object]:
        """Return the plain form for machines."""
        return {
            "path": str(self.case.path),
            "line": self.step.line,
            "case": self.case.title,
            "language": self.case.language,
            "step": self.step.number,
            "unmet": list(self.unmet),
            "said": self.said,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """A case that was played."""

    case: Case
    failure: Failure | None
    #: What was said, for people to read.
    transcript: str
    visited: Visited


class _Witness:
    """Notes where a conversation goes."""

    def __init__(self) -> None:
        self.visited = Visited()

    def see(self, step: Step) -> None:
        offer = step.conversation.offer
        self.visited |= Visited(
            states=frozenset(step.entered),
            ways=frozenset(step.taken),
            articles=frozenset(frame.article for frame in step.conversation.stack if frame.article),
            offers=frozenset((offer.kind,) if offer else ()),
        )


#: Puts a person before the desk, as `playing` does.
Staging = Callable[..., AbstractAsyncContextManager[Person]]


async def play(case: Case, reader: Reader, directory: Path, staging: Staging = playing) -> Play:
    """
    Play a case from its first step.

    Args:
        case: What happens.
        reader: The content.
        directory: Empty; the demo account service keeps its accounts there.
        staging: Brings the person, e.g. by way of a chat service.

    Returns:
        What came of it.
    """
    witness, script, store, failure = _Witness(), Script(case.title), MemoryStore(), None
    async with staging(reader, directory, store=store, observe=witness.see) as person:
        stage = _Stage(person)
        for step in case.steps:
            try:
                answer = await stage.act(step.act)
                unmet = [words async for words in _unmet(person, step.expected, answer)]
            except (LookupError, ValueError) as fault:
                answer, unmet = (), [f"it cannot happen: {fault}"]
            script.add(step.act, answer)
            unmet += [f"a turn failed: {fault}" for fault in store.known.values() if fault]
            if unmet:
                failure = Failure(case=case, step=step, unmet=tuple(unmet), said=_text(answer))
                break
    return Play(case=case, failure=failure, transcript=script.text(), visited=witness.visited)


def play_all(cases: Sequence[Case], reader: Reader, directory: Path) -> tuple[Play, ...]:
    """Play cases one after the other, each with fresh accounts in a directory of its own under `directory`."""

    async def every() -> tuple[Play, ...]:
        return tuple(
            [await play(case, reader, _fresh(directory, number)) for number, case in enumerate(cases)]
        )

    return asyncio.run(every())


def _fresh(directory: Path, number: int) -> Path:
    own = directory / str(number)
    own.mkdir()
    return own


class _Stage:
    """Lets a person, and who is behind the scenes, do what a case says."""

    def __init__(self, person: Person) -> None:
        self._person = person
        self._answer: Sequence[SendMessage] = ()
        #: The case code that the person was given last.
        self._code = ""
        #: Whose account it is.
        self._account = "mei"

    async def act(self, act: Act) -> Sequence[SendMessage]:
        """Do what a step says; returns what the bot said last."""
        accounts = self._person.accounts
        match act:
            case Forces(faults=faults):
                for operation, fault in faults.items():
                    await accounts.force(fault, operation=operation)
            case ClosesTicket():
                await accounts.close_ticket(self._code)
            case Stands(state=state):
                await accounts.stand(self._account, state, self._until(state))
            case SiteSends(channel=channel, status=status, reason=reason):
                await accounts.report(self._account, channel, status, reason)
            case Breaks(flows=flows, words=words):
                await self._person.start_incident(flows, words)
            case Mended():
                await self._person.end_incident()
            case Waits(length=length):
                self._answer = await self._person.wait(length)
            case _:
                self._answer = await self._do(act)
                self._code = (await self._person.conversation()).case_code or self._code
        return self._answer

    def _until(self, state: str) -> datetime | None:
        return self._person.clock.now() + LOCKED if state == "locked" else None

    async def _do(self, act: Types | Picks | Opens | Sends | Links) -> Sequence[SendMessage]:
        match act:
            case Types(text=text):
                return await self._person.say(text.replace("{case}", self._code))
            case Picks(choice=choice, screen=screen):
                return await self._person.pick(choice, screen=screen)
            case Opens(language=language):
                return await self._person.start(language)
            case Sends(kind=kind):
                return await self._person.attach(kind)
            case Links(account=account):
                self._account = account
                return await self._person.link(account)


async def _sms(accounts: DemoAccounts) -> int:
    return len(await accounts.inbox())


async def _calls(accounts: DemoAccounts) -> int:
    return len(await accounts.calls())


async def _tickets(accounts: DemoAccounts) -> int:
    return len(await accounts.tickets())


async def _resets(accounts: DemoAccounts) -> int:
    return len(await accounts.resets())


_COUNTED: Final[Mapping[str, Callable[[DemoAccounts], Awaitable[int]]]] = {
    "calls": _calls,
    "sms": _sms,
    "tickets": _tickets,
    "resets": _resets,
}


async def _unmet(person: Person, expected: Expected, answer: Sequence[SendMessage]) -> AsyncIterator[str]:
    """Say what does not hold, one by one."""
    said = _text(answer)
    if expected.bot == () and answer:
        yield "expected no answer"
    for part in expected.bot or ():
        if part not in said:
            yield f"expected the answer to contain {part!r}"
    for part in expected.absent:
        if part in said:
            yield f"expected the answer not to contain {part!r}"
    if expected.choices is not None:
        shown = tuple(choice.id for choice in answer[-1].choices) if answer else ()
        if shown != expected.choices:
            yield f"expected the choices {', '.join(expected.choices)}, not {', '.join(shown) or 'none'}"
    for name, wanted, found in await _places(person, expected):
        if wanted is not None and wanted != found:
            yield f"expected {name} {wanted}, not {found}"
    for name, count in expected.counts.items():
        if (counted := await _COUNTED[name](person.accounts)) != count:
            yield f"expected {count} {name} so far, not {counted}"


async def _places(person: Person, expected: Expected) -> Sequence[tuple[str, str | None, str | None]]:
    """Return name, what is expected and what is."""
    if expected.state is expected.status is expected.language is None:
        return ()  # the person need not have said anything
    conversation = await person.conversation()
    return (
        ("state", expected.state, await person.where()),
        ("status", expected.status, conversation.status),
        ("language", expected.language, conversation.language),
    )


def _text(answer: Sequence[SendMessage]) -> str:
    return "\n".join(message.text for message in answer)
