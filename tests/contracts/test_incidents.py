"""One contract for what every store keeps of incidents."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.adapters.storage.store import SqlStore
from bot.core.incident import Incident
from bot.core.vocabulary import Action
from bot.errors import StoreError
from bot.ports import Store, Transaction
from bot.service import incidents

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
LATE = Incident(
    number=0,
    flows=("no_sms", "code_rejected"),
    words={"en": 'It\'s "late".', "zh": "有延迟。"},
    since=NOON,
    until=NOON + timedelta(hours=6),
)


async def known(store: Store, since: datetime = NOON) -> tuple[Incident, ...]:
    return await store.read(lambda view: view.incidents(since))


async def test_an_incident_comes_back_as_it_was_told_under_a_number_of_its_own(store: Store) -> None:
    first = await store.write(lambda tx: tx.start_incident(LATE))
    second = await store.write(lambda tx: tx.start_incident(replace(LATE, flows=("no_email",))))
    assert first != second
    assert await known(store) == (
        replace(LATE, number=first),
        replace(LATE, number=second, flows=("no_email",)),
    )


async def test_it_is_ended_once(store: Store) -> None:
    number = await store.write(lambda tx: tx.start_incident(LATE))
    at = NOON + timedelta(hours=1)
    assert await store.write(lambda tx: tx.end_incident(number, at)) is True
    assert await store.write(lambda tx: tx.end_incident(number, at + timedelta(hours=1))) is False
    assert await store.write(lambda tx: tx.end_incident(number + 1, at)) is False
    assert [each.ended_at for each in await known(store)] == [at]


async def test_it_is_known_as_long_as_it_was_not_over_at_the_moment_that_is_asked_for(store: Store) -> None:
    number = await store.write(lambda tx: tx.start_incident(LATE))
    assert await known(store, LATE.until - timedelta(seconds=1)) != ()
    assert await known(store, LATE.until) == (), "it has ended by itself"
    at = NOON + timedelta(hours=1)
    await store.write(lambda tx: tx.end_incident(number, at))
    assert await known(store, at - timedelta(seconds=1)) != ()
    assert await known(store, at) == ()


async def test_what_fails_tells_of_nothing_and_ends_nothing(store: Store) -> None:
    number = await store.write(lambda tx: tx.start_incident(LATE))

    def fail(tx: Transaction) -> None:
        tx.start_incident(LATE)
        tx.end_incident(number, NOON)
        raise StoreError("on purpose")

    with pytest.raises(StoreError):
        await store.write(fail)
    assert await known(store) == (replace(LATE, number=number),)


async def test_the_audit_tells_who_is_concerned_and_not_in_which_words(store: Store) -> None:
    number = await store.write(lambda tx: incidents.start(tx, LATE))
    end = NOON + timedelta(hours=1)
    assert await store.write(lambda tx: incidents.end(tx, number, end)) is True
    assert await store.write(lambda tx: incidents.end(tx, number, end)) is False
    records = await store.read(lambda view: view.audit())
    assert [(each.at, each.action, each.details) for each in records] == [
        (NOON, Action.INCIDENT_STARTED, {"incident": number, "flows": LATE.flows}),
        (end, Action.INCIDENT_ENDED, {"incident": number}),
    ]


async def test_one_that_has_ended_by_itself_is_ended_no_more(store: Store) -> None:
    number = await store.write(lambda tx: incidents.start(tx, LATE))
    assert await store.write(lambda tx: incidents.end(tx, number, LATE.until)) is False
    assert [each.action for each in await store.read(lambda view: view.audit())] == [Action.INCIDENT_STARTED]


async def test_it_survives_a_restart_and_the_audit_holds(database: SqlStore, url: str) -> None:
    number = await database.write(lambda tx: incidents.start(tx, LATE))
    await database.close()
    again = SqlStore(url)
    assert await known(again) == (replace(LATE, number=number),)
    assert (await again.verify_audit()).broken_at is None
    await again.close()
