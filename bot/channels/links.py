"""
`POST /v1/links`: the company's own site asks for a one-time address for whoever is logged in there.

A bearer token proves the site. Signing the call would protect nothing more: what is worth stealing is the answer, and whoever
reads one connection reads both; and ten lines in any language can show a token. It belongs behind TLS as all else here.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from typing import Annotated, Final

from aiohttp import web
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from bot.channels.web.problems import HEADERS, Problem, invalid
from bot.errors import ChannelError, StoreError
from bot.service.links import Links, UnknownAccount

PATH: Final = "/v1/links"
#: Longest body, bytes; a reference of 128 characters has at most 1,536 as JSON.
MAX_BODY: Final = 4096
#: Seconds after which a site may ask again.
RETRY_AFTER_S: Final = 2


class _Asked(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    account: Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f]+$")]


def link_door(links: Links, secret: str, chat: Callable[[], Awaitable[str]]) -> web.RouteDef:
    """
    Return what answers a site.

    Args:
        links: Makes the addresses.
        secret: What the site shows.
        chat: Tells the address of the chat with the bot, empty if it is not known; raises ChannelError.
    """

    async def answer(request: web.Request) -> web.Response:
        try:
            _prove(request, secret)
            asked = await _asked(request)
            where = await _where(chat)
            made = await links.invite(asked.account)
        except StoreError:
            return _later().response()
        except UnknownAccount:
            return _unknown().response()
        except Problem as problem:
            return problem.response()
        expires_at = made.expires_at.isoformat(timespec="seconds")
        body = {"url": f"{where}?start={made.payload}", "expires_at": expires_at}
        return web.json_response(body, status=201, headers=HEADERS)

    return web.post(PATH, answer)


def _prove(request: web.Request, secret: str) -> None:
    shown = request.headers.get("Authorization", "")
    if not hmac.compare_digest(shown.encode("utf-8", "surrogateescape"), f"Bearer {secret}".encode()):
        detail = "Send the header Authorization: Bearer with the value of SPAREKEY_LINK_SECRET."
        raise Problem(401, "not-proven", "The site is not proven.", detail)


async def _asked(request: web.Request) -> _Asked:
    # Whole, in however many packets it comes; the server itself takes no more than a megabyte.
    announced = request.content_length or 0
    body = await request.read() if announced <= MAX_BODY else b""
    if max(announced, len(body)) > MAX_BODY:
        raise invalid(f"Send at most {MAX_BODY} bytes.", status=413)
    try:
        return _Asked.model_validate_json(body)
    except ValidationError:
        raise invalid('Send {"account": "..."} with your reference of it, 1 to 128 characters.') from None


async def _where(chat: Callable[[], Awaitable[str]]) -> str:
    try:
        where = await chat()
    except ChannelError as fault:
        raise _later() from fault
    if not where:
        raise _later()
    return where


def _unknown() -> Problem:
    detail = (
        "Your account system answers not_found to POST /linked-case for this reference. Send the reference by which it "
        "finds the account, or let it find this one. No address was made."
    )
    return Problem(422, "unknown-account", "Nobody can be linked to this account.", detail)


def _later() -> Problem:
    detail = "Nothing was made. Ask again in a moment."
    return Problem(503, "later", "It cannot be done now.", detail, retry_after_s=RETRY_AFTER_S)
