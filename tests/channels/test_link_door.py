"""`POST /v1/links`: only the company's own site gets an address, and the address opens the chat once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.adapters.accounts.demo import DemoAccounts
from bot.channels.links import MAX_BODY, PATH, link_door
from bot.errors import ChannelUnreachable
from bot.service.links import LIVES, PREFIX, Links
from bot.testing import ManualClock, MemoryStore

SECRET = "a-secret-of-the-site-0123456789abcdef"
NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
PROVEN = {"Authorization": f"Bearer {SECRET}"}
Client = TestClient[web.Request, web.Application]


class Chat:
    """The chat with the bot, whose address is known or not."""

    def __init__(self) -> None:
        self.where: str | None = "https://t.me/example_bot"

    async def address(self) -> str:
        if self.where is None:
            raise ChannelUnreachable("Telegram does not answer.")
        return self.where


@pytest.fixture(name="store")
def _store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture(name="chat")
def _chat() -> Chat:
    return Chat()


@pytest.fixture(name="site")
async def _site(store: MemoryStore, chat: Chat) -> AsyncIterator[Client]:
    application = web.Application()
    application.add_routes([link_door(Links(store, ManualClock(NOW)), SECRET, chat.address)])
    async with TestClient(TestServer(application)) as client:
        yield client


async def test_the_site_gets_an_address_that_lives_ten_minutes(site: Client, store: MemoryStore) -> None:
    answer = await site.post(PATH, json={"account": "acc_4711"}, headers=PROVEN)
    told = await answer.json()
    assert (answer.status, answer.headers["Cache-Control"]) == (201, "no-store")
    assert told["url"].startswith(f"https://t.me/example_bot?start={PREFIX}")
    assert datetime.fromisoformat(told["expires_at"]) == NOW + LIVES
    payload = told["url"].partition("?start=")[2]
    assert len(payload) <= 64  # Bot API, deep linking
    assert payload not in repr(store.__dict__)
    assert [kept.account for kept in store.links.values()] == ["acc_4711"]


async def test_each_address_is_another_one(site: Client) -> None:
    answers = [await site.post(PATH, json={"account": "acc_4711"}, headers=PROVEN) for _ in range(3)]
    assert len({(await answer.json())["url"] for answer in answers}) == 3


@pytest.mark.parametrize(
    "shown", ["", SECRET, f"Bearer {SECRET}x", f"Bearer {SECRET[:-1]}", "Bearer ", "Bearer \udce4"]
)
async def test_nobody_else_gets_one(site: Client, store: MemoryStore, shown: str) -> None:
    answer = await site.post(PATH, json={"account": "acc_4711"}, headers={"Authorization": shown})
    assert answer.status == 401
    assert SECRET not in await answer.text()
    assert store.links == {}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b'{"account": ""}',
        b'{"account": 7}',
        b'{"account": "a\\u0000b"}',
        b'{"account": "a", "more": 1}',
        b'{"account": "' + b"a" * 129 + b'"}',
        b"[" * 4_000,
    ],
)
async def test_what_is_not_of_the_interface_is_refused_with_the_cure(site: Client, body: bytes) -> None:
    answer = await site.post(PATH, data=body, headers=PROVEN)
    assert answer.status == 422
    assert answer.content_type == "application/problem+json"
    assert '"account"' in (await answer.json())["detail"]


async def test_a_body_is_read_whole_in_however_many_packets_it_comes(site: Client) -> None:
    async def packets() -> AsyncIterator[bytes]:
        for packet in (b'{"account": ', b'"acc_', b'4711"}'):
            yield packet
            await asyncio.sleep(0)

    answer = await site.post(PATH, data=packets(), headers=PROVEN)
    assert answer.status == 201


async def test_a_long_body_is_not_read(site: Client) -> None:
    answer = await site.post(PATH, data=b"a" * (MAX_BODY + 1), headers=PROVEN)
    assert answer.status == 413


@pytest.mark.parametrize("where", ["", None])
async def test_no_address_is_made_while_the_chat_is_not_known(
    site: Client, store: MemoryStore, chat: Chat, where: str | None
) -> None:
    chat.where = where
    answer = await site.post(PATH, json={"account": "acc_4711"}, headers=PROVEN)
    assert (answer.status, answer.headers["Retry-After"]) == (503, "2")
    assert store.links == {}


async def test_a_reference_that_the_account_system_does_not_know_is_refused_with_the_cure(
    store: MemoryStore, chat: Chat, tmp_path: Path
) -> None:
    accounts = DemoAccounts(tmp_path / "accounts.db", clock=ManualClock(NOW))
    application = web.Application()
    application.add_routes([link_door(Links(store, ManualClock(NOW), accounts), SECRET, chat.address)])
    async with TestClient(TestServer(application)) as site:
        answer = await site.post(PATH, json={"account": "acc_4711"}, headers=PROVEN)
        told = await answer.json()
        assert answer.status == 422
        assert "/linked-case" in told["detail"]
        assert "4711" not in str(told)
        assert store.links == {}
    await accounts.close()
