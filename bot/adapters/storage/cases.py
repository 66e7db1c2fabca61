"""
The statements behind what agents were shown of a case, and its rows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Integer, String, bindparam, exists, func, select, update
from sqlalchemy.sql.expression import ClauseElement

from bot.adapters.storage.tables import metadata
from bot.ports import Lane, Posted

if TYPE_CHECKING:
    from bot.adapters.storage.statements import InsertInto

_cases = metadata.tables["cases"]
_NAMES: Final = tuple(each.name for each in _cases.columns if each.name != "seq")


class CaseStatements:
    """
    The statements in the words of one engine.

    Args:
        sql: Compiles a statement for it.
        insert_into: The engine's own insertion.
    """

    def __init__(self, sql: Callable[[ClauseElement], str], insert_into: InsertInto) -> None:
        rows = select(*(_cases.c[name] for name in _NAMES))
        self.of_code = sql(rows.where(_cases.c.code == bindparam("code")))
        self.of_place = sql(rows.where(_cases.c.place == bindparam("place")))
        new = insert_into(_cases).values({name: bindparam(name) for name in _NAMES}).inline()
        self.keep = sql(
            new.on_conflict_do_update(
                index_elements=["code"],
                set_={name: getattr(new.excluded, name) for name in _NAMES if name != "code"},
            )
        )
        rest = func.substr(_cases.c.place, bindparam("rest_from", type_=Integer))
        name, other = bindparam("after", type_=String).concat(rest), _cases.alias()
        named, deeper = (bindparam(each, type_=String) for each in ("named", "deeper"))
        self.move = sql(
            update(_cases)
            .where(_cases.c.place.like(named), rest.not_like(deeper))
            .where(~exists().where(other.c.place == name))
            .values(place=name)
        )


def names(before: str, after: str) -> dict[str, object]:
    """Return what `CaseStatements.move` is called with; `before` is empty where places name no room."""
    named = f"{before}/" if before else ""
    return {"named": f"{named}%", "deeper": "%/%", "rest_from": len(named) + 1, "after": f"{after}/"}


def posted(row: Any) -> Posted | None:
    """Read a row, if there is one."""
    if row is None:
        return None
    found = dict(zip(_NAMES, row, strict=True))
    lane = Lane(found.pop("channel"), found.pop("contact"))
    pinned, closed = bool(found.pop("pinned")), bool(found.pop("closed"))
    return Posted(lane=lane, pinned=pinned, closed=closed, **found)


def row(posted: Posted) -> dict[str, object]:
    """Write a row."""
    held = {name: getattr(posted, name) for name in _NAMES if name not in ("channel", "contact")}
    flags = {name: int(held[name]) for name in ("pinned", "closed")}
    return {**held, **flags, "channel": posted.lane.channel, "contact": posted.lane.contact}
