"""
Calls to an account service as the contract has them, right ones and wrong ones, for finding out what it makes of them.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import replace

from bot.adapters.accounts import wire
from bot.adapters.accounts.connection import Answer, AnswerLost, Connection, NotSent
from bot.adapters.accounts.credentials import KEY, Call, Credential
from bot.core.vocabulary import Outcome
from bot.ports import Clock, Reply


class Breach(Exception):
    """The service does not keep a rule: why, and the cure, in words of ours."""


class Probe:
    """One service under examination."""

    def __init__(self, connection: Connection, credential: Credential, clock: Clock, identifier: str) -> None:
        """
        Prepare; nothing is sent yet.

        Args:
            connection: The way to the service.
            credential: The right one.
            clock: For signatures.
            identifier: Of the test account.
        """
        self.credential, self.identifier = credential, identifier
        self._connection, self._clock = connection, clock
        #: Every answer so far that was of the status 200.
        self.answers: list[Answer] = []

    async def send(
        self,
        path: str,
        fields: Mapping[str, object] | None,
        key: str = "",
        *,
        credential: Credential | None = None,
        late_s: float = 0.0,
        signed_as: Call | None = None,
    ) -> Answer:
        """
        Make a call, rightly or wrongly.

        Args:
            path: Of the operation.
            fields: What is asked; None: GET.
            key: The idempotency key; empty: none.
            credential: Instead of the right one.
            late_s: How old the call pretends to be, seconds.
            signed_as: What is signed instead of the call.

        Raises:
            Breach: There was no answer.
        """
        call = self.call(path, fields, key)
        at = self._clock.now().timestamp() - late_s
        return await self.send_with((credential or self.credential).headers(signed_as or call, at), call)

    async def send_with(self, headers: Mapping[str, str], call: Call) -> Answer:
        """Make a call with the headers of a credential, whatever they are. Raises Breach: there was no answer."""
        sent = dict(headers)
        if call.body:
            sent["Content-Type"] = "application/json"
        if call.key:
            sent[KEY] = call.key
        try:
            answer = await self._connection.call(call.method, call.target, sent, call.body)
        except NotSent as fault:
            raise Breach(
                f"The call could not be sent: {fault}. Start the service, or correct its address."
            ) from fault
        except AnswerLost as fault:
            raise Breach(
                f"{call.target} gave {fault}. Answer with a status, a length and at most 64 KiB, in time."
            ) from fault
        if answer.status == 429:
            raise Breach(
                f"{call.target} answered 429: too many calls. Run this later, or lift the limit for it."
            )
        if answer.status == 200:
            self.answers.append(answer)
        return answer

    def call(self, path: str, fields: Mapping[str, object] | None, key: str = "") -> Call:
        """Return a call as it is signed."""
        target = self._connection.place.path + path
        if fields is None:
            return Call(method="GET", target=target)
        return Call(method="POST", target=target, body=wire.write(fields), key=key)

    def headers(self, call: Call) -> dict[str, str]:
        """Return the headers of the right credential."""
        return self.credential.headers(call, self._clock.now().timestamp())

    async def reply(self, path: str, fields: Mapping[str, object], key: str = "") -> Reply:
        """Make a call that must be answered by the contract. Raises Breach if it is not."""
        answer = await self.send(path, fields, key)
        if answer.status != 200:
            raise Breach(f"{path} answered {answer.status}. Answer 200 with an outcome of the contract.")
        reply = wire.read_reply(path, answer.body)
        if reply is None:
            raise Breach(
                f"{path} answered 200 with something else than the contract has: {_shape(answer.body)}. "
                "Compare with docs/account-service.openapi.yaml."
            )
        if reply.outcome in (Outcome.UNAVAILABLE, Outcome.UNKNOWN):
            raise Breach(f"{path} answered '{reply.outcome}'. Run this again when nothing behind it is down.")
        return reply

    async def case(self, identifier: str) -> str:
        """Begin a case."""
        return str((await self.reply("/begin-case", {"identifier": identifier})).data["case"])

    async def stranger(self) -> str:
        """Return the case of an account that does not exist: `example.com` has none (RFC 2606)."""
        return await self.case(nobody())


def nobody() -> str:
    """Return an identifier that nobody has."""
    return f"nobody-{secrets.token_hex(8)}@example.com"


def fresh(what: str) -> str:
    """Return a key or a reference that was not used before."""
    return f"{what}-{secrets.token_hex(8)}"


def altered(call: Call) -> Call:
    """Return the call with another key, or another body."""
    return replace(call, key=fresh("other")) if call.key else replace(call, body=call.body + b" ")


def _shape(body: bytes) -> str:
    """Name the fields of an answer that the contract knows, and no word of it."""
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        return "it is no JSON"
    if not isinstance(fields, dict):
        return "it is no JSON object"
    if fields.get("outcome") not in list(Outcome):
        return "it has no outcome of the contract"
    return f"outcome '{fields['outcome']}' with {len(fields) - 1} other fields"
