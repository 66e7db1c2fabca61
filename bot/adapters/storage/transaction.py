"""
The store's protocols over one session of an engine, inside a transaction that somebody else begins and ends.

A row that cannot be decoded is named by its table and key; what stands in it is never shown.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import UnionType
from typing import Any, TypeVar

from bot.adapters.storage import cases, chain, feed
from bot.adapters.storage.engine import Session
from bot.adapters.storage.statements import Statements
from bot.adapters.storage.tables import CommandStatus, stamp
from bot.core import codec
from bot.core.commands import Choice, Effect, RemovePlace
from bot.core.conversation import Conversation
from bot.core.events import Event
from bot.core.incident import Incident
from bot.core.vocabulary import Action, Direction
from bot.errors import StaleConversation, UnreadableRow
from bot.ports import (
    AuditRecord,
    DueTimer,
    Entry,
    Incoming,
    Invitation,
    Kept,
    Key,
    Lane,
    Line,
    Outdated,
    Pending,
    Position,
    Posted,
    Removed,
    SetAside,
    Visit,
    nobodys,
)

_T = TypeVar("_T")
_NO_VALUES: Mapping[str, str] = {}


class SqlSnapshot:
    """`bot.ports.Snapshot` over one transaction."""

    def __init__(self, session: Session, statements: Statements) -> None:
        self._sql = statements
        self._session = session
        self._execute = session.execute
        self._executemany = session.executemany

    def next_event(self, lane: Lane) -> Event | None:
        """Return the oldest event of the lane that no turn has processed."""
        row = self._execute(self._sql.next_event, _of(lane)).fetchone()
        return _load(row[1], Event, "inbox", row[0]) if row else None

    def waiting(self, lane: Lane, limit: int) -> tuple[Event, ...]:
        """Return the oldest events of the lane that no turn has processed, at most so many."""
        rows = self._rows(self._sql.waiting, {**_of(lane), "most": limit})
        return tuple(_load(payload, Event, "inbox", event) for event, payload in rows)

    def waiting_lanes(self, channels: Collection[str]) -> tuple[Lane, ...]:
        """Return the lanes of these channels with unprocessed events, the longest waiting first."""
        return tuple(Lane(*row) for row in self._execute(self._sql.waiting_lanes) if row[0] in channels)

    def conversation(self, lane: Lane) -> Conversation | None:
        """Return the newest conversation of the lane, resolved or not."""
        return _conversation(self._execute(self._sql.conversation, _of(lane)).fetchone())

    def case(self, code: str) -> Conversation | None:
        """Return the conversation with a case code."""
        return _conversation(self._execute(self._sql.case, {"code": code}).fetchone())

    def transcript(self, conversation: str) -> tuple[Line, ...]:
        """Return the lines of a conversation, oldest first."""
        return tuple(
            Line(
                at=datetime.fromisoformat(at),
                direction=Direction(direction),
                text=text,
                choices=_choices(choices),
                screen=screen or 0,
                source=source,
                agent=agent,
                picture=picture,
            )
            for at, direction, text, choices, screen, source, agent, picture in self._rows(
                self._sql.transcript, {"conversation": conversation}
            )
        )

    def invitation(self, digest: str) -> Invitation | None:
        """Return a one-time address that was not used yet, expired or not."""
        row = self._execute(self._sql.invitation, {"chosen": digest}).fetchone()
        if row is None:
            return None
        account, expires_at = row
        return Invitation(digest=digest, account=account, expires_at=datetime.fromisoformat(expires_at))

    def feed(self, lane: Lane, *, after: Position | None = None, limit: int) -> tuple[Entry, ...]:
        """Return lines of the person and to the person, oldest first."""
        chosen = {**_of(lane), "most": limit, "conversation": "", "line": 0}
        if after is not None:
            chosen |= {"conversation": after.conversation, "line": after.number}
        return tuple(map(_entry, self._rows(self._sql.feed.lines, chosen)))

    def standing(self, lane: Lane, place: Position) -> tuple[int, int] | None:
        """Return where a line stands in the feed of a lane, a later one being greater; None: it is none of that feed."""
        chosen = {**_of(lane), "conversation": place.conversation, "line": place.number}
        row = self._execute(self._sql.feed.standing, chosen).fetchone()
        return (row[0], row[1]) if row is not None else None

    def open_cases(self, limit: int) -> tuple[Conversation, ...]:
        """Return conversations where a human must act, the one that began first first."""
        rows = self._rows(self._sql.feed.open_cases, {"most": limit})
        return tuple(_load(state, Conversation, "conversations", name) for name, state in rows)

    def visit(self, lane: Lane) -> Visit:
        """Return what is kept of the person's sessions."""
        row = self._execute(self._sql.feed.visit, _of(lane)).fetchone()
        return feed.visit_of(row) if row is not None else Visit()

    def joinable(self, device_code: str) -> Lane | None:
        """Return whose sessions another device may join with a code of this digest, expired or not."""
        row = self._execute(self._sql.feed.joinable, {"device_code": device_code}).fetchone()
        return Lane(*row) if row is not None else None

    def picture(self, name: str) -> bytes | None:
        """Return a picture that is kept here."""
        row = self._execute(self._sql.feed.picture, {"name": name}).fetchone()
        return bytes(row[0]) if row is not None else None

    def posted(self, code: str) -> Posted | None:
        """Return what agents were shown of a case."""
        return cases.posted(self._execute(self._sql.cases.of_code, {"code": code}).fetchone())

    def posted_at(self, place: str) -> Posted | None:
        """Return the case that agents talk about in a place."""
        return cases.posted(self._execute(self._sql.cases.of_place, {"place": place}).fetchone())

    def pending(self, channels: Collection[str]) -> tuple[Pending, ...]:
        """Return the effects of these channels that are not done, in the order they were committed."""
        return tuple(
            Pending(
                lane=Lane(channel, contact),
                conversation=conversation,
                effect=_load(payload, Effect, "commands", command),
                claimed=status == CommandStatus.CLAIMED,
            )
            for command, channel, contact, conversation, payload, status in self._rows(self._sql.pending)
            if channel in channels
        )

    def next_timer(self, channels: Collection[str]) -> DueTimer | None:
        """Return the timer of these channels that comes due first."""
        found = (self._execute(self._sql.next_timer, {"channel": channel}).fetchone() for channel in channels)
        row = min((each for each in found if each), key=lambda each: (each[5], each[0]), default=None)
        if row is None:
            return None
        timer, conversation, key, channel, contact, due_at = row
        return DueTimer(
            id=timer,
            lane=Lane(channel, contact),
            conversation=conversation,
            key=key,
            due_at=datetime.fromisoformat(due_at),
        )

    def spent(self, budget: str, since: datetime) -> tuple[datetime, ...]:
        """Return when the budget was spent since then, oldest first."""
        rows = self._rows(self._sql.spent, {"budget": budget, "since": stamp(since)})
        return tuple(datetime.fromisoformat(at) for (at,) in rows)

    def audit(self) -> tuple[AuditRecord, ...]:
        """Return the audit records, oldest first."""
        return tuple(
            AuditRecord(
                at=datetime.fromisoformat(each.at),
                conversation=each.conversation,
                action=Action(each.action),
                details=_plain(json.loads(each.details)),
            )
            for each in self.sealed()
        )

    def unprocessed(self, channels: Collection[str], before: datetime) -> tuple[datetime, ...]:
        """Return when the events of these channels happened, before a moment, that no turn has processed, oldest first."""
        rows = self._rows(self._sql.unprocessed, {"before": stamp(before)})
        return tuple(sorted(datetime.fromisoformat(at) for channel, at in rows if channel in channels))

    def set_aside(self) -> tuple[SetAside, ...]:
        """Return the events that were set aside, in the order they came."""
        rows = self._rows(self._sql.set_aside)
        return tuple(SetAside(at=datetime.fromisoformat(at), fault=fault) for at, fault in rows)

    def given_up(self, since: datetime) -> tuple[str, ...]:
        """Return the faults of the effects that were given up, of the conversations that began since a moment."""
        return tuple(fault for (fault,) in self._rows(self._sql.given_up, {"since": stamp(since)}))

    def incidents(self, since: datetime) -> tuple[Incident, ...]:
        """Return the incidents that were not over yet at a moment, the oldest first."""
        return tuple(
            Incident(
                number=number,
                flows=tuple(json.loads(flows)),
                words=json.loads(words),
                since=datetime.fromisoformat(began),
                until=datetime.fromisoformat(until),
                ended_at=datetime.fromisoformat(ended_at) if ended_at is not None else None,
            )
            for number, flows, words, began, until, ended_at in sorted(
                self._rows(self._sql.incidents, {"after": stamp(since)})
            )
        )

    def outdated(self, kind: Kept, before: datetime, *, after: Key | None = None, limit: int) -> Outdated:
        """Look at so many rows, after one or from the first on, for those that nobody needs since a moment."""
        rows = self._rows(
            self._sql.forgetting.outdated[kind], {"before": stamp(before), "after": after or 0, "most": limit}
        )
        on = len(rows) == limit and any(old for _, old, _ in rows)
        keys = tuple(number for number, _, needless in rows if needless)
        return Outdated(keys=keys, last=rows[-1][0] if on else None)

    def belongings(self, lane: Lane) -> Mapping[Kept, tuple[Key, ...]]:
        """Return what is kept of one contact, whatever its state."""
        statements = self._sql.forgetting.belongings
        return {
            kind: tuple(number for (number,) in self._rows(statement, _of(lane)))
            for kind, statement in statements.items()
        }

    def sealed(self) -> tuple[chain.Sealed, ...]:
        """Return the audit records as they are stored, for `chain.verify`."""
        return tuple(
            chain.Sealed(
                seq=seq,
                at=at,
                conversation=conversation,
                action=action,
                details=details,
                previous=previous,
                hash=seal,
            )
            for seq, at, conversation, action, details, previous, seal in self._rows(self._sql.audit)
        )

    def _rows(self, statement: str, values: Mapping[str, object] = _NO_VALUES) -> list[Any]:
        """Fetch all rows before one is decoded: a cursor that an error leaves open would keep the snapshot for ever."""
        return self._execute(statement, values).fetchall()


