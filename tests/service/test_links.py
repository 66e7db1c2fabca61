"""One-time links: they work once and for ten minutes, tell only whose account it is, and leave no secret behind."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.adapters.storage import migrate
from bot.adapters.storage.store import SqlStore
from bot.core.calls import NO_ACCOUNT
from bot.core.commands import SendMessage
from bot.core.conversation import AccountLink, Frame
from bot.core.engine import step
from bot.core.events import AccountLinked, AccountUnlinked, CallReturned, ConversationStarted
from bot.core.vocabulary import Action, Outcome, Status, Trust
from bot.errors import StaleConversation
from bot.ports import Incoming, Lane, Store
from bot.rehearsal.person import MORNING, Person, playing
from bot.service.intake import Intake
from bot.service.links import LIVES, Links, UnknownAccount
from bot.service.reading import Reader
from bot.service.turn import Prepared, commit, prepare
from bot.testing import ManualClock, MemoryStore


def other(person: Person, contact: str) -> Person:
    """Somebody else at the same desk."""
    return Person(person.desk, person.channel, person.clock, person.store, person.accounts, contact)


@asynccontextmanager
async def at_desk(reader: Reader, directory: Path, store: Store | None = None) -> AsyncIterator[Person]:
    async with playing(reader, directory, store=store) as person:
        yield person


async def trust(person: Person) -> Trust:
    return (await person.conversation()).trust


async def test_an_address_links_one_chat_once(reader: Reader, tmp_path: Path) -> None:
    async with at_desk(reader, tmp_path) as mei:
        address = await Links(mei.store, mei.clock).invite("mei")
        thief = other(mei, "thief")
        await mei.open_address(address.payload)
        refused = await thief.open_address(address.payload)
        assert (await trust(mei), await trust(thief)) == (Trust.LINKED, Trust.ANONYMOUS)
        assert "cannot be used" in refused[0].text
        again = await mei.open_address(address.payload)  # a second tap takes nothing away
        assert "cannot be used" in again[0].text
        assert await trust(mei) is Trust.LINKED


@pytest.mark.parametrize("late", [timedelta(0), timedelta(days=1)])
async def test_an_address_that_expired_or_never_was_one_is_refused_alike(
    reader: Reader, tmp_path: Path, late: timedelta
) -> None:
    async with at_desk(reader, tmp_path) as mei:
        address = await Links(mei.store, mei.clock).invite("mei")
        await mei.start()
        mei.clock.advance(LIVES + late)
        expired = await mei.open_address(address.payload)
        guessed = await mei.open_address("link-" + "A" * 43)
        assert [one.text for one in expired] == [one.text for one in guessed]
        assert await trust(mei) is Trust.ANONYMOUS


async def test_another_payload_links_nothing_and_refuses_nothing(reader: Reader, tmp_path: Path) -> None:
    async with at_desk(reader, tmp_path) as mei:
        said = await mei.open_address("support")
        assert "cannot be used" not in said[0].text


async def test_a_second_link_takes_the_place_of_the_first(reader: Reader, tmp_path: Path) -> None:
    async with at_desk(reader, tmp_path) as mei:
        await mei.link("mei")
        await mei.link("alex")
        link = (await mei.conversation()).link
        assert link is not None
        assert (link.account, link.until) == ("alex", MORNING + timedelta(days=30))


async def test_two_turns_that_took_one_address_at_once_link_one_chat(reader: Reader) -> None:
    """Whoever commits second finds it gone, and takes the turn again without it."""
    store, clock = MemoryStore(), ManualClock(MORNING)
    address = await Links(store, clock).invite("mei")
    lanes = [Lane("telegram", "one"), Lane("telegram", "two")]
    intake = Intake(store, lambda: reader, lambda _: None)
    for lane in lanes:
        event = ConversationStarted(id=lane.contact, at=MORNING, payload=address.payload)
        await intake.receive([Incoming(lane=lane, event=event)])

    async def turn_of(lane: Lane) -> Prepared:
        turn = await store.read(lambda view: prepare(view, lane, reader, MORNING, lambda: lane.contact))
        assert turn is not None
        return turn

    first, second = [await turn_of(lane) for lane in lanes]
    assert first.step.conversation.trust is second.step.conversation.trust is Trust.LINKED
    await store.write(lambda tx: commit(tx, first))
    with pytest.raises(StaleConversation):
        await store.write(lambda tx: commit(tx, second))
    assert (await turn_of(lanes[1])).step.conversation.trust is Trust.ANONYMOUS


async def test_neither_the_secret_nor_the_account_is_left_behind(reader: Reader, tmp_path: Path) -> None:
    """The account is in the state of the conversation alone, until the link ends; of the secret only the digest ever was."""
    file = tmp_path / "sparekey.db"
    migrate.upgrade(f"sqlite:///{file}")
    store = SqlStore(f"sqlite:///{file}")
    async with at_desk(reader, tmp_path, store) as mei:
        address = await Links(store, mei.clock).invite("alex")
        await mei.open_address(address.payload)
        conversation = await mei.conversation()
        assert "alex" not in repr(conversation)
        lines = await store.read(lambda view: view.transcript(conversation.id))
        audit = await store.read(lambda view: view.audit())
        assert {Action.LINK_MADE, Action.LINKED} <= {record.action for record in audit}
        assert not any("alex" in repr(each) for each in (*lines, *audit))
        await mei.say("unlink")
        assert (await mei.conversation()).link is None
    await store.close()
    assert address.payload.encode() not in _bytes(tmp_path)


def _bytes(directory: Path) -> bytes:
    """Everything that the database has written, its log included."""
    return b"".join(each.read_bytes() for each in directory.glob("sparekey.db*"))


async def test_an_address_that_somebody_types_is_shown_to_no_agent_and_kept_nowhere(
    reader: Reader, tmp_path: Path
) -> None:
    """Whoever reads a payload within its ten minutes may open it, and their chat would be linked to the account."""
    async with at_desk(reader, tmp_path) as mei:
        address = await Links(mei.store, mei.clock).invite("mei")
        for words in (f"https://t.me/some_bot?start={address.payload}", f"/start {address.payload} it fails"):
            said = await mei.say(words)
            assert "removed" in said[0].text
        conversation = await mei.conversation()
        lines = await mei.store.read(lambda view: view.transcript(conversation.id))
        assert any("[removed: token]" in line.text for line in lines)
        assert not any(address.payload[:20] in line.text for line in lines)


def test_neither_shows_in_a_repr() -> None:
    event = AccountLinked(id="e", at=MORNING, account="the-account", until=MORNING)
    opened = ConversationStarted(id="e", at=MORNING, payload="link-secret")
    assert "the-account" not in repr(event)
    assert "secret" not in repr(opened)


async def test_a_takeover_that_anybody_reports_silences_the_account_for_everybody_linked(
    reader: Reader, tmp_path: Path
) -> None:
    async with at_desk(reader, tmp_path) as mei:
        thief = other(mei, "thief")
        await thief.link("mei")
        await mei.link("mei")
        await mei.say("my account was hacked")
        await mei.pick("skip")
        await mei.pick("yes")
        assert await trust(mei) is Trust.ANONYMOUS
        await mei.accounts.report("mei", "sms", "delivered")
        await thief.say("no otp coming")
        assert await thief.where() == "no_sms.tapped_send"
        assert not any(
            "ends in" in message.text for contact, message in mei.channel.sent if contact == "thief"
        )


async def test_logging_out_on_the_site_ends_the_link(reader: Reader, tmp_path: Path) -> None:
    async with at_desk(reader, tmp_path) as mei:
        until = MORNING + timedelta(minutes=5)
        await mei.do(AccountLinked(id="in", at=MORNING, account="mei", until=until))
        assert await trust(mei) is Trust.LINKED
        await mei.do(AccountUnlinked(id="out", at=MORNING))
        assert await trust(mei) is Trust.ANONYMOUS
        assert await mei.do(replace(AccountUnlinked(id="out", at=MORNING), id="again")) == []


async def test_a_link_outlives_the_conversation_and_ends_on_its_day(reader: Reader, tmp_path: Path) -> None:
    async with at_desk(reader, tmp_path) as mei:
        await mei.link("mei")
        await mei.say("stop")
        mei.clock.advance(timedelta(days=29))
        await mei.say("hello")
        assert await trust(mei) is Trust.LINKED
        mei.clock.advance(timedelta(days=1))
        await mei.say("hello")
        assert await trust(mei) is Trust.ANONYMOUS


async def test_what_was_asked_before_the_link_tells_nothing_after_it(reader: Reader, tmp_path: Path) -> None:
    """Somebody asks for a code for another account, and links their own before the answer is there."""
    async with at_desk(reader, tmp_path) as mei:
        await mei.link("mei")
        await mei.accounts.report("mei", "sms", "failed", "refused")
        await mei.say("no otp coming")
        await mei.pick("done")
        await mei.accounts.force("unusable")
        await mei.pick("yes")
        assert await mei.where() == "no_sms.other_ways"  # the owner is told
        conversation = await mei.conversation()
        foreign = CallReturned(
            id="late", at=MORNING, operation="resend_code", outcome=Outcome.UNUSABLE, call="c", account=None
        )
        waiting = replace(
            conversation,
            stack=(Frame(flow="resend_code", state="wait_for_it", call="c", call_state="send"),),
        )
        after = step(waiting, foreign, reader.catalog, MORNING)
        assert not any(isinstance(command, SendMessage) for command in after.commands)
        own = step(waiting, replace(foreign, account="mei"), reader.catalog, MORNING)
        assert any(isinstance(command, SendMessage) for command in own.commands)


async def test_an_account_that_the_account_system_does_not_know_ends_its_link(
    reader: Reader, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is down, so nobody is told so; whoever runs the site is told what is wrong, and not whose reference it was."""
    async with at_desk(reader, tmp_path) as mei:
        await mei.link("acc-4711")
        said = await mei.say("no otp coming")
        assert await trust(mei) is Trust.ANONYMOUS
        told = said[-1].text
        assert "does not find the account" in told
        assert "cannot be reached" not in told
        assert await mei.where() == "no_sms.tapped_send", "the topic begins anew, as for anybody"
    warnings = [record.message for record in caplog.records if "/linked-case" in record.message]
    assert warnings
    assert not any("4711" in warning for warning in warnings)


