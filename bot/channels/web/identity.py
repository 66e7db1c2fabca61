"""
Identity tokens: a company's site proves with a signed JWT (RFC 7519) whose account the person at the widget is signed in to.

The algorithm is that of the key that the operator has set, whatever a token says: HS256 with a shared secret, EdDSA with a
public key. A token is for this widget (`aud`), short-lived, and counts once (`jti`). Every refusal has a reason that helps an
integrator and tells nobody anything about an account.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from bot.channels.web import ed25519
from bot.channels.web.tokens import bare
from bot.errors import SparekeyError

#: A token that leaks is of no use after this, and by how much two clocks may differ.
LONGEST: Final = timedelta(minutes=5)
LEEWAY: Final = timedelta(seconds=30)
#: What a public key is written with in the settings: `ed25519:` and its base64.
PUBLIC: Final = "ed25519:"
#: Characters of an account's reference, as in the contract of the account system, and of a `jti`.
MAX_REFERENCE: Final = 128


class Reason(StrEnum):
    """Why a token is refused."""

    NOT_A_TOKEN = "not_a_token"  # noqa: S105 - a word
    WRONG_ALGORITHM = "wrong_algorithm"
    WRONG_SIGNATURE = "wrong_signature"
    WRONG_AUDIENCE = "wrong_audience"
    NO_SUBJECT = "no_subject"
    NO_ID = "no_id"
    NO_EXPIRY = "no_expiry"
    EXPIRED = "expired"
    TOO_LONG = "too_long"
    NOT_YET = "not_yet"
    #: Another session has used it.
    USED = "used"


#: What an integrator does about it.
CURES: Final[Mapping[Reason, str]] = {
    Reason.NOT_A_TOKEN: "A token is three parts of base64url, joined by dots; the first two are JSON objects.",
    Reason.WRONG_ALGORITHM: "Sign with HS256 if SPAREKEY_WIDGET_KEY is a secret, with EdDSA if it is a public key.",
    Reason.WRONG_SIGNATURE: "Sign with the key that belongs to SPAREKEY_WIDGET_KEY, over exactly the first two parts.",
    Reason.WRONG_AUDIENCE: "Set `aud` to the widget's id, SPAREKEY_WIDGET_ID.",
    Reason.NO_SUBJECT: "Set `sub` to the account's reference: 1 to 128 characters.",
    Reason.NO_ID: "Set `jti` to something new each time, such as a UUID: 1 to 128 characters.",
    Reason.NO_EXPIRY: "Set `exp` to a whole number of seconds since 1970.",
    Reason.EXPIRED: "Make a token for each call, and look at the clocks of both servers.",
    Reason.TOO_LONG: "Let `exp` be at most 5 minutes from now.",
    Reason.NOT_YET: "Leave `nbf` and `iat` out, or look at the clocks of both servers.",
    Reason.USED: "Make a token for each call; each counts once.",
}


class IdentityRefused(SparekeyError):
    """A site's token proves nothing."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(CURES[reason])
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What a token proves."""

    account: str = field(repr=False)
    #: The token's own id, so that it counts once.
    id: str


class Identities:
    """
    Reads tokens.

    Args:
        key: A shared secret, or `ed25519:` and the base64 of a public key.
        audience: The widget's id.
    """

    def __init__(self, key: str, audience: str) -> None:
        public = _public(key) if key.startswith(PUBLIC) else None
        self._public, self._secret, self._audience = public, key.encode(), audience

    def read(self, token: str, now: datetime) -> Identity:
        """
        Read a token.

        Args:
            token: As the site's server made it.
            now: Aware UTC.

        Returns:
            What it proves; whether it was used before is not known here.

        Raises:
            IdentityRefused: It proves nothing.
        """
        parts = token.split(".")
        if len(parts) != 3 or not token.isascii():
            raise IdentityRefused(Reason.NOT_A_TOKEN)
        head, claims, signature = _object(parts[0]), _object(parts[1]), bare(parts[2])
        if head is None or claims is None or signature is None:
            raise IdentityRefused(Reason.NOT_A_TOKEN)
        if head.get("alg") != ("HS256" if self._public is None else "EdDSA") or "crit" in head:
            raise IdentityRefused(Reason.WRONG_ALGORITHM)
        if not self._is_signed(f"{parts[0]}.{parts[1]}".encode(), signature):
            raise IdentityRefused(Reason.WRONG_SIGNATURE)
        if (reason := self._fault(claims, now)) is not None:
            raise IdentityRefused(reason)
        return Identity(account=claims["sub"], id=claims["jti"])

    def _is_signed(self, signed: bytes, signature: bytes) -> bool:
        if self._public is not None:
            return ed25519.is_signed(self._public, signed, signature)
        return hmac.compare_digest(hmac.digest(self._secret, signed, "sha256"), signature)

    def _fault(self, claims: Mapping[str, Any], now: datetime) -> Reason | None:
        audience = claims.get("aud")
        if self._audience not in (audience if isinstance(audience, list) else [audience]):
            return Reason.WRONG_AUDIENCE
        if not _is_reference(claims.get("sub")):
            return Reason.NO_SUBJECT
        if not _is_reference(claims.get("jti")):
            return Reason.NO_ID
        if (expires := _moment(claims.get("exp"))) is None:
            return Reason.NO_EXPIRY
        # Nothing is added to a moment of the token's: it may be the last there is.
        if expires <= now - LEEWAY:
            return Reason.EXPIRED
        if expires > now + LONGEST + LEEWAY:
            return Reason.TOO_LONG
        begins = [_moment(claims[name]) for name in ("nbf", "iat") if name in claims]
        return Reason.NOT_YET if any(each is None or each > now + LEEWAY for each in begins) else None


def _public(key: str) -> bytes:
    """Read a public key in either kind of base64."""
    return bare(key.removeprefix(PUBLIC).rstrip("=").replace("+", "-").replace("/", "_")) or b""


def _object(part: str) -> dict[str, Any] | None:
    try:
        found = json.loads(bare(part) or b"")
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _is_reference(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MAX_REFERENCE and value.isprintable()


def _moment(value: object) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None
