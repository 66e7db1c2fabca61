"""One contract for every store; then what only a database can show, and what only a file can."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from bot.adapters.storage import chain
from bot.adapters.storage.engine import Session, engine_of
from bot.adapters.storage.sqlite import SqliteEngine
from bot.adapters.storage.store import SqlStore
from bot.adapters.storage.workers import GROUP
from bot.core.commands import CallBackend, Choice, DeleteMessage, Effect, SendMessage
from bot.core.conversation import Conversation, Frame
from bot.core.events import CallReturned, ChoicePicked, Event, TextReceived
from bot.core.vocabulary import Action, Direction, Outcome, Status
from bot.errors import (
    ConfigError,
    StaleConversation,
    StoreBusy,
    StoreError,
    StoreFull,
    StoreOutdated,
    StoreRefused,
)
from bot.ports import (
    AuditRecord,
    DueTimer,
    Incoming,
    Lane,
    Line,
    Pending,
    SetAside,
    Snapshot,
    Store,
    Transaction,
)
from bot.testing import MemoryStore

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
#: The channels of everybody here.
ALL = ("telegram", "web")
MAY = Lane("telegram", "4711")
SAM = Lane("telegram", "815")


def text(number: int, words: str = "no code") -> TextReceived:
    return TextReceived(id=f"telegram:{number}", at=NOON + timedelta(seconds=number), text=words)


def conversation(name: str = "c1", lane: Lane = MAY, **changes: object) -> Conversation:
    new = Conversation(id=name, channel=lane.channel, contact=lane.contact, started_at=NOON, language="en")
    return replace(new, **changes)  # type: ignore[arg-type]


def send(number: int, words: str = "Which number?") -> SendMessage:
    return SendMessage(id=f"telegram:1:{number}", text=words, choices=(Choice(id="a", label="A"),), screen=2)


async def receive(store: Store, lane: Lane, *events: Event) -> list[bool]:
    return await store.write(lambda unit: [unit.receive(Incoming(lane=lane, event=each)) for each in events])


# Events.


async def test_an_event_comes_back_as_it_was_received(store: Store) -> None:
    events: tuple[Event, ...] = (
        text(1, "短信收不到 😢"),
        ChoicePicked(id="telegram:2", at=NOON, choice="a", screen=3),
        CallReturned(
            id="call:1",
            at=NOON,
            operation="resend",
            outcome=Outcome.ACCEPTED,
            call="x",
            data={"next": ("a", "b")},
        ),
    )
    assert await receive(store, MAY, *events) == [True, True, True]
    for event in events:
        assert await store.read(lambda view: view.next_event(MAY)) == event
        await store.write(lambda unit, event=event: unit.finish_event(event.id))  # type: ignore[misc]
    assert await store.read(lambda view: view.next_event(MAY)) is None


async def test_an_event_that_is_known_is_refused(store: Store) -> None:
    """In the same transaction, later, after it was processed, and on another lane."""
    assert await receive(store, MAY, text(1), text(1)) == [True, False]
    assert await receive(store, MAY, text(1)) == [False]
    await store.write(lambda unit: unit.finish_event("telegram:1"))
    assert await receive(store, MAY, text(1)) == [False]
    assert await receive(store, SAM, text(1)) == [False]
    assert await store.read(lambda view: view.waiting_lanes(ALL)) == ()


async def test_a_lane_keeps_the_order_of_arrival(store: Store) -> None:
    """Not the order of the moments that the events carry."""
    await receive(store, MAY, text(5), text(3))
    await receive(store, SAM, text(1))
    await receive(store, MAY, text(4))
    seen = []
    while event := await store.read(lambda view: view.next_event(MAY)):
        seen.append(event.id)
        await store.write(lambda unit, event=event: unit.finish_event(event.id))  # type: ignore[misc]
    assert seen == ["telegram:5", "telegram:3", "telegram:4"]
    assert await store.read(lambda view: view.next_event(SAM)) == text(1)


async def test_lanes_wait_in_the_order_of_their_oldest_event(store: Store) -> None:
    await receive(store, SAM, text(1))
    await receive(store, MAY, text(2))
    await receive(store, SAM, text(3))
    assert await store.read(lambda view: view.waiting_lanes(ALL)) == (SAM, MAY)
    await store.write(lambda unit: unit.finish_event("telegram:1"))
    assert await store.read(lambda view: view.waiting_lanes(ALL)) == (MAY, SAM)


async def test_an_event_set_aside_waits_no_more_and_stays_known(store: Store) -> None:
    await receive(store, MAY, text(1), text(2))
    await store.write(lambda unit: unit.finish_event("telegram:1", fault="KeyError"))
    await store.write(lambda unit: unit.finish_event("telegram:1"))  # too late: it stays set aside
    assert await store.read(lambda view: view.next_event(MAY)) == text(2)
    assert await receive(store, MAY, text(1)) == [False]
    assert _set_aside(store) == {"telegram:1": "KeyError"}


async def test_attempts_are_counted_for_each_event(store: Store) -> None:
    await receive(store, MAY, text(1), text(2))
    for expected in (1, 2, 3):
        assert await store.write(lambda unit: unit.count_attempt("telegram:1")) == expected
    assert await store.write(lambda unit: unit.count_attempt("telegram:2")) == 1
    assert await store.read(lambda view: view.next_event(MAY)) == text(1)
    with pytest.raises(LookupError):
        await store.write(lambda unit: unit.count_attempt("telegram:3"))


async def test_events_that_wait_are_told_with_their_moments(store: Store) -> None:
    """Those of the channels that are asked for, and none that came at the moment itself or later."""
    await receive(store, MAY, text(5), text(3), text(4))
    await receive(store, Lane("web", "1"), text(1))
    await store.write(lambda unit: unit.finish_event("telegram:4"))

    async def told(*channels: str, before: int) -> list[float]:
        moment = NOON + timedelta(seconds=before)
        found = await store.read(lambda view: view.unprocessed(channels, moment))
        return [(at - NOON).total_seconds() for at in found]

    assert await told("telegram", before=6) == [3, 5]
    assert await told("telegram", before=5) == [3]
    assert await told("telegram", "web", before=6) == [1, 3, 5]
    assert await told(before=6) == []


async def test_events_that_were_set_aside_are_told_in_the_order_they_came(store: Store) -> None:
    await receive(store, MAY, text(5), text(3), text(4))
    for event, fault in (("telegram:3", "KeyError"), ("telegram:5", "TypeError"), ("telegram:4", None)):
        await store.write(lambda unit, event=event, fault=fault: unit.finish_event(event, fault=fault))  # type: ignore[misc]
    assert await store.read(lambda view: view.set_aside()) == (
        SetAside(at=NOON + timedelta(seconds=5), fault="TypeError"),
        SetAside(at=NOON + timedelta(seconds=3), fault="KeyError"),
    )


def _set_aside(store: Store) -> dict[str, str | None]:
    if isinstance(store, MemoryStore):
        return {event: store.known[event] for event in store.set_aside}
    assert isinstance(store, SqlStore)
    rows = _rows(store, "SELECT event, fault, payload FROM inbox WHERE status = 'set_aside'")
    assert all(payload for _, _, payload in rows), "the payload is kept for whoever looks into it"
    return {event: fault for event, fault, _ in rows}


def _rows(store: SqlStore, query: str) -> list[tuple[Any, ...]]:
    session = store._engine.open()
    try:
        return session.execute(query).fetchall()
    finally:
        session.close()


# Conversations.


async def test_a_conversation_comes_back_as_it_was_saved(store: Store) -> None:
    full = conversation(
        stack=(Frame(flow="no_sms", state="number", visits={"number": 2}),),
        slots={"factors": ("phone", "email"), "phone": None, "sure": True},
        sends=(NOON,),
        status=Status.OPEN,
        case_code="K7Q-2MX",
    )
    saved = await store.write(lambda unit: unit.save(full))
    assert saved == replace(full, version=1)
    assert await store.read(lambda view: view.conversation(MAY)) == saved
    assert await store.read(lambda view: view.case("K7Q-2MX")) == saved
    assert await store.read(lambda view: view.case("K7Q-2MY")) is None
    assert await store.read(lambda view: view.conversation(SAM)) is None


async def test_the_newest_conversation_of_a_lane_counts_resolved_or_not(store: Store) -> None:
    """Even if both started in the same instant, and although the older one is saved again."""
    first = await store.write(lambda unit: unit.save(conversation("c1")))
    second = await store.write(lambda unit: unit.save(conversation("c0", status=Status.RESOLVED)))
    await store.write(lambda unit: unit.save(first))
    assert await store.read(lambda view: view.conversation(MAY)) == second


async def test_a_conversation_that_somebody_else_saved_is_stale(store: Store) -> None:
    new = conversation()
    first = await store.write(lambda unit: unit.save(new))
    second = await store.write(lambda unit: unit.save(replace(first, language="fr")))
    assert second.version == 2
    for stale in (new, first, conversation(version=3), conversation("never saved", version=3)):
        with pytest.raises(StaleConversation):
            await store.write(lambda unit, stale=stale: unit.save(stale))  # type: ignore[misc]
    assert await store.read(lambda view: view.conversation(MAY)) == second


async def test_two_conversations_cannot_have_the_same_case_code(store: Store) -> None:
    await store.write(lambda unit: unit.save(conversation("c1", case_code="K7Q")))
    with pytest.raises(StoreRefused):
        await store.write(lambda unit: unit.save(conversation("c2", lane=SAM, case_code="K7Q")))
    assert await store.read(lambda view: view.conversation(SAM)) is None


async def test_a_transcript_keeps_its_order(store: Store) -> None:
    """Lines of one transaction and of several, each in its own conversation, as they were given."""
    lines = [
        Line(at=NOON, direction=Direction.INCOMING, text="Número ••••21"),
        Line(at=NOON, direction=Direction.OUTGOING, text="Which?", choices=(Choice(id="a", label="Á"),)),
        Line(at=NOON - timedelta(hours=1), direction=Direction.ACTIVITY, text="handed_off"),
    ]

    def first_two(unit: Transaction) -> None:
        unit.add_line("c1", lines[0])
        unit.add_line("c2", lines[0])
        unit.add_line("c1", lines[1])

    await store.write(first_two)
    await store.write(lambda unit: unit.add_line("c1", lines[2]))
    assert await store.read(lambda view: view.transcript("c1")) == tuple(lines)
    assert await store.read(lambda view: view.transcript("c2")) == (lines[0],)
    assert await store.read(lambda view: view.transcript("c3")) == ()


# Effects.


async def test_effects_wait_in_the_order_they_were_committed(store: Store) -> None:
    call = CallBackend(id="telegram:1:9", operation="resend_code", arguments={"channel": "sms"})
    delete = DeleteMessage(id="telegram:1:8", message="77")
    await store.write(lambda unit: unit.add_effects("c1", MAY, [call, send(0)]))
    await store.write(lambda unit: unit.add_effects("c2", SAM, [delete]))
    await store.write(lambda unit: unit.add_effects("c2", SAM, []))
    assert await store.read(lambda view: view.pending(ALL)) == (
        Pending(lane=MAY, conversation="c1", effect=call),
        Pending(lane=MAY, conversation="c1", effect=send(0)),
        Pending(lane=SAM, conversation="c2", effect=delete),
    )


async def test_an_effect_is_claimed_once_and_stays_pending_until_it_is_finished(store: Store) -> None:
    await store.write(lambda unit: unit.add_effects("c1", MAY, [send(0), send(1)]))
    assert await store.write(lambda unit: unit.claim("telegram:1:0")) is True
    assert await store.write(lambda unit: unit.claim("telegram:1:0")) is False
    assert await store.read(_claims) == {"telegram:1:0": True, "telegram:1:1": False}
    await store.write(lambda unit: unit.finish_command("telegram:1:0"))
    assert await store.write(lambda unit: unit.claim("telegram:1:0")) is False
    assert await store.write(lambda unit: unit.claim("unknown")) is False
    assert await store.read(_claims) == {"telegram:1:1": False}


async def test_an_effect_that_is_given_up_keeps_its_fault(store: Store) -> None:
    await store.write(lambda unit: unit.add_effects("c1", MAY, [send(0), send(1)]))
    await store.write(lambda unit: unit.finish_command("telegram:1:0", fault="RecipientGone"))
    await store.write(lambda unit: unit.finish_command("telegram:1:1"))
    await store.write(lambda unit: unit.finish_command("telegram:1:0"))  # too late: it stays given up
    assert await store.read(_claims) == {}
    if isinstance(store, MemoryStore):
        assert store.finished == {"telegram:1:0": "RecipientGone", "telegram:1:1": None}
    else:
        assert isinstance(store, SqlStore)
        assert _rows(store, "SELECT id, status, fault, payload FROM commands") == [
            ("telegram:1:0", "dead", "RecipientGone", None),
            ("telegram:1:1", "done", None, None),
        ]


async def test_effects_that_were_given_up_are_told_of_the_newest_conversations(store: Store) -> None:
    day = timedelta(days=1)

    def give_up(unit: Transaction) -> None:
        for name, started_at, effect in (("old", NOON - day, 1), ("new", NOON, 2)):
            unit.save(conversation(name, started_at=started_at))
            unit.add_effects(name, MAY, [send(10 * effect), send(10 * effect + 1)])
            unit.finish_command(f"telegram:1:{10 * effect}", fault=f"the {name} one is gone")
            unit.finish_command(f"telegram:1:{10 * effect + 1}")

    await store.write(give_up)
    old, new = "the old one is gone", "the new one is gone"
    for since, told in ((NOON - day, (old, new)), (NOON, (new,)), (NOON + day, ())):
        assert await store.read(lambda view, since=since: view.given_up(since)) == told  # type: ignore[misc]


async def test_an_effect_is_stored_once(store: Store) -> None:
    """Done or not: a second one with its id is a bug, and undoes the transaction."""
    await store.write(lambda unit: unit.add_effects("c1", MAY, [send(0)]))

    def again(unit: Transaction) -> None:
        unit.save(conversation())
        unit.add_effects("c1", MAY, [send(1), send(0)])

    with pytest.raises(StoreRefused) as caught:
        await store.write(again)
    assert "Which number?" not in str(caught.value)
    await store.write(lambda unit: unit.finish_command("telegram:1:0"))
    with pytest.raises(StoreError):
        await store.write(again)
    assert await store.read(lambda view: (view.conversation(MAY), view.pending(ALL))) == (None, ())


def _claims(view: Snapshot) -> dict[str, bool]:
    return {each.effect.id: each.claimed for each in view.pending(ALL)}


# Timers.


async def test_timers_come_due_in_the_order_of_their_moments(store: Store) -> None:
    elsewhere = timezone(timedelta(hours=9))

    def start(unit: Transaction) -> None:
        unit.start_timer("c1", MAY, "late", NOON + timedelta(hours=2))
        unit.start_timer("c2", SAM, "early", (NOON + timedelta(minutes=1)).astimezone(elsewhere))
        unit.start_timer("c1", MAY, "middle", NOON + timedelta(minutes=1, microseconds=1))

    await store.write(start)
    fired = []
    while timer := await store.read(lambda view: view.next_timer(ALL)):
        fired.append((timer.lane, timer.conversation, timer.key, timer.due_at))
        assert await store.write(lambda unit, timer=timer: unit.fire_timer(timer.id))  # type: ignore[misc]
    assert fired == [
        (SAM, "c2", "early", NOON + timedelta(minutes=1)),
        (MAY, "c1", "middle", NOON + timedelta(minutes=1, microseconds=1)),
        (MAY, "c1", "late", NOON + timedelta(hours=2)),
    ]


async def test_a_timer_fires_once(store: Store) -> None:
    timer = await _started(store, NOON)
    assert await store.write(lambda unit: unit.fire_timer(timer.id)) is True
    assert await store.write(lambda unit: unit.fire_timer(timer.id)) is False


async def test_a_timer_that_was_replaced_does_not_fire(store: Store) -> None:
    old = await _started(store, NOON)
    new = await _started(store, NOON + timedelta(hours=1))
    assert new.due_at == NOON + timedelta(hours=1)
    assert await store.write(lambda unit: unit.fire_timer(old.id)) is False
    assert await store.read(lambda view: view.next_timer(ALL)) == new


async def test_the_number_of_a_timer_is_never_given_again(store: Store) -> None:
    """Whoever still holds an old one cannot fire another timer with it."""
    old = await _started(store, NOON)
    await store.write(lambda unit: unit.cancel_timer("c1", old.key))
    new = await _started(store, NOON)
    assert await store.write(lambda unit: unit.fire_timer(old.id)) is False
    assert await store.read(lambda view: view.next_timer(ALL)) == new


async def test_a_timer_that_was_cancelled_is_gone(store: Store) -> None:
    timer = await _started(store, NOON)
    await store.write(lambda unit: unit.cancel_timer("c1", "another"))
    assert await store.read(lambda view: view.next_timer(ALL)) == timer
    await store.write(lambda unit: unit.cancel_timer("c1", timer.key))
    assert await store.read(lambda view: view.next_timer(ALL)) is None
    assert await store.write(lambda unit: unit.fire_timer(timer.id)) is False


async def _started(store: Store, due_at: datetime) -> DueTimer:
    await store.write(lambda unit: unit.start_timer("c1", MAY, "no_answer", due_at))
    timer = await store.read(lambda view: view.next_timer(ALL))
    assert timer is not None
    return timer


# Budgets, feedback, texts that nothing matched, the audit.


async def test_a_budget_tells_when_it_was_spent_since_a_moment(store: Store) -> None:
    """The moment itself counts; whole seconds and fractions sort as they happened, wherever they were read."""
    moments = [NOON + timedelta(microseconds=each) for each in (2_000_000, 0, -1, 500_000)]

    def spend(unit: Transaction) -> None:
        for at in moments:
            unit.spend("resend:c1", at)
        unit.spend("resend:c2", NOON)

    await store.write(spend)
    since = NOON.astimezone(timezone(timedelta(hours=-5)))
    assert await store.read(lambda view: view.spent("resend:c1", since)) == (
        NOON,
        NOON + timedelta(milliseconds=500),
        NOON + timedelta(seconds=2),
    )
    assert await store.read(lambda view: view.spent("resend:c3", since)) == ()


async def test_what_was_spent_for_nothing_is_taken_back(store: Store) -> None:
    later = NOON + timedelta(microseconds=1)

    def spend(unit: Transaction) -> None:
        for budget, at in (("resend:c1", NOON), ("resend:c1", later), ("resend:c2", NOON)):
            unit.spend(budget, at)
        unit.refund("resend:c1", NOON)
        unit.refund("resend:c3", NOON)

    await store.write(spend)
    assert await store.read(lambda view: view.spent("resend:c1", NOON)) == (later,)
    assert await store.read(lambda view: view.spent("resend:c2", NOON)) == (NOON,)


async def test_feedback_is_counted_by_article_and_language(store: Store) -> None:
    def give(unit: Transaction) -> None:
        for article, language, helpful in (
            ("signal", "en", True),
            ("signal", "en", True),
            ("signal", "en", False),
            ("signal", "fr", False),
        ):
            unit.add_feedback(article, language, helpful=helpful, at=NOON)

    await store.write(give)
    if isinstance(store, MemoryStore):
        counted = {key: (count.yes, count.no) for key, count in store.feedback.items()}
    else:
        assert isinstance(store, SqlStore)
        rows = _rows(store, "SELECT article, language, helped, not_helped FROM feedback")
        counted = {(article, language): (int(yes), int(no)) for article, language, yes, no in rows}
    assert counted == {("signal", "en"): (2, 1), ("signal", "fr"): (0, 1)}


async def test_a_text_that_nothing_matched_is_kept(store: Store) -> None:
    await store.write(lambda unit: unit.add_unmatched("my cat ate ••", "en", NOON))
    if isinstance(store, MemoryStore):
        kept = [(words, language) for words, language, _ in store.unmatched]
    else:
        assert isinstance(store, SqlStore)
        kept = [(row[0], row[1]) for row in _rows(store, "SELECT text, language FROM unmatched")]
    assert kept == [("my cat ate ••", "en")]


async def test_the_audit_keeps_its_order_and_its_details(store: Store) -> None:
    records = (
        AuditRecord(at=NOON, conversation="c1", action=Action.STARTED),
        AuditRecord(
            at=NOON - timedelta(1),
            conversation="c2",
            action=Action.HANDED_OFF,
            details={"tried": ("a", "b"), "n": 2},
        ),
    )
    for record in records:
        await store.write(lambda unit, record=record: unit.add_audit(record))  # type: ignore[misc]
    assert await store.read(lambda view: view.audit()) == records


# Transactions.


class _Broken(Exception):
    pass


def _everything(unit: Transaction) -> None:
    """Use every verb once."""
    unit.receive(Incoming(lane=SAM, event=text(9)))
    unit.finish_event("telegram:1")
    unit.count_attempt("telegram:2")
    unit.finish_event("telegram:2", fault="KeyError")
    saved = unit.save(replace(conversation(), version=1, language="fr"))
    unit.save(replace(saved, case_code="K7Q"))
    unit.save(conversation("c2"))
    unit.add_line("c1", Line(at=NOON, direction=Direction.INCOMING, text="new"))
    unit.add_effects("c1", MAY, [send(5)])
    unit.claim("telegram:1:0")
    unit.finish_command("telegram:1:1")
    unit.start_timer("c1", MAY, "no_answer", NOON + timedelta(hours=9))
    unit.start_timer("c1", MAY, "another", NOON)
    unit.cancel_timer("c1", "no_answer")
    unit.spend("resend:c1", NOON)
    unit.spend("resend:c2", NOON)
    unit.refund("resend:c2", NOON)
    unit.add_feedback("signal", "en", helpful=True, at=NOON)
    unit.add_unmatched("cat", "en", NOON)
    unit.add_audit(AuditRecord(at=NOON, conversation="c1", action=Action.STARTED))


def _visible(view: Snapshot) -> tuple[object, ...]:
    """Look through every window."""
    return (
        view.waiting_lanes(ALL),
        view.next_event(MAY),
        view.next_event(SAM),
        view.conversation(MAY),
        view.case("K7Q"),
        view.transcript("c1"),
        view.pending(ALL),
        view.next_timer(ALL),
        view.spent("resend:c1", NOON),
        view.audit(),
    )


async def _prepare(store: Store) -> None:
    await receive(store, MAY, text(1), text(2))
    await store.write(lambda unit: unit.save(conversation()))
    await store.write(lambda unit: unit.add_effects("c1", MAY, [send(0), send(1)]))
    await store.write(
        lambda unit: unit.add_line("c1", Line(at=NOON, direction=Direction.INCOMING, text="old"))
    )
    await _started(store, NOON)


async def test_what_work_raises_undoes_all_of_it(store: Store) -> None:
    """Nothing is left behind, and the same work then does what it would have done."""

    def fail(unit: Transaction) -> None:
        _everything(unit)
        raise _Broken

    await _prepare(store)
    before = await store.read(_visible)
    with pytest.raises(_Broken):
        await store.write(fail)
    assert await store.read(_visible) == before
    assert await store.write(lambda unit: unit.count_attempt("telegram:2")) == 1
    await store.write(_everything)
    after = await store.read(_visible)
    assert all(old != new for old, new in zip(before, after, strict=True))


async def test_a_transaction_sees_what_it_wrote(store: Store) -> None:
    await _prepare(store)

    def work(unit: Transaction) -> tuple[object, ...]:
        _everything(unit)
        return _visible(unit)

    assert await store.write(work) == await store.read(_visible)


async def test_write_returns_what_work_returns(store: Store) -> None:
    assert await store.write(lambda _: "result") == "result"
    assert await store.read(lambda _: "result") == "result"


async def test_what_work_raises_in_read_reaches_the_caller(store: Store) -> None:
    def fail(_: Snapshot) -> None:
        raise _Broken

    with pytest.raises(_Broken):
        await store.read(fail)
    assert await store.read(lambda view: view.pending(ALL)) == ()


async def test_other_tasks_run_while_the_store_works(store: Store) -> None:
    ran: list[str] = []
    for verb in (store.read, store.write):
        asyncio.get_running_loop().call_soon(ran.append, "other")
        await verb(lambda _: None)
    assert ran == ["other", "other"]


async def test_a_cancelled_caller_harms_nobody(store: Store) -> None:
    """Its work is stored whole or not at all; the next one's is stored."""
    tasks = [asyncio.ensure_future(receive(store, MAY, text(each))) for each in range(20)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert results[1::2] == [[True]] * 10
    assert await receive(store, MAY, text(100)) == [True]
    waiting = set()
    while event := await store.read(lambda view: view.next_event(MAY)):
        waiting.add(event.id)
        await store.write(lambda unit, event=event: unit.finish_event(event.id))  # type: ignore[misc]
    assert waiting >= {f"telegram:{each}" for each in (*range(1, 20, 2), 100)}


async def test_a_lost_race_loses_no_increment(store: Store) -> None:
    """Compare-and-set: of two turns over the same version one is told to repeat."""
    await store.write(lambda unit: unit.save(conversation()))

    async def count() -> None:
        for _ in range(10):
            while True:
                found = await store.read(lambda view: view.conversation(MAY))
                assert found is not None
                try:
                    await store.write(partial(_raise_screen, found))
                    break
                except StaleConversation:
                    continue

    await asyncio.gather(*(count() for _ in range(4)))
    found = await store.read(lambda view: view.conversation(MAY))
    assert found is not None
    assert (found.screen, found.version) == (40, 41)


def _raise_screen(found: Conversation, unit: Transaction) -> None:
    unit.save(replace(found, screen=found.screen + 1))


async def test_a_closed_store_takes_no_work(store: Store) -> None:
    await store.close()
    await store.close()
    with pytest.raises(StoreError, match="closed"):
        await store.write(lambda _: None)
    with pytest.raises(StoreError, match="closed"):
        await store.read(lambda _: None)


# What only a database can show.


async def test_close_finishes_what_runs(url: str, tmp_path: Path) -> None:
    store = SqlStore(url)
    tasks = [asyncio.ensure_future(receive(store, MAY, text(each))) for each in range(GROUP * 2 + 1)]
    await asyncio.sleep(0)
    await store.close()
    assert await asyncio.gather(*tasks) == [[True]] * (GROUP * 2 + 1)
    assert "-wal" not in _files(tmp_path)
    again = SqlStore(url)
    assert await again.read(lambda view: view.next_event(MAY)) == text(0)
    await again.close()


def _files(folder: Path) -> str:
    return " ".join(each.name for each in folder.iterdir())


async def test_writes_that_wait_share_a_commit_and_a_failing_one_is_undone_alone(database: SqlStore) -> None:
    counted = _Counting(database._writer.session)
    database._writer.session = counted
    started, go = threading.Event(), threading.Event()

    def hold(unit: Transaction) -> None:
        started.set()
        assert go.wait(10)

    def fail(unit: Transaction) -> list[bool]:
        unit.receive(Incoming(lane=MAY, event=text(2)))
        raise _Broken

    held = asyncio.ensure_future(database.write(hold))
    await asyncio.to_thread(started.wait, 10)
    group = [asyncio.ensure_future(receive(database, MAY, text(1)))]
    group += [
        asyncio.ensure_future(database.write(fail)),
        asyncio.ensure_future(receive(database, MAY, text(3))),
    ]
    await asyncio.sleep(0)
    go.set()
    await held
    results = await asyncio.gather(*group, return_exceptions=True)
    assert [results[0], type(results[1]), results[2]] == [[True], _Broken, [True]]
    assert (counted.begun, counted.committed) == (2, 2)
    assert await receive(database, MAY, text(1), text(2), text(3)) == [False, True, False]


class _Counting:
    """A session that counts its transactions."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.begun = self.committed = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)

    def begin_writing(self) -> None:
        self.begun += 1
        self._session.begin_writing()

    def commit(self) -> None:
        self.committed += 1
        self._session.commit()


async def test_work_may_be_given_from_several_event_loops(database: SqlStore) -> None:
    def elsewhere() -> list[bool]:
        return asyncio.run(receive(database, SAM, text(2)))

    here = asyncio.ensure_future(receive(database, MAY, text(1)))
    assert await asyncio.to_thread(elsewhere) == [True]
    assert await here == [True]


async def test_a_loop_that_is_gone_does_not_stop_the_writer(database: SqlStore) -> None:
    started, go = threading.Event(), threading.Event()

    def hold(unit: Transaction) -> None:
        started.set()
        assert go.wait(10)

    async def leave() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(database.write(hold), 0.01)

    await asyncio.to_thread(asyncio.run, leave())
    assert started.is_set()
    go.set()
    assert await receive(database, MAY, text(1)) == [True]


async def test_stop_iteration_reaches_the_caller_as_a_bug(database: SqlStore) -> None:
    with pytest.raises(RuntimeError, match="StopIteration"):
        await database.write(lambda _: next(iter(())))


async def test_a_read_sees_one_moment_while_others_write(database: SqlStore) -> None:
    began, written = threading.Event(), threading.Event()

    def look_twice(view: Snapshot) -> tuple[object, object]:
        before = view.next_event(MAY)
        began.set()
        assert written.wait(10)
        return before, view.next_event(MAY)

    reading = asyncio.ensure_future(database.read(look_twice))
    await asyncio.to_thread(began.wait, 10)
    await receive(database, MAY, text(1))
    written.set()
    assert await reading == (None, None)
    assert await database.read(lambda view: view.next_event(MAY)) == text(1)


async def test_a_read_does_not_wait_for_a_write_that_is_open(database: SqlStore, other: Session) -> None:
    await receive(database, MAY, text(1))
    other.begin_writing()
    other.execute("DELETE FROM inbox")
    assert await database.read(lambda view: view.next_event(MAY)) == text(1)
    other.rollback()


async def test_a_locked_database_is_busy_and_works_when_it_is_free(url: str, other: Session) -> None:
    store = SqlStore(url, busy_timeout_s=0.02)
    other.begin_writing()
    with pytest.raises(StoreBusy, match="is locked by another process") as caught:
        await receive(store, MAY, text(1))
    assert store._engine.name in str(caught.value)
    other.commit()
    assert await receive(store, MAY, text(1)) == [True]
    await store.close()


async def test_a_short_lock_is_waited_for(database: SqlStore, other: Session) -> None:
    other.begin_writing()
    waiting = asyncio.ensure_future(receive(database, MAY, text(1)))
    done, _ = await asyncio.wait({waiting}, timeout=0.05)
    assert not done
    other.commit()
    assert await waiting == [True]


async def test_two_stores_on_one_database_lose_nothing(url: str) -> None:
    stores = [SqlStore(url) for _ in range(2)]
    accepted = await asyncio.gather(
        *(receive(store, MAY, text(each)) for each in range(100) for store in stores)
    )
    assert sum(each == [True] for each in accepted) == 100, "each event is accepted by one of the two"
    found = await stores[0].read(lambda view: view.next_event(MAY))
    assert found is not None
    assert len(_rows(stores[1], "SELECT event FROM inbox")) == 100
    for store in stores:
        await store.close()


async def test_the_audit_chain_holds_and_refuses_change(database: SqlStore, other: Session) -> None:
    await _audited(database)
    found = await database.verify_audit()
    assert (found.records, found.broken_at) == (3, None)
    assert found.head == other.execute("SELECT hash FROM audit WHERE seq = 3").fetchone()[0]
    for change in ("UPDATE audit SET action = 'stopped'", "DELETE FROM audit WHERE seq = 3"):
        with pytest.raises(database._engine.broken, match="only appended to"):
            other.execute(change)
    assert await database.verify_audit() == found


@pytest.mark.parametrize(
    ("tamper", "broken_at"),
    [
        ("UPDATE audit SET details = '{\"n\":9}' WHERE seq = 2", 2),
        ("UPDATE audit SET at = '2020' WHERE seq = 1", 1),
        ("DELETE FROM audit WHERE seq = 2", 3),
        ("UPDATE audit SET seq = CASE seq WHEN 2 THEN 30 ELSE 20 END WHERE seq > 1", 20),
    ],
)
async def test_the_audit_chain_shows_what_was_changed(
    database: SqlStore, other: Session, tamper: str, broken_at: int
) -> None:
    """Whoever can drop the triggers can edit, delete or reorder, but not unseen."""
    await _audited(database)
    _let_change(other, database)
    other.execute(tamper)
    assert (await database.verify_audit()).broken_at == broken_at


async def test_a_cut_off_audit_has_another_head(database: SqlStore, other: Session) -> None:
    await _audited(database)
    noted = (await database.verify_audit()).head
    _let_change(other, database)
    other.execute("DELETE FROM audit WHERE seq = 3")
    cut = await database.verify_audit(noted)
    assert cut.head != noted
    assert (cut.broken_at, cut.has_noted) == (None, False), "all that is left holds"


async def test_a_head_that_was_noted_is_found_again_in_a_longer_chain(database: SqlStore) -> None:
    empty = await database.verify_audit()
    assert (empty.records, empty.has_noted) == (0, True)
    await _audited(database)
    noted = (await database.verify_audit()).head
    await _audited(database)
    found = await database.verify_audit(noted)
    assert (found.records, found.has_noted, found.head == noted) == (6, True, False)
    assert not (await database.verify_audit("0" * 63 + "1")).has_noted


def _let_change(other: Session, database: SqlStore) -> None:
    table = "" if isinstance(database._engine, SqliteEngine) else " ON audit"
    for change in ("update", "delete"):
        other.execute(f"DROP TRIGGER audit_refuses_{change}{table}")


async def _audited(store: Store) -> None:
    for number in range(3):
        record = AuditRecord(at=NOON, conversation="c1", action=Action.CALL_RETURNED, details={"n": number})
        await store.write(lambda unit, record=record: unit.add_audit(record))  # type: ignore[misc]


async def test_a_row_that_cannot_be_read_is_named_but_not_shown(database: SqlStore, other: Session) -> None:
    await receive(database, MAY, text(1))
    other.execute('UPDATE inbox SET payload = \'{"kind": "Nonsense", "text": "secret"}\'')
    with pytest.raises(StoreError, match="Table inbox, row 'telegram:1'") as caught:
        await database.read(lambda view: view.next_event(MAY))
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None


async def test_a_table_that_is_missing_is_an_outdated_schema(database: SqlStore, other: Session) -> None:
    other.execute("ALTER TABLE messages RENAME COLUMN choices TO buttons")
    with pytest.raises(StoreOutdated, match="sparekey db upgrade"):
        await database.read(lambda view: view.transcript("c1"))
    other.execute("DROP TABLE timers")
    with pytest.raises(StoreOutdated, match="sparekey db upgrade"):
        await database.write(lambda unit: unit.fire_timer(1))


# What only a file can show.


async def test_a_full_disk_loses_nothing_that_was_stored(file: Path) -> None:
    """
    A process whose files cannot grow is told so, keeps what it has, and goes on when there is space.

    The limit is the system's own (RLIMIT_FSIZE), so the refusal comes from a real write.
    """
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "tests.contracts.full_disk", str(file)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["faults"] == [StoreFull.__name__] * len(seen["faults"])
    assert len(seen["faults"]) == 4
    assert all(str(file) in message and "Free some space" in message for message in seen["messages"])
    assert seen["lines_when_full"] == seen["lines_before"]
    assert seen["lines_after"] == seen["lines_before"] + 1
    assert seen["integrity"] == "ok"


async def test_what_was_done_is_forgotten(file: Path) -> None:
    """No byte of a finished event, of a finished effect or of a slot that was emptied is left in any file."""
    store = SqlStore(f"sqlite:///{file}")
    kept = await store.write(lambda unit: unit.save(conversation(slots={"phone": "canary-slot"})))
    for number in range(150):
        effects: list[Effect] = [send(number, f"canary-effect-{number} " * (number % 7 + 1))]
        await receive(store, MAY, text(number, f"canary-event-{number} " * (number % 40 + 1)))
        await store.write(lambda unit, effects=effects: unit.add_effects("c1", MAY, effects))  # type: ignore[misc]
    assert b"canary-slot" in _bytes(file)
    assert b"canary-event-149" in _bytes(file)
    for number in range(150):
        await store.write(lambda unit, number=number: unit.finish_event(f"telegram:{number}"))  # type: ignore[misc]
        await store.write(lambda unit, number=number: unit.finish_command(f"telegram:1:{number}"))  # type: ignore[misc]
    await store.write(lambda unit: unit.save(replace(kept, slots={})))
    await store.close()
    assert b"canary" not in _bytes(file)


def _bytes(file: Path) -> bytes:
    return b"".join(each.read_bytes() for each in file.parent.glob(f"{file.name}*"))


def test_a_record_seals_what_came_before_it() -> None:
    """SHA-256 over the previous hash and the record's canonical JSON, as anybody can compute."""
    record = {"at": "2026", "conversation": "c1", "action": "started", "details": "{}"}
    seals = [chain.seal(previous, **record) for previous in (chain.GENESIS, "f" * 64)]
    written = '{"action":"started","at":"2026","conversation":"c1","details":"{}"}'
    assert seals == [
        hashlib.sha256((previous + written).encode()).hexdigest() for previous in (chain.GENESIS, "f" * 64)
    ]


def test_equal_details_have_one_canonical_form() -> None:
    mixed = MappingProxyType({"b": ("x",), "a": MappingProxyType({"d": 1, "c": None})})
    assert chain.canonical(mixed) == '{"a":{"c":null,"d":1},"b":["x"]}'  # type: ignore[arg-type]


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("remember the milk " * 100)
    with pytest.raises(StoreError, match=r"notes\.txt is no SQLite database"):
        SqlStore(f"sqlite:///{file}")


@pytest.mark.parametrize(
    "address", ["sqlite://", "sqlite:///:memory:", "postgresql://host", "mysql://host/db", "nonsense", ""]
)
def test_an_address_of_no_database_is_refused(address: str) -> None:
    with pytest.raises(ConfigError, match="SPAREKEY_DATABASE_URL"):
        SqlStore(address)


async def test_what_is_acknowledged_is_synced(sqlite: SqlStore) -> None:
    """The settings that durability, privacy and waiting rest upon, as the connections in use have them."""
    expected = {
        "journal_mode": "wal",
        "synchronous": 2,
        "secure_delete": 1,
        "temp_store": 2,
        "busy_timeout": 5000,
    }
    for worker in (sqlite._writer, *sqlite._readers):
        run = worker.session.execute
        assert {name: run(f"PRAGMA {name}").fetchone()[0] for name in expected} == expected


def test_no_statement_of_a_turn_walks_through_history(file: Path) -> None:
    """Whatever waits is found by an index, so the cost of a turn does not grow with what is stored."""
    whole = {"audit", "pending", "waiting_lanes", "unprocessed"}
    whoever_looks_after_it = {"set_aside", "given_up"}
    few = {"processes", "forget_processes", "shares"}  # as many rows as there are processes and shares
    engine = engine_of(f"sqlite:///{file}")
    session = engine.open()
    turns = {name: each for name, each in vars(engine.statements).items() if isinstance(each, str)}
    assert len(turns) > 30
    for name, statement in turns.items():
        parameters = dict.fromkeys(_parameters(statement))
        plan = [row[3] for row in session.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
        scans = [step for step in plan if step.startswith("SCAN") and "CONSTANT" not in step]
        if name in few:
            continue
        if name in whoever_looks_after_it:
            continue
        if name in whole:
            assert name == "audit" or all("_waiting" in step for step in scans), (name, plan)
        elif name in {"audit_head", "next_timer"}:  # one step along an index or the table's own order
            assert not any("TEMP B-TREE" in step for step in plan), (name, plan)
        else:
            assert not scans, (name, plan)
            assert not any("TEMP B-TREE" in step for step in plan), (name, plan)
    session.close()


def _parameters(statement: str) -> set[str]:
    return set(re.findall(r":(\w+)", statement))
