"""
Every conversation in tests/conversations/*.yaml, played through the real service.

A case is a list of steps. What the person does: `user` (types), `pick` (presses a button by its id), `start` (opens the
chat), `send` (a photo ...), `wait` (seconds pass), `force` (the account system will answer like this). What must hold
after it: `bot` (parts that the answer contains; an empty list: no answer), `not` (parts that it does not contain),
`choices` (ids), `state`, `status`, `language`, `calls` (to the account system, so far), `sms` (codes on the simulated
phone, so far).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.core.commands import SendMessage
from bot.service.reading import Reader
from tests.playing import Person, playing

FILES = sorted((Path(__file__).parent / "conversations").glob("*.yaml"))
ACTIONS = ("user", "pick", "start", "send", "wait", "force")


def cases() -> Iterator[Any]:
    for path in FILES:
        for case in yaml.safe_load(path.read_text(encoding="utf-8"))["cases"]:
            yield pytest.param(case, id=f"{path.stem}::{case['case'].replace(' ', '-')}")


@pytest.mark.parametrize("case", list(cases()))
async def test_conversation(case: dict[str, Any], reader: Reader, tmp_path: Path) -> None:
    async with playing(reader, tmp_path) as person:
        answer: list[SendMessage] = []
        for number, step in enumerate(case["steps"], start=1):
            answer = await act(person, step, answer)
            await expect(person, step, answer, f"step {number}: {step}")


async def act(person: Person, step: dict[str, Any], before: list[SendMessage]) -> list[SendMessage]:
    if "user" in step:
        return await person.say(step["user"])
    if "pick" in step:
        return await person.pick(step["pick"], screen=step.get("screen"))
    if "start" in step:
        return await person.start(step["start"])
    if "send" in step:
        return await person.attach(step["send"])
    if "wait" in step:
        return await person.wait(timedelta(seconds=step["wait"]))
    if "force" in step:
        await person.accounts.force(step["force"])
        return before
    raise AssertionError(f"no action in {step}; there are {ACTIONS}")


async def expect(person: Person, step: dict[str, Any], answer: list[SendMessage], where: str) -> None:
    said = "\n".join(message.text for message in answer)
    if step.get("bot") == []:
        assert not answer, f"{where}\nsaid: {said}"
    for part in step.get("bot", []):
        assert part in said, f"{where}\nsaid: {said}"
    for part in step.get("not", []):
        assert part not in said, f"{where}\nsaid: {said}"
    conversation = await person.conversation() if {"status", "language"} & set(step) else None
    if "choices" in step:
        assert [choice.id for choice in answer[-1].choices] == step["choices"], where
    if "state" in step:
        assert await person.where() == step["state"], f"{where}\nsaid: {said}"
    if conversation is not None and "status" in step:
        assert conversation.status.value == step["status"], f"{where}\nsaid: {said}"
    if conversation is not None and "language" in step:
        assert conversation.language == step["language"], where
    if "calls" in step:
        assert len(await person.accounts.calls()) == step["calls"], where
    if "sms" in step:
        assert len(await person.accounts.inbox()) == step["sms"], where
