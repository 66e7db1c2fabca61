"""
An account system as HTTP: nine operations, one answer each.

The account logic is the demo service's own (`bot/adapters/accounts/demo.py`: SQLModel tables, one transaction a call);
here it is only served. To connect your system, put your own `AccountBackend` in its place, or answer the same calls in
whatever language your system is written in: `docs/account-service.openapi.yaml` is the contract.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated, Final

from fastapi import Depends, FastAPI, Header, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import APIKeyHeader, HTTPBearer
from pydantic import BaseModel

from bot.adapters.accounts import wire
from bot.adapters.accounts.credentials import KEY, SIGNATURE, Guard
from bot.ports import AccountBackend, Reply
from examples.account_service.gate import Gate

RULES: Final = """\
Three rules matter more than the rest. A known account and an unknown one are answered alike: same outcomes, same fields,
same time. A key takes effect once, and is answered the same for ever. No answer holds a code, a link, a password or an
address. Answers are at most 64 KiB, uncompressed, and never redirects. Fields that this document does not have are ignored.
"""
#: Only for the document: the gate has looked already.
SECURITY: Final = [
    Depends(APIKeyHeader(name=SIGNATURE, scheme_name="signature", auto_error=False)),
    Depends(HTTPBearer(scheme_name="token", auto_error=False)),
]
REFUSALS: Final = {
    400: "`bad_request`: not as this document has it. Not done.",
    401: "`bad_credential`: no signature or token, a wrong one, an old one, or one that was used. Not done.",
    413: "`too_long`: more than 64 KiB. Not done.",
    429: "`too_many_requests`: not done; `Retry-After` tells when to come again, in seconds or as a date.",
}
KEY_REFUSALS: Final = {
    409: "`key_in_flight`: the same call with this key is being worked on; ask again for its answer.",
    422: "`key_reused`: the key came with other arguments before. Not done.",
}

Key = Annotated[
    str,
    Header(
        alias=KEY,
        pattern=wire.KEY_PATTERN,
        description="One intent. A key that was answered is answered the same again, and nothing more is done.",
    ),
]


class KeyReused(Exception):
    """The key came with other arguments before."""


def account_service(accounts: AccountBackend, guard: Guard) -> Gate:
    """
    Build the service.

    Args:
        accounts: What does the work.
        guard: Who may call.

    Returns:
        An ASGI application.
    """
    return Gate(routes(accounts), guard)


def routes(accounts: AccountBackend) -> FastAPI:
    """Build the operations, without the gate before them."""
    app = FastAPI(
        title="Account service for Sparekey",
        version="1",
        description=RULES,
        dependencies=SECURITY,
        openapi_url=None,
        generate_unique_id_function=lambda route: route.name,
    )
    app.add_exception_handler(RequestValidationError, _bad_request)
    app.add_exception_handler(KeyReused, _key_reused)
    plain, keyed = _documented(REFUSALS), _documented(REFUSALS | KEY_REFUSALS)

    @app.post("/begin-case", response_model=wire.BeginAnswer, responses=plain)
    async def begin_case(asked: wire.BeginCase) -> BaseModel:
        """Begin or find the case of an account; alike for accounts that do not exist."""
        return wire.declared("/begin-case", await accounts.begin_case(identifier=asked.identifier))

    @app.post("/linked-case", response_model=wire.LinkedAnswer, responses=plain)
    async def linked_case(asked: wire.LinkedCase) -> BaseModel:
        """Find the case of an account that your own site has named; the same one as its identifiers have."""
        return wire.declared("/linked-case", await accounts.linked_case(account=asked.account))

    @app.post(
        "/account-state",
        response_model=wire.StandingAnswer,
        response_model_exclude_none=True,
        responses=plain,
    )
    async def account_state(asked: wire.AccountState) -> BaseModel:
        """Tell a linked person how their account stands."""
        return wire.declared("/account-state", await accounts.account_state(case=asked.case))

    @app.post(
        "/delivery-status",
        response_model=wire.DeliveryAnswer,
        response_model_exclude_none=True,
        responses=plain,
    )
    async def delivery_status(asked: wire.DeliveryStatus) -> BaseModel:
        """Tell a linked person what became of the newest code or link."""
        reply = accounts.delivery_status(case=asked.case, channel=asked.channel)
        return wire.declared("/delivery-status", await reply)

    @app.post("/resend-code", response_model=wire.SendAnswer, responses=keyed)
    async def resend_code(asked: wire.ResendCode, key: Key) -> BaseModel:
        """Send a fresh code to the destination on file, at most once a key."""
        reply = accounts.resend_code(
            case=asked.case, channel=asked.channel, purpose=asked.purpose, idempotency_key=key
        )
        return wire.declared("/resend-code", await _once(reply))

    @app.post("/start-password-reset", response_model=wire.SendAnswer, responses=keyed)
    async def start_password_reset(asked: wire.StartPasswordReset, key: Key) -> BaseModel:
        """Send what a new password is chosen with to the destination on file, at most once a key."""
        reply = accounts.start_password_reset(case=asked.case, channel=asked.channel, idempotency_key=key)
        return wire.declared("/start-password-reset", await _once(reply))

    @app.post("/open-reset-ticket", response_model=wire.TicketAnswer, responses=keyed)
    async def open_reset_ticket(asked: wire.OpenResetTicket, key: Key) -> BaseModel:
        """Ask people to reset factors, once a key and once a reference."""
        reply = accounts.open_reset_ticket(
            case=asked.case,
            items=tuple(asked.items),
            reason=asked.reason,
            external_ref=asked.external_ref,
            idempotency_key=key,
        )
        return wire.declared("/open-reset-ticket", await _once(reply))

    @app.post("/find-ticket", response_model=wire.FindAnswer, responses=plain)
    async def find_ticket(asked: wire.FindTicket) -> BaseModel:
        """Tell what has become of a ticket."""
        return wire.declared("/find-ticket", await accounts.find_ticket(external_ref=asked.external_ref))

    @app.get(
        wire.HEALTH,
        response_model=wire.Health,
        responses=_documented({401: REFUSALS[401], 503: "`down`: no call could be taken now."}),
    )
    async def health() -> wire.Health | JSONResponse:
        """Tell whether the service could take a call now."""
        return wire.Health(status="ok") if await accounts.healthy() else refused(503, "down")

    return app


def refused(status: int, word: str) -> JSONResponse:
    """Say that nothing was done, and why."""
    return JSONResponse({"error": word}, status_code=status)


async def _once(reply: Awaitable[Reply]) -> Reply:
    """Wait for the reply to a call with a key."""
    try:
        return await reply
    except ValueError:
        raise KeyReused from None


async def _bad_request(_request: Request, _fault: Exception) -> JSONResponse:
    return refused(400, "bad_request")


async def _key_reused(_request: Request, _fault: Exception) -> JSONResponse:
    return refused(422, "key_reused")


def _documented(words: dict[int, str]) -> dict[int | str, dict[str, object]]:
    return {status: {"model": wire.Refusal, "description": text} for status, text in words.items()}
