"""
Session tokens: an unguessable id and the site that it is for, signed by us, kept by the person's browser.

Nothing is stored for a session until something is said in it. The contact is a digest of the id, so that nothing in the
database opens a session. A token of an earlier generation than the store knows is void, and so is one that does not name the
account that the store knows.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import os
import secrets
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final

from bot.errors import ConfigError

#: How long a token is good for.
LIFETIME: Final = timedelta(days=30)
#: No token is of this generation: who has it in the store has ended the session.
ENDED: Final = 2**31 - 1
#: Longer ones are not looked at.
_LONGEST: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What a token says."""

    id: str = field(repr=False)
    #: The origin of the site that it was made for.
    site: str
    issued_at: datetime
    generation: int = 0
    #: A digest of the account that the site vouches for; empty: nobody knows who this is.
    account: str = field(default="", repr=False)
    #: Until when it vouches.
    vouched_until: datetime | None = None
    #: The contact of another device's session that this one has joined; empty: it is one of its own.
    joined: str = ""

    @property
    def contact(self) -> str:
        """The person's address on this channel."""
        return self.joined or sha256(f"contact:{self.id}".encode()).hexdigest()[:40]

    @property
    def expires_at(self) -> datetime:
        """When the token ends."""
        return self.issued_at + LIFETIME


class Tokens:
    """
    Makes and reads tokens.

    Args:
        key: Known to all our processes and to nobody else.
    """

    def __init__(self, key: bytes) -> None:
        self._key = hmac.digest(key, b"sparekey session", "sha256")

    def begin(self, site: str, now: datetime) -> Session:
        """Make a session for a site."""
        return Session(id=secrets.token_urlsafe(32), site=site, issued_at=now.replace(microsecond=0))

    def digest(self, account: str) -> str:
        """Return what stands for an account in a token and in the store."""
        return self._digest(f"account:{account}")

    def digest_of_code(self, site: str, code: str) -> str:
        """Return what stands in the store for a code by which another device on this site may join."""
        return self._digest(f"device:{site}:{code}")

    def write(self, session: Session) -> str:
        """Sign a session."""
        until = int(session.vouched_until.timestamp()) if session.vouched_until else 0
        issued = int(session.issued_at.timestamp())
        said: list[str | int] = [session.id, session.site, issued, session.generation, session.account, until]
        # Only where it is needed: the version before reads no token that has it.
        said += [session.joined] if session.joined else []
        body = _armoured(json.dumps(said, separators=(",", ":")).encode())
        return f"{body}.{_armoured(self._seal(body))}"

    def read(self, token: str, now: datetime) -> Session | None:
        """Read a token; None if it is not ours or has ended."""
        body, dot, seal = token.partition(".")
        if not dot or len(token) > _LONGEST or not token.isascii():
            return None
        if not hmac.compare_digest(seal, _armoured(self._seal(body))):
            return None
        name, site, issued, generation, account, until, *joined = json.loads(bare(body) or b"[]")
        session = Session(
            id=name,
            site=site,
            issued_at=datetime.fromtimestamp(issued, UTC),
            generation=generation,
            account=account,
            vouched_until=datetime.fromtimestamp(until, UTC) if until else None,
            joined=joined[0] if joined else "",
        )
        return session if now < session.expires_at else None

    def _digest(self, text: str) -> str:
        return hmac.new(self._key, text.encode(), sha256).hexdigest()[:32]

    def _seal(self, body: str) -> bytes:
        return hmac.digest(self._key, body.encode(), "sha256")


def kept_key(directory: Path) -> bytes:
    """
    Return the key that is kept in a directory, made at the first call.

    Raises:
        ConfigError: It cannot be kept there.
    """
    file = directory / "web-secret"
    try:
        if not file.exists():
            _keep(secrets.token_hex(32).encode(), file)
    except OSError as fault:
        raise ConfigError(
            f"SPAREKEY_WEB_SECRET: {file} cannot be made ({fault.strerror}). Set the variable, or let the program write there."
        ) from fault
    key = file.read_bytes()
    if len(key) < 64:
        raise ConfigError(f"SPAREKEY_WEB_SECRET: {file} is not whole. Delete it; open chats begin anew then.")
    return key


def _keep(key: bytes, file: Path) -> None:
    """Keep a key unless there is one: whole or not at all, and of several starts at once the first one's."""
    with tempfile.NamedTemporaryFile(dir=file.parent, prefix=file.name) as new:  # for its owner only
        new.write(key)
        new.flush()
        os.fsync(new.fileno())
        with suppress(FileExistsError):
            os.link(new.name, file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def bare(text: str) -> bytes | None:
    """Read base64 as tokens write it, without its padding; None if it is none."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None


def _armoured(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
