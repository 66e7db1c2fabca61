"""
Updates made from the specification, with one to three of their fields spoilt.

Every field of every type that an update can hold is spoilt in every manner in turn, in an update that holds it; half of the
updates are spoilt where a bot looks.
"""

from __future__ import annotations

import itertools
import random
import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

#: What can be wrong with a field.
MANNERS: Final = ("missing", "null", "huge", "other type")
#: Types whose fields a bot reads; the messages of people and their presses come as these.
READ: Final = (
    "Message",
    "CallbackQuery",
    "Chat",
    "User",
    "Contact",
    "ChatMemberUpdated",
    "InaccessibleMessage",
)
#: Kinds of updates that people's chats with a bot consist of.
HEARD: Final = ("message", "edited_message", "callback_query", "my_chat_member")
#: Values that a field has in reality, where any of its type would be beside the point.
LIKELY: Final[Mapping[tuple[str, str], tuple[Any, ...]]] = {
    ("Chat", "type"): ("private",) * 6 + ("group", "supergroup", "channel"),
    ("Message", "text"): ("no sms code", "/start", "/help", "/human", "1", "yes", "hello"),
    ("CallbackQuery", "data"): ("v1:1:yes", "v1:0:@human", "v2:1:yes", ""),
    ("User", "is_bot"): (False, False, False, True),
    ("User", "language_code"): ("en", "fr", "zh-hans", "de"),
}
#: Fields by which things are told apart.
UNIQUE: Final = {("CallbackQuery", "id"), ("Message", "media_group_id")}
#: Fields that would make a message another one than what a person says; they are spoilt all the same.
RARE: Final = {"via_bot", "sender_chat", "is_bot", "business_connection_id", "forward_origin"}
DEEPEST: Final = 4
SHARE_OF_OPTIONAL: Final = 0.06

OTHERS: Final[tuple[Any, ...]] = (
    "", "text", "1001", 0, -1, 1.5, True, False, [], [None], [[]], ["text"], {}, {"id": 1}, {"id": None},
)  # fmt: skip

