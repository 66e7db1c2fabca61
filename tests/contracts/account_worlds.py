"""The worlds that account adapters are tested in: the adapter, and what stands behind it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from bot.adapters.accounts.demo import DemoAccounts
from bot.ports import AccountBackend


class TurnedClock:
    """Time that stands still until a test turns it."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    async def sleep_until(self, moment: datetime | None) -> None:
        if moment is None:
            await asyncio.get_running_loop().create_future()
        else:
            self.moment = max(self.moment, moment)

    def turn(self, by: timedelta) -> None:
        self.moment += by


class AccountWorld(Protocol):
    """What the suite needs of an adapter's other side."""

    clock: TurnedClock

    @property
    def backend(self) -> AccountBackend:
        """The adapter."""
        ...

    async def another(self) -> AccountBackend:
        """Another instance of the adapter, as another process would have it."""
        ...

    async def restart(self) -> None:
        """Close everything and open it anew; `backend` is the new instance."""
        ...

    async def add_account(self, *, username: str, phone: str, email: str) -> None: ...

    async def force(
        self, fault: str, *, times: int = 1, channel: str | None = None, operation: str = "resend_code"
    ) -> None:
        """Force an outcome, or `lost` or `hang`, on the next calls."""
        ...

    async def delivered(self) -> tuple[str, ...]:
        """The texts that reached a phone or a mailbox, oldest first."""
        ...

    async def tickets(self) -> tuple[tuple[str, ...], ...]:
        """The references of every ticket, oldest first."""
        ...

    async def close_ticket(self, external_ref: str) -> None:
        """Close a ticket, as whoever works on it would."""
        ...

    async def reached(self) -> None:
        """Return when every call made so far has reached the account system, and its answer, if any, is back."""
        ...

    async def called(self) -> int:
        """How many calls with a key reached the account system."""
        ...

    async def close(self) -> None: ...


class DemoWorld:
    """The demo service on a file of its own."""

    def __init__(self, directory: Path) -> None:
        self.clock = TurnedClock()
        self._path = directory / "accounts.db"
        self.backend = DemoAccounts(self._path, clock=self.clock)
        self._open = [self.backend]
        self.add_account = self.backend.add_account

    async def another(self) -> DemoAccounts:
        self._open.append(DemoAccounts(self._path, clock=self.clock))
        return self._open[-1]

    async def restart(self) -> None:
        await self.close()
        self.backend = await self.another()

    async def force(
        self, fault: str, *, times: int = 1, channel: str | None = None, operation: str = "resend_code"
    ) -> None:
        await self.backend.force(fault, times=times, channel=channel, operation=operation)

    async def delivered(self) -> tuple[str, ...]:
        return tuple(message.text for message in await self.backend.inbox())

    async def tickets(self) -> tuple[tuple[str, ...], ...]:
        return tuple(ticket.external_refs for ticket in await self.backend.tickets())

    async def close_ticket(self, external_ref: str) -> None:
        await self.backend.close_ticket(external_ref)

    async def reached(self) -> None:
        await asyncio.sleep(0)  # the calls queue up
        await self.backend.healthy()  # and are taken in turn

    async def called(self) -> int:
        return len(await self.backend.calls())

    async def close(self) -> None:
        while self._open:
            await self._open.pop().close()


WORLDS = {"demo": DemoWorld}
