"""
Every statement of the store, built from the tables and compiled once an engine to SQL with named parameters.

The store hands the SQL straight to the driver: executing through SQLAlchemy costs 4 to 11 microseconds a statement more
than the driver's own 1 (SQLAlchemy 2.1.9 on SQLite, Python 3.11, a turn has about 20 of them), and the tables stay the
only truth.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    Dialect,
    Integer,
    Select,
    String,
    Table,
    and_,
    bindparam,
    case,
    column,
    delete,
    func,
    literal_column,
    null,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.sql.expression import ClauseElement

from bot.adapters.storage.cases import CaseStatements
from bot.adapters.storage.feed import FeedStatements
from bot.adapters.storage.forgetting import Forgetting
from bot.adapters.storage.tables import COMMAND_WAITS, EVENT_WAITS, CommandStatus, EventStatus, metadata

_inbox = metadata.tables["inbox"]
_conversations = metadata.tables["conversations"]
_messages = metadata.tables["messages"]
_commands = metadata.tables["commands"]
_timers = metadata.tables["timers"]
_budgets = metadata.tables["budgets"]
_feedback = metadata.tables["feedback"]
_unmatched = metadata.tables["unmatched"]
_audit = metadata.tables["audit"]
_processes = metadata.tables["processes"]
_shares = metadata.tables["shares"]
_links = metadata.tables["links"]
_incidents = metadata.tables["incidents"]

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

    #: An engine's own way to begin an insertion: both know `ON CONFLICT`.
    InsertInto = Callable[[Table], sqlite.Insert] | Callable[[Table], postgresql.Insert]


class Statements:
    """
    The statements in the words of one engine.

    Args:
        dialect: What they are compiled for.
        insert_into: The engine's own insertion.
        connected: Whether the process of a row of `processes` is connected; None where the engine does not know.
    """

    def __init__(
        self, dialect: Dialect, insert_into: InsertInto, connected: ColumnElement[bool] | None = None
    ) -> None:
        def sql(statement: ClauseElement) -> str:
            return str(statement.compile(dialect=dialect))

        def insert(table: Table, **fixed: ColumnElement[Any]) -> Any:
            """Insert a row with a parameter for each column but the number that the database gives and what is fixed."""
            names = [
                each.name
                for each in table.columns
                if each.name in fixed or each is not table.autoincrement_column
            ]
            values = {name: fixed.get(name, bindparam(name)) for name in names}
            return insert_into(table).values(values).inline()

        # The inbox.
        self.receive = sql(
            insert(
                _inbox, status=_word(EventStatus.PENDING), attempts=literal_column("0"), fault=null()
            ).on_conflict_do_nothing(index_elements=["event"])
        )
        self.next_event = sql(
            _first(
                select(_inbox.c.event, _inbox.c.payload)
                .where(_of_lane(_inbox), EVENT_WAITS)
                .order_by(_inbox.c.seq)
            )
        )
        self.waiting = sql(
            select(_inbox.c.event, _inbox.c.payload)
            .where(_of_lane(_inbox), EVENT_WAITS)
            .order_by(_inbox.c.seq)
            .suffix_with(text("LIMIT :most").bindparams(bindparam("most", type_=Integer)))
        )
        self.waiting_lanes = sql(
            select(_inbox.c.channel, _inbox.c.contact)
            .where(EVENT_WAITS)
            .group_by(_inbox.c.channel, _inbox.c.contact)
            .order_by(func.min(_inbox.c.seq))
        )
        this_event = and_(_inbox.c.event == bindparam("known"), EVENT_WAITS)
        self.finish_event = sql(
            update(_inbox).where(this_event).values(status=_word(EventStatus.DONE), payload=null())
        )
        self.set_event_aside = sql(
            update(_inbox)
            .where(this_event)
            .values(status=_word(EventStatus.SET_ASIDE), fault=bindparam("fault"))
        )
        self.count_attempt = sql(
            update(_inbox)
            .where(this_event)
            .values(attempts=_inbox.c.attempts + literal_column("1"))
            .returning(_inbox.c.attempts)
        )
        self.unprocessed = sql(
            select(_inbox.c.channel, _inbox.c.at).where(EVENT_WAITS, _inbox.c.at < bindparam("before"))
        )
        self.set_aside = sql(
            select(_inbox.c.at, _inbox.c.fault)
            .where(_inbox.c.status == _word(EventStatus.SET_ASIDE))
            .order_by(_inbox.c.seq)
        )

        # Conversations and their transcripts.
        states = select(_conversations.c.id, _conversations.c.state)
        self.conversation = sql(
            _first(states.where(_of_lane(_conversations)).order_by(_conversations.c.seq.desc()))
        )
        self.case = sql(states.where(_conversations.c.case_code == bindparam("code")))
        self.insert_conversation = sql(insert(_conversations).on_conflict_do_nothing(index_elements=["id"]))
        self.update_conversation = sql(
            update(_conversations)
            .where(_conversations.c.id == bindparam("known"), _conversations.c.version == bindparam("seen"))
            .values(
                {
                    name: bindparam(name)
                    for name in ("status", "case_code", "language", "content", "version", "state")
                }
            )
        )
        self.add_line = sql(
            insert(
                _messages,
                seq=select(func.coalesce(func.max(column("seq")), literal_column("0")) + literal_column("1"))
                .select_from(_messages.alias("earlier"))
                .where(column("conversation") == bindparam("conversation"))
                .scalar_subquery(),
            )
        )
        self.transcript = sql(
            select(
                _messages.c.at,
                _messages.c.direction,
                _messages.c.text,
                _messages.c.choices,
                _messages.c.screen,
                _messages.c.source,
                _messages.c.agent,
                _messages.c.picture,
            )
            .where(_messages.c.conversation == bindparam("conversation"))
            .order_by(_messages.c.seq)
        )

        # The outbox.
        self.add_effect = sql(insert(_commands, status=_word(CommandStatus.PENDING), fault=null()))
        self.pending = sql(
            select(
                _commands.c.id,
                _commands.c.channel,
                _commands.c.contact,
                _commands.c.conversation,
                _commands.c.payload,
                _commands.c.status,
            )
            .where(COMMAND_WAITS)
            .order_by(_commands.c.seq)
        )
        this_command = _commands.c.id == bindparam("known")
        self.claim = sql(
            update(_commands)
            .where(this_command, _commands.c.status == _word(CommandStatus.PENDING))
            .values(status=_word(CommandStatus.CLAIMED))
        )
        self.finish_command = sql(
            update(_commands)
            .where(this_command, COMMAND_WAITS)
            .values(
                status=case(
                    (bindparam("fault", type_=String()).is_(null()), _word(CommandStatus.DONE)),
                    else_=_word(CommandStatus.DEAD),
                ),
                fault=bindparam("fault"),
                payload=null(),
            )
        )
        self.given_up = sql(
            select(_commands.c.fault)
            .join_from(_commands, _conversations, _conversations.c.id == _commands.c.conversation)
            .where(
                _commands.c.status == _word(CommandStatus.DEAD),
                _conversations.c.started_at >= bindparam("since"),
            )
            .order_by(_commands.c.seq)
        )

        # Timers.
        self.start_timer = sql(insert(_timers))
        self.cancel_timer = sql(
            delete(_timers).where(
                _timers.c.conversation == bindparam("conversation"), _timers.c.key == bindparam("key")
            )
        )
        self.fire_timer = sql(delete(_timers).where(_timers.c.id == bindparam("id")))
        self.next_timer = sql(
            _first(
                select(_timers)
                .where(_timers.c.channel == bindparam("channel"))
                .order_by(_timers.c.due_at, _timers.c.id)
            )
        )

        # Budgets, feedback, texts that nothing matched.
        self.spend = sql(insert(_budgets))
        self.refund = sql(
            delete(_budgets).where(_budgets.c.budget == bindparam("budget"), _budgets.c.at == bindparam("at"))
        )
        self.spent = sql(
            select(_budgets.c.at)
            .where(_budgets.c.budget == bindparam("budget"), _budgets.c.at >= bindparam("since"))
            .order_by(_budgets.c.at)
        )
        new_feedback = insert_into(_feedback).values(
            {each.name: bindparam(each.name) for each in _feedback.columns}
        )
        self.add_feedback = sql(
            new_feedback.on_conflict_do_update(
                index_elements=["article", "language"],
                set_={
                    "helped": _feedback.c.helped + new_feedback.excluded.helped,
                    "not_helped": _feedback.c.not_helped + new_feedback.excluded.not_helped,
                    "last_at": new_feedback.excluded.last_at,
                },
            )
        )
        self.add_unmatched = sql(insert(_unmatched))

        # One-time addresses.
        this_link = _links.c.digest == bindparam("chosen")
        self.invite = sql(insert(_links))
        self.invitation = sql(select(_links.c.account, _links.c.expires_at).where(this_link))
        self.take_invitation = sql(delete(_links).where(this_link))

        # Who does what.
        new_process = insert_into(_processes).values(id=bindparam("id"), until=bindparam("until"))
        self.register = sql(
            new_process.on_conflict_do_update(
                index_elements=["id"], set_={"until": new_process.excluded.until}
            )
        )
        alive = _processes.c.until > bindparam("now")
        self.processes = sql(
            select(_processes.c.id).where(alive if connected is None else and_(alive, connected))
        )
        self.forget_processes = sql(delete(_processes).where(_processes.c.until <= bindparam("until")))
        new_share = insert_into(_shares).values(name=bindparam("name"), owner=bindparam("owner"))
        self.assign = sql(
            new_share.on_conflict_do_update(index_elements=["name"], set_={"owner": new_share.excluded.owner})
        )
        self.shares = sql(select(_shares.c.name, _shares.c.owner))

        # What is broken.
        is_open = _incidents.c.ended_at.is_(None)
        self.start_incident = sql(insert(_incidents).returning(_incidents.c.number))
        self.end_incident = sql(
            update(_incidents)
            .where(_incidents.c.number == bindparam("known"), is_open)
            .values(ended_at=bindparam("at"))
        )
        self.incidents = sql(
            select(_incidents).where(
                _incidents.c.until > bindparam("after"),
                or_(is_open, _incidents.c.ended_at > bindparam("after")),
            )
        )

        # The audit.
        self.add_audit = sql(insert(_audit))
        self.audit_head = sql(_first(select(_audit.c.hash).order_by(_audit.c.seq.desc())))
        self.audit = sql(select(_audit).order_by(_audit.c.seq))

        # What people read on the web.
        self.feed = FeedStatements(sql, insert_into)

        # What agents were shown.
        self.cases = CaseStatements(sql, insert_into)

        # What is not needed any more.
        self.forgetting = Forgetting(sql)


def _first(statement: Select[Any]) -> Select[Any]:
    """Ask for one row, in so many words: `limit()` would make parameters of its figures."""
    return statement.suffix_with("LIMIT 1")


def _word(word: StrEnum) -> ColumnElement[str]:
    return literal_column(f"'{word}'")


def _of_lane(table: Table) -> ColumnElement[bool]:
    return (table.c.channel == bindparam("lane_channel")) & (table.c.contact == bindparam("lane_contact"))
