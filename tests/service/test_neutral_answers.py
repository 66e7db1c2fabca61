"""Nobody learns from the bot whether an account exists: not from words, buttons, states, waits or counts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.calls import OPERATIONS
from bot.core.commands import SendMessage
from bot.core.events import Value
from bot.core.vocabulary import Outcome
from bot.service.reading import Reader
from bot.testing import ManualClock, MemoryStore
from tests.playing import MORNING, Person, playing

TO_THE_ACCOUNT = ["no otp coming", "1", "longer", "no", "skip", "yes", "yes", "3", "2", "2", "2", "yes"]
KNOWN = ["mei", "mei@example.com", "MEI@Example.com", "+886936130000"]
UNKNOWN = ["nobody", "nobody@example.com", "NO.Body@Example.com", "+886936130001"]


async def to_the_code(person: Person, identifier: str) -> list[SendMessage]:
    for text in TO_THE_ACCOUNT:
        await person.say(text)
    return await person.say(identifier)


async def transcript(
    reader: Reader, directory: Path, identifier: str, fault: str | None
) -> list[tuple[str, tuple[str, ...], str | None]]:
    """Everything that a person sees who asks twice and waits, with the states behind it."""
    seen = []
    async with playing(reader, directory) as person:
        if fault is not None:
            await person.accounts.force(fault, times=10)
        await to_the_code(person, identifier)
        for answer in [
            await person.say("nothing yet"),
            await person.wait(timedelta(seconds=61)),
            await person.say("no"),
            await person.say("2"),
        ]:
            seen += [
                (message.text, tuple(choice.id for choice in message.choices), await person.where())
                for message in answer
            ]
        seen += [(message.text, (), None) for _, message in person.channel.sent]
    return seen


@pytest.mark.parametrize(("known", "unknown"), list(zip(KNOWN, UNKNOWN, strict=True)))
async def test_a_known_and_an_unknown_account_give_the_same_transcript(
    reader: Reader, tmp_path: Path, known: str, unknown: str
) -> None:
    assert await transcript(reader, tmp_path / "known", known, None) == await transcript(
        reader, tmp_path / "unknown", unknown, None
    )


@pytest.mark.parametrize("fault", ["rate_limited", "blocked", "unusable"])
async def test_what_only_an_existing_account_can_cause_is_not_seen(
    reader: Reader, tmp_path: Path, fault: str
) -> None:
    faulty = await transcript(reader, tmp_path / "faulty", "mei", fault)
    assert faulty == await transcript(reader, tmp_path / "sound", "nobody", None)


@pytest.mark.parametrize("identifier", ["mei", "nobody"])
async def test_the_budget_of_an_account_counts_over_all_chats(
    reader: Reader, tmp_path: Path, identifier: str
) -> None:
    clock = ManualClock(MORNING)
    async with playing(reader, tmp_path, clock=clock) as first:
        await to_the_code(first, identifier)
        second = Person(first.desk, first.channel, clock, first.store, first.accounts, "somebody-else")
        answer = await to_the_code(second, identifier)
        assert await second.where() == "resend_code.too_soon"
        assert "1 minute" in answer[-1].text
        assert len(await first.accounts.calls()) == 1, "the account system was asked once"
        clock.advance(timedelta(seconds=61))
        await second.wait(timedelta())
        assert await second.where() == "resend_code.may_ask_now"


async def test_the_words_come_before_the_account_system_answers(reader: Reader, tmp_path: Path) -> None:
    """While the call hangs the person has the whole answer: its time tells nothing."""
    async with playing(reader, tmp_path) as person:
        for text in TO_THE_ACCOUNT:
            await person.say(text)
        await person.accounts.force("hang")
        before = len(person.channel.sent)
        answer = await person.say("mei")
        said = [message.text for _, message in person.channel.sent[before:]]
        assert "10 minutes" in said[0]
        assert answer


async def test_no_answer_holds_what_the_account_system_knows(reader: Reader, tmp_path: Path) -> None:
    async with playing(reader, tmp_path) as person:
        await person.accounts.add_account(
            username="canary", phone="+447700900999", email="canary-mail@example.com"
        )
        await to_the_code(person, "canary")
        codes = [message.text for message in await person.accounts.inbox("+447700900999")]
        assert codes, "a code was sent to the phone, or this test would prove nothing"
        said = "\n".join(message.text for _, message in person.channel.sent)
        for secret in [
            "7700900999",
            "canary-mail",
            *[word for text in codes for word in text.split() if word.isdigit() and len(word) == 6],
        ]:
            assert secret not in said


# Every operation, in a flow that says whatever it learns

_TICKET_NUMBER = re.compile(r"R-\w{5}-\w{5}")
_CHOICES = ("code", "mail", "link", "ticket", "status")


async def everything(
    reader: Reader, directory: Path, identifier: str, fault: tuple[str, str] | None
) -> list[tuple[str, tuple[str, ...], str | None, dict[str, Value]]]:
    """Everything that a person sees who tries every operation twice, with the states and the answers behind it."""
    seen = []
    async with playing(reader, directory) as person:
        if fault is not None:
            operation, word = fault
            await person.accounts.force(word, times=20, operation=operation)
        await person.say("help with my account")
        answers = [await person.say(identifier)]
        for choice in _CHOICES * 2:
            answers.append(await person.pick(choice))
            if choice == "ticket":
                answers.append(await person.pick("accept"))
            if choice == "status":
                answers.append(await person.say((await person.conversation()).case_code or ""))
            slots = dict((await person.conversation()).slots)
            seen += [(message.text, tuple(each.id for each in message.choices), await person.where(), slots)
                     for answer in answers for message in answer]  # fmt: skip
            answers = [await person.wait(timedelta(seconds=70))]
    return [
        (_TICKET_NUMBER.sub("NUMBER", text), choices, where, _without_ids(slots))
        for text, choices, where, slots in seen
    ]


def _without_ids(slots: dict[str, Value]) -> dict[str, Value]:
    """Leave out what is another one each time: of the opaque case only its length is kept."""
    ticket = slots.get("ticket")
    return {
        **slots,
        "case": len(str(slots.get("case", ""))),
        "ticket": {**ticket, "code": ""} if isinstance(ticket, Mapping) else ticket,
    }


@pytest.mark.parametrize(("known", "unknown"), list(zip(KNOWN, UNKNOWN, strict=True)))
async def test_no_operation_tells_a_known_account_from_an_unknown_one(
    operations: Reader, tmp_path: Path, known: str, unknown: str
) -> None:
    sound = await everything(operations, tmp_path / "known", known, None)
    assert sound == await everything(operations, tmp_path / "unknown", unknown, None)
    said = "\n".join(text for text, _, _, _ in sound)
    assert "The number of the ticket is NUMBER" in said
    assert "NUMBER is open" in said


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param((operation.name, hidden.value), id=f"{operation.name}-{hidden}")
        for operation in OPERATIONS.values()
        for hidden in operation.hidden
        if hidden not in (Outcome.HELD, Outcome.ALREADY_OPEN)
    ],
)
async def test_what_only_an_existing_account_can_cause_is_not_seen_of_any_operation(
    operations: Reader, tmp_path: Path, fault: tuple[str, str]
) -> None:
    faulty = await everything(operations, tmp_path / "faulty", "mei", fault)
    assert faulty == await everything(operations, tmp_path / "sound", "nobody", None)


async def test_a_ticket_that_somebody_else_opened_for_the_account_is_not_seen(
    operations: Reader, tmp_path: Path
) -> None:
    clock = ManualClock(MORNING)
    async with playing(operations, tmp_path, clock=clock) as first:
        said = []
        for contact in ("first", "second"):
            person = Person(first.desk, first.channel, clock, first.store, first.accounts, contact)
            await person.say("help with my account")
            await person.say("mei")
            await person.pick("ticket")
            said.append([_TICKET_NUMBER.sub("", message.text) for message in await person.pick("accept")])
        assert said[0] == said[1]
        assert [len(ticket.external_refs) for ticket in await first.accounts.tickets()] == [2]


async def test_no_operation_says_what_the_account_system_knows(operations: Reader, tmp_path: Path) -> None:
    """Neither the person nor our own database sees a destination, a code or a link."""
    store = MemoryStore()
    async with playing(operations, tmp_path, store=store) as person:
        await person.accounts.add_account(
            username="canary", phone="+447700900999", email="canary-mail@example.com"
        )
        await person.say("help with my account")
        await person.say("canary")
        for choice in ("code", "mail", "link"):
            await person.pick(choice)
            await person.wait(timedelta(hours=25))
        await person.pick("ticket")
        await person.pick("accept")
        delivered = "\n".join(message.text for message in await person.accounts.inbox())
        secrets = re.findall(r"\b\d{6}\b|https://\S+", delivered)
        assert len(secrets) == 3, "two codes and a link were sent, or this test would prove nothing"
        (ticket,) = await person.accounts.tickets()
        said = "\n".join(message.text for _, message in person.channel.sent)
        kept = f"{store.conversations} {store.lines} {store.records} {store.unmatched}"
        for secret in ["7700900999", "canary-mail", *secrets]:
            assert secret not in said
            assert secret not in kept
        assert ticket.ticket not in said
