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
    #: One of these slots must be set; the first that is set is passed on. Without one it ends `not_supported`.
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

    def visible(self, outcome: Outcome, trust: Trust) -> Outcome:
        """Return the outcome that the flow goes on with, given who may be reading."""
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
    )
}
