"""
How a call proves who makes it, and how the other side checks it: a signature over all of the call, or a token.

The signature also covers a moment and a number that is used once, so that a call that somebody has overheard cannot be
made again, and the idempotency key, so that it cannot be made under another one.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from bot.ports import Clock

SIGNATURE: Final = "Sparekey-Signature"
KEY: Final = "Idempotency-Key"
#: A signature counts so long, seconds: the tolerance for clocks that is usual for signed webhooks.
LIFE_S: Final = 300
#: A shared secret has so many characters at least: 32 characters of hex are 128 bits.
SECRET_LENGTH: Final = 32
_HEADER: Final = re.compile(r"t=(?P<at>[0-9]{1,12}),n=(?P<nonce>[0-9a-f]{32}),v1=(?P<mac>[0-9a-f]{64})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What is signed of a call, beside the moment."""

    method: str
    #: Path as it is sent.
    target: str
    body: bytes = b""
    #: The idempotency key; empty: none.
    key: str = ""


class Credential(Protocol):
    """What one side proves with."""

    def headers(self, call: Call, at: float) -> dict[str, str]:
        """Return what is sent with a call at a moment, Unix seconds."""
        ...


class Guard(Protocol):
    """What the other side checks with."""

    def admits(self, headers: Mapping[str, str], call: Call) -> bool:
        """Tell whether the call is from whom we know; header names are in lower case."""
        ...


@dataclass(frozen=True, slots=True)
class SharedSecret:
    """Signs with a secret that both sides know."""

    secret: str = field(repr=False)

    def headers(self, call: Call, at: float) -> dict[str, str]:
        """Return the signature as a header."""
        moment, nonce = str(int(at)), secrets.token_hex(16)
        mac = _mac(self.secret, moment, nonce, call)
        return {SIGNATURE: f"t={moment},n={nonce},v1={mac}"}


@dataclass(frozen=True, slots=True)
class Token:
    """Shows a token; for systems that cannot check signatures."""

    token: str = field(repr=False)

    def headers(self, call: Call, at: float) -> dict[str, str]:  # noqa: ARG002 -- a token says nothing of the call
        """Return the token as a header."""
        return {"Authorization": f"Bearer {self.token}"}


class SignatureGuard:
    """
    Checks signatures: right, not older than five minutes, and each one once.

    What was used is kept in this process; several processes of one service would keep it where all of them see it.
    """

    def __init__(self, secret: str, clock: Clock) -> None:
        self._secret, self._clock = secret, clock
        #: Numbers that were used, and when they may be forgotten.
        self._used: dict[str, float] = {}

    def admits(self, headers: Mapping[str, str], call: Call) -> bool:
        """Tell whether the call is signed with the secret, now, for the first time."""
        parts = _HEADER.fullmatch(headers.get(SIGNATURE.lower(), ""))
        if parts is None:
            return False
        now = self._clock.now().timestamp()
        right = hmac.compare_digest(parts["mac"], _mac(self._secret, parts["at"], parts["nonce"], call))
        # Only what is signed is remembered, so nobody else can fill the memory.
        return right and abs(now - int(parts["at"])) <= LIFE_S and self._first(parts["nonce"], now)

    def _first(self, nonce: str, now: float) -> bool:
        # Those that were used first may be forgotten first.
        while self._used and self._used[oldest := next(iter(self._used))] < now:
            del self._used[oldest]
        if nonce in self._used:
            return False
        # A clock that goes before ours makes a signature count for twice its life.
        self._used[nonce] = now + 2 * LIFE_S
        return True


class TokenGuard:
    """Checks a token."""

    def __init__(self, token: str) -> None:
        self._expected = f"Bearer {token}".encode()

    def admits(self, headers: Mapping[str, str], call: Call) -> bool:  # noqa: ARG002 -- a token says nothing of the call
        """Tell whether the token is ours."""
        return hmac.compare_digest(headers.get("authorization", "").encode(), self._expected)


def _mac(secret: str, at: str, nonce: str, call: Call) -> str:
    """Sign; no part but the last can hold the line feed that ends it."""
    head = "\n".join((at, nonce, call.method, call.target, call.key, ""))
    return hmac.new(secret.encode(), head.encode() + call.body, hashlib.sha256).hexdigest()
