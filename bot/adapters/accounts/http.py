"""
An account system behind HTTP, as `docs/account-service.openapi.yaml` has it.

Whatever the other side does comes back as a reply of the port: what was certainly not executed is UNAVAILABLE, what may
have been is UNKNOWN, and nothing that it wrote is shown or logged but what `wire` lets through.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from bot.adapters.accounts import wire
from bot.adapters.accounts.addresses import Place
from bot.adapters.accounts.connection import Answer, AnswerLost, Connection, NotSent
from bot.adapters.accounts.credentials import KEY, Call, Credential
from bot.core.vocabulary import Action, Outcome
from bot.ports import Clock, Reply

_LOG = logging.getLogger(__name__)

#: Waits before a call is made again whose key is still being worked on, seconds.
_IN_FLIGHT_WAITS_S: Final = (0.2, 0.4, 0.8)
#: The wait where a `429` says none that can be read, and the longest one that is believed.
_USUAL_WAIT, _LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)


class HttpAccounts:
    """An `AccountBackend` over HTTP."""

    def __init__(
        self,
        place: Place,
        credential: Credential,
        *,
        clock: Clock,
        private: bool = False,
        timeout_s: float = 10.0,
    ) -> None:
        """
        Prepare the way; nothing is sent yet.

        Args:
            place: The base address.
            credential: Signs every call, or shows a token.
            clock: For signatures, and for waits that are told as seconds.
            private: Whether it may be at a private address.
            timeout_s: For one call.
        """
        self._credential, self._clock = credential, clock
        self._connection = Connection(place, private=private, timeout_s=timeout_s)

    async def begin_case(self, *, identifier: str) -> Reply:
        """Return the case of an identifier; ACCEPTED or UNAVAILABLE."""
        return await self._look("/begin-case", {"identifier": identifier})

    async def linked_case(self, *, account: str) -> Reply:
        """Return the case of an account by the company's own reference."""
        return await self._look("/linked-case", {"account": account})

    async def account_state(self, *, case: str) -> Reply:
        """Return how an account stands."""
        return await self._look("/account-state", {"case": case})

    async def delivery_status(self, *, case: str, channel: str) -> Reply:
        """Return what became of the newest code."""
        return await self._look("/delivery-status", {"case": case, "channel": channel})

    async def resend_code(self, *, case: str, channel: str, purpose: str, idempotency_key: str) -> Reply:
        """Send a fresh code, at most once a key; ValueError: see the port."""
        fields = {"case": case, "channel": channel, "purpose": purpose}
        return await self._act("/resend-code", fields, idempotency_key)

    async def start_password_reset(self, *, case: str, channel: str, idempotency_key: str) -> Reply:
        """Send what a new password is chosen with, at most once a key; ValueError: see the port."""
        return await self._act("/start-password-reset", {"case": case, "channel": channel}, idempotency_key)

    async def open_reset_ticket(
        self, *, case: str, items: tuple[str, ...], reason: str, external_ref: str, idempotency_key: str
    ) -> Reply:
        """Open a ticket, once a key and once a reference; ValueError: see the port."""
        fields = {"case": case, "items": list(items), "reason": reason, "external_ref": external_ref}
        return await self._act("/open-reset-ticket", fields, idempotency_key)

    async def find_ticket(self, *, external_ref: str) -> Reply:
        """Return what has become of a ticket."""
        return await self._look("/find-ticket", {"external_ref": external_ref})

    async def healthy(self) -> bool:
        """Tell whether the account system answers."""
        try:
            answer = await self._send("GET", wire.HEALTH, b"")
        except (NotSent, AnswerLost) as fault:
            self._warn(wire.HEALTH, str(fault))
            return False
        if answer.status != 200:
            self._warn(wire.HEALTH, _status(answer))
        return answer.status == 200

    async def close(self) -> None:
        """Close what is open."""
        await self._connection.close()

    async def _look(self, path: str, fields: Mapping[str, object]) -> Reply:
        """Make a call that changes nothing: without a readable answer it counts as not made."""
        reply = await self._ask(path, fields, "")
        return reply if reply.outcome in _LOOKED else Reply(outcome=Outcome.UNAVAILABLE)

    async def _act(self, path: str, fields: Mapping[str, object], key: str) -> Reply:
        """Make a call with a key."""
        if not re.fullmatch(wire.KEY_PATTERN, key):
            raise ValueError(f"{key!r} is no idempotency key: 1 to 64 visible ASCII characters.")
        try:
            return await self._ask(path, fields, key)
        except _InFlight:
            return await self._awaited(path, fields, key)

    async def _awaited(self, path: str, fields: Mapping[str, object], key: str) -> Reply:
        """Ask again for the answer of a key that is being worked on; what is not told by then is not known."""
        for wait_s in _IN_FLIGHT_WAITS_S:
            await asyncio.sleep(wait_s)
            with contextlib.suppress(_InFlight):
                reply = await self._ask(path, fields, key)
                # That this call was not executed tells nothing of the one that is under way.
                return reply if reply.outcome not in _NOT_DONE else Reply(outcome=Outcome.UNKNOWN)
        return Reply(outcome=Outcome.UNKNOWN)

    async def _ask(self, path: str, fields: Mapping[str, object], key: str) -> Reply:
        try:
            answer = await self._send("POST", path, wire.write(fields), key)
        except NotSent as fault:
            self._warn(path, str(fault))
            return Reply(outcome=Outcome.UNAVAILABLE)
        except AnswerLost as fault:
            self._warn(path, str(fault))
            return Reply(outcome=Outcome.UNKNOWN)
        reply = self._understood(path, answer, key)
        if reply is None:
            self._warn(path, _status(answer))
            return Reply(outcome=Outcome.UNKNOWN)
        return reply

    async def _send(self, method: str, path: str, body: bytes, key: str = "") -> Answer:
        call = Call(method=method, target=self._connection.place.path + path, body=body, key=key)
        headers = self._credential.headers(call, self._clock.now().timestamp())
        if body:
            headers["Content-Type"] = "application/json"
        if key:
            headers[KEY] = key
        return await self._connection.call(method, call.target, headers, body)

    def _understood(self, path: str, answer: Answer, key: str) -> Reply | None:
        """
        Return what an answer means; None: it does not tell whether the call was executed.

        Raises:
            ValueError: The key was used with other arguments.
            _InFlight: The key is being worked on.
        """
        match answer.status:
            case 200 | 201:
                return wire.read_reply(path, answer.body)
            case 409 | 422 if key and wire.read_error(answer.body) == "key_reused":
                raise ValueError(
                    f"The key {key!r} was used with other arguments; a key belongs to one intent."
                )
            case 409 if key:
                raise _InFlight
            case 429:
                retry_at = self._clock.now() + retry_after(
                    answer.headers.get("retry-after", ""), self._clock.now()
                )
                return Reply(outcome=Outcome.RATE_LIMITED, data={"retry_at": retry_at.isoformat()})
            case 404 if path in wire.OPTIONAL:
                return Reply(outcome=Outcome.NOT_SUPPORTED)
            case status if 400 <= status < 500 and status != 408:
                self._warn(path, _status(answer))
                return Reply(outcome=Outcome.UNAVAILABLE)
            case _:
                return None

    def _warn(self, path: str, why: str) -> None:
        _LOG.warning(
            "The account system at %s did not do %s: %s.",
            self._connection.place,
            path,
            why,
            extra={"action": Action.COMMAND_FAILED},
        )


