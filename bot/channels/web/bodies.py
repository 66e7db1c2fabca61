"""
What a widget sends, read strictly: nothing missing, nothing more, nothing longer than the interface allows.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Final, TypeVar

from aiohttp import web
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)

from bot.channels.web.problems import invalid

#: Longest body, bytes: a text of the greatest length, all of it escaped.
MAX_BODY: Final = 64 * 1024
#: Longest picture, bytes; a widget's are a tenth of it as a rule.
MAX_PICTURE: Final = 2 * 1024 * 1024
#: Seconds in which a picture must have come: so much over 300 kbit/s.
PICTURE_S: Final = 60
#: Longest text, characters, as on Telegram.
MAX_TEXT: Final = 4096

ClientId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{8,64}\z")]
#: A language tag; anything else in its place is no language that we know.
Tag = Annotated[str, StringConstraints(max_length=35)]
#: A place in the feed.
Place = Annotated[str, StringConstraints(min_length=1, max_length=100)]


def _whole(value: object) -> object:
    """JSON has one kind of number: 4.0 is a whole one."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


_Whole = Annotated[int, BeforeValidator(_whole)]


class _Body(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Start(_Body):
    """The chat is opened."""

    id: ClientId
    language: Tag | None = None
    flow: Annotated[str, StringConstraints(max_length=100)] | None = None


class Message(_Body):
    """Something is said."""

    id: ClientId
    text: Annotated[str, StringConstraints(min_length=1, max_length=MAX_TEXT)]
    language: Tag | None = None


class Pick(_Body):
    """A quick reply is pressed."""

    id: ClientId
    choice: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    screen: Annotated[_Whole, Field(ge=0, le=2**31 - 1)]


class Language(_Body):
    """Another language is chosen."""

    id: ClientId
    language: Annotated[str, StringConstraints(min_length=1, max_length=35)]


class Read(_Body):
    """Something was seen."""

    upto: Place


class Rating(_Body):
    """The help was good or not."""

    rating: Annotated[_Whole, Field(ge=1, le=5)]
    comment: Annotated[str, StringConstraints(max_length=1000)] | None = None


class CaseCode(_Body):
    """A case is asked for."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=40)]


class JoiningCode(_Body):
    """Another device joins."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=40)]


class Agreed(_Body):
    """Somebody agrees to what a page says."""

    url: Annotated[str, StringConstraints(min_length=1, max_length=500)]


class IdentityToken(_Body):
    """The site vouches for somebody."""

    token: Annotated[str, StringConstraints(min_length=1, max_length=4096)]


B = TypeVar("B", bound=_Body)


_CLIENT_ID: Final = TypeAdapter(ClientId)


def client_id(request: web.Request) -> str:
    """Read the id of a call whose body has no place for one. Raises Problem."""
    try:
        return _CLIENT_ID.validate_python(request.query.get("id"))
    except ValidationError:
        raise invalid("id: 8 to 64 letters (A-Z, a-z), digits, _ and -.") from None


async def picture(request: web.Request) -> bytes:
    """Read a body that is a picture. Raises Problem: it is too long, comes too slowly, or is called something else."""
    if not request.content_type.startswith("image/"):
        raise invalid("Send a picture, with its Content-Type.", 415)
    too_long = invalid(f"The picture is too long: {MAX_PICTURE} bytes are taken.", 413)
    if (request.content_length or 0) > MAX_PICTURE:
        raise too_long
    read = bytearray()
    try:
        async with asyncio.timeout(PICTURE_S):
            async for chunk in request.content.iter_any():
                read += chunk
                if len(read) > MAX_PICTURE:
                    raise too_long
    except TimeoutError:
        raise invalid(f"The picture did not come in {PICTURE_S} s.", 408) from None
    return bytes(read)


async def read(request: web.Request, kind: type[B]) -> B:
    """
    Read the body of a request.

    Raises:
        Problem: It is no JSON, too long, or not as the interface says; what stands in it is not repeated.
    """
    if request.content_type != "application/json":
        raise invalid("Send JSON, with Content-Type: application/json.", 415)
    if (request.content_length or 0) > MAX_BODY:
        raise invalid("The body is too long.", 413)
    body = await request.read()
    if len(body) > MAX_BODY:
        raise invalid("The body is too long.", 413)
    try:
        return kind.model_validate_json(body)
    except ValidationError as fault:
        wrong = [
            f"{'.'.join(map(str, each['loc'])) or 'body'}: {each['type']}"
            for each in fault.errors(include_url=False, include_context=False, include_input=False)
            if each["type"] != "extra_forbidden"
        ]
        raise invalid("; ".join(wrong[:5]) or "There are fields that nobody knows.") from None
    except UnicodeError:
        raise invalid("The body is no UTF-8.", 400) from None
