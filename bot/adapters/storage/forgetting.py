"""
The statements that find what is not needed any more, or what is of one contact, and those that delete it.

What is not needed is looked for along the numbers of a table, a few rows at a time: the oldest have the smallest, so a walk
ends where the rows are young, and its cost does not grow with what is stored. A condition stands here once; it is asked
before a transaction and again in it. Rows are deleted by their number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    func,
    literal_column,
    select,
    text,
)
from sqlalchemy.sql.expression import ClauseElement

from bot.adapters.storage.tables import COMMAND_WAITS, EVENT_WAITS, CommandStatus, EventStatus, metadata
from bot.ports import Kept

_inbox = metadata.tables["inbox"]
_conversations = metadata.tables["conversations"]
_messages = metadata.tables["messages"]
_commands = metadata.tables["commands"]
_timers = metadata.tables["timers"]
_links = metadata.tables["links"]
_cases = metadata.tables["cases"]

#: Where each kind is kept.
_TABLES: Mapping[Kept, Table] = {
    Kept.EFFECTS: _commands,
    Kept.EVENTS: _inbox,
    Kept.SET_ASIDE: _inbox,
    Kept.CONVERSATIONS: _conversations,
    Kept.UNMATCHED: metadata.tables["unmatched"],
    Kept.BUDGETS: metadata.tables["budgets"],
    Kept.TIMERS: _timers,
    Kept.LINKS: _links,
    Kept.SHOWN: metadata.tables["shown"],
    Kept.VISITS: metadata.tables["visits"],
    Kept.CASES: _cases,
    Kept.PICTURES: metadata.tables["pictures"],
}
#: What is kept with the contact that it is of.
_OF_CONTACTS = (
    Kept.CASES,
    Kept.CONVERSATIONS,
    Kept.EVENTS,
    Kept.EFFECTS,
    Kept.TIMERS,
    Kept.SHOWN,
    Kept.VISITS,
    Kept.PICTURES,
)
_BEFORE: ColumnElement[str] = bindparam("before")
_MOST = text("LIMIT :most").bindparams(bindparam("most", type_=Integer))


class Forgetting:
    """
    The statements in the words of one engine.

    Args:
        sql: Compiles a statement for it.
    """

    def __init__(self, sql: Callable[[ClauseElement], str]) -> None:
        #: Number, whether it is old, whether it may go: of the rows after a number, in order.
        self.outdated: Mapping[Kept, str] = {
            kind: sql(_walk(_TABLES[kind], old, needless)) for kind, (old, needless) in _conditions().items()
        }
        #: The numbers of what is of a contact.
        self.belongings: Mapping[Kept, str] = {kind: sql(_of_lane(_TABLES[kind])) for kind in _OF_CONTACTS}
        self.remove: Mapping[Kept, str] = {kind: sql(_removal(table)) for kind, table in _TABLES.items()}
        chosen = (
            select(_conversations.c.id).where(_conversations.c.seq == bindparam("number")).scalar_subquery()
        )
        self.remove_case = sql(delete(_cases).where(_cases.c.conversation == chosen))
        told = select(_cases.c.seq, _cases.c.place, _cases.c.channel).where(_cases.c.place.is_not(None))
        #: The number, place and channel of the cases that go with a row, if agents have talked about them.
        self.places: Mapping[Kept, str] = {
            Kept.CASES: sql(told.where(_cases.c.seq == bindparam("number"))),
            Kept.CONVERSATIONS: sql(told.where(_cases.c.conversation == chosen)),
        }
        lines = _messages.alias("lines")
        first = select(func.min(lines.c.seq)).where(lines.c.conversation == chosen).scalar_subquery()
        #: The oldest lines of a conversation; they are numbered without gaps.
        self.remove_lines = sql(
            delete(_messages).where(
                _messages.c.conversation == chosen, _messages.c.seq < first + bindparam("most", type_=Integer)
            )
        )


def _conditions() -> Mapping[Kept, tuple[ColumnElement[bool], ColumnElement[bool]]]:
    """Return for each kind when a row is old, and when an old one may go."""
    ended = _commands.c.status.in_([_word(CommandStatus.DONE), _word(CommandStatus.DEAD)])
    anything: ColumnElement[bool] = literal_column("1 = 1")
    old_event = _inbox.c.at < _BEFORE
    by_age = (Kept.UNMATCHED, Kept.BUDGETS, Kept.SHOWN, Kept.VISITS, Kept.PICTURES)
    return {
        Kept.EFFECTS: (_made_by() < _BEFORE, ended),
        Kept.EVENTS: (old_event, _inbox.c.status == _word(EventStatus.DONE)),
        Kept.SET_ASIDE: (old_event, _inbox.c.status == _word(EventStatus.SET_ASIDE)),
        Kept.CONVERSATIONS: (_conversations.c.started_at < _BEFORE, _rests()),
        Kept.LINKS: (_links.c.expires_at < _BEFORE, anything),
        **{kind: (_TABLES[kind].c.at < _BEFORE, anything) for kind in by_age},
    }


def _made_by() -> ColumnElement[str]:
    """When the event of an effect happened; what comes before any moment if the event is gone. The effect's id begins with its."""
    word: ColumnElement[str] = literal_column("'abcdefghijklmnopqrstuvwxyz0123456789'")
    event = func.rtrim(func.rtrim(_commands.c.id, word), literal_column("':'"))
    at = select(_inbox.c.at).where(_inbox.c.event == event).scalar_subquery()
    return func.coalesce(at, literal_column("''"))


def _rests() -> ColumnElement[bool]:
    """Tell that nothing was said in a conversation since the moment, and that nothing of it waits."""
    # Not `EXISTS`, of which PostgreSQL may make one walk through all transcripts.
    last = select(func.max(_messages.c.at)).where(_messages.c.conversation == _conversations.c.id)
    silent = func.coalesce(last.scalar_subquery(), literal_column("''")) < _BEFORE
    timed = _any(_timers, _timers.c.conversation == _conversations.c.id)
    asked = _any(
        _inbox,
        _inbox.c.channel == _conversations.c.channel,
        _inbox.c.contact == _conversations.c.contact,
        EVENT_WAITS,
    )
    promised = _conversations.c.id.in_(select(_commands.c.conversation).where(COMMAND_WAITS))
    return and_(silent, ~timed, ~asked, ~promised)


def _any(table: Table, *conditions: Any) -> ColumnElement[bool]:
    return select(literal_column("1")).select_from(table).where(*conditions).exists()


def _walk(table: Table, old: ColumnElement[bool], needless: ColumnElement[bool]) -> ClauseElement:
    number = _number(table)
    return (
        select(number, old.label("old"), and_(old, needless).label("needless"))
        .where(number > bindparam("after", type_=BigInteger))
        .order_by(number)
        .suffix_with(_MOST)
    )


def _of_lane(table: Table) -> Select[Any]:
    return select(_number(table)).where(
        table.c.channel == bindparam("lane_channel"), table.c.contact == bindparam("lane_contact")
    )


def _removal(table: Table) -> ClauseElement:
    chosen = _number(table) == bindparam("number")
    if table is not _conversations:
        return delete(table).where(chosen)
    return delete(table).where(chosen, ~_any(_messages, _messages.c.conversation == _conversations.c.id))


def _number(table: Table) -> ColumnElement[int]:
    return next(iter(table.primary_key.columns))


def _word(word: CommandStatus | EventStatus) -> ColumnElement[str]:
    return literal_column(f"'{word}'")
