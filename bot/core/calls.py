"""
The operations that a flow may call, as one table: arguments, outcomes, and what an anonymous person may see of them.

An outcome that depends on the account (a provider's own limit, a blocked country, a dead destination) would tell a
stranger that the account exists. To an anonymous person such an outcome looks like `accepted`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bot.core.vocabulary import Outcome, Trust


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation of the account system, as flows see it."""

    name: str
    #: Argument names that a flow gives under `with`, all required.
    arguments: tuple[str, ...] = ()
    #: One of these slots must be set; the first that is set is passed on.
    account: tuple[str, ...] = ()
    #: Slots that are forgotten once the call has returned.
    forgets: tuple[str, ...] = ()
    #: Every outcome that a flow must handle.
    outcomes: tuple[Outcome, ...]
    #: Outcomes that depend on the account, so that an anonymous person sees `accepted` instead.
    hidden: tuple[Outcome, ...] = ()
    #: Answered before it is made, so that the time of the answer tells nothing about the account.
    neutral: bool = False
    #: It sends a code: the resend ladder is asked first, and the call is never repeated by itself.
    sends_code: bool = False

    def visible(self, outcome: Outcome, trust: Trust) -> Outcome:
        """Return the outcome that the flow goes on with, given who may be reading."""
        if trust is Trust.ANONYMOUS and outcome in self.hidden:
            return Outcome.ACCEPTED
        return outcome


#: Outcomes after which no code can be on its way, so that the request does not count.
NOT_SENT: Final = (Outcome.TOO_SOON, Outcome.UNAVAILABLE, Outcome.NOT_SUPPORTED)

OPERATIONS: Final = {
    operation.name: operation
    for operation in (
        Operation(
            name="resend_code",
            arguments=("channel", "purpose"),
            account=("case", "identifier"),
            forgets=("identifier",),
            outcomes=(
                Outcome.ACCEPTED,
                Outcome.TOO_SOON,
                Outcome.RATE_LIMITED,
                Outcome.BLOCKED,
                Outcome.UNUSABLE,
                Outcome.NOT_SUPPORTED,
                Outcome.UNAVAILABLE,
                Outcome.UNKNOWN,
            ),
            hidden=(Outcome.RATE_LIMITED, Outcome.BLOCKED, Outcome.UNUSABLE),
            neutral=True,
            sends_code=True,
        ),
    )
}