class SqlTransaction(SqlSnapshot):
    """`bot.ports.Transaction` over one transaction that writes."""

    #: Who does what, as this transaction found it.
    _owners: Mapping[str, str | None] | None = None

    def receive(self, incoming: Incoming) -> bool:
        """Store an event for its lane; False if its id is known already."""
        event, (channel, contact) = incoming.event, incoming.lane
        new = self._changes(
            self._sql.receive,
            {
                "event": event.id,
                "channel": channel,
                "contact": contact,
                "at": stamp(event.at),
                "payload": codec.dump(event),
            },
        )
        if new:
            self.tell(incoming.lane)
        return new

    def save(self, conversation: Conversation) -> Conversation:
        """Insert the conversation (version 0) or replace it if the stored version is still the same."""
        saved = replace(conversation, version=conversation.version + 1)
        row = {
            "status": saved.status,
            "case_code": saved.case_code,
            "language": saved.language,
            "content": saved.content,
            "version": saved.version,
            "state": codec.dump(saved),
        }
        if conversation.version:
            done = self._changes(
                self._sql.update_conversation, row | {"known": saved.id, "seen": conversation.version}
            )
        else:
            done = self._changes(
                self._sql.insert_conversation,
                row
                | {
                    "id": saved.id,
                    "channel": saved.channel,
                    "contact": saved.contact,
                    "started_at": stamp(saved.started_at),
                },
            )
        if not done:
            raise StaleConversation(
                f"Somebody else saved conversation {saved.id!r} after version {conversation.version}. "
                "Load it again and repeat the turn."
            )
        return saved

    def finish_event(self, event: str, *, fault: str | None = None) -> bool:
        """Mark an event processed and forget its payload; with a fault it is set aside, payload kept."""
        if fault is None:
            return self._changes(self._sql.finish_event, {"known": event})
        return self._changes(self._sql.set_event_aside, {"known": event, "fault": fault})

    def count_attempt(self, event: str) -> int:
        """Count one more failed attempt at an event and return how many there were."""
        rows = self._execute(self._sql.count_attempt, {"known": event}).fetchall()
        if not rows:
            raise LookupError(f"no event {event!r} was received")
        return int(rows[0][0])

    def add_line(self, conversation: str, line: Line) -> None:
        """Append to the transcript."""
        self._execute(
            self._sql.add_line,
            {
                "conversation": conversation,
                "at": stamp(line.at),
                "direction": line.direction,
                "text": line.text,
                "choices": json.dumps([(each.id, each.label) for each in line.choices], ensure_ascii=False),
                "screen": line.screen or None,
                "source": line.source,
                "agent": line.agent,
                "picture": line.picture,
            },
        )
        if line.shown is not None:
            shown = {"known": conversation, "at": stamp(line.at), "text": line.shown}
            self._execute(self._sql.feed.add_shown, shown)

    def tell(self, lane: Lane) -> None:
        """Let everybody who listens know that a lane has got something new."""
        self._session.tell(json.dumps(lane))

    def keep_visit(self, lane: Lane, visit: Visit, at: datetime) -> None:
        """Keep what is to be known of the person's sessions."""
        values = {"channel": lane.channel, "contact": lane.contact, "at": stamp(at), **feed.row_of(visit)}
        self._execute(self._sql.feed.keep_visit, values)

    def keep_picture(self, name: str, lane: Lane, picture: bytes, at: datetime) -> None:
        """Keep a picture of a person's; one that is kept already stays."""
        row = {"name": name, "channel": lane.channel, "contact": lane.contact, "at": stamp(at)}
        self._execute(self._sql.feed.keep_picture, row | {"content": picture})

    def keep_posted(self, posted: Posted) -> None:
        """Keep what agents were shown of a case."""
        self._execute(self._sql.cases.keep, cases.row(posted))

    def move_places(self, before: str, after: str) -> None:
        """Name places in another room; one that has its new name already stays as it is."""
        self._execute(self._sql.cases.move, cases.names(before, after))

    def add_effects(self, conversation: str, lane: Lane, effects: Sequence[Effect]) -> None:
        """Store effects to be executed after the commit."""
        self._executemany(
            self._sql.add_effect,
            [
                {
                    "id": each.id,
                    "conversation": conversation,
                    "channel": lane.channel,
                    "contact": lane.contact,
                    "kind": type(each).__name__,
                    "payload": codec.dump(each),
                }
                for each in effects
            ],
        )

    def claim(self, command: str) -> bool:
        """Mark that the execution of an effect begins; False if it was claimed or done before."""
        return self._changes(self._sql.claim, {"known": command})

    def finish_command(self, command: str, *, fault: str | None = None) -> bool:
        """Mark an effect done (or given up, with the fault) and forget its payload."""
        return self._changes(self._sql.finish_command, {"known": command, "fault": fault})

    def start_timer(self, conversation: str, lane: Lane, key: str, due_at: datetime) -> None:
        """Start or replace the timer with this key."""
        self.cancel_timer(conversation, key)
        self._execute(
            self._sql.start_timer,
            {
                "conversation": conversation,
                "key": key,
                "channel": lane.channel,
                "contact": lane.contact,
                "due_at": stamp(due_at),
            },
        )

    def cancel_timer(self, conversation: str, key: str) -> None:
        """Forget the timer with this key, if there is one."""
        self._execute(self._sql.cancel_timer, {"conversation": conversation, "key": key})

    def fire_timer(self, timer: int) -> bool:
        """Remove a timer that came due; False if it is gone or was replaced."""
        return self._changes(self._sql.fire_timer, {"id": timer})

    def spend(self, budget: str, at: datetime) -> None:
        """Count one use of a budget."""
        self._execute(self._sql.spend, {"budget": budget, "at": stamp(at)})

    def refund(self, budget: str, at: datetime) -> None:
        """Take back the use of a budget that was counted at this moment."""
        self._execute(self._sql.refund, {"budget": budget, "at": stamp(at)})

    def invite(self, invitation: Invitation) -> None:
        """Keep a one-time address."""
        expires_at = stamp(invitation.expires_at)
        row = {"digest": invitation.digest, "account": invitation.account, "expires_at": expires_at}
        self._execute(self._sql.invite, row)

    def take_invitation(self, digest: str) -> bool:
        """Use a one-time address up; False if it is gone already."""
        return self._changes(self._sql.take_invitation, {"chosen": digest})

    def start_incident(self, incident: Incident) -> int:
        """Keep an incident and return its number."""
        row = {
            "flows": json.dumps(incident.flows),
            "words": json.dumps(dict(incident.words), ensure_ascii=False),
            "since": stamp(incident.since),
            "until": stamp(incident.until),
            "ended_at": None if incident.ended_at is None else stamp(incident.ended_at),
        }
        return int(self._execute(self._sql.start_incident, row).fetchall()[0][0])

    def end_incident(self, number: int, at: datetime) -> bool:
        """Note when an incident ended; False if there is none of this number, or it was ended before."""
        return self._changes(self._sql.end_incident, {"known": number, "at": stamp(at)})

    def moment(self) -> datetime:
        """Return the present by the one clock that all processes have."""
        return self._session.now()

    def register(self, process: str, until: datetime) -> None:
        """Say that a process is alive until a moment, and forget those that are not."""
        self._execute(self._sql.register, {"id": process, "until": stamp(until)})
        self._execute(self._sql.forget_processes, {"until": stamp(self.moment())})

    def processes(self) -> frozenset[str]:
        """Return the processes that are alive."""
        rows = self._rows(self._sql.processes, {"now": stamp(self.moment())})
        return frozenset(process for (process,) in rows)

    def shares(self) -> Mapping[str, str | None]:
        """Return the parts of the work and who does them."""
        return dict(self._rows(self._sql.shares))

    def owner(self, share: str) -> str | None:
        """Return the process that does a part of the work, which may be dead."""
        if self._owners is None:  # asked of every turn of a group, and nobody else can change it meanwhile
            self._owners = self.shares()
        return self._owners.get(share)

    def assign(self, share: str, process: str | None) -> None:
        """Give a part of the work to a process, or to none."""
        self._execute(self._sql.assign, {"name": share, "owner": process})
        self._owners = None

    def add_feedback(self, article: str, language: str, *, helpful: bool, at: datetime) -> None:
        """Count whether an article helped."""
        self._execute(
            self._sql.add_feedback,
            {
                "article": article,
                "language": language,
                "helped": int(helpful),
                "not_helped": int(not helpful),
                "last_at": stamp(at),
            },
        )

    def add_unmatched(self, text: str, language: str, at: datetime) -> None:
        """Keep a text that nothing matched, for the authors."""
        self._execute(self._sql.add_unmatched, {"text": text, "language": language, "at": stamp(at)})

    def add_audit(self, record: AuditRecord) -> None:
        """Append to the hash chain."""
        head = self._execute(self._sql.audit_head).fetchone()
        previous = head[0] if head else chain.GENESIS
        row = {
            "at": stamp(record.at),
            "conversation": record.conversation,
            "action": record.action,
            "details": chain.canonical(record.details),
        }
        self._execute(self._sql.add_audit, row | {"previous": previous, "hash": chain.seal(previous, **row)})

    def remove(self, kind: Kept, keys: Sequence[Key], *, most: int) -> Removed:
        """Delete rows for good, with the transcripts of conversations; stop after so many rows."""
        removed: Removed = Counter()
        for number in keys:
            if kind in self._sql.forgetting.places:
                self._remove_places(kind, number)
            if kind is Kept.CONVERSATIONS:
                gone = self._execute(self._sql.forgetting.remove_case, {"number": number})
                removed[Kept.CASES] += gone.rowcount
                lines = self._execute(self._sql.forgetting.remove_lines, {"number": number, "most": most})
                removed["lines"] += lines.rowcount
            removed[kind] += self._changes(self._sql.forgetting.remove[kind], {"number": number})
            if removed.total() >= most:
                break
        return +removed

    def _remove_places(self, kind: Kept, number: Key) -> None:
        """Have the places deleted where agents talked about cases that go."""
        for case, place, channel in self._rows(self._sql.forgetting.places[kind], {"number": number}):
            removal = RemovePlace(id=f"place-{case}:0", place=place)
            self.add_effects("", nobodys(Lane(channel, "")), [removal])

    def _changes(self, statement: str, row: dict[str, Any]) -> bool:
        return self._execute(statement, row).rowcount == 1


