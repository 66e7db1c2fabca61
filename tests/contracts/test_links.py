"""One contract for the one-time addresses of every store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import StoreError
from bot.ports import Invitation, Kept, Store, Transaction

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
FIRST = Invitation(digest="1" * 64, account="acc_4711", expires_at=NOON)
SECOND = Invitation(digest="2" * 64, account="acc_4711", expires_at=NOON + timedelta(minutes=10))


@pytest.fixture(params=["memory", "sqlite", "postgresql"], name="store")
def _store(request: pytest.FixtureRequest) -> Store:
    found: Store = request.getfixturevalue(request.param)
    return found


async def test_an_address_is_found_until_it_is_used_up(store: Store) -> None:
    await store.write(lambda tx: tx.invite(FIRST))
    assert await store.read(lambda view: view.invitation(FIRST.digest)) == FIRST
    assert await store.read(lambda view: view.invitation(SECOND.digest)) is None
    assert await store.write(lambda tx: tx.take_invitation(FIRST.digest)) is True
    assert await store.write(lambda tx: tx.take_invitation(FIRST.digest)) is False
    assert await store.read(lambda view: view.invitation(FIRST.digest)) is None


async def test_what_fails_uses_no_address_up(store: Store) -> None:
    await store.write(lambda tx: tx.invite(FIRST))

    def fail(tx: Transaction) -> None:
        tx.take_invitation(FIRST.digest)
        raise StoreError("on purpose")

    with pytest.raises(StoreError):
        await store.write(fail)
    assert await store.read(lambda view: view.invitation(FIRST.digest)) == FIRST


async def test_those_that_nobody_opened_go_when_they_have_expired(store: Store) -> None:
    for each in (FIRST, SECOND):
        await store.write(lambda tx, each=each: tx.invite(each))  # type: ignore[misc]
    before = NOON + timedelta(minutes=1)
    found = await store.read(lambda view: view.outdated(Kept.LINKS, before, limit=10))
    removed = await store.write(lambda tx: tx.remove(Kept.LINKS, found.keys, most=10))
    assert removed == {"links": 1}
    assert await store.read(lambda view: view.invitation(FIRST.digest)) is None
    assert await store.read(lambda view: view.invitation(SECOND.digest)) == SECOND
