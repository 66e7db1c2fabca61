"""The worlds that account adapters are tested in: the adapter, and what stands behind it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from sqlmodel import select

from bot.adapters.accounts.addresses import parse_place
from bot.adapters.accounts.credentials import SharedSecret, SignatureGuard
from bot.adapters.accounts.demo import DemoAccounts
from bot.adapters.accounts.demo_tables import FaultRow
from bot.adapters.accounts.http import HttpAccounts
from bot.ports import AccountBackend
from examples.account_service.service import account_service
from tests.contracts.served import Served


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
    #: The service as a player sees it.
    behind: DemoAccounts

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
        self._open: list[DemoAccounts] = []
        #: The service as a player sees it.
        self.behind = self._service()
        self.backend: AccountBackend = self.behind

    def _service(self) -> DemoAccounts:
        self._open.append(DemoAccounts(self._path, clock=self.clock))
        return self._open[-1]

    async def another(self) -> AccountBackend:
        return self._service()

    async def restart(self) -> None:
        await self.close()
        self.backend = self.behind = self._service()

    async def add_account(self, *, username: str, phone: str, email: str) -> None:
        await self.behind.add_account(username=username, phone=phone, email=email)

    async def force(
        self, fault: str, *, times: int = 1, channel: str | None = None, operation: str = "resend_code"
    ) -> None:
        await self.behind.force(fault, times=times, channel=channel, operation=operation)

    async def delivered(self) -> tuple[str, ...]:
        return tuple(message.text for message in await self.behind.inbox())

    async def tickets(self) -> tuple[tuple[str, ...], ...]:
        return tuple(ticket.external_refs for ticket in await self.behind.tickets())

    async def close_ticket(self, external_ref: str) -> None:
        await self.behind.close_ticket(external_ref)

    async def reached(self) -> None:
        await asyncio.sleep(0)  # the calls queue up
        await self.behind.healthy()  # and are taken in turn

    async def called(self) -> int:
        return len(await self.behind.calls())

    async def close(self) -> None:
        while self._open:
            await self._open.pop().close()


SECRET = "a-secret-of-the-contract-tests-0123456789"


class HttpWorld(DemoWorld):
    """The example service on a loopback port, and the HTTP adapter before it; what stands behind is seen from behind."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self._adapters: list[HttpAccounts] = []
        self._serve()

    def _serve(self) -> None:
        self._served = Served(account_service(self.behind, SignatureGuard(SECRET, self.clock)))
        self.backend = self._adapter()

    def _adapter(self) -> HttpAccounts:
        place = parse_place(f"http://127.0.0.1:{self._served.port}")
        self._adapters.append(HttpAccounts(place, SharedSecret(SECRET), clock=self.clock, private=True))
        return self._adapters[-1]

    async def another(self) -> HttpAccounts:
        return self._adapter()

    async def restart(self) -> None:
        await self.close()
        self.behind = self._service()
        self._serve()

    async def reached(self) -> None:
        """Every fault that was forced is met: it is gone once the call that meets it is committed."""
        while await self.behind._run(lambda session: session.exec(select(FaultRow)).first()):
            await asyncio.sleep(0.005)

    async def close(self) -> None:
        while self._adapters:
            await self._adapters.pop().close()
        await asyncio.to_thread(self._served.stop)
        await super().close()


WORLDS = {"demo": DemoWorld, "http": HttpWorld}
