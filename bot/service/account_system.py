"""
The account system as the service asks it: within a time limit, and with an outcome for everything that goes wrong.

`MAKE` says how the call of a flow becomes a call of the port, for every operation on an account.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Final

from bot.core.calls import NO_ACCOUNT, OPERATIONS
from bot.core.commands import CallBackend
from bot.core.vocabulary import Action, Outcome
from bot.ports import AccountBackend, Reply
from bot.service.breaker import Breaker
from bot.service.faults import described

_LOG = logging.getLogger(__name__)
#: Characters of an idempotency key; the account systems' own limits are this or more.
MAX_KEY: Final = 64
#: For whoever runs the site; without the reference, which is a person's.
UNKNOWN_REFERENCE: Final = (
    "The account system knows no account by the reference that a chat is linked to, so the link is ended. If the account "
    "was not deleted, let your site send the reference by which /linked-case finds it."
)


def key_of(call: CallBackend) -> str:
    """Return the key of a call: its id, or where that is too long for a key, e.g. after a timer, the id's SHA-256."""
    plain = len(call.id) <= MAX_KEY and all("!" <= letter <= "~" for letter in call.id)
    return call.id if plain else hashlib.sha256(call.id.encode("utf-8", "surrogatepass")).hexdigest()


def _resend_code(backend: AccountBackend, call: CallBackend, case: str) -> Awaitable[Reply]:
    return backend.resend_code(
        case=case,
        channel=str(call.arguments.get("channel")),
        purpose=str(call.arguments.get("purpose")),
        idempotency_key=key_of(call),
    )


def _start_password_reset(backend: AccountBackend, call: CallBackend, case: str) -> Awaitable[Reply]:
    return backend.start_password_reset(
        case=case, channel=str(call.arguments.get("channel")), idempotency_key=key_of(call)
    )


def _open_reset_ticket(backend: AccountBackend, call: CallBackend, case: str) -> Awaitable[Reply]:
    items = call.arguments.get("items")
    return backend.open_reset_ticket(
        case=case,
        items=items if isinstance(items, tuple) else (),
        reason=str(call.arguments.get("reason")),
        external_ref=str(call.arguments.get("external_ref")),
        idempotency_key=key_of(call),
    )


def _begin(backend: AccountBackend, call: CallBackend) -> Awaitable[Reply]:
    if isinstance(account := call.arguments.get("account"), str):
        return backend.linked_case(account=account)
    return backend.begin_case(identifier=str(call.arguments.get("identifier")))


def _account_state(backend: AccountBackend, _call: CallBackend, case: str) -> Awaitable[Reply]:
    return backend.account_state(case=case)


def _delivery_status(backend: AccountBackend, call: CallBackend, case: str) -> Awaitable[Reply]:
    return backend.delivery_status(case=case, channel=str(call.arguments.get("channel")))


#: Operation on an account -> how it is made; the command's id is its key.
MAKE: Final[Mapping[str, Callable[[AccountBackend, CallBackend, str], Awaitable[Reply]]]] = {
    "resend_code": _resend_code,
    "start_password_reset": _start_password_reset,
    "open_reset_ticket": _open_reset_ticket,
    "account_state": _account_state,
    "delivery_status": _delivery_status,
}


class AccountSystem:
    """
    The account system behind a time limit and a circuit breaker.

    Args:
        backend: The adapter.
        timeout_s: Seconds after which nobody waits for an answer any more.
        now: Tells the present, aware UTC.
    """

    def __init__(self, backend: AccountBackend, timeout_s: float, now: Callable[[], datetime]) -> None:
        self._backend, self._timeout_s = backend, timeout_s
        self._breaker = Breaker(now)

    async def case_of(self, call: CallBackend) -> str | Reply:
        """Return the case that a call is about; a reply if there is none, and the call cannot be made."""
        if isinstance(case := call.arguments.get("case"), str):
            return case
        begun = await self._guarded(lambda: _begin(self._backend, call), Outcome.UNAVAILABLE)
        if begun.outcome is Outcome.NOT_FOUND:
            _LOG.warning(UNKNOWN_REFERENCE, extra={"action": Action.UNLINKED})
            return Reply(outcome=Outcome.UNAVAILABLE, data={"reason": NO_ACCOUNT})
        case = begun.data.get("case")
        accepted = begun.outcome is Outcome.ACCEPTED and isinstance(case, str)
        return str(case) if accepted else Reply(outcome=Outcome.UNAVAILABLE)

    async def make(self, call: CallBackend, case: str) -> Reply:
        """Make a call about a case; its reply names the case too."""
        lost = Outcome.UNKNOWN if OPERATIONS[call.operation].tells is None else Outcome.UNAVAILABLE
        reply = await self._guarded(lambda: MAKE[call.operation](self._backend, call, case), lost)
        return Reply(outcome=reply.outcome, data={**reply.data, "case": case})

    async def find_ticket(self, code: str) -> Reply:
        """Look up the ticket that was opened under a case code."""
        return await self._guarded(lambda: self._backend.find_ticket(external_ref=code), Outcome.UNAVAILABLE)

    async def _guarded(self, ask: Callable[[], Awaitable[Reply]], otherwise: Outcome) -> Reply:
        """Ask, unless it is known to be down, and turn whatever goes wrong into an outcome."""
        if not self._breaker.lets_through():
            return Reply(outcome=Outcome.UNAVAILABLE)
        reply = await self._asked(ask, otherwise)
        self._breaker.note(worked=reply.outcome not in (Outcome.UNAVAILABLE, Outcome.UNKNOWN))
        return reply

    async def _asked(self, ask: Callable[[], Awaitable[Reply]], otherwise: Outcome) -> Reply:
        """Wait for a reply, but not for ever."""
        try:
            # Not `wait_for`, which on Python 3.11 forgets that it was cancelled if the reply comes in that moment.
            async with asyncio.timeout(self._timeout_s):
                return await ask()
        except TimeoutError:
            _LOG.warning(
                "The account system did not answer in %s s.",
                self._timeout_s,
                extra={"action": Action.COMMAND_FAILED},
            )
        except Exception as fault:
            _LOG.error(
                "The account adapter failed; this is a fault of the adapter: %s",
                described(fault),
                extra={"action": Action.COMMAND_FAILED},
            )
        return Reply(outcome=otherwise)