#: A type, and the name of a field of it.
Field = tuple[str, str]
#: From an update to something in it.
Way = list[Field]
#: An object that was made, and its type.
Holder = tuple[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Strange:
    """One update; `spoilt` tells the fields and how."""

    kind: str
    body: Any
    person: int
    spoilt: tuple[tuple[str, str, str], ...]


class Maker:
    """
    Makes updates.

    Args:
        types: Of the specification.
        rng: Draws them.
    """

    def __init__(self, types: Mapping[str, Any], rng: random.Random) -> None:
        self._types, self._rng = types, rng
        #: About whom the present update is.
        self._person = 0
        self._ways = self._shortest_ways()
        self.fields: tuple[Field, ...] = tuple(
            (name, field) for name in self._ways for field in self._fields(name) if field != "update_id"
        )
        read = [each for each in self.fields if each[0] in READ]
        self._turns = zip(
            itertools.cycle(itertools.product(self.fields, MANNERS)),
            itertools.cycle(itertools.product(read, MANNERS)),
            strict=False,
        )

    @property
    def spoilable(self) -> int:
        """How many fields there are, times the manners in which each is spoilt."""
        return len(self.fields) * len(MANNERS)

    def updates(self, persons: Iterator[int]) -> Iterator[Strange]:
        """Yield updates for ever, each about another person."""
        for anywhere, where_it_is_read in self._turns:
            yield self._strange(*anywhere, next(persons))
            yield self._strange(*where_it_is_read, next(persons), HEARD)

    def _strange(self, target: Field, manner: str, person: int, kinds: tuple[str, ...] = ()) -> Strange:
        """Make an update that holds a field, then spoil it, and perhaps others."""
        self._person = person
        if target[0] == "Update":
            return self._hardly_an_update(target[1], manner)
        ways = self._ways[target[0]]
        (_, kind), *way = self._rng.choice([way for way in ways if way[0][1] in kinds] or ways)
        holders: list[Holder] = []
        body = self._of(self._type_of("Update", kind), [*way, target], 0, holders)
        self._spoil(
            next(made for name, made in holders if name == target[0] and target[1] in made), target, manner
        )
        told = [(*target, manner)]
        for _ in range(self._rng.choice((0, 0, 1, 2))):
            name, other = self._rng.choice(holders)
            if other:
                further, how = (name, self._rng.choice(sorted(other))), self._rng.choice(MANNERS)
                self._spoil(other, further, how)
                told.append((*further, how))
        return Strange(kind, body, person, tuple(told))

    def _hardly_an_update(self, kind: str, manner: str) -> Strange:
        """Spoil the one field of an update that tells what happened; without it, it is of a kind that is not known yet."""
        body = self._of(self._type_of("Update", kind), [], 0, [])
        holder: dict[str, Any] = {kind: body}
        self._spoil(holder, ("Update", kind), manner)
        spoilt = (("Update", kind, manner),)
        if manner == "missing":
            return Strange(f"new_{kind}", body, self._person, spoilt)
        return Strange(kind, holder[kind], self._person, spoilt)

    def _spoil(self, holder: dict[str, Any], field: Field, manner: str) -> None:
        name = field[1]
        match manner:
            case "missing":
                del holder[name]
            case "null":
                holder[name] = None
            case "huge":
                holder[name] = self._huge(holder[name])
            case _:
                holder[name] = self._other(holder[name])

    def _huge(self, value: Any) -> Any:
        length = 100_000 if self._rng.random() < 0.01 else 5_000
        match value:
            case bool():
                return 10**12
            case int():
                return self._rng.choice((2**31, 2**53, 2**63, -(2**63), 10**30))
            case float():
                return self._rng.choice((1e308, -1e308))
            case str():
                return (
                    self._rng.choice(("x", "汉", "😀", "\u202e", "\x00", "\ud800", "\n", "/", "9")) * length
                )
            case list():
                return (value or [{}]) * (length // 50)
            case _:
                items = (value or {"x": {}}).items()
                return {f"{name}{number}": item for number in range(50) for name, item in items}

    def _other(self, value: Any) -> Any:
        return self._rng.choice([each for each in OTHERS if type(each) is not type(value)])

    def _object(self, type_name: str, way: Way, depth: int, holders: list[Holder]) -> dict[str, Any]:
        """Make an object that holds what lies on the way; what is made is noted among the holders."""
        made: dict[str, Any] = {}
        holders.append((type_name, made))
        for name, field in self._fields(type_name).items():
            wanted = bool(way) and way[0] == (type_name, name)
            if wanted or field["required"] or self._by_chance(name, depth):
                made[name] = self._value(type_name, name, way[1:] if wanted else [], depth + 1, holders)
        return made

    def _by_chance(self, name: str, depth: int) -> bool:
        if name in ("text", "from", "data", "message", "edit_date"):
            return depth < 2 or self._rng.random() < 0.5
        return depth < DEEPEST and name not in RARE and self._rng.random() < SHARE_OF_OPTIONAL

    def _value(self, type_name: str, name: str, way: Way, depth: int, holders: list[Holder]) -> Any:
        if likely := LIKELY.get((type_name, name)):
            return self._rng.choice(likely)
        if name == "id" and type_name in ("Chat", "User"):
            return self._person
        if (type_name, name) in UNIQUE:
            return str(self._person)
        return self._of(self._type_of(type_name, name), way, depth, holders)

    def _of(self, expression: str, way: Way, depth: int, holders: list[Holder]) -> Any:
        """Make a value of a type; where something lies on the way, of the type that leads there."""
        inner = expression.removeprefix("Array of ")
        if inner != expression:
            return [] if depth > DEEPEST and not way else [self._of(inner, way, depth, holders)]
        named = list(self._named(expression))
        chosen = way[0][0] if way else self._rng.choice(named)
        match chosen:
            case "Integer":
                return self._rng.choice((0, 1, 5, 1_700_000_000))
            case "Float":
                return 1.5
            case "String":
                return self._rng.choice(("a", "some words", "1001"))
            case "Boolean":
                return self._rng.random() < 0.5
            case "True":
                return True
        return self._object(chosen, way, depth, holders)

    def _shortest_ways(self) -> dict[str, list[Way]]:
        """Type -> the shortest ways to it from an update."""
        ways: dict[str, list[Way]] = {"Update": [[]]}
        waiting = deque(["Update"])
        while waiting:
            holder = waiting.popleft()
            for name in self._fields(holder):
                longer = [[*way, (holder, name)] for way in ways[holder]]
                for found in self._named(self._type_of(holder, name).replace("Array of ", "")):
                    if found not in ways and found in self._types:
                        ways[found] = longer
                        waiting.append(found)
                    elif found in ways and len(longer[0]) == len(ways[found][0]):
                        ways[found] = ways[found] + longer
        return ways

    def _named(self, expression: str) -> Iterator[str]:
        """Yield the types that a value may have; a rich text may also be a plain one, which says less."""
        for name in re.split(r", | and | or ", expression):
            yield from self._subtypes(name) or [name]

    def _type_of(self, holder: str, field: str) -> str:
        found: str = self._types[holder]["fields"][field]["type"]
        return found

    def _fields(self, type_name: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._types.get(type_name, {}).get("fields", {})
        return found

    def _subtypes(self, type_name: str) -> list[str]:
        if self._fields(type_name):
            return []
        return re.findall(r"^ - (\w+)$", self._types.get(type_name, {}).get("description", ""), re.MULTILINE)
