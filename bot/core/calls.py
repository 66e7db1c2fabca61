"""
The operations that a flow may call, as one table: arguments, outcomes, and what an anonymous person may see of them.

An outcome that depends on the account (a provider's own limit, a blocked country, a dead destination) would tell a
stranger that the account exists. To an anonymous person such an outcome looks like `accepted`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bot.core.vocabulary import Factor, Outcome, Trust


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation of the account system, as flows see it."""

    name: str
    #: Argument names that a flow gives under `with`, all required.
    arguments: tuple[str, ...] = ()
    #: One of these slots must be set, the first that is set is passed on; of a linked person it is the linked account
    #: instead. Without one it ends `not_supported`.
    subject: tuple[str, ...] = ()
    #: Slots that are forgotten once the call has returned.
    forgets: tuple[str, ...] = ()
    #: Every outcome that a flow must handle.
    outcomes: tuple[Outcome, ...]
    #: Outcomes that depend on the account, so that an anonymous person sees `accepted` instead.
    hidden: tuple[Outcome, ...] = ()
    #: Answered before it is made, so that the time of the answer tells nothing about the account.
    neutral: bool = False
    #: It sends a code or a link: the resend ladder is asked first, and the call is never repeated by itself.
    sends: bool = False
    #: It opens a ticket under the conversation's case code: repeated under the same key until it is taken.
    opens_ticket: bool = False
    #: The slot that keeps what it tells of the account of a linked person; for anybody else it is not made at all.
    tells: str | None = None

    @property
    def of_account(self) -> bool:
        """Tell whether it is about an account: the one that a linked person has, or that somebody named."""
        return "case" in self.subject or self.tells is not None

    def visible(self, outcome: Outcome, trust: Trust) -> Outcome:
        """Return the outcome that the flow goes on with, given who may be reading."""
        if trust is Trust.ANONYMOUS and self.tells is not None:
            return Outcome.NOT_SUPPORTED
        if trust is Trust.ANONYMOUS and outcome in self.hidden:
            return Outcome.ACCEPTED
        return outcome

    @property
    def unseen(self) -> tuple[Outcome, ...]:
        """Return the outcomes that no flow of an anonymous person goes on with."""
        return tuple(one for one in self.hidden if not (self.sends and one in REFUSED))


#: Outcomes after which nothing can be on its way, so that the request does not count. `held` counts: a stranger must
#: not tell it from a code that was sent.
NOT_SENT: Final = (Outcome.TOO_SOON, Outcome.UNAVAILABLE, Outcome.NOT_SUPPORTED)
#: With these the engine itself refuses to send.
REFUSED: Final = (Outcome.HELD, Outcome.NOT_SUPPORTED, Outcome.TOO_SOON)
#: The `reason` of a call that was not made because the account system knows no account by the reference of the link.
NO_ACCOUNT: Final = "no_such_account"
#: Ways to send a code -> the factor that receives it.
CHANNELS: Final[Mapping[str, Factor]] = {
    "sms": Factor.PHONE,
    "voice": Factor.PHONE,
    "email": Factor.EMAIL,
}

_SENDING: Final = (
    Outcome.ACCEPTED,
    Outcome.TOO_SOON,
    Outcome.RATE_LIMITED,
    Outcome.BLOCKED,
    Outcome.UNUSABLE,
    Outcome.NOT_SUPPORTED,
    Outcome.UNAVAILABLE,
    Outcome.UNKNOWN,
    Outcome.HELD,
)
#: `held` too: that somebody suspects a takeover of this account is nobody else's business.
_SENDING_HIDDEN: Final = (Outcome.RATE_LIMITED, Outcome.BLOCKED, Outcome.UNUSABLE, Outcome.HELD)


def _sending(name: str, arguments: tuple[str, ...]) -> Operation:
    """Describe an operation that sends something to the destination on file."""
    return Operation(
        name=name,
        arguments=arguments,
        subject=("case", "identifier"),
        forgets=("identifier",),
        outcomes=_SENDING,
        hidden=_SENDING_HIDDEN,
        neutral=True,
        sends=True,
    )


def _telling(name: str, slot: str, arguments: tuple[str, ...] = ()) -> Operation:
    """Describe an operation that looks something up for the person whose account it is."""
    return Operation(
        name=name,
        arguments=arguments,
        outcomes=(Outcome.ACCEPTED, Outcome.NOT_SUPPORTED, Outcome.UNAVAILABLE),
        tells=slot,
    )


OPERATIONS: Final = {
    operation.name: operation
    for operation in (
        _sending("resend_code", ("channel", "purpose")),
        _sending("start_password_reset", ("channel",)),
        Operation(
            name="open_reset_ticket",
            arguments=("reason",),
            subject=("case", "identifier"),
            forgets=("identifier",),
            outcomes=(
                Outcome.ACCEPTED,
                Outcome.ALREADY_OPEN,
                Outcome.BLOCKED,
                Outcome.RATE_LIMITED,
                Outcome.NOT_SUPPORTED,
                Outcome.UNAVAILABLE,
                Outcome.UNKNOWN,
            ),
            hidden=(Outcome.ALREADY_OPEN, Outcome.BLOCKED, Outcome.RATE_LIMITED),
            neutral=True,
            opens_ticket=True,
        ),
        Operation(
            name="find_ticket",
            subject=("ticket",),
            outcomes=(Outcome.ACCEPTED, Outcome.NOT_FOUND, Outcome.UNAVAILABLE, Outcome.UNKNOWN),
        ),
        _telling("account_state", "account"),
        _telling("delivery_status", "delivery", ("channel",)),
    )
}
#: Slots that hold what a linked person was told of their account; gone with the link.
OF_THE_LINK: Final = tuple(operation.tells for operation in OPERATIONS.values() if operation.tells)
