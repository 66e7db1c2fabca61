"""
The account system over HTTP, word for word: what is asked, and what may be answered.

One set of models for both sides: the adapter reads answers with them, a service in Python can be declared with them, and
`docs/account-service.openapi.yaml` is made of them. Names and numbers that pass on are held to narrow patterns, because
another side's words are never shown.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)

from bot.core.vocabulary import Outcome
from bot.ports import Reply

#: An answer and a request are at most so long, bytes.
LONGEST: Final = 64 * 1024
#: What an idempotency key may be.
KEY_PATTERN: Final = r"^[!-~]{1,64}$"


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("beyond the calendar") from None


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
Case = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,256}$")]
Reference = Annotated[str, StringConstraints(max_length=128)]
Text = Annotated[str, StringConstraints(max_length=200)]
#: The last two digits of a number, and the first letter of an address: all that is ever told of a destination.
TwoDigits = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$")]
OneLetter = Annotated[str, StringConstraints(pattern=r"^[^\W_]$")]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Ticket = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._#/:-]{0,63}$")]
Receipt = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,128}$")]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True)


class BeginCase(_Model):
    """Which account it is about, as the person named it."""

    #: A username, a phone number or an e-mail address, known or not.
    identifier: Annotated[str, StringConstraints(max_length=4096)]


class LinkedCase(_Model):
    """Which account it is about, as your own site has named it when it asked for a link."""

    account: Annotated[str, StringConstraints(min_length=1, max_length=128)]


class AccountState(_Model):
    """Tell how the account of a linked person stands."""

    case: Case


class DeliveryStatus(_Model):
    """Tell what became of the newest code or link."""

    case: Case
    #: `sms`, `voice` or `email`; one that is not known here is `not_supported`.
    channel: Text


class ResendCode(_Model):
    """Send a fresh code to the destination on file."""

    case: Case
    #: `sms`, `voice` or `email`; one that is not known here is `not_supported`.
    channel: Text
    #: What the code is for, e.g. `login`.
    purpose: Text


class StartPasswordReset(_Model):
    """Send what a new password is chosen with to the destination on file."""

    case: Case
    channel: Text


class OpenResetTicket(_Model):
    """Ask the people behind the account system to reset factors."""

    case: Case
    #: The factors that are lost, e.g. `phone`; may be empty.
    items: Annotated[list[Text], Field(max_length=16)]
    reason: Text
    #: What the ticket is found by.
    external_ref: Reference


class FindTicket(_Model):
    """Look a ticket up."""

    external_ref: Reference


class CaseBegun(_Model):
    """The case that stands for the account; of one shape for known and unknown accounts."""

    outcome: Literal["accepted"]
    case: Case


class Standing(_Model):
    """How the account stands, and the destinations on file, masked so that nobody else recognises them."""

    outcome: Literal["accepted"]
    state: Literal["active", "locked", "self_frozen", "restricted", "closed"]
    #: When it ends by itself, if it does.
    until: Moment | None = None
    #: The last two digits of the number on file; none: there is no number.
    phone_ends: TwoDigits | None = None
    #: The first letter of the e-mail address on file; none: there is no address.
    email_begins: OneLetter | None = None


class Delivery(_Model):
    """What became of the newest code or link that was sent by this channel, whoever asked for it."""

    outcome: Literal["accepted"]
    #: `none`: nothing was sent in the last 24 hours.
    status: Literal["none", "queued", "sent", "delivered", "failed"]
    #: When it was sent, or when it was delivered or failed, if that is known.
    at: Moment | None = None
    #: Why it failed; never the provider's own words.
    reason: Literal["unreachable", "refused", "invalid", "full", "suppressed", "other"] | None = None


class NoSuchAccount(_Model):
    """There is no account of this reference."""

    outcome: Literal["not_found"]


class Sent(_Model):
    """On its way, if there is such an account; nobody can tell from the answer."""

    outcome: Literal["accepted"]
    receipt: Receipt
    next_allowed_at: Moment
    next_channel: Literal["sms", "voice", "email"]
    #: How long it counts, seconds.
    ttl_s: Annotated[int, Field(ge=1, le=86_400)]


class TicketTaken(_Model):
    """The ticket of this reference."""

    outcome: Literal["accepted"]
    ticket: Ticket


class AlreadyOpen(_Model):
    """The ticket that this case has open; found by this reference, too, from now on."""

    outcome: Literal["already_open"]
    ticket: Ticket


class TicketFound(_Model):
    """What has become of a ticket."""

    outcome: Literal["accepted"]
    state: Literal["open", "closed"]
    opened: Moment


class NotFound(_Model):
    """There is no ticket of this reference."""

    outcome: Literal["not_found"]


class RateLimited(_Model):
    """Not done: too much for this case; `429` says the same of the caller as a whole."""

    outcome: Literal["rate_limited"]
    retry_at: Moment


class Blocked(_Model):
    """Refused by policy."""

    outcome: Literal["blocked"]
    reason: Word


class Unusable(_Model):
    """The destination on file cannot receive it."""

    outcome: Literal["unusable"]


class NotSupported(_Model):
    """Not done here, for nobody: this channel, or this operation."""

    outcome: Literal["not_supported"]


class Unavailable(_Model):
    """Not done; the same call may be made again."""

    outcome: Literal["unavailable"]


class Unknown(_Model):
    """Perhaps done: something behind the service did not answer."""

    outcome: Literal["unknown"]


class Health(_Model):
    """The service could take a call now."""

    status: Literal["ok"]


class Refusal(_Model):
    """Not done, and why, as one word."""

    error: Literal[
        "bad_request",
        "bad_credential",
        "key_reused",
        "key_in_flight",
        "too_long",
        "too_many_requests",
        "down",
    ]


BeginAnswer = Annotated[CaseBegun | Unavailable, Field(discriminator="outcome")]
SendAnswer = Annotated[
    Sent | RateLimited | Blocked | Unusable | NotSupported | Unavailable | Unknown,
    Field(discriminator="outcome"),
]
TicketAnswer = Annotated[
    TicketTaken | AlreadyOpen | RateLimited | Blocked | NotSupported | Unavailable | Unknown,
    Field(discriminator="outcome"),
]
LinkedAnswer = Annotated[CaseBegun | NoSuchAccount | Unavailable, Field(discriminator="outcome")]
StandingAnswer = Annotated[Standing | NotSupported | Unavailable, Field(discriminator="outcome")]
DeliveryAnswer = Annotated[Delivery | NotSupported | Unavailable, Field(discriminator="outcome")]
FindAnswer = Annotated[TicketFound | NotFound | Unavailable, Field(discriminator="outcome")]

#: Path of an operation -> what may be answered.
ANSWERS: Final[Mapping[str, TypeAdapter[Any]]] = {
    "/begin-case": TypeAdapter(BeginAnswer),
    "/linked-case": TypeAdapter(LinkedAnswer),
    "/account-state": TypeAdapter(StandingAnswer),
    "/delivery-status": TypeAdapter(DeliveryAnswer),
    "/resend-code": TypeAdapter(SendAnswer),
    "/start-password-reset": TypeAdapter(SendAnswer),
    "/open-reset-ticket": TypeAdapter(TicketAnswer),
    "/find-ticket": TypeAdapter(FindAnswer),
}
HEALTH: Final = "/health"
#: What a service that links nobody need not have: it answers 404.
OPTIONAL: Final = frozenset({"/linked-case", "/account-state", "/delivery-status"})
#: The operations that come with an idempotency key.
KEYED: Final = frozenset({"/resend-code", "/start-password-reset", "/open-reset-ticket"})


def write(fields: Mapping[str, object]) -> bytes:
    """Return what is asked as JSON; half a surrogate pair, which no text can hold, becomes a question mark."""
    return json.dumps(dict(fields), ensure_ascii=False).encode("utf-8", "replace")


def declared(path: str, reply: Reply) -> BaseModel:
    """Return a reply as the answer of an operation. Raises ValueError if it is none."""
    answer: BaseModel = ANSWERS[path].validate_json(write({"outcome": reply.outcome, **reply.data}))
    return answer


def read_reply(path: str, body: bytes) -> Reply | None:
    """Return the answer of an operation as a reply, unknown fields left out; None: it is none."""
    try:
        answer: BaseModel = ANSWERS[path].validate_json(body)
    except ValidationError:
        return None
    fields = answer.model_dump(exclude_none=True)
    outcome = Outcome(fields.pop("outcome"))
    return Reply(outcome=outcome, data={name: _plain(value) for name, value in fields.items()})


def read_error(body: bytes) -> str:
    """Return the word of a refusal; empty: it has none."""
    try:
        return Refusal.model_validate_json(body).error
    except ValidationError:
        return ""


def _plain(value: str | int | datetime) -> str | int:
    return value.isoformat() if isinstance(value, datetime) else value