async def test_a_ticket_for_an_account_that_nobody_knows_becomes_a_case_of_ours(
    reader: Reader, tmp_path: Path
) -> None:
    """It was promised, and it is not tried for days."""
    async with at_desk(reader, tmp_path) as mei:
        await mei.say("no otp coming")
        conversation = await mei.conversation()
        linked = replace(
            conversation, link=AccountLink(account="acc-4711", until=MORNING + timedelta(days=30)), stack=()
        )
        lost = CallReturned(
            id="late",
            at=MORNING,
            operation="open_reset_ticket",
            outcome=Outcome.UNAVAILABLE,
            call="c",
            account="acc-4711",
            data={"reason": NO_ACCOUNT},
        )
        after = step(linked, lost, reader.catalog, MORNING)
        assert after.conversation.status is Status.OPEN
        assert after.conversation.link is None


async def test_no_address_is_made_for_an_account_that_nobody_knows(reader: Reader, tmp_path: Path) -> None:
    async with at_desk(reader, tmp_path) as mei:
        links = Links(mei.store, mei.clock, mei.accounts)
        assert (await links.invite("mei")).payload
        with pytest.raises(UnknownAccount):
            await links.invite("acc-4711")
        await mei.accounts.force("unavailable", operation="linked_case")
        assert (await links.invite("acc-4711")).payload, "it may be known"
