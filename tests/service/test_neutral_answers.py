"""Nobody learns from the bot whether an account exists: not from words, buttons, states, waits or counts."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.commands import SendMessage
from bot.service.reading import Reader
from bot.testing import ManualClock
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
