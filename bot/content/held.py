"""
What a slot can hold when it can hold only a few things, and every combination of such slots.

A set holds some of its members, a choice one of its ids; what `set` states note counts too, in every flow, because
the slots belong to the conversation and not to one flow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations, product
from math import prod
from typing import Final, TypeAlias

from bot.content.values import ACCOUNT_STATES, DELIVERY_STATUSES, FAILURES, PHONE_FLAGS
from bot.core.conditions import Compare, Condition, Literal, Name
from bot.core.flow import Ask, AskMany, Flow, Set
from bot.diagnosis.codes import Line

#: One value of a slot: a choice, a set, or None where it is not set.
Held: TypeAlias = str | int | bool | tuple[str, ...] | None
Combination: TypeAlias = Mapping[str, object]
#: More are not looked at; the shipped conditions and tables have at most 729.
MAX_COMBINATIONS: Final = 50_000
#: Stands for all that a condition does not name.
_OTHER: Final = "\x00"
_KINDS: Final[Mapping[tuple[str, str], tuple[Held, ...]]] = {
    **{("phone", flag): (True, False) for flag in PHONE_FLAGS},
    ("phone", "line"): tuple(line.value for line in Line),
    ("ticket", "state"): ("open", "closed"),
    ("account", "state"): ACCOUNT_STATES,
    ("delivery", "status"): DELIVERY_STATUSES,
    ("delivery", "reason"): FAILURES,
}


def few_values(flows: Iterable[Flow]) -> Mapping[str, tuple[Held, ...]]:
    """Return the slots that hold one of a few values, with all of these; sets are tuples, never empty."""
    chosen: dict[str, list[Held]] = {}
    members: dict[str, list[str]] = {}
    for flow in flows:
        for state in flow.states.values():
            match state:
                case Ask():
                    chosen.setdefault(state.id, []).extend(state.choices)
                case AskMany():
                    members.setdefault(state.id, []).extend(state.members)
                case Set():
                    for name, value in state.values.items():
                        if isinstance(value, tuple):
                            members.setdefault(name, []).extend(value)
                        else:
                            chosen.setdefault(name, []).append(value)
    found = {name: tuple(dict.fromkeys(values)) for name, values in chosen.items()}
    return {**found, **{name: _subsets(tuple(dict.fromkeys(held))) for name, held in members.items()}}


def _subsets(members: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    sizes = range(1, len(members) + 1)
    return tuple(subset for size in sizes for subset in combinations(members, size))


def every_combination(values: Mapping[str, tuple[Held, ...]]) -> Iterator[Combination]:
    """Yield every way to fill the slots; nothing if there are too many."""
    if prod(map(len, values.values())) <= MAX_COMBINATIONS:
        yield from (dict(zip(values, row, strict=True)) for row in product(*values.values()))


def situations(
    conditions: Iterable[Condition], few: Mapping[str, tuple[Held, ...]], sure: frozenset[str]
) -> Iterator[Combination]:
    """
    Yield every situation that some conditions tell apart.

    Args:
        conditions: What is asked.
        few: The slots with few values.
        sure: The slots that are set for certain.

    Returns:
        Slot -> value, or a mapping of its attributes, for `Condition.holds`; nothing if there are too many.
    """
    conditions = tuple(conditions)
    names = sorted({name for condition in conditions for name in condition.names()}, key=str)
    compared = tuple(comparison for condition in conditions for comparison in condition.comparisons())
    values = {
        _key(name, attribute): _candidates(name, attribute, compared, few, sure) for name, attribute in names
    }
    for combination in every_combination(values):
        yield _as_slots(combination)


def _key(name: str, attribute: str | None) -> str:
    return name if attribute is None else f"{name}.{attribute}"


def _candidates(
    name: str,
    attribute: str | None,
    compared: tuple[Compare, ...],
    few: Mapping[str, tuple[Held, ...]],
    sure: frozenset[str],
) -> tuple[Held, ...]:
    if attribute is not None:
        known = _KINDS.get((name, attribute))
        return (*(known or (_OTHER, *_beside(Name(name, attribute), compared))), None)
    unset: tuple[Held, ...] = () if name in sure else (None,)
    return (*few.get(name, (_OTHER, *_beside(Name(name), compared))), *unset)


def _beside(name: Name, compared: tuple[Compare, ...]) -> tuple[Held, ...]:
    """Return what a name is compared with; a number also a little less and a little more."""
    found: list[Held] = []
    for comparison in compared:
        for one, other in ((comparison.left, comparison.right), (comparison.right, comparison.left)):
            if one == name and isinstance(other, Literal):
                for value in other.value if isinstance(other.value, tuple) else (other.value,):
                    number = isinstance(value, int) and not isinstance(value, bool)
                    found.extend(
                        (value - 1, value, value + 1) if number and isinstance(value, int) else (value,)
                    )
    return tuple(dict.fromkeys(value for value in found if value is not None))


def _as_slots(combination: Combination) -> Combination:
    """Put attributes together under their slot; what is not set has none."""
    slots: dict[str, object] = {key: value for key, value in combination.items() if "." not in key}
    for key, value in combination.items():
        name, _, attribute = key.partition(".")
        inner = slots.get(name, {})
        if attribute and inner is not None:
            slots[name] = {**(inner if isinstance(inner, dict) else {}), attribute: value}
    return slots
