"""
A tiny language for `if` and `when`: comparisons of slots, joined by and, or, not.

    platform == 'iphone' and not phone.fixable
    phone.region in ['IN', 'SG']
    sends >= 3

Only names, one attribute, literals and the operators below exist; nothing is ever evaluated as Python. A name that is
not set reads as None, compares unequal to everything but None, and is false.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

_TOKEN: Final = re.compile(
    r"\s*(?:(?P<name>[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)?)|(?P<string>'[^']*')|(?P<number>\d+)|(?P<sign>==|!=|<=|>=|<|>|\(|\)|\[|\]|,))"
)
_COMPARISONS: Final = ("==", "!=", "<", "<=", ">", ">=", "in")
#: Deeper nesting has no use and would cost stack.
_MAX_DEPTH: Final = 20
_MAX_CHARS: Final = 500


@dataclass(frozen=True, slots=True)
class Name:
    """A slot, or one attribute of it."""

    name: str
    attribute: str | None = None

    def value_in(self, values: Mapping[str, Any]) -> Any:
        """Return what is held under it; None: nothing."""
        value = values.get(self.name)
        if self.attribute is None:
            return value
        return value.get(self.attribute) if isinstance(value, Mapping) else None


@dataclass(frozen=True, slots=True)
class Literal:
    """A string, a whole number, true, false, none, or a list of them."""

    value: str | int | bool | tuple[str | int | bool | None, ...] | None

    def value_in(self, _values: Mapping[str, Any]) -> Any:
        """Return what it is."""
        return self.value


@dataclass(frozen=True, slots=True)
class Compare:
    """Two operands and a sign."""

    sign: str
    left: Name | Literal
    right: Name | Literal

    def value_in(self, values: Mapping[str, Any]) -> bool:
        """Tell whether it holds."""
        return _compare(self.sign, self.left.value_in(values), self.right.value_in(values))


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    part: Node

    def value_in(self, values: Mapping[str, Any]) -> bool:
        """Tell whether the part does not hold."""
        return not self.part.value_in(values)


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple[Node, ...]

    def value_in(self, values: Mapping[str, Any]) -> bool:
        """Tell whether all do."""
        return all(part.value_in(values) for part in self.parts)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Node, ...]

    def value_in(self, values: Mapping[str, Any]) -> bool:
        """Tell whether any does."""
        return any(part.value_in(values) for part in self.parts)


Node = Name | Literal | Compare | Not | All | AnyOf


@dataclass(frozen=True, slots=True)
class Condition:
    """A parsed condition."""

    source: str
    node: Node

    def holds(self, values: Mapping[str, Any]) -> bool:
        """Tell whether it holds over the values; never raises."""
        return bool(self.node.value_in(values))

    def names(self) -> frozenset[tuple[str, str | None]]:
        """Return every `(name, attribute)` that it reads."""
        return frozenset((name.name, name.attribute) for name in _names(self.node))

    def comparisons(self) -> tuple[Compare, ...]:
        """Return every comparison in it, for the checks."""
        return tuple(_comparisons(self.node))


def parse(source: str) -> Condition:
    """
    Parse a condition.

    Args:
        source: The text of an `if` or a `when`.

    Returns:
        The condition.

    Raises:
        ValueError: It is not of this language; says where.
    """
    if len(source) > _MAX_CHARS:
        raise ValueError(f"longer than {_MAX_CHARS} characters")
    parser = _Parser(source)
    node = parser.either(0)
    parser.finish()
    return Condition(source, node)


class _Parser:
    """Recursive descent over the tokens of one condition."""

    def __init__(self, source: str) -> None:
        self._tokens = tuple(_tokens(source))
        self._at = 0

    def either(self, depth: int) -> Node:
        parts = [self._both(depth)]
        while self._take("or"):
            parts.append(self._both(depth))
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def finish(self) -> None:
        if self._at < len(self._tokens):
            raise ValueError(f"unexpected {self._tokens[self._at]!r}")

    def _both(self, depth: int) -> Node:
        parts = [self._negation(depth)]
        while self._take("and"):
            parts.append(self._negation(depth))
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _negation(self, depth: int) -> Node:
        if depth > _MAX_DEPTH:
            raise ValueError("nested too deeply")
        if self._take("not"):
            return Not(self._negation(depth + 1))
        if self._take("("):
            node = self.either(depth + 1)
            self._expect(")")
            return node
        return self._comparison()

    def _comparison(self) -> Node:
        left = self._operand()
        if self._take("not"):
            self._expect("in")
            return Not(Compare("in", left, self._operand()))
        for sign in _COMPARISONS:
            if self._take(sign):
                return Compare(sign, left, self._operand())
        return left

    def _operand(self) -> Name | Literal:
        token = self._next()
        if token == "[":  # noqa: S105 - a token of the language
            return Literal(self._items())
        if token.startswith("'"):
            return Literal(token[1:-1])
        if token.isdigit():
            return Literal(int(token))
        if token in _WORDS:
            return Literal(_WORDS[token])
        if not (token[0].isalpha() or token[0] == "_") or token in ("and", "or", "not", "in"):
            raise ValueError(f"unexpected {token!r}")
        name, _, attribute = token.partition(".")
        return Name(name, attribute or None)

    def _items(self) -> tuple[str | int | bool | None, ...]:
        items: list[str | int | bool | None] = []
        while not self._take("]"):
            operand = self._operand()
            if not isinstance(operand, Literal) or isinstance(operand.value, tuple):
                raise ValueError("a list holds only strings and numbers")
            items.append(operand.value)
            if not self._take(","):
                self._expect("]")
                break
        return tuple(items)

    def _next(self) -> str:
        if self._at >= len(self._tokens):
            raise ValueError("it ends too early")
        self._at += 1
        return self._tokens[self._at - 1]

    def _take(self, token: str) -> bool:
        if self._at < len(self._tokens) and self._tokens[self._at] == token:
            self._at += 1
            return True
        return False

    def _expect(self, token: str) -> None:
        if not self._take(token):
            raise ValueError(f"expected {token!r}")


_WORDS: Final[Mapping[str, bool | None]] = {"true": True, "false": False, "none": None}


def _tokens(source: str) -> Iterator[str]:
    position, end = 0, len(source.rstrip())
    while position < end:
        match = _TOKEN.match(source, position)
        if match is None:
            raise ValueError(f"cannot read {source[position : position + 10]!r}")
        yield match.group(match.lastgroup or 0)
        position = match.end()


def _compare(sign: str, left: object, right: object) -> bool:
    match sign:
        case "==":
            return left == right
        case "!=":
            return left != right
        case "in":
            return isinstance(right, tuple | list) and left in right
        case _ if isinstance(left, int | float) and isinstance(right, int | float):
            return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[sign]
        case _:
            return False


def _names(node: Node) -> Iterator[Name]:
    match node:
        case Name():
            yield node
        case Not(part):
            yield from _names(part)
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from _names(part)
        case Compare(_, left, right):
            yield from (operand for operand in (left, right) if isinstance(operand, Name))
        case Literal():
            return


def _comparisons(node: Node) -> Iterator[Compare]:
    match node:
        case Compare():
            yield node
        case Not(part):
            yield from _comparisons(part)
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from _comparisons(part)
        case _:
            return
