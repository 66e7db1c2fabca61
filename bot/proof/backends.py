"""
Two account systems that differ in one account: what they may answer, and what of it may be seen.

The one on the left knows the account and may say anything of it; the one on the right does not know it and accepts
everything, as the contract of `bot.ports.AccountBackend` asks. What depends on no account is the same in both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, TypeAlias

from bot.content.values import ACCOUNT_STATES, DELIVERY_STATUSES, FAILURES
from bot.core.calls import Operation
from bot.core.commands import (
    CallBackend,
    Command,
    RecordActivity,
    RecordFeedback,
    RecordUnmatched,
    SendMessage,
)
from bot.core.events import Value
from bot.core.vocabulary import Outcome
from bot.proof.situation import NOW

#: Slots that name an account.
ACCOUNT: Final = frozenset({"case", "identifier"})
#: Outcomes that depend on our own budget, the operation or the network, never on the account.
FREE: Final = (Outcome.TOO_SOON, Outcome.NOT_SUPPORTED, Outcome.UNAVAILABLE, Outcome.UNKNOWN)
_LATER: Final = (NOW + timedelta(hours=3)).isoformat()

_ON_FILE: Final[Mapping[str, Value]] = {"phone_ends": "21", "email_begins": "m"}
_LOOKED_UP: Final = {"at": NOW.isoformat()}
#: Operation -> what may come with `accepted`: each word of the contract, and each thing missing once.
_ACCEPTED: Final[Mapping[str, tuple[Mapping[str, Value], ...]]] = {
    "find_ticket": ({"state": "open"}, {"state": "closed"}),
    "account_state": (
        *({**_ON_FILE, "state": state, "until": _LATER} for state in ACCOUNT_STATES),
        *({"state": state} for state in ("active", "locked")),
    ),
    "delivery_status": (
        *({**_LOOKED_UP, "status": status} for status in DELIVERY_STATUSES),
        *({**_LOOKED_UP, "status": "failed", "reason": reason} for reason in FAILURES),
        {"status": "none"},
    ),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """How a call ended, and what came with it."""

    outcome: Outcome
    data: Mapping[str, Value] = field(default_factory=dict)


#: The answers of both account systems to one call.
Answers: TypeAlias = tuple[Answer, Answer]
#: Every pair of answers to an operation.
Backends: TypeAlias = Callable[[Operation], Iterable[Answers]]


def names_account(operation: Operation) -> bool:
    """Tell whether an operation is about an account that anybody may name."""
    return not ACCOUNT.isdisjoint(operation.subject)


def backends(operation: Operation) -> Iterable[Answers]:
    """Return what the two account systems may answer."""
    if not names_account(operation):
        for outcome in operation.outcomes:
            for state in ("open", "closed") if outcome is Outcome.ACCEPTED else ("open",):
                answer = Answer(outcome, {"state": state, "opened": NOW.isoformat()})
                yield answer, answer
        return
    known = {
        "case": "known",
        "retry_at": _LATER,
        "next_allowed_at": _LATER,
        "state": "open",
        "opened": NOW.isoformat(),
    }
    for outcome in operation.outcomes:
        if outcome in FREE:
            free = Answer(outcome, {"case": "any", "retry_at": _LATER})
            yield free, free
        else:
            yield Answer(outcome, known), Answer(Outcome.ACCEPTED, {"case": "unknown"})


def told(operation: Operation) -> Iterable[Answer]:
    """Return what an account system may answer of a linked account, where nothing is hidden."""
    for outcome in operation.outcomes:
        data: dict[str, Value] = {"case": "linked", "retry_at": _LATER, "opened": NOW.isoformat()}
        if outcome is not Outcome.ACCEPTED:
            yield Answer(outcome, data)
        else:
            yield from (Answer(outcome, {**data, **more}) for more in _ACCEPTED.get(operation.name, ({},)))


def visible(commands: Iterable[Command]) -> tuple[object, ...]:
    """Return what a person can notice of a step: words, buttons, deletions, timers that will speak, a hand-over."""
    unseen = (CallBackend, RecordActivity, RecordFeedback, RecordUnmatched)
    return tuple(_noticed(command) for command in commands if not isinstance(command, unseen))


def _noticed(command: Command) -> tuple[object, ...]:
    """Return a command without its id, which counts what nobody sees, and without what only the agent gets."""
    fields = [name for name in type(command).__slots__ if name != "tried"]
    return (type(command).__name__, *(getattr(command, name) for name in fields))


def speaks(commands: Iterable[Command]) -> bool:
    """Tell whether a step says anything."""
    return any(isinstance(command, SendMessage) for command in commands)
