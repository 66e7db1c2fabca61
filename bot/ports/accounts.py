"""The account system."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from bot.core.events import Value
from bot.core.vocabulary import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """How a call to the account system ended."""

    outcome: Outcome
    #: `case`, `receipt`, `next_allowed_at` or `retry_at` (ISO 8601, UTC), `next_channel`, `reason`, `ticket`,
    #: `state`, `opened` (ISO 8601, UTC); of a linked account `until`, `at` (ISO 8601, UTC), `phone_ends`, `email_begins`,
    #: `status`.
    data: Mapping[str, Value] = field(default_factory=dict)


class AccountBackend(Protocol):
    """
    The account system. No method takes or returns a code, a link, a password or a full destination.

    Methods return a `Reply` for everything that the other side may do; an exception is a programming error, and so is a
    key that comes again with other arguments (ValueError). UNAVAILABLE was not executed, UNKNOWN may have been. An
    unknown account is answered as a known one is: same outcomes, same data, same time, same traces.
    """

    async def begin_case(self, *, identifier: str) -> Reply:
        """Return an opaque `case` for any identifier, known or not; ACCEPTED or UNAVAILABLE."""
        ...

    async def linked_case(self, *, account: str) -> Reply:
        """
        Return the `case` of an account by the reference that the company itself gave: that of its identifiers.

        Only what the company's own site says comes here, never what somebody typed: ACCEPTED, NOT_FOUND or UNAVAILABLE.
        """
        ...

    async def account_state(self, *, case: str) -> Reply:
        """
        Look up how the account of a linked person stands; called for nobody else.

        Returns:
            ACCEPTED with `state` (active, locked, self_frozen, restricted, closed), `until` where it ends by itself, and
            the destinations on file masked beyond recognition: `phone_ends` (two digits), `email_begins` (one letter),
            each as far as there is one. NOT_SUPPORTED or UNAVAILABLE.
        """
        ...

    async def delivery_status(self, *, case: str, channel: str) -> Reply:
        """
        Look up what became of the newest code or link that was sent to a linked person by a channel.

        Returns:
            ACCEPTED with `status` (none, queued, sent, delivered, failed), `at` where there is one, and of a failed one the
            class of its `reason` (unreachable, refused, invalid, full, suppressed, other). NOT_SUPPORTED or UNAVAILABLE.
        """
        ...

    async def resend_code(self, *, case: str, channel: str, purpose: str, idempotency_key: str) -> Reply:
        """
        Send a fresh code to the destination on file, at most once a key.

        Returns:
            ACCEPTED with `receipt`, `next_allowed_at`, `next_channel` and `ttl_s` (seconds); RATE_LIMITED with
            `retry_at`; BLOCKED with `reason`; UNUSABLE, NOT_SUPPORTED, UNAVAILABLE or UNKNOWN.
        """
        ...

    async def start_password_reset(self, *, case: str, channel: str, idempotency_key: str) -> Reply:
        """
        Send what a new password is chosen with to the destination on file, at most once a key.

        The password stays as it is until that is used, and no other factor is touched.

        Returns:
            As `resend_code` does; codes and resets share the account system's limits.
        """
        ...

    async def open_reset_ticket(
        self, *, case: str, items: tuple[str, ...], reason: str, external_ref: str, idempotency_key: str
    ) -> Reply:
        """
        Ask the people behind the account system to reset factors; it changes nothing by itself.

        The same key, or the same `external_ref`, is the same ticket however often it comes: whoever does not know
        whether a ticket was taken may ask again. What becomes of it is told only to destinations on file.

        Args:
            case: Of `begin_case`.
            items: The factors that are lost, e.g. `phone`; may be empty.
            reason: Why, as the flow says it.
            external_ref: Our case code, by which it is found again.
            idempotency_key: The key, as every key at most 64 visible ASCII characters.

        Returns:
            ACCEPTED with `ticket`; ALREADY_OPEN with the `ticket` that this case has, found by this `external_ref` too
            from now on; RATE_LIMITED with `retry_at`; BLOCKED with `reason`; UNAVAILABLE or UNKNOWN.
        """
        ...

    async def find_ticket(self, *, external_ref: str) -> Reply:
        """Look a ticket up: ACCEPTED with `state` (open, closed) and `opened`; NOT_FOUND; UNAVAILABLE."""
        ...

    async def healthy(self) -> bool:
        """Tell whether the account system answers."""
        ...