def _of(lane: Lane) -> dict[str, str]:
    return {"lane_channel": lane.channel, "lane_contact": lane.contact}


def _choices(text: str) -> tuple[Choice, ...]:
    return tuple(Choice(id=each, label=label) for each, label in json.loads(text))


def _entry(row: Any) -> Entry:
    conversation, number, at, direction, text, choices, screen, source, agent, picture, shown = row
    line = Line(
        at=datetime.fromisoformat(at),
        direction=Direction(direction),
        text=shown if shown is not None else text,
        choices=_choices(choices),
        screen=screen or 0,
        source=source,
        agent=agent,
        picture=picture,
    )
    return Entry(Position(conversation, number), line)


def _conversation(row: tuple[str, str] | None) -> Conversation | None:
    return _load(row[1], Conversation, "conversations", row[0]) if row else None


def _load(text: str, expected: type[_T] | UnionType, table: str, key: str) -> _T:
    try:
        return codec.load(text, expected)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise UnreadableRow(
            f"Table {table}, row {key!r}: this version of the program cannot read it. "
            "Run the version that wrote it, or report this as a bug.",
            key=key,
        ) from None


def _plain(value: Any) -> Any:
    """Read a `Value`: lists come back as the tuples that they were."""
    if isinstance(value, list):
        return tuple(map(_plain, value))
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    return value