#: How a call that changes nothing may end.
_LOOKED: Final = (Outcome.ACCEPTED, Outcome.NOT_FOUND, Outcome.NOT_SUPPORTED, Outcome.UNAVAILABLE)
#: How one ends that was not executed.
_NOT_DONE: Final = (Outcome.UNAVAILABLE, Outcome.RATE_LIMITED)


class _InFlight(Exception):
    """The same key is being worked on."""


def retry_after(written: str, now: datetime) -> timedelta:
    """
    Read a `Retry-After` header.

    Returns:
        How long to wait: seconds or an HTTP date (RFC 9110, section 10.2.3); 30 s for anything else, an hour at most.
    """
    text = written.strip()
    if text.isascii() and text.isdecimal():
        # More digits than a day has seconds mean for ever, and would overflow.
        wait = timedelta(seconds=int(text)) if len(text) <= 5 else _LONGEST_WAIT
    else:
        try:
            moment = parsedate_to_datetime(text)
            wait = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
        except (ValueError, OverflowError):
            wait = _USUAL_WAIT
    return min(max(wait, timedelta(0)), _LONGEST_WAIT)


def _status(answer: Answer) -> str:
    """Say what came back, by its number alone."""
    match answer.status:
        case 401 | 403:
            return (
                f"it answered {answer.status}; check the secret or the token, and the clocks of both machines"
            )
        case 301 | 302 | 303 | 307 | 308:
            return (
                f"it answered {answer.status}; redirects are not followed, set the address that it leads to"
            )
        case 200 | 201:
            return "what it answered is not of the contract; `sparekey backend-check` tells more"
        case status:
            return f"it answered {status}"
